#include "connectors/openapi_schema.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "connectors/template_text.h"

namespace wick::openapi {
namespace {

constexpr std::size_t kMaxKeptValueBytes = 256;  // of a default or an example
constexpr std::size_t kMaxBranches = 1000;       // of one value, in which read-only properties are looked for
constexpr std::string_view kTypes[] = {"string", "number", "integer", "boolean", "array", "object", "null"};

bool is_type(std::string_view type) {
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

bool is_true(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

// A limit that counts something.
bool is_count(const json::value& value) {
  return (value.is_int64() && value.get_int64() >= 0) || value.is_uint64() ||
         (value.is_double() && value.get_double() >= 0 &&
          value.get_double() == std::floor(value.get_double()) && value.get_double() < 9e15);
}

json::value count_of(const json::value& value) {
  return value.is_double() ? json::value(std::int64_t(value.get_double())) : value;
}

// A schema that only says what must be there (`anyOf: [{required: [a]}, {required: [b]}]`).
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

void Notes::add(std::string note) {
  if (all_.size() >= kMaxNotes) return;
  if (std::find(all_.begin(), all_.end(), note) == all_.end()) all_.push_back(std::move(note));
}

const json::value* References::target(std::string_view reference, std::string& why) const {
  const std::string shown(truncate_utf8(reference, 200));
  if (reference.size() > kMaxReferenceBytes) {
    why = "The reference \"" + shown + "…\" is too long.";
    return nullptr;
  }
  if (!reference.starts_with('#')) {
    why = "The reference \"" + shown + "\" leads out of the document.";
    return nullptr;
  }
  const auto pointer = percent_decode(reference.substr(1));
  const json::value* found =
      pointer && (pointer->empty() || pointer->starts_with('/')) ? at_pointer(document_, *pointer) : nullptr;
  if (found == nullptr) why = "The reference \"" + shown + "\" leads nowhere.";
  return found;
}

const json::value* References::follow(const json::value& node, std::string& why) const {
  const json::value* at = &node;
  for (std::size_t i = 0; i <= kMaxReferenceChain; ++i) {
    const auto* object = at->if_object();
    const auto* reference = object == nullptr ? nullptr : object->if_contains("$ref");
    if (reference == nullptr || !reference->is_string()) return at;
    at = target(std::string_view(reference->get_string()), why);
    if (at == nullptr) return nullptr;
  }
  why =
      "A reference leads in a circle or through more than " + std::to_string(kMaxReferenceChain) + " others.";
  return nullptr;
}

SchemaConverter::SchemaConverter(const References& references, bool is_30, Detail detail, Notes& notes,
                                 std::size_t& visits)
    : references_(references), is_30_(is_30), detail_(detail), notes_(notes), visits_(visits) {}

void SchemaConverter::spend(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ > kMaxImportedSchemaBytes) overflowed_ = true;
}

bool SchemaConverter::visit() {
  if (++visits_ > kMaxSchemaVisits) overflowed_ = true;
  return !overflowed_;
}

const json::object* SchemaConverter::resolved(const json::value& schema) const {
  std::string why;
  const json::value* node = references_.follow(schema, why);
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

// A schema of what is inside the value, so that a circle through it ends when the value does.
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
  std::string why;
  const json::value* first = references_.target(reference, why);
  const json::value* target = first == nullptr ? nullptr : references_.follow(*first, why);
  if (target == nullptr) {
    unresolved_ = true;
    notes_.add("It cannot be described whole. " + why);
    return {};
  }
  json::object out;
  const auto active =
      std::find_if(active_.begin(), active_.end(), [&](const Active& each) { return each.target == target; });
  if (active != active_.end()) {
    if (active->instance_depth == instance_depth_) {
      notes_.add("The schema \"" + reference.substr(reference.rfind('/') + 1) +
                 "\" is defined by itself. Any value is allowed there.");
      return {};
    }
    out["$ref"] = "#/$defs/" + definition_name(target, reference);
  } else {
    active_.push_back({target, instance_depth_});
    out = convert(*target, depth + 1);
    active_.pop_back();
  }
  // 3.1 lets a reference have neighbours; 3.0 forbids them, yet authors write these and mean them.
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
  if (is_true(schema, "nullable")) {
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
  if (!beside_reference && is_true(schema, "nullable")) allow_null(out);
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
  std::set<std::string> texts;  // of those kept
  std::size_t bytes = 0;
  for (const auto& value : values) {
    if (!visit()) return;
    if (!fits_in(value, kMaxEnumBytes)) bytes = kMaxEnumBytes;
    if (bytes >= kMaxEnumBytes && kept.size() >= 5) break;
    std::string text = argument_text(value);
    if (is_text(value)) text.insert(0, 1, '"');  // "1" is not 1
    bytes += text.size() + 2;
    if (texts.insert(std::move(text)).second) kept.push_back(value);
  }
  if (bytes > kMaxEnumBytes) {
    const std::string count = std::to_string(values.size());
    notes_.add("A list of " + count + " allowed values is too long for models: any value is allowed there.");
    std::string some = "One of " + count + " values, for example ";
    for (std::size_t i = 0; i < 5 && i < kept.size(); ++i)
      some += (i == 0 ? "" : ", ") + std::string(truncate_utf8(argument_text(kept[i]), 40));
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
    out[key] = *value;
  }
  const auto* example = schema.if_contains("example");
  if (const auto* examples = schema.if_contains("examples");
      examples != nullptr && examples->is_array() && !examples->get_array().empty()) {
    example = &examples->get_array()[0];
  }
  if (example != nullptr && !example->is_structured() && !example->is_null() && detail_.descriptions &&
      fits_in(*example, kMaxKeptValueBytes)) {
    spend(to_json(*example).size() + 14);
    out["examples"] = json::array{*example};
  }
  if (is_true(schema, "deprecated")) out["deprecated"] = true;
  const std::string_view format = text_of(schema, "format");
  if (!format.empty() && format.size() <= 40) out["format"] = format;
  const std::string_view pattern = text_of(schema, "pattern");
  if (!pattern.empty() && pattern.size() <= kMaxNestedDescriptionBytes && detail_.descriptions) {
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
    // 3.0 says with a boolean that the limit itself is outside.
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
  if (const auto* items = schema.if_contains("items");
      items != nullptr && (items->is_object() || items->is_bool()) && !schema.contains("prefixItems")) {
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
    // A branch that allows everything makes the whole allow everything.
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
  // `allOf` of one is how 3.0 puts a description next to a reference.
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

// A property's own readOnly, or that of what it refers to or consists of.
bool SchemaConverter::is_read_only(const json::value& schema, std::size_t depth) {
  const json::value* at = &schema;
  std::string why;
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
    at = references_.target(std::string_view(reference->get_string()), why);
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

// `required` may name a property in another branch than the one that says what it is.
void SchemaConverter::collect_read_only(const json::value& schema, bool always,
                                        std::set<const json::value*>& seen, ReadOnly& out) {
  const auto* object = schema.if_object();
  if (object == nullptr || seen.size() > kMaxBranches || !visit() || !seen.insert(&schema).second) return;
  if (const auto* reference = object->if_contains("$ref"); reference != nullptr && reference->is_string()) {
    std::string why;
    const auto* target = references_.target(std::string_view(reference->get_string()), why);
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
  // Each may need further ones, which are appended while this runs.
  for (std::size_t i = 0; i < definitions_.size() && !overflowed_; ++i) {
    const auto [target, name] = definitions_[i];
    active_.assign(1, {target, 0});
    instance_depth_ = 0;
    read_only_ = read_only_of(*target);
    out[name] = convert(*target, 1);
  }
  return out;
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
      if (same->schema != property.schema) return std::nullopt;  // two rules for one: only allOf can say it
      continue;
    }
    out.push_back(property);
  }
  return out;
}

bool SchemaConverter::collect(const json::value& schema, std::size_t depth, std::vector<BodyProperty>& out,
                              std::vector<std::string>& required) {
  std::string why;
  const json::value* node = references_.follow(schema, why);
  const auto* object = node == nullptr ? nullptr : node->if_object();
  if (object == nullptr || depth > kMaxSchemaDepth || is_true(*object, "nullable")) return false;
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
      if (++visits_ > kMaxSchemaVisits || !collect(branch, depth + 1, out, required)) return false;
    }
  }
  return true;
}

std::string_view text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

namespace {

// Takes what `value` needs at least from `bytes`; false when they do not suffice.
bool take_size(const json::value& value, std::size_t& bytes) {
  const auto take = [&](std::size_t count) {
    const bool enough = count <= bytes;
    bytes -= std::min(count, bytes);
    return enough;
  };
  if (const auto* list = value.if_array()) {
    return take(2) && std::all_of(list->begin(), list->end(),
                                  [&](const json::value& item) { return take(1) && take_size(item, bytes); });
  }
  if (const auto* object = value.if_object()) {
    return take(2) && std::all_of(object->begin(), object->end(), [&](const auto& member) {
             return take(member.key().size() + 3) && take_size(member.value(), bytes);
           });
  }
  return take(value.is_string() ? value.get_string().size() + 2 : 1);
}

}  // namespace

bool fits_in(const json::value& value, std::size_t bytes) {
  std::size_t left = bytes;
  return take_size(value, left) && to_json(value).size() <= bytes;
}

void append_sentence(json::object& schema, const std::string& sentence) {
  std::string text = text_or_empty(schema, "description");
  if (!text.empty() && !text.ends_with('.')) text += '.';
  schema["description"] = text.empty() ? sentence : text + " " + sentence;
}

void allow_null(json::object& schema) {
  if (auto* type = schema.if_contains("type"); type != nullptr) {
    if (type->is_string()) {
      json::array both{*type};
      if (type->get_string() != "null") both.push_back("null");
      *type = std::move(both);
    } else if (std::find(type->get_array().begin(), type->get_array().end(), json::value("null")) ==
               type->get_array().end()) {
      type->get_array().push_back("null");
    }
    if (auto* values = schema.if_contains("enum");
        values != nullptr && std::find(values->get_array().begin(), values->get_array().end(),
                                       json::value(nullptr)) == values->get_array().end())
      values->get_array().push_back(nullptr);
    if (!schema.contains("anyOf") && !schema.contains("allOf")) return;
  }
  if (!schema.contains("anyOf") && !schema.contains("allOf") && !schema.contains("enum") &&
      !schema.contains("$ref"))
    return;  // without a type, null is allowed already
  json::object rest = schema;
  json::value description = nullptr;
  if (const auto* text = schema.if_contains("description")) description = *text;
  rest.erase("description");
  json::object null;
  null["type"] = "null";
  schema = json::object();
  if (!description.is_null()) schema["description"] = std::move(description);
  schema["anyOf"] = json::array{std::move(rest), std::move(null)};
}

bool allows_null(const json::object& schema) {
  const auto* type = schema.if_contains("type");
  if (type != nullptr && type->is_array() &&
      std::find(type->get_array().begin(), type->get_array().end(), json::value("null")) !=
          type->get_array().end())
    return true;
  const auto* any = schema.if_contains("anyOf");
  return any != nullptr && any->is_array() &&
         std::any_of(any->get_array().begin(), any->get_array().end(), [](const json::value& each) {
           return each.is_object() &&
                  (text_or_empty(each.get_object(), "type") == "null" || allows_null(each.get_object()));
         });
}

std::string first_paragraph(std::string_view text, std::size_t max_bytes) {
  std::string out;
  text = truncate_utf8(text, std::max(kMaxParagraphSource, max_bytes));
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    if (line.empty()) {
      if (!out.empty()) break;
      continue;
    }
    if (out.empty() && line.starts_with('#')) continue;  // a heading
    if (!out.empty()) out += ' ';
    for (const char c : line) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    if (out.size() > max_bytes) break;
  }
  if (out.size() <= max_bytes) return out;
  out = std::string(truncate_utf8(out, max_bytes - 3));
  if (const auto space = out.rfind(' '); space != std::string::npos && space > max_bytes / 2)
    out.resize(space);
  return out + "…";
}

}  // namespace wick::openapi
