// RelayedExchange: a request that is handled on another thread than its connection's. Handling a large body on
// the io thread would delay every other connection of that thread.
//
// Correctness: the coroutine of the connection waits until the handler has ended, so the request and the
// connection stay valid. Everything that belongs to the thread of the connection runs there: coroutines of that
// thread begin and write the stream while the handler waits for them, and a post sets the watch. Posts and the
// end of the handler arrive in the order in which they were sent, so the watch is never set for a later
// request.
#pragma once

#include "http/message.h"

namespace wick::http {

class RelayedExchange final : public Exchange, public StreamWriter {
 public:
  // `here` is the thread of the handler. `connection` must outlive this.
  RelayedExchange(Exchange& connection, Executor here) : connection_(connection), here_(here) {}

  const Request& request() const override { return connection_.request(); }
  Executor executor() override { return here_; }
  Task<StreamWriter*> start_stream(std::string content_type) override;
  // Calls back on the connection's thread.
  void watch(std::function<void()> on_disconnect) override;
  Task<bool> write(std::string chunk) override;

 private:
  Exchange& connection_;
  const Executor here_;
  StreamWriter* writer_ = nullptr;  // of the connection
};

}  // namespace wick::http
