#include "access/snapshot.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <tuple>

#include "access/effective_access.h"
#include "access/snapshot_store.h"
#include "base/json.h"
#include "db/schema.h"

namespace wick {
namespace {

// Holds up who passes while it is closed, and tells that somebody has arrived.
class Gate {
 public:
  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
    arrived_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    arrived_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void wait_for_arrival() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true, arrived_ = false;
};

class Access : public testing::Test {
 protected:
  Access() {
    std::string pattern = testing::TempDir() + "wick_access_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    db_ = std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
    store_ = std::make_unique<AccessStore>(*db_, [this](std::string_view) { return built_in_operations(); });
    store_->start().value();
    db_->on_change("user", [this](const ChangeEntry&) {
      ++users_committed_;
      users_committed_.notify_all();
      return Result<void>();
    });
  }
  ~Access() override { std::filesystem::remove_all(folder_); }

  std::vector<OperationEntry> built_in_operations() {
    gate_.pass();
    OperationEntry safe, harmful;
    safe.key = "get";
    harmful.key = "delete";
    harmful.destructive = true;
    harmful.enabled = false;
    return {safe, harmful};
  }
  // The snapshot as a start of the server reads it.
  AccessSnapshot read_everything() {
    AccessSnapshot snapshot;
    db_->read([&](Transaction& tx) {
         return snapshot_store::load_everything(
             tx, [this](std::string_view) { return built_in_operations(); }, snapshot);
       })
        .value();
    return snapshot;
  }

  // The first parameter is the id of what changes.
  void write(std::string_view kind, std::string_view sql, std::initializer_list<SqlParam> params) {
    db_->write([&](Transaction& tx) -> Result<void> {
         if (auto done = tx.execute(sql, params); !done) return fail(done.error());
         return tx.changed(kind, std::get<std::string_view>(*params.begin()));
       })
        .value();
  }
  UserId add_user(std::string_view role, std::string_view status) {
    const UserId id = UserId::make();
    write("user",
          "INSERT INTO users (id, email, name, role, status, created_at) VALUES ($1, $1, 'U', $2, $3, 0)",
          {std::string_view(id.str()), role, status});
    return id;
  }
  TagId add_tag(bool filter) {
    const TagId id = TagId::make();
    write("tag", "INSERT INTO tags (id, name, description, filter) VALUES ($1, $1, '', $2)",
          {std::string_view(id.str()), std::int64_t(filter)});
    return id;
  }
  ConnectorId add_connector(std::initializer_list<TagId> tags) {
    const ConnectorId id = ConnectorId::make();
    write(
        "connector",
        "INSERT INTO connectors (id, kind, label, description, icon, config, secrets, disabled, created_at) "
        "VALUES ($1, 'notes', $1, '', '', '{}', '{}', 0, 0)",
        {std::string_view(id.str())});
    for (const TagId& tag : tags) {
      write("connector", "INSERT INTO connector_tags (connector_id, tag_id) VALUES ($1, $2)",
            {std::string_view(id.str()), std::string_view(tag.str())});
    }
    return id;
  }
  bool sees(const UserId& user, const ConnectorId& connector) {
    const auto snapshot = store_->snapshot();
    return snapshot->may_use(*snapshot->user(user), *snapshot->connector(connector));
  }

  std::string folder_;
  Gate gate_;  // in each load of a connector
  std::atomic<int> users_committed_ = 0;
  std::unique_ptr<Database> db_;
  std::unique_ptr<AccessStore> store_;
};

TEST_F(Access, AFilterTagRestrictsAndAGroupTagDoesNot) {
  const UserId member = add_user("member", "active");
  const UserId admin = add_user("admin", "active");
  const TagId filter = add_tag(true);
  const TagId group = add_tag(false);
  const ConnectorId open = add_connector({});
  const ConnectorId grouped = add_connector({group});
  const ConnectorId restricted = add_connector({filter, group});
  EXPECT_TRUE(sees(member, open));
  EXPECT_TRUE(sees(member, grouped));
  EXPECT_FALSE(sees(member, restricted));
  EXPECT_TRUE(sees(admin, restricted));
  write("user", "INSERT INTO user_tags (user_id, tag_id) VALUES ($1, $2)",
        {std::string_view(member.str()), std::string_view(filter.str())});
  EXPECT_TRUE(sees(member, restricted));
}

TEST_F(Access, OnlyActiveUsersReachAnything) {
  const ConnectorId open = add_connector({});
  EXPECT_FALSE(sees(add_user("admin", "pending"), open));
  EXPECT_FALSE(sees(add_user("admin", "deactivated"), open));
}

TEST_F(Access, ADestructiveOperationIsOffUntilTurnedOn) {
  const ConnectorId id = add_connector({});
  EXPECT_FALSE(store_->snapshot()->connector(id)->operation("delete")->enabled);
  write("connector", "INSERT INTO operations (connector_id, key, enabled) VALUES ($1, 'delete', 1)",
        {std::string_view(id.str())});
  EXPECT_TRUE(store_->snapshot()->connector(id)->operation("delete")->enabled);
}

TEST_F(Access, ASnapshotTakenEarlierDoesNotChange) {
  const auto before = store_->snapshot();
  add_connector({});
  EXPECT_EQ(before->connectors.size(), 1U);  // the notes of a fresh install
  EXPECT_EQ(store_->snapshot()->connectors.size(), 2U);
}

TEST_F(Access, UnrelatedWritesDoNotWaitForALoadingSnapshot) {
  gate_.close();
  std::atomic<bool> answered = false;
  std::thread changing([&] {
    add_connector({});
    answered = true;
  });
  gate_.wait_for_arrival();
  db_->write([](Transaction& tx) { return tx.changed("token", "t"); }).value();
  EXPECT_FALSE(answered);
  EXPECT_EQ(store_->snapshot()->connectors.size(), 1U);
  gate_.open();
  changing.join();
  EXPECT_EQ(store_->snapshot()->connectors.size(), 2U);
}

TEST_F(Access, ManyChangesDuringALoadShareTheNextLoad) {
  gate_.close();
  std::thread changing([&] { add_connector({}); });
  gate_.wait_for_arrival();
  const std::uint64_t before = store_->snapshot()->version;
  std::vector<std::thread> others;
  others.reserve(6);
  std::atomic<int> found = 0;
  for (int i = 0; i < 6; ++i) {
    others.emplace_back([&] {
      const UserId id = add_user("member", "active");
      found += store_->snapshot()->user(id) != nullptr;
    });
  }
  for (int committed = users_committed_; committed < 6; committed = users_committed_)
    users_committed_.wait(committed);
  gate_.open();
  changing.join();
  for (std::thread& other : others) other.join();
  EXPECT_EQ(found, 6) << "each is answered after its own change is in the snapshot";
  EXPECT_EQ(store_->snapshot()->version, before + 2);
}

TEST_F(Access, EachOfManyConcurrentChangesIsInTheSnapshotWhenItIsAnswered) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::atomic<int> found = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 25; ++round) {
        const UserId user = add_user("member", "active");
        const ConnectorId connector = add_connector({});
        const auto snapshot = store_->snapshot();
        found += snapshot->user(user) != nullptr && snapshot->connector(connector) != nullptr;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found, 100);
  EXPECT_EQ(store_->snapshot()->users.size(), 100U);
}

TEST_F(Access, AnUnchangedWriteWaitsForTheChangesOfOthers) {
  gate_.close();
  std::thread changing([&] { add_connector({}); });
  gate_.wait_for_arrival();
  std::size_t seen = 0;
  std::thread repeating([&] {
    db_->write([](Transaction& tx) -> Result<void> {
         tx.unchanged("connector");
         return {};
       })
        .value();
    seen = store_->snapshot()->connectors.size();
  });
  gate_.open();
  changing.join();
  repeating.join();
  EXPECT_EQ(seen, 2U);
}

TEST_F(Access, ASnapshotThatFollowedEachChangeEqualsOneThatIsReadAsAWhole) {
  const UserId user = add_user("member", "active"), leaving = add_user("member", "active");
  const TagId tag = add_tag(true), dropped = add_tag(false);
  const ConnectorId kept = add_connector({tag, dropped}), removed = add_connector({});
  const auto id = [](const auto& one) { return one.str(); };
  write("connector",
        "INSERT INTO operations (connector_id, key, enabled, definition) VALUES ($1, 'own', 1, $2)",
        {std::string_view(id(kept)), std::string_view(R"({"name":"Own","read_only":true})")});
  write("connector", "UPDATE connectors SET label = 'A first' WHERE id = $1", {std::string_view(id(kept))});
  write("connector", "DELETE FROM connectors WHERE id = $1", {std::string_view(id(removed))});
  write("user", "INSERT INTO user_tags (user_id, tag_id) VALUES ($1, $2)",
        {std::string_view(id(user)), std::string_view(id(tag))});
  write("user", "UPDATE users SET name = 'Renamed', role = 'admin' WHERE id = $1",
        {std::string_view(id(user))});
  write("user", "UPDATE users SET status = 'deleted' WHERE id = $1", {std::string_view(id(leaving))});
  write("tag", "DELETE FROM tags WHERE id = $1", {std::string_view(id(dropped))});

  AccessStore whole(*db_, [](std::string_view) { return std::vector<OperationEntry>(2); });
  whole.start().value();
  const auto followed = store_->snapshot(), read = whole.snapshot();
  ASSERT_EQ(followed->users.size(), read->users.size());
  read->users.for_each([&](const UserEntry& entry) {
    const UserEntry* other = followed->user(entry.id);
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(std::tie(other->name, other->email, other->role, other->status, other->tags),
              std::tie(entry.name, entry.email, entry.role, entry.status, entry.tags));
  });
  EXPECT_EQ(followed->tags.size(), read->tags.size());
  ASSERT_EQ(followed->connectors.size(), read->connectors.size());
  for (std::size_t i = 0; i < read->connectors.size(); ++i) {
    const ConnectorEntry &a = *followed->connectors[i], &b = *read->connectors[i];
    EXPECT_EQ(std::tie(a.id, a.label, a.slug, a.disabled), std::tie(b.id, b.label, b.slug, b.disabled));
    EXPECT_EQ(a.operations.size(), b.operations.size());
  }
  EXPECT_EQ(followed->connectors.front()->id, kept);
  EXPECT_TRUE(followed->connectors.front()->operation("own")->read_only);
}

TEST_F(Access, ACompiledSchemaIsKeptWhileTheSchemaStaysTheSame) {
  const ConnectorId id = add_connector({});
  const std::string key = id.str();
  const std::string_view text = key;
  write("connector",
        "INSERT INTO operations (connector_id, key, enabled, definition) VALUES ($1, 'own', 1, $2)",
        {text, std::string_view(R"({"name":"Own","input_schema":{"type":"object"}})")});
  const auto compiled_of = [&](const char* operation) {
    const auto snapshot = store_->snapshot();
    return snapshot->connector(id)->operation(operation)->schema;
  };
  const auto own = compiled_of("own"), built_in = compiled_of("get");
  write("connector", "UPDATE connectors SET label = 'Renamed' WHERE id = $1", {text});
  EXPECT_EQ(compiled_of("own"), own);
  EXPECT_EQ(compiled_of("get"), built_in);
  write("connector", "UPDATE operations SET definition = $2 WHERE connector_id = $1 AND key = 'own'",
        {text, std::string_view(R"({"name":"Own","input_schema":{"type":"object","minProperties":1}})")});
  EXPECT_NE(compiled_of("own"), own);
  EXPECT_EQ(compiled_of("get"), built_in);
}

std::string tags_text(const AccessSnapshot& snapshot, const std::vector<TagId>& tags) {
  std::string text = " tags:";
  for (const TagId& id : tags) {
    if (snapshot.tag(id) != nullptr) text += " " + id.str();  // an id of a tag that is gone has no effect
  }
  return text;
}

std::string operation_text(const OperationEntry& operation) {
  return "  " + operation.key + " " + operation.name + " " + to_json(operation.definition) +
         operation.input_schema_text + (operation.enabled ? " on" : " off") +
         (operation.held ? " held" : "") + (operation.destructive ? " destructive\n" : "\n");
}

// All of the snapshot, in one order.
std::string text_of(const AccessSnapshot& snapshot) {
  std::set<std::string> lines;
  snapshot.users.for_each([&](const UserEntry& user) {
    lines.insert("user " + user.id.str() + " " + user.name + " " + role_name(user.role) + " " +
                 status_name(user.status) + tags_text(snapshot, user.tags) + "\n");
  });
  snapshot.tags.for_each([&](const TagEntry& tag) {
    lines.insert("tag " + tag.id.str() + " " + tag.name + (tag.filter ? " filter\n" : "\n"));
  });
  std::string text;
  for (const std::string& line : lines) text += line;
  for (const auto& connector : snapshot.connectors) {
    text += "connector " + connector->id.str() + " " + connector->label + " " + connector->slug +
            to_json(connector->config) + to_json(connector->sealed_secrets) +
            (connector->disabled ? " disabled" : "") + tags_text(snapshot, connector->tags) + "\n";
    for (const auto& [key, offer] : connector->offered)
      text += " offered " + key + offer.value_or("-") + "\n";
    for (const OperationEntry& operation : connector->operations) text += operation_text(operation);
  }
  return text;
}

// Each entity is found in the indexes under its own names.
void expect_sound_indexes(const AccessSnapshot& snapshot) {
  std::size_t users = 0;
  snapshot.users.for_each([&](const UserEntry& user) { users += snapshot.user(user.id) == &user; });
  EXPECT_EQ(users, snapshot.users.size());
  for (std::size_t i = 0; i < snapshot.connectors.size(); ++i) {
    const auto& connector = snapshot.connectors[i];
    EXPECT_EQ(snapshot.connectors.find(connector->id), connector);
    const auto& places = snapshot.connectors.with_slug(connector->slug);
    EXPECT_NE(std::find(places.begin(), places.end(), i), places.end());
    for (const OperationEntry& operation : connector->operations)
      EXPECT_EQ(connector->operation(operation.key), &operation);
  }
}

// Makes random changes as the services make them.
class RandomChanges {
 public:
  using Write = std::function<void(std::string_view, std::string_view, std::initializer_list<SqlParam>)>;
  RandomChanges(unsigned seed, Write write) : random_(seed), write_(std::move(write)) {}

  void make_one() {
    switch (pick(9)) {
      case 0:
        return change_user();
      case 1:
        return change_tag();
      case 2:
        return change_tags_of("user", users_, "user_tags", "user_id");
      case 3:
        return change_tags_of("connector", connectors_, "connector_tags", "connector_id");
      case 4:
        return change_connector();
      case 5:
        return change_offer();
      default:
        return change_operation();
    }
  }

 private:
  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }
  std::string_view any(const std::vector<std::string>& ids) { return ids[pick(ids.size())]; }
  std::string word() { return "w" + std::to_string(random_()); }
  std::string_view add(std::vector<std::string>& ids) { return ids.emplace_back(UserId::make().str()); }

  void change_user() {
    if (users_.empty() || pick(3) == 0) {
      return write_("user",
                    "INSERT INTO users (id, email, name, role, status, created_at) VALUES ($1, $1, 'U', "
                    "'member', 'active', 0)",
                    {add(users_)});
    }
    const std::string name = word();
    constexpr std::string_view kSomeStatuses[] = {"active", "deactivated", "deleted", "no status"};
    write_("user", "UPDATE users SET name = $2, status = $3 WHERE id = $1",
           {any(users_), std::string_view(name), kSomeStatuses[pick(4)]});
  }
  void change_tag() {
    if (tags_.empty() || pick(3) == 0) {
      return write_("tag", "INSERT INTO tags (id, name, description, filter) VALUES ($1, $1, '', 1)",
                    {add(tags_)});
    }
    if (pick(3) == 0) return write_("tag", "DELETE FROM tags WHERE id = $1", {any(tags_)});
    write_("tag", "UPDATE tags SET filter = $2 WHERE id = $1", {any(tags_), std::int64_t(pick(2))});
  }
  void change_tags_of(std::string_view kind, const std::vector<std::string>& ids, const std::string& table,
                      const std::string& column) {
    if (ids.empty() || tags_.empty()) return;
    const std::string sql =
        pick(3) == 0
            ? "DELETE FROM " + table + " WHERE " + column + " = $1 AND tag_id = $2"
            : "INSERT INTO " + table + " (" + column +
                  ", tag_id) SELECT $1, tags.id FROM tags WHERE tags.id = $2 AND EXISTS (SELECT 1 FROM " +
                  std::string(kind) + "s WHERE id = $1) ON CONFLICT DO NOTHING";
    write_(kind, sql, {any(ids), any(tags_)});
  }
  void change_connector() {
    if (connectors_.empty() || pick(3) == 0) {
      return write_("connector",
                    "INSERT INTO connectors (id, kind, label, description, icon, config, secrets, disabled, "
                    "created_at) VALUES ($1, 'rest', $1, '', '', '{}', '{}', 0, 0)",
                    {add(connectors_)});
    }
    const std::string text = word();
    const std::string secrets = "{\"secret\":\"" + text + "\"}";
    switch (pick(6)) {
      case 0:
        return write_("connector", "DELETE FROM connectors WHERE id = $1", {any(connectors_)});
      case 1:
        return write_("connector", "UPDATE connectors SET label = $2 WHERE id = $1",
                      {any(connectors_), std::string_view(text)});
      case 2:
        return write_("connector", "UPDATE connectors SET secrets = $2 WHERE id = $1",
                      {any(connectors_), std::string_view(secrets)});
      case 3:
        return write_(
            "connector", "UPDATE connectors SET config = $2 WHERE id = $1",
            {any(connectors_), std::string_view(pick(2) == 0 ? "{}" : R"({"changed_tools":"hold"})")});
      default:
        return write_("connector", "UPDATE connectors SET disabled = $2 WHERE id = $1",
                      {any(connectors_), std::int64_t(pick(2))});
    }
  }
  void change_operation() {
    if (connectors_.empty()) return;
    constexpr std::string_view kKeys[] = {"get", "delete", "one", "two", "three", "four"};
    constexpr std::string_view kDefinitions[] = {
        R"({"name":"A","input_schema":{"type":"object"}})",
        R"({"name":"B","destructive":true,"input_schema":{"type":"object"}})",
        R"({"name":"C","read_only":true,"input_schema":{"type":"object","minProperties":1}})"};
    const std::string_view key = kKeys[pick(6)], own_key = kKeys[2 + pick(4)];
    const std::string where = "SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM connectors WHERE id = $1) ";
    switch (pick(5)) {
      case 0:
        return write_("connector", "DELETE FROM operations WHERE connector_id = $1 AND key = $2",
                      {any(connectors_), key});
      case 1:
        return write_("connector",
                      "INSERT INTO operations (connector_id, key, enabled) " + where +
                          "ON CONFLICT (connector_id, key) DO UPDATE SET enabled = excluded.enabled",
                      {any(connectors_), key, std::int64_t(pick(2))});
      case 2: {
        const std::string keys = pick(2) == 0 ? R"(["four","one","get"])" : R"(["delete","two"])";
        return write_(
            "connector",
            "INSERT INTO operation_orders (connector_id, keys) SELECT $1, $2 WHERE EXISTS (SELECT 1 FROM "
            "connectors WHERE id = $1) ON CONFLICT (connector_id) DO UPDATE SET keys = excluded.keys",
            {any(connectors_), std::string_view(keys)});
      }
      default:
        return write_("connector",
                      "INSERT INTO operations (connector_id, key, definition) " + where +
                          "ON CONFLICT (connector_id, key) DO UPDATE SET definition = excluded.definition",
                      {any(connectors_), own_key, kDefinitions[pick(3)]});
    }
  }
  void change_offer() {
    if (connectors_.empty()) return;
    if (pick(3) == 0) {
      return write_("connector", "DELETE FROM offered_operations WHERE connector_id = $1",
                    {any(connectors_)});
    }
    write_("connector",
           "INSERT INTO offered_operations (connector_id, key, definition) SELECT $1, $2, $3 WHERE EXISTS "
           "(SELECT 1 "
           "FROM connectors WHERE id = $1) ON CONFLICT DO NOTHING",
           {any(connectors_), std::string_view(pick(2) == 0 ? "one" : "two"), std::string_view("{}")});
  }

  std::mt19937 random_;
  Write write_;
  std::vector<std::string> users_, tags_, connectors_;
};

TEST_F(Access, AfterEachOfManyRandomChangesTheSnapshotEqualsOneThatIsReadAsAWhole) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    RandomChanges changes(seed, [this](std::string_view kind, std::string_view sql,
                                       std::initializer_list<SqlParam> params) { write(kind, sql, params); });
    for (int i = 0; i < 150; ++i) {
      changes.make_one();
      const auto followed = store_->snapshot();
      ASSERT_EQ(text_of(*followed), text_of(read_everything())) << "seed " << seed << ", change " << i;
      expect_sound_indexes(*followed);
    }
  }
}

TEST_F(Access, AChangeSharesAllThatItDoesNotNameWithTheSnapshotBefore) {
  const UserId changed = add_user("member", "active"), other = add_user("member", "active");
  const TagId tag = add_tag(false);
  const ConnectorId connector = add_connector({}), other_connector = add_connector({});
  const std::string id = changed.str(), connector_id = connector.str();
  const auto before = store_->snapshot();
  write("user", "UPDATE users SET name = 'Renamed' WHERE id = $1", {std::string_view(id)});
  const auto after = store_->snapshot();
  EXPECT_NE(after->user(changed), before->user(changed));
  EXPECT_EQ(after->user(other), before->user(other));
  EXPECT_EQ(after->tag(tag), before->tag(tag));
  EXPECT_EQ(after->connector(connector), before->connector(connector));
  write("connector", "INSERT INTO operations (connector_id, key, enabled) VALUES ($1, 'delete', 1)",
        {std::string_view(connector_id)});
  const auto last = store_->snapshot();
  EXPECT_EQ(last->user(changed), after->user(changed));
  EXPECT_EQ(last->connector(other_connector), after->connector(other_connector));
  EXPECT_NE(last->connector(connector)->operation("delete"),
            after->connector(connector)->operation("delete"));
  EXPECT_EQ(last->connector(connector)->operation("get"), after->connector(connector)->operation("get"));
}

TEST_F(Access, ASecretIsOpenedOnceWhileTheConnectorKeepsIt) {
  const ConnectorId id = add_connector({});
  const std::string text = id.str();
  int opened = 0;
  const auto open = [&] {
    const auto snapshot = store_->snapshot();
    const auto secret = snapshot->connector(id)->opened_secrets->get("secret", [&]() -> Result<Secret> {
      ++opened;
      if (opened == 1) return fail(ErrorCode::kInternal, "It cannot be opened.");
      return Secret("plain " + std::to_string(opened));
    });
    return secret ? std::string(secret->reveal()) : secret.error().message;
  };
  EXPECT_EQ(open(), "It cannot be opened.");
  EXPECT_EQ(open(), "plain 2");
  write("connector", "UPDATE connectors SET label = 'Renamed' WHERE id = $1", {std::string_view(text)});
  EXPECT_EQ(open(), "plain 2");
  write("connector", "UPDATE connectors SET secrets = '{\"secret\":\"00\"}' WHERE id = $1",
        {std::string_view(text)});
  EXPECT_EQ(open(), "plain 3");
}

TEST_F(Access, AResolvedOperationIsDecidedAnewAfterEachChange) {
  const UserId user = add_user("member", "active");
  const TagId tag = add_tag(true);
  const ConnectorId connector = add_connector({});
  const std::string user_id = user.str(), tag_id = tag.str(), id = connector.str();
  const ResolvedOperation resolved =
      EffectiveAccess(store_->snapshot(), user, nullptr).resolve(connector, "get");
  EXPECT_EQ(resolved.verdict(), AccessDecision::kAllowed);
  const auto allowed = [&] {
    return resolved.checked_again(store_->snapshot()).verdict() == AccessDecision::kAllowed;
  };
  EXPECT_TRUE(allowed());
  const auto expect_change = [&](std::string_view kind, const std::string& entity, const char* take,
                                 const char* give) {
    write(kind, take, {std::string_view(entity)});
    EXPECT_FALSE(allowed()) << take;
    write(kind, give, {std::string_view(entity)});
    EXPECT_TRUE(allowed()) << give;
  };
  expect_change("user", user_id, "UPDATE users SET status = 'deactivated' WHERE id = $1",
                "UPDATE users SET status = 'active' WHERE id = $1");
  expect_change("connector", id, "UPDATE connectors SET disabled = 1 WHERE id = $1",
                "UPDATE connectors SET disabled = 0 WHERE id = $1");
  expect_change("connector", id, "INSERT INTO operations (connector_id, key, enabled) VALUES ($1, 'get', 0)",
                "DELETE FROM operations WHERE connector_id = $1");
  expect_change("connector", id, "INSERT INTO connector_tags (connector_id, tag_id) SELECT $1, id FROM tags",
                "DELETE FROM connector_tags WHERE connector_id = $1");
  write("connector", "INSERT INTO connector_tags (connector_id, tag_id) SELECT $1, id FROM tags",
        {std::string_view(id)});
  expect_change("tag", tag_id, "UPDATE tags SET filter = 1 WHERE id = $1",
                "UPDATE tags SET filter = 0 WHERE id = $1");
  write("tag", "UPDATE tags SET filter = 1 WHERE id = $1", {std::string_view(tag_id)});
  write("user", "INSERT INTO user_tags (user_id, tag_id) SELECT $1, id FROM tags",
        {std::string_view(user_id)});
  EXPECT_TRUE(allowed());
  write("user", "DELETE FROM user_tags WHERE user_id = $1", {std::string_view(user_id)});
  EXPECT_FALSE(allowed());
}

}  // namespace
}  // namespace wick
