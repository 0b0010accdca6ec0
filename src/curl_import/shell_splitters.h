// How each shell splits a command into words. Of split_shell() alone (shell_words.h); pure functions.
#pragma once

#include <string_view>

#include "base/result.h"
#include "curl_import/shell_words.h"

namespace wick {

// Whether the command is one for cmd.exe, and its words.
bool is_cmd(std::string_view text);
Result<ShellLine> split_cmd(std::string_view command);
// Of PowerShell, as it hands words to a program.
Result<ShellLine> split_powershell(std::string_view command);
// A program that only shows what curl has printed: with it after a pipe the request is the same.
bool is_viewer(std::string_view name);

}  // namespace wick
