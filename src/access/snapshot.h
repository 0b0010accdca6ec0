// The access snapshot: who exists and what exists for whom, immutable, swapped atomically on change.
//
// A request takes one shared_ptr and decides everything from it; a change builds the next snapshot (under the
// writer lock of Database, in the order of the change log) and stores it before the change is answered. So a
// call that begins after the answer to a change sees the change.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <atomic>
#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "db/database.h"

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
  bool read_only = false, destructive = false, idempotent = false;
  bool enabled = true;  // destructive ones are off until an admin turns them on
  bool held = false;    // the connected system describes it otherwise now, and the connector holds such back
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

// Holds the current snapshot and reloads from the database. Thread-safe.
class AccessStore {
 public:
  AccessStore(Database& db, KindOperations kind_operations);
  // Loads everything and registers the appliers for "user", "tag" and "connector". Once, at start.
  Result<void> start();
  // Called after each change, under the writer lock: must be quick. Before start().
  void on_change(std::function<void()> callback) { on_change_ = std::move(callback); }
  std::shared_ptr<const AccessSnapshot> snapshot() const { return current_.load(std::memory_order_acquire); }

 private:
  Result<void> reload();
  Database& db_;
  KindOperations kind_operations_;
  std::function<void()> on_change_;
  std::atomic<std::shared_ptr<const AccessSnapshot>> current_;
};

}  // namespace wick
