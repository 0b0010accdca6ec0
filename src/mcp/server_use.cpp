#include "mcp/server_use.h"

namespace wick::mcp {

ServerUse::Entry& ServerUse::entry(const std::string& client_key) {
  const auto found = clients_.find(client_key);
  if (found != clients_.end()) return found->second;
  if (order_.size() >= kMaxServerUseClients) {
    clients_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(client_key);
  return clients_[client_key];
}

void ServerUse::record_use(const std::string& client_key) {
  std::shared_ptr<Stream> stream;
  {
    const std::lock_guard lock(mutex_);
    Entry& one = entry(client_key);
    if (one.is_used) return;
    one.is_used = true;
    stream = one.stream.lock();
  }
  if (stream != nullptr) Stream::wake(stream);
}

bool ServerUse::uses_servers(const std::string& client_key) const {
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(client_key);
  return found != clients_.end() && found->second.is_used;
}

void ServerUse::set_stream(const std::string& client_key, std::weak_ptr<Stream> stream) {
  const std::lock_guard lock(mutex_);
  entry(client_key).stream = std::move(stream);
}

}  // namespace wick::mcp
