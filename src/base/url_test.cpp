#include "base/url.h"

#include <gtest/gtest.h>

namespace wick {
namespace {

using std::string_literals::operator""s;

TEST(Url, HasTheComponentsOfRfc3986) {
  const auto url = Url::parse("HTTPS://MCP.Example.com:8443/A/b%20c?d=e?/#f");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->text(), "HTTPS://MCP.Example.com:8443/A/b%20c?d=e?/#f");
  EXPECT_EQ(url->scheme(), "https");
  EXPECT_TRUE(url->is_https());
  EXPECT_EQ(url->host(), "mcp.example.com");
  EXPECT_EQ(url->written_host(), "MCP.Example.com");
  EXPECT_EQ(url->port(), 8443);
  EXPECT_EQ(url->authority(), "mcp.example.com:8443");
  EXPECT_EQ(url->origin(), "https://mcp.example.com:8443");
  EXPECT_EQ(url->path(), "/A/b%20c");
  EXPECT_EQ(url->query(), "?d=e?/");
  EXPECT_EQ(url->fragment(), "#f");
}

TEST(Url, KeepsItsComponentsWhenItIsCopiedAndMoved) {
  auto first = Url::parse("https://a/b?c#d");
  ASSERT_TRUE(first);
  const Url copy = *first;
  const Url moved = std::move(*first);
  for (const Url& url : {copy, moved}) {
    EXPECT_EQ(url.path(), "/b");
    EXPECT_EQ(url.query(), "?c");
    EXPECT_EQ(url.fragment(), "#d");
  }
}

TEST(Url, TellsAnEmptyComponentFromOneThatIsAbsent) {
  const auto bare = Url::parse("https://a");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->path(), "");
  EXPECT_EQ(bare->query(), "");
  EXPECT_EQ(bare->fragment(), "");
  const auto empty = Url::parse("https://a/?#");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->path(), "/");
  EXPECT_EQ(empty->query(), "?");
  EXPECT_EQ(empty->fragment(), "#");
  EXPECT_EQ(Url::parse("https://a#b?c")->query(), "");
}

TEST(Url, HasAnOriginWithoutADefaultPort) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://a", "https://a"},
      {"HTTPS://A:443/x", "https://a"},
      {"http://a:80", "http://a"},
      {"http://a:443", "http://a:443"},
      {"https://a:80", "https://a:80"},
      {"https://a:0443/", "https://a"},
      {"https://a:65535/", "https://a:65535"},
      {"https://a./", "https://a."},  // not the origin of https://a
      {"http://[::1]:8080", "http://[::1]:8080"},
      {"http://[2001:DB8:0:0:0:0:0:1]", "http://[2001:db8::1]"},
      {"http://[::FFFF:192.0.2.1]", "http://[::ffff:192.0.2.1]"},
      {"https://a#b", "https://a"},
      {"vscode-webview://Abc-1", "vscode-webview://abc-1"},
      {"myapp://a:443", "myapp://a:443"},
      {"com.example.app:/cb", "null"},
      {"urn:uuid:1", "null"},
  };
  for (const auto& [text, origin] : cases) {
    const auto url = Url::parse(text);
    ASSERT_TRUE(url) << text << ": " << url.error().message;
    EXPECT_EQ(url->origin(), origin) << text;
  }
}

TEST(Url, MayHaveAHostThatOnlyBeginsLikeAnAddress) {
  for (const char* host : {"192.0.2.1.sslip.io", "1.example", "10.0.0.1.nip.io.", "0x7f.example", "1a",
                           "256.example", "xn--bcher-kva.example", "a_b.example", "-a", "3com.com"}) {
    const auto url = Url::parse_http("http://" + std::string(host) + ":81/p[1]?q[]=2");
    ASSERT_TRUE(url) << host << ": " << url.error().message;
    EXPECT_EQ(url->host(), host);
    EXPECT_EQ(url->port(), 81);
    EXPECT_EQ(url->path(), "/p[1]");
    EXPECT_EQ(url->query(), "?q[]=2");
  }
}

TEST(Url, IsRefusedWhereParsersDisagreeAboutTheHost) {
  const std::string texts[] = {
      // Two "@", a "\", or something behind the brackets: which part is the host?
      "https://a@b@c/", "https://good.example@evil.example/", "https://@a/", "https://a:b@c/",
      "https://a:80@b/", "https://1@b/", "https://a\\@b/", "https://a\\b", "https:\\\\a/", "https://[::1]x/",
      "https://[::1].example/", "https://[::1]@b/", "https://x[::1]/",
      // No host, or none behind two slashes.
      "https://", "https:///x", "https://:80/", "https://?x", "https://#x", "https:a", "https:/a",
      "http:/host", "//host", "/x", "a.example", "", "https:", ":", "://a",
      // Percent-encoding in a host.
      "https://a%2eb/", "https://a%00b/", "https://%61/", "https://a%2Fb/", "https://[::1%25eth0]/",
      "https://[fe80::1%eth0]/",
      // What some parsers take for an IPv4 address.
      "https://0x7f.1/", "https://0x7F000001/", "https://017700000001/", "https://2130706433/",
      "https://127.1/", "https://1.2.3/", "https://1.2.3.4.5/", "https://127.0.0.1./", "https://01.2.3.4/",
      "https://1.2.3.08/", "https://256.1.1.1/", "https://a.1/", "https://a.0x/", "https://a.0xf./",
      "http://0/",
      // Brackets around something else.
      "https://[v1.a]/", "https://[::1/", "https://::1/", "https://[]/", "https://[1::2::3]/",
      "https://[127.0.0.1]/", "https://[a]/",
      // Names that are none.
      "https://./", "https://../", "https://a..b/", "https://.a/", "https://a;b/", "https://a,b/",
      "https://a~b/", "https://a'b/", "https://*.a/", "https://{a}/", "https://a b/",
      "https://\xC3\xA4.example/", "https://\xEF\xBC\x91.1.1.1/", std::string("https://a\xE3\x80\x82") + "b/",
      "https://" + std::string(kMaxHostBytes + 1, 'a') + "/"};
  for (const std::string& text : texts) {
    const auto url = Url::parse(text);
    EXPECT_FALSE(url) << text;
    EXPECT_EQ(url ? ErrorCode::kInternal : url.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(Url::parse("https://" + std::string(kMaxHostBytes, 'a') + "./"));
}

TEST(Url, IsRefusedWithAPortThatIsNone) {
  for (const char* text :
       {"https://a:/", "https://a:", "https://a:0/", "https://a:65536/", "https://a:99999999999999999999/",
        "https://a:+80/", "https://a:-1/", "https://a:8 0/", "https://a:80:80/", "https://a:x/",
        "https://[::1]:/", "https://a:0x50/"})
    EXPECT_FALSE(Url::parse(text)) << text;
}

TEST(Url, IsRefusedWithCharactersThatAreNotOfAUrl) {
  for (const std::string& text :
       {" https://a/"s,        "https://a/ "s,    "https://a/b c"s,      "https://a\t/"s,
        "https://a/\r\nX: y"s, "https://a/\x01"s, "https://a/\x7F"s,     "https://a\0b/"s,
        "https://a/b\0c"s,     "https://a/b|c"s,  "https://a/b\"c"s,     "https://a/<b>"s,
        "https://a/{b}"s,      "https://a/b^c"s,  "https://a/`"s,        "https://a/b\\c"s,
        "https://a/?b\\c"s,    "https://a/#b#c"s, "https://a/\xC3\xA4"s, "https://a/%"s,
        "https://a/%2"s,       "https://a/%zz"s,  "https://a/?%g0"s,     "a[b://c/"s})
    EXPECT_FALSE(Url::parse(text)) << text;
}

TEST(Url, IsRefusedWithDotSegments) {
  for (const char* path :
       {"/.", "/..", "/./", "/a/../b", "/a/./b", "/a/%2e%2E/b", "/.%2e", "/%2E/b", "//../b"})
    EXPECT_FALSE(Url::parse("https://a" + std::string(path))) << path;
  for (const char* path :
       {"/...", "/a.", "/.a", "/a..b", "/%2e%2e%2e", "/%2ea", "/a?/../b", "/a#/../b", "//b", "/a//"})
    EXPECT_TRUE(Url::parse("https://a" + std::string(path))) << path;
}

TEST(Url, HasALimitedLength) {
  const std::string start = "https://a/";
  EXPECT_TRUE(Url::parse(start + std::string(kMaxUrlBytes - start.size(), 'x')));
  const auto longer = Url::parse(start + std::string(kMaxUrlBytes - start.size() + 1, 'x'));
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().message, "The URL is longer than 8000 characters.");
  EXPECT_FALSE(Url::parse("https://a/")->resolve(std::string(kMaxUrlBytes, 'x')));
}

TEST(Url, AnAppUrlMayHaveNoHost) {
  const auto url = Url::parse("com.Example.app:/cb?x");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme(), "com.example.app");
  EXPECT_EQ(url->host(), "");
  EXPECT_EQ(url->port(), std::nullopt);
  EXPECT_EQ(url->path(), "/cb");
  EXPECT_TRUE(Url::parse("com.example.app:///cb"));
  EXPECT_EQ(Url::parse("cursor://anysphere.cursor-retrieval/cb")->host(), "anysphere.cursor-retrieval");
  EXPECT_EQ(Url::parse("cursor://1/cb")->host(), "1");
  for (const char* text :
       {"myapp://user@host/cb", "myapp://a%2eb/", "myapp://a:x/", "1app:/cb", "my_app:/cb"})
    EXPECT_FALSE(Url::parse(text)) << text;
  for (const char* text : {"com.example.app:/cb", "ftp://a/", "javascript:alert(1)", "ws://a/"}) {
    EXPECT_TRUE(Url::parse(text)) << text;
    EXPECT_FALSE(Url::parse_http(text)) << text;
  }
}

TEST(Url, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://me:pw@a/", "The URL has a user or a password."},
      {"https:///x", "The URL has no host."},
      {"https://a:99999/", "The URL has a port that is not a number from 1 to 65535."},
      {"https://a/b c", "The URL has a space, a line break or a control character."},
      {"https://b\xC3\xBC"
       "cher.example/",
       "The URL has non-ASCII characters: percent-encode them, and write a host name in its ASCII form, "
       "xn--…."},
      {"https://a/../b", "The URL has \".\" or \"..\" as a part of its path: write the path without it."},
      {"https://2130706433/",
       "The URL has a host that is neither a name nor an IPv4 address of four decimal numbers."},
      {"ftp://a/", "The URL must begin with https:// or http://."},
  };
  for (const auto& [text, message] : cases) {
    const auto url = Url::parse_http(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().message, message);
  }
}

TEST(Url, IsLoopbackUnderThreeNamesOnly) {
  for (const char* text : {"http://127.0.0.1:8080/", "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/",
                           "http://LocalHost/", "https://localhost"})
    EXPECT_TRUE(Url::parse(text)->is_loopback()) << text;
  for (const char* text : {"http://127.0.0.2/", "http://localhost./", "http://localhost.example/",
                           "http://127.0.0.1.example/", "http://[::2]/", "http://[::ffff:127.0.0.1]/"})
    EXPECT_FALSE(Url::parse(text)->is_loopback()) << text;
}

TEST(Url, ResolvesAReferenceWithinOrOutsideOfItsOrigin) {
  const auto base = Url::parse("https://A.example:8443/b/c?d#e");
  ASSERT_TRUE(base);
  const std::pair<const char*, const char*> cases[] = {
      {"", "https://A.example:8443/b/c?d"},
      {"g", "https://A.example:8443/b/g"},
      {"../g?h", "https://A.example:8443/g?h"},
      {"../../../g", "https://A.example:8443/g"},
      {"/g", "https://A.example:8443/g"},
      {"?h", "https://A.example:8443/b/c?h"},
      {"//B/g", "https://B/g"},
      {"http://B", "http://B"},
      {"https://B/x/../y", "https://B/y"},
      {"com.example:/g", "com.example:/g"},
      {"g:h", "g:h"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto url = base->resolve(reference);
    ASSERT_TRUE(url) << reference << ": " << url.error().message;
    EXPECT_EQ(url->text(), expected);
  }
  for (const char* reference : {"https:g", "http:/g", "///g", "//u@b/", "\\\\b\\g", "/\\b", "g h",
                                "\thttps://b/", "%2e%2e/g", "//2130706433/"})
    EXPECT_FALSE(base->resolve(reference)) << reference;
}

TEST(UrlOrigin, IsReadOfAUrlWhoseRestIsNotChecked) {
  EXPECT_EQ(url_origin("HTTPS://A.example:443/{id}?q=a b\\"), "https://a.example");
  EXPECT_EQ(url_origin("http://a?{x}"), "http://a");
  EXPECT_EQ(url_origin("http://a#@b"), "http://a");
  EXPECT_EQ(url_origin("http://a:81/" + std::string(2 * kMaxUrlBytes, 'x')), "http://a:81");
  for (const char* text :
       {"", "a", "/a", "//a", "http:/a", "http:a", "http:///a", "http://a\\@b/", "http://a@b/",
        "http://{host}/a", "ftp://a/", "http://a b/", "http://a:x/", "x/http://a"})
    EXPECT_EQ(url_origin(text), std::nullopt) << text;
}

}  // namespace
}  // namespace wick
