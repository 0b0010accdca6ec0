// The SQL of notes: one function per statement, each inside the caller's transaction; writes name the note in
// the change log.
#pragma once

#include <string>
#include <vector>

#include "db/database.h"
#include "notes/notes_kind.h"

namespace wick::notes_store {

// Where a page ended. The default is before everything.
struct Position {
  Micros updated_at = INT64_MAX;
  std::string id;
};

Result<std::int64_t> count(Transaction& tx, const std::string& connector);
Result<void> insert(Transaction& tx, const std::string& connector, const Note& note);
// kNotFound when there is none.
Result<Note> get(Transaction& tx, const std::string& connector, const std::string& id);
Result<void> update(Transaction& tx, const std::string& connector, const Note& note);
Result<void> remove(Transaction& tx, const std::string& connector, const std::string& id);
// The most recently changed first. Index: notes_connector.
Result<std::vector<Note>> list(Transaction& tx, const std::string& connector, const Position& before,
                               std::int64_t limit);
// One step of a search: looks at the `limit` notes after a position and finds those with the words in title
// or body, without case. Index: notes_connector.
struct SearchStep {
  std::vector<Note> found;
  std::int64_t looked_at = 0;  // fewer than `limit`: those were the last
  Position last;
};
Result<SearchStep> search(Transaction& tx, const std::string& connector, std::string_view words,
                          const Position& after, std::int64_t limit);

}  // namespace wick::notes_store
