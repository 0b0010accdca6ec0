// Templates of rest operations: `{name}` stands for the argument of that name. Pure functions.
//
// A modifier before the closing brace says how an argument that is not one plain value is written, following
// RFC 6570 and the styles of OpenAPI parameters:
//   {name,}   a list joined by commas: a,b
//   {name*}   as a whole query or form field: one field for each item, or for each member of an object
//   {name[]}  as a whole query or form field: nested in brackets, field[member]=x, field[0]=y
//   {name!}   as a whole value in JSON: a null argument is sent as null instead of left out
//   {name*;}  a list, or the member=value pairs of an object, joined by the text after the asterisk: letters,
//             digits and ; . , % | = - _ ~, of which the first is not a letter or digit
//   {name,|}  as {name,}, joined by the text after the comma
//   {name+}   in a path: a text of several segments, whose slashes stay
//   {name@}   as a whole body or multipart field: bytes, which the argument gives in base64
//             (rest/rest_request.h)
// Elsewhere a modifier has no effect. Without a modifier, a list is written as JSON.
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

// Whether a name in a template may contain the character.
bool is_placeholder_char(char c);
// The positions of the braces of the first "{name}" at or after `from`; npos if there is none.
std::pair<std::size_t, std::size_t> find_placeholder(std::string_view text, std::size_t from);

// Whether `text` is a single placeholder whose modifier says how a list or an object is written in a query or
// form.
bool is_fields_placeholder(std::string_view text);
// The name of the argument if `text` is "{name@}".
std::optional<std::string_view> bytes_placeholder(std::string_view text);

// The size of all filled templates of one request: an argument may occur many times, and a long name before
// each of its members.
inline constexpr std::size_t kMaxFilledBytes = 32 * 1024 * 1024;
// Computes an upper bound of the filled size before filling.
// Errors: kTooLarge  kMaxFilledBytes
Result<void> check_filled_size(const boost::json::object& templates, const boost::json::object& arguments);

// The identity, as `encode` of fill_text().
std::string unescaped(std::string_view text);

// Fills a template and passes each value through `encode`. nullopt if an argument is absent.
std::optional<std::string> fill_text(std::string_view text, const boost::json::object& arguments,
                                     std::string (*encode)(std::string_view));
// Fills a path template. Each value is one percent-encoded part of a segment.
// Errors: kInvalidArgument  an argument is absent, empty, "." or "..", or a segment becomes "." or "..", which
//                           would change the resource
Result<std::string> fill_path(std::string_view path, const boost::json::object& arguments);
// Whether a segment of the path (without its query) is "." or "..", also percent-encoded (RFC 3986 §5.2.4).
bool has_dot_segment(std::string_view path);
// The percent-encoded "name=value" fields of a query or form for the template `text` under `name`; none if an
// argument is absent.
std::vector<std::string> fill_fields(std::string_view name, std::string_view text,
                                     const boost::json::object& arguments);
// The fields of a form for the members of `object`: one field for each item of a list; nested objects in
// brackets.
std::vector<std::string> fields_of(const boost::json::object& object);
// Fills a JSON template. A string that is exactly "{name}" becomes the argument itself, a member whose argument
// is absent is left out, and longer strings get the text of the argument.
std::optional<boost::json::value> fill_json(const boost::json::value& node,
                                            const boost::json::object& arguments);

}  // namespace wick
