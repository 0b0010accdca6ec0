// One operation of an OpenAPI document as one of the rest kind: its arguments, the request they are put into,
// and what of it a later import compares. Private to the reading of documents (openapi_document.h). Pure; not
// thread-safe.
#pragma once

#include <algorithm>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "connectors/openapi_schema.h"

namespace wick::openapi {

// One argument of an operation, as the tool's schema and the request's template have it.
struct Argument {
  std::string name;
  json::object schema;
  bool required = false;
};

// Builds one operation with a given detail.
class OperationBuilder {
 public:
  OperationBuilder(const References& references, bool is_30, Detail detail, std::size_t& visits)
      : references_(references), converter_(references, is_30, detail, notes_, visits) {}

  // False: it did not fit; the next detail may.
  bool build(std::string_view method, std::string_view path, const json::object& item,
             const json::object& operation);

  json::object definition;
  bool importable = true;
  const std::vector<std::string>& notes() const { return notes_.all(); }

 private:
  void block(std::string why) {
    importable = false;
    notes_.add(std::move(why));
  }
  void add_parameters(const json::object& item, const json::object& operation);
  void add_parameter(const json::object& parameter);
  void add_path_parameter(const std::string& name, const std::string& style, bool explode, Argument argument);
  void fill_path(std::string_view path);
  void add_body(const json::object& operation);
  void add_fields(const std::vector<BodyProperty>& properties, const json::object* encoding, bool form);
  void add_whole_body(const json::value& schema, bool json, bool required, const std::string& type);
  std::string add(Argument argument, std::string_view sent_as, std::string_view where);
  bool is_taken(std::string_view name) const {
    return std::any_of(arguments_.begin(), arguments_.end(),
                       [&](const Argument& each) { return each.name == name; });
  }

  const References& references_;
  Notes notes_;
  SchemaConverter converter_;
  std::vector<Argument> arguments_;
  std::size_t parameters_ = 0;                                   // how many of them are not of the body
  std::vector<std::pair<std::string, std::string>> path_slots_;  // name in the document, template
  json::object query_, headers_;
  std::string body_, content_type_;
};

// What people and models call it, and what they are told of it.
std::string readable_name(std::string_view method, std::string_view path, const json::object& operation);
std::string description_of(const std::string& name, const json::object& operation);
// "listIssuesForRepo", "issues/list-for-repo" -> "list_issues_for_repo", "issues_list_for_repo"
std::string words_of(std::string_view name);
// To tell changes by accident, not forgeries.
std::string digest_of(std::string_view text);
// A text of the document, for a note.
std::string shown(std::string_view text);
// The member, if it is an array.
const json::array* array_of(const json::object& object, std::string_view key);

}  // namespace wick::openapi
