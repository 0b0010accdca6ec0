// Runner: carries out one call of one operation, and records it. MCP calls and test runs both end here.
//
// The steps of a call: the decision about the operation is checked against the newest access snapshot; the arguments are
// validated; the kind of the connector carries the call out, under its deadline; the credential and the access are checked
// again; the run is committed to the audit; credential and access are checked once more; the caller gets the result. So a
// call with a result is always on record. A caller whose credential was revoked, or whose user lost access to the operation,
// while the call ran gets no result.
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
  std::string id = {};  // the id of the token, grant or session; empty: none, as on the command line
  CredentialKind kind = CredentialKind::kPat;
  ScopePtr scope = {};                     // null: the credential reaches all that its user may use
  std::function<bool()> still_valid = {};  // whether it has not been revoked; empty: always
};

// The program that sent a call, as it describes itself. `name` and `version` are those of MCP's clientInfo.
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
  // The answer of the system, at most kMaxHealthMessageBytes. For admins alone: the message may hold data of the user whose
  // call failed, and words that somebody else chose.
  std::string message;
};

inline constexpr std::size_t kDefaultCallsPerUser = 256;  // at once; "limits.calls_per_user"

class Runner {
 public:
  using Executor = boost::asio::io_context::executor_type;
  template <typename T>
  using Task = boost::asio::awaitable<T, Executor>;

  struct Dependencies {
    const AccessStore& access;
    const KindRegistry& kinds;
    RunLog& log;
    const Clock& clock;
    std::size_t calls_per_user = kDefaultCallsPerUser;
    FairPool* long_work = nullptr;  // runs slow work on large results; null: the thread of the call runs it
  };
  explicit Runner(Dependencies dependencies);

  // Errors: kNotFound         no such operation for this user, now; recorded as denied, or as cancelled when
  //                           the user lost it while the call ran
  //         kForbidden        the user may call it, the credential's scope does not reach it; recorded as
  //                           denied
  //         kUnauthenticated  the credential was revoked while the call ran; recorded as cancelled
  //         kUnavailable      the audit cannot record: nothing is carried out, or the result is withheld
  // A user who has the largest allowed number of calls under way gets an error as result, recorded as rate_limited.
  // `extra_params`: the other members of the call's params; `client`: can be notified and asked while the call runs.
  // `operation`: resolved for this caller, in any snapshot; call() checks it against the newest one.
  Task<Result<CallOutcome>> call(Caller caller, ResolvedOperation operation, boost::json::object arguments,
                                 boost::json::object extra_params = {},
                                 const McpClientSession* client = nullptr);
  // Looks an operation up for a call(), in the newest snapshot.
  ResolvedOperation resolve(const Caller& caller, const ConnectorId& connector, std::string key) const;
  // Passes a request other than tools/call (resources/read, prompts/get …) to a connector that is an MCP server. The request
  // is decided and recorded like a call. The connector must exist for the user, and the scope must not be one of chosen
  // operations. Errors: as call(); kUpstream  the server does not answer: recorded as an error; kRateLimited  as call()
  Task<Result<Forwarded>> forward(Caller caller, ConnectorId connector, std::string method,
                                  boost::json::object params, const McpClientSession* client);
  // Whether calls of the connector end early when the client has gone.
  bool can_be_cancelled(const ConnectorEntry& connector) const;
  // Whether the connector is an MCP server itself.
  bool is_mcp_server(const ConnectorEntry& connector) const;
  // The parts of the protocol that the connector offers besides tools. Errors: as McpPassthrough::capabilities
  Task<Result<boost::json::object>> capabilities(std::shared_ptr<const ConnectorEntry> connector,
                                                 OnBehalfOf behalf);
  // Passes on the notifications of the connector's server about changes. Not recorded. Errors: as McpPassthrough::listen
  Task<Result<void>> listen(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                            boost::json::object filter,
                            std::function<void(boost::json::object)> on_notification);
  // Ends the sessions that were kept for a client that has ended its own. `client_key`: McpClientSession::client_key
  Task<void> end_client_session(std::string client_key);
  // Records a call without a connector: one that the server answered itself (wick_list …), or, without a result, the denied
  // call of a name that stands for nothing. Errors: kUnauthenticated, kUnavailable
  Task<Result<CallOutcome>> record(Caller caller, std::string requested, boost::json::object arguments,
                                   std::optional<CallResult> result);

  Health health(const ConnectorId& connector) const;
  // Notes the result of a request to the system that was no call. `problem` is empty when the system answered.
  void note_answer(const ConnectorEntry& connector, const std::string& problem);

 private:
  // The decision at this moment. Decides again when the operation was resolved in an older snapshot or for another credential.
  ResolvedOperation check_again(const Caller& caller, const ResolvedOperation& operation) const;
  // Validates the arguments and has the kind carry the call out. An exception becomes a failed result.
  Task<CallResult> carry_out(ConnectorKind& kind, OperationRef operation, UserId user,
                             boost::json::object arguments, boost::json::object extra_params,
                             const McpClientSession* client);
  // Checks the credential and the access, commits the run, checks again. The id of the run. `may_use`: whether the caller
  // may still use the operation; empty: there is nothing to check.
  Task<Result<std::int64_t>> commit(const Caller& caller, MaskedRun run, std::function<bool()> may_use = {});
  void set_health(const ConnectorEntry& connector, bool failing, std::string_view message);
  Run begin(const Caller& caller, std::string operation, const boost::json::object& arguments) const;
  // check_arguments(), on `long_work` when the check takes long. `arguments` lives in the caller's frame.
  Task<Result<void>> check(const OperationEntry& operation, boost::json::value& arguments, ArgumentCheck mode,
                           std::string user) const;
  // The run with times, status and response, as the log keeps it. Without a result the run is denied, for this reason. Long
  // texts are made on `long_work`.
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

// The reason for which a call of the operation is refused (AccessDecision::kHeld), for the caller.
std::string held_back(const OperationRef& ref);
// Whether making texts of the result takes long (kLongWorkBytes).
bool is_long_work(const CallResult& result);
// The result as MCP's CallToolResult carries it: content, structuredContent, isError.
boost::json::object to_tool_result(CallResult result);

}  // namespace wick
