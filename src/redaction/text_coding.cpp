#include "redaction/text_coding.h"

#include <algorithm>
#include <cstdint>

namespace wick {
namespace {

constexpr std::size_t kMaxEntityBytes = 10;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The value of exactly `digits` hex digits at the start of `text`; -1 if there are fewer.
std::int32_t hex_number(std::string_view text, std::size_t digits) {
  if (text.size() < digits) return -1;
  std::int32_t out = 0;
  for (const char c : text.substr(0, digits)) {
    if (hex_value(c) < 0) return -1;
    out = out * 16 + hex_value(c);
  }
  return out;
}

// One escape: its length and its meaning. Length 0: there is none.
struct Escape {
  std::size_t length = 0;
  std::size_t count = 0;
  char bytes[4] = {};

  static Escape byte(std::size_t length, char c) {
    Escape out{length, 1, {}};
    out.bytes[0] = c;
    return out;
  }
  static Escape code_point(std::size_t length, std::int32_t point) {
    Escape out{length, 0, {}};
    const auto put = [&](std::int32_t byte) { out.bytes[out.count++] = char(byte); };
    if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xC0 | (point >> 6));
      put(0x80 | (point & 63));
    } else if (point < 0x10000) {
      put(0xE0 | (point >> 12));
      put(0x80 | ((point >> 6) & 63));
      put(0x80 | (point & 63));
    } else {
      put(0xF0 | (point >> 18));
      put(0x80 | ((point >> 12) & 63));
      put(0x80 | ((point >> 6) & 63));
      put(0x80 | (point & 63));
    }
    return out;
  }
};

Escape percent_escape(std::string_view text) {
  const std::int32_t byte = hex_number(text.substr(1), 2);
  return byte < 0 ? Escape() : Escape::byte(3, char(byte));
}

Escape backslash_escape(std::string_view text) {
  if (text.size() < 2) return {};
  constexpr std::string_view kNames = "\"\\/'bfnrt", kMeanings = "\"\\/'\b\f\n\r\t";
  if (const auto at = kNames.find(text[1]); at != std::string_view::npos)
    return Escape::byte(2, kMeanings[at]);
  if (text[1] == 'x') {
    const std::int32_t byte = hex_number(text.substr(2), 2);
    return byte < 0 ? Escape() : Escape::code_point(4, byte);
  }
  if (text[1] != 'u') return {};
  const std::int32_t first = hex_number(text.substr(2), 4);
  if (first < 0 || (first >= 0xDC00 && first <= 0xDFFF)) return {};
  if (first < 0xD800 || first > 0xDBFF) return Escape::code_point(6, first);
  if (text.substr(6, 2) != "\\u") return {};
  const std::int32_t second = hex_number(text.substr(8), 4);
  if (second < 0xDC00 || second > 0xDFFF) return {};
  return Escape::code_point(12, 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
}

Escape entity_escape(std::string_view text) {
  const auto end = text.substr(0, kMaxEntityBytes).find(';');
  if (end == std::string_view::npos || end < 3) return {};
  std::string_view name = text.substr(1, end - 1);
  constexpr std::pair<std::string_view, char> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [known, meaning] : kNamed) {
    if (name == known) return Escape::byte(end + 1, meaning);
  }
  if (name.front() != '#') return {};
  name.remove_prefix(1);
  const bool hex = name.starts_with('x') || name.starts_with('X');
  if (hex) name.remove_prefix(1);
  std::int32_t point = 0;
  for (const char c : name) {
    const int digit = hex_value(c);
    if (digit < 0 || (!hex && digit > 9)) return {};
    point = point * (hex ? 16 : 10) + digit;
    if (point > 0x10FFFF) return {};
  }
  return name.empty() ? Escape() : Escape::code_point(end + 1, point);
}

Escape escape_at(TextCoding coding, std::string_view text) {
  switch (coding) {
    case TextCoding::kForm:
      if (text.front() == '+') return Escape::byte(1, ' ');
      return percent_escape(text);
    case TextCoding::kPercent:
      return percent_escape(text);
    case TextCoding::kBackslash:
      return backslash_escape(text);
    case TextCoding::kEntity:
      return entity_escape(text);
  }
  return {};
}

std::size_t next_mark(TextCoding coding, std::string_view text, std::size_t from) {
  switch (coding) {
    case TextCoding::kForm:
      return text.find_first_of("%+", from);
    case TextCoding::kPercent:
      return text.find('%', from);
    case TextCoding::kBackslash:
      return text.find('\\', from);
    case TextCoding::kEntity:
      return text.find('&', from);
  }
  return std::string_view::npos;
}

// Calls plain(begin, end) or escaped(begin, escape) for each part of the text, in order.
template <typename Plain, typename Escaped>
void walk(TextCoding coding, std::string_view text, Plain plain, Escaped escaped) {
  std::size_t begin = 0;
  for (std::size_t at = 0; (at = next_mark(coding, text, at)) != std::string_view::npos;) {
    const Escape escape = escape_at(coding, text.substr(at));
    if (escape.length == 0) {
      ++at;
      continue;
    }
    if (at > begin) plain(begin, at);
    escaped(at, escape);
    begin = at += escape.length;
  }
  if (begin < text.size()) plain(begin, text.size());
}

}  // namespace

std::optional<std::string> decode_text(TextCoding coding, std::string_view text) {
  if (next_mark(coding, text, 0) == std::string_view::npos) return std::nullopt;
  std::string out;
  bool changed = false;
  walk(
      coding, text, [&](std::size_t begin, std::size_t end) { out.append(text.substr(begin, end - begin)); },
      [&](std::size_t, const Escape& escape) {
        if (out.empty()) out.reserve(text.size());
        changed = true;
        out.append(escape.bytes, escape.count);
      });
  if (!changed) return std::nullopt;
  return out;
}

void map_to_encoded(TextCoding coding, std::string_view text, std::vector<TextSpan>& spans) {
  std::vector<TextSpan> out(spans.size());
  std::size_t decoded = 0,
              next = 0;  // `next`: the border to map next; even ones begin a span, odd ones end it
  // The part [begin, end) of the text decodes to `count` bytes; one for one if it is plain.
  const auto part = [&](std::size_t begin, std::size_t end, std::size_t count, bool plain) {
    const std::size_t from = decoded, to = decoded += count;
    for (; next < 2 * spans.size(); ++next) {
      const TextSpan& span = spans[next / 2];
      if (next % 2 == 0) {
        if (span.begin >= to) return;
        out[next / 2].begin = plain ? begin + (span.begin - from) : begin;
      } else {
        if (span.end > to) return;
        out[next / 2].end = plain ? begin + (span.end - from) : end;
      }
    }
  };
  walk(
      coding, text, [&](std::size_t begin, std::size_t end) { part(begin, end, end - begin, true); },
      [&](std::size_t at, const Escape& escape) { part(at, at + escape.length, escape.count, false); });
  spans = std::move(out);
}

}  // namespace wick
