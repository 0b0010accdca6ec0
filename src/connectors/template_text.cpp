#include "connectors/template_text.h"

#include <boost/json/array.hpp>
#include <charconv>

#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

// The end of a "{name}" that begins at `open`; npos when it is none, and the brace means itself.
std::size_t end_of_name(std::string_view text, std::size_t open) {
  std::size_t at = open + 1;
  while (at < text.size() && is_placeholder_char(text[at])) ++at;
  return at > open + 1 && at < text.size() && text[at] == '}' ? at : std::string_view::npos;
}

std::string as_is(std::string_view text) {
  return std::string(text);
}

const json::value* argument(const json::object& arguments, std::string_view name) {
  const json::value* value = arguments.if_contains(name);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

}  // namespace

bool is_placeholder_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.';
}

std::pair<std::size_t, std::size_t> find_placeholder(std::string_view text, std::size_t from) {
  for (std::size_t open = from; (open = text.find('{', open)) != std::string_view::npos; ++open) {
    const std::size_t end = end_of_name(text, open);
    if (end != std::string_view::npos) return {open, end};
  }
  return {std::string_view::npos, std::string_view::npos};
}

std::string argument_text(const json::value& value) {
  if (value.is_double()) {  // 1.5, where JSON may as well say 1.5E0
    char digits[64];
    const auto written = std::to_chars(digits, digits + sizeof digits, value.get_double());
    return {digits, written.ptr};
  }
  return value.is_string() ? std::string(value.get_string()) : to_json(value);
}

std::optional<std::string> fill_text(std::string_view text, const json::object& arguments,
                                     std::string (*encode)(std::string_view)) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '{' ? end_of_name(text, at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += text[at++];
      continue;
    }
    const json::value* value = argument(arguments, text.substr(at + 1, end - at - 1));
    if (value == nullptr) return std::nullopt;
    out += encode(argument_text(*value));
    at = end + 1;
  }
  return out;
}

Result<std::string> fill_path(std::string_view path, const json::object& arguments) {
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = path[at] == '{' ? end_of_name(path, at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += path[at++];
      continue;
    }
    const std::string name(path.substr(at + 1, end - at - 1));
    const json::value* value = argument(arguments, name);
    const std::string text = value == nullptr ? std::string() : argument_text(*value);
    if (text.empty())
      return fail(ErrorCode::kInvalidArgument, "\"" + name + "\" must be given: it is part of the address.");
    if (text == "." || text == "..") {
      return fail(ErrorCode::kInvalidArgument,
                  "\"" + name + "\" cannot be \"" + text + "\": it is part of the address.");
    }
    out += percent_encode(text);
    at = end + 1;
  }
  return out;
}

std::optional<json::value> fill_json(const json::value& node, const json::object& arguments) {
  if (node.is_string()) {
    const std::string_view text = node.get_string();
    if (text.starts_with('{') && end_of_name(text, 0) == text.size() - 1) {
      const json::value* value = argument(arguments, text.substr(1, text.size() - 2));
      if (value == nullptr) return std::nullopt;
      return *value;
    }
    auto filled = fill_text(text, arguments, as_is);
    if (!filled) return std::nullopt;
    return json::value(*filled);
  }
  if (node.is_object()) {
    json::object out;
    for (const auto& member : node.get_object()) {
      if (auto value = fill_json(member.value(), arguments)) out[member.key()] = std::move(*value);
    }
    return json::value(std::move(out));
  }
  if (node.is_array()) {
    json::array out;
    for (const auto& item : node.get_array()) {
      if (auto value = fill_json(item, arguments)) out.push_back(std::move(*value));
    }
    return json::value(std::move(out));
  }
  return node;
}

json::object with_defaults(const json::object& schema, json::object arguments) {
  const auto* properties = schema.if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return arguments;
  for (const auto& member : properties->get_object()) {
    const auto* property = member.value().if_object();
    const auto* value = property == nullptr ? nullptr : property->if_contains("default");
    if (value != nullptr && !arguments.contains(member.key())) arguments[member.key()] = *value;
  }
  return arguments;
}

const json::value* at_pointer(const json::value& value, std::string_view pointer) {
  const json::value* at = &value;
  while (at != nullptr && !pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    const auto next = pointer.find('/', 1);
    std::string key;
    for (const std::string_view part = pointer.substr(1, next == std::string_view::npos ? next : next - 1);
         const char c : part) {
      key += c;
    }
    for (std::size_t tilde = 0; (tilde = key.find('~', tilde)) != std::string::npos; ++tilde) {
      if (tilde + 1 < key.size()) key.replace(tilde, 2, key[tilde + 1] == '1' ? "/" : "~");
    }
    pointer = next == std::string_view::npos ? std::string_view() : pointer.substr(next);
    if (at->is_object()) {
      at = at->get_object().if_contains(key);
    } else if (at->is_array()) {
      std::size_t index = 0;
      const auto parsed = std::from_chars(key.data(), key.data() + key.size(), index);
      const bool good = parsed.ec == std::errc() && parsed.ptr == key.data() + key.size();
      at = good && index < at->get_array().size() ? &at->get_array()[index] : nullptr;
    } else {
      at = nullptr;
    }
  }
  return at;
}

}  // namespace wick
