// The fields of a form and the files that a cURL command names. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "curl_import/curl_command.h"

namespace wick::curl {

// The value of -F or --form-string, name=content, as curl reads it. `has_signs`: @file, <file and ;type= mean something.
// Notes say what is left out. Errors: kInvalidArgument  it has no name
Result<CurlPart> read_part(const std::string& value, bool has_signs, std::vector<std::string>& notes);

// The last part of a path, of Windows too; "-" is the standard input.
std::string file_name(std::string_view path);
// The media type that the ending of a file's name stands for; empty when it is not known.
std::string_view type_of_file(std::string_view name);

}  // namespace wick::curl
