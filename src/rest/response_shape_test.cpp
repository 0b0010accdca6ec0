#include "rest/response_shape.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string numbers(int count) {
  std::string out;
  for (int i = 1; i <= count; ++i) out += (i == 1 ? "[" : ",") + std::to_string(i);
  return out + "]";
}

TEST(ResponseShape, APointerAndAnExpressionPickTheSame) {
  const std::string body = R"({"data": {"items": [{"id": 1}], "name": "x"}})";
  for (const char* pick : {"/data", "data", "@.data"}) {
    const ShapedResponse shaped = shape_response(body, {pick});
    EXPECT_EQ(shaped.text, R"({"items":[{"id":1}],"name":"x"})") << pick;
    EXPECT_EQ(to_json(*shaped.structured), shaped.text) << pick;
  }
  for (const char* pick : {"/data/items", "data.items"}) {
    const ShapedResponse shaped = shape_response(body, {pick});
    EXPECT_EQ(shaped.text, R"([{"id":1}])");
    EXPECT_FALSE(shaped.structured) << "structured content is an object";
  }
  for (const char* pick : {"/data/name", "data.name"}) EXPECT_EQ(shape_response(body, {pick}).text, "x");
  EXPECT_EQ(shape_response("[1.5, 2]", {}).text, "[1.5,2]");
}

TEST(ResponseShape, WhenNothingIsPickedTheTextSaysWhatThereIs) {
  EXPECT_EQ(shape_response(R"({"error": "x"})", {"/items"}).text,
            "The response has no \"/items\". It is:\n{\"error\": \"x\"}");
  EXPECT_EQ(shape_response(R"({"error": "x", "code": 7})", {"items[0]"}).text,
            "Nothing in the response fits items[0]. The response is an object with \"error\", \"code\".");
  EXPECT_EQ(shape_response("[1,2]", {"items"}).text,
            "Nothing in the response fits items. The response is a list of 2 items.");
  const std::string failed = shape_response(R"({"a": 1})", {"length(a)"}).text;
  EXPECT_TRUE(has(failed, "The function length at character 1 takes")) << failed;
  EXPECT_TRUE(has(failed, "The response is:\n{\"a\": 1}")) << failed;
  EXPECT_EQ(shape_response("<p>no</p>", {"items"}).text,
            "The response is not JSON, so nothing was picked. It is:\n<p>no</p>");
  EXPECT_EQ(shape_response("plain", {}).text, "plain");
  std::string wide = "{\"m0\":0";
  for (int i = 1; i < 30; ++i) wide += ",\"m" + std::to_string(i) + "\":0";
  EXPECT_TRUE(has(shape_response(wide + "}", {"items"}).text, "\"m19\", …")) << "twenty members are named";
}

TEST(ResponseShape, CutsAListToItsFirstItemsAndMarksIt) {
  const ShapedResponse shaped = shape_response(numbers(1234), {"", 3});
  EXPECT_EQ(
      shaped.text,
      "[1,2,3]\n[The list was cut: the first 3 of 1,234 items are kept.]\nTo see more, page or narrow the "
      "request with the arguments of this operation, where it has some for that. An admin can change its "
      "\"max_items\".");
  EXPECT_EQ(shape_response(numbers(3), {"", 3}).text, numbers(3)) << "nothing to cut";
}

TEST(ResponseShape, NestedListsAreCutToo) {
  const std::string body = R"({"items":[{"a/b":[1,2,3]},{"a/b":[4]},{"a/b":[5,6,7]}],"total":3})";
  const ShapedResponse shaped = shape_response(body, {"", 2});
  EXPECT_TRUE(
      shaped.text.starts_with(R"({"items":[{"a/b":[1,2]},{"a/b":[4]}],"total":3})"
                              "\n[The list at /items was cut: the first 2 of 3 items are kept.]"
                              "\n[The list at /items/0/a~1b was cut: the first 2 of 3 items are kept.]\nTo"))
      << shaped.text;
  json::object structured = *shaped.structured;
  const json::object cut = structured.at("_cut").as_object();
  EXPECT_EQ(to_json(cut.at("lists")),
            R"([{"path":"/items","kept":2,"total":3},{"path":"/items/0/a~1b","kept":2,"total":3}])");
  EXPECT_TRUE(has(text_or_empty(cut, "what_to_do"), "max_items"));
  structured.erase("_cut");
  EXPECT_TRUE(shaped.text.starts_with(to_json(structured))) << "both forms say the same";
}

TEST(ResponseShape, AMemberOfTheResponseIsNotOverwrittenByWhatWasCut) {
  const ShapedResponse shaped = shape_response(R"({"_cut":"mine","items":[1,2]})", {"", 1});
  EXPECT_EQ(shaped.structured->at("_cut"), "mine");
  EXPECT_TRUE(shaped.structured->contains("__cut"));
}

TEST(ResponseShape, NamesTheFirstCutListsAndCountsTheOthers) {
  std::string body = "{";
  for (int i = 0; i < 15; ++i) body += (i == 0 ? "\"l" : ",\"l") + std::to_string(i) + "\":[1,2]";
  body += ",\"" + std::string(300, 'x') + "\":[1,2]}";
  const ShapedResponse shaped = shape_response(body, {"", 1});
  EXPECT_TRUE(has(shaped.text, "/l9 was cut")) << shaped.text;
  EXPECT_FALSE(has(shaped.text, "/l10 was cut"));
  EXPECT_TRUE(has(shaped.text, "[6 more lists were cut in the same way.]")) << shaped.text;
  EXPECT_EQ(shaped.structured->at("_cut").at("more_lists"), 6);
}

TEST(ResponseShape, CutsLongTextBetweenCharactersAndMarksIt) {
  const std::string body = R"({"text":"ééé"})";  // 17 bytes, the first é at 9
  const ShapedResponse shaped = shape_response(body, {"", 0, 12});
  EXPECT_TRUE(shaped.text.starts_with(
      "{\"text\":\"é\n[The text was cut here: these are the first 11 of 17 bytes.]\nTo "))
      << shaped.text;
  EXPECT_TRUE(has(shaped.text, "\"pick\", \"max_items\" and \"max_text_bytes\"")) << shaped.text;
  EXPECT_FALSE(shaped.structured) << "it would say more than the text";
  EXPECT_TRUE(is_valid_utf8(shaped.text));
  EXPECT_TRUE(shape_response(body, {"", 0, 17}).structured);
  EXPECT_TRUE(shape_response("plain text", {"", 0, 5}).text.starts_with("plain\n[The text was cut here"))
      << "not JSON";
  EXPECT_TRUE(has(shape_response(body, {"/none", 0, 20}).text, "first 20 of"))
      << "what is said of a pick, too";
}

TEST(ResponseShape, WithBothCutsBothAreSaid) {
  const ShapedResponse shaped = shape_response(numbers(2000), {"", 1000, 50});
  EXPECT_TRUE(
      has(shaped.text, "the first 50 of 3,894 bytes.]\n[The list was cut: the first 1,000 of 2,000 items"))
      << shaped.text;
}

TEST(ResponseShape, APickIsCheckedBeforeItIsNeeded) {
  for (const char* pick : {"", "/a/b", "a.b", "a[?b == 'c'].d | [0]"}) EXPECT_TRUE(check_pick(pick)) << pick;
  EXPECT_TRUE(
      has(check_pick("a..b").error().message, "After a dot there must be a name, *, [ or {; at character 3"));
}

}  // namespace
}  // namespace wick
