#include "openapi/yaml_text.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

struct Size {
  std::size_t nodes = 0, depth = 0;
};

Size size_of(const json::value& value) {
  Size out{1, 0};
  const auto add = [&](const json::value& inner) {
    const Size size = size_of(inner);
    out.nodes += size.nodes;
    out.depth = std::max(out.depth, size.depth);
  };
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) add(item);
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) add(member.value());
  }
  if (value.is_structured()) ++out.depth;
  return out;
}

// JSON that means the same in YAML: yaml-cpp limits keys to 1,024 bytes, and "<<" merges.
bool is_plain(const json::value& value) {
  if (const auto* list = value.if_array()) return std::all_of(list->begin(), list->end(), is_plain);
  if (const auto* object = value.if_object()) {
    return std::all_of(object->begin(), object->end(), [](const auto& member) {
      return member.key().size() < 200 && member.key() != "<<" && is_plain(member.value());
    });
  }
  return true;
}

}  // namespace

// What is read keeps to the limits and is JSON; JSON read as YAML is the same value.
void fuzz_yaml(std::string_view data) {
  const auto value = parse_yaml(data);
  if (value) {
    const Size size = size_of(*value);
    FUZZ_CHECK(size.nodes <= kMaxYamlNodes && size.depth <= kMaxJsonDepth);
    const auto again = parse_json(to_json(*value));
    FUZZ_CHECK(again && *again == *value);
  } else {
    FUZZ_CHECK(!value.error().message.empty() && is_valid_utf8(value.error().message));
  }
  const auto json_value = parse_json(data);
  if (!json_value || !is_plain(*json_value)) return;
  const auto as_yaml = parse_yaml(to_json(*json_value));
  FUZZ_CHECK(as_yaml);
  FUZZ_CHECK(to_json(*as_yaml) == to_json(*json_value));
}

}  // namespace wick::fuzz
