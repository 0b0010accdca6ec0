// What may be kept of a payload: no secrets, and not more than a bounded number of bytes. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wick {

// Masks Wick's own credentials wherever they stand, and the text values of JSON members whose name says
// secret (password, token, api_key, authorization …), also inside JSON that is itself a JSON string.
std::string mask_secrets(std::string_view text);
// `json` itself when it fits; else a valid JSON object that holds its beginning.
std::string cut_payload(std::string json, std::size_t max_bytes);

}  // namespace wick
