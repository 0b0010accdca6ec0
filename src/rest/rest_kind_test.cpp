// The rest kind, against real SQLite and a real HTTP server.
#include "rest/rest_kind.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "http/server.h"
#include "testing/runner_fixture.h"

namespace wick {
namespace {

json::object object(std::string_view text) {
  return parse_trusted_json(text).as_object();
}

class Rest : public testing::Test, protected RunnerFixture {
 protected:
  Rest() {
    kinds.add(std::make_unique<RestKind>(client, *key, clock));
    RunnerFixture::start();
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

TEST_F(Rest, OnlyTheRequestContainsTheSecret) {
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

}  // namespace
}  // namespace wick
