// JSON Schema 2020-12: compiles a schema once and validates values against it.
//
// All keywords of the core, applicator, unevaluated and validation vocabularies are applied. `format`, the
// `content…` keywords and all others are annotations. References lead into the document itself, its embedded
// resources ($id) and the meta-schemas of 2020-12; no other document is loaded.
//
// Numbers are compared exactly, in decimal: 19.99 is a multiple of 0.01, and 7.0 is an integer.
//
// Schemas of older drafts keep their meaning: `$schema` names the draft. Without `$schema`, spellings that only
// an older draft has are understood too (a list in `items`, `additionalItems`, `definitions`, `dependencies`, a
// boolean `exclusiveMinimum`, `id`, `$recursiveRef`), and `nullable` of OpenAPI 3.0.
//
// Patterns follow ECMA-262 and are matched by RE2 in linear time. A pattern that RE2 cannot express
// (lookaround, backreferences, unknown properties, too many instructions) is not applied: it never rejects a
// value, and neither does a keyword around it because of it (`not`, `oneOf` …). The same holds for a
// `multipleOf` with more than 19 digits.
//
// A CompiledSchema is immutable and may be used by any number of threads at once.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json_schema/pattern.h"

namespace wick::json_schema {

// The serialised size; larger schemas are not compiled.
inline constexpr std::size_t kMaxSchemaBytes = 64 * 1024;
// Visited schemas, members and items, plus one step for each 64 bytes of compared text: some tenths of a
// second.
inline constexpr std::size_t kMaxSchemaSteps = 500'000;
// The steps allowed on an io thread: less than a millisecond.
inline constexpr std::size_t kShortSchemaSteps = 2'000;
// The depth of nested and referenced schemas for one value: about a megabyte of stack.
inline constexpr std::size_t kMaxSchemaNesting = 1024;
// The number of reported errors of one value, and of problems of one schema.
inline constexpr std::size_t kMaxSchemaErrors = 3;

struct Limits {
  std::size_t max_steps = kMaxSchemaSteps;
  // Whether an absent required property counts as present if a schema of the object gives it a `default`: next
  // to `required`, behind references, in branches of `allOf`, or in every branch of `anyOf` or `oneOf`.
  bool defaults_count = false;
  // The name of the whole value in errors.
  std::string_view root = "arguments";
};

struct SchemaError {
  std::string pointer;  // RFC 6901, into the value
  std::string message;  // one sentence that names the place, so that a model can correct it
};

enum class Verdict {
  kValid,
  kInvalid,
  kTooManySteps,  // not decided within Limits::max_steps
  kTooDeep,       // kMaxSchemaNesting, for example when a schema refers to itself for the same value
};

struct Outcome {
  Verdict verdict = Verdict::kValid;
  // The errors of kInvalid, at most kMaxSchemaErrors. Empty if finding them took more than Limits::max_steps.
  std::vector<SchemaError> errors;
};

// Further documents that references may lead to, by absolute URI. They must exist while compile() runs.
using Documents = std::map<std::string, const boost::json::value*, std::less<>>;

struct SchemaNodes;

class CompiledSchema {
 public:
  // Compiles `document` in time and memory proportional to its size. At most `max_patterns` different patterns
  // are applied (pattern.h). `document` is not needed afterwards.
  // Errors: kTooLarge         kMaxSchemaBytes
  //         kInvalidArgument  a reference leads nowhere, to another document, or in a circle to itself
  static Result<std::shared_ptr<const CompiledSchema>> compile(const boost::json::object& document,
                                                               const Documents& documents = {},
                                                               std::size_t max_patterns = kMaxPatterns);
  // Compiles a document that may be a boolean.
  static Result<std::shared_ptr<const CompiledSchema>> compile(const boost::json::value& document,
                                                               const Documents& documents = {});
  explicit CompiledSchema(std::unique_ptr<const SchemaNodes> nodes);
  ~CompiledSchema();

  Outcome validate(const boost::json::value& value, const Limits& limits = {}) const;

  // One sentence for each keyword whose value has no meaning ("type": "text", "minLength": "3") and that is not
  // applied, at most kMaxSchemaErrors.
  const std::vector<std::string>& problems() const;

  const SchemaNodes& nodes() const { return *nodes_; }

 private:
  std::unique_ptr<const SchemaNodes> nodes_;
};

}  // namespace wick::json_schema
