#include "oauth/redirect_uri.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/text.h"

namespace wick {
namespace {

// Schemes of known native clients that carry no dot. RFC 8252 §7.1 asks for a reversed domain name.
constexpr std::string_view kKnownSchemes[] = {
    "antigravity", "boltai",    "chatbox",      "chatwise",        "codex",    "insomnia", "jan",
    "librechat",   "msty",      "postman",      "cherrystudio",    "claude",   "code-oss", "cursor",
    "goose",       "jetbrains", "kiro",         "lmstudio",        "obsidian", "positron", "raycast",
    "trae",        "void",      "vscode",       "vscode-insiders", "vscodium", "warp",     "windsurf",
    "zed",         "zed-dev",   "windsurf-next"};
// A browser, or the system, does something of its own with these.
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

struct Parts {
  std::string scheme, authority, rest;  // rest: path and query
};

Parts split_uri(std::string_view uri) {
  Parts parts;
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos) return parts;
  parts.scheme = to_lower_ascii(uri.substr(0, colon));
  std::string_view after = uri.substr(colon + 1);
  if (after.starts_with("//")) {
    after.remove_prefix(2);
    const auto end = std::min(after.find_first_of("/?"), after.size());
    parts.authority = std::string(after.substr(0, end));
    after.remove_prefix(end);
  }
  parts.rest = std::string(after);
  return parts;
}

// The authority without its port; of "[::1]:80" the brackets stay.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

// None, or a TCP port.
bool sound_port(std::string_view authority) {
  const std::string_view port = authority.substr(host_of(authority).size());
  if (port.empty()) return true;
  int number = 0;
  const auto parsed = std::from_chars(port.data() + 1, port.data() + port.size(), number);
  return port[0] == ':' && parsed.ec == std::errc() && parsed.ptr == port.data() + port.size() &&
         number >= 1 && number <= 65535;
}

// RFC 3986 §2.1.
bool sound_escapes(std::string_view uri) {
  for (std::size_t at = 0; (at = uri.find('%', at)) != std::string_view::npos; ++at) {
    const auto is_hex = [&](std::size_t i) {
      return i < uri.size() && std::isxdigit(static_cast<unsigned char>(uri[i])) != 0;
    };
    if (!is_hex(at + 1) || !is_hex(at + 2)) return false;
  }
  return true;
}

bool is_loopback_host(std::string_view host) {
  return host == "127.0.0.1" || host == "[::1]" || equals_ignoring_case(host, "localhost");
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
  for (const char c : uri) {
    if (c <= ' ' || c >= 0x7F || std::string_view("\"'<>\\^`{|}*#").find(c) != std::string_view::npos)
      return refused("has a character that cannot be there: no spaces, fragments, wildcards or quotes.");
  }
  if (!sound_escapes(uri)) return refused("has a % that is not followed by two hex digits.");
  const Parts parts = split_uri(uri);
  if (parts.scheme.empty()) return refused("must be absolute, with a scheme.");
  // A browser would open another host than the one that people are shown.
  if (parts.authority.find('%') != std::string::npos) return refused("must name its host without escapes.");
  if (parts.authority.find('@') != std::string::npos) return refused("must not carry a user or a password.");
  const std::string_view host = host_of(parts.authority);
  if (parts.scheme == "https") {
    if (host.empty() || !sound_port(parts.authority)) return refused("must name a host.");
    return {};
  }
  if (parts.scheme == "http") {
    if (!is_loopback_host(host) || !sound_port(parts.authority))
      return refused("may use http only on this computer (127.0.0.1, [::1], localhost): use https.");
    return {};
  }
  if (!check_redirect_scheme(parts.scheme))
    return refused("must use https, http on loopback, or the scheme of an app.");
  if (parts.scheme.find('.') == std::string::npos && !contains(kKnownSchemes, parts.scheme) &&
      !contains(more, parts.scheme)) {
    return refused(
        "must use https, http on loopback, or a private-use scheme with a dot, like com.example.app. An "
        "operator "
        "can allow others in oauth.redirect_schemes.");
  }
  return {};
}

bool is_loopback_redirect(std::string_view uri) {
  const Parts parts = split_uri(uri);
  return parts.scheme == "http" && is_loopback_host(host_of(parts.authority));
}

bool is_local_redirect(std::string_view uri) {
  return is_loopback_redirect(uri) || (!uri.empty() && split_uri(uri).scheme != "https");
}

bool redirect_uri_matches(std::string_view registered, std::string_view requested) {
  if (registered == requested) return true;
  if (!is_loopback_redirect(registered) || !check_redirect_uri(requested)) return false;
  // Both begin with "http://" as it is written: only the port may differ.
  const Parts mine = split_uri(registered), asked = split_uri(requested);
  return requested.starts_with(registered.substr(0, registered.find(':') + 1)) && asked.rest == mine.rest &&
         host_of(asked.authority) == host_of(mine.authority);
}

std::string describe_redirect(std::string_view uri) {
  const Parts parts = split_uri(uri);
  if (is_loopback_redirect(uri)) return "this computer";
  if (parts.scheme == "https") return std::string(host_of(parts.authority));
  return "the app " + parts.scheme;
}

}  // namespace wick
