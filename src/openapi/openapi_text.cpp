// Helpers for schemas and for the texts of documents.
#include <algorithm>
#include <string>

#include "base/json.h"
#include "base/text.h"
#include "connectors/connector_config.h"
#include "json_schema/pattern.h"
#include "openapi/openapi_schema.h"

namespace wick::openapi {

const std::string* Patterns::applied(std::string_view pattern) {
  // Syntax of other languages with another meaning in ECMA-262: /^[a-z]+$/i, [[:alpha:]].
  const bool is_literal = pattern.starts_with('/') && pattern.rfind('/') > 0 &&
                          pattern.find_first_not_of("abcdefghijklmnopqrstuvwxyz", pattern.rfind('/') + 1) ==
                              std::string_view::npos;
  if (is_literal || pattern.find("[[:") != std::string_view::npos) return nullptr;
  const auto known = known_.find(pattern);
  if (known != known_.end()) return known->second ? &*known->second : nullptr;
  if (known_.size() >= kMaxTriedPatterns) return nullptr;
  std::size_t large = 0;
  auto& spelled = known_[std::string(pattern)];
  if (json_schema::Pattern::compile(pattern, large) != nullptr)
    spelled = json_schema::to_unicode_mode(pattern);
  return spelled ? &*spelled : nullptr;
}

bool is_true(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

bool is_nullable(const json::object& schema) {
  return is_true(schema, "nullable") || is_true(schema, "x-nullable");
}

std::string_view text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool is_server_url(std::string_view url) {
  return url.size() <= kMaxServerUrlBytes && check_http_url(url, "");
}

void count_parts(const json::value& value, std::size_t& parts) {
  parts += 1 + (value.is_string() ? value.get_string().size() / 64 : 0);
  if (const auto* list = value.if_array()) {
    for (auto item = list->begin(); item != list->end() && parts <= kMaxSchemaVisits; ++item)
      count_parts(*item, parts);
  } else if (const auto* object = value.if_object()) {
    for (auto member = object->begin(); member != object->end() && parts <= kMaxSchemaVisits; ++member)
      count_parts(member->value(), parts);
  }
}

namespace {

// Subtracts the minimal size of `value` from `bytes`; false if `bytes` is too small.
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
    return;  // without a type, null is already allowed
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
