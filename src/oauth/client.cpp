#include "oauth/client.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "base/visible_text.h"
#include "oauth/redirect_uri.h"

namespace wick {
namespace {

Result<std::vector<std::string>> string_list(const json::object& object, std::string_view field) {
  std::vector<std::string> out;
  const auto* value = object.if_contains(field);
  if (value == nullptr || value->is_null()) return out;
  if (!value->is_array())
    return fail(ErrorCode::kInvalidArgument, "\"" + std::string(field) + "\" must be a list.");
  for (const auto& item : value->get_array()) {
    if (!is_text(item))
      return fail(ErrorCode::kInvalidArgument, "\"" + std::string(field) + "\" must be a list of texts.");
    out.emplace_back(std::string_view(item.get_string()));
  }
  return out;
}

}  // namespace

const char* source_name(ClientSource source) {
  switch (source) {
    case ClientSource::kRegistered:
      return "registered";
    case ClientSource::kMetadataDocument:
      return "metadata_document";
    case ClientSource::kAdmin:
      return "admin";
    case ClientSource::kBuiltin:
      return "builtin";
  }
  return "";
}

namespace {

bool has(const std::vector<std::string>& list, std::string_view what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

// Sets the grant types of the client.
Result<void> read_grants(const json::object& object, bool kept, ClientMetadata& metadata) {
  WICK_TRY(grants, string_list(object, "grant_types"));
  if (!grants.empty() || kept) {
    metadata.codes = has(grants, kCodeGrant);
    metadata.refreshes = has(grants, kRefreshGrant);
    metadata.devices = has(grants, kDeviceGrant);
  }
  if (!metadata.codes && !metadata.devices && !kept) {
    return fail(ErrorCode::kInvalidArgument, "\"grant_types\" must have " + std::string(kCodeGrant) + " or " +
                                                 std::string(kDeviceGrant) + ".");
  }
  WICK_TRY(responses, string_list(object, "response_types"));
  if (metadata.codes && !responses.empty() && !has(responses, "code"))
    return fail(ErrorCode::kInvalidArgument, "\"response_types\" must have code: there is no other here.");
  return {};
}

Result<void> read_redirect_uris(const json::object& object, const RedirectSchemes& schemes,
                                ClientMetadata& metadata) {
  WICK_TRY(uris, string_list(object, "redirect_uris"));
  if ((uris.empty() && metadata.codes) || uris.size() > kMaxRedirectUris) {
    return fail(
        ErrorCode::kInvalidArgument,
        "The redirect URIs must be 1 to " + std::to_string(kMaxRedirectUris) + ", in \"redirect_uris\".");
  }
  for (const std::string& uri : uris) {
    if (auto sound = check_redirect_uri(uri, schemes); !sound) return sound;
  }
  metadata.redirect_uris = std::move(uris);
  return {};
}

// The redirect URIs have to fit the application_type: a web app has none on loopback.
Result<void> read_application_type(const json::object& object, ClientMetadata& metadata) {
  WICK_TRY(type, optional_string(object, "application_type"));
  metadata.application_type = type.value_or("");
  if (metadata.application_type.empty() || metadata.application_type == "native") return {};
  if (metadata.application_type != "web")
    return fail(ErrorCode::kInvalidArgument, "\"application_type\" must be web or native.");
  for (const std::string& uri : metadata.redirect_uris) {
    if (!uri.starts_with("https://")) {
      return fail(ErrorCode::kInvalidArgument,
                  "The redirect URI must use https for the application_type web: an app on the user's own "
                  "computer is native.");
    }
  }
  return {};
}

Result<ClientMetadata> parse(const json::object& object, const RedirectSchemes& schemes, bool kept) {
  ClientMetadata metadata;
  WICK_CHECK(read_grants(object, kept, metadata));
  WICK_CHECK(read_redirect_uris(object, schemes, metadata));
  WICK_CHECK(read_application_type(object, metadata));
  WICK_TRY(name, optional_string(object, "client_name"));
  // A value that an earlier release accepted must not make its client unreadable.
  metadata.name = kept ? visible_text(name.value_or("")) : std::string(trim(name.value_or("")));
  if (metadata.name.empty()) {
    metadata.name = metadata.redirect_uris.empty()
                        ? "Unnamed device"
                        : "App at " + describe_redirect(metadata.redirect_uris.front());
  }
  WICK_CHECK(check_name("\"client_name\"", metadata.name, kMaxClientNameBytes));
  WICK_TRY(uri, optional_string(object, "client_uri"));
  metadata.client_uri = uri.value_or("");
  if (!metadata.client_uri.empty() &&
      (!metadata.client_uri.starts_with("https://") || !check_redirect_uri(metadata.client_uri))) {
    metadata.client_uri.clear();  // only displayed, so an invalid value is dropped
  }
  return metadata;
}

}  // namespace

Result<ClientMetadata> parse_client_metadata(const json::object& object, const RedirectSchemes& schemes) {
  return parse(object, schemes, false);
}
Result<ClientMetadata> parse_kept_metadata(const json::object& object, const RedirectSchemes& schemes) {
  return parse(object, schemes, true);
}

json::object client_metadata_json(const ClientMetadata& metadata) {
  json::object out;
  out["client_name"] = metadata.name;
  json::array uris;
  for (const std::string& uri : metadata.redirect_uris) uris.push_back(json::string(uri));
  out["redirect_uris"] = std::move(uris);
  json::array grants;
  if (metadata.codes) grants.push_back(json::string(kCodeGrant));
  if (metadata.refreshes) grants.push_back(json::string(kRefreshGrant));
  if (metadata.devices) grants.push_back(json::string(kDeviceGrant));
  out["grant_types"] = std::move(grants);
  if (metadata.codes) out["response_types"] = json::array{"code"};
  if (!metadata.application_type.empty()) out["application_type"] = metadata.application_type;
  if (!metadata.client_uri.empty()) out["client_uri"] = metadata.client_uri;
  return out;
}

bool OAuthClient::redirects_to(std::string_view requested) const {
  return std::any_of(metadata.redirect_uris.begin(), metadata.redirect_uris.end(),
                     [&](const std::string& uri) { return redirect_uri_matches(uri, requested); });
}

}  // namespace wick
