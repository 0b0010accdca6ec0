#include "mcp/tool_call_handler.h"

#include <algorithm>

#include "base/json.h"
#include "base/offload.h"
#include "base/text.h"
#include "connectors/param_headers.h"
#include "mcp/server_texts.h"
#include "mcp/tools.h"

namespace wick::mcp {
namespace {

json::object take_object(json::object& from, std::string_view key) {
  auto* value = from.if_contains(key);
  return value != nullptr && value->is_object() ? std::move(value->get_object()) : json::object();
}

// 42.0 and 42 are the same integer.
bool same_number(std::string_view a, std::string_view b) {
  const auto first = number_from_text(a), second = number_from_text(b);
  return first && second && compare_numbers(*first, *second) == 0;
}

// Whether a modern request's headers say the same as the arguments they mirror; empty: they do
// (2026-07-28, transports, "Server Behavior for Custom Headers").
std::string header_problem(const http::Request& request, const json::object& schema,
                           const json::object& arguments) {
  const auto expected = mirrored_headers(schema, arguments);
  for (const std::string& name : header_names(schema)) {
    const auto given = request.header(name);
    const auto want = std::find_if(expected.begin(), expected.end(),
                                   [&](const auto& one) { return equals_ignoring_case(one.first, name); });
    if (!given && want == expected.end()) continue;
    if (!given) return "The header " + name + " is missing: the tool asks for it with this argument.";
    const auto value = decode_header(trim(*given));
    if (!value) return "The header " + name + " is not valid base64.";
    if (want == expected.end()) return "The header " + name + " is there, but its argument is not.";
    if (*value != want->second && !same_number(*value, want->second))
      return "The header " + name + " has another value than the argument.";
  }
  return {};
}

bool has_tool_id(const json::object& item) {
  const auto* id = item.if_contains("tool_id");
  return id != nullptr && is_text(*id);
}

// `item` has a tool_id.
ExecuteCall take_call(json::object& item) {
  std::string tool_id(item.at("tool_id").get_string());
  return {std::move(tool_id), take_object(item, "arguments")};
}

// The params of tools/call without the tool: answers to questions of the server, fields that Wick does not know.
json::object extra_params_of(const Message& message) {
  json::object extra;
  for (const auto& member : message.params) {
    if (member.key() != "name" && member.key() != "arguments") extra[member.key()] = member.value();
  }
  return extra;
}

// The operation with this tool_id. nullopt: the id is malformed.
std::optional<ResolvedOperation> resolve_tool_id(const RequestContext& context, std::string_view tool_id) {
  auto target = parse_tool_id(tool_id);
  if (!target) return std::nullopt;
  return context.access.resolve(target->first, std::move(target->second));
}

// A call that was not made is a failed result of wick_execute, so that a model reads the reason.
void make_failed_result(Result<CallOutcome>& outcome, const std::string& tool_id) {
  if (outcome) return;
  if (outcome.error().code == ErrorCode::kNotFound) {
    outcome = CallOutcome{0, 0,
                          call_failed("There is no operation with the tool_id \"" + tool_id +
                                      "\" for you. Call wick_search or wick_list to find it.")};
  } else if (outcome.error().code == ErrorCode::kForbidden) {
    outcome = CallOutcome{0, 0, call_failed(std::move(outcome.error().message))};
  }
}

// The results of a batch, as text and as data.
class BatchResult {
 public:
  void add(const std::string& tool_id, CallResult result) {
    text_.append("[")
        .append(std::to_string(results_.size() + 1))
        .append("] ")
        .append(result.is_error ? "failed: " : "")
        .append(result.text)
        .append("\n\n");
    json::object one = to_tool_result(std::move(result));
    one["tool_id"] = tool_id;
    results_.push_back(std::move(one));
  }
  std::size_t size() const { return results_.size(); }
  CallResult take() {
    CallResult all;
    all.text = std::move(text_);
    json::object structured;
    structured["results"] = std::move(results_);
    all.structured = std::move(structured);
    return all;
  }

 private:
  json::array results_;
  std::string text_;
};

std::string progress_event(const json::value& token, std::size_t progress, std::size_t total) {
  json::object params;
  params["progressToken"] = token;
  params["progress"] = progress;
  params["total"] = total;
  return event(R"({"jsonrpc":"2.0","method":"notifications/progress","params":)" + to_json(params) + "}");
}

}  // namespace

std::optional<ExecuteRequest> parse_execute(json::object& arguments) {
  ExecuteRequest request;
  auto* calls = arguments.if_contains("calls");
  request.is_batch = calls != nullptr;
  if (!request.is_batch) {
    if (!has_tool_id(arguments)) return std::nullopt;
    request.calls.push_back(take_call(arguments));
    return request;
  }
  if (!calls->is_array()) return std::nullopt;
  json::array& items = calls->get_array();
  if (items.empty() || items.size() > kMaxExecuteCalls) return std::nullopt;
  const auto is_call = [](const json::value& item) {
    return item.is_object() && has_tool_id(item.get_object());
  };
  if (!std::all_of(items.begin(), items.end(), is_call)) return std::nullopt;
  for (json::value& item : items) request.calls.push_back(take_call(item.get_object()));
  return request;
}

ToolCallHandler::ToolCallHandler(Runner& runner, const Authenticator& authenticator, LegacyRequests& legacy,
                                 FairPool& searches, FairPool& long_work)
    : runner_(runner),
      authenticator_(authenticator),
      legacy_(legacy),
      searches_(searches),
      long_work_(long_work) {}

http::Task<Answer> ToolCallHandler::handle(RequestContext& context) {
  const json::object& params = context.message->params;
  const auto* name = params.if_contains("name");
  if (name == nullptr || !is_text(*name))
    co_return rejected(context, kInvalidParams, "params.name must be the name of a tool.");
  const auto* given = params.if_contains("arguments");
  if (given != nullptr && !given->is_object() && !given->is_null())
    co_return rejected(context, kInvalidParams, "params.arguments must be an object.");

  ToolCall call;
  call.name = std::string(name->get_string());
  if (given != nullptr && given->is_object()) call.arguments = given->get_object();
  if (context.scoped_connector == nullptr && is_meta_tool(call.name))
    co_return co_await call_meta_tool(context, std::move(call.name), std::move(call.arguments));
  call.found = context.scoped_connector == nullptr
                   ? find_tool(context.access, call.name)
                   : find_connector_tool(context.access, context.scoped_connector, call.name);
  call.extra_params = extra_params_of(*context.message);
  co_return co_await call_operation(context, std::move(call));
}

http::Task<Answer> ToolCallHandler::call_operation(RequestContext& context, ToolCall call) {
  const OperationRef& ref = call.found.ref;
  if (ref.operation == nullptr) {
    auto outcome = co_await runner_.record(caller_of(context, authenticator_), call.name,
                                           std::move(call.arguments), std::nullopt);
    co_return respond(context, std::move(outcome));
  }
  if (context.message->modern) {
    const std::string problem =
        header_problem(context.exchange->request(), ref.operation->input_schema, call.arguments);
    if (!problem.empty()) co_return rejected(context, kHeaderMismatch, problem, 400);
  }
  const auto stream = open_stream(context, *ref.connector);
  const ResolvedOperation operation(context.access, call.found);
  auto outcome = co_await invoke(context, operation, std::move(call.arguments), std::move(call.extra_params),
                                 stream.get());
  Answer answer;
  if (!outcome && outcome.error().code == ErrorCode::kForbidden) {
    answer = respond_out_of_scope(context, ref, std::move(outcome.error().message));
  } else {
    answer = co_await respond_off_thread(context, std::move(outcome));
  }
  co_return co_await finish_stream(stream.get(), std::move(answer));
}

http::Task<Answer> ToolCallHandler::call_meta_tool(RequestContext& context, std::string name,
                                                   json::object arguments) {
  if (name == "wick_execute") co_return co_await execute(context, std::move(arguments));
  CallResult answered = co_await answer_meta_tool(context, name, arguments);
  auto outcome = co_await runner_.record(caller_of(context, authenticator_), name, std::move(arguments),
                                         std::move(answered));
  co_return respond(context, std::move(outcome));
}

// A tool that reads the whole catalogue takes a turn among the searches.
http::Task<CallResult> ToolCallHandler::answer_meta_tool(const RequestContext& context, std::string name,
                                                         const json::object& arguments) {
  const auto work = [&]() -> Result<CallResult> {
    return mcp::call_meta_tool(search_, context.access, context.principal.credential.tools, name, arguments);
  };
  if (name == "wick_get" || !is_long_catalogue(context.access.snapshot())) co_return std::move(*work());
  auto done = co_await offload(searches_, context.principal.credential.user.str(), work);
  if (done) co_return std::move(*done);
  CallResult refused = call_failed(std::move(done.error().message));
  refused.rate_limited = true;
  co_return refused;
}

http::Task<Answer> ToolCallHandler::execute(RequestContext& context, json::object arguments) {
  auto request = parse_execute(arguments);
  if (!request) {
    CallResult refused =
        call_failed("Give tool_id and arguments, or calls: a list of 1 to " +
                    std::to_string(kMaxExecuteCalls) + " objects with tool_id and arguments.");
    auto outcome = co_await runner_.record(caller_of(context, authenticator_), "wick_execute",
                                           std::move(arguments), std::move(refused));
    co_return respond(context, std::move(outcome));
  }
  if (request->is_batch) co_return co_await execute_batch(context, std::move(request->calls));
  co_return co_await execute_one(context, std::move(request->calls.front()));
}

http::Task<Answer> ToolCallHandler::execute_one(RequestContext& context, ExecuteCall call) {
  std::optional<ResolvedOperation> operation = resolve_tool_id(context, call.tool_id);
  std::unique_ptr<RequestStream> stream;
  if (operation && operation->ref().connector != nullptr)
    stream = open_stream(context, *operation->ref().connector);
  if (stream == nullptr) {
    auto outcome = co_await invoke_by_id(context, std::move(call), std::move(operation), nullptr);
    co_return co_await respond_off_thread(context, std::move(outcome));
  }
  json::object extra_params = extra_params_of(*context.message);
  auto outcome =
      co_await invoke(context, *operation, std::move(call.arguments), std::move(extra_params), stream.get());
  if (!outcome && outcome.error().code == ErrorCode::kForbidden)
    outcome = CallOutcome{0, 0, call_failed(std::move(outcome.error().message))};
  Answer answer = co_await respond_off_thread(context, std::move(outcome));
  co_return co_await finish_stream(stream.get(), std::move(answer));
}

http::Task<Result<CallOutcome>> ToolCallHandler::invoke_by_id(const RequestContext& context, ExecuteCall call,
                                                              std::optional<ResolvedOperation> operation,
                                                              const McpClientSession* client) {
  Result<CallOutcome> outcome;
  if (operation) {
    json::object no_extra_params;
    ResolvedOperation resolved = *operation;
    outcome = co_await runner_.call(caller_of(context, authenticator_), std::move(resolved),
                                    std::move(call.arguments), std::move(no_extra_params), client);
  } else {
    outcome = co_await runner_.record(caller_of(context, authenticator_), call.tool_id,
                                      std::move(call.arguments), std::nullopt);
  }
  if (outcome && outcome->result.tool_result && operation && operation->ref().connector != nullptr) {
    co_await publish_result(context, runner_, long_work_, *operation->ref().connector,
                            *outcome->result.tool_result);
  }
  make_failed_result(outcome, call.tool_id);
  co_return outcome;
}

http::Task<Answer> ToolCallHandler::execute_batch(RequestContext& context, std::vector<ExecuteCall> calls) {
  http::StreamWriter* writer = nullptr;
  if (context.message->progress_token && context.may_stream)
    writer = co_await context.exchange->start_stream("text/event-stream");
  const std::size_t total = calls.size();
  BatchResult results;
  for (ExecuteCall& call : calls) {
    const std::string tool_id = call.tool_id;
    std::optional<ResolvedOperation> operation = resolve_tool_id(context, tool_id);
    const auto connector = operation ? operation->ref().connector : nullptr;
    // Connected servers cannot be cancelled here: the stream belongs to the batch.
    std::unique_ptr<RequestStream> stream;
    if (connector != nullptr && !runner_.is_mcp_server(*connector)) stream = open_stream(context, *connector);
    const McpClientSession* client = stream == nullptr ? nullptr : &stream->client();
    auto outcome = co_await invoke_by_id(context, std::move(call), std::move(operation), client);
    // No further call starts after the client has disconnected.
    if (stream != nullptr && stream->is_cancelled()) {
      if (writer != nullptr) co_return Answer{{}, http::Response{}};
      co_return co_await finish_stream(stream.get(), Answer());
    }
    if (!outcome) {
      if (writer == nullptr) co_return co_await respond_off_thread(context, std::move(outcome));
      // Revoked or not recorded in the middle of a stream: no results, and the stream ends.
      Answer failed = respond(context, std::move(outcome));
      if (!failed.response) co_await writer->write(event(failed.text));
      co_return Answer{{}, http::Response{}};
    }
    results.add(tool_id, std::move(outcome->result));
    if (writer == nullptr) continue;
    std::string progress = progress_event(*context.message->progress_token, results.size(), total);
    const bool is_connected = co_await writer->write(std::move(progress));
    if (!is_connected) co_return Answer{{}, http::Response{}};  // closing the stream cancels the rest
  }
  CallOutcome together{0, 0, results.take()};
  Answer done = co_await respond_off_thread(context, std::move(together));
  if (writer == nullptr) co_return done;
  co_await writer->write(event(done.text));
  co_return Answer{{}, http::Response{}};
}

std::unique_ptr<RequestStream> ToolCallHandler::open_stream(const RequestContext& context,
                                                            const ConnectorEntry& connector) {
  return open_request_stream(context, connector, runner_, authenticator_, legacy_);
}

http::Task<Result<CallOutcome>> ToolCallHandler::invoke(const RequestContext& context,
                                                        const ResolvedOperation& operation,
                                                        json::object arguments, json::object extra_params,
                                                        RequestStream* stream) {
  const std::shared_ptr<const ConnectorEntry> connector = operation.ref().connector;
  const McpClientSession* client = stream == nullptr ? nullptr : &stream->client();
  const bool may_ask = stream != nullptr && !context.message->modern && runner_.is_mcp_server(*connector);
  for (int round = 0;; ++round) {
    json::object sent;  // a copy where the request may have to be made again
    if (may_ask) {
      sent = arguments;
    } else {
      sent.swap(arguments);
    }
    ResolvedOperation resolved = operation;
    auto outcome = co_await runner_.call(caller_of(context, authenticator_), std::move(resolved),
                                         std::move(sent), extra_params, client);
    if (outcome && outcome->result.tool_result)
      co_await publish_result(context, runner_, long_work_, *connector, *outcome->result.tool_result);
    const bool asks = outcome && outcome->result.tool_result && asks_back(*outcome->result.tool_result);
    if (!asks || !may_ask) co_return outcome;
    if (round == kMaxRounds) {
      outcome->result = call_failed("The MCP server asks more than " + std::to_string(kMaxRounds) +
                                    " times: the call was given up.");
      co_return outcome;
    }
    const bool answered = co_await stream->request_inputs(*outcome->result.tool_result, extra_params);
    if (!answered) {
      outcome->result = call_failed("The MCP server needs input, and the client has not responded.");
      co_return outcome;
    }
  }
}

Answer ToolCallHandler::respond(const RequestContext& context, Result<CallOutcome> outcome) const {
  if (!outcome) return failed_call(context, authenticator_, outcome.error());
  if (const auto& error = outcome->result.protocol_error) {
    const int code = int(error->at("code").to_number<std::int64_t>());
    // In the view of one connector, a client gets the error of its server. Elsewhere the error is a tool's, except for
    // those that ask something of the client itself.
    if (context.scoped_connector != nullptr || code == kMissingCapability || code == kElicitationRequired) {
      const int status = context.message->modern && code == kMissingCapability ? 400 : 200;
      Rejection passed{status, code, text_or_empty(*error, "message"), context.message->id};
      if (const auto* data = error->if_contains("data")) passed.data = *data;
      return {error_text(passed), std::nullopt, status};
    }
  }
  json::object result = to_tool_result(std::move(outcome->result));
  if (!context.message->modern) {
    // Before 2026-07-28, structured content is an object. `content` has its text too.
    const auto* structured = result.if_contains("structuredContent");
    if (structured != nullptr && !structured->is_object()) result.erase("structuredContent");
    return {result_text(context.message->id, to_json(result))};
  }
  const bool asks = asks_back(result);
  auto* meta = result.if_contains("_meta");
  if (meta == nullptr || !meta->is_object()) {
    std::string text = to_json(result);
    text.pop_back();
    text += asks ? "," : R"(,"resultType":"complete",)";
    return {result_text(context.message->id, text + meta_text() + "}")};
  }
  // Members of the connected server stay, except for its name: Wick answers.
  meta->get_object()["io.modelcontextprotocol/serverInfo"] = parse_trusted_json(kServerInfo);
  if (!asks) result["resultType"] = "complete";
  return {result_text(context.message->id, to_json(result))};
}

// MCP authorization, "Runtime Insufficient Scope Errors". The challenge names scopes that a client can ask for: it helps
// only where the grant lacks mcp:write. The user chose the connectors and operations at consent.
Answer ToolCallHandler::respond_out_of_scope(const RequestContext& context, const OperationRef& ref,
                                             std::string message) const {
  const Credential& credential = context.principal.credential;
  const ScopePtr& scope = credential.scope;
  if (credential.kind == CredentialKind::kOAuth && scope != nullptr && scope->allows(ref.connector->id) &&
      scope->operations == Scope::Operations::kReadOnly) {
    return {{}, authenticator_.insufficient_scope(message, context.resource)};
  }
  return respond(context, CallOutcome{0, 0, call_failed(std::move(message))});
}

http::Task<Answer> ToolCallHandler::respond_off_thread(const RequestContext& context,
                                                       Result<CallOutcome> outcome) const {
  if (!outcome || !is_long_work(outcome->result)) co_return respond(context, std::move(outcome));
  const auto work = [&]() -> Result<Answer> { return respond(context, std::move(outcome)); };
  auto done = co_await offload(long_work_, context.principal.credential.user.str(), work);
  if (!done) co_return rejected(context, kInternalError, done.error().message);
  co_return std::move(*done);
}

}  // namespace wick::mcp
