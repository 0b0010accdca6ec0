// What a cURL command could become: a rest operation, the settings of its connector, and which parts of it
// may change from call to call. Pure functions; a person reviews the proposal before anything is stored.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace wick {

// More are not proposed: what is beyond stays as it is in the template.
inline constexpr std::size_t kMaxProposedParameters = 200;

// One argument of the operation. To keep its value fixed instead, put `constant` in the place of
// `in_template` there, and take the parameter out of the input schema.
struct ProposedParameter {
  std::string name;
  std::string in;    // path, query, header or body: which template it is in
  std::string type;  // of JSON Schema
  bool required = false;
  std::optional<boost::json::value> example;  // absent for variables, and for what may be a secret
  std::string in_template;                    // "{name}", with its quotes in a JSON template
  std::optional<std::string> constant;        // absent: it cannot be fixed
};

struct CurlProposal {
  std::string base_url;
  std::string auth = "none";  // none, bearer, header, basic or query, as RestKind has them
  std::string auth_name;      // of the header or query parameter
  std::string username;       // for basic
  Secret secret;              // what was taken out of the command; empty when it has none, or only a variable
  boost::json::object operation;  // as ConnectorService::put_operation() takes it
  std::vector<ProposedParameter> parameters;
  std::vector<std::string> notes;  // what is different from the command, as sentences
};

// Recognised secrets are in `secret` only: neither in the operation nor in the parameters nor in the notes.
// Errors: kInvalidArgument  with what to change in the command
Result<CurlProposal> propose_from_curl(std::string_view command);

}  // namespace wick
