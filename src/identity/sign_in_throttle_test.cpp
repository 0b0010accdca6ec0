#include "identity/sign_in_throttle.h"

#include <gtest/gtest.h>

namespace wick {
namespace {

constexpr Micros kSecond = kMicrosPerSecond, kStart = 1'800'000'000 * kSecond;
constexpr const char* kHome = "192.0.2.1";

std::string address(int i) {
  return "10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
         std::to_string(i % 256);
}
// The i-th address, each in a site of its own.
std::string site(int i) {
  return "10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".1";
}

struct Throttled : testing::Test {
  // True when the attempt is let in; it stays failed.
  bool guess(const std::string& account, const std::string& from) {
    return throttle.start_attempt(account, from, false, now).has_value();
  }
  bool sign_in(const std::string& account, const std::string& from, bool known = false) {
    const auto attempt = throttle.start_attempt(account, from, known, now);
    if (!attempt) return false;
    throttle.succeeded(*attempt, now);
    throttle.remember(account, from, now);
    return true;
  }
  // The number of guesses that are allowed when `tries` guesses a second come for `seconds`, each from the next of `networks`.
  int guesses_in(int seconds, int tries, int networks) {
    int let_in = 0, next = 0;
    for (const Micros end = now + seconds * kSecond; now < end; now += kSecond)
      for (int i = 0; i < tries; ++i) let_in += guess("ann", site(next++ % networks));
    return let_in;
  }

  Micros now = kStart;
  SignInThrottle throttle;
};

TEST_F(Throttled, FailuresAreForgottenWithTime) {
  for (int i = 0; i < kPairBurst; ++i) EXPECT_TRUE(guess("ann", kHome));
  EXPECT_FALSE(guess("ann", kHome));
  now += to_micros(kPairPeriod);
  EXPECT_TRUE(guess("ann", kHome));
  EXPECT_FALSE(guess("ann", kHome));
  now += kPairBurst * to_micros(kPairPeriod);
  for (int i = 0; i < kPairBurst; ++i) EXPECT_TRUE(guess("ann", kHome));
}

TEST_F(Throttled, ASuccessClearsTheFailuresBeforeIt) {
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < kPairBurst - 1; ++i) EXPECT_TRUE(guess("ann", kHome));
    EXPECT_TRUE(sign_in("ann", kHome));
  }
}

TEST_F(Throttled, ARefusedAttemptSaysHowLongToWaitAndCountsForNothing) {
  for (int i = 0; i < 1000; ++i) guess("ann", kHome);
  const auto refused = throttle.start_attempt("ann", kHome, false, now + 15 * kSecond);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
  EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(45));
  EXPECT_TRUE(guess("bob", kHome)) << "refusals take nothing from the client's bucket";
}

TEST_F(Throttled, AllAddressesOfAnIpv6Slash64AreOneClient) {
  int let_in = 0;
  for (int i = 0; i < 100; ++i) let_in += guess("ann", "2001:db8:0:1::" + std::to_string(i));
  EXPECT_EQ(let_in, kPairBurst);
  let_in = 0;
  for (int i = 2; i < 1000; ++i) let_in += guess("ann", "2001:db8:0:" + std::to_string(i) + "::1");
  EXPECT_EQ(let_in, kAccountSiteBurst - kPairBurst) << "and all of a /48 one site";
  EXPECT_TRUE(guess("ann", "::ffff:192.0.2.1"));
  for (int i = 0; i < kPairBurst - 1; ++i) EXPECT_TRUE(guess("ann", kHome));
  EXPECT_FALSE(guess("ann", kHome)) << "a mapped address is the IPv4 address";
}

TEST_F(Throttled, FailuresOfUnknownAccountsDoNotLockOutTheAddress) {
  EXPECT_TRUE(sign_in("ann", kHome));
  for (int i = 0; i < 10'000; ++i) guess("nobody" + std::to_string(i), kHome);
  EXPECT_TRUE(sign_in("ann", kHome)) << "who has signed in from here before";
  EXPECT_TRUE(sign_in("bob", kHome, true)) << "or has an open session from here";
  EXPECT_FALSE(sign_in("carl", kHome));
  now += to_micros(kClientPeriod);
  EXPECT_TRUE(sign_in("carl", kHome)) << "anybody else waits a second";
  for (int i = 0; i < kClientBurst / 2; ++i) guess("someone" + std::to_string(i), "192.0.2.2");
  EXPECT_TRUE(sign_in("carl", "192.0.2.2")) << "31 wrong passwords make nobody wait";
}

TEST_F(Throttled, ALockOutFromAnotherNetworkIsImpossible) {
  for (int minute = 0; minute < 120; ++minute, now += 60 * kSecond) {
    // Ten sites, with several networks each, try all they can.
    for (int from = 0; from < 10 * 256; from += 32)
      for (int i = 0; i < kPairBurst; ++i) guess("ann", address(from));
    ASSERT_TRUE(guess("ann", site(40'000 + minute))) << "from where she has never signed in";
    ASSERT_TRUE(sign_in("ann", kHome));
  }
}

TEST_F(Throttled, HoweverManyNetworksGuessAKnownNetworkIsNotHeldUp) {
  EXPECT_TRUE(sign_in("ann", kHome));
  guesses_in(600, 50, 50'000);
  guess("ann", site(0));
  EXPECT_FALSE(guess("ann", "198.51.100.1")) << "unknown networks have to wait";
  EXPECT_TRUE(sign_in("ann", kHome));
}

TEST_F(Throttled, GuessesAreLimitedByAccountAndDay) {
  constexpr int kDay = 86'400;
  EXPECT_EQ(guesses_in(kDay, 1, 1), kPairBurst + kDay / 60 - 1);  // the last token returns at the day's end
  now += kMicrosPerDay;
  // From 20,000 sites, five guesses a second.
  EXPECT_EQ(guesses_in(kDay, 5, 20'000), kAccountBurst + kDay / 2 - 1);
}

TEST_F(Throttled, AKnownNetworkIsForgottenAfterItsAge) {
  EXPECT_TRUE(sign_in("ann", kHome));
  for (int i = 0; i < 1000; ++i) guess("nobody" + std::to_string(i), kHome);
  EXPECT_TRUE(guess("ann", kHome));
  now += to_micros(kKnownNetworkAge);
  for (int i = 0; i < 1000; ++i) guess("nobody" + std::to_string(i), kHome);
  EXPECT_FALSE(guess("ann", kHome));
}

TEST_F(Throttled, AFailureFromAKnownNetworkIsAnsweredAsFromAnUnknownOne) {
  const Error wrong{ErrorCode::kUnauthenticated, "wrong", {}};
  EXPECT_TRUE(sign_in("ann", kHome));
  const auto before = throttle.start_attempt("ann", kHome, false, now);
  EXPECT_EQ(throttle.failed(*before, wrong).error().code, ErrorCode::kUnauthenticated);
  for (int i = 0; i < 1000; ++i) guess("nobody" + std::to_string(i), kHome);
  const auto after = throttle.start_attempt("ann", kHome, false, now);
  ASSERT_TRUE(after);
  EXPECT_EQ(throttle.failed(*after, wrong).error().message,
            throttle.start_attempt("nobody", kHome, false, now).error().message);
}

}  // namespace
}  // namespace wick
