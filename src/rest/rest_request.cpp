#include "rest/rest_request.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/media_type.h"
#include "base/text.h"
#include "base/url.h"
#include "connectors/connector_config.h"
#include "crypto/random.h"
#include "http/field.h"
#include "rest/template_text.h"

namespace wick {
namespace {

constexpr std::array<std::string_view, 6> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};

// The server of the operation. The request carries the connector's secret, so an operation leaves the origin of
// the base URL only for a server that an admin has entered in the settings.
Result<std::string> server_of(const json::object& config, const json::object& rest) {
  const std::string base = text_or_empty(config, "base_url");
  const std::string own = text_or_empty(rest, "server");
  if (own.empty()) return base;
  const auto origin = url_origin(own);
  bool allowed = origin && origin == url_origin(base);
  if (const auto* servers = config.if_contains("servers"); servers != nullptr && servers->is_array()) {
    for (const auto& server : servers->get_array())
      allowed = allowed || (origin && url_origin(plain_text(server)) == origin);
  }
  if (allowed) return own;
  return fail(ErrorCode::kForbidden, "This operation is served at " + origin.value_or(own) +
                                         ", which is not this connector's server. An admin can allow it: "
                                         "\"Other servers\" in the connector's settings.");
}

// --- bytes

// Removes the part before the data in "data:image/png;base64,iVBORw…".
std::string_view without_data_url(std::string_view text) {
  if (!to_lower_ascii(text.substr(0, 5)).starts_with("data:")) return text;
  const std::string_view head = text.substr(0, std::min(text.find(','), text.size()));
  return head.size() < text.size() && head.ends_with(";base64") ? text.substr(head.size() + 1) : text;
}

Result<std::string> bytes_of_base64(const std::string& name, std::string_view text) {
  text = trim(without_data_url(trim(text)));
  std::string plain;
  plain.reserve(text.size());
  std::size_t padding = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                        c == '+' || c == '/' || c == '-' || c == '_';
    if (c == '=' && padding < 2) {
      ++padding;
      continue;
    }
    if (!letter || padding > 0) {
      return invalid("\"" + name + "\" must be base64 (RFC 4648): the character at position " +
                     std::to_string(i + 1) + " is not allowed.");
    }
    plain += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  auto bytes = from_base64url(plain);
  const bool whole = bytes && (padding == 0 || (plain.size() + padding) % 4 == 0);
  if (!whole) {
    return invalid("\"" + name + "\" must be base64 (RFC 4648): its " + std::to_string(plain.size()) +
                   " characters are not a whole number of bytes.");
  }
  return std::move(*bytes);
}

// --- multipart/form-data

struct Part {
  std::string name, content, content_type;
  std::optional<std::string> filename;
};

Result<Part> file_part(const std::string& field, const std::string& argument, const json::value& value,
                       const std::string& content_type) {
  Part part{field, "", content_type, field};
  if (part.content_type.empty()) part.content_type = "application/octet-stream";
  if (value.is_string()) {
    WICK_TRY(bytes, bytes_of_base64(argument, std::string_view(value.get_string())));
    part.content = std::move(bytes);
    return part;
  }
  const auto* file = value.if_object();
  const bool has_text = file != nullptr && file->contains("text");
  if (file == nullptr || has_text == file->contains("base64")) {
    return invalid("\"" + argument +
                   "\" must be a file: {\"base64\": …} or {\"text\": …}, with \"filename\" if needed.");
  }
  if (has_text) {
    if (content_type.empty()) part.content_type = "text/plain";
    part.content = text_or_empty(*file, "text");
  } else {
    WICK_TRY(bytes, bytes_of_base64(argument + ".base64", text_or_empty(*file, "base64")));
    part.content = std::move(bytes);
  }
  if (const std::string name = text_or_empty(*file, "filename"); !name.empty()) part.filename = name;
  if (const std::string type = text_or_empty(*file, "content_type"); !type.empty()) {
    if (!parse_media_type(type) || !http::is_field_value(type))
      return invalid("\"" + argument + ".content_type\" must be a media type, for example image/png.");
    part.content_type = type;
  }
  return part;
}

// A field whose template is {"content", "content_type"} and may have "headers".
const json::object* part_template(const json::value& field) {
  const auto* object = field.if_object();
  if (object == nullptr || !object->contains("content") || text_or_empty(*object, "content_type").empty())
    return nullptr;
  return object->size() == 2 + std::size_t(object_or_null(*object, "headers") != nullptr) ? object : nullptr;
}

// RFC 7578 with the escapes of the HTML standard ("multipart/form-data encoding algorithm"), as browsers and
// curl write it.
class Multipart {
 public:
  Multipart(const json::object& arguments, std::string boundary)
      : arguments_(arguments), boundary_(std::move(boundary)) {}

  Result<std::string> write(const json::value& fields) {
    if (!fields.is_object()) {  // one argument with all fields
      const auto filled = fill_json(fields, arguments_);
      if (!filled || !filled->is_object())
        return invalid("The fields of the request body must be a JSON object.");
      const bool has_files = fields.is_string() && bytes_placeholder(fields.get_string()).has_value();
      for (const auto& member : filled->get_object()) {
        if (!has_files) {
          write_value(member.key(), member.value(), {});
        } else if (auto done = write_any(member.key(), member.value()); !done) {
          return fail(std::move(done.error()));
        }
      }
    } else {
      for (const auto& member : fields.get_object())
        if (auto done = write_field(member.key(), member.value(), {}); !done)
          return fail(std::move(done.error()));
    }
    return std::move(out_) + "--" + boundary_ + "--\r\n";
  }

 private:
  // The properties of a part other than its content.
  struct Head {
    std::string content_type;
    const json::object* headers = nullptr;
  };

  Result<void> write_field(const std::string& name, const json::value& field, const Head& head) {
    if (const auto* part = part_template(field); part != nullptr && head.content_type.empty())
      return write_field(name, part->at("content"),
                         {text_or_empty(*part, "content_type"), object_or_null(*part, "headers")});
    if (const auto* fields = field.if_array()) {
      for (const auto& each : *fields)
        if (auto done = write_field(name, each, head); !done) return done;
      return {};
    }
    const std::string_view text = field.is_string() ? std::string_view(field.get_string()) : "";
    if (is_fields_placeholder(text)) {
      for (const std::string& each : fill_fields(name, text, arguments_)) {
        const auto equals = each.find('=');
        write_part({percent_decode(each.substr(0, equals)).value_or(""),
                    percent_decode(each.substr(equals + 1)).value_or(""), head.content_type, std::nullopt},
                   head);
      }
      return {};
    }
    const auto file = bytes_placeholder(text);
    if (!file) {
      if (const auto filled = fill_json(field, arguments_)) write_value(name, *filled, head);
      return {};
    }
    const json::value* value = arguments_.if_contains(*file);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_array()) return write_file(name, *file, *value, head);
    for (const auto& item : value->get_array()) WICK_CHECK(write_file(name, *file, item, head));
    return {};
  }

  Result<void> write_file(const std::string& name, std::string_view argument, const json::value& value,
                          const Head& head) {
    WICK_TRY(part, file_part(name, std::string(argument), value, head.content_type));
    write_part(part, head);
    return {};
  }

  // A file if the value looks like one, or a list of such values.
  Result<void> write_any(const std::string& name, const json::value& value) {
    if (const auto* list = value.if_array()) {
      for (const auto& item : *list)
        if (auto done = write_any(name, item); !done) return done;
      return {};
    }
    if (is_file_value(value)) return write_file(name, name, value, {});
    write_value(name, value, {});
    return {};
  }

  static bool is_file_value(const json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr || object->contains("base64") == object->contains("text")) return false;
    return std::all_of(object->begin(), object->end(), [](const auto& member) {
      const std::string_view key = member.key();
      return key == "base64" || key == "text" || key == "filename" || key == "content_type";
    });
  }

  // A list is sent as one field per item; values other than text are JSON (OpenAPI, "Encoding Object").
  void write_value(const std::string& name, const json::value& value, const Head& head) {
    if (value.is_array()) {
      for (const auto& item : value.get_array()) write_item(name, item, head);
    } else {
      write_item(name, value, head);
    }
  }

  void write_item(const std::string& name, const json::value& value, const Head& head) {
    const bool is_json = head.content_type.empty() && value.is_structured();
    write_part({name, plain_text(value), is_json ? "application/json" : head.content_type, std::nullopt},
               head);
  }

  void write_part(const Part& part, const Head& head) {
    out_ += "--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"" + quoted(part.name) + "\"";
    if (part.filename) out_ += "; filename=\"" + quoted(*part.filename) + "\"";
    if (!part.content_type.empty()) out_ += "\r\nContent-Type: " + part.content_type;
    if (head.headers != nullptr) {
      for (const auto& member : *head.headers)
        out_.append("\r\n").append(member.key()).append(": ").append(plain_text(member.value()));
    }
    out_ += "\r\n\r\n" + part.content + "\r\n";
  }

  static std::string quoted(std::string name) {
    replace_all(name, "\r", "%0D");
    replace_all(name, "\n", "%0A");
    replace_all(name, "\"", "%22");
    return name;
  }

  const json::object& arguments_;
  const std::string boundary_;
  std::string out_;
};

// --- bodies

Result<std::string> form_body(const std::string& body, const json::object& arguments) {
  std::vector<std::string> fields;
  const auto tree = body.starts_with('{') ? parse_json(body) : Result<json::value>(nullptr);
  if (tree && tree->is_object()) {
    // A form without fields is an empty body, which is sent.
    for (const auto& member : tree->get_object()) {
      for (std::string& field : fill_fields(member.key(), plain_text(member.value()), arguments))
        fields.push_back(std::move(field));
    }
  } else if (const auto [open, end] = find_placeholder(body, 0);
             open == 0 && end + 1 == body.size() && body.ends_with("*}")) {
    const auto* value = arguments.if_contains(std::string_view(body).substr(1, body.size() - 3));
    if (value == nullptr || !value->is_object()) return invalid("The form must be given as an object.");
    fields = fields_of(value->get_object());
  } else {
    auto filled = fill_text(body, arguments, percent_encode);
    if (!filled) return invalid("An argument that the request body needs is missing.");
    return std::move(*filled);
  }
  std::string out;
  for (const std::string& field : fields) out += (out.empty() ? "" : "&") + field;
  return out;
}

Result<std::string> text_body(const std::string& body, const json::object& arguments) {
  if (const auto name = bytes_placeholder(body)) {
    const auto* value = arguments.if_contains(*name);
    if (value == nullptr || !value->is_string())
      return invalid("\"" + std::string(*name) + "\" must be given: it is the request body, in base64.");
    return bytes_of_base64(std::string(*name), std::string_view(value->get_string()));
  }
  auto filled = fill_text(body, arguments, unescaped);
  if (!filled) return invalid("An argument that the request body needs is missing.");
  return std::move(*filled);
}

Result<std::string> json_body(const std::string& body, const json::object& arguments) {
  WICK_TRY(tree, parse_json(body));
  const auto filled = fill_json(tree, arguments);
  if (!filled) return invalid("An argument that the request body consists of is missing.");
  return to_json(*filled);
}

// Whether the body is one argument and that argument is absent: then there is no body.
bool is_absent(std::string_view body, const json::object& arguments) {
  if (body.size() > 2 && body.starts_with('"') && body.ends_with('"')) body = body.substr(1, body.size() - 2);
  const auto [open, end] = find_placeholder(body, 0);
  if (open != 0 || end + 1 != body.size()) return false;
  std::size_t size = 0;
  while (is_placeholder_char(body[size + 1])) ++size;
  const auto* value = arguments.if_contains(body.substr(1, size));
  return value == nullptr || (value->is_null() && !body.ends_with("!}"));
}

Result<void> add_body(http::ClientRequest& request, const json::object& rest, const json::object& arguments) {
  const std::string body = text_or_empty(rest, "body");
  if (body.empty() || is_absent(body, arguments)) return {};
  std::string type = text_or_empty(rest, "content_type");
  if (type.empty()) type = "application/json";
  const BodyKind kind = body_kind(type);
  request.has_body = true;
  if (kind == BodyKind::kMultipart) {
    const std::string boundary = "wick" + random_hex(16);
    WICK_TRY(tree, parse_json(body));
    WICK_TRY(text, Multipart(arguments, boundary).write(tree));
    request.body = std::move(text);
    type = "multipart/form-data; boundary=" + boundary;
  } else {
    WICK_TRY(text, kind == BodyKind::kJson   ? json_body(body, arguments)
                   : kind == BodyKind::kForm ? form_body(body, arguments)
                                             : text_body(body, arguments));
    request.body = std::move(text);
  }
  if (find_placeholder(type, 0).first != std::string::npos) {
    auto filled = fill_text(type, arguments, unescaped);
    if (!filled || !parse_media_type(*filled) || !http::is_field_value(*filled))
      return invalid("The content type of the request body must be a media type, for example image/png.");
    type = std::move(*filled);
  }
  request.headers.emplace_back("Content-Type", type);
  return {};
}

Result<void> add_url(http::ClientRequest& request, const json::object& config, const json::object& rest,
                     const json::object& arguments) {
  WICK_TRY(path, fill_path(text_or_empty(rest, "path"), arguments));
  WICK_TRY(server, server_of(config, rest));
  request.url = std::move(server);
  while (request.url.ends_with('/')) request.url.pop_back();
  if (!path.empty() && !path.starts_with('/')) request.url += '/';
  request.url += path;
  char separator = request.url.find('?') == std::string::npos ? '?' : '&';
  const auto* query = object_or_null(rest, "query");
  if (query == nullptr) return {};
  for (const auto& member : *query) {
    for (const std::string& field : fill_fields(member.key(), plain_text(member.value()), arguments)) {
      request.url += separator + field;
      separator = '&';
    }
  }
  return {};
}

void add_headers(http::ClientRequest& request, const json::object& config, const json::object& rest,
                 const json::object& arguments) {
  if (const auto* lines = config.if_contains("headers"); lines != nullptr && lines->is_array()) {
    for (const auto& line : lines->get_array()) {
      auto header = http::parse_field_line(plain_text(line));
      if (header) request.headers.push_back(std::move(*header));
    }
  }
  const auto* headers = object_or_null(rest, "headers");
  if (headers == nullptr) return;
  for (const auto& member : *headers) {
    const auto value = fill_text(plain_text(member.value()), arguments, unescaped);
    if (value) request.headers.emplace_back(member.key(), *value);
  }
}

Result<void> check_headers(const json::object& headers) {
  for (const auto& member : headers) {
    if (!http::is_field_name(member.key()) || !http::is_field_value(plain_text(member.value())))
      return invalid("\"" + std::string(member.key()) + "\" is not a header that can be sent.");
  }
  return {};
}

Result<void> check_body(const json::object& rest) {
  const std::string body = text_or_empty(rest, "body");
  const std::string type = text_or_empty(rest, "content_type");
  if (!http::is_field_value(type)) return invalid("The content type has a control character.");
  if (body.empty()) return {};
  const BodyKind kind = body_kind(type);
  if (kind != BodyKind::kJson && kind != BodyKind::kMultipart) return {};
  const auto tree = parse_json(body);
  if (kind == BodyKind::kJson) {
    if (tree) return {};
    return invalid("The body template must be JSON in which \"{name}\" stands for an argument. " +
                   tree.error().message);
  }
  if (!tree || !(tree->is_object() || tree->is_string())) {
    return invalid(
        "The body template of multipart/form-data must be a JSON object: its members are the fields.");
  }
  if (!tree->is_object()) return {};
  for (const auto& field : tree->get_object()) {
    const auto* part = part_template(field.value());
    const auto* part_headers = part == nullptr ? nullptr : object_or_null(*part, "headers");
    if (part != nullptr && !http::is_field_value(text_or_empty(*part, "content_type")))
      return invalid("The content type of the field \"" + std::string(field.key()) + "\" cannot be sent.");
    if (part_headers == nullptr) continue;
    if (auto sound = check_headers(*part_headers); !sound) return sound;
  }
  return {};
}

}  // namespace

BodyKind body_kind(std::string_view content_type) {
  if (trim(content_type).empty()) return BodyKind::kJson;
  const auto media = parse_media_type(content_type);
  if (!media) return BodyKind::kText;
  if (is_json(*media)) return BodyKind::kJson;
  const std::string essence = media->essence();
  return essence == "application/x-www-form-urlencoded" ? BodyKind::kForm
         : essence == "multipart/form-data"             ? BodyKind::kMultipart
                                                        : BodyKind::kText;
}

json::object file_schema() {
  json::object properties;
  const auto add = [&](const char* name, const char* description) {
    properties[name] = json::object{{"type", "string"}, {"description", description}};
  };
  add("base64", "The file's bytes in base64.");
  add("text", "Instead of base64, the content of a text file.");
  add("filename", "With its extension, for example report.pdf.");
  add("content_type", "For example image/png.");
  json::object schema;
  schema["type"] = "object";
  schema["properties"] = std::move(properties);
  schema["additionalProperties"] = false;
  return schema;
}

Result<void> check_rest_request(const json::object& rest) {
  const std::string method = text_or_empty(rest, "method");
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end())
    return invalid("The method must be GET, POST, PUT, PATCH, DELETE or HEAD.");
  const std::string path = text_or_empty(rest, "path");
  if (path.find_first_of(" \t\r\n\\#") != std::string::npos || has_dot_segment(path) ||
      path.find("://") != std::string::npos) {
    return invalid("The path must be a path of the API, for example /issues/{id}.");
  }
  if (const std::string server = text_or_empty(rest, "server"); !server.empty()) {
    WICK_CHECK(check_http_url(server, "\"server\" must begin with http:// or https:// and name a host."));
  }
  for (const char* field : {"query", "headers"}) {
    const auto* value = rest.if_contains(field);
    if (value != nullptr && !value->is_object())
      return invalid("\"" + std::string(field) + "\" must be an object of names and templates.");
  }
  if (const auto* headers = object_or_null(rest, "headers")) {
    if (auto sound = check_headers(*headers); !sound) return sound;
  }
  return check_body(rest);
}

Result<http::ClientRequest> make_rest_request(const json::object& config, const json::object& rest,
                                              const json::object& arguments) {
  WICK_CHECK(check_filled_size(rest, arguments));
  http::ClientRequest request;
  request.method = text_or_empty(rest, "method");
  WICK_CHECK(add_url(request, config, rest, arguments));
  add_headers(request, config, rest, arguments);
  WICK_CHECK(add_body(request, rest, arguments));
  request.timeout = std::chrono::seconds(
      positive_int_or(config, "timeout_seconds", kDefaultRestTimeout.count(), kMaxRestTimeout.count()));
  request.max_response_bytes = std::size_t(
      positive_int_or(rest, "max_bytes",
                      positive_int_or(config, "max_bytes", kDefaultRestResponseBytes, kMaxRestResponseBytes),
                      kMaxRestResponseBytes));
  request.follow_redirects = bool_or_false(config, "follow_redirects");
  request.allow_private_addresses = bool_or_false(config, "allow_private_addresses");
  return request;
}

}  // namespace wick
