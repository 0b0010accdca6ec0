// Guesses about the parts of a request: browser headers, secret values, ids in paths. The guesses use names and
// shapes only, and a person reviews them. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wick::guess {

// Whether only browsers send this header. Then the command was copied from a browser.
bool is_only_browsers(std::string_view name, std::string_view value);
// Whether the header describes the browser, its page or its connection and not the request. `from_browser`: the
// command was copied from a browser, so that headers that people also write count as the browser's.
bool is_browser_header(std::string_view name, std::string_view value, bool from_browser);
// Whether the name is that of a credential: X-Api-Key, access_token, client_secret and so on.
bool is_secret_header(std::string_view name);
bool is_secret_parameter(std::string_view name);
bool is_secret_field(std::string_view name);
// Whether the value has the shape of a credential: a JSON Web Token, or a prefix that services give their keys.
bool is_secret_value(std::string_view value);
// Whether the value is a placeholder of documentation: <token>, YOUR_API_KEY, or empty.
bool is_stand_in(std::string_view value);
// Whether the name is that of a setting rather than an input (per_page, sort, model), whose value suits most
// calls.
bool is_setting(std::string_view name);

// The kind of a path segment: plain, or a value that differs from call to call. kOpaque is a long random text,
// either an id or a secret.
enum class Segment { kPlain, kNumber, kId, kKey, kDate, kOpaque };
Segment segment_kind(std::string_view segment);
// The number of leading segments up to the API's version: 2 for api/v2/users/7.
std::size_t base_segments(const std::vector<std::string>& segments);

// "issues" -> "issue", "companies" -> "company"
std::string singular(std::string word);
// "postMessage" -> "post_message": slug() with a separator before each capital.
std::string snake_case(std::string_view text);

}  // namespace wick::guess
