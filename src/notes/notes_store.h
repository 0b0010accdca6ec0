// The SQL of notes: one function per statement, each inside the transaction of the caller. Writes name the note
// in the change log.
#pragma once

#include <string>
#include <vector>

#include "db/database.h"
#include "notes/notes_kind.h"

namespace wick::notes_store {

// The end of a page. The default is before all notes.
struct Position {
  Micros updated_at = INT64_MAX;
  std::string id;
};

Result<std::int64_t> count(Transaction& tx, const std::string& connector);
Result<void> insert(Transaction& tx, const std::string& connector, const Note& note);
// Errors: kNotFound
Result<Note> get(Transaction& tx, const std::string& connector, const std::string& id);
Result<void> update(Transaction& tx, const std::string& connector, const Note& note);
Result<void> remove(Transaction& tx, const std::string& connector, const std::string& id);
// Most recently changed first. Index: notes_connector.
Result<std::vector<Note>> list(Transaction& tx, const std::string& connector, const Position& before,
                               std::int64_t limit);
// One step of a search: reads the `limit` notes after a position and returns those whose title or body contains
// the words, ignoring case. Index: notes_connector.
struct SearchStep {
  std::vector<Note> found;
  std::int64_t read = 0;  // fewer than `limit` at the end
  Position last;
};
Result<SearchStep> search(Transaction& tx, const std::string& connector, std::string_view words,
                          const Position& after, std::int64_t limit);

}  // namespace wick::notes_store
