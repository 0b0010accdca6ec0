#include "base/charset.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace wick {
namespace {

std::string decoded(std::string_view bytes, std::string_view label) {
  auto text = decode_charset(std::string(bytes), label);
  return text ? *text : "error: " + text.error().message;
}

TEST(Charset, ReadsTheSingleByteSetsOfTheWeb) {
  for (const char* label :
       {"iso-8859-1", "ISO-8859-1", "latin1", "windows-1252", "cp1252", "us-ascii", " Latin1 "})
    EXPECT_EQ(decoded("Gr\xFC\xDF"
                      "e \x80",
                      label),
              "Gr\u00fc\u00dfe \u20ac")
        << label;
  EXPECT_EQ(decoded("\x81\x9F\xFF", "windows-1252"), "\u0081\u0178\u00ff");
}

TEST(Charset, ReadsUtf16OfEitherOrderWithAndWithoutAMark) {
  const std::string little(
      "\xFF\xFE"
      "a\0\xE9\0\x3D\xD8\x00\xDE",
      10),
      big("\xFE\xFF\0a\0\xE9\xD8\x3D\xDE\x00", 10);
  for (const char* label : {"utf-16", "UTF-16LE"}) {
    EXPECT_EQ(decoded(little, label), "a\u00e9\U0001F600");
    EXPECT_EQ(decoded(little.substr(2), label), "a\u00e9\U0001F600");
  }
  for (const char* label : {"utf-16", "utf-16be"}) {
    EXPECT_EQ(decoded(big, label), "a\u00e9\U0001F600");
    EXPECT_EQ(decoded(big.substr(2), label), "a\u00e9\U0001F600");
  }
  EXPECT_EQ(decoded(std::string_view("a\0\x3D\xD8"
                                     "b\0\x00\xDE"
                                     "c",
                                     9),
                    "utf-16le"),
            "a\uFFFDb\uFFFD\uFFFD");
}

TEST(Charset, ReadsWhatTheCLibraryKnows) {
  EXPECT_EQ(decoded("\x93\xFA\x96\x7B", "Shift_JIS"), "\u65e5\u672c");
  EXPECT_EQ(decoded("\xD6\xD0\xCE\xC4", "gb2312"), "\u4e2d\u6587");
  EXPECT_EQ(decoded("\xD0\xD2\xC9", "koi8-r"), "\u043f\u0440\u0438");
  EXPECT_EQ(decoded("\xA4", "iso-8859-15"), "\u20ac");
  EXPECT_EQ(decoded("\x1B$BF|K\\\x1B(B", "iso-2022-jp"), "\u65e5\u672c");
  // An incomplete character at the end, one that does not exist in the middle.
  EXPECT_EQ(decoded("a\x93", "shift_jis"), "a\uFFFD");
  EXPECT_EQ(decoded("a\xFF"
                    "b",
                    "euc-jp"),
            "a\uFFFD"
            "b");
}

TEST(Charset, EveryDecodedTextIsValidUtf8AndOfBoundedSize) {
  std::string all;
  for (int i = 0; i < 100'000; ++i) all += char(i * 7 + i / 256);
  for (const char* label :
       {"utf-8", "latin1", "utf-16", "utf-16be", "shift_jis", "gb18030", "big5", "euc-kr", "iso-2022-kr",
        "iso-2022-cn-ext", "utf-7", "utf-32", "ibm1390", "tscii", "iso-8859-8", "hz"}) {
    const auto text = decode_charset(all, label);
    if (!text) continue;  // not installed
    EXPECT_TRUE(is_valid_utf8(*text)) << label;
    EXPECT_LE(text->size(), 6 * all.size()) << label;
  }
}

TEST(Charset, AnUnknownOneIsNamed) {
  EXPECT_EQ(decoded("a", "klingon"), "error: The character set \"klingon\" is not supported.");
  for (const char* label : {"utf-8//translit", "../../x", "a b", "utf-8\nx", "char\xFF"})
    EXPECT_TRUE(decoded("a", label).starts_with("error: The character set ")) << label;
  EXPECT_TRUE(is_valid_utf8(decoded("a", std::string(39, 'x') + "\u00e9\u00e9")));
  EXPECT_LT(decoded("a", std::string(10'000, 'x')).size(), 200u);
}

}  // namespace
}  // namespace wick
