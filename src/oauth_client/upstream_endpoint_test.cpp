#include "oauth_client/upstream_endpoint.h"

#include <gmock/gmock.h>

#include "base/json.h"
#include "oauth_client/protected_resource.h"

namespace wick::upstream {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(UrlTest, IsTakenApartWithItsOriginInOneForm) {
  const auto url = parse_url("HTTPS://MCP.Example.com:443/A/b?c=d");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->origin(), "https://mcp.example.com");
  EXPECT_EQ(url->host(), "mcp.example.com");
  EXPECT_EQ(url->path(), "/A/b");
  EXPECT_EQ(url->query(), "?c=d");
  const auto v6 = parse_url("http://[::1]:8080");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host(), "[::1]");
  EXPECT_EQ(v6->origin(), "http://[::1]:8080");
  EXPECT_EQ(v6->path(), "");
}

TEST(UrlTest, RefusesUrlsThatBreakHeadersOrHideHosts) {
  for (const char* text :
       {"", "https://", "https:///x", "ftp://a", "javascript:alert(1)", "https://a b", "https://a/\r\nX: y",
        "https://user@a", "https://good@evil/x", "https://a/#f", "https://a\\b", "//a", "a.example",
        "https://0x7f.1", "https://a%2eb", "https://\xC3\xA4.example"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
  EXPECT_FALSE(parse_url("https://a/" + std::string(kMaxEndpointUrlBytes, 'x')));
}

TEST(ResourceTest, CoversItsOwnAddressAndWhatIsBelow) {
  for (const char* resource :
       {"https://a.example/mcp", "https://A.example:443/mcp/", "https://a.example", "https://a.example/"})
    EXPECT_TRUE(covers(resource, "https://a.example/mcp")) << resource;
  EXPECT_TRUE(covers("https://a.example/mcp?t=1", "https://a.example/mcp?t=1"));
}

TEST(ResourceTest, CoversNoOtherUrls) {
  for (const char* resource :
       {"http://a.example/mcp", "https://a.example:8443/mcp", "https://b.example/mcp", "https://a.example/mc",
        "https://a.example/mcp/deeper", "https://a.example/other", "https://a.example.evil.example",
        "https://a.example/mcp#x", "https://a.example/mcp?t=1", "", "mcp"})
    EXPECT_FALSE(covers(resource, "https://a.example/mcp")) << resource;
  EXPECT_FALSE(covers("https://a.example/mcp", "https://a.example/mcpx"));
  EXPECT_FALSE(covers("https://a.example/mcp", "https://a.example/mcp/../x"));
}

TEST(SiteTest, OnlyAPlainHttpConnectorIsAskedWithoutHttps) {
  const UpstreamEndpoint safe{"https://a.example/mcp", false}, plain{"http://a.internal/mcp", true};
  EXPECT_FALSE(make_get_request(safe, "http://a.example/token", "https://a.example", "It"));
  EXPECT_TRUE(make_get_request(safe, "https://b.example/token", "https://a.example", "It"));
  EXPECT_TRUE(make_get_request(plain, "http://b.internal/token", "http://b.internal", "It"));
  EXPECT_FALSE(make_get_request(plain, "http://b.internal/token", "https://b.internal", "It"));
  const auto refused = make_get_request(safe, "javascript:alert(1)", "", "The token endpoint");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("The token endpoint"));
}

TEST(SiteTest, PrivateAddressesAreForTheHostsOfTheConnectorAndOfItsAuthorizationServer) {
  const auto may = [](bool allowed, const char* url) {
    const UpstreamEndpoint endpoint{"http://mcp.internal/mcp", allowed};
    return make_get_request(endpoint, url, "http://login.internal/realm", "It")->allow_private_addresses;
  };
  EXPECT_TRUE(may(true, "http://mcp.internal:9000/.well-known/x"));
  EXPECT_TRUE(may(true, "http://LOGIN.internal/token"));
  EXPECT_FALSE(may(true, "http://169.254.169.254/latest/meta-data"));
  EXPECT_FALSE(may(false, "http://mcp.internal/token"));
}

TEST(SiteTest, RedirectsAreNotFollowedAndAnswersAreBounded) {
  const auto request = make_get_request({"https://a.example/mcp", false}, "https://a.example/x", "", "It");
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->follow_redirects);
  EXPECT_EQ(request->max_response_bytes, kMaxAuthorizationBytes);
  EXPECT_EQ(request->timeout, kAuthorizationTimeout);
}

TEST(DiscoveryTest, MetadataIsLookedForWhereTheSpecificationSays) {
  EXPECT_THAT(resource_metadata_urls("https://a.example/public/mcp"),
              ElementsAre("https://a.example/.well-known/oauth-protected-resource/public/mcp",
                          "https://a.example/.well-known/oauth-protected-resource"));
  EXPECT_THAT(resource_metadata_urls("https://a.example/"),
              ElementsAre("https://a.example/.well-known/oauth-protected-resource"));
  EXPECT_THAT(server_metadata_urls("https://auth.example/tenant1"),
              ElementsAre("https://auth.example/.well-known/oauth-authorization-server/tenant1",
                          "https://auth.example/.well-known/openid-configuration/tenant1",
                          "https://auth.example/tenant1/.well-known/openid-configuration"));
  EXPECT_THAT(server_metadata_urls("https://auth.example"),
              ElementsAre("https://auth.example/.well-known/oauth-authorization-server",
                          "https://auth.example/.well-known/openid-configuration"));
}

json::object metadata(std::string issuer) {
  json::object out;
  out["issuer"] = issuer;
  out["token_endpoint"] = "https://auth.example/token";
  return out;
}

TEST(DiscoveryTest, MetadataOfAnotherIssuerIsNotUsed) {
  EXPECT_TRUE(read_server_metadata(metadata("https://auth.example/t"), "https://auth.example/t"));
  EXPECT_FALSE(read_server_metadata(metadata("https://honest.example"), "https://auth.example"));
  EXPECT_FALSE(read_server_metadata(metadata("https://auth.example/t/"), "https://auth.example/t"));
  EXPECT_FALSE(read_server_metadata(metadata("https://AUTH.example"), "https://auth.example"));
  EXPECT_FALSE(read_server_metadata(metadata(""), "https://auth.example"));
}

TEST(DiscoveryTest, IgnoresTheSlashOfAnEmptyPath) {
  const auto server = read_server_metadata(metadata("https://auth.example"), "https://auth.example/");
  ASSERT_TRUE(server);
  EXPECT_EQ(server->issuer, "https://auth.example");
  EXPECT_TRUE(read_server_metadata(metadata("https://auth.example/"), "https://auth.example"));
}

TEST(DiscoveryTest, MissingMetadataHasItsDefaults) {
  const auto server = read_server_metadata(metadata("https://auth.example"), "https://auth.example");
  ASSERT_TRUE(server);
  EXPECT_FALSE(server->s256);
  EXPECT_THAT(server->auth_methods, ElementsAre("client_secret_basic"));
  json::object none = metadata("https://auth.example");
  none.erase("token_endpoint");
  EXPECT_FALSE(read_server_metadata(none, "https://auth.example"));
}

TEST(UpstreamEndpoint, AnAddressIsResolvedWithinItsOwnOriginAndNowhereElse) {
  constexpr const char* kBase = "https://mcp.example:8443/a/sse?token=t";
  const std::pair<const char*, const char*> wanted[] = {
      {"/messages?session=1", "https://mcp.example:8443/messages?session=1"},
      {"messages", "https://mcp.example:8443/a/messages"},
      {"../messages", "https://mcp.example:8443/messages"},
      {"?session=1#x", "https://mcp.example:8443/a/sse?session=1"},
      {"https://MCP.example:8443/m", "https://mcp.example:8443/m"},
      {"//mcp.example:8443/m", "https://mcp.example:8443/m"},
      {"/m?to=https://evil.example/", "https://mcp.example:8443/m?to=https://evil.example/"},
      {"https://mcp.example:8443", "https://mcp.example:8443/"},
  };
  for (const auto& [reference, address] : wanted)
    EXPECT_EQ(resolve_same_origin(kBase, reference).value_or("none"), address) << reference;
  for (const char* other :
       {"", "https://evil.example/m", "//evil.example/m", "http://mcp.example:8443/m",
        "https://mcp.example/m", "https://mcp.example:8444/m", "https://mcp.example:8443@evil.example/",
        "https://u@mcp.example:8443/m", "https://mcp.example:8443.evil.example/", "ftp://mcp.example:8443/m",
        "/m\r\nX: y", "/ m", "\\\\evil\\m"})
    EXPECT_FALSE(resolve_same_origin(kBase, other)) << other;
  EXPECT_EQ(resolve_same_origin("http://h", "m"), "http://h/m");
  EXPECT_EQ(resolve_same_origin("http://h:80/x", "http://h/m"), "http://h/m");
  EXPECT_FALSE(resolve_same_origin("http://h/x", "/" + std::string(kMaxEndpointUrlBytes, 'm')));
}

}  // namespace
}  // namespace wick::upstream
