#include "jmespath/jmespath.h"

#include <string.h>

#include <algorithm>

#include "jmespath/jmespath_evaluator.h"

namespace wick {
namespace jmespath {
namespace {

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

bool all_are(const json::array& list, unsigned type) {
  return std::all_of(list.begin(), list.end(), [&](const auto& item) { return type_of(item) == type; });
}

bool fits(const json::value& value, unsigned types) {
  if ((type_of(value) & types) != 0) return true;
  if (!value.is_array()) return false;
  return ((types & kJmespathNumbers) != 0 && all_are(value.get_array(), kJmespathNumber)) ||
         ((types & kJmespathStrings) != 0 && all_are(value.get_array(), kJmespathString));
}

}  // namespace

long double number(const json::value& value) {
  if (value.is_int64()) return static_cast<long double>(value.get_int64());
  if (value.is_uint64()) return static_cast<long double>(value.get_uint64());
  if (is_long_number(value)) return std::strtold(number_text(value).c_str(), nullptr);
  return value.get_double();
}

unsigned type_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return kJmespathNull;
    case json::kind::bool_:
      return kJmespathBoolean;
    case json::kind::string:
      return is_long_number(value) ? kJmespathNumber : kJmespathString;
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

bool Evaluator::steps(std::size_t count) {
  steps_ += count;
  if (steps_ > kMaxJmespathSteps && !error) {
    error = {ErrorCode::kTooLarge,
             "It takes more than " + std::to_string(kMaxJmespathSteps) +
                 " steps on this response: take a smaller part of it first, or a simpler expression.",
             {}};
  }
  return !error;
}

bool Evaluator::bytes(std::size_t count) {
  bytes_ += count;
  if (bytes_ > kMaxJmespathResultBytes && !error) {
    error = {ErrorCode::kTooLarge,
             "Its result for this response is larger than " + std::to_string(kMaxJmespathResultBytes) +
                 " bytes: take a smaller part of it first.",
             {}};
  }
  return !error;
}

bool Evaluator::weigh(const json::value& value) {
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

ValueRef Evaluator::refuse(const Node& call, std::string_view message) {
  if (!error) {
    error = {ErrorCode::kInvalidArgument,
             "The function " + std::string(call.function->shape.name) + " at character " +
                 std::to_string(call.character) + " " + std::string(message),
             {}};
  }
  return {};
}

bool Evaluator::equal(const json::value& a, const json::value& b) {
  const unsigned type = type_of(a);
  if (!steps(1) || type != type_of(b)) return false;
  switch (type) {
    case kJmespathNumber:
      return compare_numbers(a, b) == 0;
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

ValueRef Evaluator::eval(const Node& node, const json::value& current) {
  if (!steps(1)) return {};
  switch (node.kind) {
    case Node::Kind::kCurrent:
      return ValueRef(&current);
    case Node::Kind::kLiteral:
      return ValueRef(&node.literal);
    case Node::Kind::kField: {
      const auto* object = current.if_object();
      const auto* value = object == nullptr ? nullptr : object->if_contains(node.name);
      return value == nullptr ? ValueRef() : ValueRef(value);
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
      ValueRef left = eval(*node.children[0], current);
      return is_true(left.get()) ? std::move(left) : eval(*node.children[1], current);
    }
    case Node::Kind::kAnd: {
      ValueRef left = eval(*node.children[0], current);
      return is_true(left.get()) ? eval(*node.children[1], current) : std::move(left);
    }
    case Node::Kind::kNot:
      return ValueRef(json::value(!is_true(eval(*node.children[0], current).get())));
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
      break;  // the function evaluates the child for each item
  }
  return {};
}

ValueRef Evaluator::chain(const Node& node, const json::value& current) {
  ValueRef left = eval(*node.children[0], current);
  ValueRef right = eval(*node.children[1], left.get());
  // The result may be part of a value that is destroyed here.
  if (left.owned() && !right.owned()) return ValueRef(own(std::move(right)));
  return right;
}

ValueRef Evaluator::index(const Node& node, const json::value& current) {
  const auto* list = current.if_array();
  if (list == nullptr) return {};
  const std::int64_t size = std::int64_t(list->size());
  const std::int64_t at = *node.start < 0 ? size + *node.start : *node.start;
  return at >= 0 && at < size ? ValueRef(&(*list)[std::size_t(at)]) : ValueRef();
}

// Slices lists like Python.
ValueRef Evaluator::slice(const Node& node, const json::value& current) {
  const auto* list = current.if_array();
  if (list == nullptr) return {};
  const std::int64_t size = std::int64_t(list->size());
  const std::int64_t step = node.step.value_or(1);
  const std::int64_t first = step > 0 ? 0 : -1;
  const std::int64_t last = step > 0 ? size : size - 1;
  const auto place = [&](std::optional<std::int32_t> given, std::int64_t default_value) {
    if (!given) return default_value;
    return std::clamp<std::int64_t>(*given < 0 ? size + *given : *given, first, last);
  };
  const std::int64_t from = place(node.start, step > 0 ? first : last);
  const std::int64_t to = place(node.stop, step > 0 ? last : first);
  json::array out;
  for (std::int64_t at = from; step > 0 ? at < to : at > to; at += step) {
    if (!steps(1)) return {};
    out.push_back(own(ValueRef(&(*list)[std::size_t(at)])));
  }
  return ValueRef(json::value(std::move(out)));
}

ValueRef Evaluator::flatten(const Node& node, const json::value& current) {
  ValueRef source = eval(*node.children[0], current);
  if (!source.get().is_array()) return {};
  json::array out;
  for (std::size_t i = 0; i < source.get().get_array().size(); ++i) {
    if (!steps(1)) return {};
    ValueRef each = item(source, i);
    if (!each.get().is_array()) {
      out.push_back(own(std::move(each)));
      continue;
    }
    for (std::size_t j = 0; j < each.get().get_array().size(); ++j) {
      if (!steps(1)) return {};
      out.push_back(own(item(each, j)));
    }
  }
  return ValueRef(json::value(std::move(out)));
}

ValueRef Evaluator::list_projection(const Node& node, const json::value& current) {
  ValueRef source = eval(*node.children[0], current);
  if (!source.get().is_array()) return {};
  const Node& taken = *node.children[1];
  json::array out;
  for (std::size_t i = 0; i < source.get().get_array().size(); ++i) {
    if (!steps(1)) return {};
    ValueRef each = item(source, i);
    // Moves the item if it is owned.
    ValueRef result = taken.kind == Node::Kind::kCurrent ? std::move(each) : eval(taken, each.get());
    if (!result.get().is_null()) out.push_back(own(std::move(result)));
  }
  return ValueRef(json::value(std::move(out)));
}

ValueRef Evaluator::object_projection(const Node& node, const json::value& current) {
  const ValueRef source = eval(*node.children[0], current);
  const auto* object = source.get().if_object();
  if (object == nullptr) return {};
  json::array out;
  for (const auto& member : *object) {
    if (!steps(1)) return {};
    ValueRef result = eval(*node.children[1], member.value());
    if (!result.get().is_null()) out.push_back(own(std::move(result)));
  }
  return ValueRef(json::value(std::move(out)));
}

ValueRef Evaluator::filter_projection(const Node& node, const json::value& current) {
  const ValueRef source = eval(*node.children[0], current);
  const auto* list = source.get().if_array();
  if (list == nullptr) return {};
  json::array out;
  for (const auto& each : *list) {
    if (!steps(1)) return {};
    if (!is_true(eval(*node.children[2], each).get())) continue;
    ValueRef result = eval(*node.children[1], each);
    if (!result.get().is_null()) out.push_back(own(std::move(result)));
  }
  return ValueRef(json::value(std::move(out)));
}

// All values have equality; only numbers have an order.
ValueRef Evaluator::compare(const Node& node, const json::value& current) {
  const ValueRef left = eval(*node.children[0], current);
  const ValueRef right = eval(*node.children[1], current);
  const auto answer = [](bool yes) { return ValueRef(json::value(yes)); };
  if (node.kind == Node::Kind::kEqual) return answer(equal(left.get(), right.get()));
  if (node.kind == Node::Kind::kNotEqual) return answer(!equal(left.get(), right.get()));
  if (!is_number(left.get()) || !is_number(right.get())) return {};
  const auto order = compare_numbers(left.get(), right.get());
  switch (node.kind) {
    case Node::Kind::kLess:
      return answer(order < 0);
    case Node::Kind::kLessOrEqual:
      return answer(order <= 0);
    case Node::Kind::kGreater:
      return answer(order > 0);
    default:
      return answer(order >= 0);
  }
}

ValueRef Evaluator::list(const Node& node, const json::value& current) {
  if (current.is_null()) return {};
  json::array out;
  for (const auto& child : node.children) out.push_back(own(eval(*child, current)));
  return ValueRef(json::value(std::move(out)));
}

ValueRef Evaluator::hash(const Node& node, const json::value& current) {
  if (current.is_null()) return {};
  json::object out;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    if (!bytes(kValueBytes + node.keys[i].size())) return {};
    out[node.keys[i]] = own(eval(*node.children[i], current));
  }
  return ValueRef(json::value(std::move(out)));
}

ValueRef Evaluator::call(const Node& node, const json::value& current) {
  const JmespathCallShape& shape = node.function->shape;
  std::vector<ValueRef> arguments(node.children.size());
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
        node, "takes " + name_of(types) +
                  (shape.takes.size() > 1 || shape.is_variadic ? " as argument " + std::to_string(i + 1)
                                                               : std::string()) +
                  ", and got " + (list ? "a list with something else in it" : name_of(type_of(value))) + ".");
  }
  return node.function->run(*this, node, arguments);
}

}  // namespace jmespath

Result<Jmespath> Jmespath::compile(std::string_view expression) {
  WICK_TRY(root, parse_jmespath(expression));
  return Jmespath(std::shared_ptr<const Node>(std::move(root)));
}

Result<json::value> Jmespath::search(const json::value& value) const {
  jmespath::Evaluator evaluator;
  json::value out = evaluator.own(evaluator.eval(*root_, value));
  if (evaluator.error) return fail(std::move(*evaluator.error));
  return out;
}

}  // namespace wick
