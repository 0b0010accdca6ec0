#include "rest/template_text.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace wick {
namespace {

json::object object_of_text(const std::string& text) {
  return parse_trusted_json(text).get_object();
}

bool fits(const json::object& templates, const json::object& arguments) {
  return check_filled_size(templates, arguments).has_value();
}

TEST(TemplateText, WhatArgumentsMakeOfATemplateIsBoundedBeforeItIsMade) {
  // A long name before each of many items: 4 MB that would become 400 GB.
  json::object nested;
  nested[std::string(1'000'000, 'n')] = json::array(400'000, json::value(1));
  json::object arguments;
  arguments["f"] = nested;
  EXPECT_FALSE(fits(object_of_text(R"({"query":{"filter":"{f[]}"}})"), arguments));
  EXPECT_TRUE(fits(object_of_text(R"({"body":"{f!}"})"), arguments));

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

}  // namespace
}  // namespace wick
