// The options of the curl program (8.x), by the names of `curl --help all`. Pure functions.
#pragma once

#include <string_view>

namespace wick::curl {

// Whether the option takes the next word as its value. `option` is a long name without dashes.
bool takes_value(std::string_view option);
// Whether the option leaves the request unchanged: how curl prints, waits, retries or connects. Also its --no- form.
bool is_without_effect(std::string_view option);
// The long name of a short option; empty when curl has no such option.
std::string_view long_option_name(char letter);

}  // namespace wick::curl
