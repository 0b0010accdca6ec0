#include "json_schema/resources.h"

#include <array>

#include "base/json.h"
#include "base/text.h"
#include "base/uri_reference.h"
#include "json_schema/meta_schemas.h"

namespace wick::json_schema {
namespace {

constexpr std::string_view kValidationVocabulary = "https://json-schema.org/draft/2020-12/vocab/validation";
constexpr std::size_t kMaxShownReferenceBytes = 200;

// The keywords with subschemas, in all drafts. Each member of a map and each item of a list is one.
constexpr std::array<std::string_view, 12> kSchemas = {"additionalProperties",
                                                       "unevaluatedProperties",
                                                       "unevaluatedItems",
                                                       "additionalItems",
                                                       "contains",
                                                       "propertyNames",
                                                       "not",
                                                       "if",
                                                       "then",
                                                       "else",
                                                       "contentSchema",
                                                       "items"};
constexpr std::array<std::string_view, 5> kLists = {"allOf", "anyOf", "oneOf", "prefixItems", "items"};
constexpr std::array<std::string_view, 6> kMaps = {"properties",  "patternProperties", "$defs",
                                                   "definitions", "dependentSchemas",  "dependencies"};

const json::string* text_at(const json::object& schema, std::string_view key) {
  const auto* value = schema.if_contains(key);
  return value == nullptr ? nullptr : value->if_string();
}

std::string shown(std::string_view reference) {
  return "\"" + printable(truncate_utf8(reference, kMaxShownReferenceBytes)) + "\"";
}

std::unexpected<Error> nowhere(std::string_view reference) {
  return fail(ErrorCode::kInvalidArgument, "The reference " + shown(reference) + " leads nowhere.");
}

// Removes the next token from `pointer`, which begins with '/', and returns it unescaped (RFC 6901 §4).
std::string take_token(std::string_view& pointer) {
  pointer.remove_prefix(1);
  const auto end = std::min(pointer.find('/'), pointer.size());
  std::string token(pointer.substr(0, end));
  pointer.remove_prefix(end);
  replace_all(token, "~1", "/");
  replace_all(token, "~0", "~");
  return token;
}

const json::value* item_at(const json::array& list, std::string_view token) {
  if (token.empty() || token.size() > 9 || (token.size() > 1 && token.front() == '0')) return nullptr;
  std::size_t index = 0;
  for (const char digit : token) {
    if (digit < '0' || digit > '9') return nullptr;
    index = index * 10 + static_cast<std::size_t>(digit - '0');
  }
  return index < list.size() ? &list[index] : nullptr;
}

}  // namespace

Dialect Resources::dialect_of(std::string_view meta_schema) const {
  const std::string_view uri = split_fragment(meta_schema).first;
  if (uri.find("/draft-03/") != uri.npos || uri.find("/draft-04/") != uri.npos) return {Draft::kDraft4};
  if (uri.find("/draft-06/") != uri.npos || uri.find("/draft-07/") != uri.npos) return {Draft::kDraft7};
  if (uri.find("/draft/2019-09/") != uri.npos) return {Draft::k2019};
  Dialect dialect{Draft::k2020};
  const auto found = documents_.find(uri);
  if (found == documents_.end() || !found->second->is_object()) return dialect;
  if (const auto* vocabulary = found->second->get_object().if_contains("$vocabulary"))
    dialect.has_validation =
        !vocabulary->is_object() || vocabulary->get_object().contains(kValidationVocabulary);
  return dialect;
}

std::uint32_t Resources::add(const json::object& root, std::string uri) {
  const auto index = static_cast<std::uint32_t>(all_.size());
  Resource resource{uri, &root, {}, {}, {}};
  if (const auto* schema = text_at(root, "$schema")) resource.dialect = dialect_of(*schema);
  all_.push_back(std::move(resource));
  by_root_.emplace(&root, index);
  by_uri_.emplace(std::move(uri), index);
  scan(root, index);
  return resource_of(root, index);
}

std::uint32_t Resources::resource_of(const json::object& schema, std::uint32_t parent) const {
  const auto found = by_root_.find(&schema);
  return found == by_root_.end() ? parent : found->second;
}

std::uint32_t Resources::identify(const json::object& schema, std::uint32_t parent) {
  const Dialect dialect = all_[parent].dialect;
  if (dialect.reference_stands_alone() && schema.contains("$ref")) return parent;
  const auto* id = text_at(schema, dialect.draft == Draft::kDraft4 ? "id" : "$id");
  if (id == nullptr) return parent;
  const auto [uri, fragment] = split_fragment(*id);
  std::uint32_t resource = parent;
  if (!uri.empty()) {
    std::string resolved = resolve_uri(all_[parent].uri, uri);
    if (all_[parent].root == &schema) {
      all_[parent].uri = resolved;
    } else {
      resource = static_cast<std::uint32_t>(all_.size());
      Resource inner{resolved, &schema, dialect, {}, {}};
      if (const auto* declared = text_at(schema, "$schema")) inner.dialect = dialect_of(*declared);
      all_.push_back(std::move(inner));
      by_root_.emplace(&schema, resource);
    }
    by_uri_.emplace(std::move(resolved), resource);
  }
  // Up to draft 7, such an $id is an anchor.
  if (!fragment.empty() && !fragment.starts_with('/') && !dialect.since(Draft::k2019))
    all_[resource].anchors.emplace(fragment, SchemaPlace{&schema, true, resource});
  return resource;
}

void Resources::scan(const json::object& schema, std::uint32_t parent) {
  const std::uint32_t resource = identify(schema, parent);
  const SchemaPlace place{&schema, true, resource};
  const Dialect dialect = all_[resource].dialect;
  if (const auto* anchor = text_at(schema, "$anchor"); anchor != nullptr && dialect.since(Draft::k2019))
    all_[resource].anchors.emplace(*anchor, place);
  if (const auto* anchor = text_at(schema, "$dynamicAnchor");
      anchor != nullptr && dialect.since(Draft::k2020)) {
    all_[resource].anchors.emplace(*anchor, place);
    all_[resource].dynamic_anchors.emplace(*anchor, place);
  }
  const auto* recursive = schema.if_contains("$recursiveAnchor");
  if (recursive != nullptr && recursive->is_bool() && recursive->get_bool() && all_[resource].root == &schema)
    all_[resource].dynamic_anchors.emplace(kRecursiveAnchor, place);
  for (const std::string_view keyword : kSchemas) {
    if (const auto* value = schema.if_contains(keyword)) scan_value(*value, resource);
  }
  for (const std::string_view keyword : kLists) {
    const auto* value = schema.if_contains(keyword);
    if (value == nullptr || !value->is_array()) continue;
    for (const auto& item : value->get_array()) scan_value(item, resource);
  }
  for (const std::string_view keyword : kMaps) {
    const auto* value = schema.if_contains(keyword);
    if (value == nullptr || !value->is_object()) continue;
    for (const auto& member : value->get_object()) scan_value(member.value(), resource);
  }
}

void Resources::scan_value(const json::value& value, std::uint32_t resource) {
  if (const auto* schema = value.if_object()) scan(*schema, resource);
}

std::optional<std::uint32_t> Resources::find(const std::string& uri) {
  if (const auto known = by_uri_.find(uri); known != by_uri_.end()) return known->second;
  const auto given = documents_.find(uri);
  const json::value* document = given != documents_.end() ? given->second : meta_schema(uri);
  if (document == nullptr || !document->is_object()) return std::nullopt;
  return add(document->get_object(), uri);
}

Result<SchemaPlace> Resources::resolve(std::string_view reference, std::uint32_t from) {
  const auto [uri, encoded] = split_fragment(reference);
  std::uint32_t resource = from;
  if (!uri.empty()) {
    const auto found = find(resolve_uri(all_[from].uri, uri));
    if (!found) {
      return fail(ErrorCode::kInvalidArgument,
                  "The reference " + shown(reference) +
                      " leads to another document, which is not read: put its target under \"$defs\".");
    }
    resource = *found;
  }
  const auto fragment = percent_decode(encoded);
  if (!fragment) return nowhere(reference);
  if (fragment->empty()) return SchemaPlace{all_[resource].root, true, resource};
  if (fragment->starts_with('/')) {
    auto place = at_pointer(*fragment, resource);
    return place ? place : nowhere(reference);
  }
  const auto anchor = all_[resource].anchors.find(*fragment);
  if (anchor == all_[resource].anchors.end()) return nowhere(reference);
  return anchor->second;
}

Result<SchemaPlace> Resources::at_pointer(std::string_view pointer, std::uint32_t resource) const {
  const json::object* object = all_[resource].root;
  const json::value* value = nullptr;
  while (!pointer.empty()) {
    const std::string token = take_token(pointer);
    if (object != nullptr) {
      value = object->if_contains(token);
    } else {
      value = value->is_array() ? item_at(value->get_array(), token) : nullptr;
    }
    if (value == nullptr) return nowhere(token);
    object = value->if_object();
    if (object != nullptr) resource = resource_of(*object, resource);
  }
  if (object != nullptr) return SchemaPlace{object, true, resource};
  if (value->is_bool()) return SchemaPlace{nullptr, value->get_bool(), resource};
  return nowhere("");
}

}  // namespace wick::json_schema
