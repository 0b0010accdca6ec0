#include "http/body_text.h"

#include "base/charset.h"
#include "base/media_type.h"
#include "base/text.h"

namespace wick::http {
namespace {

bool has_byte_order_mark(std::string_view body) {
  return body.starts_with("\xEF\xBB\xBF") || body.starts_with("\xFF\xFE") || body.starts_with("\xFE\xFF");
}

// Of <?xml version="1.0" encoding="…"?> at the beginning (XML 1.0 §4.3.3).
std::string xml_encoding(std::string_view body) {
  constexpr std::string_view kMember = "encoding=";
  const std::string_view head = body.substr(0, body.find("?>")).substr(0, 200);
  const auto at = head.find(kMember);
  if (!head.starts_with("<?xml") || at == std::string_view::npos || at + kMember.size() >= head.size())
    return "";
  const std::string_view quoted = head.substr(at + kMember.size());
  return std::string(quoted.substr(1, quoted.find(quoted[0], 1) - 1));
}

}  // namespace

std::string charset_of(std::string_view content_type) {
  const auto media = parse_media_type(content_type);
  std::string charset = media ? std::string(media->parameter("charset").value_or("")) : "";
  // Servers send charset='utf-8', although RFC 9110 §5.6.4 has no single quotes.
  if (charset.size() > 2 && charset.starts_with('\'') && charset.ends_with('\''))
    charset = charset.substr(1, charset.size() - 2);
  return charset;
}

bool needs_installed_charset(std::string_view content_type) {
  return is_installed_charset(charset_of(content_type));
}

Result<std::optional<std::string>> body_text(std::string body, std::string_view content_type) {
  const auto media = parse_media_type(content_type);
  const bool valid = is_valid_utf8(body);
  if (!media || !is_text(*media)) return valid ? std::optional(std::move(body)) : std::nullopt;
  std::string charset = charset_of(content_type);
  if (charset.empty() || has_byte_order_mark(body)) charset = unicode_signature(body);
  if (charset.empty() && !valid && (media->subtype == "xml" || media->suffix() == "xml"))
    charset = xml_encoding(body);
  const bool is_utf8_json = is_json(*media) && valid && body.find('\0') == std::string::npos;
  if (is_utf8_json && !is_installed_charset(charset)) charset = "utf-8";
  if (charset.empty()) {
    if (valid) return std::optional(std::move(body));
    return std::optional(is_json(*media) ? replace_invalid_utf8(body) : decode_windows_1252(body));
  }
  // RFC 8259 §8.1: JSON is UTF-8, even with an unknown charset.
  std::optional<std::string> as_utf8;
  if (is_utf8_json && charset != "utf-8") as_utf8 = body;
  auto text = decode_charset(std::move(body), charset);
  if (!text && as_utf8) return as_utf8;
  if (!text) return fail(std::move(text.error()));
  return std::optional(std::move(*text));
}

}  // namespace wick::http
