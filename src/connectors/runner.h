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

// Who calls, as the run will say.
struct Caller {
  UserId user;
  std::string credential_id, credential_kind;  // pat, oauth, session
  std::string source;                          // mcp, test, retry, api
  std::string ip, user_agent, client_name, client_version, trace_id;
  ScopePtr scope = {};                // how much narrower than the user the credential is
  std::function<bool()> still_valid;  // whether the credential still lives; empty: it need not be asked
};

struct CallOutcome {
  std::int64_t run_id = 0;
  std::int64_t latency_ms = 0;
  CallResult result;
};

inline constexpr std::size_t kMaxHealthMessageBytes = 2000;

struct Health {
  std::string state = "unknown";  // ok, failing, unknown
  Micros since = 0;               // when it became so; 0: unknown
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
  // `more`: what else the call's params say; `client`: who can be told and asked while it runs.
  Task<Result<CallOutcome>> call(Caller caller, ConnectorId connector, std::string operation,
                                 boost::json::object arguments, boost::json::object more = {},
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
  bool forwards(const ConnectorEntry& connector) const;
  // What of the protocol the connector offers besides tools. Errors: as ConnectorKind::capabilities
  Task<Result<boost::json::object>> capabilities(std::shared_ptr<const ConnectorEntry> connector,
                                                 OnBehalfOf behalf);
  // Passes on what the connector's server says of changes; not recorded. Errors: as ConnectorKind::listen
  Task<Result<void>> listen(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                            boost::json::object filter, std::function<void(boost::json::object)> heard);
  // A client has ended its session.
  Task<void> end_client_session(std::string lane);
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
  Task<Result<void>> check(const OperationEntry& operation, boost::json::value& arguments, Judge decide,
                           std::string user) const;
  // The run with times, status and response, as the log keeps it; no result: denied, for this reason. What
  // is long is made off the io threads.
  Task<MaskedRun> finish(Run run, const std::optional<CallResult>& result, std::string_view reason) const;
  void note_health(const ConnectorEntry& connector, const CallResult& result);

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
