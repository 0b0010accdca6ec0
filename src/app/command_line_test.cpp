// The command line as it is parsed: which command runs with which arguments.
#include "app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "app/print.h"
#include "base/json.h"

namespace wick {
namespace {

struct Ran {
  int code = 0;
  std::string name;  // empty: no command ran
  json::object arguments;
};

Ran parse(std::vector<const char*> words) {
  words.insert(words.begin(), "wick");
  Ran ran;
  ran.code = run_command_line(int(words.size()), words.data(),
                              [&](const std::string& name, const json::object& arguments) {
                                ran.name = name;
                                ran.arguments = arguments;
                                return 7;
                              });
  return ran;
}

TEST(CommandLine, GivesACommandItsArgumentsAndReturnsItsExitCode) {
  const Ran ran = parse({"user", "deactivate", "ann@example.com"});
  EXPECT_EQ(ran.code, 7);
  EXPECT_EQ(ran.name, "user deactivate");
  EXPECT_EQ(to_json(ran.arguments), R"({"user":"ann@example.com"})");
}

TEST(CommandLine, LeavesOutArgumentsOfFlagsThatAreNotGiven) {
  const Ran plain = parse({"token", "create", "--user", "ann@example.com", "--name", "laptop"});
  EXPECT_EQ(to_json(plain.arguments), R"({"user":"ann@example.com","name":"laptop","tools":"auto"})");
  const Ran narrow = parse({"token", "create", "--user", "u", "--name", "n", "--read-only", "--connector",
                            "Tracker", "--connector", "Wiki"});
  EXPECT_TRUE(narrow.arguments.at("read_only").as_bool());
  EXPECT_EQ(to_json(narrow.arguments.at("connectors")), R"(["Tracker","Wiki"])");
}

TEST(CommandLine, ReadsConnectorFieldsAsJsonOrElseAsText) {
  const Ran ran =
      parse({"connector", "add", "rest", "--label", "Tracker", "--url", "https://tracker.example.com",
             "--set", "timeout=5", "--set", "paged=true", "--set", "auth=bearer", "--allow-private"});
  EXPECT_EQ(ran.name, "connector add");
  const json::object& config = ran.arguments.at("config").as_object();
  EXPECT_TRUE(is_number(config.at("timeout")));
  EXPECT_TRUE(config.at("paged").as_bool());
  EXPECT_EQ(text_or_empty(config, "auth"), "bearer");
  EXPECT_TRUE(config.at("allow_private_addresses").as_bool());
}

TEST(CommandLine, NamesAnUnknownCommand) {
  testing::internal::CaptureStderr();
  const int code = parse({"serv"}).code;
  EXPECT_EQ(code, kMisused);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("There is no command \"serv\"."));
  testing::internal::CaptureStderr();
  parse({"user"});
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("A command is missing."));
}

TEST(CommandLine, RefusesSecretsThatOtherProcessesCouldRead) {
  const Ran ran = parse({"connector", "add", "rest", "--label", "Tracker", "--set", "secret=hunter2"});
  EXPECT_EQ(ran.name, "");
  EXPECT_NE(ran.code, 0);
}

TEST(CommandLine, RefusesArgumentsOfATestThatAreNoObject) {
  EXPECT_EQ(parse({"connector", "test", "Tracker", "list", "--arguments", "[1]"}).name, "");
  const Ran ran = parse({"connector", "test", "Tracker", "list", "--arguments", R"({"id":7})"});
  EXPECT_EQ(to_json(ran.arguments), R"({"connector":"Tracker","operation":"list","arguments":{"id":7}})");
}

TEST(CommandLine, ExitsWithTwoWhenItIsUsedWrongly) {
  EXPECT_EQ(parse({}).code, 2);
  EXPECT_EQ(parse({"token", "create", "--name", "laptop"}).code, 2);
  EXPECT_EQ(parse({"no-such-command"}).code, 2);
}

}  // namespace
}  // namespace wick
