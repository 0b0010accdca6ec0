// Converts one operation of an OpenAPI document into one of the rest kind: its arguments, the request
// templates, and the digests that a later import compares. Internal to the reading of documents
// (openapi_document.h). Pure; not thread-safe.
#pragma once

#include <algorithm>
#include <boost/json/object.hpp>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "openapi/openapi_schema.h"

namespace wick::openapi {

// One argument of an operation, for the schema of the tool and the template of the request.
struct Argument {
  std::string name;
  json::object schema;
  bool required = false;
};

// Builds one operation with a given level of detail.
class OperationBuilder {
 public:
  OperationBuilder(const References& references, bool is_30, Detail detail, Shared& shared)
      : references_(references), converter_(references, is_30, detail, warnings_, shared) {}

  // False: the schema was too large; try the next level of detail. `server` is the server of the operation, if
  // it differs from the base URL of the document.
  bool build(std::string_view method, std::string_view path, const json::object& item,
             const json::object& operation, const std::string& server);

  json::object definition;
  bool importable = true;
  const std::vector<std::string>& warnings() const { return warnings_.all(); }

 private:
  void mark_not_importable(std::string reason) {
    importable = false;
    warnings_.add(std::move(reason));
  }
  // openapi_parameters.cpp
  void read_path_query(std::string_view query);
  void add_parameters(const json::object& item, const json::object& operation);
  void add_parameter(const json::object& parameter);
  void add_header(const std::string& name, bool explode, Argument argument);
  void add_cookie(const std::string& name, Argument argument);
  void add_query(const std::string& name, const std::string& style, bool explode, bool is_json,
                 Argument argument);
  void add_path_parameter(const std::string& name, const std::string& style, bool explode, Argument argument);
  void fill_path(std::string_view path);
  std::string path_slot(std::string_view written);
  std::string fill_slots(std::string_view text);
  void fill_path_query();
  // openapi_body.cpp
  struct Offer;
  void add_body(const json::object& operation);
  std::vector<Offer> offers_of(const json::object& content);
  void add_json_body(const Offer& offer, bool required);
  void add_form(const Offer& offer, bool required);
  void add_form_fields(const Offer& offer, const std::vector<BodyProperty>& properties);
  void add_multipart(const Offer& offer, bool required);
  json::value make_part(const BodyProperty& property, const json::object* encoding);
  json::object files_schema(const json::value& schema, const std::string& types) const;
  json::object part_headers(const json::object& encoding);
  void add_bytes(const std::vector<Offer>& offers, bool required);
  void add_whole_body(json::object schema, const std::string& before, const std::string& after,
                      bool required);
  bool is_file(const json::value& schema, std::size_t depth = 0) const;
  void warn_of_required_members(const std::vector<BodyProperty>& properties, bool required);

  std::string add(Argument argument, std::string_view sent_as, std::string_view where);
  bool is_taken(std::string_view name) const {
    return std::any_of(arguments_.begin(), arguments_.end(),
                       [&](const Argument& each) { return each.name == name; });
  }

  const References& references_;
  Warnings warnings_;
  SchemaConverter converter_;
  std::vector<Argument> arguments_;
  std::size_t parameters_ = 0;                                   // number of arguments outside of the body
  std::vector<std::pair<std::string, std::string>> path_slots_;  // name in the document, template
  std::set<std::string> used_slots_;
  // The fields in the path after a question mark: the name, and "=value" or nothing.
  std::vector<std::pair<std::string, std::string>> path_query_;
  json::object query_, headers_;
  std::string path_, body_, content_type_;
};

// A name that model providers accept for a property.
std::string argument_name(std::string_view name);
// "/search{?q,page}" (RFC 6570 §3.2.8) as "/search?q={q}&page={page}".
std::string with_plain_query(std::string_view path);
// The percent-encoded separator of list items; empty for styles without one.
std::string delimiter_of(std::string_view style);
// Whether every type that the schema allows is in `types`.
bool has_type(const json::object& schema, std::initializer_list<std::string_view> types);
bool is_scalar(const json::object& schema);

// The name and the description of an operation for people and models.
std::string readable_name(std::string_view method, std::string_view path, const json::object& operation);
std::string description_of(const std::string& name, const json::object& operation);
// "listIssuesForRepo", "issues/list-for-repo" -> "list_issues_for_repo", "issues_list_for_repo"
std::string words_of(std::string_view name);
// Detects changes, not forgeries.
std::string digest_of(std::string_view text);
// A text of the document in printable form, for a warning.
std::string shown(std::string_view text);
// The member if it is an array; else nullptr.
const json::array* array_of(const json::object& object, std::string_view key);

}  // namespace wick::openapi
