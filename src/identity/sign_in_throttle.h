// SignInThrottle: limits the failed attempts to sign in with a password. Codes of a second factor have limits of their own
// (second_factor_service.h).
//
// A failed attempt takes a token from each of these buckets (base/rate_limiter.h). A successful attempt returns its tokens
// and fills the bucket of its pair:
//
//   bucket              burst  then one every  limits
//   (account, client)       5            60 s  guesses at one account from one network
//   client                 60             1 s  password hashes that one network makes Wick compute
//   (account, site)        10            30 s  the use of the next bucket by one site
//   account               120             2 s  guesses at one account from all networks together
//
// A client is an IPv4 address or an IPv6 /64, a site is an IPv4 /24 or an IPv6 /48. In the first day, at most 120 + 43,200
// guesses at one account are possible from networks from which the account has never signed in, however many there are; 5 +
// 1,440 from one network and 10 + 2,880 from one site.
//
// Attackers cannot lock a user out. A network from which the account has signed in (in the last kKnownNetworkAge, in memory,
// or with an open session) is limited by its own pair only: failed attempts of others at the account or from the same
// address do not count there. Any other network has to wait only while more than 15 sites keep guessing at the same account,
// or while one client makes more than one failed attempt a second from the same address.
//
// Accounts that do not exist count like others. While the bucket of a client is empty, a wrong password from a known network
// gets the same response as for an unknown account: "try again later".
//
// Thread-safe. Tokens are taken before the password is verified, so concurrent attempts count each other. A refusal returns
// the tokens that it took.
#pragma once

#include <string>
#include <string_view>

#include "base/rate_limiter.h"
#include "base/result.h"
#include "base/time.h"

namespace wick {

inline constexpr int kPairBurst = 5, kClientBurst = 60, kAccountSiteBurst = 10, kAccountBurst = 120;
inline constexpr std::chrono::seconds kPairPeriod{60}, kClientPeriod{1}, kAccountSitePeriod{30},
    kAccountPeriod{2};
inline constexpr std::chrono::days kKnownNetworkAge{30};

struct ThrottleLimits {
  struct Bucket {
    int burst;
    std::chrono::seconds period;  // until one token returns
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

  // The buckets from which an attempt took tokens.
  struct Attempt {
    std::string pair, client, account_site, account;
    bool known = false;                       // it took a token of the pair only
    std::chrono::microseconds shared_wait{};  // the wait of an unknown network at this moment
  };

  // Takes the tokens of an attempt. `account` identifies the account, which need not exist. `known`: the account has an open
  // session from this network. Errors: kRateLimited
  Result<Attempt> start_attempt(std::string_view account, std::string_view address, bool known, Micros now);
  void succeeded(const Attempt& attempt, Micros now);
  // Returns the error of a failed attempt: `wrong`, or kRateLimited.
  std::unexpected<Error> failed(const Attempt& attempt, Error wrong) const;
  // Whether remember() was called for the account and this network in the last kKnownNetworkAge.
  bool knows(std::string_view account, std::string_view address, Micros now) const;
  // Records that the account has signed in from this network.
  void remember(std::string_view account, std::string_view address, Micros now);

 private:
  // Takes a token of each shared bucket, or of none. Returns the time to wait; 0: the tokens were taken.
  std::chrono::microseconds take_shared(const Attempt& attempt, Micros now);

  RateLimiter pairs_, clients_, account_sites_, accounts_;
  // Each pair has one token, which returns after kKnownNetworkAge. A pair without its token is known.
  RateLimiter known_{1, kKnownNetworkAge};
};

}  // namespace wick
