#include "base/rate_limiter.h"

#include <algorithm>

#include "base/network.h"

namespace wick {
namespace {

constexpr Micros kHour = 3600 * kMicrosPerSecond;

// One token of `per_hour`.
Micros hourly_period(int per_hour) {
  return per_hour <= 0 ? kHour : std::max<Micros>(1, kHour / per_hour);
}

}  // namespace

void RateLimiter::set(Table::iterator entry, Micros full_at) {
  order_.erase({entry->second, &entry->first});
  entry->second = full_at;
  order_.emplace(full_at, &entry->first);
}

void RateLimiter::erase(Table::iterator entry) {
  order_.erase({entry->second, &entry->first});
  full_at_.erase(entry);
}

void RateLimiter::make_room(Micros now) {
  while (!order_.empty() && (order_.begin()->first <= now || full_at_.size() >= kMaxLimitedKeys))
    erase(full_at_.find(*order_.begin()->second));
}

Micros RateLimiter::take(std::string_view key, Micros now) {
  if (burst_ <= 0) return period_;
  const std::lock_guard lock(mutex_);
  std::string name(key);
  auto found = full_at_.find(name);
  if (found == full_at_.end()) {
    make_room(now);
    found = full_at_.emplace(std::move(name), now).first;
  }
  const Micros full_at = std::max(found->second, now) + period_;
  const Micros wait = full_at - now - burst_ * period_;
  if (wait > 0) return wait;
  set(found, full_at);
  return 0;
}

Micros RateLimiter::wait(std::string_view key, Micros now) const {
  if (burst_ <= 0) return period_;
  const std::lock_guard lock(mutex_);
  const auto found = full_at_.find(std::string(key));
  if (found == full_at_.end()) return 0;
  return std::max<Micros>(0, found->second + period_ - now - burst_ * period_);
}

void RateLimiter::give_back(std::string_view key, Micros now) {
  const std::lock_guard lock(mutex_);
  const auto found = full_at_.find(std::string(key));
  if (found == full_at_.end()) return;
  const Micros full_at = found->second - period_;
  if (full_at <= now) return erase(found);
  set(found, full_at);
}

void RateLimiter::clear(std::string_view key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = full_at_.find(std::string(key)); found != full_at_.end()) erase(found);
}

std::size_t RateLimiter::size() const {
  const std::lock_guard lock(mutex_);
  return full_at_.size();
}

AddressQuota::AddressQuota(int per_hour)
    : clients_(per_hour, hourly_period(per_hour)),
      sites_(per_hour * kSiteShare, hourly_period(per_hour * kSiteShare)) {}

Micros AddressQuota::take(std::string_view address, Micros now) {
  const std::string client = client_network(address);
  if (const Micros wait = clients_.take(client, now); wait > 0) return wait;
  const Micros wait = sites_.take(site_network(address), now);
  if (wait > 0) clients_.give_back(client, now);
  return wait;
}

int whole_seconds(Micros wait) {
  return int((wait + kMicrosPerSecond - 1) / kMicrosPerSecond);
}

Error rate_limited(std::string_view what, Micros wait) {
  const int seconds = whole_seconds(wait);
  return {ErrorCode::kRateLimited,
          "Too many " + std::string(what) + ": try again in " + std::to_string(seconds) +
              (seconds == 1 ? " second." : " seconds."),
          seconds};
}

}  // namespace wick
