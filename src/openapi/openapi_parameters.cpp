// The parameters of an operation as arguments and as places in its path, query and headers.
#include <optional>
#include <set>

#include "base/json.h"
#include "base/media_type.h"
#include "base/text.h"
#include "http/field.h"
#include "openapi/openapi_document.h"
#include "openapi/openapi_operation.h"
#include "rest/template_text.h"

namespace wick::openapi {
namespace {

// The placeholder if `text` is a single "{name}".
std::optional<std::string_view> whole_name(std::string_view text) {
  if (text.size() < 3 || !text.starts_with('{') || text.find('}') != text.size() - 1) return std::nullopt;
  return text.substr(1, text.size() - 2);
}

// The name between the braces without the notation of frameworks: {+path}, {proxy+}, {name=projects/*},
// {id:[0-9]+}.
std::string_view bare_name(std::string_view written) {
  written = trim(written.substr(0, written.find_first_of("=:")));
  if (written.starts_with('+')) written.remove_prefix(1);
  while (written.ends_with('+') || written.ends_with('*')) written.remove_suffix(1);
  return written;
}

// Whether the placeholder accepts several segments.
bool is_greedy(std::string_view written) {
  const auto pattern = written.find('=');
  return written.starts_with('+') || written.ends_with('+') || written.ends_with('*') ||
         (pattern != std::string_view::npos && written.find('*', pattern) != std::string_view::npos);
}

std::string written_out(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = static_cast<unsigned char>(c) < 0x80 && c != '{' && c != '}' && c != ' ';
    out += plain ? std::string(1, c) : percent_encode(std::string_view(&c, 1));
  }
  return out;
}

}  // namespace

std::string delimiter_of(std::string_view style) {
  return style == "spaceDelimited"  ? "%20"
         : style == "pipeDelimited" ? "%7C"
         : style == "tabDelimited"  ? "%09"
                                    : "";
}

std::string with_plain_query(std::string_view path) {
  std::string out;
  for (;;) {
    const auto open = std::min(path.find("{?"), path.find("{&"));
    const auto close = open == std::string_view::npos ? open : path.find('}', open);
    out += path.substr(0, close == std::string_view::npos ? close : open);
    if (close == std::string_view::npos) return out;
    for (std::string_view name : split(path.substr(open + 2, close - open - 2), ',')) {
      if (name.ends_with('*')) name.remove_suffix(1);
      out += out.find('?') == std::string::npos ? "?" : "&";
      out += std::string(name) + "={" + std::string(name) + "}";
    }
    path.remove_prefix(close + 1);
  }
}

void OperationBuilder::add_parameters(const json::object& item, const json::object& operation) {
  // Parameters of the operation replace those of the path with the same name and place.
  std::vector<std::pair<std::string, const json::object*>> all;
  for (const json::object* holder : {&item, &operation}) {
    const auto* list = array_of(*holder, "parameters");
    if (list == nullptr) continue;
    if (list->size() > kMaxArguments)
      return mark_not_importable("It has more than " + std::to_string(kMaxArguments) + " parameters.");
    for (const auto& entry : *list) {
      std::string reason;
      const auto* node = references_.follow(entry, reason);
      const auto* parameter = node == nullptr ? nullptr : node->if_object();
      if (parameter == nullptr) {
        mark_not_importable(reason.empty() ? "A parameter is not an object."
                                           : "A parameter cannot be read. " + reason);
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
    return mark_not_importable("It has more than " + std::to_string(kMaxArguments) + " parameters.");
  for (const auto& [id, parameter] : all) add_parameter(*parameter);
}

void OperationBuilder::add_parameter(const json::object& parameter) {
  const std::string name = text_or_empty(parameter, "name");
  const std::string place = text_or_empty(parameter, "in");
  if (name.empty()) return mark_not_importable("A parameter has no name.");
  const std::string lower = to_lower_ascii(name);
  if (place == "header" && (lower == "accept" || lower == "content-type" || lower == "authorization")) return;
  const bool fixed = std::any_of(path_query_.begin(), path_query_.end(), [&](const auto& pair) {
    return pair.first == name && !pair.second.empty() && pair.second.find('{') == std::string::npos;
  });
  if (place == "query" && fixed) return;  // the path has the value
  Argument argument;
  argument.required = place == "path" || bool_or_false(parameter, "required");
  bool is_json = false;
  const json::value anything = json::object();
  const json::value* schema = parameter.if_contains("schema");
  if (schema == nullptr) {
    if (const auto* content = object_or_null(parameter, "content"); content != nullptr && !content->empty()) {
      const auto* media = content->begin()->value().if_object();
      schema = media == nullptr ? nullptr : media->if_contains("schema");
      is_json = is_json_type(content->begin()->key());
    }
  }
  argument.schema = converter_.convert(schema == nullptr ? anything : *schema);
  if (const std::string text = first_paragraph(text_of(parameter, "description"), kMaxNestedDescriptionBytes);
      !text.empty()) {
    const std::string own = text_or_empty(argument.schema, "description");
    const auto pattern = own.find("Must match ");
    argument.schema["description"] = pattern == std::string::npos ? text : text + " " + own.substr(pattern);
  }
  if (bool_or_false(parameter, "deprecated")) argument.schema["deprecated"] = true;
  std::string style = text_or_empty(parameter, "style");
  if (style.empty()) style = place == "query" || place == "cookie" ? "form" : "simple";
  const auto* exploded = parameter.if_contains("explode");
  const bool explode = exploded != nullptr && exploded->is_bool() ? exploded->get_bool() : style == "form";
  if (place == "path") {
    add_path_parameter(name, style, explode, std::move(argument));
  } else if (place == "header") {
    add_header(name, explode, std::move(argument));
  } else if (place == "query") {
    add_query(name, style, explode, is_json, std::move(argument));
  } else if (place == "cookie" && argument.required && http::is_field_name(name)) {
    add_cookie(name, std::move(argument));
  } else if (place == "querystring" && has_type(argument.schema, {"object"})) {
    add_query(name, "form", true, false,
              std::move(argument));  // OpenAPI 3.2: its members are all of the query
  } else {
    const std::string reason = place == "cookie"
                                   ? "The cookie \"" + shown(name) + "\" cannot be sent."
                                   : "The parameter \"" + shown(name) + "\" has an unknown location.";
    if (argument.required) return mark_not_importable(reason);
    warnings_.add(reason);
  }
}

void OperationBuilder::add_header(const std::string& name, bool explode, Argument argument) {
  const bool sendable = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  if (!sendable) {
    const std::string reason = "The header \"" + shown(name) + "\" cannot be sent.";
    return argument.required ? mark_not_importable(reason) : warnings_.add(reason);
  }
  const char* end = is_scalar(argument.schema)                                 ? "}"
                    : explode && has_type(argument.schema, {"object", "null"}) ? "*,}"
                                                                               : ",}";
  headers_[name] = "{" + add(std::move(argument), name, "header") + end;
}

void OperationBuilder::add_query(const std::string& name, const std::string& style, bool explode,
                                 bool is_json, Argument argument) {
  const bool scalar = is_scalar(argument.schema);
  std::string mark;
  if (scalar || is_json) {
    mark = "";
  } else if (style == "deepObject") {
    mark = "[]";
  } else if (explode) {
    mark = "*";
  } else if (const std::string delimiter = delimiter_of(style); !delimiter.empty()) {
    mark = "," + delimiter;
  } else {
    mark = ",";
  }
  query_[name] = "{" + add(std::move(argument), name, "query") + mark + "}";
}

// RFC 6265 §4.2.1: all cookies form one header. Optional ones would remove the header if they are absent, so
// only required ones are supported.
void OperationBuilder::add_cookie(const std::string& name, Argument argument) {
  const char* end = is_scalar(argument.schema) ? "}" : ",}";
  const std::string before = text_or_empty(headers_, "Cookie");
  headers_["Cookie"] =
      before + (before.empty() ? "" : "; ") + name + "={" + add(std::move(argument), name, "cookie") + end;
}

// RFC 6570 §3.2, as OpenAPI's "Style Values" refer to it.
void OperationBuilder::add_path_parameter(const std::string& name, const std::string& style, bool explode,
                                          Argument argument) {
  if (style != "simple" && style != "label" && style != "matrix") {
    return mark_not_importable("The path parameter \"" + shown(name) + "\" has the style \"" + shown(style) +
                               "\", which cannot be sent.");
  }
  const bool scalar = is_scalar(argument.schema);
  const bool object = !scalar && has_type(argument.schema, {"object", "null"});
  const std::string field = percent_encode(name) + "=";
  std::string before = style == "label" ? "." : style == "matrix" ? ";" : "";
  std::string mark = scalar ? "" : ",";
  if (!scalar && explode) {
    mark = style == "label"              ? "*."
           : style == "matrix" && object ? "*;"
           : style == "matrix"           ? "*;" + field
           : object                      ? "*,"
                                         : ",";
  }
  if (style == "matrix" && !(explode && object)) before += field;
  if (before.size() > 150)
    return mark_not_importable("The name of the path parameter \"" + shown(name) +
                               "\" is too long to be sent.");
  const std::string used = add(std::move(argument), name, "path");
  path_slots_.emplace_back(name, before + "{" + used + mark + "}");
}

// The template for "{written}".
std::string OperationBuilder::path_slot(std::string_view written) {
  std::string name(written);
  const auto find = [&] {
    return std::find_if(path_slots_.begin(), path_slots_.end(),
                        [&](const auto& each) { return each.first == name; });
  };
  auto slot = find();
  if (slot == path_slots_.end() && !bare_name(written).empty()) {
    name = bare_name(written);
    slot = find();
  }
  if (slot == path_slots_.end()) {
    slot = std::find_if(path_slots_.begin(), path_slots_.end(),
                        [&](const auto& each) { return equals_ignoring_case(each.first, name); });
    if (slot != path_slots_.end()) name = slot->first;
  }
  if (slot == path_slots_.end()) {
    warnings_.add("The path parameter \"" + shown(name) + "\" is not described: it is taken as a text.");
    Argument argument;
    argument.schema["type"] = "string";
    argument.required = true;
    const std::string made = add(std::move(argument), name, "path");
    path_slots_.emplace_back(name, "{" + made + "}");
    slot = path_slots_.end() - 1;
  }
  used_slots_.insert(name);
  std::string text = slot->second;
  if (is_greedy(written) && name != written && text.ends_with('}') &&
      is_placeholder_char(text[text.size() - 2]))
    text.insert(text.size() - 1, "+");
  return text;
}

void OperationBuilder::read_path_query(std::string_view query) {
  if (query.starts_with('?')) query.remove_prefix(1);
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    path_query_.emplace_back(pair.substr(0, equals), pair.substr(equals));
  }
}

// The part of the path after its question mark: fixed fields stay, "name={name}" is a parameter.
void OperationBuilder::fill_path_query() {
  char separator = '?';
  for (const auto& [name, rest] : path_query_) {
    const auto open = whole_name(rest.starts_with('=') ? std::string_view(rest).substr(1) : "");
    if (open && query_.contains(name)) continue;
    if (open && query_.contains(*open)) {
      json::value moved = query_.at(*open);
      query_.erase(*open);
      query_[name] = std::move(moved);
    } else if (open) {
      query_[name] = path_slot(*open);
    } else {
      path_ += separator + written_out(name) + fill_slots(rest);
      separator = '&';
    }
  }
}

std::string OperationBuilder::fill_slots(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text[at] == '{' ? text.find('}', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      const auto next = std::min(text.find('{', at + 1), text.size());
      out += written_out(text.substr(at, next - at));
      at = next;
    } else {
      out += path_slot(text.substr(at + 1, end - at - 1));
      at = end + 1;
    }
  }
  return out;
}

void OperationBuilder::fill_path(std::string_view path) {
  path_ = fill_slots(path);
  if (!path_.starts_with('/')) path_.insert(0, 1, '/');
  fill_path_query();
  for (const auto& [name, slot] : path_slots_) {
    if (!used_slots_.contains(name))
      mark_not_importable("The path parameter \"" + shown(name) + "\" is not in the path.");
  }
  if (has_dot_segment(path_) || path_.find("://") != std::string::npos ||
      path_.find_first_of(" \t\r\n\\") != std::string::npos || !is_valid_utf8(path) ||
      printable(path) != path)
    mark_not_importable("The path leads somewhere else or has characters that cannot be sent.");
}

}  // namespace wick::openapi
