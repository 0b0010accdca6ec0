#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/text.h"
#include "curl_import/shell_paste.h"
#include "curl_import/shell_splitters.h"

namespace wick {
namespace {

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class BashSplitter {
 public:
  explicit BashSplitter(std::string_view text) : text_(text) {}

  Result<ShellLine> split() {
    while (at_ < text_.size()) {
      WICK_CHECK(step());
    }
    WICK_CHECK(end_word());
    if (piped_ == Piped::kExpected) return invalid("The command ends with a pipe: leave it out.");
    if (here_) return invalid("The here-document has no lines.");
    if (reading_) return invalid("The here-string (<<<) has no text.");
    return std::move(line_);
  }

 private:
  enum class Piped { kNo, kExpected, kYes };
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void put(std::string_view text) {
    word_ += text;
    open_ = true;
  }

  Result<void> end_word() {
    if (!open_) return {};
    open_ = false;
    std::string word;
    word.swap(word_);
    if (dropping_) {
      dropping_ = false;
    } else if (reading_) {
      reading_ = false;
      line_.input = word + "\n";
    } else if (piped_ == Piped::kNo) {
      line_.words.push_back(std::move(word));
    } else if (piped_ == Piped::kExpected) {
      if (!is_viewer(word)) {
        return invalid("Another command follows after a pipe: paste only the curl command.");
      }
      piped_ = Piped::kYes;
      add_warning("The command after the pipe is left out.");
    }
    return {};
  }

  void add_warning(std::string sentence) {
    if (std::find(line_.warnings.begin(), line_.warnings.end(), sentence) == line_.warnings.end())
      line_.warnings.push_back(std::move(sentence));
  }

  Result<void> step() {
    const char c = peek();
    if (is_blank(c)) {
      ++at_;
      return end_word();
    }
    if (c == '\n') return end_line();
    if (c == '#' && !open_) {
      at_ = std::min(text_.find('\n', at_), text_.size());
      return {};
    }
    if (c == '\'') return read_single_quoted();
    if (c == '"') return read_double_quoted();
    if (c == '\\') return read_backslash();
    if (c == '$') return read_dollar(false);
    if (c == '`') return refuse_substitution();
    if (std::string_view("|&;<>()").find(c) != std::string_view::npos) return read_operator();
    put({&text_[at_++], 1});
    return {};
  }

  // A newline ends the command, unless the next line begins with an option: then the backslash was lost.
  Result<void> end_line() {
    ++at_;
    if (auto ended = end_word(); !ended) return ended;
    if (here_) {
      if (auto done = read_here_document(); !done) return done;
    }
    const auto next = text_.find_first_not_of(" \t\n", at_);
    at_ = std::min(next, text_.size());  // skips empty lines, each once
    if (line_.words.empty() || next == std::string_view::npos || text_[next] == '#') return {};
    if (piped_ == Piped::kNo && text_[next] == '-') return {};
    if (text_[next] == '|' && piped_ != Piped::kExpected) return {};
    if (piped_ == Piped::kExpected || take_setup()) return {};
    return invalid(
        "There is more than one command: paste one curl command, with \\ at the end of each line.");
  }

  Result<void> read_single_quoted() {
    const auto end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return invalid("A single quote (') is not closed.");
    put(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return {};
  }

  Result<void> read_double_quoted() {
    ++at_;
    put("");
    for (;;) {
      if (at_ >= text_.size()) return invalid("A double quote (\") is not closed.");
      const char c = peek();
      if (c == '"') break;
      if (c == '`') return refuse_substitution();
      if (c == '$') {
        if (auto done = read_dollar(true); !done) return done;
        continue;
      }
      if (c == '\\' && at_ + 1 < text_.size()) {
        const char next = peek(1);
        if (next == '$' || next == '`' || next == '"' || next == '\\') {
          put({&next, 1});
        } else if (next != '\n') {
          put(text_.substr(at_, 2));
        }
        at_ += 2;
        continue;
      }
      put({&c, 1});
      ++at_;
    }
    ++at_;
    return {};
  }

  Result<void> read_backslash() {
    // A backslash with blanks after it at the end of a line is meant as a line continuation.
    const auto next = text_.find_first_not_of(" \t", at_ + 1);
    if (next == std::string_view::npos) {
      at_ = text_.size();
      return {};
    }
    if (text_[next] == '\n') {
      const bool blanks = next > at_ + 1;
      at_ = next + 1;
      return blanks ? end_word() : Result<void>();
    }
    put(text_.substr(at_ + 1, 1));
    at_ += 2;
    return {};
  }

  static std::unexpected<Error> refuse_substitution() {
    return invalid(
        "The command has a command substitution, $(…) or `…`, which is not executed: write its result "
        "instead.");
  }

  void put_variable(std::string_view name) {
    put(kVariableOpen);
    put(name);
    put(kVariableClose);
  }

  Result<void> read_dollar(bool quoted) {
    const char next = peek(1);
    if (!quoted && next == '\'') return read_ansi_c();
    if (!quoted && next == '"') {
      ++at_;
      return {};
    }
    if (next == '(') return refuse_substitution();
    if (next == '{') return read_braced();
    if (is_name_start(next)) {
      std::size_t end = at_ + 1;
      while (end < text_.size() && (is_name_start(text_[end]) || is_digit(text_[end]))) ++end;
      put_variable(text_.substr(at_ + 1, end - at_ - 1));
      at_ = end;
      return {};
    }
    if (is_digit(next) || std::string_view("@*#?$!-").find(next) != std::string_view::npos) {
      if (next != '\0') {
        return invalid(std::string("In a shell $") + next +
                       " stands for something else: write its value, or \\$ for a dollar sign.");
      }
    }
    put("$");
    ++at_;
    return {};
  }

  Result<void> read_braced() {
    const std::size_t begin = at_ + 2;
    std::size_t end = begin;
    while (end < text_.size() && (is_name_start(text_[end]) || (end > begin && is_digit(text_[end])))) ++end;
    const std::string name(text_.substr(begin, end - begin));
    const auto close = text_.find('}', end);
    const std::string_view rest =
        close == std::string_view::npos ? std::string_view("?") : text_.substr(end, close - end);
    const bool has_default = rest.starts_with(":-") || rest.starts_with("-");
    if (name.empty() || (!rest.empty() && !has_default) ||
        rest.find_first_of("$`\"'\\{") != std::string_view::npos) {
      return invalid("A ${…} in the command is more than a variable: write its value instead.");
    }
    if (has_default) line_.defaults.emplace_back(name, std::string(rest.substr(rest.find('-') + 1)));
    put_variable(name);
    at_ = close + 1;
    return {};
  }

  Result<void> read_ansi_c() {
    std::size_t end = at_ + 2;
    while (end < text_.size() && text_[end] != '\'') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return invalid("A $' quote is not closed.");
    const std::string_view body = text_.substr(at_ + 2, end - at_ - 2);
    auto decoded = decode_ansi_c(body, false);
    // Firefox writes é as \xe9, its code point. Bash would send that byte.
    if (!is_valid_utf8(decoded)) decoded = decode_ansi_c(body, true);
    if (decoded.find('\0') != std::string::npos || !is_valid_utf8(decoded))
      return invalid("A $'…' in the command has bytes that are not text.");
    put(decoded);
    at_ = end + 1;
    return {};
  }
  Result<void> read_operator() {
    const char c = peek();
    if (c == '<') {
      if (peek(1) == '<') return begin_here_document();
      return invalid("The command reads from a file (<): write the text into the command.");
    }
    if (c == '(' || c == ')')
      return invalid("The command has a bracket outside quotes: put quotes around it.");
    if (c == '>' || (c == '&' && peek(1) == '>')) {
      // A file descriptor before the operator, as in 2>.
      const bool descriptor = open_ && !word_.empty() && std::all_of(word_.begin(), word_.end(), is_digit);
      if (descriptor) {
        word_.clear();
        open_ = false;
      } else if (auto ended = end_word(); !ended) {
        return ended;
      }
      while (peek() == '>' || peek() == '&' || peek() == '|') ++at_;
      dropping_ = true;
      add_warning("The redirection of the output is left out.");
      return {};
    }
    if (auto ended = end_word(); !ended) return ended;
    if (c == '|' && peek(1) != '|') {
      at_ += peek(1) == '&' ? 2 : 1;
      if (take_writer()) return {};
      if (piped_ == Piped::kExpected || line_.words.empty())
        return invalid("There is a pipe with no command before it.");
      piped_ = Piped::kExpected;
      return {};
    }
    const auto next = text_.find_first_not_of(" \t\n;&|", at_);
    const bool last = next == std::string_view::npos || text_[next] == '#';
    const bool chained = c == ';' || (c == peek(1) && (c == '&' || c == '|'));
    if (!chained && !last)
      return invalid("There is an & outside quotes: put the URL in quotes, or paste one curl command only.");
    if (!last && take_setup()) {
      at_ = next;
      return {};
    }
    if (!last && has_curl(text_.substr(next)))
      return invalid("There is more than one command: paste one curl command at a time.");
    if (!last)
      add_warning("What comes after " +
                  std::string(c == ';'   ? ";"
                              : c == '&' ? "&&"
                                         : "||") +
                  " is left out.");
    at_ = text_.size();
    return {};
  }

  // Reads the beginning of <<EOF and <<-'EOF', and of the here-string <<<word.
  Result<void> begin_here_document() {
    if (auto ended = end_word(); !ended) return ended;
    if (peek(2) == '<') {
      at_ += 3;
      while (is_blank(peek())) ++at_;
      reading_ = true;
      return {};
    }
    HereDocument here;
    at_ += 2;
    here.drops_tabs = peek() == '-';
    if (here.drops_tabs) ++at_;
    while (is_blank(peek())) ++at_;
    for (; at_ < text_.size() && std::string_view(" \t\n;|&<>()").find(peek()) == std::string_view::npos;
         ++at_) {
      const bool quote = peek() == '\'' || peek() == '"' || peek() == '\\';
      here.is_literal = here.is_literal || quote;
      if (!quote) here.end += peek();
    }
    if (here.end.empty()) return invalid("The here-document (<<) has no word that ends it.");
    here_ = std::move(here);
    return {};
  }

  // Reads the lines of the here-document.
  Result<void> read_here_document() {
    const HereDocument here = std::move(*here_);
    here_.reset();
    std::string body;
    for (;;) {
      if (at_ >= text_.size()) return invalid("The here-document does not end with \"" + here.end + "\".");
      const auto end = std::min(text_.find('\n', at_), text_.size());
      std::string_view line = text_.substr(at_, end - at_);
      at_ = std::min(end + 1, text_.size());
      if (here.drops_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
      if (line == here.end) break;
      body.append(line).append("\n");
    }
    if (here.is_literal) {
      line_.input = std::move(body);
      return {};
    }
    BashSplitter inside(body);
    if (auto done = inside.expand(); !done) return done;
    line_.input = std::move(inside.word_);
    line_.defaults.insert(line_.defaults.end(), inside.line_.defaults.begin(), inside.line_.defaults.end());
    return {};
  }

  // Expands a here-document: as in double quotes, but a double quote is an ordinary character.
  Result<void> expand() {
    while (at_ < text_.size()) {
      const char c = peek(), next = peek(1);
      if (c == '`') return refuse_substitution();
      if (c == '$') {
        if (auto done = read_dollar(true); !done) return done;
      } else if (c == '\\' && next == '\n') {
        at_ += 2;
      } else {
        if (c == '\\' && (next == '$' || next == '`' || next == '\\')) ++at_;
        put(text_.substr(at_++, 1));
      }
    }
    return {};
  }

  // Takes the command before a pipe into curl out of the line. False when there is no such command.
  bool take_writer() {
    auto& words = line_.words;
    if (words.empty() || piped_ != Piped::kNo || !has_curl(text_.substr(at_)) ||
        std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_curl(word); }))
      return false;
    const std::string program = words[0];
    std::size_t first = 1;
    while (program == "echo" && first < words.size() && (words[first] == "-n" || words[first] == "-e"))
      ++first;
    if (program == "echo") {
      std::string output;
      for (std::size_t i = first; i < words.size(); ++i) output += (i > first ? " " : "") + words[i];
      line_.input = output + (first > 1 && words[1] == "-n" ? "" : "\n");
    } else if (program == "printf" && words.size() == 2 &&
               words[1].find_first_of("%\\") == std::string::npos) {
      line_.input = words[1];
    } else if (!here_) {
      add_warning("What " + std::string(truncate_utf8(unmarked(program), 40)) +
                  " writes into the pipe is not known here.");
    }
    return drop();
  }

  // Reads "set -x NAME value" of fish and "setenv NAME value" of csh.
  bool take_other_shells_setup() {
    const auto& words = line_.words;
    const bool fish = words.size() == 4 && words[0] == "set" && words[1].starts_with('-');
    const bool csh = words.size() == 3 && words[0] == "setenv";
    if (fish || csh) line_.variables.emplace_back(words[words.size() - 2], words.back());
    return fish || csh;
  }

  // Takes a command that only sets variables out of the line. False when the command is another one.
  bool take_setup() {
    if (line_.words.empty() || piped_ != Piped::kNo) return false;
    if (take_other_shells_setup()) return drop();
    const bool exports = line_.words[0] == "export" || line_.words[0] == "set" || line_.words[0] == "declare";
    for (std::size_t i = exports ? 1 : 0; i < line_.words.size(); ++i) {
      if (!is_assignment(line_.words[i]))
        return line_.words[0] == "cd" || line_.words[0] == "set" ? drop() : false;
    }
    for (const std::string& word : line_.words) {
      const auto equals = word.find('=');
      if (equals != std::string::npos)
        line_.variables.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
    return drop();
  }

  bool drop() {
    line_.words.clear();
    return true;
  }

  static bool has_curl(std::string_view text) {
    for (std::size_t at = 0; (at = text.find("curl", at)) != std::string_view::npos; ++at) {
      const bool begins =
          at == 0 || std::string_view(" \t\n;&|(/").find(text[at - 1]) != std::string_view::npos;
      const bool ends =
          at + 4 == text.size() || is_blank(text[at + 4]) || text.substr(at + 4).starts_with(".exe");
      if (begins && ends) return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string word_;
  bool open_ = false, dropping_ = false;
  bool reading_ = false;  // the next word is the input of the command
  struct HereDocument {
    std::string end;
    bool is_literal = false, drops_tabs = false;
  };
  std::optional<HereDocument> here_;  // begins in the next line
  Piped piped_ = Piped::kNo;
  ShellLine line_;
};

}  // namespace

Result<ShellLine> split_bash(std::string_view command) {
  return BashSplitter(command).split();
}

}  // namespace wick
