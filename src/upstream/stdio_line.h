// StdioLine: an MCP server that is a child process, spoken to in lines (MCP, transports, stdio). Thread-safe.
#pragma once

#include "upstream/child_process.h"
#include "upstream/routed_line.h"

namespace wick::upstream {

class StdioLine final : public RoutedLine {
 public:
  using OnEnd = std::function<void(const std::string& what_happened)>;
  // Starts the child. `on_end` is called once when it has ended by itself, on the children's thread.
  // Errors: as Children::start
  static http::Task<Result<std::shared_ptr<StdioLine>>> start(Children& children, ChildCommand command,
                                                              OnEnd on_end);
  ~StdioLine() override;

  std::shared_ptr<Exchange> begin(const Peer& peer, Outgoing request) override;
  http::Task<Result<Incoming>> tell(const Peer& peer, boost::json::object message) override;
  http::Task<void> close(const Peer& peer) override;
  bool alive() const override { return child_ != nullptr && child_->running(); }

 private:
  std::shared_ptr<ChildProcess> child_;
  std::size_t max_line_bytes_ = 0;
};

}  // namespace wick::upstream
