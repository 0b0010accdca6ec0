#include "oauth/redirect_uri.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"

namespace wick {
namespace {

// Schemes of known native clients that carry no dot. RFC 8252 §7.1 asks for a reversed domain name.
constexpr std::string_view kKnownSchemes[] = {
    "antigravity", "boltai",    "chatbox",      "chatwise",        "codex",    "insomnia", "jan",
    "librechat",   "msty",      "postman",      "cherrystudio",    "claude",   "code-oss", "cursor",
    "goose",       "jetbrains", "kiro",         "lmstudio",        "obsidian", "positron", "raycast",
    "trae",        "void",      "vscode",       "vscode-insiders", "vscodium", "warp",     "windsurf",
    "zed",         "zed-dev",   "windsurf-next"};
// The browser or the system handles these schemes.
constexpr std::string_view kReservedSchemes[] = {"about",      "blob",
                                                 "chrome",     "chrome-extension",
                                                 "content",    "data",
                                                 "edge",       "file",
                                                 "filesystem", "ftp",
                                                 "ftps",       "gopher",
                                                 "http",       "https",
                                                 "intent",     "jar",
                                                 "javascript", "ldap",
                                                 "livescript", "mailto",
                                                 "mhtml",      "moz-extension",
                                                 "resource",   "safari-web-extension",
                                                 "search-ms",  "sftp",
                                                 "shell",      "sms",
                                                 "ssh",        "tel",
                                                 "vbscript",   "view-source",
                                                 "ws",         "wss"};

// Whether the URI is on loopback, with a host of RFC 8252 §7.3 as it is written. Only the port may differ then.
bool is_loopback_host(const Url& url) {
  const std::string_view host = url.written_host();
  return host == "127.0.0.1" || host == "[::1]" || equals_ignoring_case(host, "localhost");
}

bool is_loopback(const Url& url) {
  return url.scheme() == "http" && is_loopback_host(url);
}

template <typename List>
bool contains(const List& list, std::string_view one) {
  return std::find(std::begin(list), std::end(list), one) != std::end(list);
}

std::unexpected<Error> refused(std::string_view why) {
  return fail(ErrorCode::kInvalidArgument, "The redirect URI " + std::string(why));
}

}  // namespace

Result<void> check_redirect_scheme(std::string_view scheme) {
  // RFC 3986 §3.1.
  const bool sound =
      !scheme.empty() && scheme[0] >= 'a' && scheme[0] <= 'z' &&
      std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
      });
  if (!sound)
    return fail(
        ErrorCode::kInvalidArgument,
        "\"" + std::string(scheme) + "\" is not a URI scheme: write for example myapp, without the colon.");
  if (contains(kReservedSchemes, scheme) || scheme.starts_with("ms-"))
    return fail(ErrorCode::kInvalidArgument,
                "The scheme \"" + std::string(scheme) +
                    "\" belongs to browsers and systems, not to an app of its own.");
  return {};
}

Result<void> check_redirect_uri(std::string_view uri, const RedirectSchemes& more) {
  if (uri.empty() || uri.size() > kMaxRedirectUriBytes) {
    return refused("must have 1 to " + std::to_string(kMaxRedirectUriBytes) + " characters.");
  }
  if (uri.find_first_of("'*") != std::string_view::npos)
    return refused("must have no wildcards and no quotes.");
  const auto url = Url::parse(uri);
  if (!url) return refused("cannot be used. " + url.error().message);
  if (!url->fragment().empty()) return refused("must have no fragment.");
  const std::string& scheme = url->scheme();
  if (scheme == "https") return {};
  if (scheme == "http") {
    if (!is_loopback(*url))
      return refused("may use http only on this computer (127.0.0.1, [::1], localhost): use https.");
    return {};
  }
  if (!check_redirect_scheme(scheme))
    return refused("must use https, http on loopback, or the scheme of an app.");
  if (scheme.find('.') == std::string::npos && !contains(kKnownSchemes, scheme) && !contains(more, scheme)) {
    return refused(
        "must use https, http on loopback, or a private-use scheme with a dot, like com.example.app. An "
        "operator "
        "can allow others in oauth.redirect_schemes.");
  }
  return {};
}

bool is_loopback_redirect(std::string_view uri) {
  const auto url = Url::parse(uri);
  return url && is_loopback(*url);
}

bool is_local_redirect(std::string_view uri) {
  const auto url = Url::parse(uri);
  return url && !url->is_https();
}

bool redirect_uri_matches(std::string_view registered, std::string_view requested) {
  if (registered == requested) return true;
  const auto mine = Url::parse(registered), asked = Url::parse(requested);
  if (!mine || !asked || !is_loopback(*mine) || !check_redirect_uri(requested)) return false;
  // Both URIs begin with "http://", so only the port may differ.
  return requested.starts_with(registered.substr(0, mine->scheme().size() + 1)) &&
         asked->written_host() == mine->written_host() && asked->path() == mine->path() &&
         asked->query() == mine->query();
}

std::string describe_redirect(std::string_view uri) {
  const auto url = Url::parse(uri);
  if (!url) return "an unknown app";
  if (is_loopback(*url)) return "this computer";
  return url->is_https() ? url->host() : "the app " + url->scheme();
}

}  // namespace wick
