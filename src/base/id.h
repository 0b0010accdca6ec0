// Ids: UUIDs of version 7 (RFC 9562 §5.7), 16 bytes in memory, 36 characters as text. Each kind of entity has
// its own type, so that a token's id cannot be passed as a user's id.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wick {

using UuidBytes = std::array<unsigned char, 16>;

std::string format_uuid(const UuidBytes& bytes);
// nullopt unless `text` is the lower- or upper-case 8-4-4-4-12 form.
std::optional<UuidBytes> parse_uuid(std::string_view text);
// Makes a time-ordered UUID with 74 random bits from the operating system. Thread-safe.
UuidBytes make_uuid_v7();

template <typename Tag>
struct Id {
  UuidBytes bytes{};

  static Id make() { return {make_uuid_v7()}; }
  static std::optional<Id> parse(std::string_view text) {
    const auto bytes = parse_uuid(text);
    if (!bytes) return std::nullopt;
    return Id{*bytes};
  }
  std::string str() const { return format_uuid(bytes); }
  bool empty() const { return bytes == UuidBytes{}; }
  friend auto operator<=>(const Id&, const Id&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const Id& id) {
    return H::combine(std::move(state), id.bytes);
  }
};

using UserId = Id<struct UserTag>;
using TokenId = Id<struct TokenTag>;
using SessionId = Id<struct SessionTag>;
using TagId = Id<struct TagTag>;
using ConnectorId = Id<struct ConnectorTag>;
using NoteId = Id<struct NoteTag>;

}  // namespace wick

template <typename Tag>
struct std::hash<wick::Id<Tag>> {
  std::size_t operator()(const wick::Id<Tag>& id) const noexcept {
    std::uint64_t parts[2];
    std::memcpy(parts, id.bytes.data(), 16);
    return parts[0] ^ (parts[1] * 0x9E3779B97F4A7C15ULL);
  }
};
