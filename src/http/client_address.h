// Whose request it is, behind proxies that the operator trusts (server.trusted_proxies).
//
// Only a trusted peer is believed about the client. X-Forwarded-For counts if there is one, else Forwarded
// (RFC 7239): most proxies write the former and pass the latter on as the client sent it. Each proxy appends
// the address of its own peer, so the list is read from the right: trusted addresses are proxies, and the
// first other one is the client. Everything further left is the client's own claim and is not read. An entry
// that is no address ("unknown", an obfuscated name, a mistake) ends the walk at the last trusted one, and so
// does the kMaxForwardedHops-th entry.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/network.h"
#include "http/message.h"

namespace wick::http {

inline constexpr int kMaxForwardedHops = 32;

// The client's address, in canonical text; `peer` where the fields say nothing. `peer` is trusted. Linear in
// the fields.
std::string forwarded_client(const IpAddress& peer, const std::vector<Field>& fields,
                             const std::vector<IpNetwork>& trusted);

// The client's addresses on one connection. Not thread-safe.
class ClientAddress {
 public:
  // `trusted` outlives it.
  ClientAddress(std::string peer, const std::vector<IpNetwork>& trusted);

  // Of the request with these fields; valid until the next call.
  std::string_view of(const std::vector<Field>& fields);
  const std::string& peer() const { return peer_; }
  bool is_trusted_proxy() const { return trusted_peer_.has_value(); }

 private:
  std::string peer_, client_;
  const std::vector<IpNetwork>& trusted_;
  std::optional<IpAddress> trusted_peer_;
};

}  // namespace wick::http
