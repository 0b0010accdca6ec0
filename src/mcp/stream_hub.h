// StreamHub: the open listen streams, so that a change or a revocation reaches them.
//
// A stream lives on its connection's io thread; the hub only keeps weak references and wakes streams by
// posting to their threads. A revocation that is answered has already woken the streams of its token
// (on_erase runs before the answer), and each asks about its credential and ends as soon as its thread takes
// the post: well within a second (T3). Thread-safe.
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
// Of one stream whose client is slow, in texts and in bytes.
inline constexpr std::size_t kMaxUnwrittenTexts = 1000;
inline constexpr std::size_t kMaxUnwrittenBytes = 1024 * 1024;
inline constexpr int kKeepAliveSeconds = 15;  // an SSE comment, so that proxies and clients keep the stream

class Stream {
 public:
  Stream(http::Executor executor, const TokenId& token, Shares::Lease of_token, Shares::Lease of_user)
      : token_(token), of_token_(std::move(of_token)), of_user_(std::move(of_user)), timer_(executor) {}

  // Waits until woken or for `seconds`. On the stream's io thread, like everything here but wake() and end().
  http::Task<void> wait(int seconds);
  bool ended() const { return ended_; }
  // Something to write, from a coroutine of the same thread; the oldest are dropped when nobody takes them.
  void say(std::string text);
  std::optional<std::string> take();
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

  // Errors: kRateLimited  the credential, the user or the server has as many as it may; says which
  Result<std::shared_ptr<Stream>> open(http::Executor executor, const TokenId& token, const UserId& user);
  // Something changed for anyone: each stream looks for itself.
  void wake_all();
  // A credential with this id has ended: its streams look whether it was theirs, for several access tokens
  // share the id of their grant.
  void wake_token(const TokenId& token);

 private:
  static constexpr std::size_t kSweepAtLeast = 64;
  Shares of_tokens_, of_users_;
  std::mutex mutex_;
  // By token, for a revocation; those that have ended are swept out when the list has doubled.
  std::unordered_multimap<TokenId, std::weak_ptr<Stream>> streams_;
  std::size_t sweep_at_ = kSweepAtLeast;
};

}  // namespace wick::mcp
