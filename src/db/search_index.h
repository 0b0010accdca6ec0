// Substring search: finds the rows whose text contains a query, by an index of all trigrams. Only this file
// knows the feature of the engine: FTS5 with the trigram tokenizer in SQLite. In PostgreSQL it would be a GIN
// index with pg_trgm on the column.
//
// An index stores positions and no texts, so remove() needs the same text as put(). ASCII letters are compared
// without case.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/database.h"

namespace wick::search_index {

// Shorter queries cannot use the index: search by prefix instead.
inline constexpr std::size_t kMinCharacters = 3;

enum class Table { kTokens, kUsers };

// Whether `query` has at least kMinCharacters.
bool can_find(std::string_view query);
// The text to index for several columns. No query matches across two columns.
std::string joined(std::initializer_list<std::string_view> columns);

Result<void> put(Transaction& tx, Table table, std::int64_t row, std::string_view text);
Result<void> remove(Transaction& tx, Table table, std::int64_t row, std::string_view text);
// At most `limit` rows whose text contains `query`, in no particular order.
Result<std::vector<std::int64_t>> find(Transaction& tx, Table table, std::string_view query,
                                       std::int64_t limit);
// The same in ascending or descending order of the row numbers, and only rows beyond `from`.
Result<std::vector<std::int64_t>> find_beyond(Transaction& tx, Table table, std::string_view query,
                                              std::optional<std::int64_t> from, bool descending,
                                              std::int64_t limit);

}  // namespace wick::search_index
