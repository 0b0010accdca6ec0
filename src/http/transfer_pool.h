// TransferPool: the transfers of http::Client, by libcurl's multi interface. Internal to client.cpp.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/mailbox.h"
#include "base/shares.h"
#include "http/client.h"

namespace wick::http {

class TransferPool;

// What has arrived since the last part.
struct ResponsePart {
  std::optional<ClientResponse> head;
  std::string data;
  std::optional<Result<void>> end;
  bool nudge = false;
};

// Passes a response from the thread of the pool to its reader. `pool_` is set while the transfer is in progress. Both
// sides read `pool_` under the mutex, so a reader that outlives the client uses nothing that is destroyed.
class TransferStream final : public ClientStream, public std::enable_shared_from_this<TransferStream> {
 public:
  explicit TransferStream(TransferPool* pool) : pool_(pool) {}
  ~TransferStream() override = default;
  Task<Result<const ClientResponse*>> head(std::chrono::milliseconds timeout) override;
  Task<Result<std::string>> read(std::chrono::milliseconds timeout) override;
  void interrupt() override;
  void nudge() override {
    ResponsePart part;
    part.nudge = true;
    parts_.put(std::move(part));
  }
  void abandon();

  // put() and must_pause() are for the pool's thread.
  bool must_pause(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (unread_ != 0 && unread_ + bytes > kMaxUnreadBytes) paused_ = true;
    return paused_;
  }
  void put(ResponsePart part) {
    {
      const std::lock_guard lock(mutex_);
      unread_ += part.data.size();
      if (part.end) pool_ = nullptr;
    }
    parts_.put(std::move(part));
  }

 private:
  // Moves the next part into head_, data_ and end_.
  Task<Result<void>> take_part(std::chrono::milliseconds timeout);

  std::mutex mutex_;
  TransferPool* pool_;
  std::size_t unread_ = 0;
  bool paused_ = false;
  Mailbox<ResponsePart> parts_;
  // Used by the reader only.
  std::optional<ClientResponse> head_;
  std::string data_;
  std::optional<Result<void>> end_;
};

// The reader's end of a TransferStream. Destroying the handle ends the transfer.
class TransferHandle final : public ClientStream {
 public:
  explicit TransferHandle(std::shared_ptr<TransferStream> stream) : stream_(std::move(stream)) {}
  ~TransferHandle() override { stream_->abandon(); }
  Task<Result<const ClientResponse*>> head(std::chrono::milliseconds timeout) override {
    return stream_->head(timeout);
  }
  Task<Result<std::string>> read(std::chrono::milliseconds timeout) override {
    return stream_->read(timeout);
  }
  void interrupt() override { stream_->interrupt(); }
  void nudge() override { stream_->nudge(); }

 private:
  std::shared_ptr<TransferStream> stream_;
};

// One request in progress, owned by the pool.
struct Transfer {
  ClientRequest request;
  bool has_total_timeout = false;  // and so is not streamed
  std::shared_ptr<TransferStream> stream;
  Shares::Lease holder_share, connector_share;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  std::size_t received = 0;
  bool is_blocked_address = false, is_out_of_files = false, too_large = false;
  bool is_head_complete = false;   // all header lines have arrived
  bool is_head_delivered = false;  // the stream has the head
  std::string pending;             // received, not yet given to the stream

  ~Transfer() {
    if (easy != nullptr) curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

// A pool of connections with one thread, which sleeps in curl_multi_poll() while no transfer is in progress.
class TransferPool {
 public:
  explicit TransferPool(const std::string& ca_certificates)
      : ca_certificates_(ca_certificates), thread_([this] { run(); }) {}
  ~TransferPool();  // stops
  TransferPool(const TransferPool&) = delete;
  TransferPool& operator=(const TransferPool&) = delete;
  // Ends the transfers with kUnavailable, and the thread. Idempotent.
  void stop();
  void start(std::unique_ptr<Transfer> transfer);
  // Called by the reader under the mutex of `stream`, while the transfer belongs to this pool.
  void resume(std::shared_ptr<TransferStream> stream) { add_and_wake(resuming_, std::move(stream)); }
  void abandon(std::shared_ptr<TransferStream> stream) { add_and_wake(abandoned_, std::move(stream)); }

 private:
  // The lists own the streams, so that the address of one cannot become the address of another meanwhile.
  void add_and_wake(std::vector<std::shared_ptr<TransferStream>>& list,
                    std::shared_ptr<TransferStream> stream);
  void run();
  void start_transfers(std::vector<std::unique_ptr<Transfer>> transfers);
  void finish_completed();
  void deliver_parts();
  void finish(std::unique_ptr<Transfer> transfer, Result<void> result);
  Transfer* find(const std::shared_ptr<TransferStream>& stream) const;

  CURLM* multi_ = curl_multi_init();
  std::mutex mutex_;
  std::vector<std::unique_ptr<Transfer>> starting_;
  std::vector<std::shared_ptr<TransferStream>> resuming_, abandoned_;
  bool stopping_ = false;
  const std::string& ca_certificates_;
  std::vector<Transfer*> running_;  // owned; used by the thread only
  std::thread thread_;
};

}  // namespace wick::http
