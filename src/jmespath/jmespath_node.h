// The syntax tree of a JMESPath expression: made by jmespath_parser.cpp, evaluated by jmespath_evaluator.h.
// Internal to this folder.
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
    kCurrent,           // @, also implied before [ and .*
    kLiteral,           // `literal`
    kField,             // `name`
    kChain,             // children: the second is evaluated on the result of the first
    kIndex,             // `start`
    kSlice,             // `start`, `stop`, `step`
    kFlatten,           // of the child
    kListProjection,    // children: the list, the expression for each item
    kObjectProjection,  // children: the object, the expression for each member's value
    kFilterProjection,  // children: the list, the expression for each item, the condition
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
  std::size_t character = 1;  // position in the expression, counted from 1
  std::size_t depth = 1;      // of the subtree
  std::string name;
  boost::json::value literal;
  std::optional<std::int32_t> start, stop, step;
  const JmespathFunction* function = nullptr;
  std::vector<std::string> keys;
  std::vector<std::unique_ptr<Node>> children;
};

// The parameters of a function. The accepted types of a parameter are a set of these bits.
inline constexpr unsigned kJmespathNumber = 1, kJmespathString = 2, kJmespathBoolean = 4, kJmespathNull = 8,
                          kJmespathList = 16, kJmespathObject = 32, kJmespathAny = 63, kJmespathNumbers = 64,
                          kJmespathStrings = 128, kJmespathReference = 256;
struct JmespathCallShape {
  std::string_view name;
  std::vector<unsigned> takes;
  bool is_variadic = false;  // the last parameter may repeat
};

// nullptr if there is no function of that name.
const JmespathFunction* find_jmespath_function(std::string_view name);
const JmespathCallShape& call_shape(const JmespathFunction& function);
// All names for messages: "abs, avg, …".
std::string jmespath_function_names();

Result<std::unique_ptr<Jmespath::Node>> parse_jmespath(std::string_view expression);

}  // namespace wick
