// Splits a pasted shell line into words without executing any of it. Pure functions.
//
// Understands the output of bash users and of the browsers' "copy as cURL": all kinds of quotes, $'…', line
// continuation and comments; the caret escapes of cmd.exe with the backslash rules of Windows programs; and the
// backticks of PowerShell. shell_paste.h removes prompts and similar text around the command. Command
// substitution is rejected, and variables are kept as marks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wick {

inline constexpr std::size_t kMaxShellBytes = 64 * 1024;

// A variable $NAME in a word becomes kVariableOpen NAME kVariableClose: U+FDD0 and U+FDD1, which Unicode
// reserves for internal use (Unicode 23.7). A command that already contains them is rejected.
inline constexpr std::string_view kVariableOpen = "\xEF\xB7\x90";
inline constexpr std::string_view kVariableClose = "\xEF\xB7\x91";

// The text with marks as $NAME, for people.
std::string unmarked(std::string text);

struct ShellLine {
  std::vector<std::string> words;
  std::vector<std::pair<std::string, std::string>> defaults;   // of ${NAME:-default}
  std::vector<std::pair<std::string, std::string>> variables;  // of NAME=value before the command
  std::vector<std::string> warnings;                           // omitted parts, as sentences
  std::optional<std::string> input;  // standard input: a here-document, or the output of echo before a pipe
};

// The words of one command. Leaves out a pipe into a program that only displays output, redirected output, and
// commands after it (&& …).
// Errors: kInvalidArgument  with the correction: longer than kMaxShellBytes, not text, an open quote, more than one
//                           command, or a part that a shell would execute
Result<ShellLine> split_shell(std::string_view text);

}  // namespace wick
