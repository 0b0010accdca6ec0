// How much work it is to hold a value against a JSON Schema, counted before valijson does it.
//
// valijson has no limits of its own: schemas that refer to each other, and branches inside branches, can take
// it any time, and a schema that refers to itself all the stack. What is counted here is all that it would do
// if it never stopped early, so it never does more. Pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>

#include "base/result.h"

namespace wick {

// Schemas visited, values compared, 64 bytes of text looked at: some tenths of a second.
inline constexpr std::size_t kMaxSchemaSteps = 500'000;
// Below a millisecond: as many are taken on an io thread.
inline constexpr std::size_t kShortSchemaSteps = 2'000;
// Schemas in schemas, and what references lead to, on the way to one value: some hundreds of kilobytes of
// stack.
inline constexpr std::size_t kMaxSchemaNesting = 256;
// Stands for uniqueItems in a prepared schema: valijson's own compares each pair.
inline constexpr const char* kUniqueItems = "x-wick-unique-items";

// The steps that `value` takes. `schema` is the whole document, in which references are looked up.
// Errors: kTooLarge         more than `max_steps`
//         kInvalidArgument  kMaxSchemaNesting, as when a schema is defined by itself
Result<std::size_t> schema_work(const boost::json::value& schema, const boost::json::value& value,
                                std::size_t max_steps = kMaxSchemaSteps);

}  // namespace wick
