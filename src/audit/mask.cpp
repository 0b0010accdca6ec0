#include "audit/mask.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "audit/secret_names.h"
#include "audit/text_scan.h"
#include "base/ascii.h"
#include "base/char_set.h"
#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::array<std::string_view, 4> kPrefixes = {"wick_pat_", "wick_oat_", "wick_ort_", "wick_cs_"};
constexpr std::size_t kMinTokenHex = 8;
// The nesting of JSON strings inside JSON strings. Each level doubles the backslashes of the next, so deeper
// ones are rare; mask_members() still finds their members.
constexpr int kMaxLevels = 6;
// The depth of open objects and arrays; deeper ones count as part of the last.
constexpr std::size_t kMaxFrames = 512;

// The text between a name and its value, in each notation.
constexpr CharSet kBehindNames(":=>");

// The text with masked credentials, in one pass.
std::string mask_credentials(std::string text, bool is_cut) {
  std::size_t at = text.find("wick_");
  if (at == std::string::npos) return text;
  std::string out;
  std::size_t kept = 0;
  for (; at != std::string::npos; at = text.find("wick_", at + 1)) {
    for (const std::string_view prefix : kPrefixes) {
      if (text.compare(at, prefix.size(), prefix) != 0) continue;
      const std::size_t begin = at + prefix.size();
      std::size_t end = begin;
      while (end < text.size() && is_hex_digit(text[end])) ++end;
      const bool is_token = end - begin >= kMinTokenHex || (is_cut && end == text.size() && end > begin);
      if (!is_token) continue;
      out.append(text, kept, begin - kept).append(kMask);
      kept = end;
    }
  }
  return out.append(text, kept);
}

// The end of a string inside `nesting` levels of JSON strings. Its quotes have 2^nesting - 1 backslashes;
// quotes of its content have more. npos if the string does not end. `from` is after the opening quote. Counts
// backslashes in passing, so each byte is read once.
std::size_t closing_quote(std::string_view text, std::size_t from, std::size_t backslashes) {
  std::size_t run = 0;
  for (std::size_t at = from; at < text.size(); ++at) {
    if (text[at] == '"' && run % (2 * (backslashes + 1)) == backslashes) return at;
    run = text[at] == '\\' ? run + 1 : 0;
  }
  return std::string_view::npos;
}

struct Span {
  std::size_t begin = 0, end = 0;
};

// The position of the value of a member with a secret name, if the quote at `quote` (with `backslashes` before
// it) ends such a name.
Span secret_value(std::string_view text, std::size_t quote, std::size_t backslashes) {
  const std::size_t name_end = quote - backslashes;
  const std::size_t name_begin = begin_of_name(text, name_end);
  if (name_begin == name_end) return {};
  std::size_t at = skip_space(text, quote + 1);
  if (at == text.size() || text[at] != ':') return {};
  at = skip_space(text, at + 1);
  if (judge_name(text.substr(name_begin, name_end - name_begin)) == Secrecy::kNone) return {};
  for (std::size_t i = 0; i < backslashes; ++i, ++at) {
    if (at == text.size() || text[at] != '\\') return {};
  }
  if (at == text.size() || text[at] != '"') return {};
  const std::size_t end = closing_quote(text, at + 1, backslashes);
  if (end == std::string_view::npos) return {at + 1, text.size()};
  return {at + 1, end - backslashes};
}

// Masks the values of members with secret names wherever `"name": "` occurs, at any depth of JSON strings: for
// text whose structure is unclear.
std::string mask_members(std::string_view text) {
  std::string out;
  std::size_t kept = 0, backslashes = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      const Span span = secret_value(text, at, backslashes);
      if (span.end > span.begin) {
        out.append(text.substr(kept, span.begin - kept)).append(kMask);
        kept = span.end;
        at = span.end;
      }
    }
    backslashes = at < text.size() && text[at] == '\\' ? backslashes + 1 : 0;
  }
  return out.append(text.substr(kept));
}

std::optional<std::string> mask_level(std::string_view text, bool is_cut, int level);

// The role of a member for its object: {"name": "X-Api-Key", "value": "…"}.
enum class TextRole { kNone, kNameOfPair, kHintOfPair, kValueOfPair, kTextOfPair };

TextRole role_of(std::string_view member) {
  constexpr std::string_view kNames[] = {"name",  "key",      "header",   "field", "parameter",
                                         "param", "property", "variable", "k",     "n"};
  constexpr std::string_view kHints[] = {"type", "kind", "id", "label"};
  constexpr std::string_view kValues[] = {"value", "values", "val", "v"};
  constexpr std::string_view kTexts[] = {"text", "content", "data", "default"};
  if (member.size() > 16) return TextRole::kNone;
  const std::string word = to_lower_ascii(member);
  const auto is_one_of = [&](const auto& words) { return std::ranges::find(words, word) != std::end(words); };
  if (is_one_of(kNames)) return TextRole::kNameOfPair;
  if (is_one_of(kHints)) return TextRole::kHintOfPair;
  if (is_one_of(kValues)) return TextRole::kValueOfPair;
  return is_one_of(kTexts) ? TextRole::kTextOfPair : TextRole::kNone;
}

// One pass over a text: JSON, or prose with or without JSON.
class Scan {
 public:
  Scan(std::string_view text, bool is_cut, int level) : text_(text), is_cut_(is_cut), level_(level) {
    frames_.emplace_back();
  }
  void run();
  // Whether quotes occurred where no JSON string begins or ends: the recognised strings may be wrong.
  bool is_misaligned() const { return is_misaligned_; }
  // nullopt: nothing is masked.
  std::optional<std::string> result();

 private:
  struct Edit {
    std::size_t begin, end;
    std::string text;
    bool is_mask;
  };
  // An open object or array; the first stands for the text itself.
  struct Frame {
    char kind = ' ';
    bool is_secret = false;  // every value inside is secret
    bool is_held = false;  // every value inside is secret if the name of the pair, which may follow, says so
    TextRole held_role = TextRole::kNone;  // of the member that holds those values
    Secrecy member = Secrecy::kNone;
    TextRole role = TextRole::kNone;  // of the member whose value comes next
    bool name_was_seen = false, pair_is_secret = false;
    std::size_t index = 0;  // of the element, in an array
    std::size_t held = 0;   // the first entry of held_ that may belong to this frame
  };

  std::size_t string_at(std::size_t quote);
  std::size_t key_at(std::size_t begin, std::size_t end, std::size_t colon);
  void value(std::size_t begin, std::size_t end, bool is_quoted);
  void nested(std::size_t begin, std::size_t end);
  void judge_pair_name(Frame& frame, std::string_view name);
  std::size_t scalar_at(std::size_t at);
  std::size_t assignment_at(std::size_t separator);
  void open(char kind);
  void close(char kind);
  void end_frame(Frame frame);
  void mask(std::size_t begin, std::size_t end, std::string_view with = kMask) {
    if (end > begin) edits_.push_back({begin, end, std::string(with), true});
  }

  std::string_view text_;
  bool is_cut_;
  int level_;
  bool is_misaligned_ = false;
  std::size_t no_string_before_ = 0;  // a string that begins before this position does not end on its line
  std::vector<Frame> frames_;
  std::size_t overflow_ = 0;
  struct Held {
    Span span;
    bool is_quoted;
    TextRole role;
  };
  std::vector<Held> held_;
  std::vector<Edit> edits_;
};

void Scan::run() {
  for (std::size_t at = 0; at < text_.size();) {
    switch (const char c = text_[at]) {
      case '"':
        at = string_at(at);
        continue;
      case '{':
      case '[':
        open(c);
        break;
      case '}':
      case ']':
        close(c);
        break;
      case ',':
        frames_.back().member = Secrecy::kNone;
        frames_.back().role = TextRole::kNone;
        ++frames_.back().index;
        break;
      case ':':
      case '=':
      case '>':
        at = assignment_at(at);
        continue;
      case '\\':
        if (at + 1 < text_.size() && text_[at + 1] == '"') is_misaligned_ = true;
        break;
      default:
        if ((c >= '0' && c <= '9') || c == '-') {
          at = scalar_at(at);
          continue;
        }
    }
    ++at;
  }
  while (frames_.size() > 1) {
    Frame frame = frames_.back();
    frames_.pop_back();
    end_frame(frame);
  }
}

// Reads the string at `quote`. Returns the position after it.
std::size_t Scan::string_at(std::size_t quote) {
  if (quote < no_string_before_) return quote + 1;
  std::size_t end = quote + 1;
  while (end < text_.size() && text_[end] != '"' && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
  end = std::min(end, text_.size());
  if (end < text_.size() && text_[end] == '\n') {
    is_misaligned_ = true;
    no_string_before_ = end;
    return quote + 1;
  }
  if (end == text_.size()) {  // the text was cut here, or this was no string
    if (!is_cut_) is_misaligned_ = true;
    value(quote + 1, end, true);
    return end;
  }
  const std::size_t next = skip_space(text_, end + 1);
  if (next < text_.size() && text_[next] == ':') return key_at(quote + 1, end, next);
  if (next < text_.size() && text_[next] != ',' && text_[next] != '}' && text_[next] != ']')
    is_misaligned_ = true;
  value(quote + 1, end, true);
  return end + 1;
}

std::size_t Scan::key_at(std::size_t begin, std::size_t end, std::size_t colon) {
  Frame& frame = frames_.back();
  const std::string_view raw = text_.substr(begin, end - begin);
  std::string decoded;
  const bool is_escaped = raw.find('\\') != std::string_view::npos;
  if (is_escaped) decoded = decode_json_string(raw);
  const std::string_view name = is_escaped ? std::string_view(decoded) : raw;
  frame.member = judge_name(name);
  frame.role = role_of(name);
  const std::size_t at = skip_space(text_, colon + 1);
  if (at == text_.size() || text_[at] == '"' || text_[at] == '{' || text_[at] == '[') return at;
  return scalar_at(at);
}

// A number or a bare word in the position of a value.
std::size_t Scan::scalar_at(std::size_t at) {
  std::size_t end = at;
  while (end < text_.size() &&
         std::string_view(",}]\"{[:= \t\r\n").find(text_[end]) == std::string_view::npos)
    ++end;
  const std::string_view word = text_.substr(at, end - at);
  if (word != "true" && word != "false" && word != "null") value(at, end, false);
  return end;
}

void Scan::judge_pair_name(Frame& frame, std::string_view name) {
  const bool is_secret = name.size() <= 128 && judge_name(name) != Secrecy::kNone;
  if (frame.kind == '[') {
    frame.pair_is_secret = is_secret;
    return;
  }
  frame.pair_is_secret = frame.pair_is_secret || is_secret;
  const bool is_whole = !is_cut_ || name.data() + name.size() != text_.data() + text_.size();
  frame.name_was_seen = frame.name_was_seen || (frame.role == TextRole::kNameOfPair && is_whole);
}

void Scan::value(std::size_t begin, std::size_t end, bool is_quoted) {
  Frame& frame = frames_.back();
  const bool is_pair_value = frame.role == TextRole::kValueOfPair || frame.role == TextRole::kTextOfPair;
  const bool is_second = frame.kind == '[' && frame.index % 2 == 1;
  const bool is_secret = frame.is_secret || frame.member == Secrecy::kAll ||
                         (frame.member == Secrecy::kText && is_quoted) ||
                         (frame.pair_is_secret && (is_pair_value || is_second));
  if (is_secret) {
    mask(begin, end, is_quoted ? kMask : "\"***\"");
  } else if (is_quoted) {
    const bool is_name = frame.role == TextRole::kNameOfPair || frame.role == TextRole::kHintOfPair;
    if (is_name || (frame.kind == '[' && !is_second))
      judge_pair_name(frame, text_.substr(begin, end - begin));
    nested(begin, end);
  } else if (frame.kind == '[' && !is_second) {
    frame.pair_is_secret = false;
  }
  const bool holds_value = frame.role == TextRole::kValueOfPair || frame.held_role == TextRole::kValueOfPair;
  if (!is_secret && (is_pair_value || frame.is_held))
    held_.push_back({{begin, end}, is_quoted, holds_value ? TextRole::kValueOfPair : TextRole::kTextOfPair});
  frame.member = Secrecy::kNone;
  frame.role = TextRole::kNone;
}

// The content of a string that is not secret as a whole, but may contain secrets.
void Scan::nested(std::size_t begin, std::size_t end) {
  const std::string_view raw = text_.substr(begin, end - begin);
  const bool is_end_cut = is_cut_ && end == text_.size();
  if (raw.find('\\') == std::string_view::npos) {
    if (kBehindNames.find_in(raw) == std::string_view::npos) return;
    if (auto masked = mask_level(raw, is_end_cut, level_))
      edits_.push_back({begin, end, std::move(*masked), false});
    return;
  }
  if (level_ == kMaxLevels) {
    std::string masked = mask_members(raw);
    if (masked != raw) edits_.push_back({begin, end, std::move(masked), false});
    return;
  }
  if (auto masked = mask_level(decode_json_string(raw), is_end_cut, level_ + 1))
    edits_.push_back({begin, end, encode_json_string(*masked), false});
}

// X-Api-Key: …  password=…  'password': '…'  <password>…<, and ://user:password@. Returns where to go on.
std::size_t Scan::assignment_at(std::size_t separator) {
  const Assignment found = find_assignment(text_, separator, is_cut_);
  if (found.end > found.begin) mask(found.begin, found.end);
  return std::max(found.end, separator + 1);
}

void Scan::open(char kind) {
  if (frames_.size() >= kMaxFrames) {
    ++overflow_;
    return;
  }
  Frame& parent = frames_.back();
  const bool is_pair_value = parent.role == TextRole::kValueOfPair || parent.role == TextRole::kTextOfPair;
  const bool is_second = parent.kind == '[' && parent.index % 2 == 1;
  Frame frame;
  frame.kind = kind;
  frame.is_secret = parent.is_secret || parent.member == Secrecy::kAll ||
                    (parent.pair_is_secret && (is_pair_value || is_second));
  frame.is_held = parent.is_held || is_pair_value;
  // An outer pair that may still prove secret takes precedence over text that an inner pair holds.
  frame.held_role =
      is_pair_value && parent.held_role != TextRole::kValueOfPair ? parent.role : parent.held_role;
  frame.held = held_.size();
  if (parent.kind == '[' && !is_second) parent.pair_is_secret = false;
  parent.member = Secrecy::kNone;
  parent.role = TextRole::kNone;
  frames_.push_back(frame);
}

void Scan::close(char kind) {
  if (overflow_ > 0) {
    --overflow_;
    return;
  }
  Frame frame = frames_.back();
  if ((kind == '}' && frame.kind != '{') || (kind == ']' && frame.kind != '[')) return;
  frames_.pop_back();
  frame.name_was_seen = true;  // the name is complete
  end_frame(frame);
}

void Scan::end_frame(Frame frame) {
  if (frame.kind == '{') {
    const bool name_may_follow = is_cut_ && !frame.name_was_seen;
    for (std::size_t i = frame.held; i < held_.size(); ++i) {
      const Held& one = held_[i];
      if (frame.pair_is_secret || (name_may_follow && one.role == TextRole::kValueOfPair))
        mask(one.span.begin, one.span.end, one.is_quoted ? kMask : "\"***\"");
    }
  }
  if (!frame.is_held || frame.pair_is_secret) held_.resize(frame.held);
}

std::optional<std::string> Scan::result() {
  if (edits_.empty()) return std::nullopt;
  std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    return a.is_mask && !b.is_mask;
  });
  std::string out;
  std::size_t kept = 0;
  for (const Edit& edit : edits_) {
    if (edit.end <= kept) continue;
    const bool overlaps = edit.begin < kept;
    if (!overlaps) out.append(text_.substr(kept, edit.begin - kept));
    // An overlap belongs to a mask or to text that will be masked: show nothing of it.
    if (!overlaps) out += edit.text;
    kept = edit.end;
  }
  return out.append(text_.substr(kept));
}

std::optional<std::string> mask_level(std::string_view text, bool is_cut, int level) {
  Scan scan(text, is_cut, level);
  scan.run();
  std::optional<std::string> out;
  if (scan.is_misaligned()) {
    std::string members = mask_members(text);
    Scan again(members, is_cut, level);
    again.run();
    out = again.result();
    if (!out && members != text) out = std::move(members);
  } else {
    out = scan.result();
  }
  return out;
}

}  // namespace

std::string mask_secrets(std::string_view text, bool is_cut) {
  auto masked = mask_level(text, is_cut, 0);
  return mask_credentials(masked ? std::move(*masked) : std::string(text), is_cut);
}

std::string mask_payload(std::string_view json_text, std::size_t max_bytes) {
  if (json_text.size() <= max_bytes) return mask_secrets(json_text);
  json::object cut;
  cut["truncated"] = true;
  cut["bytes"] = json_text.size();
  // Cuts before masking, so that a long payload costs no more than a short one. Escaping can double the kept
  // part: half of the space always suffices.
  const std::string beginning = mask_secrets(truncate_utf8(json_text, max_bytes / 2), true);
  cut["beginning"] = truncate_utf8(beginning, max_bytes / 2);
  return to_json(cut);
}

}  // namespace wick
