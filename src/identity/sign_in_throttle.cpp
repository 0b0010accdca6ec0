#include "identity/sign_in_throttle.h"

#include <algorithm>

#include "base/network.h"
#include "crypto/digest.h"

namespace wick {

std::chrono::microseconds SignInThrottle::take_shared(const Attempt& attempt, Micros now) {
  if (const auto wait = clients_.take(attempt.client, now); wait.count() > 0) return wait;
  auto wait = account_sites_.take(attempt.account_site, now);
  if (wait.count() == 0) {
    wait = accounts_.take(attempt.account, now);
    if (wait.count() == 0) return {};
    account_sites_.give_back(attempt.account_site, now);
  }
  clients_.give_back(attempt.client, now);
  return wait;
}

Result<SignInThrottle::Attempt> SignInThrottle::start_attempt(std::string_view account,
                                                              std::string_view address, bool known,
                                                              Micros now) {
  Attempt attempt;
  const auto digest = sha256(account);  // bounds the memory of a long name
  attempt.account = std::string(as_bytes(digest));
  attempt.client = client_network(address);
  attempt.pair = attempt.account + attempt.client;
  attempt.account_site = attempt.account + site_network(address);
  attempt.known = known || known_.wait(attempt.pair, now).count() > 0;
  if (const auto wait = pairs_.take(attempt.pair, now); wait.count() > 0)
    return fail(rate_limited("failed sign-ins", wait));
  if (attempt.known) {
    attempt.shared_wait =
        std::max({clients_.wait(attempt.client, now), account_sites_.wait(attempt.account_site, now),
                  accounts_.wait(attempt.account, now)});
    return attempt;
  }
  if (const auto wait = take_shared(attempt, now); wait.count() > 0) {
    pairs_.give_back(attempt.pair, now);
    return fail(rate_limited("failed sign-ins", wait));
  }
  return attempt;
}

void SignInThrottle::succeeded(const Attempt& attempt, Micros now) {
  pairs_.clear(attempt.pair);
  if (attempt.known) return;
  clients_.give_back(attempt.client, now);
  account_sites_.give_back(attempt.account_site, now);
  accounts_.give_back(attempt.account, now);
}

std::unexpected<Error> SignInThrottle::failed(const Attempt& attempt, Error wrong) const {
  if (attempt.shared_wait.count() == 0) return fail(std::move(wrong));
  return fail(rate_limited("failed sign-ins", attempt.shared_wait));
}

namespace {
std::string pair_of(std::string_view account, std::string_view address) {
  const auto digest = sha256(account);
  return std::string(as_bytes(digest)) + client_network(address);
}
}  // namespace

bool SignInThrottle::knows(std::string_view account, std::string_view address, Micros now) const {
  return known_.wait(pair_of(account, address), now).count() > 0;
}

void SignInThrottle::remember(std::string_view account, std::string_view address, Micros now) {
  const std::string pair = pair_of(account, address);
  known_.clear(pair);
  known_.take(pair, now);
}

}  // namespace wick
