#include "openapi/openapi_schema.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/json.h"
#include "base/text.h"

namespace wick::openapi {
namespace {

constexpr std::size_t kMaxKeptValueBytes = 256;  // of a default or an example
constexpr std::string_view kTypes[] = {"string", "number", "integer", "boolean", "array", "object", "null"};

bool is_type(std::string_view type) {
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

// A limit that is a count.
bool is_count(const json::value& value) {
  return (value.is_int64() && value.get_int64() >= 0) || value.is_uint64() ||
         (value.is_double() && value.get_double() >= 0 &&
          value.get_double() == std::floor(value.get_double()) && value.get_double() < 9e15);
}

json::value count_of(const json::value& value) {
  return value.is_double() ? json::value(std::int64_t(value.get_double())) : value;
}

// A value that YAML or the author gave another type than the schema says: enum: [1.0, yes] of texts.
json::value as_typed(const json::value& value, const json::object& schema) {
  const auto* type = schema.if_contains("type");
  const auto is_only = [&](std::string_view name) {
    if (type == nullptr) return false;
    if (type->is_string()) return type->get_string() == name;
    return std::all_of(type->get_array().begin(), type->get_array().end(), [&](const json::value& each) {
      return each.is_string() && (each.get_string() == name || each.get_string() == "null");
    });
  };
  if (is_only("string") && (is_number(value) || value.is_bool())) return json::value(to_json(value));
  if (!is_text(value)) return value;
  const std::string_view text = value.get_string();
  if (is_only("boolean") && (text == "true" || text == "false")) return json::value(text == "true");
  if ((is_only("integer") || is_only("number")) && is_number_text(text)) return *number_from_text(text);
  return value;
}

}  // namespace

void Warnings::add(std::string warning) {
  if (all_.size() >= kMaxWarnings) return;
  if (std::find(all_.begin(), all_.end(), warning) == all_.end()) all_.push_back(std::move(warning));
}

const json::value* References::target(std::string_view reference, std::string& reason) const {
  const std::string shown(truncate_utf8(reference, 200));
  if (reference.size() > kMaxReferenceBytes) {
    reason = "The reference \"" + shown + "…\" is too long.";
    return nullptr;
  }
  const auto hash = std::min(reference.find('#'), reference.size());
  const std::string_view resource = reference.substr(0, hash);
  const json::value* root = resource.empty() ? &document_ : named(resource);
  if (root == nullptr) {
    reason = "The reference \"" + shown + "\" leads out of the document.";
    return nullptr;
  }
  const auto fragment = percent_decode(reference.substr(std::min(hash + 1, reference.size())));
  const json::value* found = !fragment                                         ? nullptr
                             : fragment->empty() || fragment->starts_with('/') ? at_pointer(*root, *fragment)
                                                                               : named("#" + *fragment);
  if (found == nullptr) reason = "The reference \"" + shown + "\" leads nowhere.";
  return found;
}

const json::value* References::named(std::string_view name) const {
  if (!names_) collect_names(document_, names_.emplace());
  const auto found = names_->find(name);
  return found == names_->end() ? nullptr : found->second;
}

// JSON Schema core §8.2: the schemas with a name. The first of equal names counts.
void References::collect_names(const json::value& value, Names& names) {
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) collect_names(item, names);
  }
  const auto* object = value.if_object();
  if (object == nullptr) return;
  for (const auto& [keyword, mark] : {std::pair{"$id", ""}, std::pair{"$self", ""}, std::pair{"$anchor", "#"},
                                      std::pair{"$dynamicAnchor", "#"}}) {
    const std::string_view name = text_of(*object, keyword);
    if (!name.empty() && name.size() <= kMaxReferenceBytes) names.emplace(mark + std::string(name), &value);
  }
  for (const auto& member : *object) collect_names(member.value(), names);
}

const json::value* References::follow(const json::value& node, std::string& reason) const {
  const json::value* at = &node;
  for (std::size_t i = 0; i <= kMaxReferenceChain; ++i) {
    const auto* object = at->if_object();
    const auto* reference = object == nullptr ? nullptr : object->if_contains("$ref");
    if (reference == nullptr || !reference->is_string()) return at;
    at = target(std::string_view(reference->get_string()), reason);
    if (at == nullptr) return nullptr;
  }
  reason =
      "A reference leads in a circle or through more than " + std::to_string(kMaxReferenceChain) + " others.";
  return nullptr;
}

SchemaConverter::SchemaConverter(const References& references, bool is_30, Detail detail, Warnings& warnings,
                                 Shared& shared)
    : references_(references), is_30_(is_30), detail_(detail), warnings_(warnings), shared_(shared) {}

void SchemaConverter::spend(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ > kMaxImportedSchemaBytes) overflowed_ = true;
}

bool SchemaConverter::visit() {
  if (++shared_.visits > kMaxSchemaVisits) overflowed_ = true;
  return !overflowed_;
}

const json::object* SchemaConverter::resolved(const json::value& schema) const {
  std::string reason;
  const json::value* node = references_.follow(schema, reason);
  return node == nullptr ? nullptr : node->if_object();
}

json::object SchemaConverter::convert(const json::value& schema) {
  read_only_ = read_only_of(schema);
  return convert(schema, 0);
}

json::object SchemaConverter::convert(const json::value& schema, std::size_t depth) {
  if (!visit()) return {};
  spend(16);
  if (schema.is_bool() && !schema.get_bool()) {
    json::object nothing;
    nothing["not"] = json::object();
    return nothing;
  }
  const auto* object = schema.if_object();
  if (object == nullptr) return {};
  if (depth > detail_.depth) {
    cut_ = true;
    return {};
  }
  return object->contains("$ref") ? convert_reference(*object, depth) : convert_keywords(*object, depth);
}

// Converts a schema for a part of the value, so that a circle through it ends when the value ends.
json::object SchemaConverter::convert_inside(const json::value& schema, std::size_t depth) {
  ReadOnly outer = depth < detail_.depth ? read_only_of(schema) : ReadOnly();
  outer.swap(read_only_);
  ++instance_depth_;
  json::object out = convert(schema, depth + 1);
  --instance_depth_;
  read_only_.swap(outer);
  return out;
}

json::object SchemaConverter::convert_reference(const json::object& schema, std::size_t depth) {
  const auto* text = schema.if_contains("$ref");
  const std::string reference(text->is_string() ? truncate_utf8(text->get_string(), kMaxReferenceBytes + 1)
                                                : "");
  std::string reason;
  const json::value* first = references_.target(reference, reason);
  const json::value* target = first == nullptr ? nullptr : references_.follow(*first, reason);
  if (target == nullptr) {
    unresolved_ = true;
    warnings_.add("It cannot be described completely. " + reason);
    return {};
  }
  json::object out;
  const auto active =
      std::find_if(active_.begin(), active_.end(), [&](const Active& each) { return each.target == target; });
  if (active != active_.end()) {
    if (active->instance_depth == instance_depth_) {
      warnings_.add("The schema \"" + reference.substr(reference.rfind('/') + 1) +
                    "\" is defined by itself. Any value is allowed there.");
      return {};
    }
    out["$ref"] = "#/$defs/" + definition_name(target, reference);
  } else {
    active_.push_back({target, instance_depth_});
    out = convert(*target, depth + 1);
    active_.pop_back();
  }
  // 3.1 allows keywords next to a reference. 3.0 forbids them, but authors use these and expect an effect.
  const bool recursive = out.contains("$ref");
  json::object around;
  convert_texts(schema, around, depth);
  if (const auto* fallback = schema.if_contains("default");
      fallback != nullptr && fits_in(*fallback, kMaxKeptValueBytes))
    around["default"] = *fallback;
  for (auto& member : around) out[member.key()] = std::move(member.value());
  if (!is_30_) {
    json::object more = convert_keywords(schema, depth + 1, true);
    if (!more.empty()) {
      json::array both;
      if (!out.empty()) both.push_back(std::move(out));
      both.push_back(std::move(more));
      out = json::object();
      out["allOf"] = std::move(both);
    }
  }
  if (is_nullable(schema)) {
    if (recursive) {
      json::object either;
      json::object null;
      null["type"] = "null";
      either["anyOf"] = json::array{std::move(out), std::move(null)};
      return either;
    }
    allow_null(out);
  }
  return out;
}

json::object SchemaConverter::convert_keywords(const json::object& schema, std::size_t depth,
                                               bool beside_reference) {
  json::object out;
  if (!beside_reference) convert_texts(schema, out, depth);
  json::array types;
  if (const auto* type = schema.if_contains("type"); type != nullptr) {
    const auto add = [&](const json::value& one) {
      if (one.is_string() && is_type(std::string_view(one.get_string())) &&
          std::find(types.begin(), types.end(), one) == types.end())
        types.push_back(one);
    };
    if (type->is_array()) {
      for (const auto& one : type->get_array()) {
        if (visit()) add(one);
      }
    } else {
      add(*type);
    }
  }
  if (types.size() == 1) {
    out["type"] = types[0];
  } else if (!types.empty()) {
    out["type"] = types;
  }
  convert_values(schema, out, beside_reference);
  convert_limits(schema, out);
  convert_members(schema, out, depth);
  convert_combined(schema, out, depth);
  if (!beside_reference && is_nullable(schema)) allow_null(out);
  return out;
}

void SchemaConverter::convert_texts(const json::object& schema, json::object& out, std::size_t depth) {
  if (depth > 1 && !detail_.descriptions) return;
  std::string text = first_paragraph(text_of(schema, "description"), kMaxNestedDescriptionBytes);
  if (text.empty() && depth > 0) text = first_paragraph(text_of(schema, "title"), kMaxNestedDescriptionBytes);
  if (text.empty()) return;
  spend(text.size() + 18);
  out["description"] = std::move(text);
}

void SchemaConverter::convert_enum(const json::array& values, json::object& out) {
  json::array kept;
  std::set<std::string> texts;  // the kept values
  std::size_t bytes = 0;
  for (const auto& value : values) {
    if (!visit()) return;
    if (!fits_in(value, kMaxEnumBytes)) bytes = kMaxEnumBytes;
    if (bytes >= kMaxEnumBytes && kept.size() >= 5) break;
    json::value meant = as_typed(value, out);
    std::string text = plain_text(meant);
    if (is_text(meant)) text.insert(0, 1, '"');  // "1" is not 1
    bytes += text.size() + 2;
    if (texts.insert(std::move(text)).second) kept.push_back(std::move(meant));
  }
  if (bytes > kMaxEnumBytes) {
    const std::string count = std::to_string(values.size());
    warnings_.add("A list of " + count +
                  " allowed values is too long for models: any value is allowed there.");
    std::string some = "One of " + count + " values, for example ";
    for (std::size_t i = 0; i < 5 && i < kept.size(); ++i)
      some += (i == 0 ? "" : ", ") + std::string(truncate_utf8(plain_text(kept[i]), 40));
    append_sentence(out, some + ".");
    spend(some.size() + 20);
  } else if (!kept.empty()) {
    spend(bytes);
    out["enum"] = std::move(kept);
  }
}

void SchemaConverter::convert_values(const json::object& schema, json::object& out, bool beside_reference) {
  if (const auto* values = schema.if_contains("enum"); values != nullptr && values->is_array())
    convert_enum(values->get_array(), out);
  for (const char* key : {"const", "default"}) {
    const auto* value = schema.if_contains(key);
    if (value == nullptr || !fits_in(*value, kMaxKeptValueBytes)) continue;
    if (beside_reference && std::string_view(key) == "default") continue;
    spend(to_json(*value).size());
    out[key] = as_typed(*value, out);
  }
  const auto* example = schema.if_contains("example");
  if (const auto* examples = schema.if_contains("examples");
      examples != nullptr && examples->is_array() && !examples->get_array().empty()) {
    example = &examples->get_array()[0];
  }
  if (example != nullptr && !example->is_structured() && !example->is_null() && detail_.descriptions &&
      fits_in(*example, kMaxKeptValueBytes)) {
    spend(to_json(*example).size() + 14);
    out["examples"] = json::array{as_typed(*example, out)};
  }
  if (is_true(schema, "deprecated")) out["deprecated"] = true;
  const std::string_view format = text_of(schema, "format");
  if (!format.empty() && format.size() <= 40) out["format"] = format;
  if (const std::string_view pattern = text_of(schema, "pattern"); !pattern.empty())
    convert_pattern(pattern, out);
}

void SchemaConverter::convert_pattern(std::string_view pattern, json::object& out) {
  const std::string* applied =
      pattern.size() <= kMaxPatternTextBytes ? shared_.patterns.applied(pattern) : nullptr;
  if (applied != nullptr) {
    spend(applied->size() + 14);
    out["pattern"] = *applied;
  } else if (pattern.size() <= kMaxNestedDescriptionBytes && detail_.descriptions) {
    append_sentence(out, "Must match " + std::string(pattern));
    spend(pattern.size() + 12);
  }
}

void SchemaConverter::convert_limits(const json::object& schema, json::object& out) {
  for (const char* key :
       {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"}) {
    const auto* value = schema.if_contains(key);
    if (value != nullptr && is_count(*value)) out[key] = count_of(*value);
  }
  if (is_true(schema, "uniqueItems")) out["uniqueItems"] = true;
  if (const auto* step = schema.if_contains("multipleOf");
      step != nullptr && is_number(*step) && double_of(*step) > 0)
    out["multipleOf"] = *step;
  for (const auto& [limit, exclusive] :
       {std::pair{"minimum", "exclusiveMinimum"}, std::pair{"maximum", "exclusiveMaximum"}}) {
    const auto* value = schema.if_contains(limit);
    const auto* strict = schema.if_contains(exclusive);
    if (strict != nullptr && is_number(*strict)) out[exclusive] = *strict;
    if (value == nullptr || !is_number(*value)) continue;
    // In 3.0 a boolean makes the limit exclusive.
    out[strict != nullptr && strict->is_bool() && strict->get_bool() ? exclusive : limit] = *value;
  }
}

void SchemaConverter::convert_members(const json::object& schema, json::object& out, std::size_t depth) {
  if (const auto* properties = schema.if_contains("properties");
      properties != nullptr && properties->is_object()) {
    json::object all;
    for (const auto& member : properties->get_object()) {
      if (overflowed_) break;
      const auto known = read_only_.find(std::string_view(member.key()));
      if ((known != read_only_.end() && known->second) || is_read_only(member.value())) continue;
      spend(member.key().size() + 4);
      all[member.key()] = convert_inside(member.value(), depth);
    }
    out["properties"] = std::move(all);
  }
  if (const auto* required = schema.if_contains("required"); required != nullptr && required->is_array()) {
    json::array names;
    std::set<std::string_view> known;
    for (const auto& name : required->get_array()) {
      if (!visit()) break;
      if (!name.is_string() || read_only_.contains(std::string_view(name.get_string())) ||
          !known.insert(name.get_string()).second)
        continue;
      spend(name.get_string().size() + 3);
      names.push_back(name);
    }
    if (!names.empty()) out["required"] = std::move(names);
  }
  const bool open = schema.contains("patternProperties");
  if (const auto* more = schema.if_contains("additionalProperties"); more != nullptr && !open) {
    if (more->is_bool()) {
      out["additionalProperties"] = *more;
    } else if (more->is_object()) {
      json::object converted = convert_inside(*more, depth);
      if (converted.empty()) {
        out["additionalProperties"] = true;
      } else {
        out["additionalProperties"] = std::move(converted);
      }
    }
  }
  const auto* prefix = schema.if_contains("prefixItems");
  if (prefix != nullptr && prefix->is_array() && !prefix->get_array().empty()) {
    json::array all;
    for (const auto& item : prefix->get_array()) {
      if (overflowed_) break;
      all.push_back(convert_inside(item, depth));
    }
    out["prefixItems"] = std::move(all);
  }
  if (const auto* items = schema.if_contains("items");
      items != nullptr && (items->is_object() || items->is_bool())) {
    json::object converted = convert_inside(*items, depth);
    out["items"] = std::move(converted);
  }
}

void SchemaConverter::convert_combined(const json::object& schema, json::object& out, std::size_t depth) {
  const auto list = [&](std::string_view key) {
    json::array all;
    const auto* branches = schema.if_contains(key);
    if (branches == nullptr || !branches->is_array()) return all;
    for (const auto& branch : branches->get_array()) {
      if (overflowed_) break;
      all.push_back(convert(branch, depth + 1));
    }
    return all;
  };
  const auto add_to_all = [&](json::object part) {
    auto* all = out.if_contains("allOf");
    if (all == nullptr) all = &(out["allOf"] = json::array());
    all->get_array().push_back(std::move(part));
  };
  for (json::value& part : list("allOf")) {
    json::object& branch = part.get_object();
    if (branch.empty()) continue;
    add_to_all(std::move(branch));
  }
  for (const char* key : {"anyOf", "oneOf"}) {
    json::array any = list(key);
    // If one branch allows everything, the whole does.
    if (any.empty() || std::any_of(any.begin(), any.end(),
                                   [](const json::value& each) { return each.get_object().empty(); }))
      continue;
    if (any.size() == 1) {
      add_to_all(std::move(any[0].get_object()));
    } else if (!out.contains("anyOf")) {
      out["anyOf"] = std::move(any);
    } else {
      json::object second;
      second["anyOf"] = std::move(any);
      add_to_all(std::move(second));
    }
  }
  // In 3.0, `allOf` with one branch adds a description to a reference.
  auto* all = out.if_contains("allOf");
  if (all == nullptr || all->get_array().size() != 1) return;
  const json::object& only = all->get_array()[0].get_object();
  for (const auto& member : only) {
    if (member.key() != "description" && out.contains(member.key())) return;
  }
  const json::object kept = only;
  out.erase("allOf");
  for (const auto& member : kept) out.emplace(member.key(), member.value());
}

std::string SchemaConverter::definition_name(const json::value* target, std::string_view reference) {
  for (const auto& [known, name] : definitions_) {
    if (known == target) return name;
  }
  std::string stem;
  for (const char c : reference.substr(reference.rfind('/') + 1)) {
    const bool kept =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    stem += kept ? c : '_';
  }
  if (stem.empty()) stem = "schema";
  stem.resize(std::min<std::size_t>(stem.size(), 60));
  std::string name = stem;
  const auto taken = [&] {
    return std::any_of(definitions_.begin(), definitions_.end(),
                       [&](const auto& known) { return known.second == name; });
  };
  for (int i = 2; taken(); ++i) name = stem + "_" + std::to_string(i);
  definitions_.emplace_back(target, name);
  return name;
}

json::object SchemaConverter::definitions() {
  json::object out;
  // Each definition may need further ones, which are appended during this loop.
  for (std::size_t i = 0; i < definitions_.size() && !overflowed_; ++i) {
    const auto [target, name] = definitions_[i];
    active_.assign(1, {target, 0});
    instance_depth_ = 0;
    read_only_ = read_only_of(*target);
    out[name] = convert(*target, 1);
  }
  return out;
}

}  // namespace wick::openapi
