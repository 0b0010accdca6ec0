#include "http/body_text.h"

#include <gtest/gtest.h>

namespace wick::http {
namespace {

std::string text_of(std::string_view body, std::string_view content_type) {
  auto text = body_text(std::string(body), content_type);
  if (!text) return "error: " + text.error().message;
  return *text ? **text : "not text";
}

TEST(BodyText, ReadsTheCharsetInAnyForm) {
  EXPECT_EQ(charset_of("text/plain; charset=utf-8"), "utf-8");
  EXPECT_EQ(charset_of("text/plain;Charset=\"ISO-8859-1\"; x=y"), "ISO-8859-1");
  EXPECT_EQ(charset_of("text/plain; boundary=\"a;charset=b\"; charset = latin1 ; q=1"), "latin1");
  EXPECT_EQ(charset_of("text/plain"), "");
  EXPECT_EQ(charset_of("text/plain; charset="), "");
  EXPECT_EQ(charset_of(""), "");
}

TEST(BodyText, DecodesByTheCharset) {
  EXPECT_EQ(text_of("Gr\xFC\xDF"
                    "e",
                    "text/plain; charset=iso-8859-1"),
            "Gr\u00fc\u00dfe");
  EXPECT_EQ(text_of("{\"n\":\"M\xFCller\"}", "application/json; charset=windows-1252"),
            "{\"n\":\"M\u00fcller\"}");
  EXPECT_EQ(text_of("\xC3\xA9", "text/plain; charset=latin1"), "\u00c3\u00a9");
  EXPECT_EQ(text_of(std::string_view("{\0}\0", 4), "application/json; charset=utf-16le"), "{}");
  EXPECT_EQ(text_of(std::string_view("\0{\0}", 4), "application/json; charset=utf-16"), "{}");
  EXPECT_EQ(text_of("x", "text/plain; charset=klingon"),
            "error: The character set \"klingon\" is not supported.");
}

TEST(BodyText, JsonIsUtf8UnlessItCannotBe) {
  EXPECT_EQ(text_of("{\"n\":\"\u00e9\"}", "application/json; charset='utf-8'"), "{\"n\":\"\u00e9\"}");
  EXPECT_EQ(text_of("{\"n\":\"\u00e9\"}", "application/json; charset=klingon"), "{\"n\":\"\u00e9\"}");
  EXPECT_EQ(text_of("{\"n\":\"\u00e9\"}", "application/json; charset=iso-8859-1"), "{\"n\":\"\u00e9\"}");
  EXPECT_EQ(text_of("{\"n\":\"\xE9\"}", "application/json"), "{\"n\":\"\uFFFD\"}");
  EXPECT_EQ(text_of(std::string_view("{\0}\0", 4), "application/json"), "{}");
}

TEST(BodyText, AByteOrderMarkSaysTheEncoding) {
  EXPECT_EQ(text_of("\uFEFF{}", "application/json"), "{}");
  EXPECT_EQ(text_of("\uFEFF\u00e9", "text/plain; charset=iso-8859-1"), "\u00e9");
  EXPECT_EQ(text_of(std::string_view("\xFF\xFE"
                                     "a\0",
                                     4),
                    "text/csv"),
            "a");
  EXPECT_EQ(text_of(std::string_view("\xFE\xFF\0a", 4), "text/csv; charset=utf-8"), "a");
}

TEST(BodyText, TextWithoutCharsetIsReadAsBrowsersDo) {
  EXPECT_EQ(text_of("\u00e9", "text/plain"), "\u00e9");
  EXPECT_EQ(text_of("\xE9", "text/plain"), "\u00e9");
  EXPECT_EQ(text_of("<?xml version=\"1.0\" encoding='iso-8859-15'?><a>\xA4</a>", "application/xml"),
            "<?xml version=\"1.0\" encoding='iso-8859-15'?><a>\u20ac</a>");
  EXPECT_EQ(text_of("<?xml encoding=", "text/xml"), "<?xml encoding=");
  EXPECT_EQ(text_of("\xE9<?xml encoding=", "text/xml"), "\u00e9<?xml encoding=");
  EXPECT_EQ(text_of("<?xml encoding=\xE9", "text/xml"), "<?xml encoding=\u00e9");
}

TEST(BodyText, OtherTypesAreTextWhenTheyAreUtf8) {
  EXPECT_EQ(text_of("\xFF\xD8\xFF", "image/jpeg"), "not text");
  EXPECT_EQ(text_of("%PDF \xE2", "application/pdf;charset=ISO-8859-1"), "not text");
  EXPECT_EQ(text_of("\xE9", ""), "not text");
  EXPECT_EQ(text_of("plain", "application/octet-stream"), "plain");
  EXPECT_EQ(text_of("", ""), "");
}

}  // namespace
}  // namespace wick::http
