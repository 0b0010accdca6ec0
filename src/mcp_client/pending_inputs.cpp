#include "mcp_client/pending_inputs.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/random.h"

namespace wick::upstream {

std::string PendingInputStore::put(SuspendedRequest request, std::string owner, std::string user) {
  std::string name = std::string(kPendingInputPrefix) + random_hex(16);
  const auto until = SteadyClock::now() + kPendingInputTimeout;
  const std::lock_guard lock(mutex_);
  const auto of_user = std::count_if(waiting_.begin(), waiting_.end(),
                                     [&](const auto& one) { return one.second.user == user; });
  if (std::size_t(of_user) >= kMaxPendingInputsPerUser) {
    make_room(user);
  } else if (waiting_.size() >= kMaxPendingInputs) {
    make_room("");
  }
  waiting_.emplace(name, Waiting{std::move(request), std::move(owner), std::move(user), until});
  return name;
}

// The client of a dropped request gets an error that tells it to repeat the request.
void PendingInputStore::make_room(const std::string& user) {
  auto longest = waiting_.end();
  for (auto one = waiting_.begin(); one != waiting_.end(); ++one) {
    if (!user.empty() && one->second.user != user) continue;
    if (longest == waiting_.end() || one->second.until < longest->second.until) longest = one;
  }
  if (longest != waiting_.end()) waiting_.erase(longest);
}

std::optional<SuspendedRequest> PendingInputStore::take(const std::string& name, const std::string& owner) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(name);
  if (found == waiting_.end() || found->second.owner != owner) return std::nullopt;
  SuspendedRequest request = std::move(found->second.request);
  waiting_.erase(found);
  return request;
}

std::vector<SuspendedRequest> PendingInputStore::take_expired() {
  const auto now = SteadyClock::now();
  std::vector<SuspendedRequest> out;
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
