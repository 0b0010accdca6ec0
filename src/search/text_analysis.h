// Words of a text, for searching: split, lower-cased, and cut to their stem. Pure functions; thread-safe.
//
// "createPullRequest", "create_pull_request" and "Create pull-requests" have the same stems. Words of other
// languages than English are kept as they are written (their case is folded for Latin, Greek and Cyrillic);
// scripts that put no spaces between words give pairs of characters. Text that is not UTF-8 is read without
// its wrong bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wick::mcp {

inline constexpr std::size_t kMaxWordBytes = 48;  // longer ones (keys, encoded data) are no words

// At most `limit` words in their order, lower-case. A compound gives itself and then its parts: "listTags" is
// "listtags", "list", "tags". With `compounds` false it gives the
// parts only.
std::vector<std::string> words_of(std::string_view text, std::size_t limit, bool compounds = true);

// The stem of a lower-case word: Snowball's "english" (Porter2), by libstemmer, after British spellings became American
// ones. Words with anything but a-z, of up to two letters, or of more than kMaxWordBytes are their own stem.
std::string stem_of(std::string_view word);

// The edits (insert, delete, replace a letter, exchange two neighbours) from one word to the other, each
// place edited once; `limit` + 1 when more than `limit` are needed. Bytes, not characters.
std::size_t edits_between(std::string_view a, std::string_view b, std::size_t limit);

}  // namespace wick::mcp
