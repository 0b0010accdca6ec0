// The parameters of the operation made from a command, and the texts that contain them.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "curl_import/curl_proposal_parts.h"
#include "curl_import/example_schema.h"
#include "curl_import/shell_words.h"
#include "rest/template_text.h"

namespace wick::curl {
namespace {

constexpr std::size_t kMaxNameBytes = 64;      // the limit of MCP clients
constexpr std::size_t kSuffixBytes = 6;        // of "_99999"
constexpr std::size_t kMaxExampleBytes = 500;  // longer examples only enlarge the schema

}  // namespace

void add_warning(Warnings& warnings, std::string text) {
  std::string sentence = unmarked(std::move(text));
  if (std::find(warnings.begin(), warnings.end(), sentence) == warnings.end())
    warnings.push_back(std::move(sentence));
}

bool has_variable(std::string_view text) {
  return text.find(kVariableOpen) != std::string_view::npos;
}

bool has_placeholder(std::string_view text) {
  return find_placeholder(text, 0).first != std::string_view::npos;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  replace_all(text, what, with);
  return text;
}

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

std::string Parameters::add(std::string_view preferred_name, const json::value& given,
                            ParameterOptions options) {
  const json::value value =
      is_text(given) ? json::value(unmarked(std::string(std::string_view(given.get_string())))) : given;
  ProposedParameter parameter;
  parameter.name = free_name(preferred_name);
  parameter.in = options.in;
  parameter.type = json_type(value);
  parameter.in_template = "{" + parameter.name + "}";
  json::object schema = schema_of_example(value);
  const bool secret = options.secret || credentials_.are_in(value);
  const std::string text = plain_text(value);
  if (secret) {
    schema["description"] = "Not kept from the command: it looks like a secret.";
    add_warning(warnings_, "\"" + parameter.name +
                               "\" looks like a secret: its value is not kept. Each call has to give it.");
    options.required = true;
  } else {
    parameter.example = value;
    if (options.setting) {
      schema["default"] = value;
      options.required = false;
    } else if (text.size() <= kMaxExampleBytes) {
      schema["examples"] = json::array{value};
    }
    const std::string fixed = options.quoted ? to_json(value) : options.encode(text);
    if (!has_placeholder(fixed)) parameter.constant = fixed;
  }
  parameter.required = options.required;
  return finish(std::move(parameter), std::move(schema), options.quoted);
}

std::string Parameters::add_file(std::string_view preferred_name, json::object schema, std::string_view mark,
                                 bool quoted) {
  ProposedParameter parameter;
  parameter.name = free_name(preferred_name);
  parameter.in = "body";
  parameter.type = text_or_empty(schema, "type");
  if (parameter.type.empty()) parameter.type = "object";
  parameter.required = true;
  parameter.in_template = "{" + parameter.name + std::string(mark) + "}";
  add_warning(warnings_, "\"" + parameter.name +
                             "\" is a file in the command, which is not on this server: " +
                             text_or_empty(schema, "description"));
  return finish(std::move(parameter), std::move(schema), quoted);
}

std::string Parameters::add_stand_in(const std::string& name, const std::string& in, bool quoted) {
  return add_open(name, in, quoted, false);
}

std::string Parameters::add_open(const std::string& name, const std::string& in, bool quoted, bool variable) {
  const auto known = open_.find(name);
  if (known != open_.end()) return known->second;
  ProposedParameter parameter;
  parameter.name = free_name(variable ? to_lower_ascii(name) : name);
  parameter.in = in;
  parameter.type = "string";
  parameter.required = true;
  parameter.in_template = "{" + parameter.name + "}";
  open_[name] = parameter.in_template;
  json::object schema{{"type", "string"}};
  if (const auto given = defaults_.find(name);
      variable && given != defaults_.end() && !credentials_.are_in(given->second)) {
    parameter.example = json::value(given->second);
    parameter.required = false;
    schema["default"] = given->second;
  }
  return finish(std::move(parameter), std::move(schema), quoted);
}

std::string Parameters::finish(ProposedParameter parameter, json::object schema, bool quoted) {
  properties_[parameter.name] = std::move(schema);
  std::string plain = parameter.in_template;
  if (quoted) parameter.in_template = "\"" + plain + "\"";
  list_.push_back(std::move(parameter));
  return plain;
}

std::string Parameters::free_name(std::string_view preferred_name) {
  std::string name;
  for (const char c : preferred_name) {
    const char kept = is_placeholder_char(c) && c != '.' && c != '-' ? c : '_';
    if (kept != '_' || (!name.empty() && name.back() != '_')) name += kept;
  }
  if (name.ends_with('_')) name.pop_back();
  if (name.empty()) name = "value";
  name.resize(std::min(name.size(), kMaxNameBytes - kSuffixBytes));
  const std::string stem = name;
  // The last suffix of this name, so that a thousand equal names cost a thousand steps.
  int& last = last_suffixes_.try_emplace(stem, 1).first->second;
  while (!names_.insert(name).second) name = stem + "_" + std::to_string(++last);
  return name;
}

std::string Parameters::with_variables(std::string_view text, const std::string& in, Encode encode,
                                       bool quoted) {
  std::string out;
  while (!text.empty()) {
    const auto open = std::min(text.find(kVariableOpen), text.size());
    out += encode(text.substr(0, open));
    text.remove_prefix(open);
    const auto close = text.find(kVariableClose);
    if (text.empty() || close == std::string_view::npos) break;
    const std::string name(text.substr(kVariableOpen.size(), close - kVariableOpen.size()));
    out += add_open(name, in, quoted, true);
    text.remove_prefix(close + kVariableClose.size());
  }
  return out;
}

std::string Parameters::with_placeholders(const std::string& text, const std::string& in) {
  std::string out;
  std::size_t at = 0;
  for (;;) {
    const auto [open, end] = find_placeholder(text, at);
    if (open == std::string::npos) break;
    const std::string name = text.substr(open + 1, end - open - 1);
    out += text.substr(at, open - at) +
           (names_.contains(name) ? "{" + name + "}" : add_stand_in(name, in, false));
    at = end + 1;
  }
  return out + text.substr(at);
}

std::optional<std::string> Parameters::open_template(std::string_view text, const ParameterOptions& options) {
  if (const std::string name = stand_in_name(text, false); !name.empty())
    return add_stand_in(name, options.in, options.quoted);
  if (has_variable(text) && !has_placeholder(text))
    return with_variables(text, options.in, options.encode, options.quoted);
  return std::nullopt;
}

std::string Parameters::value_template(const std::string& name, const std::string& value,
                                       const ParameterOptions& options) {
  if (auto open = open_template(value, options)) return *open;
  const std::string plain = unmarked(value);
  if (keeps_fixed(json::value(plain), options)) return options.encode(plain);
  return add(name, options.secret ? json::value(plain) : value_of_text(plain), options);
}

bool Parameters::keeps_fixed(const json::value& value, const ParameterOptions& options) {
  if (!full() || options.secret || credentials_.are_in(value) || has_placeholder(to_json(value)))
    return false;
  add_warning(warnings_, "Only the first " + std::to_string(kMaxProposedParameters) +
                             " values are proposed as parameters; the others stay as they are.");
  return true;
}

json::object Parameters::input_schema() const {
  json::array required;
  for (const ProposedParameter& parameter : list_) {
    if (parameter.required) required.emplace_back(parameter.name);
  }
  json::object schema;
  schema["type"] = "object";
  schema["properties"] = properties_;
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

}  // namespace wick::curl
