#include "db/search_index.h"

#include <algorithm>

#include "base/text.h"

namespace wick::search_index {
namespace {

// Between two columns. No query has it: clean() takes it out.
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

Result<std::vector<std::int64_t>> find(Transaction& tx, Table table, std::string_view query,
                                       std::int64_t most) {
  // A phrase: the three-character runs of the query, one after the other.
  std::string phrase = clean(query);
  replace_all(phrase, "\"", "\"\"");
  phrase = "\"" + phrase + "\"";
  const char* sql = table == Table::kTokens
                        ? "SELECT rowid FROM token_search WHERE token_search MATCH $1 LIMIT $2"
                        : "SELECT rowid FROM user_search WHERE user_search MATCH $1 LIMIT $2";
  std::vector<std::int64_t> rows;
  auto done = tx.for_each(sql, {std::string_view(phrase), most},
                          [&](const SqlRow& row) { rows.push_back(row.integer(0)); });
  if (!done) return fail(std::move(done.error()));
  return rows;
}

}  // namespace wick::search_index
