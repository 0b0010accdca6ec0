#include "base/open_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wick {
namespace {

constexpr OpenFileUse kWanted{20'000, 1'000};

TEST(OpenFiles, ALimitThatIsHighEnoughLowersNothing) {
  const std::size_t needed = needed_open_files(kWanted);
  EXPECT_EQ(needed, 21'000 + kChildFiles + kOwnFiles + kReservedFiles);
  EXPECT_EQ(plan_open_files(needed, kWanted), kWanted);
  EXPECT_EQ(plan_open_files(needed - 1, kWanted).connections, kWanted.connections - 1);
}

TEST(OpenFiles, ALowLimitIsDividedSoThatEveryoneGetsSome) {
  EXPECT_EQ(plan_open_files(1024, kWanted), (OpenFileUse{648, 108}));
  EXPECT_EQ(plan_open_files(256, kWanted), (OpenFileUse{72, 12}));
  EXPECT_EQ(plan_open_files(256, {20, 5}), (OpenFileUse{20, 5})) << "no more than was asked for";
  EXPECT_EQ(plan_open_files(0, kWanted), (OpenFileUse{kMinConnections, kMinOutgoing}));
  std::size_t last = 0;
  for (std::size_t limit = 0; limit < 30'000; ++limit) {
    const OpenFileUse plan = plan_open_files(limit, kWanted);
    ASSERT_GE(plan.connections, last) << limit;
    if (limit > 256) {
      ASSERT_LE(plan.connections + kReservedFiles + kOwnFiles, limit);
    }
    last = plan.connections;
  }
}

// The limit belongs to the process, so each case has one of its own.
template <typename Body>
bool in_child(Body body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body() ? 0 : 1);
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
rlim_t soft_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}
bool set_limits(rlim_t soft, rlim_t hard) {
  const rlimit limit{soft, hard};
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

TEST(OpenFiles, TheLimitIsRaisedAsFarAsTheHardLimitAndChildrenGetTheFirstOneBack) {
  EXPECT_TRUE(in_child([] {
    return set_limits(100, 200) && raise_open_file_limit(150) == 150 && soft_limit() == 150 &&
           raise_open_file_limit(1'000) == 200 && soft_limit() == 200;
  }));
  EXPECT_TRUE(in_child([] {
    return set_limits(100, 200) && raise_open_file_limit(150) == 150 && (restore_open_file_limit(), true) &&
           soft_limit() == 100;
  }));
  EXPECT_TRUE(in_child([] {
    return set_limits(200, 200) && raise_open_file_limit(100) == 200 && (restore_open_file_limit(), true) &&
           soft_limit() == 200;
  })) << "it is never lowered";
}

TEST(OpenFiles, TheLastDescriptorsAreReserved) {
  EXPECT_FALSE(is_reserved_file(1'000'000)) << "nothing is before the limit has been set";
  EXPECT_TRUE(in_child([] {
    return set_limits(256, 256) && raise_open_file_limit(256) == 256 &&
           !is_reserved_file(int(255 - kReservedFiles)) && is_reserved_file(int(256 - kReservedFiles)) &&
           !is_reserved_file(-1);
  }));
  EXPECT_TRUE(in_child([] {
    return set_limits(40, 40) && raise_open_file_limit(256) == 40 && !is_reserved_file(29) &&
           is_reserved_file(30);
  })) << "a quarter of a very low limit";
}

}  // namespace
}  // namespace wick
