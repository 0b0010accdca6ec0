// The access snapshot: all users, tags, connectors and operations at one moment, immutable. A change replaces it.
//
// A request takes one shared_ptr and decides everything from it. A change stores the next snapshot before the change is
// answered (AccessStore gives the reason), so a call that begins after the answer uses a snapshot with the change.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/entries.h"
#include "access/shared_map.h"
#include "base/id.h"
#include "base/result.h"
#include "base/shared_slot.h"
#include "db/database.h"

namespace wick {

// All connectors by label, with indexes by id and by slug. A value: copies share everything until one of them changes, and
// a change copies the table of pointers, never a connector. Reading is thread-safe.
class ConnectorTable {
 public:
  using Pointer = std::shared_ptr<const ConnectorEntry>;
  using Places = absl::InlinedVector<std::uint32_t, 1>;

  ConnectorTable() : ConnectorTable(std::vector<Pointer>()) {}
  // One connector for each id.
  explicit ConnectorTable(std::vector<Pointer> connectors);

  auto begin() const { return table_->by_label.begin(); }
  auto end() const { return table_->by_label.end(); }
  std::size_t size() const { return table_->by_label.size(); }
  const Pointer& operator[](std::size_t place) const { return table_->by_label[place]; }
  const Pointer& at(std::size_t place) const { return table_->by_label.at(place); }
  const Pointer& front() const { return table_->by_label.front(); }
  // Null when there is none.
  Pointer find(const ConnectorId& id) const;
  // The places of the connectors with this slug, in the order of the table. There is one at most, except in databases that
  // something else has written.
  const Places& with_slug(std::string_view slug) const;

  // Adds the connector, or replaces the one with its id.
  void put(Pointer connector);
  void erase(const ConnectorId& id);

 private:
  struct Table {
    std::vector<Pointer> by_label;
    absl::flat_hash_map<ConnectorId, std::uint32_t> by_id;
    absl::flat_hash_map<std::string_view, Places> by_slug;  // the keys are those of the connectors themselves
  };
  void set_sorted(std::vector<Pointer> connectors);
  std::vector<Pointer> without(const ConnectorId& id) const;

  std::shared_ptr<const Table> table_;
};

// A copy costs about as much for a large instance as for a small one: the copies share all entities.
struct AccessSnapshot {
  std::uint64_t version = 0;   // grows with each change
  SharedMap<UserEntry> users;  // deleted users too, so that the audit can name them
  // Users and connectors may still carry the id of a tag that is gone. Such an id restricts nothing and is not shown.
  SharedMap<TagEntry> tags;
  ConnectorTable connectors;

  // Null when there is none.
  const UserEntry* user(const UserId& id) const { return users.find(id); }
  const TagEntry* tag(const TagId& id) const { return tags.find(id); }
  const ConnectorEntry* connector(const ConnectorId& id) const { return connectors.find(id).get(); }

  // Whether the connector exists for the user. A connector without filter tags exists for every active user; one with filter
  // tags for the users who carry at least one of them; every one for admins. A disabled connector exists for nobody.
  bool may_use(const UserEntry& user, const ConnectorEntry& connector) const;
  // The connectors that exist for this user, by label.
  std::vector<const ConnectorEntry*> visible(const UserEntry& user) const;
};

// The built-in operations of connectors of a kind, always the same. The module connectors provides the function, so that
// this module knows no kinds.
using KindOperations = std::function<std::vector<OperationEntry>(std::string_view kind)>;

// Holds the current snapshot and keeps it current. Thread-safe.
//
// The next snapshot is read after the writer lock is released, so no other write waits for it, and no revocation does. A
// caller that was answered still knows that the snapshot agrees with what was written:
//  1. mark() runs under the writer lock, after the commit. It notes the entity and takes the next number, `marked_`. So the
//     change of every number is committed.
//  2. A load takes all noted entities and the newest number under `mutex_`, and begins its read transaction after that. So
//     it sees the changes of every number up to that one.
//  3. One load runs at a time (`loading_`), and its snapshot is stored before the next load begins. So a snapshot is never
//     replaced by an older one.
//  4. catch_up() runs before write() returns, and waits until a load of its own number or of a later one is stored. Changes
//     that arrive during a load share the next load: a caller waits for two loads at most.
// A load reads the rows of the noted entities alone, and shares all other entities with the snapshot before it. No change is
// missed: an entity that is not noted has not changed, or is noted for the next load. Everything is read once, at start.
class AccessStore {
 public:
  AccessStore(Database& db, KindOperations kind_operations);
  // Loads everything and registers for the changes of "user", "tag" and "connector". Once, at start.
  Result<void> start();
  // Registers a function that is called after each new snapshot, on the loading thread, one call at a time. It must be quick.
  // Before start().
  void on_change(std::function<void()> callback) { on_change_ = std::move(callback); }
  std::shared_ptr<const AccessSnapshot> snapshot() const { return current_.load(); }

 private:
  // The entities that have changed since the last load began.
  struct Pending {
    bool everything = false;
    std::set<std::string> users, tags, connectors;
  };
  void mark(const ChangeEntry& entry);
  Result<void> catch_up();
  Result<void> load(const Pending& pending);

  Database& db_;
  KindOperations kind_operations_;
  std::function<void()> on_change_;
  SharedSlot<const AccessSnapshot> current_;

  std::mutex mutex_;  // guards all members below; never held during a load
  std::condition_variable load_ended_;
  Pending pending_;
  std::uint64_t marked_ = 0, loaded_ = 0;
  bool loading_ = false;
};

}  // namespace wick
