// A compiled schema: what compiler.cpp makes and evaluation.cpp goes through. Internal to this folder.
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
inline constexpr NodeIndex kTrueNode = 0;   // the schema `true`
inline constexpr NodeIndex kFalseNode = 1;  // the schema `false`
inline constexpr NodeIndex kOddNode = 2;    // what is no schema: nothing is known of any value
using Count = std::uint64_t;
inline constexpr Count kNoLimit = std::numeric_limits<Count>::max();

struct Limit {
  Decimal value;
  std::string text;  // as the schema has it
};

struct NumberRules {
  std::optional<Limit> minimum, maximum, above, below, multiple_of;
};

// One `pattern`, shared by all places that have the same.
struct PatternRule {
  std::shared_ptr<const Pattern> pattern;  // null: it cannot be applied
  std::string text;
};

struct TextRules {
  Count min_length = 0, max_length = kNoLimit;
  std::optional<PatternRule> pattern;
};

// `enum` or `const`.
struct ValueRules {
  std::vector<boost::json::value> values;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> by_hash;  // sorted, to the index; of a long list
};

struct ArrayRules {
  Count min_items = 0, max_items = kNoLimit;
  Count min_contains = 1, max_contains = kNoLimit;
  std::vector<NodeIndex> prefix;
  NodeIndex items = kNoNode;  // what follows the prefix
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
  std::vector<Property> properties;  // by name
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
  // $dynamicRef: the outermost resource of the dynamic scope that has this anchor decides; else `target`.
  NodeIndex dynamic_target = kNoNode;
  std::string dynamic_anchor;  // empty: there is none, `dynamic_target` it is
  std::vector<NodeIndex> all_of, any_of, one_of;
  NodeIndex none_of = kNoNode;  // `not`
  NodeIndex condition = kNoNode, then = kNoNode, otherwise = kNoNode;
};

struct Node {
  Kinds kinds = 0;              // 0: any
  bool allows_nothing = false;  // the schema `false`
  bool is_nullable = false;     // OpenAPI 3.0: null is fine, whatever else is said
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
  // Of each resource: its dynamic anchors.
  std::vector<std::vector<std::pair<std::string, NodeIndex>>> dynamic_anchors;
  std::vector<std::string> problems;
  NodeIndex root = kTrueNode;
};

}  // namespace wick::json_schema
