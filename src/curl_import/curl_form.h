// Form fields and file names of a cURL command. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "curl_import/curl_command.h"

namespace wick::curl {

// Parses the value of -F or --form-string, name=content, as curl does. `has_signs`: @file, <file and ;type=
// have a meaning. Warnings name the parts that are left out.
// Errors: kInvalidArgument  the field has no name
Result<CurlPart> read_part(const std::string& value, bool has_signs, std::vector<std::string>& warnings);

// The last part of a path, including Windows paths; "-" is the standard input.
std::string file_name(std::string_view path);
// The media type for the extension of a file name; empty if unknown.
std::string_view type_of_file(std::string_view name);

}  // namespace wick::curl
