// Requests other than tool calls that a connected MCP server answers (Endpoint, endpoint.h).
#include "base/json.h"
#include "mcp/endpoint.h"
#include "mcp/message.h"
#include "mcp/server_texts.h"

namespace wick::mcp {
namespace {

// 2026-07-28, server/utilities/caching: lists and resources.
bool is_cacheable(std::string_view method) {
  return method.ends_with("/list") || method == "resources/read";
}

}  // namespace

bool Endpoint::is_forwarded(const Message& message) {
  const std::string_view method = message.method;
  if (method == "resources/list" || method == "resources/templates/list" || method == "resources/read" ||
      method == "prompts/list" || method == "prompts/get" || method == "completion/complete")
    return true;
  return !message.modern && (method == "logging/setLevel" || method == "resources/subscribe" ||
                             method == "resources/unsubscribe");
}

http::Task<Answer> Endpoint::forward(RequestContext& context, std::shared_ptr<const ConnectorEntry> connector,
                                     json::object params) {
  const Message& message = *context.message;
  const auto stream = open_request_stream(context, *connector, runner_, authenticator_, legacy_);
  const McpClientSession* client = stream == nullptr ? nullptr : &stream->client();
  Result<Forwarded> forwarded = fail(ErrorCode::kUpstream, "");
  for (int round = 0;; ++round) {
    forwarded = co_await runner_.forward(caller_of(context, authenticator_), connector->id, message.method,
                                         params, client);
    if (!forwarded || !asks_back(forwarded->result) || message.modern) break;
    bool answered = round < kMaxRounds;
    if (answered) answered = co_await stream->request_inputs(forwarded->result, params);
    if (!answered) {
      forwarded = fail(ErrorCode::kUpstream, "The MCP server needs input, and the client has not responded.");
      break;
    }
  }
  if (forwarded && !forwarded->is_error)
    co_await publish_result(context, runner_, long_work_, *connector, forwarded->result);
  co_return co_await finish_stream(stream.get(), forwarded_answer(context, std::move(forwarded)));
}

Answer Endpoint::forwarded_answer(const RequestContext& context, Result<Forwarded> forwarded) const {
  const Message& message = *context.message;
  if (!forwarded) {
    if (forwarded.error().code == ErrorCode::kUnauthenticated)
      return {{}, authenticator_.invalid_token(context.resource)};
    if (forwarded.error().code == ErrorCode::kNotFound && context.scoped_connector == nullptr)
      return refuse_unknown_name(context);
    if (forwarded.error().code == ErrorCode::kNotFound)
      return rejected(context, kMethodNotFound, "This connector has no resources and prompts for you.",
                      message.modern ? 404 : 200);
    if (is_refused_for_now(forwarded.error())) return unavailable(context, forwarded.error());
    const int code = forwarded.error().code == ErrorCode::kConflict ? kInvalidParams : kInternalError;
    return rejected(context, code, forwarded.error().message);
  }
  if (forwarded->is_error) {
    // The server's own code, except for a missing resource: the revisions have different codes for it, and the newer revision
    // marks it with data.uri.
    int code = forwarded->error_code;
    const bool names_uri =
        forwarded->error_data.is_object() && forwarded->error_data.get_object().contains("uri");
    if (message.modern && code == kLegacyResourceNotFound) code = kInvalidParams;
    if (!message.modern && code == kInvalidParams && names_uri && message.method == "resources/read")
      code = kLegacyResourceNotFound;
    const int status = !message.modern              ? 200
                       : code == kMethodNotFound    ? 404
                       : code == kMissingCapability ? 400
                                                    : 200;
    Rejection passed{status, code, forwarded->error_message, message.id};
    passed.data = std::move(forwarded->error_data);
    // On /mcp, the data has the public URI of the resource.
    const auto* uri = message.params.if_contains("uri");
    if (names_uri && uri != nullptr && context.scoped_connector == nullptr)
      passed.data.get_object()["uri"] = *uri;
    return {error_text(passed), std::nullopt, status};
  }
  json::object& result = forwarded->result;
  if (!message.modern) {
    for (const char* field : {"ttlMs", "cacheScope"}) result.erase(field);
    return {result_text(message.id, to_json(result))};
  }
  if (!asks_back(result)) {
    result["resultType"] = "complete";
    // A shared cache must not keep the answer for one user, even when the server allows it.
    if (is_cacheable(message.method)) {
      const auto* ttl = result.if_contains("ttlMs");
      if (ttl == nullptr || !ttl->is_int64() || ttl->get_int64() < 0) result["ttlMs"] = 0;
      result["cacheScope"] = "private";
    }
  }
  auto* meta = result.if_contains("_meta");
  if (meta == nullptr || !meta->is_object()) result["_meta"] = json::object();
  result["_meta"].get_object()["io.modelcontextprotocol/serverInfo"] = parse_trusted_json(kServerInfo);
  return {result_text(message.id, to_json(result))};
}

}  // namespace wick::mcp
