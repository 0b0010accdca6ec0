#include "connectors/param_headers.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "http/field.h"

namespace wick {
namespace {

constexpr std::string_view kMark = "x-mcp-header";
const std::string kPrefix = "Mcp-Param-";
constexpr std::int64_t kMaxSafeInteger = (std::int64_t(1) << 53) - 1;

// Calls `visit(property schema, value or null)` for each property that is reached through properties alone.
template <typename Visit>
void each_property(const json::object& schema, const json::object* arguments, int depth, const Visit& visit) {
  const auto* properties = object_or_null(schema, "properties");
  if (properties == nullptr || depth > kMaxHeaderDepth) return;
  for (const auto& property : *properties) {
    if (!property.value().is_object()) continue;
    const auto* value = arguments == nullptr ? nullptr : arguments->if_contains(property.key());
    visit(property.value().get_object(), value);
    each_property(property.value().get_object(),
                  value != nullptr && value->is_object() ? &value->get_object() : nullptr, depth + 1, visit);
  }
}

std::size_t count_marks(const json::value& value, std::size_t depth = 0) {
  if (depth > kMaxJsonDepth) return 0;
  std::size_t count = 0;
  if (value.is_array()) {
    for (const auto& item : value.get_array()) count += count_marks(item, depth + 1);
  } else if (value.is_object()) {
    for (const auto& member : value.get_object()) {
      // As a keyword; a property that happens to be called so is an object.
      count +=
          member.key() == kMark && !member.value().is_object() ? 1 : count_marks(member.value(), depth + 1);
    }
  }
  return count;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> mirrored_headers(const json::object& input_schema,
                                                                  const json::object& arguments) {
  std::vector<std::pair<std::string, std::string>> headers;
  each_property(input_schema, &arguments, 0, [&](const json::object& property, const json::value* value) {
    const std::string name = text_or_empty(property, kMark);
    if (value == nullptr || name.empty() || !http::is_field_name(name)) return;
    const bool integer = is_number(*value) && is_integer(*value);
    if (value->is_string() || value->is_bool() || integer)
      headers.emplace_back(kPrefix + name, plain_text(*value));
  });
  return headers;
}

std::vector<std::string> header_names(const json::object& input_schema) {
  std::vector<std::string> names;
  each_property(input_schema, nullptr, 0, [&](const json::object& property, const json::value*) {
    const std::string name = text_or_empty(property, kMark);
    if (!name.empty() && http::is_field_name(name)) names.push_back(kPrefix + name);
  });
  return names;
}

Result<void> check_header_marks(const json::object& input_schema) {
  std::vector<std::string> seen;
  std::string problem;
  each_property(input_schema, nullptr, 0, [&](const json::object& property, const json::value*) {
    const auto* mark = property.if_contains(kMark);
    if (mark == nullptr || mark->is_object()) return;
    const std::string name = text_or_empty(property, kMark);
    const std::string type = text_or_empty(property, "type");
    const std::string lower = to_lower_ascii(name);
    if (!http::is_field_name(name)) problem = "\"" + printable(name) + "\" is not the name of a header";
    if (type != "string" && type != "integer" && type != "boolean")
      problem = "\"" + printable(name) + "\" is on a parameter that is not a string, an integer or a boolean";
    for (const char* bound : {"minimum", "maximum"}) {
      const auto* limit = property.if_contains(bound);
      if (limit != nullptr && is_number(*limit) && std::abs(double_of(*limit)) > kMaxSafeInteger)
        problem = "\"" + printable(name) + "\" is on an integer beyond the safe range";
    }
    if (std::find(seen.begin(), seen.end(), lower) != seen.end())
      problem = "\"" + printable(name) + "\" is given twice";
    seen.push_back(lower);
  });
  if (problem.empty() && count_marks(json::value(input_schema)) != seen.size())
    problem = "one is in a place that is not reached through properties alone";
  if (problem.empty()) return {};
  return fail(ErrorCode::kInvalidArgument, "Its x-mcp-header is not valid: " + problem + ".");
}

}  // namespace wick
