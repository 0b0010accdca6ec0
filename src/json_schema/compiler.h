// Compiler: builds the nodes of a schema. Internal to this folder.
#pragma once

#include <boost/json/value.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "json_schema/resources.h"
#include "json_schema/schema_nodes.h"

namespace wick::json_schema {

// Compiles one schema. Only schemas that the root reaches become nodes. Not thread-safe.
class Compiler {
 public:
  Compiler(const Documents& documents, std::size_t max_patterns)
      : resources_(documents), max_patterns_(max_patterns) {}
  // Errors: as CompiledSchema::compile
  Result<std::unique_ptr<const SchemaNodes>> compile(const boost::json::object& root);

 private:
  struct Pending {
    NodeIndex node;
    SchemaPlace place;
  };

  NodeIndex node_at(const SchemaPlace& place);
  NodeIndex node_of(std::string_view keyword, const boost::json::value& schema);
  std::vector<NodeIndex> nodes_of(std::string_view keyword, const boost::json::value& schemas);
  NodeIndex node_of_reference(std::string_view reference);
  // Adds the nodes that only a $dynamicRef may reach.
  void add_dynamic_anchors();
  Node read(const boost::json::object& schema);

  void read_kinds(const boost::json::object& schema, Node& node);
  void read_values(const boost::json::object& schema, Node& node);
  void read_numbers(const boost::json::object& schema, Node& node);
  void read_texts(const boost::json::object& schema, Node& node);
  void read_items(const boost::json::object& schema, Node& node);
  void read_array_limits(const boost::json::object& schema, Node& node);
  void read_members(const boost::json::object& schema, Node& node);
  void read_names(const boost::json::object& schema, Node& node);
  void read_dependencies(const boost::json::object& schema, Node& node);
  void read_references(const boost::json::object& schema, Node& node);
  void read_branches(const boost::json::object& schema, Node& node);

  std::optional<Limit> read_limit(const boost::json::object& schema, std::string_view keyword);
  void read_count(const boost::json::object& schema, std::string_view keyword, Count& out, bool& found);
  std::vector<std::string> read_names_list(std::string_view keyword, const boost::json::value& list);
  PatternRule compile_pattern(std::string_view text);
  void add_problem(std::string_view keyword, const boost::json::value& value, std::string_view expected);
  const Dialect& dialect() const { return resources_.at(resource_).dialect; }
  bool since(Draft draft) const { return dialect().since(draft); }

  Resources resources_;
  const std::size_t max_patterns_;
  std::unique_ptr<SchemaNodes> out_ = std::make_unique<SchemaNodes>();
  std::unordered_map<const boost::json::object*, NodeIndex> known_;
  std::deque<Pending> pending_;
  std::map<std::string, std::shared_ptr<const Pattern>, std::less<>> patterns_;
  std::size_t large_patterns_ = kMaxLargePatterns;  // number that may still be tried
  std::size_t resources_seen_ = 0;                  // number of resources that add_dynamic_anchors() has read
  std::uint32_t resource_ = 0;                      // of the schema being read
  std::optional<Error> failure_;
};

// Whether no node leads back to itself for the same value.
bool is_free_of_circles(const SchemaNodes& nodes);

}  // namespace wick::json_schema
