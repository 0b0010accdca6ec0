#include "base/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace wick {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;
constexpr int kClientBits = 64, kSiteBits = 48, kSiteBitsV4 = 24, kBits = 128, kBitsV4 = 32;

std::unexpected<Error> invalid_network(std::string_view text, const std::string& why) {
  return fail(ErrorCode::kInvalidArgument, "\"" + std::string(text) + "\" is not a network: " + why +
                                               " Write an address or a CIDR, for example 10.0.0.0/8, "
                                               "192.0.2.10 or 2001:db8::/32.");
}

std::string network_text(std::string_view text, int bits_v4, int bits_v6) {
  const auto address = IpAddress::parse(text);
  if (!address) return std::string(text);
  return address->masked(address->is_v4() ? bits_v4 : bits_v6).text();
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  IpAddress address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes_.data() + kMappedPrefix.size()) != 1)
    return std::nullopt;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes_.begin());
  return address;
}

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
}

std::string IpAddress::text() const {
  char out[INET6_ADDRSTRLEN];
  const bool v4 = is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes_.data() + (v4 ? kMappedPrefix.size() : 0), out, sizeof out);
  return out;
}

IpAddress IpAddress::masked(int bits) const {
  const int kept = is_v4() ? bits + kMappedBits : bits;
  IpAddress out;
  for (int i = 0; i < int(bytes_.size()); ++i) {
    const int here = std::clamp(kept - 8 * i, 0, 8);
    out.bytes_[std::size_t(i)] = std::uint8_t(bytes_[std::size_t(i)] & (0xff00 >> here));
  }
  return out;
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return invalid_network(text, "it does not begin with an IPv4 or IPv6 address.");
  // A mapped network is written with the prefix length of IPv6.
  const bool mapped = address->is_v4() && text.substr(0, slash).find(':') != std::string_view::npos;
  const int min_bits = mapped ? kMappedBits : 0;
  const int max_bits = address->is_v4() && !mapped ? kBitsV4 : kBits;
  IpNetwork network;
  network.bits_ = max_bits;
  if (slash != std::string_view::npos) {
    const std::string_view length = text.substr(slash + 1);
    const auto parsed = std::from_chars(length.data(), length.data() + length.size(), network.bits_);
    if (parsed.ec != std::errc() || parsed.ptr != length.data() + length.size() || network.bits_ < min_bits ||
        network.bits_ > max_bits) {
      return invalid_network(text, "its prefix length must be a number from " + std::to_string(min_bits) +
                                       " to " + std::to_string(max_bits) + ".");
    }
  }
  if (mapped) network.bits_ -= kMappedBits;
  network.address_ = address->masked(network.bits_);
  if (network.address_ != *address) {
    return invalid_network(text, "it has bits set behind its prefix. Did you mean " + network.text() + "?");
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  return address.is_v4() == address_.is_v4() && address.masked(bits_) == address_;
}

std::string IpNetwork::text() const {
  return address_.text() + "/" + std::to_string(bits_);
}

std::string client_network(std::string_view address) {
  return network_text(address, kBitsV4, kClientBits);
}

std::string site_network(std::string_view address) {
  return network_text(address, kSiteBitsV4, kSiteBits);
}

}  // namespace wick
