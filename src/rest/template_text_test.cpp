#include "rest/template_text.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace wick {
namespace {

json::object object(std::string_view text) {
  return parse_trusted_json(text).get_object();
}

bool fits(const json::object& templates, const json::object& arguments) {
  return check_filled_size(templates, arguments).has_value();
}

TEST(TemplateText, TheSizeIsCheckedBeforeTheTextIsMade) {
  // A long name before each of many items: 4 MB that would become 400 GB.
  json::object nested;
  nested[std::string(1'000'000, 'n')] = json::array(400'000, json::value(1));
  json::object arguments;
  arguments["f"] = nested;
  EXPECT_FALSE(fits(object(R"({"query":{"filter":"{f[]}"}})"), arguments));
  EXPECT_TRUE(fits(object(R"({"body":"{f!}"})"), arguments));

  // A large argument that stands in a template many times.
  arguments["f"] = std::string(3'000'000, 'x');
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "{f}";
  json::object templates;
  templates["body"] = many;
  EXPECT_FALSE(fits(templates, arguments));
  templates["body"] = "{f}{f}";
  EXPECT_TRUE(fits(templates, arguments));
  EXPECT_TRUE(fits(templates, {}));
}

TEST(TemplateText, JsonPointersOfAnyLengthAreReadInTimeThatGrowsWithIt) {
  std::string pointer = "/", key;
  for (int i = 0; i < 1'000'000; ++i) {
    pointer += i % 2 == 0 ? "~0" : "~1";
    key += i % 2 == 0 ? '~' : '/';
  }
  json::object object;
  object[key] = 7;
  const json::value value(object);
  const auto* found = at_pointer(value, pointer);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found, 7);
}

TEST(TemplateText, ArgumentsArePutWhereTheTemplateNamesThem) {
  const json::object arguments = object(R"({"id":"a/b c","n":7,"list":[1,2],"dots":".."})");
  EXPECT_EQ(fill_path("/things/{id}/{n}", arguments), "/things/a%2Fb%20c/7");
  EXPECT_FALSE(fill_path("/things/{missing}", arguments));
  EXPECT_FALSE(fill_path("/things/{dots}", arguments)) << "would name another resource";
  EXPECT_EQ(
      to_json(*fill_json(
          parse_trusted_json(
              R"({"n":"{n}","s":"id {id}","gone":"{missing}","deep":["{list}"],"plain":"{not a name}"})"),
          arguments)),
      R"({"n":7,"s":"id a/b c","deep":[[1,2]],"plain":"{not a name}"})");
}

TEST(TemplateText, NumbersInTextAreAsPeopleWriteThem) {
  EXPECT_EQ(plain_text(json::value(1.5)), "1.5");
  EXPECT_EQ(plain_text(json::value(-3)), "-3");
  EXPECT_EQ(plain_text(parse_trusted_json(R"({"a \"b\"":[0.5,{"c":-12.25,"d":"x"},[],{},null,1e300]})")),
            R"({"a \"b\"":[0.5,{"c":-12.25,"d":"x"},[],{},null,1e+300]})");
}

TEST(TemplateText, AJsonPointerPicksAPart) {
  const auto value = parse_trusted_json(R"({"a/b":[{"~x":5}]})");
  EXPECT_EQ(*at_pointer(value, "/a~1b/0/~0x"), 5);
  EXPECT_EQ(at_pointer(value, "/a~1b/1"), nullptr);
  EXPECT_EQ(at_pointer(value, ""), &value);
}

}  // namespace
}  // namespace wick
