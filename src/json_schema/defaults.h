// Where the schemas of an object give a default for one of its properties. Internal to this folder.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "json_schema/schema_nodes.h"

namespace wick::json_schema {

// For one property of one object. Each schema is looked at once, however many ways lead to it. Not thread-safe.
class DefaultSearch {
 public:
  // `step` is called for each schema that is looked at; the search ends when it says false.
  DefaultSearch(const SchemaNodes& nodes, std::string_view name, std::function<bool()> step)
      : nodes_(nodes), name_(name), step_(std::move(step)) {}

  // Whether the schema `index` of the object gives a default for the property, by itself, through references, in any
  // branch of `allOf`, or in each of the branches of which one must apply.
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
