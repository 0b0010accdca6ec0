#include "curl_import/shell_words.h"

#include <algorithm>

#include "base/text.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

std::string single_quoted(std::string_view word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string double_quoted(std::string_view word) {
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '$' || c == '`' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string ansi_c_quoted(std::string_view word) {
  std::string out = "$'";
  for (const char c : word) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out + "'";
}

// Words that can be in a command at all.
bool is_sound(std::string_view word) {
  return is_valid_utf8(word) && word.find('\0') == std::string_view::npos &&
         word.find(kVariableOpen) == std::string_view::npos &&
         word.find(kVariableClose) == std::string_view::npos && word.find('\r') == std::string_view::npos;
}

}  // namespace

// The input's lines as words, quoted in one of three ways, come back; and any text gives words that are made
// of its own bytes.
void fuzz_shell(std::string_view data) {
  Input input(data);
  const std::uint8_t way = input.byte();
  const std::string_view text = input.rest();
  std::vector<std::string> words = {"curl"};
  std::string line = "curl";
  for (const std::string_view word : split(text, '\n')) {
    if (!is_sound(word)) continue;
    words.emplace_back(word);
    switch ((way + words.size()) % 3) {
      case 0:
        line += " " + single_quoted(word);
        break;
      case 1:
        line += (way & 64) != 0 ? " \\\n " + double_quoted(word) : " " + double_quoted(word);
        break;
      default:
        line += "\t" + ansi_c_quoted(word);
    }
  }
  const auto found = split_shell(line);
  FUZZ_CHECK(found || line.size() > kMaxShellBytes);
  if (found) FUZZ_CHECK(found->words == words);

  const auto any = split_shell(text);
  if (!any) {
    FUZZ_CHECK(!any.error().message.empty());
    return;
  }
  // $NAME is longer as a mark; everything else takes at least its own bytes. \u gives up to 3 bytes for 3.
  std::size_t bytes = 0;
  for (const std::string& word : any->words) {
    FUZZ_CHECK(is_valid_utf8(word));
    bytes += word.size();
  }
  FUZZ_CHECK(bytes <= 7 * text.size());
  FUZZ_CHECK(any->words.size() <= text.size());
  FUZZ_CHECK(any->warnings.size() <= 8);
}

}  // namespace wick::fuzz
