#include "access/snapshot.h"

#include <algorithm>

#include "access/snapshot_store.h"

namespace wick {
namespace {

template <typename Enum, std::size_t N>
Result<Enum> parse_name(std::string_view text, const std::pair<const char*, Enum> (&names)[N],
                        const char* what) {
  std::string known;
  for (const auto& [name, value] : names) {
    if (text == name) return value;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  return fail(ErrorCode::kInvalidArgument,
              "\"" + std::string(text) + "\" is not a " + what + ": use one of " + known + ".");
}

constexpr std::pair<const char*, Role> kRoles[] = {
    {"admin", Role::kAdmin}, {"member", Role::kMember}, {"service", Role::kService}};
constexpr std::pair<const char*, UserStatus> kStatuses[] = {{"pending", UserStatus::kPending},
                                                            {"active", UserStatus::kActive},
                                                            {"deactivated", UserStatus::kDeactivated},
                                                            {"deleted", UserStatus::kDeleted}};
constexpr std::pair<const char*, ToolSurface> kTools[] = {
    {"auto", ToolSurface::kAuto}, {"direct", ToolSurface::kDirect}, {"meta", ToolSurface::kMeta}};

}  // namespace

const char* role_name(Role role) {
  return kRoles[static_cast<int>(role)].first;
}
const char* status_name(UserStatus status) {
  return kStatuses[static_cast<int>(status)].first;
}
const char* tools_name(ToolSurface tools) {
  return kTools[static_cast<int>(tools)].first;
}
Result<Role> parse_role(std::string_view text) {
  return parse_name(text, kRoles, "role");
}
Result<UserStatus> parse_status(std::string_view text) {
  return parse_name(text, kStatuses, "status");
}
Result<ToolSurface> parse_tools(std::string_view text) {
  return parse_name(text, kTools, "tool surface");
}

const OperationEntry* ConnectorEntry::operation(std::string_view key) const {
  for (const auto& operation : operations) {
    if (operation.key == key) return &operation;
  }
  return nullptr;
}

const UserEntry* AccessSnapshot::user(const UserId& id) const {
  const auto found = users.find(id);
  return found == users.end() ? nullptr : &found->second;
}

const ConnectorEntry* AccessSnapshot::connector(const ConnectorId& id) const {
  for (const auto& connector : connectors) {
    if (connector->id == id) return connector.get();
  }
  return nullptr;
}

bool AccessSnapshot::may_use(const UserEntry& user, const ConnectorEntry& connector) const {
  if (user.status != UserStatus::kActive || connector.disabled) return false;
  if (user.role == Role::kAdmin) return true;
  bool restricted = false;
  for (const TagId& id : connector.tags) {
    const auto tag = tags.find(id);
    if (tag == tags.end() || !tag->second.filter) continue;
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
    pending_.tags = true;
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
    if (pending.tags) {
      WICK_CHECK(snapshot_store::load_tags(tx, *next));
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
