// ClientService: the clients that are known, by registration (RFC 7591), by metadata document (Client ID
// Metadata Documents), or by an admin.
//
// Registering the same metadata again gives the same client: a public client_id is no secret, and consent is
// asked for each user anyway; a blocked client does not get around the block that way. Registrations are
// limited per address and in all; at the limit, the oldest one that nobody has consented to makes room. Only
// clients that an admin made may have a secret: 256 random bits, stored as SHA-256. Thread-safe; all of it
// blocks.
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
// A registration goes when it is this old and nobody has consented to it, or when the last connection ended
// this long ago.
inline constexpr Micros kUnusedClientAge = kMicrosPerDay, kForgottenClientAge = 30 * kMicrosPerDay;
inline constexpr std::size_t kMaxMetadataDocumentBytes = 5 * 1024;
inline constexpr int kMetadataDocumentSeconds = 3;
inline constexpr Micros kMinDocumentAge = 300 * kMicrosPerSecond, kMaxDocumentAge = kMicrosPerDay;

// What the operator allows.
struct ClientPolicy {
  bool registration = true;         // RFC 7591, for anyone
  int registrations_per_hour = 60;  // of new clients from one address
  bool metadata_documents = true;
  std::vector<std::string> metadata_hosts;          // of metadata documents; empty: any
  std::vector<std::string> private_metadata_hosts;  // of documents that may be at private addresses
  RedirectSchemes redirect_schemes = {};  // of apps, beside the known ones; one taken out ends what it let in
};

struct NewClient {
  std::string name;
  std::vector<std::string> redirect_uris;
  bool confidential = false, devices = false;
  bool introspects = false;  // makes it confidential
};
// The secret is only here, once; empty for a public client.
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

  // Errors: kInvalidArgument;  kRateLimited;  kLimit;  kForbidden  registration is off, or the client is
  // blocked
  Result<OAuthClient> register_client(const boost::json::object& metadata, std::string_view ip);
  // Errors: kForbidden  the policy does not allow metadata documents of this host
  Result<void> check_document_host(std::string_view url) const;
  bool may_be_private(std::string_view url) const;
  // Keeps what a metadata document says. Errors: kInvalidArgument  its client_id is not `url`, or as above
  Result<OAuthClient> keep_document(std::string_view url, const boost::json::object& document,
                                    Micros max_age);
  // Errors: kNotFound  unknown
  Result<OAuthClient> get(std::string_view id);
  Result<std::vector<OAuthClient>> list();
  // By an admin. Errors: kInvalidArgument
  Result<MadeClient> create(const NewClient& client);
  // The old secret ends at once. Errors: kNotFound;  kConflict  the client is public
  Result<MadeClient> replace_secret(std::string_view id);
  // The client that proves to be `id`: a confidential one with its secret, a public one without any.
  // Errors: kUnauthenticated  unknown, blocked, wrong secret, or a secret where there is none
  Result<OAuthClient> authenticate(std::string_view id, std::string_view secret);
  // A blocked client gets no tokens; its connections are for GrantService to end. Errors: kNotFound
  Result<void> set_blocked(std::string_view id, bool blocked);
  // Errors: kNotFound;  kConflict  it is built in
  Result<void> remove(std::string_view id);
  // Removes registrations that nobody uses.
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
