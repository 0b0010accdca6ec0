// Secret: text that must not leak. A Secret has no operator<<, cannot be copied by accident, and wipes its
// memory on destruction.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace wick {

void wipe(char* data, std::size_t size);

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(Secret&& other) noexcept : text_(std::exchange(other.text_, {})) {}
  Secret& operator=(Secret&& other) noexcept {
    wipe(text_.data(), text_.size());
    text_ = std::exchange(other.text_, {});
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(text_.data(), text_.size()); }

  Secret clone() const { return Secret(text_); }
  // The text. Pass it only to cryptographic functions, or to the one response that shows the secret.
  std::string_view reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace wick
