#include "json_schema/evaluation.h"

#include <algorithm>
#include <optional>

#include "json_schema/multiple.h"
#include "json_schema/value_equality.h"

namespace wick::json_schema {

namespace {

std::size_t size_of(const json::value& value) {
  if (const auto* list = value.if_array()) return list->size();
  const auto* object = value.if_object();
  return object == nullptr ? 0 : object->size();
}

Fit opposite(Fit fit) {
  return fit == Fit::kMaybe ? fit : fit == Fit::kYes ? Fit::kNo : Fit::kYes;
}

}  // namespace

Marks::Marks(const json::value& value) : bits_(size_of(value) / 64 + 1) {}

void Marks::add(const Marks& other) {
  is_all_ = is_all_ || other.is_all_;
  for (std::size_t i = 0; i < bits_.size(); ++i) bits_[i] |= other.bits_[i];
}

std::size_t Marks::steps(const json::value& value) {
  return 1 + size_of(value) / 1024;
}

bool Evaluation::step(std::size_t count) {
  steps_ += count;
  if (steps_ > limits_.max_steps && stopped_ == Verdict::kValid) stopped_ = Verdict::kTooManySteps;
  return stopped_ == Verdict::kValid;
}

Fit Evaluation::visit(NodeIndex index, const json::value& value, const Place& place, Marks* marks,
                      Findings* findings) {
  const Node& node = nodes_.nodes[index];
  if (!step()) return Fit::kNo;
  if (nesting_ >= kMaxSchemaNesting) {
    stopped_ = Verdict::kTooDeep;
    return Fit::kNo;
  }
  if (index == kInvalidNode) return Fit::kMaybe;
  Visit visit{node, value, place, marks, findings};
  if (node.allows_nothing) {
    visit.refuse(" is not allowed.");
    return Fit::kNo;
  }
  const bool is_other_resource = scope_.empty() || scope_.back() != node.resource;
  if (is_other_resource) scope_.push_back(node.resource);
  ++nesting_;
  path_.emplace_back(&value, index);
  const Fit fit = visit_node(visit);
  path_.pop_back();
  --nesting_;
  if (is_other_resource) scope_.pop_back();
  return fit;
}

Fit Evaluation::visit_node(Visit& visit) {
  const Node& node = visit.node;
  if (node.is_nullable && visit.value.is_null()) return Fit::kYes;
  if (!check_kind(visit)) return Fit::kNo;
  if (node.constant != nullptr && !check_values(visit, *node.constant, true)) return Fit::kNo;
  if (node.values != nullptr && !check_values(visit, *node.values, false)) return Fit::kNo;
  const json::value& value = visit.value;
  const bool is_array = value.is_array() && node.arrays != nullptr;
  const bool is_object = value.is_object() && node.objects != nullptr;
  const bool asks_items = is_array && node.arrays->unevaluated != kNoNode;
  const bool asks_members = is_object && node.objects->unevaluated != kNoNode;
  // Separate marks, because `unevaluated…` considers this schema only, not the schemas next to it.
  Marks* const outer = visit.marks;
  std::optional<Marks> own;
  if (asks_items || asks_members) {
    if (!step(Marks::steps(value))) return Fit::kNo;
    visit.marks = &own.emplace(value);
  }
  if (node.numbers != nullptr && !check_number(visit, *node.numbers)) return Fit::kNo;
  if (node.texts != nullptr && !check_text(visit, *node.texts)) return Fit::kNo;
  if (is_array && !check_array(visit, *node.arrays)) return Fit::kNo;
  if (is_object && !check_object(visit, *node.objects)) return Fit::kNo;
  if (node.combined != nullptr && !check_combined(visit, *node.combined)) return Fit::kNo;
  // If the value does not fit anyway, nothing is known to be unevaluated.
  if (own && visit.fit != Fit::kNo) {
    if (asks_items && !check_unevaluated_items(visit, *node.arrays, *own)) return Fit::kNo;
    if (asks_members && !check_unevaluated_members(visit, *node.objects, *own)) return Fit::kNo;
    if (outer != nullptr) outer->add_all();
  }
  return visit.fit;
}

bool Evaluation::check_kind(Visit& visit) {
  const Kinds kinds = visit.node.kinds;
  if (kinds == 0) return true;
  const Kind kind = kind_of(visit.value);
  if ((kinds & kind) != 0) return true;
  if (kind == kNumber && (kinds & kInteger) != 0 && is_integer(visit.value)) return true;
  if (visit.findings != nullptr) visit.findings->add_other_type(visit.place, visit.value, kinds);
  visit.fit = Fit::kNo;
  return false;  // all other keywords would report the same difference
}

bool Evaluation::check_values(Visit& visit, const ValueRules& rules, bool is_constant) {
  const json::value& value = visit.value;
  bool is_one = false;
  if (rules.by_hash.empty()) {
    for (const json::value& one : rules.values) {
      if (!step(std::min(steps_of(one, limits_.max_steps), steps_of(value, limits_.max_steps))))
        return visit.take(Fit::kNo);
      is_one = is_one || are_equal(one, value);
    }
  } else {
    if (!step(steps_of(value, limits_.max_steps))) return visit.take(Fit::kNo);
    const std::uint64_t hash = hash_of(value);
    auto at = std::lower_bound(rules.by_hash.begin(), rules.by_hash.end(), std::pair(hash, std::uint32_t(0)));
    for (; !is_one && at != rules.by_hash.end() && at->first == hash; ++at)
      is_one = are_equal(rules.values[at->second], value);
  }
  if (is_one) return true;
  const Closeness closeness =
      is_constant || rules.values.size() == 1 ? Closeness::kOtherConstant : Closeness::kNear;
  if (visit.findings == nullptr) return visit.take(Fit::kNo);
  return visit.refuse(" must be " + list_of(rules.values) + ".", closeness);
}

bool Evaluation::check_number(Visit& visit, const NumberRules& rules) {
  if (kind_of(visit.value) != kNumber) return true;
  const Decimal number = decimal_of(visit.value);
  if (!step(1 + number.digits.size() / kBytesPerStep)) return visit.take(Fit::kNo);
  const auto hold = [&](const std::optional<Limit>& limit, const char* words, auto&& fits) {
    if (!limit || fits(compare(number, limit->value))) return true;
    return visit.refuse(words + limit->text + ".");
  };
  if (!hold(rules.minimum, " must be at least ", [](auto order) { return order >= 0; })) return false;
  if (!hold(rules.maximum, " must be at most ", [](auto order) { return order <= 0; })) return false;
  if (!hold(rules.exclusive_minimum, " must be greater than ", [](auto order) { return order > 0; }))
    return false;
  if (!hold(rules.exclusive_maximum, " must be less than ", [](auto order) { return order < 0; }))
    return false;
  if (!rules.multiple_of) return true;
  const auto is_multiple = is_multiple_of(number, rules.multiple_of->value);
  if (!is_multiple) return visit.take(Fit::kMaybe);
  return *is_multiple || visit.refuse(" must be a multiple of " + rules.multiple_of->text + ".");
}

bool Evaluation::check_text(Visit& visit, const TextRules& rules) {
  if (kind_of(visit.value) != kString) return true;
  const std::string_view text = visit.value.get_string();
  if (!check_length(visit, rules, text)) return false;
  if (!rules.pattern) return true;
  if (rules.pattern->pattern == nullptr) return visit.take(Fit::kMaybe);
  if (!step(rules.pattern->pattern->steps(text.size()))) return visit.take(Fit::kNo);
  return rules.pattern->pattern->matches(text) ||
         visit.refuse(" must match the pattern " + in_quotes(rules.pattern->text) + ".");
}

bool Evaluation::check_length(Visit& visit, const TextRules& rules, std::string_view text) {
  if (rules.min_length == 0 && rules.max_length == kNoLimit) return true;
  if (!step(1 + text.size() / kBytesPerStep)) return visit.take(Fit::kNo);
  // Characters, not bytes (validation §6.3).
  const auto length = static_cast<Count>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  if (length < rules.min_length &&
      !visit.refuse(" must have at least " + counted(rules.min_length, "character", "characters") + "."))
    return false;
  return length <= rules.max_length ||
         visit.refuse(" must have at most " + counted(rules.max_length, "character", "characters") +
                      ", and has " + std::to_string(length) + ".");
}

bool Evaluation::check_combined(Visit& visit, const Combination& rules) {
  if (rules.reference != kNoNode && !check_same(visit, rules.reference)) return false;
  if (rules.dynamic_target != kNoNode && !check_same(visit, dynamic_target(rules))) return false;
  for (const NodeIndex branch : rules.all_of) {
    if (!check_same(visit, branch)) return false;
  }
  if (!rules.any_of.empty() && !check_alternatives(visit, rules.any_of, false)) return false;
  if (!rules.one_of.empty() && !check_alternatives(visit, rules.one_of, true)) return false;
  if (rules.none_of != kNoNode) {
    const Fit fit = opposite(this->visit(rules.none_of, visit.value, visit.place, nullptr, nullptr));
    if (fit == Fit::kNo ? !visit.refuse(" is a value that the schema excludes.") : !visit.take(fit))
      return false;
  }
  return rules.condition == kNoNode || check_condition(visit, rules);
}

bool Evaluation::check_same(Visit& visit, NodeIndex index) {
  return visit.take(this->visit(index, visit.value, visit.place, visit.marks, visit.findings));
}

Fit Evaluation::try_same(Visit& visit, NodeIndex index, Findings* findings) {
  if (visit.marks == nullptr) return this->visit(index, visit.value, visit.place, nullptr, findings);
  if (!step(Marks::steps(visit.value))) return Fit::kNo;
  Marks marks(visit.value);
  const Fit fit = this->visit(index, visit.value, visit.place, &marks, findings);
  if (fit != Fit::kNo) visit.marks->add(marks);
  return fit;
}

bool Evaluation::check_alternatives(Visit& visit, const std::vector<NodeIndex>& branches, bool exactly_one) {
  std::size_t certain = 0, possible = 0;
  std::vector<Findings> tried;
  for (const NodeIndex branch : branches) {
    Findings* findings = nullptr;
    if (visit.findings != nullptr) findings = &tried.emplace_back(visit.findings->branch());
    const Fit fit = try_same(visit, branch, findings);
    if (stopped_ != Verdict::kValid) return visit.take(Fit::kNo);
    certain += fit == Fit::kYes ? 1 : 0;
    possible += fit == Fit::kMaybe ? 1 : 0;
    // Tries all branches if it matters which of them fit.
    if (!exactly_one && certain > 0 && visit.marks == nullptr) return true;
    if (exactly_one && certain > 1) break;
  }
  if (exactly_one && certain > 1)
    return visit.refuse(" fits more than one of the alternatives, and must fit exactly one.");
  if (certain == 0 && possible == 0) {
    if (visit.findings != nullptr) visit.findings->add_nearest(visit.place, visit.value, tried);
    return visit.take(Fit::kNo);
  }
  if (exactly_one) return visit.take(certain == 1 && possible == 0 ? Fit::kYes : Fit::kMaybe);
  return visit.take(certain > 0 ? Fit::kYes : Fit::kMaybe);
}

bool Evaluation::check_condition(Visit& visit, const Combination& rules) {
  const Fit condition = try_same(visit, rules.condition, nullptr);
  const auto branch = [&](NodeIndex index) { return index == kNoNode ? kTrueNode : index; };
  if (condition == Fit::kYes) return check_same(visit, branch(rules.then_node));
  if (condition == Fit::kNo) return check_same(visit, branch(rules.else_node));
  // Either branch may apply, so the value is rejected only if both reject it.
  const Fit then_fit = try_same(visit, branch(rules.then_node), nullptr);
  const Fit else_fit = try_same(visit, branch(rules.else_node), nullptr);
  if (then_fit == Fit::kNo && else_fit == Fit::kNo)
    return visit.refuse(" fits neither of the conditional alternatives.");
  return visit.take(then_fit == Fit::kYes && else_fit == Fit::kYes ? Fit::kYes : Fit::kMaybe);
}

NodeIndex Evaluation::dynamic_target(const Combination& rules) {
  if (rules.dynamic_anchor.empty()) return rules.dynamic_target;
  for (const std::uint32_t resource : scope_) {
    if (!step()) break;
    for (const auto& [name, node] : nodes_.dynamic_anchors[resource]) {
      if (name == rules.dynamic_anchor) return node;
    }
  }
  return rules.dynamic_target;
}

}  // namespace wick::json_schema
