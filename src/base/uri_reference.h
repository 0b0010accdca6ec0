// URI references, resolved by RFC 3986 §5.2. Nothing is validated, and only dot segments are normalised: JSON
// Schema compares identifiers as they are written, and Url::resolve() checks its result. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace wick {

// The URI of `reference` with the base URI `base`. An empty `base` returns the reference unchanged. Linear.
std::string resolve_uri(std::string_view base, std::string_view reference);
// The parts before and after the first '#'.
std::pair<std::string_view, std::string_view> split_fragment(std::string_view uri);

}  // namespace wick
