// Endpoint: what /mcp answers, for 2026-07-28 and for the legacy revisions on the same URL; and
// /mcp/c/{connector}, the same for one connector alone, whose tools keep the names they have there (M3).
//
// The order of every request: host and origin (403), credential (401), media types (415, 406), envelope
// (400), method. Nothing here reads the database; operations run through Runner, which records them.
// Thread-safe; handlers run on io threads.
#pragma once

#include <memory>
#include <string>

#include "access/snapshot.h"
#include "connectors/runner.h"
#include "http/message.h"
#include "http/origin.h"
#include "mcp/message.h"
#include "mcp/search.h"
#include "mcp/session.h"
#include "mcp/stream_hub.h"
#include "tokens/authenticator.h"

namespace wick::mcp {

class Endpoint {
 public:
  Endpoint(const AccessStore& access, const Authenticator& authenticator, const http::OriginPolicy& origins,
           Runner& runner, StreamHub& streams, const SealingKey& key, const Clock& clock);

  http::Task<http::Response> post(http::Exchange& exchange);
  // Legacy: the stream of server messages, and the end of a session.
  http::Task<http::Response> get(http::Exchange& exchange);
  http::Task<http::Response> remove(http::Exchange& exchange);

 private:
  // One request, from the moment its caller is known.
  struct Context {
    http::Exchange* exchange = nullptr;
    Principal principal;
    Reach reach;
    std::shared_ptr<const ConnectorEntry> only = {};  // of /mcp/c/{connector}
    std::optional<Session> session;                   // legacy
    const Message* message = nullptr;
  };
  // What a method answers: a JSON text, a whole response (a stream, a 401), or nothing (a notification).
  struct Answer {
    std::string text = {};
    std::optional<http::Response> response = {};
    int status = 200;
  };

  std::expected<Context, http::Response> admit(http::Exchange& exchange) const;
  http::Task<Answer> answer(Context& context);
  http::Task<Answer> answer_modern(Context& context);
  http::Task<Answer> answer_legacy(Context& context);
  http::Task<Answer> initialize(Context& context);
  http::Task<Answer> discover(Context& context);
  // The requests that the view of one connector passes on to an MCP server behind it (connector_view.cpp).
  static bool is_forwarded(std::string_view method);
  // What it answers, in the form of the client's era.
  http::Task<Answer> forward(Context& context);
  std::shared_ptr<const std::string> tools_list(const Context& context) const;
  Answer list_tools(const Context& context) const;
  http::Task<Answer> call_tool(Context& context);
  http::Task<Answer> call_found(Context& context, OperationRef ref, std::string name,
                                boost::json::object arguments);
  http::Task<Answer> execute(Context& context, boost::json::object arguments);
  http::Task<Answer> listen(Context& context);
  // Writes `changed` whenever what the caller may call has changed, and comments in between, until the
  // credential ends or the peer goes.
  http::Task<void> follow_changes(Context& context, http::StreamWriter& writer,
                                  std::shared_ptr<Stream> stream, std::string changed);

  Caller caller(const Context& context) const;
  Answer finished(const Context& context, Result<CallOutcome> outcome) const;
  Answer rejected(const Context& context, int code, std::string message, int status = 200) const;
  // A call that the credential's scope does not reach: a challenge when the client can ask for more, else a
  // tool error.
  Answer out_of_scope(const Context& context, const OperationRef& ref, std::string message) const;
  std::string tools_fingerprint(const Principal& principal) const;

  const AccessStore& access_;
  const Authenticator& authenticator_;
  const http::OriginPolicy& origins_;
  Runner& runner_;
  StreamHub& streams_;
  Sessions sessions_;
  Search search_;
  const Clock& clock_;
};

}  // namespace wick::mcp
