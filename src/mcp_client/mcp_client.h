// McpClient: Wick as a client of MCP servers. Each server is spoken to in the protocol era that it knows.
//
// Finding the era. The order is that of 2026-07-28 (basic/versioning, "Backward compatibility"). Wick sends
// `server/discover`. A server that answers it, or that refuses it with the versions it supports, is modern. After any
// other error, silence for kProbeTimeout or the end of the process, Wick sends `initialize`: first over the same
// transport, then in a process of its own. A server that does not take `initialize` as a POST either is tried with the
// transport of 2024-11-05 (http_sse_transport.h). The finding is kept for each connector, with the configuration it was
// made for. That of a legacy server is kept across restarts too (server_era_cache.h), so that Wick does not wait for a
// silent server again before an admin refreshes the connector.
//
// A server may know both eras. A legacy client then has a legacy session there, because questions and log messages of
// that era belong to a session. When the server offers no such session, it is spoken to in 2026-07-28.
//
// Sessions. A modern server keeps no state for Wick, so all clients share one transport to it. A legacy server keeps the
// client's capabilities, log level and subscriptions. So each client (McpClientSession::lane) has a session or a child
// process of its own, and nothing of one client reaches another (session_pool.h).
//
// Questions in the middle of a request. A legacy server may ask the client something while a request is in progress.
// request() then returns an InputRequiredResult of 2026-07-28. Its requestState names the suspended request, which waits
// for at most kPendingInputTimeout (pending_inputs.h). The same request, made again with that state and the answers by
// the same user at the same connector, continues it.
//
// Notification stream. A legacy server may also send notifications and requests outside of any response. While a
// session has a client that can answer or that listens, one coroutine reads that stream. It gives requests of the server
// to the youngest request in progress, and notifications to all subscribers. It ends with the session.
//
// Thread-safe; coroutines of the io threads. Findings are immutable values behind a shared_ptr.
//
// Lock order. No mutex is held while a coroutine waits; an AsyncMutex may be.
//   1. UpstreamSession::setup, then Server::setup (AsyncMutex): one coroutine opens a session, or finds the era.
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
#include "mcp_client/server_era_cache.h"
#include "mcp_client/session_pool.h"
#include "mcp_transport/child_process.h"

namespace wick::upstream {

inline constexpr std::string_view kNewestLegacy = "2025-11-25";
// Requests of a server that Wick refuses while one request is in progress.
inline constexpr int kMaxRefusedServerRequests = 100;
inline constexpr std::size_t kMaxChildren = 8;                // processes of one legacy server
inline constexpr std::size_t kMaxSubscriptions = 100;         // resources that one session subscribes to
inline constexpr std::chrono::seconds kMaxRequestTime{3600};  // however much progress a request reports
inline constexpr std::chrono::seconds kProbeTimeout{3};       // a server that is silent for so long is legacy
inline constexpr std::chrono::seconds kSlowStartTimeout{10};  // of a program, before another one is started
inline constexpr std::chrono::seconds kKeepAliveInterval{15};  // a waiting client receives something so often
inline constexpr std::chrono::seconds kDefaultIdleTime{1800};  // until an unused session and its process end
inline constexpr std::chrono::seconds kMaxRestartDelay{
    60};  // between two starts of a process that ends early
inline constexpr std::chrono::seconds kHealthyProcessTime{10};  // a process that ran so long restarts at once

class McpClient {
 public:
  // All references outlive the client. A session that is unused for `idle` ends at the next tidy(). Work that takes long
  // with a large message is done on `long_work`; null: on the thread of the request.
  McpClient(http::Client& http, ChildProcessManager& children, std::chrono::seconds idle,
            ServerEraCache& era_cache, FairPool* long_work)
      : http_(http), children_(children), idle_(idle), era_cache_(era_cache), long_work_(long_work) {}

  // Errors: kUpstream     the server does not answer, or the answer is not MCP
  //         kConflict     the suspended request has expired, or belongs to another user
  //         kUnavailable  the client cancelled the request
  //         kTimeout, kTooLarge, kForbidden  as in http/client.h
  http::Task<Result<RpcResponse>> request(ServerTargetPtr target, RequestIdentity identity, RpcRequest rpc);
  // The server as it was negotiated with. Asks the server when that is not known.
  http::Task<Result<std::shared_ptr<const NegotiatedServer>>> negotiate(ServerTargetPtr target,
                                                                        RequestIdentity identity);
  // Calls `on_notification` with each notification that `filter` (of subscriptions/listen) names, until the client
  // cancels or the server ends the stream. Errors: kUpstream  the server has no such stream, or closed it
  http::Task<Result<void>> listen(ServerTargetPtr target, RequestIdentity identity,
                                  boost::json::object filter,
                                  std::function<void(boost::json::object)> on_notification);
  // Ends the sessions of a client that has ended its own; `key`: at that connector only, empty: at all.
  http::Task<void> end_client_session(std::string key, std::string client);
  // Ends idle sessions and expired suspended requests. The servers are told in coroutines of their own on the caller's
  // executor.
  http::Task<void> tidy();
  // The last output of the connector's processes to standard error, without the secrets.
  std::string standard_error(const std::string& key, const SecretFilter& secrets) const;
  // Drops the findings about the connector's server. A child process ends when its requests have ended.
  void forget(const std::string& key);

 private:
  struct Server;
  struct Probed;
  class RequestLoop;
  using SessionResult = Result<std::shared_ptr<SessionLease>>;
  // While true, the end of a process is no failure of its program: Wick only tries which era it knows.
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
  http::Task<Result<Probed>> find_era(ServerTargetPtr target, RequestIdentity identity,
                                      std::shared_ptr<Server> server,
                                      std::shared_ptr<UpstreamSession> session);
  http::Task<Result<void>> begin_legacy_session(ServerTargetPtr target, RequestIdentity identity,
                                                std::shared_ptr<Server> server,
                                                std::shared_ptr<UpstreamSession> session, Probed probed);
  static bool record_legacy_session(Server& server, UpstreamSession& session, bool uses_sse);
  void doubt_finding(const ServerTarget& target, Server& server, bool was_probed);
  http::Task<Result<void>> initialize_over_sse(ServerTargetPtr target, RequestIdentity identity,
                                               std::shared_ptr<UpstreamSession> session, bool& is_stream,
                                               IncomingMessage& last);
  http::Task<Result<bool>> begin_session_of_modern_server(ServerTargetPtr target, RequestIdentity identity,
                                                          std::shared_ptr<Server> server,
                                                          std::shared_ptr<UpstreamSession> session);
  http::Task<Result<void>> initialize(ServerTargetPtr target, RequestIdentity identity,
                                      std::shared_ptr<UpstreamSession> session,
                                      std::shared_ptr<Transport> transport, std::chrono::milliseconds timeout,
                                      IncomingMessage& last);
  // Whether the cache says that the server is legacy; then the era counts as known.
  http::Task<bool> recall_era(ServerTargetPtr target, std::shared_ptr<Server> server);
  http::Task<void> store_era(ServerTargetPtr target, std::shared_ptr<Server> server);
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
  ServerEraCache& era_cache_;
  FairPool* const long_work_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Server>> servers_;  // by connector and account
  // Connectors whose entry in the cache is not used, until their servers are known again.
  std::unordered_set<std::string> without_cached_era_;
  PendingInputStore pending_inputs_;
};

}  // namespace wick::upstream
