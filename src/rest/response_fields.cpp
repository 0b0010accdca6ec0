#include "rest/response_fields.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "http/url_text.h"

namespace wick {
namespace {

// Weak ETags are omitted: a model would need an ETag for If-Match, which compares strongly (RFC 9110 §13.1.1),
// and many servers send a weak one with every response.
constexpr std::pair<std::string_view, std::string_view> kFields[] = {
    {"location", "Location"},
    {"content-location", "Content-Location"},
    {"operation-location", "Operation-Location"},
    {"link", "Link"},
    {"retry-after", "Retry-After"},
    {"etag", "ETag"}};

// The URLs of Link are in angle brackets.
std::string without_passwords(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size();) {
    const auto open = std::min(value.find('<', at), value.size() - 1) + 1;
    const auto end = std::min(value.find('>', open), value.size());
    out.append(value.substr(at, open - at)).append(http::without_userinfo(value.substr(open, end - open)));
    at = end;
  }
  return out;
}

}  // namespace

json::object response_fields(const http::ClientResponse& response, const SecretFilter& secrets) {
  json::object out;
  for (const auto& [key, name] : kFields) {
    std::string joined;
    for (const auto& [given, value] : response.headers) {
      if (given == key && joined.size() <= kMaxFieldTextBytes) joined += (joined.empty() ? "" : ", ") + value;
    }
    if (joined.empty() || (key == "etag" && joined.starts_with("W/"))) continue;
    std::string text = secrets.cleaned(replace_invalid_utf8(joined));
    text = key == "link" ? without_passwords(text) : http::without_userinfo(text);
    const std::string_view kept = truncate_utf8(text, kMaxFieldTextBytes);
    out[name] = printable(kept) + (kept.size() < text.size() ? "…" : "");
  }
  return out;
}

std::string field_lines(const json::object& fields) {
  std::string out;
  for (const auto& field : fields)
    out += "\n[" + std::string(field.key()) + ": " +
           std::string(std::string_view(field.value().get_string())) + "]";
  return out;
}

}  // namespace wick
