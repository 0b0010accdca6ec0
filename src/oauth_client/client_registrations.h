// ClientRegistrations: what Wick is called at an authorization server. In the order of MCP 2026-07-28
// (basic/authorization/client-registration): a client that an admin has set; the URL of Wick's own metadata
// document; a registration (RFC 7591), which is kept.
//
// An identity belongs to the issuer that gave it. A registration is kept under its issuer. For a client that
// an admin has set, the issuer it is first used with is noted, and it is never shown to another one: a server
// that is no longer what it was cannot have its secret sent elsewhere. Setting the client again lifts that.
//
// Mix-up (RFC 9700 §4.4.2): each connector has a redirect URI of its own, so that what an authorization
// server sends to one connector's address is never taken to another's. A metadata document is one for all
// connectors and has one redirect URI; it is used where the server says in its answers who it is (RFC 9207),
// and where there is no other way. Thread-safe; coroutines of the io threads.
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
  ClientRegistrations(Database& db, http::Client& http, FairPool& pool, const SealingKey& key,
                      const Clock& clock, const std::string& public_url);

  struct Registered {
    ClientIdentity client;
    std::string redirect_uri;
  };
  // Errors: kForbidden  an admin has to do something: the message says what
  //         kUpstream, and those of http::Client
  http::Task<Result<Registered>> find(std::shared_ptr<const ConnectorEntry> connector,
                                      AuthorizationServer server);
  // The client that an admin has set, for `server`; `pin`: only for the issuer that it was first used with.
  // Errors: kForbidden  it belongs to another issuer
  http::Task<Result<ClientIdentity>> configured(std::shared_ptr<const ConnectorEntry> connector,
                                                AuthorizationServer server, bool pin);
  // The server knows this client no more.
  http::Task<void> forget(ConnectorId connector, std::string issuer);

  std::string redirect_uri(const ConnectorId& connector) const;
  // Whether this server can have a metadata document: it needs an https address.
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
