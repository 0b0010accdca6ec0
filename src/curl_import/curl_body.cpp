// The body of a command as a template: JSON, a form, multipart/form-data or a text.
#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "base/json.h"
#include "base/media_type.h"
#include "base/text.h"
#include "curl_import/curl_form.h"
#include "curl_import/curl_proposal_parts.h"
#include "curl_import/example_schema.h"
#include "curl_import/shell_words.h"
#include "redaction/request_guess.h"
#include "rest/rest_request.h"
#include "rest/template_text.h"

namespace wick::curl {
namespace {

// {"n": $COUNT} is JSON only with quotes around the variable.
std::string quote_variables(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (!quoted && rest.starts_with(kVariableOpen)) {
      const auto close = rest.find(kVariableClose);
      if (close != std::string_view::npos) {
        out += '"';
        out += rest.substr(0, close + kVariableClose.size());
        out += '"';
        i += close + kVariableClose.size() - 1;
        continue;
      }
    }
    if (quoted && text[i] == '\\' && i + 1 < text.size()) {
      out += text[i++];
    } else if (text[i] == '"') {
      quoted = !quoted;
    }
    out += text[i];
  }
  return out;
}

// White space has no meaning in GraphQL; without spaces "{id}" would be a parameter.
std::string spaced(std::string document) {
  for (;;) {
    const auto [open, end] = find_placeholder(document, 0);
    if (open == std::string::npos) return document;
    document.insert(end, " ");
    document.insert(open + 1, " ");
  }
}

// A JSON body with parameters for its values. A list is one value, unless it contains a variable.
class JsonTemplate {
 public:
  JsonTemplate(json::value body, Parameters& parameters) : body_(std::move(body)), parameters_(parameters) {}

  std::string make() {
    graphql_ = body_.is_object() && body_.get_object().contains("query");
    fill(body_, "", "");
    return to_json(body_);
  }

 private:
  // `path` has the names that lead to the node; `key` is the last member name.
  void fill(json::value& node, const std::string& path, std::string_view key) {
    if (node.is_object() && !node.get_object().empty()) {
      for (auto& member : node.get_object()) {
        const std::string name(member.key());
        fill(member.value(), path.empty() ? name : path + "_" + name, name);
      }
    } else if (node.is_array() && has_variable(to_json(node))) {
      std::size_t index = 0;
      for (auto& item : node.get_array())
        fill(item, (path.empty() ? "item" : path) + "_" + std::to_string(++index), key);
    } else {
      const bool empty = node.is_object() || (node.is_array() && node.get_array().empty());
      if (!node.is_null() && !empty) fill_value(node, path, key);
    }
  }

  void fill_value(json::value& node, const std::string& path, std::string_view key) {
    const std::string text = is_text(node) ? std::string(std::string_view(node.get_string())) : std::string();
    const bool document = graphql_ && path == "query" && is_text(node);
    ParameterOptions options;
    options.in = "body";
    options.quoted = true;
    options.setting = guess::is_setting(key) || document;
    options.secret = guess::is_secret_field(key) && is_text(node);
    if (const auto open = parameters_.open_template(text, options)) {
      node = json::value(*open);
      return;
    }
    if (parameters_.keeps_fixed(node, options)) return;
    json::value value = std::move(node);
    if (document && text.find('"') == std::string::npos) value = json::value(spaced(text));
    const std::string name = !path.empty() ? path : value.is_array() ? "items" : "body";
    node = json::value(parameters_.add(name, value, options));
  }

  json::value body_;
  Parameters& parameters_;
  bool graphql_ = false;
};

std::string form_template(std::string_view body, Parameters& parameters) {
  std::string out;
  for (const Field& field : split_fields(body)) {
    if (!out.empty()) out += '&';
    out += has_placeholder(field.written) ? parameters.with_variables(field.name, "body", percent_encode)
                                          : parameters.with_variables(field.written, "body", as_is);
    if (!field.has_value) continue;
    ParameterOptions options;
    options.in = "body";
    options.setting = guess::is_setting(field.name);
    options.secret = guess::is_secret_field(field.name);
    options.encode = percent_encode;
    out += "=" + parameters.value_template(field.name, field.value, options);
  }
  return out;
}

// Whether the text may be form fields: influx,host=a value=1 and <a b="c"> are not. With a secret field it
// counts as a form, because only a form shows the name of the field.
bool is_form(std::string_view body) {
  bool is_plain = trim(body).find('\n') == std::string_view::npos;
  // A name with a space occurs next to other fields.
  const std::string_view odd = body.find('&') == std::string_view::npos ? " ,<>\"'`;(\\\t" : ",<>\"'`;(\\";
  for (const std::string_view field : split(body, '&')) {
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = field.substr(0, equals);
    if (guess::is_secret_field(trim(name))) return true;
    is_plain = is_plain && name.find_first_of(odd) == std::string_view::npos;
  }
  return is_plain;
}

std::string text_template(const std::string& body, Parameters& parameters) {
  if (has_variable(body) && !has_placeholder(body)) return parameters.with_variables(body, "body", as_is);
  ParameterOptions options;
  options.in = "body";
  return parameters.add("body", json::value(body), options);
}

// The value of name="…" in the head of a part; nullopt when there is none.
std::optional<std::string> disposition(std::string_view head, std::string_view name) {
  const std::string start = " " + std::string(name) + "=\"";
  const auto at = head.find(start);
  const auto close = at == std::string_view::npos ? at : head.find('"', at + start.size());
  if (close == std::string_view::npos) return std::nullopt;
  return std::string(head.substr(at + start.size(), close - at - start.size()));
}

// The body that a browser copies from a form: the parts as transmitted (RFC 7578).
Result<std::vector<CurlPart>> read_multipart(const std::string& text, const std::string& content_type) {
  const auto media = parse_media_type(content_type);
  const std::string boundary(media ? media->parameter("boundary").value_or("") : "");
  if (boundary.empty())
    return invalid("The Content-Type multipart/form-data has no boundary: use -F name=value for each field.");
  const std::string body = replaced(text, "\r\n", "\n");
  std::vector<CurlPart> parts;
  std::size_t at = body.find("--" + boundary);
  while (at != std::string::npos) {
    at += 2 + boundary.size();
    if (std::string_view(body).substr(at).starts_with("--")) return parts;
    const auto end = body.find("\n--" + boundary, at);
    const auto gap = body.find("\n\n", at);
    if (end == std::string::npos) break;
    if (gap == std::string::npos || gap > end) return invalid("A part of the multipart body has no content.");
    const std::string head = body.substr(at, gap - at);
    const auto name = disposition(head, "name");
    if (!name) return invalid("A part of the multipart body has no name.");
    CurlPart part;
    part.name = *name;
    if (const auto file = disposition(head, "filename")) {
      part.source = CurlPart::Source::kFile;
      if (!file->empty()) part.filename = file_name(*file);
    }
    if (const auto type = to_lower_ascii(head).find("\ncontent-type:"); type != std::string::npos)
      part.content_type =
          trim(std::string_view(head).substr(type + 14, head.find('\n', type + 1) - type - 14));
    if (!parse_media_type(part.content_type)) part.content_type.clear();
    if (part.source == CurlPart::Source::kCommand && end > gap + 2)
      part.content = body.substr(gap + 2, end - gap - 2);
    parts.push_back(std::move(part));
    at = end + 1;
  }
  return invalid("The multipart body does not end with its boundary.");
}

// The template of the content of one field.
std::string part_template(const CurlPart& part, bool is_list, Parameters& parameters) {
  if (part.source == CurlPart::Source::kFile) {
    json::object schema = file_schema();
    if (!part.filename.empty())
      schema["properties"].get_object()["filename"].get_object()["examples"] = json::array{part.filename};
    if (is_list) {
      json::object list;
      list["type"] = "array";
      list["items"] = std::move(schema);
      schema = std::move(list);
    }
    schema["description"] = is_list ? "A list of files, each with its bytes in base64 or its text."
                                    : "The file, with its bytes in base64 or its text.";
    return parameters.add_file(part.name, std::move(schema), "@", true);
  }
  if (part.source == CurlPart::Source::kTextOfFile) {
    json::object schema{{"type", "string"}, {"description", "The text that is in the file."}};
    return parameters.add_file(part.name, std::move(schema), "", true);
  }
  ParameterOptions options;
  options.in = "body";
  options.quoted = true;
  options.setting = guess::is_setting(part.name);
  options.secret = guess::is_secret_field(part.name);
  if (auto open = parameters.open_template(part.content, options)) return *open;
  const std::string plain = unmarked(part.content);
  if (parameters.keeps_fixed(json::value(plain), options)) return plain;
  // The text of a part with a type must not be rewritten.
  const bool as_text = options.secret || !part.content_type.empty();
  return parameters.add(part.name, as_text ? json::value(part.content) : value_of_text(part.content),
                        options);
}

json::value field_template(const CurlPart& part, bool is_list, Parameters& parameters) {
  json::value content(part_template(part, is_list, parameters));
  std::string type = part.content_type;
  // The type that curl guesses. A type in the argument takes precedence.
  if (type.empty() && part.source == CurlPart::Source::kFile) type = type_of_file(part.filename);
  if (type.empty() || has_variable(type)) return content;
  json::object typed;
  typed["content"] = std::move(content);
  typed["content_type"] = type;
  return typed;
}

// The fields as an object; repeated fields become a list.
Body multipart_body(const std::vector<CurlPart>& parts, Parameters& parameters, Warnings& warnings) {
  const auto is_file = [](const CurlPart& part) { return part.source == CurlPart::Source::kFile; };
  std::map<std::string_view, std::vector<const CurlPart*>> by_name;
  for (const CurlPart& part : parts) by_name[part.name].push_back(&part);
  json::object fields;
  for (const CurlPart& part : parts) {
    const std::string key = unmarked(part.name);
    const auto& same = by_name[part.name];
    const bool is_list = same.size() > 1 && std::all_of(same.begin(), same.end(),
                                                        [&](const auto* each) { return is_file(*each); });
    if (is_list && same.front() != &part) continue;  // one argument for all of them
    if (parameters.full() && part.source != CurlPart::Source::kCommand) {
      add_warning(warnings, "Only the first " + std::to_string(kMaxProposedParameters) +
                                " values are proposed as parameters; the files behind them are left out.");
      continue;
    }
    json::value field = field_template(part, is_list, parameters);
    auto* known = fields.if_contains(key);
    if (known == nullptr) {
      fields[key] = std::move(field);
    } else if (known->is_array()) {
      known->get_array().push_back(std::move(field));
    } else {
      json::value first = std::move(*known);
      *known = json::array{std::move(first), std::move(field)};
    }
  }
  return {to_json(fields), "multipart/form-data"};
}

// The argument for a body from a file.
Result<Body> file_body(const CurlCommand& command, std::string content_type, Parameters& parameters,
                       Warnings& warnings) {
  const std::string name = file_name(*command.body_file);
  const auto add = [&](json::value type, std::string about, std::string_view mark, bool quoted) {
    json::object schema;
    schema["type"] = std::move(type);
    schema["description"] = std::move(about);
    if (mark == "@") schema["contentEncoding"] = "base64";
    const std::string open = parameters.add_file("body", std::move(schema), mark, quoted);
    return Body{quoted ? "\"" + open + "\"" : open, content_type};
  };
  if (content_type.empty()) {
    content_type = type_of_file(name);
    // curl labels any body as a form.
    if (!command.is_binary && (content_type.empty() || content_type == "text/plain"))
      content_type = "application/x-www-form-urlencoded";
    if (content_type.empty()) content_type = "application/octet-stream";
    if (content_type != "application/x-www-form-urlencoded")
      add_warning(warnings, "The body is sent as " + content_type +
                                ", by the name of its file; curl would label it as a form.");
  }
  const auto media = parse_media_type(content_type);
  if (media && media->essence() == "multipart/form-data")
    return invalid("The multipart body is in a file: use -F name=value for each field.");
  if (media && is_json(*media)) {
    json::array types{"object", "array"};
    return add(std::move(types), "The request body, the JSON that is in the file.", "", true);
  }
  if (media && media->essence() == "application/x-www-form-urlencoded")
    return add("object", "The fields of the form that is in the file.", "*", false);
  if (media && is_text(*media))
    return add("string", "The request body, the text that is in the file.", "", false);
  return add("string", "The request body, the bytes of the file in base64.", "@", false);
}

// At least two lines, each a JSON text (Elasticsearch's _bulk).
bool is_json_lines(std::string_view text) {
  std::size_t count = 0;
  for (const std::string_view line : split(text, '\n')) {
    if (trim(line).empty()) continue;
    if (!parse_json(line)) return false;
    ++count;
  }
  return count > 1;
}

}  // namespace

bool has_body(const CurlCommand& command) {
  return !command.parts.empty() || command.body_file || (command.has_body && !command.body.empty());
}

Result<Body> make_body(const CurlCommand& command, std::string content_type, Parameters& parameters,
                       Warnings& warnings) {
  if (!command.parts.empty()) return multipart_body(command.parts, parameters, warnings);
  if (has_variable(content_type)) return invalid("The Content-Type is a variable: write its value.");
  if (command.body_file) return file_body(command, std::move(content_type), parameters, warnings);
  const auto media = parse_media_type(content_type);
  if (media && media->essence() == "multipart/form-data") {
    WICK_TRY(parts, read_multipart(command.body, content_type));
    return multipart_body(parts, parameters, warnings);
  }
  // Without a Content-Type, curl labels the body as a form, even JSON.
  const bool said_json = media && is_json(*media);
  const bool said_form =
      content_type.empty() || (media && media->essence() == "application/x-www-form-urlencoded");
  const std::string_view start = trim(command.body);
  if (said_json || (said_form && (start.starts_with('{') || start.starts_with('[')))) {
    auto tree = parse_json(quote_variables(command.body));
    if (tree) {
      if (!said_json) {
        add_warning(warnings,
                    "The body is JSON, so it is sent as application/json; curl would label it as a form.");
        content_type = "application/json";
      }
      return Body{JsonTemplate(std::move(*tree), parameters).make(), content_type};
    }
    if (is_json_lines(command.body)) {
      add_warning(warnings, "The body is one JSON text per line, so it is sent as application/x-ndjson.");
      return Body{text_template(command.body, parameters), "application/x-ndjson"};
    }
    if (said_json || content_type.empty()) {
      return invalid("The body is not valid JSON, although " +
                     std::string(said_json ? "its Content-Type says so. " : "it begins like JSON. ") +
                     tree.error().message);
    }
  }
  if (content_type.empty() && !is_form(command.body)) {
    add_warning(warnings,
                "The body is not a form, so it is sent as text/plain; curl would label it as a form.");
    return Body{text_template(command.body, parameters), "text/plain"};
  }
  if (!said_form) return Body{text_template(command.body, parameters), content_type};
  if (content_type.empty()) content_type = "application/x-www-form-urlencoded";
  return Body{form_template(command.body, parameters), content_type};
}

}  // namespace wick::curl
