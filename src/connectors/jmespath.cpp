#include "connectors/jmespath.h"

#include <string.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "connectors/jmespath_node.h"
#include "connectors/template_text.h"

namespace wick {
namespace {

using Node = Jmespath::Node;

constexpr std::size_t kBytesOfAStep = 64;  // of a text that is looked through
constexpr std::size_t kValueBytes = 32;    // of any value, for kMaxJmespathResultBytes

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

bool is_true(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return false;
    case json::kind::bool_:
      return value.get_bool();
    case json::kind::string:
      return !value.get_string().empty();
    case json::kind::array:
      return !value.get_array().empty();
    case json::kind::object:
      return !value.get_object().empty();
    default:
      return true;
  }
}

// Holds 64-bit integers of either sign exactly, where the platform's long double does (x86-64, AArch64).
long double number(const json::value& value) {
  if (value.is_int64()) return static_cast<long double>(value.get_int64());
  if (value.is_uint64()) return static_cast<long double>(value.get_uint64());
  return value.get_double();
}

// 3 and not 3.0, as people write it; JSON knows neither infinity nor NaN.
json::value number_value(double value) {
  if (!std::isfinite(value)) return nullptr;
  constexpr double kExact = 9007199254740992;  // 2^53
  if (value == std::floor(value) && std::fabs(value) <= kExact) return static_cast<std::int64_t>(value);
  return value;
}

std::size_t code_points(std::string_view text) {
  return std::size_t(std::count_if(text.begin(), text.end(),
                                   [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

unsigned type_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return kJmespathNull;
    case json::kind::bool_:
      return kJmespathBoolean;
    case json::kind::string:
      return kJmespathString;
    case json::kind::array:
      return kJmespathList;
    case json::kind::object:
      return kJmespathObject;
    default:
      return kJmespathNumber;
  }
}

std::string name_of(unsigned types) {
  static constexpr std::pair<unsigned, std::string_view> kNames[] = {
      {kJmespathNumber, "a number"},
      {kJmespathString, "a string"},
      {kJmespathBoolean, "a boolean"},
      {kJmespathNull, "null"},
      {kJmespathList, "a list"},
      {kJmespathObject, "an object"},
      {kJmespathNumbers, "a list of numbers"},
      {kJmespathStrings, "a list of strings"},
  };
  std::string out;
  for (const auto& [bit, name] : kNames) {
    if ((types & bit) != 0) out += (out.empty() ? "" : " or ") + std::string(name);
  }
  return out;
}

bool all_are(const json::array& list, unsigned type) {
  return std::all_of(list.begin(), list.end(), [&](const auto& item) { return type_of(item) == type; });
}

bool fits(const json::value& value, unsigned types) {
  if ((type_of(value) & types) != 0) return true;
  if (!value.is_array()) return false;
  return ((types & kJmespathNumbers) != 0 && all_are(value.get_array(), kJmespathNumber)) ||
         ((types & kJmespathStrings) != 0 && all_are(value.get_array(), kJmespathString));
}

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

using Arguments = std::span<Found>;
using Run = Found (*)(Search& search, const Node& call, Arguments arguments);

}  // namespace

struct JmespathFunction {
  JmespathCallShape shape;
  Run run;
};

namespace {

bool Search::steps(std::size_t count) {
  steps_ += count;
  if (steps_ > kMaxJmespathSteps && !error) {
    error = {ErrorCode::kTooLarge,
             "It takes more than " + std::to_string(kMaxJmespathSteps) +
                 " steps on this response: take a smaller part of it first, or a simpler expression.",
             0};
  }
  return !error;
}

bool Search::bytes(std::size_t count) {
  bytes_ += count;
  if (bytes_ > kMaxJmespathResultBytes && !error) {
    error = {ErrorCode::kTooLarge,
             "What it makes of this response is larger than " + std::to_string(kMaxJmespathResultBytes) +
                 " bytes: take a smaller part of it first.",
             0};
  }
  return !error;
}

bool Search::weigh(const json::value& value) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      if (!bytes(kValueBytes + member.key().size()) || !weigh(member.value())) return false;
    }
  } else if (const auto* list = value.if_array()) {
    for (const auto& each : *list) {
      if (!weigh(each)) return false;
    }
  }
  return bytes(kValueBytes + (value.is_string() ? value.get_string().size() : 0));
}

Found Search::refuse(const Node& call, std::string_view message) {
  if (!error) {
    error = {ErrorCode::kInvalidArgument,
             "The function " + std::string(call.function->shape.name) + " at character " +
                 std::to_string(call.character) + " " + std::string(message),
             0};
  }
  return {};
}

bool Search::equal(const json::value& a, const json::value& b) {
  const unsigned type = type_of(a);
  if (!steps(1) || type != type_of(b)) return false;
  switch (type) {
    case kJmespathNumber:
      return number(a) == number(b);
    case kJmespathBoolean:
      return a.get_bool() == b.get_bool();
    case kJmespathString: {
      const auto &left = a.get_string(), &right = b.get_string();
      return left.size() == right.size() && steps(left.size() / kBytesOfAStep) && left == right;
    }
    case kJmespathList: {
      const auto &left = a.get_array(), &right = b.get_array();
      return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                        [&](const auto& one, const auto& other) { return equal(one, other); });
    }
    case kJmespathObject: {
      const auto &left = a.get_object(), &right = b.get_object();
      return left.size() == right.size() && std::all_of(left.begin(), left.end(), [&](const auto& member) {
               const auto* other = right.if_contains(member.key());
               return other != nullptr && equal(member.value(), *other);
             });
    }
    default:
      return true;
  }
}

Found Search::eval(const Node& node, const json::value& current) {
  if (!steps(1)) return {};
  switch (node.kind) {
    case Node::Kind::kCurrent:
      return Found(&current);
    case Node::Kind::kLiteral:
      return Found(&node.literal);
    case Node::Kind::kField: {
      const auto* object = current.if_object();
      const auto* value = object == nullptr ? nullptr : object->if_contains(node.name);
      return value == nullptr ? Found() : Found(value);
    }
    case Node::Kind::kChain:
      return chain(node, current);
    case Node::Kind::kIndex:
      return index(node, current);
    case Node::Kind::kSlice:
      return slice(node, current);
    case Node::Kind::kFlatten:
      return flatten(node, current);
    case Node::Kind::kListProjection:
      return list_projection(node, current);
    case Node::Kind::kObjectProjection:
      return object_projection(node, current);
    case Node::Kind::kFilterProjection:
      return filter_projection(node, current);
    case Node::Kind::kOr: {
      Found left = eval(*node.children[0], current);
      return is_true(left.get()) ? std::move(left) : eval(*node.children[1], current);
    }
    case Node::Kind::kAnd: {
      Found left = eval(*node.children[0], current);
      return is_true(left.get()) ? eval(*node.children[1], current) : std::move(left);
    }
    case Node::Kind::kNot:
      return Found(json::value(!is_true(eval(*node.children[0], current).get())));
    case Node::Kind::kEqual:
    case Node::Kind::kNotEqual:
    case Node::Kind::kLess:
    case Node::Kind::kLessOrEqual:
    case Node::Kind::kGreater:
    case Node::Kind::kGreaterOrEqual:
      return compare(node, current);
    case Node::Kind::kList:
      return list(node, current);
    case Node::Kind::kHash:
      return hash(node, current);
    case Node::Kind::kCall:
      return call(node, current);
    case Node::Kind::kReference:
      break;  // its function evaluates the child, for each item
  }
  return {};
}

Found Search::chain(const Node& node, const json::value& current) {
  Found left = eval(*node.children[0], current);
  Found right = eval(*node.children[1], left.get());
  // It may stand in what ends here.
  if (left.owned() && !right.owned()) return Found(own(std::move(right)));
  return right;
}

Found Search::index(const Node& node, const json::value& current) {
  const auto* list = current.if_array();
  if (list == nullptr) return {};
  const std::int64_t size = std::int64_t(list->size());
  const std::int64_t at = *node.start < 0 ? size + *node.start : *node.start;
  return at >= 0 && at < size ? Found(&(*list)[std::size_t(at)]) : Found();
}

// As Python slices lists.
Found Search::slice(const Node& node, const json::value& current) {
  const auto* list = current.if_array();
  if (list == nullptr) return {};
  const std::int64_t size = std::int64_t(list->size());
  const std::int64_t step = node.step.value_or(1);
  const std::int64_t first = step > 0 ? 0 : -1;
  const std::int64_t last = step > 0 ? size : size - 1;
  const auto place = [&](std::optional<std::int32_t> given, std::int64_t otherwise) {
    if (!given) return otherwise;
    return std::clamp<std::int64_t>(*given < 0 ? size + *given : *given, first, last);
  };
  const std::int64_t from = place(node.start, step > 0 ? first : last);
  const std::int64_t to = place(node.stop, step > 0 ? last : first);
  json::array out;
  for (std::int64_t at = from; step > 0 ? at < to : at > to; at += step) {
    if (!steps(1)) return {};
    out.push_back(own(Found(&(*list)[std::size_t(at)])));
  }
  return Found(json::value(std::move(out)));
}

Found Search::flatten(const Node& node, const json::value& current) {
  Found source = eval(*node.children[0], current);
  if (!source.get().is_array()) return {};
  json::array out;
  for (std::size_t i = 0; i < source.get().get_array().size(); ++i) {
    if (!steps(1)) return {};
    Found each = item(source, i);
    if (!each.get().is_array()) {
      out.push_back(own(std::move(each)));
      continue;
    }
    for (std::size_t j = 0; j < each.get().get_array().size(); ++j) {
      if (!steps(1)) return {};
      out.push_back(own(item(each, j)));
    }
  }
  return Found(json::value(std::move(out)));
}

Found Search::list_projection(const Node& node, const json::value& current) {
  Found source = eval(*node.children[0], current);
  if (!source.get().is_array()) return {};
  const Node& taken = *node.children[1];
  json::array out;
  for (std::size_t i = 0; i < source.get().get_array().size(); ++i) {
    if (!steps(1)) return {};
    Found each = item(source, i);
    // The item itself is moved, when it may be.
    Found result = taken.kind == Node::Kind::kCurrent ? std::move(each) : eval(taken, each.get());
    if (!result.get().is_null()) out.push_back(own(std::move(result)));
  }
  return Found(json::value(std::move(out)));
}

Found Search::object_projection(const Node& node, const json::value& current) {
  const Found source = eval(*node.children[0], current);
  const auto* object = source.get().if_object();
  if (object == nullptr) return {};
  json::array out;
  for (const auto& member : *object) {
    if (!steps(1)) return {};
    Found result = eval(*node.children[1], member.value());
    if (!result.get().is_null()) out.push_back(own(std::move(result)));
  }
  return Found(json::value(std::move(out)));
}

Found Search::filter_projection(const Node& node, const json::value& current) {
  const Found source = eval(*node.children[0], current);
  const auto* list = source.get().if_array();
  if (list == nullptr) return {};
  json::array out;
  for (const auto& each : *list) {
    if (!steps(1)) return {};
    if (!is_true(eval(*node.children[2], each).get())) continue;
    Found result = eval(*node.children[1], each);
    if (!result.get().is_null()) out.push_back(own(std::move(result)));
  }
  return Found(json::value(std::move(out)));
}

// Anything is equal to something or not; only numbers have an order.
Found Search::compare(const Node& node, const json::value& current) {
  const Found left = eval(*node.children[0], current);
  const Found right = eval(*node.children[1], current);
  const auto answer = [](bool yes) { return Found(json::value(yes)); };
  if (node.kind == Node::Kind::kEqual) return answer(equal(left.get(), right.get()));
  if (node.kind == Node::Kind::kNotEqual) return answer(!equal(left.get(), right.get()));
  if (!left.get().is_number() || !right.get().is_number()) return {};
  const long double a = number(left.get()), b = number(right.get());
  switch (node.kind) {
    case Node::Kind::kLess:
      return answer(a < b);
    case Node::Kind::kLessOrEqual:
      return answer(a <= b);
    case Node::Kind::kGreater:
      return answer(a > b);
    default:
      return answer(a >= b);
  }
}

Found Search::list(const Node& node, const json::value& current) {
  if (current.is_null()) return {};
  json::array out;
  for (const auto& child : node.children) out.push_back(own(eval(*child, current)));
  return Found(json::value(std::move(out)));
}

Found Search::hash(const Node& node, const json::value& current) {
  if (current.is_null()) return {};
  json::object out;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    if (!bytes(kValueBytes + node.keys[i].size())) return {};
    out[node.keys[i]] = own(eval(*node.children[i], current));
  }
  return Found(json::value(std::move(out)));
}

Found Search::call(const Node& node, const json::value& current) {
  const JmespathCallShape& shape = node.function->shape;
  std::vector<Found> arguments(node.children.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const unsigned types = shape.takes[std::min(i, shape.takes.size() - 1)];
    if (types == kJmespathReference) continue;
    arguments[i] = eval(*node.children[i], current);
    if (error) return {};
    const json::value& value = arguments[i].get();
    if (value.is_array() && !steps(value.get_array().size())) return {};
    if (fits(value, types)) continue;
    const bool list = value.is_array() && (types & (kJmespathNumbers | kJmespathStrings)) != 0;
    return refuse(
        node,
        "takes " + name_of(types) +
            (shape.takes.size() > 1 || shape.more ? " as argument " + std::to_string(i + 1) : std::string()) +
            ", and got " + (list ? "a list with something else in it" : name_of(type_of(value))) + ".");
  }
  return node.function->run(*this, node, arguments);
}

// ---- The functions, in the order of the specification.

const json::array& list_of(const Found& found) {
  return found.get().get_array();
}
std::string_view string_of(const Found& found) {
  return found.get().get_string();
}
const Node& referred(const Node& call, std::size_t argument) {
  return *call.children[argument]->children[0];
}

Found abs_of(Search&, const Node&, Arguments arguments) {
  const json::value& value = arguments[0].get();
  if (value.is_double()) return Found(number_value(std::fabs(value.get_double())));
  if (value.is_uint64() || value.get_int64() >= 0) return std::move(arguments[0]);
  return Found(json::value(std::uint64_t(0) - std::uint64_t(value.get_int64())));
}

template <double (*round)(double)>
Found rounded(Search&, const Node&, Arguments arguments) {
  if (!arguments[0].get().is_double()) return std::move(arguments[0]);
  return Found(number_value(round(arguments[0].get().get_double())));
}
double floor_of(double value) {
  return std::floor(value);
}
double ceil_of(double value) {
  return std::ceil(value);
}

// Exact as long as it is a matter of integers.
json::value total(const json::array& list) {
  std::int64_t exact = 0;
  for (const auto& each : list) {
    if (each.is_int64() && !__builtin_add_overflow(exact, each.get_int64(), &exact)) continue;
    long double sum = 0;
    for (const auto& other : list) sum += number(other);
    return number_value(double(sum));
  }
  return exact;
}

Found sum(Search&, const Node&, Arguments arguments) {
  return Found(total(list_of(arguments[0])));
}

Found avg(Search&, const Node&, Arguments arguments) {
  const json::array& list = list_of(arguments[0]);
  if (list.empty()) return {};
  return Found(number_value(double(number(total(list)) / static_cast<long double>(list.size()))));
}

Found contains(Search& search, const Node&, Arguments arguments) {
  const json::value &where = arguments[0].get(), &what = arguments[1].get();
  if (where.is_array()) {
    for (const auto& each : where.get_array()) {
      if (search.equal(each, what)) return Found(json::value(true));
    }
    return Found(json::value(false));
  }
  if (!what.is_string()) return Found(json::value(false));
  const auto &text = where.get_string(), &part = what.get_string();
  if (!search.steps((text.size() + part.size()) / kBytesOfAStep)) return {};
  // Unlike string::find in linear time, whatever the texts are.
  return Found(json::value(memmem(text.data(), text.size(), part.data(), part.size()) != nullptr));
}

Found starts_with(Search&, const Node&, Arguments arguments) {
  return Found(json::value(string_of(arguments[0]).starts_with(string_of(arguments[1]))));
}
Found ends_with(Search&, const Node&, Arguments arguments) {
  return Found(json::value(string_of(arguments[0]).ends_with(string_of(arguments[1]))));
}

Found join(Search& search, const Node&, Arguments arguments) {
  std::string out;
  std::string_view glue;
  for (const auto& each : list_of(arguments[1])) {
    if (!search.bytes(glue.size() + each.get_string().size())) return {};
    out += glue;
    out += each.get_string();
    glue = string_of(arguments[0]);
  }
  return search.text(out);
}

Found keys(Search& search, const Node&, Arguments arguments) {
  json::array out;
  for (const auto& member : arguments[0].get().get_object()) {
    if (!search.steps(1) || !search.bytes(kValueBytes + member.key().size())) return {};
    out.emplace_back(member.key());
  }
  return Found(json::value(std::move(out)));
}

Found values(Search& search, const Node&, Arguments arguments) {
  json::array out;
  for (const auto& member : arguments[0].get().get_object()) {
    if (!search.steps(1)) return {};
    out.push_back(search.own(Found(&member.value())));
  }
  return Found(json::value(std::move(out)));
}

Found length(Search& search, const Node&, Arguments arguments) {
  const json::value& value = arguments[0].get();
  if (value.is_array()) return Found(json::value(value.get_array().size()));
  if (value.is_object()) return Found(json::value(value.get_object().size()));
  search.steps(value.get_string().size() / kBytesOfAStep);
  return Found(json::value(code_points(value.get_string())));
}

Found map(Search& search, const Node& call, Arguments arguments) {
  json::array out;
  for (const auto& each : list_of(arguments[1])) {
    if (search.error) return {};
    out.push_back(search.own(search.eval(referred(call, 0), each)));
  }
  return Found(json::value(std::move(out)));
}

// Both of one type, number or string: -1, 0 or 1. Strings in the order of their code points, which is that of
// their bytes in UTF-8.
int order(const json::value& a, const json::value& b) {
  if (a.is_string()) return std::clamp(a.get_string().compare(b.get_string()), -1, 1);
  const long double left = number(a), right = number(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

// What the items are compared by; empty after an error.
std::vector<Found> sort_keys(Search& search, const Node& call, const json::array& list) {
  std::vector<Found> out;
  out.reserve(list.size());
  for (const auto& each : list) {
    Found key = search.eval(referred(call, 1), each);
    const unsigned type = type_of(key.get());
    const bool good = type == kJmespathNumber || type == kJmespathString;
    if (!good || (!out.empty() && type != type_of(out.front().get()))) {
      search.refuse(call, "must find a number in every item, or a string in every item, and found " +
                              name_of(type) + " in item " + std::to_string(out.size()) + ".");
    }
    if (search.error) return {};
    out.push_back(std::move(key));
  }
  return out;
}

template <int wanted>
Found extreme(Search&, const Node&, Arguments arguments) {
  const json::array& list = list_of(arguments[0]);
  std::size_t best = 0;
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (order(list[i], list[best]) == wanted) best = i;
  }
  if (list.empty()) return {};
  // The argument ends with the call.
  if (arguments[0].owned()) return Found(std::move(arguments[0].own().get_array()[best]));
  return Found(&list[best]);
}

template <int wanted>
Found extreme_by(Search& search, const Node& call, Arguments arguments) {
  const std::vector<Found> by = sort_keys(search, call, list_of(arguments[0]));
  if (by.empty()) return {};
  std::size_t best = 0;
  for (std::size_t i = 1; i < by.size(); ++i) {
    if (order(by[i].get(), by[best].get()) == wanted) best = i;
  }
  return search.item(arguments[0], best);
}

Found merge(Search& search, const Node&, Arguments arguments) {
  json::object out;
  for (const Found& each : arguments) {
    for (const auto& member : each.get().get_object()) {
      if (!search.steps(1) || !search.bytes(kValueBytes + member.key().size())) return {};
      out[member.key()] = search.own(Found(&member.value()));
    }
  }
  return Found(json::value(std::move(out)));
}

Found not_null(Search&, const Node&, Arguments arguments) {
  for (Found& each : arguments) {
    if (!each.get().is_null()) return std::move(each);
  }
  return {};
}

Found reverse(Search& search, const Node&, Arguments arguments) {
  const json::value& value = arguments[0].get();
  if (value.is_array()) {
    json::array out;
    for (std::size_t i = value.get_array().size(); i-- > 0;)
      out.push_back(search.own(search.item(arguments[0], i)));
    return Found(json::value(std::move(out)));
  }
  const std::string_view text = value.get_string();
  if (!search.steps(text.size() / kBytesOfAStep)) return {};
  std::string out;
  out.reserve(text.size());
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t begin = end - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
    out += text.substr(begin, end - begin);
    end = begin;
  }
  return search.text(out);
}

// The items in the order of `by`, which may be the items themselves.
template <typename Key>
Found sorted(Search& search, Found& list, const Key& key) {
  const std::size_t size = list_of(list).size();
  std::vector<std::size_t> places(size);
  for (std::size_t i = 0; i < size; ++i) places[i] = i;
  std::size_t comparisons = size;
  for (std::size_t half = size; half > 1; half /= 2) comparisons += size;
  if (!search.steps(comparisons)) return {};
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return order(key(a), key(b)) < 0; });
  json::array out;
  out.reserve(size);
  for (const std::size_t place : places) out.push_back(search.own(search.item(list, place)));
  return Found(json::value(std::move(out)));
}

Found sort(Search& search, const Node&, Arguments arguments) {
  const json::array& list = list_of(arguments[0]);
  return sorted(search, arguments[0], [&](std::size_t i) -> const json::value& { return list[i]; });
}

Found sort_by(Search& search, const Node& call, Arguments arguments) {
  const std::vector<Found> by = sort_keys(search, call, list_of(arguments[0]));
  if (by.empty()) return search.error ? Found() : Found(json::value(json::array()));
  // Keys of items that are moved are not needed any more by then.
  return sorted(search, arguments[0], [&](std::size_t i) -> const json::value& { return by[i].get(); });
}

Found to_array(Search& search, const Node&, Arguments arguments) {
  if (arguments[0].get().is_array()) return std::move(arguments[0]);
  json::array out;
  out.push_back(search.own(std::move(arguments[0])));
  return Found(json::value(std::move(out)));
}

Found to_string(Search& search, const Node&, Arguments arguments) {
  if (arguments[0].get().is_string()) return std::move(arguments[0]);
  if (!search.weigh(arguments[0].get())) return {};
  return search.text(argument_text(arguments[0].get()));
}

Found to_number(Search& search, const Node&, Arguments arguments) {
  const json::value& value = arguments[0].get();
  if (value.is_number()) return std::move(arguments[0]);
  if (!value.is_string() || !search.steps(value.get_string().size() / kBytesOfAStep)) return {};
  const std::string_view text = value.get_string();
  if (text.empty() || trim(text).size() != text.size()) return {};
  const auto read = parse_json(text);
  if (!read || !read->is_number()) return {};
  return Found(read->is_double() ? number_value(read->get_double()) : *read);
}

Found type(Search& search, const Node&, Arguments arguments) {
  switch (type_of(arguments[0].get())) {
    case kJmespathNumber:
      return search.text("number");
    case kJmespathString:
      return search.text("string");
    case kJmespathBoolean:
      return search.text("boolean");
    case kJmespathList:
      return search.text("array");
    case kJmespathObject:
      return search.text("object");
    default:
      return search.text("null");
  }
}

const std::vector<JmespathFunction>& functions() {
  constexpr unsigned kNumber = kJmespathNumber, kString = kJmespathString, kList = kJmespathList,
                     kObject = kJmespathObject, kAny = kJmespathAny, kReference = kJmespathReference,
                     kNumbers = kJmespathNumbers, kStrings = kJmespathStrings;
  static const std::vector<JmespathFunction> all = {
      {{"abs", {kNumber}}, abs_of},
      {{"avg", {kNumbers}}, avg},
      {{"ceil", {kNumber}}, rounded<ceil_of>},
      {{"contains", {kList | kString, kAny}}, contains},
      {{"ends_with", {kString, kString}}, ends_with},
      {{"floor", {kNumber}}, rounded<floor_of>},
      {{"join", {kString, kStrings}}, join},
      {{"keys", {kObject}}, keys},
      {{"length", {kString | kList | kObject}}, length},
      {{"map", {kReference, kList}}, map},
      {{"max", {kNumbers | kStrings}}, extreme<1>},
      {{"max_by", {kList, kReference}}, extreme_by<1>},
      {{"merge", {kObject}, true}, merge},
      {{"min", {kNumbers | kStrings}}, extreme<-1>},
      {{"min_by", {kList, kReference}}, extreme_by<-1>},
      {{"not_null", {kAny}, true}, not_null},
      {{"reverse", {kString | kList}}, reverse},
      {{"sort", {kNumbers | kStrings}}, sort},
      {{"sort_by", {kList, kReference}}, sort_by},
      {{"starts_with", {kString, kString}}, starts_with},
      {{"sum", {kNumbers}}, sum},
      {{"to_array", {kAny}}, to_array},
      {{"to_number", {kAny}}, to_number},
      {{"to_string", {kAny}}, to_string},
      {{"type", {kAny}}, type},
      {{"values", {kObject}}, values},
  };
  return all;
}

}  // namespace

const JmespathFunction* find_jmespath_function(std::string_view name) {
  for (const JmespathFunction& each : functions()) {
    if (each.shape.name == name) return &each;
  }
  return nullptr;
}

const JmespathCallShape& call_shape(const JmespathFunction& function) {
  return function.shape;
}

std::string jmespath_function_names() {
  std::string out;
  for (const JmespathFunction& each : functions())
    out += (out.empty() ? "" : ", ") + std::string(each.shape.name);
  return out;
}

Result<Jmespath> Jmespath::compile(std::string_view expression) {
  auto root = parse_jmespath(expression);
  if (!root) return fail(std::move(root.error()));
  return Jmespath(std::shared_ptr<const Node>(std::move(*root)));
}

Result<json::value> Jmespath::search(const json::value& value) const {
  Search search;
  json::value out = search.own(search.eval(*root_, value));
  if (search.error) return fail(std::move(*search.error));
  return out;
}

}  // namespace wick
