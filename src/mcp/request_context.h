// RequestContext: one message of a client whose credential is known, and the answer to it.
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

// Lives in the frame of the request's coroutine; borrows the exchange and the message.
struct RequestContext {
  http::Exchange* exchange = nullptr;
  Principal principal;
  EffectiveAccess access;
  std::shared_ptr<const ConnectorEntry> scoped_connector = {};  // of /mcp/c/{connector}; null on /mcp
  std::string_view resource = {};  // the name of the resource (tokens/resource.h)
  std::optional<Session> session;  // of a legacy client
  const Message* message = nullptr;
  bool may_stream = false;  // the client takes an event stream, and the message is not part of a batch
};

// The answer of a method: a JSON text, a whole response (a stream, a 401), or nothing (a notification).
struct Answer {
  std::string text = {};
  std::optional<http::Response> response = {};
  int status = 200;
};

// A JSON-RPC error.
Answer rejected(const RequestContext& context, int code, std::string message, int status = 200);
// No call can be made now, and this one was not made. (A call that was made but not recorded has no retry time: a client
// should not repeat it by itself.)
inline bool is_refused_for_now(const Error& error) {
  return error.code == ErrorCode::kUnavailable && error.retry_after_seconds > 0;
}
// 503 with Retry-After.
Answer unavailable(const RequestContext& context, const Error& error);

// For a call that was not made or whose result is withheld (errors of Runner::call and Runner::record).
Answer failed_call(const RequestContext& context, const Authenticator& authenticator, const Error& error);

// Names the client with servers that keep sessions: its own session, else its user.
std::string client_key_of(const RequestContext& context);
// The sender, for the Runner. `authenticator` outlives the call.
Caller caller_of(const RequestContext& context, const Authenticator& authenticator);

// Gives the resources that a result on /mcp refers to the URIs that they have there, and a client of an older revision
// only content that it knows. A large result is changed on `long_work`.
http::Task<void> publish_result(const RequestContext& context, const Runner& runner, FairPool& long_work,
                                const ConnectorEntry& connector, boost::json::object& result);

}  // namespace wick::mcp
