// The schema resources of a document (core §4.3.5), with their base URIs, dialects and anchors, and where
// references lead. Internal to this folder; lives while a schema is compiled. Not thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "json_schema/compiled_schema.h"

namespace wick::json_schema {

// In the order of time. kUnsaid: without `$schema`, as 2020-12 with the spellings of all.
enum class Draft { kDraft4, kDraft7, k2019, k2020, kUnsaid };

struct Dialect {
  Draft draft = Draft::kUnsaid;
  bool has_validation = true;  // a meta-schema's $vocabulary may leave it out

  // Up to draft 7 `$ref` stands alone, and keywords beside it mean nothing.
  bool reference_stands_alone() const { return draft <= Draft::kDraft7; }
  bool since(Draft first) const { return draft >= first; }
};

// A schema: an object, or a boolean.
struct SchemaPlace {
  const boost::json::object* object = nullptr;
  bool boolean = true;  // where there is no object
  std::uint32_t resource = 0;
};

struct Resource {
  std::string uri;
  const boost::json::object* root = nullptr;
  Dialect dialect;
  std::map<std::string, SchemaPlace, std::less<>> anchors;  // dynamic ones too
  std::map<std::string, SchemaPlace, std::less<>> dynamic_anchors;
};

// The dynamic anchor that `"$recursiveAnchor": true` of 2019-09 is. No anchor has such a name.
inline constexpr std::string_view kRecursiveAnchor = "$recursiveAnchor";

class Resources {
 public:
  explicit Resources(const Documents& documents) : documents_(documents) {}

  // Adds a document with the resources inside of it. Which resource its root is.
  std::uint32_t add(const boost::json::object& root, std::string uri);
  const Resource& at(std::uint32_t resource) const { return all_[resource]; }
  std::size_t size() const { return all_.size(); }
  // The resource that `schema` is the root of, or else the one that it stands in.
  std::uint32_t resource_of(const boost::json::object& schema, std::uint32_t parent) const;
  // Errors: kInvalidArgument  it leads nowhere, or to a document that is not known
  Result<SchemaPlace> resolve(std::string_view reference, std::uint32_t from);

 private:
  Dialect dialect_of(std::string_view meta_schema) const;
  void scan(const boost::json::object& schema, std::uint32_t resource);
  void scan_value(const boost::json::value& value, std::uint32_t resource);
  // `schema` begins a resource when it has an `$id`. The resource that it stands in.
  std::uint32_t identify(const boost::json::object& schema, std::uint32_t resource);
  std::optional<std::uint32_t> find(const std::string& uri);
  Result<SchemaPlace> at_pointer(std::string_view pointer, std::uint32_t resource) const;

  const Documents& documents_;
  std::vector<Resource> all_;
  std::unordered_map<std::string, std::uint32_t> by_uri_;
  std::unordered_map<const boost::json::object*, std::uint32_t> by_root_;
};

}  // namespace wick::json_schema
