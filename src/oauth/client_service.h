// ClientService: the OAuth clients, from registration (RFC 7591), from metadata documents (Client ID Metadata Documents), or
// created by an admin.
//
// Registering the same metadata again returns the same client. A public client_id is no secret, and every user is asked for
// consent. So a blocked client cannot register again. Registrations are limited for each address and in total. At the
// limit, the oldest registration without consent is removed. Only clients that an admin created may have a secret: 256
// random bits, stored as SHA-256. Thread-safe; all functions block.
#pragma once

#include <string_view>
#include <vector>

#include "base/rate_limiter.h"
#include "base/secret.h"
#include "db/database.h"
#include "oauth/client.h"

namespace wick {

inline constexpr std::string_view kClientSecretPrefix = "wick_cs_";
inline constexpr std::int64_t kMaxRegisteredClients = 10'000;
// A registration is removed at the first age when nobody has consented to it, and at the second age after its last connection
// has ended.
inline constexpr std::chrono::days kUnusedClientAge{1}, kForgottenClientAge{30};
inline constexpr std::size_t kMaxMetadataDocumentBytes = 5 * 1024;
inline constexpr std::chrono::seconds kMetadataDocumentTimeout{3};
inline constexpr std::chrono::seconds kMinDocumentAge{300}, kMaxDocumentAge{86'400};

// The operator's settings.
struct ClientPolicy {
  bool registration = true;         // RFC 7591
  int registrations_per_hour = 60;  // new clients from one address
  bool metadata_documents = true;
  std::vector<std::string> metadata_hosts;          // of metadata documents; empty: any
  std::vector<std::string> private_metadata_hosts;  // of documents that may be at private addresses
  RedirectSchemes redirect_schemes =
      {};  // in addition to the known ones; after a scheme is removed, its redirect URIs are refused
};

struct NewClient {
  std::string name;
  std::vector<std::string> redirect_uris;
  bool confidential = false, devices = false;
  bool introspects = false;  // implies `confidential`
};
// The secret exists only here; empty for a public client.
struct MadeClient {
  OAuthClient client;
  Secret secret;
};

// An https URL with a path: the client_id of a metadata document.
bool is_metadata_document_id(std::string_view client_id);

class ClientService {
 public:
  ClientService(Database& db, const Clock& clock, ClientPolicy policy = {});
  const ClientPolicy& policy() const { return policy_; }

  // Errors: kInvalidArgument, kRateLimited, kLimit
  //         kForbidden  registration is off, or the client is blocked
  Result<OAuthClient> register_client(const boost::json::object& metadata, std::string_view ip);
  // Errors: kForbidden  the policy does not allow metadata documents of this host
  Result<void> check_document_host(std::string_view url) const;
  bool may_be_private(std::string_view url) const;
  // Stores a metadata document. Errors: kInvalidArgument  the client_id is not `url`, or as register_client()
  Result<OAuthClient> keep_document(std::string_view url, const boost::json::object& document,
                                    std::chrono::seconds max_age);
  // Errors: kNotFound  unknown
  Result<OAuthClient> get(std::string_view id);
  Result<std::vector<OAuthClient>> list();
  // Creates a client for an admin. Errors: kInvalidArgument
  Result<MadeClient> create(const NewClient& client);
  // Replaces the secret. The old secret is invalid immediately. Errors: kNotFound;  kConflict  the client is public
  Result<MadeClient> replace_secret(std::string_view id);
  // Authenticates a client: a confidential client with its secret, a public client without a secret.
  // Errors: kUnauthenticated  the client is unknown or blocked, the secret is wrong, or a public client has sent a secret
  Result<OAuthClient> authenticate(std::string_view id, std::string_view secret);
  // A blocked client gets no tokens. The caller ends its connections (GrantService). Errors: kNotFound
  Result<void> set_blocked(std::string_view id, bool blocked);
  // Errors: kNotFound;  kConflict  the client is built in
  Result<void> remove(std::string_view id);
  // Removes unused registrations.
  Result<void> purge();

 private:
  // Errors: kNotFound  unknown
  Result<OAuthClient> get_in(Transaction& tx, std::string_view id) const;

  Database& db_;
  const Clock& clock_;
  const ClientPolicy policy_;
  AddressQuota registrations_;
};

}  // namespace wick
