// Synonyms for searching operations: general words of APIs and offices.
//
// The table in synonyms.cpp is read once and stemmed. Immutable afterwards, so thread-safe.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wick::mcp {

inline constexpr std::size_t kMaxPhraseWords = 3;  // of one entry of the table

using Phrase = std::vector<std::string>;  // stems

class Synonyms {
 public:
  static const Synonyms& get();

  // The synonyms of a phrase (its stems joined by spaces); empty if there are none.
  const std::vector<Phrase>& of(const std::string& phrase) const;
  // The single words of the table as written: candidates for correcting misspelled words.
  const std::vector<std::string>& words() const { return words_; }

 private:
  Synonyms();
  absl::flat_hash_map<std::string, std::vector<Phrase>> others_;
  std::vector<std::string> words_;
};

}  // namespace wick::mcp
