#include "base/visible_text.h"

#include <gtest/gtest.h>

namespace wick {
namespace {

bool is_name(std::string_view text) {
  return check_name("The name", text, 100).has_value();
}

TEST(VisibleText, NamesOfAnyScriptAreTaken) {
  for (const char* name :
       {"Laptop", "Zoë’s Büro", "日本語 トークン", "مكتب القاهرة", "עמדה", "Иван", "नमस्ते", "ประเทศไทย"})
    EXPECT_TRUE(is_name(name)) << name;
}

TEST(VisibleText, JoinersAndStylesAreTakenWhereScriptsAndEmojiNeedThem) {
  EXPECT_TRUE(is_name("می\u200Cخواهم"));         // Persian: "I want"
  EXPECT_TRUE(is_name("👩\u200D💻 laptop"));       // one emoji of two
  EXPECT_TRUE(is_name("🏳\uFE0F\u200D🌈"));  // with a style between
  EXPECT_TRUE(is_name("❤\uFE0F"));
  EXPECT_TRUE(is_name("1\uFE0F\u20E3"));  // keycap
  EXPECT_FALSE(is_name("lap\u200Dtop"));
  EXPECT_FALSE(is_name("lap\u200Ctop"));
  EXPECT_FALSE(is_name("laptop\uFE0F"));
  EXPECT_FALSE(is_name("👩\u200D"));
  EXPECT_FALSE(is_name("👩\u200D\u200D💻"));
}

TEST(VisibleText, RefusesInvisibleAndBidiCharactersInNames) {
  const char* characters[] = {"\x01",   "\t",     "\n",         "\x7F",       "\u0085",     "\u00AD",
                              "\u034F", "\u061C", "\u115F",     "\u180E",     "\u200B",     "\u200E",
                              "\u200F", "\u2028", "\u2029",     "\u202A",     "\u202B",     "\u202C",
                              "\u202D", "\u202E", "\u2060",     "\u2066",     "\u2067",     "\u2068",
                              "\u2069", "\u206F", "\u2800",     "\u3164",     "\uFE00",     "\uFEFF",
                              "\uFFA0", "\uFFF9", "\U0001D173", "\U000E0001", "\U000E0041", "\U000E0100"};
  for (const std::string character : characters) {
    EXPECT_FALSE(is_name("a" + character + "b")) << character;
    EXPECT_FALSE(is_name("é" + character + "é")) << character;
    EXPECT_EQ(visible_text("é" + character + "é").find(character), std::string::npos);
  }
  EXPECT_FALSE(is_name("\u202Eabc"));
  EXPECT_FALSE(is_name("abc\u202E"));
}

TEST(VisibleText, RefusesBlankNames) {
  for (const char* name : {"", "  ", "\u00A0", "\u3000 \u2003", "\u200B"}) EXPECT_FALSE(is_name(name));
}

TEST(VisibleText, TheErrorNamesTheCharacterAndSaysWhatToDo) {
  const auto checked = check_name("The label", "pay\u202Elap", 60);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(checked.error().message,
            "The label holds U+202E, a character that is invisible or changes how the text around it is "
            "read: delete "
            "it, or type the text again.");
  EXPECT_EQ(check_name("The label", std::string(61, 'a'), 60).error().message,
            "The label must be 1 to 60 bytes of text.");
}

TEST(VisibleText, ADescriptionMayBeEmptyAndHaveLines) {
  EXPECT_TRUE(check_description("The description", "", 100));
  EXPECT_TRUE(check_description("The description", "one\n\ttwo\r\nthree", 100));
  EXPECT_FALSE(check_description("The description", "one\u2066two", 100));
  EXPECT_FALSE(check_description("The description", "one\rtwo", 100));
  EXPECT_FALSE(check_description("The description", std::string(101, 'a'), 100));
}

TEST(VisibleText, NamesFromElsewhereLoseWhatIsHidden) {
  EXPECT_EQ(visible_text("Desk\u202Eppa\u202C \u200Btop"), "Deskppa top");
  EXPECT_EQ(visible_text("one\r\ntwo"), "one two");
  EXPECT_EQ(visible_text("\u200B\u202E"), "");
  EXPECT_EQ(visible_text("\u00A0\u3000"), "");
  EXPECT_EQ(visible_text("a\xFF"), "a\xEF\xBF\xBD");
  EXPECT_EQ(visible_text("👩\u200D💻"), "👩\u200D💻");
}

}  // namespace
}  // namespace wick
