// RoutedTransport: a Transport that receives all messages of a session on one channel, and routes each one to the request
// it belongs to.
//
// A response goes to the request with its id. A notification goes to the request that it names: a progress token and a
// subscription are the id of their request. Other notifications, and the requests of a legacy server, go to the youngest
// request in progress, or to the listener when there is none. A transport to a legacy server belongs to one client
// (mcp_client/mcp_client.h), so nothing reaches another client.
//
// A response that is too large or malformed fails its own request only.
//
// One mutex guards the maps. It is not held while anything is written or waited for. Thread-safe.
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

// Limits of the messages that one request has not read yet. Further notifications are dropped, the response never is.
inline constexpr std::size_t kMaxQueuedMessages = 1000;
inline constexpr std::size_t kMaxQueuedBytes = 4 * 1024 * 1024;
// In one batch of JSON-RPC (2025-03-26). A larger batch is not a message.
inline constexpr std::size_t kMaxBatchMessages = 1000;

class RoutedTransport : public Transport, public std::enable_shared_from_this<RoutedTransport> {
 public:
  std::string next_id() override { return std::to_string(++last_id_); }
  std::shared_ptr<PendingRequest> listen(const NegotiatedServer& negotiated) override;
  // After this call, a message that names no request is dropped while several requests are in progress.
  void mark_shared() override { shared_ = true; }

 protected:
  class Slot;
  // Routes the messages of this request to the slot that it returns. The slot has ended when the transport has.
  std::shared_ptr<Slot> open_slot(const std::string& id);
  // Routes a text that was received. `value` is the JSON of it, or an error when it is not JSON.
  void route(std::string_view text, Result<boost::json::value> value);
  // Fails the request of a response that was dropped because it was larger than `limit`.
  void fail_dropped(const Envelope& envelope, std::size_t limit);
  // Ends all slots with this reason: no more messages are received.
  void end_slots(const std::string& why);
  bool has_ended() const;

 private:
  void route(boost::json::object message, std::size_t bytes);
  void fail_malformed(std::string_view text);
  // The slot of the request with this id. Without an id and with `only`, the only slot in progress. Null: there is none.
  std::shared_ptr<Slot> find_slot(const std::optional<std::string>& id, bool only);
  void forget(const std::string& id);

  std::atomic<std::uint64_t> last_id_ = 0;
  std::atomic<bool> shared_ = false;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::weak_ptr<Slot>> open_;  // by request id
  std::weak_ptr<Slot> listener_;
  std::string how_it_ended_;  // empty while it lasts
};

// The messages that one request, or the listener, has not read yet.
class RoutedTransport::Slot final : public PendingRequest {
 public:
  Slot(std::shared_ptr<RoutedTransport> transport, std::string id)
      : transport_(std::move(transport)), id_(std::move(id)) {}
  ~Slot() override {
    if (!id_.empty()) transport_->forget(id_);
  }
  http::Task<Result<IncomingMessage>> next(std::chrono::milliseconds timeout) override;
  void interrupt() override { messages_.close(); }
  void deliver(boost::json::object message) override { deliver(std::move(message), 0); }
  void deliver(boost::json::object message, std::size_t bytes);
  // Delivers a response that is not a message of the protocol.
  void deliver(IncomingMessage incoming);
  void end(std::string why, ErrorCode code = ErrorCode::kUpstream);

 private:
  const std::shared_ptr<RoutedTransport> transport_;
  const std::string id_;
  Mailbox<std::pair<IncomingMessage, std::size_t>> messages_;
  std::atomic<std::size_t> queued_ = 0, queued_bytes_ = 0;
  std::mutex mutex_;
  std::string why_;
  ErrorCode code_ = ErrorCode::kUpstream;
};

}  // namespace wick::upstream
