#include "json_schema/defaults.h"

#include <algorithm>

#include "json_schema/compiled_schema.h"

namespace wick::json_schema {

bool DefaultSearch::gives(NodeIndex index) {
  return holds(index, &DefaultSearch::names_default, of_object_, 0);
}

bool DefaultSearch::names_default(const Node& node) {
  const Property* property = node.objects == nullptr ? nullptr : node.objects->find(name_);
  return property != nullptr && holds(property->node, &DefaultSearch::has_default, of_property_, 0);
}

bool DefaultSearch::holds(NodeIndex index, Test test, Known& known, std::size_t nesting) {
  if (index == kNoNode || nesting > kMaxSchemaNesting || !step_()) return false;
  const auto [entry, is_new] = known.try_emplace(index, false);  // false until known, which ends a circle
  if (!is_new) return entry->second;
  const Node& node = nodes_.nodes[index];
  if ((this->*test)(node)) return entry->second = true;
  if (node.combined == nullptr) return false;
  const Combination& rules = *node.combined;
  const auto each = [&](NodeIndex part) { return holds(part, test, known, nesting + 1); };
  const auto all = [&](const std::vector<NodeIndex>& branches) {
    return !branches.empty() && std::all_of(branches.begin(), branches.end(), each);
  };
  return entry->second = each(rules.reference) || each(rules.dynamic_target) ||
                         std::any_of(rules.all_of.begin(), rules.all_of.end(), each) || all(rules.any_of) ||
                         all(rules.one_of) || (each(rules.then_node) && each(rules.else_node));
}

}  // namespace wick::json_schema
