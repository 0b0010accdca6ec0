#include "db/search_index.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace wick::search_index {
namespace {

// Separates two columns. clean() removes it from queries.
constexpr char kSeparator = '\n';

std::string clean(std::string_view text) {
  std::string out = to_lower_ascii(text);
  std::replace(out.begin(), out.end(), kSeparator, ' ');
  std::replace(out.begin(), out.end(), '\0', ' ');
  return out;
}

Result<void> only_done(Result<std::int64_t> done) {
  if (!done) return fail(std::move(done.error()));
  return {};
}

}  // namespace

bool can_find(std::string_view query) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return std::size_t(std::count_if(query.begin(), query.end(), starts)) >= kMinCharacters;
}

std::string joined(std::initializer_list<std::string_view> columns) {
  std::string out;
  for (const std::string_view column : columns) out.append(clean(column)).append(1, kSeparator);
  return out;
}

Result<void> put(Transaction& tx, Table table, std::int64_t row, std::string_view text) {
  const char* sql = table == Table::kTokens ? "INSERT INTO token_search (rowid, text) VALUES ($1, $2)"
                                            : "INSERT INTO user_search (rowid, text) VALUES ($1, $2)";
  return only_done(tx.execute(sql, {row, text}));
}

Result<void> remove(Transaction& tx, Table table, std::int64_t row, std::string_view text) {
  // FTS5 "The 'delete' Command": of a table without content.
  const char* sql = table == Table::kTokens
                        ? "INSERT INTO token_search (token_search, rowid, text) VALUES ('delete', $1, $2)"
                        : "INSERT INTO user_search (user_search, rowid, text) VALUES ('delete', $1, $2)";
  return only_done(tx.execute(sql, {row, text}));
}

namespace {

// A phrase: the consecutive trigrams of the query.
std::string phrase_of(std::string_view query) {
  std::string phrase = clean(query);
  replace_all(phrase, "\"", "\"\"");
  return "\"" + phrase + "\"";
}

// FTS5 walks its lists in either order of rowid and can begin at a given rowid.
Result<std::vector<std::int64_t>> select(Transaction& tx, Table table, const std::string& rest,
                                         SqlParams params) {
  const std::string name = table == Table::kTokens ? "token_search" : "user_search";
  std::vector<std::int64_t> rows;
  WICK_CHECK(tx.for_each("SELECT rowid FROM " + name + " WHERE " + name + " MATCH $1 " + rest, params,
                         [&](const SqlRow& row) { rows.push_back(row.integer(0)); }));
  return rows;
}

}  // namespace

Result<std::vector<std::int64_t>> find(Transaction& tx, Table table, std::string_view query,
                                       std::int64_t limit) {
  const std::string phrase = phrase_of(query);
  const SqlParam params[] = {std::string_view(phrase), limit};
  return select(tx, table, "LIMIT $2", params);
}

Result<std::vector<std::int64_t>> find_beyond(Transaction& tx, Table table, std::string_view query,
                                              std::optional<std::int64_t> from, bool descending,
                                              std::int64_t limit) {
  constexpr auto kEnd = std::numeric_limits<std::int64_t>::max();
  const std::string phrase = phrase_of(query);
  const SqlParam params[] = {std::string_view(phrase), from.value_or(descending ? kEnd : -1), limit};
  return select(
      tx, table,
      descending ? "AND rowid < $2 ORDER BY rowid DESC LIMIT $3" : "AND rowid > $2 ORDER BY rowid LIMIT $3",
      params);
}

}  // namespace wick::search_index
