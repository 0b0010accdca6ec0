// The address of the client behind trusted proxies (server.trusted_proxies).
//
// Only a trusted peer may name the client. X-Forwarded-For is used if present, else Forwarded (RFC 7239): most
// proxies write the former and pass the latter through from the client. Each proxy appends the address of its
// own peer, so the list is read from the right. Trusted addresses are proxies, and the first other address is
// the client. Everything further left is an unverified claim of the client and is not read. An entry that is no
// address ("unknown", an obfuscated name, an error) ends the search at the last trusted address, and so does
// entry number kMaxForwardedHops.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/network.h"
#include "http/message.h"

namespace wick::http {

inline constexpr int kMaxForwardedHops = 32;

// The address of the client in canonical text; `peer` if the fields name none. `peer` is a trusted proxy.
// Linear in the size of the fields.
std::string forwarded_client(const IpAddress& peer, const std::vector<Field>& fields,
                             const std::vector<IpNetwork>& trusted);

// The addresses of the clients on one connection. Not thread-safe.
class ClientAddress {
 public:
  // `trusted` must outlive this.
  ClientAddress(std::string peer, const std::vector<IpNetwork>& trusted);

  // The client of the request with these fields; valid until the next call.
  std::string_view of(const std::vector<Field>& fields);
  const std::string& peer() const { return peer_; }
  bool is_trusted_proxy() const { return trusted_peer_.has_value(); }

 private:
  std::string peer_, client_;
  const std::vector<IpNetwork>& trusted_;
  std::optional<IpAddress> trusted_peer_;
};

}  // namespace wick::http
