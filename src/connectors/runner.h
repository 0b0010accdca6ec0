// Runner: one call of one operation, from the decision to the record. MCP calls and test runs both end here.
//
// In this order: the access snapshot decides what exists for the caller; the arguments are validated; the
// kind runs, under its deadline; the credential is asked about again; the run is committed to the audit; only
// then does the caller get the result. So an answered call is always on record, and a credential that was
// revoked, or a user who lost access to the operation, while the call ran does not get the result.
// Thread-safe; call() runs on an io thread.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

#include "access/effective_access.h"
#include "audit/run_log.h"
#include "base/fair_pool.h"
#include "base/shares.h"
#include "connectors/connector_kind.h"
#include "connectors/input_schema.h"

namespace wick {

// The credential of a call.
struct CallerCredential {
  std::string id = {};  // of the token, grant or session; empty: none, as on the command line
  CredentialKind kind = CredentialKind::kPat;
  ScopePtr scope = {};                     // null: the credential reaches all that its user may use
  std::function<bool()> still_valid = {};  // whether it has not been revoked; empty: always
};

// The program that sent a call, as it describes itself. `name` and `version`: of MCP's clientInfo.
struct CallerClient {
  std::string ip = {}, user_agent = {}, name = {}, version = {};
};

// The sender of a call, for the decision and for the record.
struct Caller {
  UserId user;
  CallerCredential credential;
  RunSource source = RunSource::kMcp;
  CallerClient client;
  std::string trace_id;  // W3C Trace Context; empty: none
};

struct CallOutcome {
  std::int64_t run_id = 0;
  std::int64_t latency_ms = 0;
  CallResult result;
};

inline constexpr std::size_t kMaxHealthMessageBytes = 2000;

// Whether the connected system answered when it was last asked.
enum class HealthState : unsigned char { kUnknown, kOk, kFailing };
// As the REST API spells it: unknown, ok, failing.
std::string_view health_state_name(HealthState state);

struct Health {
  HealthState state = HealthState::kUnknown;
  Micros since = 0;  // the time of the last change of `state`; 0: unknown
  // What the system answered, at most kMaxHealthMessageBytes. For admins alone: it may hold the data of the
  // user whose call failed, and words that somebody chose.
  std::string message;
};

inline constexpr std::size_t kDefaultCallsPerUser = 256;  // at once; "limits.calls_per_user"

class Runner {
 public:
  using Executor = boost::asio::io_context::executor_type;
  template <typename T>
  using Task = boost::asio::awaitable<T, Executor>;

  // What takes long with a large result is done on `long_work`; null: where the call runs.
  Runner(const AccessStore& access, const KindRegistry& kinds, RunLog& log, const Clock& clock,
         std::size_t calls_per_user = kDefaultCallsPerUser, FairPool* long_work = nullptr);

  // Errors: kNotFound         no such operation for this user, now; recorded as denied, or as cancelled when
  //                           the user lost it while the call ran
  //         kForbidden        the user may call it, the credential's scope does not reach it; recorded as
  //                           denied
  //         kUnauthenticated  the credential was revoked while the call ran; recorded as cancelled
  //         kUnavailable      the audit cannot record: nothing is carried out, or the result is withheld
  // A user who has as many calls under way as one may gets an error as result, recorded as rate_limited.
  // `extra_params`: the other members of the call's params; `client`: who can be told and asked while it runs.
  Task<Result<CallOutcome>> call(Caller caller, ConnectorId connector, std::string operation,
                                 boost::json::object arguments, boost::json::object extra_params = {},
                                 const McpClientSession* client = nullptr);
  // A request of the protocol besides tools/call (resources/read, prompts/get …) to a connector that is an
  // MCP server, decided and recorded like a call. It needs the connector to exist for the user, and a scope
  // that is not of chosen operations. Errors: as call(); kUpstream  the server does not answer: recorded as
  // an error; kRateLimited  as call()
  Task<Result<Forwarded>> forward(Caller caller, ConnectorId connector, std::string method,
                                  boost::json::object params, const McpClientSession* client);
  // Whether its calls end early when the client has gone.
  bool can_be_cancelled(const ConnectorEntry& connector) const;
  // Whether it is an MCP server itself.
  bool is_mcp_server(const ConnectorEntry& connector) const;
  // What of the protocol the connector offers besides tools. Errors: as McpPassthrough::capabilities
  Task<Result<boost::json::object>> capabilities(std::shared_ptr<const ConnectorEntry> connector,
                                                 OnBehalfOf behalf);
  // Passes on what the connector's server says of changes; not recorded. Errors: as McpPassthrough::listen
  Task<Result<void>> listen(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                            boost::json::object filter,
                            std::function<void(boost::json::object)> on_notification);
  // A client has ended its session. `client_key`: McpClientSession::lane
  Task<void> end_client_session(std::string client_key);
  // Records a call that needs no connector: what the server itself answered (wick_list …), or, without a
  // result, the denied call of something that does not exist. Errors: kUnauthenticated, kUnavailable
  Task<Result<CallOutcome>> record(Caller caller, std::string requested, boost::json::object arguments,
                                   std::optional<CallResult> result);

  Health health(const ConnectorId& connector) const;
  // What asking the system came to, outside of a call; empty: it answered.
  void note_answer(const ConnectorEntry& connector, const std::string& problem);

 private:
  // Asks about the credential and the access, commits the run, asks again. The id of the run. `may_use`:
  // whether the caller may still use what was called; empty: there is nothing to ask.
  Task<Result<std::int64_t>> commit(const Caller& caller, MaskedRun run, std::function<bool()> may_use = {});
  void set_health(const ConnectorEntry& connector, bool failing, std::string_view message);
  Run begin(const Caller& caller, std::string operation, const boost::json::object& arguments) const;
  // check_arguments(), off the io threads when it takes long. `arguments` lives in the caller's frame.
  Task<Result<void>> check(const OperationEntry& operation, boost::json::value& arguments, ArgumentCheck mode,
                           std::string user) const;
  // The run with times, status and response, as the log keeps it; no result: denied, for this reason. What
  // is long is made off the io threads.
  Task<MaskedRun> finish(Run run, const std::optional<CallResult>& result, std::string_view reason) const;
  void note_health(const ConnectorEntry& connector, const CallResult& result);

  // Null: the connector is no MCP server.
  McpPassthrough* passthrough_of(const ConnectorEntry& connector) const;

  const AccessStore& access_;
  const KindRegistry& kinds_;
  RunLog& log_;
  const Clock& clock_;
  Shares calls_;
  FairPool* const long_work_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Health> health_;
};

// Why a call of it is refused (AccessDecision::kHeld), for the caller.
std::string held_back(const OperationRef& ref);
// Whether making texts of the result takes long (kLongWorkBytes).
bool is_long_work(const CallResult& result);
// The result as MCP's CallToolResult carries it: content, structuredContent, isError.
boost::json::object to_tool_result(CallResult result);

}  // namespace wick
