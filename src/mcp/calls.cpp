// Calls of tools, and what comes of them (Endpoint, endpoint.h).
#include <algorithm>

#include "base/json.h"
#include "base/offload.h"
#include "base/text.h"
#include "connectors/param_headers.h"
#include "mcp/endpoint.h"
#include "mcp/server_texts.h"
#include "mcp/tools.h"

namespace wick::mcp {
namespace {

std::string trace_id_of(std::string_view traceparent) {
  // W3C Trace Context §3.2: version-traceid-parentid-flags.
  return traceparent.size() >= 55 && traceparent[2] == '-' && traceparent[35] == '-'
             ? std::string(traceparent.substr(3, 32))
             : std::string();
}

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
      return "The header " + name + " says another value than the argument does.";
  }
  return {};
}

}  // namespace

Caller Endpoint::caller(const Context& context) const {
  const http::Request& request = context.exchange->request();
  const Message& message = *context.message;
  Caller out;
  out.user = context.principal.credential.user;
  const Credential& credential = context.principal.credential;
  out.credential.id = credential.id.str();
  out.credential.kind = credential.kind;
  out.credential.scope = credential.scope;
  out.source = RunSource::kMcp;
  out.client.ip = std::string(request.remote_address);
  out.client.user_agent = std::string(request.header("user-agent").value_or(""));
  out.client.name = context.session ? context.session->client_name : message.client_name;
  out.client.version = context.session ? context.session->client_version : message.client_version;
  out.trace_id = trace_id_of(message.traceparent.empty() ? request.header("traceparent").value_or("")
                                                         : std::string_view(message.traceparent));
  out.credential.still_valid = [this, principal = context.principal] {
    return authenticator_.still_valid(principal);
  };
  return out;
}

Endpoint::Answer Endpoint::rejected(const Context& context, int code, std::string message, int status) const {
  return {error_text(Rejection{status, code, std::move(message), context.message->id}), std::nullopt, status};
}

Endpoint::Answer Endpoint::unavailable(const Context& context, const Error& error) const {
  constexpr int kUnavailableStatus = 503;
  http::Response response =
      to_response(Rejection{kUnavailableStatus, kInternalError, error.message, context.message->id});
  response.headers.emplace_back("Retry-After", std::to_string(error.retry_after_seconds));
  return {{}, std::move(response)};
}

Endpoint::Answer Endpoint::finished(const Context& context, Result<CallOutcome> outcome) const {
  if (!outcome) {
    switch (outcome.error().code) {
      case ErrorCode::kUnauthenticated:
        return {{}, authenticator_.invalid_token(context.resource)};
      case ErrorCode::kNotFound:
        return rejected(context, kInvalidParams,
                        "There is no such tool for you. Call tools/list for those there are.");
      default:
        if (is_refused_for_now(outcome.error())) return unavailable(context, outcome.error());
        return rejected(context, kInternalError, outcome.error().message);
    }
  }
  if (const auto& error = outcome->result.protocol_error) {
    const int code = int(error->at("code").to_number<std::int64_t>());
    // Who sees the server as it is gets its error; elsewhere it is a tool's, but for those that ask something
    // of the client itself.
    if (context.only != nullptr || code == kMissingCapability || code == kElicitationRequired) {
      const int status = context.message->modern && code == kMissingCapability ? 400 : 200;
      Rejection passed{status, code, text_or_empty(*error, "message"), context.message->id};
      if (const auto* data = error->if_contains("data")) passed.data = *data;
      return {error_text(passed), std::nullopt, status};
    }
  }
  json::object result = to_tool_result(std::move(outcome->result));
  if (!context.message->modern) {
    // Before 2026-07-28 structured content is an object; its text stands beside it.
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
  // What another server has put there stays, but for who answers.
  meta->get_object()["io.modelcontextprotocol/serverInfo"] = parse_trusted_json(kServerInfo);
  if (!asks) result["resultType"] = "complete";
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
    return {{}, authenticator_.insufficient_scope(message, context.resource)};
  }
  return finished(context, CallOutcome{0, 0, call_failed(std::move(message))});
}

http::Task<Endpoint::Answer> Endpoint::call_tool(Context& context) {
  json::object params = context.message->params;
  const auto* name_value = params.if_contains("name");
  if (name_value == nullptr || !is_text(*name_value))
    co_return rejected(context, kInvalidParams, "params.name must be the name of a tool.");
  const std::string name(name_value->get_string());
  const auto* given = params.if_contains("arguments");
  if (given != nullptr && !given->is_object() && !given->is_null())
    co_return rejected(context, kInvalidParams, "params.arguments must be an object.");
  json::object arguments = take_object(params, "arguments");

  params.erase("name");
  params.erase("arguments");

  if (context.only != nullptr) {
    OperationRef ref = find_connector_tool(context.reach, context.only, name).ref;
    co_return co_await call_found(context, std::move(ref), name, std::move(arguments), std::move(params));
  }
  if (name == "wick_execute") co_return co_await execute(context, std::move(arguments));
  if (is_meta_tool(name)) {
    CallResult answered = co_await answer_meta_tool(context, name, arguments);
    auto outcome = co_await runner_.record(caller(context), name, std::move(arguments), std::move(answered));
    co_return finished(context, std::move(outcome));
  }
  OperationRef ref = find_tool(context.reach, name).ref;
  co_return co_await call_found(context, std::move(ref), name, std::move(arguments), std::move(params));
}

// What reads the whole catalogue has its turn among the searches.
http::Task<CallResult> Endpoint::answer_meta_tool(const Context& context, std::string name,
                                                  const json::object& arguments) {
  const auto work = [&]() -> Result<CallResult> {
    return call_meta_tool(search_, context.reach, context.principal.credential.tools, name, arguments);
  };
  if (name == "wick_get" || !is_long_catalogue(context.reach.snapshot())) co_return std::move(*work());
  auto done = co_await offload(searches_, context.principal.credential.user.str(), work);
  if (done) co_return std::move(*done);
  CallResult refused = call_failed(std::move(done.error().message));
  refused.rate_limited = true;
  co_return refused;
}

http::Task<Endpoint::Answer> Endpoint::finish_off_thread(const Context& context,
                                                         Result<CallOutcome> outcome) const {
  if (!outcome || !is_long_work(outcome->result)) co_return finished(context, std::move(outcome));
  const auto work = [&]() -> Result<Answer> { return finished(context, std::move(outcome)); };
  auto done = co_await offload(long_work_, context.principal.credential.user.str(), work);
  if (!done) co_return rejected(context, kInternalError, done.error().message);
  co_return std::move(*done);
}

http::Task<Endpoint::Answer> Endpoint::call_found(Context& context, OperationRef ref, std::string name,
                                                  json::object arguments, json::object more) {
  if (ref.operation == nullptr) {
    auto outcome = co_await runner_.record(caller(context), name, std::move(arguments), std::nullopt);
    co_return finished(context, std::move(outcome));
  }
  if (context.message->modern) {
    const std::string problem =
        header_problem(context.exchange->request(), ref.operation->input_schema, arguments);
    if (!problem.empty()) co_return rejected(context, kHeaderMismatch, problem, 400);
  }
  const auto talk = converse(context, *ref.connector);
  auto outcome = co_await run(context, ref, std::move(arguments), std::move(more), talk.get());
  Answer answer;
  if (!outcome && outcome.error().code == ErrorCode::kForbidden) {
    answer = out_of_scope(context, ref, std::move(outcome.error().message));
  } else {
    answer = co_await finish_off_thread(context, std::move(outcome));
  }
  co_return co_await conclude(talk.get(), std::move(answer));
}

std::unique_ptr<Conversation> Endpoint::converse(const Context& context, const ConnectorEntry& connector) {
  const bool forwards = runner_.is_mcp_server(connector);
  if (!forwards && !runner_.can_be_cancelled(connector)) return nullptr;
  auto talk = std::make_unique<Conversation>(
      *context.exchange, *context.message, client_key_of(context),
      context.session ? context.session->capabilities : carried_capabilities(context.message->capabilities),
      legacy_, [this, principal = context.principal] { return authenticator_.still_valid(principal); },
      forwards && context.may_stream);
  if (!forwards) talk->cancel_when_gone();
  return talk;
}

http::Task<Result<CallOutcome>> Endpoint::run(const Context& context, const OperationRef& ref,
                                              json::object arguments, json::object more, Conversation* talk) {
  const McpClientSession* side = talk == nullptr ? nullptr : &talk->side();
  const bool may_ask = talk != nullptr && !context.message->modern && runner_.is_mcp_server(*ref.connector);
  for (int round = 0;; ++round) {
    json::object these;  // kept where the request may have to be made again
    if (may_ask) {
      these = arguments;
    } else {
      these = std::move(arguments);
    }
    auto outcome = co_await runner_.call(caller(context), ref.connector->id, ref.operation->key,
                                         std::move(these), more, side);
    if (outcome && outcome->result.tool_result)
      co_await publish(context, *ref.connector, *outcome->result.tool_result);
    const bool asks = outcome && outcome->result.tool_result && asks_back(*outcome->result.tool_result);
    if (!asks || !may_ask) co_return outcome;
    if (round == kMaxRounds) {
      outcome->result = call_failed("The MCP server asks more than " + std::to_string(kMaxRounds) +
                                    " times: the call was given up.");
      co_return outcome;
    }
    const bool answered = co_await talk->ask(*outcome->result.tool_result, more);
    if (!answered) {
      outcome->result = call_failed("The MCP server asks something, and no answer came from the client.");
      co_return outcome;
    }
  }
}

http::Task<Endpoint::Answer> Endpoint::conclude(Conversation* talk, Answer answer) {
  if (talk == nullptr) co_return answer;
  // Not let in any more: a stream that has begun just ends.
  if (answer.response && !talk->streaming()) co_return answer;
  if (answer.response) co_return Answer{{}, http::Response{}};
  auto ended = co_await talk->finish(answer.text);
  if (ended) co_return Answer{{}, std::move(*ended)};
  co_return answer;
}

// One call, or several in order; with a progress token the several are reported one by one on a stream.
http::Task<Endpoint::Answer> Endpoint::execute(Context& context, json::object arguments) {
  std::vector<std::pair<std::string, json::object>> calls;
  const auto add = [&](json::object& from) {
    const auto* id = from.if_contains("tool_id");
    if (id == nullptr || !is_text(*id)) return false;
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
  if (!batch) {
    // With what its server says and asks meanwhile.
    const auto target = parse_tool_id(calls.front().first);
    const OperationRef ref = target ? context.reach.find(target->first, target->second).ref : OperationRef();
    const auto talk = ref.connector == nullptr ? nullptr : converse(context, *ref.connector);
    if (talk != nullptr) {
      json::object more = context.message->params;
      more.erase("name");
      more.erase("arguments");
      auto outcome = co_await run(context, ref, std::move(calls.front().second), std::move(more), talk.get());
      if (!outcome && outcome.error().code == ErrorCode::kForbidden)
        outcome = CallOutcome{0, 0, call_failed(std::move(outcome.error().message))};
      Answer answer = co_await finish_off_thread(context, std::move(outcome));
      co_return co_await conclude(talk.get(), std::move(answer));
    }
  }
  http::StreamWriter* writer = nullptr;
  if (batch && context.message->progress_token && context.may_stream)
    writer = co_await context.exchange->start_stream("text/event-stream");

  json::array results;
  std::string text;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    auto& [id, call_arguments] = calls[i];
    const auto target = parse_tool_id(id);
    Result<CallOutcome> outcome;
    std::unique_ptr<Conversation> talk;
    if (target) {
      const OperationRef ref = context.reach.find(target->first, target->second).ref;
      if (ref.connector != nullptr && !runner_.is_mcp_server(*ref.connector))
        talk = converse(context, *ref.connector);
      const McpClientSession* side = talk == nullptr ? nullptr : &talk->side();
      json::object more;
      outcome = co_await runner_.call(caller(context), target->first, target->second,
                                      std::move(call_arguments), std::move(more), side);
      if (outcome && outcome->result.tool_result && ref.connector != nullptr)
        co_await publish(context, *ref.connector, *outcome->result.tool_result);
    } else {
      outcome = co_await runner_.record(caller(context), id, std::move(call_arguments), std::nullopt);
    }
    // What has not begun is not begun for a client that has gone.
    if (talk != nullptr && talk->cancelled()) {
      if (writer != nullptr) co_return Answer{{}, http::Response{}};
      co_return co_await conclude(talk.get(), Answer());
    }
    if (!outcome && outcome.error().code == ErrorCode::kNotFound) {
      outcome = CallOutcome{0, 0,
                            call_failed("There is no operation with the tool_id \"" + id +
                                        "\" for you. Call wick_search or wick_list to find it.")};
    }
    if (!outcome && outcome.error().code == ErrorCode::kForbidden)
      outcome = CallOutcome{0, 0, call_failed(std::move(outcome.error().message))};
    if (!batch || !outcome) {
      if (writer == nullptr) co_return co_await finish_off_thread(context, std::move(outcome));
      // Revoked or not recorded in the middle of a stream: no results, and the stream ends.
      Answer failed = finished(context, std::move(outcome));
      if (!failed.response) co_await writer->write(event(failed.text));
      co_return Answer{{}, http::Response{}};
    }
    text.append("[")
        .append(std::to_string(i + 1))
        .append("] ")
        .append(outcome->result.is_error ? "failed: " : "")
        .append(outcome->result.text)
        .append("\n\n");
    json::object one = to_tool_result(std::move(outcome->result));
    one["tool_id"] = id;
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
  CallOutcome together{0, 0, std::move(all)};
  Answer done = co_await finish_off_thread(context, std::move(together));
  if (writer == nullptr) co_return done;
  co_await writer->write(event(done.text));
  co_return Answer{{}, http::Response{}};
}

}  // namespace wick::mcp
