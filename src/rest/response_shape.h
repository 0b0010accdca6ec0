// What a model gets of a REST API's response: the part that is picked, lists of at most so many items, a text
// of at most so many bytes. What was cut is said in the text, and in the structured content where there is
// one, with what can be done about it. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

// About 20,000 tokens of JSON: what clients take of one result without cutting it themselves.
inline constexpr std::size_t kDefaultTextBytes = 64 * 1024;
inline constexpr std::int64_t kMaxMaxItems = 1'000'000;
// Cut lists are named one by one up to this number, unless their place is very long; of more, only how many.
inline constexpr std::size_t kMaxNamedCuts = 10;

struct ResponseShape {
  std::string pick;           // a JSON Pointer (RFC 6901), which begins with /, or else JMESPath; empty: all
  std::size_t max_items = 0;  // of each list of what is picked, nested ones too; 0: all
  std::size_t max_text_bytes = kDefaultTextBytes;  // before what is said of the cuts
};

struct ShapedResponse {
  std::string text;
  // The same as an object, when it is one and the text could be left whole. After lists were cut, its member
  // "_cut" says which; with one more underscore where that is a member already.
  std::optional<boost::json::object> structured;
};

// Errors: kInvalidArgument, with the place in the expression
Result<void> check_pick(std::string_view pick);

// Of the body of a response. When there is nothing to pick, or it cannot be, the text says so.
ShapedResponse shape_response(std::string_view body, const ResponseShape& shape);
// The same of one that has been parsed to `value`.
ShapedResponse shape_value(boost::json::value value, std::string_view body, const ResponseShape& shape);

// `text`; when it is longer than `max_bytes`, cut at a character's border, with what to do about it.
std::string cut_text(std::string text, std::size_t max_bytes);

// 1,234,567
std::string with_thousands(std::size_t number);

}  // namespace wick
