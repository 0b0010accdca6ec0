#include "connectors/argument_defaults.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace wick {
namespace {

json::object object(std::string_view text) {
  return parse_trusted_json(text).as_object();
}

TEST(ArgumentDefaults, AbsentArgumentsHaveTheDefaultOfTheSchema) {
  const json::object schema =
      object(R"({"type":"object","properties":{"a":{"default":1},"b":{"default":2},"c":{"type":"string"}}})");
  EXPECT_EQ(with_defaults(schema, object(R"({"b":null})")), object(R"({"b":null,"a":1})"))
      << "what is given stays, null too";
  EXPECT_EQ(with_defaults(json::object(), object(R"({"x":1})")), object(R"({"x":1})"));
  EXPECT_EQ(with_defaults(schema, {}, Defaults::kOfRequired), json::object());
}

TEST(ArgumentDefaults, DefaultsAreFoundBehindReferencesAndInBranches) {
  const json::object schema = object(R"({"$defs":{"level":{"allOf":[{"type":"integer"},{"default":3}]},
      "paging":{"properties":{"size":{"$ref":"#/$defs/level"}}},
      "loop":{"allOf":[{"$ref":"#/$defs/loop"},{"$ref":"#/$defs/loop"}]}},
      "allOf":[{"$ref":"#/$defs/paging"},{"properties":{"page":{"default":1}}},{"$ref":"#/$defs/loop"}],
      "properties":{"size":true,"page":{"type":"integer"},"endless":{"$ref":"#/$defs/loop"}},
      "required":["size"]})");
  EXPECT_EQ(with_defaults(schema, {}), object(R"({"size":3,"page":1})"));
  EXPECT_EQ(with_defaults(schema, {}, Defaults::kOfRequired), object(R"({"size":3})"));
}

}  // namespace
}  // namespace wick
