#include <cstdint>
#include <utility>

#include "base/ascii.h"
#include "curl_import/shell_splitters.h"

namespace wick {
namespace {

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += char(code);
  } else if (code < 0x800) {
    out += {char(0xC0 | (code >> 6)), char(0x80 | (code & 0x3F))};
  } else if (code < 0x10000) {
    out += {char(0xE0 | (code >> 12)), char(0x80 | ((code >> 6) & 0x3F)), char(0x80 | (code & 0x3F))};
  } else {
    out += {char(0xF0 | (code >> 18)), char(0x80 | ((code >> 12) & 0x3F)), char(0x80 | ((code >> 6) & 0x3F)),
            char(0x80 | (code & 0x3F))};
  }
}

// Reads up to `max_digits` digits at `at` and moves `at` after them. Returns the value and the number of
// digits.
std::pair<std::uint32_t, std::size_t> read_digits(std::string_view body, std::size_t& at, int base,
                                                  std::size_t max_digits) {
  std::uint32_t value = 0;
  std::size_t count = 0;
  for (; count < max_digits && at < body.size(); ++count, ++at) {
    const int digit = hex_value(body[at]);
    if (digit < 0 || digit >= base) break;
    value = value * std::uint32_t(base) + std::uint32_t(digit);
  }
  return {value, count};
}

}  // namespace

std::string decode_ansi_c(std::string_view body, bool reads_latin1) {
  std::string out;
  std::uint32_t high = 0;  // the first half of a surrogate pair
  for (std::size_t i = 0; i < body.size();) {
    if (body[i] != '\\' || i + 1 >= body.size()) {
      out += body[i++];
      continue;
    }
    const char kind = body[i + 1];
    i += 2;
    if (kind == 'u' || kind == 'U') {
      const auto [code, count] = read_digits(body, i, 16, kind == 'u' ? 4 : 8);
      if (count == 0) {
        out += {'\\', kind};
      } else if (code >= 0xD800 && code < 0xDC00) {
        high = code;
        continue;
      } else if (code >= 0xDC00 && code < 0xE000 && high != 0) {
        append_utf8(out, 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00));
      } else if (code > 0x10FFFF) {
        out += '\xFF';  // not a character: the caller rejects it
      } else {
        append_utf8(out, code);
      }
      high = 0;
      continue;
    }
    if (kind == 'x' || (kind >= '0' && kind <= '7')) {
      if (kind != 'x') --i;
      const auto [code, count] = kind == 'x' ? read_digits(body, i, 16, 2) : read_digits(body, i, 8, 3);
      if (count == 0) {
        out += "\\x";
      } else if (reads_latin1) {
        append_utf8(out, code & 0xFF);
      } else {
        out += char(code & 0xFF);
      }
      continue;
    }
    if (kind == 'c' && i < body.size()) {
      out += char(body[i++] & 0x1F);
      continue;
    }
    static constexpr std::string_view kFrom = "abeEfnrtv\\'\"?", kTo = "\a\b\x1b\x1b\f\n\r\t\v\\'\"?";
    const auto found = kFrom.find(kind);
    if (found == std::string_view::npos) {
      out += {'\\', kind};
    } else {
      out += kTo[found];
    }
  }
  return out;
}

}  // namespace wick
