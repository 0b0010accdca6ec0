#include "http/url_text.h"

#include <gtest/gtest.h>

namespace wick::http {
namespace {

TEST(UrlText, LeavesOutTheUserAndThePassword) {
  EXPECT_EQ(without_userinfo("https://ann:pass@example.com/a?b=c@d"), "https://example.com/a?b=c@d");
  EXPECT_EQ(without_userinfo("//ann@example.com"), "//example.com");
  EXPECT_EQ(without_userinfo("https://a:b@c@example.com/"), "https://example.com/");
  EXPECT_EQ(without_userinfo("https://example.com/@x"), "https://example.com/@x");
  EXPECT_EQ(without_userinfo("https://example.com?x=a@b"), "https://example.com?x=a@b");
  EXPECT_EQ(without_userinfo("/items/7?by=a@b//c@d"), "/items/7?by=a@b//c@d");
  EXPECT_EQ(without_userinfo("?x=//a@b"), "?x=//a@b");
  EXPECT_EQ(without_userinfo("7"), "7");
  EXPECT_EQ(without_userinfo(""), "");
}

TEST(UrlText, LeavesOutWhatMayHoldACredential) {
  EXPECT_EQ(without_credentials("https://a:b@example.com:8443/x/y?token=t#f"),
            "https://example.com:8443/x/y");
  EXPECT_EQ(without_credentials("https://example.com/x#access_token=t"), "https://example.com/x");
  EXPECT_EQ(without_credentials("https://example.com/x"), "https://example.com/x");
}

}  // namespace
}  // namespace wick::http
