#include "http/public_address.h"

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <string>

namespace wick::http {
namespace {

namespace asio = boost::asio;

struct Ipv4Range {
  std::uint32_t base;
  int bits;
};
constexpr Ipv4Range kPrivate4[] = {{0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},
                                   {0xA9FE0000, 16}, {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24},
                                   {0xC0586300, 24}, {0xC0A80000, 16}, {0xC6120000, 15}, {0xC6336400, 24},
                                   {0xCB007100, 24}, {0xE0000000, 4},  {0xF0000000, 4}};

bool is_public_v4(std::uint32_t address) {
  for (const Ipv4Range& range : kPrivate4) {
    if ((address >> (32 - range.bits)) == (range.base >> (32 - range.bits))) return false;
  }
  return true;
}

bool is_public_v6(const asio::ip::address_v6& address) {
  const auto b = address.to_bytes();
  const auto embedded = [&](int at) {
    return (std::uint32_t(b[at]) << 24) | (std::uint32_t(b[at + 1]) << 16) | (std::uint32_t(b[at + 2]) << 8) |
           b[at + 3];
  };
  if (address.is_v4_mapped()) return is_public_v4(embedded(12));
  if (b[0] == 0x00 && b[1] == 0x64 && b[2] == 0xFF && b[3] == 0x9B)
    return is_public_v4(embedded(12));                                 // NAT64
  if (b[0] == 0x20 && b[1] == 0x02) return is_public_v4(embedded(2));  // 6to4
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02) return false;       // Teredo, ORCHID, benchmarking
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0D && b[3] == 0xB8) return false;  // documentation
  // 2000::/3 is global unicast. Everything else is loopback, unique local, link-local, multicast or reserved.
  return (b[0] & 0xE0) == 0x20;
}

bool is_public(const asio::ip::address& address) {
  return address.is_v4() ? is_public_v4(address.to_v4().to_uint()) : is_public_v6(address.to_v6());
}

}  // namespace

bool is_public_address(std::string_view text) {
  boost::system::error_code ec;
  const auto address = asio::ip::make_address(std::string(text), ec);
  return !ec && is_public(address);
}

}  // namespace wick::http
