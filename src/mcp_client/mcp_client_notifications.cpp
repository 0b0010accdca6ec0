// What servers say unasked: changes, and questions outside of any answer (McpClient, mcp_client.h).
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "base/text.h"
#include "mcp_client/mcp_client_parts.h"
#include "mcp_transport/stdio_transport.h"

namespace wick::upstream {

// What a legacy server says unasked, for as long as it does.
static http::Task<void> attend_to(std::weak_ptr<UpstreamSession> of, std::shared_ptr<Transport> line,
                                  std::shared_ptr<const NegotiatedServer> peer,
                                  std::shared_ptr<PendingRequest> stream) {
  for (;;) {
    auto incoming = co_await stream->next(kForever);
    const auto lane = of.lock();
    const bool over = !incoming || incoming->status != 200 || incoming->message.empty() || lane == nullptr;
    std::vector<std::shared_ptr<Mailbox<json::object>>> hearers;
    std::shared_ptr<PendingRequest> call;
    if (lane != nullptr) {
      const std::lock_guard lock(lane->mutex);
      for (const auto& one : lane->hearers) {
        if (auto living = one.lock()) hearers.push_back(std::move(living));
      }
      for (auto one = lane->calls.rbegin(); one != lane->calls.rend() && call == nullptr; ++one)
        call = one->lock();
      if (over && lane->attending == stream) lane->attending = nullptr;
      // It has forgotten the session: who comes next begins another.
      if (incoming && incoming->status == 404 && lane->peer == peer) lane->peer = nullptr;
    }
    if (over) {
      for (const auto& one : hearers) one->close();
      co_return;
    }
    const json::value* id = incoming->message.if_contains("id");
    const std::string method = text_or_empty(incoming->message, "method");
    if (id == nullptr) {
      for (const auto& one : hearers) one->put(incoming->message);
    } else if (call != nullptr && !method.empty() && method != "ping") {
      call->give(std::move(incoming->message));
    } else if (!method.empty()) {
      json::object answer = method == "ping" ? result_answer(*id, {})
                                             : error_answer(*id, kMethodNotFound, "No request is under way.");
      co_await line->tell(*peer, std::move(answer));
    }
  }
}

void McpClient::attend(std::shared_ptr<UpstreamSession> lane, http::Executor executor) {
  std::shared_ptr<PendingRequest> stream;
  std::shared_ptr<Transport> line;
  std::shared_ptr<const NegotiatedServer> peer;
  {
    const std::lock_guard lock(lane->mutex);
    if (lane->attending != nullptr || lane->peer == nullptr || lane->peer->modern) return;
    lane->attending = stream = lane->line->listen(*lane->peer);
    line = lane->line;
    peer = lane->peer;
  }
  // Not under the lock: on its own thread a coroutine begins at once, and this one locks the lane.
  boost::asio::co_spawn(executor, attend_to(lane, std::move(line), std::move(peer), std::move(stream)),
                        boost::asio::detached);
}

http::Task<Result<void>> McpClient::listen(ServerTargetPtr target, RequestIdentity party, json::object filter,
                                           std::function<void(json::object)> heard) {
  // A legacy client's session has its one stream; each stream of a modern client has a session of its own.
  const bool modern_client = party.client->modern;
  std::string purpose = modern_client ? "listen " + std::to_string(std::uintptr_t(party.client)) : "";
  WICK_CO_TRY(opened, co_await open(target, party, std::move(purpose)));
  const std::shared_ptr<UpstreamSession> lane = opened->lane;
  const auto [line, peer] = lane->way();
  if (peer == nullptr) co_return session_not_kept();
  Result<void> ended;
  if (peer->modern) {
    ended = co_await listen_modern(target, party, lane, std::move(filter), std::move(heard));
  } else {
    ended = co_await listen_legacy(target, party, lane, std::move(filter), std::move(heard));
  }
  if (modern_client && !peer->modern) {
    {
      const auto server = server_of(*target, party);
      const std::lock_guard lock(server->mutex);
      std::erase_if(server->lanes, [&](const auto& one) { return one.second == lane; });
    }
    {
      const std::lock_guard lock(lane->mutex);
      if (lane->attending != nullptr) lane->attending->interrupt();
    }
    co_await line->close(*peer);
  }
  co_return ended;
}

http::Task<Result<void>> McpClient::listen_modern(ServerTargetPtr target, RequestIdentity party,
                                                  std::shared_ptr<UpstreamSession> lane, json::object filter,
                                                  std::function<void(json::object)> heard) {
  const McpClientSession* client = party.client;
  const auto cancellation = client->cancellation;
  const auto [line, peer] = lane->way();
  if (peer == nullptr) co_return session_not_kept();
  Result<void> ended;
  for (bool again = true; again && !cancellation->cancelled();) {
    again = false;
    json::object wanted = filter;
    if (!client->modern) {
      json::array uris;
      const std::lock_guard lock(lane->mutex);
      for (const std::string& uri : lane->subscriptions) uris.push_back(json::string(uri));
      wanted["resourceSubscriptions"] = std::move(uris);
    }
    RpcRequest ask;
    json::object sent = wanted;
    sent.erase("wick/log");
    ask.params["notifications"] = std::move(sent);
    const std::string id = line->next_id();
    OutgoingRequest out{id, "subscriptions/listen", {}, std::move(ask.params), {}, party.holder};
    out.params["_meta"] = meta_for(*peer, client, ask, id, "");
    const std::shared_ptr<PendingRequest> exchange = line->begin(*peer, std::move(out));
    {
      const std::lock_guard lock(lane->mutex);
      lane->listening = exchange;
    }
    cancellation->on_cancel([exchange] { exchange->interrupt(); });
    bool answered = false;
    for (;;) {
      auto incoming = co_await exchange->next(kForever);
      if (cancellation->cancelled()) break;
      if (!incoming) {
        // Interrupted, but not by the client: its subscriptions have changed.
        again = incoming.error().code == ErrorCode::kUnavailable && !client->modern;
        if (!again) ended = fail(std::move(incoming.error()));
        break;
      }
      record_refusal(party.refusal, *incoming);
      if (incoming->message.empty()) {
        ended = not_mcp(*incoming);
        break;
      }
      if (response_in(incoming->message, id)) {
        answered = true;
        break;
      }
      if (matches_filter(incoming->message, wanted)) heard(std::move(incoming->message));
    }
    cancellation->on_cancel(nullptr);
    if (target->is_program() && !answered) co_await notify_cancelled(line, peer, id, "");
  }
  co_return ended;
}

http::Task<Result<void>> McpClient::listen_legacy(ServerTargetPtr target, RequestIdentity party,
                                                  std::shared_ptr<UpstreamSession> lane, json::object filter,
                                                  std::function<void(json::object)> heard) {
  const auto cancellation = party.client->cancellation;
  const auto mailbox = std::make_shared<Mailbox<json::object>>(kMaxQueuedMessages);
  {
    const std::lock_guard lock(lane->mutex);
    std::erase_if(lane->hearers, [](const auto& one) { return one.expired(); });
    lane->hearers.push_back(mailbox);
  }
  attend(lane, co_await boost::asio::this_coro::executor);
  const auto* uris = filter.if_contains("resourceSubscriptions");
  if (party.client->modern && uris != nullptr && uris->is_array()) {
    for (const auto& uri : uris->get_array()) {
      json::object params;
      params["uri"] = uri;
      WICK_CO_CHECK(co_await exchange(target, party, lane, "resources/subscribe", std::move(params)));
    }
  }
  cancellation->on_cancel([mailbox] { mailbox->close(); });
  for (;;) {
    auto message = co_await mailbox->take();
    if (!message || cancellation->cancelled()) break;
    // A legacy client's subscriptions are its session's own.
    const bool updated = text_or_empty(*message, "method") == "notifications/resources/updated";
    if ((updated && !party.client->modern) || matches_filter(*message, filter)) heard(std::move(*message));
  }
  cancellation->on_cancel(nullptr);
  if (cancellation->cancelled()) co_return Result<void>{};
  co_return fail(ErrorCode::kUpstream, "The MCP server does not offer a notification stream, or closed it.");
}

}  // namespace wick::upstream
