// McpClient: Wick as a client of MCP servers, each spoken to in its own era.
//
// Which era a server speaks is found as 2026-07-28 says (basic/versioning, "Backward compatibility"): it is
// asked `server/discover`; who answers that, or refuses with the versions it supports, is modern; who refuses
// in any other way is greeted with `initialize`. The finding is kept per connector with the configuration it
// was made for.
//
// A modern server keeps nothing of us, and all clients share one line to it. A legacy server keeps a session,
// with the client's capabilities, log level and subscriptions: each client (ClientSide::lane) has a session,
// or a child process, of its own, so that nothing of one gets to another. The least recently used is ended
// when there are too many.
//
// What a legacy server asks back while a request runs is answered as 2026-07-28 does it: request() returns an
// InputRequiredResult whose requestState names the exchange, which waits here, parked, for at most
// kMaxParkedSeconds; the request made again with that state and the answers goes on with it. Only the same
// user with the same request at the same connector gets it back.
//
// Servers and lanes are each under a mutex that is never held while waiting, and a Turn lets one coroutine at
// a time open a lane. What has been found is an immutable value behind a shared_ptr. Thread-safe; coroutines
// of the io threads.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "connectors/client_side.h"
#include "http/client.h"
#include "upstream/child_process.h"
#include "upstream/http_line.h"
#include "upstream/parked.h"

namespace wick::upstream {

inline constexpr std::string_view kModernVersion = "2026-07-28";
inline constexpr std::string_view kNewestLegacy = "2025-11-25";
inline constexpr std::size_t kMaxErrorBytes = 500;     // of a server's own words that are repeated
inline constexpr std::size_t kMaxLanes = 200;          // sessions with one legacy server
inline constexpr std::size_t kMaxChildren = 8;         // processes of one legacy server
inline constexpr std::size_t kMaxSubscriptions = 100;  // resources a session listens to
inline constexpr int kMaxExchangeSeconds = 3600;       // of one request, however much progress it reports
inline constexpr int kProbeSeconds = 10;               // a process that does not answer discovery is legacy
inline constexpr int kKeepAliveMillis = 15'000;        // a waiting client hears something so often
inline constexpr int kMaxBackoffSeconds = 60;          // between two starts of a process that dies at once
inline constexpr int kHealthySeconds = 10;             // a process that lived so long starts anew at once

// Where a server is and what every request to it carries. Made once for a connector's configuration.
struct Target {
  std::string key;           // of the connector: one finding is kept for each
  std::string fingerprint;   // of all that follows: another one is another server
  HttpTarget http;           // without `command`
  ChildCommand command;      // no words: Streamable HTTP
  int timeout_seconds = 30;  // without any message
};
using TargetPtr = std::shared_ptr<const Target>;

// A server does not let us in: 401 or 403, with its challenges.
struct Refusal {
  int status = 0;  // 0: it does
  std::string challenge;
};

// For whom a request is made.
struct Party {
  const ClientSide* client = nullptr;    // null: nobody who could be asked or told
  std::string account;                   // whose account at the server it is; empty: the connector's
  std::string header, value;             // what shows it to the server; empty: the target's headers say all
  std::shared_ptr<Refusal> refusal = {}; // told when the server refuses it
};

struct Ask {
  std::string method;
  boost::json::object params;
  Headers headers;    // those that mirror parameters (Mcp-Param-…)
  std::string owner;  // who may go on with this request when it is parked
};

// What a request came to: a result, or the JSON-RPC error that the server answered with.
struct Reply {
  boost::json::object result;  // resultType "input_required": the server asks back
  int error_code = 0;          // not 0: an error
  std::string error_message;
  boost::json::value error_data;
};

class McpClient {
 public:
  explicit McpClient(http::Client& http) : http_(http) {}

  // Errors: kUpstream  no answer, or one that is not MCP;  kTimeout, kTooLarge, kForbidden (http/client.h)
  //         kConflict  a parked request is not here, or is another's;  kUnavailable  the client took it back
  http::Task<Result<Reply>> request(TargetPtr target, Party party, Ask ask);
  // How the server is spoken to; asks it when that is not known.
  http::Task<Result<std::shared_ptr<const Peer>>> peer(TargetPtr target, Party party);
  // The server's notifications of changes that `filter` (of subscriptions/listen) names, until the client
  // cancels or the server ends it. `heard` gets each; its end is an error or nothing.
  http::Task<Result<void>> listen(TargetPtr target, Party party, boost::json::object filter,
                                  std::function<void(boost::json::object)> heard);
  // The client has ended its session: what was kept for it ends too.
  http::Task<void> end_lane(std::string key, std::string lane);
  // Forgets what is known of the connector's server; a child process ends when its exchanges have.
  void forget(const std::string& key);
  // What a connector's process said last on standard error; empty when there is none.
  std::string last_words(const std::string& key) const;

 private:
  struct Server;
  using LaneResult = Result<std::shared_ptr<Lane>>;

  std::shared_ptr<Server> server_of(const Target& target, const Party& party);
  http::Task<LaneResult> open(TargetPtr target, Party party, std::string purpose);
  http::Task<Result<void>> prepare(TargetPtr target, Party party, std::shared_ptr<Server> server,
                                   std::shared_ptr<Lane> lane);
  http::Task<Result<std::shared_ptr<Line>>> new_line(TargetPtr target, Party party,
                                                     std::shared_ptr<Server> server);
  http::Task<Result<bool>> probe(TargetPtr target, Party party, std::shared_ptr<Line> line, Peer& found);
  http::Task<Result<void>> initialize(TargetPtr target, Party party, std::shared_ptr<Lane> lane);
  http::Task<Result<Reply>> exchange(TargetPtr target, Party party, std::shared_ptr<Lane> lane,
                                     std::string method, boost::json::object params);
  http::Task<Result<void>> set_level(TargetPtr target, Party party, std::shared_ptr<Lane> lane,
                                     std::string level);
  http::Task<Result<Reply>> converse(TargetPtr target, Party party, const Ask& ask, Parked talk);
  http::Task<Result<Parked>> resume(const Party& party, const Ask& ask, std::string state);

  http::Client& http_;
  Children children_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Server>> servers_;
  ParkedRequests parked_;
};

}  // namespace wick::upstream
