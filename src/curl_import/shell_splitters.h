// How each shell splits a command into words. Internal to split_shell() (shell_words.h). Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "curl_import/shell_words.h"

namespace wick {

// POSIX shells: bash, sh, zsh.
Result<ShellLine> split_bash(std::string_view command);
// The text of a $'…' quote (bash manual, "ANSI-C Quoting"), without the quotes. Also reads surrogate pairs, which
// browsers write as \ud83d\ude00. `reads_latin1`: \xNN is the character U+00NN instead of a byte. An escape of a code
// point that does not exist becomes the byte 0xFF.
std::string decode_ansi_c(std::string_view body, bool reads_latin1);
// Whether the command is written for cmd.exe.
bool is_cmd(std::string_view text);
Result<ShellLine> split_cmd(std::string_view command);
// PowerShell, by its rules for the arguments of programs.
Result<ShellLine> split_powershell(std::string_view command);
// Whether the program only displays its input, so that a pipe into it does not change the request.
bool is_viewer(std::string_view name);

}  // namespace wick
