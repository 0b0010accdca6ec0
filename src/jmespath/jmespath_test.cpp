#include "jmespath/jmespath.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/json.h"
#include "json_schema/value_equality.h"

namespace wick {
namespace {

json::value find(std::string_view expression, std::string_view text) {
  const auto compiled = Jmespath::compile(expression);
  if (!compiled) return json::value("does not compile: " + compiled.error().message);
  auto found = compiled->search(parse_trusted_json(text));
  return found ? std::move(*found) : json::value("fails: " + found.error().message);
}

std::string refusal(std::string_view expression) {
  const auto compiled = Jmespath::compile(expression);
  return compiled ? "none" : compiled.error().message;
}

std::string failure(std::string_view expression, std::string_view text) {
  const auto found = Jmespath::compile(expression).value().search(parse_trusted_json(text));
  return found ? "none" : found.error().message;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr std::string_view kIssues = R"({"total": 3, "items": [
  {"id": 7, "title": "A", "open": true, "votes": 1.5, "labels": [{"name": "bug"}, {"name": "ui"}]},
  {"id": 9, "title": "B", "open": false, "votes": 12, "labels": []},
  {"id": 8, "title": "Ç", "open": true, "votes": 3, "labels": [{"name": "ui"}]}]})";

TEST(Jmespath, AnExpressionTakesWhatAModelNeedsOfAResponse) {
  EXPECT_EQ(find("items[?open].{id: id, name: title, labels: labels[].name}", kIssues),
            parse_trusted_json(
                R"([{"id":7,"name":"A","labels":["bug","ui"]},{"id":8,"name":"Ç","labels":["ui"]}])"));
  EXPECT_EQ(find("sort_by(items, &id)[-1].title", kIssues), "B");
  EXPECT_EQ(find("{total: total, first: items[0].id}", kIssues),
            parse_trusted_json(R"({"total":3,"first":7})"));
  EXPECT_EQ(find("items[?votes > `2`] | [0].id", kIssues), 9);
  EXPECT_EQ(find("items[].labels[].name | length(@)", kIssues), 3);
  EXPECT_EQ(find("nothing.here[0]", kIssues), nullptr);
  EXPECT_EQ(find("@", "[1]"), parse_trusted_json("[1]"));
}

// The suite of the specification, where the environment says it is: a folder of JSON files.
TEST(Jmespath, TheComplianceSuitePasses) {
  const char* folder = std::getenv("WICK_JMESPATH_SUITE");
  if (folder == nullptr) GTEST_SKIP() << "WICK_JMESPATH_SUITE does not name the folder of the suite";
  std::size_t cases = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".json") continue;
    std::ostringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const json::value suite = parse_trusted_json(text.str());
    ASSERT_TRUE(suite.is_array()) << file.path();
    for (const auto& group : suite.get_array()) {
      const json::value& given = group.at("given");
      for (const auto& each : group.at("cases").as_array()) {
        const json::object& one = each.as_object();
        if (one.contains("bench")) continue;
        const std::string expression = text_or_empty(one, "expression");
        SCOPED_TRACE(file.path().filename().string() + ": " + expression);
        ++cases;
        const auto compiled = Jmespath::compile(expression);
        if (const auto* error = one.if_contains("error")) {
          EXPECT_TRUE(!compiled || (*error != "syntax" && !compiled->search(given))) << *error;
          continue;
        }
        EXPECT_TRUE(compiled) << (compiled ? "" : compiled.error().message);
        if (!compiled) continue;
        const auto found = compiled->search(given);
        EXPECT_TRUE(found) << (found ? "" : found.error().message);
        if (!found) continue;
        EXPECT_TRUE(json_schema::are_equal(*found, one.at("result")))  // 1 equals 1.0
            << to_json(*found) << " instead of " << to_json(one.at("result"));
      }
    }
  }
  std::cout << cases << " cases of the compliance suite\n";
  EXPECT_GT(cases, 800u);
}

TEST(Jmespath, ErrorsNameThePlaceAndAFix) {
  EXPECT_TRUE(has(refusal("items[0"), "] is missing at character 8, where the expression ends"))
      << refusal("items[0");
  EXPECT_TRUE(has(refusal("\"é\".x ]"), "at character 7")) << "counted in characters, not bytes";
  EXPECT_TRUE(has(refusal("a = b"), "Write == to compare"));
  EXPECT_TRUE(has(refusal("$.items"), "JSONPath"));
  EXPECT_TRUE(has(refusal("a > 3"), "`3`")) << refusal("a > 3");
  EXPECT_TRUE(has(refusal("a['b']"), ".name")) << refusal("a['b']");
  EXPECT_TRUE(has(refusal("a.0"), "After a dot")) << refusal("a.0");
  EXPECT_TRUE(has(refusal("a-b"), "double quotes")) << refusal("a-b");
  EXPECT_TRUE(has(refusal("'open"), "not closed")) << refusal("'open");
  EXPECT_TRUE(has(refusal("`{nonsense}`"), "must be JSON")) << refusal("`{nonsense}`");
  EXPECT_TRUE(
      has(refusal("size(a)"), "There is no function size, which stands at character 1. There are abs, "));
  EXPECT_TRUE(has(refusal("abs(a, b)"), "takes 1 argument, and got 2"));
  EXPECT_TRUE(has(refusal("merge()"), "takes at least 1 argument, and got 0"));
  EXPECT_TRUE(has(refusal("sort_by(a, b)"), "with & before it, as in &name"));
  EXPECT_TRUE(has(refusal("length(&b)"), "not an expression with &"));
  EXPECT_TRUE(has(refusal("a[::0]"), "cannot be 0"));
  EXPECT_TRUE(has(refusal("a[99999999999]"), "too large"));
  EXPECT_TRUE(has(refusal(""), "is incomplete"));
  EXPECT_TRUE(has(refusal("a,"), "does not fit"));
  EXPECT_TRUE(has(refusal("\xff"), "UTF-8"));
}

TEST(Jmespath, AFunctionSaysWhatItGotInstead) {
  EXPECT_EQ(failure("items.length(@)", "{}"),
            "The function length at character 7 takes a string or a list or an object, and got null.");
  EXPECT_EQ(failure("join(', ', ids)", R"({"ids":["a",1]})"),
            "The function join at character 1 takes a list of strings as argument 2, and got a list with "
            "something else in it.");
  EXPECT_TRUE(has(failure("sort_by(@, &a)", R"([{"a":1},{"a":"x"}])"), "found a string in item 1"));
}

TEST(Jmespath, IntegersStayExactAndFloatsThatAreWholeBecomeIntegers) {
  EXPECT_EQ(to_json(find("sum(@)", "[9007199254740993, 1]")), "9007199254740994");
  EXPECT_EQ(to_json(find("sum(@)", "[0.5, 0.5]")), "1");
  EXPECT_EQ(to_json(find("[avg(@), max(@)]", "[1, 3]")), "[2,3]");
  EXPECT_EQ(to_json(find("[ceil(@), floor(@), abs(@)]", "-1.5")), "[-1,-2,1.5]");
  EXPECT_EQ(to_json(find("abs(@)", "-9223372036854775808")), "9223372036854775808");
  EXPECT_EQ(find("[?@ > `18446744073709551614`]", "[18446744073709551615, 18446744073709551614, -1]"),
            parse_trusted_json("[18446744073709551615]"));
  EXPECT_EQ(find("to_string(@)", "[1.5]"), "[1.5]");
  EXPECT_EQ(find("map(&to_number(@), @)", R"(["12", "1.0", "-3e2", " 1", "0x1", "", "true", "1e999"])"),
            parse_trusted_json("[12, 1, -300, null, null, null, null, 1e999]"));
}

TEST(Jmespath, NumbersBeyondDoublesAreNumbers) {
  const char* list =
      "[18446744073709551617, 18446744073709551616, 1e400, -1e400, 7, 0.10000000000000000001, 0.1]";
  EXPECT_EQ(to_json(find("sort(@)", list)),
            "[-1e400,0.1,0.10000000000000000001,7,18446744073709551616,18446744073709551617,1e400]");
  EXPECT_EQ(to_json(find("[max(@), min(@)]", list)), "[1e400,-1e400]");
  EXPECT_EQ(to_json(find("[?@ > `18446744073709551616`]", list)), "[18446744073709551617,1e400]");
  EXPECT_EQ(to_json(find("[?@ == `18446744073709551616.0`]", list)), "[18446744073709551616]");
  EXPECT_EQ(to_json(find("[*].type(@) | [0]", list)), "\"number\"");
  EXPECT_EQ(to_json(find("abs([3])", list)), "1e400");
  EXPECT_EQ(to_json(find("to_string([0])", list)), "\"18446744073709551617\"");
  EXPECT_EQ(to_json(find("to_number('18446744073709551617')", "{}")), "18446744073709551617");
  EXPECT_EQ(to_json(find("contains('17', [0])", list)), "false");
  EXPECT_EQ(to_json(find("[floor(@), ceil(@)]", "12345678901234567890.5")),
            "[12345678901234567890,12345678901234567891]");
  EXPECT_EQ(to_json(find("[floor(@), ceil(@)]", "-99999999999999999999.5")),
            "[-100000000000000000000,-99999999999999999999]");
  EXPECT_EQ(to_json(find("[floor(@), ceil(@)]", "-1e-400")), "[-1,0]");
  EXPECT_EQ(to_json(find("ceil(@)", "1e400")), "1e400");
  EXPECT_TRUE(has(failure("length(@)", "18446744073709551617"), "got a number"));
}

TEST(Jmespath, AnExpressionLongerThanTheLimitIsRefused) {
  EXPECT_EQ(refusal("\"" + std::string(kMaxJmespathBytes - 2, 'x') + "\""), "none");
  EXPECT_TRUE(has(refusal("\"" + std::string(kMaxJmespathBytes - 1, 'x') + "\""), "longer than 4096 bytes"));
}

TEST(Jmespath, AnExpressionNestedDeeperThanTheLimitIsRefusedHoweverItNests) {
  const auto repeated = [](std::string_view before, std::string_view middle, std::string_view after,
                           std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += before;
    out += middle;
    for (std::size_t i = 0; i < n; ++i) out += after;
    return out;
  };
  struct Nest {
    std::string_view before, middle, after;
  };
  for (const Nest& nest : {Nest{"(", "a", ")"},
                           {"[", "a", "]"},
                           {"{a: ", "a", "}"},
                           {"!", "a", ""},
                           {"a.", "a", ""},
                           {"a || ", "a", ""},
                           {"a | ", "a", ""},
                           {"abs(", "a", ")"},
                           {"a[?", "a", "]"},
                           {"", "a", "[0]"},
                           {"", "a", "[*]"},
                           {"", "a", "[]"},
                           {"map(&", "a", ", @)"},
                           {"*.", "a", ""}}) {
    EXPECT_EQ(refusal(repeated(nest.before, nest.middle, nest.after, 20)), "none")
        << nest.before << nest.after;
    EXPECT_TRUE(
        has(refusal(repeated(nest.before, nest.middle, nest.after, 200)), "nested deeper than 64 levels"))
        << nest.before << nest.after << ": " << refusal(repeated(nest.before, nest.middle, nest.after, 200));
  }
}

TEST(Jmespath, AnExpressionThatTakesTooManyStepsEnds) {
  std::string list = "[0";
  for (int i = 1; i < 2000; ++i) list += "," + std::to_string(i);
  list += "]";
  EXPECT_EQ(failure("[?@ == `-1`]", list), "none");
  std::string lists = "[" + list;
  for (int i = 1; i < 500; ++i) lists += "," + list;
  lists += "]";
  EXPECT_TRUE(has(failure("[*][?@ == `-1`]", lists), "more than 2000000 steps"))
      << failure("[*][?@ == `-1`]", lists);
}

TEST(Jmespath, AnExpressionThatMakesTooMuchEnds) {
  // Each step doubles the value.
  std::string expression = "@";
  for (int i = 0; i < 40; ++i) expression += " | [@, @]";
  EXPECT_TRUE(has(failure(expression, R"("0123456789")"), "larger than 67108864 bytes"))
      << failure(expression, R"("0123456789")");
  const std::string text = "\"" + std::string(1024 * 1024, 'x') + "\"";
  std::string many = "[";
  for (int i = 0; i < 80; ++i) many += i == 0 ? "@" : ",@";
  EXPECT_TRUE(has(failure("join('', " + many + "])", text), "larger than"));
}

TEST(Jmespath, ATextIsLookedForInTimeThatGrowsWithItsLengthOnly) {
  // Quadratic searches take hours for this one.
  const std::string a(2 * 1024 * 1024, 'a');
  EXPECT_EQ(find("contains(text, part)",
                 "{\"text\":\"" + a + "\",\"part\":\"" + a.substr(0, a.size() / 2) + "b\"}"),
            false);
}

}  // namespace
}  // namespace wick
