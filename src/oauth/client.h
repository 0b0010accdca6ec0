// OAuth clients: what they say about themselves (RFC 7591 §2) and what of it is accepted.
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
  kRegistered,        // Dynamic Client Registration (RFC 7591): its name is a claim
  kMetadataDocument,  // the client_id is the https URL of its metadata: its host is verified
  kAdmin,             // an admin made it
  kBuiltin,           // Wick's own command line
};
const char* source_name(ClientSource source);

struct ClientMetadata {
  std::string name;
  std::vector<std::string> redirect_uris;
  std::string client_uri;
  std::string
      application_type;  // web or native (OpenID Connect Dynamic Client Registration §2); empty: not said
  // grant_types; absent: a code and refreshing.
  bool codes = true, refreshes = true, devices = false;
};

// Reads RFC 7591 client metadata. A name that is absent becomes the host of the first redirect URI. Redirect
// URIs are needed by clients that get codes. Shared secrets are not accepted: every such client is public and
// proves itself by PKCE.
// `schemes`: private-use schemes of redirect URIs that an operator allows beside the known ones.
// Errors: kInvalidArgument; for a redirect URI the message begins with "The redirect URI"
Result<ClientMetadata> parse_client_metadata(const boost::json::object& metadata,
                                             const RedirectSchemes& schemes = {});
// The same of what client_metadata_json() made and the database kept, where a resource server has no grants.
Result<ClientMetadata> parse_kept_metadata(const boost::json::object& metadata,
                                           const RedirectSchemes& schemes = {});
boost::json::object client_metadata_json(const ClientMetadata& metadata);

struct OAuthClient {
  std::string id;
  ClientSource source = ClientSource::kRegistered;
  ClientMetadata metadata;
  bool confidential = false;  // it has a secret, and proves itself with it
  bool introspects = false;   // a resource server that may ask about tokens (RFC 7662)
  bool blocked = false;
  Micros created_at = 0;
  std::string registered_from = {};   // the address, of registered ones
  std::optional<Micros> valid_until;  // of a metadata document: fetch it again after
  // The registered URI that `requested` matches.
  bool redirects_to(std::string_view requested) const;
};

}  // namespace wick
