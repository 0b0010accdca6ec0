// The table of settings: every key, its meaning, and how its value is read into Settings and written as text.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/settings.h"

namespace wick {

struct Setting {
  const char* key;
  const char* meaning;
  std::function<Result<void>(Settings&, const std::string&)> set;
  std::function<std::string(const Settings&)> get;
  bool is_secret = false;  // its value is never shown
};

// In the order in which the settings are listed.
const std::vector<Setting>& settings_table();

}  // namespace wick
