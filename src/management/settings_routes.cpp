// The operator's settings as this server runs with them: to look at only.
#include "management/settings_routes.h"
#include "base/json.h"
#include "management/effective_setting.h"

namespace wick::api {
namespace {

const char* source_name(SettingSource source) {
  switch (source) {
    case SettingSource::kDefault:
      return "default";
    case SettingSource::kFile:
      return "file";
    case SettingSource::kEnvironment:
      return "environment";
    case SettingSource::kFlag:
      return "flag";
  }
  return "default";
}

json::object setting_view(const EffectiveSetting& setting) {
  json::object out;
  out["key"] = setting.key;
  out["meaning"] = setting.meaning;
  out["environment_name"] = setting.environment_name;
  out["source"] = source_name(setting.source);
  out["needs_restart"] = true;  // all are read at the start
  if (setting.is_secret) {
    json::object secret;
    secret["set"] = setting.is_set;
    out["value"] = std::move(secret);
    out["default"] = nullptr;
  } else {
    out["value"] = setting.value;
    out["default"] = setting.default_value;
  }
  return out;
}

Result<Reply> list_settings(const SettingsRouteServices& services, Context&) {
  json::array items;
  for (const EffectiveSetting& setting : services.settings) items.push_back(setting_view(setting));
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

}  // namespace

void mount_settings(Api& api, const SettingsRouteServices& services) {
  Routes routes(api, services);
  routes.route("GET", "/admin/settings", Access::kAdmin, list_settings);
}

}  // namespace wick::api
