// Declarations shared by the source files of McpClient (mcp_client*.cpp). Private to this folder.
#pragma once

#include <vector>

#include "mcp_client/mcp_client.h"
#include "mcp_client/messages.h"

namespace wick::upstream {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Whether a server of 2026-07-28 offers legacy sessions too.
enum class LegacySessions { kUnknown, kOffered, kNone };

// The findings about one connector's server. `mutex` guards all members but `setup` and `sessions`.
struct McpClient::Server {
  std::string fingerprint;  // constant
  AsyncMutex setup;         // held while the generation is found, or the shared process is started
  SessionPool sessions;
  std::mutex mutex;
  bool known = false;
  bool is_recalled = false;  // known from the cache: the server has not been asked since Wick started
  std::shared_ptr<const NegotiatedServer> modern;             // null: legacy, once known
  std::shared_ptr<Transport> shared_transport;                // to a modern server
  LegacySessions legacy_sessions = LegacySessions::kUnknown;  // of a modern server
  bool uses_sse = false;  // a legacy server with the transport of 2024-11-05
  std::shared_ptr<const NegotiatedServer> last_initialized;  // from the latest `initialize`
  std::vector<std::weak_ptr<Transport>>
      dedicated_transports;  // each a process for one client of a modern server
  // The processes of a stdio server.
  int failures = 0;  // in a row
  SteadyClock::time_point not_before;
  std::string how_it_ended;
  const std::shared_ptr<StandardError> standard_error = std::make_shared<StandardError>();
};

// The transport over which the server was asked for its generation.
struct McpClient::Probed {
  std::shared_ptr<Transport> transport =
      nullptr;             // null: the generation was known, or the transport cannot be used any more
  bool is_silent = false;  // the server did not answer
  Trial trial = nullptr;
};

// Unlocks a locked AsyncMutex at the end of its scope.
class AsyncLock {
 public:
  explicit AsyncLock(AsyncMutex& mutex) : mutex_(mutex) {}
  AsyncLock(const AsyncLock&) = delete;
  ~AsyncLock() { mutex_.unlock(); }

 private:
  AsyncMutex& mutex_;
};

// Sends a request of Wick itself and waits for the response. `last` receives the status and the headers of the response.
// Errors: those of PendingRequest::next();  kNotFound  a legacy server has lost the session
http::Task<Result<RpcResponse>> send_own_request(std::shared_ptr<Transport> transport,
                                                 std::shared_ptr<const NegotiatedServer> negotiated,
                                                 std::shared_ptr<AccessRefusal> refusal, std::string method,
                                                 boost::json::object params,
                                                 std::chrono::milliseconds timeout,
                                                 IncomingMessage* last = nullptr);
// Ends a session at a legacy server.
http::Task<void> end_session(ServerConnection connection);
// Notifies the server that the request was cancelled. Errors are ignored.
http::Task<void> notify_cancelled(ServerConnection connection, std::string id, std::string reason);

}  // namespace wick::upstream
