// The part of a REST response that a model gets: a selected part, lists with limited items, and a text of
// limited size. The text, and the structured content if there is any, describe the cuts and how to avoid them.
// Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

// About 20,000 tokens of JSON: the size of a result that clients accept without cutting it themselves.
inline constexpr std::size_t kDefaultTextBytes = 64 * 1024;
inline constexpr std::int64_t kMaxMaxItems = 1'000'000;
// Up to this number, each cut list is named, unless its path is very long; above, only the number is given.
inline constexpr std::size_t kMaxNamedCuts = 10;

struct ResponseShape {
  std::string pick;  // a JSON Pointer (RFC 6901) if it begins with /, else JMESPath; empty: everything
  std::size_t max_items = 0;  // of each list in the selected part, including nested ones; 0: all
  std::size_t max_text_bytes = kDefaultTextBytes;  // without the description of the cuts
};

struct ShapedResponse {
  std::string text;
  // The result as an object, if it is one and the text was not cut. If lists were cut, the member "_cut" names
  // them (with further underscores if that member exists).
  std::optional<boost::json::object> structured;
};

// Errors: kInvalidArgument  with the position in the expression
Result<void> check_pick(std::string_view pick);

// Shapes the body of a response. The text says when nothing could be selected.
ShapedResponse shape_response(std::string_view body, const ResponseShape& shape);
// The same for a body that has been parsed to `value`.
ShapedResponse shape_value(boost::json::value value, std::string_view body, const ResponseShape& shape);

// `text`, cut at a character boundary if it is longer than `max_bytes`, with advice.
std::string cut_text(std::string text, std::size_t max_bytes);

// The number with separators: "1,234,567".
std::string with_thousands(std::size_t number);

}  // namespace wick
