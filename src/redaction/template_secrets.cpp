#include "redaction/template_secrets.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "http/field.h"
#include "redaction/request_guess.h"

namespace wick {
namespace {

void add_plain(SecretFilter& filter, std::string_view value) {
  value = trim(value);
  if (value.size() >= kMinPlainSecret && value.find('{') == std::string_view::npos) filter.add(value);
}

void add_parameter(SecretFilter& filter, std::string_view name, std::string_view value) {
  if (guess::is_secret_parameter(name) || guess::is_secret_field(name) || guess::is_secret_value(value))
    add_plain(filter, value);
}

// RFC 7617: user and password. Some services use either of them as the key.
void add_basic_pair(SecretFilter& filter, std::string_view encoded) {
  std::string text(encoded);
  while (text.ends_with('=')) text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  const auto pair = from_base64url(text);
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return;
  filter.add_basic(std::string_view(*pair).substr(0, colon), std::string_view(*pair).substr(colon + 1));
  if (guess::is_secret_value(pair->substr(0, colon))) filter.add(pair->substr(0, colon));
}

void add_body_secrets(SecretFilter& filter, const json::value& value) {
  if (value.is_array()) {
    for (const auto& item : value.get_array()) add_body_secrets(filter, item);
  } else if (value.is_object()) {
    for (const auto& member : value.get_object()) {
      if (member.value().is_string()) {
        add_parameter(filter, member.key(), std::string_view(member.value().get_string()));
      } else {
        add_body_secrets(filter, member.value());
      }
    }
  }
}

void add_form_secrets(SecretFilter& filter, std::string_view form) {
  for (const std::string_view field : split(form, '&')) {
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    const auto value = percent_decode(field.substr(equals + 1), true);
    if (value) add_parameter(filter, field.substr(0, equals), *value);
  }
}

// GITHUB_TOKEN, OPENAI_API_KEY, DB_PASSWORD, --api-key.
bool is_secret_variable(std::string_view name) {
  const std::string low = "_" + slug(name);
  constexpr std::string_view kEnds[] = {"_key",         "_token",      "_secret",    "_password",
                                        "_passwd",      "_pat",        "_apikey",    "_auth",
                                        "_credentials", "_credential", "_passphrase"};
  return std::any_of(std::begin(kEnds), std::end(kEnds),
                     [&](std::string_view end) { return low.ends_with(end); });
}

}  // namespace

void add_credential(SecretFilter& filter, std::string_view credential) {
  credential = trim(credential);
  filter.add(credential);
  const auto space = credential.find(' ');
  if (space == std::string_view::npos) return;
  const std::string_view scheme = credential.substr(0, space), rest = trim(credential.substr(space));
  add_plain(filter, rest);
  if (equals_ignoring_case(scheme, "basic")) add_basic_pair(filter, rest);
}

void add_header_secrets(SecretFilter& filter, std::string_view name, std::string_view value) {
  value = trim(value);
  const bool is_secret = guess::is_secret_header(name) || is_secret_variable(name) ||
                         guess::is_secret_value(value) || equals_ignoring_case(name, "cookie") ||
                         equals_ignoring_case(name, "authorization");
  if (!is_secret) return;
  if (equals_ignoring_case(name, "cookie")) {
    for (const std::string_view pair : split(value, ';')) {
      const auto equals = pair.find('=');
      if (equals != std::string_view::npos) add_plain(filter, pair.substr(equals + 1));
    }
    return;
  }
  if (value.size() >= kMinPlainSecret && value.find('{') == std::string_view::npos)
    add_credential(filter, value);
}

void add_url_secrets(SecretFilter& filter, std::string_view url) {
  const auto host = url.find("://");
  if (host != std::string_view::npos) url.remove_prefix(host + 3);
  const auto question = std::min(url.find('?'), url.size());
  if (question < url.size()) add_form_secrets(filter, url.substr(question + 1));
  const auto path = std::min(url.find('/'), question);
  for (const std::string_view segment : split(url.substr(path, question - path), '/')) {
    const auto plain = percent_decode(segment);
    if (plain && (guess::is_secret_value(*plain) || guess::segment_kind(*plain) == guess::Segment::kOpaque))
      add_plain(filter, *plain);
  }
}

void add_command_secrets(SecretFilter& filter, const std::vector<std::string>& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const auto equals = word.find('=');
    if (equals != std::string_view::npos) {
      add_variable_secrets(filter, word.substr(0, equals), word.substr(equals + 1));
    } else if (words[i - 1].starts_with('-') && words[i - 1].find('=') == std::string::npos) {
      add_variable_secrets(filter, words[i - 1], word);
    } else if (guess::is_secret_value(word)) {
      add_plain(filter, word);
    }
  }
}

void add_variable_secrets(SecretFilter& filter, std::string_view name, std::string_view value) {
  if (is_secret_variable(name) || guess::is_secret_value(value)) add_plain(filter, value);
}

void add_rest_secrets(SecretFilter& filter, const json::object& config, const json::object& rest) {
  add_url_secrets(filter, text_or_empty(config, "base_url"));
  add_url_secrets(filter, text_or_empty(rest, "path"));
  if (const auto* lines = config.if_contains("headers"); lines != nullptr && lines->is_array()) {
    for (const auto& line : lines->get_array()) {
      if (const auto header = http::parse_field_line(plain_text(line)))
        add_header_secrets(filter, header->first, header->second);
    }
  }
  if (const auto* headers = object_or_null(rest, "headers")) {
    for (const auto& member : *headers) add_header_secrets(filter, member.key(), plain_text(member.value()));
  }
  if (const auto* query = object_or_null(rest, "query")) {
    for (const auto& member : *query) add_parameter(filter, member.key(), plain_text(member.value()));
  }
  const std::string body = text_or_empty(rest, "body");
  if (body.empty()) return;
  if (const auto tree = parse_json(body)) {
    add_body_secrets(filter, *tree);
  } else {
    add_form_secrets(filter, body);
  }
}

}  // namespace wick
