// Text analysis for searching: splits a text into lower-case words and reduces them to stems. Pure functions;
// thread-safe.
//
// "createPullRequest", "create_pull_request" and "Create pull-requests" have the same stems. Words of other
// languages than English are not stemmed (case folding covers Latin, Greek and Cyrillic). Scripts without
// spaces between words give pairs of characters. Invalid bytes of UTF-8 are skipped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wick::mcp {

inline constexpr std::size_t kMaxWordBytes = 48;  // longer runs (keys, encoded data) are not words

// At most `limit` lower-case words in order. A compound gives itself and then its parts: "listTags" gives
// "listtags", "list", "tags". With `compounds` false, only the parts.
std::vector<std::string> words_of(std::string_view text, std::size_t limit, bool compounds = true);

// The stem of a lower-case word, by libstemmer's "english" (Porter2) after conversion of British to American
// spellings. Words with other characters than a-z, of up to two letters, or longer than kMaxWordBytes stay
// unchanged.
std::string stem_of(std::string_view word);

// The number of edits (insert, delete or replace a letter, swap two neighbours) between two words, each place
// edited once; `limit` + 1 if more than `limit` are needed. Counts bytes, not characters.
std::size_t edits_between(std::string_view a, std::string_view b, std::size_t limit);

}  // namespace wick::mcp
