// Extracts the command from pasted text: removes prompts, fences and invisible characters. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wick {

struct PastedCommand {
  std::string text;  // lines end in \n
  bool powershell = false;
  std::vector<std::string> warnings;  // replaced characters, as sentences
};

// `text` is UTF-8. Removes shell prompts on all lines, a Markdown fence, and NAME=$(…) around the command.
// Outside of quotes, Unicode spaces become spaces, long dashes before an option become hyphens, and invisible
// characters are removed.
// Errors: kInvalidArgument  typographic quotes, which may stand for either kind of quote
Result<PastedCommand> clean_paste(std::string_view text);

// Whether the word is the curl program, also with a folder or with .exe.
bool is_curl(std::string_view word);
// Whether the word is a program that runs another program: sudo, time, env and so on.
bool is_wrapper(std::string_view word);
// NAME=value
bool is_assignment(std::string_view word);

}  // namespace wick
