// The schema resources of a document (core §4.3.5), with their base URIs, dialects and anchors, and the
// resolution of references. Internal to this folder; exists while a schema is compiled. Not thread-safe.
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

// In chronological order. kUnknown: without `$schema`; read as 2020-12 with the spellings of all drafts.
enum class Draft { kDraft4, kDraft7, k2019, k2020, kUnknown };

struct Dialect {
  Draft draft = Draft::kUnknown;
  bool has_validation = true;  // a meta-schema's $vocabulary may leave it out

  // Up to draft 7, keywords next to `$ref` are ignored.
  bool reference_stands_alone() const { return draft <= Draft::kDraft7; }
  bool since(Draft first) const { return draft >= first; }
};

// A schema: an object, or a boolean.
struct SchemaPlace {
  const boost::json::object* object = nullptr;
  bool boolean = true;  // if `object` is null
  std::uint32_t resource = 0;
};

struct Resource {
  std::string uri;
  const boost::json::object* root = nullptr;
  Dialect dialect;
  std::map<std::string, SchemaPlace, std::less<>> anchors;  // including dynamic anchors
  std::map<std::string, SchemaPlace, std::less<>> dynamic_anchors;
};

// The name of the dynamic anchor that `"$recursiveAnchor": true` of 2019-09 defines. No real anchor has this
// name.
inline constexpr std::string_view kRecursiveAnchor = "$recursiveAnchor";

class Resources {
 public:
  explicit Resources(const Documents& documents) : documents_(documents) {}

  // Adds a document with its embedded resources. Returns the resource of its root.
  std::uint32_t add(const boost::json::object& root, std::string uri);
  const Resource& at(std::uint32_t resource) const { return all_[resource]; }
  std::size_t size() const { return all_.size(); }
  // The resource whose root is `schema`, or else the resource that contains it.
  std::uint32_t resource_of(const boost::json::object& schema, std::uint32_t parent) const;
  // Errors: kInvalidArgument  the reference leads nowhere or to an unknown document
  Result<SchemaPlace> resolve(std::string_view reference, std::uint32_t from);

 private:
  Dialect dialect_of(std::string_view meta_schema) const;
  void scan(const boost::json::object& schema, std::uint32_t resource);
  void scan_value(const boost::json::value& value, std::uint32_t resource);
  // Registers a new resource if `schema` has an `$id`. Returns the resource that contains the schema.
  std::uint32_t identify(const boost::json::object& schema, std::uint32_t resource);
  std::optional<std::uint32_t> find(const std::string& uri);
  Result<SchemaPlace> at_pointer(std::string_view pointer, std::uint32_t resource) const;

  const Documents& documents_;
  std::vector<Resource> all_;
  std::unordered_map<std::string, std::uint32_t> by_uri_;
  std::unordered_map<const boost::json::object*, std::uint32_t> by_root_;
};

}  // namespace wick::json_schema
