// Templates of rest operations: `{name}` stands for the argument of that name. Pure functions.
//
// A mark before the closing brace says how an argument that is not one plain value is written, in the manner
// of RFC 6570 and of the styles of OpenAPI parameters:
//   {name,}   a list joined by commas: a,b
//   {name*}   as a whole query or form field: one field for each item, or for each member of an object
//   {name[]}  as a whole query or form field: nested in brackets, field[member]=x, field[0]=y
//   {name!}   as a whole value in JSON: an argument that is null is sent as null instead of left out
//   {name*;}  a list, or the member=value of an object, joined by what follows the asterisk: letters, digits
//             and ; . , % | = - _ ~, of which the first is not a letter or digit
//   {name,|}  as {name,}, joined by what follows the comma
//   {name+}   in a path: a text of several segments, whose slashes stay
//   {name@}   as a whole body or multipart field: bytes, which the argument gives in base64
//             (rest/rest_request.h)
// Elsewhere a mark changes nothing, and without one a list is its JSON text.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wick {

// What a name in a template may consist of.
bool is_placeholder_char(char c);
// The first "{name}" that begins at or after `from`: the places of its braces; npos when there is none.
std::pair<std::size_t, std::size_t> find_placeholder(std::string_view text, std::size_t from);

// Whether all of `text` is one placeholder whose mark says how a list or an object is written in a query or form.
bool is_fields_placeholder(std::string_view text);
// The name of the argument when all of `text` is "{name@}".
std::optional<std::string_view> bytes_placeholder(std::string_view text);

// What all templates of a request may become together: an argument may stand in them many times, and a long
// name before each of its members.
inline constexpr std::size_t kMaxFilledBytes = 32 * 1024 * 1024;
// Counts what filling the strings in `templates` gives at most, before it is done.
// Errors: kTooLarge  kMaxFilledBytes
Result<void> check_filled_size(const boost::json::object& templates, const boost::json::object& arguments);

// The `encode` of fill_text() for texts that need none.
std::string unescaped(std::string_view text);

// nullopt when an argument the template names is absent. Each value is passed through `encode`.
std::optional<std::string> fill_text(std::string_view text, const boost::json::object& arguments,
                                     std::string (*encode)(std::string_view));
// A path template, each value one percent-encoded part of a segment.
// Errors: kInvalidArgument  an argument is absent, empty, "." or "..", or a segment becomes that: it would
//                           change which resource is meant
Result<std::string> fill_path(std::string_view path, const boost::json::object& arguments);
// Whether a segment of the path, before its query, is "." or "..", percent-encoded or not (RFC 3986 §5.2.4).
bool has_dot_segment(std::string_view path);
// The "name=value" fields of a query or form, percent-encoded, that the template `text` becomes under `name`;
// none when an argument it names is absent.
std::vector<std::string> fill_fields(std::string_view name, std::string_view text,
                                     const boost::json::object& arguments);
// The fields of a form whose names are the members of `object`: a list is one field for each item, an object
// is nested in brackets.
std::vector<std::string> fields_of(const boost::json::object& object);
// A JSON template: a string that is exactly "{name}" becomes the argument itself; a member whose argument is
// absent is left out; inside longer strings the argument's text is put in.
std::optional<boost::json::value> fill_json(const boost::json::value& node,
                                            const boost::json::object& arguments);

}  // namespace wick
