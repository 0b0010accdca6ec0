#include "mcp_transport/stdio_transport.h"

#include "base/json.h"
#include "mcp_transport/streamable_http_transport.h"

namespace wick::upstream {

http::Task<Result<std::shared_ptr<StdioTransport>>> StdioTransport::start(ChildProcessManager& children,
                                                                          ChildCommand command,
                                                                          OnEnd on_end) {
  const auto line = std::make_shared<StdioTransport>();
  const std::weak_ptr<StdioTransport> weak = line;
  line->max_line_bytes_ = command.max_line_bytes;
  // By name: g++ 12 destroys a temporary in an argument of co_await twice.
  ChildEvents events;
  events.line = [weak](const std::string& text) {
    if (const auto living = weak.lock()) living->route(text, parse_json(text, InvalidUtf8::kReplace));
  };
  events.dropped = [weak](const Envelope& envelope) {
    if (const auto living = weak.lock()) living->fail_dropped(envelope, living->max_line_bytes_);
  };
  events.ended = [weak, on_end = std::move(on_end)](const std::string& how) {
    const std::string text = how.empty() ? std::string() : "The MCP server's process " + how + ".";
    if (const auto living = weak.lock())
      living->end_slots(text.empty() ? "The session has been ended." : text);
    if (!text.empty()) on_end(text);
  };
  WICK_CO_TRY(child, co_await children.start(std::move(command), std::move(events)));
  line->child_ = std::move(child);
  co_return line;
}

StdioTransport::~StdioTransport() {
  if (child_ != nullptr) child_->stop();
}

std::shared_ptr<PendingRequest> StdioTransport::start_request(const NegotiatedServer&,
                                                              OutgoingRequest request) {
  const auto slot = open_slot(request.id);
  if (!has_ended() && !child_->write(request_text(request) + "\n"))
    slot->end("The MCP server's process does not read its input.");
  return slot;
}

http::Task<Result<IncomingMessage>> StdioTransport::send_message(const NegotiatedServer&,
                                                                 json::object message) {
  if (!child_->write(to_json(message) + "\n"))
    co_return fail(ErrorCode::kUpstream, "The MCP server's process has ended, or does not read its input.");
  IncomingMessage taken;
  taken.status = 202;
  co_return taken;
}

http::Task<void> StdioTransport::close(const NegotiatedServer&) {
  child_->stop();
  co_return;
}

}  // namespace wick::upstream
