// JSON Schema 2020-12: a schema compiled once, and values checked against it.
//
// Everything of the core, applicator, unevaluated and validation vocabularies is applied; `format`, the
// `content…` keywords and all others are annotations. References lead into the document itself, its embedded
// resources ($id) and the meta-schemas of 2020-12; no other document is read.
//
// Numbers are compared exactly, in decimal: 19.99 is a multiple of 0.01, and 7.0 is an integer.
//
// Schemas of older drafts are read as they mean: `$schema` names the draft, and where it does not, the
// spellings that only an older draft has are understood too (a list in `items`, `additionalItems`,
// `definitions`, `dependencies`, a boolean `exclusiveMinimum`, `id`, `$recursiveRef`), and `nullable` of
// OpenAPI 3.0.
//
// Patterns are those of ECMA-262, matched by RE2 in linear time. A pattern that RE2 cannot express (look
// around, back references, properties that it does not know, more instructions than it may take) is not
// applied: it never refuses a value, nor does a keyword around it because of it (`not`, `oneOf` …). The same
// holds for a `multipleOf` of more than 19 digits.
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

// Serialised; a larger schema is not compiled.
inline constexpr std::size_t kMaxSchemaBytes = 64 * 1024;
// Schemas visited, members and items looked at, 64 bytes of text compared: some tenths of a second.
inline constexpr std::size_t kMaxSchemaSteps = 500'000;
// Below a millisecond: as many are taken on an io thread.
inline constexpr std::size_t kShortSchemaSteps = 2'000;
// Schemas in schemas, and those that references lead to, on the way to one value: about a megabyte of stack.
inline constexpr std::size_t kMaxSchemaNesting = 1024;
// Errors that are told of one value, and problems of one schema.
inline constexpr std::size_t kMaxSchemaErrors = 3;

struct Limits {
  std::size_t max_steps = kMaxSchemaSteps;
  // Whether a required property that is absent counts as given where a schema of the object gives it a `default`: beside
  // `required`, behind references, in branches of `allOf`, in each branch of `anyOf` and `oneOf`.
  bool defaults_count = false;
  // How errors call the whole value.
  std::string_view root = "arguments";
};

struct SchemaError {
  std::string pointer;  // RFC 6901, into the value
  std::string message;  // one sentence that names the place, for a model to repair it
};

enum class Verdict {
  kValid,
  kInvalid,
  kTooManySteps,  // Limits::max_steps were not enough to decide
  kTooDeep,       // kMaxSchemaNesting, as when a schema refers to itself for the same value
};

struct Outcome {
  Verdict verdict = Verdict::kValid;
  // Of kInvalid, at most kMaxSchemaErrors. Empty when finding them took more than Limits::max_steps.
  std::vector<SchemaError> errors;
};

// Further documents that references may lead to, by absolute URI. They must live while compile() runs.
using Documents = std::map<std::string, const boost::json::value*, std::less<>>;

struct SchemaNodes;

class CompiledSchema {
 public:
  // Takes time and memory in proportion to the schema (patterns: pattern.h, at most `max_patterns` different ones are
  // applied). `document` is not needed later.
  // Errors: kTooLarge         kMaxSchemaBytes
  //         kInvalidArgument  a reference leads nowhere, to another document, or in a circle to itself
  static Result<std::shared_ptr<const CompiledSchema>> compile(const boost::json::object& document,
                                                               const Documents& documents = {},
                                                               std::size_t max_patterns = kMaxPatterns);
  // The same for a whole document, which may be a boolean.
  static Result<std::shared_ptr<const CompiledSchema>> compile(const boost::json::value& document,
                                                               const Documents& documents = {});
  explicit CompiledSchema(std::unique_ptr<const SchemaNodes> nodes);
  ~CompiledSchema();

  Outcome validate(const boost::json::value& value, const Limits& limits = {}) const;

  // Keywords that have no meaning as they are written ("type": "text", "minLength": "3") and are not applied:
  // a sentence for each, at most kMaxSchemaErrors.
  const std::vector<std::string>& problems() const;

  const SchemaNodes& nodes() const { return *nodes_; }

 private:
  std::unique_ptr<const SchemaNodes> nodes_;
};

}  // namespace wick::json_schema
