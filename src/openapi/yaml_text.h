// YAML documents of other systems as JSON values, by yaml-cpp. Pure functions.
//
// Plain scalars have the meaning of YAML 1.2's core schema (§10.3.2): `no`, `on` and `1.0.0` are texts, `012`
// is twelve, and only true, false and null (also ~ or nothing) are neither texts nor numbers. `<<` merges
// mappings as in YAML 1.1, because many authors still use it. Keys are always texts; of two equal keys the last
// one counts.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace wick {

// The size of a document with expanded aliases: a few lines can become a billion nodes, or one long text many
// times.
inline constexpr std::size_t kMaxYamlNodes = 4'000'000;
inline constexpr std::size_t kMaxYamlTextBytes = 64 * 1024 * 1024;

// Errors: kInvalidArgument  not YAML (with the line); nested deeper than kMaxJsonDepth; above a limit; an alias inside
//                           of its own anchor; a key that is not a scalar; more than one document
Result<boost::json::value> parse_yaml(std::string_view text);

}  // namespace wick
