// Idempotency keys: prevent that a repeated request takes effect twice (request header Idempotency-Key,
// draft-ietf-httpapi-idempotency-key-header).
//
// For requests whose response shows a secret once. The draft repeats the first response, which would require
// storing the secret in readable form. So no response is stored: a repetition is rejected with 409, and the
// error names the entity that the first request created. A user who has lost the first response revokes that
// entity and creates another. A failed request has created nothing, and its key is free again.
//
// Keys belong to one holder (a user) and reveal nothing about requests of others. They are kept in memory only:
// after a restart, and on another node, a key is unused. Thread-safe; blocks only on its own short lock.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"
#include "http/message.h"

namespace wick::http {

inline constexpr std::chrono::hours kIdempotencyWindow(1);  // from the first request
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;
inline constexpr std::size_t kMaxIdempotencyKeysPerHolder = 100;  // above this, the oldest is dropped
inline constexpr std::size_t kMaxIdempotencyKeys = 10'000;        // above this, the oldest of all is dropped

class IdempotencyKeys {
 public:
  explicit IdempotencyKeys(const Clock& clock) : clock_(clock) {}

  // A request in progress. If the claim ends without keep(), the key is free again.
  class Claim {
   public:
    Claim() = default;  // a request without a key
    Claim(Claim&& other) noexcept;
    Claim& operator=(Claim&& other) = delete;
    ~Claim();
    // Records the entity that the request created. `made` names it in a phrase: "the access token “Laptop”".
    void keep(std::string made);

   private:
    friend class IdempotencyKeys;
    Claim(IdempotencyKeys& keys, std::string holder, std::string key)
        : keys_(&keys), holder_(std::move(holder)), key_(std::move(key)) {}
    IdempotencyKeys* keys_ = nullptr;
    std::string holder_, key_;
  };

  // Errors: kInvalidArgument  the header occurs twice, or is not a string of 1 to kMaxIdempotencyKeyBytes visible
  //                           ASCII characters, quoted (RFC 8941 §3.3.3) or bare
  //         kConflict         a request with this key is in progress or has created something
  Result<Claim> claim(std::string_view holder, const Request& request);

 private:
  struct Entry {
    std::string key;
    Micros at = 0;
    std::string made;  // empty while the request is under way
  };
  // The keys of one holder, oldest first.
  using Entries = std::deque<Entry>;
  void finish(const std::string& holder, const std::string& key, std::string made);
  void forget_expired(Micros now);
  void forget_oldest();

  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entries> holders_;
  std::size_t count_ = 0;
};

}  // namespace wick::http
