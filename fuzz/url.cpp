#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "http/libcurl_url.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

// RFC 3629 §3, by code points.
bool reference_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if ((lead >= 0x80 && lead < 0xC0) || lead > 0xF7 || i + size > text.size()) return false;
    std::uint32_t code = size == 1 ? lead : lead & (0x7Fu >> size);
    for (std::size_t k = 1; k < size; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next < 0x80 || next > 0xBF) return false;
      code = code << 6 | (next & 0x3Fu);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    i += size;
  }
  return true;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  while (true) {
    const auto at = text.find(what);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += with;
    text.remove_prefix(at + what.size());
  }
}

// A URL that is accepted leads libcurl to the same place, or libcurl refuses it.
void check_url(std::string_view data) {
  const std::string text(data);
  const auto url = Url::parse_http(text);
  const auto origin = url_origin(text);
  if (!url) {
    FUZZ_CHECK(url.error().code == ErrorCode::kInvalidArgument);
    return;
  }
  FUZZ_CHECK(url->text() == data && origin == url->origin());
  std::string normal = url->origin();
  normal.append(url->path()).append(url->query()).append(url->fragment());
  const auto again = Url::parse(normal);
  FUZZ_CHECK(again && again->origin() == url->origin() && again->path() == url->path() &&
             again->query() == url->query());
  const auto seen = http::read_with_libcurl(text);
  FUZZ_CHECK(!seen || http::agrees_with_libcurl(*url, *seen));
}

// Two lines, a base and a reference. An absolute path leads nowhere but to the origin of its base.
void check_reference(std::string_view data) {
  Input input(data);
  const auto base = Url::parse_http(input.until('\n'));
  const std::string_view reference = input.rest();
  if (!base) return;
  const auto target = base->resolve(reference);
  if (!target) return;
  const auto seen = http::read_with_libcurl(target->text());
  const bool is_http = target->scheme() == "http" || target->scheme() == "https";
  FUZZ_CHECK(!is_http || !seen || agrees_with_libcurl(*target, *seen));
  if (reference.starts_with('/') && !reference.starts_with("//"))
    FUZZ_CHECK(target->origin() == base->origin());
}

}  // namespace

// What is encoded is decoded to the same, what decoders accept is what the RFCs say, and URLs are what libcurl reads.
void fuzz_url(std::string_view data) {
  check_url(data);
  check_reference(data);
  FUZZ_CHECK(percent_decode(percent_encode(data)) == data);
  FUZZ_CHECK(percent_decode(percent_encode(data), true) == data);
  FUZZ_CHECK(from_base64url(to_base64url(data)) == data);
  FUZZ_CHECK(to_base64(data).size() == (data.size() + 2) / 3 * 4);
  FUZZ_CHECK(from_hex(to_hex({reinterpret_cast<const unsigned char*>(data.data()), data.size()})) == data);
  if (const auto plain = percent_decode(data)) FUZZ_CHECK(percent_decode(percent_encode(*plain)) == *plain);
  if (const auto bytes = from_base64url(data)) FUZZ_CHECK(to_base64url(*bytes).size() == data.size());
  if (const auto bytes = from_hex(data)) FUZZ_CHECK(bytes->size() * 2 == data.size());

  const bool text = reference_utf8(data);
  FUZZ_CHECK(is_valid_utf8(data) == text);
  Input input(data);
  const std::size_t limit = input.byte();
  const std::string_view cut = truncate_utf8(data, limit);
  FUZZ_CHECK(cut.size() <= limit && data.starts_with(cut));
  if (text) FUZZ_CHECK(reference_utf8(cut) && cut.size() + 4 > std::min(limit, data.size()));
  const std::string shown = printable(data);
  FUZZ_CHECK(std::none_of(shown.begin(), shown.end(), [](char c) { return c >= 0 && c < 0x20; }));
  FUZZ_CHECK(shown.size() <= data.size());

  const std::string_view what = input.take(1 + limit % 4), with = input.take(limit % 3);
  std::string changed(data);
  if (!what.empty()) {
    replace_all(changed, what, with);
    FUZZ_CHECK(changed == replaced(data, what, with));
  }
  std::string joined;
  for (const std::string_view part : split(data, '&')) joined.append(joined.empty() ? "" : "&").append(part);
  if (!data.starts_with('&')) FUZZ_CHECK(joined == data);
  const std::string name = slug(data);
  FUZZ_CHECK(slug(name) == name);
  FUZZ_CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos);
}

}  // namespace wick::fuzz
