// Search: finds the operations that a question means, best first.
//
// What is matched: an operation's name, key, path, tags, description and arguments, and its connector's
// label, tags and description. A word of the question fits the same word in any inflection, its synonyms
// (synonyms.h), and when neither occurs what it begins or misspells. Fitting words are weighed by the field
// they are in and by how few operations have them: BM25F (Robertson, Zaragoza: "The Probabilistic Relevance
// Framework: BM25 and Beyond", 2009).
//
// Every connector is indexed by itself, once, when a question first reaches it, and again when something that
// is matched has changed. What a question finds, and in which order, depends on nothing but the operations
// given to find(): what is rare, and whether a word occurs at all, is counted over these, and lengths are
// measured against fixed ones. So an operation that the caller cannot reach changes no answer.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "access/effective_access.h"

namespace wick::mcp {

inline constexpr std::size_t kMaxQueryBytes = 2000;
inline constexpr std::size_t kMaxQueryWords = 32;     // those after them do not count
inline constexpr std::size_t kMaxCorrectedWords = 8;  // of one question
inline constexpr std::size_t kMaxWordVariants = 12;   // found for one word that occurs nowhere as it is
inline constexpr std::size_t kMaxIndexedWords = 500;  // of one field of one operation

class ConnectorIndex;

// Thread-safe: the map is behind a mutex that is held for look-ups only; an index is made once, by the first
// that asks, while others who need the same one wait; once made it does not change.
class Search {
 public:
  Search();
  ~Search();
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  // At most `limit` of `operations`, best first; those that fit far worse than the best are left out.
  // `operations` are of `snapshot`, those of one connector together, as EffectiveAccess::operations() gives them. A
  // query longer than kMaxQueryBytes finds nothing.
  std::vector<OperationRef> find(const AccessSnapshot& snapshot, const std::vector<OperationRef>& operations,
                                 std::string_view query, std::size_t limit);

 private:
  struct Slot;
  std::shared_ptr<const ConnectorIndex> index_of(const AccessSnapshot& snapshot,
                                                 const std::shared_ptr<const ConnectorEntry>& connector);

  std::mutex mutex_;
  absl::flat_hash_map<ConnectorId, std::shared_ptr<Slot>> slots_;
};

}  // namespace wick::mcp
