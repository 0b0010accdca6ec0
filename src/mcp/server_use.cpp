#include "mcp/server_use.h"

namespace wick::mcp {

ServerUse::Entry& ServerUse::entry(const std::string& lane) {
  const auto found = lanes_.find(lane);
  if (found != lanes_.end()) return found->second;
  if (order_.size() >= kMaxNotedLanes) {
    lanes_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(lane);
  return lanes_[lane];
}

void ServerUse::note(const std::string& lane) {
  std::shared_ptr<Stream> stream;
  {
    const std::lock_guard lock(mutex_);
    Entry& one = entry(lane);
    if (one.is_used) return;
    one.is_used = true;
    stream = one.stream.lock();
  }
  if (stream != nullptr) Stream::wake(stream);
}

bool ServerUse::has(const std::string& lane) const {
  const std::lock_guard lock(mutex_);
  const auto found = lanes_.find(lane);
  return found != lanes_.end() && found->second.is_used;
}

void ServerUse::open(const std::string& lane, std::weak_ptr<Stream> stream) {
  const std::lock_guard lock(mutex_);
  entry(lane).stream = std::move(stream);
}

}  // namespace wick::mcp
