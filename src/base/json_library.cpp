// Boost.JSON, compiled here instead of linked from Debian's library, so that its objects hash their keys with a
// secret key.
//
// Boost.JSON hashes with FNV-1a, salted with the address of the object's table, whose low bits are guessable.
// Colliding keys are therefore easy to construct: 65,536 of them (700 kB) cost seconds. With SipHash-1-3
// (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012) under a random key of this process, a sender
// cannot know which keys collide, whether an object is parsed, copied or filled.
#include <sys/random.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "base/keyed_hash.h"
#include "base/result.h"

namespace wick {
namespace {

using SipKey = std::array<std::uint64_t, 2>;

std::uint64_t word_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

class SipState {
 public:
  SipState(const SipKey& key)
      : a_(0x736f6d6570736575 ^ key[0]),
        b_(0x646f72616e646f6d ^ key[1]),
        c_(0x6c7967656e657261 ^ key[0]),
        d_(0x7465646279746573 ^ key[1]) {}
  void add(std::uint64_t word) {
    d_ ^= word;
    round();
    a_ ^= word;
  }
  std::uint64_t finish() {
    c_ ^= 0xFF;
    for (int i = 0; i < 3; ++i) round();
    return a_ ^ b_ ^ c_ ^ d_;
  }

 private:
  void round() {
    a_ += b_;
    b_ = std::rotl(b_, 13) ^ a_;
    a_ = std::rotl(a_, 32);
    c_ += d_;
    d_ = std::rotl(d_, 16) ^ c_;
    a_ += d_;
    d_ = std::rotl(d_, 21) ^ a_;
    c_ += b_;
    b_ = std::rotl(b_, 17) ^ c_;
    c_ = std::rotl(c_, 32);
  }

  std::uint64_t a_, b_, c_, d_;
};

SipKey random_key() {
  SipKey key;
  WICK_ASSERT(getrandom(key.data(), sizeof key, 0) == sizeof key);
  return key;
}

}  // namespace

std::uint64_t sip_hash(std::string_view text, std::uint64_t first_key, std::uint64_t second_key) {
  SipState state({first_key, second_key});
  const std::size_t whole = text.size() / 8 * 8;
  for (std::size_t at = 0; at < whole; at += 8) state.add(word_at(text.data() + at));
  std::uint64_t last = std::uint64_t(text.size()) << 56;
  for (std::size_t i = whole; i < text.size(); ++i)
    last |= std::uint64_t(static_cast<unsigned char>(text[i])) << (8 * (i - whole));
  state.add(last);
  return state.finish();
}

std::uint64_t keyed_hash(std::string_view text) {
  static const SipKey key = random_key();
  return sip_hash(text, key[0], key[1]);
}

}  // namespace wick

// Replaces boost/json/detail/digest.hpp, which only the library's own sources use, and std::hash of its
// strings, which nothing here uses.
#define BOOST_JSON_DETAIL_DIGEST_HPP
#include <boost/json/detail/config.hpp>

BOOST_JSON_NS_BEGIN
namespace detail {
// The salt of a table is its address and adds nothing to the secret key. Iterators other than pointers are
// those of the library's own JSON Pointers.
template <class Iterator>
std::size_t digest(Iterator begin, Iterator end, std::size_t) noexcept {
  if constexpr (std::is_same_v<Iterator, const char*>) {
    return ::wick::keyed_hash({begin, static_cast<std::size_t>(end - begin)});
  } else {
    std::string text;
    for (; begin != end; ++begin) text += *begin;
    return ::wick::keyed_hash(text);
  }
}
}  // namespace detail
BOOST_JSON_NS_END

#include <boost/json/src.hpp>
