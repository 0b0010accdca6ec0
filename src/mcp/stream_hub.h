// StreamHub: the open event streams, which a change or a revocation wakes.
//
// A stream belongs to the io thread of its connection. The hub keeps weak references, and wakes a stream by posting to its
// thread. A confirmed revocation has already woken the streams of its credential (CredentialIndex::on_erase). Each woken
// stream checks its credential and ends as soon as its thread runs the posted function. Thread-safe.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/id.h"
#include "base/shares.h"
#include "http/message.h"

namespace wick::mcp {

inline constexpr std::size_t kMaxStreamsPerCredential = 16;
inline constexpr std::size_t kMaxStreamsPerUser = 64;  // the default of "limits.streams_per_user"
inline constexpr std::size_t kMaxStreams = 10'000;
// Texts and bytes that one stream queues for a slow client.
inline constexpr std::size_t kMaxUnwrittenTexts = 1000;
inline constexpr std::size_t kMaxUnwrittenBytes = 1024 * 1024;
// Between two SSE comments, which keep proxies and clients from closing the stream.
inline constexpr std::chrono::seconds kKeepAliveInterval{15};

class Stream {
 public:
  Stream(http::Executor executor, const TokenId& token, Shares::Lease of_token, Shares::Lease of_user)
      : token_(token), of_token_(std::move(of_token)), of_user_(std::move(of_user)), timer_(executor) {}

  // Waits until the stream is woken, at most for `timeout`. All functions but wake() and end() run on the stream's io thread.
  http::Task<void> wait(std::chrono::seconds timeout);
  bool ended() const { return ended_; }
  // Queues a text to write, from a coroutine of the same thread. The oldest texts are dropped when the queue is full.
  void queue_text(std::string text);
  std::optional<std::string> take_text();
  // From any thread.
  static void wake(const std::shared_ptr<Stream>& stream);
  static void end(const std::shared_ptr<Stream>& stream);
  const TokenId& token() const { return token_; }

 private:
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>, http::Executor>;
  const TokenId token_;
  const Shares::Lease of_token_, of_user_;
  Timer timer_;
  std::deque<std::string> texts_;
  std::size_t bytes_ = 0;  // of texts_
  bool woken_ = false;
  std::atomic<bool> ended_ = false;
};

class StreamHub {
 public:
  explicit StreamHub(std::size_t per_user = kMaxStreamsPerUser);

  // Errors: kRateLimited  the credential, the user or the server has the maximum number of streams; the message says which
  Result<std::shared_ptr<Stream>> open(http::Executor executor, const TokenId& token, const UserId& user);
  // Wakes all streams, so that each checks for changes.
  void wake_all();
  // Wakes the streams of credentials with this id, so that each checks whether its own credential has ended. Several access
  // tokens have the id of their grant.
  void wake_token(const TokenId& token);

 private:
  static constexpr std::size_t kSweepAtLeast = 64;
  Shares of_tokens_, of_users_;
  std::mutex mutex_;
  // By credential id. Streams that have ended are removed when the table has doubled.
  std::unordered_multimap<TokenId, std::weak_ptr<Stream>> streams_;
  std::size_t sweep_at_ = kSweepAtLeast;
};

}  // namespace wick::mcp
