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
  const std::lock_guard lock(mutex_);
  if (streams_.size() > 2 * std::size_t(*open_) + kSweepSlack) {
    absl::erase_if(streams_, [](auto& entry) {
      std::erase_if(entry.second, [](const auto& weak) { return weak.expired(); });
      return entry.second.empty();
    });
  }
  auto& same = streams_[token];
  std::erase_if(same, [](const auto& weak) { return weak.expired(); });
  if (std::size_t(*open_) >= kMaxStreams || same.size() >= kMaxStreamsPerCredential) return nullptr;
  auto stream = std::make_shared<Stream>(executor, token, open_);
  same.push_back(stream);
  return stream;
}

void StreamHub::wake_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [token, streams] : streams_) wake(streams);
}

void StreamHub::wake_token(const TokenId& token) {
  const std::lock_guard lock(mutex_);
  if (const auto found = streams_.find(token); found != streams_.end()) wake(found->second);
}

void StreamHub::wake(const std::vector<std::weak_ptr<Stream>>& streams) {
  for (const auto& weak : streams) {
    if (const auto stream = weak.lock()) Stream::wake(stream);
  }
}

}  // namespace wick::mcp
