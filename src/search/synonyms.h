// Words that mean the same to somebody who looks for an operation: general words of APIs and offices.
//
// Read once, from the table in synonyms.cpp, into stems. Thread-safe: nothing changes after that.
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

  // What else the phrase (its stems with one space between) may be called; empty when nothing is known.
  const std::vector<Phrase>& of(const std::string& phrase) const;
  // Every single word of the table as it is written there: what a misspelled word may have meant.
  const std::vector<std::string>& words() const { return words_; }

 private:
  Synonyms();
  absl::flat_hash_map<std::string, std::vector<Phrase>> others_;
  std::vector<std::string> words_;
};

}  // namespace wick::mcp
