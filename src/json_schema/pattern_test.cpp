#include "json_schema/pattern.h"

#include <gtest/gtest.h>

#include <chrono>

namespace wick::json_schema {
namespace {

std::unique_ptr<const Pattern> compiled(std::string_view pattern) {
  std::size_t large = kMaxLargePatterns;
  return Pattern::compile(pattern, large);
}

// nullopt: the pattern is not applied.
std::optional<bool> matches(std::string_view pattern, std::string_view text) {
  const auto made = compiled(pattern);
  return made == nullptr ? std::nullopt : std::optional(made->matches(text));
}

struct Case {
  std::string_view pattern, fits, differs;
};

TEST(Pattern, MeansWhatEcma262Says) {
  const Case cases[] = {
      {"b", "abc", "ac"},
      {"^a$", "a", "a\n"},
      {R"(^\d+$)", "123", "\u0663"},
      {R"(^\w+$)", "a_Z9", "\u00e9"},
      {R"(^\W$)", "\u00e9", "e"},
      {R"(^\s$)", "\u00a0", "x"},
      {R"(^\s$)", "\ufeff", "\u200b"},
      {R"(^[\s]$)", "\u2028", "x"},
      {R"(^\S$)", "x", "\u3000"},
      {R"(^[\S]$)", "x", "\v"},
      {R"(^[^\s]$)", "x", "\v"},
      {R"(^\u00e9\x41\cJ$)", "\u00e9A\n", "eA\n"},
      {R"(^\ud83d\udc32$)", "\U0001F432", "\U0001F433"},
      {R"(^\u{1F432}*$)", "\U0001F432\U0001F432", "\U0001F433"},
      {R"(^.$)", "\U0001F432", "\u2028"},
      {R"(^\/\-\_\"$)", "/-_\"", "/-_'"},
      {R"(^[\w.-]+$)", "a-b.c", "a+b"},
      {R"(^[\w-.]+$)", "a-b.c", "a/b"},
      {R"(^[a-\d]+$)", "a-1", "b"},
      {R"(^[+-]$)", "-", ","},
      {R"(^[[:alpha:]]$)", "a]", "b"},
      {R"(^[\b]$)", "\b", "b"},
      {R"(\bfoo\b)", "a foo b", "afoo"},
      {"^[^]$", "\n", "ab"},
      {"^(?<year>[0-9]{4})$", "2026", "26"},
      {"^(?:a|b)+?$", "abab", "abc"},
      {"(?i)^abc$", "aBC", "abd"},
      {R"(^\p{L}+$)", "\u00e9a", "1"},
      {R"(^\p{Letter}+$)", "\u00e9a", "1"},
      {R"(^\p{Script=Greek}+$)", "\u03b1", "a"},
      {R"(^[^\p{Lu}]$)", "a", "A"},
      {R"(^\p{digit}+$)", "\u0663", "a"},
      {"^a{2,3}$", "aa", "a"},
      {"^x{,2}$", "x{,2}", "xx"},
  };
  for (const auto& [pattern, fits, differs] : cases) {
    EXPECT_EQ(matches(pattern, fits), true) << pattern << " " << to_re2(pattern).value_or("?");
    EXPECT_EQ(matches(pattern, differs), false) << pattern << " " << to_re2(pattern).value_or("?");
  }
  EXPECT_EQ(matches("[]", "a"), false);
}

TEST(Pattern, IsSpelledAsTheFlagUWantsIt) {
  const std::pair<const char*, const char*> cases[] = {
      {R"(^[a-z]{2,3}\d+$)", R"(^[a-z]{2,3}\d+$)"},
      {R"(^\-\_\"\/\ \é$)", R"(^-_"\/ é$)"},
      {R"(^{[0-9a-f]{4}}$)", R"(^\{[0-9a-f]{4}\}$)"},
      {R"(x{,2}])", R"(x\{,2\}\])"},
      {R"([\w-.\_\-][a-\d][^-\s]-)", R"([\w\-._\-][a\-\d][^-\s]-)"},
      {R"([\]\[{}][]a])", R"([\]\[{}][]a\])"},
      {R"(\p{L}\u{1F432}\u0041\x41\b\0)", R"(\p{L}\u{1F432}\u0041\x41\b\0)"},
      {"(?:a|(?<n>b))", "(?:a|(?<n>b))"},
      {"a{2", R"(a\{2)"},
      {"", ""},
  };
  for (const auto& [pattern, expected] : cases) {
    EXPECT_EQ(to_unicode_mode(pattern), expected) << pattern;
    EXPECT_EQ(to_unicode_mode(expected), expected) << "spelled right already";
  }
  EXPECT_EQ(to_unicode_mode("(?i)^a$"), std::nullopt);
  for (const char* broken : {"\\", "[", "[\\", "\\p{", "[a-", "\\u{"}) to_unicode_mode(broken);
}

TEST(Pattern, IsNotAppliedWhereRe2HasNoSuchThing) {
  for (const char* pattern : {"^(?=a)", "(?!b)",   "(?<=a)b",      "(?<!a)b", R"((a)\1)", R"(\k<a>)",
                              R"(\Z)",  R"(\a)",   R"(\ud83d)",    "(",       "[a",       "a**",
                              R"(\)",   R"(\u12)", R"(\p{Emoji})", R"(\p{)",  R"([\1])",  R"(\u{110000})",
                              "(?",     "(?<a",    "a{1001}"})
    EXPECT_EQ(matches(pattern, "a"), std::nullopt) << pattern;
}

TEST(Pattern, TakesBoundedTimeAndMemoryWhateverItIs) {
  const std::string text(200'000, 'a');
  EXPECT_EQ(matches("^(a+)+$", text + "b"), false);
  EXPECT_EQ(matches("(a|b)*a(a|b){12}$", text + "b"), true);
  // More instructions than one pattern may have.
  EXPECT_EQ(matches(R"(^(\p{L}{1000}\p{N}{1000})+$)", "a"), std::nullopt);
  EXPECT_EQ(matches(R"(((((((((a{100}){100}){100}){100}){100}){100}){100}))", "a"), std::nullopt);
  EXPECT_EQ(matches("^[a-zA-Z0-9_.-]{1,255}$", "a.b-c"), true);
}

TEST(Pattern, LimitsLargePatternsInASchema) {
  std::size_t large = 1;
  EXPECT_NE(Pattern::compile(R"(^\p{L}{1,64}$)", large), nullptr);
  EXPECT_EQ(large, 0U);
  EXPECT_EQ(Pattern::compile(R"(^\p{L}{1,64}$)", large), nullptr);
  EXPECT_NE(Pattern::compile("^[a-z]+$", large), nullptr);
}

TEST(Pattern, CountsWhatMatchingIsWorth) {
  const auto small = compiled("^a$"), large = compiled("^[a-z]{500}$");
  EXPECT_LT(small->steps(10), 10U);
  EXPECT_GT(large->steps(100'000), 40'000U);
}

TEST(Pattern, FindsNoRoomWhenAllOfThemTakeTooMuch) {
  std::vector<std::unique_ptr<const Pattern>> all;
  for (std::size_t i = 0; i < kMaxAllPatternBytes / kPatternBytes; ++i) {
    all.push_back(compiled("^a$"));
    ASSERT_NE(all.back(), nullptr);
  }
  EXPECT_EQ(compiled("^a$"), nullptr);
  all.pop_back();
  EXPECT_NE(compiled("^a$"), nullptr);
}

}  // namespace
}  // namespace wick::json_schema
