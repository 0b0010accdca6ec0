// IP addresses and networks as values.
//
// An IPv4 address and its IPv4-mapped IPv6 form (::ffff:192.0.2.1, RFC 4291 §2.5.5.2) are equal, so that the
// other notation cannot bypass rules and counters. Plain values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

class IpAddress {
 public:
  // "192.0.2.1", "2001:db8::1" or "::ffff:192.0.2.1"; no brackets, port or zone.
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4() const;
  std::string text() const;  // canonical (RFC 5952); a mapped address in its IPv4 form
  // The address with only its first `bits` bits kept: of 32 bits for IPv4, of 128 for IPv6.
  IpAddress masked(int bits) const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};  // IPv4 in its mapped form
};

class IpNetwork {
 public:
  // Parses "10.0.0.0/8", "2001:db8::/32", or a single address.
  // Errors: kInvalidArgument  with the correct notation
  static Result<IpNetwork> parse(std::string_view text);

  bool contains(const IpAddress& address) const;
  std::string text() const;
  bool operator==(const IpNetwork&) const = default;

 private:
  IpAddress address_;
  int bits_ = 0;
};

// The network that counts as one client: the IPv4 address itself, or the /64 of an IPv6 address, because one
// host usually controls a /64. Text that is no address is returned unchanged.
std::string client_network(std::string_view address);
// The network that counts as one site with many clients: IPv4 /24, IPv6 /48 (RFC 6177).
std::string site_network(std::string_view address);

}  // namespace wick
