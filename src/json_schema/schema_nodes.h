// The nodes of a compiled schema: made by compiler.cpp, evaluated by evaluation.cpp. Internal to this folder.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json_number.h"
#include "json_schema/json_kind.h"
#include "json_schema/pattern.h"

namespace wick::json_schema {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = std::numeric_limits<NodeIndex>::max();
inline constexpr NodeIndex kTrueNode = 0;     // the schema `true`
inline constexpr NodeIndex kFalseNode = 1;    // the schema `false`
inline constexpr NodeIndex kInvalidNode = 2;  // not a schema: the fit of every value is unknown
using Count = std::uint64_t;
inline constexpr Count kNoLimit = std::numeric_limits<Count>::max();

struct Limit {
  Decimal value;
  std::string text;  // as written in the schema
};

struct NumberRules {
  std::optional<Limit> minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of;
};

// One `pattern`, shared by all places with the same text.
struct PatternRule {
  std::shared_ptr<const Pattern> pattern;  // null: the pattern cannot be applied
  std::string text;
};

struct TextRules {
  Count min_length = 0, max_length = kNoLimit;
  std::optional<PatternRule> pattern;
};

// `enum` or `const`.
struct ValueRules {
  std::vector<boost::json::value> values;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> by_hash;  // for long lists: sorted hashes with indexes
};

struct ArrayRules {
  Count min_items = 0, max_items = kNoLimit;
  Count min_contains = 1, max_contains = kNoLimit;
  std::vector<NodeIndex> prefix;
  NodeIndex items = kNoNode;  // for items after the prefix
  NodeIndex contains = kNoNode;
  NodeIndex unevaluated = kNoNode;
  bool unique = false;
  bool contains_evaluates = true;  // since 2020-12
};

struct Property {
  std::string name;
  NodeIndex node;
};

struct Dependency {
  std::string name;
  std::vector<std::string> required;
  NodeIndex node = kNoNode;
};

struct ObjectRules {
  Count min_properties = 0, max_properties = kNoLimit;
  std::vector<Property> properties;  // sorted by name
  std::vector<std::string> required;
  std::vector<std::pair<PatternRule, NodeIndex>> patterns;
  std::vector<Dependency> dependencies;
  NodeIndex additional = kNoNode;
  NodeIndex names = kNoNode;
  NodeIndex unevaluated = kNoNode;

  const Property* find(std::string_view name) const;
};

struct Combination {
  NodeIndex reference = kNoNode;
  // The target of $dynamicRef: the outermost resource of the dynamic scope with this anchor, else
  // `dynamic_target`.
  NodeIndex dynamic_target = kNoNode;
  std::string dynamic_anchor;  // empty: `dynamic_target` applies
  std::vector<NodeIndex> all_of, any_of, one_of;
  NodeIndex none_of = kNoNode;  // `not`
  NodeIndex condition = kNoNode, then_node = kNoNode, else_node = kNoNode;
};

struct Node {
  Kinds kinds = 0;              // 0: any
  bool allows_nothing = false;  // the schema `false`
  bool is_nullable = false;     // OpenAPI 3.0: null fits regardless of other keywords
  bool has_default = false;
  std::uint32_t resource = 0;
  std::unique_ptr<ValueRules> values, constant;
  std::unique_ptr<NumberRules> numbers;
  std::unique_ptr<TextRules> texts;
  std::unique_ptr<ArrayRules> arrays;
  std::unique_ptr<ObjectRules> objects;
  std::unique_ptr<Combination> combined;
};

struct SchemaNodes {
  std::vector<Node> nodes;
  // The dynamic anchors of each resource.
  std::vector<std::vector<std::pair<std::string, NodeIndex>>> dynamic_anchors;
  std::vector<std::string> problems;
  NodeIndex root = kTrueNode;
};

}  // namespace wick::json_schema
