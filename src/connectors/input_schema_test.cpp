#include "connectors/input_schema.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include "base/json.h"

namespace wick {
namespace {

using json_schema::CompiledSchema;

json::value value_of(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json::value();
}

// "fits", or what is said.
std::string check_value(std::string_view schema, json::value arguments,
                        ArgumentCheck mode = ArgumentCheck::kStrict) {
  const auto compiled = CompiledSchema::compile(value_of(schema));
  if (!compiled) return compiled.error().message;
  const auto checked = check_arguments(**compiled, arguments, mode);
  return checked ? "fits" : checked.error().message;
}

std::string check(std::string_view schema, std::string_view arguments,
                  ArgumentCheck mode = ArgumentCheck::kStrict) {
  return check_value(schema, value_of(arguments), mode);
}

// What is left of the arguments for the system that is called.
std::string passed_on(std::string_view schema, std::string_view text, ArgumentCheck mode) {
  const auto compiled = CompiledSchema::compile(value_of(schema));
  json::value arguments = value_of(text);
  EXPECT_TRUE(compiled && check_arguments(**compiled, arguments, mode)) << text;
  return to_json(arguments);
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

json::value list_of(std::size_t count, int (*item)(std::size_t)) {
  json::array list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(item(i));
  json::object out;
  out["l"] = std::move(list);
  return out;
}

const char* const kUniqueList = R"({"type":"object","properties":{"l":{"type":"array","uniqueItems":true}}})";

TEST(InputSchema, MustBeOfAnObjectAndMeanSomething) {
  EXPECT_TRUE(check_schema(value_of(R"({"type":"object"})").get_object()));
  for (const char* schema :
       {R"({})", R"({"type":"array"})", R"({"type":"object","properties":{"a":{"type":"text"}}})",
        R"({"type":"object","minProperties":"3"})", R"({"type":"object","$ref":"other.json"})",
        R"({"type":"object","multipleOf":0})", R"({"type":"object","allOf":[{"$ref":"#"}]})"}) {
    const auto checked = check_schema(value_of(schema).get_object());
    ASSERT_FALSE(checked) << schema;
    EXPECT_FALSE(checked.error().message.empty());
  }
  json::object large;
  large["type"] = "object";
  large["title"] = std::string(json_schema::kMaxSchemaBytes, 'a');
  EXPECT_EQ(check_schema(large).error().code, ErrorCode::kTooLarge);
}

TEST(InputSchema, ARequiredArgumentThatMayBeNullTakesNull) {
  const char* schema = R"({"type":"object","properties":{"o":{"type":["string","null"]},
      "l":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"required":["o","l"]})";
  for (const ArgumentCheck mode : {ArgumentCheck::kStrict, ArgumentCheck::kLenient})
    EXPECT_EQ(passed_on(schema, R"({"o":null,"l":null})", mode), R"({"o":null,"l":null})");
}

TEST(InputSchema, NullCountsAsLeftOutForASystemThatJudgesItself) {
  const char* schema =
      R"({"type":"object","properties":{"q":{"type":"string"},"n":{"type":"integer"}},"required":["q"]})";
  EXPECT_EQ(passed_on(schema, R"({"q":"x","n":null})", ArgumentCheck::kLenient), R"({"q":"x","n":null})");
  EXPECT_TRUE(has(check(schema, R"({"q":"x","n":null})"), "arguments.n must be an integer, not null."));
  EXPECT_TRUE(has(check(schema, R"({"q":null})", ArgumentCheck::kLenient),
                  "arguments.q must be a string, not null."));
  const char* elsewhere = R"({"type":"object","properties":{"q":{"type":"string"}},"required":["q"],
      "allOf":[{"properties":{"q":{"default":"x"}}}]})";
  EXPECT_EQ(check(elsewhere, R"({"q":null})", ArgumentCheck::kLenient), "fits");
}

TEST(InputSchema, AnArgumentWithADefaultIsNeverMissing) {
  const char* schema = R"({"type":"object","$defs":{"s":{"enum":["css"],"default":"css"}},
      "properties":{"scale":{"$ref":"#/$defs/s"},"level":{"default":1},"q":{}},"required":["scale","level","q"]})";
  for (const ArgumentCheck mode : {ArgumentCheck::kStrict, ArgumentCheck::kLenient}) {
    EXPECT_EQ(passed_on(schema, R"({"q":1})", mode), R"({"q":1})");
    EXPECT_TRUE(has(check(schema, "{}", mode), "arguments.q is required, but missing."));
  }
}

// Fits without "level", which has a default.
void expect_level_is_given(const std::string& rest) {
  const std::string schema =
      R"({"type":"object","properties":{"q":{}},"required":["q","level"],)" + rest + "}";
  for (const ArgumentCheck mode : {ArgumentCheck::kStrict, ArgumentCheck::kLenient}) {
    EXPECT_EQ(passed_on(schema, R"({"q":1})", mode), R"({"q":1})") << schema;
    EXPECT_EQ(check(schema, "{}", mode),
              "The arguments do not fit the input schema:\n- arguments.q is required, but missing.")
        << schema;
  }
}

TEST(InputSchema, ADefaultCountsWhereverTheSchemasOfTheObjectGiveIt) {
  expect_level_is_given(R"("allOf":[{"properties":{"level":{"type":"integer","default":1}}}])");
  expect_level_is_given(R"("$defs":{"p":{"properties":{"level":{"default":1}}}},"$ref":"#/$defs/p")");
  expect_level_is_given(
      R"("anyOf":[{"properties":{"level":{"default":1}}},{"properties":{"level":{"default":2}}}])");
  expect_level_is_given(
      R"("oneOf":[{"allOf":[{"properties":{"level":{"default":1}}}],"required":["level"]},{"minProperties":9}],
      "properties":{"q":{},"level":{"anyOf":[{"type":"integer","default":1},{"type":"null","default":null}]}})");
  expect_level_is_given(R"("if":{"required":["x"]},"then":{"properties":{"level":{"default":1}}},
      "else":{"properties":{"level":{"default":2}}})");
  expect_level_is_given(
      R"("$defs":{"n":{"default":1},"m":{"allOf":[{"type":"integer"},{"$ref":"#/$defs/n"}]}},
      "allOf":[{"properties":{"level":{"$ref":"#/$defs/m"}}}])");
  EXPECT_TRUE(
      has(check(R"({"type":"object","required":["level"],"anyOf":[{"properties":{"level":{"default":1}}},
                            {"properties":{"level":{"type":"integer"}}}]})",
                "{}"),
          "arguments.level is required, but missing."))
      << "only one of the branches has a default";
}

TEST(InputSchema, ADefaultBelongsToTheBranchAndTheObjectThatGivesIt) {
  const char* branches = R"({"type":"object","oneOf":[
      {"properties":{"kind":{"const":"a"},"size":{"default":1}},"required":["kind","size"]},
      {"properties":{"kind":{"const":"b"},"size":{}},"required":["kind","size"]}]})";
  EXPECT_EQ(check(branches, R"({"kind":"a"})"), "fits");
  EXPECT_TRUE(has(check(branches, R"({"kind":"b"})"), "arguments.size is required, but missing."));
  const char* inner =
      R"({"type":"object","properties":{"n":{"default":1},"o":{"type":"object","required":["n"]}}})";
  EXPECT_TRUE(has(check(inner, R"({"o":{}})"), "arguments.o.n is required, but missing."));
  EXPECT_EQ(check(R"({"type":"object","properties":{"b":{"default":1}},"dependentRequired":{"a":["b"]}})",
                  R"({"a":1})"),
            "fits");
}

TEST(InputSchema, ADefaultIsNoReasonToRefuse) {
  const char* either = R"({"type":"object","properties":{"a":{"default":1},"b":{}},)";
  EXPECT_EQ(check(std::string(either) + R"("oneOf":[{"required":["a"]},{"required":["b"]}]})", R"({"b":2})"),
            "fits");
  EXPECT_EQ(check(std::string(either) + R"("not":{"required":["a","b"]}})", R"({"b":2})"), "fits");
  EXPECT_EQ(
      check(std::string(either) + R"("if":{"required":["a"]},"then":{"required":["c"]}})", R"({"b":2})"),
      "fits");
}

TEST(InputSchema, TextsForNumbersAreTakenWhereTheSchemaLeavesNoDoubt) {
  const char* schema =
      R"({"type":"object","properties":{"i":{"type":"integer"},"n":{"type":["number","null"]},
      "b":{"type":"boolean"},"o":{"anyOf":[{"type":"integer"},{"type":"null"}]},
      "l":{"type":"array","items":{"type":"integer","minimum":1}},
      "d":{"anyOf":[{"type":"integer"},{"type":"string","maxLength":0}]},"e":{"enum":[1]}}})";
  const char* texts = R"({"i":"5","n":"-1.5e3","b":"true","o":"7.0","l":["1","2"]})";
  EXPECT_EQ(passed_on(schema, texts, ArgumentCheck::kStrict),
            R"({"i":5,"n":-1500.0,"b":true,"o":7.0,"l":[1,2]})");
  EXPECT_EQ(passed_on(schema, texts, ArgumentCheck::kLenient), texts)
      << "the connected server interprets the texts itself";
  for (const char* other : {R"({"i":"5.5"})", R"({"i":" 5"})", R"({"i":"05"})", R"({"i":""})",
                            R"({"i":"true"})", R"({"b":"True"})", R"({"b":"1"})", R"({"n":"NaN"})",
                            R"({"n":"0x10"})", R"({"l":["0"]})", R"({"d":"5"})", R"({"e":"1"})"})
    EXPECT_NE(check(schema, other), "fits") << other;
}

TEST(InputSchema, IfASystemJudgesItselfUnreadableAndTooLargeIsPassedOn) {
  const char* endless = R"({"type":"object","$defs":{"r":{"$dynamicAnchor":"m","$dynamicRef":"#m"}},
      "properties":{"a":{"$ref":"#/$defs/r"}}})";
  EXPECT_EQ(check(endless, R"({"a":1})", ArgumentCheck::kLenient), "fits");
  EXPECT_TRUE(has(check(endless, R"({"a":1})"), "refers to itself"));
}

TEST(InputSchema, UniqueItemsOfALongListTakeTimeAndMemoryInProportionToIt) {
  // Pair by pair these are 8 * 10^9 comparisons.
  EXPECT_EQ(check_value(kUniqueList, list_of(130'000, [](std::size_t i) { return int(i); })), "fits");
  const auto before = mallinfo2().uordblks;
  EXPECT_NE(check_value(kUniqueList, list_of(130'000, [](std::size_t) { return 1; })), "fits");
  EXPECT_LT(mallinfo2().uordblks, before + 1'000'000);
  EXPECT_TRUE(has(check_value(kUniqueList, list_of(1000, [](std::size_t i) { return int(i % 999); })),
                  "arguments.l must not contain equal items: [0] and [999] are equal."));
}

TEST(InputSchema, UniqueItemsAreEqualWhenJsonSchemaCallsThemSo) {
  for (const char* same : {"[1,1.0]", "[{\"a\":1,\"b\":[2]},{\"b\":[2.0],\"a\":1}]", "[\"a\",\"a\"]",
                           "[null,null]", "[1e400,10e399]"})
    EXPECT_TRUE(has(check(kUniqueList, std::string("{\"l\":") + same + "}"), "equal items")) << same;
  for (const char* different :
       {"[1,\"1\"]", "[0,false,null,\"\",[],{}]", "[[1,2],[2,1]]", "[9007199254740993,9007199254740992]",
        "[\"a,b\",[\"a\",\"b\"]]", "[{\"a\":1},{\"a\":2}]", "[18446744073709551615,18446744073709551614]",
        "[100000000000000000001,100000000000000000002]"})
    EXPECT_EQ(check(kUniqueList, std::string("{\"l\":") + different + "}"), "fits") << different;
}

TEST(InputSchema, ValuesThatTakeTooManyStepsAreRefused) {
  const char* schema =
      R"({"type":"object","properties":{"l":{"items":{"anyOf":[{"type":"string"},{"type":"integer"}]}}}})";
  EXPECT_TRUE(
      has(check_value(schema, list_of(200'000, [](std::size_t) { return 1; })), "more than 500000 steps"));
  EXPECT_EQ(check_value(schema, list_of(10'000, [](std::size_t) { return 1; })), "fits");
}

TEST(InputSchema, BranchesInBranchesAreCountedHoweverTheyAreWritten) {
  // Each level doubles the work: 2^40 visits.
  std::string definitions;
  for (int i = 0; i < 40; ++i) {
    const std::string next = "{\"$ref\":\"#/$defs/d" + std::to_string(i + 1) + "\"}";
    definitions += "\"d" + std::to_string(i) + "\":{\"%\":[" + next + "," + next + "]},";
  }
  definitions += R"("d40":{"type":"string"})";
  for (const char* keyword : {"allOf", "anyOf", "oneOf"}) {
    std::string text =
        R"({"type":"object","$defs":{)" + definitions + R"(},"properties":{"l":{"$ref":"#/$defs/d0"}}})";
    for (auto at = text.find('%'); at != std::string::npos; at = text.find('%')) text.replace(at, 1, keyword);
    const bool ends_early = std::string_view(keyword) == "allOf";
    ASSERT_TRUE(check_schema(value_of(text).get_object()));
    EXPECT_TRUE(has(check(text, ends_early ? R"({"l":"x"})" : R"({"l":1})"), "more than 500000 steps"))
        << keyword;
    EXPECT_EQ(check(text, "{}"), "fits");
  }
}

}  // namespace
}  // namespace wick
