// Search for the default that the schemas of an object give to a property. Internal to this folder.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "json_schema/schema_nodes.h"

namespace wick::json_schema {

// For one property of one object. Visits each schema once, however many paths lead to it. Not thread-safe.
class DefaultSearch {
 public:
  // Calls `step` for each visited schema. The search ends when `step` returns false.
  DefaultSearch(const SchemaNodes& nodes, std::string_view name, std::function<bool()> step)
      : nodes_(nodes), name_(name), step_(std::move(step)) {}

  // Whether schema `index` of the object gives the property a default: directly, through references, in a
  // branch of `allOf`, or in every branch of `anyOf` or `oneOf`.
  bool gives(NodeIndex index);

 private:
  using Known = std::map<NodeIndex, bool>;
  using Test = bool (DefaultSearch::*)(const Node&);

  bool holds(NodeIndex index, Test test, Known& known, std::size_t nesting);
  bool has_default(const Node& node) { return node.has_default; }
  bool names_default(const Node& node);

  const SchemaNodes& nodes_;
  const std::string_view name_;
  const std::function<bool()> step_;
  Known of_object_, of_property_;
};

}  // namespace wick::json_schema
