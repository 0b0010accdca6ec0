#include "openapi/openapi_operation.h"

#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "base/visible_text.h"
#include "crypto/digest.h"
#include "openapi/openapi_document.h"

namespace wick::openapi {
namespace {

constexpr std::size_t kDigestBytes = 12;  // of SHA-256

// The value with sorted members and without empty ones.
json::value canonical(const json::value& value) {
  if (value.is_array()) {
    json::array out;
    for (const auto& item : value.get_array()) out.push_back(canonical(item));
    return out;
  }
  if (!value.is_object()) return value;
  std::vector<std::string_view> keys;
  for (const auto& member : value.get_object()) keys.push_back(member.key());
  std::sort(keys.begin(), keys.end());
  json::object out;
  for (const std::string_view key : keys) out[key] = canonical(value.get_object().at(key));
  return out;
}

std::string canonical_digest(const json::value& value) {
  return digest_of(std::string_view(to_json(canonical(value))));
}

}  // namespace

std::string argument_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_';
    if (kept) {
      out += c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (out.ends_with('_') && !name.ends_with('_')) out.pop_back();
  if (out.size() > kMaxArgumentNameBytes) out.resize(kMaxArgumentNameBytes);
  return out.empty() ? "value" : out;
}

bool has_type(const json::object& schema, std::initializer_list<std::string_view> types) {
  const auto* type = schema.if_contains("type");
  if (type == nullptr) return false;
  const auto is_one = [&](const json::value& each) {
    return each.is_string() &&
           std::find(types.begin(), types.end(), std::string_view(each.get_string())) != types.end();
  };
  if (!type->is_array()) return is_one(*type);
  return std::all_of(type->get_array().begin(), type->get_array().end(), is_one);
}

bool is_scalar(const json::object& schema) {
  if (has_type(schema, {"string", "number", "integer", "boolean", "null"})) return true;
  for (const char* key : {"anyOf", "allOf"}) {
    const auto* branches = array_of(schema, key);
    if (branches != nullptr && !branches->empty() &&
        std::all_of(branches->begin(), branches->end(),
                    [](const json::value& each) { return each.is_object() && is_scalar(each.get_object()); }))
      return true;
  }
  const auto* values = array_of(schema, "enum");
  return values != nullptr && std::none_of(values->begin(), values->end(),
                                           [](const json::value& each) { return each.is_structured(); });
}

const json::array* array_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

std::string digest_of(std::string_view text) {
  return to_hex(sha256(text)).substr(0, 2 * kDigestBytes);
}

std::string shown(std::string_view text) {
  return printable(truncate_utf8(text, 200));
}

std::string words_of(std::string_view name) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto lower = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  std::string spaced;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool begins = i > 0 && upper(name[i]) &&
                        (lower(name[i - 1]) || (upper(name[i - 1]) && i + 1 < name.size() &&
                                                name[i + 1] >= 'a' && name[i + 1] <= 'z'));
    if (begins) spaced += ' ';
    spaced += name[i];
  }
  return slug(spaced);
}

std::string readable_name(std::string_view method, std::string_view path, const json::object& operation) {
  std::string name = visible_text(first_paragraph(text_of(operation, "summary"), kMaxNameBytes));
  while (name.ends_with('.')) name.pop_back();
  if (!name.empty()) return name;
  name = words_of(truncate_utf8(text_of(operation, "operationId"), kMaxOperationIdBytes));
  std::replace(name.begin(), name.end(), '_', ' ');
  if (!name.empty()) {
    if (name[0] >= 'a' && name[0] <= 'z') name[0] = char(name[0] - 'a' + 'A');
    return std::string(truncate_utf8(name, kMaxNameBytes));
  }
  const std::string sent = std::string(method) + " " + std::string(path);
  return visible_text(truncate_utf8(sent, kMaxNameBytes));
}

std::string description_of(const std::string& name, const json::object& operation) {
  const std::string summary = first_paragraph(text_of(operation, "summary"), kMaxNameBytes * 2);
  const std::string more = first_paragraph(text_of(operation, "description"), kMaxOperationDescriptionBytes);
  if (more.empty()) return summary.empty() ? name : summary;
  if (summary.empty() || more.starts_with(summary)) return more;
  std::string both = summary + (summary.ends_with('.') ? " " : ". ") + more;
  return std::string(truncate_utf8(both, kMaxOperationDescriptionBytes + 2 * kMaxNameBytes));
}

// Gives the argument its unique name for the templates, and stores it.
std::string OperationBuilder::add(Argument argument, std::string_view sent_as, std::string_view where) {
  std::string name = argument_name(sent_as);
  if (is_taken(name)) {
    name.resize(std::min(name.size(), kMaxArgumentNameBytes - 12));
    const std::string stem = name + "_" + std::string(where);
    name = stem;
    for (int i = 2; is_taken(name); ++i) name = stem + "_" + std::to_string(i);
  }
  if (name != sent_as && where != "whole") {
    append_sentence(argument.schema, "Sent as " + shown(sent_as) + ".");
  }
  argument.name = name;
  arguments_.push_back(std::move(argument));
  return name;
}

bool OperationBuilder::build(std::string_view method, std::string_view path, const json::object& item,
                             const json::object& operation, const std::string& server) {
  // RFC 3986 §3.5: a fragment is never sent. Documents use fragments to distinguish operations of one path.
  const std::string sent = with_plain_query(path.substr(0, path.find('#')));
  const auto query = std::min(sent.find('?'), sent.size());
  read_path_query(std::string_view(sent).substr(query));
  add_parameters(item, operation);
  fill_path(std::string_view(sent).substr(0, query));
  parameters_ = arguments_.size();
  add_body(operation);
  if (converter_.has_unresolved()) importable = false;
  json::object properties, parameter_parts, body_parts;
  json::array required;
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    Argument& argument = arguments_[i];
    json::object& part = i < parameters_ ? parameter_parts : body_parts;
    json::object told;
    told["schema"] = argument.schema;
    told["required"] = argument.required;
    part[argument.name] = std::move(told);
    if (argument.required) required.emplace_back(argument.name);
    properties[argument.name] = std::move(argument.schema);
  }
  json::object schema;
  schema["type"] = "object";
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  json::object definitions = converter_.definitions();
  if (converter_.overflowed()) return false;
  if (!definitions.empty()) {
    (body_.empty() ? parameter_parts : body_parts)["$defs"] = definitions;
    schema["$defs"] = std::move(definitions);
  }
  if (to_json(schema).size() > kMaxImportedSchemaBytes * 5 / 4) return false;
  if (converter_.was_cut())
    warnings_.add("The schema is larger or deeper than models can use: its inner parts allow any value.");

  json::object rest;
  rest["method"] = method;
  if (!server.empty()) rest["server"] = server;
  rest["path"] = path_;
  json::object path_part = rest;
  if (!query_.empty()) rest["query"] = query_;
  if (!headers_.empty()) rest["headers"] = headers_;
  parameter_parts["query"] = query_;
  parameter_parts["headers"] = headers_;
  if (!body_.empty()) {
    rest["body"] = body_;
    rest["content_type"] = content_type_;
    body_parts["template"] = body_;
    body_parts["type"] = content_type_;
  }
  const std::string name = readable_name(method, path, operation);
  const std::string description = description_of(name, operation);
  definition["name"] = name;
  definition["description"] = description;
  definition["input_schema"] = std::move(schema);
  definition["rest"] = std::move(rest);
  definition["read_only"] = method == "GET" || method == "HEAD";
  definition["destructive"] = method == "DELETE";
  definition["idempotent"] = method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
  json::object parts;
  parts["path"] = canonical_digest(json::value(path_part));
  parts["parameters"] = canonical_digest(json::value(parameter_parts));
  parts["body"] = canonical_digest(json::value(body_parts));
  parts["description"] = digest_of(std::string_view(name + "\n" + description));
  json::object origin;
  origin["operation"] = std::string(method) + " " + std::string(path);
  origin["digest"] = definition_digest(definition);
  origin["parts"] = std::move(parts);
  definition["openapi"] = std::move(origin);
  return true;
}

std::string definition_digest(const json::object& definition) {
  json::object told;
  for (const char* key : {"name", "description", "input_schema", "read_only", "destructive", "idempotent"}) {
    const auto* value = definition.if_contains(key);
    if (value != nullptr && !(value->is_bool() && !value->get_bool())) told[key] = *value;
  }
  json::object rest;
  if (const auto* given = object_or_null(definition, "rest")) {
    for (const auto& member : *given) {
      const json::value& value = member.value();
      const bool empty = value.is_null() || (value.is_string() && value.get_string().empty()) ||
                         (value.is_object() && value.get_object().empty());
      if (empty) continue;
      rest[member.key()] = value;
      if (member.key() != "body" || !value.is_string()) continue;
      if (auto tree = parse_json(std::string_view(value.get_string()))) rest["body"] = std::move(*tree);
    }
  }
  told["rest"] = std::move(rest);
  return canonical_digest(json::value(told));
}

}  // namespace wick::openapi
