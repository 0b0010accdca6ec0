// Keys of requests that must not be carried out twice: the Idempotency-Key request header
// (draft-ietf-httpapi-idempotency-key-header).
//
// For requests whose answer is a secret that is shown once. The draft would answer a repetition with the first answer;
// then the secret would have to be kept, readable, for as long as the key. So nothing of the answer is kept: a repetition
// is refused with 409, and the refusal names what the first request has made. Whoever has lost the first answer revokes
// that and makes another. A request that failed has made nothing, and its key is free again.
//
// Keys are of one holder (a user) and say nothing about requests of others. They are in memory only: after a restart, and
// on another node, a key is fresh. Thread-safe; never blocks on anything but its own short lock.
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

inline constexpr Micros kIdempotencyWindow = 60 * 60 * kMicrosPerSecond;  // from the first request on
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;
inline constexpr std::size_t kMaxIdempotencyKeysPerHolder = 100;  // the oldest is forgotten
inline constexpr std::size_t kMaxIdempotencyKeys = 10'000;        // the oldest of all is forgotten

class IdempotencyKeys {
 public:
  explicit IdempotencyKeys(const Clock& clock) : clock_(clock) {}

  // A request under way. When it ends without keep(), its key is free again.
  class Claim {
   public:
    Claim() = default;  // a request without a key
    Claim(Claim&& other) noexcept;
    Claim& operator=(Claim&& other) = delete;
    ~Claim();
    // The request has made something, which `made` names in a sentence: "the access token “Laptop”".
    void keep(std::string made);

   private:
    friend class IdempotencyKeys;
    Claim(IdempotencyKeys& keys, std::string holder, std::string key)
        : keys_(&keys), holder_(std::move(holder)), key_(std::move(key)) {}
    IdempotencyKeys* keys_ = nullptr;
    std::string holder_, key_;
  };

  // Errors: kInvalidArgument  the header is sent twice, or is no string of 1 to kMaxIdempotencyKeyBytes visible ASCII
  //                           characters, quoted (RFC 8941 §3.3.3) or bare
  //         kConflict         a request with this key is under way, or has made something
  Result<Claim> claim(std::string_view holder, const Request& request);

 private:
  struct Entry {
    std::string key;
    Micros at = 0;
    std::string made;  // empty while the request is under way
  };
  // Of one holder; the oldest first.
  using Entries = std::deque<Entry>;
  void settle(const std::string& holder, const std::string& key, std::string made);
  void forget_expired(Micros now);
  void forget_oldest();

  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entries> holders_;
  std::size_t count_ = 0;
};

}  // namespace wick::http
