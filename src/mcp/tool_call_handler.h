// ToolCallHandler: answers tools/call, for both protocol generations and both tool surfaces.
//
// Each call goes the same way: resolve the name to an operation, invoke it through the Runner, respond in the form that
// the client's revision has. Names that stand for no operation are recorded too. Thread-safe; runs on io threads, and
// does on the pools what takes long.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mcp/request_context.h"
#include "mcp/request_stream.h"
#include "search/search.h"

namespace wick::mcp {

// One call of wick_execute.
struct ExecuteCall {
  std::string tool_id;
  boost::json::object arguments;
};
struct ExecuteRequest {
  std::vector<ExecuteCall> calls;
  bool is_batch = false;  // `calls` was given: the answer is a list of results, of one call too
};
// Takes the calls out of the arguments of wick_execute; nullopt: they are not as the tool's schema has them, and stay.
std::optional<ExecuteRequest> parse_execute(boost::json::object& arguments);

class ToolCallHandler {
 public:
  // `searches`: for tools that read the whole catalogue; `long_work`: for large results. All outlive the handler.
  ToolCallHandler(Runner& runner, const Authenticator& authenticator, LegacyRequests& legacy,
                  FairPool& searches, FairPool& long_work);

  http::Task<Answer> handle(RequestContext& context);

 private:
  struct ToolCall {
    EffectiveAccess::Found found;  // hidden: there is no such operation for the caller
    std::string name;              // as the client gave it
    boost::json::object arguments, extra_params;
  };
  http::Task<Answer> call_operation(RequestContext& context, ToolCall call);
  http::Task<Answer> call_meta_tool(RequestContext& context, std::string name, boost::json::object arguments);
  http::Task<CallResult> answer_meta_tool(const RequestContext& context, std::string name,
                                          const boost::json::object& arguments);

  // wick_execute: one call as if its operation were called, or several in order. With a progress token, the several are
  // reported one by one on a stream.
  http::Task<Answer> execute(RequestContext& context, boost::json::object arguments);
  http::Task<Answer> execute_one(RequestContext& context, ExecuteCall call);
  http::Task<Answer> execute_batch(RequestContext& context, std::vector<ExecuteCall> calls);
  // Without questions of the server. `operation`: the one of the id; nullopt when the id is malformed. The error of a call
  // that could not be made is a failed result, unless the request as a whole cannot go on. `client`: null when nobody can
  // cancel it.
  http::Task<Result<CallOutcome>> invoke_by_id(const RequestContext& context, ExecuteCall call,
                                               std::optional<ResolvedOperation> operation,
                                               const McpClientSession* client);

  // One call, with the notifications and questions of its server meanwhile. `stream`: null when it can have neither.
  http::Task<Result<CallOutcome>> invoke(const RequestContext& context, const ResolvedOperation& operation,
                                         boost::json::object arguments, boost::json::object extra_params,
                                         RequestStream* stream);
  std::unique_ptr<RequestStream> open_stream(const RequestContext& context, const ConnectorEntry& connector);

  Answer respond(const RequestContext& context, Result<CallOutcome> outcome) const;
  // The same where it holds up no io thread.
  http::Task<Answer> respond_off_thread(const RequestContext& context, Result<CallOutcome> outcome) const;
  // For a call that the credential's scope does not reach: a challenge when the client can ask for more, else a tool
  // error.
  Answer respond_out_of_scope(const RequestContext& context, const OperationRef& operation,
                              std::string message) const;

  Runner& runner_;
  const Authenticator& authenticator_;
  LegacyRequests& legacy_;
  FairPool& searches_;
  FairPool& long_work_;
  Search search_;
};

}  // namespace wick::mcp
