#include <algorithm>

#include "json_schema/evaluation.h"
#include "json_schema/value_equality.h"

namespace wick::json_schema {

bool Evaluation::check_array(Visit& visit, const ArrayRules& rules) {
  const Count size = visit.value.get_array().size();
  if (size < rules.min_items &&
      !visit.refuse(" must have at least " + counted(rules.min_items, "item", "items") + "."))
    return false;
  if (size > rules.max_items &&
      !visit.refuse(" must have at most " + counted(rules.max_items, "item", "items") + ", and has " +
                    std::to_string(size) + "."))
    return false;
  if (rules.unique && !check_unique(visit)) return false;
  if (!check_items(visit, rules)) return false;
  return rules.contains == kNoNode || check_contains(visit, rules);
}

bool Evaluation::check_items(Visit& visit, const ArrayRules& rules) {
  const json::array& items = visit.value.get_array();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool is_prefix = i < rules.prefix.size();
    if (!is_prefix && rules.items == kNoNode) break;
    const NodeIndex node = is_prefix ? rules.prefix[i] : rules.items;
    if (node == kFalseNode && rules.prefix.size() == i && visit.findings != nullptr)
      return visit.refuse(" must have at most " + counted(i, "item", "items") + ", and has " +
                          std::to_string(items.size()) + ".");
    const Place place{&visit.place, {}, i, true};
    if (!visit.take(this->visit(node, items[i], place, nullptr, visit.findings))) return false;
    if (stopped_ != Verdict::kValid) return false;
    if (visit.marks != nullptr) visit.marks->add(i);
  }
  return true;
}

bool Evaluation::check_contains(Visit& visit, const ArrayRules& rules) {
  const json::array& items = visit.value.get_array();
  Count certain = 0, possible = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Place place{&visit.place, {}, i, true};
    const Fit fit = this->visit(rules.contains, items[i], place, nullptr, nullptr);
    if (stopped_ != Verdict::kValid) return visit.take(Fit::kNo);
    certain += fit == Fit::kYes ? 1 : 0;
    possible += fit == Fit::kMaybe ? 1 : 0;
    const bool is_decided = visit.marks == nullptr && certain >= rules.min_contains;
    if (fit != Fit::kNo && visit.marks != nullptr && rules.contains_evaluates) visit.marks->add(i);
    if (is_decided && rules.max_contains == kNoLimit) return true;
  }
  if (certain > rules.max_contains)
    return visit.refuse(" must have at most " + counted(rules.max_contains, "item", "items") +
                        " of the kind that the schema describes, and has " + std::to_string(certain) + ".");
  if (certain + possible < rules.min_contains)
    return visit.refuse(" must have at least " + counted(rules.min_contains, "item", "items") +
                        " of the kind that the schema describes, and has " + std::to_string(certain) + ".");
  return visit.take(possible == 0 ? Fit::kYes : Fit::kMaybe);
}

bool Evaluation::check_unique(Visit& visit) {
  const json::array& items = visit.value.get_array();
  if (items.size() < 2) return true;
  if (!step(steps_of(visit.value, limits_.max_steps))) return visit.take(Fit::kNo);
  std::vector<std::pair<std::uint64_t, std::size_t>> hashes;
  hashes.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) hashes.emplace_back(hash_of(items[i]), i);
  std::sort(hashes.begin(), hashes.end());
  for (std::size_t i = 1; i < hashes.size(); ++i) {
    // Nobody can construct collisions, so values with equal hashes are nearly always equal.
    for (std::size_t k = i; k > 0 && hashes[k - 1].first == hashes[i].first; --k) {
      const auto& [ignored, first] = hashes[k - 1];
      if (are_equal(items[first], items[hashes[i].second]))
        return visit.refuse(" must not contain equal items: [" + std::to_string(first) + "] and [" +
                            std::to_string(hashes[i].second) + "] are equal.");
    }
  }
  return true;
}

bool Evaluation::check_unevaluated_items(Visit& visit, const ArrayRules& rules, const Marks& marks) {
  const json::array& items = visit.value.get_array();
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!step()) return visit.take(Fit::kNo);
    if (marks.has(i)) continue;
    const Place place{&visit.place, {}, i, true};
    if (!visit.take(this->visit(rules.unevaluated, items[i], place, nullptr, visit.findings))) return false;
  }
  return true;
}

}  // namespace wick::json_schema
