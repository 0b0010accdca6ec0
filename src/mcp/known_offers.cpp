#include "mcp/known_offers.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace wick::mcp {
namespace {

std::size_t size_of(const OfferPage& page, const std::string& key) {
  return page.entries.size() + page.next_cursor.size() + 2 * key.size();
}

void note(std::vector<TokenId>& without, const TokenId& credential) {
  if (without.size() < kMaxToldOfPage && std::ranges::find(without, credential) == without.end())
    without.push_back(credential);
}

}  // namespace

OfferKey::OfferKey(const UserId& the_user, const ConnectorEntry& connector, std::string_view method,
                   std::string_view cursor)
    : user(the_user), is_prompt(method == "prompts/list") {
  const std::string set_up = to_json(connector.config) + "\n" + to_json(connector.sealed_secrets) + "\n" +
                             connector.slug + "\n" + connector.label;
  server = user.str() + "\n" + connector.id.str() + "\n" + to_hex(sha256(set_up));
  page.append(server).append("\n").append(method).append("\n").append(cursor);
}

bool KnownOffers::may_be_late(const OfferKey& key, const PageState& state) const {
  const auto user = users_.find(key.user);
  return !state.is_late && (user == users_.end() || user->second.late < kMaxLatePages);
}

void KnownOffers::make_late(const OfferKey& key, PageState& state) {
  state.is_late = true;
  ++users_[key.user].late;
}

void KnownOffers::forget_page(PageState& state) {
  if (!state.page) return;
  bytes_ -= size_of(*state.page, *state.age);
  order_.erase(state.age);
  state.page.reset();
}

void KnownOffers::drop_if_empty(const OfferKey& key) {
  const auto found = pages_.find(key.page);
  if (found != pages_.end() && !found->second.page && !found->second.is_late) pages_.erase(found);
}

bool KnownOffers::keep(const OfferKey& key, PageState& state, OfferPage page) {
  forget_page(state);
  const std::size_t size = size_of(page, key.page);
  if (size > std::min(kMaxKnownPageBytes, max_bytes_)) return false;
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

KnownOffers::Asking KnownOffers::begin(const OfferKey& key, const TokenId& credential) {
  const std::lock_guard lock(mutex_);
  const auto found = pages_.find(key.page);
  const bool is_late = found != pages_.end() && found->second.is_late;
  if (!is_late && !slow_.contains(key.server)) return Asking::kInTime;
  PageState& state = pages_[key.page];
  const bool may_ask = may_be_late(key, state);
  if (may_ask) make_late(key, state);
  if (state.is_late) note(state.without, credential);
  drop_if_empty(key);
  return may_ask ? Asking::kLate : Asking::kUnderWay;
}

bool KnownOffers::give_up(const OfferKey& key, const TokenId& credential) {
  const std::lock_guard lock(mutex_);
  if (slow_.size() >= kMaxSlowServers) slow_.clear();
  slow_.insert(key.server);
  PageState& state = pages_[key.page];
  const bool may_go_on = may_be_late(key, state);
  if (may_go_on) make_late(key, state);
  if (state.is_late) note(state.without, credential);
  drop_if_empty(key);
  return may_go_on;
}

std::optional<OfferPage> KnownOffers::find(const OfferKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = pages_.find(key.page);
  if (found == pages_.end()) return std::nullopt;
  PageState& state = found->second;
  if (state.page) order_.splice(order_.end(), order_, state.age);
  return state.page;
}

std::vector<TokenId> KnownOffers::end(const OfferKey& key, Ended how, OfferPage page, bool was_late,
                                      bool is_slow) {
  std::vector<TokenId> told;
  const std::lock_guard lock(mutex_);
  PageState& state = pages_[key.page];
  if (was_late) {
    state.is_late = false;
    --users_[key.user].late;
    told = std::exchange(state.without, {});
  }
  if (how == Ended::kAnswered && !is_slow) slow_.erase(key.server);
  bool is_other = false;
  if (how == Ended::kAnswered) {
    is_other = state.page.value_or(OfferPage()) != page;
    // Lists may have gone without it beside the one whose request this is.
    if (is_other && told.empty()) told = std::exchange(state.without, {});
    // The list that is made then would lack it again.
    is_other = keep(key, state, std::move(page)) && is_other;
  }
  if (how == Ended::kRefused) forget_page(state);
  if (!is_other) told.clear();
  if (!told.empty()) {
    Changes& changes = users_[key.user].changes;
    ++(key.is_prompt ? changes.prompts : changes.resources);
  }
  drop_if_empty(key);
  return told;
}

KnownOffers::Changes KnownOffers::changes(const UserId& user) const {
  const std::lock_guard lock(mutex_);
  const auto found = users_.find(user);
  return found == users_.end() ? Changes() : found->second.changes;
}

}  // namespace wick::mcp
