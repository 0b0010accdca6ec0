// The evaluation of a JMESPath expression, shared by jmespath.cpp and jmespath_functions.cpp. Internal to this
// folder.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "jmespath/jmespath_node.h"

namespace wick::jmespath {

using Node = Jmespath::Node;

inline constexpr std::size_t kBytesOfAStep = 64;  // of a text that is looked through
inline constexpr std::size_t kValueBytes = 32;    // of any value, for kMaxJmespathResultBytes

// A value, either borrowed (from the searched value or the expression) or owned.
class ValueRef {
 public:
  ValueRef() = default;  // null
  explicit ValueRef(const json::value* at) : at_(at) {}
  explicit ValueRef(json::value own) : own_(std::move(own)) {}

  const json::value& get() const { return at_ != nullptr ? *at_ : own_; }
  bool owned() const { return at_ == nullptr; }
  json::value& own() {
    WICK_ASSERT(owned());
    return own_;
  }

 private:
  const json::value* at_ = nullptr;
  json::value own_;
};

// One evaluation. After the first error, which is kept, every function returns null.
class Evaluator {
 public:
  ValueRef eval(const Node& node, const json::value& current);

  std::optional<Error> error;

  bool steps(std::size_t count);
  bool bytes(std::size_t count);
  // Adds the size of a copy of `value` to the total; false above the limit.
  bool weigh(const json::value& value);
  // The value as an owned one: moved, or copied.
  json::value own(ValueRef found) {
    if (found.owned()) return std::move(found.own());
    return weigh(found.get()) ? found.get() : json::value();
  }
  ValueRef text(std::string_view text) {
    if (!bytes(kValueBytes + text.size())) return {};
    return ValueRef(json::value(text));
  }
  ValueRef refuse(const Node& call, std::string_view message);
  bool equal(const json::value& a, const json::value& b);
  // Item `index` of `list`: borrowed from a borrowed list, moved out of an owned one.
  ValueRef item(ValueRef& list, std::size_t index) {
    if (!list.owned()) return ValueRef(&list.get().get_array()[index]);
    return ValueRef(std::move(list.own().get_array()[index]));
  }

 private:
  ValueRef chain(const Node& node, const json::value& current);
  ValueRef index(const Node& node, const json::value& current);
  ValueRef slice(const Node& node, const json::value& current);
  ValueRef flatten(const Node& node, const json::value& current);
  ValueRef list_projection(const Node& node, const json::value& current);
  ValueRef object_projection(const Node& node, const json::value& current);
  ValueRef filter_projection(const Node& node, const json::value& current);
  ValueRef compare(const Node& node, const json::value& current);
  ValueRef list(const Node& node, const json::value& current);
  ValueRef hash(const Node& node, const json::value& current);
  ValueRef call(const Node& node, const json::value& current);

  std::size_t steps_ = 0;
  std::size_t bytes_ = 0;
};

// The number. 64-bit integers of either sign are exact where long double has 64 bits of mantissa (x86-64,
// AArch64). A long number is rounded.
long double number(const json::value& value);
// One of the bits of jmespath_node.h.
unsigned type_of(const json::value& value);
std::string name_of(unsigned types);

using Arguments = std::span<ValueRef>;
using FunctionBody = ValueRef (*)(Evaluator& evaluator, const Node& call, Arguments arguments);

}  // namespace wick::jmespath

namespace wick {

struct JmespathFunction {
  JmespathCallShape shape;
  jmespath::FunctionBody run;
};

}  // namespace wick
