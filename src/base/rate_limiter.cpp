#include "base/rate_limiter.h"

#include <algorithm>

#include "base/network.h"

namespace wick {
namespace {

using std::chrono::microseconds;

// One token of `per_hour`.
microseconds hourly_period(int per_hour) {
  constexpr microseconds kHour = std::chrono::hours(1);
  return per_hour <= 0 ? kHour : std::max(microseconds(1), kHour / per_hour);
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

microseconds RateLimiter::take(std::string_view key, Micros now) {
  if (burst_ <= 0) return period_;
  const std::lock_guard lock(mutex_);
  std::string name(key);
  auto found = full_at_.find(name);
  if (found == full_at_.end()) {
    make_room(now);
    found = full_at_.emplace(std::move(name), now).first;
  }
  const Micros full_at = std::max(found->second, now) + period_.count();
  const microseconds wait = microseconds(full_at - now) - burst_ * period_;
  if (wait.count() > 0) return wait;
  set(found, full_at);
  return {};
}

microseconds RateLimiter::wait(std::string_view key, Micros now) const {
  if (burst_ <= 0) return period_;
  const std::lock_guard lock(mutex_);
  const auto found = full_at_.find(std::string(key));
  if (found == full_at_.end()) return {};
  return std::max(microseconds(), microseconds(found->second - now) + period_ - burst_ * period_);
}

void RateLimiter::give_back(std::string_view key, Micros now) {
  const std::lock_guard lock(mutex_);
  const auto found = full_at_.find(std::string(key));
  if (found == full_at_.end()) return;
  const Micros full_at = found->second - period_.count();
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

microseconds AddressQuota::take(std::string_view address, Micros now) {
  const std::string client = client_network(address);
  if (const auto wait = clients_.take(client, now); wait.count() > 0) return wait;
  const auto wait = sites_.take(site_network(address), now);
  if (wait.count() > 0) clients_.give_back(client, now);
  return wait;
}

Error rate_limited(std::string_view what, microseconds wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  return {ErrorCode::kRateLimited,
          "Too many " + std::string(what) + ": try again in " + std::to_string(seconds.count()) +
              (seconds.count() == 1 ? " second." : " seconds."),
          seconds};
}

}  // namespace wick
