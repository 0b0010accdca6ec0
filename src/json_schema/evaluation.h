// Evaluation: validates one value against one compiled schema. Internal to this folder.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json_schema/findings.h"
#include "json_schema/place.h"
#include "json_schema/schema_nodes.h"

namespace wick::json_schema {

// Whether a value fits. kMaybe: undecided, because a pattern cannot be applied or a default may replace an
// absent property; counts as fitting in the end. The order matters: `allOf` takes the minimum and `anyOf` the
// maximum.
enum class Fit : char { kNo, kMaybe, kYes };

// The members or items of one value that were evaluated (core §11); the `unevaluated…` keywords apply to the
// others.
class Marks {
 public:
  explicit Marks(const boost::json::value& value);
  void add(std::size_t index) { bits_[index / 64] |= std::uint64_t(1) << (index % 64); }
  void add_all() { is_all_ = true; }
  void add(const Marks& other);
  bool has(std::size_t index) const { return is_all_ || (bits_[index / 64] >> (index % 64) & 1) != 0; }
  // The number of steps that creating or merging Marks costs.
  static std::size_t steps(const boost::json::value& value);

 private:
  std::vector<std::uint64_t> bits_;
  bool is_all_ = false;
};

// For one validation. Not thread-safe.
class Evaluation {
 public:
  Evaluation(const SchemaNodes& nodes, const Limits& limits) : nodes_(nodes), limits_(limits) {}

  // `marks` collects evaluated members and items; may be null. The marks of a schema that does not fit have no
  // meaning. `findings` collects the differences; if null, evaluation stops at the first one.
  Fit visit(NodeIndex index, const boost::json::value& value, const Place& place, Marks* marks,
            Findings* findings);
  // kValid while no limit was reached. After a limit, the result of visit() has no meaning.
  Verdict stopped() const { return stopped_; }

 private:
  struct Visit {
    const Node& node;
    const boost::json::value& value;
    const Place& place;
    Marks* marks;
    Findings* findings;
    Fit fit = Fit::kYes;
    // Merges the fit of a part. False if evaluation can stop.
    bool take(Fit part) {
      fit = std::min(fit, part);
      return fit != Fit::kNo || (findings != nullptr && !findings->is_full());
    }
    bool refuse(std::string_view rest, Closeness closeness = Closeness::kNear) {
      if (findings != nullptr) findings->add(place, rest, closeness);
      return take(Fit::kNo);
    }
  };

  // Counts steps. False above the limit.
  bool step(std::size_t count = 1);
  bool enter(const Node& node);
  Fit visit_node(Visit& visit);

  bool check_kind(Visit& visit);
  bool check_values(Visit& visit, const ValueRules& rules, bool is_constant);
  bool check_number(Visit& visit, const NumberRules& rules);
  bool check_text(Visit& visit, const TextRules& rules);
  bool check_length(Visit& visit, const TextRules& rules, std::string_view text);

  bool check_array(Visit& visit, const ArrayRules& rules);
  bool check_items(Visit& visit, const ArrayRules& rules);
  bool check_contains(Visit& visit, const ArrayRules& rules);
  bool check_unique(Visit& visit);
  bool check_unevaluated_items(Visit& visit, const ArrayRules& rules, const Marks& marks);

  bool check_object(Visit& visit, const ObjectRules& rules);
  bool check_required(Visit& visit, const ObjectRules& rules);
  bool check_members(Visit& visit, const ObjectRules& rules);
  bool check_names(Visit& visit, const ObjectRules& rules);
  bool check_dependencies(Visit& visit, const ObjectRules& rules);
  bool check_unevaluated_members(Visit& visit, const ObjectRules& rules, const Marks& marks);
  // Checks the value at `index` of the object against the schemas for its name.
  bool check_member(Visit& visit, const ObjectRules& rules, std::size_t index);
  // Whether a schema of the visited object gives a default for the property.
  bool is_given_by_default(const boost::json::value& object, std::string_view name);
  // Merges the result for an absent property. False if evaluation can stop.
  bool take_absent(Visit& visit, const std::string& name, std::string_view rest);

  bool check_combined(Visit& visit, const Combination& rules);
  bool check_alternatives(Visit& visit, const std::vector<NodeIndex>& branches, bool exactly_one);
  bool check_condition(Visit& visit, const Combination& rules);
  NodeIndex dynamic_target(const Combination& rules);
  // Checks another schema for the same value, which must fit.
  bool check_same(Visit& visit, NodeIndex index);
  // Tries another schema for the same value, which need not fit. Its marks count only if it fits.
  Fit try_same(Visit& visit, NodeIndex index, Findings* findings);

  const SchemaNodes& nodes_;
  const Limits& limits_;
  std::size_t steps_ = 0;
  std::size_t nesting_ = 0;
  std::vector<std::pair<const boost::json::value*, NodeIndex>> path_;  // entered schemas, each with its value
  std::vector<std::uint32_t> scope_;  // entered resources: the dynamic scope (core §7.1)
  Verdict stopped_ = Verdict::kValid;
};

}  // namespace wick::json_schema
