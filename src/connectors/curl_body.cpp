// The body of a command as a template: JSON, a form, multipart/form-data or a text.
#include <algorithm>

#include "base/json.h"
#include "base/media_type.h"
#include "base/text.h"
#include "connectors/curl_proposal_parts.h"
#include "connectors/example_schema.h"
#include "connectors/request_guess.h"
#include "connectors/shell_words.h"
#include "connectors/template_text.h"

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

// In GraphQL spaces mean nothing, and without them "{id}" would be a parameter.
std::string spaced(std::string document) {
  for (;;) {
    const auto [open, end] = find_placeholder(document, 0);
    if (open == std::string::npos) return document;
    document.insert(end, " ");
    document.insert(open + 1, " ");
  }
}

// A JSON body with parameters in the place of its values. Lists are one value, unless a variable is in them.
class JsonTemplate {
 public:
  JsonTemplate(json::value body, Parameters& parameters) : body_(std::move(body)), parameters_(parameters) {}

  std::string make() {
    graphql_ = body_.is_object() && body_.get_object().contains("query");
    fill(body_, "", "");
    return to_json(body_);
  }

 private:
  // `path`: the names that lead to the node; `key`: the last that is of a member.
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
    Wish wish;
    wish.in = "body";
    wish.quoted = true;
    wish.setting = guess::is_setting(key) || document;
    wish.secret = guess::is_secret_field(key) && is_text(node);
    if (const auto open = parameters_.open_template(text, wish)) {
      node = json::value(*open);
      return;
    }
    if (parameters_.keeps_fixed(node, wish)) return;
    json::value value = std::move(node);
    if (document && text.find('"') == std::string::npos) value = json::value(spaced(text));
    const std::string name = !path.empty() ? path : value.is_array() ? "items" : "body";
    node = json::value(parameters_.add(name, value, wish));
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
    Wish wish;
    wish.in = "body";
    wish.setting = guess::is_setting(field.name);
    wish.secret = guess::is_secret_field(field.name);
    wish.encode = percent_encode;
    out += "=" + parameters.value_template(field.name, field.value, wish);
  }
  return out;
}

std::string text_template(const std::string& body, Parameters& parameters) {
  if (has_variable(body) && !has_placeholder(body)) return parameters.with_variables(body, "body", as_is);
  Wish wish;
  wish.in = "body";
  return parameters.add("body", json::value(body), wish);
}

// What a browser copies of a form: the parts as they went over the wire (RFC 7578).
Result<Pairs> read_multipart(const std::string& text, const std::string& content_type) {
  const auto media = parse_media_type(content_type);
  const std::string boundary(media ? media->parameter("boundary").value_or("") : "");
  if (boundary.empty())
    return invalid("The Content-Type multipart/form-data has no boundary: use -F name=value for each field.");
  const std::string body = replaced(text, "\r\n", "\n");
  Pairs parts;
  std::size_t at = body.find("--" + boundary);
  while (at != std::string::npos) {
    at += 2 + boundary.size();
    if (std::string_view(body).substr(at).starts_with("--")) return parts;
    const auto end = body.find("\n--" + boundary, at);
    const auto gap = body.find("\n\n", at);
    if (end == std::string::npos) break;
    if (gap == std::string::npos || gap > end) return invalid("A part of the multipart body has no content.");
    const std::string head = body.substr(at, gap - at);
    if (to_lower_ascii(head).find("filename") != std::string::npos)
      return invalid("The multipart body has a file, which an operation cannot send: leave that part out.");
    const auto name = head.find("name=\"");
    const auto close = name == std::string::npos ? name : head.find('"', name + 6);
    if (close == std::string::npos) return invalid("A part of the multipart body has no name.");
    parts.emplace_back(head.substr(name + 6, close - name - 6),
                       end > gap + 2 ? body.substr(gap + 2, end - gap - 2) : "");
    at = end + 1;
  }
  return invalid("The multipart body does not end with its boundary.");
}

// An object of the fields; one that comes more than once has a list.
Body multipart_body(const Pairs& parts, Parameters& parameters) {
  json::object fields;
  for (const auto& [name, value] : parts) {
    Wish wish;
    wish.in = "body";
    wish.quoted = true;
    wish.setting = guess::is_setting(name);
    wish.secret = guess::is_secret_field(name);
    auto text = parameters.open_template(value, wish);
    if (!text) text = parameters.add(name, wish.secret ? json::value(value) : value_of_text(value), wish);
    const std::string key = unmarked(name);
    auto* known = fields.if_contains(key);
    if (known == nullptr) {
      fields[key] = *text;
    } else if (known->is_array()) {
      known->get_array().emplace_back(*text);
    } else {
      json::value first = std::move(*known);
      *known = json::array{std::move(first), json::value(*text)};
    }
  }
  return {to_json(fields), "multipart/form-data"};
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
  return !command.parts.empty() || (command.has_body && !command.body.empty());
}

Result<Body> make_body(const CurlCommand& command, std::string content_type, Parameters& parameters,
                       Notes& notes) {
  if (!command.parts.empty()) return multipart_body(command.parts, parameters);
  const auto media = parse_media_type(content_type);
  if (media && media->essence() == "multipart/form-data") {
    const auto parts = read_multipart(command.body, content_type);
    if (!parts) return fail(parts.error());
    return multipart_body(*parts, parameters);
  }
  if (has_variable(content_type)) return invalid("The Content-Type is a variable: write its value.");
  // Without a Content-Type curl says that it is a form, also of what is JSON.
  const bool said_json = media && is_json(*media);
  const bool said_form =
      content_type.empty() || (media && media->essence() == "application/x-www-form-urlencoded");
  const std::string_view start = trim(command.body);
  if (said_json || (said_form && (start.starts_with('{') || start.starts_with('[')))) {
    auto tree = parse_json(quote_variables(command.body));
    if (tree) {
      if (!said_json) {
        add_note(
            notes,
            "The body is JSON, so that it is sent as application/json; curl would have called it a form.");
        content_type = "application/json";
      }
      return Body{JsonTemplate(std::move(*tree), parameters).make(), content_type};
    }
    if (is_json_lines(command.body)) {
      add_note(notes, "The body is one JSON text a line, so that it is sent as application/x-ndjson.");
      return Body{text_template(command.body, parameters), "application/x-ndjson"};
    }
    if (said_json || content_type.empty()) {
      return invalid("The body is not valid JSON, although " +
                     std::string(said_json ? "its Content-Type says so. " : "it begins like it. ") +
                     tree.error().message);
    }
  }
  if (!said_form) return Body{text_template(command.body, parameters), content_type};
  if (content_type.empty()) content_type = "application/x-www-form-urlencoded";
  return Body{form_template(command.body, parameters), content_type};
}

}  // namespace wick::curl
