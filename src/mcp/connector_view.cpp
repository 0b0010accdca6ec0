// What the view of one connector passes on to the MCP server behind it, besides tools (Endpoint, endpoint.h).
#include "base/json.h"
#include "mcp/endpoint.h"
#include "mcp/server_texts.h"

namespace wick::mcp {
namespace {

constexpr int kLegacyResourceNotFound = -32002;  // 2025-11-25, resources, "Error Handling"

// 2026-07-28, server/utilities/caching: lists and resources.
bool is_cacheable(std::string_view method) {
  return method.ends_with("/list") || method == "resources/read";
}

}  // namespace

bool Endpoint::is_forwarded(std::string_view method) {
  return method == "resources/list" || method == "resources/templates/list" || method == "resources/read" ||
         method == "prompts/list" || method == "prompts/get" || method == "completion/complete";
}

http::Task<Endpoint::Answer> Endpoint::forward(Context& context) {
  const Message& message = *context.message;
  auto forwarded =
      co_await runner_.forward(caller(context), context.only->id, message.method, message.params);
  if (!forwarded) {
    if (forwarded.error().code == ErrorCode::kUnauthenticated)
      co_return Answer{{}, authenticator_.invalid_token()};
    if (forwarded.error().code == ErrorCode::kNotFound)
      co_return rejected(context, kMethodNotFound, "This connector offers you no resources and prompts.",
                         message.modern ? 404 : 200);
    co_return rejected(context, kInternalError, forwarded.error().message);
  }
  if (forwarded->error_code != 0) {
    // A resource that is not there has a code of its own before 2026-07-28, and none since.
    int code = forwarded->error_code;
    if (message.modern && code == kLegacyResourceNotFound) code = kInvalidParams;
    if (!message.modern && code == kInvalidParams && message.method == "resources/read")
      code = kLegacyResourceNotFound;
    json::object data;
    if (const auto* uri = message.params.if_contains("uri"); uri != nullptr && uri->is_string())
      data["uri"] = *uri;
    co_return Answer{error_text(Rejection{200, code, forwarded->error_message, message.id, std::move(data)})};
  }
  json::object& result = forwarded->result;
  if (!message.modern) {
    for (const char* field : {"ttlMs", "cacheScope"}) result.erase(field);
    co_return Answer{result_text(message.id, to_json(result))};
  }
  result["resultType"] = "complete";
  // What one person sees is not another's to keep, whatever the server says.
  if (is_cacheable(message.method)) {
    const auto* ttl = result.if_contains("ttlMs");
    if (ttl == nullptr || !ttl->is_int64() || ttl->get_int64() < 0) result["ttlMs"] = 0;
    result["cacheScope"] = "private";
  }
  auto* meta = result.if_contains("_meta");
  if (meta == nullptr || !meta->is_object()) result["_meta"] = json::object();
  result["_meta"].get_object()["io.modelcontextprotocol/serverInfo"] = parse_trusted_json(kServerInfo);
  co_return Answer{result_text(message.id, to_json(result))};
}

}  // namespace wick::mcp
