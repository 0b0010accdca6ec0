#include "connectors/input_schema.h"

#include "base/json.h"
#include "json_schema/lenient_reading.h"

namespace wick {
namespace {

using json_schema::CompiledSchema;
using json_schema::Outcome;
using json_schema::Verdict;

std::unexpected<Error> not_fitting(const Outcome& outcome) {
  std::string text = "The arguments do not fit the input schema";
  if (outcome.errors.empty()) {
    return fail(ErrorCode::kInvalidArgument, text + ". They are too many to say where: try fewer.");
  }
  text += ":";
  for (const auto& error : outcome.errors) text += "\n- " + error.message;
  return fail(ErrorCode::kInvalidArgument, std::move(text));
}

std::unexpected<Error> too_many_steps(std::size_t max_steps) {
  return fail(ErrorCode::kTooLarge, "The arguments take more than " + std::to_string(max_steps) +
                                        " steps to check against the input schema: send fewer values.");
}

}  // namespace

Result<void> check_schema(const json::object& schema) {
  const auto* type = schema.if_contains("type");
  if (type == nullptr || !type->is_string() || type->get_string() != "object") {
    return fail(ErrorCode::kInvalidArgument, "The input schema must have \"type\": \"object\".");
  }
  // Patterns are never a reason against a schema, and take the most time.
  WICK_TRY(compiled, CompiledSchema::compile(schema, {}, 0));
  if (const auto& problems = compiled->problems(); !problems.empty())
    return fail(ErrorCode::kInvalidArgument, "The input schema cannot be used: " + problems.front());
  return {};
}

Result<void> check_arguments(const CompiledSchema& schema, json::value& arguments, ArgumentCheck mode,
                             std::size_t max_steps) {
  const json_schema::Limits limits{max_steps, true, "arguments"};
  Outcome outcome = schema.validate(arguments, limits);
  std::optional<json::value> read;
  if (outcome.verdict == Verdict::kInvalid) {
    auto lenient =
        json_schema::read_leniently(schema, arguments, {max_steps, mode == ArgumentCheck::kLenient});
    if (!lenient) return too_many_steps(max_steps);
    read = std::move(*lenient);
    if (read) outcome = schema.validate(*read, limits);
  }
  switch (outcome.verdict) {
    case Verdict::kValid:
      if (read && mode == ArgumentCheck::kStrict) arguments = std::move(*read);
      return {};
    case Verdict::kInvalid:
      return not_fitting(outcome);
    case Verdict::kTooManySteps:
      return too_many_steps(max_steps);
    case Verdict::kTooDeep:
      break;
  }
  if (mode == ArgumentCheck::kLenient) return {};
  return fail(ErrorCode::kInvalidArgument,
              "The input schema leads more than " + std::to_string(json_schema::kMaxSchemaNesting) +
                  " schemas deep for one value, or refers to itself: an admin has to change it.");
}

}  // namespace wick
