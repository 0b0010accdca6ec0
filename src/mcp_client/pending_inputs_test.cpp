#include "mcp_client/pending_inputs.h"

#include <gtest/gtest.h>

namespace wick::upstream {
namespace {

TEST(PendingInputStore, AUserAboveTheLimitLosesTheOldestRequestAndOtherUsersLoseNone) {
  PendingInputStore store;
  const std::string bobs = store.put({}, "owner", "bob");
  const std::string first = store.put({}, "owner", "ann");
  const std::string second = store.put({}, "owner", "ann");
  for (std::size_t i = 2; i <= kMaxPendingInputsPerUser; ++i) store.put({}, "owner", "ann");
  EXPECT_FALSE(store.take(first, "owner"));
  EXPECT_TRUE(store.take(second, "owner"));
  EXPECT_TRUE(store.take(bobs, "owner"));
}

TEST(PendingInputStore, OnlyItsOwnerContinuesARequest) {
  PendingInputStore store;
  const std::string name = store.put({}, "owner", "ann");
  EXPECT_FALSE(store.take(name, "another"));
  EXPECT_TRUE(store.take(name, "owner"));
  EXPECT_FALSE(store.take(name, "owner")) << "once";
}

TEST(PendingInputStore, TheStoreIsBounded) {
  PendingInputStore store;
  const std::string first = store.put({}, "owner", "user 0");
  for (std::size_t i = 1; i <= kMaxPendingInputs; ++i) store.put({}, "owner", "user " + std::to_string(i));
  EXPECT_FALSE(store.take(first, "owner"));
}

}  // namespace
}  // namespace wick::upstream
