// Names of tools on /mcp.
#include "mcp/tools.h"

#include <gtest/gtest.h>

#include <set>

namespace wick::mcp {
namespace {

struct Catalogue {
  std::shared_ptr<ConnectorEntry> connector = std::make_shared<ConnectorEntry>();
  std::shared_ptr<AccessSnapshot> snapshot = std::make_shared<AccessSnapshot>();
  UserId user = UserId::make();

  Catalogue(std::string slug, const std::vector<std::string>& keys) {
    connector->id = ConnectorId::make();
    connector->slug = std::move(slug);
    for (const std::string& key : keys) {
      OperationEntry operation;
      operation.key = key;
      connector->operations.put(std::move(operation));
    }
    UserEntry entry;
    entry.id = user;
    entry.role = Role::kAdmin;
    entry.status = UserStatus::kActive;
    snapshot->users.put(entry);
    snapshot->connectors.put(connector);
  }
  EffectiveAccess access() const { return {snapshot, user, nullptr}; }
};

TEST(ToolName, IsTheLabelAndTheOperationWhileThatFits) {
  const Catalogue fits(std::string(30, 'a'), {std::string(32, 'b')});
  EXPECT_EQ(tool_name(*fits.connector, fits.connector->operations[0]),
            std::string(30, 'a') + "__" + std::string(32, 'b'));
}

TEST(ToolName, ALongNameIsCutUniquelyAndFoundUnderBothNames) {
  for (const std::string& slug : {std::string("kubernetes_production_cluster"), std::string(60, 's')}) {
    std::vector<std::string> keys;
    for (int i = 0; i < 200; ++i) keys.push_back(std::string(55, 'k') + std::to_string(1000 + i));
    const Catalogue catalogue(slug, keys);
    const EffectiveAccess access = catalogue.access();
    std::set<std::string> names;
    for (const OperationEntry& operation : catalogue.connector->operations) {
      const std::string name = tool_name(*catalogue.connector, operation);
      EXPECT_EQ(name.size(), kMaxToolNameLength);
      EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-"), std::string::npos) << name;
      names.insert(name);
      EXPECT_EQ(find_tool(access, name).ref.operation, &operation);
      EXPECT_EQ(find_tool(access, slug + "__" + operation.key).ref.operation, &operation)
          << "clients have kept it";
    }
    EXPECT_EQ(names.size(), keys.size());
  }
}

TEST(ToolName, DependsOnNoOtherToolAndStaysWhatItIs) {
  const std::string key = "connectcorev1getnamespacedserviceproxywithpath";
  const Catalogue alone("kubernetes_production_cluster", {key}),
      among("kubernetes_production_cluster", {"a", key, key + "2"});
  EXPECT_EQ(tool_name(*alone.connector, alone.connector->operations[0]),
            tool_name(*among.connector, among.connector->operations[1]));
  EXPECT_EQ(tool_name(*alone.connector, alone.connector->operations[0]),
            "kubernetes_production_cluster__connectcorev1getname-toxoerkwvlwt");
}

TEST(ToolName, ACutNameNeverEqualsOneOfAnotherConnector) {
  const std::string key(60, 'k');
  const Catalogue catalogue("tracker_of_the_team", {key});
  const std::string name = tool_name(*catalogue.connector, catalogue.connector->operations[0]);
  std::string other = name;
  other.back() = other.back() == 'a' ? 'b' : 'a';
  EXPECT_EQ(find_tool(catalogue.access(), other).ref.operation, nullptr);
  EXPECT_NE(name.find('-'), std::string::npos) << "no whole name has one";
}

}  // namespace
}  // namespace wick::mcp
