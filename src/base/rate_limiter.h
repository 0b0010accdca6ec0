// RateLimiter: for each key a burst, then one more in every period. The one implementation of throttles and
// quotas.
//
// A key has a bucket of `burst` tokens, into which one token returns every `period`. take() takes one or says
// how long until there is one, so what was counted decays with time by itself. The bucket is kept as the time
// at which it will be full again (the generic cell rate algorithm); a full bucket needs no entry.
//
// Memory is bounded by kMaxLimitedKeys. When the table is full, the bucket that is full again the soonest is
// forgotten, which loses the least. Whoever wants his own count forgotten that way must first empty
// kMaxLimitedKeys other buckets further than his own, which takes more tokens than it gives back.
//
// Thread-safe: one mutex guards both containers, and `order_` points to the keys inside `full_at_`, whose
// nodes stay where they are until they are erased from both.
#pragma once

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
  // A burst of 0 allows nothing, ever.
  RateLimiter(int burst, Micros period) : burst_(burst), period_(period) {}
  RateLimiter(const RateLimiter&) = delete;

  // Takes a token: 0. Without one: the time until there is one, at least 1, and nothing is taken.
  Micros take(std::string_view key, Micros now);
  // The time until there is a token; 0: there is one.
  Micros wait(std::string_view key, Micros now) const;
  // Returns a token that was taken.
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
  const Micros period_;
  mutable std::mutex mutex_;
  Table full_at_;
  Order order_;  // by the time at which the bucket is full again
};

// A quota for strangers: so many in an hour from one client (see client_network), and kSiteShare times as
// many from its site, so that a site with many IPv6 networks cannot take what is meant for all. Thread-safe.
class AddressQuota {
 public:
  explicit AddressQuota(int per_hour);
  // As RateLimiter::take.
  Micros take(std::string_view address, Micros now);

 private:
  RateLimiter clients_, sites_;
};

// Rounded up.
int whole_seconds(Micros wait);
// The error (kRateLimited) that says how long to wait: "Too many failed sign-ins: try again in 5 seconds."
Error rate_limited(std::string_view what, Micros wait);

}  // namespace wick
