#include "json_schema/compiled_schema.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/json.h"
#include "json_schema/lazy_schema.h"

namespace wick::json_schema {
namespace {

json::value value_of(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json::value();
}

std::shared_ptr<const CompiledSchema> compiled(std::string_view schema) {
  auto result = CompiledSchema::compile(value_of(schema));
  EXPECT_TRUE(result) << schema << ": " << (result ? "" : result.error().message);
  return result ? *result : nullptr;
}

bool fits(std::string_view schema, std::string_view value) {
  const Outcome outcome = compiled(schema)->validate(value_of(value));
  EXPECT_TRUE(outcome.verdict == Verdict::kValid || outcome.verdict == Verdict::kInvalid) << schema << value;
  return outcome.verdict == Verdict::kValid;
}

// The sentences, one a line.
std::string said(std::string_view schema, std::string_view value) {
  std::string out;
  const Outcome outcome = compiled(schema)->validate(value_of(value));
  for (const SchemaError& error : outcome.errors) out.append(out.empty() ? "" : "\n").append(error.message);
  return out;
}

std::string refusal(std::string_view schema) {
  const auto result = CompiledSchema::compile(value_of(schema));
  return result ? "compiles" : result.error().message;
}

TEST(CompiledSchema, SaysWhereAValueDiffersAndHow) {
  const char* schema =
      R"({"type":"object","properties":{"tags":{"items":{"type":"string"},"maxItems":3,"minItems":1},
      "odd name":{"minLength":2,"maxLength":4},"n":{"minimum":1,"maximum":9,"multipleOf":0.5},
      "e":{"exclusiveMinimum":0,"exclusiveMaximum":1e400},"m":{"enum":["a","b",3]},"c":{"const":"x"},
      "p":{"pattern":"^[a-z]+$"},"t":{"prefixItems":[true],"items":false},"i":{"type":["integer","null"]},
      "k":{"dependentRequired":{"a":["b"]},"minProperties":1,"maxProperties":2,"propertyNames":{"maxLength":2}},
      "x":{"contains":{"const":1},"maxContains":1},"w":{"not":{"type":"string"}},"f":false},
      "required":["n"],"additionalProperties":false})";
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"([])", "arguments must be an object, not an array."},
      {R"({})", "arguments.n is required, but missing."},
      {R"({"n":1,"tags":["a","b",3]})", "arguments.tags[2] must be a string, not a number."},
      {R"({"n":1,"tags":["a","b","c","d"]})", "arguments.tags must have at most 3 items, and has 4."},
      {R"({"n":1,"tags":[]})", "arguments.tags must have at least 1 item."},
      {R"({"n":1,"odd name":"a"})", "arguments[\"odd name\"] must have at least 2 characters."},
      {R"({"n":1,"odd name":"äöüßé"})", "arguments[\"odd name\"] must have at most 4 characters, and has 5."},
      {R"({"n":0})", "arguments.n must be at least 1."},
      {R"({"n":100000000000000000000})", "arguments.n must be at most 9."},
      {R"({"n":1.25})", "arguments.n must be a multiple of 0.5."},
      {R"({"n":1,"e":0})", "arguments.e must be greater than 0."},
      {R"({"n":1,"e":1e401})", "arguments.e must be less than 1e400."},
      {R"({"n":1,"m":"c"})", "arguments.m must be \"a\", \"b\" or 3."},
      {R"({"n":1,"c":"y"})", "arguments.c must be \"x\"."},
      {R"({"n":1,"p":"A"})", "arguments.p must match the pattern \"^[a-z]+$\"."},
      {R"({"n":1,"t":[1,2]})", "arguments.t must have at most 1 item, and has 2."},
      {R"({"n":1,"i":1.5})", "arguments.i must be an integer or null, not a number with a fraction."},
      {R"({"n":1,"i":"5"})", "arguments.i must be an integer or null, not a string."},
      {R"({"n":1,"k":{"a":1}})", "arguments.k.b is required together with \"a\", but missing."},
      {R"({"n":1,"k":{}})", "arguments.k must have at least 1 property."},
      {R"({"n":1,"k":{"x":1,"y":1,"z":1}})", "arguments.k must have at most 2 properties, and has 3."},
      {R"({"n":1,"k":{"long":1}})", "arguments.k must not have a property called \"long\"."},
      {R"({"n":1,"x":[1,1]})",
       "arguments.x must have at most 1 item of the kind that the schema describes, and has 2."},
      {R"({"n":1,"x":[2]})",
       "arguments.x must have at least 1 item of the kind that the schema describes, and has 0."},
      {R"({"n":1,"w":"a"})", "arguments.w is a value that the schema excludes."},
      {R"({"n":1,"f":1})", "arguments.f is not allowed."},
  };
  for (const auto& [value, sentence] : cases) EXPECT_EQ(said(schema, value), sentence) << value;
  EXPECT_EQ(said(R"({"properties":{"limit":{},"query":{}},"additionalProperties":false})", R"({"limits":1})"),
            "arguments.limits is not a known property. The known ones are \"limit\" and \"query\".");
}

TEST(CompiledSchema, TellsAtMostThreeErrorsEachWithItsPointer) {
  const auto schema = compiled(R"({"additionalProperties":{"type":"string"}})");
  const Outcome outcome = schema->validate(value_of(R"({"a/b":1,"b~":{},"c":2,"d":3,"e":4})"));
  ASSERT_EQ(outcome.errors.size(), kMaxSchemaErrors);
  EXPECT_EQ(outcome.errors[0].pointer, "/a~1b");
  EXPECT_EQ(outcome.errors[1].pointer, "/b~0");
}

TEST(CompiledSchema, NamesWhatTheNearestAlternativeMisses) {
  const char* shapes = R"({"anyOf":[
      {"type":"object","properties":{"kind":{"const":"circle"},"radius":{"type":"number"}},"required":["kind","radius"]},
      {"type":"object","properties":{"kind":{"const":"square"},"side":{"type":"number"}},"required":["kind","side"]},
      {"type":"string"}]})";
  EXPECT_EQ(said(shapes, R"({"kind":"square"})"), "arguments.side is required, but missing.");
  EXPECT_EQ(said(shapes, R"({"kind":"circle","radius":"1"})"),
            "arguments.radius must be a number, not a string.");
  EXPECT_EQ(said(shapes, "1"), "arguments must be a string or an object, not a number.");
  EXPECT_EQ(said(R"({"oneOf":[{"type":"integer"},{"minimum":2}]})", "3"),
            "arguments fits more than one of the alternatives, and must fit exactly one.");
}

TEST(CompiledSchema, ErrorsStayShortAndPrintableWhateverTheNames) {
  json::object value;
  value[std::string(100'000, 'x') + "\x1b[2J"] = 1;
  value["\x1b[2J\n"] = 1;
  const auto outcome = compiled(R"({"additionalProperties":{"type":"string"}})")->validate(value);
  ASSERT_EQ(outcome.errors.size(), 2U);
  for (const SchemaError& error : outcome.errors) {
    EXPECT_LT(error.message.size(), 600U);
    EXPECT_EQ(error.message.find('\x1b'), std::string::npos);
    EXPECT_TRUE(error.message.ends_with("must be a string, not a number."));
  }
}

TEST(CompiledSchema, NumbersAreExactWhateverTheirSize) {
  EXPECT_TRUE(fits(R"({"type":"integer"})", "7.0"));
  EXPECT_TRUE(fits(R"({"type":"integer"})", "1e3"));
  EXPECT_TRUE(fits(R"({"type":"integer"})", "123456789012345678901234567890"));
  EXPECT_FALSE(fits(R"({"type":"integer"})", "123456789012345678901234567890.5"));
  EXPECT_FALSE(fits(R"({"type":"string"})", "123456789012345678901234567890"));
  EXPECT_TRUE(fits(R"({"minimum":-9223372036854776000,"maximum":9223372036854776000})", "5"));
  EXPECT_TRUE(fits(R"({"maximum":18446744073709551615})", "18446744073709551615"));
  EXPECT_FALSE(fits(R"({"maximum":18446744073709551615})", "18446744073709551616"));
  EXPECT_FALSE(fits(R"({"exclusiveMaximum":9007199254740993})", "9007199254740993"));
  EXPECT_TRUE(fits(R"({"exclusiveMaximum":9007199254740993})", "9007199254740992"));
  EXPECT_TRUE(fits(R"({"multipleOf":0.01})", "19.99"));
  EXPECT_TRUE(fits(R"({"const":1.0})", "1"));
  EXPECT_FALSE(fits(R"({"enum":[0]})", "false"));
}

TEST(CompiledSchema, ReadsOlderSpellings) {
  const char* draft4 = R"({"minimum":3,"exclusiveMinimum":true,"maximum":9,"exclusiveMaximum":false})";
  EXPECT_FALSE(fits(draft4, "3"));
  EXPECT_TRUE(fits(draft4, "9"));
  const char* tuple = R"({"items":[{"type":"string"}],"additionalItems":{"type":"integer"}})";
  EXPECT_TRUE(fits(tuple, R"(["a",1,2])"));
  EXPECT_FALSE(fits(tuple, R"(["a","b"])"));
  EXPECT_FALSE(fits(R"({"dependencies":{"a":["b"]}})", R"({"a":1})"));
  EXPECT_FALSE(fits(R"({"dependencies":{"a":{"required":["b"]}}})", R"({"a":1})"));
  EXPECT_FALSE(fits(R"({"definitions":{"s":{"type":"string"}},"$ref":"#/definitions/s"})", "1"));
  EXPECT_FALSE(fits(R"({"$schema":"http://json-schema.org/draft-04/schema#","id":"http://x/y","definitions":
      {"s":{"id":"#s","type":"string"}},"items":{"$ref":"#s"}})",
                    "[1]"));
  EXPECT_FALSE(fits(
      R"({"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"s":{"$id":"#s","type":"string"}},
      "items":{"$ref":"#s"}})",
      "[1]"));
  EXPECT_TRUE(fits(R"({"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"s":{}},
      "$ref":"#/definitions/s","type":"string"})",
                   "1"))
      << "up to draft 7 members next to $ref are ignored";
  EXPECT_TRUE(fits(R"({"type":"string","nullable":true})", "null"));
  EXPECT_FALSE(
      fits(R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"string","nullable":true})",
           "null"));
  EXPECT_TRUE(fits(R"({"properties":{"a":{"type":"string","required":true}}})", "{}"));
  const char* tree = R"({"$schema":"https://json-schema.org/draft/2019-09/schema","$id":"http://x/strict",
      "$recursiveAnchor":true,"$ref":"tree","unevaluatedProperties":false,"$defs":{"t":{"$id":"http://x/tree",
      "$recursiveAnchor":true,"properties":{"v":{},"c":{"items":{"$recursiveRef":"#"}}}}}})";
  EXPECT_TRUE(fits(tree, R"({"c":[{"v":1}]})"));
  EXPECT_FALSE(fits(tree, R"({"c":[{"w":1}]})"));
}

TEST(CompiledSchema, APatternThatCannotBeAppliedNeverRefuses) {
  const char* unknown = R"x("pattern":"^(?=a)")x";
  const auto with = [&](std::string_view before, std::string_view after) {
    return std::string(before) + unknown + std::string(after);
  };
  EXPECT_TRUE(fits(with("{", "}"), R"("b")"));
  EXPECT_TRUE(fits(with(R"({"not":{)", "}}"), R"("a")"));
  EXPECT_TRUE(fits(with(R"({"oneOf":[{)", R"(},{"const":"b"}]})"), R"("b")"));
  EXPECT_TRUE(fits(with(R"({"oneOf":[{)", R"(},{"const":"b"}]})"), R"("a")"));
  EXPECT_FALSE(fits(with(R"({"oneOf":[{)", R"(},true,true]})"), R"("a")"));
  EXPECT_TRUE(fits(with(R"({"if":{)", R"(},"then":{"const":"x"},"else":{"const":"y"}})"), R"("y")"));
  EXPECT_FALSE(fits(with(R"({"if":{)", R"(},"then":{"const":"x"},"else":{"const":"y"}})"), R"("z")"));
  EXPECT_TRUE(fits(with(R"({"contains":{)", "}}"), R"(["b"])"));
  EXPECT_TRUE(fits(with(R"({"maxContains":0,"minContains":0,"contains":{)", "}}"), R"(["b"])"));
  EXPECT_TRUE(fits(R"x({"patternProperties":{"^(?!x)":false},"additionalProperties":false})x", R"({"a":1})"));
  EXPECT_TRUE(fits(R"x({"patternProperties":{"^(?!x)":true},"unevaluatedProperties":false})x", R"({"a":1})"));
  EXPECT_FALSE(fits(with(R"({"type":"integer",)", "}"), R"("a")")) << "what else it says holds";
}

TEST(CompiledSchema, RefusesReferencesThatItDoesNotFollow) {
  EXPECT_NE(refusal(R"({"$ref":"https://example.com/other.json"})").find("another document"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"$ref":"file:///etc/passwd"})").find("another document"), std::string::npos);
  for (const char* nowhere : {"#/$defs/a", "#a", "#/%zz", "#/x/0"})
    EXPECT_NE(refusal(R"({"x":"y","$ref":")" + std::string(nowhere) + "\"}").find("leads nowhere"),
              std::string::npos)
        << nowhere;
  for (const char* circle :
       {R"({"$ref":"#"})",
        R"({"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"})",
        R"({"anyOf":[{"type":"string"},{"not":{"$ref":"#"}}]})", R"({"dependentSchemas":{"a":{"$ref":"#"}}})",
        R"({"if":{"$ref":"#"}})"})
    EXPECT_NE(refusal(circle).find("circle"), std::string::npos) << circle;
  EXPECT_TRUE(fits(R"({"properties":{"a":{"$ref":"#"}}})", R"({"a":{"a":{}}})"));
}

TEST(CompiledSchema, KnowsTheMetaSchemas) {
  const char* schema = R"({"$ref":"https://json-schema.org/draft/2020-12/schema"})";
  EXPECT_TRUE(fits(schema, R"({"type":"object","properties":{"a":{"minLength":1}}})"));
  EXPECT_FALSE(fits(schema, R"({"properties":{"a":{"minLength":-1}}})"));
}

TEST(CompiledSchema, SaysWhichKeywordsMeanNothing) {
  for (const char* schema : {R"({"type":"text"})",
                             R"({"type":5})",
                             R"({"minLength":"3"})",
                             R"({"minLength":-1})",
                             R"({"maxItems":1.5})",
                             R"({"required":"a"})",
                             R"({"required":[1]})",
                             R"({"properties":[]})",
                             R"({"enum":"a"})",
                             R"({"multipleOf":0})",
                             R"({"multipleOf":-1})",
                             R"({"pattern":5})",
                             R"({"allOf":{}})",
                             R"({"anyOf":[1]})",
                             R"({"not":"a"})",
                             R"({"minimum":"1"})",
                             R"({"$ref":5})",
                             R"({"dependentRequired":{"a":{}}})",
                             R"({"patternProperties":1})",
                             R"({"oneOf":[true,5]})"}) {
    const auto odd = compiled(schema);
    ASSERT_FALSE(odd->problems().empty()) << schema;
    for (const char* value : {"1", "\"a\"", "[]", "{}", "null", "-9223372036854775808"})
      EXPECT_EQ(odd->validate(value_of(value)).verdict, Verdict::kValid) << schema << " " << value;
  }
}

TEST(CompiledSchema, EndsWithinItsStepsAndItsNesting) {
  const auto wide = compiled(R"({"items":{"type":"integer"}})");
  json::array items;
  for (int i = 0; i < 1000; ++i) items.emplace_back(i);
  EXPECT_EQ(wide->validate(items, {.max_steps = 1000}).verdict, Verdict::kTooManySteps);
  EXPECT_EQ(wide->validate(items, {.max_steps = 1100}).verdict, Verdict::kValid);
  items.emplace_back("x");
  EXPECT_EQ(wide->validate(items, {.max_steps = 1100}).errors.size(), 1U);

  // References to references, deeper than is allowed, and a circle that only the dynamic scope closes.
  std::string chain = R"({"$ref":"#/$defs/d0","$defs":{)";
  for (std::size_t i = 0; i < kMaxSchemaNesting; ++i)
    chain += "\"d" + std::to_string(i) + "\":{\"$ref\":\"#/$defs/d" + std::to_string(i + 1) + "\"},";
  chain += "\"d" + std::to_string(kMaxSchemaNesting) + "\":true}}";
  EXPECT_EQ(compiled(chain)->validate(1).verdict, Verdict::kTooDeep);
  EXPECT_EQ(compiled(R"({"$dynamicAnchor":"m","$dynamicRef":"#m"})")->validate(1).verdict, Verdict::kTooDeep);
}

TEST(CompiledSchema, StepsGrowWithTextsPatternsEnumsAndMarks) {
  const std::string text(1'000'000, 'a');
  for (const char* schema : {R"({"pattern":"^[a-z]*$"})", R"({"maxLength":2000000})", R"({"const":"b"})",
                             R"({"enum":["1","2","3","4","5","6","7","8","9"]})"}) {
    const auto one = compiled(R"({"items":)" + std::string(schema) + "}");
    EXPECT_EQ(
        one->validate(json::array{json::string(text)}, {.max_steps = 1000}).verdict == Verdict::kTooManySteps,
        std::string_view(schema).find("const") == std::string_view::npos)
        << schema;
  }
  // Each branch keeps marks of its own for 100,000 members.
  std::string branches = "true";
  for (int i = 0; i < 5000; ++i) branches += ",true";
  const auto marked = compiled(R"({"unevaluatedProperties":true,"anyOf":[)" + branches + "]}");
  json::object members;
  for (int i = 0; i < 100'000; ++i) members[std::to_string(i)] = i;
  EXPECT_EQ(marked->validate(members).verdict, Verdict::kTooManySteps);
}

TEST(CompiledSchema, ASchemaThatIsTooLargeIsNotCompiled) {
  json::object large;
  large["description"] = std::string(kMaxSchemaBytes, 'x');
  EXPECT_EQ(CompiledSchema::compile(large).error().code, ErrorCode::kTooLarge);
  json::array numbers(kMaxSchemaBytes / 3, 1);  // two bytes each
  json::object small;
  small["enum"] = numbers;
  EXPECT_TRUE(CompiledSchema::compile(small));
}

TEST(CompiledSchema, ValuesAsDeepAsJsonMayBeAreChecked) {
  const char* schema = R"({"type":"object","properties":{"k":{"$ref":"#"}}})";
  std::string text = "1";
  for (std::size_t i = 1; i < kMaxJsonDepth; ++i) text = "{\"k\":" + text + "}";
  EXPECT_FALSE(fits(schema, text));
  text.replace(text.find('1'), 1, "{}");
  EXPECT_TRUE(fits(schema, text));
}

TEST(LazySchema, IsCompiledOnceForAllThreads) {
  const LazySchema lazy;
  const json::object document = value_of(R"({"type":"object"})").get_object();
  EXPECT_FALSE(lazy.is_ready());
  std::vector<const CompiledSchema*> seen(4);
  {
    std::vector<std::jthread> threads;
    for (auto& one : seen) threads.emplace_back([&] { one = lazy.get(document)->get(); });
  }
  EXPECT_TRUE(lazy.is_ready());
  for (const auto* one : seen) EXPECT_EQ(one, seen.front());
}

}  // namespace
}  // namespace wick::json_schema
