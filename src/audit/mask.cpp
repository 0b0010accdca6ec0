#include "audit/mask.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

constexpr std::string_view kMask = "***";
// Compared without case, '-' and '_'.
constexpr std::array<std::string_view, 15> kSecretNames = {
    "password",      "passwd",      "secret",       "token",        "apikey",
    "authorization", "accesstoken", "refreshtoken", "clientsecret", "accesskey",
    "cookie",        "passphrase",  "privatekey",   "credential",   "credentials"};
constexpr std::size_t kMaxNameBytes = 32;
constexpr std::array<std::string_view, 4> kPrefixes = {"wick_pat_", "wick_oat_", "wick_ort_", "wick_cs_"};
constexpr std::size_t kMinTokenHex = 8;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}
bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_secret_name(std::string_view name) {
  if (name.size() > kMaxNameBytes) return false;
  std::string plain;
  for (const char c : name) {
    if (c != '_' && c != '-') plain += (c >= 'A' && c <= 'Z') ? char(c - 'A' + 'a') : c;
  }
  return std::find(kSecretNames.begin(), kSecretNames.end(), plain) != kSecretNames.end();
}

std::size_t backslashes_before(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (count < at && text[at - 1 - count] == '\\') ++count;
  return count;
}

// A string inside `nesting` levels of JSON strings is delimited by quotes with 2^nesting - 1 backslashes
// before them; its own content may only hold quotes with more. npos when it does not end.
std::size_t closing_quote(std::string_view text, std::size_t from, std::size_t backslashes) {
  for (std::size_t at = from; (at = text.find('"', at)) != std::string_view::npos; ++at) {
    if (backslashes_before(text, at) % (2 * (backslashes + 1)) == backslashes) return at;
  }
  return std::string_view::npos;
}

// Where the value of a secret-named member stands, when the quote at `quote` ends such a name.
struct Span {
  std::size_t begin = 0, end = 0;
};
Span secret_value(std::string_view text, std::size_t quote) {
  const std::size_t backslashes = backslashes_before(text, quote);
  std::size_t name_begin = quote - backslashes;
  const std::size_t name_end = name_begin;
  while (name_begin > 0 && is_name_char(text[name_begin - 1]) && name_end - name_begin <= kMaxNameBytes)
    --name_begin;
  if (name_begin == 0 || text[name_begin - 1] != '"' || name_begin == name_end) return {};
  std::size_t at = quote + 1;
  while (at < text.size() && text[at] == ' ') ++at;
  if (at == text.size() || text[at] != ':') return {};
  ++at;
  while (at < text.size() && text[at] == ' ') ++at;
  if (!is_secret_name(text.substr(name_begin, name_end - name_begin))) return {};
  if (text.size() - at <= backslashes || text.substr(at, backslashes) != std::string(backslashes, '\\') ||
      text[at + backslashes] != '"') {
    return {};
  }
  const std::size_t begin = at + backslashes + 1;
  const std::size_t end = closing_quote(text, begin, backslashes);
  if (end == std::string_view::npos) return {begin, text.size()};
  return {begin, end - backslashes};
}

std::string mask_members(std::string_view text) {
  std::string out;
  std::size_t kept = 0;
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string_view::npos; ++at) {
    const Span span = secret_value(text, at);
    if (span.end <= span.begin) continue;
    out.append(text.substr(kept, span.begin - kept)).append(kMask);
    kept = span.end;
    at = span.end;
  }
  return out.append(text.substr(kept));
}

void mask_credentials(std::string& text) {
  for (std::size_t at = 0; (at = text.find("wick_", at)) != std::string::npos; ++at) {
    for (const std::string_view prefix : kPrefixes) {
      if (std::string_view(text).substr(at, prefix.size()) != prefix) continue;
      const std::size_t begin = at + prefix.size();
      std::size_t end = begin;
      while (end < text.size() && is_hex(text[end])) ++end;
      if (end - begin >= kMinTokenHex) text.replace(begin, end - begin, kMask);
    }
  }
}

}  // namespace

std::string mask_secrets(std::string_view text) {
  std::string out = mask_members(text);
  mask_credentials(out);
  return out;
}

std::string cut_payload(std::string json_text, std::size_t max_bytes) {
  if (json_text.size() <= max_bytes) return json_text;
  json::object cut;
  cut["truncated"] = true;
  cut["bytes"] = json_text.size();
  // Escaping can double the kept part: half of the room is always enough.
  cut["beginning"] = truncate_utf8(json_text, max_bytes / 2);
  return to_json(cut);
}

}  // namespace wick
