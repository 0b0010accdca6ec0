#include "base/shares.h"

#include <mutex>
#include <unordered_map>
#include <utility>

namespace wick {
namespace {

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

std::unexpected<Error> at_limit(std::string message) {
  return fail(Error{ErrorCode::kRateLimited, std::move(message), std::chrono::seconds(1)});
}

}  // namespace

struct Shares::Count {
  std::string_view holder;  // the key in the map, whose nodes have stable addresses
  std::size_t taken = 0;
};

struct Shares::State {
  State(std::size_t the_total, std::size_t the_share, ShareText the_text)
      : total(the_total), per_holder(the_share), text(std::move(the_text)) {}
  const std::size_t total, per_holder;
  const ShareText text;
  mutable std::mutex mutex;
  std::size_t taken = 0;
  std::unordered_map<std::string, Count, Hash, std::equal_to<>> counts;
};

Shares::Lease::Lease(Lease&& other) noexcept
    : state_(std::move(other.state_)), count_(std::exchange(other.count_, nullptr)) {}

Shares::Lease& Shares::Lease::operator=(Lease&& other) noexcept {
  std::swap(state_, other.state_);
  std::swap(count_, other.count_);
  return *this;
}

Shares::Lease::~Lease() {
  if (state_ == nullptr) return;
  const std::lock_guard lock(state_->mutex);
  --state_->taken;
  if (count_ == nullptr || --count_->taken > 0) return;
  state_->counts.erase(state_->counts.find(count_->holder));
}

Shares::Shares(std::size_t total, std::size_t per_holder, ShareText text)
    : state_(std::make_shared<State>(total, per_holder, std::move(text))) {}

Result<Shares::Lease> Shares::take(std::string_view holder) {
  State& state = *state_;
  const ShareText& text = state.text;
  const std::lock_guard lock(state.mutex);
  const auto found = state.counts.find(holder);
  if (!holder.empty() && (found == state.counts.end() ? 0 : found->second.taken) >= state.per_holder) {
    return at_limit("There are " + std::to_string(state.per_holder) + " " + text.what +
                    " in progress, which is the limit for " + text.holder + " (" + text.holder_setting +
                    "): wait for some to end.");
  }
  if (state.taken >= state.total) {
    return at_limit("The server has " + std::to_string(state.total) + " " + text.what +
                    " in progress, which is the limit (" + text.total_setting + "): try again in a moment.");
  }
  ++state.taken;
  if (holder.empty()) return Lease(state_, nullptr);
  if (found != state.counts.end()) {
    ++found->second.taken;
    return Lease(state_, &found->second);
  }
  const auto added = state.counts.try_emplace(std::string(holder)).first;
  added->second = {added->first, 1};
  return Lease(state_, &added->second);
}

std::size_t Shares::taken() const {
  const std::lock_guard lock(state_->mutex);
  return state_->taken;
}

std::size_t Shares::taken_by(std::string_view holder) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->counts.find(holder);
  return found == state_->counts.end() ? 0 : found->second.taken;
}

std::size_t Shares::holders() const {
  const std::lock_guard lock(state_->mutex);
  return state_->counts.size();
}

}  // namespace wick
