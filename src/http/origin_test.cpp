#include "http/origin.h"

#include <gtest/gtest.h>

namespace wick::http {
namespace {

bool host_allowed(const OriginPolicy& policy, const std::vector<Field>& fields) {
  Request request;
  request.fields = &fields;
  return policy.host_allowed(request);
}
bool origin_allowed(const OriginPolicy& policy, const std::vector<Field>& fields) {
  Request request;
  request.fields = &fields;
  return policy.origin_allowed(request);
}

TEST(OriginPolicy, AllowsThePublicHostLocalhostAndAddresses) {
  const OriginPolicy policy("https://Wick.example.com");
  for (const char* host :
       {"wick.example.com", "WICK.example.com:443", "localhost:8080", "192.0.2.1", "[2001:db8::1]:8080"})
    EXPECT_TRUE(host_allowed(policy, {{"Host", host}})) << host;
  for (const char* host : {"", "evil.example", "wick.example.com.evil.example", "wick.example.com:8443",
                           "localhost.evil.example"})
    EXPECT_FALSE(host_allowed(policy, {{"Host", host}})) << host;
  EXPECT_TRUE(host_allowed(policy, {}));
}

TEST(OriginPolicy, AllowsThePublicOriginAndTheOneOfTheRequestsHost) {
  const OriginPolicy policy("https://wick.example.com");
  const auto is_allowed = [&](const char* origin, const char* host) {
    return origin_allowed(policy, {{"Host", host}, {"Origin", origin}});
  };
  EXPECT_TRUE(is_allowed("https://wick.example.com", "wick.example.com"));
  EXPECT_TRUE(is_allowed("https://wick.example.com", "localhost:8080"));
  EXPECT_TRUE(is_allowed("http://localhost:8080", "localhost:8080"));
  EXPECT_FALSE(is_allowed("https://evil.example", "wick.example.com"));
  EXPECT_FALSE(is_allowed("http://localhost:8081", "localhost:8080"));
  EXPECT_FALSE(is_allowed("null", "localhost:8080"));
  EXPECT_FALSE(is_allowed("", "localhost:8080"));
  EXPECT_FALSE(is_allowed("http://evil.example@localhost:8080", "localhost:8080"));
}

TEST(OriginPolicy, AllowsNoNameWhileThePublicUrlHasNoPort) {
  const OriginPolicy policy("http://127.0.0.1:0");
  EXPECT_FALSE(host_allowed(policy, {{"Host", "evil.example"}}));
  EXPECT_FALSE(origin_allowed(policy, {{"Host", "127.0.0.1"}, {"Origin", ""}}));
}

TEST(ParseOrigin, GivesTheOriginAsBrowsersSendIt) {
  EXPECT_EQ(parse_origin("HTTPS://App.example.com:443"), "https://app.example.com");
  EXPECT_EQ(parse_origin("http://localhost:6274"), "http://localhost:6274");
  EXPECT_EQ(parse_origin("http://[::1]:80"), "http://[::1]");
  EXPECT_EQ(parse_origin("vscode-webview://Abc"), "vscode-webview://abc");
  for (const char* text :
       {"", "*", "null", "app.example.com", "https://", "https://a/", "https://a?b", "https://a#",
        "https://u@a", "https://a b", "https://*.example.com", "://a", "com.example:/a"})
    EXPECT_FALSE(parse_origin(text)) << text;
}

}  // namespace
}  // namespace wick::http
