// One value held against one compiled schema. Internal to this folder.
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

// Whether a value fits. kMaybe: as far as can be told, because a pattern cannot be applied or a default may stand for
// an absent property; it counts as fitting in the end. In this order, so that `allOf` is the least and `anyOf` the greatest.
enum class Fit : char { kNo, kMaybe, kYes };

// Which members or items of one value were evaluated (core §11): what `unevaluated…` leaves out.
class Marks {
 public:
  explicit Marks(const boost::json::value& value);
  void add(std::size_t index) { bits_[index / 64] |= std::uint64_t(1) << (index % 64); }
  void add_all() { is_all_ = true; }
  void add(const Marks& other);
  bool has(std::size_t index) const { return is_all_ || (bits_[index / 64] >> (index % 64) & 1) != 0; }
  // How many steps making or adding one takes.
  static std::size_t steps(const boost::json::value& value);

 private:
  std::vector<std::uint64_t> bits_;
  bool is_all_ = false;
};

// For one validation. Not thread-safe.
class Evaluation {
 public:
  Evaluation(const SchemaNodes& nodes, const Limits& limits) : nodes_(nodes), limits_(limits) {}

  // `marks`: where what is evaluated is noted, when somebody asks; what a schema notes that does not fit means
  // nothing. `findings`: where is noted what does not fit, when somebody asks; without it the first difference
  // ends the way.
  Fit visit(NodeIndex index, const boost::json::value& value, const Place& place, Marks* marks,
            Findings* findings);
  // kValid while no limit was reached; visit() means nothing once one was.
  Verdict stopped() const { return stopped_; }

 private:
  struct Visit {
    const Node& node;
    const boost::json::value& value;
    const Place& place;
    Marks* marks;
    Findings* findings;
    Fit fit = Fit::kYes;
    // Takes the part's fit; false when nothing else has to be looked at.
    bool take(Fit part) {
      fit = std::min(fit, part);
      return fit != Fit::kNo || (findings != nullptr && !findings->is_full());
    }
    bool refuse(std::string_view rest, Closeness closeness = Closeness::kNear) {
      if (findings != nullptr) findings->add(place, rest, closeness);
      return take(Fit::kNo);
    }
  };

  // Counts steps; false once there are too many.
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
  // The value at `index` of the object: against what its name says.
  bool check_member(Visit& visit, const ObjectRules& rules, std::size_t index);
  // Whether a schema of the object that is visited gives a default for its property.
  bool is_given_by_default(const boost::json::value& object, std::string_view name);
  // Takes what an absent property means; false when nothing else has to be looked at.
  bool take_absent(Visit& visit, const std::string& name, std::string_view rest);

  bool check_combined(Visit& visit, const Combination& rules);
  bool check_alternatives(Visit& visit, const std::vector<NodeIndex>& branches, bool exactly_one);
  bool check_condition(Visit& visit, const Combination& rules);
  NodeIndex dynamic_target(const Combination& rules);
  // A schema for the same value, of which all is needed.
  bool check_same(Visit& visit, NodeIndex index);
  // Tries one that need not fit; what it evaluates counts only if it does.
  Fit try_same(Visit& visit, NodeIndex index, Findings* findings);

  const SchemaNodes& nodes_;
  const Limits& limits_;
  std::size_t steps_ = 0;
  std::size_t nesting_ = 0;
  std::vector<std::pair<const boost::json::value*, NodeIndex>> way_;  // schemas entered, each with its value
  std::vector<std::uint32_t> scope_;  // resources entered, the dynamic scope (core §7.1)
  Verdict stopped_ = Verdict::kValid;
};

}  // namespace wick::json_schema
