#include "mcp/stream_hub.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wick::mcp {

http::Task<void> Stream::wait(int seconds) {
  if (!woken_ && !ended_) {
    timer_.expires_after(std::chrono::seconds(seconds));
    boost::system::error_code ignored;
    co_await timer_.async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable_t<http::Executor>(), ignored));
  }
  woken_ = false;
}

void Stream::say(std::string text) {
  while (!texts_.empty() &&
         (texts_.size() >= kMaxUnwrittenTexts || bytes_ + text.size() > kMaxUnwrittenBytes))
    take();
  bytes_ += text.size();
  texts_.push_back(std::move(text));
  woken_ = true;
  timer_.cancel();
}

std::optional<std::string> Stream::take() {
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

std::shared_ptr<Stream> StreamHub::open(http::Executor executor, const TokenId& token) {
  std::lock_guard lock(mutex_);
  std::erase_if(streams_, [](const auto& weak) { return weak.expired(); });
  const auto same = std::count_if(streams_.begin(), streams_.end(), [&](const auto& weak) {
    const auto stream = weak.lock();
    return stream != nullptr && stream->token() == token;
  });
  if (streams_.size() >= kMaxStreams || std::size_t(same) >= kMaxStreamsPerCredential) return nullptr;
  auto stream = std::make_shared<Stream>(executor, token);
  streams_.push_back(stream);
  return stream;
}

void StreamHub::wake_all() {
  std::lock_guard lock(mutex_);
  for (const auto& weak : streams_) {
    if (const auto stream = weak.lock()) Stream::wake(stream);
  }
}

void StreamHub::wake_token(const TokenId& token) {
  std::lock_guard lock(mutex_);
  for (const auto& weak : streams_) {
    const auto stream = weak.lock();
    if (stream != nullptr && stream->token() == token) Stream::wake(stream);
  }
}

}  // namespace wick::mcp
