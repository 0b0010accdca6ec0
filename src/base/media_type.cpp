#include "base/media_type.h"

#include <algorithm>

#include "base/text.h"

namespace wick {
namespace {

// RFC 9110 §5.6.2; the asterisk of a media range is one of its characters.
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_listed(std::string_view list, std::string_view name) {
  return list.find(" " + std::string(name) + " ") != std::string_view::npos;
}

constexpr std::string_view kJson = " json x-json json-rpc jsonrequest ";
// Each line or record is a JSON text. "stream+json" has the suffix nevertheless.
constexpr std::string_view kJsonLines =
    " jsonl jsonlines jsonlines+json x-jsonl x-jsonlines json-lines json-seq ndjson x-ndjson ldjson x-ldjson "
    "json-stream x-json-stream stream+json ";
constexpr std::string_view kTexts =
    " xml xml-dtd xml-external-parsed-entity yaml x-yaml yml x-yml toml javascript x-javascript ecmascript "
    "graphql sql sparql-query sparql-update n-triples n-quads trig x-www-form-urlencoded x-sh x-pem-file "
    "pem-certificate-chain sdp jwt jose csv x-csv rtf http mbox pgp-signature pgp-keys x-tex x-subrip ";
constexpr std::string_view kTextSuffixes = " xml yaml json-seq ndjson x-ndjson jwt sd-jwt ";

// Reads the parameter after a semicolon and removes it from `rest`; false if there is none.
bool take_parameter(std::string_view& rest, MediaType& media) {
  const auto equals = rest.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = trim(rest.substr(0, equals));
  rest = trim(rest.substr(equals + 1));
  std::string value;
  if (rest.starts_with('"')) {
    std::size_t at = 1;
    for (; at < rest.size() && rest[at] != '"'; ++at) {
      if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
      value += rest[at];
    }
    if (at >= rest.size()) return false;
    rest.remove_prefix(at + 1);
  } else {
    const auto end = std::min(rest.find(';'), rest.size());
    value = trim(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  if (!is_token(name)) return false;
  media.parameters.emplace_back(to_lower_ascii(name), std::move(value));
  return true;
}

}  // namespace

std::string_view MediaType::suffix() const {
  const auto plus = subtype.rfind('+');
  return plus == std::string::npos ? std::string_view() : std::string_view(subtype).substr(plus + 1);
}

std::optional<std::string_view> MediaType::parameter(std::string_view name) const {
  for (const auto& [known, value] : parameters) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::optional<MediaType> parse_media_type(std::string_view text) {
  const auto end = std::min(text.find(';'), text.size());
  const std::string_view essence = trim(text.substr(0, end));
  const auto slash = essence.find('/');
  if (slash == std::string_view::npos || !is_token(essence.substr(0, slash)) ||
      !is_token(essence.substr(slash + 1)))
    return std::nullopt;
  MediaType media;
  media.type = to_lower_ascii(essence.substr(0, slash));
  media.subtype = to_lower_ascii(essence.substr(slash + 1));
  std::string_view rest = text.substr(end);
  while (rest.starts_with(';')) {
    rest = trim(rest.substr(1));
    if (rest.starts_with(';')) continue;  // an empty one
    if (!take_parameter(rest, media)) break;
    rest = trim(rest);
  }
  return media;
}

bool is_json(const MediaType& media) {
  if (is_listed(kJsonLines, media.subtype)) return false;
  const std::string_view name = media.subtype;
  // Vendors' own: application/x-amz-json-1.1, application/vnd.example.json.
  return media.suffix() == "json" || name.starts_with("x-amz-json-") || name.ends_with(".json") ||
         name.ends_with("-json") ||
         ((media.type == "application" || media.type == "text") && is_listed(kJson, name));
}

bool is_json_type(std::string_view text) {
  const auto media = parse_media_type(text);
  return media && is_json(*media);
}

bool is_text(const MediaType& media) {
  return media.type == "text" || is_json(media) || is_listed(kJsonLines, media.subtype) ||
         is_listed(kTexts, media.subtype) || is_listed(kTextSuffixes, media.suffix());
}

}  // namespace wick
