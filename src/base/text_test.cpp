#include "base/text.h"

#include <gtest/gtest.h>

#include "base/id.h"
#include "base/json.h"
#include "base/time.h"

namespace wick {
namespace {

TEST(Text, OverlongAndSurrogateSequencesAreNotUtf8) {
  EXPECT_TRUE(is_valid_utf8("grüße 🕯"));
  EXPECT_FALSE(is_valid_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_valid_utf8("abc\xE2\x82"));
}

TEST(Text, TruncationNeverCutsACharacter) {
  EXPECT_EQ(truncate_utf8("aé", 2), "a");
}

TEST(Text, Base64UrlRoundTripsAndRefusesForeignCharacters) {
  const std::string bytes("\x00\xff\x10wick", 7);
  EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
  EXPECT_FALSE(from_base64url("ab+c"));
}

TEST(Text, PercentDecodingRefusesBrokenEscapes) {
  EXPECT_EQ(percent_decode("a%20b"), "a b");
  EXPECT_FALSE(percent_decode("a%2"));
  EXPECT_FALSE(percent_decode("a%zz"));
}

TEST(Text, SlugKeepsLettersAndDigits) {
  EXPECT_EQ(slug("Jira (EU) 2"), "jira_eu_2");
}

TEST(Time, Rfc3339RoundTripsAndKnowsOffsets) {
  const auto time = parse_rfc3339("2026-07-28T11:30:00.250+02:00");
  ASSERT_TRUE(time);
  EXPECT_EQ(format_rfc3339(*time), "2026-07-28T09:30:00.250Z");
  EXPECT_FALSE(parse_rfc3339("2026-02-30T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("yesterday"));
}

TEST(Id, LaterUuidsSortLaterAndRoundTrip) {
  const UserId id = UserId::make();
  EXPECT_EQ(UserId::parse(id.str()), id);
  EXPECT_EQ(id.str()[14], '7');
  EXPECT_FALSE(UserId::parse("not-an-id"));
}

TEST(Json, DeepNestingIsRefusedWithTheLimit) {
  const auto deep = parse_json(std::string(1000, '['));
  ASSERT_FALSE(deep);
  EXPECT_NE(deep.error().message.find("64"), std::string::npos);
  EXPECT_FALSE(parse_json("{} x"));
  EXPECT_FALSE(parse_json("\"\xff\""));
  EXPECT_FALSE(parse_json(""));
}

TEST(Json, AnUnknownFieldIsNamed) {
  const auto value = parse_json(R"({"name":"a","nmae":"b"})");
  const auto checked = only_fields(value->get_object(), {"name"});
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("nmae"), std::string::npos);
}

TEST(Text, PrintableTextHasNoTerminalControls) {
  EXPECT_EQ(printable("\x1b[2J a\r\nb\x7f"), "?[2J a??b?");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "?31m");
  EXPECT_EQ(printable("Zoë, 東京"), "Zoë, 東京");
}

TEST(Text, ReplacesIllFormedUtf8ByMaximalSubparts) {
  // Table 3-8 of the Unicode Standard, and its neighbours.
  const std::string r = "\uFFFD";
  EXPECT_EQ(replace_invalid_utf8("a\xF1\x80\x80\xE1\x80\xC2"
                                 "b\x80"
                                 "c\x80\xBF"
                                 "d"),
            "a" + r + r + r + "b" + r + "c" + r + r + "d");
  EXPECT_EQ(replace_invalid_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
                                 "A"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
                                 "A"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xF4\x91\x92\x93\xFF"
                                 "A\x80\xBF"
                                 "B"),
            r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(replace_invalid_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                                 "A"),
            r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("good \u00e9 \U0001F600"), "good \u00e9 \U0001F600");
  EXPECT_EQ(replace_invalid_utf8(""), "");
  EXPECT_EQ(replace_invalid_utf8("12345678\xE2"), "12345678" + r);
}

}  // namespace
}  // namespace wick
