// The request body of an operation: the choice among the offered content types, and the arguments of the body.
#include <algorithm>
#include <optional>

#include "base/json.h"
#include "base/media_type.h"
#include "base/text.h"
#include "http/field.h"
#include "openapi/openapi_document.h"
#include "openapi/openapi_operation.h"
#include "rest/rest_request.h"

namespace wick::openapi {
namespace {

constexpr std::size_t kMaxContentTypes = 50;  // of one body
constexpr std::size_t kMaxContentTypeBytes = 200;
constexpr std::size_t kMaxPartHeaders = 20;  // of one field

// Keywords of an Encoding Object with which its contentType is ignored.
bool says_style(const json::object& encoding) {
  return encoding.contains("style") || encoding.contains("explode");
}

// The mark (base/json.h) of a field that is a list or an object.
std::string mark_of(const json::object* encoding, bool is_list) {
  if (encoding == nullptr || !says_style(*encoding)) return is_list ? "*" : "";
  const std::string style = text_or_empty(*encoding, "style");
  const auto* explode = encoding->if_contains("explode");
  const bool joined = explode != nullptr && explode->is_bool() && !explode->get_bool();
  if (style == "deepObject") return "[]";
  if (const std::string delimiter = delimiter_of(style); !delimiter.empty() && (explode == nullptr || joined))
    return "," + delimiter;
  return joined ? "," : "*";
}

// The content types in order of preference.
enum class Sort { kJson, kMergePatch, kOtherJson, kForm, kMultipart, kJsonPatch, kText, kBytes, kNone };

bool is_range(const MediaType& media) {
  return media.type == "*" || media.subtype == "*";
}

json::object text_schema(std::string description) {
  json::object schema;
  schema["type"] = "string";
  if (!description.empty()) schema["description"] = std::move(description);
  return schema;
}

// RFC 6902 §3 and §4. Documents often describe a JSON Patch as "an object" only.
json::object json_patch_schema() {
  json::object properties;
  json::object op = text_schema("");
  op["enum"] = json::array{"add", "remove", "replace", "move", "copy", "test"};
  properties["op"] = std::move(op);
  properties["path"] = text_schema("JSON Pointer to what is changed, for example /name.");
  properties["from"] = text_schema("JSON Pointer to the source of move and copy.");
  properties["value"] = json::object();
  json::object item;
  item["type"] = "object";
  item["properties"] = std::move(properties);
  item["required"] = json::array{"op", "path"};
  json::object schema;
  schema["type"] = "array";
  schema["items"] = std::move(item);
  return schema;
}

// Whether a text with this schema stands for bytes: format: binary in OpenAPI 3.0, contentMediaType in 3.1.
bool is_binary(const json::object& schema) {
  if (text_of(schema, "format") == "binary") return true;
  const auto media = parse_media_type(text_of(schema, "contentMediaType"));
  return media && !is_text(*media) && text_of(schema, "contentEncoding").empty();
}

// Replaces bytes in the converted schema by the schema of a file; false if there are none.
bool put_files(json::object& schema) {
  bool found = false;
  if (text_of(schema, "format") == "binary") {
    json::object file = file_schema();
    file["description"] = "A file.";
    if (const auto* about = schema.if_contains("description")) file["description"] = *about;
    schema = std::move(file);
    return true;
  }
  const auto each = [&](json::value& part) {
    if (auto* object = part.if_object()) found = put_files(*object) || found;
  };
  for (const char* key : {"items", "additionalProperties"}) {
    if (auto* part = schema.if_contains(key)) each(*part);
  }
  for (const char* key : {"anyOf", "allOf"}) {
    auto* parts = schema.if_contains(key);
    if (parts == nullptr || !parts->is_array()) continue;
    for (json::value& part : parts->get_array()) each(part);
  }
  if (auto* properties = schema.if_contains("properties"); properties != nullptr && properties->is_object()) {
    for (auto& member : properties->get_object()) each(member.value());
  }
  return found;
}

// Whether the content itself is base64 text.
bool is_base64(const json::object& schema) {
  const std::string_view format = text_of(schema, "format");
  return format == "byte" || format == "base64" || text_of(schema, "contentEncoding") == "base64";
}

bool is_array(const json::object* schema) {
  const auto* type = schema == nullptr ? nullptr : schema->if_contains("type");
  return type != nullptr && type->is_string() && type->get_string() == "array";
}

Sort sort_of(const MediaType& media, const json::object* schema) {
  const bool binary = schema != nullptr && is_binary(*schema);
  if (media.type == "*" || (media.type == "application" && media.subtype == "*"))
    return binary ? Sort::kBytes : Sort::kJson;
  if (media.essence() == "application/x-www-form-urlencoded") return Sort::kForm;
  if (media.essence() == "multipart/form-data") return Sort::kMultipart;
  if (media.type == "multipart") return Sort::kNone;
  if (is_json(media)) {
    if (media.essence() == "application/json") return Sort::kJson;
    if (media.essence() == "application/json-patch+json")
      return is_array(schema) ? Sort::kOtherJson : Sort::kJsonPatch;
    const bool patch = media.subtype.ends_with("merge-patch+json");
    if (patch && is_array(schema)) return Sort::kJsonPatch;
    return media.subtype == "merge-patch+json" ? Sort::kMergePatch : Sort::kOtherJson;
  }
  if (is_text(media)) return Sort::kText;
  // An unknown type is text if the document says so.
  const bool known = media.type != "application" || media.subtype == "octet-stream" ||
                     media.subtype == "pdf" || media.subtype == "zip" || media.subtype == "gzip";
  const bool text =
      schema != nullptr && text_of(*schema, "type") == "string" && !binary && !is_base64(*schema) && !known;
  return text ? Sort::kText : Sort::kBytes;
}

}  // namespace

struct OperationBuilder::Offer {
  std::string type;  // as it is sent
  MediaType media;
  const json::object* object;  // the Media Type Object
  const json::value* schema;
  Sort sort;
};

std::vector<OperationBuilder::Offer> OperationBuilder::offers_of(const json::object& content) {
  static const json::value anything = json::object();
  std::vector<Offer> offers;
  for (const auto& member : content) {
    if (offers.size() >= kMaxContentTypes) break;
    std::string reason;
    const auto* node = references_.follow(member.value(), reason);
    const auto* object = node == nullptr ? nullptr : node->if_object();
    auto media = parse_media_type(member.key());
    if (object == nullptr || !media) {
      if (!reason.empty())
        warnings_.add("The content type " + shown(member.key()) + " is not described. " + reason);
      continue;
    }
    std::string type(trim(member.key()));
    if (printable(type) != type || type.size() > kMaxContentTypeBytes) continue;
    const auto* schema = object->if_contains("schema");
    if (schema == nullptr) schema = &anything;
    const Sort sort = sort_of(*media, converter_.resolved(*schema));
    if (media->type == "*" || (media->type == "application" && media->subtype == "*"))
      type = sort == Sort::kBytes ? "application/octet-stream" : "application/json";
    if (sort == Sort::kText && is_range(*media)) type = "text/plain";
    offers.push_back({std::move(type), std::move(*media), object, schema, sort});
  }
  std::stable_sort(offers.begin(), offers.end(),
                   [](const Offer& a, const Offer& b) { return a.sort < b.sort; });
  return offers;
}

void OperationBuilder::add_body(const json::object& operation) {
  const auto* entry = operation.if_contains("requestBody");
  if (entry == nullptr || entry->is_null()) return;
  std::string reason;
  const auto* node = references_.follow(*entry, reason);
  const auto* body = node == nullptr ? nullptr : node->if_object();
  if (body == nullptr) return mark_not_importable("The request body cannot be read. " + reason);
  const bool required = bool_or_false(*body, "required");
  const auto* content = object_or_null(*body, "content");
  if (content == nullptr || content->empty()) {
    if (required) mark_not_importable("It needs a request body, but the document names no content type.");
    return;
  }
  const std::vector<Offer> offers = offers_of(*content);
  if (offers.empty() || offers[0].sort == Sort::kNone) {
    std::string offered;
    for (const auto& member : *content) {
      offered += (offered.empty() ? "" : ", ") + shown(member.key());
      if (offered.size() > kMaxContentTypeBytes) break;
    }
    return mark_not_importable("Its request body is " + offered + ", which a REST connector cannot send.");
  }
  const Offer& best = offers[0];
  content_type_ = best.type;
  switch (best.sort) {
    case Sort::kForm:
      return add_form(best, required);
    case Sort::kMultipart:
      return add_multipart(best, required);
    case Sort::kText: {
      const auto* schema = converter_.resolved(*best.schema);
      return add_whole_body(text_schema(schema == nullptr ? ""
                                                          : first_paragraph(text_of(*schema, "description"),
                                                                            kMaxNestedDescriptionBytes)),
                            "{", "}", required);
    }
    case Sort::kBytes:
      return add_bytes(offers, required);
    default:
      return add_json_body(best, required);
  }
}

void OperationBuilder::warn_of_required_members(const std::vector<BodyProperty>& properties, bool required) {
  // An absent body equals an empty one, but then none of its members can be required.
  const bool any = std::any_of(properties.begin(), properties.end(),
                               [](const BodyProperty& property) { return property.required; });
  if (any && !required)
    warnings_.add(
        "The document makes the body optional. Here the required members of the body are required.");
}

void OperationBuilder::add_json_body(const Offer& offer, bool required) {
  if (offer.sort == Sort::kJsonPatch) {
    const bool patch = offer.media.subtype == "json-patch+json";
    return add_whole_body(patch ? json_patch_schema() : converter_.convert(*offer.schema), "\"{", "}\"",
                          required);
  }
  const auto properties = converter_.plain_properties(*offer.schema);
  const bool clash = !properties || properties->size() > kMaxArguments ||
                     std::any_of(properties->begin(), properties->end(), [&](const BodyProperty& property) {
                       return is_taken(argument_name(property.name));
                     });
  if (clash) {
    json::object schema = converter_.convert(*offer.schema);
    const bool null = allows_null(schema);
    return add_whole_body(std::move(schema), "\"{", null ? "!}\"" : "}\"", required);
  }
  warn_of_required_members(*properties, required);
  json::object body;
  for (const BodyProperty& property : *properties) {
    Argument argument;
    argument.schema = converter_.convert(*property.schema);
    argument.required = property.required;
    const bool null = allows_null(argument.schema);
    body[property.name] = "{" + add(std::move(argument), property.name, "body") + (null ? "!}" : "}");
  }
  body_ = to_json(body);
}

// One argument for the whole body. `before` and `after` surround its name in the template.
void OperationBuilder::add_whole_body(json::object schema, const std::string& before,
                                      const std::string& after, bool required) {
  Argument argument;
  argument.schema = std::move(schema);
  if (text_or_empty(argument.schema, "description").empty())
    argument.schema["description"] = "The request body (" + content_type_ + ").";
  argument.required = required;
  body_ = before + add(std::move(argument), "body", "whole") + after;
}

void OperationBuilder::add_form(const Offer& offer, bool required) {
  const auto properties = converter_.plain_properties(*offer.schema);
  if (properties && properties->size() <= kMaxArguments) {
    warn_of_required_members(*properties, required);
    return add_form_fields(offer, *properties);
  }
  json::object schema = converter_.convert(*offer.schema);
  if (!schema.contains("type") && !schema.contains("anyOf") && !schema.contains("allOf"))
    schema["type"] = "object";
  add_whole_body(std::move(schema), "{", "*}", required);
}

void OperationBuilder::add_form_fields(const Offer& offer, const std::vector<BodyProperty>& properties) {
  const auto* encoding = object_or_null(*offer.object, "encoding");
  json::object body;
  for (const BodyProperty& property : properties) {
    Argument argument;
    argument.schema = converter_.convert(*property.schema);
    argument.required = property.required;
    const bool scalar = is_scalar(argument.schema);
    const bool list = has_type(argument.schema, {"array", "null"});
    const auto* how = encoding == nullptr ? nullptr : object_or_null(*encoding, property.name);
    const bool as_json =
        how != nullptr && !says_style(*how) && is_json_type(text_or_empty(*how, "contentType"));
    std::string mark;
    if (!scalar && !as_json) mark = mark_of(how, list);
    body[property.name] = "{" + add(std::move(argument), property.name, "body") + mark + "}";
  }
  body_ = to_json(body);
}

// Whether the schema is a file, a list of files, or may be one of these.
bool OperationBuilder::is_file(const json::value& schema, std::size_t depth) const {
  const auto* object = converter_.resolved(schema);
  if (object == nullptr || depth > 4) return false;
  if (is_binary(*object)) return true;
  if (const auto* items = object->if_contains("items"); items != nullptr && is_array(object))
    return is_file(*items, depth + 1);
  for (const char* key : {"anyOf", "oneOf", "allOf"}) {
    const auto* branches = array_of(*object, key);
    if (branches == nullptr || branches->size() > kMaxContentTypes) continue;
    if (std::any_of(branches->begin(), branches->end(),
                    [&](const json::value& branch) { return is_file(branch, depth + 1); }))
      return true;
  }
  return false;
}

void OperationBuilder::add_multipart(const Offer& offer, bool required) {
  content_type_ = "multipart/form-data";
  const auto properties = converter_.plain_properties(*offer.schema);
  if (!properties || properties->size() > kMaxArguments) {
    json::object schema = converter_.convert(*offer.schema);
    const bool says_fields = schema.contains("properties") || schema.contains("anyOf") ||
                             schema.contains("allOf") || schema.contains("additionalProperties");
    if (!says_fields)
      return mark_not_importable(
          "Its request body is multipart/form-data, and the document does not say which fields it has.");
    const bool has_files = put_files(schema);
    return add_whole_body(std::move(schema), "\"{", has_files ? "@}\"" : "}\"", required);
  }
  warn_of_required_members(*properties, required);
  const auto* encoding = object_or_null(*offer.object, "encoding");
  json::object body;
  for (const BodyProperty& property : *properties)
    body[property.name] =
        make_part(property, encoding == nullptr ? nullptr : object_or_null(*encoding, property.name));
  body_ = to_json(body);
}

// The template of one field of multipart/form-data.
json::value OperationBuilder::make_part(const BodyProperty& property, const json::object* encoding) {
  const std::string given(trim(encoding == nullptr ? "" : text_of(*encoding, "contentType")));
  const auto media = parse_media_type(given);
  const bool is_one = media && !is_range(*media) && given.find(',') == std::string::npos &&
                      printable(given) == given && given.size() <= kMaxContentTypeBytes;
  Argument argument;
  argument.required = property.required;
  const bool file = is_file(*property.schema);
  std::string mark, type;
  if (file) {
    argument.schema = files_schema(*property.schema, is_one ? "" : given);
    mark = "@";
    if (is_one && media->essence() != "application/octet-stream") type = given;
  } else {
    argument.schema = converter_.convert(*property.schema);
    const bool has_style = encoding != nullptr && says_style(*encoding);
    if (has_style && !is_scalar(argument.schema))
      mark = mark_of(encoding, has_type(argument.schema, {"array", "null"}));
    if (is_one && !has_style) type = given;
  }
  json::object headers = encoding == nullptr ? json::object() : part_headers(*encoding);
  if (type.empty() && !headers.empty())
    type = file ? "application/octet-stream" : is_scalar(argument.schema) ? "text/plain" : "application/json";
  json::value field("{" + add(std::move(argument), property.name, "body") + mark + "}");
  if (type.empty()) return field;
  json::object typed;
  typed["content"] = std::move(field);
  typed["content_type"] = type;
  if (!headers.empty()) typed["headers"] = std::move(headers);
  return typed;
}

// The schema of one file or of a list. `types` lists the media types that the document allows; may be empty.
json::object OperationBuilder::files_schema(const json::value& schema, const std::string& types) const {
  const auto* object = converter_.resolved(schema);
  json::object out = file_schema();
  if (!types.empty() && types.size() <= kMaxContentTypeBytes)
    out["properties"].get_object()["content_type"] = text_schema("One of " + shown(types) + ".");
  if (is_array(object)) {
    json::object list;
    list["type"] = "array";
    list["items"] = std::move(out);
    out = std::move(list);
  }
  const std::string about = first_paragraph(text_of(*object, "description"), kMaxNestedDescriptionBytes);
  out["description"] = about.empty() ? "A file." : about;
  return out;
}

// The headers of an Encoding Object with a fixed value; the others are not sent.
json::object OperationBuilder::part_headers(const json::object& encoding) {
  json::object out;
  const auto* headers = object_or_null(encoding, "headers");
  if (headers == nullptr) return out;
  for (const auto& member : *headers) {
    const std::string name(member.key()), lower = to_lower_ascii(name);
    if (lower == "content-type" || lower == "content-disposition") continue;
    std::string reason;
    const auto* node = references_.follow(member.value(), reason);
    const auto* header = node == nullptr ? nullptr : node->if_object();
    const auto* schema_entry = header == nullptr ? nullptr : header->if_contains("schema");
    const auto* schema = schema_entry == nullptr ? nullptr : converter_.resolved(*schema_entry);
    const auto* values = schema == nullptr ? nullptr : array_of(*schema, "enum");
    const json::value* fixed = schema == nullptr ? nullptr : schema->if_contains("const");
    if (fixed == nullptr && values != nullptr && values->size() == 1) fixed = &(*values)[0];
    if (fixed == nullptr && schema != nullptr) fixed = schema->if_contains("default");
    const bool can_be_sent = fixed != nullptr && !fixed->is_structured() && !fixed->is_null() &&
                             out.size() < kMaxPartHeaders && http::is_field_name(name) &&
                             plain_text(*fixed).size() <= kMaxContentTypeBytes &&
                             http::is_field_value(plain_text(*fixed));
    if (can_be_sent) {
      out[name] = plain_text(*fixed);
    } else {
      warnings_.add("The header \"" + shown(name) +
                    "\" of a part is not sent: the document does not fix its value.");
    }
  }
  return out;
}

// Bytes are given in base64, unless the content itself is base64 text. An open media type is an argument.
void OperationBuilder::add_bytes(const std::vector<Offer>& offers, bool required) {
  const Offer& best = offers[0];
  const auto* schema = converter_.resolved(*best.schema);
  if (schema != nullptr && schema->contains("$ref")) schema = nullptr;
  std::string about =
      schema == nullptr ? "" : first_paragraph(text_of(*schema, "description"), kMaxNestedDescriptionBytes);
  json::array types;
  bool open = false;
  for (const Offer& offer : offers) {
    if (offer.sort != Sort::kBytes) continue;
    open = open || (is_range(offer.media) && offer.type == offer.media.essence());
    types.emplace_back(offer.type);
  }
  if (open || types.size() > 1) {
    Argument type;
    type.required = true;
    type.schema = text_schema(open ? "The media type of the body (" + shown(best.type) + ")."
                                   : "The media type of the body.");
    if (!open) type.schema["enum"] = std::move(types);
    content_type_ = "{" + add(std::move(type), "content_type", "body") + "}";
  }
  json::object bytes = text_schema(std::move(about));
  const bool plain = schema != nullptr && is_base64(*schema);
  bytes["contentEncoding"] = "base64";
  append_sentence(bytes, plain ? "The request body (" + shown(best.type) + "), as base64 text."
                               : "The bytes of the request body (" + shown(best.type) + "), in base64.");
  add_whole_body(std::move(bytes), "{", plain ? "}" : "@}", required);
}

}  // namespace wick::openapi
