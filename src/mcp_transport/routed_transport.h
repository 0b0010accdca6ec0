// RoutedTransport: a Transport on which all messages of a session come in on one channel, so that each has to be
// brought to the exchange it belongs to.
//
// Answers go to the exchange with their id, notifications to the one they name (a progress token is its
// request's id, a subscription too); what belongs to no request, and what a legacy server asks, goes to the
// youngest exchange that is open, or else to who listens. A line to a legacy server belongs to one client
// (mcp_client/mcp_client.h), so that nothing gets to another.
//
// An answer that is too large, or that is broken, fails its request alone; the other requests go on.
//
// The maps are under one mutex, which is not held while anything is written or waited for. Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/mailbox.h"
#include "mcp_transport/envelope_scanner.h"
#include "mcp_transport/transport.h"

namespace wick::upstream {

// What one exchange has not read yet; more notifications are dropped, its answer never is.
inline constexpr std::size_t kMaxQueuedMessages = 1000;
inline constexpr std::size_t kMaxQueuedBytes = 4 * 1024 * 1024;
// In one batch of JSON-RPC (2025-03-26); one with more is no message.
inline constexpr std::size_t kMaxBatchMessages = 1000;

class RoutedTransport : public Transport, public std::enable_shared_from_this<RoutedTransport> {
 public:
  std::string next_id() override { return std::to_string(++last_id_); }
  std::shared_ptr<PendingRequest> listen(const NegotiatedServer& peer) override;
  // Several clients use it from here on: what names no request is nobody's while several are under way.
  void share() override { shared_ = true; }

 protected:
  class Slot;
  // The exchange of this request, to which its messages go from here on. Ended already when the line has.
  std::shared_ptr<Slot> open_slot(const std::string& id);
  // A text that came in, and the value it was read as; an error: it is not JSON.
  void arrived(std::string_view text, Result<boost::json::value> value);
  // An answer that was larger than `limit`, and was dropped: its envelope.
  void dropped(const Envelope& envelope, std::size_t limit);
  // Nothing more comes: who waits is told why.
  void ended(const std::string& why);
  bool has_ended() const;

 private:
  void arrived(boost::json::object message, std::size_t bytes);
  void broken(std::string_view text);
  // The request with this id, or, without an id and with `only`, the one that is under way alone; null: there
  // is none.
  std::shared_ptr<Slot> find(const std::optional<std::string>& id, bool only);
  void forget(const std::string& id);

  std::atomic<std::uint64_t> last_id_ = 0;
  std::atomic<bool> shared_ = false;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::weak_ptr<Slot>> open_;  // by request id
  std::weak_ptr<Slot> listener_;
  std::string how_it_ended_;  // empty while it lasts
};

// What one exchange, or the listener, has not read yet.
class RoutedTransport::Slot final : public PendingRequest {
 public:
  Slot(std::shared_ptr<RoutedTransport> line, std::string id) : line_(std::move(line)), id_(std::move(id)) {}
  ~Slot() override {
    if (!id_.empty()) line_->forget(id_);
  }
  http::Task<Result<IncomingMessage>> next(std::chrono::milliseconds timeout) override;
  void interrupt() override { messages_.close(); }
  void give(boost::json::object message) override { give(std::move(message), 0); }
  void give(boost::json::object message, std::size_t bytes);
  // An answer that is none of the protocol.
  void give(IncomingMessage incoming);
  void end(std::string why, ErrorCode code = ErrorCode::kUpstream);

 private:
  const std::shared_ptr<RoutedTransport> line_;
  const std::string id_;
  Mailbox<std::pair<IncomingMessage, std::size_t>> messages_;
  std::atomic<std::size_t> queued_ = 0, queued_bytes_ = 0;
  std::mutex mutex_;
  std::string why_;
  ErrorCode code_ = ErrorCode::kUpstream;
};

}  // namespace wick::upstream
