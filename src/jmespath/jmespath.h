// JMESPath (jmespath.org/specification.html, the whole grammar and all its functions): an expression that
// takes a part of a JSON value or makes another one of it, for example items[?open].{id: id, title: title}.
//
// An expression is compiled once and immutable then: it may be used by any number of threads. Both what is
// written and what it costs are limited, so that an expression over a hostile value ends soon.
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace wick {

inline constexpr std::size_t kMaxJmespathBytes = 4096;
// Of brackets in brackets, and of steps that follow each other.
inline constexpr std::size_t kMaxJmespathDepth = 64;
// Parts of the expression evaluated, values compared: about a tenth of a second.
inline constexpr std::size_t kMaxJmespathSteps = 2'000'000;
// What the values made on the way take, those thrown away again included.
inline constexpr std::size_t kMaxJmespathResultBytes = 64 * 1024 * 1024;

class Jmespath {
 public:
  // Errors: kInvalidArgument  the expression is not one; says at which character, and what to change
  static Result<Jmespath> compile(std::string_view expression);

  // What the expression gives for `value`: null where there is nothing.
  // Errors: kInvalidArgument  a function got a value it does not take; says which function and where
  //         kTooLarge         kMaxJmespathSteps or kMaxJmespathResultBytes
  Result<boost::json::value> search(const boost::json::value& value) const;

  struct Node;

 private:
  explicit Jmespath(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

  std::shared_ptr<const Node> root_;
};

}  // namespace wick
