#include "access/snapshot.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "access/snapshot_store.h"

namespace wick {
namespace {

bool is_before(const ConnectorTable::Pointer& a, const ConnectorTable::Pointer& b) {
  return std::tie(a->label, a->id) < std::tie(b->label, b->id);
}

}  // namespace

ConnectorTable::ConnectorTable(std::vector<Pointer> connectors) {
  std::sort(connectors.begin(), connectors.end(), is_before);
  set_sorted(std::move(connectors));
}

void ConnectorTable::set_sorted(std::vector<Pointer> connectors) {
  auto table = std::make_shared<Table>();
  table->by_label = std::move(connectors);
  table->by_id.reserve(table->by_label.size());
  table->by_slug.reserve(table->by_label.size());
  for (std::uint32_t place = 0; place < table->by_label.size(); ++place) {
    const ConnectorEntry& connector = *table->by_label[place];
    table->by_id.emplace(connector.id, place);
    table->by_slug[connector.slug].push_back(place);
  }
  table_ = std::move(table);
}

ConnectorTable::Pointer ConnectorTable::find(const ConnectorId& id) const {
  const auto found = table_->by_id.find(id);
  return found == table_->by_id.end() ? nullptr : table_->by_label[found->second];
}

const ConnectorTable::Places& ConnectorTable::with_slug(std::string_view slug) const {
  static const Places none;
  const auto found = table_->by_slug.find(slug);
  return found == table_->by_slug.end() ? none : found->second;
}

void ConnectorTable::put(Pointer connector) {
  std::vector<Pointer> next = without(connector->id);
  const auto place = std::lower_bound(next.begin(), next.end(), connector, is_before);
  next.insert(place, std::move(connector));
  set_sorted(std::move(next));
}

void ConnectorTable::erase(const ConnectorId& id) {
  if (table_->by_id.contains(id)) set_sorted(without(id));
}

std::vector<ConnectorTable::Pointer> ConnectorTable::without(const ConnectorId& id) const {
  std::vector<Pointer> rest;
  rest.reserve(size() + 1);
  std::copy_if(begin(), end(), std::back_inserter(rest), [&](const Pointer& one) { return one->id != id; });
  return rest;
}

bool AccessSnapshot::may_use(const UserEntry& user, const ConnectorEntry& connector) const {
  if (user.status != UserStatus::kActive || connector.disabled) return false;
  if (user.role == Role::kAdmin) return true;
  bool restricted = false;
  for (const TagId& id : connector.tags) {
    const TagEntry* known = tag(id);
    if (known == nullptr || !known->filter) continue;
    if (std::binary_search(user.tags.begin(), user.tags.end(), id)) return true;
    restricted = true;
  }
  return !restricted;
}

std::vector<const ConnectorEntry*> AccessSnapshot::visible(const UserEntry& user) const {
  std::vector<const ConnectorEntry*> out;
  for (const auto& connector : connectors) {
    if (may_use(user, *connector)) out.push_back(connector.get());
  }
  return out;
}

AccessStore::AccessStore(Database& db, KindOperations kind_operations)
    : db_(db), kind_operations_(std::move(kind_operations)) {
  current_.store(std::make_shared<AccessSnapshot>());
}

Result<void> AccessStore::start() {
  for (const char* kind : {"user", "tag", "connector"}) {
    db_.on_change(kind, [this](const ChangeEntry& entry) {
      mark(entry);
      return Result<void>();
    });
    db_.after_change(kind, [this] { return catch_up(); });
  }
  {
    const std::lock_guard lock(mutex_);
    pending_.everything = true;
    ++marked_;
  }
  return catch_up();
}

void AccessStore::mark(const ChangeEntry& entry) {
  const std::lock_guard lock(mutex_);
  ++marked_;
  if (entry.kind == "user") {
    pending_.users.insert(entry.entity);
  } else if (entry.kind == "connector") {
    pending_.connectors.insert(entry.entity);
  } else {
    pending_.tags.insert(entry.entity);
  }
}

Result<void> AccessStore::catch_up() {
  std::unique_lock lock(mutex_);
  const std::uint64_t needed = marked_;
  while (loaded_ < needed) {
    if (loading_) {
      load_ended_.wait(lock);
      continue;
    }
    loading_ = true;
    const std::uint64_t covered = marked_;
    const Pending pending = std::exchange(pending_, {});
    lock.unlock();
    Result<void> done = load(pending);
    lock.lock();
    loading_ = false;
    if (done) loaded_ = covered;
    load_ended_.notify_all();
    if (!done) return done;  // the process ends, see Database::after_change
  }
  return {};
}

Result<void> AccessStore::load(const Pending& pending) {
  const auto before = current_.load();
  auto next = std::make_shared<AccessSnapshot>();
  if (!pending.everything) *next = *before;
  next->version = before->version + 1;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    if (pending.everything) return snapshot_store::load_everything(tx, kind_operations_, *next);
    for (const std::string& id : pending.tags) {
      WICK_CHECK(snapshot_store::load_tag(tx, id, *next));
    }
    for (const std::string& id : pending.users) {
      WICK_CHECK(snapshot_store::load_user(tx, id, *next));
    }
    for (const std::string& id : pending.connectors) {
      WICK_CHECK(snapshot_store::load_connector(tx, id, kind_operations_, *next));
    }
    return {};
  });
  if (!done) return done;
  current_.store(std::move(next));
  if (on_change_) on_change_();
  return {};
}

}  // namespace wick
