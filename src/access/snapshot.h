// The access snapshot: who exists and what exists for whom, immutable, swapped atomically on change.
//
// A request takes one shared_ptr and decides everything from it. A change stores the next snapshot before the
// change is answered (AccessStore says how), so a call that begins after the answer sees the change.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <boost/json/object.hpp>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/shared_slot.h"
#include "db/database.h"
#include "json_schema/lazy_schema.h"

namespace wick {

enum class Role { kAdmin, kMember, kService };
enum class UserStatus { kPending, kActive, kDeactivated, kDeleted };
enum class ToolSurface : unsigned char { kAuto, kDirect, kMeta };

const char* role_name(Role role);
const char* status_name(UserStatus status);
const char* tools_name(ToolSurface tools);
Result<Role> parse_role(std::string_view text);
Result<UserStatus> parse_status(std::string_view text);
Result<ToolSurface> parse_tools(std::string_view text);

struct UserEntry {
  UserId id;
  std::string email, name;
  Role role = Role::kMember;
  UserStatus status = UserStatus::kPending;
  std::vector<TagId> tags;  // sorted
  bool has_password = false;
};

struct TagEntry {
  TagId id;
  std::string name, description;
  bool filter = false;
};

// What can be called on a connector. `input_schema` is JSON Schema 2020-12.
struct OperationEntry {
  std::string key;  // [a-z0-9_]{1,64}
  std::string name, description;
  boost::json::object input_schema;
  std::string input_schema_text;  // the same, serialised once; set by AccessStore
  // The same, compiled when it is first needed. AccessStore hands it on while `input_schema` stays as it is.
  std::shared_ptr<const json_schema::LazySchema> schema = std::make_shared<const json_schema::LazySchema>();
  bool read_only = false, destructive = false, idempotent = false;
  bool is_local = false;  // Wick carries it out itself: it asks no other system, and these hints are certain
  bool enabled = true;    // destructive ones are off until an admin turns them on
  bool held = false;  // the connected system describes it otherwise now, and the connector holds such back
  boost::json::object definition;  // the rest kind's request template; empty for built-in kinds
};

// By key, what a connected system was last seen to offer where it is not what is accepted: a definition, as
// JSON; nullopt: it is gone.
using Offered = std::map<std::string, std::optional<std::string>>;

struct ConnectorEntry {
  ConnectorId id;
  std::string kind, label, slug, description, icon;
  bool disabled = false;
  std::vector<TagId> tags;             // sorted
  boost::json::object config;          // without secrets
  boost::json::object sealed_secrets;  // field → hex of what SealingKey made for secret_place(id, field)
  std::vector<OperationEntry> operations;
  Offered offered;
  const OperationEntry* operation(std::string_view key) const;
};

struct AccessSnapshot {
  std::uint64_t version = 0;                     // grows with each change
  absl::flat_hash_map<UserId, UserEntry> users;  // deleted ones too, so that the audit can name them
  absl::flat_hash_map<TagId, TagEntry> tags;
  std::vector<std::shared_ptr<const ConnectorEntry>> connectors;  // by label

  const UserEntry* user(const UserId& id) const;
  const ConnectorEntry* connector(const ConnectorId& id) const;
  // A2: no filter tag: every active user; filter tags: users who carry at least one; admins see all.
  // False for disabled connectors and for users who are not active.
  bool may_use(const UserEntry& user, const ConnectorEntry& connector) const;
  // The connectors that exist for this user, by label.
  std::vector<const ConnectorEntry*> visible(const UserEntry& user) const;
};

// Gives a connector's built-in operations by kind; connectors/ registers it, so that access/ need not know
// kinds.
using KindOperations = std::function<std::vector<OperationEntry>(std::string_view kind)>;

// Holds the current snapshot and keeps it current. Thread-safe.
//
// The next snapshot is read outside of the writer lock, so that no other write waits for it, least of all a
// revocation. Why a caller that has been answered still knows that the snapshot agrees:
//  1. mark() runs under the writer lock after the commit: it notes the entity and takes the next number,
//     `marked_`. So whoever has a number has committed.
//  2. A load takes all noted entities and the newest number under `mutex_`, and begins its read transaction
//     after that: it sees the commits of every number up to that one.
//  3. One load runs at a time (`loading_`), and its snapshot is stored before the next begins: a snapshot is
//     never replaced by an older one.
//  4. catch_up() runs before write() returns, and waits until a load of its own number or a later one is
//     stored. Changes that come during a load share the next one: a caller waits for two loads at most.
// A load reads the noted entities and takes the rest from the snapshot before it. That misses nothing: the
// rest was noted by nobody, or is noted for the next load.
class AccessStore {
 public:
  AccessStore(Database& db, KindOperations kind_operations);
  // Loads everything and registers for the changes of "user", "tag" and "connector". Once, at start.
  Result<void> start();
  // Called after each new snapshot, on the loading thread, one call at a time: must be quick. Before start().
  void on_change(std::function<void()> callback) { on_change_ = std::move(callback); }
  std::shared_ptr<const AccessSnapshot> snapshot() const { return current_.load(); }

 private:
  // What has changed since the last load began.
  struct Pending {
    bool everything = false, tags = false;
    std::set<std::string> users, connectors;
  };
  void mark(const ChangeEntry& entry);
  Result<void> catch_up();
  Result<void> load(const Pending& pending);

  Database& db_;
  KindOperations kind_operations_;
  std::function<void()> on_change_;
  SharedSlot<const AccessSnapshot> current_;

  std::mutex mutex_;  // of all below; never held during a load
  std::condition_variable load_ended_;
  Pending pending_;
  std::uint64_t marked_ = 0, loaded_ = 0;
  bool loading_ = false;
};

}  // namespace wick
