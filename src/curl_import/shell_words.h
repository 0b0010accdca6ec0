// A pasted shell line as words, without running any of it. Pure functions.
//
// Understands what bash and the browsers' "copy as cURL" write: quotes of all kinds, $'…', line continuation,
// comments; the caret escapes of cmd.exe with the backslash rules of Windows programs; and the backticks of
// PowerShell. shell_paste.h says what comes along with a pasted command and is taken away. What a shell would
// compute is either refused (command substitution) or kept as a mark (variables).
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

// A variable $NAME in a word is kVariableOpen NAME kVariableClose: U+FDD0 and U+FDD1, which Unicode reserves
// for use inside a program (Unicode 23.7). A command that has them already is refused.
inline constexpr std::string_view kVariableOpen = "\xEF\xB7\x90";
inline constexpr std::string_view kVariableClose = "\xEF\xB7\x91";

// As the command has it, $NAME: for what people read.
std::string unmarked(std::string text);

struct ShellLine {
  std::vector<std::string> words;
  std::vector<std::pair<std::string, std::string>> defaults;   // of ${NAME:-default}
  std::vector<std::pair<std::string, std::string>> variables;  // of NAME=value before the command
  std::vector<std::string> notes;                              // what was left out, as sentences
  std::optional<std::string>
      input;  // what the command reads: a here-document, or what echo writes into a pipe
};

// The words of one command. A pipe into a program that only shows output, redirected output, and what is run
// after the command (&& …) are left out. Errors: kInvalidArgument  with what to change: longer than kMaxShellBytes, not text, an open quote,
// more than
//         one command, something that a shell would have to run
Result<ShellLine> split_shell(std::string_view text);

}  // namespace wick
