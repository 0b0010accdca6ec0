#include "curl_import/shell_words.h"

#include "base/text.h"
#include "curl_import/shell_paste.h"
#include "curl_import/shell_splitters.h"

namespace wick {

std::string unmarked(std::string text) {
  replace_all(text, kVariableOpen, "$");
  replace_all(text, kVariableClose, "");
  return text;
}

Result<ShellLine> split_shell(std::string_view text) {
  if (text.size() > kMaxShellBytes)
    return invalid("The command is longer than " + std::to_string(kMaxShellBytes / 1024) + " KiB.");
  if (text.find('\0') != std::string_view::npos || !is_valid_utf8(text))
    return invalid("The command has bytes that are not text.");
  if (text.find(kVariableOpen) != std::string_view::npos ||
      text.find(kVariableClose) != std::string_view::npos) {
    return invalid("The command has characters that Unicode does not allow in text.");
  }
  WICK_TRY(pasted, clean_paste(text));
  const std::string_view command = trim(pasted.text);
  auto line = pasted.powershell ? split_powershell(command)
              : is_cmd(command) ? split_cmd(command)
                                : split_bash(command);
  if (line) line->warnings.insert(line->warnings.begin(), pasted.warnings.begin(), pasted.warnings.end());
  return line;
}

}  // namespace wick
