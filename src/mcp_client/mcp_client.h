// McpClient: Wick as a client of MCP servers, each spoken to in its own era.
//
// Which era a server speaks is found as 2026-07-28 says (basic/versioning, "Backward compatibility"): it is
// asked `server/discover`; who answers that, or refuses with the versions it supports, is modern. Anything
// else, be it an error, silence for kProbeSeconds or the end of the process, means that it is greeted with
// `initialize`: where it was asked, and, if that is of no more use, in a process of its own. A server that
// does not take `initialize` as a POST either is tried with the transport of 2024-11-05 (sse_line.h). The
// finding is kept per connector with the configuration it was made for, that of an earlier revision across
// restarts too (era_notes.h), so that a silent server is not waited for again before an admin refreshes the
// connector.
//
// A server may be of both eras. Then a legacy client has a session of its own there, because questions and
// log messages of that era are a session's; where the server offers none, it is spoken to in 2026-07-28.
//
// A modern server keeps nothing of us, and all clients share one line to it. A legacy server keeps a session,
// with the client's capabilities, log level and subscriptions: each client (McpClientSession::lane) has a session,
// or a child process, of its own, so that nothing of one gets to another. The least recently used is ended
// when there are too many.
//
// What a legacy server asks back while a request runs is answered as 2026-07-28 does it: request() returns an
// InputRequiredResult whose requestState names the exchange, which waits here, parked, for at most
// kMaxPendingInputSeconds; the request made again with that state and the answers goes on with it. Only the same
// user with the same request at the same connector gets it back.
//
// A legacy server may also say and ask things outside of any answer, on a stream of its own. While a lane has
// a client that can answer or that listens, one coroutine attends to that stream: what is asked goes to the
// youngest request under way, what has changed to all who listen. It ends with the lane.
//
// Servers and lanes are each under a mutex that is never held while waiting, and a AsyncMutex lets one coroutine at
// a time open a lane. What has been found is an immutable value behind a shared_ptr. Thread-safe; coroutines
// of the io threads.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/fair_pool.h"
#include "connectors/mcp_client_session.h"
#include "http/client.h"
#include "mcp_client/pending_inputs.h"
#include "mcp_client/rpc_request.h"
#include "mcp_client/server_era_cache.h"
#include "mcp_transport/child_process.h"

namespace wick::upstream {

inline constexpr std::string_view kNewestLegacy = "2025-11-25";
inline constexpr int kMaxAnswered = 100;        // requests of a server that Wick refuses within one exchange
inline constexpr std::size_t kMaxLanes = 200;   // sessions with one legacy server
inline constexpr std::size_t kMaxChildren = 8;  // processes of one legacy server
inline constexpr std::size_t kMaxSubscriptions = 100;  // resources a session listens to
inline constexpr int kMaxExchangeSeconds = 3600;       // of one request, however much progress it reports
inline constexpr int kProbeSeconds = 3;                // a server that does not answer discovery is legacy
inline constexpr int kSlowStartSeconds =
    10;  // for a program that was asked something else, before it is started anew
inline constexpr int kKeepAliveMillis = 15'000;   // a waiting client hears something so often
inline constexpr int kDefaultIdleSeconds = 1800;  // of a session with a server, and its process
inline constexpr int kMaxBackoffSeconds = 60;     // between two starts of a process that dies at once
inline constexpr int kHealthySeconds = 10;        // a process that lived so long starts anew at once

class McpClient {
 public:
  // All outlive it. A session that nobody has used for `idle` ends at the next tidy().
  // What takes long with a large message is done on `long_work`; null: where the request runs.
  McpClient(http::Client& http, ChildProcessManager& children, std::chrono::seconds idle,
            ServerEraCache& notes, FairPool* long_work)
      : http_(http), children_(children), idle_(idle), notes_(notes), long_work_(long_work) {}

  // Errors: kUpstream  no answer, or one that is not MCP;  kTimeout, kTooLarge, kForbidden (http/client.h)
  //         kConflict  a parked request is not here, or is another's;  kUnavailable  the client took it back
  http::Task<Result<RpcResponse>> request(ServerTargetPtr target, RequestIdentity party, RpcRequest ask);
  // How the server is spoken to; asks it when that is not known.
  http::Task<Result<std::shared_ptr<const NegotiatedServer>>> peer(ServerTargetPtr target,
                                                                   RequestIdentity party);
  // The server's notifications of changes that `filter` (of subscriptions/listen) names, until the client
  // cancels or the server ends it. `heard` gets each; its end is an error or nothing.
  http::Task<Result<void>> listen(ServerTargetPtr target, RequestIdentity party, boost::json::object filter,
                                  std::function<void(boost::json::object)> heard);
  // The client has ended its session: what was kept for it ends too.
  http::Task<void> end_client_session(std::string key, std::string lane);
  // Ends idle sessions, and parked requests that nobody came back for. Tells their servers before it returns
  // to who runs it to its end.
  http::Task<void> tidy();
  // What the processes of the connector's command last wrote to standard error, without the secrets.
  std::string standard_error(const std::string& key, const SecretFilter& secrets) const;
  // Forgets what is known of the connector's server; a child process ends when its exchanges have.
  void forget(const std::string& key);

 private:
  struct Server;
  struct Probed;
  using LaneResult = Result<std::shared_ptr<SessionLease>>;
  // While true, the end of a process is no failure of its program: it was only tried whether it understands.
  using Trial = std::shared_ptr<std::atomic<bool>>;

  std::shared_ptr<Server> server_of(const ServerTarget& target, const RequestIdentity& party);
  http::Task<LaneResult> open(ServerTargetPtr target, RequestIdentity party, std::string purpose);
  http::Task<Result<void>> prepare(ServerTargetPtr target, RequestIdentity party,
                                   std::shared_ptr<Server> server, std::shared_ptr<UpstreamSession> lane);
  // era.cpp
  http::Task<Result<std::shared_ptr<Transport>>> new_line(ServerTargetPtr target, RequestIdentity party,
                                                          std::shared_ptr<Server> server, Trial trial);
  http::Task<Result<bool>> probe(ServerTargetPtr target, RequestIdentity party,
                                 std::shared_ptr<Transport> line, NegotiatedServer& found, bool& is_silent);
  http::Task<Result<Probed>> find_out(ServerTargetPtr target, RequestIdentity party,
                                      std::shared_ptr<Server> server, std::shared_ptr<UpstreamSession> lane);
  http::Task<Result<void>> greet(ServerTargetPtr target, RequestIdentity party,
                                 std::shared_ptr<Server> server, std::shared_ptr<UpstreamSession> lane,
                                 Probed probed);
  void doubt(const ServerTarget& target, Server& server, bool was_probed);
  http::Task<Result<void>> greet_by_sse(ServerTargetPtr target, RequestIdentity party,
                                        std::shared_ptr<UpstreamSession> lane, bool& is_stream,
                                        IncomingMessage& last);
  http::Task<Result<bool>> greet_both(ServerTargetPtr target, RequestIdentity party,
                                      std::shared_ptr<Server> server, std::shared_ptr<UpstreamSession> lane);
  http::Task<Result<void>> initialize(ServerTargetPtr target, RequestIdentity party,
                                      std::shared_ptr<UpstreamSession> lane, std::shared_ptr<Transport> line,
                                      std::chrono::milliseconds patience, IncomingMessage& last);
  // Whether the server is noted as one of an earlier revision; then it counts as known.
  http::Task<bool> recall(ServerTargetPtr target, std::shared_ptr<Server> server);
  http::Task<void> note_era(ServerTargetPtr target, std::shared_ptr<Server> server);
  static void use_modern(Server& server, UpstreamSession& lane, std::shared_ptr<Transport> line,
                         std::shared_ptr<const NegotiatedServer> peer);
  http::Task<Result<void>> restore(ServerTargetPtr target, RequestIdentity party,
                                   std::shared_ptr<UpstreamSession> lane);
  http::Task<Result<RpcResponse>> exchange(ServerTargetPtr target, RequestIdentity party,
                                           std::shared_ptr<UpstreamSession> lane, std::string method,
                                           boost::json::object params);
  http::Task<Result<std::shared_ptr<Transport>>> own_line(ServerTargetPtr target, RequestIdentity party,
                                                          std::shared_ptr<UpstreamSession> lane);
  http::Task<Result<void>> set_level(ServerTargetPtr target, RequestIdentity party,
                                     std::shared_ptr<UpstreamSession> lane, std::string level);
  http::Task<Result<RpcResponse>> converse(ServerTargetPtr target, RequestIdentity party,
                                           const RpcRequest& ask, SuspendedRequest talk);
  http::Task<Result<void>> listen_modern(ServerTargetPtr target, RequestIdentity party,
                                         std::shared_ptr<UpstreamSession> lane, boost::json::object filter,
                                         std::function<void(boost::json::object)> heard);
  http::Task<Result<void>> listen_legacy(ServerTargetPtr target, RequestIdentity party,
                                         std::shared_ptr<UpstreamSession> lane, boost::json::object filter,
                                         std::function<void(boost::json::object)> heard);
  void attend(std::shared_ptr<UpstreamSession> lane, http::Executor executor);
  http::Task<Result<SuspendedRequest>> resume(const RequestIdentity& party, const RpcRequest& ask,
                                              std::string state);

  http::Client& http_;
  ChildProcessManager& children_;
  const std::chrono::seconds idle_;
  ServerEraCache& notes_;
  FairPool* const long_work_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Server>> servers_;
  std::unordered_set<std::string> not_as_noted_;  // connectors, until their servers are known again
  PendingInputStore parked_;
};

}  // namespace wick::upstream
