#include "openapi/openapi_security.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "base/url.h"
#include "http/field.h"
#include "openapi/openapi_operation.h"

namespace wick::openapi {
namespace {

constexpr std::size_t kMaxSchemes = 50;  // schemes that are read

class SecurityReader {
 public:
  SecurityReader(const json::object& root, const References& references, const std::string& base_url,
                 Warnings& warnings)
      : root_(root), references_(references), base_url_(base_url), warnings_(warnings) {}

  void read_auth();
  json::object take() { return std::move(auth_); }

 private:
  bool use_scheme(const std::string& name, const json::object& scheme);

  const json::object& root_;
  const References& references_;
  const std::string& base_url_;
  Warnings& warnings_;
  json::object auth_;
  std::string cookie_;  // the cookie that carries a key
};

bool SecurityReader::use_scheme(const std::string& name, const json::object& scheme) {
  const std::string type = text_or_empty(scheme, "type");
  const std::string how = to_lower_ascii(text_or_empty(scheme, "scheme"));
  json::object auth;
  if (type == "http" && (how == "bearer" || how == "basic")) {
    auth["auth"] = how;
  } else if (type == "apiKey") {
    const std::string place = text_or_empty(scheme, "in");
    const std::string key = text_or_empty(scheme, "name");
    if (key.empty() || printable(key) != key || key.size() > 200) return false;
    if (place == "cookie") {
      if (cookie_.empty() && http::is_field_name(key)) cookie_ = key;
      return false;
    }
    if (place != "header" && place != "query") {
      warnings_.add("The key of \"" + shown(name) + "\" has an unknown location.");
      return false;
    }
    auth["auth"] = place;
    auth["auth_name"] = key;
  } else if (type == "oauth2") {
    const auto* flows = object_or_null(scheme, "flows");
    const auto* flow = flows == nullptr ? nullptr : object_or_null(*flows, "clientCredentials");
    std::string token_url = flow == nullptr ? "" : text_or_empty(*flow, "tokenUrl");
    if (token_url.starts_with('/')) {
      token_url.insert(0, url_origin(base_url_).value_or(""));
    }
    if (flow == nullptr) {
      warnings_.add("\"" + shown(name) +
                    "\" is OAuth with user sign-in, which REST connectors do not support: paste an access "
                    "token as bearer token instead.");
      return false;
    }
    if (!is_server_url(token_url)) {
      warnings_.add("The token URL of \"" + shown(name) + "\" is not an address with http or https.");
      return false;
    }
    auth["auth"] = "oauth_client_credentials";
    auth["token_url"] = token_url;
    std::string scopes;
    if (const auto* all = object_or_null(*flow, "scopes")) {
      for (const auto& scope : *all) scopes += (scopes.empty() ? "" : " ") + std::string(scope.key());
    }
    // Choosing all declared schemes would seldom be right, but a few may be.
    if (!scopes.empty() && scopes.size() <= 200 && printable(scopes) == scopes) auth["scope"] = scopes;
  } else {
    warnings_.add("\"" + shown(name) + "\" is an authentication method (" +
                  shown(type + (how.empty() ? "" : " " + how)) + ") that REST connectors do not support.");
    return false;
  }
  auth_ = std::move(auth);
  warnings_.add("Authentication uses \"" + shown(name) + "\": enter the secret yourself.");
  return true;
}

void SecurityReader::read_auth() {
  const auto* components = object_or_null(root_, "components");
  const auto* schemes = components == nullptr ? nullptr : object_or_null(*components, "securitySchemes");
  auth_["auth"] = "none";
  if (schemes == nullptr || schemes->empty()) {
    warnings_.add("The document describes no authentication: choose it yourself if there is one.");
    return;
  }
  // First the schemes that every operation requires, then any.
  std::vector<std::string> order;
  const auto append = [&](std::string_view name) {
    if (order.size() < kMaxSchemes && std::find(order.begin(), order.end(), name) == order.end())
      order.emplace_back(name);
  };
  if (const auto* security = array_of(root_, "security")) {
    for (const auto& requirement : *security) {
      if (!requirement.is_object()) continue;
      if (requirement.get_object().size() > 1)
        warnings_.add("The API requires several authentication methods together: only one can be set.");
      for (const auto& member : requirement.get_object()) append(member.key());
    }
  }
  for (const auto& member : *schemes) append(member.key());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto* entry = schemes->if_contains(order[i]);
    std::string reason;
    const auto* node = entry == nullptr ? nullptr : references_.follow(*entry, reason);
    if (node != nullptr && node->is_object() && use_scheme(order[i], node->get_object())) return;
  }
  if (cookie_.empty()) return;
  auth_["auth"] = "header";
  auth_["auth_name"] = "Cookie";
  warnings_.add("The key is sent as a cookie: enter \"" + shown(cookie_) +
                "=\" and its value as the secret.");
}

}  // namespace

json::object read_security(const json::object& root, const References& references,
                           const std::string& base_url, Warnings& warnings) {
  SecurityReader reader(root, references, base_url, warnings);
  reader.read_auth();
  return reader.take();
}

}  // namespace wick::openapi
