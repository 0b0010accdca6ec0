// The evaluation of a JMESPath expression, shared by jmespath.cpp and the functions (jmespath_functions.cpp).
// For those two alone.
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

// A value that stands somewhere else (in what is searched, or in the expression), or one of its own.
class Found {
 public:
  Found() = default;  // null
  explicit Found(const json::value* at) : at_(at) {}
  explicit Found(json::value own) : own_(std::move(own)) {}

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

// One search. After an error, which is kept, every function returns null at once.
class Search {
 public:
  Found eval(const Node& node, const json::value& current);

  std::optional<Error> error;

  bool steps(std::size_t count);
  bool bytes(std::size_t count);
  // Accounts for a copy of `value`.
  bool weigh(const json::value& value);
  // As a value of its own.
  json::value own(Found found) {
    if (found.owned()) return std::move(found.own());
    return weigh(found.get()) ? found.get() : json::value();
  }
  Found text(std::string_view text) {
    if (!bytes(kValueBytes + text.size())) return {};
    return Found(json::value(text));
  }
  Found refuse(const Node& call, std::string_view message);
  bool equal(const json::value& a, const json::value& b);
  // The place of item `index` of a list, which may be gone afterwards.
  Found item(Found& list, std::size_t index) {
    if (!list.owned()) return Found(&list.get().get_array()[index]);
    return Found(std::move(list.own().get_array()[index]));
  }

 private:
  Found chain(const Node& node, const json::value& current);
  Found index(const Node& node, const json::value& current);
  Found slice(const Node& node, const json::value& current);
  Found flatten(const Node& node, const json::value& current);
  Found list_projection(const Node& node, const json::value& current);
  Found object_projection(const Node& node, const json::value& current);
  Found filter_projection(const Node& node, const json::value& current);
  Found compare(const Node& node, const json::value& current);
  Found list(const Node& node, const json::value& current);
  Found hash(const Node& node, const json::value& current);
  Found call(const Node& node, const json::value& current);

  std::size_t steps_ = 0;
  std::size_t bytes_ = 0;
};

// Holds 64-bit integers of either sign exactly, where the platform's long double does (x86-64, AArch64); a long number
// as nearly as it can.
long double number(const json::value& value);
// One of the bits of jmespath_node.h.
unsigned type_of(const json::value& value);
std::string name_of(unsigned types);

using Arguments = std::span<Found>;
using Run = Found (*)(Search& search, const Node& call, Arguments arguments);

}  // namespace wick::jmespath

namespace wick {

struct JmespathFunction {
  JmespathCallShape shape;
  jmespath::Run run;
};

}  // namespace wick
