#include "connectors/schema_validator.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include "base/json.h"
#include "connectors/schema_work.h"

namespace wick {
namespace {

json::object object_of_text(const std::string& text) {
  return parse_trusted_json(text).get_object();
}

std::string check(const json::object& schema, const json::object& arguments) {
  const auto checked = check_arguments(schema, to_json(schema), arguments);
  return checked ? "fits" : checked.error().message;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

json::object list_of(std::size_t count, int (*item)(std::size_t)) {
  json::array list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(item(i));
  json::object out;
  out["l"] = std::move(list);
  return out;
}

const char* const kUniqueList = R"({"type":"object","properties":{"l":{"type":"array","uniqueItems":true}}})";

TEST(SchemaValidator, AMultipleOfThatNothingCanBeDividedByIsNoRule) {
  for (const char* divisor : {"0", "-1", "0.0", "-0.5", "18446744073709551615"}) {
    const auto schema =
        parse_trusted_json(std::string(R"({"properties":{"a":{"multipleOf":)") + divisor + "}}}");
    const std::string text = to_json(schema);
    for (const char* value : {"-9223372036854775808", "4", "0", "1e300"}) {
      const auto arguments = parse_trusted_json(std::string(R"({"a":)") + value + "}");
      EXPECT_TRUE(check_arguments(schema.get_object(), text, arguments.get_object()))
          << divisor << " " << value;
    }
  }
}

TEST(SchemaValidator, UniqueItemsOfALongListTakeTimeAndMemoryInProportionToIt) {
  const json::object schema = object_of_text(kUniqueList);
  // Pair by pair these are 8 * 10^9 comparisons, and each pair of equal ones was a problem kept in memory.
  EXPECT_EQ(check(schema, list_of(130'000, [](std::size_t i) { return int(i); })), "fits");
  const auto before = mallinfo2().uordblks;
  EXPECT_FALSE(check_arguments(schema, to_json(schema), list_of(130'000, [](std::size_t) { return 1; })));
  EXPECT_LT(mallinfo2().uordblks, before + 1'000'000);
  EXPECT_TRUE(has(check(schema, list_of(1000, [](std::size_t i) { return int(i % 999); })),
                  "indexes #0 and #999 violate"));
}

TEST(SchemaValidator, UniqueItemsAreEqualWhenJsonSchemaCallsThemSo) {
  const json::object schema = object_of_text(kUniqueList);
  for (const char* same :
       {"[1,1.0]", "[{\"a\":1,\"b\":[2]},{\"b\":[2.0],\"a\":1}]", "[\"a\",\"a\"]", "[null,null]"})
    EXPECT_TRUE(has(check(schema, object_of_text(std::string("{\"l\":") + same + "}")), "uniqueness"))
        << same;
  for (const char* different :
       {"[1,\"1\"]", "[0,false,null,\"\",[],{}]", "[[1,2],[2,1]]", "[9007199254740993,9007199254740992]",
        "[\"a,b\",[\"a\",\"b\"]]", "[{\"a\":1},{\"a\":2}]", "[18446744073709551615,18446744073709551614]"})
    EXPECT_EQ(check(schema, object_of_text(std::string("{\"l\":") + different + "}")), "fits") << different;
}

TEST(SchemaValidator, UniqueItemsHoldInEachBranchByItself) {
  const json::object schema = object_of_text(R"({"type":"object","properties":{"l":{"anyOf":[
      {"type":"array","uniqueItems":true,"maxItems":2},{"type":"array","minItems":3}]},"uniqueItems":true}})");
  EXPECT_EQ(check(schema, object_of_text(R"({"l":[1,1,1],"uniqueItems":[1,1]})")), "fits");
  EXPECT_NE(check(schema, object_of_text(R"({"l":[1,1]})")), "fits");
}

TEST(SchemaValidator, ValuesThatTakeTooManyStepsAreRefusedBeforeTheyAreTaken) {
  const json::object schema = object_of_text(
      R"({"type":"object","properties":{"l":{"items":{"anyOf":[{"type":"string"},{"type":"null"}]}}}})");
  EXPECT_TRUE(has(check(schema, list_of(200'000, [](std::size_t) { return 1; })), "more than 500000 steps"));
  const std::string many = check(schema, list_of(10'000, [](std::size_t) { return 1; }));
  EXPECT_TRUE(has(many, "too many to say where")) << many;
  const std::string few = check(schema, list_of(10, [](std::size_t) { return 1; }));
  EXPECT_TRUE(has(few, "[l][0]") || has(few, "item #0")) << few;
}

TEST(SchemaValidator, BranchesInBranchesAreCountedHoweverTheyAreWritten) {
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
    const json::object schema = object_of_text(text);
    ASSERT_TRUE(check_schema(schema));
    EXPECT_TRUE(has(check(schema, object_of_text(R"({"l":1})")), "more than 500000 steps")) << keyword;
    EXPECT_EQ(check(schema, object_of_text("{}")), "fits");
  }
}

TEST(SchemaValidator, ALongEnumIsCountedForEachValue) {
  std::string values;
  for (int i = 0; i < 5000; ++i) values += (i == 0 ? "" : ",") + std::to_string(i);
  const json::object schema =
      object_of_text(R"({"type":"object","properties":{"l":{"items":{"enum":[)" + values + "]}}}}");
  EXPECT_EQ(check(schema, list_of(90, [](std::size_t i) { return int(i); })), "fits");
  EXPECT_TRUE(
      has(check(schema, list_of(100'000, [](std::size_t) { return 4999; })), "more than 500000 steps"));
}

TEST(SchemaValidator, ASchemaDefinedByItselfIsRefusedInsteadOfFollowed) {
  EXPECT_FALSE(check_schema(
      object_of_text(R"({"type":"object","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},
      "properties":{"x":{"$ref":"#/$defs/a"}}})")));
  const json::object schema = object_of_text(
      R"({"type":"object","$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"}]}},"properties":{"x":{"$ref":"#/$defs/a"}}})");
  EXPECT_TRUE(has(check(schema, object_of_text(R"({"x":1})")), "defined by itself"));
}

TEST(SchemaValidator, ARecursiveSchemaFitsValuesAsDeepAsJsonMayBe) {
  const json::object schema = object_of_text(
      R"({"type":"object","$defs":{"n":{"type":"object","properties":{"k":{"$ref":"#/$defs/n"}}}},
          "properties":{"k":{"$ref":"#/$defs/n"}}})");
  std::string text = "1";
  for (std::size_t i = 1; i < kMaxJsonDepth; ++i) text = "{\"k\":" + text + "}";
  EXPECT_NE(check(schema, object_of_text(text)), "fits");
  text.replace(text.find('1'), 1, "{}");
  EXPECT_EQ(check(schema, object_of_text(text)), "fits");
}

}  // namespace
}  // namespace wick
