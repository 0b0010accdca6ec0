#include "mcp/page_cache.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace wick::mcp {
namespace {

std::size_t size_of(const CachedPage& page, const std::string& key) {
  return page.entries.size() + page.next_cursor.size() + 2 * key.size();
}

void add_credential(std::vector<TokenId>& credentials_without_page, const TokenId& credential) {
  if (credentials_without_page.size() < kMaxNotifiedCredentials &&
      std::ranges::find(credentials_without_page, credential) == credentials_without_page.end())
    credentials_without_page.push_back(credential);
}

}  // namespace

PageKey::PageKey(const UserId& the_user, const ConnectorEntry& connector, std::string_view method,
                 std::string_view cursor)
    : user(the_user), is_prompt(method == "prompts/list") {
  const std::string set_up = to_json(connector.config) + "\n" + to_json(connector.sealed_secrets) + "\n" +
                             connector.slug + "\n" + connector.label;
  server = user.str() + "\n" + connector.id.str() + "\n" + to_hex(sha256(set_up));
  page.append(server).append("\n").append(method).append("\n").append(cursor);
}

bool PageCache::may_be_late(const PageKey& key, const PageState& state) const {
  const auto user = users_.find(key.user);
  return !state.is_late && (user == users_.end() || user->second.late < kMaxLatePages);
}

void PageCache::make_late(const PageKey& key, PageState& state) {
  state.is_late = true;
  ++users_[key.user].late;
}

void PageCache::forget_page(PageState& state) {
  if (!state.page) return;
  bytes_ -= size_of(*state.page, *state.age);
  order_.erase(state.age);
  state.page.reset();
}

void PageCache::drop_if_empty(const PageKey& key) {
  const auto found = pages_.find(key.page);
  if (found != pages_.end() && !found->second.page && !found->second.is_late) pages_.erase(found);
}

bool PageCache::store_page(const PageKey& key, PageState& state, CachedPage page) {
  forget_page(state);
  const std::size_t size = size_of(page, key.page);
  if (size > std::min(kMaxCachedPageBytes, max_bytes_)) return false;
  while (bytes_ + size > max_bytes_) {
    const auto oldest = pages_.find(order_.front());
    forget_page(oldest->second);
    if (!oldest->second.is_late && &oldest->second != &state) pages_.erase(oldest);
  }
  state.page = std::move(page);
  state.age = order_.insert(order_.end(), key.page);
  bytes_ += size;
  return true;
}

PageCache::Start PageCache::start_request(const PageKey& key, const TokenId& credential) {
  const std::lock_guard lock(mutex_);
  const auto found = pages_.find(key.page);
  const bool is_late = found != pages_.end() && found->second.is_late;
  if (!is_late && !slow_.contains(key.server)) return Start::kWait;
  PageState& state = pages_[key.page];
  const bool may_ask = may_be_late(key, state);
  if (may_ask) make_late(key, state);
  if (state.is_late) add_credential(state.credentials_without_page, credential);
  drop_if_empty(key);
  return may_ask ? Start::kDoNotWait : Start::kSkip;
}

bool PageCache::mark_late(const PageKey& key, const TokenId& credential) {
  const std::lock_guard lock(mutex_);
  if (slow_.size() >= kMaxSlowServers) slow_.clear();
  slow_.insert(key.server);
  PageState& state = pages_[key.page];
  const bool may_go_on = may_be_late(key, state);
  if (may_go_on) make_late(key, state);
  if (state.is_late) add_credential(state.credentials_without_page, credential);
  drop_if_empty(key);
  return may_go_on;
}

std::optional<CachedPage> PageCache::find(const PageKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = pages_.find(key.page);
  if (found == pages_.end()) return std::nullopt;
  PageState& state = found->second;
  if (state.page) order_.splice(order_.end(), order_, state.age);
  return state.page;
}

std::vector<TokenId> PageCache::finish_request(const PageKey& key, Outcome how, CachedPage page,
                                               bool was_late, bool is_slow) {
  std::vector<TokenId> notified;
  const std::lock_guard lock(mutex_);
  PageState& state = pages_[key.page];
  if (was_late) {
    state.is_late = false;
    --users_[key.user].late;
    notified = std::exchange(state.credentials_without_page, {});
  }
  if (how == Outcome::kAnswered && !is_slow) slow_.erase(key.server);
  bool is_other = false;
  if (how == Outcome::kAnswered) {
    is_other = state.page.value_or(CachedPage()) != page;
    // Other lists may have been sent without the page while this request was in progress.
    if (is_other && notified.empty()) notified = std::exchange(state.credentials_without_page, {});
    // A page that is too large to be cached would be missing in the next list too, so it causes no notification.
    is_other = store_page(key, state, std::move(page)) && is_other;
  }
  if (how == Outcome::kRefused) forget_page(state);
  if (!is_other) notified.clear();
  if (!notified.empty()) {
    Changes& changes = users_[key.user].changes;
    ++(key.is_prompt ? changes.prompts : changes.resources);
  }
  drop_if_empty(key);
  return notified;
}

PageCache::Changes PageCache::changes(const UserId& user) const {
  const std::lock_guard lock(mutex_);
  const auto found = users_.find(user);
  return found == users_.end() ? Changes() : found->second.changes;
}

}  // namespace wick::mcp
