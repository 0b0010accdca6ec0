#include "mcp/endpoint.h"

#include <unordered_map>

#include "base/json.h"
#include "base/offload.h"
#include "base/shares.h"
#include "base/text.h"
#include "base/visible_text.h"
#include "crypto/digest.h"
#include "mcp/content_negotiation.h"
#include "mcp/server_texts.h"
#include "mcp/tools.h"
#include "tokens/resource.h"

namespace wick::mcp {
namespace {

constexpr std::size_t kMaxCachedLists = 256;

// For a client that accepts event streams only. A refusal stays JSON.
http::Response as_event_stream(http::Response response) {
  if (response.status != 200 || response.content_type != "application/json" || response.bytes().empty())
    return response;
  response.body = event(response.bytes());
  response.shared_body = nullptr;
  response.content_type = "text/event-stream";
  return response;
}

}  // namespace

http::Response refusal(int status, int code, std::string message) {
  return to_response(Rejection{status, code, std::move(message), {}});
}

Endpoint::Endpoint(Dependencies dependencies)
    : access_(dependencies.access),
      authenticator_(dependencies.authenticator),
      origins_(dependencies.origins),
      runner_(dependencies.runner),
      streams_(dependencies.streams),
      sessions_(dependencies.key, dependencies.clock),
      clock_(dependencies.clock),
      searches_(dependencies.searches),
      long_work_(dependencies.long_work),
      tool_calls_(dependencies.runner, dependencies.authenticator, legacy_, dependencies.searches,
                  dependencies.long_work) {}

std::optional<http::Response> Endpoint::check_header(const http::Request& request) const {
  auto context = authenticate(request);
  if (context) return std::nullopt;
  return std::move(context.error());
}

std::expected<RequestContext, http::Response> Endpoint::authenticate(http::Exchange& exchange) const {
  auto context = authenticate(exchange.request());
  if (context) context->exchange = &exchange;
  return context;
}

std::expected<RequestContext, http::Response> Endpoint::authenticate(const http::Request& request) const {
  if (!origins_.origin_allowed(request) && origins_.cors_origin(request).empty()) {
    return std::unexpected(
        refusal(403, kInvalidRequest,
                "This Host or Origin is not allowed here: see --public-url and server.cors_origins."));
  }
  const std::string_view connector = request.capture("connector");
  RequestContext context;
  if (is_resource_name(connector)) context.resource = connector;
  WICK_TRY(principal, authenticator_.authenticate(request, context.resource));
  context.principal = principal;
  context.access = EffectiveAccess(access_.snapshot(), principal.credential.user, principal.credential.scope);
  const UserEntry* user = context.access.user();
  if (user == nullptr || user->status != UserStatus::kActive) {
    return std::unexpected(authenticator_.invalid_token(context.resource));
  }
  if (!connector.empty()) {
    context.scoped_connector = context.access.connector(connector);
    if (context.scoped_connector == nullptr)
      return std::unexpected(refusal(404, kInvalidRequest, "There is no such connector for you."));
  }
  return context;
}

http::Task<http::Response> Endpoint::post(http::Exchange& exchange) {
  auto context = authenticate(exchange);
  if (!context) co_return std::move(context.error());
  const http::Request& request = exchange.request();
  const auto type = request.header("content-type").value_or("");
  if (!equals_ignoring_case(trim(type.substr(0, type.find(';'))), "application/json")) {
    co_return refusal(415, kServerError, "The Content-Type must be application/json.");
  }
  const Accepted accepted = accepted_types(request);
  if (!accepted.json && !accepted.events) {
    co_return refusal(406, kServerError,
                      "The Accept header must allow application/json or text/event-stream; best both.");
  }
  context->may_stream = accepted.events;
  http::Response response = co_await answer_body(*context);
  if (!accepted.json) response = as_event_stream(std::move(response));
  co_return response;
}

http::Task<http::Response> Endpoint::answer_body(RequestContext& context) {
  const http::Request& request = context.exchange->request();
  auto incoming = read_body(request);
  if (!incoming) co_return to_response(incoming.error());

  if (!incoming->messages.front().modern) {
    // An empty header counts as absent: some clients send a variable that is not set.
    const std::string_view version = trim(request.header("mcp-protocol-version").value_or(""));
    if (!version.empty() && !is_legacy_version(version)) {
      co_return refusal(
          400, kServerError,
          "This server does not support the protocol version of the header MCP-Protocol-Version.");
    }
    const std::string_view id = request.header("mcp-session-id").value_or("");
    if (!id.empty() && incoming->messages.front().method != "initialize") {
      context.session = sessions_.find(id, context.principal.credential.user);
      if (!context.session)
        co_return refusal(404, kSessionNotFound, "There is no such session: initialize again.");
    }
  }
  if (incoming->batch) context.may_stream = false;
  std::string batch;
  for (const Message& message : incoming->messages) {
    context.message = &message;
    if (message.kind == Message::Kind::kResponse)
      legacy_.deliver_response(client_key_of(context), message.answer);
    if (message.kind == Message::Kind::kNotification && !message.modern) handle_legacy_notification(context);
    if (message.kind != Message::Kind::kRequest) continue;
    Answer one = co_await answer_request(context);
    if (one.response) co_return std::move(*one.response);
    if (!incoming->batch) co_return json_response(std::move(one.text), one.status);
    batch.append(batch.empty() ? "[" : ",").append(one.text);
  }
  if (batch.empty()) co_return json_response("", 202);
  co_return json_response(batch + "]");
}

// A cancellation is the only notification of a legacy client that has an effect.
void Endpoint::handle_legacy_notification(const RequestContext& context) {
  if (context.message->method != "notifications/cancelled") return;
  const auto* id = context.message->params.if_contains("requestId");
  if (id != nullptr) legacy_.cancel_request(client_key_of(context), id_text(*id));
}

http::Task<Answer> Endpoint::answer_request(RequestContext& context) {
  const Message& message = *context.message;
  if (message.method == "tools/list") co_return co_await list_tools(context);
  if (message.method == "tools/call") co_return co_await tool_calls_.handle(context);
  if (context.scoped_connector != nullptr && is_forwarded(message))
    co_return co_await forward(context, context.scoped_connector, message.params);
  if (context.scoped_connector == nullptr && is_shared(message) &&
      !find_mcp_connectors(context.access).empty())
    co_return co_await answer_shared_request(context);
  if (message.modern) co_return co_await answer_modern(context);
  co_return co_await answer_legacy(context);
}

http::Task<Answer> Endpoint::answer_modern(RequestContext& context) {
  const Message& message = *context.message;
  if (message.method == "server/discover") co_return co_await discover(context);
  if (message.method == "subscriptions/listen") co_return co_await listen(context);
  co_return rejected(context, kMethodNotFound, "This server has no method \"" + message.method + "\".", 404);
}

http::Task<Answer> Endpoint::answer_legacy(RequestContext& context) {
  const Message& message = *context.message;
  if (message.method == "initialize") co_return co_await initialize(context);
  if (message.method == "ping") co_return Answer{result_text(message.id, "{}")};
  co_return rejected(context, kMethodNotFound, "This server has no method \"" + message.method + "\".");
}

http::Task<Answer> Endpoint::discover(RequestContext& context) {
  const std::string& id = context.message->id;
  if (context.scoped_connector == nullptr) {
    if (find_mcp_connectors(context.access).empty()) co_return Answer{result_text(id, discover_text())};
    json::value all = parse_trusted_json(discover_text());
    all.get_object()["capabilities"] = parse_trusted_json(kSharedCapabilities);
    co_return Answer{result_text(id, to_json(all))};
  }
  RequestStream stream(
      *context.exchange, *context.message, client_key_of(context),
      carried_capabilities(context.message->capabilities), legacy_, [] { return true; }, false);
  const auto more = co_await runner_.capabilities(context.scoped_connector,
                                                  {context.principal.credential.user, &stream.client()});
  if (!more || more->empty()) co_return Answer{result_text(id, discover_text())};
  json::value result = parse_trusted_json(discover_text());
  for (const auto& one : *more) result.get_object()["capabilities"].get_object()[one.key()] = one.value();
  co_return Answer{result_text(id, to_json(result))};
}

http::Task<Answer> Endpoint::initialize(RequestContext& context) {
  const Message& message = *context.message;
  Session session;
  session.user = context.principal.credential.user;
  session.created_at = clock_.now();
  const auto text = [](const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string()
               ? visible_text(truncate_utf8(value->get_string(), kMaxNameBytes))
               : std::string();
  };
  const std::string wanted = text(message.params, "protocolVersion");
  session.version = is_legacy_version(wanted) ? wanted : std::string(kLegacyVersions[0]);
  if (const auto* client = message.params.if_contains("clientInfo");
      client != nullptr && client->is_object()) {
    session.client_name = text(client->get_object(), "name");
    session.client_version = text(client->get_object(), "version");
  }
  if (const auto* can = message.params.if_contains("capabilities"); can != nullptr && can->is_object())
    session.capabilities = carried_capabilities(can->get_object());
  const bool is_shared_view =
      context.scoped_connector == nullptr && !find_mcp_connectors(context.access).empty();
  json::value capabilities = parse_trusted_json(is_shared_view ? kSharedCapabilities : kCapabilities);
  if (context.scoped_connector != nullptr) {
    McpClientSession client;  // a server may have other capabilities in the client's generation
    client.modern = false;
    client.cancellation = std::make_shared<Cancellation>();
    const auto more =
        co_await runner_.capabilities(context.scoped_connector, {context.principal.credential.user, &client});
    for (const auto& one : more.value_or(json::object())) capabilities.get_object()[one.key()] = one.value();
  }
  std::string result = R"({"protocolVersion":")" + session.version + R"(","capabilities":)" +
                       to_json(capabilities) + R"(,"serverInfo":)" + kServerInfo + R"(,"instructions":)" +
                       to_json(json::string(kInstructions)) + "}";
  http::Response response = json_response(result_text(message.id, result));
  response.headers.emplace_back("Mcp-Session-Id", sessions_.create(session));
  co_return Answer{{}, std::move(response)};
}

namespace {

// Serialised lists of tools, each for a user, a scope and a snapshot. Each thread has its own cache and needs no lock. The
// cache is cleared when the snapshot changes.
class ListCache {
 public:
  std::shared_ptr<const std::string> find(const std::shared_ptr<const AccessSnapshot>& of,
                                          const std::string& key) {
    // Compared by owner: an address may be used again, but a control block is not while a weak_ptr refers to it.
    if (snapshot_.owner_before(of) || of.owner_before(snapshot_) || lists_.size() >= kMaxCachedLists) {
      lists_.clear();
      snapshot_ = of;
    }
    const auto found = lists_.find(key);
    return found == lists_.end() ? nullptr : found->second;
  }
  void put(const std::shared_ptr<const AccessSnapshot>& of, const std::string& key,
           std::shared_ptr<const std::string> list) {
    if (find(of, key) == nullptr) lists_.emplace(key, std::move(list));
  }

 private:
  std::weak_ptr<const AccessSnapshot> snapshot_;
  std::unordered_map<std::string, std::shared_ptr<const std::string>> lists_;
};
thread_local ListCache list_cache;

}  // namespace

// Null: Wick has not made the cursor.
http::Task<Result<std::shared_ptr<const std::string>>> Endpoint::render_tools_list(
    const RequestContext& context) const {
  using List = std::shared_ptr<const std::string>;
  const auto* cursor = context.message->params.if_contains("cursor");
  if (cursor != nullptr && cursor->is_null()) cursor = nullptr;
  if (cursor != nullptr && !cursor->is_string()) co_return List();
  const std::string after = cursor == nullptr ? "" : std::string(cursor->get_string());
  const UserId& user = context.access.user()->id;
  const ToolSurface surface = context.principal.credential.tools;
  std::string key(holder_of(user));
  key += char(surface);
  const ProtocolGeneration generation =
      context.message->modern ? ProtocolGeneration::kStateless : ProtocolGeneration::kSessionBased;
  key += char(generation);
  if (context.scoped_connector != nullptr) key += holder_of(context.scoped_connector->id);
  if (context.access.scope() != nullptr) key += scope_text(context.access.scope());
  const auto snapshot = context.access.shared_snapshot();
  if (cursor == nullptr) {
    if (auto kept = list_cache.find(snapshot, key)) co_return kept;
  }
  const auto make = [&]() -> Result<List> {
    auto text = context.scoped_connector == nullptr
                    ? mcp::list_tools(context.access, surface, after, generation)
                    : list_connector_tools(context.access, *context.scoped_connector, after, generation);
    return text ? std::make_shared<const std::string>(std::move(*text)) : List();
  };
  Result<List> list = List();
  if (is_long_catalogue(*snapshot)) {
    list = co_await offload(long_work_, user.str(), make);
  } else {
    list = make();
  }
  if (list && *list != nullptr && cursor == nullptr) list_cache.put(snapshot, key, *list);
  co_return list;
}

http::Task<Answer> Endpoint::list_tools(const RequestContext& context) const {
  const auto tools = co_await render_tools_list(context);
  if (!tools) co_return rejected(context, kInternalError, tools.error().message);
  if (*tools == nullptr)
    co_return rejected(context, kInvalidParams, "The cursor is not one that tools/list returned.");
  static const std::string kModernMembers = R"("resultType":"complete","ttlMs":)" +
                                            std::to_string(kListTtl.count()) + R"(,"cacheScope":"private",)" +
                                            meta_text() + ",";
  const std::string& id = context.message->id;
  std::string text;
  text.reserve((*tools)->size() + kModernMembers.size() + id.size() + 48);
  text.append(R"({"jsonrpc":"2.0","id":)").append(id).append(R"(,"result":{)");
  if (context.message->modern) text += kModernMembers;
  text.append(**tools).append("}}");
  co_return Answer{std::move(text)};
}

http::Task<http::Response> Endpoint::remove(http::Exchange& exchange) {
  auto context = authenticate(exchange);
  if (!context) co_return std::move(context.error());
  const auto id = exchange.request().header("mcp-session-id");
  if (!id) co_return refusal(400, kServerError, "The header Mcp-Session-Id is missing.");
  if (!sessions_.find(*id, context->principal.credential.user)) {
    co_return refusal(404, kSessionNotFound, "There is no such session.");
  }
  sessions_.end(*id);
  streams_.wake_token(context->principal.credential.id);  // ends the stream of the session
  co_await runner_.end_client_session(to_hex(sha256(*id)));
  http::Response done;
  done.status = 204;
  co_return done;
}

}  // namespace wick::mcp
