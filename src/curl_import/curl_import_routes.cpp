// A cURL command into the proposal of a rest operation, for admins. Nothing is stored or sent.
#include "curl_import/curl_import_routes.h"
#include "api/request_fields.h"
#include "curl_import/curl_command.h"
#include "curl_import/curl_proposal.h"

namespace wick::api {
namespace {

json::object parameter_view(const ProposedParameter& parameter) {
  json::object view;
  view["name"] = parameter.name;
  view["in"] = parameter.in;
  view["type"] = parameter.type;
  view["required"] = parameter.required;
  if (parameter.example) view["example"] = *parameter.example;
  view["in_template"] = parameter.in_template;
  if (parameter.constant) view["constant"] = *parameter.constant;
  return view;
}

// The secret goes back to the admin who pasted it, for the form whose save seals it; answers of the API are
// no-store, and bodies are in no log.
Result<Reply> import_curl(Context& context) {
  WICK_CHECK(only_fields(context.body, {"command"}));
  WICK_TRY(command, required_string(context.body, "command"));
  WICK_TRY(proposal, propose_from_curl(command));
  json::object auth;
  auth["type"] = proposal.auth;
  auth["name"] = proposal.auth_name;
  auth["username"] = proposal.username;
  json::array parameters;
  for (const ProposedParameter& parameter : proposal.parameters)
    parameters.push_back(parameter_view(parameter));
  json::array notes;
  for (const std::string& note : proposal.warnings) notes.emplace_back(note);
  json::object out;
  out["base_url"] = proposal.base_url;
  out["auth"] = std::move(auth);
  out["secret_found"] = !proposal.secret.empty();
  if (!proposal.secret.empty()) out["secret"] = proposal.secret.reveal();
  out["operation"] = std::move(proposal.operation);
  out["parameters"] = std::move(parameters);
  out["notes"] = std::move(notes);
  return Reply{200, std::move(out)};
}

}  // namespace

void mount_curl_import(Api& api) {
  api.route("POST", "/admin/connectors/import/curl", Access::kAdmin, import_curl);
}

}  // namespace wick::api
