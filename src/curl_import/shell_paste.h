// A pasted text as the command that is in it: without the prompt, the fence or the invisible characters that
// came along. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wick {

struct PastedCommand {
  std::string text;  // with \n at the end of lines
  bool powershell = false;
  std::vector<std::string> notes;  // what was read as something else, as sentences
};

// `text` is UTF-8. Takes away: prompts of shells, also those of further lines; a Markdown fence; NAME=$(…)
// around the command. Reads outside of quotes: Unicode spaces as spaces, long dashes before an option as what
// they were typed as; invisible characters are left out.
// Errors: kInvalidArgument  quotes of a word processor, which may mean either kind
Result<PastedCommand> clean_paste(std::string_view text);

// Whether a command may begin with this word: curl, with its folder or .exe.
bool is_curl(std::string_view word);
// A program that runs the one after it: sudo, time, env …
bool is_wrapper(std::string_view word);
// NAME=value
bool is_assignment(std::string_view word);

}  // namespace wick
