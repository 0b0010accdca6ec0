// OpenAPI documents as rest operations: what YAML means, how schemas are told, what is refused and reason.
#include "openapi/openapi_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/json.h"
#include "base/text.h"
#include "connectors/check_once.h"
#include "connectors/connector_service.h"
#include "openapi/openapi_schema.h"
#include "openapi/yaml_text.h"
#include "rest/template_text.h"

namespace wick::openapi {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json::value value_of(std::string_view text) {
  return parse_json(text).value();
}

// A document with one path item.
std::string with(std::string_view path, std::string_view item, std::string_view more = "",
                 std::string_view version = "3.0.3") {
  return R"({"openapi":")" + std::string(version) +
         R"(","info":{"title":"T","version":"1"},"servers":[{"url":"https://api.test/v1"}],)" +
         (more.empty() ? "" : std::string(more) + ",") + R"("paths":{")" + std::string(path) +
         "\":" + std::string(item) + "}}";
}

Document read(std::string_view text) {
  auto document = read_document(text);
  EXPECT_TRUE(document) << document.error().message;
  return document.value_or(Document());
}

ImportedOperation only(std::string_view text) {
  Document document = read(text);
  EXPECT_EQ(document.operations.size(), 1U);
  return document.operations.empty() ? ImportedOperation() : document.operations[0];
}

// What a schema of a body's one property becomes.
std::string converted(std::string_view schema, std::string_view version = "3.0.3",
                      std::string_view more = "") {
  const auto operation =
      only(with("/x",
                R"({"post":{"requestBody":{"required":true,"content":{"application/json":{"schema":)"
                R"({"type":"object","properties":{"p":)" +
                    std::string(schema) + "}}}}}}}",
                more, version));
  return to_json(operation.definition.at("input_schema").at("properties").at("p"));
}

std::string rest_of(const ImportedOperation& operation) {
  return to_json(operation.definition.at("rest"));
}

TEST(TemplateMarks, SayHowListsAndObjectsAreWritten) {
  const json::object arguments =
      value_of(R"({"l":["a b","c,d"],"o":{"x":1,"y":[2,{"z":"3"}]},"n":null})").get_object();
  EXPECT_THAT(fill_fields("q", "{l*}", arguments), ElementsAre("q=a%20b", "q=c%2Cd"));
  EXPECT_THAT(fill_fields("q", "{l,}", arguments), ElementsAre("q=a%20b,c%2Cd"));
  EXPECT_THAT(fill_fields("q", "{o*}", arguments), ElementsAre("x=1", "y=%5B2%2C%7B%22z%22%3A%223%22%7D%5D"));
  EXPECT_THAT(fill_fields("q", "{o[]}", arguments),
              ElementsAre("q%5Bx%5D=1", "q%5By%5D%5B0%5D=2", "q%5By%5D%5B1%5D%5Bz%5D=3"));
  EXPECT_THAT(fill_fields("q", "{absent*}", arguments), IsEmpty());
  EXPECT_EQ(fill_path("/x/{l,}", arguments).value(), "/x/a%20b,c%2Cd");
  EXPECT_FALSE(fill_path("/x/{l,}", value_of(R"({"l":[".."]})").get_object()));
  EXPECT_EQ(to_json(*fill_json(value_of(R"({"kept":"{n!}","dropped":"{n}","absent":"{m!}"})"), arguments)),
            R"({"kept":null})");
}

TEST(InputSchema, LongTextsAndExpressionsDoNotEndTheProcess) {
  const json::object schema =
      value_of(
          R"({"type":"object","properties":{"q":{"type":"string","pattern":"^(a|b)*$"},"d":{"type":"string","format":"date"},"any":{"format":"date-time"},"pattern":{"type":"integer"}},"patternProperties":{"^x(-|y)*$":{"type":"string"}},"additionalProperties":false})")
          .get_object();
  ASSERT_TRUE(check_schema(schema));
  json::object arguments;
  arguments["q"] = std::string(1'000'000, 'a');
  arguments["d"] = std::string(1'000'000, '1');
  arguments["any"] = json::object{{"a", 1}};
  arguments["x" + std::string(200'000, '-')] = "x";
  EXPECT_TRUE(check_once(schema, arguments));
  EXPECT_FALSE(check_once(schema, value_of(R"({"pattern":"x"})")))
      << "a property of that name keeps its schema";
}

TEST(OpenapiSchema, Converts30To2020) {
  EXPECT_EQ(converted(R"({"type":"string","nullable":true})"), R"({"type":["string","null"]})");
  EXPECT_EQ(converted(R"({"type":"string","nullable":true,"enum":["a"]})"),
            R"({"type":["string","null"],"enum":["a",null]})");
  EXPECT_EQ(
      converted(
          R"({"type":"integer","minimum":1,"exclusiveMinimum":true,"maximum":9,"exclusiveMaximum":false})"),
      R"({"type":"integer","exclusiveMinimum":1,"maximum":9})");
  EXPECT_EQ(converted(R"({"type":"string","example":"x","xml":{},"externalDocs":{},"x-more":1})"),
            R"({"type":"string","examples":["x"]})");
  EXPECT_EQ(converted(R"({"type":"string","enum":["a","b"],"default":"a"})"),
            R"({"type":"string","enum":["a","b"],"default":"a"})");
  EXPECT_EQ(
      converted(R"({"oneOf":[{"type":"string"},{"type":"integer"}],"discriminator":{"propertyName":"k"}})"),
      R"({"anyOf":[{"type":"string"},{"type":"integer"}]})");
  EXPECT_EQ(
      converted(
          R"({"type":"object","required":["id","n"],"properties":{"id":{"type":"string","readOnly":true},"n":{"type":"string"}}})"),
      R"({"type":"object","properties":{"n":{"type":"string"}},"required":["n"]})");
}

TEST(OpenapiSchema, PatternsAreAppliedWhereTheyMeanWhatTheySay) {
  EXPECT_EQ(converted(R"({"type":"string","pattern":"^a+$"})"), R"({"type":"string","pattern":"^a+$"})");
  EXPECT_EQ(converted(R"({"type":"string","nullable":true,"pattern":"^\\p{L}/"})"),
            R"({"type":["string","null"],"pattern":"^\\p{L}/"})");
  // Look around, another language's, a literal of JavaScript, no expression at all.
  for (const char* pattern :
       {"^(?=a)b", "\\\\A[a-z]+\\\\z", "[[:alpha:]]+", "/^[a-z]+$/", "/^a$/gi", "(", "a**"}) {
    const std::string text = std::string(R"({"type":"string","pattern":")") + pattern + "\"}";
    EXPECT_EQ(converted(text),
              std::string(R"({"type":"string","description":"Must match )") + pattern + "\"}");
  }
}

TEST(OpenapiSchema, ValuesAreOfTheTypeThatIsSaid) {
  EXPECT_EQ(converted(R"({"type":"string","enum":[1.0,2,true,"x"],"default":2,"example":1.5})"),
            R"({"type":"string","enum":["1.0","2","true","x"],"default":"2","examples":["1.5"]})");
  EXPECT_EQ(converted(R"({"type":"integer","nullable":true,"enum":["1",2,null],"default":"2"})"),
            R"({"type":["integer","null"],"enum":[1,2,null],"default":2})");
  EXPECT_EQ(converted(R"({"type":"boolean","default":"true"})"), R"({"type":"boolean","default":true})");
  EXPECT_EQ(converted(R"({"type":["string","integer"],"enum":["1",2]})", "3.1.0"),
            R"({"type":["string","integer"],"enum":["1",2]})");
}

TEST(OpenapiSchema, KeepsTheKeywordsOf31) {
  EXPECT_EQ(
      converted(R"({"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false})",
                "3.1.0"),
      R"({"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":{"not":{}}})");

  EXPECT_EQ(converted(R"({"type":["string","null"],"examples":["x","y"],"const":"x"})", "3.1.0"),
            R"({"type":["string","null"],"const":"x","examples":["x"]})");
  EXPECT_EQ(converted(R"({"exclusiveMinimum":1,"type":"number"})", "3.1.0"),
            R"({"type":"number","exclusiveMinimum":1})");
  EXPECT_EQ(converted(R"({"$ref":"#/components/schemas/A","minLength":2,"description":"mine"})", "3.1.0",
                      R"("components":{"schemas":{"A":{"type":"string","description":"its"}}})"),
            R"({"allOf":[{"description":"mine","type":"string"},{"minLength":2}]})");
  EXPECT_EQ(converted("true", "3.1.0"), "{}");
}

TEST(OpenapiSchema, LeavesOutUnusableParts) {
  EXPECT_EQ(
      converted(
          R"({"type":"file","minLength":-1,"maxItems":"many","required":"yes","enum":"a","properties":[]})"),
      "{}");
  EXPECT_EQ(converted("7"), "{}");
  EXPECT_EQ(converted(R"({"$ref":"other.yaml#/A"})"), "{}");
  EXPECT_EQ(converted(R"({"$ref":"#/components/schemas/Gone"})"), "{}");
}

TEST(OpenapiReferences, AreResolvedByPointerWithItsEscapes) {
  const char* more =
      R"("components":{"schemas":{"a/b":{"x~y":{"type":"boolean"}},"größe":{"type":"integer"}}})";
  EXPECT_EQ(converted(R"({"$ref":"#/components/schemas/a~1b/x~0y"})", "3.0.3", more),
            R"({"type":"boolean"})");
  EXPECT_EQ(converted(R"({"$ref":"#/components/schemas/gr%C3%B6%C3%9Fe"})", "3.0.3", more),
            R"({"type":"integer"})");
}

TEST(OpenapiReferences, RecursionEndsInDefinitionsThatTheValidatorUnderstands) {
  const auto operation = only(with(
      "/x",
      R"({"post":{"requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Node"}}}}}})",
      R"("components":{"schemas":{"Node":{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/components/schemas/Node"}}}}}})"));
  const json::object schema = operation.definition.at("input_schema").as_object();
  EXPECT_TRUE(operation.importable);
  const auto check = [&](std::string_view arguments) { return check_once(schema, value_of(arguments)); };
  EXPECT_TRUE(check(R"({"name":"a","children":[{"name":"b","children":[{"children":[{"name":"c"}]}]}]})"));
  EXPECT_FALSE(check(R"({"children":[{"children":[{"children":[{"name":7}]}]}]})"));
}

TEST(OpenapiReferences, CirclesThatConsumeNothingAllowAnythingAndSaySo) {
  for (
      const char* schemas :
      {R"({"A":{"$ref":"#/components/schemas/A"}})",
       R"({"A":{"$ref":"#/components/schemas/B"},"B":{"$ref":"#/components/schemas/A"}})",
       R"({"A":{"allOf":[{"$ref":"#/components/schemas/A"},{"type":"object"}]}})",
       R"({"A":{"anyOf":[{"$ref":"#/components/schemas/B"},{"type":"string"}]},"B":{"oneOf":[{"$ref":"#/components/schemas/A"},{"type":"string"}]}})"}) {
    const auto operation = only(with(
        "/x",
        R"({"get":{"parameters":[{"name":"p","in":"query","schema":{"$ref":"#/components/schemas/A"}}]}})",
        R"("components":{"schemas":)" + std::string(schemas) + "}"));
    EXPECT_FALSE(operation.warnings.empty()) << schemas;
    const json::object schema = operation.definition.at("input_schema").as_object();
    EXPECT_TRUE(check_once(schema, value_of(R"({"p":{"q":1}})"))) << schemas;
  }
}

TEST(OpenapiOperation, NamesAndDescribesItselfForAModel) {
  const auto named = only(with(
      "/repos/{o}/issues",
      R"({"get":{"operationId":"issues/list-for-repo","summary":"List issues of a repository.","description":"Open ones\nfirst.\n\nMore.","tags":["issues"]}})"));
  EXPECT_EQ(named.operation, "GET /repos/{o}/issues");
  EXPECT_EQ(named.definition.at("key"), "issues_list_for_repo");
  EXPECT_EQ(named.definition.at("name"), "List issues of a repository");
  EXPECT_EQ(named.definition.at("description"), "List issues of a repository. Open ones first.");
  EXPECT_THAT(named.tags, ElementsAre("issues"));
  EXPECT_EQ(named.definition.at("openapi").at("tags"), json::array({"issues"}));
  EXPECT_TRUE(named.definition.at("read_only").as_bool());
  const auto camel =
      only(with("/x", R"({"delete":{"operationId":"deleteHTTPRouteById","deprecated":true}})"));
  EXPECT_EQ(camel.definition.at("key"), "delete_http_route_by_id");
  EXPECT_EQ(camel.definition.at("name"), "Delete http route by id");
  EXPECT_TRUE(camel.definition.at("destructive").as_bool());
  EXPECT_TRUE(camel.deprecated);
  EXPECT_EQ(only(with("/things/{thingId}", R"({"put":{}})")).definition.at("key"), "put_things_thing_id");
}

TEST(OpenapiOperation, KeysAreUniqueAndNeverTooLong) {
  const Document document = read(
      R"({"openapi":"3.0.0","paths":{"/a":{"get":{"operationId":"get-it"},"post":{"operationId":"get it"}},"/ü":{"get":{"operationId":"日本"},"put":{"operationId":"日本語"}},"/)" +
      std::string(300, 'l') + R"(":{"get":{}}}})");
  std::set<std::string> keys;
  for (const auto& operation : document.operations) {
    const std::string key(operation.definition.at("key").as_string());
    EXPECT_THAT(key, testing::MatchesRegex("[a-z0-9_]{1,64}"));
    EXPECT_TRUE(keys.insert(key).second) << key;
  }
  EXPECT_EQ(keys.size(), 5U);
}

TEST(OpenapiOperation, ParametersBecomeTemplates) {
  const auto operation =
      only(with("/u/{user-id}/{n}",
                R"({"parameters":[{"name":"n","in":"path","schema":{"type":"integer"}}],"get":{"parameters":[
    {"name":"user-id","in":"path","required":true,"schema":{"type":"string"}},
    {"name":"q","in":"query","description":"What to find.","schema":{"type":"string"}},
    {"name":"ids[]","in":"query","schema":{"type":"array","items":{"type":"string"}}},
    {"name":"fields","in":"query","explode":false,"schema":{"type":"array","items":{"type":"string"}}},
    {"name":"filter","in":"query","style":"deepObject","explode":true,"schema":{"type":"object","properties":{"a":{"type":"string"}}}},
    {"name":"tags","in":"query","style":"pipeDelimited","schema":{"type":"array","items":{"type":"string"}}},
    {"name":"n","in":"query","required":true,"schema":{"type":"string"}},
    {"name":"X-Trace","in":"header","schema":{"type":"string"}},
    {"name":"Accept","in":"header","schema":{"type":"string"}},
    {"name":"sid","in":"cookie","schema":{"type":"string"}}]}})"));
  EXPECT_TRUE(operation.importable);
  EXPECT_EQ(
      rest_of(operation),
      R"({"method":"GET","path":"/u/{user-id}/{n}","query":{"q":"{q}","ids[]":"{ids*}","fields":"{fields,}","filter":"{filter[]}","tags":"{tags,%7C}","n":"{n_query}"},"headers":{"X-Trace":"{X-Trace}"}})");
  EXPECT_EQ(to_json(operation.definition.at("input_schema").at("required")), R"(["n","user-id","n_query"])");
  EXPECT_EQ(operation.definition.at("input_schema").at("properties").at("ids").at("description"),
            "Sent as ids[].");
  EXPECT_THAT(operation.warnings, ElementsAre(HasSubstr("The cookie \"sid\"")));
}

TEST(OpenapiOperation, BodiesAreFlattenedWhenNothingClashes) {
  const auto flat = only(with(
      "/x/{id}",
      R"({"patch":{"parameters":[{"name":"id","in":"path","schema":{"type":"string"}}],"requestBody":{"required":true,"content":{"text/xml":{},"application/json":{"schema":
    {"allOf":[{"type":"object","required":["title"],"properties":{"title":{"type":"string"},"made":{"type":"string","readOnly":true}}},{"properties":{"milestone":{"type":"integer","nullable":true}}}]}}}}}})"));
  EXPECT_EQ(
      rest_of(flat),
      R"({"method":"PATCH","path":"/x/{id}","body":"{\"title\":\"{title}\",\"milestone\":\"{milestone!}\"}","content_type":"application/json"})");
  EXPECT_EQ(to_json(flat.definition.at("input_schema").at("required")), R"(["id","title"])");
  const auto nested = only(with(
      "/x/{id}",
      R"({"put":{"parameters":[{"name":"id","in":"path","schema":{"type":"string"}}],"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","properties":{"id":{"type":"string"}}}}}}}})"));
  EXPECT_EQ(nested.definition.at("rest").at("body"), R"("{body}")");
  const auto open = only(with(
      "/x",
      R"({"post":{"requestBody":{"content":{"application/vnd.api+json":{"schema":{"type":"object","additionalProperties":{"type":"string"}}}}}}})"));
  EXPECT_EQ(open.definition.at("rest").at("content_type"), "application/vnd.api+json");
  EXPECT_THAT(open.warnings, IsEmpty());
  EXPECT_FALSE(open.definition.at("input_schema").as_object().contains("required")) << "it may be left out";
}

TEST(OpenapiOperation, FormsAreSentAndUploadsAreNot) {
  const auto form = only(with(
      "/x",
      R"({"post":{"requestBody":{"content":{"application/x-www-form-urlencoded":{"encoding":{"meta":{"style":"deepObject","explode":true}},"schema":
    {"type":"object","properties":{"amount":{"type":"integer"},"meta":{"type":"object"},"expand":{"type":"array","items":{"type":"string"}}}}}}}}})"));
  EXPECT_EQ(form.definition.at("rest").at("body"),
            R"({"amount":"{amount}","meta":"{meta[]}","expand":"{expand*}"})");
  const auto upload = only(with(
      "/x", R"({"post":{"requestBody":{"content":{"multipart/form-data":{"schema":{"type":"object"}}}}}})"));
  EXPECT_FALSE(upload.importable);
  EXPECT_THAT(upload.warnings, ElementsAre(HasSubstr("multipart/form-data")));
}

TEST(OpenapiOperation, RefusesPathsThatCouldLeaveTheApi) {
  for (const char* path : {"/../admin", "/a/%2E%2e/b", "/./a", "/a/..", "/http://other/", "/a\\\\b"})
    EXPECT_FALSE(only(with(path, R"({"get":{}})")).importable) << path;
  const auto unicode =
      only(with("/größe/{größe}",
                R"({"get":{"parameters":[{"name":"größe","in":"path","schema":{"type":"string"}}]}})"));
  EXPECT_TRUE(unicode.importable);
  EXPECT_EQ(unicode.definition.at("rest").at("path"), "/gr%C3%B6%C3%9Fe/{gr_e}");
}

TEST(OpenapiServer, IsTheFirstThatIsAWholeHttpAddress) {
  const auto base = [](std::string_view servers, std::string_view url = "") {
    return read_document(R"({"openapi":"3.1.0","paths":{},"servers":)" + std::string(servers) + "}", url)
        ->base_url;
  };
  EXPECT_EQ(
      base(
          R"([{"url":"https://{region}.api.test/{v}/","variables":{"region":{"default":"eu"},"v":{"default":2}}}])"),
      "https://eu.api.test/2");
  for (const char* bad : {"javascript:alert`1`", "https://user@evil.test", "/v1", "file:///etc/passwd",
                          "https://{open}.test", "https://a b"})
    EXPECT_EQ(base(R"([{"url":")" + std::string(bad) + "\"}]"), "") << bad;
  EXPECT_EQ(base(R"([{"url":"HTTPS://api.test/v1"}])"), "https://api.test/v1");
  EXPECT_EQ(base(R"([{"url":"/v1"}])", "https://docs.test/a/openapi.json?x"), "https://docs.test/v1");
  EXPECT_EQ(base(R"([{"url":"./v1"}])", "https://docs.test/a/openapi.json"), "https://docs.test/a/v1");
  EXPECT_EQ(base(R"([{"url":"../v1"}])", "https://docs.test/a/b/openapi.json"), "https://docs.test/a/v1");
  EXPECT_EQ(base(R"([{"url":""}])", "https://docs.test/a/openapi.json"), "https://docs.test/a");
  EXPECT_EQ(base(R"([{"url":"//api.test"}])", "https://docs.test/"), "https://api.test");
  EXPECT_EQ(base(R"([{"url":"javascript:alert`1`"
}])",
                 "https://docs.test/"),
            "");
}

TEST(OpenapiAuth, IsProposedFromWhatTheDocumentRequires) {
  const auto auth = [](std::string_view schemes, std::string_view security = "[]") {
    return to_json(read_document(R"({"openapi":"3.0.0","paths":{},"security":)" + std::string(security) +
                                 R"(,"components":{"securitySchemes":)" + std::string(schemes) + "}}")
                       ->auth);
  };
  EXPECT_EQ(auth(R"({"b":{"type":"http","scheme":"Bearer"}})"), R"({"auth":"bearer"})");
  EXPECT_EQ(auth(R"({"b":{"type":"http","scheme":"basic"},"k":{"type":"apiKey","in":"query","name":"key"}})",
                 R"([{"k":[]}])"),
            R"({"auth":"query","auth_name":"key"})");
  EXPECT_EQ(
      auth(
          R"({"c":{"type":"apiKey","in":"cookie","name":"s"},"k":{"type":"apiKey","in":"header","name":"X-Key"}})"),
      R"({"auth":"header","auth_name":"X-Key"})");
  EXPECT_EQ(
      auth(
          R"({"o":{"type":"oauth2","flows":{"clientCredentials":{"tokenUrl":"https://id.test/token","scopes":{"read":"","write":""}}}}})"),
      R"({"auth":"oauth_client_credentials","token_url":"https://id.test/token","scope":"read write"})");
  EXPECT_EQ(auth(R"({"o":{"type":"oauth2","flows":{"implicit":{}}}})"), R"({"auth":"none"})");
}

TEST(OpenapiDocument, SaysWhatItIsNot) {
  const auto error = [](std::string_view text) { return read_document(text).error().message; };
  EXPECT_THAT(error(""), HasSubstr("empty"));
  EXPECT_THAT(error("{\"openapi\":"), HasSubstr("not valid JSON"));
  EXPECT_THAT(error("hello"), HasSubstr("not an OpenAPI document"));
  EXPECT_THAT(error("[]"), HasSubstr("not an OpenAPI document"));
  EXPECT_THAT(error("swagger: '1.2'"), HasSubstr("must be of 2.0, 3.0 or 3.1"));
  EXPECT_THAT(error("openapi: 4.0.0"), HasSubstr("must be of 2.0, 3.0 or 3.1"));
  EXPECT_THAT(error(std::string(kMaxDocumentBytes + 1, ' ')), HasSubstr("larger than 16 MiB"));
  EXPECT_TRUE(read_document("openapi: 3.1\ninfo: {title: x, version: 1.2}\npaths: {}"));
}

TEST(OpenapiDocument, HugeSchemasAreToldWithLessDetailInBoundedTime) {
  // Each level has ten members of the next: a billion, written out.
  std::string schemas = R"({"S9":{"type":"string"})";
  for (int i = 0; i < 9; ++i) {
    schemas += ",\"S" + std::to_string(i) + R"(":{"type":"object","properties":{)";
    for (int k = 0; k < 10; ++k)
      schemas += (k == 0 ? "\"m" : ",\"m") + std::to_string(k) + R"(":{"$ref":"#/components/schemas/S)" +
                 std::to_string(i + 1) + "\"}";
    schemas += "}}";
  }
  std::string paths;
  for (int i = 0; i < 500; ++i)
    paths +=
        (i == 0 ? "\"/p" : ",\"/p") + std::to_string(i) +
        R"(":{"post":{"requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/S0"}}}}}})";
  const auto begun = std::chrono::steady_clock::now();
  const Document document =
      read(R"({"openapi":"3.0.0","paths":{)" + paths + R"(},"components":{"schemas":)" + schemas + "}}}");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  ASSERT_EQ(document.operations.size(), 500U);
  EXPECT_TRUE(document.operations[0].importable);
  EXPECT_LT(to_json(document.operations[0].definition).size(), kMaxDefinitionBytes);
  EXPECT_THAT(document.operations[0].warnings, Contains(HasSubstr("larger or deeper")));
}

TEST(OpenapiDocument, ALargePartThatIsReferredToThousandsOfTimesIsNotReadThatOften) {
  // Each of these takes a megabyte or 100,000 values, and 2,000 operations refer to it.
  const std::string megabyte(1'000'000, 'x');
  std::string names;
  for (int i = 0; i < 100'000; ++i) names += (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + "\"";
  std::string properties;
  for (int i = 0; i < 100'000; ++i)
    properties += (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + R"(":{"readOnly":true})";
  std::string tildes;
  for (int i = 0; i < 500'000; ++i) tildes += "~0";
  for (const std::string& schema :
       {R"({"type":"string","description":")" + megabyte + "\"}",
        R"({"type":"string","pattern":")" + megabyte + "\"}",
        R"({"type":"string","default":")" + megabyte + "\"}", R"({"$ref":"#/)" + tildes + "\"}",
        R"({"type":"string","enum":[)" + names + "]}", R"({"type":"object","required":[)" + names + "]}",
        R"({"type":"object","properties":{)" + properties + "}}",
        R"({"$ref":"#/components/schemas/T","x-more":[)" + names + "]}"}) {
    std::string paths;
    for (int i = 0; i < 2000; ++i) {
      paths +=
          (i == 0 ? "\"/p" : ",\"/p") + std::to_string(i) +
          R"(":{"get":{"parameters":[{"name":"a","in":"query","schema":{"$ref":"#/components/schemas/S"}}]}})";
    }
    const Document document =
        read(R"({"openapi":"3.1.0","paths":{)" + paths + R"(},"components":{"schemas":{"S":)" + schema +
             R"(,"T":{"type":"string"}}}})");
    EXPECT_EQ(document.operations.size(), 2000U) << schema.substr(0, 60);
    EXPECT_LE(document.warnings.size(), kMaxWarnings);
  }
}

TEST(OpenapiDocument, APathItemThatManyPathsReferToIsReadUpToALimit) {
  std::string tags, paths;
  for (int i = 0; i < 300'000; ++i) tags += (i == 0 ? "\"t" : ",\"t") + std::to_string(i) + "\"";
  for (int i = 0; i < 2000; ++i) paths += ",\"/p" + std::to_string(i) + R"(":{"$ref":"#/paths/~1first"})";
  const Document document =
      read(R"({"openapi":"3.1.0","paths":{"/first":{"get":{"tags":[)" + tags + "]}}" + paths + "}}");
  EXPECT_LT(document.operations.size(), 20U);
  EXPECT_THAT(document.warnings, Contains(HasSubstr("too often")));
}

TEST(OpenapiDocument, AHugeEnumAllowsAnyValueAndGivesExamples) {
  std::string values;
  for (int i = 0; i < 50'000; ++i) values += (i == 0 ? "\"v" : ",\"v") + std::to_string(i) + "\"";
  EXPECT_EQ(converted(R"({"type":"string","enum":[)" + values + "]}"),
            R"({"type":"string","description":"One of 50000 values, for example v0, v1, v2, v3, v4."})");
}

TEST(OpenapiDocument, TheSameInYamlAndJsonGivesTheSameDefinitions) {
  const Document json_read = read(with(
      "/x/{id}",
      R"({"get":{"summary":"Get","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string","maxLength":5}}]}})"));
  const Document yaml_read = read(
      "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: https://api.test/v1}]\npaths:\n  "
      "/x/{id}:\n    get:\n      summary: Get\n      parameters:\n      - {in: path, name: id, required: "
      "yes, schema: {maxLength: 5, type: string}}\n");
  EXPECT_EQ(json_read.operations.at(0).definition.at("openapi").at("parts"),
            yaml_read.operations.at(0).definition.at("openapi").at("parts"));
  EXPECT_EQ(json_read.operations.at(0).definition.at("openapi").at("digest"),
            yaml_read.operations.at(0).definition.at("openapi").at("digest"));
}

TEST(DefinitionDigest, IsAboutWhatAnOperationDoesNotHowItIsWritten) {
  const auto digest = [](std::string_view text) { return definition_digest(value_of(text).get_object()); };
  const std::string one = digest(
      R"({"key":"k","name":"n","description":"d","input_schema":{"type":"object","properties":{}},"rest":{"method":"POST","path":"/","body":"{\"a\":\"{a}\"}"},"read_only":false})");
  EXPECT_EQ(
      one,
      digest(
          R"({"enabled":true,"openapi":{},"rest":{"path":"/","method":"POST","query":{},"headers":{},"body":"{ \"a\": \"{a}\" }"},"input_schema":{"properties":{},"type":"object"},"description":"d","name":"n","key":"other"})"));
  EXPECT_NE(
      one,
      digest(
          R"({"key":"k","name":"n","description":"d","input_schema":{"type":"object","properties":{}},"rest":{"method":"POST","path":"/x","body":"{\"a\":\"{a}\"}"}})"));
}

}  // namespace
}  // namespace wick::openapi
