#include <algorithm>

#include "json_schema/defaults.h"
#include "json_schema/evaluation.h"
#include "json_schema/value_equality.h"

namespace wick::json_schema {

namespace {

constexpr std::size_t kMaxNamedProperties = 12;

// The known names, for a misspelt one.
std::string known_names(const ObjectRules& rules) {
  if (rules.properties.empty()) return "";
  std::string out = " The known ones are ";
  for (std::size_t i = 0; i < rules.properties.size(); ++i) {
    if (i == kMaxNamedProperties) return out + " and others.";
    if (i > 0) out += i + 1 == rules.properties.size() ? " and " : ", ";
    out += in_quotes(rules.properties[i].name);
  }
  return out + ".";
}

}  // namespace

const Property* ObjectRules::find(std::string_view name) const {
  const auto at =
      std::lower_bound(properties.begin(), properties.end(), name,
                       [](const Property& property, std::string_view key) { return property.name < key; });
  return at != properties.end() && at->name == name ? &*at : nullptr;
}

bool Evaluation::check_object(Visit& visit, const ObjectRules& rules) {
  const Count size = visit.value.get_object().size();
  if (!check_required(visit, rules)) return false;
  if (size < rules.min_properties &&
      !visit.refuse(" must have at least " + counted(rules.min_properties, "property", "properties") + "."))
    return false;
  if (size > rules.max_properties &&
      !visit.refuse(" must have at most " + counted(rules.max_properties, "property", "properties") +
                    ", and has " + std::to_string(size) + "."))
    return false;
  if (rules.names != kNoNode && !check_names(visit, rules)) return false;
  if (!check_members(visit, rules)) return false;
  return check_dependencies(visit, rules);
}

bool Evaluation::is_given_by_default(const json::value& object, std::string_view name) {
  if (!limits_.defaults_count) return false;
  DefaultSearch search(nodes_, name, [this] { return step(); });
  for (auto entered = path_.rbegin(); entered != path_.rend() && entered->first == &object; ++entered) {
    if (search.gives(entered->second)) return true;
  }
  return false;
}

// With a default, an absent property counts as present without being present: `not` and `oneOf` around it must
// not reject the value because of the default.
bool Evaluation::take_absent(Visit& visit, const std::string& name, std::string_view rest) {
  if (is_given_by_default(visit.value, name)) return visit.take(Fit::kMaybe);
  const Place place{&visit.place, name};
  if (visit.findings != nullptr) visit.findings->add(place, rest);
  return visit.take(Fit::kNo);
}

bool Evaluation::check_required(Visit& visit, const ObjectRules& rules) {
  const json::object& object = visit.value.get_object();
  for (const std::string& name : rules.required) {
    if (!step()) return visit.take(Fit::kNo);
    if (!object.contains(name) && !take_absent(visit, name, " is required, but missing.")) return false;
  }
  return true;
}

bool Evaluation::check_members(Visit& visit, const ObjectRules& rules) {
  if (rules.properties.empty() && rules.patterns.empty() && rules.additional == kNoNode) return true;
  for (std::size_t i = 0; i < visit.value.get_object().size(); ++i) {
    if (!check_member(visit, rules, i)) return false;
  }
  return true;
}

bool Evaluation::check_member(Visit& visit, const ObjectRules& rules, std::size_t index) {
  const auto& member = *(visit.value.get_object().begin() + index);
  const std::string_view name = member.key();
  if (!step(1 + name.size() / kBytesPerStep)) return visit.take(Fit::kNo);
  const Place place{&visit.place, name};
  const auto check = [&](NodeIndex node) {
    if (visit.marks != nullptr) visit.marks->add(index);
    return this->visit(node, member.value(), place, nullptr, visit.findings);
  };
  bool is_named = false, may_be_named = false;
  if (const Property* property = rules.find(name)) {
    is_named = true;
    if (!visit.take(check(property->node))) return false;
  }
  for (const auto& [rule, node] : rules.patterns) {
    if (rule.pattern == nullptr) {
      // The member may or may not belong to this pattern.
      may_be_named = true;
      if (!visit.take(Fit::kMaybe)) return false;
      continue;
    }
    if (!step(rule.pattern->steps(name.size()))) return visit.take(Fit::kNo);
    if (!rule.pattern->matches(name)) continue;
    is_named = true;
    if (!visit.take(check(node))) return false;
  }
  if (is_named || rules.additional == kNoNode) {
    if (may_be_named && visit.marks != nullptr) visit.marks->add(index);
    return true;
  }
  if (visit.marks != nullptr) visit.marks->add(index);
  if (may_be_named) return true;
  if (rules.additional == kFalseNode) {
    if (visit.findings == nullptr) return visit.take(Fit::kNo);
    visit.findings->add(place, " is not a known property." + known_names(rules));
    return visit.take(Fit::kNo);
  }
  return visit.take(check(rules.additional));
}

bool Evaluation::check_names(Visit& visit, const ObjectRules& rules) {
  for (const auto& member : visit.value.get_object()) {
    if (!step(1 + member.key().size() / kBytesPerStep)) return visit.take(Fit::kNo);
    const Fit fit = this->visit(rules.names, json::value(member.key()), visit.place, nullptr, nullptr);
    if (fit != Fit::kNo) {
      if (!visit.take(fit)) return false;
    } else if (!visit.refuse(" must not have a property called " + in_quotes(member.key()) + ".")) {
      return false;
    }
  }
  return true;
}

bool Evaluation::check_dependencies(Visit& visit, const ObjectRules& rules) {
  const json::object& object = visit.value.get_object();
  for (const Dependency& dependency : rules.dependencies) {
    if (!step()) return visit.take(Fit::kNo);
    if (!object.contains(dependency.name)) continue;
    for (const std::string& name : dependency.required) {
      if (!step()) return visit.take(Fit::kNo);
      if (object.contains(name)) continue;
      const std::string rest = " is required together with " + in_quotes(dependency.name) + ", but missing.";
      if (!take_absent(visit, name, rest)) return false;
    }
    if (dependency.node != kNoNode && !check_same(visit, dependency.node)) return false;
  }
  return true;
}

bool Evaluation::check_unevaluated_members(Visit& visit, const ObjectRules& rules, const Marks& marks) {
  std::size_t index = 0;
  for (const auto& member : visit.value.get_object()) {
    if (!step()) return visit.take(Fit::kNo);
    if (marks.has(index++)) continue;
    const Place place{&visit.place, member.key()};
    if (rules.unevaluated == kFalseNode && visit.findings != nullptr) {
      visit.findings->add(place, " is not a known property." + known_names(rules));
      if (!visit.take(Fit::kNo)) return false;
      continue;
    }
    if (!visit.take(this->visit(rules.unevaluated, member.value(), place, nullptr, visit.findings)))
      return false;
  }
  return true;
}

}  // namespace wick::json_schema
