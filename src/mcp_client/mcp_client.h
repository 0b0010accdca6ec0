// McpClient: the client of connected MCP servers. Each server is used in the protocol generation that it supports.
//
// Finding the generation. The order is that of 2026-07-28 (basic/versioning, "Backward compatibility"). Wick sends
// `server/discover`. A server that answers it, or refuses it with the versions it supports, is modern. After any other
// error, silence for kProbeTimeout or the end of the process, Wick sends `initialize`: first over the same transport, then
// in a new process. When a server does not accept `initialize` as a POST either, Wick tries the transport of 2024-11-05
// (http_sse_transport.h). The finding is kept for each connector, together with its configuration. The finding about a
// legacy server is also kept across restarts (server_generation_cache.h), so that Wick does not wait for a silent server again
// before an admin refreshes the connector.
//
// A server may support both generations. A legacy client then has a legacy session there, because requests to the client and log
// messages of that generation belong to a session. When the server offers no such session, Wick uses 2026-07-28.
//
// Sessions. A modern server keeps no state for Wick, so all clients share one transport to it. A legacy server keeps the
// client's capabilities, log level and subscriptions. So each client (McpClientSession::client_key) has its own session or
// child process, and no message for one client reaches another client (session_pool.h).
//
// Requests of the server to the client. A legacy server may send a request to the client while a request of the client is
// in progress. request() then returns an InputRequiredResult of 2026-07-28. The requestState names the suspended request,
// which waits for at most kPendingInputTimeout (pending_inputs.h). When the same user repeats the request at the same
// connector with this state and the responses, the suspended request continues.
//
// Notification stream. A legacy server may also send notifications and requests outside of any response. While a session
// has a client that can respond or that listens, one coroutine reads that stream. It delivers requests of the server to the
// youngest request in progress, and notifications to all subscribers. It ends with the session.
//
// Thread-safe; coroutines of the io threads. Findings are immutable values behind a shared_ptr.
//
// Lock order. No mutex is held while a coroutine waits; an AsyncMutex may be.
//   1. UpstreamSession::setup, then Server::setup (AsyncMutex): one coroutine opens a session, or finds the generation.
//   2. Server::mutex, or the mutex of Server::sessions; never both at the same time.
//   3. UpstreamSession::mutex.
// McpClient::mutex_ is held alone.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/fair_pool.h"
#include "connectors/mcp_client_session.h"
#include "http/client.h"
#include "mcp_client/pending_inputs.h"
#include "mcp_client/rpc_request.h"
#include "mcp_client/server_generation_cache.h"
#include "mcp_client/session_pool.h"
#include "mcp_transport/child_process.h"

namespace wick::upstream {

inline constexpr std::string_view kNewestLegacy = "2025-11-25";
// The number of server requests that Wick refuses within one request of the client.
inline constexpr int kMaxRefusedServerRequests = 100;
inline constexpr std::size_t kMaxChildren = 8;         // processes of one legacy server
inline constexpr std::size_t kMaxSubscriptions = 100;  // resources that one session subscribes to
// The longest duration of a request, even when it reports progress.
inline constexpr std::chrono::seconds kMaxRequestTime{3600};
// A server that does not answer the first message within this time is legacy.
inline constexpr std::chrono::seconds kProbeTimeout{3};
// The time for a program to start, before Wick starts another process.
inline constexpr std::chrono::seconds kSlowStartTimeout{10};
// Between two signs of life to a client that waits.
inline constexpr std::chrono::seconds kKeepAliveInterval{15};
// The time after which an unused session and its process end.
inline constexpr std::chrono::seconds kDefaultIdleTime{1800};
// The longest delay between two starts of a process that ends early.
inline constexpr std::chrono::seconds kMaxRestartDelay{60};
// A process that ran at least this long is restarted without delay.
inline constexpr std::chrono::seconds kHealthyProcessTime{10};

class McpClient {
 public:
  // All references outlive the client. end_idle_sessions() ends the sessions that are unused for `idle`. Large messages are
  // processed on `long_work`; null: on the thread of the request.
  McpClient(http::Client& http, ChildProcessManager& children, std::chrono::seconds idle,
            ServerGenerationCache& generation_cache, FairPool* long_work)
      : http_(http),
        children_(children),
        idle_(idle),
        generation_cache_(generation_cache),
        long_work_(long_work) {}

  // Errors: kUpstream     the server does not answer, or the answer is not MCP
  //         kConflict     the suspended request has expired, or belongs to another user
  //         kUnavailable  the client cancelled the request
  //         kTimeout, kTooLarge, kForbidden  as in http/client.h
  http::Task<Result<RpcResponse>> request(ServerTargetPtr target, RequestIdentity identity, RpcRequest rpc);
  // The result of the negotiation with the server. Negotiates when there is none.
  http::Task<Result<std::shared_ptr<const NegotiatedServer>>> negotiate(ServerTargetPtr target,
                                                                        RequestIdentity identity);
  // Calls `on_notification` with each notification that `filter` (of subscriptions/listen) names, until the client cancels
  // or the server ends the stream.
  // Errors: kUpstream  the server offers no such stream, or closed it
  http::Task<Result<void>> listen(ServerTargetPtr target, RequestIdentity identity,
                                  boost::json::object filter,
                                  std::function<void(boost::json::object)> on_notification);
  // Ends the sessions of a client that has ended its own session: at the connector `key`, or at all connectors when `key` is
  // empty.
  http::Task<void> end_client_session(std::string key, std::string client);
  // Ends idle sessions and expired suspended requests. Notifies the servers in separate coroutines on the caller's executor.
  http::Task<void> end_idle_sessions();
  // The last output of the connector's processes to standard error, with the secrets removed.
  std::string standard_error(const std::string& key, const SecretFilter& secrets) const;
  // Drops the findings about the connector's server. A child process ends when its requests have ended.
  void forget(const std::string& key);

 private:
  struct Server;
  struct Probed;
  class RequestLoop;
  using SessionResult = Result<std::shared_ptr<SessionLease>>;
  // While true, the end of a process does not count as a failure of its program, because Wick only probes its generation.
  using Trial = std::shared_ptr<std::atomic<bool>>;
  using OnNotification = std::function<void(boost::json::object)>;

  std::shared_ptr<Server> find_server(const ServerTarget& target, const RequestIdentity& identity);
  std::vector<std::shared_ptr<Server>> servers_of(const std::string& key) const;

  // mcp_client_connect.cpp
  http::Task<SessionResult> open(ServerTargetPtr target, RequestIdentity identity, SessionPurpose purpose);
  http::Task<Result<void>> open_session(ServerTargetPtr target, RequestIdentity identity,
                                        std::shared_ptr<Server> server,
                                        std::shared_ptr<UpstreamSession> session);
  http::Task<Result<void>> connect(ServerTargetPtr target, RequestIdentity identity,
                                   std::shared_ptr<Server> server, std::shared_ptr<UpstreamSession> session);

  // mcp_client_probe.cpp
  http::Task<Result<std::shared_ptr<Transport>>> open_transport(ServerTargetPtr target,
                                                                RequestIdentity identity,
                                                                std::shared_ptr<Server> server, Trial trial);
  http::Task<Result<bool>> probe(ServerTargetPtr target, RequestIdentity identity,
                                 std::shared_ptr<Transport> transport, NegotiatedServer& found,
                                 bool& is_silent);
  http::Task<Result<Probed>> find_generation(ServerTargetPtr target, RequestIdentity identity,
                                             std::shared_ptr<Server> server,
                                             std::shared_ptr<UpstreamSession> session);
  http::Task<Result<void>> open_legacy_session(ServerTargetPtr target, RequestIdentity identity,
                                               std::shared_ptr<Server> server,
                                               std::shared_ptr<UpstreamSession> session, Probed probed);
  static bool record_legacy_session(Server& server, UpstreamSession& session, bool uses_sse);
  void mark_generation_uncertain(const ServerTarget& target, Server& server, bool was_probed);
  http::Task<Result<void>> initialize_over_sse(ServerTargetPtr target, RequestIdentity identity,
                                               std::shared_ptr<UpstreamSession> session, bool& is_stream,
                                               IncomingMessage& last);
  http::Task<Result<bool>> open_legacy_session_of_modern_server(ServerTargetPtr target,
                                                                RequestIdentity identity,
                                                                std::shared_ptr<Server> server,
                                                                std::shared_ptr<UpstreamSession> session);
  http::Task<Result<void>> initialize(ServerTargetPtr target, RequestIdentity identity,
                                      std::shared_ptr<UpstreamSession> session,
                                      std::shared_ptr<Transport> transport, std::chrono::milliseconds timeout,
                                      IncomingMessage& last);
  // Whether the cache has the server as legacy. The generation then counts as known.
  http::Task<bool> recall_generation(ServerTargetPtr target, std::shared_ptr<Server> server);
  http::Task<void> store_generation(ServerTargetPtr target, std::shared_ptr<Server> server);
  static void use_modern(Server& server, UpstreamSession& session, std::shared_ptr<Transport> transport,
                         std::shared_ptr<const NegotiatedServer> negotiated);
  http::Task<Result<void>> restore_session(ServerTargetPtr target, RequestIdentity identity,
                                           std::shared_ptr<UpstreamSession> session);

  // mcp_client_request.cpp
  http::Task<Result<RpcResponse>> send_in_session(ServerTargetPtr target, RequestIdentity identity,
                                                  std::shared_ptr<UpstreamSession> session,
                                                  std::string method, boost::json::object params);
  http::Task<Result<std::shared_ptr<Transport>>> open_dedicated_transport(
      ServerTargetPtr target, RequestIdentity identity, std::shared_ptr<UpstreamSession> session);
  http::Task<Result<void>> raise_log_level(ServerTargetPtr target, RequestIdentity identity,
                                           std::shared_ptr<UpstreamSession> session, std::string level);
  http::Task<Result<std::optional<RpcResponse>>> try_request(ServerTargetPtr target, RequestIdentity identity,
                                                             const RpcRequest& rpc);
  http::Task<Result<RpcResponse>> continue_request(ServerTargetPtr target, RequestIdentity identity,
                                                   const RpcRequest& rpc, std::string state);
  http::Task<Result<SuspendedRequest>> resume(const RequestIdentity& identity, const RpcRequest& rpc,
                                              std::string state);
  RpcResponse suspend(SuspendedRequest request, const RpcRequest& rpc, const RequestIdentity& identity);

  // mcp_client_notifications.cpp
  http::Task<Result<void>> listen_modern(ServerTargetPtr target, RequestIdentity identity,
                                         std::shared_ptr<UpstreamSession> session, boost::json::object filter,
                                         OnNotification on_notification);
  http::Task<Result<void>> listen_legacy(ServerTargetPtr target, RequestIdentity identity,
                                         std::shared_ptr<UpstreamSession> session, boost::json::object filter,
                                         OnNotification on_notification);
  void read_server_stream(std::shared_ptr<UpstreamSession> session, http::Executor executor);

  http::Client& http_;
  ChildProcessManager& children_;
  const std::chrono::seconds idle_;
  ServerGenerationCache& generation_cache_;
  FairPool* const long_work_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Server>> servers_;  // by connector and account
  // Connectors whose entry in the cache is not used, until their servers are known again.
  std::unordered_set<std::string> without_cached_generation_;
  PendingInputStore pending_inputs_;
};

}  // namespace wick::upstream
