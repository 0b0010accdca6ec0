#include "upstream/stdio_line.h"

#include <charconv>

#include "base/json.h"
#include "base/text.h"
#include "upstream/envelope_scanner.h"
#include "upstream/http_line.h"

namespace wick::upstream {
namespace {

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  return ec == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> number_of(const json::value* id) {
  if (id == nullptr) return std::nullopt;
  if (id->is_int64() && id->get_int64() > 0) return std::uint64_t(id->get_int64());
  return id->is_string() ? number_of(std::string_view(id->get_string())) : std::nullopt;
}

// The request a notification says it belongs to.
std::optional<std::uint64_t> belongs_to(const json::object& message) {
  const auto* params = message.if_contains("params");
  if (params == nullptr || !params->is_object()) return std::nullopt;
  if (const auto token = number_of(params->get_object().if_contains("progressToken"))) return token;
  const auto* meta = params->get_object().if_contains("_meta");
  if (meta == nullptr || !meta->is_object()) return std::nullopt;
  return number_of(meta->get_object().if_contains("io.modelcontextprotocol/subscriptionId"));
}

// The envelope of a line that is not JSON.
EnvelopeScanner scan(std::string_view text) {
  EnvelopeScanner scanner;
  scanner.feed(text);
  return scanner;
}

}  // namespace

// What one exchange, or the listener, has not read yet.
class StdioLine::Slot final : public Exchange {
 public:
  Slot(std::shared_ptr<StdioLine> line, std::string id) : line_(std::move(line)), id_(std::move(id)) {}
  ~Slot() override {
    if (!id_.empty()) line_->forget(id_);
  }
  http::Task<Result<Incoming>> next(std::chrono::milliseconds timeout) override {
    auto message = co_await messages_.take(timeout);
    if (message) {
      --queued_;
      queued_bytes_ -= message->second;
      co_return Incoming{std::move(message->first), 200, {}, {}};
    }
    if (message.error() == MailboxEnd::kTimeout)
      co_return fail(ErrorCode::kTimeout, "The MCP server did not answer in time.");
    const std::lock_guard lock(mutex_);
    if (why_.empty()) co_return fail(ErrorCode::kUnavailable, "It was given up.");
    co_return fail(code_, why_);
  }
  void interrupt() override { messages_.close(); }
  void give(json::object message) override { give(std::move(message), 0); }
  void give(json::object message, std::size_t bytes) {
    const bool answer = !message.contains("method");
    if (!answer && (queued_ >= kMaxQueuedMessages || queued_bytes_ + bytes > kMaxQueuedBytes)) return;
    ++queued_;
    queued_bytes_ += bytes;
    messages_.put({std::move(message), bytes});
  }
  void end(std::string why, ErrorCode code = ErrorCode::kUpstream) {
    {
      const std::lock_guard lock(mutex_);
      why_ = std::move(why);
      code_ = code;
    }
    messages_.close();
  }

 private:
  const std::shared_ptr<StdioLine> line_;
  const std::string id_;
  Mailbox<std::pair<json::object, std::size_t>> messages_;
  std::atomic<std::size_t> queued_ = 0, queued_bytes_ = 0;
  std::mutex mutex_;
  std::string why_;
  ErrorCode code_ = ErrorCode::kUpstream;
};

http::Task<Result<std::shared_ptr<StdioLine>>> StdioLine::start(Children& children, ChildCommand command,
                                                                OnEnd on_end) {
  const auto line = std::make_shared<StdioLine>();
  const std::weak_ptr<StdioLine> weak = line;
  line->max_line_bytes_ = command.max_line_bytes;
  // By name: g++ 12 destroys a temporary in an argument of co_await twice.
  ChildEvents events;
  events.line = [weak](const std::string& text) {
    if (const auto living = weak.lock()) living->arrived(text);
  };
  events.dropped = [weak](const DroppedLine& dropped) {
    if (const auto living = weak.lock()) living->dropped(dropped);
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
  const auto slot = std::make_shared<Slot>(shared_from_this(), request.id);
  std::string how;
  {
    const std::lock_guard lock(mutex_);
    open_[std::stoull(request.id)] = slot;
    how = how_it_ended_;
  }
  if (!how.empty()) {
    slot->end(how);
  } else if (!child_->write(request_text(request) + "\n")) {
    slot->end("The MCP server's process does not read what it is sent.");
  }
  return slot;
}

http::Task<Result<Incoming>> StdioLine::tell(const Peer&, json::object message) {
  if (!child_->write(to_json(message) + "\n"))
    co_return fail(ErrorCode::kUpstream,
                   "The MCP server's process has ended, or does not read what it is sent.");
  co_return Incoming{{}, 202, {}, {}};
}

std::shared_ptr<Exchange> StdioLine::listen(const Peer&) {
  const auto slot = std::make_shared<Slot>(shared_from_this(), "");
  const std::lock_guard lock(mutex_);
  listener_ = slot;
  if (!how_it_ended_.empty()) slot->end(how_it_ended_);
  return slot;
}

http::Task<void> StdioLine::close(const Peer&) {
  child_->stop();
  co_return;
}

void StdioLine::forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  open_.erase(std::stoull(id));
}

void StdioLine::arrived(const std::string& text) {
  auto value = parse_json(text);
  if (!value) return broken(text);
  // What is not a message is some program's greeting: the protocol forbids it, and it helps nobody.
  if (!value->is_object() || !value->get_object().contains("jsonrpc")) return;
  json::object& message = value->get_object();
  const bool is_answer = !message.contains("method");
  const auto id = is_answer ? number_of(message.if_contains("id")) : belongs_to(message);
  // Released after the lock: the last to let go of a slot takes it out of the map, which needs the lock.
  std::shared_ptr<Slot> to, listener;
  {
    const std::lock_guard lock(mutex_);
    if (id) {
      const auto found = open_.find(*id);
      if (found != open_.end()) to = found->second.lock();
    } else if (!is_answer) {
      for (auto one = open_.rbegin(); one != open_.rend() && to == nullptr; ++one) {
        if (!shared_ || open_.size() == 1) to = one->second.lock();
      }
      listener = listener_.lock();
    }
  }
  const std::string method = text_or_empty(message, "method");
  const bool change = method.ends_with("/list_changed") || method == "notifications/resources/updated";
  if (listener != nullptr && (to == nullptr || change)) {
    listener->give(std::move(message), text.size());
  } else if (to != nullptr) {
    to->give(std::move(message), text.size());
  }
}

std::shared_ptr<StdioLine::Slot> StdioLine::find(const std::optional<std::string>& id, bool only) {
  const auto number = id ? number_of(*id) : std::nullopt;
  const std::lock_guard lock(mutex_);
  if (!id && only && open_.size() == 1) return open_.begin()->second.lock();
  if (!number) return nullptr;
  const auto found = open_.find(*number);
  return found == open_.end() ? nullptr : found->second.lock();
}

// An answer that is not JSON fails its request, when it can be told which that is. Anything else that is not
// JSON is a program's greeting.
void StdioLine::broken(const std::string& text) {
  const EnvelopeScanner scanner = scan(text);
  if (!scanner.id() || scanner.has_method()) return;
  if (const auto slot = find(scanner.id(), false))
    slot->end("The MCP server's answer is not valid JSON, or is nested too deep.");
}

// Without an id it is the answer to the only request under way, or nobody's: its request fails when its time
// is up.
void StdioLine::dropped(const DroppedLine& line) {
  if (line.has_method) return;
  if (const auto slot = find(line.id, true)) {
    slot->end("A message of the MCP server is larger than " + std::to_string(max_line_bytes_) + " bytes.",
              ErrorCode::kTooLarge);
  }
}

void StdioLine::ended(const std::string& what_happened) {
  std::vector<std::shared_ptr<Slot>> waiting;
  {
    const std::lock_guard lock(mutex_);
    how_it_ended_ = what_happened;
    for (const auto& [id, slot] : open_) {
      if (auto living = slot.lock()) waiting.push_back(std::move(living));
    }
    if (auto listener = listener_.lock()) waiting.push_back(std::move(listener));
  }
  for (const auto& slot : waiting) slot->end(what_happened);
}

}  // namespace wick::upstream
