// to_json(): compact JSON that is valid UTF-8 whatever the strings hold, with numbers as people write them.
#include <charconv>
#include <cstring>

#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

// RFC 8259 §7: the letter after the backslash; 'u' for a code; 0 for a character that needs no escape.
constexpr std::array<char, 256> escapes() {
  std::array<char, 256> out{};
  for (std::size_t c = 0; c < 0x20; ++c) out[c] = 'u';
  out['\b'] = 'b';
  out['\f'] = 'f';
  out['\n'] = 'n';
  out['\r'] = 'r';
  out['\t'] = 't';
  out['"'] = '"';
  out['\\'] = '\\';
  return out;
}
constexpr std::array<char, 256> kEscapes = escapes();

// Whether eight bytes contain no control character, quote, backslash or non-ASCII byte.
bool is_plain(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighBits = kOnes * 0x80;
  const auto zero_bytes = [&](std::uint64_t bytes) { return (bytes - kOnes) & ~bytes; };
  const std::uint64_t control = (word - kOnes * 0x20) & ~word;
  return ((control | zero_bytes(word ^ (kOnes * '"')) | zero_bytes(word ^ (kOnes * '\\')) | word) &
          kHighBits) == 0;
}

// utf8_char_size() with a fast path for the most frequent characters.
std::size_t char_size(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const bool has_tail = at + 1 < text.size() && (static_cast<unsigned char>(text[at + 1]) & 0xC0) == 0x80;
  return first >= 0xC2 && first <= 0xDF && has_tail ? 2 : utf8_char_size(text.substr(at));
}

// The growing text. Small pieces are collected first, so that a short text is allocated once with its exact
// size.
class Output {
 public:
  void put(char c) {
    if (size_ == sizeof buffer_) flush();
    buffer_[size_++] = c;
  }
  void put(std::string_view text) {
    if (text.size() > sizeof buffer_ - size_) flush();
    if (text.size() > sizeof buffer_) {
      out_.append(text);
      return;
    }
    std::memcpy(buffer_ + size_, text.data(), text.size());
    size_ += text.size();
  }
  // Space for `bytes`; commit() keeps those before `end`.
  char* reserve(std::size_t bytes) {
    if (bytes > sizeof buffer_ - size_) flush();
    return buffer_ + size_;
  }
  void commit(const char* end) { size_ = std::size_t(end - buffer_); }
  std::string release() {
    flush();
    return std::move(out_);
  }

 private:
  void flush() {
    out_.append(buffer_, size_);
    size_ = 0;
  }

  std::string out_;
  std::size_t size_ = 0;
  char buffer_[4096];
};

class Writer {
 public:
  void write(const json::value& value) {
    switch (value.kind()) {
      case json::kind::null:
        return out_.put("null");
      case json::kind::bool_:
        return out_.put(value.get_bool() ? "true" : "false");
      case json::kind::int64:
        return write_integer(value.get_int64());
      case json::kind::uint64:
        return write_integer(value.get_uint64());
      case json::kind::double_:
        return out_.commit(write_double(out_.reserve(kMaxDoubleChars), value.get_double()));
      case json::kind::string:
        return write(value.get_string());
      case json::kind::array:
        return write(value.get_array());
      case json::kind::object:
        return write(value.get_object());
    }
  }
  void write(const json::object& object) {
    char separator = '{';
    for (const auto& member : object) {
      out_.put(std::exchange(separator, ','));
      write_text(member.key());
      out_.put(':');
      write(member.value());
    }
    out_.put(object.empty() ? "{}" : "}");
  }
  void write(const json::array& array) {
    char separator = '[';
    for (const auto& item : array) {
      out_.put(std::exchange(separator, ','));
      write(item);
    }
    out_.put(array.empty() ? "[]" : "]");
  }
  void write_text(std::string_view text) {
    out_.put('"');
    std::size_t begin = 0;  // of the bytes that are written as they are
    for (std::size_t at = 0; at < text.size();) {
      if (std::uint64_t word = 0; at + sizeof word <= text.size()) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if (is_plain(word)) {
          at += sizeof word;
          continue;
        }
      }
      for (const std::size_t end = std::min(at + sizeof(std::uint64_t), text.size()); at < end;) {
        const auto c = static_cast<unsigned char>(text[at]);
        const std::size_t size = c < 0x80 ? kEscapes[c] == 0 : char_size(text, at);
        at += size;
        if (size != 0) continue;
        out_.put(text.substr(begin, at - begin));
        at += c < 0x80 ? write_escape(c) : write_replacement(text.substr(at));
        begin = at;
      }
    }
    out_.put(text.substr(begin));
    out_.put('"');
  }
  std::string release() { return out_.release(); }

 private:
  void write(const json::string& text) {
    if (is_long_number(text)) {
      out_.put(std::string_view(text).substr(1));
    } else {
      write_text(text);
    }
  }
  // Both return the number of bytes that they represent.
  std::size_t write_escape(unsigned char c) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out_.put('\\');
    out_.put(kEscapes[c]);
    if (kEscapes[c] == 'u') {
      out_.put("00");
      out_.put(kHex[c >> 4]);
      out_.put(kHex[c & 15]);
    }
    return 1;
  }
  std::size_t write_replacement(std::string_view text) {
    out_.put(kReplacementCharacter);
    return ill_formed_size(text);
  }
  template <typename Integer>
  void write_integer(Integer number) {
    char* const digits = out_.reserve(kMaxDoubleChars);
    out_.commit(std::to_chars(digits, digits + kMaxDoubleChars, number).ptr);
  }

  Output out_;
};

template <typename Value>
std::string written(const Value& value) {
  Writer writer;
  writer.write(value);
  return writer.release();
}

}  // namespace

std::string to_json(const json::value& value) {
  return written(value);
}
std::string to_json(const json::object& object) {
  return written(object);
}
std::string to_json(const json::array& array) {
  return written(array);
}
std::string to_json_string(std::string_view text) {
  Writer writer;
  writer.write_text(text);
  return writer.release();
}

}  // namespace wick
