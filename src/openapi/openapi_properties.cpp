// The properties of a schema: which ones requests contain, and which can be separate arguments.
#include <algorithm>

#include "base/json.h"
#include "openapi/openapi_schema.h"

namespace wick::openapi {
namespace {

constexpr std::size_t kMaxBranches =
    1000;  // branches of one value that are searched for read-only properties

// A schema that only names required properties (`anyOf: [{required: [a]}, {required: [b]}]`).
bool only_requires(const json::value& schema) {
  if (!schema.is_object()) return false;
  for (const auto& member : schema.get_object()) {
    if (member.key() != "required" && member.key() != "type" && member.key() != "title" &&
        member.key() != "description")
      return false;
  }
  return true;
}

}  // namespace

// The readOnly of a property, or of the schemas that it refers to or consists of.
bool SchemaConverter::is_read_only(const json::value& schema, std::size_t depth) {
  const json::value* at = &schema;
  std::string reason;
  for (std::size_t i = 0; i < kMaxReferenceChain; ++i) {
    const auto* object = at->if_object();
    if (object == nullptr || !visit()) return false;
    if (is_true(*object, "readOnly")) return true;
    if (const auto* all = object->if_contains("allOf"); all != nullptr && all->is_array() && depth < 4) {
      const auto& branches = all->get_array();
      if (std::any_of(branches.begin(), branches.end(),
                      [&](const json::value& branch) { return is_read_only(branch, depth + 1); }))
        return true;
    }
    const auto* reference = object->if_contains("$ref");
    if (reference == nullptr || !reference->is_string()) return false;
    at = references_.target(std::string_view(reference->get_string()), reason);
    if (at == nullptr) return false;
  }
  return false;
}

SchemaConverter::ReadOnly SchemaConverter::read_only_of(const json::value& schema) {
  ReadOnly out;
  std::set<const json::value*> seen;
  collect_read_only(schema, true, seen, out);
  return out;
}

// `required` may name a property of another branch.
void SchemaConverter::collect_read_only(const json::value& schema, bool always,
                                        std::set<const json::value*>& seen, ReadOnly& out) {
  const auto* object = schema.if_object();
  if (object == nullptr || seen.size() > kMaxBranches || !visit() || !seen.insert(&schema).second) return;
  if (const auto* reference = object->if_contains("$ref"); reference != nullptr && reference->is_string()) {
    std::string reason;
    const auto* target = references_.target(std::string_view(reference->get_string()), reason);
    if (target != nullptr) collect_read_only(*target, always, seen, out);
  }
  if (const auto* properties = object->if_contains("properties");
      properties != nullptr && properties->is_object()) {
    for (const auto& member : properties->get_object()) {
      if (!visit()) return;
      if (!is_read_only(member.value())) continue;
      bool& known = out[std::string(member.key())];
      known = known || always;
    }
  }
  for (const char* key : {"allOf", "anyOf", "oneOf"}) {
    const auto* branches = object->if_contains(key);
    if (branches == nullptr || !branches->is_array()) continue;
    const bool each = always && std::string_view(key) == "allOf";
    for (const auto& branch : branches->get_array()) collect_read_only(branch, each, seen, out);
  }
}

std::optional<std::vector<BodyProperty>> SchemaConverter::plain_properties(const json::value& schema) {
  std::vector<BodyProperty> found;
  std::vector<std::string> required;
  if (!collect(schema, 0, found, required) || found.empty()) return std::nullopt;
  std::vector<BodyProperty> out;
  const ReadOnly read_only = read_only_of(schema);
  for (BodyProperty& property : found) {
    if (read_only.contains(property.name)) continue;
    property.required = std::find(required.begin(), required.end(), property.name) != required.end();
    const auto same = std::find_if(out.begin(), out.end(),
                                   [&](const BodyProperty& each) { return each.name == property.name; });
    if (same != out.end()) {
      if (same->schema != property.schema)
        return std::nullopt;  // two schemas for one property: only allOf can express that
      continue;
    }
    out.push_back(property);
  }
  return out;
}

bool SchemaConverter::collect(const json::value& schema, std::size_t depth, std::vector<BodyProperty>& out,
                              std::vector<std::string>& required) {
  std::string reason;
  const json::value* node = references_.follow(schema, reason);
  const auto* object = node == nullptr ? nullptr : node->if_object();
  if (object == nullptr || depth > kMaxSchemaDepth || is_nullable(*object)) return false;
  for (const auto& member : *object) {
    const std::string_view key = member.key();
    const json::value& value = member.value();
    if (key == "type") {
      if (!value.is_string() || value.get_string() != "object") return false;
    } else if (key == "additionalProperties") {
      const bool closed = value.is_bool() && !value.get_bool();
      const bool default_like =
          value.is_object() && value.get_object().empty() && object->contains("properties");
      if (!closed && !default_like) return false;
    } else if (key == "anyOf" || key == "oneOf") {
      if (!value.is_array() ||
          !std::all_of(value.get_array().begin(), value.get_array().end(), only_requires))
        return false;
    } else if (key == "not" || key == "if" || key == "enum" || key == "const" || key == "patternProperties" ||
               key == "propertyNames" || key == "minProperties" || key == "maxProperties") {
      return false;
    }
  }
  if (const auto* properties = object->if_contains("properties"); properties != nullptr) {
    if (!properties->is_object()) return false;
    for (const auto& member : properties->get_object())
      out.push_back({std::string(member.key()), &member.value(), false});
  }
  if (const auto* names = object->if_contains("required"); names != nullptr && names->is_array()) {
    for (const auto& name : names->get_array()) {
      if (name.is_string()) required.emplace_back(std::string_view(name.get_string()));
    }
  }
  if (const auto* all = object->if_contains("allOf"); all != nullptr && all->is_array()) {
    for (const auto& branch : all->get_array()) {
      if (++shared_.visits > kMaxSchemaVisits || !collect(branch, depth + 1, out, required)) return false;
    }
  }
  return true;
}

}  // namespace wick::openapi
