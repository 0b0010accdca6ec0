// The URL of a command: its address, and its path and query as templates.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "base/url.h"
#include "curl_import/curl_proposal_parts.h"
#include "curl_import/example_schema.h"
#include "curl_import/shell_words.h"
#include "http/public_address.h"
#include "redaction/request_guess.h"
#include "rest/template_text.h"

namespace wick::curl {
namespace {

// Percent-encodes the characters that a path template must not contain (RestKind::check_operation) and leaves
// the rest as written.
std::string path_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        is_placeholder_char(c) || std::string_view("~!$&'()*+,;=:@%").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : percent_encode({&c, 1});
  }
  return out;
}
std::string path_value(std::string_view text) {
  return path_text(percent_encode(text));
}

// `host` may have a port.
bool is_private(const std::string& host) {
  const std::string name = host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':'));
  const bool address = name.starts_with('[') || name.find_first_not_of("0123456789.") == std::string::npos;
  return name == "localhost" ||
         (address && !http::is_public_address(replaced(replaced(name, "[", ""), "]", "")));
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  for (const std::string_view segment : split(path, '/')) {
    const bool last = segment.data() + segment.size() == path.data() + path.size();
    if (segment == "." || segment == "..") {  // RFC 3986 §5.2.4, as curl does before it sends
      if (segment == ".." && !segments.empty()) segments.pop_back();
      if (last) segments.emplace_back();
      continue;
    }
    segments.emplace_back(segment);
  }
  return segments;
}

// The number of segments that belong to the base URL: those without variables, and never all of them.
std::size_t base_length(const std::vector<std::string>& segments) {
  std::size_t base = guess::base_segments(segments);
  for (std::size_t i = 0; i < base; ++i) {
    if (has_variable(segments[i])) base = i;
  }
  const std::size_t rest = segments.size() - base;
  if (base > 0 && (rest == 0 || (rest == 1 && segments.back().empty()))) --base;
  return base;
}

// The templates of one URL.
class TargetMaker {
 public:
  TargetMaker(const CommandUrl& url, const Credentials& credentials, Parameters& parameters)
      : url_(url), credentials_(credentials), parameters_(parameters) {}

  Target make(bool reads) {
    make_path();
    make_query(reads);
    return std::move(target_);
  }

 private:
  void make_path() {
    std::string& path = target_.path;
    for (std::size_t i = 0; i < url_.segments.size(); ++i) path += "/" + segment_template(i);
    replace_all(path, "://", "%3A//");
    if (path.empty()) path = "/";
  }

  std::string segment_template(std::size_t index) {
    const std::string& raw = url_.segments[index];
    const std::string text = decoded(raw, false);
    if (const std::string name = stand_in_name(text, true); !name.empty()) {
      target_.variable_segments.insert(index);
      return parameters_.add_stand_in(name, "path", false);
    }
    if (has_variable(raw)) {
      target_.variable_segments.insert(index);
      return parameters_.with_variables(raw, "path", path_text);
    }
    // 123.json: the extension stays.
    const auto dot = text.rfind('.');
    const bool ending =
        dot != std::string::npos && (text.substr(dot) == ".json" || text.substr(dot) == ".xml");
    const std::string stem = ending ? text.substr(0, dot) : text;
    const guess::Segment kind = guess::segment_kind(stem);
    if ((kind == guess::Segment::kPlain && !credentials_.are_in(stem)) || parameters_.full())
      return path_text(raw);
    target_.variable_segments.insert(index);
    const std::string noun = noun_before(index);
    const char* suffix = kind == guess::Segment::kDate ? "date" : kind == guess::Segment::kKey ? "key" : "id";
    ParameterOptions options;
    options.in = "path";
    options.encode = path_value;
    options.secret = kind == guess::Segment::kOpaque;
    const json::value value = kind == guess::Segment::kNumber ? value_of_text(stem) : json::value(stem);
    return parameters_.add(noun.empty() ? suffix : noun + "_" + suffix, value, options) +
           (ending ? text.substr(dot) : "");
  }

  // The noun of the id at `index`: "issue" for /issues/123.
  std::string noun_before(std::size_t index) const {
    if (index == 0 || target_.variable_segments.contains(index - 1)) return {};
    return guess::singular(guess::snake_case(decoded(url_.segments[index - 1], false)));
  }

  void make_query(bool reads) {
    std::map<std::string, int> seen;
    for (const Field& field : url_.query) ++seen[field.name];
    char separator = '?';
    for (const Field& field : url_.query) {
      const bool flag = field.value == "true" || field.value == "false";
      ParameterOptions options;
      options.in = "query";
      options.required = false;
      options.setting = guess::is_setting(field.name) || (reads && flag);
      options.encode = percent_encode;  // template text is sent unchanged
      // Repeated names, and names without a value, do not fit into an object of names and values: they stay in
      // the path.
      const bool in_path = seen[field.name] > 1 || !field.has_value;
      if (!in_path) {
        target_.query[field.name] = parameters_.value_template(field.name, field.value, options);
        continue;
      }
      std::string text = path_value(replaced(replaced(field.name, kVariableOpen, ""), kVariableClose, ""));
      if (field.has_value) {
        options.in = "path";
        options.required = true;
        options.encode = path_value;
        text += "=";
        if (!field.value.empty()) text += parameters_.value_template(field.name, field.value, options);
      }
      target_.path += separator + text;
      separator = '&';
    }
  }

  const CommandUrl& url_;
  const Credentials& credentials_;
  Parameters& parameters_;
  Target target_;
};

}  // namespace

std::string decoded(std::string_view text, bool form) {
  auto plain = percent_decode(text, form);
  return plain && is_valid_utf8(*plain) ? std::move(*plain) : std::string(text);
}

std::vector<Field> split_fields(std::string_view text) {
  std::vector<Field> out;
  for (const std::string_view pair : split(text, '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const bool has_value = equals != std::string_view::npos;
    out.push_back({decoded(pair.substr(0, equals), true),
                   has_value ? decoded(pair.substr(equals + 1), true) : std::string(),
                   std::string(pair.substr(0, equals)), has_value});
  }
  return out;
}

Result<CommandUrl> read_url(const std::string& text, Warnings& warnings) {
  CommandUrl url;
  const auto host = text.find("://") + 3;
  const auto path = std::min(text.find_first_of("/?", host), text.size());
  std::string authority = text.substr(host, path - host);
  if (const auto at = authority.rfind('@'); at != std::string::npos) {
    url.user = decoded(authority.substr(0, at), false);
    authority.erase(0, at + 1);
  }
  if (has_variable(authority))
    return invalid(
        "The host of the URL is a variable, whose value is not in the command: write the address.");
  if (auto read = Url::parse_http(text.substr(0, host) + authority); !read)
    return invalid("The URL has no host name that can be used. " + read.error().message);
  url.host = to_lower_ascii(authority);
  if (is_private(url.host))
    add_warning(warnings,
                "The address is private: turn on Allow private addresses in the connector's settings.");
  const auto question = std::min(text.find('?', path), text.size());
  url.segments = split_path(std::string_view(text).substr(path, question - path));
  const auto rest = url.segments.begin() + std::ptrdiff_t(base_length(url.segments));
  url.base = text.substr(0, host) + url.host;
  for (auto segment = url.segments.begin(); segment != rest; ++segment) url.base += "/" + path_text(*segment);
  url.segments.erase(url.segments.begin(), rest);
  if (question < text.size()) url.query = split_fields(std::string_view(text).substr(question + 1));
  return url;
}

Target make_target(const CommandUrl& url, bool reads, const Credentials& credentials,
                   Parameters& parameters) {
  return TargetMaker(url, credentials, parameters).make(reads);
}

}  // namespace wick::curl
