#include "base/environment.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace wick {
namespace {

// In a process of its own, started with these variables: the environment of this one is the other tests'.
TEST(Environment, IsHiddenFromOtherProcessesAndStillKnownToThisOne) {
  if (std::getenv("WICK_TEST_SECRET") == nullptr) {
    const pid_t child = fork();
    if (child == 0) {
      setenv("WICK_TEST_SECRET", "sesame-open", 1);
      setenv("WICK_TEST_PLAIN", "visible=yes", 1);
      const char* filter = "--gtest_filter=Environment.IsHiddenFromOtherProcessesAndStillKnownToThisOne";
      execl("/proc/self/exe", "base_test", filter, nullptr);
      _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    return;
  }
  hide_environment({"WICK_TEST_SECRET", "WICK_TEST_ABSENT"});
  std::ifstream in("/proc/self/environ", std::ios::binary);
  const std::string shown{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  EXPECT_EQ(shown.find_first_not_of('\0'), std::string::npos) << shown;
  EXPECT_EQ(environment_variable("WICK_TEST_SECRET"), "sesame-open");
  EXPECT_EQ(std::getenv("WICK_TEST_SECRET"), nullptr) << "a child would inherit it";
  EXPECT_EQ(environment_variable("WICK_TEST_PLAIN"), "visible=yes");
  EXPECT_STREQ(std::getenv("WICK_TEST_PLAIN"), "visible=yes");
  EXPECT_EQ(environment_variable("WICK_TEST_ABSENT"), std::nullopt);
  EXPECT_NE(std::getenv("PATH"), nullptr);
}

}  // namespace
}  // namespace wick
