#include "testing/runner_fixture.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "base/json.h"
#include "db/schema.h"

namespace wick {

RunnerFixture::RunnerFixture() {
  std::string pattern = std::filesystem::temp_directory_path() / "wick_test_XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder: " + pattern);
  folder = pattern;
  db = std::move(open_sqlite(folder + "/wick.db", main_migrations()).value());
  runs_db = std::move(open_sqlite(folder + "/runs.db", runs_migrations()).value());
  key.emplace(SealingKey::from_hex_text(std::string(64, '7')).value());
  access = std::make_unique<AccessStore>(*db, [this](std::string_view kind) {
    const ConnectorKind* found = kinds.find(kind);
    return found == nullptr ? std::vector<OperationEntry>() : found->operations();
  });
  log = std::make_unique<RunLog>(*runs_db, clock, RunLogOptions());
  runner = std::make_unique<Runner>(
      Runner::Dependencies{.access = *access, .kinds = kinds, .log = *log, .clock = clock});
  service = std::make_unique<ConnectorService>(*db, kinds, *key, clock);
}

RunnerFixture::~RunnerFixture() {
  pool.join();
  log.reset();
  std::filesystem::remove_all(folder);
}

void RunnerFixture::start() {
  access->start().value();
  caller.user = UserId::make();
  caller.credential.id = "t1";
  add_user(caller.user, "member");
}

void RunnerFixture::add_user(const UserId& id, std::string_view role) {
  const std::string text = id.str();
  db->write([&](Transaction& tx) -> Result<void> {
      WICK_CHECK(
          tx.execute("INSERT INTO users (id, email, name, role, status, created_at) VALUES ($1, $1, 'U', "
                     "$2, 'active', 0)",
                     {std::string_view(text), role}));
      return tx.changed("user", text);
    }).value();
}

Result<CallOutcome> RunnerFixture::call(const ConnectorId& connector, std::string operation,
                                        json::object arguments) {
  Result<CallOutcome> out = fail(ErrorCode::kInternal, "never answered");
  boost::asio::co_spawn(
      context.get_executor(),
      [&]() -> Runner::Task<void> {
        ResolvedOperation resolved = runner->resolve(caller, connector, operation);
        out = co_await runner->call(caller, std::move(resolved), arguments);
      },
      boost::asio::detached);
  context.restart();
  context.run();
  return out;
}

}  // namespace wick
