// LegacyRequests: what clients of the legacy revisions have under way, for the messages that refer to it.
//
// A legacy client takes a request back with a notification, and answers a server's question with a message of
// its own; both come as further POSTs, on any io thread. They find what they mean by the client (its session,
// else its user) and an id, and can name nothing of another's. What is entered is taken out by whoever
// entered it, in a destructor; entries share what they are in, for they may outlive this object when the
// server stops. One mutex, never held while anything is called. Thread-safe.
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
  using Answer = Mailbox<boost::json::object>;
  struct State {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<Cancellation>> requests;
    std::map<std::string, std::shared_ptr<Answer>> questions;
  };
  // Holds its entry until it goes.
  class Entry {
   public:
    Entry(std::shared_ptr<State> in, std::string key) : in_(std::move(in)), key_(std::move(key)) {}
    Entry(const Entry&) = delete;
    ~Entry() {
      const std::lock_guard lock(in_->mutex);
      in_->requests.erase(key_);
      in_->questions.erase(key_);
    }

   private:
    const std::shared_ptr<State> in_;
    const std::string key_;
  };

  // `id`: of the client's request, as JSON.
  std::unique_ptr<Entry> enter(const std::string& client_key, const std::string& id,
                               std::shared_ptr<Cancellation> cancellation);
  void cancel(const std::string& client_key, const std::string& id);
  // `id`: of the question, as JSON.
  std::unique_ptr<Entry> ask(const std::string& client_key, const std::string& id,
                             std::shared_ptr<Answer> answer);
  // A message with a result or an error; one that nobody waits for is dropped.
  void answer(const std::string& client_key, boost::json::object message);

 private:
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace wick::mcp
