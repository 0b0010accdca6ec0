// YAML as JSON: the meaning of scalars, aliases and merges, and the limits.
#include "openapi/yaml_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/json.h"
#include "base/text.h"

namespace wick::openapi {
namespace {

using testing::HasSubstr;

std::string yaml(std::string_view text) {
  const auto value = parse_yaml(text);
  return value ? to_json(*value) : "error: " + value.error().message;
}

TEST(Yaml, PlainScalarsMeanWhatTheCoreSchemaSays) {
  EXPECT_EQ(
      yaml("[no, on, yes, 1.0.0, 012, 0x1F, 0o14, 1e3, .5, ~, null, 'null', !!str 12, 2020-01-01, 1_000, "
           ".inf, -7, +7]"),
      R"(["no","on","yes","1.0.0",12,31,12,1000.0,0.5,null,null,"null","12","2020-01-01","1_000",".inf",-7,7])");
  EXPECT_EQ(yaml("[18446744073709551616, 0.1000000000000000055511151231257827, 1e400, 9007199254740993.0]"),
            "[18446744073709551616,0.1000000000000000055511151231257827,1e400,9007199254740993.0]");
  EXPECT_EQ(yaml("{200: a, no: b, true: c}"), R"({"200":"a","no":"b","true":"c"})");
  EXPECT_EQ(yaml("a: |\n  x\n  y\nb:\n- [[1, 2], [3]]\n"), R"({"a":"x\ny\n","b":[[[1,2],[3]]]})");
}

TEST(Yaml, AnErrorNeverQuotesHalfACharacter) {
  for (const char* text : {"a: \"\\\u00e9\"", "\"\\\U0001F600\"", "\"x\\\u4e2d"}) {
    const auto read = parse_yaml(text);
    ASSERT_FALSE(read) << text;
    EXPECT_TRUE(is_valid_utf8(read.error().message)) << read.error().message;
    EXPECT_TRUE(read.error().message.ends_with("unknown escape character.")) << read.error().message;
  }
}

TEST(Yaml, AliasesAndMergesAreWrittenOut) {
  EXPECT_EQ(yaml("a: &x {n: 1, m: 2}\nb: *x\nc:\n  m: 3\n  <<: *x\n"),
            R"({"a":{"n":1,"m":2},"b":{"n":1,"m":2},"c":{"m":3,"n":1}})");
}

TEST(Yaml, RefusesExpensiveDocumentsWithTheirLine) {
  std::string laughs = "a0: &a0 [lol]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string n = std::to_string(i), before = "*a" + std::to_string(i - 1);
    laughs += "a" + n + ": &a" + n + " [" + before + "," + before + "," + before + "," + before + "," +
              before + "]\n";
  }
  EXPECT_THAT(yaml(laughs), HasSubstr("beyond 4000000 values"));
  std::string long_text = "a: &a \"" + std::string(1'000'000, 'x') + "\"\nb: [*a";
  for (int i = 0; i < 100; ++i) long_text += ",*a";
  EXPECT_THAT(yaml(long_text + "]"), HasSubstr("bytes of text"));
  EXPECT_THAT(yaml("a: &a [*a]"), HasSubstr("inside its own anchor"));
  EXPECT_THAT(yaml(std::string(100'000, '[')), HasSubstr("error: "));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += std::string(std::size_t(i), ' ') + "a:\n";
  EXPECT_THAT(yaml(deep), HasSubstr("nested deeper than 64 levels"));
  std::string by_alias = "a0: &a0 [1]\n";
  for (int i = 1; i < 80; ++i)
    by_alias += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  EXPECT_THAT(yaml(by_alias), HasSubstr("nested deeper than 64 levels"));
  EXPECT_THAT(yaml("? [a]\n: b"), HasSubstr("key that is not a text"));
  EXPECT_THAT(yaml("a: 1\n---\nb: 2"), HasSubstr("more than one document"));
  EXPECT_THAT(yaml("a: b: c"), HasSubstr("not valid YAML: line 1"));
}

}  // namespace
}  // namespace wick::openapi
