// The notifications and requests of servers outside of any response (McpClient, mcp_client.h).
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "mcp_client/mcp_client_parts.h"
#include "mcp_transport/stdio_transport.h"

namespace wick::upstream {
namespace {

struct StreamReceivers {
  std::vector<std::shared_ptr<Mailbox<json::object>>> subscribers;
  std::shared_ptr<PendingRequest> youngest_request;  // null: none is in progress
};

StreamReceivers find_receivers(const UpstreamSession& session) {
  StreamReceivers out;
  for (const auto& subscriber : session.subscribers) {
    if (auto living = subscriber.lock()) out.subscribers.push_back(std::move(living));
  }
  for (auto request = session.requests.rbegin();
       request != session.requests.rend() && out.youngest_request == nullptr; ++request)
    out.youngest_request = request->lock();
  return out;
}

// Reads the notification stream of a legacy server until it ends.
http::Task<void> run_server_stream(std::weak_ptr<UpstreamSession> of_session, ServerConnection connection,
                                   std::shared_ptr<PendingRequest> stream) {
  for (;;) {
    auto incoming = co_await stream->next(kForever);
    const auto session = of_session.lock();
    const bool has_ended =
        !incoming || incoming->status != 200 || incoming->message.empty() || session == nullptr;
    StreamReceivers receivers;
    if (session != nullptr) {
      const std::lock_guard lock(session->mutex);
      receivers = find_receivers(*session);
      if (has_ended && session->server_stream == stream) session->server_stream = nullptr;
      // The server has lost the session: the next request opens a new one.
      if (incoming && incoming->status == 404 && session->server == connection.server)
        session->server = nullptr;
    }
    if (has_ended) {
      for (const auto& subscriber : receivers.subscribers) subscriber->close();
      co_return;
    }
    const json::value* id = incoming->message.if_contains("id");
    const std::string method = text_or_empty(incoming->message, "method");
    if (id == nullptr) {
      for (const auto& subscriber : receivers.subscribers) subscriber->put(incoming->message);
    } else if (receivers.youngest_request != nullptr && !method.empty() && method != "ping") {
      receivers.youngest_request->deliver(std::move(incoming->message));
    } else if (!method.empty()) {
      json::object answer = method == "ping"
                                ? make_result_response(*id, {})
                                : make_error_response(*id, kMethodNotFound, "No request is in progress.");
      co_await connection.transport->send_message(*connection.server, std::move(answer));
    }
  }
}

// Clears the cancellation callback at the end of its scope.
class CancellationCallback {
 public:
  CancellationCallback(std::shared_ptr<Cancellation> cancellation, std::function<void()> callback)
      : cancellation_(std::move(cancellation)) {
    cancellation_->on_cancel(std::move(callback));
  }
  CancellationCallback(const CancellationCallback&) = delete;
  ~CancellationCallback() { cancellation_->on_cancel(nullptr); }

 private:
  const std::shared_ptr<Cancellation> cancellation_;
};

// The filter of subscriptions/listen. The resources of a legacy client are the subscriptions of its session.
json::object filter_for(UpstreamSession& session, const McpClientSession& client,
                        const json::object& filter) {
  json::object out = filter;
  if (client.modern) return out;
  json::array uris;
  const std::lock_guard lock(session.mutex);
  for (const std::string& uri : session.subscriptions) uris.push_back(json::string(uri));
  out["resourceSubscriptions"] = std::move(uris);
  return out;
}

}  // namespace

// Starts to read the session's notification stream, unless a coroutine reads it already.
void McpClient::read_server_stream(std::shared_ptr<UpstreamSession> session, http::Executor executor) {
  std::shared_ptr<PendingRequest> stream;
  ServerConnection connection;
  {
    const std::lock_guard lock(session->mutex);
    if (session->server_stream != nullptr || session->server == nullptr || session->server->modern) return;
    session->server_stream = stream = session->transport->listen(*session->server);
    connection = {session->transport, session->server};
  }
  // The mutex is released here, because the spawned coroutine may start at once and lock the session.
  boost::asio::co_spawn(executor, run_server_stream(session, std::move(connection), std::move(stream)),
                        boost::asio::detached);
}

http::Task<Result<void>> McpClient::listen(ServerTargetPtr target, RequestIdentity identity,
                                           json::object filter, OnNotification on_notification) {
  // The session of a legacy client has one stream. Each stream of a modern client has a session of its own.
  const bool has_own_session = identity.client->modern;
  const SessionPurpose purpose = has_own_session ? SessionPurpose::kNotifications : SessionPurpose::kRequests;
  WICK_CO_TRY(lease, co_await open(target, identity, purpose));
  const std::shared_ptr<UpstreamSession> session = lease->session;
  ServerConnection connection = session->connection();
  Result<void> ended;
  if (connection.server == nullptr) {
    ended = session_not_kept();
  } else if (connection.server->modern) {
    ended = co_await listen_modern(target, identity, session, std::move(filter), std::move(on_notification));
  } else {
    ended = co_await listen_legacy(target, identity, session, std::move(filter), std::move(on_notification));
  }
  if (has_own_session) {
    find_server(*target, identity)->sessions.remove(*session);
    session->interrupt_stream();
    co_await end_session(std::move(connection));
  }
  co_return ended;
}

http::Task<Result<void>> McpClient::listen_modern(ServerTargetPtr target, RequestIdentity identity,
                                                  std::shared_ptr<UpstreamSession> session,
                                                  json::object filter, OnNotification on_notification) {
  const McpClientSession* client = identity.client;
  const auto cancellation = client->cancellation;
  const ServerConnection connection = session->connection();
  const auto& [transport, negotiated] = connection;
  if (negotiated == nullptr) co_return session_not_kept();
  Result<void> ended;
  for (bool again = true; again && !cancellation->cancelled();) {
    again = false;
    const json::object wanted = filter_for(*session, *client, filter);
    RpcRequest rpc;
    json::object sent = wanted;
    sent.erase("wick/log");
    rpc.params["notifications"] = std::move(sent);
    const std::string id = transport->next_id();
    OutgoingRequest out{id, "subscriptions/listen", {}, std::move(rpc.params), {}, identity.holder};
    out.params["_meta"] = make_meta(*negotiated, client, rpc, id, "");
    const std::shared_ptr<PendingRequest> pending = transport->start_request(*negotiated, std::move(out));
    {
      const std::lock_guard lock(session->mutex);
      session->change_listener = pending;
    }
    bool is_answered = false;
    {
      const CancellationCallback callback(cancellation, [pending] { pending->interrupt(); });
      for (;;) {
        auto incoming = co_await pending->next(kForever);
        if (cancellation->cancelled()) break;
        if (!incoming) {
          // The client has not cancelled, so the request was interrupted because its subscriptions have changed.
          again = incoming.error().code == ErrorCode::kUnavailable && !client->modern;
          if (!again) ended = std::unexpected(std::move(incoming.error()));
          break;
        }
        record_refusal(identity.refusal, *incoming);
        if (incoming->message.empty()) {
          ended = not_mcp(*incoming);
          break;
        }
        is_answered = take_response(incoming->message, id).has_value();
        if (is_answered) break;
        if (matches_filter(incoming->message, wanted)) on_notification(std::move(incoming->message));
      }
    }
    std::string no_reason;
    if (target->is_program() && !is_answered) co_await notify_cancelled(connection, id, std::move(no_reason));
  }
  co_return ended;
}

http::Task<Result<void>> McpClient::listen_legacy(ServerTargetPtr target, RequestIdentity identity,
                                                  std::shared_ptr<UpstreamSession> session,
                                                  json::object filter, OnNotification on_notification) {
  const auto cancellation = identity.client->cancellation;
  const auto mailbox = std::make_shared<Mailbox<json::object>>(kMaxQueuedMessages);
  {
    const std::lock_guard lock(session->mutex);
    std::erase_if(session->subscribers, [](const auto& subscriber) { return subscriber.expired(); });
    session->subscribers.push_back(mailbox);
  }
  read_server_stream(session, co_await boost::asio::this_coro::executor);
  const auto* uris = filter.if_contains("resourceSubscriptions");
  if (identity.client->modern && uris != nullptr && uris->is_array()) {
    for (const auto& uri : uris->get_array()) {
      json::object params;
      params["uri"] = uri;
      WICK_CO_CHECK(
          co_await send_in_session(target, identity, session, "resources/subscribe", std::move(params)));
    }
  }
  const CancellationCallback callback(cancellation, [mailbox] { mailbox->close(); });
  for (;;) {
    auto message = co_await mailbox->take();
    if (cancellation->cancelled()) co_return Result<void>{};
    if (!message) break;
    // A legacy client receives the updates that its own session has subscribed to.
    const bool is_update = text_or_empty(*message, "method") == "notifications/resources/updated";
    if ((is_update && !identity.client->modern) || matches_filter(*message, filter))
      on_notification(std::move(*message));
  }
  co_return fail(ErrorCode::kUpstream, "The MCP server does not offer a notification stream, or closed it.");
}

}  // namespace wick::upstream
