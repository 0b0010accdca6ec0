// Settings: what an operator can choose, from a TOML file, WICK_* environment variables and flags; later sources override
// earlier ones. One table (settings_table.cpp) says every key, its meaning and its default. Settings are read at the start: a
// change needs a restart.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "audit/run_log.h"
#include "base/network.h"
#include "base/result.h"
#include "connectors/runner.h"
#include "http/client.h"
#include "http/server.h"
#include "identity/oidc_service.h"
#include "management/effective_setting.h"
#include "mcp/stream_hub.h"
#include "mcp_client/mcp_client.h"
#include "oauth/client_service.h"
#include "oauth/grant.h"

namespace wick {

struct Settings {
  std::string data = "./var";
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::vector<IpNetwork> trusted_proxies;
  std::vector<std::string> cors_origins;  // as http::parse_origin() gives them
  std::string public_url;                 // empty: http://address:port, only on loopback
  int threads = 0;
  std::string log_format = "text", log_level = "info";
  http::Limits limits;
  http::ClientLimits outgoing;
  std::size_t calls_per_user = kDefaultCallsPerUser;
  std::size_t streams_per_user = mcp::kMaxStreamsPerUser;
  RunLogOptions audit;
  DiskOptions disk;
  ClientPolicy clients;
  int refresh_replay_seconds = kDefaultReplaySeconds;
  std::string ca_file;  // of outgoing requests; empty: the system's authorities
  bool password_sign_in = true;
  std::string require_second_factor = "off";
  bool commands_from_web = false;
  int idle_seconds = int(upstream::kDefaultIdleTime.count());
  int review_seconds = 3600;
  OidcOptions oidc;
  std::map<std::string, SettingSource> sources;  // of the keys that were set
};

struct SettingInfo {
  std::string key, meaning, default_value;
};
std::vector<SettingInfo> known_settings();

// Every setting as it holds, in the order of the table; the values of secrets are left out.
std::vector<EffectiveSetting> effective_settings(const Settings& settings);

// Sets one key. Errors: kInvalidArgument  the key is unknown (with the nearest known one), or the value unfit
Result<void> set_setting(Settings& settings, const std::string& key, const std::string& value,
                         SettingSource source);
// Errors: kInvalidArgument, naming file, line and key
Result<void> read_config_file(Settings& settings, const std::string& file);
Result<void> read_environment(Settings& settings);
// What holds between settings. Fills public_url. Errors: kInvalidArgument
Result<void> finish_settings(Settings& settings);
// Takes the port that was bound where `listen` left it to the system (port 0), in public_url too.
void use_port(Settings& settings, std::uint16_t port);

}  // namespace wick
