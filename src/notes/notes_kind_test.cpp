// The notes kind, and the way of a call through the Runner, against real SQLite.
#include "notes/notes_kind.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "testing/runner_fixture.h"

namespace wick {
namespace {

json::object object(std::string_view text) {
  return parse_trusted_json(text).as_object();
}

class Notes : public testing::Test, protected RunnerFixture {
 protected:
  Notes() {
    kinds.add(std::make_unique<NotesKind>(*db, pool, pool, clock));
    start();
    notes = access->snapshot()->connectors.at(0)->id;  // the one of a fresh install
  }
  std::string id_of(const Result<CallOutcome>& outcome) {
    return std::string(outcome->result.structured->at("id").as_string());
  }

  ConnectorId notes;
};

TEST_F(Notes, ANoteIsCreatedReadChangedFoundAndListed) {
  const auto made = call(notes, "create", object(R"({"title":"100% sure","body":"Alpha_beta"})"));
  ASSERT_TRUE(made);
  const json::object id{{"id", id_of(made)}};
  EXPECT_NE(call(notes, "get", id)->result.text.find("Alpha_beta"), std::string::npos);
  EXPECT_FALSE(call(notes, "update", {{"id", id_of(made)}, {"body", "Gamma"}})->result.is_error);
  EXPECT_NE(call(notes, "get", id)->result.text.find("Gamma"), std::string::npos)
      << "an old copy from memory";
  EXPECT_EQ(
      call(notes, "search", object(R"({"query":"0% S"})"))->result.structured->at("notes").as_array().size(),
      1u);
  EXPECT_EQ(
      call(notes, "search", object(R"({"query":"_"})"))->result.structured->at("notes").as_array().size(),
      0u);
  EXPECT_TRUE(call(notes, "get", object(R"({"id":"none"})"))->result.is_error);
}

TEST_F(Notes, ListsPageWithoutGaps) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(call(notes, "create", {{"title", "n" + std::to_string(i)}}));
  std::size_t seen = 0;
  json::object arguments{{"limit", 2}};
  for (int page = 0; page < 3; ++page) {
    const auto outcome = call(notes, "list", arguments);
    ASSERT_FALSE(outcome->result.is_error) << outcome->result.text;
    seen += outcome->result.structured->at("notes").as_array().size();
    if (const auto* next = outcome->result.structured->if_contains("next_cursor"))
      arguments["cursor"] = *next;
  }
  EXPECT_EQ(seen, 5u);
  EXPECT_TRUE(call(notes, "list", object(R"({"cursor":"made up"})"))->result.is_error);
}

TEST_F(Notes, ArgumentsThatDoNotFitAreAnErrorTheModelCanRepair) {
  const auto outcome = call(notes, "get", object(R"({"idd":1})"));
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->result.is_error);
  EXPECT_NE(outcome->result.text.find("arguments.id is required"), std::string::npos) << outcome->result.text;
  EXPECT_EQ(last_run().status, RunStatus::kError);
}

TEST_F(Notes, DestructiveOperationsAreDeniedUntilAnAdminTurnsThemOn) {
  EXPECT_EQ(call(notes, "delete", object(R"({"id":"x"})")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(last_run().status, RunStatus::kDenied);
  ASSERT_TRUE(service->set_enabled(notes, "delete", true));
  EXPECT_TRUE(call(notes, "delete", object(R"({"id":"x"})"))) << "holds on the very next call";
}

TEST_F(Notes, ACallWhoseCredentialIsRevokedMeanwhileIsCancelledAndGetsNoResult) {
  int asked = 0;
  caller.credential.still_valid = [&] { return ++asked < 2; };  // dies while the run is committed
  EXPECT_EQ(call(notes, "list", {}).error().code, ErrorCode::kUnauthenticated);
  caller.credential.still_valid = [] { return false; };
  EXPECT_EQ(call(notes, "list", {}).error().code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(last_run().status, RunStatus::kCancelled);
}

TEST_F(Notes, AFilterTagHidesAConnectorFromThoseWithoutIt) {
  db->write([&](Transaction& tx) -> Result<void> {
      tx.execute(
            "INSERT INTO tags (id, name, description, filter) VALUES "
            "('01900000-0000-7000-8000-00000000000a', 'ops', '', 1)",
            {})
          .value();
      return tx.changed("tag", "01900000-0000-7000-8000-00000000000a");
    }).value();
  ConnectorPatch patch;
  patch.tags = std::vector<std::string>{"01900000-0000-7000-8000-00000000000a"};
  ASSERT_TRUE(service->update(notes, std::move(patch)));
  EXPECT_EQ(call(notes, "list", {}).error().code, ErrorCode::kNotFound);
}

TEST_F(Notes, LabelsThatMakeTheSameToolNamesCollide) {
  EXPECT_EQ(service->create({"notes", "NOTES!", "", "", {}, {}}).error().code, ErrorCode::kConflict);
  EXPECT_EQ(service->create({"notes", "…", "", "", {}, {}}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(service->create({"notes", "Team notes", "", "", {}, {}}));
}

TEST_F(Notes, NotesAreCountedAndBounded) {
  const auto kept = [&] {
    std::int64_t value = -1;
    const std::string name = "notes " + notes.str();
    EXPECT_TRUE(db->read([&](Transaction& tx) {
      return tx.for_each("SELECT value FROM kept_counts WHERE name = $1", {std::string_view(name)},
                         [&](const SqlRow& row) { value = row.integer(0); });
    }));
    return value;
  };
  const auto set = [&](std::int64_t value) {
    EXPECT_TRUE(db->write([&](Transaction& tx) -> Result<void> {
      auto done = tx.execute("UPDATE kept_counts SET value = $1 WHERE name LIKE 'notes %'", {value});
      if (!done) return fail(done.error());
      return {};
    }));
  };
  ASSERT_TRUE(service->set_enabled(notes, "delete", true));
  const auto first = call(notes, "create", {{"title", "a"}});
  ASSERT_TRUE(call(notes, "create", {{"title", "b"}}));
  EXPECT_EQ(kept(), 2);
  set(kMaxNotesPerConnector);
  const auto refused = call(notes, "create", {{"title", "c"}});
  EXPECT_TRUE(refused->result.is_error);
  EXPECT_NE(refused->result.text.find(std::to_string(kMaxNotesPerConnector)), std::string::npos);
  EXPECT_FALSE(call(notes, "delete", {{"id", id_of(first)}})->result.is_error);
  EXPECT_FALSE(call(notes, "create", {{"title", "c"}})->result.is_error);
  set(2);
  ASSERT_TRUE(service->remove(notes));
  EXPECT_EQ(kept(), -1) << "the notes of a connector go with it";
}

TEST_F(Notes, ANotesSearchLooksAtEveryNoteInItsTime) {
  for (std::int64_t i = 0; i < kNotesPerSearchStep + 2; ++i)
    call(notes, "create", {{"title", i == 0 ? "the 100%_Oldest" : "another"}}).value();
  const auto found = call(notes, "search", {{"query", "100%_oldest"}});
  EXPECT_EQ(found->result.structured->at("notes").as_array().size(), 1U);
}

// A second passes whenever somebody looks.
class TickingClock final : public Clock {
 public:
  Micros now() const override { return now_ += kMicrosPerSecond; }

 private:
  mutable std::atomic<Micros> now_ = 0;
};

TEST_F(Notes, ASearchOfNotesEndsInTimeAndSaysWhatItLeftOut) {
  const TickingClock ticking;
  NotesKind kind(*db, pool, pool, ticking);
  const auto snapshot = access->snapshot();
  const auto connector = snapshot->connectors.at(0);
  const auto run = [&](std::string operation_key, json::object arguments) {
    CallResult out;
    boost::asio::co_spawn(
        context.get_executor(),
        [&]() -> Runner::Task<void> {
          Call call;
          call.connector = connector;
          call.operation = connector->operation(operation_key);
          call.arguments = arguments;
          call.user = caller.user;
          out = co_await kind.call(std::move(call));
        },
        boost::asio::detached);
    context.restart();
    context.run();
    return out;
  };
  for (std::int64_t i = 0; i < 3 * kNotesPerSearchStep; ++i)
    run("create", {{"title", i == 0 ? "the Oldest" : "another"}, {"body", "x"}});
  const CallResult part = run("search", {{"query", "oldest"}});
  EXPECT_EQ(part.text.substr(0, 53), "Only the 128 most recently changed notes were searche");
  EXPECT_TRUE(part.structured->at("notes").as_array().empty());
  const CallResult found = run("search", {{"query", "ANOTHER"}, {"limit", 100}});
  EXPECT_EQ(found.structured->at("notes").as_array().size(), 100U);
}

}  // namespace
}  // namespace wick
