// The credentials of a command: the one that the connector stores, and others that must be removed.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "curl_import/curl_proposal_parts.h"
#include "redaction/request_guess.h"

namespace wick::curl {
namespace {

constexpr std::size_t kMinSecretToFind = 6;   // shorter secrets are parts of ordinary words
constexpr std::size_t kMinCookieToFind = 16;  // shorter ones are settings: theme=dark

// A value with variables or a stand-in is not a secret yet: an admin enters it.
bool is_open(std::string_view value) {
  return has_variable(value) || guess::is_stand_in(value);
}

// The "name:password" of "Authorization: Basic"; nullopt for other values.
std::optional<std::string> basic_user(std::string_view text) {
  std::string url_safe = replaced(replaced(std::string(text), "+", "-"), "/", "_");
  while (url_safe.ends_with('=')) url_safe.pop_back();
  auto plain = from_base64url(url_safe);
  if (!plain || !is_valid_utf8(*plain) || plain->find(':') == std::string::npos) return std::nullopt;
  return plain;
}

}  // namespace

void Credentials::take_from(CurlCommand& command, CommandUrl& url) {
  // Credentials of authentication take precedence over values with a secret name: the first one is stored.
  for (const auto& [name, value] : command.headers) {
    if (equals_ignoring_case(name, "authorization")) take_authorization(value);
  }
  if (command.bearer) take("bearer", "", "", *command.bearer, "--oauth2-bearer");
  if (command.user) take_user(*command.user, "-u");
  if (!url.user.empty()) take_user(url.user, "The user name in the URL");
  take_headers(command.headers);
  take_query(url.query);
}

void Credentials::take_header(const std::string& name, const std::string& value) {
  take("header", name, "", value, name);
}

bool Credentials::are_in(std::string_view text) const {
  return guess::is_secret_value(text) ||
         std::any_of(known_.begin(), known_.end(),
                     [&](const std::string& each) { return text.find(each) != std::string_view::npos; });
}

bool Credentials::are_in(const json::value& value) const {
  if (value.is_string()) return are_in(std::string_view(value.get_string()));
  if (value.is_array()) {
    const auto& items = value.get_array();
    return std::any_of(items.begin(), items.end(), [&](const auto& each) { return are_in(each); });
  }
  if (!value.is_object()) return false;
  const auto& members = value.get_object();
  return std::any_of(members.begin(), members.end(), [&](const auto& each) {
    return are_in(each.value()) || (guess::is_secret_field(each.key()) && each.value().is_string());
  });
}

void Credentials::remember(std::string_view secret) {
  if (trim(secret).size() >= kMinSecretToFind && !has_variable(secret)) known_.emplace_back(trim(secret));
}

void Credentials::take(const char* auth, std::string name, std::string username, const std::string& value,
                       const std::string& what) {
  const bool known = !is_open(value);
  if (known) remember(value);
  if (carried_.auth != "none") {
    const bool same = known && value == carried_.secret.reveal();
    add_warning(warnings_, what + " is left out: a connector carries one secret" +
                               (same ? ", and this is the same one." : "."));
    return;
  }
  carried_.auth = auth;
  carried_.name = std::move(name);
  carried_.username = std::move(username);
  if (known) {
    carried_.secret = Secret(value);
  } else {
    add_warning(warnings_, "The secret is not in the command: enter it in the connector's settings.");
  }
}

void Credentials::take_authorization(const std::string& value) {
  const auto space = value.find(' ');
  const std::string scheme = to_lower_ascii(value.substr(0, space));
  const std::string rest(space == std::string::npos ? std::string_view() : trim(value).substr(space + 1));
  if (scheme == "bearer") return take("bearer", "", "", std::string(trim(rest)), "Authorization");
  if (scheme == "basic") {
    if (const auto user = basic_user(rest)) {
      remember(rest);
      return take_user(*user, "Authorization");
    }
    if (is_open(rest)) return take("basic", "", "", "", "Authorization");
  }
  // "token …", "ApiKey …": the scheme is part of the sent value.
  const bool known = !has_variable(rest) && !guess::is_stand_in(rest.empty() ? value : rest);
  if (!known && !rest.empty() && !has_variable(scheme))
    add_warning(warnings_,
                "Enter the secret together with the word before it: \"" + value.substr(0, space) + " …\".");
  if (known) remember(rest);
  take("header", "Authorization", "", known ? value : "", "Authorization");
}

void Credentials::take_user(const std::string& user, const std::string& what) {
  const auto colon = user.find(':');
  const std::string name = user.substr(0, colon);
  const std::string password = colon == std::string::npos ? std::string() : user.substr(colon + 1);
  // If the key is the user name, the password is empty or meaningless. A user name is not sealed, so the whole
  // value becomes the secret.
  const bool no_password = (colon != std::string::npos && password.size() <= 1) ||
                           password == "x-oauth-basic" || password == "api_token" || password == "unused" ||
                           guess::is_secret_value(name);
  if (!no_password) {
    if (has_variable(name))
      add_warning(warnings_, "The user name is a variable: enter it in the connector's settings.");
    return take("basic", "", has_variable(name) ? "" : name, password, what);
  }
  if (has_variable(user)) {
    add_warning(warnings_, "The key is sent as a user name: enter \"Basic \" and the base64 of \"key:" +
                               (has_variable(password) ? std::string("…") : password) + "\" as the secret.");
    return take("header", "Authorization", "", "", what);
  }
  remember(name);
  add_warning(
      warnings_,
      "The key is sent as a user name, so that the whole Authorization header is kept as the secret.");
  take("header", "Authorization", "", "Basic " + to_base64(name + ":" + password), what);
}

void Credentials::take_headers(Pairs& headers) {
  Pairs rest;
  std::string dropped;
  const bool from_browser = std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    return guess::is_only_browsers(header.first, header.second);
  });
  for (auto& [name, value] : headers) {
    const std::string low = to_lower_ascii(name);
    if (low == "authorization") continue;  // stored above
    if (low == "cookie") {
      add_warning(warnings_,
                  "Cookie is left out: it is the session of a person who was signed in in a browser.");
      for (const std::string_view pair : split(value, ';')) {
        const std::string_view cookie = pair.substr(pair.find('=') + 1);
        if (cookie.size() >= kMinCookieToFind) remember(cookie);
      }
    } else if (guess::is_browser_header(name, value, from_browser)) {
      if (("," + dropped + ",").find(", " + low + ",") == std::string::npos)
        dropped += (dropped.empty() ? " " : ", ") + low;
    } else if (guess::is_secret_header(name)) {
      take_header(name, value);
    } else {
      rest.emplace_back(std::move(name), std::move(value));
    }
  }
  if (!dropped.empty())
    add_warning(
        warnings_,
        "Left out, because they describe the browser or the connection and not the request:" + dropped + ".");
  headers = std::move(rest);
}

void Credentials::take_query(std::vector<Field>& query) {
  std::vector<Field> rest;
  for (Field& field : query) {
    if (guess::is_secret_parameter(field.name)) {
      take("query", field.name, "", field.value, "The parameter " + field.name);
    } else {
      rest.push_back(std::move(field));
    }
  }
  query = std::move(rest);
}

}  // namespace wick::curl
