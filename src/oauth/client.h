// OAuth clients: their metadata (RFC 7591 §2), and the part of it that Wick accepts.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "oauth/redirect_uri.h"

namespace wick {

inline constexpr std::size_t kMaxRedirectUris = 10;
inline constexpr std::size_t kMaxClientNameBytes = 100;
inline constexpr std::size_t kMaxClientIdBytes = 500;

inline constexpr std::string_view kCodeGrant = "authorization_code";
inline constexpr std::string_view kRefreshGrant = "refresh_token";
inline constexpr std::string_view kDeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";  // RFC 8628

enum class ClientSource : unsigned char {
  kRegistered,        // Dynamic Client Registration (RFC 7591): the name is not verified
  kMetadataDocument,  // the client_id is the https URL of the metadata: the host is verified
  kAdmin,             // created by an admin
  kBuiltin,           // Wick's own command line
};
const char* source_name(ClientSource source);

struct ClientMetadata {
  std::string name;
  std::vector<std::string> redirect_uris;
  std::string client_uri;
  std::string
      application_type;  // web or native (OpenID Connect Dynamic Client Registration §2); empty: absent
  // grant_types; by default, codes and refresh tokens.
  bool codes = true, refreshes = true, devices = false;
};

// Reads RFC 7591 client metadata. Without a name, the host of the first redirect URI becomes the name. Clients that use codes
// need redirect URIs. Metadata with a shared secret is refused: every such client is public and uses PKCE. `schemes` are
// private-use schemes of redirect URIs that the operator allows in addition to the known ones.
// Errors: kInvalidArgument  for a redirect URI, the message begins with "The redirect URI"
Result<ClientMetadata> parse_client_metadata(const boost::json::object& metadata,
                                             const RedirectSchemes& schemes = {});
// Reads the output of client_metadata_json() from the database. A resource server has no grant types there.
Result<ClientMetadata> parse_kept_metadata(const boost::json::object& metadata,
                                           const RedirectSchemes& schemes = {});
boost::json::object client_metadata_json(const ClientMetadata& metadata);

struct OAuthClient {
  std::string id;
  ClientSource source = ClientSource::kRegistered;
  ClientMetadata metadata;
  bool confidential = false;  // authenticates with a secret
  bool introspects = false;   // a resource server that may introspect tokens (RFC 7662)
  bool blocked = false;
  Micros created_at = 0;
  std::string registered_from = {};   // the address that registered it; empty for other sources
  std::optional<Micros> valid_until;  // of a metadata document: it is fetched again after this time
  // Whether `requested` matches a registered redirect URI.
  bool redirects_to(std::string_view requested) const;
};

}  // namespace wick
