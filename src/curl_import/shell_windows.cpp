// Commands for cmd.exe and PowerShell as words.
#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/text.h"
#include "curl_import/shell_paste.h"
#include "curl_import/shell_splitters.h"

namespace wick {
namespace {

constexpr std::array<std::string_view, 29> kViewers = {"jq",
                                                       "yq",
                                                       "less",
                                                       "more",
                                                       "head",
                                                       "tail",
                                                       "grep",
                                                       "egrep",
                                                       "cat",
                                                       "bat",
                                                       "tee",
                                                       "awk",
                                                       "sed",
                                                       "sort",
                                                       "uniq",
                                                       "wc",
                                                       "cut",
                                                       "column",
                                                       "xmllint",
                                                       "gunzip",
                                                       "tr",
                                                       "json_pp",
                                                       "convertfrom-json",
                                                       "format-list",
                                                       "format-table",
                                                       "out-file",
                                                       "out-string",
                                                       "select-object",
                                                       "findstr"};

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The text that cmd.exe passes on: carets outside of its quotes are removed.
Result<std::string> without_carets(std::string_view text) {
  std::string out;
  bool quoted = false;
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '^' && !quoted) {
      ++i;
      if (i < text.size() && text[i] == '\n')
        ++i;  // continues in the next line, whose first character is literal
      if (i < text.size()) out += text[i];
      continue;
    }
    if (c == '"') quoted = !quoted;
    // Older browsers write these carets inside quotes too.
    const std::string_view rest = text.substr(i);
    if (c == '^' && (rest.starts_with("^&") || rest.starts_with("^%"))) {
      out += rest[1];
      i += rest.starts_with("^%^") ? 2 : 1;
      continue;
    }
    if (c == '\n') {
      if (!quoted)
        return invalid(
            "There is more than one command: paste one curl command, with ^ at the end of each line.");
    }
    out += c;
  }
  return out;
}

// Splits a command line like a Windows program: backslashes are special only before a double quote. Browsers
// double every backslash nevertheless (`doubled`), and the copied text is meant.
Result<ShellLine> split_windows(std::string_view text, bool doubled) {
  ShellLine line;
  std::string word;
  bool open = false, quoted = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (!quoted && (is_blank(c) || c == '\n')) {
      if (open) line.words.push_back(std::move(word));
      word.clear();
      open = false;
      ++i;
      continue;
    }
    open = true;
    if (c == '\\') {
      const auto end = std::min(text.find_first_not_of('\\', i), text.size());
      const std::size_t count = end - i;
      const bool before_quote = end < text.size() && text[end] == '"';
      word.append(before_quote || doubled ? count / 2 : count, '\\');
      if (doubled && !before_quote && count % 2 == 1) word += '\\';
      i = end;
      if (before_quote && count % 2 == 1) {
        word += '"';
        ++i;
      }
      continue;
    }
    if (c == '"') {
      if (quoted && i + 1 < text.size() && text[i + 1] == '"') {
        word += '"';
        i += 2;
        continue;
      }
      quoted = !quoted;
      ++i;
      continue;
    }
    word += c;
    ++i;
  }
  if (quoted) return invalid("A double quote (\") is not closed.");
  if (open) line.words.push_back(std::move(word));
  for (const std::string& each : line.words) {
    if (each == "|" || each == "&" || each == "&&" || each == ">" || each == "<")
      return invalid("There is more than one command: paste only the curl command.");
  }
  return line;
}

class PowershellSplitter {
 public:
  explicit PowershellSplitter(std::string_view text) : text_(text) {}

  Result<ShellLine> run() {
    for (;;) {
      WICK_TRY(taken, take_assignment());
      if (!taken) break;
    }
    while (at_ < text_.size()) {
      WICK_CHECK(step());
    }
    end_word();
    return std::move(line_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  // $name = 'text', $env:NAME = "text" and here-strings, before the command.
  Result<bool> take_assignment() {
    at_ = std::min(text_.find_first_not_of(" \t\n;", at_), text_.size());
    if (peek() != '$') return false;
    std::size_t begin = at_ + 1;
    if (to_lower_ascii(text_.substr(begin, 4)) == "env:") begin += 4;
    std::size_t end = begin;
    while (end < text_.size() && is_name_char(text_[end])) ++end;
    const auto equals = std::min(text_.find_first_not_of(" \t", end), text_.size());
    if (end == begin || equals >= text_.size() || text_[equals] != '=') return false;
    at_ = std::min(text_.find_first_not_of(" \t", equals + 1), text_.size());
    const std::string_view rest = text_.substr(at_);
    if (is_curl(rest.substr(0, rest.find_first_of(" \t\n")))) return false;  // a variable for the response
    std::string value;
    if (peek() == '@' && (peek(1) == '\'' || peek(1) == '"') && peek(2) == '\n') {
      const auto close = text_.find(std::string("\n") + peek(1) + "@", at_ + 2);
      if (close == std::string_view::npos) return invalid("A here-string (@' or @\") is not closed.");
      value = text_.substr(at_ + 3, close - std::min(close, at_ + 3));
      at_ = close + 3;
    } else {
      while (at_ < text_.size() && peek() != '\n' && peek() != ';') {
        WICK_CHECK(step());
      }
      end_word();
      for (const std::string& word : line_.words) value += (value.empty() ? "" : " ") + word;
      line_.words.clear();
    }
    line_.variables.emplace_back(text_.substr(begin, end - begin), std::move(value));
    return true;
  }

  void end_word() {
    if (open_ && word_ != "--%") line_.words.push_back(std::move(word_));
    word_.clear();
    open_ = false;
  }

  Result<void> step() {
    const char c = peek();
    if (is_blank(c)) {
      ++at_;
      end_word();
    } else if (c == '\n' || c == ';' || c == '|' || c == '>' || c == '&') {
      return end_command(c);
    } else if (c == '#' && !open_) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '\'') {
      return single_quoted();
    } else if (c == '"') {
      return double_quoted();
    } else if (c == '`') {
      backtick(false);
    } else if (c == '$') {
      return dollar();
    } else if (c == '\\' && peek(1) == '"') {
      put("\"");
      at_ += 2;
    } else {
      put(text_.substr(at_++, 1));
    }
    return {};
  }

  void put(std::string_view text) {
    word_ += text;
    open_ = true;
  }

  // Handles text after the command. Options on further lines still belong to the command.
  Result<void> end_command(char c) {
    end_word();
    const auto next = text_.find_first_not_of(" \t\n;|>&", at_);
    if (c == '\n' && next != std::string_view::npos && text_[next] == '-') {
      at_ = next;
      return {};
    }
    const std::string_view rest = next == std::string_view::npos ? std::string_view() : text_.substr(next);
    const std::string_view program = rest.substr(0, rest.find_first_of(" \t\n"));
    if (c == '|' && !is_viewer(program))
      return invalid("Another command follows after a pipe: paste only the curl command.");
    if (c != '|' && c != '>' && !rest.empty())
      return invalid(
          "There is more than one command: paste one curl command, with ` at the end of each line.");
    if (!rest.empty())
      line_.warnings.emplace_back(c == '|' ? "The command after the pipe is left out."
                                           : "The redirection of the output is left out.");
    at_ = text_.size();
    return {};
  }

  void backtick(bool quoted) {
    const auto next = text_.find_first_not_of(" \t", at_ + 1);
    if (!quoted && (next == std::string_view::npos || text_[next] == '\n')) {
      at_ = next == std::string_view::npos ? text_.size() : next + 1;
      return end_word();
    }
    const char escaped = peek(1);
    put(escaped == 'n'   ? "\n"
        : escaped == 't' ? "\t"
        : escaped == 'r' ? "\r"
                         : text_.substr(std::min(at_ + 1, text_.size()), 1));
    at_ += 2;
  }

  // Older versions remove the quotes of an argument, so people write \" in '…' too.
  Result<void> single_quoted() {
    std::string inside;
    for (++at_;; ++at_) {
      if (at_ >= text_.size()) return invalid("A single quote (') is not closed.");
      if (peek() == '\'' && peek(1) != '\'') break;
      if (peek() == '\'') ++at_;
      inside += peek();
    }
    ++at_;
    bool all_escaped = true;
    for (std::size_t i = 0; i < inside.size(); ++i)
      all_escaped = all_escaped && (inside[i] != '"' || (i > 0 && inside[i - 1] == '\\'));
    if (all_escaped) replace_all(inside, "\\\"", "\"");
    if (inside.find("\"\":") != std::string::npos) replace_all(inside, "\"\"", "\"");
    put(inside);
    return {};
  }

  Result<void> double_quoted() {
    put("");
    ++at_;
    while (peek() != '"' || peek(1) == '"') {
      if (at_ >= text_.size()) return invalid("A double quote (\") is not closed.");
      const char c = peek();
      if (c == '`') {
        backtick(true);
      } else if (c == '$') {
        if (auto done = dollar(); !done) return done;
      } else if (c == '"' || (c == '\\' && peek(1) == '"')) {
        put("\"");
        at_ += 2;
      } else {
        put(text_.substr(at_++, 1));
      }
    }
    ++at_;
    return {};
  }

  // $name, ${name} and $env:NAME
  Result<void> dollar() {
    if (peek(1) == '(')
      return invalid(
          "The command has a subexpression, $(…), which is not executed: write its result instead.");
    const bool braced = peek(1) == '{';
    std::size_t begin = at_ + (braced ? 2 : 1);
    if (to_lower_ascii(text_.substr(begin, 4)) == "env:") begin += 4;
    std::size_t end = begin;
    while (end < text_.size() && is_name_char(text_[end])) ++end;
    if (end == begin || (text_[begin] >= '0' && text_[begin] <= '9') ||
        (braced && (end >= text_.size() || text_[end] != '}'))) {
      put("$");
      ++at_;
      return {};
    }
    put(kVariableOpen);
    put(text_.substr(begin, end - begin));
    put(kVariableClose);
    at_ = end + (braced ? 1 : 0);
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string word_;
  bool open_ = false;
  ShellLine line_;
};

}  // namespace

// "Copy as cURL (cmd)" of Chrome and Firefox: ^" around each argument, a caret before characters that cmd.exe
// interprets, ^ at the end of a line.
bool is_cmd(std::string_view text) {
  const auto word = text.find_first_of(" \t\n^");
  if (word == std::string_view::npos) return false;
  std::size_t at = word;
  for (; at < text.size(); ++at) {
    while (at < text.size() && is_blank(text[at])) ++at;
    if (text.substr(at).starts_with("^\"") || text.substr(at).starts_with("^\n")) return true;
    if (at >= text.size() || text[at] != '-') break;
    while (at < text.size() && !is_blank(text[at]) && text[at] != '\n') ++at;
  }
  // "{""name"":1}" has no meaning in other shells.
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  const bool doubles = has("\"\":") && !has("'") && !has("\\\n");
  return doubles || text.find(" ^\n") != std::string_view::npos;
}

Result<ShellLine> split_cmd(std::string_view command) {
  WICK_TRY(plain, without_carets(command));
  return split_windows(plain, command.find("^\"") != std::string_view::npos);
}

Result<ShellLine> split_powershell(std::string_view command) {
  return PowershellSplitter(command).run();
}

bool is_viewer(std::string_view name) {
  const std::string base = to_lower_ascii(name.substr(name.rfind('/') + 1));
  // `python -m json.tool` displays only; other Python programs may do anything with the output.
  return base.starts_with("python") || std::find(kViewers.begin(), kViewers.end(), base) != kViewers.end();
}

}  // namespace wick
