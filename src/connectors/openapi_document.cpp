#include "connectors/openapi_document.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "connectors/connector_service.h"
#include "connectors/openapi_schema.h"
#include "connectors/schema_validator.h"
#include "connectors/yaml_text.h"
#include "crypto/digest.h"

namespace wick::openapi {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kMethods = {{{"get", "GET"},
                                                                                    {"head", "HEAD"},
                                                                                    {"post", "POST"},
                                                                                    {"put", "PUT"},
                                                                                    {"patch", "PATCH"},
                                                                                    {"delete", "DELETE"}}};
constexpr std::size_t kMaxTagBytes = 80;
constexpr std::size_t kMaxTags = 20;
constexpr std::size_t kDigestBytes = 12;  // of SHA-256: changes by accident, not forgeries, are to be told

// How much is told of a schema that is too large in full.
constexpr std::array<Detail, 5> kDetails = {
    {{}, {kMaxSchemaDepth, false}, {6, false}, {4, false}, {2, false}}};

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}

const json::object* object_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* array_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

bool flag_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

// A text, or a number that YAML made of one (version: 1.2).
std::string scalar_text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return "";
  if (value->is_string()) return std::string(std::string_view(value->get_string()));
  if (value->is_double()) {
    char text[32];
    return std::string(text, std::size_t(std::snprintf(text, sizeof text, "%g", value->get_double())));
  }
  return value->is_number() ? to_json(*value) : "";
}

std::string digest_of(std::string_view text) {
  return to_hex(sha256(text)).substr(0, 2 * kDigestBytes);
}

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

std::string digest_of(const json::value& value) {
  return digest_of(std::string_view(to_json(canonical(value))));
}

bool is_http_url(std::string_view url) {
  const std::string_view rest = url.starts_with("https://")  ? url.substr(8)
                                : url.starts_with("http://") ? url.substr(7)
                                                             : "";
  return !rest.empty() && rest[0] != '/' && url.find_first_of(" \t\r\n\\{}\"<>") == std::string_view::npos &&
         rest.substr(0, rest.find('/')).find('@') == std::string_view::npos && url.size() <= 1000;
}

std::string shown(std::string_view text) {
  return printable(truncate_utf8(text, 200));
}

// "listIssuesForRepo", "issues/list-for-repo" -> "list_issues_for_repo", "issues_list_for_repo"
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

// One argument of an operation, as the tool's schema and the request's template have it.
struct Argument {
  std::string name;
  json::object schema;
  bool required = false;
};

// Builds one operation with a given detail.
class OperationBuilder {
 public:
  OperationBuilder(const References& references, bool is_30, Detail detail, std::size_t& visits)
      : references_(references), converter_(references, is_30, detail, notes_, visits) {}

  // False: it did not fit; the next detail may.
  bool build(std::string_view method, std::string_view path, const json::object& item,
             const json::object& operation);

  json::object definition;
  bool importable = true;
  const std::vector<std::string>& notes() const { return notes_.all(); }

 private:
  void block(std::string why) {
    importable = false;
    notes_.add(std::move(why));
  }
  void add_parameters(const json::object& item, const json::object& operation);
  void add_parameter(const json::object& parameter);
  void add_path_parameter(const std::string& name, const std::string& style, bool explode, Argument argument);
  void fill_path(std::string_view path);
  void add_body(const json::object& operation);
  void add_fields(const std::vector<BodyProperty>& properties, const json::object* encoding, bool form);
  void add_whole_body(const json::value& schema, bool json, bool required, const std::string& type);
  std::string add(Argument argument, std::string_view sent_as, std::string_view where);
  bool is_taken(std::string_view name) const {
    return std::any_of(arguments_.begin(), arguments_.end(),
                       [&](const Argument& each) { return each.name == name; });
  }

  const References& references_;
  Notes notes_;
  SchemaConverter converter_;
  std::vector<Argument> arguments_;
  std::size_t parameters_ = 0;                                   // how many of them are not of the body
  std::vector<std::pair<std::string, std::string>> path_slots_;  // name in the document, template
  json::object query_, headers_;
  std::string body_, content_type_;
};

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
  if (const std::string text =
          first_paragraph(text_or_empty(parameter, "description"), kMaxNestedDescriptionBytes);
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

std::string readable_name(std::string_view method, std::string_view path, const json::object& operation) {
  std::string name = first_paragraph(text_or_empty(operation, "summary"), kMaxNameBytes);
  while (name.ends_with('.')) name.pop_back();
  if (!name.empty()) return name;
  name = words_of(text_or_empty(operation, "operationId"));
  std::replace(name.begin(), name.end(), '_', ' ');
  if (!name.empty()) {
    if (name[0] >= 'a' && name[0] <= 'z') name[0] = char(name[0] - 'a' + 'A');
    return std::string(truncate_utf8(name, kMaxNameBytes));
  }
  return std::string(truncate_utf8(std::string(method) + " " + printable(path), kMaxNameBytes));
}

std::string description_of(const std::string& name, const json::object& operation) {
  const std::string summary = first_paragraph(text_or_empty(operation, "summary"), kMaxNameBytes * 2);
  const std::string more =
      first_paragraph(text_or_empty(operation, "description"), kMaxOperationDescriptionBytes);
  if (more.empty()) return summary.empty() ? name : summary;
  if (summary.empty() || more.starts_with(summary)) return more;
  std::string both = summary + (summary.ends_with('.') ? " " : ". ") + more;
  return std::string(truncate_utf8(both, kMaxOperationDescriptionBytes + 2 * kMaxNameBytes));
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
  parts["path"] = digest_of(json::value(path_part));
  parts["parameters"] = digest_of(json::value(parameter_parts));
  parts["body"] = digest_of(json::value(body_parts));
  parts["description"] = digest_of(std::string_view(name + "\n" + description));
  json::object origin;
  origin["operation"] = std::string(method) + " " + std::string(path);
  origin["digest"] = definition_digest(definition);
  origin["parts"] = std::move(parts);
  definition["openapi"] = std::move(origin);
  return true;
}

// ---- the document as a whole ----

class Reader {
 public:
  Reader(const json::value& root, bool is_30, std::string_view document_url)
      : root_(root.get_object()), references_(root), is_30_(is_30), document_url_(document_url) {}

  Document read();

 private:
  void read_server();
  std::string resolve_server(const json::object& server);
  void read_auth();
  bool use_scheme(const std::string& name, const json::object& scheme);
  void read_operation(std::string_view method, const std::string& path, const json::object& item,
                      const json::object& operation);
  std::string key_for(std::string_view method, std::string_view path, const json::object& operation);
  bool has_other_server(const json::object& holder);

  const json::object& root_;
  References references_;
  bool is_30_;
  std::string_view document_url_;
  Document out_;
  Notes notes_;
  std::set<std::string> keys_;
  std::size_t visits_ = 0;
};

std::string Reader::resolve_server(const json::object& server) {
  std::string url(trim(text_or_empty(server, "url")));
  if (const auto* variables = object_of(server, "variables")) {
    for (const auto& member : *variables) {
      const std::string slot = "{" + std::string(member.key()) + "}";
      const std::string value =
          member.value().is_object() ? scalar_text(member.value().get_object(), "default") : "";
      if (url.size() > 2000 || value.size() > 500 || slot.size() <= 2) break;
      for (std::size_t at = 0; (at = url.find(slot, at)) != std::string::npos && url.size() < 4000;
           at += value.size())
        url.replace(at, slot.size(), value);
    }
  }
  if (url.find("://") == std::string::npos && is_http_url(document_url_)) {
    const std::string_view base = document_url_.substr(0, document_url_.find_first_of("?#"));
    const auto host_end = base.find('/', base.find("://") + 3);
    const std::string origin(base.substr(0, host_end));
    if (url.starts_with("//")) {
      url.insert(0, base.substr(0, base.find("//")));
    } else if (url.starts_with('/') || host_end == std::string_view::npos) {
      url = origin + (url.starts_with('/') ? "" : "/") + url;
    } else if (url.find(':') == std::string::npos) {
      while (url.starts_with("./")) url.erase(0, 2);
      url = std::string(base.substr(0, base.rfind('/') + 1)) + url;
    }
  }
  while (url.ends_with('/')) url.pop_back();
  return url;
}

void Reader::read_server() {
  const auto* servers = array_of(root_, "servers");
  if (servers == nullptr || servers->empty()) {
    notes_.add("The document names no server: enter the base URL yourself.");
    return;
  }
  std::string first;
  for (const auto& server : *servers) {
    if (!server.is_object()) continue;
    const std::string url = resolve_server(server.get_object());
    if (first.empty()) first = url;
    if (!is_http_url(url)) continue;
    out_.base_url = url;
    if (servers->size() > 1)
      notes_.add("The document names " + std::to_string(servers->size()) +
                 " servers: this is the first of them.");
    return;
  }
  notes_.add("The server \"" + shown(first) +
             "\" is not a whole address with http or https: enter the base URL yourself.");
}

bool Reader::use_scheme(const std::string& name, const json::object& scheme) {
  const std::string type = text_or_empty(scheme, "type");
  const std::string how = to_lower_ascii(text_or_empty(scheme, "scheme"));
  json::object auth;
  if (type == "http" && (how == "bearer" || how == "basic")) {
    auth["auth"] = how;
  } else if (type == "apiKey") {
    const std::string place = text_or_empty(scheme, "in");
    if (place != "header" && place != "query") {
      notes_.add("The key of \"" + shown(name) + "\" is sent as a " + shown(place) +
                 ", which a REST connector cannot do.");
      return false;
    }
    const std::string key = text_or_empty(scheme, "name");
    if (key.empty() || printable(key) != key || key.size() > 200) return false;
    auth["auth"] = place;
    auth["auth_name"] = key;
  } else if (type == "oauth2") {
    const auto* flows = object_of(scheme, "flows");
    const auto* flow = flows == nullptr ? nullptr : object_of(*flows, "clientCredentials");
    std::string token_url = flow == nullptr ? "" : text_or_empty(*flow, "tokenUrl");
    if (token_url.starts_with('/')) {
      const auto host_end = out_.base_url.find('/', out_.base_url.find("://") + 3);
      token_url = out_.base_url.substr(0, host_end) + token_url;
    }
    if (flow == nullptr) {
      notes_.add(
          "\"" + shown(name) +
          "\" is OAuth for people, which a REST connector does not do: it can send an access token that "
          "you paste, as bearer.");
      return false;
    }
    if (!is_http_url(token_url)) {
      notes_.add("The token URL of \"" + shown(name) + "\" is not an address with http or https.");
      return false;
    }
    auth["auth"] = "oauth_client_credentials";
    auth["token_url"] = token_url;
    std::string scopes;
    if (const auto* all = object_of(*flow, "scopes")) {
      for (const auto& scope : *all) scopes += (scopes.empty() ? "" : " ") + std::string(scope.key());
    }
    // All that there are is seldom what one wants, but a few may be.
    if (!scopes.empty() && scopes.size() <= 200 && printable(scopes) == scopes) auth["scope"] = scopes;
  } else {
    notes_.add("\"" + shown(name) + "\" is a way to authenticate (" +
               shown(type + (how.empty() ? "" : " " + how)) + ") that a REST connector does not know.");
    return false;
  }
  out_.auth = std::move(auth);
  notes_.add("Authentication is taken from \"" + shown(name) + "\": the secret is yours to enter.");
  return true;
}

void Reader::read_auth() {
  const auto* components = object_of(root_, "components");
  const auto* schemes = components == nullptr ? nullptr : object_of(*components, "securitySchemes");
  out_.auth["auth"] = "none";
  if (schemes == nullptr || schemes->empty()) {
    notes_.add("The document describes no authentication: choose it yourself if there is one.");
    return;
  }
  // Those that everything requires first, then any.
  std::vector<std::string> order;
  const auto append = [&](std::string_view name) {
    if (std::find(order.begin(), order.end(), name) == order.end()) order.emplace_back(name);
  };
  if (const auto* security = array_of(root_, "security")) {
    for (const auto& requirement : *security) {
      if (!requirement.is_object()) continue;
      if (requirement.get_object().size() > 1)
        notes_.add("Several ways to authenticate are required together: only one can be set.");
      for (const auto& member : requirement.get_object()) append(member.key());
    }
  }
  for (const auto& member : *schemes) append(member.key());
  for (std::size_t i = 0; i < order.size() && i < 50; ++i) {
    const auto* entry = schemes->if_contains(order[i]);
    std::string why;
    const auto* node = entry == nullptr ? nullptr : references_.follow(*entry, why);
    if (node != nullptr && node->is_object() && use_scheme(order[i], node->get_object())) return;
  }
}

std::string Reader::key_for(std::string_view method, std::string_view path, const json::object& operation) {
  const std::string identity = std::string(method) + " " + std::string(path);
  std::string key = words_of(text_or_empty(operation, "operationId"));
  if (key.empty()) {
    key = words_of(path);
    key = to_lower_ascii(method) + (key.empty() ? "" : "_" + key);
  }
  const std::string mark = "_" + to_hex(sha256(identity)).substr(0, 8);
  if (key.size() > kMaxOperationKeyBytes) key = key.substr(0, kMaxOperationKeyBytes - mark.size()) + mark;
  if (keys_.contains(key)) key = key.substr(0, kMaxOperationKeyBytes - mark.size()) + mark;
  keys_.insert(key);
  return key;
}

bool Reader::has_other_server(const json::object& holder) {
  const auto* servers = array_of(holder, "servers");
  if (servers == nullptr || servers->empty() || out_.base_url.empty()) return false;
  return std::none_of(servers->begin(), servers->end(), [&](const json::value& server) {
    return server.is_object() && resolve_server(server.get_object()) == out_.base_url;
  });
}

void Reader::read_operation(std::string_view method, const std::string& path, const json::object& item,
                            const json::object& operation) {
  ImportedOperation imported;
  imported.operation = std::string(method) + " " + path;
  imported.deprecated = flag_of(operation, "deprecated");
  if (const auto* tags = array_of(operation, "tags")) {
    for (const auto& tag : *tags) {
      if (tag.is_string() && imported.tags.size() < kMaxTags)
        imported.tags.emplace_back(
            truncate_utf8(printable(std::string_view(tag.get_string())), kMaxTagBytes));
    }
  }
  const std::string key = key_for(method, path, operation);
  bool built = false;
  for (const Detail& detail : kDetails) {
    OperationBuilder builder(references_, is_30_, detail, visits_);
    built = builder.build(method, path, item, operation);
    imported.definition = json::object();
    imported.definition["key"] = key;
    for (auto& member : builder.definition) imported.definition[member.key()] = std::move(member.value());
    imported.notes = builder.notes();
    imported.importable = builder.importable;
    if (built) break;
  }
  if (auto* origin = imported.definition.if_contains("openapi"); origin != nullptr && !imported.tags.empty())
    origin->get_object()["tags"] =
        json::array(imported.tags.begin(), imported.tags.end());  // to be searched by
  if (!built) {
    imported.importable = false;
    imported.definition["name"] = readable_name(method, path, operation);
    imported.definition["description"] = description_of(readable_name(method, path, operation), operation);
    imported.definition["read_only"] = method == "GET" || method == "HEAD";
    imported.definition["destructive"] = method == "DELETE";
    imported.notes.push_back("Its arguments are too large to describe: more than " +
                             std::to_string(kMaxImportedSchemaBytes) + " bytes, however little is told.");
  } else {
    const auto* schema = object_of(imported.definition, "input_schema");
    if (auto sound = check_schema(*schema); !sound) {
      imported.importable = false;
      imported.notes.push_back(sound.error().message);
    } else if (to_json(imported.definition).size() + 1024 > kMaxDefinitionBytes) {
      imported.importable = false;
      imported.notes.push_back("It is too large.");
    }
  }
  if (has_other_server(operation) || (!operation.contains("servers") && has_other_server(item))) {
    imported.importable = false;
    imported.notes.push_back(
        "It is served at another address than the rest: make a connector of its own for it.");
  }
  out_.operations.push_back(std::move(imported));
}

Document Reader::read() {
  if (const auto* info = object_of(root_, "info")) {
    out_.title = first_paragraph(printable(scalar_text(*info, "title")), 200);
    out_.version = first_paragraph(printable(scalar_text(*info, "version")), 60);
  }
  read_server();
  read_auth();
  const auto* paths = object_of(root_, "paths");
  std::size_t others = 0, left_out = 0;
  if (paths != nullptr) {
    for (const auto& entry : *paths) {
      const std::string path(entry.key());
      if (path.starts_with("x-")) continue;
      std::string why;
      const auto* node = references_.follow(entry.value(), why);
      const auto* item = node == nullptr ? nullptr : node->if_object();
      if (item == nullptr) {
        notes_.add("The path \"" + shown(path) + "\" cannot be read. " + why);
        continue;
      }
      for (const char* method : {"options", "trace"}) others += item->contains(method);
      for (const auto& [lower, method] : kMethods) {
        const auto* operation = object_of(*item, lower);
        if (operation == nullptr) continue;
        if (out_.operations.size() >= kMaxListedOperations) {
          ++left_out;
        } else {
          read_operation(method, path, *item, *operation);
        }
      }
    }
  }
  if (others > 0) notes_.add("Requests with OPTIONS or TRACE (" + std::to_string(others) + ") are left out.");
  if (left_out > 0) {
    notes_.add("Only the first " + std::to_string(kMaxListedOperations) +
               " operations are read: " + std::to_string(left_out) + " more are left out.");
  }
  if (out_.operations.empty()) notes_.add("The document describes no operations.");
  out_.notes = notes_.all();
  return std::move(out_);
}

Result<json::value> parse(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return invalid("The document is empty.");
  if (text[first] != '{') return parse_yaml(text);
  auto value = parse_json(text);
  if (value) return value;
  // YAML may begin with a brace too.
  auto other = parse_yaml(text);
  return other ? std::move(other) : std::move(value);
}

}  // namespace

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
  return digest_of(json::value(told));
}

Result<Document> read_document(std::string_view text, std::string_view document_url) {
  if (text.size() > kMaxDocumentBytes) {
    return fail(ErrorCode::kTooLarge,
                "The document is larger than " + std::to_string(kMaxDocumentBytes / (1024 * 1024)) + " MiB.");
  }
  auto root = parse(text);
  if (!root) return fail(std::move(root.error()));
  if (!root->is_object()) return invalid("The document is not an OpenAPI document: it is not an object.");
  const json::object& object = root->get_object();
  if (object.contains("swagger"))
    return invalid("This is Swagger 2.0: convert it to OpenAPI 3 first, for example with swagger2openapi.");
  const std::string version = scalar_text(object, "openapi");
  if (version.empty())
    return invalid(
        "The document is not an OpenAPI document: it does not begin with \"openapi\" and a version.");
  const bool is_30 = version == "3" || version == "3.0" || version.starts_with("3.0.");
  if (!is_30 && version != "3.1" && !version.starts_with("3.1."))
    return invalid("OpenAPI \"" + shown(version) + "\" is not known: the document must be of 3.0 or 3.1.");
  Document document = Reader(*root, is_30, document_url).read();
  document.digest = digest_of(text);
  for (ImportedOperation& operation : document.operations) {
    auto* origin = operation.definition.if_contains("openapi");
    if (origin == nullptr) continue;
    json::object& told = origin->get_object();
    told["title"] = document.title;
    told["version"] = document.version;
    told["document"] = document.digest;
  }
  return document;
}

}  // namespace wick::openapi
