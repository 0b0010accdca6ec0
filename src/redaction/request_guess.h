// What the parts of a request most likely are: which header is only the browser's, which value is a secret,
// which piece of a path is an id. Guesses for a person to review, from names and shapes alone. Pure
// functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wick::guess {

// A header that only browsers send: where one is, the command was copied from a browser.
bool is_only_browsers(std::string_view name, std::string_view value);
// A header that says something about the browser, its page or its connection, and nothing about the request.
// `from_browser`: the command was copied from a browser; headers that people write, too, are its own then.
bool is_browser_header(std::string_view name, std::string_view value, bool from_browser);
// A header or parameter whose value is a credential, by its name: X-Api-Key, access_token, client_secret …
bool is_secret_header(std::string_view name);
bool is_secret_parameter(std::string_view name);
bool is_secret_field(std::string_view name);
// A credential by its shape: a JSON Web Token, the prefixes that services give their keys.
bool is_secret_value(std::string_view value);
// What stands in documentation for a value to be filled in: <token>, YOUR_API_KEY, empty.
bool is_stand_in(std::string_view value);
// A setting rather than an input, by its name: per_page, sort, model …: its value serves most calls.
bool is_setting(std::string_view name);

// What a segment of a path is: plain, or something that differs from call to call. kOpaque is a long random
// text, which may be an id as well as a secret.
enum class Segment { kPlain, kNumber, kId, kKey, kDate, kOpaque };
Segment segment_kind(std::string_view segment);
// How many of the leading segments are the API's own, up to its version: 2 of api/v2/users/7.
std::size_t base_segments(const std::vector<std::string>& segments);

// "issues" -> "issue", "companies" -> "company"
std::string singular(std::string word);
// "postMessage" -> "post_message": slug() with a border before each capital.
std::string snake_case(std::string_view text);

}  // namespace wick::guess
