// Converts schemas of OpenAPI 3.0 and 3.1 into JSON Schema 2020-12 for the arguments of a request.
//
// References are expanded in place; a recursive reference becomes `$defs` and `$ref`. Properties that a request
// cannot contain (readOnly) and keywords that models cannot use (discriminator, xml, large examples) are left
// out. Where a schema cannot be converted exactly, the result allows more, never less, and a warning says so:
// the called system validates its own arguments.
//   oneOf             becomes anyOf: documents often mean "any", and without its discriminator a value may fit two
//                     branches
//   pattern           stays if it can be applied as ECMA-262; else the description quotes it for the model:
//                     documents contain the regular expressions of any language
//   patternProperties becomes any member
//   null              nullable of 3.0 becomes a type of 2020-12
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wick::openapi {

// The size of the schema of one tool. Larger schemas are converted with less detail, because every client's
// model reads them.
inline constexpr std::size_t kMaxImportedSchemaBytes = 32 * 1024;
inline constexpr std::size_t kMaxSchemaDepth = 16;      // nested schemas; deeper ones allow any value
inline constexpr std::size_t kMaxReferenceChain = 32;   // references that lead to another reference
inline constexpr std::size_t kMaxEnumBytes = 4 * 1024;  // a longer list becomes any value
inline constexpr std::size_t kMaxNestedDescriptionBytes = 300;
// The number of schemas, properties and values visited for one document. Bounds the time for hostile documents:
// a few lines may refer to the same large part thousands of times.
inline constexpr std::size_t kMaxSchemaVisits = 2'000'000;
inline constexpr std::size_t kMaxServerUrlBytes = 1000;    // a longer URL is not a server
inline constexpr std::size_t kMaxReferenceBytes = 2000;    // a longer reference is unresolved
inline constexpr std::size_t kMaxOperationIdBytes = 1000;  // the part of an operation id that is read
inline constexpr std::size_t kMaxWarnings = 100;  // of a document or an operation; the rest is left out
inline constexpr std::size_t kMaxParagraphSource = 16 * 1024;  // the bytes searched for the first paragraph

inline constexpr std::size_t kMaxPatternTextBytes = 1000;  // a longer pattern is left out
inline constexpr std::size_t kMaxTriedPatterns = 1000;     // of a document; further patterns are not applied

// The patterns of a document that can be applied.
class Patterns {
 public:
  // The pattern in the form that all programs compile (json_schema::to_unicode_mode()); nullptr if it cannot be
  // applied.
  const std::string* applied(std::string_view pattern);

 private:
  std::map<std::string, std::optional<std::string>, std::less<>> known_;
};

// State that the operations of one document share while they are read.
struct Shared {
  std::size_t visits = 0;  // kMaxSchemaVisits
  Patterns patterns;
};

// Warnings for people, without repetitions.
class Warnings {
 public:
  void add(std::string warning);
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::vector<std::string> all_;
};

// Resolves references into the document.
class References {
 public:
  explicit References(const boost::json::value& document) : document_(document) {}
  // Follows the references that `node` consists of. nullptr if a reference is remote, leads nowhere or in a
  // circle; `reason` says which.
  const boost::json::value* follow(const boost::json::value& node, std::string& reason) const;
  // The target of one reference.
  const boost::json::value* target(std::string_view reference, std::string& reason) const;

 private:
  using Names = std::map<std::string, const boost::json::value*, std::less<>>;

  // The value with this name by `$id`, `$self` or, after a #, `$anchor`; nullptr if there is none.
  const boost::json::value* named(std::string_view name) const;
  static void collect_names(const boost::json::value& value, Names& names);

  mutable std::optional<Names> names_;  // filled on first use
  const boost::json::value& document_;
};

// The level of detail of a converted schema.
struct Detail {
  std::size_t depth = kMaxSchemaDepth;
  bool descriptions = true;  // of nested schemas; outer descriptions always stay
};

// One property of a request body that can be a separate argument.
struct BodyProperty {
  std::string name;
  const boost::json::value* schema;
  bool required;
};

class SchemaConverter {
 public:
  // `is_30`: the dialect of OpenAPI 3.0.
  SchemaConverter(const References& references, bool is_30, Detail detail, Warnings& warnings,
                  Shared& shared);

  boost::json::object convert(const boost::json::value& schema);
  // The definitions of the recursive schemas that the converted schemas refer to. Call last.
  boost::json::object definitions();
  // Whether the size limit or the number of visits was exceeded, so that the result is incomplete.
  bool overflowed() const { return overflowed_; }
  // Whether a schema was cut at Detail::depth.
  bool was_cut() const { return cut_; }
  // Whether a reference is remote, leads nowhere or in a circle; a warning names it.
  bool has_unresolved() const { return unresolved_; }

  // Follows the references that the schema consists of; null if that fails.
  const boost::json::object* resolved(const boost::json::value& schema) const;

  // The properties of a schema that is an object with named properties, including allOf; nullopt for other
  // schemas. Read-only properties are left out.
  std::optional<std::vector<BodyProperty>> plain_properties(const boost::json::value& schema);

 private:
  struct Active {
    const boost::json::value* target;
    std::size_t instance_depth;
  };
  // The names of the read-only properties of one value. True: read-only in every branch of anyOf or oneOf.
  using ReadOnly = std::map<std::string, bool, std::less<>>;

  boost::json::object convert(const boost::json::value& schema, std::size_t depth);
  boost::json::object convert_inside(const boost::json::value& schema, std::size_t depth);
  boost::json::object convert_reference(const boost::json::object& schema, std::size_t depth);
  // `beside_reference`: without the texts, default and nullable, which convert_reference() handles.
  boost::json::object convert_keywords(const boost::json::object& schema, std::size_t depth,
                                       bool beside_reference = false);
  void convert_texts(const boost::json::object& schema, boost::json::object& out, std::size_t depth);
  void convert_values(const boost::json::object& schema, boost::json::object& out, bool beside_reference);
  void convert_pattern(std::string_view pattern, boost::json::object& out);
  void convert_enum(const boost::json::array& values, boost::json::object& out);
  void convert_limits(const boost::json::object& schema, boost::json::object& out);
  void convert_members(const boost::json::object& schema, boost::json::object& out, std::size_t depth);
  void convert_combined(const boost::json::object& schema, boost::json::object& out, std::size_t depth);
  bool is_read_only(const boost::json::value& schema, std::size_t depth = 0);
  ReadOnly read_only_of(const boost::json::value& schema);
  void collect_read_only(const boost::json::value& schema, bool always,
                         std::set<const boost::json::value*>& seen, ReadOnly& out);
  bool collect(const boost::json::value& schema, std::size_t depth, std::vector<BodyProperty>& out,
               std::vector<std::string>& required);
  std::string definition_name(const boost::json::value* target, std::string_view reference);
  void spend(std::size_t bytes);
  // Counts one visited part of the document. False above the limit.
  bool visit();

  const References& references_;
  bool is_30_;
  Detail detail_;
  Warnings& warnings_;
  Shared& shared_;
  std::vector<Active> active_;
  std::size_t instance_depth_ = 0;
  std::vector<std::pair<const boost::json::value*, std::string>> definitions_;  // in the order needed
  std::size_t bytes_ = 0;
  bool overflowed_ = false, cut_ = false, unresolved_ = false;
  ReadOnly read_only_;  // of the value being converted
};

// A string member without copying; empty if it is absent or of another type.
std::string_view text_of(const boost::json::object& object, std::string_view key);
// Whether the member is `true`.
bool is_true(const boost::json::object& object, std::string_view key);
// `nullable` of 3.0, or the `x-nullable` of documents of 2.0.
bool is_nullable(const boost::json::object& schema);
// Whether `url` can be a base URL: an absolute http or https URL with a host and without user information.
bool is_server_url(std::string_view url);
// Adds the number of values in `value` to `parts`, until `parts` exceeds kMaxSchemaVisits. 64 bytes of text
// count as one.
void count_parts(const boost::json::value& value, std::size_t& parts);
// Whether `value` takes at most `bytes` as JSON. Reads at most that much of it.
bool fits_in(const boost::json::value& value, std::size_t bytes);

// Adds a sentence to the schema's description.
void append_sentence(boost::json::object& schema, const std::string& sentence);
// Adds null to the values that `schema` allows.
void allow_null(boost::json::object& schema);
// Whether `schema` explicitly allows null.
bool allows_null(const boost::json::object& schema);
// The first paragraph of Markdown as one line of at most `max_bytes`.
std::string first_paragraph(std::string_view text, std::size_t max_bytes);

}  // namespace wick::openapi
