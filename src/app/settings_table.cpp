#include "app/settings_table.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "base/text.h"
#include "http/origin.h"

namespace wick {
namespace {

Setting secret(Setting setting) {
  setting.is_secret = true;
  return setting;
}

// A whole number from `least` to `most` in the member that `at` finds.
template <typename At>
Setting number(const char* key, const char* meaning, std::int64_t least, std::int64_t most, At at) {
  return {key, meaning,
          [=](Settings& settings, const std::string& text) -> Result<void> {
            std::int64_t value = 0;
            const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
            if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || value < least ||
                value > most) {
              return invalid("\"" + std::string(key) + "\" must be a whole number from " +
                             std::to_string(least) + " to " + std::to_string(most) + ", not \"" + text +
                             "\".");
            }
            auto& member = at(settings);
            member = static_cast<std::remove_reference_t<decltype(member)>>(value);
            return {};
          },
          [=](const Settings& settings) { return std::to_string(at(const_cast<Settings&>(settings))); }};
}

template <typename At>
Setting text(const char* key, const char* meaning, std::vector<std::string> words, At at) {
  return {
      key, meaning,
      [=](Settings& settings, const std::string& value) -> Result<void> {
        if (!words.empty() && std::find(words.begin(), words.end(), value) == words.end()) {
          std::string known;
          for (const auto& word : words) known += (known.empty() ? "" : ", ") + word;
          return invalid("\"" + std::string(key) + "\" must be one of " + known + ", not \"" + value + "\".");
        }
        at(settings) = value;
        return {};
      },
      [=](const Settings& settings) { return std::string(at(const_cast<Settings&>(settings))); }};
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

// A list of hosts, domains and the like, separated by commas, in lower case.
template <typename At>
Setting words(const char* key, const char* meaning, At at) {
  return {key, meaning,
          [=](Settings& settings, const std::string& value) -> Result<void> {
            auto& list = at(settings);
            list.clear();
            for (const std::string_view part : split(value, ',')) {
              if (!trim(part).empty()) list.push_back(to_lower_ascii(trim(part)));
            }
            return {};
          },
          [=](const Settings& settings) { return join(at(const_cast<Settings&>(settings))); }};
}

template <typename At>
Setting on_or_off(const char* key, const char* meaning, At at) {
  return {key, meaning,
          [=](Settings& settings, const std::string& value) -> Result<void> {
            if (value != "on" && value != "off" && value != "true" && value != "false")
              return invalid("\"" + std::string(key) + "\" must be on or off, not \"" + value + "\".");
            at(settings) = value == "on" || value == "true";
            return {};
          },
          [=](const Settings& settings) {
            return std::string(at(const_cast<Settings&>(settings)) ? "on" : "off");
          }};
}

std::string new_users_text(NewUserPolicy policy) {
  if (policy == NewUserPolicy::kActive) return "active";
  return policy == NewUserPolicy::kRefuse ? "refuse" : "pending";
}

Result<void> set_new_users(Settings& settings, const std::string& value) {
  for (const auto policy : {NewUserPolicy::kPending, NewUserPolicy::kActive, NewUserPolicy::kRefuse}) {
    if (new_users_text(policy) != value) continue;
    settings.oidc.new_users = policy;
    return {};
  }
  return invalid("\"oidc.new_users\" must be one of pending, active, refuse, not \"" + value + "\".");
}

Result<void> set_listen(Settings& settings, const std::string& value) {
  const auto colon = value.rfind(':');
  std::string address = value.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  boost::system::error_code ec;
  boost::asio::ip::make_address(address, ec);
  int port = -1;
  if (colon != std::string::npos)
    std::from_chars(value.data() + colon + 1, value.data() + value.size(), port);
  if (ec || port < 0 || port > 65535) {
    return invalid(
        "\"listen\" must be an IP address and a port, for example 127.0.0.1:8080 or [::]:8080, not \"" +
        value + "\".");
  }
  settings.address = address;
  settings.port = std::uint16_t(port);
  return {};
}

Result<void> set_cors_origins(Settings& settings, const std::string& value) {
  std::vector<std::string> origins;
  for (const std::string_view part : split(value, ',')) {
    if (trim(part).empty()) continue;
    auto origin = http::parse_origin(trim(part));
    if (!origin) return invalid("\"server.cors_origins\": " + origin.error().message);
    origins.push_back(std::move(*origin));
  }
  settings.cors_origins = std::move(origins);
  return {};
}

Result<void> set_redirect_schemes(Settings& settings, const std::string& value) {
  RedirectSchemes schemes;
  for (const std::string_view part : split(value, ',')) {
    const std::string scheme = to_lower_ascii(trim(part));
    if (scheme.empty()) continue;
    if (auto sound = check_redirect_scheme(scheme); !sound)
      return invalid("\"oauth.redirect_schemes\": " + sound.error().message);
    schemes.push_back(scheme);
  }
  settings.clients.redirect_schemes = std::move(schemes);
  return {};
}

Result<void> set_trusted_proxies(Settings& settings, const std::string& value) {
  std::vector<IpNetwork> networks;
  for (const std::string_view part : split(value, ',')) {
    if (trim(part).empty()) continue;
    auto network = IpNetwork::parse(trim(part));
    if (!network) return invalid("\"server.trusted_proxies\": " + network.error().message);
    networks.push_back(*network);
  }
  settings.trusted_proxies = std::move(networks);
  return {};
}

std::string join(const std::vector<IpNetwork>& networks) {
  std::string out;
  for (const IpNetwork& network : networks) out += (out.empty() ? "" : ",") + network.text();
  return out;
}

}  // namespace

const std::vector<Setting>& settings_table() {
  constexpr std::int64_t kMillion = 1'000'000;
  static const std::vector<Setting> all = {
      {"listen", "address and port to listen on; port 0 takes any free port", set_listen,
       [](const Settings& s) { return s.address + ":" + std::to_string(s.port); }},
      text(
          "public_url", "the address that clients use for this server, for example https://wick.example.com",
          {}, [](Settings & s) -> auto& { return s.public_url; }),
      {"server.trusted_proxies",
       "addresses and networks (CIDR) of your proxies, separated by commas; the client's address is read "
       "from X-Forwarded-For or Forwarded only when a request comes from one of them",
       set_trusted_proxies, [](const Settings& s) { return join(s.trusted_proxies); }},
      {"server.cors_origins",
       "origins of web pages, separated by commas, whose scripts may call /mcp, for example "
       "https://app.example.com; empty: none",
       set_cors_origins, [](const Settings& s) { return join(s.cors_origins); }},
      number(
          "threads", "threads that serve connections; 0: one for each core", 0, 256,
          [](Settings & s) -> auto& { return s.threads; }),
      text(
          "log_format", "the format of the log: text or json", {"text", "json"},
          [](Settings & s) -> auto& { return s.log_format; }),
      text(
          "log_level", "the lowest level that is logged: trace, debug, info, warn or error",
          {"trace", "debug", "info", "warn", "error"}, [](Settings & s) -> auto& { return s.log_level; }),
      {"audit.durability",
       "committed: a response is sent only after its audit record is on disk; relaxed: a response does not "
       "wait for its audit record",
       [](Settings& s, const std::string& value) -> Result<void> {
         if (value != "committed" && value != "relaxed")
           return invalid("\"audit.durability\" must be committed or relaxed, not \"" + value + "\".");
         s.audit.wait_for_commit = value == "committed";
         return {};
       },
       [](const Settings& s) { return std::string(s.audit.wait_for_commit ? "committed" : "relaxed"); }},
      number(
          "audit.payload_days", "days for which requests and responses are kept", 0, 36500,
          [](Settings & s) -> auto& { return s.audit.payload_days; }),
      number(
          "audit.row_days", "days for which the record of a call is kept", 1, 36500,
          [](Settings & s) -> auto& { return s.audit.row_days; }),
      number(
          "audit.max_payload_bytes", "bytes of a request or response that are kept; the rest is cut off", 256,
          16 * kMillion, [](Settings & s) -> auto& { return s.audit.max_payload_bytes; }),
      number(
          "audit.max_queued", "calls that may wait until their records are on disk", 1, 10 * kMillion,
          [](Settings & s) -> auto& { return s.audit.max_queued; }),
      number(
          "audit.max_queued_bytes", "bytes of records that may wait to be written", 1, 1024 * 1024 * kMillion,
          [](Settings & s) -> auto& { return s.audit.max_queued_bytes; }),
      text(
          "ca_file",
          "a PEM file with certificate authorities to trust for outgoing https, in addition to the system's",
          {}, [](Settings & s) -> auto& { return s.ca_file; }),
      on_or_off(
          "oauth.registration", "whether apps may register themselves (RFC 7591)",
          [](Settings & s) -> auto& { return s.clients.registration; }),
      number(
          "oauth.registrations_per_hour", "new apps that one address may register in an hour", 0, kMillion,
          [](Settings & s) -> auto& { return s.clients.registrations_per_hour; }),
      on_or_off(
          "oauth.metadata_documents",
          "whether an app may use the URL of its metadata document as its client id",
          [](Settings & s) -> auto& { return s.clients.metadata_documents; }),
      words(
          "oauth.metadata_hosts",
          "hosts whose metadata documents are accepted, separated by commas; empty: all hosts",
          [](Settings & s) -> auto& { return s.clients.metadata_hosts; }),
      words(
          "oauth.private_metadata_hosts",
          "hosts whose metadata documents are also fetched from private addresses, separated by commas",
          [](Settings & s) -> auto& { return s.clients.private_metadata_hosts; }),
      {"oauth.redirect_schemes",
       "additional schemes of redirect URIs, separated by commas; https, loopback addresses, schemes with a "
       "dot and schemes of known apps are always accepted",
       set_redirect_schemes, [](const Settings& s) { return join(s.clients.redirect_schemes); }},
      number(
          "oauth.refresh_replay_seconds",
          "seconds in which a used refresh token gets the same response again; 0: never, as RFC 9700 demands",
          0, kMaxReplaySeconds, [](Settings & s) -> auto& { return s.refresh_replay_seconds; }),
      on_or_off(
          "sign_in.password", "whether users may sign in by password",
          [](Settings & s) -> auto& { return s.password_sign_in; }),
      text(
          "sign_in.require_second_factor",
          "users who must set up a second factor after sign-in by password, before they can do anything "
          "else: off, admins or all",
          {"off", "admins", "all"}, [](Settings & s) -> auto& { return s.require_second_factor; }),
      on_or_off(
          "connectors.commands_from_web",
          "whether admins may set in the web app the programs that this server starts for connectors; when "
          "off, only `wick connector` can",
          [](Settings & s) -> auto& { return s.commands_from_web; }),
      number(
          "connectors.idle_seconds",
          "seconds after which an unused session with a connected MCP server ends, together with its process",
          1, kMillion, [](Settings & s) -> auto& { return s.idle_seconds; }),
      number(
          "connectors.review_seconds",
          "seconds between two checks whether the tools of connected MCP servers have changed; 0: only an "
          "admin checks",
          0, kMillion, [](Settings & s) -> auto& { return s.review_seconds; }),
      text(
          "oidc.issuer",
          "the OpenID provider that users sign in with, for example https://accounts.google.com", {},
          [](Settings & s) -> auto& { return s.oidc.issuer; }),
      text(
          "oidc.client_id", "the client id of this server at the provider", {},
          [](Settings & s) -> auto& { return s.oidc.client_id; }),
      secret(text(
          "oidc.client_secret",
          "the client secret of this server at the provider; better set in WICK_OIDC_CLIENT_SECRET or "
          "oidc.client_secret_file",
          {}, [](Settings & s) -> auto& { return s.oidc.client_secret; })),
      text(
          "oidc.client_secret_file", "a file that contains the client secret", {},
          [](Settings & s) -> auto& { return s.oidc.client_secret_file; }),
      text(
          "oidc.name", "the provider's name on the button of the sign-in page", {},
          [](Settings & s) -> auto& { return s.oidc.name; }),
      words(
          "oidc.allowed_domains",
          "email domains whose users may sign in, separated by commas; empty: all domains",
          [](Settings & s) -> auto& { return s.oidc.allowed_domains; }),
      {"oidc.new_users",
       "people who sign in for the first time: pending (an admin approves them), active or refuse",
       set_new_users, [](const Settings& s) { return new_users_text(s.oidc.new_users); }},
      text(
          "oidc.groups_claim",
          "the claim that lists a user's groups; each group gives the tag of the same name", {},
          [](Settings & s) -> auto& { return s.oidc.groups_claim; }),
      on_or_off(
          "oidc.trust_email",
          "whether the provider's email addresses count as verified when it does not say so",
          [](Settings & s) -> auto& { return s.oidc.trust_email; }),
      number(
          "limits.max_header_bytes", "bytes of the largest request header", 1024, kMillion,
          [](Settings & s) -> auto& { return s.limits.max_header_bytes; }),
      number(
          "limits.max_body_bytes", "bytes of the largest request body", 1024, 1024 * kMillion,
          [](Settings & s) -> auto& { return s.limits.max_body_bytes; }),
      number(
          "limits.max_public_body_bytes", "bytes of the largest request body on routes that need no sign-in",
          1024, 1024 * kMillion, [](Settings & s) -> auto& { return s.limits.max_public_body_bytes; }),
      number(
          "limits.max_body_memory_bytes",
          "bytes of memory for the request bodies of all connections together; above it, requests get 503",
          65536, 1024 * 1024 * kMillion,
          [](Settings & s) -> auto& { return s.limits.max_body_memory_bytes; }),
      number(
          "limits.max_connections", "connections at the same time; a low limit of open files lowers it", 1,
          kMillion, [](Settings & s) -> auto& { return s.limits.max_connections; }),
      number(
          "limits.connections_per_address",
          "connections of one client at the same time; a client is an IPv4 address or an IPv6 /64, and "
          "trusted proxies do not count; 0: a quarter of limits.max_connections",
          0, kMillion, [](Settings & s) -> auto& { return s.limits.connections_per_address; }),
      number(
          "limits.calls_per_user", "calls of one user at the same time", 1, kMillion,
          [](Settings & s) -> auto& { return s.calls_per_user; }),
      number(
          "limits.outgoing_requests", "requests to connected systems at the same time", 1, 100'000,
          [](Settings & s) -> auto& { return s.outgoing.requests; }),
      number(
          "limits.outgoing_per_user", "requests of one user to connected systems at the same time", 1,
          100'000, [](Settings & s) -> auto& { return s.outgoing.per_holder; }),
      number(
          "limits.outgoing_per_connector", "requests to one connector's system at the same time", 1, 100'000,
          [](Settings & s) -> auto& { return s.outgoing.per_connector; }),
      number(
          "limits.streams_per_user", "event streams of one user at the same time", 1, kMillion,
          [](Settings & s) -> auto& { return s.streams_per_user; }),
      number(
          "limits.min_free_bytes",
          "bytes of free disk space below which calls, and everything else that adds data, are refused; at "
          "most an eighth of the disk",
          0, 1024 * 1024 * kMillion, [](Settings & s) -> auto& { return s.disk.min_free_bytes; }),
      number(
          "limits.reserve_bytes",
          "bytes kept in the file wick.reserve for revocation, sign-in and deletion on a full disk; at most "
          "a sixteenth of the disk",
          0, 1024 * kMillion, [](Settings & s) -> auto& { return s.disk.reserve_bytes; }),
      number(
          "limits.max_log_bytes", "bytes of a write-ahead log above which calls are refused", kMillion,
          1024 * 1024 * kMillion, [](Settings & s) -> auto& { return s.audit.max_log_bytes; }),
      number(
          "limits.request_timeout_seconds",
          "seconds for a request's header, and again for its body, to arrive", 1, 3600,
          [](Settings & s) -> auto& { return s.limits.request_timeout_seconds; }),
      number(
          "limits.idle_timeout_seconds", "seconds after which a connection without a request is closed", 1,
          86400, [](Settings & s) -> auto& { return s.limits.idle_timeout_seconds; }),
      number(
          "limits.write_timeout_seconds",
          "seconds after which a connection is closed when its client does not read the response", 1, 3600,
          [](Settings & s) -> auto& { return s.limits.write_timeout_seconds; }),
      number(
          "limits.max_queued_requests",
          "requests of the web app, the API and OAuth that may wait for a worker thread", 1, kMillion,
          [](Settings & s) -> auto& { return s.limits.max_queued_blocking_requests; }),
      number(
          "limits.queued_requests_per_user",
          "requests of one user, or of one address before sign-in, that may wait or run on worker threads", 1,
          kMillion, [](Settings & s) -> auto& { return s.limits.max_blocking_requests_per_holder; }),
      number(
          "limits.large_body_bytes",
          "bytes of a request body above which a separate thread handles the request", 1024, 1024 * kMillion,
          [](Settings & s) -> auto& { return s.limits.large_body_bytes; }),
  };
  return all;
}

}  // namespace wick
