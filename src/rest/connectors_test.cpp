// Notes, rest and the Runner, against real SQLite and a real HTTP upstream.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <filesystem>

#include "base/json.h"
#include "base/text.h"
#include "connectors/argument_defaults.h"
#include "connectors/connector_service.h"
#include "connectors/runner.h"
#include "db/schema.h"
#include "http/server.h"
#include "notes/notes_kind.h"
#include "rest/rest_kind.h"
#include "rest/template_text.h"

namespace wick {
namespace {

json::object object(std::string_view text) {
  return parse_trusted_json(text).as_object();
}

TEST(Templates, ArgumentsArePutWhereTheTemplateNamesThem) {
  const json::object arguments = object(R"({"id":"a/b c","n":7,"list":[1,2],"dots":".."})");
  EXPECT_EQ(fill_path("/things/{id}/{n}", arguments), "/things/a%2Fb%20c/7");
  EXPECT_FALSE(fill_path("/things/{missing}", arguments));
  EXPECT_FALSE(fill_path("/things/{dots}", arguments)) << "would name another resource";
  EXPECT_EQ(
      to_json(*fill_json(
          parse_trusted_json(
              R"({"n":"{n}","s":"id {id}","gone":"{missing}","deep":["{list}"],"plain":"{not a name}"})"),
          arguments)),
      R"({"n":7,"s":"id a/b c","deep":[[1,2]],"plain":"{not a name}"})");
}

TEST(Templates, NumbersInTextAreAsPeopleWriteThem) {
  EXPECT_EQ(plain_text(json::value(1.5)), "1.5");
  EXPECT_EQ(plain_text(json::value(-3)), "-3");
  EXPECT_EQ(plain_text(parse_trusted_json(R"({"a \"b\"":[0.5,{"c":-12.25,"d":"x"},[],{},null,1e300]})")),
            R"({"a \"b\"":[0.5,{"c":-12.25,"d":"x"},[],{},null,1e+300]})");
}

TEST(Templates, AbsentArgumentsHaveTheDefaultOfTheSchema) {
  const json::object schema =
      object(R"({"type":"object","properties":{"a":{"default":1},"b":{"default":2},"c":{"type":"string"}}})");
  EXPECT_EQ(with_defaults(schema, object(R"({"b":null})")), object(R"({"b":null,"a":1})"))
      << "what is given stays, null too";
  EXPECT_EQ(with_defaults(json::object(), object(R"({"x":1})")), object(R"({"x":1})"));
  EXPECT_EQ(with_defaults(schema, {}, Defaults::kOfRequired), json::object());
}

TEST(Templates, DefaultsAreFoundBehindReferencesAndInBranches) {
  const json::object schema = object(R"({"$defs":{"level":{"allOf":[{"type":"integer"},{"default":3}]},
      "paging":{"properties":{"size":{"$ref":"#/$defs/level"}}},
      "loop":{"allOf":[{"$ref":"#/$defs/loop"},{"$ref":"#/$defs/loop"}]}},
      "allOf":[{"$ref":"#/$defs/paging"},{"properties":{"page":{"default":1}}},{"$ref":"#/$defs/loop"}],
      "properties":{"size":true,"page":{"type":"integer"},"endless":{"$ref":"#/$defs/loop"}},
      "required":["size"]})");
  EXPECT_EQ(with_defaults(schema, {}), object(R"({"size":3,"page":1})"));
  EXPECT_EQ(with_defaults(schema, {}, Defaults::kOfRequired), object(R"({"size":3})"));
}

TEST(Templates, AJsonPointerPicksAPart) {
  const auto value = parse_trusted_json(R"({"a/b":[{"~x":5}]})");
  EXPECT_EQ(*at_pointer(value, "/a~1b/0/~0x"), 5);
  EXPECT_EQ(at_pointer(value, "/a~1b/1"), nullptr);
  EXPECT_EQ(at_pointer(value, ""), &value);
}

TEST(Guard, OnlyAddressesOfTheInternetArePublic) {
  for (const char* address :
       {"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "nonsense"}) {
    EXPECT_FALSE(http::is_public_address(address)) << address;
  }
  for (const char* address : {"1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"})
    EXPECT_TRUE(http::is_public_address(address)) << address;
}

class Connectors : public testing::Test {
 protected:
  Connectors() {
    std::string pattern = testing::TempDir() + "wick_connectors_XXXXXX";
    folder = mkdtemp(pattern.data());
    db = std::move(open_sqlite(folder + "/wick.db", main_migrations()).value());
    runs_db = std::move(open_sqlite(folder + "/runs.db", runs_migrations()).value());
    key.emplace(SealingKey::from_hex_text(std::string(64, '7')).value());
    kinds.add(std::make_unique<NotesKind>(*db, pool, pool, clock));
    kinds.add(std::make_unique<RestKind>(client, *key, clock));
    access = std::make_unique<AccessStore>(
        *db, [this](std::string_view kind) { return kinds.find(kind)->operations(); });
    log = std::make_unique<RunLog>(*runs_db, clock, RunLogOptions());
    runner = std::make_unique<Runner>(*access, kinds, *log, clock);
    service = std::make_unique<ConnectorService>(*db, kinds, *key, clock);
    access->start().value();
    caller.user = UserId::make();
    caller.credential = {.id = "t1"};
    add_user(caller.user, "member");
    notes = access->snapshot()->connectors.at(0)->id;  // the one of a fresh install
  }
  ~Connectors() override {
    pool.join();
    log.reset();
    std::filesystem::remove_all(folder);
  }
  void add_user(const UserId& id, std::string_view role) {
    const std::string text = id.str();
    db->write([&](Transaction& tx) -> Result<void> {
        tx.execute(
              "INSERT INTO users (id, email, name, role, status, created_at) VALUES ($1, $1, 'U', $2, "
              "'active', 0)",
              {std::string_view(text), role})
            .value();
        return tx.changed("user", text);
      }).value();
  }
  Result<CallOutcome> call(const ConnectorId& connector, std::string operation, json::object arguments) {
    Result<CallOutcome> out = fail(ErrorCode::kInternal, "never answered");
    boost::asio::co_spawn(
        context.get_executor(),
        [&]() -> Runner::Task<void> { out = co_await runner->call(caller, connector, operation, arguments); },
        boost::asio::detached);
    context.restart();
    context.run();
    return out;
  }
  std::string id_of(const Result<CallOutcome>& outcome) {
    return std::string(outcome->result.structured->at("id").as_string());
  }
  wick::Run last_run() { return log->search({}, true)->runs.at(0); }

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
  ConnectorId notes;
};

TEST_F(Connectors, ANoteIsCreatedReadChangedFoundAndListed) {
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

TEST_F(Connectors, ListsPageWithoutGaps) {
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

TEST_F(Connectors, ArgumentsThatDoNotFitAreAnErrorTheModelCanRepair) {
  const auto outcome = call(notes, "get", object(R"({"idd":1})"));
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->result.is_error);
  EXPECT_NE(outcome->result.text.find("arguments.id is required"), std::string::npos) << outcome->result.text;
  EXPECT_EQ(last_run().status, RunStatus::kError);
}

TEST_F(Connectors, DestructiveOperationsAreDeniedUntilAnAdminTurnsThemOn) {
  EXPECT_EQ(call(notes, "delete", object(R"({"id":"x"})")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(last_run().status, RunStatus::kDenied);
  ASSERT_TRUE(service->set_enabled(notes, "delete", true));
  EXPECT_TRUE(call(notes, "delete", object(R"({"id":"x"})"))) << "holds on the very next call";
}

TEST_F(Connectors, ACallWhoseCredentialIsRevokedMeanwhileIsCancelledAndGetsNoResult) {
  int asked = 0;
  caller.credential.still_valid = [&] { return ++asked < 2; };  // dies while the run is committed
  EXPECT_EQ(call(notes, "list", {}).error().code, ErrorCode::kUnauthenticated);
  caller.credential.still_valid = [] { return false; };
  EXPECT_EQ(call(notes, "list", {}).error().code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(last_run().status, RunStatus::kCancelled);
}

TEST_F(Connectors, AFilterTagHidesAConnectorFromThoseWithoutIt) {
  db->write([&](Transaction& tx) -> Result<void> {
      tx.execute(
            "INSERT INTO tags (id, name, description, filter) VALUES "
            "('01900000-0000-7000-8000-00000000000a', 'ops', '', 1)",
            {})
          .value();
      return tx.changed("tag", "x");
    }).value();
  ConnectorPatch patch;
  patch.tags = std::vector<std::string>{"01900000-0000-7000-8000-00000000000a"};
  ASSERT_TRUE(service->update(notes, std::move(patch)));
  EXPECT_EQ(call(notes, "list", {}).error().code, ErrorCode::kNotFound);
}

TEST_F(Connectors, LabelsThatMakeTheSameToolNamesCollide) {
  EXPECT_EQ(service->create({"notes", "NOTES!", "", "", {}, {}}).error().code, ErrorCode::kConflict);
  EXPECT_EQ(service->create({"notes", "…", "", "", {}, {}}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(service->create({"notes", "Team notes", "", "", {}, {}}));
}

class Rest : public Connectors {
 protected:
  Rest() {
    http::ServerOptions options;
    options.port = 0;
    options.threads = 1;
    upstream = std::make_unique<http::Server>(options);
    const auto echo = [](const http::Request& request) {
      http::Response response;
      response.body = to_json(json::object{{"method", request.method},
                                           {"path", request.path},
                                           {"query", request.query},
                                           {"body", request.body},
                                           {"authorization", request.header("authorization").value_or("")},
                                           {"type", request.header("content-type").value_or("")},
                                           {"tag", request.header("x-tag").value_or("")}});
      return response;
    };
    upstream->route_blocking("POST", "/base/*", echo);
    upstream->route_blocking("GET", "/base/*", echo);
    upstream->route_blocking("GET", "/fails", [](const http::Request&) {
      return http::Response{500, "text/plain", "broken", {}, nullptr};
    });
    upstream->route_blocking("GET", "/large", [](const http::Request&) {
      return http::Response{200, "text/plain", std::string(5000, 'x'), {}, nullptr};
    });
    upstream->route_blocking("GET", "/list", [](const http::Request&) {
      json::array items;
      for (int i = 0; i < 30; ++i) items.push_back(json::object{{"id", i}, {"title", "é"}});
      return http::Response{200, "application/json", to_json(json::object{{"items", items}}), {}, nullptr};
    });
    upstream->start().value();
  }
  ConnectorId make(json::object more) {
    json::object config{{"base_url", "http://127.0.0.1:" + std::to_string(upstream->port()) + "/"},
                        {"auth", "bearer"},
                        {"secret", "s3cret-value"},
                        {"allow_private_addresses", true}};
    for (const auto& member : more) config[member.key()] = member.value();
    return service->create({"rest", "Api", "", "", {}, config}).value();
  }
  void operation(const ConnectorId& id, const char* key_name, const char* rest) {
    json::object definition = object(R"({"name":"N","description":"D","input_schema":{"type":"object"}})");
    definition["key"] = key_name;
    definition["rest"] = object(rest);
    const auto put = service->put_operation(id, "", definition);
    ASSERT_TRUE(put) << put.error().message;
  }
  std::unique_ptr<http::Server> upstream;
};

TEST_F(Rest, ARequestIsMadeFromTemplatesAndTheSecretIsNowhereButThere) {
  const ConnectorId id = make({});
  operation(
      id, "do",
      R"({"method":"POST","path":"/base/{id}","query":{"q":"{q}","gone":"{none}"},"headers":{"X-Tag":"t-{q}"},
                          "body":"{\"n\":\"{n}\"}"})");
  const auto outcome = call(id, "do", object(R"({"id":"a b","q":"x&y","n":3})"));
  ASSERT_TRUE(outcome);
  ASSERT_FALSE(outcome->result.is_error) << outcome->result.text;
  const json::object& got = *outcome->result.structured;
  EXPECT_EQ(got.at("method"), "POST");
  EXPECT_EQ(got.at("path"), "/base/a%20b");
  EXPECT_EQ(got.at("query"), "q=x%26y");
  EXPECT_EQ(got.at("tag"), "t-x&y");
  EXPECT_EQ(got.at("body"), "{\"n\":3}");
  EXPECT_EQ(got.at("authorization"), "Bearer ***") << "the echoed secret is cut out";
  EXPECT_EQ(last_run().response->find("s3cret"), std::string::npos);
  EXPECT_EQ(to_json(access->snapshot()->connector(id)->config).find("s3cret"), std::string::npos);
  EXPECT_EQ(to_json(access->snapshot()->connector(id)->sealed_secrets).find("s3cret"), std::string::npos);
  EXPECT_TRUE(call(id, "do", object(R"({"id":"a","q":"line\nbreak"})"))->result.is_error)
      << "header injection";
}

TEST_F(Rest, PrivateAddressesAreRefusedUnlessAllowed) {
  const ConnectorId id = make({{"allow_private_addresses", false}});
  operation(id, "do", R"({"method":"GET","path":"/base/x"})");
  const auto refused = call(id, "do", {});
  EXPECT_TRUE(refused->result.is_error);
  EXPECT_NE(refused->result.text.find("private"), std::string::npos) << refused->result.text;
}

TEST_F(Rest, AFormWithPartsIsSentFieldByField) {
  const ConnectorId id = make({});
  operation(id, "send", R"({"method":"POST","path":"/base/x","content_type":"multipart/form-data",
                            "body":"{\"a \\\"b\\\"\":\"{a}\",\"list\":[\"{n}\",\"{gone}\",\"y\"],\"gone\":\"{gone}\"}"})");
  const auto outcome = call(id, "send", object(R"({"a":"1\r\n2","n":1.5})"));
  ASSERT_TRUE(outcome);
  ASSERT_FALSE(outcome->result.is_error) << outcome->result.text;
  const std::string body = text_or_empty(*outcome->result.structured, "body");
  const std::string line = body.substr(0, body.find("\r\n"));
  const auto part = [&](const std::string& name, const std::string& value) {
    return line + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  };
  EXPECT_EQ(body, part("a %22b%22", "1\r\n2") + part("list", "1.5") + part("list", "y") + line + "--\r\n");
  EXPECT_EQ(text_or_empty(*outcome->result.structured, "type"),
            "multipart/form-data; boundary=" + line.substr(2));
}

TEST_F(Rest, ErrorsOfTheUpstreamAreToolErrorsWithAClearText) {
  const ConnectorId id = make({{"max_bytes", 1000}});
  operation(id, "fails", R"({"method":"GET","path":"/fails"})");
  operation(id, "large", R"({"method":"GET","path":"/large"})");
  operation(id, "pick", R"({"method":"GET","path":"/base/p","pick":"/path"})");
  EXPECT_NE(call(id, "fails", {})->result.text.find("status 500"), std::string::npos);
  EXPECT_EQ(runner->health(id).state, HealthState::kFailing);
  operation(id, "needs", R"({"method":"GET","path":"/base/{id}"})");
  EXPECT_TRUE(call(id, "needs", {})->result.is_error);
  EXPECT_EQ(runner->health(id).state, HealthState::kFailing) << "the system was not asked";
  EXPECT_NE(call(id, "large", {})->result.text.find("larger than 1000"), std::string::npos);
  EXPECT_EQ(call(id, "pick", {})->result.text, "/base/p");
  EXPECT_EQ(runner->health(id).state, HealthState::kOk);
}

TEST_F(Rest, AModelGetsWhatTheOperationSaysOfAResponse) {
  const ConnectorId id = make({{"max_text_bytes", 100}});
  operation(id, "jmespath", R"({"method":"GET","path":"/list","pick":"items[?id > `27`].{n: id}"})");
  operation(id, "items", R"({"method":"GET","path":"/list","max_items":2})");
  operation(id, "cut", R"({"method":"GET","path":"/list"})");
  operation(id, "whole", R"({"method":"GET","path":"/list","max_text_bytes":100000})");
  operation(id, "large", R"({"method":"GET","path":"/list","max_bytes":100})");
  EXPECT_EQ(call(id, "jmespath", {})->result.text, R"([{"n":28},{"n":29}])");
  const auto items = call(id, "items", {})->result;
  EXPECT_EQ(items.structured->at("items").as_array().size(), 2u);
  EXPECT_NE(items.text.find("the first 2 of 30 items are kept"), std::string::npos) << items.text;
  const auto cut = call(id, "cut", {})->result;
  EXPECT_NE(cut.text.find("[The text was cut here: these are the first 100 of"), std::string::npos)
      << cut.text;
  EXPECT_FALSE(cut.structured) << "it would say more than the text";
  EXPECT_FALSE(cut.is_error);
  EXPECT_EQ(call(id, "whole", {})->result.structured->at("items").as_array().size(), 30u);
  const auto large = call(id, "large", {})->result;
  EXPECT_TRUE(large.is_error);
  EXPECT_NE(large.text.find("larger than 100 bytes. Nothing of it was read."), std::string::npos)
      << large.text;
}

TEST_F(Rest, AnOperationWhoseCutsCannotBeIsRefusedWithASentence) {
  const ConnectorId id = make({});
  const auto refusal = [&](const char* rest) {
    json::object definition =
        object(R"({"key":"k","name":"N","description":"D","input_schema":{"type":"object"}})");
    definition["rest"] = object(rest);
    const auto put = service->put_operation(id, "", definition);
    return put ? std::string("none") : put.error().message;
  };
  EXPECT_EQ(refusal(R"({"method":"GET","path":"/x","pick":"items[?a == 'b'"})"),
            "\"pick\" does not begin with /, as a JSON Pointer does, and cannot be read as JMESPath. ] is "
            "missing at "
            "character 16, where the expression ends.");
  EXPECT_NE(refusal(R"({"method":"GET","path":"/x","pick":["a"]})").find("must be text"), std::string::npos);
  for (const char* bad : {"0", "-1", "1.5", "\"9\"", "1000001"}) {
    const std::string rest = R"({"method":"GET","path":"/x","max_items":)" + std::string(bad) + "}";
    EXPECT_NE(refusal(rest.c_str()).find("whole number from 1 to 1,000,000"), std::string::npos) << bad;
  }
  EXPECT_NE(refusal(R"({"method":"GET","path":"/x","max_text_bytes":4194305})").find("1 to 4,194,304"),
            std::string::npos);
  EXPECT_EQ(refusal(R"({"method":"GET","path":"/x","max_items":1000000,"max_text_bytes":4194304})"), "none");
}

TEST_F(Rest, ADuplicateHasNoSecretsNoTagsAndIsDisabled) {
  const ConnectorId id = make({});
  operation(id, "do", R"({"method":"GET","path":"/base/x"})");
  const auto copy = service->duplicate(id);
  ASSERT_TRUE(copy);
  const auto snapshot = access->snapshot();
  const ConnectorEntry* entry = snapshot->connector(*copy);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->label, "Api copy");
  EXPECT_TRUE(entry->disabled);
  EXPECT_TRUE(entry->sealed_secrets.empty());
  EXPECT_EQ(entry->operations.size(), 1u);
}

TEST_F(Rest, BadConfigurationsAreRefusedWithASentence) {
  const auto create = [&](json::object config) {
    return service->create({"rest", "Bad", "", "", {}, config});
  };
  EXPECT_FALSE(create({{"base_url", "ftp://x"}}));
  EXPECT_FALSE(create({{"base_url", "http://user:pw@host"}}));
  EXPECT_FALSE(create({{"base_url", "http://h"}, {"unknown", 1}}));
  EXPECT_FALSE(create({{"base_url", "http://h"}, {"auth", "header"}}));
  EXPECT_FALSE(create({{"base_url", "http://h"}, {"headers", json::array{"no colon"}}}));
  const ConnectorId id = make({});
  json::object definition = object(
      R"({"key":"k","name":"n","description":"d","input_schema":{"type":"object"},"rest":{"method":"GET","path":"../admin"}})");
  EXPECT_FALSE(service->put_operation(id, "", definition));
  definition["rest"] = object(R"({"method":"GET","path":"/x"})");
  definition["input_schema"] =
      object(R"({"type":"object","properties":{"a":{"$ref":"http://example.com/s"}}})");
  EXPECT_FALSE(service->put_operation(id, "", definition)) << "a remote reference";
}

// A second passes whenever somebody looks.
class TickingClock final : public Clock {
 public:
  Micros now() const override { return now_ += kMicrosPerSecond; }

 private:
  mutable std::atomic<Micros> now_ = 0;
};

TEST_F(Connectors, NotesAreCountedAndBounded) {
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

TEST_F(Connectors, ASearchOfNotesEndsInTimeAndSaysWhatItLeftOut) {
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
          call.operation = &*std::find_if(connector->operations.begin(), connector->operations.end(),
                                          [&](const auto& one) { return one.key == operation_key; });
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

TEST_F(Connectors, ANotesSearchLooksAtEveryNoteInItsTime) {
  for (std::int64_t i = 0; i < kNotesPerSearchStep + 2; ++i)
    call(notes, "create", {{"title", i == 0 ? "the 100%_Oldest" : "another"}}).value();
  const auto found = call(notes, "search", {{"query", "100%_oldest"}});
  EXPECT_EQ(found->result.structured->at("notes").as_array().size(), 1U);
}

}  // namespace
}  // namespace wick
