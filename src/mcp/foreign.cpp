#include "mcp/foreign.h"

#include <algorithm>

#include "base/json.h"

namespace wick::mcp {
namespace {

constexpr std::string_view kScheme = "wick+";
constexpr std::string_view kNameEnd = "__";  // slug() never makes two underscores in a row

using Kind = json::kind;

void keep_if(json::object& object, std::string_view member, bool (*sound)(const json::value&)) {
  const auto* value = object.if_contains(member);
  if (value != nullptr && !sound(*value)) object.erase(member);
}

bool is_string(const json::value& value) {
  return is_text(value);
}
bool is_bool(const json::value& value) {
  return value.is_bool();
}
bool is_object(const json::value& value) {
  return value.is_object();
}
bool is_number(const json::value& value) {
  return wick::is_number(value);
}
bool are_strings(const json::value& value) {
  return value.is_array() && std::all_of(value.get_array().begin(), value.get_array().end(), is_string);
}

bool is_icon(const json::value& value) {
  if (!value.is_object()) return false;
  const json::object& icon = value.get_object();
  const auto fits = [&](std::string_view member, bool (*sound)(const json::value&)) {
    const auto* found = icon.if_contains(member);
    return found == nullptr || sound(*found);
  };
  return icon.contains("src") && fits("src", is_string) && fits("mimeType", is_string) &&
         fits("sizes", are_strings) && fits("theme", is_string);
}

// What every entry may have (2025-11-25 and 2026-07-28, schema: BaseMetadata, Icons).
void make_readable(json::object& entry) {
  for (const char* member : {"title", "description"}) keep_if(entry, member, is_string);
  keep_if(entry, "_meta", is_object);
  auto* icons = entry.if_contains("icons");
  if (icons == nullptr) return;
  if (icons->is_array()) {
    json::array& list = icons->get_array();
    list.erase(
        std::remove_if(list.begin(), list.end(), [](const json::value& icon) { return !is_icon(icon); }),
        list.end());
  } else {
    entry.erase("icons");
  }
}

// A JSON Schema of an object, as the schemas of clients before 2026-07-28 want it: the properties are objects. That a
// property may be anything, or must not be there, has another form with the same meaning.
void make_readable_schema(json::object& schema) {
  schema["type"] = "object";
  keep_if(schema, "properties", is_object);
  keep_if(schema, "required", are_strings);
  auto* properties = schema.if_contains("properties");
  if (properties == nullptr) return;
  for (auto& property : properties->get_object()) {
    json::value& value = property.value();
    if (value.is_object()) continue;
    const bool is_never = value.is_bool() && !value.get_bool();
    value = json::object();
    if (is_never) value.get_object()["not"] = json::object();
  }
}

bool is_object_schema(const json::value& value) {
  return value.is_object() && text_or_empty(value.get_object(), "type") == "object";
}

// Annotations of a resource or a content block.
void make_readable_annotations(json::object& entry) {
  keep_if(entry, "annotations", is_object);
  auto* annotations = entry.if_contains("annotations");
  if (annotations == nullptr) return;
  json::object& members = annotations->get_object();
  keep_if(members, "audience", are_strings);
  keep_if(members, "priority", is_number);
  keep_if(members, "lastModified", is_string);
}

bool has_text(const json::object& entry, std::string_view member) {
  return !text_or_empty(entry, member).empty();
}

void publish_uri(json::object& holder, std::string_view slug) {
  auto* uri = holder.if_contains("uri");
  if (uri != nullptr && uri->is_string()) *uri = json::string(public_uri(slug, uri->get_string()));
}

void publish_block(json::value& block, std::string_view slug) {
  if (!block.is_object()) return;
  json::object& content = block.get_object();
  const std::string type = text_or_empty(content, "type");
  if (type == "resource_link") publish_uri(content, slug);
  auto* resource = content.if_contains("resource");
  if (type == "resource" && resource != nullptr && resource->is_object())
    publish_uri(resource->get_object(), slug);
}

void publish_blocks(json::value& blocks, std::string_view slug) {
  if (!blocks.is_array()) return publish_block(blocks, slug);
  for (json::value& block : blocks.get_array()) publish_block(block, slug);
}

}  // namespace

bool make_readable_tool(json::object& tool, Era era) {
  if (!has_text(tool, "name")) return false;
  make_readable(tool);
  auto* input = tool.if_contains("inputSchema");
  if (input == nullptr || !input->is_object()) tool["inputSchema"] = json::object();
  make_readable_schema(tool["inputSchema"].get_object());
  keep_if(tool, "outputSchema", era == Era::kWithSessions ? is_object_schema : is_object);
  if (auto* output = tool.if_contains("outputSchema"); output != nullptr && is_object_schema(*output))
    make_readable_schema(output->get_object());
  keep_if(tool, "annotations", is_object);
  if (auto* annotations = tool.if_contains("annotations")) {
    json::object& hints = annotations->get_object();
    keep_if(hints, "title", is_string);
    for (const char* hint : {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"})
      keep_if(hints, hint, is_bool);
  }
  keep_if(tool, "execution", [](const json::value& value) {
    if (!value.is_object()) return false;
    const auto* support = value.get_object().if_contains("taskSupport");
    return support == nullptr || *support == json::value("required") || *support == json::value("optional") ||
           *support == json::value("forbidden");
  });
  return true;
}

bool make_readable_prompt(json::object& prompt) {
  if (!has_text(prompt, "name")) return false;
  make_readable(prompt);
  auto* arguments = prompt.if_contains("arguments");
  if (arguments == nullptr) return true;
  if (!arguments->is_array()) {
    prompt.erase("arguments");
    return true;
  }
  json::array& list = arguments->get_array();
  list.erase(std::remove_if(list.begin(), list.end(),
                            [](json::value& one) {
                              if (!one.is_object() || !has_text(one.get_object(), "name")) return true;
                              for (const char* member : {"title", "description"})
                                keep_if(one.get_object(), member, is_string);
                              keep_if(one.get_object(), "required", is_bool);
                              return false;
                            }),
             list.end());
  return true;
}

bool make_readable_resource(json::object& resource) {
  if (!has_text(resource, "uri")) return false;
  make_readable(resource);
  make_readable_annotations(resource);
  keep_if(resource, "mimeType", is_string);
  keep_if(resource, "size", is_number);
  if (!has_text(resource, "name")) resource["name"] = resource["uri"];
  return true;
}

bool make_readable_template(json::object& resource_template) {
  if (!has_text(resource_template, "uriTemplate")) return false;
  make_readable(resource_template);
  make_readable_annotations(resource_template);
  keep_if(resource_template, "mimeType", is_string);
  if (!has_text(resource_template, "name")) resource_template["name"] = resource_template["uriTemplate"];
  return true;
}

std::string named(std::string_view description, std::string_view label) {
  std::string out(description);
  if (!out.empty()) out.append(" (").append(label).append(")");
  return out;
}

void name_connector(json::object& entry, std::string_view label) {
  const auto* description = entry.if_contains("description");
  if (description != nullptr) entry["description"] = json::string(named(description->get_string(), label));
}

std::string public_uri(std::string_view slug, std::string_view uri) {
  std::string scheme(slug);
  std::replace(scheme.begin(), scheme.end(), '_', '-');
  std::string out(kScheme);
  return out.append(scheme).append(":").append(uri);
}

std::optional<ForeignUri> parse_public_uri(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return std::nullopt;
  uri.remove_prefix(kScheme.size());
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == uri.size()) return std::nullopt;
  ForeignUri out{std::string(uri.substr(0, colon)), std::string(uri.substr(colon + 1))};
  if (out.slug.find('_') != std::string::npos) return std::nullopt;
  std::replace(out.slug.begin(), out.slug.end(), '-', '_');
  return out;
}

std::string public_prompt_name(std::string_view slug, std::string_view name) {
  return std::string(slug).append(kNameEnd).append(name);
}

std::optional<ForeignPrompt> parse_public_prompt_name(std::string_view name) {
  const auto end = name.find(kNameEnd);
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  return ForeignPrompt{std::string(name.substr(0, end)), std::string(name.substr(end + kNameEnd.size()))};
}

void publish_uris(json::object& result, std::string_view slug) {
  if (auto* content = result.if_contains("content")) publish_blocks(*content, slug);
  if (auto* contents = result.if_contains("contents"); contents != nullptr && contents->is_array()) {
    for (json::value& one : contents->get_array()) {
      if (one.is_object()) publish_uri(one.get_object(), slug);
    }
  }
  if (auto* messages = result.if_contains("messages"); messages != nullptr && messages->is_array()) {
    for (json::value& message : messages->get_array()) {
      if (!message.is_object()) continue;
      if (auto* content = message.get_object().if_contains("content")) publish_blocks(*content, slug);
    }
  }
}

}  // namespace wick::mcp
