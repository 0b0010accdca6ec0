// URI references, resolved as RFC 3986 §5.2 says. Nothing is checked, and nothing is normalised besides dot segments: JSON
// Schema compares identifiers as they are written, and Url::resolve() checks the result. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace wick {

// What `reference` names where `base` is the base URI. `base` may be empty: then it stays as it is. Linear.
std::string resolve_uri(std::string_view base, std::string_view reference);
// What stands before the first '#' and behind it.
std::pair<std::string_view, std::string_view> split_fragment(std::string_view uri);

}  // namespace wick
