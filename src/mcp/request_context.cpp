#include "mcp/request_context.h"

#include "base/json.h"
#include "base/offload.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "mcp/revision.h"
#include "mcp/upstream_definitions.h"

namespace wick::mcp {
namespace {

std::string trace_id_of(std::string_view traceparent) {
  // W3C Trace Context §3.2: version-traceid-parentid-flags.
  return traceparent.size() >= 55 && traceparent[2] == '-' && traceparent[35] == '-'
             ? std::string(traceparent.substr(3, 32))
             : std::string();
}

}  // namespace

Answer rejected(const RequestContext& context, int code, std::string message, int status) {
  return {error_text(Rejection{status, code, std::move(message), context.message->id}), std::nullopt, status};
}

Answer unavailable(const RequestContext& context, const Error& error) {
  constexpr int kUnavailableStatus = 503;
  http::Response response =
      to_response(Rejection{kUnavailableStatus, kInternalError, error.message, context.message->id});
  response.headers.emplace_back("Retry-After", std::to_string(error.retry_after.count()));
  return {{}, std::move(response)};
}

Answer failed_call(const RequestContext& context, const Authenticator& authenticator, const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnauthenticated:
      return {{}, authenticator.invalid_token(context.resource)};
    case ErrorCode::kNotFound:
      return rejected(context, kInvalidParams,
                      "There is no such tool for you. Call tools/list for those there are.");
    default:
      if (is_refused_for_now(error)) return unavailable(context, error);
      return rejected(context, kInternalError, error.message);
  }
}

std::string client_key_of(const RequestContext& context) {
  if (context.session) return to_hex(sha256(*context.exchange->request().header("mcp-session-id")));
  return context.principal.credential.user.str();
}

Caller caller_of(const RequestContext& context, const Authenticator& authenticator) {
  const http::Request& request = context.exchange->request();
  const Message& message = *context.message;
  const Credential& credential = context.principal.credential;
  Caller out;
  out.user = credential.user;
  out.credential.id = credential.id.str();
  out.credential.kind = credential.kind;
  out.credential.scope = credential.scope;
  out.credential.still_valid = [&authenticator, principal = context.principal] {
    return authenticator.still_valid(principal);
  };
  out.source = RunSource::kMcp;
  out.client.ip = std::string(request.remote_address);
  out.client.user_agent = std::string(request.header("user-agent").value_or(""));
  out.client.name = context.session ? context.session->client_name : message.client_name;
  out.client.version = context.session ? context.session->client_version : message.client_version;
  out.trace_id = trace_id_of(message.traceparent.empty() ? request.header("traceparent").value_or("")
                                                         : std::string_view(message.traceparent));
  return out;
}

http::Task<void> publish_result(const RequestContext& context, const Runner& runner, FairPool& long_work,
                                const ConnectorEntry& connector, json::object& result) {
  const bool is_shared_view = context.scoped_connector == nullptr && runner.is_mcp_server(connector);
  const std::string version = context.session ? context.session->version : std::string();
  if (!is_shared_view && !has_older_content(version)) co_return;
  const auto work = [&]() -> Result<void> {
    if (is_shared_view) publish_uris(result, connector.slug);
    use_older_content(result, version);
    return {};
  };
  if (is_larger_than(result, kLongWorkBytes)) {
    const auto published = co_await offload(long_work, context.principal.credential.user.str(), work);
    if (published) co_return;
  }
  (void)work();
}

}  // namespace wick::mcp
