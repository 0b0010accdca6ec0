#include "connectors/runner.h"

#include "base/json.h"
#include "base/log.h"
#include "base/offload.h"
#include "base/text.h"

#include <limits>

namespace wick {
namespace {

std::unexpected<Error> no_such_operation() {
  return fail(ErrorCode::kNotFound, "There is no such operation for you.");
}

constexpr const char* kNoSuchOperation = "There is no such operation for this user.";

std::string out_of_scope(const OperationRef& ref, const ScopePtr& scope) {
  return "\"" + ref.operation->name + "\" of " + ref.connector->label +
         " is outside the scope of this credential, which reaches " + describe_scope(scope) +
         ". Ask its owner for a token or a connection whose scope includes " +
         tool_id(*ref.connector, *ref.operation) + ".";
}

// The reason for which the operation is not carried out, as the audit records it.
std::string refusal_of(const ResolvedOperation& operation, const ScopePtr& scope) {
  if (operation.verdict() == AccessDecision::kOutOfScope) return out_of_scope(operation.ref(), scope);
  if (operation.verdict() == AccessDecision::kHeld) return held_back(operation.ref());
  return kNoSuchOperation;
}

// to_tool_result() as JSON, without a copy of large parts.
std::string text_of(const CallResult& result) {
  if (result.tool_result) return to_json(*result.tool_result);
  std::string out = R"({"content":[{"type":"text","text":)" + to_json_string(result.text) + "}]";
  if (result.structured) out += R"(,"structuredContent":)" + to_json(*result.structured);
  if (result.is_error) out += R"(,"isError":true)";
  return out + "}";
}

// The result of a request that was passed on, as the record has it.
CallResult recorded_result(const Result<Forwarded>& forwarded, const McpClientSession* client) {
  CallResult kept;
  kept.is_error = !forwarded || forwarded->is_error;
  if (!forwarded) {
    const ErrorCode code = forwarded.error().code;
    kept.is_ours = is_own_refusal(code);
    kept.rate_limited = code == ErrorCode::kRateLimited;
    kept.cancelled = client != nullptr && client->cancellation->cancelled();
    kept.text = forwarded.error().message;
    kept.http_status = kept.is_ours || code == ErrorCode::kTooLarge ? 200 : 0;
  } else if (kept.is_error) {
    kept.text = forwarded->error_message;
  } else {
    kept.tool_result = forwarded->result;
  }
  return kept;
}

}  // namespace

std::string_view health_state_name(HealthState state) {
  constexpr std::string_view kNames[] = {"unknown", "ok", "failing"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string held_back(const OperationRef& ref) {
  return "\"" + ref.operation->name + "\" of " + ref.connector->label +
         " is held back: the connected server describes it otherwise now than an admin has accepted. "
         "An admin can look at the difference, and accept it, on the connector's page.";
}

bool is_long_work(const CallResult& result) {
  if (result.text.size() > kLongWorkBytes) return true;
  if (result.tool_result) return is_larger_than(*result.tool_result, kLongWorkBytes);
  return result.structured && is_larger_than(*result.structured, kLongWorkBytes);
}

json::object to_tool_result(CallResult result) {
  if (result.tool_result) return std::move(*result.tool_result);
  json::object text;
  text["type"] = "text";
  text["text"] = std::move(result.text);
  json::object out;
  json::array content;
  content.push_back(std::move(text));
  out["content"] = std::move(content);
  if (result.structured) out["structuredContent"] = std::move(*result.structured);
  if (result.is_error) out["isError"] = true;
  return out;
}

Runner::Runner(Dependencies dependencies)
    : access_(dependencies.access),
      kinds_(dependencies.kinds),
      log_(dependencies.log),
      clock_(dependencies.clock),
      calls_(std::numeric_limits<std::size_t>::max(), dependencies.calls_per_user,
             {"calls", "one user", "limits.calls_per_user", ""}),
      long_work_(dependencies.long_work) {}

Run Runner::begin(const Caller& caller, std::string operation, const json::object& arguments) const {
  Run run;
  run.operation = std::move(operation);
  run.user_id = caller.user.str();
  run.credential_id = caller.credential.id;
  run.credential_kind = caller.credential.kind;
  run.source = caller.source;
  run.request = to_json(arguments);
  run.ip = caller.client.ip;
  run.user_agent = caller.client.user_agent;
  run.client_name = caller.client.name;
  run.client_version = caller.client.version;
  run.trace_id = caller.trace_id;
  run.started_at = clock_.now();
  return run;
}

Runner::Task<Result<void>> Runner::check(const OperationEntry& operation, json::value& arguments,
                                         ArgumentCheck mode, std::string user) const {
  const auto work = [&](std::size_t max_steps) -> Result<void> {
    const auto& schema = operation.schema->get(operation.input_schema);
    if (schema) return check_arguments(**schema, arguments, mode, max_steps);
    if (mode == ArgumentCheck::kLenient) return {};
    return fail(schema.error());
  };
  const bool is_offloaded = long_work_ != nullptr;
  Result<void> checked;
  // Compiling a schema takes longer than an io thread may be held.
  const bool is_short = is_offloaded && operation.schema->is_ready();
  if (is_short) checked = work(json_schema::kShortSchemaSteps);
  if (is_offloaded && (!is_short || (!checked && checked.error().code == ErrorCode::kTooLarge))) {
    const auto all = [&] { return work(json_schema::kMaxSchemaSteps); };
    checked = co_await offload(*long_work_, std::move(user), all);
  } else if (!is_offloaded) {
    checked = work(json_schema::kMaxSchemaSteps);
  }
  if (!checked && checked.error().code == ErrorCode::kTooLarge && mode == ArgumentCheck::kLenient)
    co_return Result<void>();
  co_return checked;
}

Runner::Task<MaskedRun> Runner::finish(Run run, const std::optional<CallResult>& result,
                                       std::string_view reason) const {
  run.ended_at = clock_.now();
  run.latency_ms = (run.ended_at - run.started_at) / 1000;
  if (!result) {
    run.status = RunStatus::kDenied;
    run.error = std::string(reason);
  } else {
    run.status = result->cancelled      ? RunStatus::kCancelled
                 : result->rate_limited ? RunStatus::kRateLimited
                 : result->is_error     ? RunStatus::kError
                                        : RunStatus::kOk;
    run.http_status = result->http_status;
  }
  const auto work = [&]() -> Result<MaskedRun> {
    if (result && result->is_error) run.error = result->text;
    if (result) run.response = text_of(*result);
    return log_.mask(std::move(run));
  };
  const bool is_long = run.request->size() > kLongWorkBytes || (result && is_long_work(*result));
  if (is_long && long_work_ != nullptr) {
    auto done = co_await offload(*long_work_, run.user_id, work);
    if (done) co_return std::move(*done);
  }
  co_return std::move(*work());
}

// A commit takes a moment, and a response after a revocation must not be a result. So the credential and the access are
// checked before the commit, for the record, and after it, for the response.
Runner::Task<Result<std::int64_t>> Runner::commit(const Caller& caller, MaskedRun run,
                                                  std::function<bool()> may_use) {
  const auto revoked = [&] { return caller.credential.still_valid && !caller.credential.still_valid(); };
  const auto lost = [&] { return may_use && !may_use(); };
  bool cancelled = revoked();
  bool hidden = !cancelled && lost();
  if (cancelled || hidden) {
    if (hidden) run.drop_response();  // their history would show it to them
    run.cancel(cancelled ? "The credential was revoked while the call ran."
                         : "The user lost access to this while the call ran.");
  }
  auto recorded = co_await log_.append(std::move(run));
  if (!recorded) {
    recorded.error().message =
        "The call may have been carried out, but could not be recorded. " + recorded.error().message;
    recorded.error().retry_after = {};
    co_return recorded;
  }
  cancelled = cancelled || revoked();
  if (cancelled) co_return fail(ErrorCode::kUnauthenticated, "The credential was revoked.");
  hidden = hidden || lost();
  if (hidden) co_return no_such_operation();
  co_return recorded;
}

Runner::Task<Result<CallOutcome>> Runner::record(Caller caller, std::string requested, json::object arguments,
                                                 std::optional<CallResult> result) {
  WICK_CO_CHECK(log_.ready());
  Run begun = begin(caller, std::move(requested), arguments);
  MaskedRun run = co_await finish(std::move(begun), result, kNoSuchOperation);
  WICK_CO_TRY(recorded, co_await commit(caller, std::move(run)));
  if (!result) co_return no_such_operation();
  co_return CallOutcome{recorded, 0, std::move(*result)};
}

ResolvedOperation Runner::resolve(const Caller& caller, const ConnectorId& connector, std::string key) const {
  return EffectiveAccess(access_.snapshot(), caller.user, caller.credential.scope)
      .resolve(connector, std::move(key));
}

// ResolvedOperation gives the reason why a decision from an older snapshot is never used.
ResolvedOperation Runner::check_again(const Caller& caller, const ResolvedOperation& operation) const {
  if (!operation.is_for(caller.user, caller.credential.scope))
    return resolve(caller, operation.connector_id(), operation.key());
  return operation.checked_again(access_.snapshot());
}

Runner::Task<Result<CallOutcome>> Runner::call(Caller caller, ResolvedOperation resolved,
                                               json::object arguments, json::object extra_params,
                                               const McpClientSession* client) {
  WICK_CO_CHECK(log_.ready());
  const ResolvedOperation operation = check_again(caller, resolved);
  Run run = begin(caller, operation.key(), arguments);
  if (operation.snapshot().connector(operation.connector_id()) != nullptr)
    run.connector_id = operation.connector_id().str();
  const AccessDecision verdict = operation.verdict();
  ConnectorKind* kind = nullptr;
  if (verdict == AccessDecision::kAllowed) kind = kinds_.find(operation.ref().connector->kind);

  const auto lease = calls_.take(holder_of(caller.user));
  std::optional<CallResult> result;
  if (kind != nullptr && !lease) {
    result = call_failed(lease.error().message);
    result->rate_limited = true;
  } else if (kind != nullptr) {
    OperationRef ref = operation.ref();
    result = co_await carry_out(*kind, std::move(ref), caller.user, std::move(arguments),
                                std::move(extra_params), client);
  }
  std::string refusal = refusal_of(operation, caller.credential.scope);
  MaskedRun finished = co_await finish(std::move(run), result, refusal);
  const std::int64_t latency = finished.run().latency_ms;
  std::function<bool()> may_use;
  if (verdict == AccessDecision::kAllowed) {
    // An operation that is held back since then is not lost: the call was made before its description changed.
    may_use = [&] {
      const AccessDecision now = check_again(caller, operation).verdict();
      return now == AccessDecision::kAllowed || now == AccessDecision::kHeld;
    };
  }
  WICK_CO_TRY(recorded, co_await commit(caller, std::move(finished), std::move(may_use)));
  if (!result && verdict == AccessDecision::kOutOfScope)
    co_return fail(ErrorCode::kForbidden, std::move(refusal));
  if (!result && verdict == AccessDecision::kHeld) result = call_failed(std::move(refusal));
  if (!result) co_return no_such_operation();
  co_return CallOutcome{recorded, latency, std::move(*result)};
}

Runner::Task<CallResult> Runner::carry_out(ConnectorKind& kind, OperationRef operation, UserId user,
                                           json::object arguments, json::object extra_params,
                                           const McpClientSession* client) {
  json::value checked(std::move(arguments));
  const ArgumentCheck mode = kind.passthrough() != nullptr ? ArgumentCheck::kLenient : ArgumentCheck::kStrict;
  const auto valid = co_await check(*operation.operation, checked, mode, user.str());
  if (!valid) co_return call_failed(valid.error().message);
  Call call;
  call.connector = operation.connector;
  call.operation = operation.operation;
  call.arguments = std::move(checked.get_object());
  call.user = user;
  call.extra_params = std::move(extra_params);
  call.client = client;
  std::optional<CallResult> result;
  std::string thrown;
  try {
    result = co_await kind.call(std::move(call));
  } catch (const std::exception& error) {
    thrown = error.what();
  }
  if (!result) {
    spdlog::error("connector {}: {}: {}", operation.connector->label, operation.operation->key, thrown);
    result = call_refused("The connector failed on this call; the server's log names the cause.");
  }
  if (!operation.operation->is_local) note_health(*operation.connector, *result);
  co_return std::move(*result);
}

bool Runner::can_be_cancelled(const ConnectorEntry& connector) const {
  const ConnectorKind* kind = kinds_.find(connector.kind);
  return kind != nullptr && kind->can_be_cancelled();
}

McpPassthrough* Runner::passthrough_of(const ConnectorEntry& connector) const {
  ConnectorKind* kind = kinds_.find(connector.kind);
  return kind == nullptr ? nullptr : kind->passthrough();
}

bool Runner::is_mcp_server(const ConnectorEntry& connector) const {
  return passthrough_of(connector) != nullptr;
}

Runner::Task<Result<void>> Runner::listen(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                                          json::object filter,
                                          std::function<void(json::object)> on_notification) {
  McpPassthrough* passthrough = passthrough_of(*connector);
  if (passthrough == nullptr) co_return Result<void>{};
  auto ended = co_await passthrough->listen(connector, behalf, std::move(filter), std::move(on_notification));
  co_return ended;
}

Runner::Task<void> Runner::end_client_session(std::string client_key) {
  for (const auto& kind : kinds_.all()) {
    if (McpPassthrough* passthrough = kind->passthrough(); passthrough != nullptr)
      co_await passthrough->end_client_session(client_key);
  }
}

Runner::Task<Result<json::object>> Runner::capabilities(std::shared_ptr<const ConnectorEntry> connector,
                                                        OnBehalfOf behalf) {
  McpPassthrough* passthrough = passthrough_of(*connector);
  if (passthrough == nullptr) co_return json::object();
  auto found = co_await passthrough->capabilities(connector, behalf);
  // A user who has to connect an account first, or a client that has gone, says nothing about the server's health.
  if (!found && !is_own_refusal(found.error().code)) {
    spdlog::warn("connector {}: {}", connector->label, found.error().message);
    set_health(*connector, true, found.error().message);
  }
  co_return found;
}

Runner::Task<Result<Forwarded>> Runner::forward(Caller caller, ConnectorId connector_id, std::string method,
                                                json::object params, const McpClientSession* client) {
  WICK_CO_CHECK(log_.ready());
  Run run = begin(caller, method, params);
  const EffectiveAccess reach(access_.snapshot(), caller.user, caller.credential.scope);
  const auto connector = reach.connector(connector_id.str());
  if (connector != nullptr) run.connector_id = connector_id.str();
  const AccessDecision verdict =
      connector == nullptr ? AccessDecision::kHidden : reach.decide_passthrough(*connector);
  McpPassthrough* passthrough = connector == nullptr ? nullptr : passthrough_of(*connector);
  const auto lease = calls_.take(holder_of(caller.user));
  std::optional<CallResult> result;
  Result<Forwarded> forwarded = no_such_operation();
  if (passthrough != nullptr && verdict == AccessDecision::kAllowed) {
    if (lease) {
      const OnBehalfOf behalf{caller.user, client};
      forwarded = co_await passthrough->forward(connector, behalf, method, std::move(params));
    } else {
      forwarded = fail(lease.error());
    }
    result = recorded_result(forwarded, client);
    note_health(*connector, *result);
  }
  const std::string_view refusal = verdict == AccessDecision::kOutOfScope
                                       ? "Resources and prompts are outside the scope of this credential."
                                       : kNoSuchOperation;
  MaskedRun finished = co_await finish(std::move(run), result, refusal);
  std::function<bool()> may_use;
  if (verdict == AccessDecision::kAllowed) {
    may_use = [&] {
      const EffectiveAccess now(access_.snapshot(), caller.user, caller.credential.scope);
      const auto same = now.connector(connector_id.str());
      return same != nullptr && now.decide_passthrough(*same) == AccessDecision::kAllowed;
    };
  }
  WICK_CO_CHECK(co_await commit(caller, std::move(finished), std::move(may_use)));
  co_return forwarded;
}

void Runner::note_health(const ConnectorEntry& connector, const CallResult& result) {
  if (result.is_ours || result.cancelled || result.rate_limited) return;
  // A system that answers with a refusal is healthy; one that answers 5xx, or nothing at all, is not.
  const bool failing = result.is_error && (result.http_status == 0 || result.http_status >= 500);
  set_health(connector, failing, result.text);
}

void Runner::note_answer(const ConnectorEntry& connector, const std::string& problem) {
  set_health(connector, !problem.empty(), problem);
}

void Runner::set_health(const ConnectorEntry& connector, bool failing, std::string_view message) {
  const HealthState state = failing ? HealthState::kFailing : HealthState::kOk;
  std::lock_guard lock(mutex_);
  Health& health = health_[connector.id.str()];
  if (health.state != state) health.since = clock_.now();
  health.state = state;
  health.message = failing ? truncate_utf8(message, kMaxHealthMessageBytes) : std::string_view();
}

Health Runner::health(const ConnectorId& connector) const {
  std::lock_guard lock(mutex_);
  const auto found = health_.find(connector.str());
  return found == health_.end() ? Health() : found->second;
}

}  // namespace wick
