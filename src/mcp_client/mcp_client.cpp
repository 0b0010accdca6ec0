#include "mcp_client/mcp_client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "base/json.h"
#include "mcp_client/mcp_client_parts.h"

namespace wick::upstream {

http::Task<void> notify_cancelled(ServerConnection connection, std::string id, std::string reason) {
  json::object params;
  params["requestId"] = std::stoull(id);
  if (!reason.empty()) params["reason"] = json::string(reason);
  auto message = make_notification("notifications/cancelled", std::move(params));
  co_await connection.transport->send_message(*connection.server, std::move(message));
}

http::Task<void> end_session(ServerConnection connection) {
  const bool is_open = connection.transport != nullptr && connection.server != nullptr;
  if (is_open && !connection.server->modern) co_await connection.transport->close(*connection.server);
}

std::shared_ptr<McpClient::Server> McpClient::find_server(const ServerTarget& target,
                                                          const RequestIdentity& identity) {
  const std::string key = target.key + "\n" + identity.account;
  std::shared_ptr<Server> replaced;  // destroyed after the mutex is released
  const std::lock_guard lock(mutex_);
  auto& server = servers_[key];
  if (server == nullptr || server->fingerprint != target.fingerprint) {
    replaced = std::exchange(server, std::make_shared<Server>());
    server->fingerprint = target.fingerprint;
  }
  return server;
}

std::vector<std::shared_ptr<McpClient::Server>> McpClient::servers_of(const std::string& key) const {
  std::vector<std::shared_ptr<Server>> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, server] : servers_) {
    if (key.empty() || name.starts_with(key + "\n")) out.push_back(server);
  }
  return out;
}

std::string McpClient::standard_error(const std::string& key, const SecretFilter& secrets) const {
  std::shared_ptr<StandardError> found;
  {
    const std::lock_guard lock(mutex_);
    const auto server = servers_.find(key + "\n");  // a program is used without accounts
    if (server != servers_.end()) found = server->second->standard_error;
  }
  return found == nullptr ? "" : found->text(secrets);
}

void McpClient::forget(const std::string& key) {
  const auto forgotten = servers_of(key);  // destroyed after the mutex is released
  const std::lock_guard lock(mutex_);
  std::erase_if(servers_, [&](const auto& entry) { return entry.first.starts_with(key + "\n"); });
  without_cached_generation_.insert(key);
}

http::Task<void> McpClient::end_client_session(std::string key, std::string client) {
  for (const auto& server : servers_of(key)) {
    for (const auto& session : server->sessions.remove_client(client)) {
      ServerConnection connection = session->interrupt_stream();
      co_await end_session(std::move(connection));
    }
  }
}

http::Task<void> McpClient::end_idle_sessions() {
  const auto executor = co_await boost::asio::this_coro::executor;
  for (SuspendedRequest& expired : pending_inputs_.take_expired()) {
    boost::asio::co_spawn(executor,
                          notify_cancelled(expired.connection, expired.id, "Nobody answered in time."),
                          boost::asio::detached);
  }
  const auto unused_since = SteadyClock::now() - idle_;
  for (const auto& server : servers_of("")) {
    for (ServerConnection& connection : server->sessions.close_idle(unused_since))
      boost::asio::co_spawn(executor, end_session(std::move(connection)), boost::asio::detached);
  }
}

}  // namespace wick::upstream
