// Findings: the differences between a value and a schema, in the order found, and their sentences. Internal to
// this folder.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "json_schema/compiled_schema.h"
#include "json_schema/place.h"
#include "json_schema/schema_nodes.h"

namespace wick::json_schema {

// How likely an error belongs to the branch of anyOf that the value was meant for. A branch with another type
// is the least likely. A branch with another constant (`"kind": "circle"`) comes next.
enum class Closeness { kOtherType, kOtherConstant, kNear };

struct Finding {
  SchemaError error;
  Closeness closeness;
  std::size_t depth;   // of the place
  Kinds expected = 0;  // of kOtherType
};

class Findings {
 public:
  explicit Findings(std::string_view root) : root_(root) {}

  bool is_full() const { return all_.size() >= kMaxSchemaErrors; }
  const std::vector<Finding>& all() const { return all_; }
  // Empty findings for a branch.
  Findings branch() const { return Findings(root_); }
  void add(const Findings& branch);
  // Adds an error. `rest` follows the name of the place: " must be a string."
  void add(const Place& place, std::string_view rest, Closeness closeness = Closeness::kNear);
  void add_other_type(const Place& place, const boost::json::value& value, Kinds expected);
  // Adds the errors of the branch that fits best, or the types of all branches, when no branch fits.
  void add_nearest(const Place& place, const boost::json::value& value,
                   const std::vector<Findings>& branches);

  std::vector<SchemaError> take();

 private:
  std::string_view root_;
  std::vector<Finding> all_;
};

// "a string, an integer or null"
std::string names_of(Kinds kinds);
// "1, 2 or "three"", shortened for long lists.
std::string list_of(const std::vector<boost::json::value>& values);
// "1 item", "2 items"
std::string counted(Count count, std::string_view one, std::string_view many);

}  // namespace wick::json_schema
