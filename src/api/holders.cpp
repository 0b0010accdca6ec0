#include "api/holders.h"

#include "base/network.h"
#include "base/text.h"

namespace wick::api {
namespace {

std::string digest_of(std::string_view text) {
  const Sha256Digest digest = sha256(text);
  return std::string(as_bytes(digest));
}

}  // namespace

std::string Holders::of(const http::Request& request) const {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view value = request.header("authorization").value_or("");
  if (value.size() > kScheme.size() && equals_ignoring_case(value.substr(0, kScheme.size()), kScheme)) {
    const auto user = find_bearer_(sha256(trim(value.substr(kScheme.size()))));
    if (user) return user->str();
  }
  if (const auto cookie = request.cookie(cookie_name_); cookie && !cookie->empty()) {
    const std::string digest = digest_of(*cookie);
    const std::lock_guard lock(mutex_);
    const auto found = users_.find(digest);
    if (found != users_.end()) return found->second.str();
  }
  return client_network(request.remote_address);
}

void Holders::remember(std::string_view cookie, const UserId& user) {
  std::string digest = digest_of(cookie);
  const std::lock_guard lock(mutex_);
  if (!users_.emplace(digest, user).second) return;
  order_.push_back(std::move(digest));
  if (order_.size() <= kMaxRememberedSessions) return;
  users_.erase(order_.front());
  order_.pop_front();
}

}  // namespace wick::api
