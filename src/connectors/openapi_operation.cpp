#include "connectors/openapi_operation.h"

#include <optional>

#include "base/text.h"
#include "connectors/http_config.h"
#include "connectors/openapi_document.h"
#include "crypto/digest.h"

namespace wick::openapi {
namespace {

constexpr std::size_t kDigestBytes = 12;  // of SHA-256

// With sorted members, and without those that say nothing.
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

}  // namespace

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
  std::string name = first_paragraph(text_of(operation, "summary"), kMaxNameBytes);
  while (name.ends_with('.')) name.pop_back();
  if (!name.empty()) return name;
  name = words_of(truncate_utf8(text_of(operation, "operationId"), kMaxOperationIdBytes));
  std::replace(name.begin(), name.end(), '_', ' ');
  if (!name.empty()) {
    if (name[0] >= 'a' && name[0] <= 'z') name[0] = char(name[0] - 'a' + 'A');
    return std::string(truncate_utf8(name, kMaxNameBytes));
  }
  return std::string(truncate_utf8(std::string(method) + " " + printable(path), kMaxNameBytes));
}

std::string description_of(const std::string& name, const json::object& operation) {
  const std::string summary = first_paragraph(text_of(operation, "summary"), kMaxNameBytes * 2);
  const std::string more = first_paragraph(text_of(operation, "description"), kMaxOperationDescriptionBytes);
  if (more.empty()) return summary.empty() ? name : summary;
  if (summary.empty() || more.starts_with(summary)) return more;
  std::string both = summary + (summary.ends_with('.') ? " " : ". ") + more;
  return std::string(truncate_utf8(both, kMaxOperationDescriptionBytes + 2 * kMaxNameBytes));
}

// Gives the argument its name, which the templates use, and keeps it.
std::string OperationBuilder::add(Argument argument, std::string_view sent_as, std::string_view where) {
  std::string name = argument_name(sent_as);
  if (is_taken(name)) {
    name.resize(std::min(name.size(), kMaxArgumentNameBytes - 12));
    const std::string stem = name + "_" + std::string(where);
    name = stem;
    for (int i = 2; is_taken(name); ++i) name = stem + "_" + std::to_string(i);
  }
  if (name != sent_as && where != "whole") {
    std::string text = text_or_empty(argument.schema, "description");
    if (!text.empty() && !text.ends_with('.')) text += '.';
    argument.schema["description"] = text + (text.empty() ? "" : " ") + "Sent as " + shown(sent_as) + ".";
  }
  argument.name = name;
  arguments_.push_back(std::move(argument));
  return name;
}

void OperationBuilder::add_parameters(const json::object& item, const json::object& operation) {
  // Those of the operation replace those of the path with the same name and place.
  std::vector<std::pair<std::string, const json::object*>> all;
  for (const json::object* holder : {&item, &operation}) {
    const auto* list = array_of(*holder, "parameters");
    if (list == nullptr) continue;
    if (list->size() > kMaxArguments)
      return block("It has more than " + std::to_string(kMaxArguments) + " parameters.");
    for (const auto& entry : *list) {
      std::string why;
      const auto* node = references_.follow(entry, why);
      const auto* parameter = node == nullptr ? nullptr : node->if_object();
      if (parameter == nullptr) {
        block(why.empty() ? "A parameter is not an object." : "A parameter cannot be read. " + why);
        continue;
      }
      const std::string id = text_or_empty(*parameter, "in") + " " + text_or_empty(*parameter, "name");
      const auto same =
          std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.first == id; });
      if (same != all.end()) {
        same->second = parameter;
      } else {
        all.emplace_back(id, parameter);
      }
    }
  }
  if (all.size() > kMaxArguments)
    return block("It has more than " + std::to_string(kMaxArguments) + " parameters.");
  for (const auto& [id, parameter] : all) add_parameter(*parameter);
}

void OperationBuilder::add_parameter(const json::object& parameter) {
  const std::string name = text_or_empty(parameter, "name");
  const std::string place = text_or_empty(parameter, "in");
  if (name.empty()) return block("A parameter has no name.");
  const std::string lower = to_lower_ascii(name);
  if (place == "header" && (lower == "accept" || lower == "content-type" || lower == "authorization")) return;
  Argument argument;
  argument.required = place == "path" || flag_of(parameter, "required");
  bool is_json = false;
  const json::value anything = json::object();
  const json::value* schema = parameter.if_contains("schema");
  if (schema == nullptr) {
    if (const auto* content = object_of(parameter, "content"); content != nullptr && !content->empty()) {
      const auto* media = content->begin()->value().if_object();
      schema = media == nullptr ? nullptr : media->if_contains("schema");
      is_json = content->begin()->key().find("json") != json::string::npos;
    }
  }
  argument.schema = converter_.convert(schema == nullptr ? anything : *schema);
  if (const std::string text = first_paragraph(text_of(parameter, "description"), kMaxNestedDescriptionBytes);
      !text.empty()) {
    const std::string own = text_or_empty(argument.schema, "description");
    const auto pattern = own.find("Must match ");
    argument.schema["description"] = pattern == std::string::npos ? text : text + " " + own.substr(pattern);
  }
  if (flag_of(parameter, "deprecated")) argument.schema["deprecated"] = true;
  std::string style = text_or_empty(parameter, "style");
  if (style.empty()) style = place == "query" || place == "cookie" ? "form" : "simple";
  const auto* exploded = parameter.if_contains("explode");
  const bool explode = exploded != nullptr && exploded->is_bool() ? exploded->get_bool() : style == "form";
  if (place == "path") return add_path_parameter(name, style, explode, std::move(argument));
  const bool scalar = is_scalar(argument.schema);
  if (place == "header") {
    const bool sendable = std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
             c == '_' || c == '.';
    });
    if (!sendable) {
      const std::string why = "The header \"" + shown(name) + "\" cannot be sent.";
      return argument.required ? block(why) : notes_.add(why);
    }
    headers_[name] = "{" + add(std::move(argument), name, "header") + (scalar ? "}" : ",}");
  } else if (place == "query") {
    std::string mark;
    if (style == "spaceDelimited" || style == "pipeDelimited") {
      if (!scalar && !explode) {
        json::object text;
        text["type"] = "string";
        std::string about = text_or_empty(argument.schema, "description");
        if (!about.empty() && !about.ends_with('.')) about += '.';
        text["description"] = about + (about.empty() ? "" : " ") + "Several values are joined by " +
                              (style == "pipeDelimited" ? "|." : "a space.");
        argument.schema = std::move(text);
      } else if (!scalar) {
        mark = "*";
      }
    } else if (style == "deepObject") {
      if (!scalar) mark = "[]";
    } else if (!scalar && !is_json) {
      mark = explode ? "*" : ",";
    }
    query_[name] = "{" + add(std::move(argument), name, "query") + mark + "}";
  } else if (place == "cookie") {
    const std::string why = "The cookie \"" + shown(name) + "\" cannot be sent.";
    if (argument.required) return block(why);
    notes_.add(why);
  } else {
    notes_.add("The parameter \"" + shown(name) + "\" is at no known place.");
  }
}

void OperationBuilder::add_path_parameter(const std::string& name, const std::string& style, bool explode,
                                          Argument argument) {
  const bool scalar = is_scalar(argument.schema);
  std::string before;
  if (style == "matrix") {
    before = ";" + percent_encode(name) + "=";
  } else if (style != "simple") {
    return block("The path parameter \"" + shown(name) + "\" has the style \"" + shown(style) +
                 "\", which cannot be sent.");
  }
  if (!scalar && explode && (style == "matrix" || !has_type(argument.schema, {"array"})))
    notes_.add("The path parameter \"" + shown(name) + "\" is sent as a list joined by commas.");
  const std::string used = add(std::move(argument), name, "path");
  path_slots_.emplace_back(name, before + "{" + used + (scalar ? "}" : ",}"));
}

void OperationBuilder::fill_path(std::string_view path) {
  std::string out;
  std::set<std::string> used;
  for (std::size_t at = 0; at < path.size();) {
    const auto end = path[at] == '{' ? path.find('}', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      const char c = path[at++];
      out += static_cast<unsigned char>(c) >= 0x80 || c == '{' || c == '}'
                 ? percent_encode(std::string_view(&c, 1))
                 : std::string(1, c);
      continue;
    }
    const std::string name(path.substr(at + 1, end - at - 1));
    auto slot = std::find_if(path_slots_.begin(), path_slots_.end(),
                             [&](const auto& each) { return each.first == name; });
    if (slot == path_slots_.end()) {
      notes_.add("The path parameter \"" + shown(name) + "\" is not described: it is taken as a text.");
      Argument argument;
      argument.schema["type"] = "string";
      argument.required = true;
      const std::string made = add(std::move(argument), name, "path");
      path_slots_.emplace_back(name, "{" + made + "}");
      slot = path_slots_.end() - 1;
    }
    out += slot->second;
    used.insert(name);
    at = end + 1;
  }
  for (const auto& [name, slot] : path_slots_) {
    if (!used.contains(name)) block("The path parameter \"" + shown(name) + "\" is not in the path.");
  }
  if (!out.starts_with('/')) out.insert(0, 1, '/');
  if (out.find("..") != std::string::npos || out.find("://") != std::string::npos ||
      out.find_first_of(" \t\r\n\\#") != std::string::npos || !is_valid_utf8(path) || printable(path) != path)
    block("The path leads somewhere else or has characters that cannot be sent.");
  path_slots_.assign(1, {"", out});
}

void OperationBuilder::add_body(const json::object& operation) {
  const auto* entry = operation.if_contains("requestBody");
  if (entry == nullptr) return;
  std::string why;
  const auto* node = references_.follow(*entry, why);
  const auto* body = node == nullptr ? nullptr : node->if_object();
  if (body == nullptr) return block("The request body cannot be read. " + why);
  const auto* content = object_of(*body, "content");
  if (content == nullptr || content->empty()) return;
  // The first of the best sort: JSON, a form, text.
  int best = 4;
  const json::object* media = nullptr;
  std::string offered;
  for (const auto& member : *content) {
    const std::string type = to_lower_ascii(std::string_view(member.key()));
    const std::string base(trim(std::string_view(type).substr(0, type.find(';'))));
    const int sort = base == "application/json" || base == "*/*" || base == "application/*" ? 0
                     : base.ends_with("+json") || base.find("json") != std::string::npos    ? 1
                     : base == "application/x-www-form-urlencoded"                          ? 2
                     : base.starts_with("text/") || base.ends_with("xml")                   ? 3
                                                                                            : 4;
    offered += (offered.empty() ? "" : ", ") + shown(member.key());
    if (sort >= best || !member.value().is_object()) continue;
    best = sort;
    media = &member.value().get_object();
    content_type_ =
        base.find('*') != std::string::npos ? "application/json" : std::string(trim(member.key()));
  }
  if (media == nullptr)
    return block("Its request body is " + shown(offered) + ", which a REST connector cannot send.");
  if (printable(content_type_) != content_type_ || content_type_.size() > 200)
    return block("Its content type cannot be sent.");
  const json::value anything = json::object();
  const json::value* schema = media->if_contains("schema");
  if (schema == nullptr) schema = &anything;
  const bool required = flag_of(*body, "required");
  if (best <= 2) {
    auto properties = converter_.plain_properties(*schema);
    const bool clash =
        properties && best < 2 &&
        (properties->size() > kMaxArguments ||
         std::any_of(properties->begin(), properties->end(),
                     [&](const BodyProperty& property) { return is_taken(argument_name(property.name)); }));
    if (properties && !clash) {
      if (!required) {
        // An absent body is as good as an empty one, but then nothing in it can be required.
        const bool any = std::any_of(properties->begin(), properties->end(),
                                     [](const BodyProperty& property) { return property.required; });
        if (any)
          notes_.add("The body may be left out in the document; here its required members are required.");
      }
      return add_fields(*properties, object_of(*media, "encoding"), best == 2);
    }
    if (best == 2) return block("Its form is not a plain list of fields.");
  }
  add_whole_body(*schema, best < 2, required, content_type_);
}

void OperationBuilder::add_fields(const std::vector<BodyProperty>& properties, const json::object* encoding,
                                  bool form) {
  json::object body;
  for (const BodyProperty& property : properties) {
    Argument argument;
    argument.schema = converter_.convert(*property.schema);
    argument.required = property.required;
    const bool scalar = is_scalar(argument.schema);
    const bool null = allows_null(argument.schema);
    const bool list = has_type(argument.schema, {"array"});
    const std::string name = add(std::move(argument), property.name, "body");
    std::string mark = null ? "!" : "";
    if (form) {
      const auto* how = encoding == nullptr ? nullptr : object_of(*encoding, property.name);
      const std::string style = how == nullptr ? "" : text_or_empty(*how, "style");
      const auto* explode = how == nullptr ? nullptr : how->if_contains("explode");
      const bool joined = explode != nullptr && explode->is_bool() && !explode->get_bool();
      mark = scalar ? "" : style == "deepObject" ? "[]" : joined ? "," : list ? "*" : "";
    }
    body[property.name] = "{" + name + mark + "}";
  }
  body_ = to_json(body);
}

void OperationBuilder::add_whole_body(const json::value& schema, bool json, bool required,
                                      const std::string& type) {
  Argument argument;
  if (json) {
    argument.schema = converter_.convert(schema);
  } else {
    argument.schema["type"] = "string";
  }
  const std::string text = text_or_empty(argument.schema, "description");
  if (text.empty()) argument.schema["description"] = "The request body (" + type + ").";
  if (!required) notes_.add("The body may be left out in the document; here it is required.");
  argument.required = true;
  const bool null = allows_null(argument.schema);
  const std::string name = add(std::move(argument), "body", "whole");
  body_ = json ? to_json(json::value("{" + name + (null ? "!}" : "}"))) : "{" + name + "}";
}

bool OperationBuilder::build(std::string_view method, std::string_view path, const json::object& item,
                             const json::object& operation) {
  add_parameters(item, operation);
  fill_path(path);
  parameters_ = arguments_.size();
  add_body(operation);
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
    notes_.add("The schema is larger or deeper than models can use: its inner parts allow any value.");

  json::object rest;
  rest["method"] = method;
  rest["path"] = path_slots_[0].second;
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
  if (const auto* given = object_of(definition, "rest")) {
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
