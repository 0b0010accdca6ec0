#include "connectors/schema_validator.h"

// Without this valijson ends the process when a schema cannot be used.
#define VALIJSON_USE_EXCEPTIONS 1

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <map>
#include <memory>
#include <new>
#include <unordered_map>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "base/json.h"
#include "base/text.h"
#include "connectors/template_text.h"

namespace wick {
namespace {

using Adapter = valijson::adapters::BoostJsonAdapter;
using AnyAdapter = valijson::adapters::Adapter;
constexpr std::size_t kMaxCachedSchemas = 1024;
constexpr int kMaxReportedProblems = 3;
// Up to this many steps valijson may say what does not fit: it keeps a text with its place for each problem.
constexpr std::size_t kMaxReportedSteps = 20'000;

// A value as text, the same for values that JSON Schema calls equal: members sorted, 1.0 as 1. False when it
// is one that valijson cannot tell, a number beyond 2^63, which is not equal to any.
bool append_canonical(const AnyAdapter& value, std::string& out) {
  bool known = true;
  if (value.isString()) {
    out += to_json(json::string(value.asString()));
  } else if (value.isArray()) {
    out += '[';
    value.applyToArray([&](const AnyAdapter& item) {
      known = append_canonical(item, out);
      out += ',';
      return known;
    });
    out += ']';
  } else if (value.isObject()) {
    std::map<std::string, std::string> members;
    value.applyToObject([&](const std::string& key, const AnyAdapter& member) {
      known = append_canonical(member, members[key]);
      return known;
    });
    for (const auto& [key, text] : members) out += to_json(json::string(key)) + ":" + text + ",";
    out += '}';
  } else if (value.isBool()) {
    out += value.asBool() ? "true" : "false";
  } else if (value.isNull()) {
    out += "null";
  } else if (value.isInteger()) {
    out += std::to_string(value.asInteger());
  } else if (value.isDouble()) {
    const double number = value.asDouble();
    const bool whole = number == std::floor(number) && std::fabs(number) < 0x1p63;
    out += whole ? std::to_string(static_cast<std::int64_t>(number)) : to_json(json::value(number));
  } else {
    known = false;
  }
  return known;
}

// uniqueItems in time that grows with the list, and one problem for all of it.
class UniqueItems final : public valijson::constraints::PolyConstraint {
 public:
  bool validate(const AnyAdapter& target, const std::vector<std::string>& context,
                valijson::ValidationResults* results) const override {
    if (!target.isArray()) return true;
    std::unordered_map<std::string, std::size_t> seen;
    std::size_t index = 0, first = 0;
    const bool unique = target.applyToArray([&](const AnyAdapter& item) {
      std::string text;
      if (append_canonical(item, text)) {
        const auto [found, fresh] = seen.emplace(std::move(text), index);
        first = found->second;
        if (!fresh) return false;
      }
      ++index;
      return true;
    });
    if (!unique && results != nullptr) {
      results->pushError(context, "Elements at indexes #" + std::to_string(first) + " and #" +
                                      std::to_string(index) + " violate uniqueness constraint.");
    }
    return unique;
  }

 private:
  valijson::constraints::Constraint* cloneInto(void* memory) const override {
    return new (memory) UniqueItems(*this);
  }
  std::size_t sizeOf() const override { return sizeof(*this); }
};

class UniqueItemsBuilder final : public valijson::ConstraintBuilder {
 public:
  valijson::constraints::Constraint* make(const AnyAdapter&) const override { return new UniqueItems; }
};

void prepare_all(json::value& schemas);

// Takes out what valijson would give to std::regex, and has uniqueItems checked by UniqueItems. A property
// that is called "pattern" or "format" has a schema, not a text, and stays.
void prepare(json::value& schema) {
  auto* object = schema.if_object();
  if (object == nullptr) return prepare_all(schema);
  for (const char* keyword : {"pattern", "format"}) {
    const auto* value = object->if_contains(keyword);
    if (value != nullptr && value->is_string()) object->erase(keyword);
  }
  // valijson divides by it as a 64-bit integer, whatever it is: 0 and -1 would end the process.
  const auto* multiple = object->if_contains("multipleOf");
  if (multiple != nullptr && multiple->is_number() &&
      (multiple->is_uint64() || !(multiple->to_number<double>() > 0)))
    object->erase("multipleOf");
  object->erase(kUniqueItems);
  const auto* unique = object->if_contains("uniqueItems");
  if (unique != nullptr && unique->is_bool()) {
    if (unique->get_bool()) object->emplace(kUniqueItems, true);
    object->erase("uniqueItems");
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
    if (key == "properties" || key == "$defs" || key == "definitions" || key == "dependencies") {
      prepare_all(member.value());
    } else if (key != "enum" && key != "const" && key != "default" && key != "examples") {
      prepare(member.value());
    }
  }
}

// Those that a list or a map of names holds.
void prepare_all(json::value& schemas) {
  if (auto* list = schemas.if_array()) {
    for (json::value& item : *list) prepare(item);
  }
  if (auto* object = schemas.if_object()) {
    for (auto& member : *object) prepare(member.value());
  }
}

struct Compiled {
  json::value prepared;
  valijson::Schema schema;
};

// Whether following references alone, which valijson does first of all, comes to an end.
bool references_end(const json::value& root, const json::value& node) {
  const json::value* at = &node;
  for (std::size_t i = 0; i < kMaxSchemaNesting; ++i) {
    const auto* object = at == nullptr ? nullptr : at->if_object();
    const auto* reference = object == nullptr ? nullptr : object->if_contains("$ref");
    if (reference == nullptr || !reference->is_string()) return true;
    const std::string_view text = reference->get_string();
    const auto pointer = percent_decode(text.substr(std::min(text.find('#'), text.size() - 1) + 1));
    at = pointer ? at_pointer(root, *pointer) : nullptr;
  }
  return false;
}

bool all_references_end(const json::value& root, const json::value& node) {
  if (const auto* list = node.if_array()) {
    return std::all_of(list->begin(), list->end(),
                       [&](const json::value& item) { return all_references_end(root, item); });
  }
  const auto* object = node.if_object();
  return object == nullptr ||
         (references_end(root, node) && std::all_of(object->begin(), object->end(), [&](const auto& member) {
            return all_references_end(root, member.value());
          }));
}

Result<std::shared_ptr<const Compiled>> compile(const json::object& schema) {
  auto compiled = std::make_shared<Compiled>();
  compiled->prepared = schema;
  prepare(compiled->prepared);
  if (!all_references_end(compiled->prepared, compiled->prepared)) {
    return fail(ErrorCode::kInvalidArgument,
                "The JSON Schema cannot be used: a reference leads in a circle to itself.");
  }
  try {
    valijson::SchemaParser parser;
    parser.addConstraintBuilder(kUniqueItems, new UniqueItemsBuilder);  // which the parser deletes
    parser.populateSchema(Adapter(compiled->prepared), compiled->schema);
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
                             const json::object& arguments, std::size_t max_steps) {
  thread_local std::unordered_map<std::string, std::shared_ptr<const Compiled>> cache;
  auto found = cache.find(schema_text);
  if (found == cache.end()) {
    auto compiled = compile(schema);
    if (!compiled) return fail(std::move(compiled.error()));
    if (cache.size() >= kMaxCachedSchemas) cache.clear();
    found = cache.emplace(schema_text, std::move(*compiled)).first;
  }
  const json::value root(arguments);
  const Compiled& compiled = *found->second;
  const auto work = schema_work(compiled.prepared, root, max_steps);
  if (!work) return fail(std::move(work.error()));
  valijson::ValidationResults problems;
  valijson::Validator validator;
  try {
    // Without a place to keep problems it stops at the first.
    if (validator.validate(compiled.schema, Adapter(root), nullptr)) return {};
    if (*work > kMaxReportedSteps) {
      return fail(ErrorCode::kInvalidArgument,
                  "The arguments do not fit the input schema. They are too many to say where: try fewer.");
    }
    validator.validate(compiled.schema, Adapter(root), &problems);
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
