#include "redaction/secret_filter.h"

#include <string.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

constexpr std::string_view kMark = "***";
// Fewer base64 characters would match ordinary text by chance.
constexpr std::size_t kMinBase64Chars = 8;
constexpr TextCoding kCodings[] = {TextCoding::kPercent, TextCoding::kForm, TextCoding::kBackslash,
                                   TextCoding::kEntity};

bool is_base64(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
         c == '-' || c == '_';
}

// The secret as shown by a system that reads header bytes as Latin-1, as most systems do.
std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += char(0xC0 | (byte >> 6));
      out += char(0x80 | (byte & 63));
    }
  }
  return out;
}

// Sorts the spans and merges overlaps.
std::vector<TextSpan> merged(std::vector<TextSpan> spans) {
  std::sort(spans.begin(), spans.end(),
            [](const TextSpan& a, const TextSpan& b) { return a.begin < b.begin; });
  std::vector<TextSpan> out;
  for (const TextSpan& span : spans) {
    if (out.empty() || span.begin > out.back().end) {
      out.push_back(span);
    } else {
      out.back().end = std::max(out.back().end, span.end);
    }
  }
  return out;
}

}  // namespace

void SecretFilter::add_pattern(std::string text, bool base64) {
  const bool known = std::any_of(patterns_.begin(), patterns_.end(),
                                 [&](const Pattern& one) { return one.text->reveal() == text; });
  if (known) return;
  has_space_ = has_space_ || text.find(' ') != std::string::npos;
  has_number_ = has_number_ || std::all_of(text.begin(), text.end(), [](char c) {
                  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
                });
  patterns_.push_back({std::make_shared<const Secret>(std::move(text)), base64});
}

// The part of the base64 text that does not depend on the surrounding bytes, for each of the three positions of
// the first byte in a group.
void SecretFilter::add_base64(std::string_view secret) {
  for (std::size_t before = 0; before < 3; ++before) {
    const std::string encoded = to_base64(std::string(before, '\0') + std::string(secret));
    const std::size_t from = (before * 8 + 5) / 6, to = (before + secret.size()) * 8 / 6;
    if (to - from < kMinBase64Chars) continue;
    std::string certain = encoded.substr(from, to - from);
    add_pattern(certain, true);
    std::replace(certain.begin(), certain.end(), '+', '-');
    std::replace(certain.begin(), certain.end(), '/', '_');
    add_pattern(std::move(certain), true);
  }
}

void SecretFilter::add(std::string_view secret) {
  secret = trim(secret);
  if (secret.size() < kMinSecretToCut) return;
  add_pattern(std::string(secret), false);
  if (std::any_of(secret.begin(), secret.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    add_pattern(latin1_to_utf8(secret), false);
  add_base64(secret);
  std::string alone = to_base64(secret);
  while (alone.ends_with('=')) alone.pop_back();
  add_pattern(std::move(alone), true);
}

void SecretFilter::add_basic(std::string_view user, std::string_view password) {
  add(password);
  const std::string pair = std::string(user) + ":" + std::string(password);
  if (pair.size() < kMinSecretToCut) return;
  std::string encoded = to_base64(pair);
  while (encoded.ends_with('=')) encoded.pop_back();
  add_pattern(encoded, true);
  add_pattern(to_base64url(pair), true);
}

std::vector<TextSpan> SecretFilter::find_plain(std::string_view text) const {
  std::vector<TextSpan> spans, encoded;
  for (const Pattern& pattern : patterns_) {
    const std::string_view secret = pattern.text->reveal();
    // memmem() is linear in the worst case too; std::string_view::find is not.
    for (std::size_t from = 0; from + secret.size() <= text.size();) {
      const void* found = memmem(text.data() + from, text.size() - from, secret.data(), secret.size());
      if (found == nullptr) break;
      const auto begin = std::size_t(static_cast<const char*>(found) - text.data());
      from = begin + secret.size();
      (pattern.base64 ? encoded : spans).push_back({begin, from});
    }
  }
  std::sort(encoded.begin(), encoded.end(),
            [](const TextSpan& a, const TextSpan& b) { return a.begin < b.begin; });
  std::size_t done = 0;  // everything before is processed: no text is read twice
  for (TextSpan span : encoded) {
    if (span.end <= done) continue;
    span.begin = std::max(span.begin, done);
    while (span.begin > done && is_base64(text[span.begin - 1])) --span.begin;
    while (span.end < text.size() && is_base64(text[span.end])) ++span.end;
    while (span.end < text.size() && text[span.end] == '=') ++span.end;
    done = span.end;
    spans.push_back(span);
  }
  return spans;
}

std::vector<TextSpan> SecretFilter::find(std::string_view text, int codings) const {
  std::vector<TextSpan> spans = find_plain(text);
  for (const TextCoding coding : kCodings) {
    if (codings == 0) break;
    if (coding == TextCoding::kForm && !has_space_) continue;
    const auto decoded = decode_text(coding, text);
    if (!decoded) continue;
    std::vector<TextSpan> inner = find(*decoded, decoded->size() <= kMaxTwiceEncodedBytes ? codings - 1 : 0);
    if (inner.empty()) continue;
    map_to_encoded(coding, text, inner);
    spans.insert(spans.end(), inner.begin(), inner.end());
  }
  return merged(std::move(spans));
}

bool SecretFilter::clean(std::string& text) const {
  if (patterns_.empty() || text.size() < kMinSecretToCut) return false;
  const std::vector<TextSpan> spans = find(text, 2);
  if (spans.empty()) return false;
  std::string out;
  std::size_t kept = 0;
  for (const TextSpan& span : spans) {
    out.append(text, kept, span.begin - kept).append(kMark);
    kept = span.end;
  }
  out.append(text, kept);
  wipe(text.data(), text.size());
  text = std::move(out);
  return true;
}

bool SecretFilter::clean(json::object& object) const {
  if (patterns_.empty()) return false;
  bool changed = false, renamed = false;
  for (auto& member : object) {
    changed = clean(member.value()) || changed;
    std::string name(member.key());
    renamed = renamed || clean(name);
  }
  if (!renamed) return changed;
  json::object out(object.storage());
  for (auto& member : object) out[cleaned(member.key())] = std::move(member.value());
  object = std::move(out);
  return true;
}

bool SecretFilter::clean(json::value& value) const {
  if (patterns_.empty()) return false;
  if (value.is_object()) return clean(value.get_object());
  bool changed = false;
  if (value.is_array()) {
    for (auto& item : value.get_array()) changed = clean(item) || changed;
  } else if (is_text(value) || (is_number(value) && has_number_)) {
    std::string text = is_text(value) ? std::string(value.get_string()) : to_json(value);
    changed = clean(text);
    if (changed) value = json::string(text, value.storage());
  }
  return changed;
}

}  // namespace wick
