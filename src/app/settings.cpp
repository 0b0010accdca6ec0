#include "app/settings.h"

#include <toml++/toml.h>
#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <fstream>
#include <sstream>

#include "app/settings_table.h"
#include "base/environment.h"
#include "base/text.h"
#include "base/url.h"

namespace wick {
namespace {

constexpr std::string_view kOpenPort = ":0";  // in a public URL: the port that the system chooses

std::string environment_name(std::string_view key) {
  std::string name = "WICK_";
  for (const char c : key) name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
  return name;
}

// Notes where the value is from.
Result<void> apply(Settings& settings, const Setting& setting, const std::string& value,
                   SettingSource source) {
  auto set = setting.set(settings, value);
  if (set) settings.sources[setting.key] = source;
  return set;
}

// Levenshtein distance, for "did you mean".
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

Result<void> read_table(Settings& settings, const toml::table& tree, const std::string& prefix,
                        const std::string& file) {
  for (const auto& [key, node] : tree) {
    const std::string name = prefix + std::string(key.str());
    if (const auto* inner = node.as_table()) {
      if (auto done = read_table(settings, *inner, name + ".", file); !done) return done;
      continue;
    }
    std::string value;
    if (const auto* string = node.as_string()) {
      value = string->get();
    } else if (const auto* list = node.as_array()) {
      for (const auto& item : *list) {
        const auto text = item.value<std::string>();
        if (!text) {
          return invalid(file + ", line " + std::to_string(node.source().begin.line) + ": the list \"" +
                         name + "\" must contain only strings.");
        }
        value += (value.empty() ? "" : ",") + *text;
      }
    } else {
      std::ostringstream out;
      out << toml::node_view<const toml::node>(node);
      value = out.str();
    }
    if (auto set = set_setting(settings, name, value, SettingSource::kFile); !set) {
      return invalid(file + ", line " + std::to_string(node.source().begin.line) + ": " +
                     set.error().message);
    }
  }
  return {};
}

}  // namespace

std::vector<SettingInfo> known_settings() {
  const Settings defaults;
  std::vector<SettingInfo> out;
  for (const Setting& setting : settings_table())
    out.push_back({setting.key, setting.meaning, setting.get(defaults)});
  return out;
}

std::vector<EffectiveSetting> effective_settings(const Settings& settings) {
  const Settings defaults;
  const auto source_of = [&](const std::string& key) {
    const auto found = settings.sources.find(key);
    return found == settings.sources.end() ? SettingSource::kDefault : found->second;
  };
  std::vector<EffectiveSetting> out;
  for (const Setting& setting : settings_table()) {
    EffectiveSetting& one = out.emplace_back();
    one.key = setting.key;
    one.meaning = setting.meaning;
    one.environment_name = environment_name(setting.key);
    one.source = source_of(one.key);
    one.is_secret = setting.is_secret;
    if (setting.is_secret) {
      one.is_set = !setting.get(settings).empty();
      // It was read from the file that another setting names.
      if (one.is_set && one.source == SettingSource::kDefault) one.source = source_of(one.key + "_file");
    } else {
      one.value = setting.get(settings);
      one.default_value = setting.get(defaults);
    }
  }
  return out;
}

Result<void> set_setting(Settings& settings, const std::string& key, const std::string& value,
                         SettingSource source) {
  const Setting* nearest = &settings_table().front();
  for (const Setting& setting : settings_table()) {
    if (key == setting.key) return apply(settings, setting, value, source);
    if (distance(key, setting.key) < distance(key, nearest->key)) nearest = &setting;
  }
  return invalid("There is no setting \"" + key + "\". Did you mean \"" + nearest->key +
                 "\"? `wick settings` lists them all.");
}

Result<void> read_config_file(Settings& settings, const std::string& file) {
  try {
    return read_table(settings, toml::parse_file(file), "", file);
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;  // 0: the file cannot be read
    return invalid(file + (line == 0 ? "" : ", line " + std::to_string(line)) + ": " +
                   std::string(error.description()) + ".");
  }
}

Result<void> read_environment(Settings& settings) {
  for (const Setting& setting : settings_table()) {
    const std::string name = environment_name(setting.key);
    const auto value = environment_variable(name);
    if (!value) continue;
    if (auto set = apply(settings, setting, *value, SettingSource::kEnvironment); !set)
      return invalid("Environment variable " + name + ": " + set.error().message);
  }
  return {};
}

void use_port(Settings& settings, std::uint16_t port) {
  if (settings.port == 0 && settings.public_url.ends_with(kOpenPort))
    settings.public_url.replace(settings.public_url.size() - kOpenPort.size(), kOpenPort.size(),
                                ":" + std::to_string(port));
  settings.port = port;
}

// A port 0 is replaced later (use_port()).
Result<void> check_public_url(const Settings& settings) {
  const std::string& text = settings.public_url;
  const bool has_open_port = settings.port == 0 && text.ends_with(kOpenPort);
  const auto url = Url::parse_http(text.substr(0, text.size() - (has_open_port ? kOpenPort.size() : 0)));
  const bool is_plain = url && text.starts_with(url->scheme()) && url->path().empty() &&
                        url->query().empty() && url->fragment().empty();
  if (is_plain) return {};
  return invalid(
      "\"public_url\" must be a scheme, a host and optionally a port, for example https://wick.example.com, "
      "not \"" +
      text + "\"." + (url ? "" : " " + url.error().message));
}

Result<void> finish_settings(Settings& settings) {
  if (auto done = finish_oidc_options(settings.oidc); !done) return done;
  if (!settings.password_sign_in && !settings.oidc.enabled()) {
    return invalid("\"sign_in.password\" is off and \"oidc.issuer\" is not set, so nobody could sign in.");
  }
  if (!settings.ca_file.empty() && !std::ifstream(settings.ca_file))
    return invalid("\"ca_file\": " + settings.ca_file + " cannot be read.");
  const auto address = boost::asio::ip::make_address(settings.address);
  if (settings.public_url.empty()) {
    if (!address.is_loopback()) {
      return invalid("Listening on " + settings.address +
                     " makes this server reachable from other computers. Set the address that they use with "
                     "--public-url https://… (a proxy in front provides TLS).");
    }
    const std::string host = address.is_v6() ? "[" + settings.address + "]" : settings.address;
    settings.public_url = "http://" + host + ":" + std::to_string(settings.port);
    return {};
  }
  while (settings.public_url.ends_with('/')) settings.public_url.pop_back();
  return check_public_url(settings);
}

}  // namespace wick
