#include "upstream/parked.h"

#include <gtest/gtest.h>

namespace wick::upstream {
namespace {

TEST(ParkedRequests, AUserWhoParksTooManyLosesTheOldestAndNobodyElseDoes) {
  ParkedRequests parked;
  const std::string bobs = parked.put({}, "owner", "bob");
  const std::string first = parked.put({}, "owner", "ann");
  const std::string second = parked.put({}, "owner", "ann");
  for (std::size_t i = 2; i <= kMaxParkedPerUser; ++i) parked.put({}, "owner", "ann");
  EXPECT_FALSE(parked.take(first, "owner"));
  EXPECT_TRUE(parked.take(second, "owner"));
  EXPECT_TRUE(parked.take(bobs, "owner"));
}

TEST(ParkedRequests, OnlyItsOwnerComesBackToARequest) {
  ParkedRequests parked;
  const std::string name = parked.put({}, "owner", "ann");
  EXPECT_FALSE(parked.take(name, "another"));
  EXPECT_TRUE(parked.take(name, "owner"));
  EXPECT_FALSE(parked.take(name, "owner")) << "once";
}

TEST(ParkedRequests, AllTogetherAreBounded) {
  ParkedRequests parked;
  const std::string first = parked.put({}, "owner", "user 0");
  for (std::size_t i = 1; i <= kMaxParked; ++i) parked.put({}, "owner", "user " + std::to_string(i));
  EXPECT_FALSE(parked.take(first, "owner"));
}

}  // namespace
}  // namespace wick::upstream
