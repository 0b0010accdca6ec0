#include "mcp/endpoint.h"

#include <unordered_map>

#include "base/json.h"
#include "base/text.h"
#include "mcp/server_texts.h"
#include "mcp/tools.h"

namespace wick::mcp {
namespace {

constexpr std::size_t kMaxCachedLists = 256;

bool lists_type(std::string_view accept, std::string_view type) {
  for (const std::string_view part : split(accept, ',')) {
    const std::string_view range = trim(part.substr(0, part.find(';')));
    if (equals_ignoring_case(range, type) || range == "*/*" ||
        (range.ends_with("/*") &&
         equals_ignoring_case(range.substr(0, range.size() - 1), type.substr(0, range.size() - 1)))) {
      return true;
    }
  }
  return false;
}

std::string trace_id_of(std::string_view traceparent) {
  // W3C Trace Context §3.2: version-traceid-parentid-flags.
  return traceparent.size() >= 55 && traceparent[2] == '-' && traceparent[35] == '-'
             ? std::string(traceparent.substr(3, 32))
             : std::string();
}

http::Response refusal(int status, int code, std::string message) {
  return to_response(Rejection{status, code, std::move(message), {}});
}

json::object take_object(json::object& from, std::string_view key) {
  auto* value = from.if_contains(key);
  return value != nullptr && value->is_object() ? std::move(value->get_object()) : json::object();
}

// An SSE event; the text is one line of JSON.
std::string event(std::string_view text) {
  return std::string("event: message\ndata: ").append(text).append("\n\n");
}

}  // namespace

Endpoint::Endpoint(const AccessStore& access, const Authenticator& authenticator,
                   const http::OriginPolicy& origins, Runner& runner, StreamHub& streams,
                   const SealingKey& key, const Clock& clock)
    : access_(access),
      authenticator_(authenticator),
      origins_(origins),
      runner_(runner),
      streams_(streams),
      sessions_(key, clock),
      clock_(clock) {}

std::expected<Endpoint::Context, http::Response> Endpoint::admit(http::Exchange& exchange) const {
  const http::Request& request = exchange.request();
  if (!origins_.origin_allowed(request)) {
    return std::unexpected(
        refusal(403, kInvalidRequest, "This Host or Origin is not allowed here: see --public-url."));
  }
  auto principal = authenticator_.authenticate(request);
  if (!principal) return std::unexpected(std::move(principal.error()));
  Context context;
  context.exchange = &exchange;
  context.principal = *principal;
  context.reach = Reach(access_.snapshot(), principal->credential.user, principal->credential.scope);
  const UserEntry* user = context.reach.user();
  if (user == nullptr || user->status != UserStatus::kActive) {
    return std::unexpected(authenticator_.invalid_token());
  }
  if (const auto name = request.capture("connector"); !name.empty()) {
    context.only = context.reach.connector(name);
    if (context.only == nullptr)
      return std::unexpected(refusal(404, kInvalidRequest, "There is no such connector for you."));
  }
  return context;
}

http::Task<http::Response> Endpoint::post(http::Exchange& exchange) {
  auto context = admit(exchange);
  if (!context) co_return std::move(context.error());
  const http::Request& request = exchange.request();
  const auto type = request.header("content-type").value_or("");
  if (!equals_ignoring_case(trim(type.substr(0, type.find(';'))), "application/json")) {
    co_return refusal(415, kServerError, "The Content-Type must be application/json.");
  }
  if (const auto accept = request.header("accept");
      accept && (!lists_type(*accept, "application/json") || !lists_type(*accept, "text/event-stream"))) {
    co_return refusal(406, kServerError,
                      "The Accept header must list application/json and text/event-stream.");
  }
  auto incoming = read_body(request);
  if (!incoming) co_return to_response(incoming.error());

  if (!incoming->messages.front().modern) {
    const auto version = request.header("mcp-protocol-version");
    if (version && !is_legacy_version(trim(*version))) {
      co_return refusal(
          400, kServerError,
          "This server does not speak the protocol version of the header MCP-Protocol-Version.");
    }
    const auto id = request.header("mcp-session-id");
    if (id && incoming->messages.front().method != "initialize") {
      context->session = sessions_.find(*id, context->principal.credential.user);
      if (!context->session)
        co_return refusal(404, kSessionNotFound, "There is no such session: initialize again.");
    }
  }
  std::string batch;
  for (const Message& message : incoming->messages) {
    context->message = &message;
    if (message.kind != Message::Kind::kRequest) continue;
    Answer one = co_await answer(*context);
    if (one.response) co_return std::move(*one.response);
    if (!incoming->batch) co_return json_response(std::move(one.text), one.status);
    batch.append(batch.empty() ? "[" : ",").append(one.text);
  }
  if (batch.empty()) co_return json_response("", 202);
  co_return json_response(batch + "]");
}

http::Task<Endpoint::Answer> Endpoint::answer(Context& context) {
  const Message& message = *context.message;
  if (message.method == "tools/list") co_return list_tools(context);
  if (message.method == "tools/call") co_return co_await call_tool(context);
  if (context.only != nullptr && is_forwarded(message.method)) co_return co_await forward(context);
  if (message.modern) co_return co_await answer_modern(context);
  co_return co_await answer_legacy(context);
}

http::Task<Endpoint::Answer> Endpoint::answer_modern(Context& context) {
  const Message& message = *context.message;
  if (message.method == "server/discover") co_return co_await discover(context);
  if (message.method == "subscriptions/listen") co_return co_await listen(context);
  co_return rejected(context, kMethodNotFound, "This server has no method \"" + message.method + "\".", 404);
}

http::Task<Endpoint::Answer> Endpoint::answer_legacy(Context& context) {
  const Message& message = *context.message;
  if (message.method == "initialize") co_return co_await initialize(context);
  if (message.method == "ping") co_return Answer{result_text(message.id, "{}")};
  co_return rejected(context, kMethodNotFound, "This server has no method \"" + message.method + "\".");
}

http::Task<Endpoint::Answer> Endpoint::discover(Context& context) {
  const std::string& id = context.message->id;
  if (context.only == nullptr) co_return Answer{result_text(id, discover_text())};
  const json::object more = co_await runner_.capabilities(context.only, context.principal.credential.user);
  if (more.empty()) co_return Answer{result_text(id, discover_text())};
  json::value result = parse_trusted_json(discover_text());
  for (const auto& one : more) result.get_object()["capabilities"].get_object()[one.key()] = one.value();
  co_return Answer{result_text(id, to_json(result))};
}

http::Task<Endpoint::Answer> Endpoint::initialize(Context& context) {
  const Message& message = *context.message;
  Session session;
  session.user = context.principal.credential.user;
  session.created_at = clock_.now();
  const auto text = [](const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string()
               ? std::string(truncate_utf8(value->get_string(), kMaxNameBytes))
               : std::string();
  };
  const std::string wanted = text(message.params, "protocolVersion");
  session.version = is_legacy_version(wanted) ? wanted : std::string(kLegacyVersions[0]);
  if (const auto* client = message.params.if_contains("clientInfo");
      client != nullptr && client->is_object()) {
    session.client_name = text(client->get_object(), "name");
    session.client_version = text(client->get_object(), "version");
  }
  json::value capabilities = parse_trusted_json(kCapabilities);
  if (context.only != nullptr) {
    const json::object more = co_await runner_.capabilities(context.only, context.principal.credential.user);
    for (const auto& one : more) capabilities.get_object()[one.key()] = one.value();
  }
  std::string result = R"({"protocolVersion":")" + session.version + R"(","capabilities":)" +
                       to_json(capabilities) + R"(,"serverInfo":)" + kServerInfo + R"(,"instructions":)" +
                       to_json(json::string(kInstructions)) + "}";
  http::Response response = json_response(result_text(message.id, result));
  response.headers.emplace_back("Mcp-Session-Id", sessions_.create(session));
  co_return Answer{{}, std::move(response)};
}

// Serialised once for a user, a scope and a snapshot. Kept per thread, so that nobody waits; forgotten with
// the snapshot.
std::shared_ptr<const std::string> Endpoint::tools_list(const Context& context) const {
  const auto* cursor = context.message->params.if_contains("cursor");
  if (cursor != nullptr && !cursor->is_string()) return nullptr;
  const ToolSurface surface = context.principal.credential.tools;
  const auto make = [&](std::string_view after) -> std::shared_ptr<const std::string> {
    auto text = context.only == nullptr ? mcp::list_tools(context.reach, surface, after)
                                        : list_connector_tools(context.reach, *context.only, after);
    return text ? std::make_shared<const std::string>(std::move(*text)) : nullptr;
  };
  if (cursor != nullptr) return make(cursor->get_string());
  struct Cache {
    std::weak_ptr<const AccessSnapshot> snapshot;
    std::unordered_map<std::string, std::shared_ptr<const std::string>> lists;
  };
  thread_local Cache cache;
  // Compared by owner: an address may be used again, a living control block not.
  const auto& snapshot = context.reach.shared_snapshot();
  if (cache.snapshot.owner_before(snapshot) || snapshot.owner_before(cache.snapshot) ||
      cache.lists.size() >= kMaxCachedLists) {
    cache.lists.clear();
    cache.snapshot = snapshot;
  }
  const UserId& user = context.reach.user()->id;
  std::string key(reinterpret_cast<const char*>(user.bytes.data()), user.bytes.size());
  key += char(surface);
  if (context.only != nullptr)
    key.append(reinterpret_cast<const char*>(context.only->id.bytes.data()), context.only->id.bytes.size());
  if (context.reach.scope() != nullptr) key += scope_text(context.reach.scope());
  const auto found = cache.lists.find(key);
  if (found != cache.lists.end()) return found->second;
  auto text = make({});
  if (text != nullptr) cache.lists.emplace(std::move(key), text);
  return text;
}

Endpoint::Answer Endpoint::list_tools(const Context& context) const {
  const auto tools = tools_list(context);
  if (tools == nullptr)
    return rejected(context, kInvalidParams, "The cursor is not one that tools/list returned.");
  static const std::string kModernMembers = R"("resultType":"complete","ttlMs":)" +
                                            std::to_string(kTtlMillis) + R"(,"cacheScope":"private",)" +
                                            meta_text() + ",";
  const std::string& id = context.message->id;
  std::string text;
  text.reserve(tools->size() + kModernMembers.size() + id.size() + 48);
  text.append(R"({"jsonrpc":"2.0","id":)").append(id).append(R"(,"result":{)");
  if (context.message->modern) text += kModernMembers;
  return {text.append(*tools).append("}}")};
}

Caller Endpoint::caller(const Context& context) const {
  const http::Request& request = context.exchange->request();
  const Message& message = *context.message;
  Caller out;
  out.user = context.principal.credential.user;
  out.credential_id = context.principal.credential.id.str();
  out.credential_kind = context.principal.credential.kind == CredentialKind::kPat ? "pat" : "oauth";
  out.scope = context.principal.credential.scope;
  out.source = "mcp";
  out.ip = std::string(request.remote_address);
  out.user_agent = std::string(request.header("user-agent").value_or(""));
  out.client_name = context.session ? context.session->client_name : message.client_name;
  out.client_version = context.session ? context.session->client_version : message.client_version;
  out.trace_id = trace_id_of(message.traceparent.empty() ? request.header("traceparent").value_or("")
                                                         : std::string_view(message.traceparent));
  out.still_valid = [this, principal = context.principal] { return authenticator_.still_valid(principal); };
  return out;
}

Endpoint::Answer Endpoint::rejected(const Context& context, int code, std::string message, int status) const {
  return {error_text(Rejection{status, code, std::move(message), context.message->id}), std::nullopt, status};
}

Endpoint::Answer Endpoint::finished(const Context& context, Result<CallOutcome> outcome) const {
  if (!outcome) {
    switch (outcome.error().code) {
      case ErrorCode::kUnauthenticated:
        return {{}, authenticator_.invalid_token()};
      case ErrorCode::kNotFound:
        return rejected(context, kInvalidParams,
                        "There is no such tool for you. Call tools/list for those there are.");
      default:
        return rejected(context, kInternalError, outcome.error().message);
    }
  }
  json::object result = to_tool_result(outcome->result);
  if (!context.message->modern) {
    // Before 2026-07-28 structured content is an object; its text stands beside it.
    const auto* structured = result.if_contains("structuredContent");
    if (structured != nullptr && !structured->is_object()) result.erase("structuredContent");
    return {result_text(context.message->id, to_json(result))};
  }
  auto* meta = result.if_contains("_meta");
  if (meta == nullptr || !meta->is_object()) {
    std::string text = to_json(result);
    text.pop_back();
    return {result_text(context.message->id, text + R"(,"resultType":"complete",)" + meta_text() + "}")};
  }
  // What another server has put there stays, but for who answers.
  meta->get_object()["io.modelcontextprotocol/serverInfo"] = parse_trusted_json(kServerInfo);
  result["resultType"] = "complete";
  return {result_text(context.message->id, to_json(result))};
}

// MCP authorization, "Runtime Insufficient Scope Errors". The challenge names scopes that a client can ask
// for: it helps only where the grant lacks mcp:write. Which connectors and operations, the user chose at
// consent.
Endpoint::Answer Endpoint::out_of_scope(const Context& context, const OperationRef& ref,
                                        std::string message) const {
  const Credential& credential = context.principal.credential;
  const ScopePtr& scope = credential.scope;
  if (credential.kind == CredentialKind::kOAuth && scope != nullptr && scope->allows(ref.connector->id) &&
      scope->operations == Scope::Operations::kReadOnly) {
    return {{}, authenticator_.insufficient_scope(message)};
  }
  return finished(context, CallOutcome{0, 0, call_failed(std::move(message))});
}

http::Task<Endpoint::Answer> Endpoint::call_tool(Context& context) {
  json::object params = context.message->params;
  const auto* name_value = params.if_contains("name");
  if (name_value == nullptr || !name_value->is_string())
    co_return rejected(context, kInvalidParams, "params.name must be the name of a tool.");
  const std::string name(name_value->get_string());
  const auto* given = params.if_contains("arguments");
  if (given != nullptr && !given->is_object())
    co_return rejected(context, kInvalidParams, "params.arguments must be an object.");
  json::object arguments = take_object(params, "arguments");

  if (context.only != nullptr) {
    OperationRef ref = find_connector_tool(context.reach, context.only, name).ref;
    co_return co_await call_found(context, std::move(ref), name, std::move(arguments));
  }
  if (name == "wick_execute") co_return co_await execute(context, std::move(arguments));
  if (is_meta_tool(name)) {
    CallResult answered = call_meta_tool(context.reach, context.principal.credential.tools, name, arguments);
    auto outcome = co_await runner_.record(caller(context), name, std::move(arguments), std::move(answered));
    co_return finished(context, std::move(outcome));
  }
  OperationRef ref = find_tool(context.reach, name).ref;
  co_return co_await call_found(context, std::move(ref), name, std::move(arguments));
}

http::Task<Endpoint::Answer> Endpoint::call_found(Context& context, OperationRef ref, std::string name,
                                                  json::object arguments) {
  if (ref.operation == nullptr) {
    auto outcome = co_await runner_.record(caller(context), name, std::move(arguments), std::nullopt);
    co_return finished(context, std::move(outcome));
  }
  auto outcome =
      co_await runner_.call(caller(context), ref.connector->id, ref.operation->key, std::move(arguments));
  if (!outcome && outcome.error().code == ErrorCode::kForbidden)
    co_return out_of_scope(context, ref, std::move(outcome.error().message));
  co_return finished(context, std::move(outcome));
}

// One call, or several in order; with a progress token the several are reported one by one on a stream.
http::Task<Endpoint::Answer> Endpoint::execute(Context& context, json::object arguments) {
  std::vector<std::pair<std::string, json::object>> calls;
  const auto add = [&](json::object& from) {
    const auto* id = from.if_contains("tool_id");
    if (id == nullptr || !id->is_string()) return false;
    std::string tool(id->get_string());
    calls.emplace_back(std::move(tool), take_object(from, "arguments"));
    return true;
  };
  bool sound = true;
  const bool batch = arguments.contains("calls");
  if (batch) {
    auto* items = arguments.if_contains("calls");
    sound = items->is_array() && !items->get_array().empty() && items->get_array().size() <= kMaxExecuteCalls;
    if (sound) {
      for (json::value& item : items->get_array())
        sound = sound && item.is_object() && add(item.get_object());
    }
  } else {
    sound = add(arguments);
  }
  if (!sound) {
    CallResult refused =
        call_failed("Give tool_id and arguments, or calls: a list of 1 to " +
                    std::to_string(kMaxExecuteCalls) + " objects with tool_id and arguments.");
    auto outcome =
        co_await runner_.record(caller(context), "wick_execute", std::move(arguments), std::move(refused));
    co_return finished(context, std::move(outcome));
  }
  http::StreamWriter* writer = nullptr;
  if (batch && context.message->progress_token)
    writer = co_await context.exchange->start_stream("text/event-stream");

  json::array results;
  std::string text;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    auto& [id, call_arguments] = calls[i];
    const auto target = parse_tool_id(id);
    Result<CallOutcome> outcome;
    if (target) {
      outcome =
          co_await runner_.call(caller(context), target->first, target->second, std::move(call_arguments));
    } else {
      outcome = co_await runner_.record(caller(context), id, std::move(call_arguments), std::nullopt);
    }
    if (!outcome && outcome.error().code == ErrorCode::kNotFound) {
      outcome = CallOutcome{0, 0,
                            call_failed("There is no operation with the tool_id \"" + id +
                                        "\" for you. Call wick_search or wick_list to find it.")};
    }
    if (!outcome && outcome.error().code == ErrorCode::kForbidden)
      outcome = CallOutcome{0, 0, call_failed(std::move(outcome.error().message))};
    if (!batch || !outcome) {
      if (writer == nullptr) co_return finished(context, std::move(outcome));
      // Revoked or not recorded in the middle of a stream: no results, and the stream ends.
      Answer failed = finished(context, std::move(outcome));
      if (!failed.response) co_await writer->write(event(failed.text));
      co_return Answer{{}, http::Response{}};
    }
    json::object one = to_tool_result(outcome->result);
    one["tool_id"] = id;
    text.append("[")
        .append(std::to_string(i + 1))
        .append("] ")
        .append(outcome->result.is_error ? "failed: " : "")
        .append(outcome->result.text)
        .append("\n\n");
    results.push_back(std::move(one));
    if (writer != nullptr) {
      json::object progress;
      progress["progressToken"] = *context.message->progress_token;
      progress["progress"] = i + 1;
      progress["total"] = calls.size();
      const bool there = co_await writer->write(
          event(R"({"jsonrpc":"2.0","method":"notifications/progress","params":)" + to_json(progress) + "}"));
      if (!there) co_return Answer{{}, http::Response{}};  // closing the stream cancels what has not begun
    }
  }
  CallResult all;
  all.text = std::move(text);
  json::object structured;
  structured["results"] = std::move(results);
  all.structured = std::move(structured);
  Answer done = finished(context, CallOutcome{0, 0, std::move(all)});
  if (writer == nullptr) co_return done;
  co_await writer->write(event(done.text));
  co_return Answer{{}, http::Response{}};
}

std::string Endpoint::tools_fingerprint(const Principal& principal) const {
  const Reach reach(access_.snapshot(), principal.credential.user, principal.credential.scope);
  std::string all;
  for (const OperationRef& ref : reach.operations()) {
    all.append(tool_name(*ref.connector, *ref.operation))
        .append(ref.operation->description)
        .append(ref.operation->input_schema_text);
  }
  return std::string(as_bytes(sha256(all)));
}

http::Task<void> Endpoint::follow_changes(Context& context, http::StreamWriter& writer,
                                          std::shared_ptr<Stream> stream, std::string changed) {
  writer.on_disconnect([weak = std::weak_ptr<Stream>(stream)] {
    if (const auto open = weak.lock()) Stream::end(open);
  });
  const Principal principal = context.principal;
  context.reach = Reach();  // a stream must not keep an old snapshot alive
  std::string before = tools_fingerprint(principal);
  while (!stream->ended() && authenticator_.still_valid(principal)) {
    co_await stream->wait(kKeepAliveSeconds);
    if (stream->ended() || !authenticator_.still_valid(principal)) break;
    std::string now = tools_fingerprint(principal);
    const bool differs = now != before;
    before = std::move(now);
    std::string text = ": keep-alive\n\n";
    if (differs) text = changed;
    const bool there = co_await writer.write(std::move(text));
    if (!there) break;
  }
}

http::Task<Endpoint::Answer> Endpoint::listen(Context& context) {
  const Message& message = *context.message;
  const auto* wanted = message.params.if_contains("notifications");
  if (wanted == nullptr || !wanted->is_object())
    co_return rejected(context, kInvalidParams, "params.notifications must say what to listen to.");
  const auto* tools = wanted->get_object().if_contains("toolsListChanged");
  const bool listens = tools != nullptr && tools->is_bool() && tools->get_bool();
  auto stream = streams_.open(context.exchange->executor(), context.principal.credential.id);
  if (stream == nullptr) {
    co_return rejected(context, kInternalError,
                       "This credential has as many streams open as it may (" +
                           std::to_string(kMaxStreamsPerCredential) + "): close one first.");
  }
  const std::string meta = R"("_meta":{"io.modelcontextprotocol/subscriptionId":)" + message.id + "}";
  http::StreamWriter* writer = co_await context.exchange->start_stream("text/event-stream");
  std::string acknowledged = event(
      std::string(
          R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":{)") +
      (listens ? R"("toolsListChanged":true)" : "") + "}," + meta + "}}");
  bool there = co_await writer->write(std::move(acknowledged));
  if (there && listens) {
    co_await follow_changes(
        context, *writer, stream,
        event(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{)" + meta + "}}"));
  }
  co_await writer->write(event(result_text(message.id, R"({"resultType":"complete",)" + meta + "}")));
  co_return Answer{{}, http::Response{}};
}

http::Task<http::Response> Endpoint::get(http::Exchange& exchange) {
  auto context = admit(exchange);
  if (!context) co_return std::move(context.error());
  const http::Request& request = exchange.request();
  const auto id = request.header("mcp-session-id");
  if (!id || !lists_type(request.header("accept").value_or(""), "text/event-stream")) {
    http::Response refused =
        refusal(405, kServerError, "Only a session's event stream can be fetched here: use POST.");
    refused.headers.emplace_back("Allow", "POST, GET, DELETE");
    co_return refused;
  }
  if (!sessions_.find(*id, context->principal.credential.user)) {
    co_return refusal(404, kSessionNotFound, "There is no such session: initialize again.");
  }
  auto stream = streams_.open(exchange.executor(), context->principal.credential.id);
  if (stream == nullptr)
    co_return refusal(409, kServerError, "This credential has as many streams open as it may.");
  http::StreamWriter* writer = co_await exchange.start_stream("text/event-stream");
  co_await writer->write(": keep-alive\n\n");
  co_await follow_changes(*context, *writer, stream,
                          event(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})"));
  co_return http::Response{};
}

http::Task<http::Response> Endpoint::remove(http::Exchange& exchange) {
  auto context = admit(exchange);
  if (!context) co_return std::move(context.error());
  const auto id = exchange.request().header("mcp-session-id");
  if (!id) co_return refusal(400, kServerError, "The header Mcp-Session-Id is missing.");
  if (!sessions_.find(*id, context->principal.credential.user)) {
    co_return refusal(404, kSessionNotFound, "There is no such session.");
  }
  sessions_.end(*id);
  http::Response done;
  done.status = 204;
  co_return done;
}

}  // namespace wick::mcp
