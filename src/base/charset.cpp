#include "base/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.h"

namespace wick {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF", kLittleEndianMark = "\xFF\xFE",
                           kBigEndianMark = "\xFE\xFF";

// https://encoding.spec.whatwg.org/#names-and-labels
constexpr std::string_view kUtf8Labels[] = {"utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8",
                                            "x-unicode20utf8"};
constexpr std::string_view kWindows1252Labels[] = {
    "windows-1252", "cp1252",         "x-cp1252",        "iso-8859-1", "iso8859-1", "iso88591",
    "iso_8859-1",   "iso-ir-100",     "latin1",          "l1",         "us-ascii",  "ascii",
    "cp819",        "ansi_x3.4-1968", "iso_8859-1:1987", "ibm819"};
constexpr std::string_view kUtf16Labels[] = {"utf-16",    "utf-16le",       "utf-16be", "utf16",
                                             "utf16le",   "utf16be",        "ucs-2",    "unicode",
                                             "csunicode", "iso-10646-ucs-2"};

template <std::size_t size>
bool has(const std::string_view (&labels)[size], std::string_view label) {
  return std::find(std::begin(labels), std::end(labels), label) != std::end(labels);
}

// Windows-1252 from 0x80 to 0x9F; all other bytes equal their code points.
constexpr std::array<char16_t, 32> kWindows1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += char(c);
  } else if (c < 0x800) {
    out.append({char(0xC0 | (c >> 6)), char(0x80 | (c & 0x3F))});
  } else if (c < 0x10000) {
    out.append({char(0xE0 | (c >> 12)), char(0x80 | ((c >> 6) & 0x3F)), char(0x80 | (c & 0x3F))});
  } else {
    out.append({char(0xF0 | (c >> 18)), char(0x80 | ((c >> 12) & 0x3F)), char(0x80 | ((c >> 6) & 0x3F)),
                char(0x80 | (c & 0x3F))});
  }
}

std::string decode_utf_16(std::string_view bytes, bool big_endian) {
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(bytes[at]),
               second = static_cast<unsigned char>(bytes[at + 1]);
    return char32_t(big_endian ? first << 8 | second : second << 8 | first);
  };
  std::string out;
  out.reserve(bytes.size());
  std::size_t at = 0;
  for (; at + 1 < bytes.size(); at += 2) {
    const char32_t high = unit(at);
    const char32_t low = high >= 0xD800 && high < 0xDC00 && at + 3 < bytes.size() ? unit(at + 2) : 0;
    if (low >= 0xDC00 && low < 0xE000) {
      append_utf8(out, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
      at += 2;
    } else {
      append_utf8(out, high >= 0xD800 && high < 0xE000 ? 0xFFFD : high);
    }
  }
  if (at < bytes.size()) out += kReplacementCharacter;
  return out;
}

std::string decode_utf_16(std::string_view bytes, std::string_view label) {
  bool big_endian = label.ends_with("be");
  const std::string_view seen = unicode_signature(bytes);
  if (!label.ends_with("le") && !label.ends_with("be")) big_endian = seen == "utf-16be";
  if (bytes.starts_with(big_endian ? kBigEndianMark : kLittleEndianMark)) bytes.remove_prefix(2);
  return decode_utf_16(bytes, big_endian);
}

// Removes everything that iconv_open() would read as an instruction.
bool is_sound_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxCharsetLabelBytes &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
                  c == ':' || c == '+';
         });
}

std::unexpected<Error> not_known(std::string_view label) {
  return fail(ErrorCode::kInvalidArgument,
              "The character set \"" +
                  printable(replace_invalid_utf8(label.substr(0, kMaxCharsetLabelBytes))) +
                  "\" is not supported.");
}

Result<std::string> decode_installed(std::string bytes, const std::string& label) {
  const iconv_t table = iconv_open("UTF-8", label.c_str());
  if (table == iconv_t(-1)) return not_known(label);
  std::string out;
  char piece[8192];
  char* from = bytes.data();
  std::size_t left = bytes.size();
  for (bool at_end = false; !at_end;) {
    char* to = piece;
    std::size_t room = sizeof piece;
    at_end = left == 0;
    // A call without input makes iconv() write the characters that it still holds.
    const std::size_t done =
        at_end ? iconv(table, nullptr, nullptr, &to, &room) : iconv(table, &from, &left, &to, &room);
    const bool is_full = done == std::size_t(-1) && errno == E2BIG;
    out.append(piece, to);
    if (is_full && to != piece) at_end = false;
    if (done != std::size_t(-1) || is_full || at_end) continue;
    // A byte that is invalid in the character set, or the beginning of an incomplete character.
    out += kReplacementCharacter;
    ++from;
    --left;
  }
  iconv_close(table);
  return replace_invalid_utf8(out);
}

}  // namespace

bool is_installed_charset(std::string_view label) {
  const std::string name = to_lower_ascii(trim(label));
  return !name.empty() && !has(kUtf8Labels, name) && !has(kWindows1252Labels, name) &&
         !has(kUtf16Labels, name);
}

Result<std::string> decode_charset(std::string bytes, std::string_view label) {
  const std::string name = to_lower_ascii(trim(label));
  if (has(kUtf8Labels, name)) {
    if (bytes.starts_with(kUtf8Mark)) bytes.erase(0, kUtf8Mark.size());
    return is_valid_utf8(bytes) ? std::move(bytes) : replace_invalid_utf8(bytes);
  }
  if (has(kWindows1252Labels, name)) return decode_windows_1252(bytes);
  if (has(kUtf16Labels, name)) return decode_utf_16(bytes, name);
  if (!is_sound_label(name)) return not_known(name);
  return decode_installed(std::move(bytes), name);
}

std::string decode_windows_1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const char byte : bytes) {
    const auto c = static_cast<unsigned char>(byte);
    append_utf8(out, c >= 0x80 && c < 0xA0 ? kWindows1252[c - 0x80] : c);
  }
  return out;
}

std::string_view unicode_signature(std::string_view bytes) {
  if (bytes.starts_with(kUtf8Mark)) return "utf-8";
  if (bytes.starts_with(kLittleEndianMark)) return "utf-16le";
  if (bytes.starts_with(kBigEndianMark)) return "utf-16be";
  const auto is_zero = [&](std::size_t at) { return at >= bytes.size() || bytes[at] == '\0'; };
  if (bytes.size() < 2 || bytes.size() % 2 != 0) return "";
  if (!is_zero(0) && is_zero(1) && is_zero(3)) return "utf-16le";
  if (is_zero(0) && !is_zero(1) && is_zero(2)) return "utf-16be";
  return "";
}

}  // namespace wick
