// The names and definitions of connected servers' entries on /mcp.
#include "mcp/upstream_definitions.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace wick::mcp {
namespace {

json::object object(std::string_view text) {
  return parse_json(text)->get_object();
}

TEST(Foreign, AUriOnMcpIsTakenApartIntoTheConnectorAndTheServersOwn) {
  const std::pair<const char*, const char*> uris[] = {
      {"tracker", "file:///a/b?c#d"}, {"my_old_server", "x"},    {"a1", "wick+b:file:///x"}, {"t", ":"},
      {"t", "item://{number}{?q*}"},  {"t", "with spaces and ü"}};
  for (const auto& [slug, uri] : uris) {
    const auto back = parse_public_uri(public_uri(slug, uri));
    ASSERT_TRUE(back) << uri;
    EXPECT_EQ(back->slug, slug);
    EXPECT_EQ(back->uri, uri);
  }
  EXPECT_EQ(public_uri("my_old_server", "file:///x"), "wick+my-old-server:file:///x");
}

TEST(Foreign, WhatHasNotExactlyThatFormIsNoUriOfAConnector) {
  for (const char* uri : {"", "file:///x", "wick:file:///x", "wick+:x", "wick+a:", "wick+a", "wick+a_b:x",
                          "WICK+a:x", " wick+a:x"})
    EXPECT_FALSE(parse_public_uri(uri)) << uri;
}

TEST(Foreign, APromptsNameIsTakenApartAtTheFirstTwoUnderscores) {
  for (const char* name : {"greet", "_x", "__y", "other__greet", "a b", ""}) {
    const auto back = parse_public_prompt_name(public_prompt_name("my_server", name));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->slug, "my_server");
    EXPECT_EQ(back->name, name);
  }
  for (const char* name : {"greet", "__greet", "my_server_greet"})
    EXPECT_FALSE(parse_public_prompt_name(name)) << name;
}

TEST(Foreign, AToolKeepsAllItsMembersAndOnlyThoseOfAWrongTypeGo) {
  const char* text =
      R"({"name":"t","title":"T","description":"","inputSchema":{"type":"object","properties":{"n":{"minimum":0,"exclusiveMinimum":true}}},)"
      R"("outputSchema":{"type":"object"},"annotations":{"openWorldHint":false,"example":1},"icons":[{"src":"data:x"}],)"
      R"("execution":{"taskSupport":"optional"},"_meta":{"a":1},"example.com/x":[1]})";
  json::object tool = object(text);
  EXPECT_TRUE(make_readable_tool(tool, ProtocolGeneration::kSessionBased));
  EXPECT_EQ(json::value(tool), json::value(object(text)));
  json::object wrong = object(
      R"({"name":"t","title":1,"description":2,"inputSchema":7,"outputSchema":"x","annotations":{"readOnlyHint":1},"icons":3,"execution":4,"_meta":5})");
  EXPECT_TRUE(make_readable_tool(wrong, ProtocolGeneration::kStateless));
  EXPECT_EQ(json::value(wrong),
            json::value(object(R"({"name":"t","inputSchema":{"type":"object"},"annotations":{}})")));
  json::object nameless = object(R"({"name":""})");
  EXPECT_FALSE(make_readable_tool(nameless, ProtocolGeneration::kStateless));
}

TEST(Foreign, AMemberThatMayHaveCertainValuesOnlyGoesWithAnyOther) {
  json::object tool = object(
      R"({"name":"t","inputSchema":{"type":"object","required":["a",7]},"icons":[{"src":"a:b","theme":"blue","sizes":"48x48"},{"src":1},{"src":"c:d","theme":"dark"}],"execution":{"taskSupport":"maybe"}})");
  EXPECT_TRUE(make_readable_tool(tool, ProtocolGeneration::kStateless));
  EXPECT_EQ(
      json::value(tool),
      json::value(object(
          R"({"name":"t","inputSchema":{"type":"object","required":["a"]},"icons":[{"src":"a:b"},{"src":"c:d","theme":"dark"}]})")));
  const auto kept = [](const char* annotations) {
    json::object resource = object(R"({"uri":"a:b","name":"b"})");
    resource["annotations"] = object(annotations);
    EXPECT_TRUE(make_readable_resource(resource));
    return to_json(resource["annotations"]);
  };
  for (const char* wrong : {R"({"audience":["robot"]})", R"({"audience":"user"})", R"({"priority":2})",
                            R"({"priority":"high"})", R"({"lastModified":"yesterday"})",
                            R"({"lastModified":"2025-01-12"})", R"({"lastModified":1736640000})"})
    EXPECT_EQ(kept(wrong), "{}") << wrong;
  for (const char* size : {"1.5", "1e30", "\"big\""}) {
    json::object resource = object(std::string(R"({"uri":"a:b","name":"b","size":)") + size + "}");
    EXPECT_TRUE(make_readable_resource(resource));
    EXPECT_FALSE(resource.contains("size")) << size;
  }
  const char* sound =
      R"({"audience":["user","assistant"],"priority":0.5,"lastModified":"2025-01-12T15:00:58Z","x":1})";
  EXPECT_EQ(kept(sound), sound);
}

TEST(Foreign, AnOutputSchemaThatIsNoObjectsIsForClientsThatKnowSuch) {
  const char* text = R"({"name":"t","inputSchema":{"type":"object"},"outputSchema":{"type":"array"}})";
  json::object before = object(text), now = object(text);
  make_readable_tool(before, ProtocolGeneration::kSessionBased);
  make_readable_tool(now, ProtocolGeneration::kStateless);
  EXPECT_FALSE(before.contains("outputSchema"));
  EXPECT_TRUE(now.contains("outputSchema"));
}

TEST(Foreign, ADescriptionNamesItsConnectorAndAnEmptyOneStaysEmpty) {
  EXPECT_EQ(add_label("Deletes all.", "A"), "Deletes all. (A)");
  EXPECT_EQ(add_label("", "A"), "");
}

TEST(Foreign, LinksAndResourcesOfResultsAreRenamedAndNothingElse) {
  json::object result = object(
      R"({"content":[{"type":"resource_link","uri":"a:1"},{"type":"resource","resource":{"uri":"a:2"}},{"type":"text","uri":"a:3","text":"a:4"},5],)"
      R"("contents":[{"uri":"a:5"},{"uri":6}],"messages":[{"content":{"type":"resource_link","uri":"a:7"}},{"content":[{"type":"resource","resource":{"uri":"a:8"}}]},9],)"
      R"("structuredContent":{"uri":"a:9"}})");
  publish_uris(result, "t_x");
  EXPECT_EQ(
      json::value(result),
      json::value(object(
          R"({"content":[{"type":"resource_link","uri":"wick+t-x:a:1"},{"type":"resource","resource":{"uri":"wick+t-x:a:2"}},{"type":"text","uri":"a:3","text":"a:4"},5],)"
          R"("contents":[{"uri":"wick+t-x:a:5"},{"uri":6}],"messages":[{"content":{"type":"resource_link","uri":"wick+t-x:a:7"}},{"content":[{"type":"resource","resource":{"uri":"wick+t-x:a:8"}}]},9],)"
          R"("structuredContent":{"uri":"a:9"}})")));
}

}  // namespace
}  // namespace wick::mcp
