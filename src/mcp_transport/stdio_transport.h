// StdioTransport: the stdio transport of MCP, to a server that is a child process. Thread-safe.
#pragma once

#include "mcp_transport/child_process.h"
#include "mcp_transport/routed_transport.h"

namespace wick::upstream {

class StdioTransport final : public RoutedTransport {
 public:
  using OnEnd = std::function<void(const std::string& how_it_ended)>;
  // Starts the child. `on_end` is called on the children's thread when the child ends without having been stopped.
  // Errors: as ChildProcessManager::start
  static http::Task<Result<std::shared_ptr<StdioTransport>>> start(ChildProcessManager& children,
                                                                   ChildCommand command, OnEnd on_end);
  ~StdioTransport() override;

  std::shared_ptr<PendingRequest> start_request(const NegotiatedServer& negotiated,
                                                OutgoingRequest request) override;
  http::Task<Result<IncomingMessage>> send_message(const NegotiatedServer& negotiated,
                                                   boost::json::object message) override;
  http::Task<void> close(const NegotiatedServer& negotiated) override;
  bool is_alive() const override { return child_ != nullptr && child_->is_running(); }

 private:
  std::shared_ptr<ChildProcess> child_;
  std::size_t max_line_bytes_ = 0;
};

}  // namespace wick::upstream
