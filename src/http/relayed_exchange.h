// RelayedExchange: a request that is handled on another thread than its connection's, because its body is
// large and what is done with it would hold up every other connection of the io thread.
//
// Why it is right: the connection's coroutine waits until the handler has ended, so that the request stays as
// it is and the connection there. What belongs to the connection's thread happens on it: a stream begins and
// is written by coroutines of that thread, which the handler waits for, and the watch is set by a post. Posts
// and the handler's end arrive in the order in which they were sent, so no watch is set for the request after
// this.
#pragma once

#include "http/message.h"

namespace wick::http {

class RelayedExchange final : public Exchange, public StreamWriter {
 public:
  // `here`: the thread of the handler. `connection` outlives this.
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
