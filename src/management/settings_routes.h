// The route of the operator's settings.
#pragma once

#include <vector>

#include "api/api.h"
#include "management/effective_setting.h"

namespace wick::api {

struct SettingsRouteServices {
  const std::vector<EffectiveSetting>& settings;  // must outlive the routes
};

void mount_settings(Api& api, const SettingsRouteServices& services);

}  // namespace wick::api
