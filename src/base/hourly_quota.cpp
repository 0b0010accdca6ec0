#include "base/hourly_quota.h"

#include <arpa/inet.h>

#include <cstring>

namespace wick {

std::string host_network(std::string_view address) {
  const std::string text(address);
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1 || IN6_IS_ADDR_V4MAPPED(&v6)) return text;
  std::memset(v6.s6_addr + 8, 0, 8);
  char out[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, &v6, out, sizeof out) == nullptr ? text : out;
}

bool HourlyQuota::take(std::string_view address, Micros now) {
  const std::string key = host_network(address);
  const Micros hour = now / (3600 * kMicrosPerSecond);
  const std::lock_guard lock(mutex_);
  if (hour != hour_) taken_.clear();
  hour_ = hour;
  const auto found = taken_.find(key);
  if (found == taken_.end()) {
    if (taken_.size() >= kMaxQuotaAddresses || most_ <= 0) return false;
    taken_.emplace(key, 1);
    return true;
  }
  return found->second < most_ && ++found->second <= most_;
}

}  // namespace wick
