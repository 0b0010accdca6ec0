// The plain-text credentials in a connector's configuration and requests, in addition to its sealed secret: a
// header like Authorization or X-Api-Key, a parameter like api_key, a key in a path, a variable like API_TOKEN.
// Names and shapes identify them (redaction/request_guess.h). Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "redaction/secret_filter.h"

namespace wick {

// Shorter values are more often words than credentials.
inline constexpr std::size_t kMinPlainSecret = 8;

// Adds a credential as it is sent. "Bearer abc" and "Basic YTpi" are also added without their scheme.
void add_credential(SecretFilter& filter, std::string_view credential);
// Each function adds the credentials that it finds. A value with a placeholder belongs to the caller and is not
// added.
void add_header_secrets(SecretFilter& filter, std::string_view name, std::string_view value);
void add_url_secrets(SecretFilter& filter, std::string_view url);
void add_command_secrets(SecretFilter& filter, const std::vector<std::string>& words);
void add_variable_secrets(SecretFilter& filter, std::string_view name, std::string_view value);
// Adds the credentials of a REST connector's configuration and of the request of one operation.
void add_rest_secrets(SecretFilter& filter, const boost::json::object& config,
                      const boost::json::object& rest);

}  // namespace wick
