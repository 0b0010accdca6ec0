#include "access/tag_service.h"

#include "access/tag_store.h"
#include "base/text.h"
#include "base/visible_text.h"

namespace wick {
namespace {

Result<void> check(const Tag& tag) {
  WICK_CHECK(check_name("The name", tag.name, kMaxTagNameBytes));
  return check_description("The description", tag.description, kMaxTagDescriptionBytes);
}

void apply(Tag& tag, const TagPatch& patch) {
  if (patch.name) tag.name = std::string(trim(*patch.name));
  if (patch.description) tag.description = *patch.description;
  if (patch.filter) tag.filter = *patch.filter;
}

}  // namespace

Result<std::vector<Tag>> TagService::list() {
  return db_.read([](Transaction& tx) { return tag_store::list(tx); });
}

Result<Tag> TagService::create(TagPatch patch) {
  Tag tag;
  tag.id = TagId::make().str();
  apply(tag, patch);
  WICK_CHECK(check(tag));
  WICK_CHECK(db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(count, tag_store::count(tx));
    if (count >= kMaxTags) {
      return fail(ErrorCode::kLimit,
                  "There are " + std::to_string(kMaxTags) + " tags, the most there can be.");
    }
    WICK_CHECK(tag_store::insert(tx, tag));
    return tx.changed("tag", tag.id);
  }));
  return tag;
}

Result<Tag> TagService::update(const std::string& id, TagPatch patch) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<Tag> {
    WICK_TRY(found, tag_store::get(tx, id));
    Tag tag = found;
    apply(tag, patch);
    WICK_CHECK(check(tag));
    if (tag == found) {
      tx.unchanged("tag");
      return tag;
    }
    WICK_CHECK(tag_store::update(tx, tag));
    WICK_CHECK(tx.changed("tag", id));
    return tag;
  });
}

Result<void> TagService::remove(const std::string& id) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_CHECK(tag_store::remove(tx, id));
    return tx.changed("tag", id);
  });
}

}  // namespace wick
