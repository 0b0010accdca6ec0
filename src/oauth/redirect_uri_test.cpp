#include "oauth/redirect_uri.h"

#include <gtest/gtest.h>

namespace wick {
namespace {

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
  return text;
}

TEST(RedirectUri, AcceptsHttpsLoopbackAndPrivateUseSchemes) {
  for (const char* uri :
       {"https://claude.ai/api/mcp/auth_callback", "https://example.com:8443/cb?x=1", "http://127.0.0.1/cb",
        "http://127.0.0.1:3335/oauth/callback", "http://localhost/callback", "http://[::1]:9/cb",
        "cursor://anysphere.cursor-retrieval/oauth/callback", "vscode://dev/cb", "com.example.app:/oauth"}) {
    EXPECT_TRUE(check_redirect_uri(uri)) << uri;
  }
}

TEST(RedirectUri, RefusesUrisThatRunScriptsOrLeakCodes) {
  for (const char* uri : {"",
                          "/callback",
                          "javascript:alert(1)",
                          "JavaScript:alert(1)",
                          "data:text/html,x",
                          "vbscript:x",
                          "file:///etc/passwd",
                          "blob:https://x/y",
                          "about:blank",
                          "http://example.com/cb",
                          "http://127.0.0.1.example.com/cb",
                          "http://localhost@example.com/cb",
                          "https://user:pw@example.com/cb",
                          "https:///cb",
                          "https://example.com/#f",
                          "https://*.example.com/cb",
                          "https://example.com/\r\nX: y",
                          "https://exa mple.com/",
                          "myapp:/cb",
                          "ftp://x/y",
                          "http://localhost:80x/",
                          "http://127.0.0.1:/cb",
                          "https://example.com\\@evil.com/",
                          "https://example.com@evil.com@x/",
                          "https://example.com/a/../cb",
                          "https://0x7f.1/cb",
                          "http://127.1/cb",
                          "https://exam%70le.com/cb",
                          "https://example.com:0/cb",
                          ".x:/cb"}) {
    EXPECT_FALSE(check_redirect_uri(uri)) << uri;
  }
}

TEST(RedirectUri, AcceptsSchemesOfKnownAppsWithoutADot) {
  for (const char* uri :
       {"vscode-insiders://dev/cb", "VSCode://dev/cb", "zed://oauth", "windsurf:/cb", "claude://cb",
        "kiro://kiro.agent/cb", "raycast://oauth?package=x", "warp://mcp/oauth2callback"})
    EXPECT_TRUE(check_redirect_uri(uri)) << uri;
}

TEST(RedirectUri, AcceptsOtherSchemesThatTheOperatorAllows) {
  EXPECT_FALSE(check_redirect_uri("myapp:/cb"));
  EXPECT_TRUE(check_redirect_uri("myapp:/cb", {"myapp"}));
  EXPECT_TRUE(check_redirect_uri("MyApp:/cb", {"myapp"}));
  EXPECT_FALSE(check_redirect_uri("myapp2:/cb", {"myapp"}));
  EXPECT_FALSE(check_redirect_uri("myapp://user@host/cb", {"myapp"}));
}

TEST(RedirectUri, RefusesSchemesOfBrowsersAndSystemsEvenIfAllowed) {
  for (const std::string scheme :
       {"javascript",  "data",    "file",   "vbscript", "blob", "about",  "filesystem",
        "view-source", "http",    "ftp",    "ws",       "wss",  "chrome", "chrome-extension",
        "intent",      "content", "mailto", "tel",      "sms",  "shell",  "search-ms",
        "ms-msdt",     "jar",     "ssh"}) {
    EXPECT_FALSE(check_redirect_scheme(scheme)) << scheme;
    EXPECT_FALSE(check_redirect_uri(scheme + "://x/cb", {scheme})) << scheme;
    EXPECT_FALSE(check_redirect_uri(upper(scheme) + ":x", {scheme})) << scheme;
  }
  for (const char* wrong : {"", "My", "1app", "my app", "my:", "my/app", "-a"})
    EXPECT_FALSE(check_redirect_scheme(wrong)) << wrong;
  EXPECT_TRUE(check_redirect_scheme("myapp"));
}

TEST(RedirectUri, LoopbackAndPrivateUseSchemesStayOnTheDevice) {
  for (const char* uri : {"http://localhost:1/cb", "cursor://x/y", "com.example.app:/cb"})
    EXPECT_TRUE(is_local_redirect(uri)) << uri;
  for (const char* uri : {"https://localhost/cb", "https://example.com/cb", ""})
    EXPECT_FALSE(is_local_redirect(uri)) << uri;
}

TEST(RedirectUri, MatchesAsAWholeStringButForTheLoopbackPort) {
  EXPECT_TRUE(redirect_uri_matches("https://example.com/cb", "https://example.com/cb"));
  EXPECT_TRUE(redirect_uri_matches("http://localhost/callback", "http://localhost:54321/callback"));
  EXPECT_TRUE(redirect_uri_matches("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb"));
  EXPECT_TRUE(redirect_uri_matches("http://[::1]/cb", "http://[::1]:7/cb"));
  const std::pair<const char*, const char*> others[] = {
      {"https://example.com/cb", "https://example.com/cb/"},
      {"https://example.com/cb", "https://example.com:444/cb"},
      {"https://example.com/cb", "https://example.com/cb?x"},
      {"https://example.com/cb", "https://EXAMPLE.com/cb"},
      {"http://localhost/cb", "http://127.0.0.1/cb"},
      {"http://localhost/cb", "https://localhost/cb"},
      {"http://localhost/cb", "http://localhost:1/cb2"},
      {"http://localhost/cb", "http://localhost:1@evil.com/cb"},
      {"http://localhost/cb", "http://localhost.evil.com/cb"},
      {"http://localhost/cb", "http://localhost:1/cb#x"}};
  for (const auto& [registered, requested] : others)
    EXPECT_FALSE(redirect_uri_matches(registered, requested)) << requested;
}

TEST(RedirectUri, IsNamedForAPerson) {
  EXPECT_EQ(describe_redirect("https://claude.ai/cb"), "claude.ai");
  EXPECT_EQ(describe_redirect("http://localhost:1/cb"), "this computer");
  EXPECT_EQ(describe_redirect("cursor://x/y"), "the app cursor");
}

}  // namespace
}  // namespace wick
