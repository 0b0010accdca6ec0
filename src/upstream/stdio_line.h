// StdioLine: an MCP server that is a child process, spoken to in lines (MCP, transports, stdio).
//
// All messages share one channel. Answers go to the exchange with their id, notifications to the one they
// name (a progress token is its request's id, a subscription too); what belongs to no request, and what a
// legacy server asks, goes to the youngest exchange that is open, or else to who listens. A line to a legacy
// server belongs to one client (upstream/mcp_client.h), so that nothing gets to another.
//
// An answer that is too large, or that is broken, fails its request alone; the process and the other requests
// go on.
//
// The maps are under one mutex, which is not held while anything is written or waited for. Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include "base/mailbox.h"
#include "upstream/child_process.h"
#include "upstream/line.h"

namespace wick::upstream {

// What one exchange has not read yet; more notifications are dropped, its answer never is.
inline constexpr std::size_t kMaxQueuedMessages = 1000;
inline constexpr std::size_t kMaxQueuedBytes = 4 * 1024 * 1024;

class StdioLine final : public Line, public std::enable_shared_from_this<StdioLine> {
 public:
  using OnEnd = std::function<void(const std::string& what_happened)>;
  // Starts the child. `on_end` is called once when it has ended by itself, on the children's thread.
  // Errors: as Children::start
  static http::Task<Result<std::shared_ptr<StdioLine>>> start(Children& children, ChildCommand command,
                                                              OnEnd on_end);
  ~StdioLine() override;

  std::string next_id() override { return std::to_string(++last_id_); }
  std::shared_ptr<Exchange> begin(const Peer& peer, Outgoing request) override;
  http::Task<Result<Incoming>> tell(const Peer& peer, boost::json::object message) override;
  std::shared_ptr<Exchange> listen(const Peer& peer) override;
  http::Task<void> close(const Peer& peer) override;
  bool alive() const override { return child_ != nullptr && child_->running(); }
  // Several clients use it from here on: what names no request is nobody's while several are under way.
  void share() override { shared_ = true; }

 private:
  class Slot;
  void arrived(const std::string& text);
  void ended(const std::string& what_happened);
  void broken(const std::string& text);
  void dropped(const DroppedLine& line);
  // The request with this id, or, without an id and with `only`, the one that is under way alone; null: there
  // is none.
  std::shared_ptr<Slot> find(const std::optional<std::string>& id, bool only);
  void forget(const std::string& id);

  std::shared_ptr<ChildProcess> child_;
  std::size_t max_line_bytes_ = 0;
  std::atomic<std::uint64_t> last_id_ = 0;
  std::atomic<bool> shared_ = false;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::weak_ptr<Slot>> open_;  // by request id
  std::weak_ptr<Slot> listener_;
  std::string how_it_ended_;  // empty while it runs
};

}  // namespace wick::upstream
