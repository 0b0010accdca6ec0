#include "notes/notes_store.h"

#include <cstring>

#include "base/text.h"

namespace wick::notes_store {
namespace {

#define WICK_NOTE "SELECT id, title, body, author_id, created_at, updated_at FROM notes "

Note read(const SqlRow& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4), row.integer(5)};
}

Result<void> changed(Transaction& tx, const std::string& connector, const std::string& id,
                     Result<std::int64_t> done) {
  if (!done) return fail(std::move(done.error()));
  if (*done == 0) return fail(ErrorCode::kNotFound, "There is no note with this id.");
  return tx.changed("note", connector + "/" + id);
}

// memmem() is linear in the text for any words; LIKE is not.
bool contains(std::string_view text, std::string_view lower_words) {
  const std::string lower = to_lower_ascii(text);
  return memmem(lower.data(), lower.size(), lower_words.data(), lower_words.size()) != nullptr;
}

}  // namespace

Result<std::int64_t> count(Transaction& tx, const std::string& connector) {
  std::int64_t total = 0;
  const std::string name = "notes " + connector;
  WICK_CHECK(tx.for_each("SELECT value FROM kept_counts WHERE name = $1", {std::string_view(name)},
                         [&](const SqlRow& row) { total = row.integer(0); }));
  return total;
}

Result<void> insert(Transaction& tx, const std::string& connector, const Note& note) {
  return changed(
      tx, connector, note.id,
      tx.execute(
          "INSERT INTO notes (id, connector_id, title, body, author_id, created_at, updated_at) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7)",
          {std::string_view(note.id), std::string_view(connector), std::string_view(note.title),
           std::string_view(note.body), std::string_view(note.author_id), note.created_at, note.updated_at}));
}

Result<Note> get(Transaction& tx, const std::string& connector, const std::string& id) {
  std::optional<Note> note;
  WICK_CHECK(tx.for_each(WICK_NOTE "WHERE id = $1 AND connector_id = $2",
                         {std::string_view(id), std::string_view(connector)},
                         [&](const SqlRow& row) { note = read(row); }));
  if (!note) return fail(ErrorCode::kNotFound, "There is no note with this id.");
  return std::move(*note);
}

Result<void> update(Transaction& tx, const std::string& connector, const Note& note) {
  return changed(
      tx, connector, note.id,
      tx.execute(
          "UPDATE notes SET title = $3, body = $4, updated_at = $5 WHERE id = $1 AND connector_id = $2",
          {std::string_view(note.id), std::string_view(connector), std::string_view(note.title),
           std::string_view(note.body), note.updated_at}));
}

Result<void> remove(Transaction& tx, const std::string& connector, const std::string& id) {
  return changed(tx, connector, id,
                 tx.execute("DELETE FROM notes WHERE id = $1 AND connector_id = $2",
                            {std::string_view(id), std::string_view(connector)}));
}

Result<std::vector<Note>> list(Transaction& tx, const std::string& connector, const Position& before,
                               std::int64_t limit) {
  std::vector<Note> notes;
  WICK_CHECK(tx.for_each(WICK_NOTE
                         "WHERE connector_id = $1 AND (updated_at < $2 OR (updated_at = $2 AND id < $3)) "
                         "ORDER BY updated_at DESC, id DESC LIMIT $4",
                         {std::string_view(connector), before.updated_at, std::string_view(before.id), limit},
                         [&](const SqlRow& row) { notes.push_back(read(row)); }));
  return notes;
}

Result<SearchStep> search(Transaction& tx, const std::string& connector, std::string_view words,
                          const Position& after, std::int64_t limit) {
  const std::string lower_words = to_lower_ascii(words);
  SearchStep step;
  auto done = tx.for_each(WICK_NOTE
                          "WHERE connector_id = $1 AND (updated_at < $2 OR (updated_at = $2 AND id < $3)) "
                          "ORDER BY updated_at DESC, id DESC LIMIT $4",
                          {std::string_view(connector), after.updated_at, std::string_view(after.id), limit},
                          [&](const SqlRow& row) {
                            ++step.read;
                            step.last = {row.integer(5), row.text(0)};
                            if (contains(row.bytes(1), lower_words) || contains(row.bytes(2), lower_words))
                              step.found.push_back(read(row));
                          });
  WICK_CHECK(done);
  return step;
}

}  // namespace wick::notes_store
