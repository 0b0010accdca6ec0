// The official test suite of JSON Schema 2020-12: every required test, and the optional ones but for formats,
// which are annotations here. Another copy of it is named by JSON_SCHEMA_SUITE in the environment.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "json_schema/compiled_schema.h"

namespace wick::json_schema {
namespace {

namespace fs = std::filesystem;

struct Exception {
  std::string_view file, group, test;  // an empty `test` is all of the group
  std::string_view reason;
};

constexpr std::array<Exception, 2> kExceptions = {{
    {"optional/ecmascript-regex.json", "ECMA 262 has no support for \\Z anchor from .NET", "",
     "asks for `format`, which is an annotation"},
    {"optional/ecmascript-regex.json", "\\a is not an ECMA 262 control escape", "",
     "asks for `format`, which is an annotation"},
}};

fs::path suite() {
  const char* other = std::getenv("JSON_SCHEMA_SUITE");
  return other != nullptr ? other : WICK_JSON_SCHEMA_SUITE;
}

json::value read(const fs::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  auto value = parse_json(text.str());
  EXPECT_TRUE(in && value) << file;
  return value ? *value : json::value();
}

// What references of the tests lead to, at http://localhost:1234/.
class Remotes {
 public:
  Remotes() {
    const fs::path folder = suite() / "remotes";
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".json") continue;
      const std::string uri = "http://localhost:1234/" + fs::relative(entry.path(), folder).generic_string();
      values_.push_back(std::make_unique<json::value>(read(entry.path())));
      documents_.emplace(uri, values_.back().get());
    }
  }
  const Documents& documents() const { return documents_; }

 private:
  std::vector<std::unique_ptr<json::value>> values_;
  Documents documents_;
};

bool is_exception(const std::string& file, std::string_view group, std::string_view test) {
  return std::any_of(kExceptions.begin(), kExceptions.end(), [&](const Exception& one) {
    return one.file == file && one.group == group && (one.test.empty() || one.test == test);
  });
}

// How many tests of the file were run.
int run(const std::string& file, const Documents& documents) {
  int count = 0;
  const json::value groups = read(suite() / "tests/draft2020-12" / file);
  if (!groups.is_array()) return 0;
  for (const auto& one : groups.get_array()) {
    const json::object& group = one.get_object();
    const std::string name(group.at("description").as_string());
    const auto compiled = CompiledSchema::compile(group.at("schema"), documents);
    for (const auto& each : group.at("tests").as_array()) {
      const json::object& test = each.get_object();
      const std::string description(test.at("description").as_string());
      if (is_exception(file, name, description)) continue;
      ++count;
      if (!compiled) {
        ADD_FAILURE() << file << ": " << name << ": " << compiled.error().message;
        break;
      }
      EXPECT_TRUE((*compiled)->problems().empty()) << name << ": " << (*compiled)->problems().front();
      const Outcome outcome = (*compiled)->validate(test.at("data"));
      const Verdict expected = test.at("valid").as_bool() ? Verdict::kValid : Verdict::kInvalid;
      EXPECT_EQ(outcome.verdict, expected)
          << file << ": " << name << ": " << description << "\n"
          << to_json(group.at("schema")) << "\n"
          << to_json(test.at("data"))
          << (outcome.errors.empty() ? std::string() : "\n" + outcome.errors.front().message);
      EXPECT_EQ(outcome.errors.empty(), outcome.verdict != Verdict::kInvalid);
    }
  }
  return count;
}

TEST(OfficialSuite, EveryRequiredTestAndTheOptionalOnesButForFormatsPass) {
  ASSERT_TRUE(fs::is_directory(suite() / "tests/draft2020-12"))
      << "Install libtest-json-schema-acceptance-perl, or name a copy of the suite in JSON_SCHEMA_SUITE.";
  const Remotes remotes;
  int required = 0, optional = 0;
  for (const auto& entry : fs::directory_iterator(suite() / "tests/draft2020-12")) {
    if (entry.path().extension() == ".json")
      required += run(entry.path().filename().string(), remotes.documents());
  }
  for (const auto& entry : fs::directory_iterator(suite() / "tests/draft2020-12/optional")) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() == ".json" && name != "format-assertion.json")
      optional += run("optional/" + name, remotes.documents());
  }
  EXPECT_GE(required, 1100);
  EXPECT_GE(optional, 100);
  RecordProperty("required", required);
  RecordProperty("optional", optional);
}

}  // namespace
}  // namespace wick::json_schema
