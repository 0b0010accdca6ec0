// SignInThrottle: how many wrong passwords may be tried, and by whom; codes of a second factor have limits of
// their own (second_factor_service.h).
//
// A failed attempt takes tokens from these buckets (base/rate_limiter.h); a successful one returns its own
// and fills the bucket of its pair:
//
//   bucket              burst  then one every  bounds
//   (account, client)       5            60 s  guesses at one account from one network
//   client                 60             1 s  password hashes that one network makes Wick compute
//   (account, site)        10            30 s  what one site can do to the next bucket
//   account               120             2 s  guesses at one account from all networks together
//
// A client is an IPv4 address or an IPv6 /64, a site an IPv4 /24 or an IPv6 /48. So one account stands at
// most 120 + 43,200 guesses in the first day from networks that it has never signed in from, however many
// these are; one network has 5 + 1,440 of them, one site 10 + 2,880.
//
// Nobody is locked out from elsewhere. A network from which the account has signed in (in the last
// kKnownNetworkAge, in memory, or by a session that is still open) is bound by its own pair alone: neither
// the failures of others at the account nor those of others behind the same address count there. Any other
// network has to wait only while more than 15 sites keep guessing at the same account, or while one client
// makes more than one wrong attempt a second from the same address.
//
// Accounts that do not exist are counted like others. While a client's bucket is empty, a wrong password from
// a known network is answered as for an unknown one: with "try again later".
//
// Thread-safe: each bucket is, and tokens are taken before the password is verified, so that attempts at the
// same time count each other. A refusal returns what it took.
#pragma once

#include <string>
#include <string_view>

#include "base/rate_limiter.h"
#include "base/result.h"
#include "base/time.h"

namespace wick {

inline constexpr int kPairBurst = 5, kClientBurst = 60, kAccountSiteBurst = 10, kAccountBurst = 120;
inline constexpr Micros kPairPeriod = 60 * kMicrosPerSecond, kClientPeriod = kMicrosPerSecond,
                        kAccountSitePeriod = 30 * kMicrosPerSecond, kAccountPeriod = 2 * kMicrosPerSecond;
inline constexpr Micros kKnownNetworkAge = 30 * kMicrosPerDay;

struct ThrottleLimits {
  struct Bucket {
    int burst;
    Micros period;  // until one returns
  };
  Bucket pair, client, account_site, account;
};
inline constexpr ThrottleLimits kPasswordLimits{
    .pair = {kPairBurst, kPairPeriod},
    .client = {kClientBurst, kClientPeriod},
    .account_site = {kAccountSiteBurst, kAccountSitePeriod},
    .account = {kAccountBurst, kAccountPeriod},
};

class SignInThrottle {
 public:
  explicit SignInThrottle(const ThrottleLimits& limits = kPasswordLimits)
      : pairs_(limits.pair.burst, limits.pair.period),
        clients_(limits.client.burst, limits.client.period),
        account_sites_(limits.account_site.burst, limits.account_site.period),
        accounts_(limits.account.burst, limits.account.period) {}

  // What an attempt took.
  struct Attempt {
    std::string pair, client, account_site, account;
    bool known = false;      // it took from the pair's bucket alone
    Micros shared_wait = 0;  // how long an unknown network would have to wait now
  };

  // `account` names the account, whether it exists or not. `known`: an open session of it is from this
  // network. Errors: kRateLimited
  Result<Attempt> begin(std::string_view account, std::string_view address, bool known, Micros now);
  void succeeded(const Attempt& attempt, Micros now);
  // Returns the error of a failed attempt: `wrong`, or kRateLimited.
  std::unexpected<Error> failed(const Attempt& attempt, Error wrong) const;
  // Whether remember() was called for the account and this network in the last kKnownNetworkAge.
  bool knows(std::string_view account, std::string_view address, Micros now) const;
  // The account has signed in from here.
  void remember(std::string_view account, std::string_view address, Micros now);

 private:
  // Takes a token of each bucket, or of none.
  Micros take_shared(const Attempt& attempt, Micros now);

  RateLimiter pairs_, clients_, account_sites_, accounts_;
  // One token that returns after kKnownNetworkAge: a pair without it is known.
  RateLimiter known_{1, kKnownNetworkAge};
};

}  // namespace wick
