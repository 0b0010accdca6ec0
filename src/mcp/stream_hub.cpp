#include "mcp/stream_hub.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wick::mcp {

http::Task<void> Stream::wait(std::chrono::seconds timeout) {
  if (!woken_ && !ended_) {
    timer_.expires_after(timeout);
    boost::system::error_code ignored;
    co_await timer_.async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable_t<http::Executor>(), ignored));
  }
  woken_ = false;
}

void Stream::queue_text(std::string text) {
  while (!texts_.empty() &&
         (texts_.size() >= kMaxUnwrittenTexts || bytes_ + text.size() > kMaxUnwrittenBytes))
    take_text();
  bytes_ += text.size();
  texts_.push_back(std::move(text));
  woken_ = true;
  timer_.cancel();
}

std::optional<std::string> Stream::take_text() {
  if (texts_.empty()) return std::nullopt;
  std::string text = std::move(texts_.front());
  texts_.pop_front();
  bytes_ -= text.size();
  return text;
}

void Stream::wake(const std::shared_ptr<Stream>& stream) {
  boost::asio::post(stream->timer_.get_executor(), [stream] {
    stream->woken_ = true;
    stream->timer_.cancel();
  });
}

void Stream::end(const std::shared_ptr<Stream>& stream) {
  stream->ended_ = true;
  wake(stream);
}

StreamHub::StreamHub(std::size_t per_user)
    : of_tokens_(kMaxStreams, kMaxStreamsPerCredential,
                 {"event streams", "one credential", "a fixed limit", "a fixed limit"}),
      of_users_(kMaxStreams, per_user,
                {"event streams", "one user", "limits.streams_per_user", "a fixed limit"}) {}

Result<std::shared_ptr<Stream>> StreamHub::open(http::Executor executor, const TokenId& token,
                                                const UserId& user) {
  WICK_TRY(of_token, of_tokens_.take(holder_of(token)));
  WICK_TRY(of_user, of_users_.take(holder_of(user)));
  auto stream = std::make_shared<Stream>(executor, token, std::move(of_token), std::move(of_user));
  const std::lock_guard lock(mutex_);
  if (streams_.size() >= sweep_at_) {
    std::erase_if(streams_, [](const auto& one) { return one.second.expired(); });
    sweep_at_ = std::max(kSweepAtLeast, 2 * streams_.size());
  }
  streams_.emplace(token, stream);
  return stream;
}

void StreamHub::wake_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [token, weak] : streams_) {
    if (const auto stream = weak.lock()) Stream::wake(stream);
  }
}

void StreamHub::wake_token(const TokenId& token) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = streams_.equal_range(token);
  for (auto one = first; one != last; ++one) {
    if (const auto stream = one->second.lock()) Stream::wake(stream);
  }
}

}  // namespace wick::mcp
