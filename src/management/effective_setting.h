// A setting of the operator's as this server runs with it, for admins to look at. Plain values.
#pragma once

#include <string>

namespace wick {

enum class SettingSource { kDefault, kFile, kEnvironment, kFlag };

struct EffectiveSetting {
  std::string key, meaning;
  std::string environment_name;      // WICK_…
  std::string value, default_value;  // empty for a secret
  SettingSource source = SettingSource::kDefault;
  bool is_secret = false;
  bool is_set = false;  // of a secret: whether it has a value
};

}  // namespace wick
