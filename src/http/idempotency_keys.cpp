#include "http/idempotency_keys.h"

#include <algorithm>

#include "base/text.h"

namespace wick::http {
namespace {

std::unexpected<Error> malformed() {
  return fail(ErrorCode::kInvalidArgument, "The Idempotency-Key must be sent once, as a string of 1 to " +
                                               std::to_string(kMaxIdempotencyKeyBytes) +
                                               " visible ASCII characters, such as a UUID.");
}

Result<std::string> read_key(std::string_view value) {
  value = trim(value);
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
    value = value.substr(1, value.size() - 2);
  if (value.empty() || value.size() > kMaxIdempotencyKeyBytes) return malformed();
  for (const char c : value) {
    if (c <= ' ' || c > '~' || c == '"' || c == '\\') return malformed();
  }
  return std::string(value);
}

}  // namespace

IdempotencyKeys::Claim::Claim(Claim&& other) noexcept
    : keys_(std::exchange(other.keys_, nullptr)),
      holder_(std::move(other.holder_)),
      key_(std::move(other.key_)) {}

IdempotencyKeys::Claim::~Claim() {
  if (keys_ != nullptr) keys_->finish(holder_, key_, "");
}

void IdempotencyKeys::Claim::keep(std::string made) {
  if (keys_ != nullptr) std::exchange(keys_, nullptr)->finish(holder_, key_, std::move(made));
}

Result<IdempotencyKeys::Claim> IdempotencyKeys::claim(std::string_view holder, const Request& request) {
  const std::size_t sent = request.header_count("idempotency-key");
  if (sent == 0) return Claim();
  if (sent > 1) return malformed();
  WICK_TRY(key, read_key(*request.header("idempotency-key")));

  const Micros now = clock_.now();
  const std::lock_guard lock(mutex_);
  Entries& entries = holders_[std::string(holder)];
  const auto expired = [&](const Entry& entry) {
    return !entry.made.empty() && entry.at + to_micros(kIdempotencyWindow) <= now;
  };
  count_ -= std::erase_if(entries, expired);
  const auto known =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
  if (known != entries.end()) {
    if (known->made.empty())
      return fail(ErrorCode::kConflict,
                  "A request with this Idempotency-Key is in progress: wait for its response.");
    return fail(ErrorCode::kConflict, "A request with this Idempotency-Key has already created " +
                                          known->made +
                                          ". Its secret was shown once, in the response to that request. If "
                                          "you have lost it, revoke the credential and create another.");
  }
  // Keys of requests in progress stay: there are at most as many as worker threads.
  if (entries.size() >= kMaxIdempotencyKeysPerHolder) {
    const auto oldest =
        std::find_if(entries.begin(), entries.end(), [](const Entry& entry) { return !entry.made.empty(); });
    if (oldest != entries.end()) {
      entries.erase(oldest);
      --count_;
    }
  }
  entries.push_back({key, now, ""});
  ++count_;
  if (count_ > kMaxIdempotencyKeys) forget_expired(now);
  if (count_ > kMaxIdempotencyKeys) forget_oldest();
  return Claim(*this, std::string(holder), std::move(key));
}

void IdempotencyKeys::finish(const std::string& holder, const std::string& key, std::string made) {
  const std::lock_guard lock(mutex_);
  const auto found = holders_.find(holder);
  if (found == holders_.end()) return;
  Entries& entries = found->second;
  const auto entry =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& one) { return one.key == key; });
  if (entry == entries.end()) return;
  if (!made.empty()) {
    entry->made = std::move(made);
    return;
  }
  entries.erase(entry);
  --count_;
  if (entries.empty()) holders_.erase(found);
}

void IdempotencyKeys::forget_expired(Micros now) {
  for (auto holder = holders_.begin(); holder != holders_.end();) {
    count_ -= std::erase_if(holder->second, [&](const Entry& entry) {
      return !entry.made.empty() && entry.at + to_micros(kIdempotencyWindow) <= now;
    });
    holder = holder->second.empty() ? holders_.erase(holder) : std::next(holder);
  }
}

// Drops the oldest finished key. Only needed if very many users create very many entities within the window.
void IdempotencyKeys::forget_oldest() {
  Entries* of = nullptr;
  Entries::iterator oldest;
  for (auto& [holder, entries] : holders_) {
    const auto first =
        std::find_if(entries.begin(), entries.end(), [](const Entry& entry) { return !entry.made.empty(); });
    if (first == entries.end() || (of != nullptr && oldest->at <= first->at)) continue;
    of = &entries;
    oldest = first;
  }
  if (of == nullptr) return;
  of->erase(oldest);
  --count_;
}

}  // namespace wick::http
