// IP addresses and networks as values.
//
// An IPv4 address and the same address mapped into IPv6 (::ffff:192.0.2.1, RFC 4291 §2.5.5.2) are one
// IpAddress, so that rules and counters cannot be passed by writing the address the other way. Plain values.
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
  // The address with all but its first `bits` bits cleared; bits count from the first of 32 for IPv4, of 128
  // for IPv6.
  IpAddress masked(int bits) const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};  // IPv4 in its mapped form
};

class IpNetwork {
 public:
  // "10.0.0.0/8", "2001:db8::/32", or an address alone for a network of one.
  // Errors: kInvalidArgument, with a sentence that says how to write it
  static Result<IpNetwork> parse(std::string_view text);

  bool contains(const IpAddress& address) const;
  std::string text() const;
  bool operator==(const IpNetwork&) const = default;

 private:
  IpAddress address_;
  int bits_ = 0;
};

// The network that stands for one client: the IPv4 address itself, or the /64 of an IPv6 address, because one
// host is given that much. Text that is no address stands for itself.
std::string client_network(std::string_view address);
// The network that stands for one site, which may hold many clients: IPv4 /24, IPv6 /48 (RFC 6177).
std::string site_network(std::string_view address);

}  // namespace wick
