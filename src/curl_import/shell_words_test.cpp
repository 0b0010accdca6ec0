// Shell lines as words.
#include "curl_import/curl_fixture.h"

namespace wick {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> words(std::string_view text) {
  auto line = split_shell(text);
  EXPECT_TRUE(line) << line.error().message;
  return line ? line->words : std::vector<std::string>();
}

TEST(ShellWords, QuotesOfBash) {
  EXPECT_THAT(words(R"(curl 'a "b" $c \n' "d 'e' \" \\ \n \$f" g\ h i"j"'k')"),
              ElementsAre("curl", R"(a "b" $c \n)", R"(d 'e' " \ \n $f)", "g h", "ijk"));
  EXPECT_THAT(words(R"(curl 'it'\''s' "" '')"), ElementsAre("curl", "it's", "", ""));
  EXPECT_THAT(words(R"(curl $'a\n\t\'\\\x41\u00e9\U0001F600\101' $"b")"),
              ElementsAre("curl",
                          "a\n\t'\\A\xC3\xA9\xF0\x9F\x98\x80"
                          "A",
                          "b"));
  EXPECT_THAT(words(R"(curl $'\ud83d\ude00 \xe9')"), ElementsAre("curl", "\xF0\x9F\x98\x80 \xC3\xA9"))
      << "as Chrome and Firefox write them";
}

TEST(ShellWords, LinesGoOnAndCommentsDoNotCount) {
  EXPECT_THAT(words("curl a \\\n  b \\\r\n  c # the end\n"), ElementsAre("curl", "a", "b", "c"));
  EXPECT_THAT(words("# first\n$ curl a"), ElementsAre("curl", "a"));
  EXPECT_THAT(words("$ curl a#b"), ElementsAre("curl", "a#b"));
  EXPECT_THAT(words("curl a \\  \n -H b"), ElementsAre("curl", "a", "-H", "b"))
      << "blanks after the backslash";
  EXPECT_THAT(words("curl a\n  -H b"), ElementsAre("curl", "a", "-H", "b")) << "the backslash got lost";
}

TEST(ShellWords, LeavesOutPipesThatShowTheOutput) {
  for (const char* end :
       {" | jq .", " | jq '.[] | .id' | head -3", " > out.json", " 2>/dev/null", " >/dev/null 2>&1",
        " | python3 -m json.tool", ";", " &> log | tee x", " -s \\\n | jq ."}) {
    EXPECT_THAT(words("curl https://a.example" + std::string(end)).at(1), "https://a.example") << end;
    EXPECT_LE(words("curl https://a.example" + std::string(end)).size(), 3u) << end;
  }
}

TEST(ShellWords, VariablesAreMarked) {
  const auto mark = [](const std::string& name) {
    return std::string(kVariableOpen) + name + std::string(kVariableClose);
  };
  EXPECT_THAT(
      words(R"(curl $A/x "${B}-$C" '$D' \$E ${F:-g}/5$)"),
      ElementsAre("curl", mark("A") + "/x", mark("B") + "-" + mark("C"), "$D", "$E", mark("F") + "/5$"));
}

TEST(ShellWords, CaretsOfCmd) {
  EXPECT_THAT(
      words("curl ^\"https://a.example/?q=1^&r=^%^20x^\" ^\n  -H ^\"a: b^\" ^\r\n"
            "  --data-raw ^\"^{^\\^\"a^\\^\":^\\^\"x^\\\\y^\\^\"^}^\""),
      ElementsAre("curl", "https://a.example/?q=1&r=%20x", "-H", "a: b", "--data-raw", R"({"a":"x\y"})"));
  EXPECT_THAT(words("curl \"https://a.example/\" ^\n -H \"x: y\" ^\n --data-raw \"{\\\"a\\\":\\\"^%b\\\"}\""),
              ElementsAre("curl", "https://a.example/", "-H", "x: y", "--data-raw", R"({"a":"%b"})"))
      << "for cmd the third \\\" closes what the second opened: the caret is outside quotes";
  EXPECT_THAT(words("curl \"https://a.example/^x\" ^\n -H \"x: c:\\\\d\"").at(1), "https://a.example/^x")
      << "and inside quotes it is itself";
  EXPECT_THAT(words("curl ^\"https://a.example/^\" --data-raw ^\"one^\n\ntwo^\"").at(3), "one\ntwo");
}

TEST(ShellWords, ReplacesVariablesThatAreSetBeforeTheCommand) {
  EXPECT_EQ(read("A=1 B=2 A=3 curl https://a.example/$A/${B}/$C").path, "/{id}/{id_2}/{c}");
  EXPECT_EQ(read("export H=a.example; curl https://$H/x").base, "https://a.example");
  const Read secret = read("T=topsecret-4711; curl https://a.example/x -H \"Authorization: Bearer $T\"");
  EXPECT_EQ(secret.auth + " " + secret.secret, "bearer topsecret-4711");
  EXPECT_THAT(refusal("A=" + std::string(30'000, 'x') + " curl https://a.example/$A$A$A"),
              HasSubstr("too long"));
  std::string many;
  for (int i = 0; i < 9'000; ++i) many += "A=1 ";
  EXPECT_EQ(read(many + "curl https://a.example/$A").path, "/{id}");
}

TEST(ShellWords, PromptsBacktickAndBlanksAreReadInTimeThatGrowsWithThem) {
  for (const char* part :
       {"` ", "$ ", "\u00A0", "\u201C'", "> \n", "\u2014", "# curl\n", "A=1;", "`\n", "\"\"", "&& "}) {
    std::string text = "$ curl.exe ";
    while (text.size() < 60'000) text += part;
    (void)split_shell(text);
    (void)split_shell(text + "curl https://a.example");
  }
}

TEST(ShellWords, EmptyLinesAreReadInTimeThatGrowsWithThem) {
  const std::string lines(60'000, '\n');
  const auto bash = split_shell("curl https://example.com" + lines + "-s");
  ASSERT_TRUE(bash);
  EXPECT_EQ(bash->words.size(), 3u);
  EXPECT_TRUE(split_shell("curl ^\n \"" + lines + "x\""));
}

}  // namespace
}  // namespace wick
