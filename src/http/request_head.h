// RequestHead: the request line and header fields of one HTTP/1.1 request, parsed by the grammar of RFC 9112.
//
// Internal to http/. Everything outside of the grammar is rejected and nothing is repaired, because a proxy in
// front may repair it in another way (RFC 9112 §11.2, request smuggling).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace wick::http {

// The views point into the parsed text.
struct RequestHead {
  std::string_view method;
  std::string_view target;  // as sent
  std::string_view path;    // of the target, undecoded; "*" for OPTIONS *
  std::string_view query;   // of the target, undecoded, without "?"
  int version = 11;         // 10 or 11
  // The fields as sent, with one exception: if the target is in absolute form, the value of Host is the
  // authority of the target (RFC 9112 §3.2.2).
  std::vector<Field> fields;
  std::uint64_t content_length = 0;  // 0 when absent; the largest number when it does not fit
  bool is_chunked = false;
  bool expects_continue = false;
  bool keep_alive = true;
};

// Parses a head: request line, fields and the empty line, each ended by CRLF, without anything after it. `head`
// is overwritten; its fields keep their capacity.
// Returns 0, or the status to reject the request with:
//   400  the grammar, Host, the target or the framing is not valid
//   501  a transfer coding that this server does not understand (RFC 9112 §6.1)
int parse_request_head(std::string_view text, RequestHead& head);

// RFC 9110 §5.6.2.
inline constexpr std::array<bool, 256> kTokenChars = [] {
  std::array<bool, 256> out{};
  for (std::size_t c = '0'; c <= '9'; ++c) out[c] = true;
  for (std::size_t c = 'a'; c <= 'z'; ++c) out[c] = out[c - 'a' + 'A'] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) out[static_cast<unsigned char>(c)] = true;
  return out;
}();
inline bool is_token_char(char c) {
  return kTokenChars[static_cast<unsigned char>(c)];
}
// Field content: visible characters, bytes above 127, space and tab (RFC 9110 §5.5).
inline bool is_field_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= ' ' && byte != 0x7F) || byte == '\t';
}
// The number of field characters at the beginning of `text`.
std::size_t count_field_chars(std::string_view text);

}  // namespace wick::http
