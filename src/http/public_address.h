// IP addresses that a server on the internet can have. Pure.
#pragma once

#include <string_view>

namespace wick::http {

// Whether `address` is a public IP address: not loopback, private, link-local, shared, multicast or reserved, and no
// IPv6 form that carries such an IPv4 address (RFC 6890 and its updates). False for text that is no IP address.
bool is_public_address(std::string_view address);

}  // namespace wick::http
