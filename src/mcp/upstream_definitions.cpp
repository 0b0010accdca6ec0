#include "mcp/upstream_definitions.h"

#include <algorithm>

#include "base/json.h"
#include "base/time.h"

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
bool are_strings(const json::value& value) {
  return value.is_array() && std::all_of(value.get_array().begin(), value.get_array().end(), is_string);
}

template <typename... Texts>
bool is_one_of(const json::value& value, Texts... texts) {
  return ((value == json::value(texts)) || ...);
}

// False: the icon has no address.
bool make_readable_icon(json::value& value) {
  if (!value.is_object()) return false;
  json::object& icon = value.get_object();
  const auto* address = icon.if_contains("src");
  if (address == nullptr || !is_string(*address)) return false;
  keep_if(icon, "mimeType", is_string);
  keep_if(icon, "sizes", are_strings);
  keep_if(icon, "theme", [](const json::value& theme) { return is_one_of(theme, "light", "dark"); });
  return true;
}

// The members that every entry may have (2025-11-25 and 2026-07-28, schema: BaseMetadata, Icons).
void make_readable(json::object& entry) {
  for (const char* member : {"title", "description"}) keep_if(entry, member, is_string);
  keep_if(entry, "_meta", is_object);
  auto* icons = entry.if_contains("icons");
  if (icons == nullptr) return;
  if (icons->is_array()) {
    json::array& list = icons->get_array();
    list.erase(
        std::remove_if(list.begin(), list.end(), [](json::value& icon) { return !make_readable_icon(icon); }),
        list.end());
  } else {
    entry.erase("icons");
  }
}

// A JSON Schema of an object in the form that legacy clients accept: each property is an object. The schemas `true` and `false`
// become objects with the same meaning.
void make_readable_schema(json::object& schema) {
  schema["type"] = "object";
  keep_if(schema, "properties", is_object);
  keep_if(schema, "required", [](const json::value& names) { return names.is_array(); });
  if (auto* required = schema.if_contains("required")) {
    json::array& names = required->get_array();
    names.erase(std::remove_if(names.begin(), names.end(), [](const auto& one) { return !is_string(one); }),
                names.end());
  }
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
  keep_if(members, "audience", [](const json::value& value) {
    if (!value.is_array()) return false;
    const json::array& roles = value.get_array();
    return std::all_of(roles.begin(), roles.end(),
                       [](const auto& role) { return is_one_of(role, "user", "assistant"); });
  });
  keep_if(members, "priority", [](const json::value& value) {
    if (!value.is_number()) return false;
    const auto number = value.to_number<double>();
    return number >= 0 && number <= 1;
  });
  keep_if(members, "lastModified", [](const json::value& value) {
    if (!value.is_string()) return false;
    const std::string_view time = value.get_string();
    return time.find_first_of("tz") == std::string_view::npos && parse_rfc3339(time).has_value();
  });
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

bool make_readable_tool(json::object& tool, ProtocolGeneration generation) {
  if (!has_text(tool, "name")) return false;
  make_readable(tool);
  auto* input = tool.if_contains("inputSchema");
  if (input == nullptr || !input->is_object()) tool["inputSchema"] = json::object();
  make_readable_schema(tool["inputSchema"].get_object());
  keep_if(tool, "outputSchema",
          generation == ProtocolGeneration::kSessionBased ? is_object_schema : is_object);
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
    return support == nullptr || is_one_of(*support, "required", "optional", "forbidden");
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
  keep_if(resource, "size", [](const json::value& value) { return value.is_int64() || value.is_uint64(); });
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

std::string add_label(std::string_view description, std::string_view label) {
  std::string out(description);
  if (!out.empty()) out.append(" (").append(label).append(")");
  return out;
}

void label_entry(json::object& entry, std::string_view label) {
  const auto* description = entry.if_contains("description");
  if (description != nullptr)
    entry["description"] = json::string(add_label(description->get_string(), label));
}

std::string public_uri(std::string_view slug, std::string_view uri) {
  std::string scheme(slug);
  std::replace(scheme.begin(), scheme.end(), '_', '-');
  std::string out(kScheme);
  return out.append(scheme).append(":").append(uri);
}

std::optional<ConnectorUri> parse_public_uri(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return std::nullopt;
  uri.remove_prefix(kScheme.size());
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == uri.size()) return std::nullopt;
  ConnectorUri out{std::string(uri.substr(0, colon)), std::string(uri.substr(colon + 1))};
  if (out.slug.find('_') != std::string::npos) return std::nullopt;
  std::replace(out.slug.begin(), out.slug.end(), '-', '_');
  return out;
}

std::string public_prompt_name(std::string_view slug, std::string_view name) {
  return std::string(slug).append(kNameEnd).append(name);
}

std::optional<ConnectorPrompt> parse_public_prompt_name(std::string_view name) {
  const auto end = name.find(kNameEnd);
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  return ConnectorPrompt{std::string(name.substr(0, end)), std::string(name.substr(end + kNameEnd.size()))};
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
