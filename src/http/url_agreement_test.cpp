// What Url accepts, libcurl reads as the same URL: the host that a decision was made about is the host that gets the request.
#include <gtest/gtest.h>

#include "http/libcurl_url.h"

namespace wick::http {
namespace {

TEST(UrlAgreement, LibcurlReadsWhatIsAcceptedInTheSameWay) {
  for (const std::string text : {"https://example.com",
                                 "HTTPS://Example.COM:443/A?b=c#d",
                                 "http://a:0080/",
                                 "https://a:65535/",
                                 "https://a./",
                                 "https://a_b.-c/",
                                 "https://xn--bcher-kva.example/",
                                 "https://192.0.2.1/",
                                 "https://192.0.2.1.sslip.io/x",
                                 "https://1.example/",
                                 "https://0x7f.example/",
                                 "http://[::1]:8080/",
                                 "http://[2001:DB8:0:0:0:0:0:1]/",
                                 "http://[::ffff:192.0.2.1]/",
                                 "http://[443::ffff:1.2.3.4]/",
                                 "https://a?b",
                                 "https://a#b?c",
                                 "https://a/?",
                                 "https://a/b//c/",
                                 "https://a/...",
                                 "https://a/%41%2f%00?%7a=%00",
                                 "https://a/;p=1,2'()*!$&+~:@",
                                 "https://a/p[1]?q[]=/?:@'",
                                 "https://a/?/../x"}) {
    const auto url = Url::parse_http(text);
    ASSERT_TRUE(url) << text << ": " << url.error().message;
    const auto seen = read_with_libcurl(text);
    ASSERT_TRUE(seen) << text;
    EXPECT_TRUE(agrees_with_libcurl(*url, *seen)) << text << " has the host " << seen->host << ", the path "
                                                  << seen->path << ", the query " << seen->query;
  }
}

TEST(UrlAgreement, RefusesUrlsThatLibcurlSendsElsewhere) {
  // A URL, and the host to which libcurl goes.
  const std::pair<const char*, const char*> cases[] = {
      {"https:///127.0.0.1", "127.0.0.1"},
      {"http:/127.0.0.1", "127.0.0.1"},
      {"https://good.example\\@evil.example/", "evil.example"},
      {"https://good.example:80@evil.example/", "evil.example"},
      {"https://@evil.example/", "evil.example"},
      {"https://0x7f.1/", "127.0.0.1"},
      {"https://2130706433/", "127.0.0.1"},
      {"https://017700000001/", "127.0.0.1"},
      {"https://127.1/", "127.0.0.1"},
      {"https://0/", "0.0.0.0"},
      {"https://1.2.3/", "1.2.0.3"},
      {"https://%65vil.example/", "evil.example"},
      {"https://a%2eexample/", "a.example"},
      {"https://[fe80::1%25eth0]/", "[fe80::1]"},
      {"evil.example", "evil.example"},
      {"https://a:/", "a"},
  };
  for (const auto& [text, host] : cases) {
    const auto seen = read_with_libcurl(text);
    ASSERT_TRUE(seen) << text;
    EXPECT_EQ(seen->host, host) << text;
    EXPECT_FALSE(Url::parse(text)) << text;
    EXPECT_EQ(url_origin(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace wick::http
