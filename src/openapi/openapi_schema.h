// Schemas of OpenAPI 3.0 and 3.1 as JSON Schema 2020-12 for arguments of a request.
//
// References are written out in place; one that leads back into itself becomes `$defs` and `$ref`. What a
// request cannot carry (readOnly) and what models cannot use (discriminator, xml, examples of any size) is
// left out. Where a schema cannot be told exactly, the result allows more, never less, and a note says so:
// the system that is called has the last word on its own arguments.
//   oneOf             anyOf: documents often mean "any", and without its discriminator a value may fit two
//   pattern           stays where it can be applied as ECMA-262 means it; else it goes into the description, for the
//                     model to read: documents have the regular expressions of any language
//   patternProperties any member
//   null              3.0's nullable becomes a type of 2020-12
// Pure; not thread-safe.
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

// One tool's schema; what would be larger is told with less detail. Every client's model reads it.
inline constexpr std::size_t kMaxImportedSchemaBytes = 32 * 1024;
inline constexpr std::size_t kMaxSchemaDepth = 16;      // schemas inside schemas; deeper ones allow anything
inline constexpr std::size_t kMaxReferenceChain = 32;   // references that only name another reference
inline constexpr std::size_t kMaxEnumBytes = 4 * 1024;  // a longer list of values allows any value
inline constexpr std::size_t kMaxNestedDescriptionBytes = 300;
// Schemas, properties and values visited for one document, which bounds the time hostile ones take: a few
// lines may refer to the same large part thousands of times.
inline constexpr std::size_t kMaxSchemaVisits = 2'000'000;
inline constexpr std::size_t kMaxServerUrlBytes = 1000;    // a longer one is not a server
inline constexpr std::size_t kMaxReferenceBytes = 2000;    // a longer one leads nowhere
inline constexpr std::size_t kMaxOperationIdBytes = 1000;  // of an operation's id, what is behind is not read
inline constexpr std::size_t kMaxNotes = 100;              // of a document or an operation; more are left out
inline constexpr std::size_t kMaxParagraphSource =
    16 * 1024;  // bytes in which a first paragraph is looked for

inline constexpr std::size_t kMaxPatternTextBytes = 1000;  // a longer pattern is left out
inline constexpr std::size_t kMaxTriedPatterns = 1000;  // different ones of a document; more are not applied

// Which patterns of a document can be applied.
class Patterns {
 public:
  // As any program compiles it (json_schema::to_unicode_mode()); nullptr when it cannot be applied.
  const std::string* applied(std::string_view pattern);

 private:
  std::map<std::string, std::optional<std::string>, std::less<>> known_;
};

// What the operations of one document share while they are read.
struct Shared {
  std::size_t visits = 0;  // kMaxSchemaVisits
  Patterns patterns;
};

// Notes for people, each once.
class Notes {
 public:
  void add(std::string note);
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::vector<std::string> all_;
};

// The document that references lead into.
class References {
 public:
  explicit References(const boost::json::value& document) : document_(document) {}
  // What `node` is once the references it consists of are followed; nullptr when one is remote, leads nowhere
  // or in a circle: then `why` says so.
  const boost::json::value* follow(const boost::json::value& node, std::string& why) const;
  // The target of one reference.
  const boost::json::value* target(std::string_view reference, std::string& why) const;

 private:
  using Names = std::map<std::string, const boost::json::value*, std::less<>>;

  // What is called that by `$id`, `$self` or, behind a #, by `$anchor`; nullptr when nothing is.
  const boost::json::value* named(std::string_view name) const;
  static void collect_names(const boost::json::value& value, Names& names);

  mutable std::optional<Names> names_;  // once one is asked for
  const boost::json::value& document_;
};

// How much of a schema is told.
struct Detail {
  std::size_t depth = kMaxSchemaDepth;
  bool descriptions = true;  // of what is inside; the outermost keep theirs
};

// One property of a request body that can be an argument of its own.
struct BodyProperty {
  std::string name;
  const boost::json::value* schema;
  bool required;
};

class SchemaConverter {
 public:
  // `is_30`: the dialect of OpenAPI 3.0.
  SchemaConverter(const References& references, bool is_30, Detail detail, Notes& notes, Shared& shared);

  boost::json::object convert(const boost::json::value& schema);
  // The recursive schemas that what was converted so far refers to; call it last.
  boost::json::object definitions();
  // The size limit or the visits ran out: the result is not whole.
  bool overflowed() const { return overflowed_; }
  // Something was cut at Detail::depth.
  bool was_cut() const { return cut_; }
  // A reference leads out of the document, nowhere or in a circle of references; a note says which.
  bool has_unresolved() const { return unresolved_; }

  // What the schema is once the references it consists of are followed; null when they cannot be.
  const boost::json::object* resolved(const boost::json::value& schema) const;

  // The properties of a schema that is plainly an object of named ones, through allOf; nullopt when it is
  // anything else. Read-only ones are left out.
  std::optional<std::vector<BodyProperty>> plain_properties(const boost::json::value& schema);

 private:
  struct Active {
    const boost::json::value* target;
    std::size_t instance_depth;
  };
  // The names of one value's read-only properties. True: whatever branch of anyOf or oneOf applies.
  using ReadOnly = std::map<std::string, bool, std::less<>>;

  boost::json::object convert(const boost::json::value& schema, std::size_t depth);
  boost::json::object convert_inside(const boost::json::value& schema, std::size_t depth);
  boost::json::object convert_reference(const boost::json::object& schema, std::size_t depth);
  // `beside_reference`: without the texts, default and nullable, which convert_reference() has seen to.
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
  // Counts one more part of the document; false when there are too many.
  bool visit();

  const References& references_;
  bool is_30_;
  Detail detail_;
  Notes& notes_;
  Shared& shared_;
  std::vector<Active> active_;
  std::size_t instance_depth_ = 0;
  std::vector<std::pair<const boost::json::value*, std::string>> definitions_;  // in the order needed
  std::size_t bytes_ = 0;
  bool overflowed_ = false, cut_ = false, unresolved_ = false;
  ReadOnly read_only_;  // of the value that is converted just now
};

// A text member where it stands, however long it is; empty when it is absent or something else.
std::string_view text_of(const boost::json::object& object, std::string_view key);
// Whether the member is `true`.
bool is_true(const boost::json::object& object, std::string_view key);
// `nullable` of 3.0, or the `x-nullable` of documents of 2.0.
bool is_nullable(const boost::json::object& schema);
// A whole address of http or https with a host, without a user, that a base URL can be.
bool is_server_url(std::string_view url);
// Adds the values in `value` to `parts`, until they are more than kMaxSchemaVisits; 64 bytes of text count as one.
void count_parts(const boost::json::value& value, std::size_t& parts);
// Whether `value` as JSON takes at most `bytes`; looks at no more of it than that.
bool fits_in(const boost::json::value& value, std::size_t bytes);

// Adds a sentence to the schema's description.
void append_sentence(boost::json::object& schema, const std::string& sentence);
// Makes null one of the values that `schema` allows.
void allow_null(boost::json::object& schema);
// Whether null is plainly one of them.
bool allows_null(const boost::json::object& schema);
// The first paragraph of Markdown as one line of at most `max_bytes`.
std::string first_paragraph(std::string_view text, std::size_t max_bytes);

}  // namespace wick::openapi
