#include "base/hourly_quota.h"

#include <gtest/gtest.h>

namespace wick {
namespace {

constexpr Micros kHour = 3600 * kMicrosPerSecond;

TEST(HourlyQuota, EachAddressHasItsOwnAndItComesBackWithTheHour) {
  HourlyQuota quota(2);
  EXPECT_TRUE(quota.take("192.0.2.1", kHour));
  EXPECT_TRUE(quota.take("192.0.2.1", kHour));
  EXPECT_FALSE(quota.take("192.0.2.1", 2 * kHour - 1));
  EXPECT_TRUE(quota.take("192.0.2.2", kHour));
  EXPECT_TRUE(quota.take("192.0.2.1", 2 * kHour));
  EXPECT_FALSE(HourlyQuota(0).take("192.0.2.1", kHour));
}

TEST(HourlyQuota, AnIpv6HostDoesNotGetAroundItByChoosingAddresses) {
  EXPECT_EQ(host_network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(host_network("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(host_network("::ffff:192.0.2.1"), "::ffff:192.0.2.1");
  HourlyQuota quota(1);
  EXPECT_TRUE(quota.take("2001:db8::1", kHour));
  EXPECT_FALSE(quota.take("2001:db8::2", kHour));
  EXPECT_TRUE(quota.take("2001:db8:0:1::1", kHour));
}

TEST(HourlyQuota, ItsTableDoesNotGrowWithoutEnd) {
  HourlyQuota quota(10);
  for (std::size_t i = 0; i < kMaxQuotaAddresses; ++i) quota.take("host " + std::to_string(i), kHour);
  EXPECT_FALSE(quota.take("one more", kHour));
  EXPECT_TRUE(quota.take("host 0", kHour));
  EXPECT_TRUE(quota.take("one more", 2 * kHour));
}

}  // namespace
}  // namespace wick
