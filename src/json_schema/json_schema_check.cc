// json_schema_check: holds values against schemas. A tool for tests; no part of the server.
//
// Standard input has one JSON line for each schema: {"schema", "values"}. Standard output has one for each of them:
// {"valid": [true …]}, or {"error": "why the schema is refused"}. A value that is refused for a limit is null.
#include <iostream>

#include "base/json.h"
#include "json_schema/compiled_schema.h"

namespace wick::json_schema {
namespace {

json::object answer(const json::object& asked) {
  json::object out;
  const auto schema = CompiledSchema::compile(asked.at("schema"));
  if (!schema) {
    out["error"] = schema.error().message;
    return out;
  }
  json::array valid;
  for (const auto& value : asked.at("values").as_array()) {
    const Verdict verdict = (*schema)->validate(value).verdict;
    const bool is_decided = verdict == Verdict::kValid || verdict == Verdict::kInvalid;
    valid.push_back(is_decided ? json::value(verdict == Verdict::kValid) : json::value());
  }
  out["valid"] = std::move(valid);
  return out;
}

}  // namespace
}  // namespace wick::json_schema

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto asked = wick::parse_json(line);
    if (!asked || !asked->is_object()) {
      std::cerr << "This line is no JSON object: " << line << "\n";
      return 1;
    }
    std::cout << wick::to_json(wick::json_schema::answer(asked->get_object())) << "\n";
  }
}
