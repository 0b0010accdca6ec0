#include "access/tag_service.h"

#include "base/text.h"
#include "base/visible_text.h"

namespace wick {
namespace {

constexpr const char* kSelect =
    "SELECT id, name, description, filter, (SELECT COUNT(*) FROM user_tags WHERE tag_id = tags.id), "
    "(SELECT COUNT(*) FROM connector_tags WHERE tag_id = tags.id) FROM tags ";

Tag read(const SqlRow& row) {
  return {row.text(0), row.text(1), row.text(2), row.integer(3) != 0, row.integer(4), row.integer(5)};
}

Result<void> check(const Tag& tag) {
  if (auto named = check_name("The name", tag.name, kMaxTagNameBytes); !named) return named;
  return check_description("The description", tag.description, kMaxTagDescriptionBytes);
}

Result<void> name_taken(Error error, const std::string& name) {
  if (error.code == ErrorCode::kConflict) error.message = "There is a tag \"" + name + "\" already.";
  return fail(std::move(error));
}

Result<Tag> get(Transaction& tx, const std::string& id) {
  std::optional<Tag> found;
  WICK_CHECK(tx.for_each(std::string(kSelect) + "WHERE id = $1", {std::string_view(id)},
                         [&](const SqlRow& row) { found = read(row); }));
  if (!found) return fail(ErrorCode::kNotFound, "There is no tag with this id.");
  return std::move(*found);
}

void apply(Tag& tag, const TagPatch& patch) {
  if (patch.name) tag.name = std::string(trim(*patch.name));
  if (patch.description) tag.description = *patch.description;
  if (patch.filter) tag.filter = *patch.filter;
}

}  // namespace

Result<std::vector<Tag>> TagService::list() {
  std::vector<Tag> tags;
  auto done = db_.read([&](Transaction& tx) {
    return tx.for_each(std::string(kSelect) + "ORDER BY name", {},
                       [&](const SqlRow& row) { tags.push_back(read(row)); });
  });
  WICK_CHECK(done);
  return tags;
}

Result<Tag> TagService::create(TagPatch patch) {
  Tag tag;
  tag.id = TagId::make().str();
  apply(tag, patch);
  WICK_CHECK(check(tag));
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    std::int64_t count = 0;
    auto counted =
        tx.for_each("SELECT COUNT(*) FROM tags", {}, [&](const SqlRow& row) { count = row.integer(0); });
    if (!counted) return counted;
    if (count >= kMaxTags)
      return fail(ErrorCode::kLimit,
                  "There are " + std::to_string(kMaxTags) + " tags, the most there can be.");
    auto inserted = tx.execute("INSERT INTO tags (id, name, description, filter) VALUES ($1, $2, $3, $4)",
                               {std::string_view(tag.id), std::string_view(tag.name),
                                std::string_view(tag.description), std::int64_t(tag.filter)});
    if (!inserted) return name_taken(std::move(inserted.error()), tag.name);
    return tx.changed("tag", tag.id);
  });
  WICK_CHECK(done);
  return tag;
}

Result<Tag> TagService::update(const std::string& id, TagPatch patch) {
  Tag tag;
  auto done = db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(found, get(tx, id));
    tag = found;
    apply(tag, patch);
    if (auto sound = check(tag); !sound) return sound;
    if (tag == found) {
      tx.unchanged("tag");
      return {};
    }
    auto updated = tx.execute("UPDATE tags SET name = $2, description = $3, filter = $4 WHERE id = $1",
                              {std::string_view(id), std::string_view(tag.name),
                               std::string_view(tag.description), std::int64_t(tag.filter)});
    if (!updated) return name_taken(std::move(updated.error()), tag.name);
    return tx.changed("tag", id);
  });
  WICK_CHECK(done);
  return tag;
}

Result<void> TagService::remove(const std::string& id) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(removed, tx.execute("DELETE FROM tags WHERE id = $1", {std::string_view(id)}));
    if (removed == 0) return fail(ErrorCode::kNotFound, "There is no tag with this id.");
    return tx.changed("tag", id);
  });
}

}  // namespace wick
