// Which addresses a token can be for.
#include "tokens/resource.h"

#include <gtest/gtest.h>

namespace wick {
namespace {

constexpr std::string_view kAll = "https://wick.example.com/mcp";

TEST(Resource, IsMcpOrOneConnectorBelowItWithOrWithoutASlash) {
  EXPECT_EQ(resource_name(kAll, "https://wick.example.com/mcp"), "");
  EXPECT_EQ(resource_name(kAll, "https://wick.example.com/mcp/"), "");
  EXPECT_EQ(resource_name(kAll, "https://wick.example.com/mcp/c/tracker"), "tracker");
  EXPECT_EQ(resource_name(kAll, "https://wick.example.com/mcp/c/my_tracker/"), "my_tracker");
  EXPECT_EQ(resource_name(kAll, "HTTPS://Wick.Example.COM/mcp"), "");
  EXPECT_EQ(resource_name(kAll, "https://wick.example.com:443/mcp/c/tracker"), "tracker");
  EXPECT_EQ(resource_name("http://[::1]:8080/mcp", "http://[::1]:8080/mcp"), "");
  EXPECT_EQ(resource_path(""), "/mcp");
  EXPECT_EQ(resource_path("tracker"), "/mcp/c/tracker");
}

TEST(Resource, IsNothingThatOnlyLooksLikeOne) {
  const std::string long_name(kMaxResourceNameBytes + 1, 'a');
  for (const std::string& uri : {std::string("https://wick.example.com"),
                                 std::string("https://wick.example.com/"),
                                 std::string("https://wick.example.com/mcp//"),
                                 std::string("https://wick.example.com/mcp/c"),
                                 std::string("https://wick.example.com/mcp/c/"),
                                 std::string("https://wick.example.com/mcp/c//"),
                                 std::string("https://wick.example.com/mcp/x/tracker"),
                                 std::string("https://wick.example.com/mcpc/c/tracker"),
                                 std::string("https://wick.example.com/mcp/c/tracker/more"),
                                 std::string("https://wick.example.com/mcp/c/.."),
                                 std::string("https://wick.example.com/mcp/c/%74racker"),
                                 std::string("https://wick.example.com/mcp/c/Tracker"),
                                 std::string("https://wick.example.com/mcp/c/a?b"),
                                 std::string("https://wick.example.com/mcp/c/a#b"),
                                 std::string("http://wick.example.com/mcp"),
                                 std::string("https://wick.example.com:80/mcp"),
                                 std::string("https://wick.example.com/MCP"),
                                 std::string("https://wick.example.com:4430/mcp"),
                                 std::string("https://wick.example.com?/mcp"),
                                 std::string("https://wick.example.com.evil.example/mcp"),
                                 std::string("https://evil.example/https://wick.example.com/mcp"),
                                 "https://wick.example.com/mcp/c/" + long_name,
                                 std::string()}) {
    EXPECT_EQ(resource_name(kAll, uri), std::nullopt) << uri;
  }
}

}  // namespace
}  // namespace wick
