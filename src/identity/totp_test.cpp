#include "identity/totp.h"

#include <gtest/gtest.h>

namespace wick {
namespace {

constexpr std::string_view kKey = "12345678901234567890";  // of RFC 4226 and RFC 6238

TEST(Base32, IsThatOfRfc4648WithoutPadding) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "MY"},
                                                         {"fo", "MZXQ"},
                                                         {"foo", "MZXW6"},
                                                         {"foob", "MZXW6YQ"},
                                                         {"fooba", "MZXW6YTB"},
                                                         {"foobar", "MZXW6YTBOI"}};
  for (const auto& [plain, coded] : vectors) EXPECT_EQ(to_base32(plain), coded);
  EXPECT_EQ(to_base32(std::string(5, '\xFF')), "77777777");
  EXPECT_EQ(to_base32(kKey), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

TEST(Hotp, GivesTheCodesOfRfc4226AppendixD) {
  const char* codes[] = {"755224", "287082", "359152", "969429", "338314",
                         "254676", "287922", "162583", "399871", "520489"};
  for (std::uint64_t counter = 0; counter < 10; ++counter) EXPECT_EQ(hotp(kKey, counter), codes[counter]);
}

TEST(Totp, GivesTheCodesOfRfc6238AppendixB) {
  const std::pair<std::int64_t, const char*> vectors[] = {
      {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
      {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [second, code] : vectors) {
    const auto step = totp_step(second * kMicrosPerSecond);
    EXPECT_EQ(hotp(kKey, std::uint64_t(step), 8), code);
    EXPECT_EQ(match_totp(kKey, std::string(code).substr(2), second * kMicrosPerSecond, 0), step);
  }
}

TEST(Totp, ACodeIsGoodOneStepBeforeAndAfterItsTimeAndNoLonger) {
  const Micros now = 1'234'567'890 * kMicrosPerSecond;
  const std::int64_t step = totp_step(now);
  for (std::int64_t other = step - 3; other <= step + 3; ++other) {
    const auto matched = match_totp(kKey, hotp(kKey, std::uint64_t(other)), now, 0);
    if (other < step - kTotpDrift || other > step + kTotpDrift)
      EXPECT_FALSE(matched) << other - step;
    else
      EXPECT_EQ(matched, other);
  }
}

TEST(Totp, AStepThatWasUsedAndEveryEarlierOneMatchNothing) {
  const Micros now = 1'234'567'890 * kMicrosPerSecond;
  const std::int64_t step = totp_step(now);
  const auto code = [](std::int64_t of) { return hotp(kKey, std::uint64_t(of)); };
  EXPECT_FALSE(match_totp(kKey, code(step), now, step));
  EXPECT_FALSE(match_totp(kKey, code(step - 1), now, step));
  EXPECT_EQ(match_totp(kKey, code(step + 1), now, step), step + 1);
  EXPECT_FALSE(match_totp(kKey, code(step + 1), now, step + 1));
}

TEST(Totp, MalformedCodesMatchNothing) {
  const Micros now = 1'234'567'890 * kMicrosPerSecond;
  const std::string code = hotp(kKey, std::uint64_t(totp_step(now)));
  for (const std::string& other : {std::string(), code.substr(1), code + "0", " " + code,
                                   std::string("abcdef"), std::string(6, '\0'), std::string(10'000, '1')})
    EXPECT_FALSE(match_totp(kKey, other, now, 0)) << other.substr(0, 20);
}

TEST(Totp, TheUriNamesIssuerAndAccountAndEscapesBoth) {
  EXPECT_EQ(totp_uri("Wick wick.example.com:8443", "a+b&c@example.com", "MZXW6"),
            "otpauth://totp/Wick%20wick.example.com%3A8443:a%2Bb%26c%40example.com?secret=MZXW6"
            "&issuer=Wick%20wick.example.com%3A8443&algorithm=SHA1&digits=6&period=30");
}

}  // namespace
}  // namespace wick
