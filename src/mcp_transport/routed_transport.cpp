#include "mcp_transport/routed_transport.h"

#include <charconv>

#include "base/json.h"
#include "base/text.h"

namespace wick::upstream {
namespace {

std::optional<std::uint64_t> positive_int(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  return ec == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> positive_int(const json::value* id) {
  if (id == nullptr) return std::nullopt;
  if (const auto number = int64_of(*id))
    return *number > 0 ? std::optional(std::uint64_t(*number)) : std::nullopt;
  return is_text(*id) ? positive_int(std::string_view(id->get_string())) : std::nullopt;
}

// The id of the request that a notification names.
std::optional<std::uint64_t> belongs_to(const json::object& message) {
  const auto* params = message.if_contains("params");
  if (params == nullptr || !params->is_object()) return std::nullopt;
  if (const auto token = positive_int(params->get_object().if_contains("progressToken"))) return token;
  const auto* meta = params->get_object().if_contains("_meta");
  if (meta == nullptr || !meta->is_object()) return std::nullopt;
  return positive_int(meta->get_object().if_contains("io.modelcontextprotocol/subscriptionId"));
}

}  // namespace

http::Task<Result<IncomingMessage>> RoutedTransport::Slot::next(std::chrono::milliseconds timeout) {
  auto message = co_await messages_.take(timeout);
  if (message) {
    --queued_;
    queued_bytes_ -= message->second;
    co_return std::move(message->first);
  }
  if (message.error() == MailboxEnd::kTimeout)
    co_return fail(ErrorCode::kTimeout, "The MCP server did not answer in time.");
  const std::lock_guard lock(mutex_);
  if (why_.empty()) co_return fail(ErrorCode::kUnavailable, "The request was interrupted.");
  co_return fail(code_, why_);
}

void RoutedTransport::Slot::deliver(json::object message, std::size_t bytes) {
  const bool answer = !message.contains("method");
  if (!answer && (queued_ >= kMaxQueuedMessages || queued_bytes_ + bytes > kMaxQueuedBytes)) return;
  ++queued_;
  queued_bytes_ += bytes;
  IncomingMessage incoming;
  incoming.message = std::move(message);
  messages_.put({std::move(incoming), bytes});
}

void RoutedTransport::Slot::deliver(IncomingMessage incoming) {
  ++queued_;
  messages_.put({std::move(incoming), 0});
}

void RoutedTransport::Slot::end(std::string why, ErrorCode code) {
  {
    const std::lock_guard lock(mutex_);
    why_ = std::move(why);
    code_ = code;
  }
  messages_.close();
}

std::shared_ptr<RoutedTransport::Slot> RoutedTransport::open_slot(const std::string& id) {
  auto slot = std::make_shared<Slot>(shared_from_this(), id);
  std::string how;
  {
    const std::lock_guard lock(mutex_);
    open_[std::stoull(id)] = slot;
    how = how_it_ended_;
  }
  if (!how.empty()) slot->end(how);
  return slot;
}

std::shared_ptr<PendingRequest> RoutedTransport::listen(const NegotiatedServer&) {
  const auto slot = std::make_shared<Slot>(shared_from_this(), "");
  const std::lock_guard lock(mutex_);
  listener_ = slot;
  if (!how_it_ended_.empty()) slot->end(how_it_ended_);
  return slot;
}

bool RoutedTransport::has_ended() const {
  const std::lock_guard lock(mutex_);
  return !how_it_ended_.empty();
}

void RoutedTransport::forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  open_.erase(std::stoull(id));
}

void RoutedTransport::route(std::string_view text, Result<json::value> value) {
  if (!value) return fail_malformed(text);
  if (value->is_object()) return route(std::move(value->get_object()), text.size());
  // A batch of 2025-03-26.
  if (!value->is_array() || value->get_array().size() > kMaxBatchMessages) return;
  for (json::value& one : value->get_array()) {
    if (one.is_object()) route(std::move(one.get_object()), text.size());
  }
}

void RoutedTransport::route(json::object message, std::size_t bytes) {
  // A text that is no message is ignored. Some programs print a greeting, which the protocol forbids.
  if (!message.contains("jsonrpc")) return;
  const bool is_answer = !message.contains("method");
  if (is_answer && object_or_null(message, "result") == nullptr &&
      object_or_null(message, "error") == nullptr) {
    const auto number = positive_int(message.if_contains("id"));
    if (const auto slot = number ? find_slot(std::to_string(*number), false) : nullptr)
      slot->end("The MCP server's answer has neither a result nor an error.");
    return;
  }
  const auto* its = message.if_contains("id");
  // A server that could not read a request does not know its id.
  const bool is_nameless = is_answer && (its == nullptr || its->is_null()) && message.contains("error");
  const auto id = is_answer ? positive_int(its) : belongs_to(message);
  // Destroyed after the lock is released, because the destructor of a slot takes the lock.
  std::shared_ptr<Slot> to, listener;
  {
    const std::lock_guard lock(mutex_);
    if (is_nameless) {
      if (open_.size() == 1) to = open_.begin()->second.lock();
    } else if (id) {
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
    listener->deliver(std::move(message), bytes);
  } else if (to != nullptr) {
    to->deliver(std::move(message), bytes);
  }
}

std::shared_ptr<RoutedTransport::Slot> RoutedTransport::find_slot(const std::optional<std::string>& id,
                                                                  bool only) {
  const auto number = id ? positive_int(*id) : std::nullopt;
  const std::lock_guard lock(mutex_);
  if (!id && only && open_.size() == 1) return open_.begin()->second.lock();
  if (!number) return nullptr;
  const auto found = open_.find(*number);
  return found == open_.end() ? nullptr : found->second.lock();
}

// Handles a text that is not JSON. A response may follow a text that a program has printed without a line end. A response that is
// not JSON fails its request, when its id can be found. Any other text is ignored.
void RoutedTransport::fail_malformed(std::string_view text) {
  if (const auto begin = text.find("{\""); begin != std::string_view::npos && begin > 0) {
    auto rest = parse_json(text.substr(begin), InvalidUtf8::kReplace);
    if (rest && rest->is_object() && !rest->get_object().contains("method"))
      return route(std::move(rest->get_object()), text.size());
  }
  EnvelopeScanner scanner;
  scanner.feed(text);
  const Envelope envelope = scanner.envelope();
  if (!envelope.id || envelope.has_method) return;
  if (const auto slot = find_slot(envelope.id, false))
    slot->end("The MCP server's answer is not valid JSON, or is nested too deep.");
}

// A response without an id belongs to the only request in progress. With several requests, its request fails by its timeout.
void RoutedTransport::fail_dropped(const Envelope& envelope, std::size_t limit) {
  if (envelope.has_method) return;
  if (const auto slot = find_slot(envelope.id, true)) {
    slot->end("A message of the MCP server is larger than " + std::to_string(limit) + " bytes.",
              ErrorCode::kTooLarge);
  }
}

void RoutedTransport::end_slots(const std::string& why) {
  std::vector<std::shared_ptr<Slot>> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (!how_it_ended_.empty()) return;
    how_it_ended_ = why;
    for (const auto& [id, slot] : open_) {
      if (auto living = slot.lock()) waiting.push_back(std::move(living));
    }
    if (auto listener = listener_.lock()) waiting.push_back(std::move(listener));
  }
  for (const auto& slot : waiting) slot->end(why);
}

}  // namespace wick::upstream
