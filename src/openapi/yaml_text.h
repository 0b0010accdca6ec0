// YAML documents of others as JSON values, by yaml-cpp. Pure functions.
//
// Plain scalars mean what YAML 1.2's core schema (§10.3.2) says: `no`, `on` and `1.0.0` are texts, `012` is
// twelve, only true, false and null (and ~ or nothing) are not texts or numbers. `<<` merges mappings, as
// YAML 1.1 has it and many authors still write. Keys are always texts; the last of two same ones counts.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace wick {

// What a document may come to once its aliases are written out: a few lines can be a billion nodes, or one
// long text many times.
inline constexpr std::size_t kMaxYamlNodes = 4'000'000;
inline constexpr std::size_t kMaxYamlTextBytes = 64 * 1024 * 1024;

// Errors: kInvalidArgument  not YAML, and the line; nested deeper than kMaxJsonDepth; a limit above; an alias
//                           inside of what it names; a key that is not a scalar; more than one document
Result<boost::json::value> parse_yaml(std::string_view text);

}  // namespace wick
