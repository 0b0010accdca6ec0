// LegacyRequests: the requests in progress of clients of the legacy revisions, and the requests that Wick has sent to them.
//
// A legacy client cancels a request with a notification, and responds to a server's request with a message of its own.
// Both arrive as further POSTs, on any io thread. They are matched by the client key and an id, so a client can only refer
// to its own requests. The destructor of an Entry removes it. Entries share the state, because they may outlive this object
// when the server stops. One mutex guards the state, and is never held during a call to other code. Thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/mailbox.h"
#include "connectors/mcp_client_session.h"

namespace wick::mcp {

class LegacyRequests {
 public:
  using Response = Mailbox<boost::json::object>;
  struct State {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<Cancellation>> requests;
    std::map<std::string, std::shared_ptr<Response>> server_requests;
  };
  // Removes its request when it is destroyed.
  class Entry {
   public:
    Entry(std::shared_ptr<State> in, std::string key) : in_(std::move(in)), key_(std::move(key)) {}
    Entry(const Entry&) = delete;
    ~Entry() {
      const std::lock_guard lock(in_->mutex);
      in_->requests.erase(key_);
      in_->server_requests.erase(key_);
    }

   private:
    const std::shared_ptr<State> in_;
    const std::string key_;
  };

  // Adds a request of the client. `id` is its id as JSON.
  std::unique_ptr<Entry> add_request(const std::string& client_key, const std::string& id,
                                     std::shared_ptr<Cancellation> cancellation);
  void cancel_request(const std::string& client_key, const std::string& id);
  // Adds a request that Wick has sent to the client. `id` is its id as JSON.
  std::unique_ptr<Entry> add_server_request(const std::string& client_key, const std::string& id,
                                            std::shared_ptr<Response> response);
  // Delivers a message with a result or an error. It is dropped when no request of Wick has its id.
  void deliver_response(const std::string& client_key, boost::json::object message);

 private:
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace wick::mcp
