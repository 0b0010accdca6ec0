// ServerUse: the legacy clients that use resources and prompts on /mcp.
//
// A legacy client receives notifications on its event stream without subscribing to them. To listen, Wick needs a session
// with every connected server, and for some servers a process. So the stream listens only after the client's first request
// for a resource or a prompt. Most clients use tools only, and need no sessions. Thread-safe.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "mcp/stream_hub.h"

namespace wick::mcp {

inline constexpr std::size_t kMaxServerUseClients =
    10'000;  // when there are more, the stream of the oldest client no longer listens to servers

class ServerUse {
 public:
  // Records that the client (McpClientSession::client_key) uses resources or prompts, and wakes its stream.
  void record_use(const std::string& client_key);
  bool uses_servers(const std::string& client_key) const;
  // Sets the stream to wake. The newest stream of a client replaces an earlier one.
  void set_stream(const std::string& client_key, std::weak_ptr<Stream> stream);

 private:
  struct Entry {
    bool is_used = false;
    std::weak_ptr<Stream> stream;
  };
  Entry& entry(const std::string& client_key);  // under the mutex

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> clients_;
  std::deque<std::string> order_;  // oldest first
};

}  // namespace wick::mcp
