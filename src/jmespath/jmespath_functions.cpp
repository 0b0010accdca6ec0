// The functions of JMESPath, in the order of the specification.
#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/text.h"
#include "jmespath/jmespath_evaluator.h"

namespace wick {
namespace jmespath {
namespace {

// Integers as 3 instead of 3.0. JSON has neither infinity nor NaN.
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

const json::array& list_of(const ValueRef& found) {
  return found.get().get_array();
}
std::string_view string_of(const ValueRef& found) {
  return found.get().get_string();
}
const Node& referred(const Node& call, std::size_t argument) {
  return *call.children[argument]->children[0];
}

ValueRef abs_of(Evaluator&, const Node&, Arguments arguments) {
  const json::value& value = arguments[0].get();
  if (is_long_number(value)) {
    const std::string text = number_text(value);
    return ValueRef(*number_from_text(std::string_view(text).substr(text.starts_with('-'))));
  }
  if (value.is_double()) return ValueRef(number_value(std::fabs(value.get_double())));
  if (value.is_uint64() || value.get_int64() >= 0) return std::move(arguments[0]);
  return ValueRef(json::value(std::uint64_t(0) - std::uint64_t(value.get_int64())));
}

// The integer part of a long number. `away`: with a fraction, one further from zero.
json::value whole_part(const json::value& number, bool away) {
  const Decimal decimal = decimal_of(number);
  const auto behind_point = std::size_t(-decimal.exponent);
  std::string whole =
      "0" + decimal.digits.substr(0, decimal.digits.size() - std::min(decimal.digits.size(), behind_point));
  for (std::size_t at = whole.size(); away && at-- > 0;) {
    away = whole[at] == '9';
    whole[at] = away ? '0' : char(whole[at] + 1);
  }
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  return *number_from_text((decimal.negative && whole != "0" ? "-" : "") + whole);
}

template <double (*round)(double)>
ValueRef rounded(Evaluator&, const Node&, Arguments arguments) {
  const json::value& value = arguments[0].get();
  if (value.is_double()) return ValueRef(number_value(round(value.get_double())));
  if (!is_long_number(value) || is_integer(value)) return std::move(arguments[0]);
  const bool is_negative = decimal_of(value).negative;
  return ValueRef(whole_part(value, round(0.5) > 0 ? !is_negative : is_negative));
}
double floor_of(double value) {
  return std::floor(value);
}
double ceil_of(double value) {
  return std::ceil(value);
}

// Exact for integers.
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

ValueRef sum(Evaluator&, const Node&, Arguments arguments) {
  return ValueRef(total(list_of(arguments[0])));
}

ValueRef avg(Evaluator&, const Node&, Arguments arguments) {
  const json::array& list = list_of(arguments[0]);
  if (list.empty()) return {};
  return ValueRef(number_value(double(number(total(list)) / static_cast<long double>(list.size()))));
}

ValueRef contains(Evaluator& evaluator, const Node&, Arguments arguments) {
  const json::value &where = arguments[0].get(), &what = arguments[1].get();
  if (where.is_array()) {
    for (const auto& each : where.get_array()) {
      if (evaluator.equal(each, what)) return ValueRef(json::value(true));
    }
    return ValueRef(json::value(false));
  }
  if (!is_text(what)) return ValueRef(json::value(false));
  const auto &text = where.get_string(), &part = what.get_string();
  if (!evaluator.steps((text.size() + part.size()) / kBytesOfAStep)) return {};
  // Linear time for all texts, unlike string::find.
  return ValueRef(json::value(memmem(text.data(), text.size(), part.data(), part.size()) != nullptr));
}

ValueRef starts_with(Evaluator&, const Node&, Arguments arguments) {
  return ValueRef(json::value(string_of(arguments[0]).starts_with(string_of(arguments[1]))));
}
ValueRef ends_with(Evaluator&, const Node&, Arguments arguments) {
  return ValueRef(json::value(string_of(arguments[0]).ends_with(string_of(arguments[1]))));
}

ValueRef join(Evaluator& evaluator, const Node&, Arguments arguments) {
  std::string out;
  std::string_view glue;
  for (const auto& each : list_of(arguments[1])) {
    if (!evaluator.bytes(glue.size() + each.get_string().size())) return {};
    out += glue;
    out += each.get_string();
    glue = string_of(arguments[0]);
  }
  return evaluator.text(out);
}

ValueRef keys(Evaluator& evaluator, const Node&, Arguments arguments) {
  json::array out;
  for (const auto& member : arguments[0].get().get_object()) {
    if (!evaluator.steps(1) || !evaluator.bytes(kValueBytes + member.key().size())) return {};
    out.emplace_back(member.key());
  }
  return ValueRef(json::value(std::move(out)));
}

ValueRef values(Evaluator& evaluator, const Node&, Arguments arguments) {
  json::array out;
  for (const auto& member : arguments[0].get().get_object()) {
    if (!evaluator.steps(1)) return {};
    out.push_back(evaluator.own(ValueRef(&member.value())));
  }
  return ValueRef(json::value(std::move(out)));
}

ValueRef length(Evaluator& evaluator, const Node&, Arguments arguments) {
  const json::value& value = arguments[0].get();
  if (value.is_array()) return ValueRef(json::value(value.get_array().size()));
  if (value.is_object()) return ValueRef(json::value(value.get_object().size()));
  evaluator.steps(value.get_string().size() / kBytesOfAStep);
  return ValueRef(json::value(code_points(value.get_string())));
}

ValueRef map(Evaluator& evaluator, const Node& call, Arguments arguments) {
  json::array out;
  for (const auto& each : list_of(arguments[1])) {
    if (evaluator.error) return {};
    out.push_back(evaluator.own(evaluator.eval(referred(call, 0), each)));
  }
  return ValueRef(json::value(std::move(out)));
}

// Compares two numbers or two strings: -1, 0 or 1. Strings have the order of their code points, which is the
// order of their bytes in UTF-8.
int order(const json::value& a, const json::value& b) {
  if (is_text(a)) return std::clamp(a.get_string().compare(b.get_string()), -1, 1);
  const auto order = compare_numbers(a, b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

// The sort keys of the items; empty after an error.
std::vector<ValueRef> sort_keys(Evaluator& evaluator, const Node& call, const json::array& list) {
  std::vector<ValueRef> out;
  out.reserve(list.size());
  for (const auto& each : list) {
    ValueRef key = evaluator.eval(referred(call, 1), each);
    const unsigned type = type_of(key.get());
    const bool good = type == kJmespathNumber || type == kJmespathString;
    if (!good || (!out.empty() && type != type_of(out.front().get()))) {
      evaluator.refuse(call, "must find a number in every item, or a string in every item, and found " +
                                 name_of(type) + " in item " + std::to_string(out.size()) + ".");
    }
    if (evaluator.error) return {};
    out.push_back(std::move(key));
  }
  return out;
}

template <int wanted>
ValueRef extreme(Evaluator&, const Node&, Arguments arguments) {
  const json::array& list = list_of(arguments[0]);
  std::size_t best = 0;
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (order(list[i], list[best]) == wanted) best = i;
  }
  if (list.empty()) return {};
  // The argument is destroyed after the call.
  if (arguments[0].owned()) return ValueRef(std::move(arguments[0].own().get_array()[best]));
  return ValueRef(&list[best]);
}

template <int wanted>
ValueRef extreme_by(Evaluator& evaluator, const Node& call, Arguments arguments) {
  const std::vector<ValueRef> by = sort_keys(evaluator, call, list_of(arguments[0]));
  if (by.empty()) return {};
  std::size_t best = 0;
  for (std::size_t i = 1; i < by.size(); ++i) {
    if (order(by[i].get(), by[best].get()) == wanted) best = i;
  }
  return evaluator.item(arguments[0], best);
}

ValueRef merge(Evaluator& evaluator, const Node&, Arguments arguments) {
  json::object out;
  for (const ValueRef& each : arguments) {
    for (const auto& member : each.get().get_object()) {
      if (!evaluator.steps(1) || !evaluator.bytes(kValueBytes + member.key().size())) return {};
      out[member.key()] = evaluator.own(ValueRef(&member.value()));
    }
  }
  return ValueRef(json::value(std::move(out)));
}

ValueRef not_null(Evaluator&, const Node&, Arguments arguments) {
  for (ValueRef& each : arguments) {
    if (!each.get().is_null()) return std::move(each);
  }
  return {};
}

ValueRef reverse(Evaluator& evaluator, const Node&, Arguments arguments) {
  const json::value& value = arguments[0].get();
  if (value.is_array()) {
    json::array out;
    for (std::size_t i = value.get_array().size(); i-- > 0;)
      out.push_back(evaluator.own(evaluator.item(arguments[0], i)));
    return ValueRef(json::value(std::move(out)));
  }
  const std::string_view text = value.get_string();
  if (!evaluator.steps(text.size() / kBytesOfAStep)) return {};
  std::string out;
  out.reserve(text.size());
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t begin = end - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
    out += text.substr(begin, end - begin);
    end = begin;
  }
  return evaluator.text(out);
}

// The items sorted by `by`, which may be the items themselves.
template <typename Key>
ValueRef sorted(Evaluator& evaluator, ValueRef& list, const Key& key) {
  const std::size_t size = list_of(list).size();
  std::vector<std::size_t> places(size);
  for (std::size_t i = 0; i < size; ++i) places[i] = i;
  std::size_t comparisons = size;
  for (std::size_t half = size; half > 1; half /= 2) comparisons += size;
  if (!evaluator.steps(comparisons)) return {};
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return order(key(a), key(b)) < 0; });
  json::array out;
  out.reserve(size);
  for (const std::size_t place : places) out.push_back(evaluator.own(evaluator.item(list, place)));
  return ValueRef(json::value(std::move(out)));
}

ValueRef sort(Evaluator& evaluator, const Node&, Arguments arguments) {
  const json::array& list = list_of(arguments[0]);
  return sorted(evaluator, arguments[0], [&](std::size_t i) -> const json::value& { return list[i]; });
}

ValueRef sort_by(Evaluator& evaluator, const Node& call, Arguments arguments) {
  const std::vector<ValueRef> by = sort_keys(evaluator, call, list_of(arguments[0]));
  if (by.empty()) return evaluator.error ? ValueRef() : ValueRef(json::value(json::array()));
  // The keys of moved items are no longer needed then.
  return sorted(evaluator, arguments[0], [&](std::size_t i) -> const json::value& { return by[i].get(); });
}

ValueRef to_array(Evaluator& evaluator, const Node&, Arguments arguments) {
  if (arguments[0].get().is_array()) return std::move(arguments[0]);
  json::array out;
  out.push_back(evaluator.own(std::move(arguments[0])));
  return ValueRef(json::value(std::move(out)));
}

ValueRef to_string(Evaluator& evaluator, const Node&, Arguments arguments) {
  if (is_text(arguments[0].get())) return std::move(arguments[0]);
  if (!evaluator.weigh(arguments[0].get())) return {};
  return evaluator.text(plain_text(arguments[0].get()));
}

ValueRef to_number(Evaluator& evaluator, const Node&, Arguments arguments) {
  const json::value& value = arguments[0].get();
  if (is_number(value)) return std::move(arguments[0]);
  if (!value.is_string() || !evaluator.steps(value.get_string().size() / kBytesOfAStep)) return {};
  auto read = number_from_text(std::string_view(value.get_string()));
  if (!read) return {};
  return ValueRef(read->is_double() ? number_value(read->get_double()) : *read);
}

ValueRef type(Evaluator& evaluator, const Node&, Arguments arguments) {
  switch (type_of(arguments[0].get())) {
    case kJmespathNumber:
      return evaluator.text("number");
    case kJmespathString:
      return evaluator.text("string");
    case kJmespathBoolean:
      return evaluator.text("boolean");
    case kJmespathList:
      return evaluator.text("array");
    case kJmespathObject:
      return evaluator.text("object");
    default:
      return evaluator.text("null");
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
}  // namespace jmespath

const JmespathFunction* find_jmespath_function(std::string_view name) {
  for (const JmespathFunction& each : jmespath::functions()) {
    if (each.shape.name == name) return &each;
  }
  return nullptr;
}

const JmespathCallShape& call_shape(const JmespathFunction& function) {
  return function.shape;
}

std::string jmespath_function_names() {
  std::string out;
  for (const JmespathFunction& each : jmespath::functions())
    out += (out.empty() ? "" : ", ") + std::string(each.shape.name);
  return out;
}

}  // namespace wick
