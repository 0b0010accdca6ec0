// JMESPath (jmespath.org/specification.html, the whole grammar and all functions): expressions that select
// parts of a JSON value or build another value from it, for example items[?open].{id: id, title: title}.
//
// A compiled expression is immutable and may be used by any number of threads. The size of an expression and
// the cost of its evaluation are limited, so that evaluating an expression on a hostile value ends soon.
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace wick {

inline constexpr std::size_t kMaxJmespathBytes = 4096;
// The nesting of brackets, and the number of consecutive steps.
inline constexpr std::size_t kMaxJmespathDepth = 64;
// Evaluated parts of the expression plus compared values: about a tenth of a second.
inline constexpr std::size_t kMaxJmespathSteps = 2'000'000;
// The size of all values that the evaluation creates, including intermediate ones.
inline constexpr std::size_t kMaxJmespathResultBytes = 64 * 1024 * 1024;

class Jmespath {
 public:
  // Errors: kInvalidArgument  the expression is invalid; names the character and the correction
  static Result<Jmespath> compile(std::string_view expression);

  // The result of the expression for `value`; null if it selects nothing.
  // Errors: kInvalidArgument  a function got a value that it does not accept; names the function and its place
  //         kTooLarge         kMaxJmespathSteps or kMaxJmespathResultBytes
  Result<boost::json::value> search(const boost::json::value& value) const;

  struct Node;

 private:
  explicit Jmespath(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

  std::shared_ptr<const Node> root_;
};

}  // namespace wick
