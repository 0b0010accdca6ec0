// McpClient: Wick as a client of MCP servers over Streamable HTTP, each spoken to in its own era.
//
// Which era a server speaks is found as 2026-07-28 says (basic/versioning, "Backward compatibility"): it is
// asked `server/discover`; who answers that, or refuses with the versions it supports, is modern; who refuses
// in any other way is greeted with `initialize`. The finding is kept per connector with the configuration it
// was made for, as a whole value under a mutex that is not held while waiting: two calls at once may both
// ask, and the later answer stays. A legacy session that the server has forgotten (404) is opened anew, once
// for a call; such a refusal means that the call was not begun.
//
// Wick declares no client capabilities, so a server has nothing to ask back. Answers are read whole, within
// the target's limits, as JSON or as events. The caller's credential never gets here: the headers are the
// connector's own. Thread-safe; coroutines of the io threads.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/client.h"
#include "upstream/authorization.h"

namespace wick::upstream {

inline constexpr std::string_view kModernVersion = "2026-07-28";
inline constexpr std::string_view kNewestLegacy = "2025-11-25";
inline constexpr std::size_t kMaxErrorBytes = 500;  // of a server's own words that are repeated

// Where a server is and what every request to it carries.
struct Target {
  std::string key;  // of the connector: one finding is kept for each
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  int timeout_seconds = 30;
  std::size_t max_response_bytes = 1 << 20;
  bool allow_private_addresses = false;
  std::shared_ptr<Identity> identity;  // whose credential goes along; null: `headers` say all
};

// What a request came to: a result, or the JSON-RPC error that the server answered with.
struct Reply {
  boost::json::object result;
  int error_code = 0;  // not 0: an error
  std::string error_message;
};

// How a server is spoken to.
struct Peer {
  std::string fingerprint;  // of the target it was found for
  bool modern = false;
  std::string version, session;
  std::string name, server_version;  // as the server says; claims
  boost::json::object capabilities;  // ServerCapabilities
};

class McpClient {
 public:
  explicit McpClient(http::Client& http) : http_(http) {}

  // `more_headers`: those that mirror parameters (Mcp-Param-…), sent to modern servers only.
  // Errors: kUpstream  no answer, or one that is not MCP;  kTimeout, kTooLarge, kForbidden (http/client.h)
  http::Task<Result<Reply>> request(Target target, std::string method, boost::json::object params,
                                    std::vector<std::pair<std::string, std::string>> more_headers = {});
  // How the server is spoken to; asks it when that is not known.
  http::Task<Result<std::shared_ptr<const Peer>>> peer(Target target);
  void forget(const std::string& key);

 private:
  http::Task<Result<std::shared_ptr<const Peer>>> find_out(const Target& target, std::string fingerprint);
  http::Task<Result<std::shared_ptr<const Peer>>> initialize(const Target& target, std::string fingerprint);
  http::Task<Result<http::ClientResponse>> post(
      const Target& target, const Peer& peer, std::string method, std::string name, std::string body,
      std::vector<std::pair<std::string, std::string>> more_headers);

  http::Client& http_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Peer>> peers_;
};

}  // namespace wick::upstream
