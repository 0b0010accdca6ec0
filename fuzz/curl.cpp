#include "curl_import/curl_command.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "connectors/input_schema.h"
#include "curl_import/curl_proposal.h"
#include "curl_import/shell_words.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

std::string everything_shown(const CurlProposal& proposal) {
  std::string out = to_json(proposal.operation) + proposal.base_url + proposal.auth_name + proposal.username;
  for (const std::string& warning : proposal.warnings) out += warning;
  for (const ProposedParameter& parameter : proposal.parameters) {
    out += parameter.name + parameter.in_template + parameter.constant.value_or("");
    if (parameter.example) out += to_json(*parameter.example);
  }
  return out;
}

}  // namespace

// What is proposed can be stored, names every parameter once, and never shows a secret that it recognised.
void fuzz_curl(std::string_view data) {
  const auto command = parse_curl(data);
  if (command) {
    FUZZ_CHECK(!command->method.empty() && command->url.starts_with("http"));
    FUZZ_CHECK(command->url.find('#') == std::string::npos);
    for (const auto& [name, value] : command->headers) {
      FUZZ_CHECK(!name.empty());
      FUZZ_CHECK(name.find_first_of("\r\n: ") == std::string::npos);
    }
  }
  const auto proposal = propose_from_curl(data);
  if (!proposal) {
    FUZZ_CHECK(!proposal.error().message.empty());
  } else {
    FUZZ_CHECK(command);
    const auto* schema = proposal->operation.at("input_schema").if_object();
    FUZZ_CHECK(schema != nullptr);
    if (to_json(*schema).size() <= json_schema::kMaxSchemaBytes) FUZZ_CHECK(check_schema(*schema));
    FUZZ_CHECK(proposal->parameters.size() <= kMaxProposedParameters);
    for (const ProposedParameter& parameter : proposal->parameters) {
      FUZZ_CHECK(std::count_if(proposal->parameters.begin(), proposal->parameters.end(),
                               [&](const auto& other) { return other.name == parameter.name; }) == 1);
      FUZZ_CHECK(schema->at("properties").get_object().contains(parameter.name));
    }
    const std::string shown = everything_shown(*proposal);
    FUZZ_CHECK(is_valid_utf8(shown));
    FUZZ_CHECK(shown.find(kVariableOpen) == std::string::npos);
  }
  // The same command with a bearer token of ours that is in no input.
  const std::string secret = "zQ7bearerOfTheFuzzer9Xw";
  if (!command || data.find(secret) != std::string_view::npos) return;
  const auto carrying =
      propose_from_curl(std::string(trim(data)) + " -H 'Authorization: Bearer " + secret + "'");
  if (carrying) FUZZ_CHECK(everything_shown(*carrying).find(secret) == std::string::npos);
}

}  // namespace wick::fuzz
