// Search: finds the operations that fit a query, best first.
//
// The search matches an operation's name, key, path, tags, description and arguments, and its connector's
// label, tags and description. A word of the query fits the same word in any inflection and its synonyms
// (synonyms.h). If neither occurs, it fits words that it begins or misspells. Matches are weighted by field and
// by rarity: BM25F (Robertson, Zaragoza: "The Probabilistic Relevance Framework: BM25 and Beyond", 2009).
//
// Each connector has its own index, built when a query first reaches the connector and again after a change of
// an indexed text. The results and their order depend only on the operations passed to find(): rarity and the
// occurrence of words are counted over these operations, and lengths are compared with constants. So operations
// that the caller cannot access never influence a result.
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
inline constexpr std::size_t kMaxQueryWords = 32;     // further words are ignored
inline constexpr std::size_t kMaxCorrectedWords = 8;  // of one query
inline constexpr std::size_t kMaxWordVariants = 12;   // of one word that does not occur itself
inline constexpr std::size_t kMaxIndexedWords = 500;  // of one field of one operation

class ConnectorIndex;

// Thread-safe: a mutex guards the map and is held for look-ups only. The first caller builds an index while
// others that need the same index wait. A finished index is immutable.
class Search {
 public:
  Search();
  ~Search();
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  // At most `limit` of `operations`, best first; operations that fit much worse than the best are left out.
  // `operations` belong to `snapshot`, and those of one connector are consecutive, as
  // EffectiveAccess::operations() returns them. A query longer than kMaxQueryBytes finds nothing.
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
