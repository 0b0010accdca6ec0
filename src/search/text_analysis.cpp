#include "search/text_analysis.h"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/result.h"

namespace wick::mcp {
namespace {

// ---- characters ----

enum class Kind : unsigned char { kNone, kLower, kUpper, kDigit, kDense };  // kDense: no spaces between words

// Removes one character from the front of `text`; 0 for a byte that is not UTF-8.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  char32_t character = size <= 1 ? lead : lead & (0xFFu >> (size + 1));
  bool sound = size != 0 && size <= text.size();
  for (std::size_t i = 1; sound && i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    sound = (next & 0xC0) == 0x80;
    character = (character << 6) | (next & 0x3F);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};  // RFC 3629 §3: only the shortest form is valid
  sound = sound && character >= kLeast[size] && character <= 0x10FFFF &&
          (character < 0xD800 || character > 0xDFFF);
  text.remove_prefix(sound ? size : 1);
  return sound ? character : 0;
}

void append_character(std::string& out, char32_t character) {
  const auto byte = [&](char32_t value) { out += static_cast<char>(value); };
  if (character < 0x80) {
    byte(character);
  } else if (character < 0x800) {
    byte(0xC0 | (character >> 6));
    byte(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    byte(0xE0 | (character >> 12));
    byte(0x80 | ((character >> 6) & 0x3F));
    byte(0x80 | (character & 0x3F));
  } else {
    byte(0xF0 | (character >> 18));
    byte(0x80 | ((character >> 12) & 0x3F));
    byte(0x80 | ((character >> 6) & 0x3F));
    byte(0x80 | (character & 0x3F));
  }
}

struct Range {
  char32_t first, last;
};
template <std::size_t N>
bool within(char32_t character, const Range (&ranges)[N]) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return character >= range.first && character <= range.last; });
}

// Folds cases at a fixed distance; other characters stay.
char32_t folded(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 0x20;
  if (c < 0xC0) return c;
  if (c <= 0xDE) return c == 0xD7 ? c : c + 0x20;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return c | 1;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c + (c & 1);
  if (c >= 0x391 && c <= 0x3A9) return c + 0x20;
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  return c;
}

Kind kind_of(char32_t character) {
  if (character < 0x80) {
    if (character >= 'a' && character <= 'z') return Kind::kLower;
    if (character >= 'A' && character <= 'Z') return Kind::kUpper;
    return character >= '0' && character <= '9' ? Kind::kDigit : Kind::kNone;
  }
  // Thai to Myanmar, Khmer, kana, Han, Hangul.
  constexpr Range kDense[] = {{0xE00, 0xEFF},     {0x1000, 0x109F}, {0x1780, 0x17FF}, {0x3040, 0x30FF},
                              {0x3400, 0x9FFF},   {0xAC00, 0xD7AF}, {0xF900, 0xFAFF}, {0xFF66, 0xFF9F},
                              {0x20000, 0x3FFFF}, {0x3005, 0x3007}};
  constexpr Range kPunctuation[] = {{0x80, 0xA9},     {0xAB, 0xB4},     {0xB6, 0xB9},     {0xBB, 0xBF},
                                    {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2000, 0x206F}, {0x3000, 0x303F},
                                    {0xFE10, 0xFE6F}, {0xFF00, 0xFF0F}, {0xFF1A, 0xFF20}, {0xFFFD, 0xFFFD}};
  if (within(character, kDense)) return Kind::kDense;
  if (within(character, kPunctuation)) return Kind::kNone;
  return folded(character) == character ? Kind::kLower : Kind::kUpper;
}

// ---- one run of letters and digits, or of characters without spaces ----

struct Character {
  char32_t value;
  Kind kind;
};

std::string text_of(const Character* first, const Character* last) {
  std::string out;
  for (; first != last; ++first) append_character(out, folded(first->value));
  return out;
}

// Whether a part of a compound begins here: "pullRequest" at R, "HTTPServer" at S; not at the plural of
// "UTXOs".
bool begins_part(const std::vector<Character>& run, std::size_t i) {
  if (i == 0 || run[i].kind != Kind::kUpper) return false;
  if (run[i - 1].kind != Kind::kUpper) return true;
  const bool lower_follows = i + 1 < run.size() && run[i + 1].kind == Kind::kLower;
  const bool plural = i + 2 == run.size() && run[i + 1].value == 's';
  return lower_follows && !plural;
}

void add_run(std::vector<std::string>& out, const std::vector<Character>& run, bool compounds) {
  if (run.empty()) return;
  const Character* const data = run.data();
  const auto add = [&](std::string word) {
    if (word.size() <= kMaxWordBytes) out.push_back(std::move(word));
  };
  if (run.front().kind == Kind::kDense) {
    if (run.size() == 1) add(text_of(data, data + 1));
    for (std::size_t i = 0; i + 1 < run.size(); ++i) add(text_of(data + i, data + i + 2));
    return;
  }
  std::vector<std::size_t> begins = {0};
  for (std::size_t i = 1; i < run.size(); ++i) {
    if (begins_part(run, i)) begins.push_back(i);
  }
  if (begins.size() == 1 || compounds) add(text_of(data, data + run.size()));
  if (begins.size() == 1) return;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    add(text_of(data + begins[i], data + (i + 1 < begins.size() ? begins[i + 1] : run.size())));
  }
}

// ---- stems ----

// American spellings of "synchronise" and "colour": libstemmer knows only their endings.
std::string to_american(std::string_view word) {
  std::string out(word);
  for (const std::string_view end :
       {"ise", "ised", "ises", "iser", "isers", "ising", "isation", "isations"}) {
    if (out.size() > end.size() + 2 && out.ends_with(end)) out[out.size() - end.size() + 1] = 'z';
  }
  if (out.size() >= 6 && out.ends_with("our")) out.erase(out.size() - 2, 1);
  if (out.size() >= 7 && out.ends_with("ours")) out.erase(out.size() - 3, 1);
  return out;
}

// "vms", "pdfs": libstemmer does not reduce plurals of words without a vowel.
void cut_plural_of_abbreviation(std::string& word) {
  if (word.find_first_of("aeiouy") == std::string::npos && word.ends_with('s') && !word.ends_with("ss"))
    word.pop_back();
}

struct StemmerEnd {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

// A stemmer stores the current word, so threads cannot share one. Each thread creates its own at the first
// word. The stemmer never leaves the thread, and stem_of() copies the result before other code of that thread
// runs.
sb_stemmer* stemmer() {
  thread_local const std::unique_ptr<sb_stemmer, StemmerEnd> own(sb_stemmer_new("english", "UTF_8"));
  WICK_ASSERT(own != nullptr);
  return own.get();
}

}  // namespace

std::vector<std::string> words_of(std::string_view text, std::size_t limit, bool compounds) {
  std::vector<std::string> out;
  std::vector<Character> run;
  const auto end_run = [&] {
    add_run(out, run, compounds);
    run.clear();
  };
  while (!text.empty() && out.size() < limit) {
    const char32_t character = take_character(text);
    if (character == 0) continue;
    const Kind kind = kind_of(character);
    const bool dense = kind == Kind::kDense;
    if (!run.empty() && (kind == Kind::kNone || dense != (run.front().kind == Kind::kDense))) end_run();
    if (kind != Kind::kNone) run.push_back({character, kind});
  }
  end_run();
  if (out.size() > limit) out.resize(limit);
  return out;
}

std::string stem_of(std::string_view word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!plain || word.size() <= 2 || word.size() > kMaxWordBytes) return std::string(word);
  std::string american = to_american(word);
  cut_plural_of_abbreviation(american);
  // The length is known only after the call.
  const sb_symbol* stem =
      sb_stemmer_stem(stemmer(), reinterpret_cast<const sb_symbol*>(american.data()), int(american.size()));
  WICK_ASSERT(stem != nullptr);
  return std::string(reinterpret_cast<const char*>(stem), std::size_t(sb_stemmer_length(stemmer())));
}

// Optimal string alignment, three rows at a time.
std::size_t edits_between(std::string_view a, std::string_view b, std::size_t limit) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > limit || b.size() > kMaxWordBytes) return limit + 1;
  std::array<std::array<std::size_t, kMaxWordBytes + 1>, 3> rows;
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& before = rows[(i - 1) % 3];
    const auto& two_before = rows[(i + 1) % 3];
    row[0] = i;
    std::size_t row_minimum = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], two_before[j - 2] + 1);
      row_minimum = std::min(row_minimum, row[j]);
    }
    if (row_minimum > limit) return limit + 1;
  }
  return std::min(rows[a.size() % 3][b.size()], limit + 1);
}

}  // namespace wick::mcp
