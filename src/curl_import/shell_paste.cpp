#include "curl_import/shell_paste.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"
#include "base/text.h"

namespace wick {
namespace {

constexpr std::array<std::string_view, 15> kWrappers = {"sudo",   "doas",    "time",    "env",    "command",
                                                        "exec",   "nohup",   "builtin", "nice",   "ionice",
                                                        "stdbuf", "timeout", "watch",   "winpty", "noglob"};

// U+00A0, U+1680, U+2000 to U+200A, U+202F, U+205F, U+3000
constexpr std::array<std::string_view, 16> kSpaces = {
    "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
    "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u202F", "\u205F", "\u3000"};
// Soft hyphen, zero width characters, marks of direction, word joiner, byte order mark.
constexpr std::array<std::string_view, 18> kInvisible = {
    "\u00AD", "\u200B", "\u200C", "\u200D", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C",
    "\u202D", "\u202E", "\u2060", "\u2066", "\u2067", "\u2068", "\u2069", "\uFEFF", "\u180E"};
constexpr std::array<std::string_view, 3> kLineEnds = {"\u0085", "\u2028", "\u2029"};
constexpr std::array<std::string_view, 12> kQuotes = {"\u201C", "\u201D", "\u201E", "\u201F",
                                                      "\u2018", "\u2019", "\u201A", "\u201B",
                                                      "\u00AB", "\u00BB", "\u2032", "\u2033"};
constexpr std::array<std::string_view, 9> kDashes = {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014",
                                                     "\u2015", "\u2212", "\uFE58", "\uFF0D"};
// The ends of shell prompts.
constexpr std::array<std::string_view, 10> kPromptEnds = {"$",      "%",      "#",      ">",      "\u276F",
                                                          "\u279C", "\u03BB", "\u00BB", "\u2717", "\u203A"};

// The length of the list entry at `at`; 0 if there is none.
template <typename List>
std::size_t one_of(const List& list, std::string_view text, std::size_t at) {
  for (const std::string_view each : list) {
    if (text.substr(at).starts_with(each)) return each.size();
  }
  return 0;
}

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view first_word(std::string_view text) {
  text = text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_first_of(" \t\n^"));
}

bool begins_command(std::string_view text) {
  const std::string_view word = first_word(text);
  return is_curl(word) || is_wrapper(word) || is_assignment(word);
}

std::string with_plain_lines(std::string_view text) {
  std::string out(text);
  replace_all(out, "\r\n", "\n");
  if (out.find('\n') == std::string::npos) replace_all(out, "\r", "\n");
  return out;
}

// Removes ```bash … ``` and the single backticks of prose.
std::string_view without_fence(std::string_view text) {
  text = trim(text);
  if (text.starts_with("```") || text.starts_with("~~~")) {
    const std::string fence(text.substr(0, 3));
    text.remove_prefix(std::min(text.find('\n'), text.size()));
    if (const auto end = text.find("\n" + fence); end != std::string_view::npos) text = text.substr(0, end);
    return trim(text);
  }
  if (text.size() > 2 && text.starts_with('`') && text.find('`', 1) == text.size() - 1)
    return trim(text.substr(1, text.size() - 2));
  return text;
}

// NAME=$(curl …), NAME="$(curl …)", NAME=`curl …`, echo $(curl …)
std::string_view without_substitution(std::string_view text) {
  std::string_view inside = text;
  if (inside.starts_with("echo ")) {
    inside = trim(inside.substr(5));
  } else {
    std::size_t at = 0;
    while (at < inside.size() && is_word_char(inside[at])) ++at;
    if (at > 0 && at < inside.size() && inside[at] == '=') inside.remove_prefix(at + 1);
  }
  if (inside.size() > 1 && inside.starts_with('"') && inside.ends_with('"'))
    inside = inside.substr(1, inside.size() - 2);
  if (inside.starts_with("$(") && inside.ends_with(')')) {
    inside = inside.substr(2, inside.size() - 3);
  } else if (inside.size() > 2 && inside.starts_with('`') && inside.ends_with('`')) {
    inside = inside.substr(1, inside.size() - 2);
  } else {
    return text;
  }
  return begins_command(inside) ? trim(inside) : text;
}

// The line without its prompt: "$ ", "% ", "# ", "user@host:~$ ", "PS C:\> ", "C:\x>" and similar. Unchanged
// without a prompt.
std::string_view without_prompt(std::string_view line) {
  if (begins_command(line)) return line;
  const std::string_view plain = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
  if ((plain.starts_with('!') || plain.starts_with('@')) && is_curl(first_word(plain.substr(1))))
    return plain.substr(1);  // the prefix of a notebook or a Makefile
  if (line.find_first_of("'\"") < line.find("curl")) return line;
  std::string_view found = line;
  for (std::size_t at = 0; at < line.size() && at < 300; ++at) {
    const std::size_t size = one_of(kPromptEnds, line, at);
    if (size == 0) continue;
    const std::string_view rest = line.substr(at + size);
    const bool apart = rest.starts_with(' ') || rest.starts_with('\t') || line[at] == '>';
    if (apart && begins_command(rest))
      found = rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (!found.empty() && found.data() != line.data()) break;
  }
  return found;
}

// Continuation prompts of shells.
std::string_view without_second_prompt(std::string_view line) {
  for (const std::string_view prompt : {"> ", ">> ", "quote> ", "dquote> ", "cmdand> ", "More? "}) {
    if (line.starts_with(prompt)) return line.substr(prompt.size());
  }
  return line == ">" || line == ">>" ? std::string_view() : line;
}

std::string without_prompts(std::string_view text) {
  std::vector<std::string_view> lines = split(text, '\n');
  const auto is_comment = [](std::string_view line) {
    line = trim(line);
    return line.empty() || line.starts_with('#');
  };
  std::size_t first = 0;
  const auto commands = std::count_if(lines.begin(), lines.end(), [&](std::string_view line) {
    return !is_comment(line) && begins_command(without_prompt(line));
  });
  // "# curl …" is a comment if the command comes after it, else the prompt of root.
  while (first + 1 < lines.size() && is_comment(lines[first]) &&
         (commands > 0 || without_prompt(lines[first]).data() == lines[first].data()))
    ++first;
  const bool in_terminal = without_prompt(lines[first]).size() != lines[first].size();
  lines[first] = without_prompt(lines[first]);
  const auto goes_on = [](std::string_view line) {
    return trim(line).empty() || without_second_prompt(line).size() != line.size();
  };
  const bool second = first + 1 < lines.size() && (in_terminal || trim(lines[first]).ends_with('\\')) &&
                      std::all_of(lines.begin() + std::ptrdiff_t(first) + 1, lines.end(), goes_on);
  std::string out;
  for (std::size_t i = first; i < lines.size(); ++i) {
    if (i > first) out += '\n';
    out += second && i > first ? without_second_prompt(lines[i]) : lines[i];
  }
  return out;
}

// C:\Windows\System32\curl.exe, whose backslashes a shell would remove.
std::string with_plain_program(std::string text) {
  const bool quoted = text.starts_with('"');
  const std::size_t begin = quoted ? 1 : 0;
  const bool drive = text.size() > begin + 3 && text.substr(begin + 1, 2) == ":\\";
  if (!drive) return text;
  const auto end = text.find_first_of(quoted ? "\"" : " \t\n^", begin);
  if (end == std::string::npos || !is_curl(std::string_view(text).substr(begin, end - begin))) return text;
  return "curl" + text.substr(end + (quoted ? 1 : 0));
}

// $name = …
bool sets_variable(std::string_view text) {
  if (!text.starts_with('$')) return false;
  std::size_t at = 1;
  while (at < text.size() && (is_word_char(text[at]) || text[at] == ':')) ++at;
  at = std::min(text.find_first_not_of(" \t", at), text.size());
  return at < text.size() && text[at] == '=' && at > 1;
}

// A backtick at the end of a line continues the line.
bool is_powershell(std::string_view text) {
  if (sets_variable(text)) return true;
  if (text.find("\\\n") != std::string_view::npos || text.find(" ^\n") != std::string_view::npos)
    return false;
  bool goes_on = false, escapes = false;
  for (std::size_t at = 0; (at = text.find('`', at)) != std::string_view::npos; ++at) {
    const auto next = text.find_first_not_of(" \t", at + 1);
    goes_on = goes_on || next == std::string_view::npos || text[next] == '\n';
    escapes = escapes || text.substr(at + 1).starts_with('"');
  }
  const std::string program = to_lower_ascii(first_word(text));
  const bool doubles = text.find("\"\":") != std::string_view::npos;  // "{""name"": 1}"
  return goes_on || ((escapes || doubles) && program.ends_with(".exe"));
}

// Reads the text with the quoting rules of shells.
class Typography {
 public:
  Typography(std::string_view text, PastedCommand& out) : text_(text), out_(out) {}

  Result<void> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (quote_ != '\0' || static_cast<unsigned char>(c) < 0x80) {
        plain(c);
      } else if (auto done = special(); !done) {
        return done;
      }
    }
    // Text from a web page has no-break spaces everywhere.
    if (spaces_) {
      replace_all(out_.text, "\u00A0", " ");
      replace_all(out_.text, "\u202F", " ");
      out_.warnings.emplace_back("No-break and other Unicode spaces are read as spaces.");
    }
    return {};
  }

 private:
  void plain(char c) {
    // special() handles non-ASCII characters, also after a backslash.
    const bool escaped = c == '\\' && quote_ != '\'' && at_ + 1 < text_.size() &&
                         static_cast<unsigned char>(text_[at_ + 1]) < 0x80;
    if (quote_ == '\0' && (c == '\'' || c == '"')) {
      quote_ = c;
      ansi_c_ = c == '\'' && at_ > 0 && text_[at_ - 1] == '$';
    } else if (c == quote_) {
      quote_ = '\0';
    }
    // A backslash escapes the next byte, in $'…' too.
    const std::size_t size =
        escaped || (c == '\\' && ansi_c_ && quote_ == '\'' && at_ + 1 < text_.size()) ? 2 : 1;
    word_start_ = quote_ == '\0' && (is_blank(c) || c == '\n');
    option_ = !word_start_ && (option_ || (was_start_ && c == '-'));
    was_start_ = word_start_;
    out_.text += text_.substr(at_, size);
    at_ += size;
  }

  Result<void> special() {
    if (const auto space = one_of(kSpaces, text_, at_); space > 0) {
      at_ += space;
      out_.text += ' ';
      spaces_ = word_start_ = was_start_ = true;
      option_ = false;
    } else if (const auto line = one_of(kLineEnds, text_, at_); line > 0) {
      at_ += line;
      out_.text += '\n';
      word_start_ = was_start_ = true;
      option_ = false;
    } else if (const auto nothing = one_of(kInvisible, text_, at_); nothing > 0) {
      at_ += nothing;
    } else if (one_of(kQuotes, text_, at_) > 0) {
      return fail(
          ErrorCode::kInvalidArgument,
          "The command has curly quotes (\u201C \u201D \u2018 \u2019), as word processors write them: "
          "replace them with straight ones, \" and '.");
    } else if (const auto dash = one_of(kDashes, text_, at_); dash > 0 && (was_start_ || option_)) {
      read_dash(dash);
    } else {
      out_.text += text_[at_++];
      word_start_ = was_start_ = false;
    }
    return {};
  }

  // Word processors replace two hyphens by one long dash. A lower-case word after it was a long option.
  void read_dash(std::size_t size) {
    at_ += size;
    while (was_start_ && (one_of(kDashes, text_, at_) > 0 || text_.substr(at_).starts_with('-')))
      at_ += std::max<std::size_t>(one_of(kDashes, text_, at_), 1);
    const std::string_view word = text_.substr(at_, text_.find_first_of(" \t\n=", at_) - at_);
    const bool is_long = word.size() > 2 && std::all_of(word.begin(), word.end(), [](char c) {
                           return (c >= 'a' && c <= 'z') || c == '-' || (c >= '0' && c <= '9') ||
                                  static_cast<unsigned char>(c) >= 0x80;
                         });
    out_.text += was_start_ && is_long ? "--" : "-";
    option_ = true;
    was_start_ = word_start_ = false;
    const std::string warning = "A long dash before an option is read as hyphens.";
    if (std::find(out_.warnings.begin(), out_.warnings.end(), warning) == out_.warnings.end())
      out_.warnings.push_back(warning);
  }

  std::string_view text_;
  PastedCommand& out_;
  std::size_t at_ = 0;
  char quote_ = '\0';
  bool ansi_c_ = false, spaces_ = false, option_ = false;
  bool word_start_ = true, was_start_ = true;
};

}  // namespace

bool is_curl(std::string_view word) {
  if (word.starts_with('\\')) word.remove_prefix(1);
  const std::string name = to_lower_ascii(word.substr(word.find_last_of("/\\") + 1));
  return name == "curl" || name == "curl.exe";
}

bool is_wrapper(std::string_view word) {
  const std::string_view name = word.substr(word.rfind('/') + 1);
  return std::find(kWrappers.begin(), kWrappers.end(), name) != kWrappers.end();
}

bool is_assignment(std::string_view word) {
  const auto equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0 || (word[0] >= '0' && word[0] <= '9')) return false;
  return std::all_of(word.begin(), word.begin() + std::ptrdiff_t(equals), is_word_char);
}

Result<PastedCommand> clean_paste(std::string_view text) {
  const std::string lines = with_plain_lines(text);
  std::string_view rest = lines;
  // Invisible characters and spaces before the command.
  for (std::size_t skip = 1; skip > 0;) {
    skip = std::max(one_of(kInvisible, rest, 0), one_of(kSpaces, rest, 0));
    rest.remove_prefix(skip);
  }
  std::string command = without_prompts(without_substitution(without_fence(rest)));
  command = with_plain_program(std::string(trim(command)));
  PastedCommand out;
  out.powershell = is_powershell(command);
  WICK_CHECK(Typography(command, out).run());
  return out;
}

}  // namespace wick
