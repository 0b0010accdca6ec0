#include "http/cookies.h"

#include <gtest/gtest.h>

namespace wick::http {
namespace {

constexpr CookieType kPage{"page", SameSite::kLax, std::chrono::seconds(60)};
constexpr CookieType kStep{"step", SameSite::kStrict, std::chrono::seconds(5)};

TEST(Cookies, AreBoundToTheOriginWithHttps) {
  EXPECT_EQ(cookie_name("https://wick.example.com", kPage), "__Host-page");
  EXPECT_EQ(set_cookie("https://wick.example.com", kPage, "abc"),
            "__Host-page=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60");
}

TEST(Cookies, AreKeptByBrowsersOverPlainHttp) {
  EXPECT_EQ(cookie_name("http://localhost:8080", kStep), "step");
  EXPECT_EQ(set_cookie("http://localhost:8080", kStep, "abc"),
            "step=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=5");
}

TEST(Cookies, AreRemovedByAnEmptyValue) {
  EXPECT_EQ(set_cookie("https://a", kPage, ""),
            "__Host-page=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
}

}  // namespace
}  // namespace wick::http
