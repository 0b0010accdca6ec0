#include "mcp_client/pending_inputs.h"

#include <gtest/gtest.h>

namespace wick::upstream {
namespace {

TEST(PendingInputStore, AUserWhoParksTooManyLosesTheOldestAndNobodyElseDoes) {
  PendingInputStore parked;
  const std::string bobs = parked.put({}, "owner", "bob");
  const std::string first = parked.put({}, "owner", "ann");
  const std::string second = parked.put({}, "owner", "ann");
  for (std::size_t i = 2; i <= kMaxPendingInputsPerUser; ++i) parked.put({}, "owner", "ann");
  EXPECT_FALSE(parked.take(first, "owner"));
  EXPECT_TRUE(parked.take(second, "owner"));
  EXPECT_TRUE(parked.take(bobs, "owner"));
}

TEST(PendingInputStore, OnlyItsOwnerComesBackToARequest) {
  PendingInputStore parked;
  const std::string name = parked.put({}, "owner", "ann");
  EXPECT_FALSE(parked.take(name, "another"));
  EXPECT_TRUE(parked.take(name, "owner"));
  EXPECT_FALSE(parked.take(name, "owner")) << "once";
}

TEST(PendingInputStore, AllTogetherAreBounded) {
  PendingInputStore parked;
  const std::string first = parked.put({}, "owner", "user 0");
  for (std::size_t i = 1; i <= kMaxPendingInputs; ++i) parked.put({}, "owner", "user " + std::to_string(i));
  EXPECT_FALSE(parked.take(first, "owner"));
}

}  // namespace
}  // namespace wick::upstream
