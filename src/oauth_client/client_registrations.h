// ClientRegistrations: Wick's client identities at authorization servers. In the order of MCP 2026-07-28
// (basic/authorization/client-registration), Wick uses a client that an admin has set, the URL of its own metadata
// document, or a registration (RFC 7591), which is stored.
//
// An identity belongs to the issuer that assigned it. A registration is stored under its issuer. A client that an admin has
// set is pinned to the first issuer with which it is used, and never sent to another issuer. So a compromised MCP server
// cannot direct its secret elsewhere. Setting the client again removes the pin.
//
// Mix-up (RFC 9700 §4.4.2). Each connector has its own redirect URI, so a response for one connector's URI is never used at
// another authorization server. The metadata document is the same for all connectors and has one redirect URI. It is used
// only when the server sends its issuer in its responses (RFC 9207), or when there is no other way. Thread-safe; coroutines
// of the io threads.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>

#include "access/snapshot.h"
#include "base/fair_pool.h"
#include "crypto/sealing.h"
#include "db/database.h"
#include "oauth_client/token_endpoint.h"

namespace wick::upstream {

inline constexpr std::string_view kCallbackPath = "/oauth/upstream/callback";
inline constexpr std::string_view kMetadataDocumentPath = "/client-metadata.json";

class ClientRegistrations {
 public:
  struct Dependencies {
    Database& db;
    http::Client& http;
    FairPool& pool;
    const SealingKey& key;
    const Clock& clock;
    const std::string& public_url;
  };
  explicit ClientRegistrations(Dependencies dependencies);

  struct Registered {
    ClientIdentity client;
    std::string redirect_uri;
  };
  // Errors: kForbidden  an admin has to act; the message says how
  //         kUpstream, and those of http::Client
  http::Task<Result<Registered>> find(std::shared_ptr<const ConnectorEntry> connector,
                                      AuthorizationServer server);
  // The client that an admin has set, for `server`. `pin`: only for the issuer with which it was first used.
  // Errors: kForbidden  the client belongs to another issuer
  http::Task<Result<ClientIdentity>> configured(std::shared_ptr<const ConnectorEntry> connector,
                                                AuthorizationServer server, bool pin);
  // Removes the registration, because the server does not know the client any more.
  http::Task<void> forget(ConnectorId connector, std::string issuer);

  std::string redirect_uri(const ConnectorId& connector) const;
  // Whether Wick has a metadata document, which needs an https address.
  bool has_document() const;
  boost::json::object document() const;

 private:
  boost::json::object metadata(const std::string& redirect_uri, const std::string& auth_method) const;

  Database& db_;
  http::Client& http_;
  FairPool& pool_;
  const SealingKey& key_;
  const Clock& clock_;
  const std::string public_url_;
};

}  // namespace wick::upstream
