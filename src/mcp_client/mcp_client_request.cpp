// The requests of clients to a server, and the requests of Wick for their sessions (McpClient, mcp_client.h).
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "base/text.h"
#include "mcp_client/mcp_client_parts.h"

namespace wick::upstream {
namespace {

// Applies a request that changes the state of the client's session: its log level or its subscriptions. Wick keeps that
// state, because it is sent to a modern server with each request, and to a legacy server after it has lost the session.
// Returns whether the request was one of these.
// Errors: kInvalidArgument  the level is unknown, or there are too many subscriptions
Result<bool> apply_to_session(UpstreamSession& session, const RpcRequest& rpc) {
  std::shared_ptr<PendingRequest> change_listener;
  {
    const std::lock_guard lock(session.mutex);
    if (rpc.method == "logging/setLevel") {
      const std::string level = text_or_empty(rpc.params, "level");
      if (!is_log_level(level)) return invalid("There is no such log level.");
      session.log_level = level;
      return true;
    }
    const std::string uri = text_or_empty(rpc.params, "uri");
    if (rpc.method == "resources/subscribe") {
      if (session.subscriptions.size() >= kMaxSubscriptions && !session.subscriptions.contains(uri)) {
        return invalid("This session has reached the limit of " + std::to_string(kMaxSubscriptions) +
                       " resource subscriptions: unsubscribe from a resource first.");
      }
      session.subscriptions.insert(uri);
    } else if (rpc.method == "resources/unsubscribe") {
      session.subscriptions.erase(uri);
    } else {
      return false;
    }
    change_listener = session.change_listener.lock();
  }
  if (change_listener != nullptr) change_listener->interrupt();
  return true;
}

// Over HTTP, closing the stream of the response cancels a request to a modern server.
bool needs_cancelled_notification(const NegotiatedServer& negotiated, const ServerTarget& target) {
  return !negotiated.modern || target.is_program();
}

// The log level of this request; empty: no log messages.
std::string log_level_of(const RequestIdentity& identity, const std::string& session_level) {
  const bool is_in_request = identity.client != nullptr && identity.client->log_level;
  return is_in_request ? *identity.client->log_level : session_level;
}

void start_request(SuspendedRequest& active, const RequestIdentity& identity, const RpcRequest& rpc,
                   const std::string& log_level) {
  const NegotiatedServer& negotiated = *active.connection.server;
  OutgoingRequest out;
  out.id = active.id = active.connection.transport->next_id();
  out.method = rpc.method;
  out.name = text_or_empty(rpc.params, rpc.method == "resources/read" ? "uri" : "name");
  out.params = rpc.params;
  json::object meta = make_meta(negotiated, identity.client, rpc, out.id, log_level);
  if (!meta.empty()) out.params["_meta"] = std::move(meta);
  if (!negotiated.modern) {
    out.params.erase("inputResponses");
    out.params.erase("requestState");
  }
  out.headers = rpc.headers;
  out.holder = identity.holder;
  active.pending = active.connection.transport->start_request(negotiated, std::move(out));
  if (negotiated.modern) return;
  UpstreamSession& session = *active.lease->session;
  const std::lock_guard lock(session.mutex);
  std::erase_if(session.requests, [](const auto& request) { return request.expired(); });
  session.requests.push_back(active.pending);
}

}  // namespace

// Handles the messages of one request until the server responds or needs input, or the client cancels.
class McpClient::RequestLoop {
 public:
  // The arguments outlive the loop. `active` is the request, and receives the request of the server that suspends it.
  RequestLoop(const ServerTarget& target, const RequestIdentity& identity, SuspendedRequest& active)
      : target_(target),
        client_(identity.client),
        refusal_(identity.refusal),
        active_(active),
        cancellation_(client_ == nullptr ? nullptr : client_->cancellation) {
    if (cancellation_ != nullptr)
      cancellation_->on_cancel([pending = active.pending] { pending->interrupt(); });
  }
  RequestLoop(const RequestLoop&) = delete;
  ~RequestLoop() {
    if (cancellation_ != nullptr) cancellation_->on_cancel(nullptr);
  }

  // Returns the response; nullopt: the server waits for the response to active.input_request.
  // Errors besides those of McpClient::request():
  //   kNotFound  the server has lost the session, and has not started the request
  //   kConflict  status 404, 400 or 405 without a message: the finding about the server is outdated
  http::Task<Result<std::optional<RpcResponse>>> run() {
    const http::Executor executor = co_await boost::asio::this_coro::executor;
    while (active_.input_request.empty() && !is_cancelled()) {
      const milliseconds left = time_left();
      if (left <= milliseconds(0)) co_return time_out(executor);
      const milliseconds wait = std::min<milliseconds>(left, kKeepAliveInterval);
      auto incoming = co_await active_.pending->next(wait);
      if (is_cancelled()) break;
      if (!incoming && incoming.error().code == ErrorCode::kTimeout) {
        json::object nothing;
        if (client_ != nullptr && client_->notify) co_await client_->notify(std::move(nothing));
        continue;
      }
      WICK_CO_CHECK(incoming);
      if (is_lost_session(*active_.connection.server, *incoming, active_.id)) co_return session_lost();
      record_refusal(refusal_, *incoming);
      if (incoming->message.empty()) co_return not_a_message(*incoming);
      if (auto response = take_response(incoming->message, active_.id)) co_return std::move(*response);
      if (incoming->message.contains("id")) {
        WICK_CO_CHECK(co_await handle_server_request(std::move(incoming->message)));
      } else {
        co_await handle_notification(std::move(incoming->message));
      }
    }
    if (!is_cancelled()) co_return std::nullopt;
    std::string no_reason;
    if (needs_cancelled_notification(*active_.connection.server, target_))
      co_await notify_cancelled(active_.connection, active_.id, std::move(no_reason));
    co_return cancelled_by_client();
  }

 private:
  bool is_cancelled() const { return cancellation_ != nullptr && cancellation_->cancelled(); }

  milliseconds time_left() const {
    const auto until = std::min(silent_since_ + target_.timeout, ends_at_);
    return std::chrono::ceil<milliseconds>(until - SteadyClock::now());
  }

  std::unexpected<Error> time_out(const http::Executor& executor) const {
    if (needs_cancelled_notification(*active_.connection.server, target_)) {
      boost::asio::co_spawn(executor,
                            notify_cancelled(active_.connection, active_.id, "The request timed out."),
                            boost::asio::detached);
    }
    return server_timed_out(target_.timeout);
  }

  static std::unexpected<Error> not_a_message(const IncomingMessage& incoming) {
    auto error = not_mcp(incoming);
    if (incoming.status == 404 || incoming.status == 400 || incoming.status == 405)
      error.error().code = ErrorCode::kConflict;
    return error;
  }

  http::Task<void> handle_notification(json::object message) {
    const std::string method = text_or_empty(message, "method");
    if (client_ == nullptr || !client_->notify || method.empty()) co_return;
    auto passed_on = adapt_notification(std::move(message), active_.id, *client_);
    if (!passed_on) co_return;
    // Only progress shows that the server works on this request.
    if (method == "notifications/progress") silent_since_ = SteadyClock::now();
    co_await client_->notify(std::move(*passed_on));
  }

  http::Task<Result<void>> handle_server_request(json::object message) {
    const std::string method = text_or_empty(message, "method");
    // 2026-07-28 has no requests from a server.
    if (method.empty() || active_.connection.server->modern) co_return Result<void>{};
    const json::value id = message["id"];
    if (can_answer(client_, method)) {
      active_.input_request = std::move(message);
      active_.input_key = to_json(id);
      co_return Result<void>{};
    }
    json::object answer;
    if (method == "ping") {
      answer = make_result_response(id, {});
    } else {
      answer =
          make_error_response(id, kMethodNotFound, "The client has no method \"" + excerpt(method) + "\".");
    }
    if (++refused_ > kMaxRefusedServerRequests) {
      co_return fail(ErrorCode::kUpstream, "The MCP server sent more than " +
                                               std::to_string(kMaxRefusedServerRequests) +
                                               " requests that this client cannot answer.");
    }
    WICK_CO_CHECK(
        co_await active_.connection.transport->send_message(*active_.connection.server, std::move(answer)));
    co_return Result<void>{};
  }

  const ServerTarget& target_;
  const McpClientSession* const client_;
  const std::shared_ptr<AccessRefusal> refusal_;
  SuspendedRequest& active_;
  const std::shared_ptr<Cancellation> cancellation_;
  const SteadyClock::time_point ends_at_ = SteadyClock::now() + kMaxRequestTime;
  SteadyClock::time_point silent_since_ = SteadyClock::now();
  int refused_ = 0;
};

http::Task<Result<RpcResponse>> McpClient::send_in_session(ServerTargetPtr target, RequestIdentity identity,
                                                           std::shared_ptr<UpstreamSession> session,
                                                           std::string method, json::object params) {
  const auto [transport, negotiated] = session->connection();
  if (negotiated == nullptr) co_return session_not_kept();
  auto response = co_await send_own_request(transport, negotiated, identity.refusal, std::move(method),
                                            std::move(params), target->timeout);
  const std::lock_guard lock(session->mutex);
  const bool is_lost = !response && response.error().code == ErrorCode::kNotFound;
  if (is_lost && session->server == negotiated) session->server = nullptr;
  co_return response;
}

http::Task<Result<void>> McpClient::raise_log_level(ServerTargetPtr target, RequestIdentity identity,
                                                    std::shared_ptr<UpstreamSession> session,
                                                    std::string level) {
  if (!co_await session->setup.lock(target->timeout)) co_return server_timed_out(target->timeout);
  const AsyncLock entered(session->setup);
  {
    const std::lock_guard lock(session->mutex);
    if (session->server == nullptr || !session->server->capabilities.contains("logging"))
      co_return Result<void>{};
    // The level never falls, because another request of this client may need the current level.
    if (!session->log_level.empty() && severity(session->log_level) <= severity(level))
      co_return Result<void>{};
  }
  json::object params;
  params["level"] = json::string(level);
  WICK_CO_TRY(response,
              co_await send_in_session(target, identity, session, "logging/setLevel", std::move(params)));
  const std::lock_guard lock(session->mutex);
  if (!response.is_error) session->log_level = level;
  co_return Result<void>{};
}

// A process of a modern server for this client only. Log messages do not name their request, so they must not come from a
// process that other clients use too.
http::Task<Result<std::shared_ptr<Transport>>> McpClient::open_dedicated_transport(
    ServerTargetPtr target, RequestIdentity identity, std::shared_ptr<UpstreamSession> session) {
  if (!co_await session->setup.lock(target->timeout)) co_return server_timed_out(target->timeout);
  const AsyncLock entered(session->setup);
  const auto server = find_server(*target, identity);
  {
    const std::lock_guard lock(session->mutex);
    if (session->dedicated_transport != nullptr && session->dedicated_transport->is_alive())
      co_return session->dedicated_transport;
  }
  {
    const std::lock_guard lock(server->mutex);
    std::erase_if(server->dedicated_transports, [](const auto& transport) { return transport.expired(); });
    if (server->dedicated_transports.size() >= kMaxChildren) {
      co_return fail(ErrorCode::kUnavailable,
                     "This connector already runs " + std::to_string(kMaxChildren) +
                         " processes for log messages, which is the limit: do not ask for log messages.");
    }
  }
  WICK_CO_TRY(fresh, co_await open_transport(target, identity, server, nullptr));
  {
    const std::lock_guard lock(server->mutex);
    server->dedicated_transports.push_back(fresh);
  }
  const std::lock_guard lock(session->mutex);
  session->dedicated_transport = fresh;
  co_return std::move(fresh);
}

http::Task<Result<SuspendedRequest>> McpClient::resume(const RequestIdentity& identity, const RpcRequest& rpc,
                                                       std::string state) {
  auto suspended = pending_inputs_.take(state, rpc.owner);
  if (!suspended) {
    co_return fail(ErrorCode::kConflict,
                   "The request for this response has expired: make the request again from the beginning.");
  }
  const auto* responses = object_or_null(rpc.params, "inputResponses");
  const auto* response = responses == nullptr ? nullptr : responses->if_contains(suspended->input_key);
  const json::value id = suspended->input_request["id"];
  const bool cancelled = identity.client != nullptr && identity.client->cancellation->cancelled();
  // Without a response, the request of the server is sent to the client again (2026-07-28, MRTR, "Error Handling").
  if (response == nullptr || !response->is_object() || cancelled) co_return std::move(*suspended);
  json::object answer;
  if (const auto* error = object_or_null(response->get_object(), kRefusedAnswer)) {
    const auto code = optional_int(*error, "code");
    answer = make_error_response(id, code ? int(code->value_or(-32603)) : -32603,
                                 text_or_empty(*error, "message"));
  } else {
    answer = make_result_response(id, response->get_object());
  }
  const auto [transport, negotiated] = suspended->connection;
  WICK_CO_CHECK(co_await transport->send_message(*negotiated, std::move(answer)));
  suspended->input_request.clear();
  co_return std::move(*suspended);
}

RpcResponse McpClient::suspend(SuspendedRequest request, const RpcRequest& rpc,
                               const RequestIdentity& identity) {
  RpcResponse out;
  json::object input_request;
  input_request["method"] = request.input_request["method"];
  const auto* params = object_or_null(request.input_request, "params");
  input_request["params"] = params == nullptr ? json::object() : *params;
  json::object input_requests;
  input_requests[request.input_key] = std::move(input_request);
  out.result["resultType"] = "input_required";
  out.result["inputRequests"] = std::move(input_requests);
  out.result["requestState"] = pending_inputs_.put(std::move(request), rpc.owner, identity.holder);
  return out;
}

http::Task<Result<RpcResponse>> McpClient::continue_request(ServerTargetPtr target, RequestIdentity identity,
                                                            const RpcRequest& rpc, std::string state) {
  WICK_CO_TRY(active, co_await resume(identity, rpc, state));
  RequestLoop loop(*target, identity, active);
  auto response = co_await loop.run();
  if (!response) {
    // The request is in progress and must not be repeated.
    const ErrorCode code = response.error().code;
    const bool would_repeat = code == ErrorCode::kNotFound || code == ErrorCode::kConflict;
    if (would_repeat) response.error().code = ErrorCode::kUpstream;
    co_return std::unexpected(std::move(response.error()));
  }
  if (*response) co_return std::move(**response);
  co_return suspend(std::move(active), rpc, identity);
}

http::Task<Result<RpcResponse>> McpClient::request(ServerTargetPtr target, RequestIdentity identity,
                                                   RpcRequest rpc) {
  std::string state = text_or_empty(rpc.params, "requestState");
  if (state.starts_with(kPendingInputPrefix)) {
    auto response = co_await continue_request(target, identity, rpc, std::move(state));
    co_return response;
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    WICK_CO_TRY(response, co_await try_request(target, identity, rpc));
    if (response) co_return std::move(*response);
  }
  co_return session_not_kept();
}

// nullopt: the session is lost, or a server of the other generation has replaced the server. The server has not started the request,
// so the caller can repeat it.
http::Task<Result<std::optional<RpcResponse>>> McpClient::try_request(ServerTargetPtr target,
                                                                      RequestIdentity identity,
                                                                      const RpcRequest& rpc) {
  SuspendedRequest active;
  WICK_CO_TRY(lease, co_await open(target, identity, SessionPurpose::kRequests));
  const std::shared_ptr<UpstreamSession> session = lease->session;
  active.lease = std::move(lease);
  std::string session_level;
  {
    const std::lock_guard lock(session->mutex);
    active.connection = {session->transport, session->server};
    session_level = session->log_level;
  }
  // The reader of the notification stream has already found that the session is lost.
  if (active.connection.server == nullptr) co_return std::nullopt;
  const std::shared_ptr<const NegotiatedServer> negotiated = active.connection.server;
  const std::string log_level = log_level_of(identity, session_level);
  if (negotiated->modern && !log_level.empty() && target->is_program()) {
    WICK_CO_TRY(dedicated, co_await open_dedicated_transport(target, identity, session));
    active.connection.transport = std::move(dedicated);
  }
  const auto is_session_state = apply_to_session(*session, rpc);
  if (!is_session_state) {
    RpcResponse refused;
    refused.is_error = true;
    refused.error_code = kInvalidParams;
    refused.error_message = is_session_state.error().message;
    co_return refused;
  }
  if (negotiated->modern && *is_session_state) co_return RpcResponse();
  if (const auto* error = find_refusal(rpc.params)) {
    co_return fail(ErrorCode::kUpstream, "The client declined to answer a request of the MCP server: " +
                                             excerpt(text_or_empty(*error, "message")));
  }
  const bool asks_for_log = identity.client != nullptr && identity.client->log_level && !log_level.empty();
  if (asks_for_log && !negotiated->modern) {
    auto raised = co_await raise_log_level(target, identity, session, log_level);
    if (!raised && raised.error().code == ErrorCode::kNotFound) co_return std::nullopt;
    WICK_CO_CHECK(raised);
  }
  start_request(active, identity, rpc, log_level);
  RequestLoop loop(*target, identity, active);
  auto response = co_await loop.run();
  const bool is_lost = !response && response.error().code == ErrorCode::kNotFound;
  const bool is_other_generation = response && *response && negotiated->modern && (*response)->is_error &&
                                   (*response)->error_code == kUnsupportedVersion;
  if (is_lost || is_other_generation) {
    if (is_other_generation) forget(target->key);
    const std::lock_guard lock(session->mutex);
    session->server = nullptr;
    co_return std::nullopt;
  }
  if (!response && response.error().code == ErrorCode::kConflict) {
    forget(target->key);
    response.error().code = ErrorCode::kUpstream;
  }
  if (response && !*response) co_return suspend(std::move(active), rpc, identity);
  co_return response;
}

}  // namespace wick::upstream
