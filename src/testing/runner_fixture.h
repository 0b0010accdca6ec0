// RunnerFixture: connectors and a Runner on real databases, for tests of kinds and calls.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/snapshot.h"
#include "audit/run_log.h"
#include "base/fair_pool.h"
#include "connectors/connector_service.h"
#include "connectors/runner.h"
#include "crypto/sealing.h"
#include "db/database.h"
#include "http/client.h"

namespace wick {

// A test class adds its kinds in its constructor and then calls start(). Calls run in `context`, on the thread
// of the test. The destructor removes the folder of the databases.
class RunnerFixture {
 public:
  RunnerFixture();
  ~RunnerFixture();
  RunnerFixture(const RunnerFixture&) = delete;
  RunnerFixture& operator=(const RunnerFixture&) = delete;

  // Loads the snapshot and adds `caller`, a member. Call once, after adding the kinds.
  void start();
  void add_user(const UserId& id, std::string_view role);
  // Waits for the call to end.
  Result<CallOutcome> call(const ConnectorId& connector, std::string operation,
                           boost::json::object arguments);
  Run last_run() { return log->search({}, true)->runs.at(0); }

  boost::asio::io_context context{1};  // outlives every thread that posts to it
  std::string folder;
  SystemClock clock;
  std::unique_ptr<Database> db, runs_db;
  std::optional<SealingKey> key;
  FairPool pool{FairPoolOptions()};
  http::Client client;
  KindRegistry kinds;
  std::unique_ptr<AccessStore> access;
  std::unique_ptr<RunLog> log;
  std::unique_ptr<Runner> runner;
  std::unique_ptr<ConnectorService> service;
  Caller caller;
};

}  // namespace wick
