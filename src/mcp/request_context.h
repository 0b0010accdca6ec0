// RequestContext: one message of an authenticated client, and its answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/effective_access.h"
#include "base/fair_pool.h"
#include "connectors/runner.h"
#include "http/message.h"
#include "mcp/message.h"
#include "mcp/session.h"
#include "tokens/authenticator.h"

namespace wick::mcp {

// Belongs to the coroutine of the request. The exchange and the message outlive it.
struct RequestContext {
  http::Exchange* exchange = nullptr;
  Principal principal;
  EffectiveAccess access;
  std::shared_ptr<const ConnectorEntry> scoped_connector = {};  // of /mcp/c/{connector}; null on /mcp
  std::string_view resource = {};  // the name of the resource (tokens/resource.h)
  std::optional<Session> session;  // of a legacy client
  const Message* message = nullptr;
  bool may_stream = false;  // the client accepts an event stream, and the message is not part of a batch
};

// The answer to a message: a JSON text, a whole response (a stream, a 401), or nothing (a notification).
struct Answer {
  std::string text = {};
  std::optional<http::Response> response = {};
  int status = 200;
};

// A JSON-RPC error.
Answer rejected(const RequestContext& context, int code, std::string message, int status = 200);
// The call was not made, because no call can be made now. A call that was made but not recorded has no retry time, because a
// client should not repeat it automatically.
inline bool is_refused_for_now(const Error& error) {
  return error.code == ErrorCode::kUnavailable && error.retry_after.count() > 0;
}
// 503 with Retry-After.
Answer unavailable(const RequestContext& context, const Error& error);

// The answer for an error of Runner::call() or Runner::record(): the call was not made, or its result is withheld.
Answer failed_call(const RequestContext& context, const Authenticator& authenticator, const Error& error);

// McpClientSession::client_key of the client: its session, or its user when there is none.
std::string client_key_of(const RequestContext& context);
// The caller, as the Runner needs it. `authenticator` outlives the call.
Caller caller_of(const RequestContext& context, const Authenticator& authenticator);

// Replaces the URIs of resources in a result by their URIs on /mcp, and content that an older revision lacks by texts. A large
// result is changed on `long_work`.
http::Task<void> publish_result(const RequestContext& context, const Runner& runner, FairPool& long_work,
                                const ConnectorEntry& connector, boost::json::object& result);

}  // namespace wick::mcp
