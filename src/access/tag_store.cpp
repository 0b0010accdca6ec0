#include "access/tag_store.h"

#include <optional>

namespace wick::tag_store {
namespace {

constexpr const char* kSelect =
    "SELECT id, name, description, filter, (SELECT COUNT(*) FROM user_tags WHERE tag_id = tags.id), "
    "(SELECT COUNT(*) FROM connector_tags WHERE tag_id = tags.id) FROM tags ";

Tag read(const SqlRow& row) {
  return {row.text(0), row.text(1), row.text(2), row.integer(3) != 0, row.integer(4), row.integer(5)};
}

Result<void> explain_conflict(Result<std::int64_t> written, const std::string& name) {
  if (written) return {};
  if (written.error().code == ErrorCode::kConflict)
    written.error().message = "There is a tag \"" + name + "\" already.";
  return fail(std::move(written.error()));
}

std::unexpected<Error> no_tag() {
  return fail(ErrorCode::kNotFound, "There is no tag with this id.");
}

}  // namespace

Result<std::vector<Tag>> list(Transaction& tx) {
  std::vector<Tag> tags;
  WICK_CHECK(tx.for_each(std::string(kSelect) + "ORDER BY name", {},
                         [&](const SqlRow& row) { tags.push_back(read(row)); }));
  return tags;
}

Result<Tag> get(Transaction& tx, const std::string& id) {
  std::optional<Tag> found;
  WICK_CHECK(tx.for_each(std::string(kSelect) + "WHERE id = $1", {std::string_view(id)},
                         [&](const SqlRow& row) { found = read(row); }));
  if (!found) return no_tag();
  return std::move(*found);
}

Result<std::int64_t> count(Transaction& tx) {
  std::int64_t count = 0;
  WICK_CHECK(
      tx.for_each("SELECT COUNT(*) FROM tags", {}, [&](const SqlRow& row) { count = row.integer(0); }));
  return count;
}

Result<void> insert(Transaction& tx, const Tag& tag) {
  return explain_conflict(
      tx.execute("INSERT INTO tags (id, name, description, filter) VALUES ($1, $2, $3, $4)",
                 {std::string_view(tag.id), std::string_view(tag.name), std::string_view(tag.description),
                  std::int64_t(tag.filter)}),
      tag.name);
}

Result<void> update(Transaction& tx, const Tag& tag) {
  return explain_conflict(tx.execute("UPDATE tags SET name = $2, description = $3, filter = $4 WHERE id = $1",
                                     {std::string_view(tag.id), std::string_view(tag.name),
                                      std::string_view(tag.description), std::int64_t(tag.filter)}),
                          tag.name);
}

Result<void> remove(Transaction& tx, const std::string& id) {
  WICK_TRY(removed, tx.execute("DELETE FROM tags WHERE id = $1", {std::string_view(id)}));
  if (removed == 0) return no_tag();
  return {};
}

}  // namespace wick::tag_store
