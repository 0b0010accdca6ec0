#include "upstream/parked.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/random.h"

namespace wick::upstream {

std::string ParkedRequests::put(Parked request, std::string owner) {
  std::string name = std::string(kParkedPrefix) + random_hex(16);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(kMaxParkedSeconds);
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= kMaxParked) {
    // The one that has waited longest makes room; its client is told to call again.
    waiting_.erase(std::min_element(waiting_.begin(), waiting_.end(), [](const auto& a, const auto& b) {
      return a.second.until < b.second.until;
    }));
  }
  waiting_.emplace(name, Waiting{std::move(request), std::move(owner), until});
  return name;
}

std::optional<Parked> ParkedRequests::take(const std::string& name, const std::string& owner) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(name);
  if (found == waiting_.end() || found->second.owner != owner) return std::nullopt;
  Parked request = std::move(found->second.request);
  waiting_.erase(found);
  return request;
}

std::vector<Parked> ParkedRequests::expired() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<Parked> out;
  const std::lock_guard lock(mutex_);
  for (auto one = waiting_.begin(); one != waiting_.end();) {
    if (one->second.until > now) {
      ++one;
      continue;
    }
    out.push_back(std::move(one->second.request));
    one = waiting_.erase(one);
  }
  return out;
}

}  // namespace wick::upstream
