// ConnectorIndex: the words of one connector's operations with their weights, for search.cpp. Immutable after
// construction, so thread-safe.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "search/search.h"

namespace wick::mcp {

// How a kind of text counts: its words, and how its length changes their weight.
struct IndexedField;

// The letters of a word as a set of bits. Words whose sets differ much cannot be few edits apart.
std::uint64_t letters_of(std::string_view word);

// How much a stem weighs in one operation.
struct Posting {
  std::uint32_t operation;  // its place in ConnectorEntry::operations
  float weight;
};

class ConnectorIndex {
 public:
  // A fingerprint of all indexed texts: connectors with equal fingerprints have equal indexes.
  struct Fingerprint {
    std::size_t hash = 0, operations = 0;
    bool operator==(const Fingerprint&) const = default;
  };
  static Fingerprint fingerprint_of(const ConnectorEntry& connector, const std::string& tags);

  ConnectorIndex(const ConnectorEntry& connector, const std::string& tags, const Fingerprint& fingerprint);
  const Fingerprint& fingerprint() const { return fingerprint_; }

  struct Term {
    float everywhere = 0;  // the weight of the connector's own label, tags and description in each operation
    std::vector<Posting> postings;
  };
  // nullptr when the stem does not occur.
  const Term* term(const std::string& stem) const {
    const auto found = terms_.find(stem);
    return found == terms_.end() ? nullptr : &found->second;
  }

  struct Word {
    std::string text;
    std::uint64_t letters;
    std::string stem;
  };
  // The words as they are written, sorted and without repetition.
  const std::vector<Word>& words() const { return words_; }

 private:
  void add_weights(absl::flat_hash_map<std::string, float>& weights, const IndexedField& field,
                   std::string_view text);

  const Fingerprint fingerprint_;
  absl::flat_hash_map<std::string, std::string> stems_;  // of the words seen; empty after construction
  absl::flat_hash_map<std::string, Term> terms_;
  std::vector<Word> words_;
};

}  // namespace wick::mcp
