#include "notes/notes_kind.h"

#include <algorithm>

#include "base/json.h"
#include "base/offload.h"
#include "base/text.h"
#include "base/visible_text.h"
#include "notes/notes_store.h"

namespace wick {
namespace {

constexpr std::int64_t kDefaultPage = 20;
constexpr std::size_t kPreviewBytes = 160;

OperationEntry operation(const char* key, const char* name, const char* description, const char* schema) {
  OperationEntry entry;
  entry.key = key;
  entry.name = name;
  entry.description = description;
  entry.input_schema = parse_trusted_json(schema).as_object();
  return entry;
}

std::string text_argument(const json::object& arguments, std::string_view name) {
  const auto* value = arguments.if_contains(name);
  return value != nullptr && is_text(*value) ? std::string(value->get_string()) : std::string();
}

std::int64_t limit_of(const json::object& arguments) {
  const auto* value = arguments.if_contains("limit");
  const auto limit = value == nullptr ? std::nullopt : int64_of(*value);
  return limit ? std::clamp<std::int64_t>(*limit, 1, kMaxNotesPage) : kDefaultPage;
}

json::object to_object(const Note& note) {
  json::object out;
  out["id"] = note.id;
  out["title"] = note.title;
  out["body"] = note.body;
  out["created_at"] = format_rfc3339(note.created_at);
  out["updated_at"] = format_rfc3339(note.updated_at);
  return out;
}

CallResult show(const Note& note, std::string_view heading) {
  CallResult result;
  result.text.append(heading).append(note.title).append("\n\n").append(note.body);
  result.text.append("\n\nid: ").append(note.id).append(", updated ").append(format_rfc3339(note.updated_at));
  result.structured = to_object(note);
  return result;
}

CallResult show_list(const std::vector<Note>& notes, std::string_view none, const std::string& next_cursor) {
  CallResult result;
  json::array items;
  for (const Note& note : notes) {
    const std::string preview(truncate_utf8(note.body, kPreviewBytes));
    result.text.append(result.text.empty() ? "" : "\n")
        .append("- ")
        .append(note.title)
        .append(" (id: ")
        .append(note.id)
        .append(")");
    if (!preview.empty())
      result.text.append("\n  ").append(preview).append(preview.size() < note.body.size() ? "…" : "");
    json::object item;
    item["id"] = note.id;
    item["title"] = note.title;
    item["preview"] = preview;
    item["updated_at"] = format_rfc3339(note.updated_at);
    items.push_back(std::move(item));
  }
  if (notes.empty()) result.text = none;
  json::object structured;
  structured["notes"] = std::move(items);
  if (!next_cursor.empty()) {
    structured["next_cursor"] = next_cursor;
    result.text.append("\n\nThere are more: call list again with cursor \"")
        .append(next_cursor)
        .append("\".");
  }
  result.structured = std::move(structured);
  return result;
}

CallResult no_such_note(std::string_view id) {
  return call_failed("There is no note with the id \"" + std::string(id) +
                     "\" here. Call list or search to find the ids of notes.");
}

// Checks sizes in bytes, which a schema cannot express.
std::optional<CallResult> too_long(const json::object& arguments) {
  if (text_argument(arguments, "title").size() > kMaxNoteTitleBytes) {
    return call_failed("The title is longer than " + std::to_string(kMaxNoteTitleBytes) +
                       " bytes: shorten it.");
  }
  if (arguments.contains("title")) {
    auto named = check_name("The title", text_argument(arguments, "title"), kMaxNoteTitleBytes);
    if (!named) return call_failed(std::move(named.error().message));
  }
  if (text_argument(arguments, "body").size() > kMaxNoteBodyBytes) {
    return call_failed("The body is longer than " + std::to_string(kMaxNoteBodyBytes) +
                       " bytes: split it into several notes.");
  }
  return std::nullopt;
}

std::string cache_key(const Call& call, std::string_view note) {
  return call.connector->id.str() + "/" + std::string(note);
}

}  // namespace

std::size_t NoteCache::size_of(const Entry& entry) {
  return sizeof(Entry) + 2 * entry.key.size() + entry.note->title.size() + entry.note->body.size() + 128;
}

void NoteCache::drop(Shard& shard, std::list<Entry>::iterator entry) {
  shard.bytes -= size_of(*entry);
  shard.by_key.erase(entry->key);
  shard.recent.erase(entry);
}

std::shared_ptr<const Note> NoteCache::find(const std::string& key) {
  Shard& home = shard(key);
  std::lock_guard lock(home.mutex);
  const auto found = home.by_key.find(key);
  if (found == home.by_key.end()) return nullptr;
  home.recent.splice(home.recent.begin(), home.recent, found->second);
  return found->second->note;
}

std::uint64_t NoteCache::generation(const std::string& key) {
  Shard& home = shard(key);
  std::lock_guard lock(home.mutex);
  return home.generation;
}

void NoteCache::put(const std::string& key, std::shared_ptr<const Note> note, std::uint64_t generation) {
  Shard& home = shard(key);
  std::lock_guard lock(home.mutex);
  if (home.generation != generation || home.by_key.contains(key)) return;
  home.recent.push_front({key, std::move(note)});
  home.by_key.emplace(home.recent.front().key, home.recent.begin());
  home.bytes += size_of(home.recent.front());
  while (home.bytes > max_shard_bytes_ && !home.recent.empty()) drop(home, std::prev(home.recent.end()));
}

void NoteCache::erase(const std::string& key) {
  Shard& home = shard(key);
  std::lock_guard lock(home.mutex);
  ++home.generation;
  if (const auto found = home.by_key.find(key); found != home.by_key.end()) drop(home, found->second);
}

NotesKind::NotesKind(Database& db, FairPool& pool, FairPool& searches, const Clock& clock,
                     std::size_t cache_bytes)
    : db_(db), pool_(pool), searches_(searches), clock_(clock), cache_(cache_bytes) {
  db_.on_change("note", [this](const ChangeEntry& entry) -> Result<void> {
    cache_.erase(entry.entity);
    return {};
  });
}

std::vector<OperationEntry> NotesKind::operations() const {
  std::vector<OperationEntry> all;
  all.push_back(
      operation("create", "Create a note", "Creates a note and returns its id.", R"({"type":"object",
    "properties":{"title":{"type":"string","minLength":1,"maxLength":200,"description":"What the note is about."},
    "body":{"type":"string","description":"The text of the note. Markdown is allowed."}},
    "required":["title"],"additionalProperties":false})"));
  all.push_back(
      operation("list", "List notes", "Lists notes, the most recently changed first.", R"({"type":"object",
    "properties":{"limit":{"type":"integer","minimum":1,"maximum":100,"default":20,"description":"How many to return."},
    "cursor":{"type":"string","description":"The next_cursor of the previous page."}},
    "additionalProperties":false})"));
  all.push_back(operation("search", "Search notes", "Finds notes whose title or body contains the words.",
                          R"({"type":"object",
    "properties":{"query":{"type":"string","minLength":1,"maxLength":200,"description":"The words to search for. Case is ignored."},
    "limit":{"type":"integer","minimum":1,"maximum":100,"default":20,"description":"How many to return."}},
    "required":["query"],"additionalProperties":false})"));
  all.push_back(operation("get", "Read a note", "Returns one note with its whole text.", R"({"type":"object",
    "properties":{"id":{"type":"string","description":"The id of the note, as create, list or search returned it."}},
    "required":["id"],"additionalProperties":false})"));
  all.push_back(
      operation("update", "Change a note", "Replaces the title, the body, or both.", R"({"type":"object",
    "properties":{"id":{"type":"string","description":"The id of the note."},
    "title":{"type":"string","minLength":1,"maxLength":200,"description":"The new title. Leave it out to keep the title."},
    "body":{"type":"string","description":"The new text. Leave it out to keep the text."}},
    "required":["id"],"additionalProperties":false})"));
  all.push_back(operation("delete", "Delete a note", "Deletes a note permanently.", R"({"type":"object",
    "properties":{"id":{"type":"string","description":"The id of the note."}},
    "required":["id"],"additionalProperties":false})"));
  for (OperationEntry& entry : all) {
    entry.read_only = entry.key == "list" || entry.key == "search" || entry.key == "get";
    entry.idempotent = entry.read_only || entry.key == "update" || entry.key == "delete";
    entry.destructive = entry.key == "delete";
    entry.enabled = !entry.destructive;
    entry.is_local = true;
  }
  return all;
}

Result<void> NotesKind::check_config(const json::object& config) const {
  if (!config.empty())
    return fail(ErrorCode::kInvalidArgument, "A notes connector has nothing to configure.");
  return {};
}

Result<void> NotesKind::check_operation(const json::object&) const {
  return fail(ErrorCode::kInvalidArgument, "The operations of a notes connector are built in.");
}

CallTask NotesKind::call(Call call) {
  static constexpr std::pair<std::string_view, Operation> kOperations[] = {
      {"create", &NotesKind::create}, {"list", &NotesKind::list},     {"search", &NotesKind::search},
      {"get", &NotesKind::get},       {"update", &NotesKind::update}, {"delete", &NotesKind::remove}};
  if (call.operation->key == "get") {
    const std::string id = text_argument(call.arguments, "id");
    if (const auto note = cache_.find(cache_key(call, id))) co_return show(*note, "");
  }
  for (const auto& [key, operation] : kOperations) {
    if (call.operation->key != key) continue;
    const auto work = [this, operation, &call]() -> Result<CallResult> { return (this->*operation)(call); };
    FairPool& pool = key == "search" ? searches_ : pool_;
    auto done = co_await offload(pool, call.user.str(), work);
    if (done) co_return std::move(*done);
    CallResult refused = call_failed(std::move(done.error().message));
    refused.rate_limited = done.error().code == ErrorCode::kRateLimited;
    co_return refused;
  }
  co_return call_failed("Notes have no operation \"" + call.operation->key + "\".");
}

CallResult NotesKind::create(const Call& call) {
  if (auto refused = too_long(call.arguments)) return std::move(*refused);
  Note note;
  note.id = NoteId::make().str();
  note.title = text_argument(call.arguments, "title");
  note.body = text_argument(call.arguments, "body");
  note.author_id = call.user.str();
  note.created_at = note.updated_at = clock_.now();
  const std::string connector = call.connector->id.str();
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(count, notes_store::count(tx, connector));
    if (count >= kMaxNotesPerConnector) {
      return fail(ErrorCode::kLimit, "This connector holds " + std::to_string(kMaxNotesPerConnector) +
                                         " notes, which is the limit: delete some first.");
    }
    return notes_store::insert(tx, connector, note);
  });
  if (!done) return call_failed(done.error().message);
  return show(note, "Kept: ");
}

CallResult NotesKind::list(const Call& call) {
  const std::int64_t limit = limit_of(call.arguments);
  notes_store::Position before;
  const std::string cursor = text_argument(call.arguments, "cursor");
  if (!cursor.empty()) {
    const auto colon = cursor.find(':');
    const std::string digits = cursor.substr(0, colon);
    if (colon == std::string::npos || digits.empty() || digits.size() > 18 ||
        digits.find_first_not_of("0123456789") != std::string::npos) {
      return call_failed("The cursor was not returned by list: leave it out to start with the newest note.");
    }
    before = {std::stoll(digits), cursor.substr(colon + 1)};
  }
  std::vector<Note> notes;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    WICK_TRY(found, notes_store::list(tx, call.connector->id.str(), before, limit + 1));
    notes = std::move(found);
    return {};
  });
  if (!done) return call_failed(done.error().message);
  std::string next;
  if (std::int64_t(notes.size()) > limit) {
    notes.pop_back();
    next = std::to_string(notes.back().updated_at) + ":" + notes.back().id;
  }
  return show_list(notes, "There are no notes yet. Call create to add one.", next);
}

// Searches in steps, each in its own transaction, most recently changed notes first. So no search keeps an old
// view of the database for long, and none runs longer than kMaxNotesSearchTime.
CallResult NotesKind::search(const Call& call) {
  const std::string connector = call.connector->id.str();
  const std::string query = text_argument(call.arguments, "query");
  const std::int64_t limit = limit_of(call.arguments);
  const Micros ends_at = clock_.now() + to_micros(kMaxNotesSearchTime);
  std::vector<Note> notes;
  notes_store::Position after;
  std::int64_t seen = 0;
  for (bool has_more = true; has_more && std::int64_t(notes.size()) < limit;) {
    auto done = db_.read([&](Transaction& tx) -> Result<void> {
      WICK_TRY(step, notes_store::search(tx, connector, query, after, kNotesPerSearchStep));
      has_more = step.read == kNotesPerSearchStep;
      seen += step.read;
      after = step.last;
      for (Note& note : step.found) notes.push_back(std::move(note));
      return {};
    });
    if (!done) return call_failed(done.error().message);
    if (has_more && std::int64_t(notes.size()) < limit && clock_.now() >= ends_at) {
      notes.resize(std::min(notes.size(), std::size_t(limit)));
      CallResult part = show_list(notes, "No note was found.", "");
      part.text = "Only the " + std::to_string(seen) +
                  " most recently changed notes were searched: there are more than can be searched in " +
                  std::to_string(kMaxNotesSearchTime.count()) + " seconds.\n\n" + part.text;
      return part;
    }
  }
  notes.resize(std::min(notes.size(), std::size_t(limit)));
  return show_list(notes, "No note contains these words. Try fewer or other words, or call list.", "");
}

Result<std::shared_ptr<const Note>> NotesKind::load(const std::string& connector, const std::string& id) {
  const std::string key = connector + "/" + id;
  const std::uint64_t generation = cache_.generation(key);
  Result<Note> note = fail(ErrorCode::kNotFound, "");
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    note = notes_store::get(tx, connector, id);
    if (!note) return fail(note.error());
    return {};
  });
  WICK_CHECK(done);
  auto shared = std::make_shared<const Note>(std::move(*note));
  cache_.put(key, shared, generation);
  return shared;
}

CallResult NotesKind::get(const Call& call) {
  const std::string id = text_argument(call.arguments, "id");
  const auto note = load(call.connector->id.str(), id);
  if (!note)
    return note.error().code == ErrorCode::kNotFound ? no_such_note(id) : call_failed(note.error().message);
  return show(**note, "");
}

CallResult NotesKind::update(const Call& call) {
  if (auto refused = too_long(call.arguments)) return std::move(*refused);
  const std::string id = text_argument(call.arguments, "id");
  const std::string connector = call.connector->id.str();
  Note note;
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(found, notes_store::get(tx, connector, id));
    note = std::move(found);
    if (call.arguments.contains("title")) note.title = text_argument(call.arguments, "title");
    if (call.arguments.contains("body")) note.body = text_argument(call.arguments, "body");
    note.updated_at = clock_.now();
    return notes_store::update(tx, connector, note);
  });
  if (!done)
    return done.error().code == ErrorCode::kNotFound ? no_such_note(id) : call_failed(done.error().message);
  return show(note, "Changed: ");
}

CallResult NotesKind::remove(const Call& call) {
  const std::string id = text_argument(call.arguments, "id");
  auto done = db_.write_with_reserve(
      [&](Transaction& tx) { return notes_store::remove(tx, call.connector->id.str(), id); });
  if (!done)
    return done.error().code == ErrorCode::kNotFound ? no_such_note(id) : call_failed(done.error().message);
  CallResult result;
  result.text = "Deleted the note " + id + ".";
  json::object structured;
  structured["deleted"] = id;
  result.structured = std::move(structured);
  return result;
}

}  // namespace wick
