#include "connectors/connector_config.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "base/url.h"

namespace wick {

Result<void> check_http_url(std::string_view url, std::string_view requirement) {
  const auto read = Url::parse_http(url);
  if (!read) return fail(ErrorCode::kInvalidArgument, std::string(requirement) + " " + read.error().message);
  if (!url.starts_with(read->scheme())) return fail(ErrorCode::kInvalidArgument, std::string(requirement));
  return {};
}

Result<void> check_fields(const ConnectorKind& kind, const json::object& config) {
  const auto known = kind.fields();
  for (const auto& member : config) {
    const auto field = std::find_if(known.begin(), known.end(), [&](const ConfigField& each) {
      return each.key == std::string_view(member.key());
    });
    if (field == known.end()) {
      return fail(ErrorCode::kInvalidArgument, "\"" + std::string(member.key()) +
                                                   "\" is not a setting of a connector of the kind " +
                                                   std::string(kind.name()) + ".");
    }
    const auto& value = member.value();
    const bool fits = value.is_null() || (field->type == "boolean"  ? value.is_bool()
                                          : field->type == "number" ? int64_of(value).has_value()
                                          : field->type == "list"   ? value.is_array()
                                                                    : is_text(value));
    if (!fits)
      return fail(ErrorCode::kInvalidArgument,
                  "\"" + field->label + "\" must be a " + field->type + " value.");
  }
  return {};
}

Result<Secret> open_secret(const SealingKey& key, const ConnectorEntry& connector, std::string_view field) {
  const auto* sealed = connector.sealed_secrets.if_contains(field);
  if (sealed == nullptr || !sealed->is_string()) return Secret();
  return connector.opened_secrets->get(field, [&]() -> Result<Secret> {
    const auto bytes = from_hex(std::string_view(sealed->get_string()));
    if (!bytes) return fail(ErrorCode::kInternal, "The sealed secret of " + connector.label + " is damaged.");
    return key.open(*bytes, secret_place(connector.id.str(), field));
  });
}

}  // namespace wick
