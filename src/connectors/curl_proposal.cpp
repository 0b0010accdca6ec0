#include "connectors/curl_proposal.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "connectors/curl_command.h"
#include "connectors/example_schema.h"
#include "connectors/request_guess.h"
#include "connectors/shell_words.h"
#include "connectors/template_text.h"
#include "http/client.h"

namespace wick {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using Encode = std::string (*)(std::string_view);

constexpr std::size_t kMaxNameBytes = 64;      // of a parameter: what MCP clients take
constexpr std::size_t kMaxExampleBytes = 500;  // longer ones only make the schema longer
constexpr std::size_t kMinSecretToFind = 6;    // a shorter one is part of many words
constexpr std::size_t kMinCookieToFind = 16;   // shorter ones are settings: theme=dark
constexpr const char* kMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}

bool has_variable(std::string_view text) {
  return text.find(kVariableOpen) != std::string_view::npos;
}

bool has_placeholder(std::string_view text) {
  return find_placeholder(text, 0).first != std::string_view::npos;
}

// The name when all of `text` stands for a value to be filled in: {name}, {{name}}, <name>, :name.
std::string stand_in_name(std::string_view text, bool in_path) {
  const auto inside = [&](std::string_view open, std::string_view close) {
    return text.size() > open.size() + close.size() && text.starts_with(open) && text.ends_with(close)
               ? text.substr(open.size(), text.size() - open.size() - close.size())
               : std::string_view();
  };
  for (const std::string_view name : {inside("{{", "}}"), inside("{", "}"), in_path ? inside("<", ">") : "",
                                      in_path ? inside(":", "") : ""}) {
    const std::string_view trimmed = trim(name);
    if (!trimmed.empty() && std::all_of(trimmed.begin(), trimmed.end(), is_placeholder_char))
      return std::string(trimmed);
  }
  return {};
}

std::string as_is(std::string_view text) {
  return std::string(text);
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

// Percent-encodes what may not stand in a path template (RestKind::check_operation) and leaves the rest as
// written.
std::string path_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        is_placeholder_char(c) || std::string_view("~!$&'()*+,;=:@%").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : percent_encode({&c, 1});
  }
  return replaced(out, "..", "%2E%2E");
}
std::string path_value(std::string_view text) {
  return path_text(percent_encode(text));
}

class Proposer {
 public:
  explicit Proposer(CurlCommand command) : command_(std::move(command)) {
    for (auto& [name, value] : command_.defaults) defaults_.emplace(name, value);
    proposal_.notes = std::move(command_.notes);
  }

  Result<CurlProposal> run() {
    if (std::find(std::begin(kMethods), std::end(kMethods), command_.method) == std::end(kMethods))
      return invalid("The method must be GET, POST, PUT, PATCH, DELETE or HEAD.");
    if (auto read = read_address(); !read) return fail(std::move(read.error()));
    take_secrets();
    make_path();
    make_query();
    make_headers();
    if (auto made = make_body(); !made) return fail(std::move(made.error()));
    describe();
    return std::move(proposal_);
  }

 private:
  void note(std::string sentence) {
    auto& notes = proposal_.notes;
    if (std::find(notes.begin(), notes.end(), sentence) == notes.end()) notes.push_back(std::move(sentence));
  }

  // --- the address

  Result<void> read_address() {
    const std::string& url = command_.url;
    const auto host = url.find("://") + 3;
    const auto path = std::min(url.find_first_of("/?", host), url.size());
    std::string authority = url.substr(host, path - host);
    if (const auto at = authority.rfind('@'); at != std::string::npos) {
      address_user_ = decoded(authority.substr(0, at), false);
      authority.erase(0, at + 1);
    }
    if (has_variable(authority))
      return invalid(
          "The host of the URL is a variable, whose value is not in the command: write the address.");
    const bool sound = !authority.empty() && std::all_of(authority.begin(), authority.end(), [](char c) {
      return is_placeholder_char(c) || c == ':' || c == '[' || c == ']' ||
             static_cast<unsigned char>(c) >= 0x80;
    });
    if (!sound) return invalid("The URL has no host name that can be used.");
    host_ = to_lower_ascii(authority);
    proposal_.base_url = url.substr(0, host) + host_;
    const std::string name = host_.substr(0, host_.starts_with('[') ? host_.find(']') + 1 : host_.find(':'));
    const bool address = name.starts_with('[') || name.find_first_not_of("0123456789.") == std::string::npos;
    if (name == "localhost" ||
        (address && !http::is_public_address(replaced(replaced(name, "[", ""), "]", ""))))
      note("The address is private: turn on Allow private addresses in the connector's settings.");
    const auto question = std::min(url.find('?', path), url.size());
    split_path(url.substr(path, question - path));
    if (question < url.size()) query_ = split_pairs(url.substr(question + 1));
    return {};
  }

  void split_path(std::string_view path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    for (const std::string_view segment : split(path, '/')) {
      const bool last = segment.data() + segment.size() == path.data() + path.size();
      if (segment == "." || segment == "..") {  // RFC 3986 §5.2.4, as curl does before it sends
        if (segment == ".." && !segments_.empty()) segments_.pop_back();
        if (last) segments_.emplace_back();
        continue;
      }
      segments_.emplace_back(segment);
    }
    base_ = guess::base_segments(segments_);
    for (std::size_t i = 0; i < base_; ++i) {
      if (has_variable(segments_[i])) base_ = i;
    }
    const auto rest = [&] { return segments_.size() - base_; };
    if (base_ > 0 && (rest() == 0 || (rest() == 1 && segments_.back().empty()))) --base_;
    for (std::size_t i = 0; i < base_; ++i) proposal_.base_url += "/" + path_text(segments_[i]);
  }

  static std::string decoded(std::string_view text, bool form) {
    auto plain = percent_decode(text, form);
    return plain && is_valid_utf8(*plain) ? std::move(*plain) : std::string(text);
  }

  // name=value&…: decoded; what has no "=" keeps that.
  struct Field {
    std::string name, value;
    std::string written;  // the name before it was decoded
    bool has_value = true;
  };
  static std::vector<Field> split_pairs(std::string_view text) {
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

  // --- secrets

  void take_secrets() {
    Pairs kept;
    for (auto& [name, value] : command_.headers) {
      const std::string low = to_lower_ascii(name);
      if (low == "authorization") {
        take_authorization(value);
      } else {
        kept.emplace_back(std::move(name), std::move(value));
      }
    }
    if (command_.bearer) take("bearer", "", "", *command_.bearer, "--oauth2-bearer");
    if (command_.user) take_user(*command_.user, "-u");
    if (!address_user_.empty()) take_user(address_user_, "The user name in the URL");
    command_.headers.clear();
    std::string dropped;
    for (auto& [name, value] : kept) {
      if (guess::is_browser_header(name)) {
        const std::string low = to_lower_ascii(name);
        if (low == "cookie") {
          note("Cookie is left out: it is the session of a person who was signed in in a browser.");
          for (const std::string_view pair : split(value, ';')) {
            const std::string_view cookie = pair.substr(pair.find('=') + 1);
            if (cookie.size() >= kMinCookieToFind) remember_secret(cookie);
          }
        } else if (("," + dropped + ",").find(", " + low + ",") == std::string::npos) {
          dropped += (dropped.empty() ? " " : ", ") + low;
        }
      } else if (guess::is_secret_header(name)) {
        take("header", name, "", value, name);
      } else {
        command_.headers.emplace_back(std::move(name), std::move(value));
      }
    }
    if (!dropped.empty())
      note("Left out, because they say something about the browser and not about the request:" + dropped +
           ".");
    std::vector<Field> rest;
    for (Field& field : query_) {
      if (guess::is_secret_parameter(field.name)) {
        take("query", field.name, "", field.value, "The parameter " + field.name);
      } else {
        rest.push_back(std::move(field));
      }
    }
    query_ = std::move(rest);
  }

  void remember_secret(std::string_view text) {
    if (trim(text).size() >= kMinSecretToFind && !has_variable(text)) secrets_.emplace_back(trim(text));
  }

  // `value` with variables or a stand-in is no secret yet: it is to be entered.
  void take(const char* auth, std::string name, std::string username, const std::string& value,
            const std::string& what) {
    const bool known = !has_variable(value) && !guess::is_stand_in(value);
    if (known) remember_secret(value);
    if (proposal_.auth != "none") {
      const bool same = known && value == proposal_.secret.reveal();
      note(what + " is left out: a connector carries one secret" +
           (same ? ", and this is the same one." : "."));
      return;
    }
    proposal_.auth = auth;
    proposal_.auth_name = std::move(name);
    proposal_.username = std::move(username);
    if (known) {
      proposal_.secret = Secret(value);
    } else {
      note("The secret is not in the command: enter it in the connector's settings.");
    }
  }

  void take_authorization(const std::string& value) {
    const auto space = value.find(' ');
    const std::string scheme = to_lower_ascii(value.substr(0, space));
    const std::string rest(space == std::string::npos ? std::string_view() : trim(value).substr(space + 1));
    if (scheme == "bearer") return take("bearer", "", "", std::string(trim(rest)), "Authorization");
    if (scheme == "basic") {
      std::string url_safe = replaced(replaced(rest, "+", "-"), "/", "_");
      while (url_safe.ends_with('=')) url_safe.pop_back();
      const auto plain = from_base64url(url_safe);
      if (plain && is_valid_utf8(*plain) && plain->find(':') != std::string::npos) {
        remember_secret(rest);
        return take_user(*plain, "Authorization");
      }
      if (has_variable(rest) || guess::is_stand_in(rest)) return take("basic", "", "", "", "Authorization");
    }
    // "token …", "ApiKey …": the scheme belongs to what is sent.
    const bool known = !has_variable(rest) && !guess::is_stand_in(rest.empty() ? value : rest);
    if (!known && !rest.empty() && !has_variable(scheme))
      note("Enter the secret together with the word before it: \"" + value.substr(0, space) + " …\".");
    if (known) remember_secret(rest);
    take("header", "Authorization", "", known ? value : "", "Authorization");
  }

  void take_user(const std::string& user, const std::string& what) {
    const auto colon = user.find(':');
    const std::string name = user.substr(0, colon);
    const std::string password = colon == std::string::npos ? std::string() : user.substr(colon + 1);
    // Where the key is the user name, the password is empty or of no meaning. A user name is not sealed, so
    // all of it goes into the secret.
    const bool no_password = (colon != std::string::npos && password.size() <= 1) ||
                             password == "x-oauth-basic" || password == "api_token" || password == "unused" ||
                             guess::is_secret_value(name);
    if (!no_password) {
      if (has_variable(name)) note("The user name is a variable: enter it in the connector's settings.");
      return take("basic", "", has_variable(name) ? "" : name, password, what);
    }
    if (has_variable(user)) {
      note("The key is sent as a user name: enter \"Basic \" and the base64 of \"key:" +
           (has_variable(password) ? std::string("…") : password) + "\" as the secret.");
      return take("header", "Authorization", "", "", what);
    }
    remember_secret(name);
    note("The key is sent as a user name, so that the whole Authorization header is kept as the secret.");
    take("header", "Authorization", "", "Basic " + to_base64(name + ":" + password), what);
  }

  bool holds_secret(std::string_view text) const {
    return guess::is_secret_value(text) ||
           std::any_of(secrets_.begin(), secrets_.end(),
                       [&](const std::string& each) { return text.find(each) != std::string_view::npos; });
  }
  bool holds_secret(const json::value& value) const {
    if (value.is_string()) return holds_secret(std::string_view(value.get_string()));
    if (value.is_array()) {
      const auto& items = value.get_array();
      return std::any_of(items.begin(), items.end(), [&](const auto& each) { return holds_secret(each); });
    }
    if (!value.is_object()) return false;
    const auto& members = value.get_object();
    return std::any_of(members.begin(), members.end(), [&](const auto& each) {
      return holds_secret(each.value()) || (guess::is_secret_field(each.key()) && each.value().is_string());
    });
  }

  // --- parameters

  std::string free_name(std::string_view wished) {
    std::string name;
    for (const char c : wished) name += is_placeholder_char(c) && c != '.' && c != '-' ? c : '_';
    while (name.starts_with('_')) name.erase(0, 1);
    while (name.ends_with('_')) name.pop_back();
    while (name.find("__") != std::string::npos) name = replaced(name, "__", "_");
    if (name.empty()) name = "value";
    name.resize(std::min(name.size(), kMaxNameBytes - 4));
    const std::string stem = name;
    for (int i = 2; !names_.insert(name).second; ++i) name = stem + "_" + std::to_string(i);
    return name;
  }

  struct Wish {
    std::string in;
    bool required = true;
    bool setting = false;  // the example becomes the default
    bool quoted = false;   // in a JSON template
    bool secret = false;
    Encode encode = as_is;  // of a constant, when not quoted
  };

  // A parameter with a value of the command; what to write into the template.
  std::string add(std::string_view wished, const json::value& value, Wish wish) {
    ProposedParameter parameter;
    parameter.name = free_name(wished);
    parameter.in = wish.in;
    parameter.type = json_type(value);
    parameter.in_template = "{" + parameter.name + "}";
    json::object schema = schema_of_example(value);
    const bool secret = wish.secret || holds_secret(value);
    const std::string text =
        value.is_string() ? std::string(std::string_view(value.get_string())) : to_json(value);
    if (secret) {
      schema["description"] = "Not kept from the command: it looks like a secret.";
      note("\"" + parameter.name +
           "\" looks like a secret: its value is not kept. A person or a model has to give it in each call.");
      wish.required = true;
    } else {
      parameter.example = value;
      if (wish.setting) {
        schema["default"] = value;
        wish.required = false;
      } else if (text.size() <= kMaxExampleBytes) {
        schema["examples"] = json::array{value};
      }
      const std::string fixed = wish.quoted         ? json_text(value)
                                : value.is_double() ? argument_text(value)
                                                    : wish.encode(text);
      if (!has_placeholder(fixed)) parameter.constant = fixed;
    }
    parameter.required = wish.required;
    return finish(std::move(parameter), std::move(schema), wish.quoted);
  }

  static std::string json_text(const json::value& value) {
    return value.is_double() ? argument_text(value) : to_json(value);
  }

  // A parameter whose value is not in the command: $NAME, {name}. One for all places that name it.
  std::string add_unknown(const std::string& name, const std::string& in, bool quoted, bool variable) {
    const auto known = unknown_.find(name);
    if (known != unknown_.end()) return known->second;
    ProposedParameter parameter;
    parameter.name = free_name(variable ? to_lower_ascii(name) : name);
    parameter.in = in;
    parameter.type = "string";
    parameter.required = true;
    parameter.in_template = "{" + parameter.name + "}";
    unknown_[name] = parameter.in_template;
    json::object schema{{"type", "string"}};
    if (const auto given = defaults_.find(name);
        variable && given != defaults_.end() && !holds_secret(given->second)) {
      parameter.example = json::value(given->second);
      parameter.required = false;
      schema["default"] = given->second;
    }
    return finish(std::move(parameter), std::move(schema), quoted);
  }

  std::string finish(ProposedParameter parameter, json::object schema, bool quoted) {
    properties_[parameter.name] = std::move(schema);
    if (parameter.required) required_.emplace_back(parameter.name);
    std::string plain = parameter.in_template;
    if (quoted) parameter.in_template = "\"" + plain + "\"";
    proposal_.parameters.push_back(std::move(parameter));
    return plain;
  }

  bool full() const { return proposal_.parameters.size() >= kMaxProposedParameters; }

  // `text` with its variables as parameters, and the rest through `encode`.
  std::string with_variables(std::string_view text, const std::string& in, Encode encode,
                             bool quoted = false) {
    std::string out;
    while (!text.empty()) {
      const auto open = std::min(text.find(kVariableOpen), text.size());
      out += encode(text.substr(0, open));
      text.remove_prefix(open);
      const auto close = text.find(kVariableClose);
      if (text.empty() || close == std::string_view::npos) break;
      const std::string name(text.substr(kVariableOpen.size(), close - kVariableOpen.size()));
      out += add_unknown(name, in, quoted, true);
      text.remove_prefix(close + kVariableClose.size());
    }
    return out;
  }

  // The template of one value of the query, of a form or of a text part.
  std::string value_template(const std::string& name, const std::string& value, const Wish& wish) {
    if (const std::string stand_in = stand_in_name(value, false); !stand_in.empty())
      return add_unknown(stand_in, wish.in, false, false);
    if (has_variable(value) && !has_placeholder(value)) return with_variables(value, wish.in, wish.encode);
    const std::string plain = replaced(replaced(value, kVariableOpen, "$"), kVariableClose, "");
    if (full() && !has_placeholder(plain) && !wish.secret && !holds_secret(plain)) {
      note_full();
      return wish.encode(plain);
    }
    return add(name, wish.secret ? json::value(plain) : value_of_text(plain), wish);
  }

  void note_full() {
    note("Only the first " + std::to_string(kMaxProposedParameters) +
         " values are proposed as parameters; the others stay as they are.");
  }

  // --- path and query

  void make_path() {
    std::string& path = path_;
    for (std::size_t i = base_; i < segments_.size(); ++i) path += "/" + segment_template(i);
    path = replaced(std::move(path), "://", "%3A//");
    if (path.empty()) path = "/";
  }

  std::string segment_template(std::size_t index) {
    const std::string& raw = segments_[index];
    const std::string text = decoded(raw, false);
    if (const std::string name = stand_in_name(text, true); !name.empty()) {
      variable_segments_.insert(index);
      return add_unknown(name, "path", false, false);
    }
    if (has_variable(raw)) {
      variable_segments_.insert(index);
      return with_variables(raw, "path", path_text);
    }
    // 123.json: the ending stays.
    const auto dot = text.rfind('.');
    const bool ending =
        dot != std::string::npos && (text.substr(dot) == ".json" || text.substr(dot) == ".xml");
    const std::string stem = ending ? text.substr(0, dot) : text;
    const guess::Segment kind = guess::segment_kind(stem);
    if ((kind == guess::Segment::kPlain && !holds_secret(stem)) || full()) return path_text(raw);
    variable_segments_.insert(index);
    const std::string noun = noun_before(index);
    const char* suffix = kind == guess::Segment::kDate ? "date" : kind == guess::Segment::kKey ? "key" : "id";
    Wish wish;
    wish.in = "path";
    wish.encode = path_value;
    wish.secret = kind == guess::Segment::kOpaque;
    const json::value value = kind == guess::Segment::kNumber ? value_of_text(stem) : json::value(stem);
    return add(noun.empty() ? suffix : noun + "_" + suffix, value, wish) + (ending ? text.substr(dot) : "");
  }

  // What the segment at `index` is one of: "issue" of /issues/123.
  std::string noun_before(std::size_t index) const {
    if (index == 0 || index - 1 < base_ || variable_segments_.contains(index - 1)) return {};
    return guess::singular(guess::snake_case(decoded(segments_[index - 1], false)));
  }

  void make_query() {
    const bool reads = command_.method == "GET" || command_.method == "HEAD";
    std::map<std::string, int> seen;
    for (const Field& field : query_) ++seen[field.name];
    char separator = '?';
    for (const Field& field : query_) {
      Wish wish;
      wish.in = "query";
      wish.required = false;
      wish.setting = guess::is_setting(field.name) || (reads && is_flag(field.value));
      wish.encode = percent_encode;  // what stands in a template is sent as it is
      // Names that come more than once, and those without a value, cannot be in an object of names and
      // values: they stand in the path.
      const bool in_path = seen[field.name] > 1 || !field.has_value;
      if (!in_path) {
        rest_query_[field.name] = value_template(field.name, field.value, wish);
        continue;
      }
      std::string text = path_value(replaced(replaced(field.name, kVariableOpen, ""), kVariableClose, ""));
      if (field.has_value) {
        wish.in = "path";
        wish.required = true;
        wish.encode = path_value;
        text += "=" + (field.value.empty() ? std::string() : value_template(field.name, field.value, wish));
      }
      path_ += separator + text;
      separator = '&';
    }
  }

  static bool is_flag(const std::string& value) { return value == "true" || value == "false"; }

  // --- headers

  void make_headers() {
    for (const auto& [name, value] : command_.headers) {
      const std::string low = to_lower_ascii(name);
      if (low == "content-type") {
        content_type_ = value;
        continue;
      }
      if (low == "accept" && value == "*/*") continue;  // what is sent anyway
      if (holds_secret(value)) {
        take("header", name, "", value, name);
        continue;
      }
      if (low == "idempotency-key" || low == "x-request-id") {
        Wish wish;
        wish.in = "header";
        headers_[name] =
            has_variable(value) ? with_variables(value, "header", as_is) : add(low, json::value(value), wish);
        continue;
      }
      headers_[name] = with_placeholders(with_variables(value, "header", as_is), "header");
    }
  }

  // A text in which {name} already stands for something: the parameters it needs exist afterwards.
  std::string with_placeholders(const std::string& text, const std::string& in) {
    std::string out;
    std::size_t at = 0;
    for (;;) {
      const auto [open, end] = find_placeholder(text, at);
      if (open == std::string::npos) break;
      const std::string name = text.substr(open + 1, end - open - 1);
      out += text.substr(at, open - at) +
             (names_.contains(name) ? "{" + name + "}" : add_unknown(name, in, false, false));
      at = end + 1;
    }
    return out + text.substr(at);
  }

  // --- body

  Result<void> make_body() {
    const std::string low = to_lower_ascii(content_type_);
    if (!command_.parts.empty()) {
      make_multipart(command_.parts);
      return {};
    }
    if (!command_.has_body || command_.body.empty()) {
      if (!content_type_.empty() && !has_variable(content_type_)) headers_["Content-Type"] = content_type_;
      return {};
    }
    if (low.find("multipart/form-data") != std::string::npos) {
      auto parts = read_multipart();
      if (!parts) return fail(std::move(parts.error()));
      make_multipart(*parts);
      return {};
    }
    if (has_variable(content_type_)) return invalid("The Content-Type is a variable: write its value.");
    const bool said_json = low.find("json") != std::string::npos;
    const std::string_view start = trim(command_.body);
    if (said_json || ((content_type_.empty() || low.find("form-urlencoded") != std::string::npos) &&
                      (start.starts_with('{') || start.starts_with('[')))) {
      auto tree = parse_json(quote_variables(command_.body));
      if (tree) {
        make_json(std::move(*tree));
        return {};
      }
      if (said_json || content_type_.empty()) {
        return invalid("The body is not valid JSON, although " +
                       std::string(said_json ? "its Content-Type says so. " : "it begins like it. ") +
                       tree.error().message);
      }
    }
    if (content_type_.empty() || low.find("form-urlencoded") != std::string::npos) {
      make_form();
    } else {
      make_text();
    }
    return {};
  }

  // {"n": $COUNT} is JSON only with quotes around the variable.
  static std::string quote_variables(std::string_view text) {
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

  void make_json(json::value tree) {
    if (to_lower_ascii(content_type_).find("json") == std::string::npos) {
      note("The body is JSON, so that it is sent as application/json; curl would have called it a form.");
      content_type_ = "application/json";
    }
    graphql_ = tree.is_object() && tree.get_object().if_contains("query") != nullptr;
    json_template(tree, "", "", 0);
    body_ = to_json(tree);
  }

  void json_template(json::value& node, const std::string& path, std::string_view key, std::size_t depth) {
    if (node.is_object() && !node.get_object().empty()) {
      for (auto& member : node.get_object()) {
        const std::string name(member.key());
        json_template(member.value(), path.empty() ? name : path + "_" + name, name, depth + 1);
      }
      return;
    }
    if (node.is_array() && has_variable(to_json(node))) {
      std::size_t index = 0;
      for (auto& item : node.get_array())
        json_template(item, (path.empty() ? "item" : path) + "_" + std::to_string(++index), key, depth + 1);
      return;
    }
    const bool empty = (node.is_array() && node.get_array().empty()) || node.is_object();
    if (node.is_null() || empty) return;
    const std::string text =
        node.is_string() ? std::string(std::string_view(node.get_string())) : std::string();
    if (const std::string stand_in = stand_in_name(text, false); !stand_in.empty()) {
      node = json::value(add_unknown(stand_in, "body", true, false));
      return;
    }
    if (has_variable(text) && !has_placeholder(text)) {
      node = json::value(with_variables(text, "body", as_is, true));
      return;
    }
    Wish wish;
    wish.in = "body";
    wish.quoted = true;
    const bool document = graphql_ && path == "query" && node.is_string();
    wish.setting = guess::is_setting(key) || document;
    wish.secret = guess::is_secret_field(key) && node.is_string();
    if (full() && !wish.secret && !holds_secret(node) && !has_placeholder(json_text(node))) {
      note_full();
      return;
    }
    json::value value = std::move(node);
    // In GraphQL spaces mean nothing, and without them "{id}" would be a parameter.
    if (document && text.find('"') == std::string::npos) value = json::value(spaced(text));
    node = json::value(add(path.empty() ? (value.is_array() ? "items" : "body") : path, value, wish));
  }

  static std::string spaced(std::string text) {
    for (;;) {
      const auto [open, end] = find_placeholder(text, 0);
      if (open == std::string::npos) return text;
      text.insert(end, " ");
      text.insert(open + 1, " ");
    }
  }

  void make_form() {
    if (content_type_.empty()) content_type_ = "application/x-www-form-urlencoded";
    for (const Field& field : split_pairs(command_.body)) {
      if (!body_.empty()) body_ += '&';
      const std::string name = has_placeholder(field.written)
                                   ? with_variables(field.name, "body", percent_encode)
                                   : with_variables(field.written, "body", as_is);
      body_ += name;
      if (!field.has_value) continue;
      Wish wish;
      wish.in = "body";
      wish.setting = guess::is_setting(field.name);
      wish.secret = guess::is_secret_field(field.name);
      wish.encode = percent_encode;
      body_ += "=" + value_template(field.name, field.value, wish);
    }
  }

  void make_text() {
    Wish wish;
    wish.in = "body";
    const std::string& text = command_.body;
    body_ = has_variable(text) && !has_placeholder(text) ? with_variables(text, "body", as_is)
                                                         : add("body", json::value(text), wish);
  }

  // What a browser copies of a form: the parts as they went over the wire (RFC 7578).
  Result<Pairs> read_multipart() const {
    const auto mark = content_type_.find("boundary=");
    std::string boundary = mark == std::string::npos ? "" : content_type_.substr(mark + 9);
    boundary.resize(std::min(boundary.find(';'), boundary.size()));
    boundary = replaced(boundary, "\"", "");
    if (boundary.empty())
      return invalid(
          "The Content-Type multipart/form-data has no boundary: use -F name=value for each field.");
    const std::string body = replaced(command_.body, "\r\n", "\n");
    Pairs parts;
    std::size_t at = body.find("--" + boundary);
    while (at != std::string::npos) {
      at += 2 + boundary.size();
      if (std::string_view(body).substr(at).starts_with("--")) return parts;
      const auto end = body.find("\n--" + boundary, at);
      const auto gap = body.find("\n\n", at);
      if (end == std::string::npos) break;
      if (gap == std::string::npos || gap > end)
        return invalid("A part of the multipart body has no content.");
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

  void make_multipart(const Pairs& parts) {
    json::object fields;
    for (const auto& [name, value] : parts) {
      Wish wish;
      wish.in = "body";
      wish.quoted = true;
      wish.setting = guess::is_setting(name);
      wish.secret = guess::is_secret_field(name);
      json::value text;
      if (const std::string stand_in = stand_in_name(value, false); !stand_in.empty()) {
        text = json::value(add_unknown(stand_in, "body", true, false));
      } else if (has_variable(value) && !has_placeholder(value)) {
        text = json::value(with_variables(value, "body", as_is, true));
      } else {
        const json::value example = wish.secret ? json::value(value) : value_of_text(value);
        text = json::value(add(name, example, wish));
      }
      const std::string key = replaced(replaced(name, kVariableOpen, "$"), kVariableClose, "");
      auto* known = fields.if_contains(key);
      if (known == nullptr) {
        fields[key] = std::move(text);
      } else if (known->is_array()) {
        known->get_array().push_back(std::move(text));
      } else {
        json::value first = std::move(*known);
        *known = json::array{std::move(first), std::move(text)};
      }
    }
    body_ = to_json(fields);
    content_type_ = "multipart/form-data";
  }

  // --- what people and models read

  void describe() {
    const std::string& method = command_.method;
    std::string key = make_key();
    key.resize(std::min<std::size_t>(key.size(), 64));
    while (key.ends_with('_')) key.pop_back();
    std::string name = replaced(key, "_", " ");
    if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = char(name[0] - 32);
    json::object rest;
    rest["method"] = method;
    rest["path"] = path_;
    if (!rest_query_.empty()) rest["query"] = std::move(rest_query_);
    if (!headers_.empty()) rest["headers"] = std::move(headers_);
    if (!body_.empty()) {
      rest["body"] = body_;
      rest["content_type"] = content_type_;
    }
    json::object schema;
    schema["type"] = "object";
    schema["properties"] = std::move(properties_);
    if (!required_.empty()) schema["required"] = std::move(required_);
    schema["additionalProperties"] = false;
    json::object& operation = proposal_.operation;
    operation["key"] = key;
    operation["name"] = name;
    operation["description"] =
        name + " (" + method + " " + std::string(truncate_utf8(path_, 200)) + " of " + host_ + ").";
    operation["input_schema"] = std::move(schema);
    operation["rest"] = std::move(rest);
    const bool reads = method == "GET" || method == "HEAD";
    operation["read_only"] = reads;
    operation["destructive"] = method == "DELETE";
    operation["idempotent"] = reads || method == "PUT" || method == "DELETE";
    // Variables in names, which no template can fill, are left as they were written.
    const std::string text = to_json(operation);
    if (has_variable(text)) {
      note("A variable in a name cannot change from call to call: write the name.");
      operation =
          parse_trusted_json(replaced(replaced(text, kVariableOpen, "$"), kVariableClose, "")).as_object();
    }
  }

  std::string make_key() const {
    std::string last, owner;  // the last plain word, and what the id before it is one of
    bool ends_with_id = false, after_id = false;
    for (std::size_t i = base_; i < segments_.size(); ++i) {
      if (variable_segments_.contains(i)) {
        ends_with_id = after_id = true;
        owner = last;
        continue;
      }
      std::string word = segments_[i];
      for (const char* ending : {".json", ".xml"}) {
        if (word.ends_with(ending)) word.resize(word.find(ending));
      }
      word = guess::snake_case(decoded(word, false));
      if (word.empty() || word == "json" || word == "xml") continue;
      after_id = ends_with_id;
      ends_with_id = false;
      last = word;
    }
    const std::string& method = command_.method;
    if (last.empty()) return to_lower_ascii(method) + "_" + slug(host_);
    const std::string one = guess::singular(last);
    const bool plural = one != last;
    if (method == "GET") return ends_with_id ? "get_" + one : (plural ? "list_" : "get_") + last;
    if (method == "HEAD") return "check_" + (ends_with_id ? one : last);
    if (method == "DELETE") return "delete_" + (ends_with_id ? one : last);
    if (method == "PUT" || method == "PATCH") return "update_" + (ends_with_id ? one : last);
    if (ends_with_id) return "update_" + one;
    if (plural) return "create_" + one;
    if (after_id && !owner.empty()) return last + "_" + guess::singular(owner);
    return last.find('_') != std::string::npos ? last : "post_" + last;
  }

  CurlCommand command_;
  CurlProposal proposal_;
  std::map<std::string, std::string> defaults_;
  std::string host_, address_user_, path_, body_, content_type_;
  std::vector<std::string> segments_;
  std::size_t base_ = 0;  // how many segments belong to the base URL
  std::set<std::size_t> variable_segments_;
  std::vector<Field> query_;
  std::vector<std::string> secrets_;  // all that were recognised: none of them may be left anywhere
  std::set<std::string> names_;
  std::map<std::string, std::string> unknown_;  // variables and stand-ins, with their places in templates
  json::object rest_query_, headers_, properties_;
  json::array required_;
  bool graphql_ = false;
};

}  // namespace

Result<CurlProposal> propose_from_curl(std::string_view command) {
  auto parsed = parse_curl(command);
  if (!parsed) return fail(std::move(parsed.error()));
  return Proposer(std::move(*parsed)).run();
}

}  // namespace wick
