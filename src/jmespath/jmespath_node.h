// The syntax tree of a JMESPath expression, between jmespath_parser.cpp, which makes it, and
// jmespath_search.h, by which it is evaluated. For those alone.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jmespath/jmespath.h"

namespace wick {

struct JmespathFunction;

struct Jmespath::Node {
  enum class Kind {
    kCurrent,           // @, and nothing at all before [ or .*
    kLiteral,           // `literal`
    kField,             // `name`
    kChain,             // children: the second is evaluated with what the first gives
    kIndex,             // `start`
    kSlice,             // `start`, `stop`, `step`
    kFlatten,           // of the child
    kListProjection,    // children: the list, what is taken of each item
    kObjectProjection,  // children: the object, what is taken of each member's value
    kFilterProjection,  // children: the list, what is taken of each item, the condition
    kOr,
    kAnd,
    kNot,
    kEqual,
    kNotEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kList,       // [a, b]
    kHash,       // {key: a}: `keys` of the children
    kCall,       // of `function` with the children
    kReference,  // &child, as an argument
  };
  Kind kind = Kind::kCurrent;
  std::size_t character = 1;  // where it begins in the expression, counted from 1
  std::size_t depth = 1;      // of the tree from here on
  std::string name;
  boost::json::value literal;
  std::optional<std::int32_t> start, stop, step;
  const JmespathFunction* function = nullptr;
  std::vector<std::string> keys;
  std::vector<std::unique_ptr<Node>> children;
};

// How a function is called. What an argument may be is a set of these bits.
inline constexpr unsigned kJmespathNumber = 1, kJmespathString = 2, kJmespathBoolean = 4, kJmespathNull = 8,
                          kJmespathList = 16, kJmespathObject = 32, kJmespathAny = 63, kJmespathNumbers = 64,
                          kJmespathStrings = 128, kJmespathReference = 256;
struct JmespathCallShape {
  std::string_view name;
  std::vector<unsigned> takes;
  bool more = false;  // any number of the last one
};

// nullptr when there is none of that name.
const JmespathFunction* find_jmespath_function(std::string_view name);
const JmespathCallShape& call_shape(const JmespathFunction& function);
// All names, for people: "abs, avg, …".
std::string jmespath_function_names();

Result<std::unique_ptr<Jmespath::Node>> parse_jmespath(std::string_view expression);

}  // namespace wick
