#include "curl_import/curl_proposal.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "curl_import/curl_proposal_parts.h"
#include "curl_import/shell_words.h"
#include "redaction/request_guess.h"

namespace wick {
namespace {

using curl::Body;
using curl::CommandUrl;
using curl::Credentials;
using curl::Parameters;
using curl::Target;
using curl::Warnings;

constexpr const char* kMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};

struct Headers {
  json::object templates;
  std::string content_type;  // belongs to the body
};

Headers make_headers(const curl::Pairs& headers, Credentials& credentials, Parameters& parameters) {
  Headers out;
  for (const auto& [name, value] : headers) {
    const std::string low = to_lower_ascii(name);
    if (low == "content-type") {
      out.content_type = value;
    } else if (low == "accept" && value == "*/*") {
      continue;  // sent by default
    } else if (credentials.are_in(value)) {
      credentials.take_header(name, value);
    } else if (low == "idempotency-key" || low == "x-request-id") {  // new with each call
      curl::ParameterOptions options;
      options.in = "header";
      out.templates[name] = curl::has_variable(value)
                                ? parameters.with_variables(value, "header", curl::as_is)
                                : parameters.add(low, json::value(value), options);
    } else {
      out.templates[name] =
          parameters.with_placeholders(parameters.with_variables(value, "header", curl::as_is), "header");
    }
  }
  return out;
}

// "list_issues", from the method and the last words of the path.
std::string make_key(const CommandUrl& url, const std::string& method, const Target& target) {
  std::string last, owner;  // the last plain word, and the noun of the id before it
  bool ends_with_id = false, after_id = false;
  for (std::size_t i = 0; i < url.segments.size(); ++i) {
    if (target.variable_segments.contains(i)) {
      ends_with_id = after_id = true;
      owner = last;
      continue;
    }
    std::string word = url.segments[i];
    for (const char* ending : {".json", ".xml"}) {
      if (word.ends_with(ending)) word.resize(word.find(ending));
    }
    word = guess::snake_case(curl::decoded(word, false));
    if (word.empty() || word == "json" || word == "xml") continue;
    after_id = ends_with_id;
    ends_with_id = false;
    last = word;
  }
  if (last.empty()) return to_lower_ascii(method) + "_" + slug(url.host);
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

bool only_reads(const std::string& method) {
  return method == "GET" || method == "HEAD";
}

json::object make_rest(const std::string& method, const Target& target, json::object headers,
                       const Body& body) {
  json::object rest;
  rest["method"] = method;
  rest["path"] = target.path;
  if (!target.query.empty()) rest["query"] = target.query;
  if (!headers.empty()) rest["headers"] = std::move(headers);
  if (!body.text.empty()) {
    rest["body"] = body.text;
    rest["content_type"] = body.content_type;
  }
  return rest;
}

// Adds the texts that people and models read.
json::object make_operation(const CommandUrl& url, const std::string& method, const Target& target,
                            json::object rest, json::object input_schema) {
  std::string key = make_key(url, method, target);
  key.resize(std::min<std::size_t>(key.size(), 64));
  while (key.ends_with('_')) key.pop_back();
  std::string name = curl::replaced(key, "_", " ");
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = char(name[0] - 32);
  json::object operation;
  operation["key"] = key;
  operation["name"] = name;
  operation["description"] =
      name + " (" + method + " " + std::string(truncate_utf8(target.path, 200)) + " of " + url.host + ").";
  operation["input_schema"] = std::move(input_schema);
  operation["rest"] = std::move(rest);
  operation["read_only"] = only_reads(method);
  operation["destructive"] = method == "DELETE";
  operation["idempotent"] = only_reads(method) || method == "PUT" || method == "DELETE";
  return operation;
}

// Variables in names, which templates cannot fill, stay as written.
json::object without_variables(json::object operation, Warnings& warnings) {
  const std::string text = to_json(operation);
  if (!curl::has_variable(text)) return operation;
  curl::add_warning(warnings, "A variable in a name cannot change from call to call: write the name.");
  return parse_trusted_json(unmarked(text)).as_object();
}

}  // namespace

Result<CurlProposal> propose_from_curl(std::string_view command_text) {
  WICK_TRY(command, parse_curl(command_text));
  const std::string& method = command.method;
  if (std::find(std::begin(kMethods), std::end(kMethods), method) == std::end(kMethods))
    return curl::invalid("The method must be GET, POST, PUT, PATCH, DELETE or HEAD.");
  Warnings warnings = std::move(command.warnings);
  WICK_TRY(url, curl::read_url(command.url, warnings));
  Credentials credentials(warnings);
  credentials.take_from(command, url);
  Parameters parameters(command.defaults, credentials, warnings);
  const Target target = curl::make_target(url, only_reads(method), credentials, parameters);
  Headers headers = make_headers(command.headers, credentials, parameters);
  Body body;
  if (curl::has_body(command)) {
    WICK_TRY(made, curl::make_body(command, headers.content_type, parameters, warnings));
    body = std::move(made);
  } else if (!headers.content_type.empty() && !curl::has_variable(headers.content_type)) {
    headers.templates["Content-Type"] = headers.content_type;
  }
  json::object rest = make_rest(method, target, std::move(headers.templates), body);
  json::object operation = make_operation(url, method, target, std::move(rest), parameters.input_schema());

  CurlProposal proposal;
  proposal.base_url = std::move(url.base);
  Credentials::Carried carried = std::move(credentials).carried();
  proposal.auth = std::move(carried.auth);
  proposal.auth_name = std::move(carried.name);
  proposal.username = std::move(carried.username);
  proposal.secret = std::move(carried.secret);
  proposal.operation = without_variables(std::move(operation), warnings);
  proposal.parameters = parameters.list();
  proposal.warnings = std::move(warnings);
  return proposal;
}

}  // namespace wick
