// Scope and EffectiveAccess against a small reference model: random users, tags, toggles and scopes.
#include "access/effective_access.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "base/json.h"

namespace wick {
namespace {

// The model: plain sets and nested loops, written without looking at EffectiveAccess.
struct World {
  std::mt19937 random;
  std::shared_ptr<AccessSnapshot> snapshot = std::make_shared<AccessSnapshot>();
  std::vector<UserId> users;
  std::vector<TagId> tags;
  std::set<TagId> filter_tags;

  explicit World(unsigned seed) : random(seed) {}
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random); }
  bool chance(int percent) { return pick(100) < percent; }
  std::vector<TagId> some_tags() {
    std::vector<TagId> out;
    for (const TagId& tag : tags) {
      if (chance(30)) out.push_back(tag);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  void build() {
    for (int i = 0; i < 4; ++i) {
      TagEntry tag{TagId::make(), "t" + std::to_string(i), "", chance(50)};
      if (tag.filter) filter_tags.insert(tag.id);
      tags.push_back(tag.id);
      snapshot->tags.put(tag);
    }
    for (int i = 0; i < 5; ++i) {
      UserEntry user;
      user.id = UserId::make();
      user.role = chance(25) ? Role::kAdmin : Role::kMember;
      user.status = chance(80) ? UserStatus::kActive : UserStatus::kDeactivated;
      user.tags = some_tags();
      users.push_back(user.id);
      snapshot->users.put(user);
    }
    for (int i = 0; i < 6; ++i) {
      auto connector = std::make_shared<ConnectorEntry>();
      connector->id = ConnectorId::make();
      connector->label = connector->slug = "c" + std::to_string(i);
      connector->disabled = chance(15);
      connector->tags = some_tags();
      for (int k = 0; k < 4; ++k) {
        OperationEntry operation;
        operation.key = "op" + std::to_string(k);
        operation.read_only = chance(50);
        operation.enabled = chance(80);
        operation.held = chance(10);
        connector->operations.put(operation);
      }
      snapshot->connectors.put(connector);
    }
  }

  // As a person would send it, names of things that do not exist included.
  json::object scope_request() {
    json::object scope;
    if (chance(60)) {
      json::array ids;
      for (const auto& connector : snapshot->connectors) {
        if (chance(50)) ids.push_back(json::string(connector->id.str()));
      }
      if (chance(20)) ids.push_back(json::string(ConnectorId::make().str()));
      scope["connectors"] = std::move(ids);
    }
    const int kind = pick(3);
    if (kind == 1) scope["operations"] = "read_only";
    if (kind == 2) {
      json::array ids;
      for (const auto& connector : snapshot->connectors) {
        for (const auto& operation : connector->operations) {
          if (chance(40)) ids.push_back(json::string(tool_id(*connector, operation)));
        }
      }
      scope["operations"] = std::move(ids);
    }
    return scope;
  }

  bool user_may(const UserId& id, const ConnectorEntry& connector, const OperationEntry& operation) const {
    return operation.enabled && user_sees(id, connector);
  }

  bool user_sees(const UserId& id, const ConnectorEntry& connector) const {
    const UserEntry& user = *snapshot->user(id);
    if (user.status != UserStatus::kActive || connector.disabled) return false;
    if (user.role == Role::kAdmin) return true;
    bool filtered = false, carried = false;
    for (const TagId& tag : connector.tags) {
      if (!filter_tags.contains(tag)) continue;
      filtered = true;
      for (const TagId& own : user.tags) carried = carried || own == tag;
    }
    return !filtered || carried;
  }
};

bool lists(const json::value& list, const std::string& text) {
  for (const auto& item : list.as_array()) {
    if (item.as_string() == text) return true;
  }
  return false;
}

bool scope_may(const json::object& scope, const ConnectorEntry& connector, const OperationEntry& operation) {
  if (scope.contains("connectors") && !lists(scope.at("connectors"), connector.id.str())) return false;
  if (!scope.contains("operations")) return true;
  if (scope.at("operations").is_string()) return operation.read_only;
  return lists(scope.at("operations"), tool_id(connector, operation));
}

TEST(EffectiveAccess, NeverReachesMoreThanTheUserAndTheScopeTogetherAllow) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    World world(seed);
    world.build();
    const json::object request = world.scope_request();
    const json::value value(request);
    const auto scope = parse_scope(&value);
    ASSERT_TRUE(scope) << scope.error().message;
    for (const UserId& user : world.users) {
      const EffectiveAccess reach(world.snapshot, user, *scope);
      std::set<std::string> listed, expected;
      for (const auto& ref : reach.operations()) listed.insert(tool_id(*ref.connector, *ref.operation));
      for (const auto& connector : world.snapshot->connectors) {
        const bool seen = world.user_sees(user, *connector);
        const bool within =
            !request.contains("connectors") || lists(request.at("connectors"), connector->id.str());
        const bool chosen = request.contains("operations") && request.at("operations").is_array();
        for (const std::string& name : {connector->slug, connector->id.str()}) {
          EXPECT_EQ(reach.connector(name) == connector, seen && within) << "seed " << seed;
        }
        const AccessDecision rest = !seen               ? AccessDecision::kHidden
                                    : within && !chosen ? AccessDecision::kAllowed
                                                        : AccessDecision::kOutOfScope;
        EXPECT_EQ(int(reach.decide_passthrough(*connector)), int(rest)) << "seed " << seed;
        for (const auto& operation : connector->operations) {
          const bool user_may = world.user_may(user, *connector, operation);
          const bool in_scope = user_may && scope_may(request, *connector, operation);
          const bool may = in_scope && !operation.held;
          if (may) expected.insert(tool_id(*connector, operation));
          const AccessDecision verdict = reach.find(connector->id, operation.key).verdict;
          const AccessDecision wanted = may        ? AccessDecision::kAllowed
                                        : in_scope ? AccessDecision::kHeld
                                        : user_may ? AccessDecision::kOutOfScope
                                                   : AccessDecision::kHidden;
          EXPECT_EQ(int(verdict), int(wanted)) << "seed " << seed;
          EXPECT_EQ(int(reach.find(connector->slug, operation.key).verdict), int(wanted)) << "seed " << seed;
        }
      }
      EXPECT_EQ(listed, expected) << "seed " << seed;
    }
  }
}

TEST(Scope, IsTheSameAfterTheDatabase) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    World world(seed);
    world.build();
    const json::value request(world.scope_request());
    const auto scope = parse_scope(&request);
    ASSERT_TRUE(scope);
    const auto again = parse_scope_text(scope_text(*scope));
    ASSERT_TRUE(again);
    EXPECT_EQ(scope_text(*again), scope_text(*scope));
    for (const auto& connector : world.snapshot->connectors) {
      for (const auto& operation : connector->operations) {
        const bool before = *scope == nullptr || (*scope)->allows(*connector, operation);
        EXPECT_EQ(before, *again == nullptr || (*again)->allows(*connector, operation));
      }
    }
  }
}

TEST(Scope, AnUnreadableScopeIsNotTheFullScope) {
  for (const char* text : {"{", "[]", "\"all\"", R"({"connectors":"some"})", R"({"operations":"write"})",
                           R"({"connectors":[7]})", R"({"operations":["x"]})", R"({"conectors":[]})"}) {
    EXPECT_FALSE(parse_scope_text(text)) << text;
  }
}

TEST(Scope, RefusesAScopeWithNamesUnknownToTheUser) {
  World world(7);
  world.build();
  const json::value stranger(
      json::object{{"connectors", json::array{json::string(ConnectorId::make().str())}}});
  const auto scope = parse_scope(&stranger);
  ASSERT_TRUE(scope);
  EXPECT_FALSE(check_scope(*scope, *world.snapshot, *world.snapshot->user(world.users[0])));
}

}  // namespace
}  // namespace wick
