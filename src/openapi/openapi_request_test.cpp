// From an operation of an OpenAPI document to the request that a call of it makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "connectors/check_once.h"
#include "openapi/openapi_document.h"
#include "openapi/openapi_schema.h"
#include "rest/rest_kind.h"
#include "rest/rest_request.h"

namespace wick::openapi {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

json::object object(std::string_view text) {
  return parse_json(text).value().as_object();
}

Document read(std::string_view text) {
  auto document = read_document(text);
  EXPECT_TRUE(document) << document.error().message;
  return document.value_or(Document());
}

// A document of 3.0.3 with these paths, and what else it has.
Document with_paths(std::string_view paths,
                    std::string_view more = R"("servers":[{"url":"https://api.test/v1"}])",
                    std::string_view version = "3.0.3") {
  return read(R"({"openapi":")" + std::string(version) + R"(","info":{"title":"T","version":"1"},)" +
              std::string(more) + R"(,"paths":{)" + std::string(paths) + "}}");
}

ImportedOperation only(const Document& document) {
  EXPECT_EQ(document.operations.size(), 1U);
  return document.operations.empty() ? ImportedOperation() : document.operations[0];
}

// One POST with this request body.
ImportedOperation with_body(std::string_view content, bool required = true,
                            std::string_view version = "3.0.3") {
  return only(with_paths(R"("/x":{"post":{"requestBody":{"required":)" +
                             std::string(required ? "true" : "false") + R"(,"content":)" +
                             std::string(content) + "}}}",
                         R"("servers":[{"url":"https://api.test/v1"}])", version));
}

struct Sent {
  std::string line, type, body, error;
};

// The request that a call of the operation makes.
Sent send(const ImportedOperation& operation, std::string_view arguments,
          std::string_view config = R"({"base_url":"https://api.test/v1"})") {
  EXPECT_TRUE(operation.importable) << testing::PrintToString(operation.notes);
  if (!operation.importable) return {};
  const json::object& schema = operation.definition.at("input_schema").as_object();
  const json::object given = object(arguments);
  const auto fits = check_once(schema, given);
  EXPECT_TRUE(fits) << fits.error().message << " " << to_json(schema);
  const json::object& rest = operation.definition.at("rest").as_object();
  const auto sound = check_rest_request(rest);
  EXPECT_TRUE(sound) << sound.error().message << to_json(rest);
  const auto request = make_rest_request(object(config), rest, given);
  if (!request) return {"", "", "", request.error().message};
  Sent sent{request->method + " " + request->url, "", request->has_body ? request->body : "none", ""};
  for (const auto& [name, value] : request->headers) {
    if (name == "Content-Type") sent.type = value;
  }
  const auto boundary = sent.type.find("boundary=");
  if (boundary != std::string::npos) replace_all(sent.body, sent.type.substr(boundary + 9), "B");
  replace_all(sent.body, "\r\n", "|");
  return sent;
}

std::string schema_of(const ImportedOperation& operation, const char* argument) {
  return to_json(operation.definition.at("input_schema").at("properties").at(argument));
}

// --- what is described elsewhere

TEST(OpenapiElsewhere, AnOperationThatIsDescribedInAnotherFileIsNotImportableAndSaysWhere) {
  const Document document = with_paths(
      R"("/a":{"get":{"$ref":"ops/a.yml"},"post":{"$ref":"#/components/x-ops/gone"},"put":{"$ref":"#/paths/~1a/put"},"patch":[]},)"
      R"("/b":{"$ref":"items/b.yml"},"/c":{"$ref":"items/c.yml#/C","get":{"operationId":"c"}})");
  ASSERT_EQ(document.operations.size(), 5U);
  const std::vector<std::string> reasons = {"\"ops/a.yml\" leads out",
                                            "\"#/components/x-ops/gone\" leads nowhere", "in a circle",
                                            "not an object", "\"items/c.yml#/C\" leads out"};
  const std::vector<std::string> operations = {"GET /a", "POST /a", "PUT /a", "PATCH /a", "GET /c"};
  for (const ImportedOperation& each : document.operations) {
    const auto at = std::find(operations.begin(), operations.end(), each.operation) - operations.begin();
    ASSERT_LT(at, 5) << each.operation;
    EXPECT_FALSE(each.importable) << each.operation;
    EXPECT_THAT(each.notes, ElementsAre(HasSubstr(reasons[std::size_t(at)]))) << each.operation;
  }
  EXPECT_THAT(document.notes, Contains(AllOf(HasSubstr("\"/b\""), HasSubstr("items/b.yml"))));
}

TEST(OpenapiElsewhere, APartOfARequestThatIsDescribedInAnotherFileIsNotImportableAndSaysWhere) {
  const std::vector<std::string> operations = {
      R"("parameters":[{"$ref":"other.yml#/P"}])",
      R"("parameters":[{"name":"q","in":"query","schema":{"$ref":"other.yml#/P"}}])",
      R"("requestBody":{"$ref":"other.yml#/P"})",
      R"("requestBody":{"content":{"application/json":{"schema":{"$ref":"other.yml#/P"}}}})",
      R"("requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"a":{"$ref":"other.yml#/P"}}}}}})",
      R"("requestBody":{"content":{"application/json":{"schema":{"type":"array","items":{"allOf":[{"$ref":"other.yml#/P"}]}}}}})",
      R"("requestBody":{"content":{"application/json":{"$ref":"other.yml#/P"}}})",
      R"("requestBody":{"content":{"multipart/form-data":{"schema":{"$ref":"other.yml#/P"}}}})"};
  for (const std::string& operation : operations) {
    const ImportedOperation imported = only(with_paths(R"("/x":{"post":{)" + operation + "}}"));
    EXPECT_FALSE(imported.importable) << operation;
    EXPECT_THAT(imported.notes, Contains(HasSubstr("\"other.yml#/P\" leads out of the document")))
        << operation;
  }
  const ImportedOperation response =
      only(with_paths(R"("/x":{"get":{"responses":{"200":{"$ref":"other.yml#/R"}}}})"));
  EXPECT_TRUE(response.importable) << "what comes back is not read from the document";
}

TEST(OpenapiElsewhere, ReferencesWithinTheDocumentAreFollowedWhereverTheyStand) {
  const Document document = with_paths(
      R"("/a":{"get":{"$ref":"#/x-ops/get"}},"/b":{"$ref":"#/x-items/b","summary":"Beside","delete":{"operationId":"own"}})",
      R"("servers":[{"url":"https://api.test/v1"}],"x-ops":{"get":{"operationId":"getA","parameters":[{"name":"q","in":"query","schema":{"type":"string"}}]}},"x-items":{"b":{"get":{"operationId":"getB"},"delete":{"operationId":"theirs"}}})");
  ASSERT_EQ(document.operations.size(), 3U);
  EXPECT_EQ(send(document.operations[0], R"({"q":"x"})").line, "GET https://api.test/v1/a?q=x");
  EXPECT_EQ(document.operations[1].definition.at("key"), "get_b");
  EXPECT_EQ(document.operations[2].definition.at("key"), "own") << "what stands beside a reference counts";
}

// --- read-only properties

TEST(OpenapiReadOnly, APropertyIsNeverDemandedWhereverRequiredAndReadOnlyStand) {
  const char* more =
      R"("servers":[{"url":"https://api.test/v1"}],"components":{"schemas":{"Id":{"type":"string","readOnly":true},"Base":{"type":"object","properties":{"id":{"type":"string","readOnly":true},"name":{"type":"string"}}},"Full":{"allOf":[{"$ref":"#/components/schemas/Base"},{"type":"object","required":["id","name"]}]}}})";
  const std::vector<std::string> schemas = {
      R"({"$ref":"#/components/schemas/Full"})",
      R"({"type":"object","required":["id","name"],"allOf":[{"$ref":"#/components/schemas/Base"}]})",
      R"({"allOf":[{"allOf":[{"$ref":"#/components/schemas/Base"}]},{"allOf":[{"required":["id","name"]}]}]})",
      R"({"type":"object","required":["id","name"],"properties":{"id":{"$ref":"#/components/schemas/Id"},"name":{"type":"string"}}})",
      R"({"type":"object","required":["id","name"],"properties":{"id":{"allOf":[{"$ref":"#/components/schemas/Id"}]},"name":{"type":"string"}}})",
      R"({"oneOf":[{"$ref":"#/components/schemas/Base"},{"type":"object","properties":{"id":{"readOnly":true},"name":{"type":"string"}}}],"required":["id","name"]})",
      R"({"allOf":[{"properties":{"id":{"type":"string"},"name":{"type":"string"}},"required":["id","name"]},{"properties":{"id":{"readOnly":true}}}]})"};
  for (const std::string& schema : schemas) {
    for (const bool nested : {false, true}) {
      const std::string whole =
          nested ? R"({"type":"object","properties":{"list":{"type":"array","items":)" + schema + "}}}"
                 : schema;
      const ImportedOperation operation = only(with_paths(
          R"("/x":{"post":{"requestBody":{"required":true,"content":{"application/json":{"schema":)" + whole +
              "}}}}}",
          more));
      const json::object& input = operation.definition.at("input_schema").as_object();
      const bool flat = operation.definition.at("rest").at("body") != "\"{body}\"";
      const auto wrapped = [&](std::string one) {
        if (nested) one = R"({"list":[)" + one + "]}";
        return object(flat ? one : R"({"body":)" + one + "}");
      };
      EXPECT_TRUE(check_once(input, wrapped(R"({"name":"n"})"))) << to_json(input);
      EXPECT_FALSE(check_once(input, wrapped("{}"))) << to_json(input);
    }
  }
}

TEST(OpenapiReadOnly, APropertyThatOneAlternativeWritesStaysThere) {
  const ImportedOperation operation = with_body(
      R"({"application/json":{"schema":{"oneOf":[{"type":"object","properties":{"id":{"readOnly":true}}},{"type":"object","required":["id"],"properties":{"id":{"type":"integer"}}}]}}})");
  EXPECT_THAT(schema_of(operation, "body"), HasSubstr(R"("id":{"type":"integer"})"));
  EXPECT_THAT(schema_of(operation, "body"), Not(HasSubstr("required")));
}

// --- paths

TEST(OpenapiPath, AFragmentTellsOperationsApartAndIsNeverSent) {
  const Document document =
      with_paths(R"("/token":{"post":{}},"/token#refresh":{"post":{}},"/t/{id}#a?b":{"get":{}})");
  ASSERT_EQ(document.operations.size(), 3U);
  EXPECT_EQ(document.operations[1].operation, "POST /token#refresh");
  EXPECT_EQ(send(document.operations[1], "{}").line, "POST https://api.test/v1/token");
  EXPECT_NE(document.operations[0].definition.at("key"), document.operations[1].definition.at("key"));
  EXPECT_EQ(send(document.operations[2], R"({"id":"7"})").line, "GET https://api.test/v1/t/7");
}

TEST(OpenapiPath, AQueryInThePathIsSentOnce) {
  const auto line = [](std::string_view path, std::string_view parameters, std::string_view arguments) {
    return send(only(with_paths("\"" + std::string(path) + R"(":{"get":{"parameters":[)" +
                                std::string(parameters) + "]}}")),
                arguments)
        .line;
  };
  EXPECT_EQ(
      line(
          "/?Action=List&flag",
          R"({"name":"Action","in":"query","required":true,"schema":{"enum":["List"]}},{"name":"n","in":"query","schema":{"type":"integer"}})",
          R"({"n":3})"),
      "GET https://api.test/v1/?Action=List&flag&n=3");
  EXPECT_EQ(
      line(
          "/s?q={q}&x={y}",
          R"({"name":"q","in":"query","schema":{"type":"string"}},{"name":"y","in":"path","required":true,"schema":{"type":"string"}})",
          R"({"q":"a b","y":"c&d"})"),
      "GET https://api.test/v1/s?q=a%20b&x=c%26d");
  EXPECT_EQ(line("/s{?q,page*}", R"({"name":"q","in":"query","schema":{"type":"string"}})",
                 R"({"q":"a","page":"2"})"),
            "GET https://api.test/v1/s?q=a&page=2");
}

TEST(OpenapiPath, PlacesMayStandBesideOtherCharactersAndEachOther) {
  const auto line = [](std::string_view path, std::string_view arguments) {
    return send(only(with_paths("\"" + std::string(path) + R"(":{"get":{}})")), arguments).line.substr(23);
  };
  EXPECT_EQ(line("/compare/{base}...{head}", R"({"base":"a/b","head":"c"})"), "/compare/a%2Fb...c");
  EXPECT_EQ(line("/files/{name}.{format}", R"({"name":"a.b","format":"json"})"), "/files/a.b.json");
  EXPECT_EQ(line("/ops/{name}:cancel", R"({"name":"7"})"), "/ops/7:cancel");
  EXPECT_EQ(line("/geo({lat},{lon})/x..y", R"({"lat":"1","lon":"2"})"), "/geo(1,2)/x..y");
  EXPECT_EQ(line("/items('{id}')", R"({"id":"it's"})"), "/items('it%27s')");
  EXPECT_EQ(line("/{proxy+}", R"({"proxy":"a b/c"})"), "/a%20b/c");
  EXPECT_EQ(line("/{name=projects/*/topics/*}:pull", R"({"name":"projects/p/topics/t"})"),
            "/projects/p/topics/t:pull");
  EXPECT_EQ(line("/users/{id:[0-9]+}", R"({"id":"7"})"), "/users/7");
}

TEST(OpenapiPath, NoArgumentLeadsToAnotherResource) {
  const auto error = [](std::string_view path, std::string_view arguments) {
    return send(only(with_paths("\"" + std::string(path) + R"(":{"get":{}})")), arguments).error;
  };
  EXPECT_THAT(error("/a/{x}/b", R"({"x":".."})"), HasSubstr("part of the address"));
  EXPECT_THAT(error("/a/.{x}/b", R"({"x":"."})"), HasSubstr("part of the address"));
  EXPECT_THAT(error("/a/{x+}", R"({"x":"b/../../admin"})"), HasSubstr("somewhere else"));
  EXPECT_THAT(error("/a/{x+}", R"({"x":"./b"})"), HasSubstr("somewhere else"));
  EXPECT_EQ(error("/a/{x}{y}", R"({"x":"a","y":".b"})"), "");
}

TEST(OpenapiPath, StylesWriteListsAndObjectsAsRfc6570Does) {
  const auto line = [](std::string_view style, bool explode, std::string_view schema,
                       std::string_view value) {
    const ImportedOperation operation = only(
        with_paths(R"("/x/{p}":{"get":{"parameters":[{"name":"p","in":"path","required":true,"style":")" +
                   std::string(style) + R"(","explode":)" + (explode ? "true" : "false") + R"(,"schema":)" +
                   std::string(schema) + "}]}}"));
    return send(operation, R"({"p":)" + std::string(value) + "}").line.substr(26);
  };
  const char *text = R"({"type":"string"})", *list = R"({"type":"array","items":{"type":"string"}})",
             *map = R"({"type":"object"})";
  const char *a = R"("a b")", *abc = R"(["a","b;c"])", *rgb = R"({"R":1,"G":"x"})";
  EXPECT_EQ(line("simple", false, text, a), "a%20b");
  EXPECT_EQ(line("simple", true, list, abc), "a,b%3Bc");
  EXPECT_EQ(line("simple", false, map, rgb), "R,1,G,x");
  EXPECT_EQ(line("simple", true, map, rgb), "R=1,G=x");
  EXPECT_EQ(line("label", false, text, a), ".a%20b");
  EXPECT_EQ(line("label", false, list, abc), ".a,b%3Bc");
  EXPECT_EQ(line("label", true, list, abc), ".a.b%3Bc");
  EXPECT_EQ(line("label", true, map, rgb), ".R=1.G=x");
  EXPECT_EQ(line("matrix", false, text, a), ";p=a%20b");
  EXPECT_EQ(line("matrix", false, list, abc), ";p=a,b%3Bc");
  EXPECT_EQ(line("matrix", true, list, abc), ";p=a;p=b%3Bc");
  EXPECT_EQ(line("matrix", true, map, rgb), ";R=1;G=x");
}

TEST(OpenapiQuery, DelimitedListsAndObjectsStayThat) {
  const auto line = [](std::string_view style, std::string_view type, std::string_view value) {
    const ImportedOperation operation =
        only(with_paths(R"("/x":{"get":{"parameters":[{"name":"p","in":"query","explode":false,"style":")" +
                        std::string(style) + R"(","schema":{"type":")" + std::string(type) + R"("}}]}})"));
    return send(operation, R"({"p":)" + std::string(value) + "}").line.substr(26);
  };
  const char *list = R"(["a|b","c d"])", *map = R"({"R":1,"G":"x"})";
  EXPECT_EQ(line("pipeDelimited", "array", list), "p=a%7Cb%7Cc%20d");
  EXPECT_EQ(line("spaceDelimited", "array", list), "p=a%7Cb%20c%20d");
  EXPECT_EQ(line("form", "array", list), "p=a%7Cb,c%20d");
  EXPECT_EQ(line("pipeDelimited", "object", map), "p=R%7C1%7CG%7Cx");
  EXPECT_EQ(line("spaceDelimited", "object", map), "p=R%201%20G%20x");
  EXPECT_EQ(line("form", "object", map), "p=R,1,G,x");
}

// --- servers

TEST(OpenapiServers, OnlyAtThePathsGiveTheBaseUrlWhenTheyAgree) {
  const Document document = with_paths(
      R"("/a":{"servers":[{"url":"https://a.test/v1"}],"get":{}},"/b":{"get":{"servers":[{"url":"https://a.test/v1/"}]}},"/c":{"get":{}})",
      R"("security":[])");
  EXPECT_EQ(document.base_url, "https://a.test/v1");
  for (const ImportedOperation& each : document.operations) {
    EXPECT_THAT(each.notes, IsEmpty());
    EXPECT_FALSE(each.definition.at("rest").as_object().contains("server"));
  }
}

TEST(OpenapiServers, AnotherOneIsSentToOnlyWhenTheSettingsNameIt) {
  const Document document = with_paths(
      R"("/a":{"get":{}},"/up":{"servers":[{"url":"https://up.test/2.0"}],"get":{}},"/old":{"get":{"servers":[{"url":"https://api.test:443/v0"}]}},"/rel":{"get":{"servers":[{"url":"/v9"}]}},"/bad":{"get":{"servers":[{"url":"ftp://x.test"}]}})");
  ASSERT_EQ(document.operations.size(), 5U);
  const ImportedOperation& up = document.operations[1];
  EXPECT_EQ(up.server, "https://up.test/2.0");
  EXPECT_THAT(up.notes, ElementsAre(AllOf(HasSubstr("https://up.test/2.0"), HasSubstr("Other servers"))));
  EXPECT_THAT(send(up, "{}").error, AllOf(HasSubstr("https://up.test,"), HasSubstr("Other servers")));
  for (const char* servers :
       {R"(["https://up.test.evil.test"])", R"(["http://up.test"])", R"(["https://up.test:8443"])"})
    EXPECT_NE(
        send(up, "{}", R"({"base_url":"https://api.test/v1","servers":)" + std::string(servers) + "}").error,
        "")
        << servers;
  EXPECT_EQ(
      send(up, "{}", R"({"base_url":"https://api.test/v1","servers":["HTTPS://UP.test:443/other"]})").line,
      "GET https://up.test/2.0/up");
  EXPECT_EQ(send(document.operations[2], "{}").line, "GET https://api.test:443/v0/old")
      << "it is the same host";
  EXPECT_THAT(document.operations[2].notes, IsEmpty());
  EXPECT_THAT(send(document.operations[2], "{}", R"({"base_url":"https://mine.test"})").error,
              HasSubstr("Other servers"))
      << "the secret of an installation of one's own does not go to the document's host";
  EXPECT_EQ(send(document.operations[3], "{}").line, "GET https://api.test/v9/rel");
  EXPECT_FALSE(document.operations[4].importable);
  EXPECT_THAT(document.operations[4].notes, ElementsAre(HasSubstr("ftp://x.test")));
}

TEST(OpenapiVersions, LaterOnesAreReadAs31AndSayWhatIsLeftOut) {
  const Document document = with_paths(
      R"("/a":{"get":{"parameters":[{"name":"n","in":"query","schema":{"type":["integer","null"]}}]},"query":{},"additionalOperations":{"COPY":{},"LOCK":{}}})",
      R"("servers":[{"url":"https://api.test/v1"}])", "3.2.0");
  EXPECT_THAT(document.notes,
              AllOf(Contains(HasSubstr("3.2.0 is read as 3.1")), Contains(HasSubstr("another method (3)"))));
  EXPECT_EQ(send(only(document), R"({"n":3})").line, "GET https://api.test/v1/a?n=3");
}

// --- bodies

TEST(OpenapiBody, TheContentTypeIsJudgedByItsStructure) {
  const char* lines = "{\"index\":{}}\n{\"a\":1}\n";
  for (const char* type : {"application/x-ndjson", "application/jsonl", "text/plain; format=json", "text/csv",
                           "application/xml", "application/vnd.example+yaml", "application/vnd.own-format"}) {
    const Sent sent = send(with_body(R"({")" + std::string(type) + R"(":{"schema":{"type":"string"}}})"),
                           to_json(json::object{{"body", lines}}));
    EXPECT_EQ(sent.body, lines) << type;
    EXPECT_EQ(sent.type, type);
  }
  for (const char* type : {"application/json", "application/vnd.api+json; version=1", "text/json", "*/*"})
    EXPECT_EQ(
        send(with_body(R"({")" + std::string(type) + R"(":{"schema":{"type":"string"}}})"), R"({"body":"x"})")
            .body,
        "\"x\"")
        << type;
}

TEST(OpenapiBody, APatchIsOfTheTypeThatItsSchemaAllows) {
  const auto type = [](std::string_view content) {
    const ImportedOperation operation = with_body(content);
    return operation.definition.at("rest").at("content_type").as_string();
  };
  const char *any = R"({"schema":{"type":"object"}})",
             *list = R"({"schema":{"type":"array","items":{"type":"object"}}})";
  const auto offer = [](const char* name, const char* media) {
    return "\"application/" + std::string(name) + "\":" + media;
  };
  EXPECT_EQ(type("{" + offer("json-patch+json", any) + "," + offer("strategic-merge-patch+json", any) + "," +
                 offer("merge-patch+json", any) + "}"),
            "application/merge-patch+json");
  EXPECT_EQ(type("{" + offer("json-patch+json", any) + "," + offer("strategic-merge-patch+json", any) + "}"),
            "application/strategic-merge-patch+json");
  EXPECT_EQ(type("{" + offer("merge-patch+json", any) + "," + offer("json", any) + "}"), "application/json");
  EXPECT_EQ(type("{" + offer("json-patch+json", list) + "," + offer("apply-patch+yaml", any) + "}"),
            "application/json-patch+json");
  const ImportedOperation patch = with_body("{" + offer("json-patch+json", any) + "}");
  EXPECT_EQ(send(patch, R"({"body":[{"op":"replace","path":"/a","value":{"b":1}}]})").body,
            R"([{"op":"replace","path":"/a","value":{"b":1}}])");
}

TEST(OpenapiBody, OneThatMayBeLeftOutIs) {
  const char* content = R"({"application/json":{"schema":{"type":"array","items":{}}}})";
  EXPECT_EQ(send(with_body(content, false), "{}").body, "none");
  EXPECT_EQ(send(with_body(content, false), R"({"body":[]})").body, "[]");
  EXPECT_EQ(send(with_body(R"({"text/plain":{}})", false), "{}").body, "none");
  EXPECT_EQ(send(with_body(R"({"application/octet-stream":{}})", false), "{}").body, "none");
}

TEST(OpenapiBody, BytesAreGivenInBase64) {
  const ImportedOperation octets =
      with_body(R"({"application/octet-stream":{"schema":{"type":"string","format":"binary"}}})");
  EXPECT_THAT(schema_of(octets, "body"), HasSubstr(R"("contentEncoding":"base64")"));
  const std::string bytes("\x89PNG\0\xFF", 6);
  for (const std::string& given :
       {std::string("iVBORwD/"), std::string("iVBORwD_"), std::string("data:image/png;base64,iVBO\\nRwD/ ")})
    EXPECT_EQ(send(octets, R"({"body":")" + given + "\"}").body, bytes) << given;
  EXPECT_EQ(send(octets, R"({"body":""})").body, "");
  EXPECT_EQ(send(octets, R"({"body":"YQ=="})").body, "a");
  EXPECT_THAT(send(octets, R"({"body":"iVBO*w"})").error,
              AllOf(HasSubstr("\"body\" must be base64"), HasSubstr("position 5")));
  EXPECT_THAT(send(octets, R"({"body":"YQ==YQ=="})").error, HasSubstr("position 5"));
  EXPECT_THAT(send(octets, R"({"body":"YWJjZ"})").error, HasSubstr("not a whole number of bytes"));
  const Sent jpeg = send(with_body(R"({"image/jpeg":{"schema":{"type":"string","format":"base64"}}})"),
                         R"({"body":"/9j/"})");
  EXPECT_EQ(jpeg.type + " " + jpeg.body, "image/jpeg /9j/") << "the content itself is base64";
}

TEST(OpenapiBody, AnOpenMediaTypeIsAnArgument) {
  const ImportedOperation any = with_body(R"({"image/*":{"schema":{"type":"string","format":"binary"}}})");
  const Sent sent = send(any, R"({"content_type":"image/webp","body":"YQ=="})");
  EXPECT_EQ(sent.type + " " + sent.body, "image/webp a");
  EXPECT_THAT(send(any, R"({"content_type":"image","body":"YQ=="})").error,
              HasSubstr("must be a media type"));
  EXPECT_THAT(send(any, R"({"content_type":"image/x\r\nA: b","body":"YQ=="})").error,
              HasSubstr("must be a media type"));
  EXPECT_THAT(schema_of(with_body(R"({"image/png":{},"image/gif":{}})"), "content_type"),
              HasSubstr(R"("enum":["image/png","image/gif"])"));
}

TEST(OpenapiBody, MultipartFieldsAreTextsJsonAndFiles) {
  const ImportedOperation operation = with_body(
      R"({"multipart/form-data":{"encoding":{"meta":{"contentType":"application/vnd.m+json"},"photo":{"contentType":"image/png"}},"schema":{"type":"object","required":["file"],"properties":{"purpose":{"type":"string"},"n":{"type":"integer"},"tags":{"type":"array","items":{"type":"string"}},"options":{"type":"object"},"meta":{"type":"object"},"file":{"type":"string","format":"binary","description":"What to upload."},"photo":{"type":"string","format":"binary"},"more":{"type":"array","items":{"type":"string","format":"binary"}}}}}})");
  EXPECT_THAT(schema_of(operation, "file"), HasSubstr("What to upload."));
  const Sent sent = send(
      operation,
      R"({"purpose":"ü","n":1,"tags":["a","b"],"options":{"x":1},"meta":{"y":2},"file":{"text":"a,b","filename":"q\"1.csv"},"photo":{"base64":"YQ=="},"more":[{"base64":"Yg==","filename":"b.bin","content_type":"image/gif"},{"text":""}]})");
  EXPECT_THAT(sent.type, testing::StartsWith("multipart/form-data; boundary="));
  EXPECT_EQ(
      sent.body,
      "--B|Content-Disposition: form-data; name=\"purpose\"||ü|"
      "--B|Content-Disposition: form-data; name=\"n\"||1|"
      "--B|Content-Disposition: form-data; name=\"tags\"||a|"
      "--B|Content-Disposition: form-data; name=\"tags\"||b|"
      "--B|Content-Disposition: form-data; name=\"options\"|Content-Type: application/json||{\"x\":1}|"
      "--B|Content-Disposition: form-data; name=\"meta\"|Content-Type: application/vnd.m+json||{\"y\":2}|"
      "--B|Content-Disposition: form-data; name=\"file\"; filename=\"q%221.csv\"|Content-Type: "
      "text/plain||a,b|"
      "--B|Content-Disposition: form-data; name=\"photo\"; filename=\"photo\"|Content-Type: image/png||a|"
      "--B|Content-Disposition: form-data; name=\"more\"; filename=\"b.bin\"|Content-Type: image/gif||b|"
      "--B|Content-Disposition: form-data; name=\"more\"; filename=\"more\"|Content-Type: "
      "text/plain|||--B--|");
  EXPECT_THAT(send(operation, R"({"file":{"filename":"x"}})").error, HasSubstr("\"file\" must be a file"));
  EXPECT_THAT(send(operation, R"({"file":{"base64":"?"}})").error,
              HasSubstr("\"file.base64\" must be base64"));
  EXPECT_THAT(send(operation, R"({"file":{"text":"x","content_type":"a/b\r\nX: y"}})").error,
              HasSubstr("must be a media type"));
}

TEST(OpenapiBody, MultipartFieldsFollowTheirEncoding) {
  const ImportedOperation operation = with_body(
      R"({"multipart/form-data":{"encoding":{
            "ids":{"style":"form","explode":false},"pipes":{"style":"pipeDelimited","explode":false,"contentType":"text/x"},
            "flat":{"style":"form"},"deep":{"style":"deepObject","explode":true},"each":{"explode":true},
            "note":{"contentType":"text/plain; charset=utf-8","headers":{"X-Part":{"schema":{"const":"a"}},
              "X-Other":{"schema":{"type":"string"}},"Content-Type":{"schema":{"const":"b"}}}},
            "docs":{"contentType":"image/png, image/jpeg","headers":{"X-Kind":{"$ref":"#/components/headers/Kind"}}}},
          "schema":{"type":"object","properties":{"ids":{"type":"array","items":{"type":"integer"}},
            "pipes":{"type":"array","items":{}},"flat":{"type":"object"},"deep":{"type":"object"},
            "each":{"type":"array","items":{}},"note":{"type":"string"},"list":{"type":"array","items":{"type":"object"}},
            "docs":{"type":"array","items":{"type":"string","format":"binary"}}}}}})",
      true, "3.1.0");
  EXPECT_THAT(operation.notes, ElementsAre(HasSubstr("\"X-Other\" of a part is not sent"),
                                           HasSubstr("\"X-Kind\" of a part is not sent")));
  EXPECT_THAT(schema_of(operation, "docs"), HasSubstr("One of image/png, image/jpeg."));
  EXPECT_EQ(
      send(
          operation,
          R"({"ids":[1,2],"pipes":["a b","c"],"flat":{"x":"ä=","y":2},"deep":{"a":{"b":[1]}},"each":["p","q"],"note":"n",
               "list":[{"x":1},{"x":2}],"docs":[{"text":"t"},{"base64":"YQ==","content_type":"image/png"}]})")
          .body,
      "--B|Content-Disposition: form-data; name=\"ids\"||1,2|"
      "--B|Content-Disposition: form-data; name=\"pipes\"||a b|c|"
      "--B|Content-Disposition: form-data; name=\"x\"||ä=|"
      "--B|Content-Disposition: form-data; name=\"y\"||2|"
      "--B|Content-Disposition: form-data; name=\"deep[a][b][0]\"||1|"
      "--B|Content-Disposition: form-data; name=\"each\"||p|"
      "--B|Content-Disposition: form-data; name=\"each\"||q|"
      "--B|Content-Disposition: form-data; name=\"note\"|Content-Type: text/plain; charset=utf-8|X-Part: "
      "a||n|"
      "--B|Content-Disposition: form-data; name=\"list\"|Content-Type: application/json||{\"x\":1}|"
      "--B|Content-Disposition: form-data; name=\"list\"|Content-Type: application/json||{\"x\":2}|"
      "--B|Content-Disposition: form-data; name=\"docs\"; filename=\"docs\"|Content-Type: text/plain||t|"
      "--B|Content-Disposition: form-data; name=\"docs\"; filename=\"docs\"|Content-Type: "
      "image/png||a|--B--|");
  EXPECT_EQ(send(operation, R"({"flat":{},"ids":[]})").body,
            "--B|Content-Disposition: form-data; name=\"ids\"|||--B--|");
}

TEST(OpenapiBody, AFieldOfAPartCannotBeginAnotherHeader) {
  const ImportedOperation operation = with_body(
      R"({"multipart/form-data":{"encoding":{"a":{"headers":{"X":{"schema":{"const":"1\r\nY: 2"}},"Z W":{"schema":{"const":"1"}}}}},
          "schema":{"type":"object","properties":{"a":{"type":"string"}}}}})");
  EXPECT_EQ(send(operation, R"({"a":"1"})").body, "--B|Content-Disposition: form-data; name=\"a\"||1|--B--|");
  const json::object rest = object(
      R"({"method":"POST","path":"/x","content_type":"multipart/form-data","body":"{\"a\":{\"content\":\"{a}\",\"content_type\":\"text/plain\",\"headers\":{\"X\":\"1\\r\\nY: 2\"}}}"})");
  EXPECT_FALSE(check_rest_request(rest));
}

TEST(OpenapiBody, ALongNameOfAFieldCountsForEachOfItsMembers) {
  const std::string name(20'000, 'n');
  json::object rest =
      object(R"({"method":"POST","path":"/x","content_type":"application/x-www-form-urlencoded"})");
  rest["body"] = "{\"" + name + "\":\"{o[]}\"}";
  json::object arguments, members;
  for (int i = 0; i < 2000; ++i) members["m" + std::to_string(i)] = i;
  arguments["o"] = std::move(members);
  const auto request = make_rest_request(object(R"({"base_url":"https://api.test"})"), rest, arguments);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::kTooLarge);
}

TEST(OpenapiBody, AFormThatSaysNothingOfItsFieldsIsNotImportable) {
  const ImportedOperation form = with_body(R"({"multipart/form-data":{"schema":{"type":"object"}}})");
  EXPECT_FALSE(form.importable);
  EXPECT_THAT(form.notes,
              ElementsAre(HasSubstr("multipart/form-data, and the document does not say which fields")));
  EXPECT_FALSE(with_body(R"({"multipart/mixed":{}})").importable);
  EXPECT_FALSE(with_body("{}").importable) << "a body is needed, and nothing is known of it";
  const ImportedOperation either = with_body(
      R"({"multipart/form-data":{"schema":{"anyOf":[{"type":"object","required":["f"],"properties":{"f":{"type":"string","format":"binary"}}},
          {"type":"object","required":["url"],"properties":{"url":{"type":"string"}}}]}}})");
  EXPECT_EQ(send(either, R"({"body":{"f":{"text":"t","filename":"a.txt"}}})").body,
            "--B|Content-Disposition: form-data; name=\"f\"; filename=\"a.txt\"|Content-Type: "
            "text/plain||t|--B--|");
  EXPECT_EQ(send(either, R"({"body":{"url":"u"}})").body,
            "--B|Content-Disposition: form-data; name=\"url\"||u|--B--|");
  const ImportedOperation files = with_body(
      R"({"multipart/form-data":{"schema":{"type":"object","properties":{"n":{"type":"object"}},
          "additionalProperties":{"type":"array","items":{"type":"string","format":"binary"}}}}})");
  EXPECT_EQ(send(files, R"({"body":{"n":{"x":1},"a":[{"base64":"YQ=="},{"base64":"Yg=="}]}})").body,
            "--B|Content-Disposition: form-data; name=\"n\"|Content-Type: application/json||{\"x\":1}|"
            "--B|Content-Disposition: form-data; name=\"a\"; filename=\"a\"|Content-Type: "
            "application/octet-stream||a|"
            "--B|Content-Disposition: form-data; name=\"a\"; filename=\"a\"|Content-Type: "
            "application/octet-stream||b|--B--|");
  const Sent open = send(
      with_body(
          R"({"multipart/form-data":{"schema":{"type":"object","additionalProperties":{"type":"string"}}}})"),
      R"({"body":{"a":"1"}})");
  EXPECT_EQ(open.body, "--B|Content-Disposition: form-data; name=\"a\"||1|--B--|");
}

TEST(OpenapiBody, FormFieldsFollowTheirEncoding) {
  const ImportedOperation operation = with_body(
      R"({"application/x-www-form-urlencoded":{"encoding":{"deep":{"style":"deepObject","explode":true},"flat":{"style":"form","explode":true},"json":{"contentType":"application/json"},"ids":{"explode":false},"pipes":{"style":"pipeDelimited","explode":false}},"schema":{"type":"object","properties":{"deep":{"type":"object"},"flat":{"type":"object"},"json":{"type":"array","items":{}},"ids":{"type":"array","items":{}},"pipes":{"type":"array","items":{}},"list":{"type":"array","items":{}}}}}})");
  EXPECT_EQ(
      send(operation,
           R"({"deep":{"a":{"b":[1]}},"flat":{"x":"y z"},"json":[1],"ids":[1,2],"pipes":[3,4],"list":[5,6]})")
          .body,
      "deep%5Ba%5D%5Bb%5D%5B0%5D=1&x=y%20z&json=%5B1%5D&ids=1,2&pipes=3%7C4&list=5&list=6");
  const ImportedOperation open = with_body(
      R"({"application/x-www-form-urlencoded":{"schema":{"type":"object","additionalProperties":true}}})");
  EXPECT_EQ(send(open, R"({"body":{"a b":"c&d","l":[1,2],"o":{"p":true},"n":null}})").body,
            "a%20b=c%26d&l=1&l=2&o%5Bp%5D=true");
}

// --- what documents get wrong, or write in another way

TEST(OpenapiOddities, AreReadAsTheyAreMeant) {
  const Document document = with_paths(
      R"("/a/{Id}":{"get":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],
           "requestBody":null,"tags":null}},
         "/sp ace":{"GET":{}},
         "/q":{"get":{"parameters":[{"name":"all","in":"querystring","content":{"application/x-www-form-urlencoded":
           {"schema":{"type":"object","properties":{"x":{"type":"integer"},"y":{"type":"string"}}}}}}]}})",
      R"("servers":[{"url":"https://api.test/v1"}])", "3.2.0");
  ASSERT_EQ(document.operations.size(), 3U);
  EXPECT_EQ(send(document.operations[0], R"({"id":"x"})").line, "GET https://api.test/v1/a/x");
  EXPECT_EQ(send(document.operations[1], "{}").line, "GET https://api.test/v1/sp%20ace");
  EXPECT_EQ(send(document.operations[2], R"({"all":{"x":1,"y":"a b"}})").line,
            "GET https://api.test/v1/q?x=1&y=a%20b");
}

TEST(OpenapiOddities, ReferencesMayNameWhatTheyLeadTo) {
  const Document document = with_paths(
      R"("/a":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"#addr"}}}}}},
         "/b":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"https://api.test/thing"}}}}}},
         "/c":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"https://api.test/thing#/properties/o"}}}}}},
         "/d":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"https://api.test/gone"}}}}}})",
      R"("servers":[{"url":"https://api.test/v1"}],"components":{"schemas":{
         "Addr":{"$anchor":"addr","type":"object","properties":{"street":{"type":"string"}}},
         "Thing":{"$id":"https://api.test/thing","type":"object","properties":{"o":{"type":"object","properties":{"n":{"type":"integer"}}}}}}})",
      "3.1.0");
  ASSERT_EQ(document.operations.size(), 4U);
  EXPECT_EQ(send(document.operations[0], R"({"street":"x"})").body, R"({"street":"x"})");
  EXPECT_EQ(send(document.operations[1], R"({"o":{"n":1}})").body, R"({"o":{"n":1}})");
  EXPECT_EQ(send(document.operations[2], R"({"n":1})").body, R"({"n":1})");
  EXPECT_FALSE(document.operations[3].importable);
}

TEST(OpenapiOddities, RequiredCookiesAreOneHeader) {
  const Document document = with_paths(
      R"("/a":{"get":{"parameters":[{"name":"sid","in":"cookie","required":true,"schema":{"type":"string"}},
         {"name":"v","in":"cookie","required":true,"schema":{"type":"array","items":{"type":"integer"}}},
         {"name":"theme","in":"cookie","schema":{"type":"string"}},
         {"name":"b c","in":"cookie","schema":{"type":"string"}}]}})");
  const ImportedOperation operation = only(document);
  const json::object& rest = operation.definition.at("rest").as_object();
  const auto request = make_rest_request(object(R"({"base_url":"https://api.test/v1"})"), rest,
                                         object(R"({"sid":"x","v":[1,2]})"));
  ASSERT_TRUE(request);
  EXPECT_THAT(request->headers, Contains(std::pair<std::string, std::string>("Cookie", "sid=x; v=1,2")));
  EXPECT_THAT(operation.notes, ElementsAre(HasSubstr("\"theme\" cannot be sent"), HasSubstr("\"b c\"")));
}

TEST(OpenapiOddities, AKeyInACookieIsAHeader) {
  const char* paths = R"("/a":{"get":{}})";
  const Document cookie = with_paths(
      paths, R"("components":{"securitySchemes":{"c":{"type":"apiKey","in":"cookie","name":"sid"}}})");
  EXPECT_EQ(to_json(cookie.auth), R"({"auth":"header","auth_name":"Cookie"})");
  EXPECT_THAT(cookie.notes, Contains(HasSubstr("enter \"sid=\" and its value")));
  const Document both = with_paths(
      paths,
      R"("components":{"securitySchemes":{"c":{"type":"apiKey","in":"cookie","name":"sid"},"b":{"type":"http","scheme":"bearer"}}})");
  EXPECT_EQ(to_json(both.auth), R"({"auth":"bearer"})");
}

TEST(OpenapiOddities, DocumentsOfOtherEncodingsAreRead) {
  const std::string text = R"({"openapi":"3.0.0","info":{"title":")"
                           "\xE9"
                           R"(","version":"1"},"paths":{"/a":{"get":{}}}})";
  EXPECT_EQ(read(text).title, "é");
  std::string little = "\xFF\xFE", big;
  for (const char c : text) {
    little += {c, '\0'};
    big += {'\0', c};
  }
  EXPECT_EQ(read(little).title, "é");
  EXPECT_EQ(read(big).title, "é");
  const auto tabs = read_document("openapi: 3.0.0\ninfo:\n\ttitle: x\n");
  ASSERT_FALSE(tabs);
  EXPECT_THAT(tabs.error().message, HasSubstr("indented by spaces, not by tabs"));
}

// --- hostile documents

TEST(OpenapiBounds, AHundredThousandOperationsAreReadUpToTheLimit) {
  std::string paths;
  for (int i = 0; i < 100'000; ++i)
    paths += (i == 0 ? "\"/p" : ",\"/p") + std::to_string(i) + R"(":{"get":{"$ref":"gone.yml"}})";
  const Document document = with_paths(paths, R"("security":[])");
  EXPECT_EQ(document.operations.size(), kMaxListedOperations);
  EXPECT_THAT(document.notes, Contains(HasSubstr("95000 more are left out")));
}

TEST(OpenapiBounds, AnOperationThatManyMethodsReferToIsReadUpToALimit) {
  std::string tags, paths;
  for (int i = 0; i < 300'000; ++i) tags += (i == 0 ? "\"t" : ",\"t") + std::to_string(i) + "\"";
  for (int i = 0; i < 2000; ++i)
    paths += (i == 0 ? "\"/p" : ",\"/p") + std::to_string(i) + R"(":{"get":{"$ref":"#/x-op"}})";
  const Document document = with_paths(paths, R"("x-op":{"tags":[)" + tags + "]}");
  EXPECT_LT(document.operations.size(), 20U);
  EXPECT_THAT(document.notes, Contains(HasSubstr("too often")));
}

TEST(OpenapiBounds, SoManyPatternsAreTriedAndTheOthersDescribed) {
  std::string paths;
  for (std::size_t i = 0; i <= kMaxTriedPatterns; ++i)
    paths += (i == 0 ? "\"/p" : ",\"/p") + std::to_string(i) +
             R"(":{"get":{"parameters":[{"name":"a","in":"query","schema":{"type":"string","pattern":"^x)" +
             std::to_string(i) + R"($"}}]}})";
  const Document document = with_paths(paths);
  ASSERT_EQ(document.operations.size(), kMaxTriedPatterns + 1);
  EXPECT_THAT(schema_of(document.operations[kMaxTriedPatterns - 1], "a"), HasSubstr("\"pattern\""));
  EXPECT_THAT(schema_of(document.operations[kMaxTriedPatterns], "a"), HasSubstr("Must match ^x1000$"));
}

TEST(OpenapiBounds, SchemasThatBranchIntoThemselvesEnd) {
  std::string branches;
  for (int i = 0; i < 60; ++i)
    branches += (i == 0 ? "" : ",") + std::string(R"({"$ref":"#/components/schemas/A"})");
  const Document document = with_paths(
      R"("/x":{"post":{"requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}}}})",
      R"("components":{"schemas":{"A":{"allOf":[)" + branches + R"(],"anyOf":[)" + branches +
          R"(],"properties":{"a":{"$ref":"#/components/schemas/A"}}}}})");
  EXPECT_EQ(document.operations.size(), 1U);
}

TEST(OpenapiBounds, HugeNamesAndLongPathsAreRefusedOrCut) {
  const std::string name(100'000, 'n');
  const Document document = with_paths(
      "\"/" + name + R"(":{"get":{}},"/m/{)" + name + R"(}":{"get":{"parameters":[{"name":")" + name +
      R"(","in":"path","required":true,"style":"matrix","explode":true,"schema":{"type":"array","items":{}}}]}})");
  ASSERT_EQ(document.operations.size(), 2U);
  for (const ImportedOperation& each : document.operations) {
    EXPECT_FALSE(each.importable);
    for (const std::string& note : each.notes) EXPECT_LT(note.size(), 1000U);
  }
}

}  // namespace
}  // namespace wick::openapi
