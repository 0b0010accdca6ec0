// Substring search: which rows have a text that holds another, found by an index of all runs of three
// characters. The only place that knows how the engine does it: FTS5 with the trigram tokenizer in SQLite; in
// PostgreSQL it would be a GIN index with pg_trgm on the column itself.
//
// An index keeps no texts, only where they occur: remove() needs the same text that put() was given. Letters
// are compared as lower-case ASCII.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "db/database.h"

namespace wick::search_index {

// Shorter ones are not in the index: search for them by prefix.
inline constexpr std::size_t kMinCharacters = 3;

enum class Table { kTokens, kUsers };

// Whether `query` is long enough for find().
bool can_find(std::string_view query);
// The text that is indexed for several columns; no query matches across two of them.
std::string joined(std::initializer_list<std::string_view> columns);

Result<void> put(Transaction& tx, Table table, std::int64_t row, std::string_view text);
Result<void> remove(Transaction& tx, Table table, std::int64_t row, std::string_view text);
// At most `most` rows whose text holds `query`, in no particular order.
Result<std::vector<std::int64_t>> find(Transaction& tx, Table table, std::string_view query,
                                       std::int64_t most);

}  // namespace wick::search_index
