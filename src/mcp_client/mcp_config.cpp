#include "mcp_client/mcp_config.h"

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "connectors/connector_config.h"
#include "crypto/digest.h"
#include "curl_import/shell_words.h"
#include "http/field.h"
#include "oauth_client/upstream_credentials.h"
#include "redaction/template_secrets.h"

namespace wick::upstream {
namespace {

// The authentication methods: the value in the configuration and the name for people.
constexpr std::pair<const char*, const char*> kAuths[] = {
    {"none", "None"},
    {"bearer", "Bearer token"},
    {"header", "Secret in a header"},
    {"environment", "Secret in a variable of the command"},
    {"oauth_client_credentials", "OAuth client credentials"},
    {"oauth_per_user", "OAuth, each user's own account"},
    {"key_per_user", "A key of each user's own"},
};
// The protocol generations: the value in the configuration and the name for people.
constexpr struct {
  const char* value;
  const char* label;
  Protocol protocol;
} kProtocols[] = {
    {"auto", "Automatic", Protocol::kAuto},
    {"2026-07-28", "2026-07-28 only", Protocol::kModern},
    {"legacy", "Before 2026-07-28 only", Protocol::kLegacy},
};
// The variables of Wick's environment that a child process receives. None of them can contain a secret.
constexpr const char* kInherited[] = {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR"};

std::string fingerprint_of(const ServerTarget& target) {
  std::string all = target.http.url;
  for (const auto& [name, value] : target.http.headers)
    all.append("\n").append(name).append(": ").append(value);
  for (const auto& word : target.command.words) all.append("\n").append(word);
  for (const auto& [name, value] : target.command.environment)
    all.append("\n").append(name).append("=").append(value);
  for (const std::size_t one :
       {std::size_t(target.timeout.count()), target.http.max_response_bytes, target.command.max_line_bytes,
        std::size_t(target.http.allow_private_addresses), std::size_t(target.protocol)})
    all.append("\n").append(std::to_string(one));
  return to_hex(sha256(all));
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

// "NAME=value".
std::optional<std::pair<std::string, std::string>> parse_variable(std::string_view line) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos || !is_variable_name(line.substr(0, equals)) ||
      line.find('\0') != std::string_view::npos)
    return std::nullopt;
  return std::pair(std::string(line.substr(0, equals)), std::string(line.substr(equals + 1)));
}

// Whether a shell would run a command between backticks: outside of single quotes, and not after a backslash.
bool has_backtick_command(std::string_view command) {
  bool is_quoted = false, is_double = false;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (c == '\\' && !is_quoted) {
      ++i;
    } else if (c == '\'' && !is_double) {
      is_quoted = !is_quoted;
    } else if (c == '"' && !is_quoted) {
      is_double = !is_double;
    } else if (c == '`' && !is_quoted) {
      return true;
    }
  }
  return false;
}

Result<std::vector<std::string>> command_words(std::string_view command) {
  if (has_backtick_command(command))
    return invalid("The command is started without a shell, so commands in backticks do not work.");
  auto line = split_shell(command);
  if (!line)
    return invalid("The command cannot be split into words: quote characters with a meaning in a shell.");
  const bool computed = !line->warnings.empty() || !line->defaults.empty() ||
                        std::any_of(line->words.begin(), line->words.end(), [](const std::string& word) {
                          return word.find(kVariableOpen) != std::string::npos;
                        });
  if (computed) return invalid("The command is started without a shell: no variables, pipes or redirection.");
  if (line->words.empty()) return invalid("The command names no program.");
  return std::move(line->words);
}

}  // namespace

std::vector<ConfigField> config_fields() {
  std::vector<ConfigField> all;
  const auto add = [&](const char* key, const char* label, const char* type,
                       const char* help) -> ConfigField& {
    return all.emplace_back(ConfigField{key, label, type, false, help});
  };
  add("url", "Address", "text",
      "The address of the server's endpoint, for example https://mcp.example.com/mcp.");
  add("command", "Command", "text",
      "Instead of an address: a program that Wick starts and uses through its standard streams, for example "
      "npx -y @example/server. No shell is involved.");
  add("environment", "Environment", "list", "Variables for the command, each as NAME=value.");
  ConfigField& auth =
      add("auth", "Authentication", "select", "The way in which Wick authenticates at the server.");
  for (const auto& [value, label] : kAuths) auth.options.push_back({value, label});
  auth.default_value = "none";
  add("auth_name", "Header or variable name", "text",
      "The header or variable that carries the secret, for example X-API-Key or API_KEY. A user's own key is "
      "sent as "
      "Authorization: Bearer when this is empty.")
      .auths = {"header", "environment", std::string(kPerUserKey)};
  add("client_id", "Client id", "text",
      "Needed for users' own accounts when Wick cannot register itself: register its redirect address there, "
      "and set the client id you get.")
      .auths = {"oauth_client_credentials", "oauth_per_user"};
  add("secret", "Secret", "secret", "The token, key or client secret. Sealed; it cannot be read back.")
      .auths = {"bearer", "header", "environment", "oauth_client_credentials", "oauth_per_user"};
  add("scope", "Scope", "text", "Only needed when it differs from the scope that the server asks for.")
      .auths = {"oauth_client_credentials", "oauth_per_user"};
  add("token_url", "Token URL", "text", "Only needed when the server does not name its authorization server.")
      .auths = {"oauth_client_credentials"};
  ConfigField& protocol =
      add("protocol", "Protocol", "select",
          "The revisions that Wick uses with the server. Automatic: Wick asks the server, and a client of a "
          "revision before 2026-07-28 has a session of its own where the server offers both.");
  for (const auto& [value, label, meaning] : kProtocols) protocol.options.push_back({value, label});
  protocol.default_value = kProtocols[0].value;
  ConfigField& changed =
      add("changed_tools", "Tools that the server changes", "select",
          "The treatment of a tool whose definition on the server differs from the one that an admin has "
          "accepted. Models see what "
          "was accepted in either case.");
  changed.options = {{"keep", "Can be called as accepted"}, {"hold", "Held back until accepted again"}};
  changed.default_value = "keep";
  add("headers", "More headers", "list", "Sent with every request, each as Name: value.");
  add("timeout_seconds", "Timeout in seconds", "number", "How long a call may take.").default_value =
      kDefaultCallTimeout.count();
  add("max_bytes", "Largest answer in bytes", "number", "A larger answer is an error.").default_value =
      kDefaultResponseBytes;
  add("allow_private_addresses", "Allow private addresses", "boolean",
      "Allows this connector to access your own network and this machine.")
      .default_value = false;
  return all;
}

Result<void> check_config(const json::object& config) {
  const std::string command = text_or_empty(config, "command");
  if (!command.empty()) {
    if (!text_or_empty(config, "url").empty()) return invalid("Give an address or a command, not both.");
    WICK_CHECK(command_words(command));
  } else {
    WICK_CHECK(check_http_url(
        text_or_empty(config, "url"),
        "The address must begin with http:// or https:// and name a host, without a user name in it."));
  }
  const std::string changed = text_or_empty(config, "changed_tools");
  if (!changed.empty() && changed != "keep" && changed != "hold")
    return invalid("\"changed_tools\" must be keep or hold.");
  const std::string protocol = text_or_empty(config, "protocol");
  if (!protocol.empty() &&
      std::ranges::none_of(kProtocols, [&](const auto& one) { return one.value == protocol; }))
    return invalid("\"protocol\" must be auto, 2026-07-28 or legacy.");
  const std::string auth = text_or_empty(config, "auth");
  if (!auth.empty() && std::ranges::none_of(kAuths, [&](const auto& one) { return one.first == auth; }))
    return invalid("\"" + auth + "\" is not an authentication method.");
  if ((auth == "bearer" || auth == "header") && !command.empty())
    return invalid("A command receives its secret in a variable: choose environment.");
  if (auth == "environment" && command.empty())
    return invalid("Variables are for commands only, not for addresses.");
  if (auth == "environment" && !is_variable_name(text_or_empty(config, "auth_name")))
    return invalid("Say which variable carries the secret, for example API_KEY.");
  if (const auto* lines = config.if_contains("environment"); lines != nullptr && lines->is_array()) {
    for (const auto& line : lines->get_array()) {
      if (!is_text(line) || !parse_variable(std::string_view(line.get_string())))
        return invalid("Environment must be a list of texts, each NAME=value.");
    }
  }
  const std::string auth_name = text_or_empty(config, "auth_name");
  if ((auth == "header" || (auth == kPerUserKey && !auth_name.empty())) && !http::is_field_name(auth_name))
    return invalid("Say which header carries the secret, for example X-API-Key.");
  if (auto sound = check_oauth_config(config); !sound) return sound;
  if (const auto* lines = config.if_contains("headers"); lines != nullptr && lines->is_array()) {
    for (const auto& line : lines->get_array()) {
      if (!is_text(line)) return invalid("More headers must be a list of texts, each Name: value.");
      WICK_CHECK(http::parse_field_line(std::string_view(line.get_string())));
    }
  }
  return {};
}

Result<ServerTarget> target_from(const ConnectorEntry& connector, const SealingKey& key) {
  const json::object& config = connector.config;
  auto secret = open_secret(key, connector, "secret");
  if (!secret) {
    return fail(ErrorCode::kUpstream,
                "The secret of this connector cannot be opened: an admin has to set it again.");
  }
  ServerTarget target;
  target.key = connector.id.str();
  add_credential(target.secrets, secret->reveal());
  target.timeout = std::chrono::seconds(
      positive_int_or(config, "timeout_seconds", kDefaultCallTimeout.count(), kMaxCallTimeout.count()));
  const std::string protocol = text_or_empty(config, "protocol");
  for (const auto& one : kProtocols) {
    if (one.value == protocol) target.protocol = one.protocol;
  }
  const auto max_bytes =
      std::size_t(positive_int_or(config, "max_bytes", kDefaultResponseBytes, kMaxResponseBytes));
  const std::string auth = text_or_empty(config, "auth");
  const auto each_line = [&](std::string_view field, const auto& use) {
    const auto* lines = config.if_contains(field);
    if (lines == nullptr || !lines->is_array()) return;
    for (const auto& line : lines->get_array()) {
      if (is_text(line)) use(std::string_view(line.get_string()));
    }
  };
  if (const std::string command = text_or_empty(config, "command"); !command.empty()) {
    WICK_TRY(words, command_words(command));
    target.command.words = std::move(words);
    target.command.max_line_bytes = max_bytes;
    auto& environment = target.command.environment;
    for (const char* name : kInherited) {
      if (const char* value = std::getenv(name)) environment.emplace_back(name, value);
    }
    const auto set = [&](std::string name, std::string value) {
      std::erase_if(environment, [&](const auto& one) { return one.first == name; });
      environment.emplace_back(std::move(name), std::move(value));
    };
    each_line("environment", [&](std::string_view line) {
      if (auto variable = parse_variable(line)) {
        add_variable_secrets(target.secrets, variable->first, variable->second);
        set(variable->first, variable->second);
      }
    });
    add_command_secrets(target.secrets, target.command.words);
    if (auth == "environment") set(text_or_empty(config, "auth_name"), std::string(secret->reveal()));
    target.command.secrets = target.secrets;
    target.fingerprint = fingerprint_of(target);
    return target;
  }
  target.http.url = text_or_empty(config, "url");
  each_line("headers", [&](std::string_view line) {
    if (auto header = http::parse_field_line(line)) {
      add_header_secrets(target.secrets, header->first, header->second);
      target.http.headers.push_back(std::move(*header));
    }
  });
  add_url_secrets(target.secrets, target.http.url);
  if (auth == "bearer")
    target.http.headers.emplace_back("Authorization", "Bearer " + std::string(secret->reveal()));
  if (auth == "header")
    target.http.headers.emplace_back(text_or_empty(config, "auth_name"), secret->reveal());
  target.http.timeout = target.timeout;
  target.http.max_response_bytes = max_bytes;
  target.http.connector = target.key;
  target.http.allow_private_addresses = bool_or_false(config, "allow_private_addresses");
  target.fingerprint = fingerprint_of(target);
  return target;
}

}  // namespace wick::upstream
