// What the parts of McpClient (mcp_client.cpp, opening.cpp, changes.cpp) share. Of this folder alone.
#pragma once

#include <map>
#include <vector>

#include "mcp_client/mcp_client.h"
#include "mcp_client/messages.h"

namespace wick::upstream {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Whether a server of 2026-07-28 has sessions of an earlier revision for who asks for one.
enum class LegacySessions { kUnknown, kOffered, kNone };

// What is known of one connector's server. Under its own mutex but for the turn.
struct McpClient::Server {
  std::string fingerprint;
  AsyncMutex turn;  // to find out, or to start the process that all share
  std::mutex mutex;
  bool known = false;
  bool is_recalled = false;                        // known from a note alone: it has not been spoken to since
  std::shared_ptr<const NegotiatedServer> modern;  // null: legacy, once known
  std::shared_ptr<Transport> line;                 // of a modern server
  LegacySessions legacy_sessions = LegacySessions::kUnknown;  // of a modern server
  bool uses_sse = false;                            // of a legacy server: the transport of 2024-11-05
  std::shared_ptr<const NegotiatedServer> greeted;  // as it last introduced itself in an earlier revision
  std::map<std::string, std::shared_ptr<UpstreamSession>> lanes;
  std::vector<std::weak_ptr<Transport>> own;  // processes of single clients of a modern server
  // Of the processes of a stdio server.
  int failures = 0;  // in a row
  Clock::time_point not_before;
  std::string how_it_ended;
  const std::shared_ptr<StandardError> standard_error = std::make_shared<StandardError>();
};

// A line that the server's era was asked on.
struct McpClient::Probed {
  std::shared_ptr<Transport> line = nullptr;  // null: none had to be asked, or it is of no more use
  bool is_silent = false;                     // it did not answer
  Trial trial = nullptr;
};

class AsyncLock {
 public:
  explicit AsyncLock(AsyncMutex& turn) : turn_(turn) {}
  AsyncLock(const AsyncLock&) = delete;
  ~AsyncLock() { turn_.unlock(); }

 private:
  AsyncMutex& turn_;
};

// Sends a request that Wick makes on its own and waits for its answer; `last`: the status and headers that
// came with it. Errors besides those of exchanges: kNotFound  a legacy server has lost the session
http::Task<Result<RpcResponse>> send_own_request(std::shared_ptr<Transport> line,
                                                 std::shared_ptr<const NegotiatedServer> peer,
                                                 std::shared_ptr<AccessRefusal> refusal, std::string method,
                                                 boost::json::object params,
                                                 std::chrono::milliseconds patience,
                                                 IncomingMessage* last = nullptr);
http::Task<void> end_session(ServerConnection way);
// Whether the server hears it or not, nobody waits for its answer any more.
http::Task<void> notify_cancelled(std::shared_ptr<Transport> line,
                                  std::shared_ptr<const NegotiatedServer> peer, std::string id,
                                  std::string reason);

}  // namespace wick::upstream
