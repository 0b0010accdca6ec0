#include "upstream/stdio_line.h"

#include "base/json.h"
#include "upstream/http_line.h"

namespace wick::upstream {

http::Task<Result<std::shared_ptr<StdioLine>>> StdioLine::start(Children& children, ChildCommand command,
                                                                OnEnd on_end) {
  const auto line = std::make_shared<StdioLine>();
  const std::weak_ptr<StdioLine> weak = line;
  line->max_line_bytes_ = command.max_line_bytes;
  // By name: g++ 12 destroys a temporary in an argument of co_await twice.
  ChildEvents events;
  events.line = [weak](const std::string& text) {
    if (const auto living = weak.lock()) living->arrived(text, parse_json(text, InvalidUtf8::kReplace));
  };
  events.dropped = [weak](const Envelope& envelope) {
    if (const auto living = weak.lock()) living->dropped(envelope, living->max_line_bytes_);
  };
  events.ended = [weak, on_end = std::move(on_end)](const std::string& how) {
    const std::string text = how.empty() ? std::string() : "The MCP server's process " + how + ".";
    if (const auto living = weak.lock()) living->ended(text.empty() ? "The session has been ended." : text);
    if (!text.empty()) on_end(text);
  };
  auto child = co_await children.start(std::move(command), std::move(events));
  if (!child) co_return fail(std::move(child.error()));
  line->child_ = std::move(*child);
  co_return line;
}

StdioLine::~StdioLine() {
  if (child_ != nullptr) child_->stop();
}

std::shared_ptr<Exchange> StdioLine::begin(const Peer&, Outgoing request) {
  const auto slot = open_slot(request.id);
  if (!has_ended() && !child_->write(request_text(request) + "\n"))
    slot->end("The MCP server's process does not read what it is sent.");
  return slot;
}

http::Task<Result<Incoming>> StdioLine::tell(const Peer&, json::object message) {
  if (!child_->write(to_json(message) + "\n"))
    co_return fail(ErrorCode::kUpstream,
                   "The MCP server's process has ended, or does not read what it is sent.");
  Incoming taken;
  taken.status = 202;
  co_return taken;
}

http::Task<void> StdioLine::close(const Peer&) {
  child_->stop();
  co_return;
}

}  // namespace wick::upstream
