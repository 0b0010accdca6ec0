#include "openapi/openapi_swagger.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/media_type.h"
#include "base/text.h"
#include "openapi/openapi_document.h"
#include "openapi/openapi_operation.h"

namespace wick::openapi {
namespace {

constexpr std::array<std::string_view, 7> kSwaggerMethods = {"get",   "head",   "post",   "put",
                                                             "patch", "delete", "options"};
constexpr std::array<std::string_view, 5> kOperationMembers = {"operationId", "summary", "description",
                                                               "tags", "deprecated"};
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kMultipart = "multipart/form-data";

class Converter {
 public:
  Converter(const json::value& document, std::string_view document_url, Warnings& warnings)
      : document_(document.get_object()),
        references_(document),
        document_url_(document_url),
        warnings_(warnings) {}

  json::object convert();

 private:
  using Parameters = std::vector<const json::object*>;

  json::array servers(const json::array* schemes) const;
  json::object security_schemes() const;
  json::object path_item(const json::object& item);
  json::object operation(const json::object& item, const json::object& operation);
  Parameters parameters_of(const json::object& item, const json::object& operation, json::array& unread);
  json::object parameter(const json::object& parameter) const;
  json::object body(const json::object& parameter, const json::array& types);
  json::object form(const Parameters& fields, const json::array& types) const;
  json::array consumed_types(const json::object& operation) const;
  // False if more of the document would be copied than is allowed.
  bool may_copy(const json::value& part) {
    count_parts(part, copied_);
    return copied_ <= kMaxSchemaVisits;
  }

  const json::object& document_;
  const References references_;
  const std::string_view document_url_;
  Warnings& warnings_;
  std::size_t copied_ = 0;
};

// Keywords of a schema, or of a parameter other than the body.
bool is_file(const json::object& schema) {
  const auto* inner = object_or_null(schema, "schema");
  return text_of(inner == nullptr ? schema : *inner, "type") == "file";
}

json::object bytes_schema() {
  return {{"type", "string"}, {"format", "binary"}};
}

// The schema of a parameter other than the body: all keywords that are not about the parameter itself.
json::object schema_of(const json::object& parameter) {
  if (is_file(parameter)) return bytes_schema();
  if (const auto* schema = object_or_null(parameter, "schema")) return *schema;
  json::object schema;
  for (const auto& member : parameter) {
    const std::string_view key = member.key();
    const bool is_own = key == "name" || key == "in" || key == "description" || key == "required" ||
                        key == "collectionFormat" || key == "allowEmptyValue" || key == "deprecated";
    if (!is_own) schema[key] = member.value();
  }
  return schema;
}

// The notation of a list: the style of OpenAPI 3 ("tabDelimited" is an extension of Wick), and whether each
// item is a separate field.
void set_style(const json::object& parameter, json::object& out) {
  const std::string_view type = text_of(parameter, "type");
  if (!type.empty() && type != "array") return;
  const std::string_view place = text_of(parameter, "in");
  const std::string_view format = text_of(parameter, "collectionFormat");
  const bool is_field = place == "query" || place == "formData";
  out["style"] = format == "ssv"     ? "spaceDelimited"
                 : format == "tsv"   ? "tabDelimited"
                 : format == "pipes" ? "pipeDelimited"
                 : is_field          ? "form"
                                     : "simple";
  out["explode"] = format == "multi";
}

json::array Converter::servers(const json::array* schemes) const {
  std::string host(trim(text_of(document_, "host")));
  if (const auto scheme = host.find("://"); scheme != std::string::npos) host.erase(0, scheme + 3);
  while (host.ends_with('/')) host.pop_back();
  std::string path(trim(text_of(document_, "basePath")));
  if (!path.empty() && !path.starts_with('/')) path.insert(0, 1, '/');
  if (host.empty() && path.empty()) return {};
  const auto offers = [&](std::string_view scheme) {
    return schemes != nullptr && std::any_of(schemes->begin(), schemes->end(), [&](const json::value& each) {
             return each.is_string() && each.get_string() == scheme;
           });
  };
  const bool is_plain = offers("http") || (!offers("https") && document_url_.starts_with("http://"));
  const std::string scheme = is_plain && !offers("https") ? "http://" : "https://";
  json::object server;
  server["url"] = host.empty() ? path : scheme + host + path;
  return {std::move(server)};
}

json::object Converter::security_schemes() const {
  json::object out;
  const auto* definitions = object_or_null(document_, "securityDefinitions");
  if (definitions == nullptr) return out;
  for (const auto& member : *definitions) {
    const auto* given = member.value().if_object();
    if (given == nullptr) continue;
    json::object scheme = *given;
    const std::string type = text_or_empty(*given, "type");
    if (type == "basic") {
      scheme["type"] = "http";
      scheme["scheme"] = "basic";
    } else if (type == "oauth2") {
      const std::string flow = text_or_empty(*given, "flow");
      json::object flows;
      flows[flow == "application"  ? "clientCredentials"
            : flow == "accessCode" ? "authorizationCode"
                                   : flow] = *given;
      scheme["flows"] = std::move(flows);
    }
    out[member.key()] = std::move(scheme);
  }
  return out;
}

json::array Converter::consumed_types(const json::object& operation) const {
  json::array out;
  for (const json::object* holder : {&operation, &document_}) {
    const auto* types = array_of(*holder, "consumes");
    if (types == nullptr) continue;
    for (const auto& type : *types) {
      if (type.is_string() && out.size() < kMaxWarnings) out.push_back(type);
    }
    break;  // an empty list of the operation overrides that of the document
  }
  return out;
}

// Parameters of the operation replace those of the path with the same name and place. There is one body.
Converter::Parameters Converter::parameters_of(const json::object& item, const json::object& operation,
                                               json::array& unread) {
  Parameters out;
  std::vector<std::string> ids;
  for (const json::object* holder : {&item, &operation}) {
    const auto* list = array_of(*holder, "parameters");
    if (list == nullptr) continue;
    for (const auto& entry : *list) {
      std::string reason;
      const auto* node = references_.follow(entry, reason);
      if (!may_copy(node == nullptr ? entry : *node)) return out;
      const auto* parameter = node == nullptr ? nullptr : node->if_object();
      if (parameter == nullptr || out.size() > kMaxArguments) {
        unread.push_back(entry);  // the reader reports the reason
        continue;
      }
      const std::string place = text_or_empty(*parameter, "in");
      const std::string id = place == "body" ? place : place + " " + text_or_empty(*parameter, "name");
      const auto same = std::find(ids.begin(), ids.end(), id);
      if (same != ids.end()) {
        out[std::size_t(same - ids.begin())] = parameter;
      } else {
        ids.push_back(id);
        out.push_back(parameter);
      }
    }
  }
  return out;
}

json::object Converter::parameter(const json::object& parameter) const {
  json::object out;
  for (const char* key : {"name", "in", "description", "required", "deprecated"}) {
    if (const auto* value = parameter.if_contains(key)) out[key] = *value;
  }
  set_style(parameter, out);
  out["schema"] = schema_of(parameter);
  return out;
}

json::object Converter::body(const json::object& parameter, const json::array& types) {
  json::object media;
  const auto* schema = object_or_null(parameter, "schema");
  if (schema != nullptr && is_file(*schema)) {
    media["schema"] = bytes_schema();
  } else if (schema != nullptr) {
    media["schema"] = *schema;
  }
  json::object content;
  for (const auto& type : types) {
    if (!may_copy(media)) break;
    content[type.get_string()] = media;
  }
  if (content.empty()) content["application/json"] = std::move(media);
  json::object out;
  out["required"] = bool_or_false(parameter, "required");
  out["content"] = std::move(content);
  return out;
}

json::object Converter::form(const Parameters& fields, const json::array& types) const {
  json::object properties, encoding;
  json::array required;
  bool has_file = false;
  for (const json::object* field : fields) {
    const std::string name = text_or_empty(*field, "name");
    json::object schema = schema_of(*field);
    if (const auto* text = field->if_contains("description")) schema["description"] = *text;
    has_file = has_file || is_file(*field);
    properties[name] = std::move(schema);
    if (bool_or_false(*field, "required")) required.emplace_back(name);
    json::object how;
    if (text_of(*field, "type") == "array") set_style(*field, how);
    if (!how.empty()) encoding[name] = std::move(how);
  }
  const auto takes = [&](std::string_view media_type) {
    return std::any_of(types.begin(), types.end(), [&](const json::value& type) {
      const auto media = parse_media_type(type.get_string());
      return media && media->essence() == media_type;
    });
  };
  const bool is_multipart = has_file || (takes(kMultipart) && !takes(kForm));
  json::object schema, media, content, out;
  schema["type"] = "object";
  schema["properties"] = std::move(properties);
  out["required"] = !required.empty();
  if (!required.empty()) schema["required"] = std::move(required);
  media["schema"] = std::move(schema);
  media["encoding"] = std::move(encoding);
  content[is_multipart ? kMultipart : kForm] = std::move(media);
  out["content"] = std::move(content);
  return out;
}

json::object Converter::operation(const json::object& item, const json::object& operation) {
  json::object out;
  for (const std::string_view key : kOperationMembers) {
    if (const auto* value = operation.if_contains(key); value != nullptr && may_copy(*value))
      out[key] = *value;
  }
  json::array parameters;
  Parameters fields;
  const json::object* whole = nullptr;
  const Parameters all = parameters_of(item, operation, parameters);
  for (const json::object* each : all) {
    const std::string_view place = text_of(*each, "in");
    if (place == "body") {
      whole = each;
    } else if (place == "formData") {
      fields.push_back(each);
    } else {
      parameters.push_back(parameter(*each));
    }
  }
  const json::array types = consumed_types(operation);
  if (whole != nullptr) {
    out["requestBody"] = body(*whole, types);
  } else if (!fields.empty()) {
    out["requestBody"] = form(fields, types);
  }
  out["parameters"] = std::move(parameters);
  if (const auto* schemes = array_of(operation, "schemes"); schemes != nullptr && !schemes->empty())
    out["servers"] = servers(schemes);
  return out;
}

json::object Converter::path_item(const json::object& item) {
  json::object out;
  for (const std::string_view method : kSwaggerMethods) {
    const auto* entry = item.if_contains(method);
    if (entry == nullptr || entry->is_null()) continue;
    std::string reason;
    const auto* node = references_.follow(*entry, reason);
    const auto* found = node == nullptr ? nullptr : node->if_object();
    out[method] = found == nullptr ? *entry : json::value(operation(item, *found));
  }
  return out;
}

json::object Converter::convert() {
  json::object out;
  if (const auto* info = object_or_null(document_, "info")) out["info"] = *info;
  if (json::array all = servers(array_of(document_, "schemes")); !all.empty())
    out["servers"] = std::move(all);
  if (const auto* security = array_of(document_, "security")) out["security"] = *security;
  json::object components;
  components["securitySchemes"] = security_schemes();
  out["components"] = std::move(components);
  json::object paths;
  if (const auto* given = object_or_null(document_, "paths")) {
    for (const auto& entry : *given) {
      std::string reason;
      const auto* node = references_.follow(entry.value(), reason);
      const auto* item = node == nullptr ? nullptr : node->if_object();
      paths[entry.key()] = item == nullptr ? entry.value() : json::value(path_item(*item));
      if (copied_ <= kMaxSchemaVisits) continue;
      warnings_.add("The document repeats the same references too often: only a part of it was read.");
      paths.erase(entry.key());
      break;
    }
  }
  out["paths"] = std::move(paths);
  return out;
}

}  // namespace

json::object from_swagger(const json::value& document, std::string_view document_url, Warnings& warnings) {
  return Converter(document, document_url, warnings).convert();
}

}  // namespace wick::openapi
