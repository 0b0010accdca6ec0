// RateLimiter: allows a burst for each key, then one more in every period. All throttles and quotas use it.
//
// Each key has a bucket of `burst` tokens, which gains one token every `period`. take() takes a token, or
// returns the time until the next token. The state of a bucket is the time at which it will be full (generic
// cell rate algorithm). A full bucket needs no entry.
//
// kMaxLimitedKeys bounds the memory. When the table is full, the limiter drops the bucket that will be full
// soonest, which loses the least. An attacker who wants to reset a bucket that way must first drain
// kMaxLimitedKeys other buckets further, which costs more tokens than the reset returns.
//
// Thread-safe: one mutex guards both containers. `order_` points to the keys inside `full_at_`, whose nodes
// have stable addresses until they are erased from both.
#pragma once

#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"

namespace wick {

inline constexpr std::size_t kMaxLimitedKeys = 32'768;
inline constexpr int kSiteShare = 4;

class RateLimiter {
 public:
  // A burst of 0 never allows anything.
  RateLimiter(int burst, std::chrono::microseconds period) : burst_(burst), period_(period) {}
  RateLimiter(const RateLimiter&) = delete;

  // Takes a token and returns 0. Without a token, returns the time until the next one (at least 1) and takes
  // nothing.
  std::chrono::microseconds take(std::string_view key, Micros now);
  // The time until the next token; 0 if there is one now.
  std::chrono::microseconds wait(std::string_view key, Micros now) const;
  // Puts back a token that take() has taken.
  void give_back(std::string_view key, Micros now);
  // Fills the bucket.
  void clear(std::string_view key);
  std::size_t size() const;

 private:
  using Table = std::unordered_map<std::string, Micros>;
  using Order = std::set<std::pair<Micros, const std::string*>>;
  void set(Table::iterator entry, Micros full_at);
  void erase(Table::iterator entry);
  void make_room(Micros now);

  const int burst_;
  const std::chrono::microseconds period_;
  mutable std::mutex mutex_;
  Table full_at_;
  Order order_;  // by the time at which the bucket is full again
};

// A quota for unauthenticated clients: a number of uses per hour for each client (client_network()), and
// kSiteShare times that number for each site (site_network()), so that a site with many IPv6 networks cannot
// take everything. Thread-safe.
class AddressQuota {
 public:
  explicit AddressQuota(int per_hour);
  // As RateLimiter::take.
  std::chrono::microseconds take(std::string_view address, Micros now);

 private:
  RateLimiter clients_, sites_;
};

// The error (kRateLimited) with the time to wait: "Too many failed sign-ins: try again in 5 seconds."
Error rate_limited(std::string_view what, std::chrono::microseconds wait);

}  // namespace wick
