#include "mcp_client/mcp_client.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "base/text.h"
#include "mcp_client/mcp_client_parts.h"

namespace wick::upstream {
namespace {

// What a legacy client sets for its session: Wick keeps it, and says it to a modern server with each request,
// to a legacy one again when it has lost the session. Whether the request was one of these. Errors:
// kInvalidArgument  there is no such level, or there are too many subscriptions
Result<bool> set_for_session(UpstreamSession& lane, const RpcRequest& ask) {
  std::shared_ptr<PendingRequest> listening;
  {
    const std::lock_guard lock(lane.mutex);
    if (ask.method == "logging/setLevel") {
      const std::string level = text_or_empty(ask.params, "level");
      if (!is_level(level)) return fail(ErrorCode::kInvalidArgument, "There is no such log level.");
      lane.level = level;
      return true;
    }
    const std::string uri = text_or_empty(ask.params, "uri");
    if (ask.method == "resources/subscribe") {
      if (lane.subscriptions.size() >= kMaxSubscriptions && !lane.subscriptions.contains(uri)) {
        return fail(ErrorCode::kInvalidArgument,
                    "This session is subscribed to as many resources as it may be (" +
                        std::to_string(kMaxSubscriptions) + "): unsubscribe from one first.");
      }
      lane.subscriptions.insert(uri);
    } else if (ask.method == "resources/unsubscribe") {
      lane.subscriptions.erase(uri);
    } else {
      return false;
    }
    listening = lane.listening.lock();
  }
  if (listening != nullptr) listening->interrupt();
  return true;
}

// Over HTTP a modern server sees it by the stream that ends with the exchange.
bool is_told_of_cancellation(const NegotiatedServer& peer, const ServerTarget& target) {
  return !peer.modern || target.is_program();
}

}  // namespace

http::Task<void> notify_cancelled(std::shared_ptr<Transport> line,
                                  std::shared_ptr<const NegotiatedServer> peer, std::string id,
                                  std::string reason) {
  json::object params;
  params["requestId"] = std::stoull(id);
  if (!reason.empty()) params["reason"] = json::string(reason);
  auto message = notification("notifications/cancelled", std::move(params));
  co_await line->tell(*peer, std::move(message));
}

http::Task<void> end_session(ServerConnection way) {
  if (way.line != nullptr && way.peer != nullptr && !way.peer->modern) co_await way.line->close(*way.peer);
}

std::shared_ptr<McpClient::Server> McpClient::server_of(const ServerTarget& target,
                                                        const RequestIdentity& party) {
  const std::string key = target.key + "\n" + party.account;
  const std::lock_guard lock(mutex_);
  auto& server = servers_[key];
  if (server == nullptr || server->fingerprint != target.fingerprint) {
    server = std::make_shared<Server>();
    server->fingerprint = target.fingerprint;
  }
  return server;
}

std::string McpClient::standard_error(const std::string& key, const SecretFilter& secrets) const {
  std::shared_ptr<StandardError> found;
  {
    const std::lock_guard lock(mutex_);
    const auto server = servers_.find(key + "\n");  // programs know no accounts
    if (server != servers_.end()) found = server->second->standard_error;
  }
  return found == nullptr ? "" : found->text(secrets);
}

void McpClient::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  std::erase_if(servers_, [&](const auto& one) { return one.first.starts_with(key + "\n"); });
  not_as_noted_.insert(key);
}

http::Task<void> McpClient::end_client_session(std::string key, std::string lane) {
  std::vector<std::shared_ptr<UpstreamSession>> ended;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, server] : servers_) {
      if (!key.empty() && !name.starts_with(key + "\n")) continue;
      const std::lock_guard inner(server->mutex);
      std::erase_if(server->lanes, [&](auto& one) {
        if (!one.first.starts_with(lane + "\n")) return false;
        ended.push_back(std::move(one.second));
        return true;
      });
    }
  }
  for (const auto& one : ended) {
    ServerConnection way = one->leave();
    co_await end_session(std::move(way));
  }
}

// A lane that is at work stays: the count of that goes up under the same lock. One that goes idle keeps what
// its client has set (level, subscriptions), which the next request sets in a session of its own.
http::Task<void> McpClient::tidy() {
  const auto executor = co_await boost::asio::this_coro::executor;
  for (SuspendedRequest& late : parked_.expired()) {
    boost::asio::co_spawn(executor,
                          notify_cancelled(late.line, late.peer, late.id, "Nobody answered in time."),
                          boost::asio::detached);
  }
  const auto since = Clock::now() - idle_;
  std::vector<ServerConnection> left;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, server] : servers_) {
      const std::lock_guard inner(server->mutex);
      for (const auto& [client, lane] : server->lanes) {
        if (lane->busy > 0 || lane->last_used > since) continue;
        left.push_back(lane->leave());
        const std::lock_guard innermost(lane->mutex);
        lane->line = lane->own = nullptr;
        lane->peer = nullptr;
        lane->attending = nullptr;
      }
    }
  }
  for (ServerConnection& way : left)
    boost::asio::co_spawn(executor, end_session(std::move(way)), boost::asio::detached);
}

http::Task<Result<RpcResponse>> McpClient::exchange(ServerTargetPtr target, RequestIdentity party,
                                                    std::shared_ptr<UpstreamSession> lane, std::string method,
                                                    json::object params) {
  const auto [line, peer] = lane->way();
  if (peer == nullptr) co_return session_not_kept();
  auto reply = co_await send_own_request(line, peer, party.refusal, std::move(method), std::move(params),
                                         seconds(target->timeout_seconds));
  const std::lock_guard lock(lane->mutex);
  if (!reply && reply.error().code == ErrorCode::kNotFound && lane->peer == peer) lane->peer = nullptr;
  co_return reply;
}

http::Task<Result<void>> McpClient::set_level(ServerTargetPtr target, RequestIdentity party,
                                              std::shared_ptr<UpstreamSession> lane, std::string level) {
  const milliseconds patience = seconds(target->timeout_seconds);
  if (!co_await lane->turn.lock(patience)) co_return server_timed_out(target->timeout_seconds);
  const AsyncLock entered(lane->turn);
  {
    const std::lock_guard lock(lane->mutex);
    if (lane->peer == nullptr || !lane->peer->capabilities.contains("logging")) co_return Result<void>{};
    // Never less than another request of this client wants: each gets what it asked for.
    if (!lane->level.empty() && severity(lane->level) <= severity(level)) co_return Result<void>{};
  }
  json::object params;
  params["level"] = json::string(level);
  WICK_CO_TRY(reply, co_await exchange(target, party, lane, "logging/setLevel", std::move(params)));
  const std::lock_guard lock(lane->mutex);
  if (!reply.is_error) lane->level = level;
  co_return Result<void>{};
}

// A process of this client's own, of a modern server that otherwise all share: its log messages do not say
// which request they belong to, so they must not come from where others' come from.
http::Task<Result<std::shared_ptr<Transport>>> McpClient::own_line(ServerTargetPtr target,
                                                                   RequestIdentity party,
                                                                   std::shared_ptr<UpstreamSession> lane) {
  const milliseconds patience = seconds(target->timeout_seconds);
  if (!co_await lane->turn.lock(patience)) co_return server_timed_out(target->timeout_seconds);
  const AsyncLock entered(lane->turn);
  const auto server = server_of(*target, party);
  {
    const std::lock_guard lock(lane->mutex);
    if (lane->own != nullptr && lane->own->alive()) co_return lane->own;
  }
  {
    const std::lock_guard lock(server->mutex);
    std::erase_if(server->own, [](const auto& one) { return one.expired(); });
    if (server->own.size() >= kMaxChildren) {
      co_return fail(ErrorCode::kUnavailable,
                     "This connector has as many processes for log messages as it may (" +
                         std::to_string(kMaxChildren) + "): ask for none.");
    }
  }
  WICK_CO_TRY(fresh, co_await new_line(target, party, server, nullptr));
  {
    const std::lock_guard lock(server->mutex);
    server->own.push_back(fresh);
  }
  const std::lock_guard lock(lane->mutex);
  lane->own = fresh;
  co_return std::move(fresh);
}

http::Task<Result<SuspendedRequest>> McpClient::resume(const RequestIdentity& party, const RpcRequest& ask,
                                                       std::string state) {
  auto parked = parked_.take(state, ask.owner);
  if (!parked) {
    co_return fail(ErrorCode::kConflict,
                   "The request this answers has expired: make the request again from the beginning.");
  }
  const auto* responses = object_or_null(ask.params, "inputResponses");
  const auto* response = responses == nullptr ? nullptr : responses->if_contains(parked->question);
  const json::value id = parked->asked["id"];
  const bool cancelled = party.client != nullptr && party.client->cancellation->cancelled();
  // Without an answer the question is asked again (2026-07-28, MRTR, "Error Handling").
  if (response == nullptr || !response->is_object() || cancelled) co_return std::move(*parked);
  json::object answer;
  if (const auto* error = object_or_null(response->get_object(), kRefusedAnswer)) {
    const auto code = optional_int(*error, "code");
    answer = error_answer(id, code ? int(code->value_or(-32603)) : -32603, text_or_empty(*error, "message"));
  } else {
    answer = result_answer(id, response->get_object());
  }
  WICK_CO_CHECK(co_await parked->line->tell(*parked->peer, std::move(answer)));
  parked->asked.clear();
  co_return std::move(*parked);
}

http::Task<Result<RpcResponse>> McpClient::request(ServerTargetPtr target, RequestIdentity party,
                                                   RpcRequest ask) {
  const std::string state = text_or_empty(ask.params, "requestState");
  if (state.starts_with(kPendingInputPrefix)) {
    WICK_CO_TRY(talk, co_await resume(party, ask, state));
    auto reply = co_await converse(target, party, ask, std::move(talk));
    const bool is_stale =
        !reply && (reply.error().code == ErrorCode::kNotFound || reply.error().code == ErrorCode::kConflict);
    if (is_stale) reply.error().code = ErrorCode::kUpstream;  // it is under way, and not to be repeated
    co_return reply;
  }
  for (bool again = false;; again = true) {
    WICK_CO_TRY(opened, co_await open(target, party, ""));
    const std::shared_ptr<UpstreamSession> lane = opened->lane;
    SuspendedRequest talk;
    talk.lane = std::move(opened);
    std::string level;
    {
      const std::lock_guard lock(lane->mutex);
      talk.line = lane->line;
      talk.peer = lane->peer;
      level = lane->level;
    }
    // The server has forgotten the session, and who attends to its stream was told first.
    if (talk.peer == nullptr && !again) continue;
    if (talk.peer == nullptr) co_return session_not_kept();
    const NegotiatedServer& peer = *talk.peer;
    const bool wants_log = party.client != nullptr && party.client->log_level
                               ? !party.client->log_level->empty()
                               : !level.empty();
    if (peer.modern && wants_log && target->is_program()) {
      WICK_CO_TRY(own, co_await own_line(target, party, lane));
      talk.line = std::move(own);
    }
    // For a legacy server it is kept too, in case that it loses the session, and passed on.
    const auto set = set_for_session(*lane, ask);
    if (!set) {
      RpcResponse refused;
      refused.is_error = true;
      refused.error_code = kInvalidParams;
      refused.error_message = set.error().message;
      co_return refused;
    }
    if (peer.modern && *set) co_return RpcResponse();
    if (const auto* error = refusal_in(ask.params)) {
      co_return fail(ErrorCode::kUpstream, "The client refuses to answer what the MCP server asks: " +
                                               excerpt(text_or_empty(*error, "message")));
    }
    if (party.client != nullptr && party.client->log_level) {
      level = *party.client->log_level;
      if (!peer.modern && !level.empty()) {
        auto at_level = co_await set_level(target, party, lane, level);
        if (!at_level && at_level.error().code == ErrorCode::kNotFound && !again) continue;
        if (!at_level) co_return fail(std::move(at_level.error()));
      }
    }
    OutgoingRequest out;
    out.id = talk.id = talk.line->next_id();
    out.method = ask.method;
    out.name = text_or_empty(ask.params, ask.method == "resources/read" ? "uri" : "name");
    out.params = ask.params;
    json::object meta = meta_for(peer, party.client, ask, out.id, level);
    if (!meta.empty()) out.params["_meta"] = std::move(meta);
    if (!peer.modern) {
      out.params.erase("inputResponses");
      out.params.erase("requestState");
    }
    out.headers = ask.headers;
    out.holder = party.holder;
    talk.exchange = talk.line->begin(peer, std::move(out));
    if (!peer.modern) {
      const std::lock_guard lock(lane->mutex);
      std::erase_if(lane->calls, [](const auto& one) { return one.expired(); });
      lane->calls.push_back(talk.exchange);
    }
    const bool modern = peer.modern;
    auto reply = co_await converse(target, party, ask, std::move(talk));
    // The session is gone, or the server was replaced by one of the other era: nothing was begun.
    const bool is_lost = !reply && reply.error().code == ErrorCode::kNotFound;
    const bool other_era = reply && modern && reply->error_code == kUnsupportedVersion;
    if (!is_lost && !other_era) {
      if (!reply && reply.error().code == ErrorCode::kConflict) {
        forget(target->key);
        reply.error().code = ErrorCode::kUpstream;
      }
      co_return reply;
    }
    if (again) co_return session_not_kept();
    if (other_era) forget(target->key);
    const std::lock_guard lock(lane->mutex);
    lane->peer = nullptr;
  }
}

// Passes on what the server says until it answers or asks back.
// Errors besides those of request(): kNotFound  the session is lost, and nothing was begun;  kConflict  status
// 404, 400 or 405 without a message: what is known of the server is stale
http::Task<Result<RpcResponse>> McpClient::converse(ServerTargetPtr target, RequestIdentity party,
                                                    const RpcRequest& ask, SuspendedRequest talk) {
  const McpClientSession* client = party.client;
  const auto cancellation = client == nullptr ? nullptr : client->cancellation;
  if (cancellation != nullptr) cancellation->on_cancel([exchange = talk.exchange] { exchange->interrupt(); });
  struct Forget {
    std::shared_ptr<Cancellation> of;
    ~Forget() {
      if (of != nullptr) of->on_cancel(nullptr);
    }
  } const forget_at_end{cancellation};

  const auto executor = co_await boost::asio::this_coro::executor;
  const auto ends = Clock::now() + seconds(kMaxExchangeSeconds);
  auto silent_since = Clock::now();
  int answered = 0;
  while (talk.asked.empty()) {
    const auto now = Clock::now();
    const auto left = std::min(silent_since + seconds(target->timeout_seconds), ends) - now;
    if (left <= milliseconds(0)) {
      if (is_told_of_cancellation(*talk.peer, *target))
        boost::asio::co_spawn(executor, notify_cancelled(talk.line, talk.peer, talk.id, "It took too long."),
                              boost::asio::detached);
      co_return server_timed_out(target->timeout_seconds);
    }
    auto incoming = co_await talk.exchange->next(
        std::min(std::chrono::ceil<milliseconds>(left), milliseconds(kKeepAliveMillis)));
    if (cancellation != nullptr && cancellation->cancelled()) break;
    if (!incoming && incoming.error().code == ErrorCode::kTimeout) {
      json::object nothing;
      if (client != nullptr && client->notify) co_await client->notify(std::move(nothing));
      continue;
    }
    if (!incoming) co_return fail(std::move(incoming.error()));
    json::object& message = incoming->message;
    if (is_lost_session(*talk.peer, *incoming, talk.id)) co_return session_lost();
    record_refusal(party.refusal, *incoming);
    if (message.empty()) {
      auto error = not_mcp(*incoming);
      if (incoming->status == 404 || incoming->status == 400 || incoming->status == 405)
        error.error().code = ErrorCode::kConflict;
      co_return error;
    }
    if (auto reply = response_in(message, talk.id)) co_return std::move(*reply);
    const std::string method = text_or_empty(message, "method");
    const auto* id = message.if_contains("id");
    if (id == nullptr) {
      if (client == nullptr || !client->notify || method.empty()) continue;
      const bool progress = method == "notifications/progress";
      if (auto shown = for_client(std::move(message), talk.id, *client)) {
        // Nothing else says that the server is at work on this.
        if (progress) silent_since = Clock::now();
        co_await client->notify(std::move(*shown));
      }
      continue;
    }
    if (method.empty() || talk.peer->modern) continue;  // a modern server has no requests to send
    if (can_answer(client, method)) {
      talk.asked = std::move(message);
      talk.question = to_json(talk.asked["id"]);
      break;
    }
    json::object answer =
        method == "ping"
            ? result_answer(*id, {})
            : error_answer(*id, kMethodNotFound, "The client has no method \"" + excerpt(method) + "\".");
    if (++answered > kMaxAnswered)
      co_return fail(ErrorCode::kUpstream, "The MCP server asks more than " + std::to_string(kMaxAnswered) +
                                               " times what this client cannot answer.");
    WICK_CO_CHECK(co_await talk.line->tell(*talk.peer, std::move(answer)));
  }
  if (cancellation != nullptr && cancellation->cancelled()) {
    if (is_told_of_cancellation(*talk.peer, *target))
      co_await notify_cancelled(talk.line, talk.peer, talk.id, "");
    co_return cancelled_by_client();
  }
  RpcResponse asks;
  json::object request;
  request["method"] = talk.asked["method"];
  const auto* params = talk.asked.if_contains("params");
  request["params"] = params != nullptr && params->is_object() ? *params : json::value(json::object());
  json::object requests;
  requests[talk.question] = std::move(request);
  asks.result["resultType"] = "input_required";
  asks.result["inputRequests"] = std::move(requests);
  asks.result["requestState"] = parked_.put(std::move(talk), ask.owner, party.holder);
  co_return asks;
}

}  // namespace wick::upstream
