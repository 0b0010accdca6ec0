#include "json_schema/compiled_schema.h"

#include "base/json.h"
#include "json_schema/compiler.h"
#include "json_schema/evaluation.h"

namespace wick::json_schema {

Result<std::shared_ptr<const CompiledSchema>> CompiledSchema::compile(const json::object& document,
                                                                      const Documents& documents,
                                                                      std::size_t max_patterns) {
  // The count is an estimate, which may be too high.
  if (is_larger_than(document, kMaxSchemaBytes) && to_json(document).size() > kMaxSchemaBytes) {
    return fail(ErrorCode::kTooLarge,
                "The schema is larger than " + std::to_string(kMaxSchemaBytes) + " bytes.");
  }
  WICK_TRY(nodes, Compiler(documents, max_patterns).compile(document));
  return std::make_shared<const CompiledSchema>(std::move(nodes));
}

Result<std::shared_ptr<const CompiledSchema>> CompiledSchema::compile(const json::value& document,
                                                                      const Documents& documents) {
  if (const auto* object = document.if_object()) return compile(*object, documents);
  if (!document.is_bool()) {
    return fail(ErrorCode::kInvalidArgument, "A schema must be an object, or a boolean.");
  }
  json::object schema;
  if (!document.get_bool()) schema["not"] = json::object();
  return compile(schema, documents);
}

CompiledSchema::CompiledSchema(std::unique_ptr<const SchemaNodes> nodes) : nodes_(std::move(nodes)) {}
CompiledSchema::~CompiledSchema() = default;

Outcome CompiledSchema::validate(const json::value& value, const Limits& limits) const {
  const Place whole;
  Evaluation quick(*nodes_, limits);
  const Fit fit = quick.visit(nodes_->root, value, whole, nullptr, nullptr);
  if (quick.stopped() != Verdict::kValid) return {quick.stopped(), {}};
  if (fit != Fit::kNo) return {};
  // Evaluates again to collect the errors.
  Findings findings(limits.root);
  Evaluation thorough(*nodes_, limits);
  thorough.visit(nodes_->root, value, whole, nullptr, &findings);
  return {Verdict::kInvalid, findings.take()};
}

const std::vector<std::string>& CompiledSchema::problems() const {
  return nodes_->problems;
}

}  // namespace wick::json_schema
