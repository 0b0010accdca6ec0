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
          "public_url", "where clients find this server, for example https://wick.example.com", {},
          [](Settings & s) -> auto& { return s.public_url; }),
      {"server.trusted_proxies",
       "addresses and networks (CIDRs) of proxies, separated by commas, whose X-Forwarded-For or Forwarded "
       "says the client's address",
       set_trusted_proxies, [](const Settings& s) { return join(s.trusted_proxies); }},
      {"server.cors_origins",
       "origins of web pages, separated by commas, whose scripts may call /mcp, for example "
       "https://app.example.com; empty: none",
       set_cors_origins, [](const Settings& s) { return join(s.cors_origins); }},
      number(
          "threads", "threads that serve connections; 0: one per core", 0, 256,
          [](Settings & s) -> auto& { return s.threads; }),
      text(
          "log_format", "text or json", {"text", "json"}, [](Settings & s) -> auto& { return s.log_format; }),
      text(
          "log_level", "how much is logged", {"trace", "debug", "info", "warn", "error"},
          [](Settings & s) -> auto& { return s.log_level; }),
      {"audit.durability", "committed: a call is answered after its record is on disk; relaxed: before",
       [](Settings& s, const std::string& value) -> Result<void> {
         if (value != "committed" && value != "relaxed")
           return invalid("\"audit.durability\" must be committed or relaxed, not \"" + value + "\".");
         s.audit.wait_for_commit = value == "committed";
         return {};
       },
       [](const Settings& s) { return std::string(s.audit.wait_for_commit ? "committed" : "relaxed"); }},
      number(
          "audit.payload_days", "days that requests and responses are kept", 0, 36500,
          [](Settings & s) -> auto& { return s.audit.payload_days; }),
      number(
          "audit.row_days", "days that the record of a call is kept", 1, 36500,
          [](Settings & s) -> auto& { return s.audit.row_days; }),
      number(
          "audit.max_payload_bytes", "longest request or response kept whole", 256, 16 * kMillion,
          [](Settings & s) -> auto& { return s.audit.max_payload_bytes; }),
      number(
          "audit.max_queued", "calls that may wait for their record", 1, 10 * kMillion,
          [](Settings & s) -> auto& { return s.audit.max_queued; }),
      number(
          "audit.max_queued_bytes", "bytes of calls that may wait for their record", 1,
          1024 * 1024 * kMillion, [](Settings & s) -> auto& { return s.audit.max_queued_bytes; }),
      text(
          "ca_file", "a PEM file with more authorities for outgoing https; empty: only the system's", {},
          [](Settings & s) -> auto& { return s.ca_file; }),
      on_or_off(
          "oauth.registration", "whether apps may register themselves (RFC 7591)",
          [](Settings & s) -> auto& { return s.clients.registration; }),
      number(
          "oauth.registrations_per_hour", "new apps that one address may register", 0, kMillion,
          [](Settings & s) -> auto& { return s.clients.registrations_per_hour; }),
      on_or_off(
          "oauth.metadata_documents", "whether apps may name themselves by the URL of a metadata document",
          [](Settings & s) -> auto& { return s.clients.metadata_documents; }),
      words(
          "oauth.metadata_hosts", "hosts of such documents, separated by commas; empty: any",
          [](Settings & s) -> auto& { return s.clients.metadata_hosts; }),
      words(
          "oauth.private_metadata_hosts", "hosts of such documents that may be at private addresses",
          [](Settings & s) -> auto& { return s.clients.private_metadata_hosts; }),
      {"oauth.redirect_schemes",
       "schemes of redirect URIs, separated by commas, that apps may use beside https, loopback, those with "
       "a dot "
       "and those of known apps",
       set_redirect_schemes, [](const Settings& s) { return join(s.clients.redirect_schemes); }},
      number(
          "oauth.refresh_replay_seconds",
          "how long a used refresh token gets the same answer again; 0: never, as RFC 9700 has it", 0,
          kMaxReplaySeconds, [](Settings & s) -> auto& { return s.refresh_replay_seconds; }),
      on_or_off(
          "sign_in.password", "whether people may sign in by password",
          [](Settings & s) -> auto& { return s.password_sign_in; }),
      text(
          "sign_in.require_second_factor",
          "who must have a second factor before anything else works after sign-in by password",
          {"off", "admins", "all"}, [](Settings & s) -> auto& { return s.require_second_factor; }),
      on_or_off(
          "connectors.commands_from_web",
          "whether admins may set in the web app which programs this server starts for connectors; else only "
          "`wick connector` may",
          [](Settings & s) -> auto& { return s.commands_from_web; }),
      number(
          "connectors.idle_seconds",
          "how long a session with a connected MCP server, and its process, stays without a request", 1,
          kMillion, [](Settings & s) -> auto& { return s.idle_seconds; }),
      number(
          "connectors.review_seconds",
          "how often connected MCP servers are asked whether they still offer what is accepted; 0: only by "
          "an "
          "admin",
          0, kMillion, [](Settings & s) -> auto& { return s.review_seconds; }),
      text(
          "oidc.issuer", "the OpenID provider people sign in with, for example https://accounts.google.com",
          {}, [](Settings & s) -> auto& { return s.oidc.issuer; }),
      text(
          "oidc.client_id", "what the provider calls this server", {},
          [](Settings & s) -> auto& { return s.oidc.client_id; }),
      secret(text(
          "oidc.client_secret",
          "the secret the provider gave; better in WICK_OIDC_CLIENT_SECRET or oidc.client_secret_file", {},
          [](Settings & s) -> auto& { return s.oidc.client_secret; })),
      text(
          "oidc.client_secret_file", "a file that holds the secret", {},
          [](Settings & s) -> auto& { return s.oidc.client_secret_file; }),
      text(
          "oidc.name", "what the button on the sign-in page calls the provider", {},
          [](Settings & s) -> auto& { return s.oidc.name; }),
      words(
          "oidc.allowed_domains", "email domains that may sign in, separated by commas; empty: any",
          [](Settings & s) -> auto& { return s.oidc.allowed_domains; }),
      {"oidc.new_users", "what becomes of people who sign in for the first time", set_new_users,
       [](const Settings& s) { return new_users_text(s.oidc.new_users); }},
      text(
          "oidc.groups_claim", "the claim with a person's groups, which become tags of the same name", {},
          [](Settings & s) -> auto& { return s.oidc.groups_claim; }),
      on_or_off(
          "oidc.trust_email", "take the provider's emails as verified even where it does not say so",
          [](Settings & s) -> auto& { return s.oidc.trust_email; }),
      number(
          "limits.max_header_bytes", "largest request header", 1024, kMillion,
          [](Settings & s) -> auto& { return s.limits.max_header_bytes; }),
      number(
          "limits.max_body_bytes", "largest request body", 1024, 1024 * kMillion,
          [](Settings & s) -> auto& { return s.limits.max_body_bytes; }),
      number(
          "limits.max_public_body_bytes", "largest request body where nobody has to be signed in", 1024,
          1024 * kMillion, [](Settings & s) -> auto& { return s.limits.max_public_body_bytes; }),
      number(
          "limits.max_body_memory_bytes",
          "memory for the request bodies of all connections together; above: 503", 65536,
          1024 * 1024 * kMillion, [](Settings & s) -> auto& { return s.limits.max_body_memory_bytes; }),
      number(
          "limits.max_connections", "connections at once; the limit of open files may lower it", 1, kMillion,
          [](Settings & s) -> auto& { return s.limits.max_connections; }),
      number(
          "limits.connections_per_address",
          "connections of one client, which is an IPv4 address or an IPv6 /64 and no trusted proxy; 0: a "
          "quarter of limits.max_connections",
          0, kMillion, [](Settings & s) -> auto& { return s.limits.connections_per_address; }),
      number(
          "limits.calls_per_user", "calls of one user that run at once", 1, kMillion,
          [](Settings & s) -> auto& { return s.calls_per_user; }),
      number(
          "limits.outgoing_requests", "requests to connected systems at once", 1, 100'000,
          [](Settings & s) -> auto& { return s.outgoing.requests; }),
      number(
          "limits.outgoing_per_user", "of them, those that one user may have under way", 1, 100'000,
          [](Settings & s) -> auto& { return s.outgoing.per_holder; }),
      number(
          "limits.outgoing_per_connector", "of them, those that may go to one connector's system", 1, 100'000,
          [](Settings & s) -> auto& { return s.outgoing.per_connector; }),
      number(
          "limits.streams_per_user", "event streams that one user may have open", 1, kMillion,
          [](Settings & s) -> auto& { return s.streams_per_user; }),
      number(
          "limits.min_free_bytes",
          "calls, and all else that adds data, stop when the disk of the data folder has less room than "
          "this, at most an eighth of it",
          0, 1024 * 1024 * kMillion, [](Settings & s) -> auto& { return s.disk.min_free_bytes; }),
      number(
          "limits.reserve_bytes",
          "kept in wick.reserve for revocation, sign-in and deletion on a full disk, a sixteenth of it at "
          "most",
          0, 1024 * kMillion, [](Settings & s) -> auto& { return s.disk.reserve_bytes; }),
      number(
          "limits.max_log_bytes", "calls stop when a write-ahead log is longer", kMillion,
          1024 * 1024 * kMillion, [](Settings & s) -> auto& { return s.audit.max_log_bytes; }),
      number(
          "limits.request_timeout_seconds", "from a request's first byte to its last", 1, 3600,
          [](Settings & s) -> auto& { return s.limits.request_timeout_seconds; }),
      number(
          "limits.idle_timeout_seconds", "a connection without a request", 1, 86400,
          [](Settings & s) -> auto& { return s.limits.idle_timeout_seconds; }),
      number(
          "limits.write_timeout_seconds", "a client that does not read its response", 1, 3600,
          [](Settings & s) -> auto& { return s.limits.write_timeout_seconds; }),
      number(
          "limits.max_queued_requests", "requests of the web app and API that may wait for a worker", 1,
          kMillion, [](Settings & s) -> auto& { return s.limits.max_queued_blocking_requests; }),
      number(
          "limits.queued_requests_per_user", "of them, those of one user, else of one address", 1, kMillion,
          [](Settings & s) -> auto& { return s.limits.max_blocking_requests_per_holder; }),
      number(
          "limits.large_body_bytes", "a request with a larger body is handled on a thread for such", 1024,
          1024 * kMillion, [](Settings & s) -> auto& { return s.limits.large_body_bytes; }),
  };
  return all;
}

}  // namespace wick
