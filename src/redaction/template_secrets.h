// The credentials that a connector's configuration and requests have in plain text, besides its sealed
// secret: a header like Authorization or X-Api-Key, a parameter like api_key, a key in a path, a variable
// like API_TOKEN. They are known by their names and shapes (redaction/request_guess.h). Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "redaction/secret_filter.h"

namespace wick {

// A shorter value is more often a word than a credential.
inline constexpr std::size_t kMinPlainSecret = 8;

// A credential as it is sent; "Bearer abc" and "Basic YTpi" are looked for without their scheme, too.
void add_credential(SecretFilter& filter, std::string_view credential);
// Each adds to the filter what is a credential. A value with a placeholder is none: it is the caller's.
void add_header_secrets(SecretFilter& filter, std::string_view name, std::string_view value);
void add_url_secrets(SecretFilter& filter, std::string_view url);
void add_command_secrets(SecretFilter& filter, const std::vector<std::string>& words);
void add_variable_secrets(SecretFilter& filter, std::string_view name, std::string_view value);
// Of a REST connector's configuration and of one operation's request.
void add_rest_secrets(SecretFilter& filter, const boost::json::object& config,
                      const boost::json::object& rest);

}  // namespace wick
