// A proposal for a cURL command: a rest operation, the settings of its connector, and the parts that may change
// from call to call. Pure functions; a person reviews the proposal before it is stored.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace wick {

// Values beyond this number stay fixed in the template.
inline constexpr std::size_t kMaxProposedParameters = 200;

// One argument of the operation. To keep its value fixed, replace `in_template` by `constant` in the template,
// and remove the parameter from the input schema.
struct ProposedParameter {
  std::string name;
  std::string in;    // the template that has it: path, query, header or body
  std::string type;  // of JSON Schema
  bool required = false;
  std::optional<boost::json::value> example;  // absent for variables and possible secrets
  std::string in_template;                    // "{name}", with its quotes in a JSON template
  std::optional<std::string> constant;        // absent: the value cannot be fixed
};

struct CurlProposal {
  std::string base_url;
  std::string auth = "none";      // none, bearer, header, basic or query, as in RestKind
  std::string auth_name;          // of the header or query parameter
  std::string username;           // for basic
  Secret secret;                  // from the command; empty if there is none, or only a variable
  boost::json::object operation;  // for ConnectorService::put_operation()
  std::vector<ProposedParameter> parameters;
  std::vector<std::string> warnings;  // differences from the command, as sentences
};

// Recognised secrets appear in `secret` only: not in the operation, the parameters or the warnings.
// Errors: kInvalidArgument  with the correction of the command
Result<CurlProposal> propose_from_curl(std::string_view command);

}  // namespace wick
