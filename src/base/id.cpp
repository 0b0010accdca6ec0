#include "base/id.h"

#include <sys/random.h>

#include "base/result.h"
#include "base/text.h"
#include "base/time.h"

namespace wick {

std::string format_uuid(const UuidBytes& bytes) {
  std::string hex = to_hex(bytes);
  for (const std::size_t at : {20, 16, 12, 8}) hex.insert(at, 1, '-');
  return hex;
}

std::optional<UuidBytes> parse_uuid(std::string_view text) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') {
    return std::nullopt;
  }
  std::string hex;
  for (const char c : text) {
    if (c != '-') hex += c;
  }
  if (hex.size() != 32) return std::nullopt;
  const auto raw = from_hex(hex);
  if (!raw) return std::nullopt;
  UuidBytes bytes;
  std::memcpy(bytes.data(), raw->data(), bytes.size());
  return bytes;
}

UuidBytes make_uuid_v7() {
  UuidBytes bytes;
  WICK_ASSERT(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  const auto millis = static_cast<std::uint64_t>(SystemClock().now() / 1000);
  for (int i = 0; i < 6; ++i) bytes[std::size_t(i)] = static_cast<unsigned char>(millis >> (40 - 8 * i));
  bytes[6] = static_cast<unsigned char>(0x70 | (bytes[6] & 0x0F));
  bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3F));
  return bytes;
}

}  // namespace wick
