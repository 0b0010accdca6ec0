#include "connectors/param_headers.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace wick {
namespace {

json::object object(std::string_view text) {
  return parse_trusted_json(text).get_object();
}

constexpr std::string_view kSchema = R"({"type":"object","properties":{
  "region":{"type":"string","x-mcp-header":"Region"},
  "count":{"type":"integer","x-mcp-header":"Count"},
  "nested":{"type":"object","properties":{"deep":{"type":"boolean","x-mcp-header":"Deep"}}},
  "plain":{"type":"string"}}})";

TEST(ParamHeaders, MirrorWhatIsThereAndNothingElse) {
  const auto headers = mirrored_headers(
      object(kSchema), object(R"({"region":"a","count":-3,"nested":{"deep":true},"plain":"x"})"));
  EXPECT_EQ(headers, (std::vector<std::pair<std::string, std::string>>{
                         {"Mcp-Param-Region", "a"}, {"Mcp-Param-Count", "-3"}, {"Mcp-Param-Deep", "true"}}));
  EXPECT_TRUE(mirrored_headers(object(kSchema), object(R"({"region":null})")).empty());
  EXPECT_EQ(header_names(object(kSchema)).size(), 3u);
}

TEST(ParamHeaders, AToolWithAnInvalidMarkIsNotToBeUsed) {
  EXPECT_TRUE(check_header_marks(object(kSchema)));
  const auto one = [](const std::string& property) {
    return check_header_marks(object(R"({"type":"object","properties":{"a":)" + property + "}}"));
  };
  EXPECT_TRUE(one(R"({"type":"string"})"));
  for (const char* bad :
       {R"({"type":"string","x-mcp-header":""})", R"({"type":"string","x-mcp-header":"a b"})",
        R"({"type":"string","x-mcp-header":"a:b"})", R"({"type":"string","x-mcp-header":"a\r\nb"})",
        R"({"type":"string","x-mcp-header":7})", R"({"type":"number","x-mcp-header":"A"})",
        R"({"type":"object","x-mcp-header":"A"})", R"({"x-mcp-header":"A"})",
        R"({"type":"array","items":{"type":"string","x-mcp-header":"A"}})",
        R"({"anyOf":[{"type":"string","x-mcp-header":"A"}]})"}) {
    const auto refused = one(bad);
    EXPECT_FALSE(refused) << bad;
  }
  EXPECT_FALSE(check_header_marks(object(R"({"properties":{"a":{"type":"string","x-mcp-header":"X"},
    "b":{"type":"string","x-mcp-header":"x"}}})")))
      << "the same but for case";
}

}  // namespace
}  // namespace wick
