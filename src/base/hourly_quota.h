// HourlyQuota: so many of something from one address in an hour.
//
// An IPv6 address counts as its /64, which is what one host is given. The table is bounded: when it is full,
// addresses that are not in it have to wait for the next hour. Thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace wick {

inline constexpr std::size_t kMaxQuotaAddresses = 100'000;

class HourlyQuota {
 public:
  explicit HourlyQuota(int most) : most_(most) {}
  // Takes one; false when none is left.
  bool take(std::string_view address, Micros now);

 private:
  const int most_;
  std::mutex mutex_;
  Micros hour_ = 0;
  std::unordered_map<std::string, int> taken_;  // in `hour_`
};

// "192.0.2.1" as it is; of "2001:db8:1:2:3::4" the network, "2001:db8:1:2::".
std::string host_network(std::string_view address);

}  // namespace wick
