#include "http/request_head.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/ascii.h"
#include "base/text.h"

namespace wick::http {
namespace {

constexpr int kBad = 400;
constexpr int kNotImplemented = 501;

// unreserved, sub-delims and "%" (RFC 3986 §3.2.2, reg-name).
bool is_host_char(char c) {
  return (is_token_char(c) && std::string_view("#^`|").find(c) == std::string_view::npos) ||
         std::string_view("(),;=").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return is_token_char(c); });
}

// OWS of RFC 9110 §5.6.3: space and tab only.
std::string_view without_whitespace(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// uri-host [ ":" port ] of RFC 9110 §7.2.
bool is_authority(std::string_view text) {
  std::size_t at = 0;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    const auto inside = text.substr(1, end - 1);
    if (!std::all_of(inside.begin(), inside.end(),
                     [](char c) { return is_hex_digit(c) || c == ':' || c == '.'; }))
      return false;
    at = end + 1;
  } else {
    for (; at < text.size() && text[at] != ':'; ++at) {
      if (!is_host_char(text[at])) return false;
      if (text[at] == '%' &&
          (at + 2 >= text.size() || !is_hex_digit(text[at + 1]) || !is_hex_digit(text[at + 2])))
        return false;
    }
  }
  if (at == text.size()) return true;
  if (text[at] != ':') return false;
  const auto port = text.substr(at + 1);
  return port.size() <= 5 && std::all_of(port.begin(), port.end(), is_digit);
}

// The framing, Host and connection options of the fields.
struct Control {
  std::string_view host;
  unsigned hosts = 0, lengths = 0, codings = 0;
  int coding_status = 0;  // 501: not understood
  bool close = false, keep = false, expects = false;
};

bool read_length(std::string_view value, std::uint64_t& length) {
  if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit)) return false;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  length = 0;
  for (const char c : value) {
    const auto digit = std::uint64_t(c - '0');
    length = length > (kMost - digit) / 10 ? kMost : length * 10 + digit;
  }
  return true;
}

// RFC 9112 §6.1 and §6.3: a request whose body does not end by "chunked" has no known length.
int read_codings(std::string_view value) {
  bool understood = true;
  unsigned chunked = 0;
  const auto codings = split(value, ',');
  for (const std::string_view part : codings) {
    const std::string_view coding = without_whitespace(part);
    const std::string_view name = without_whitespace(coding.substr(0, coding.find(';')));
    if (!is_token(name)) return kBad;
    if (!equals_ignoring_case(name, "chunked")) {
      if (chunked > 0) return kBad;
      understood = false;
    } else if (++chunked > 1 || name.size() != coding.size()) {
      return kBad;  // §7: not twice; §7.1: without parameters
    }
  }
  return understood ? 0 : kNotImplemented;
}

int read_control(const Field& field, RequestHead& head, Control& control) {
  const std::string_view name = field.name;
  switch (name.size()) {
    case 4:
      if (!equals_ignoring_case(name, "host")) break;
      control.host = field.value;
      ++control.hosts;
      break;
    case 6:
      if (equals_ignoring_case(name, "expect") && equals_ignoring_case(field.value, "100-continue"))
        control.expects = true;
      break;
    case 10:
      if (!equals_ignoring_case(name, "connection")) break;
      for (const std::string_view part : split(field.value, ',')) {
        const std::string_view option = without_whitespace(part);
        if (equals_ignoring_case(option, "close")) control.close = true;
        if (equals_ignoring_case(option, "keep-alive")) control.keep = true;
      }
      break;
    case 14:
      if (!equals_ignoring_case(name, "content-length")) break;
      ++control.lengths;
      if (!read_length(field.value, head.content_length)) return kBad;
      break;
    case 17:
      if (!equals_ignoring_case(name, "transfer-encoding")) break;
      ++control.codings;
      head.is_chunked = true;
      control.coding_status = read_codings(field.value);
      if (control.coding_status == kBad) return kBad;
      break;
    default:
      break;
  }
  return 0;
}

bool read_request_line(std::string_view line, RequestHead& head) {
  const auto first = line.find(' ');
  if (first == std::string_view::npos) return false;
  const auto second = line.find(' ', first + 1);
  if (second == std::string_view::npos) return false;
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, second - first - 1);
  const std::string_view version = line.substr(second + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return false;
  head.version = version.back() == '1' ? 11 : 10;
  // A fragment is no part of a target (RFC 9112 §3.2), nor is a byte above 127 (RFC 3986 §2).
  return is_token(head.method) && !head.target.empty() &&
         std::all_of(head.target.begin(), head.target.end(),
                     [](char c) { return c > ' ' && c < 0x7F && c != '#'; });
}

// RFC 9112 §3.2. `authority`: of a target in absolute form.
bool read_target(RequestHead& head, std::string_view& authority) {
  std::string_view rest = head.target;
  // The target of CONNECT is an authority (§3.2.3), and this server is no proxy.
  if (head.method == "CONNECT") return false;
  if (rest == "*") {
    head.path = rest;
    head.query = {};
    return head.method == "OPTIONS";
  }
  if (!rest.starts_with('/')) {
    const auto scheme = rest.find("://");
    if (scheme == std::string_view::npos || (!equals_ignoring_case(rest.substr(0, scheme), "http") &&
                                             !equals_ignoring_case(rest.substr(0, scheme), "https")))
      return false;
    rest.remove_prefix(scheme + 3);
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    authority = rest.substr(0, end);
    // RFC 9110 §4.2.1: no empty host; §4.2.4: no user information.
    if (authority.empty() || authority.starts_with(':') || !is_authority(authority)) return false;
    rest.remove_prefix(end);
  }
  const auto mark = rest.find('?');
  head.path = mark == 0 || rest.empty() ? std::string_view("/") : rest.substr(0, mark);
  head.query = mark == std::string_view::npos ? std::string_view() : rest.substr(mark + 1);
  return true;
}

// One Host in HTTP/1.1, at most one in HTTP/1.0 (RFC 9112 §3.2). The authority of the target takes precedence.
bool settle_host(RequestHead& head, const Control& control, std::string_view authority) {
  if (control.hosts > 1 || (control.hosts == 0 && head.version == 11)) return false;
  if (control.hosts == 1 && !is_authority(control.host)) return false;
  if (authority.empty()) return true;
  if (control.hosts == 0) head.fields.push_back({"Host", authority});
  for (Field& field : head.fields) {
    if (equals_ignoring_case(field.name, "host")) field.value = authority;
  }
  return true;
}

}  // namespace

// Eight bytes at a time. `low` has the high bit of each byte below 32, and `del` that of each byte 127. A
// borrow can only set a bit above a true one, so a word without any such bit contains neither.
std::size_t count_field_chars(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = kOnes * 0x80;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, 8);
      const std::uint64_t low = (word - kOnes * ' ') & ~word & kHigh;
      const std::uint64_t differs = word ^ (kOnes * 0x7F);
      const std::uint64_t del = (differs - kOnes) & ~differs & kHigh;
      if ((low | del) == 0) {
        at += 8;
        continue;
      }
    }
    if (!is_field_char(text[at])) break;
    ++at;
  }
  return at;
}

int parse_request_head(std::string_view text, RequestHead& head) {
  head.fields.clear();
  head.content_length = 0;
  head.is_chunked = false;
  const auto next_line = [&](std::string_view& line) {
    const std::size_t end = count_field_chars(text);
    if (text.substr(end, 2) != "\r\n") return false;
    line = text.substr(0, end);
    text.remove_prefix(end + 2);
    return true;
  };
  std::string_view line, authority;
  if (!next_line(line) || !read_request_line(line, head) || !read_target(head, authority)) return kBad;
  Control control;
  for (;;) {
    if (!next_line(line)) return kBad;
    if (line.empty()) break;
    // A folded line begins with whitespace, which is not a token (RFC 9112 §5.2). The same holds for whitespace
    // before the colon (§5.1).
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return kBad;
    head.fields.push_back({line.substr(0, colon), without_whitespace(line.substr(colon + 1))});
    if (const int status = read_control(head.fields.back(), head, control); status != 0) return status;
  }
  if (!text.empty()) return kBad;
  // RFC 9112 §6.1: both fields together allow request smuggling; so do two of either, and a coding in HTTP/1.0.
  if (control.lengths + control.codings > 1 || (head.is_chunked && head.version == 10)) return kBad;
  if (!settle_host(head, control, authority)) return kBad;
  if (control.coding_status != 0) return control.coding_status;
  head.expects_continue = control.expects && head.version == 11;
  head.keep_alive = !control.close && (head.version == 11 || control.keep);
  return 0;
}

}  // namespace wick::http
