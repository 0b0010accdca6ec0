#include "audit/text_scan.h"

#include <algorithm>
#include <cstdint>

#include "audit/secret_names.h"
#include "base/ascii.h"
#include "base/char_set.h"

namespace wick {
namespace {

constexpr std::size_t kMaxScannedNameBytes = 64;
constexpr std::size_t kMaxBlanks = 8;
// Shorter words after "token: " in the middle of a line are read as prose.
constexpr std::size_t kMinSecretBytes = 6;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '[' || c == ']';
}
bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '`';
}
constexpr CharSet kLineEnds("\r\n"), kUrlEnds("/?#\"'<>\\ \t\r\n"), kBracketEnds(",})\r\n");
constexpr CharSet kWordEnds(" \t\r\n,;\"'`<>"), kFormEnds("&; \t\r\n\"'`<>");

// The first of `ends` at or after `at`, or the end of the text.
std::size_t find_end(std::string_view text, std::size_t at, const CharSet& ends) {
  return std::min(ends.find_in(text, at), text.size());
}
std::size_t find_end(std::string_view text, std::size_t at, char end) {
  return std::min(text.find(end, at), text.size());
}

std::size_t skip_blanks_back(std::string_view text, std::size_t end) {
  for (std::size_t i = 0; i < kMaxBlanks && end > 0 && is_blank(text[end - 1]); ++i) --end;
  return end;
}

// The user:password@ of the URL that begins at `at`.
Assignment password_of_url(std::string_view text, std::size_t at, bool is_cut) {
  const std::size_t end = find_end(text, at, kUrlEnds);
  const std::string_view authority = text.substr(at, end - at);
  const auto colon = authority.find(':');
  auto sign = authority.rfind('@');
  if (sign == std::string_view::npos && is_cut && end == text.size()) sign = authority.size();
  if (colon == std::string_view::npos || sign == std::string_view::npos || sign < colon) return {};
  return {at + colon + 1, at + sign};
}

// <password>…</password>, with its '>' at `separator`.
Assignment text_of_element(std::string_view text, std::size_t separator) {
  const std::size_t begin = begin_of_name(text, separator);
  const bool is_tag = begin > 0 && begin < separator && (text[begin - 1] == '<' || text[begin - 1] == ':');
  if (!is_tag || judge_name(text.substr(begin, separator - begin)) == Secrecy::kNone) return {};
  return {separator + 1, find_end(text, separator + 1, '<')};
}

// Whether only list marks, quotation marks and the like come before `begin` on its line.
bool begins_line(std::string_view text, std::size_t begin) {
  for (std::size_t i = 0; i < kMaxBlanks && begin > 0; ++i, --begin) {
    const char c = text[begin - 1];
    if (c == '\n' || c == '\r') return true;
    if (!is_blank(c) && std::string_view("-><*#+|\"'`").find(c) == std::string_view::npos) return false;
  }
  return begin == 0;
}

bool looks_secret(std::string_view word) {
  return word.size() >= kMinSecretBytes && word.find_first_of("0123456789") != std::string_view::npos;
}

// The value after "name:", which must be neither quoted nor empty.
Assignment value_of_line(std::string_view text, std::string_view name, std::size_t name_begin,
                         std::size_t at) {
  const std::size_t before = skip_blanks_back(text, name_begin);
  const char opener = before == 0 ? '\n' : text[before - 1];
  if (opener == '{' || opener == '(') return {at, find_end(text, at, kBracketEnds)};
  if (is_plain_word(name) && !begins_line(text, name_begin)) {
    const std::size_t end = find_end(text, at, kWordEnds);
    return looks_secret(text.substr(at, end - at)) ? Assignment{at, end} : Assignment{};
  }
  if (is_quote(opener) && before == name_begin)
    return {at, find_end(text.substr(0, find_end(text, at, kLineEnds)), at, opener)};
  return {at, find_end(text, at, kLineEnds)};
}

int hex_value(char c) {
  return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

// The value of four hex digits at `at`; -1 if there are none.
std::int32_t code_unit(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  std::int32_t unit = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    if (!is_hex_digit(text[i])) return -1;
    unit = unit * 16 + hex_value(text[i]);
  }
  return unit;
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += char(code);
  } else if (code < 0x800) {
    out += char(0xC0 | (code >> 6));
    out += char(0x80 | (code & 63));
  } else if (code < 0x10000) {
    out += char(0xE0 | (code >> 12));
    out += char(0x80 | ((code >> 6) & 63));
    out += char(0x80 | (code & 63));
  } else {
    out += char(0xF0 | (code >> 18));
    out += char(0x80 | ((code >> 12) & 63));
    out += char(0x80 | ((code >> 6) & 63));
    out += char(0x80 | (code & 63));
  }
}

// Decodes \uXXXX with the backslash at `at`; returns the number of consumed bytes.
std::size_t decode_unicode(std::string_view text, std::size_t at, std::string& out) {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  const std::int32_t first = code_unit(text, at + 2);
  if (first < 0) return std::min<std::size_t>(2, text.size() - at);
  if (first < 0xD800 || first > 0xDFFF) {
    append_utf8(out, std::uint32_t(first));
    return 6;
  }
  const bool pairs = first < 0xDC00 && text.substr(at + 6, 2) == "\\u";
  const std::int32_t second = pairs ? code_unit(text, at + 8) : -1;
  if (second < 0xDC00 || second > 0xDFFF) {
    append_utf8(out, kReplacement);
    return 6;
  }
  append_utf8(out, 0x10000u + ((std::uint32_t(first) - 0xD800) << 10) + (std::uint32_t(second) - 0xDC00));
  return 12;
}

}  // namespace

std::size_t skip_space(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

std::size_t begin_of_name(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < kMaxScannedNameBytes && is_name_char(text[begin - 1])) --begin;
  return begin;
}

Assignment find_assignment(std::string_view text, std::size_t separator, bool is_cut) {
  const char kind = text[separator];
  if (text.substr(separator, 3) == "://") return password_of_url(text, separator + 3, is_cut);
  if (kind == '>') return text_of_element(text, separator);
  std::size_t name_end = skip_blanks_back(text, separator);
  if (name_end > 0 && is_quote(text[name_end - 1])) --name_end;
  const std::size_t name_begin = begin_of_name(text, name_end);
  const std::string_view name = text.substr(name_begin, name_end - name_begin);
  if (name.empty() || judge_name(name) == Secrecy::kNone) return {};
  std::size_t at = separator + 1;
  const char next = at < text.size() ? text[at] : ' ';
  if (next == kind) return {};                                             // == and ::
  if ((kind == ':' && next == '=') || (kind == '=' && next == '>')) ++at;  // := and =>
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at == text.size() || text[at] == '\r' || text[at] == '\n') return {};
  if (is_quote(text[at])) {
    const std::string_view to_line_end = text.substr(0, find_end(text, at + 1, kLineEnds));
    return {at + 1, find_end(to_line_end, at + 1, text[at])};
  }
  if (text[at] == '{' || text[at] == '[') return {};  // the names inside are judged
  if (kind == '=') return {at, find_end(text, at, kFormEnds)};
  return value_of_line(text, name, name_begin, at);
}

std::string decode_json_string(std::string_view content) {
  std::string out;
  out.reserve(content.size());
  for (std::size_t at = 0; at < content.size();) {
    if (content[at] != '\\') {
      const std::size_t end = find_end(content, at, '\\');
      out.append(content.substr(at, end - at));
      at = end;
      continue;
    }
    if (at + 1 == content.size()) break;
    const char escape = content[at + 1];
    if (escape == 'u') {
      at += decode_unicode(content, at, out);
      continue;
    }
    constexpr std::string_view kEscapes = "bfnrt", kMeanings = "\b\f\n\r\t";
    const auto known = kEscapes.find(escape);
    out += known == std::string_view::npos ? escape : kMeanings[known];
    at += 2;
  }
  return out;
}

std::string encode_json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t", kEscapes = "\"\\bfnrt";
    if (const auto known = kEscaped.find(c); known != std::string_view::npos) {
      out += '\\';
      out += kEscapes[known];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += "0123456789abcdef"[c >> 4];
      out += "0123456789abcdef"[c & 15];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace wick
