#include "connectors/schema_validator.h"

// Without this valijson ends the process when a schema cannot be used.
#define VALIJSON_USE_EXCEPTIONS 1

#include <boost/json/serialize.hpp>
#include <memory>
#include <unordered_map>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "base/json.h"

namespace wick {
namespace {

using Adapter = valijson::adapters::BoostJsonAdapter;
constexpr std::size_t kMaxCachedSchemas = 1024;
constexpr int kMaxReportedProblems = 3;

// Takes out what valijson would give to std::regex. A property that is called "pattern" or "format" has a
// schema, not a text, and stays.
void drop_expressions(json::value& node) {
  if (auto* list = node.if_array()) {
    for (json::value& item : *list) drop_expressions(item);
    return;
  }
  auto* object = node.if_object();
  if (object == nullptr) return;
  for (const char* keyword : {"pattern", "format"}) {
    const auto* value = object->if_contains(keyword);
    if (value != nullptr && value->is_string()) object->erase(keyword);
  }
  const auto* by_pattern = object->if_contains("patternProperties");
  const bool is_keyword = by_pattern != nullptr && by_pattern->is_object() && !object->contains("$ref") &&
                          !by_pattern->get_object().contains("type");
  if (is_keyword) {
    // Without it, what it names would count as additional.
    object->erase("patternProperties");
    object->erase("additionalProperties");
  }
  for (auto& member : *object) {
    const std::string_view key = member.key();
    if (key != "enum" && key != "const" && key != "default" && key != "examples")
      drop_expressions(member.value());
  }
}

Result<std::shared_ptr<const valijson::Schema>> compile(const json::object& schema) {
  auto compiled = std::make_shared<valijson::Schema>();
  json::value root(schema);
  drop_expressions(root);
  try {
    valijson::SchemaParser parser;
    parser.populateSchema(Adapter(root), *compiled);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInvalidArgument,
                std::string("The JSON Schema cannot be used: ") + error.what() + ".");
  }
  return compiled;
}

}  // namespace

Result<void> check_schema(const json::object& schema) {
  const auto* type = schema.if_contains("type");
  if (type == nullptr || !type->is_string() || type->get_string() != "object") {
    return fail(ErrorCode::kInvalidArgument, "The input schema must have \"type\": \"object\".");
  }
  if (to_json(schema).size() > kMaxSchemaBytes) {
    return fail(ErrorCode::kInvalidArgument,
                "The input schema is larger than " + std::to_string(kMaxSchemaBytes) + " bytes.");
  }
  if (auto compiled = compile(schema); !compiled) return fail(std::move(compiled.error()));
  return {};
}

Result<void> check_arguments(const json::object& schema, const std::string& schema_text,
                             const json::object& arguments) {
  thread_local std::unordered_map<std::string, std::shared_ptr<const valijson::Schema>> cache;
  auto found = cache.find(schema_text);
  if (found == cache.end()) {
    auto compiled = compile(schema);
    if (!compiled) return fail(std::move(compiled.error()));
    if (cache.size() >= kMaxCachedSchemas) cache.clear();
    found = cache.emplace(schema_text, std::move(*compiled)).first;
  }
  const json::value root(arguments);
  valijson::ValidationResults problems;
  valijson::Validator validator;
  try {
    if (validator.validate(*found->second, Adapter(root), &problems)) return {};
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInvalidArgument,
                std::string("The arguments cannot be held against the input schema: ") + error.what() + ".");
  }
  std::string text = "The arguments do not fit the input schema:";
  valijson::ValidationResults::Error problem;
  for (int i = 0; i < kMaxReportedProblems && problems.popError(problem); ++i) {
    std::string where;
    for (const std::string& part : problem.context) where += part == "<root>" ? "" : part;
    text += "\n- " + (where.empty() ? std::string("arguments") : where) + ": " + problem.description;
  }
  return fail(ErrorCode::kInvalidArgument, std::move(text));
}

}  // namespace wick
