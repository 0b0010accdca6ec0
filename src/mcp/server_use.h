// ServerUse: which legacy clients use resources and prompts on /mcp.
//
// Such a client hears of changes on its event stream without saying of which. To listen means a session with every
// connected server, for some a process; so its stream listens from the moment on at which the client first asks for a
// resource or a prompt, and most clients, which want tools alone, cost nothing. Thread-safe.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "mcp/stream_hub.h"

namespace wick::mcp {

inline constexpr std::size_t kMaxNotedClients =
    10'000;  // the oldest is forgotten: its stream hears no more of servers

class ServerUse {
 public:
  // The client of this key (McpClientSession::lane) uses them: its stream is woken.
  void note(const std::string& client_key);
  bool has(const std::string& client_key) const;
  // The stream to wake; one for each client, the newest.
  void open(const std::string& client_key, std::weak_ptr<Stream> stream);

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
