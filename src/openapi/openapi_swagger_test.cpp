// From a Swagger 2.0 document to the requests that its operations make.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "connectors/check_once.h"
#include "openapi/openapi_document.h"
#include "rest/rest_request.h"

namespace wick::openapi {
namespace {

using testing::Contains;
using testing::HasSubstr;

json::object object(std::string_view text) {
  return parse_json(text).value().as_object();
}

Document read(std::string_view text, std::string_view url = {}) {
  auto document = read_document(text, url);
  EXPECT_TRUE(document) << document.error().message;
  return document.value_or(Document());
}

// A document with these members in addition to its version, host and path.
Document with(std::string_view more) {
  return read(
      R"({"swagger":"2.0","info":{"title":"T","version":"1"},"host":"api.test","basePath":"/v1/","schemes":["http","https"],)" +
      std::string(more) + "}");
}

ImportedOperation post(std::string_view operation, std::string_view more = R"("definitions":{})") {
  const Document document =
      with(R"("paths":{"/x":{"post":)" + std::string(operation) + "}}," + std::string(more));
  EXPECT_EQ(document.operations.size(), 1U);
  return document.operations.empty() ? ImportedOperation() : document.operations[0];
}

std::string schema_of(const ImportedOperation& operation) {
  return to_json(operation.definition.at("input_schema"));
}

// "POST https://api.test/v1/x text/plain body"
std::string sent(const ImportedOperation& operation, std::string_view arguments) {
  EXPECT_TRUE(operation.importable) << testing::PrintToString(operation.warnings);
  if (!operation.importable) return "";
  const auto fits = check_once(operation.definition.at("input_schema").as_object(), object(arguments));
  EXPECT_TRUE(fits) << fits.error().message << schema_of(operation);
  const json::object& rest = operation.definition.at("rest").as_object();
  EXPECT_TRUE(check_rest_request(rest)) << to_json(rest);
  const auto request =
      make_rest_request(object(R"({"base_url":"https://api.test/v1"})"), rest, object(arguments));
  if (!request) return request.error().message;
  std::string out = request->method + " " + request->url, type;
  for (const auto& [name, value] : request->headers) {
    if (name == "Content-Type")
      type = value;
    else
      out += " " + name + ":" + value;
  }
  std::string body = request->body;
  if (const auto boundary = type.find("boundary="); boundary != std::string::npos) {
    replace_all(body, type.substr(boundary + 9), "B");
    replace_all(body, "\r\n", "|");
    type = "multipart";
  }
  return request->has_body ? out + " " + type + " " + body : out;
}

TEST(Swagger, ParametersAreWrittenAsTheirCollectionFormatSays) {
  const Document document = with(
      R"("parameters":{"limit":{"name":"limit","in":"query","type":"integer","maximum":9,"exclusiveMaximum":true}},
      "paths":{"/a/{id}/{ids}":{"parameters":[{"name":"id","in":"path","required":true,"type":"string","pattern":"^[a-z]+$"},
          {"name":"X-Old","in":"header","type":"string"}],
        "get":{"parameters":[{"$ref":"#/parameters/limit"},{"name":"X-Old","in":"header","type":"array","items":{"type":"string"}},
          {"name":"ids","in":"path","required":true,"type":"array","items":{"type":"integer"}},
          {"name":"csv","in":"query","type":"array","items":{"type":"string"}},
          {"name":"ssv","in":"query","type":"array","items":{"type":"string"},"collectionFormat":"ssv"},
          {"name":"tsv","in":"query","type":"array","items":{"type":"string"},"collectionFormat":"tsv"},
          {"name":"pipes","in":"query","type":"array","items":{"type":"string"},"collectionFormat":"pipes"},
          {"name":"multi","in":"query","type":"array","items":{"type":"string","enum":["a","b"]},"collectionFormat":"multi"}]}}})");
  ASSERT_EQ(document.operations.size(), 1U);
  EXPECT_EQ(document.base_url, "https://api.test/v1");
  const ImportedOperation& get = document.operations[0];
  EXPECT_EQ(
      sent(
          get,
          R"({"id":"x","ids":[1,2],"limit":8,"X-Old":["p","q"],"csv":["a b","c"],"ssv":["a","b"],"tsv":["a","b"],
                          "pipes":["a","b"],"multi":["a","b"]})"),
      "GET https://api.test/v1/a/x/1,2?limit=8&csv=a%20b,c&ssv=a%20b&tsv=a%09b&pipes=a%7Cb&multi=a&multi=b "
      "X-Old:p,q");
  EXPECT_THAT(schema_of(get), HasSubstr(R"("limit":{"type":"integer","exclusiveMaximum":9})"));
  EXPECT_THAT(schema_of(get), HasSubstr(R"("id":{"type":"string","pattern":"^[a-z]+$"})"));
}

TEST(Swagger, TheBodyIsOfTheTypesThatAreConsumed) {
  const char* definitions =
      R"("definitions":{"Pet":{"type":"object","required":["name"],"properties":{"id":{"type":"integer","readOnly":true},
      "name":{"type":"string"},"tag":{"type":"string","x-nullable":true},"kids":{"type":"array","items":{"$ref":"#/definitions/Pet"}}}}},
      "parameters":{"Pet":{"name":"pet","in":"body","required":true,"schema":{"$ref":"#/definitions/Pet"}}},"consumes":["text/xml"])";
  const ImportedOperation own = post(
      R"({"consumes":["application/xml","application/json"],"parameters":[{"$ref":"#/parameters/Pet"}]})",
      definitions);
  EXPECT_EQ(sent(own, R"({"name":"a","tag":null,"kids":[{"name":"b"}]})"),
            R"(POST https://api.test/v1/x application/json {"name":"a","tag":null,"kids":[{"name":"b"}]})");
  EXPECT_THAT(schema_of(own), HasSubstr(R"("required":["name"])"));
  const ImportedOperation general = post(R"({"parameters":[{"$ref":"#/parameters/Pet"}]})", definitions);
  EXPECT_EQ(sent(general, R"({"body":"<a/>"})"), "POST https://api.test/v1/x text/xml <a/>");
  const ImportedOperation cleared =
      post(R"({"consumes":[],"parameters":[{"$ref":"#/parameters/Pet"}]})", definitions);
  EXPECT_EQ(sent(cleared, R"({"name":"a"})"), R"(POST https://api.test/v1/x application/json {"name":"a"})");
  const ImportedOperation bytes = post(
      R"({"consumes":["application/x-tar"],"parameters":[{"name":"b","in":"body","schema":{"type":"string","format":"binary"}}]})");
  EXPECT_EQ(sent(bytes, R"({"body":"YQ=="})"), "POST https://api.test/v1/x application/x-tar a");
}

TEST(Swagger, FormsAreUrlencodedOrMultipart) {
  const char* fields =
      R"({"name":"t","in":"formData","type":"string","required":true,"description":"A text."},
      {"name":"l","in":"formData","type":"array","items":{"type":"integer"}},
      {"name":"m","in":"formData","type":"array","items":{"type":"string"},"collectionFormat":"multi"})";
  const char* arguments = R"({"t":"a b","l":[1,2],"m":["x","y"]})";
  for (const char* types : {R"(["application/x-www-form-urlencoded"])", R"(["application/json"])", "[]",
                            R"(["multipart/form-data","application/x-www-form-urlencoded"])"}) {
    const ImportedOperation form =
        post(R"({"consumes":)" + std::string(types) + R"(,"parameters":[)" + fields + "]}");
    EXPECT_EQ(sent(form, arguments),
              "POST https://api.test/v1/x application/x-www-form-urlencoded t=a%20b&l=1,2&m=x&m=y");
    EXPECT_THAT(schema_of(form), HasSubstr(R"("t":{"description":"A text.","type":"string"})"));
    EXPECT_THAT(schema_of(form), HasSubstr(R"("required":["t"])"));
  }
  const ImportedOperation parts =
      post(R"({"consumes":["multipart/form-data"],"parameters":[)" + std::string(fields) + "]}");
  EXPECT_EQ(sent(parts, R"({"t":"a","l":[1,2],"m":["x","y"]})"),
            "POST https://api.test/v1/x multipart --B|Content-Disposition: form-data; name=\"t\"||a|"
            "--B|Content-Disposition: form-data; name=\"l\"||1,2|"
            "--B|Content-Disposition: form-data; name=\"m\"||x|--B|Content-Disposition: form-data; "
            "name=\"m\"||y|--B--|");
  const ImportedOperation file =
      post(R"({"parameters":[{"name":"f","in":"formData","type":"file","required":true}]})");
  EXPECT_EQ(sent(file, R"({"f":{"text":"a","filename":"a.txt"}})"),
            "POST https://api.test/v1/x multipart --B|Content-Disposition: form-data; name=\"f\"; "
            "filename=\"a.txt\"|Content-Type: text/plain||a|--B--|");
}

TEST(Swagger, ServersComeFromHostPathAndSchemes) {
  const auto base = [](std::string_view members, std::string_view url = {}) {
    return read(R"({"swagger":"2.0","paths":{"/a":{"get":{}}})" + std::string(members) + "}", url).base_url;
  };
  EXPECT_EQ(base(R"(,"host":"a.test","schemes":["http"])"), "http://a.test");
  EXPECT_EQ(base(R"(,"host":"a.test:8443","basePath":"v2","schemes":["wss","https"])"),
            "https://a.test:8443/v2");
  EXPECT_EQ(base(R"(,"host":"a.test")"), "https://a.test");
  EXPECT_EQ(base(R"(,"host":"a.test","basePath":"/")", "http://b.test/swagger.json"), "http://a.test");
  EXPECT_EQ(base(R"(,"host":"https://a.test/")"), "https://a.test");
  EXPECT_EQ(base(R"(,"basePath":"/v2")", "http://b.test:81/docs/swagger.json"), "http://b.test:81/v2");
  EXPECT_EQ(base(R"(,"basePath":"/v2")"), "");
  EXPECT_EQ(base(""), "");
  const Document plain =
      with(R"("paths":{"/a":{"get":{"schemes":["http"]}},"/b":{"get":{"schemes":["https"]}}})");
  ASSERT_EQ(plain.operations.size(), 2U);
  EXPECT_EQ(plain.operations[0].server, "http://api.test/v1");
  EXPECT_EQ(plain.operations[1].server, "");
}

TEST(Swagger, SecurityDefinitionsAreProposed) {
  const auto auth = [](std::string_view definition) {
    return to_json(with(R"("paths":{},"security":[{"s":[]}],"securityDefinitions":{"s":)" +
                        std::string(definition) + "}")
                       .auth);
  };
  EXPECT_EQ(auth(R"({"type":"basic"})"), R"({"auth":"basic"})");
  EXPECT_EQ(auth(R"({"type":"apiKey","in":"header","name":"X-Key"})"),
            R"({"auth":"header","auth_name":"X-Key"})");
  EXPECT_EQ(
      auth(R"({"type":"oauth2","flow":"application","tokenUrl":"https://a.test/t","scopes":{"r":"Read"}})"),
      R"({"auth":"oauth_client_credentials","token_url":"https://a.test/t","scope":"r"})");
  EXPECT_EQ(auth(R"({"type":"oauth2","flow":"accessCode","tokenUrl":"https://a.test/t","scopes":{}})"),
            R"({"auth":"none"})");
}

TEST(Swagger, ReferencesLeadToWhatTheDocumentSays) {
  const Document document = with(R"("paths":{
      "/a":{"parameters":[{"name":"b","in":"body","schema":{"$ref":"#/definitions/A~1B"}},{"name":"q","in":"query","type":"string"}],"post":{}},
      "/b":{"post":{"parameters":[{"$ref":"#/paths/~1a/parameters/1"},{"name":"b","in":"body","schema":{"$ref":"#/paths/~1a/parameters/0/schema"}}]}},
      "/c":{"$ref":"#/paths/~1a"},"/d":{"get":{"parameters":[{"$ref":"other.json#/p"}]}},"/e":{"$ref":"other.json"}},
      "definitions":{"A/B":{"type":"object","properties":{"n":{"type":"integer"}}}})");
  ASSERT_EQ(document.operations.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(sent(document.operations[i], R"({"q":"1","n":2})"), "POST https://api.test/v1/" +
                                                                      std::string(1, "aba"[i] == 'b' ? 'b'
                                                                                     : i == 2        ? 'c'
                                                                                                     : 'a') +
                                                                      R"(?q=1 application/json {"n":2})");
  EXPECT_FALSE(document.operations[3].importable);
  EXPECT_THAT(document.operations[3].warnings,
              Contains(HasSubstr("\"other.json#/p\" leads out of the document")));
  EXPECT_THAT(document.warnings, Contains(HasSubstr("\"/e\" cannot be read")));
}

TEST(Swagger, IsReadFromYamlWithAnyWritingOfItsVersion) {
  for (const char* version : {"2.0", "'2.0'", "2"})
    EXPECT_EQ(read("swagger: " + std::string(version) + "\nhost: a.test\npaths:\n  /a:\n    get: {}\n")
                  .operations.size(),
              1U);
  EXPECT_THAT(read_document(R"({"swagger":"1.2"})").error().message, HasSubstr("2.0, 3.0 or 3.1"));
}

TEST(Swagger, APartThatIsReferredToTooOftenIsReadUpToALimit) {
  std::string values, paths;
  for (int i = 0; i < 300'000; ++i) values += (i == 0 ? "\"v" : ",\"v") + std::to_string(i) + "\"";
  for (int i = 0; i < 2000; ++i)
    paths += (i == 0 ? "\"/p" : ",\"/p") + std::to_string(i) +
             R"(":{"get":{"parameters":[{"$ref":"#/parameters/P"}]}})";
  const Document document =
      with(R"("paths":{)" + paths +
           R"(},"parameters":{"P":{"name":"p","in":"query","type":"string","enum":[)" + values + "]}}");
  EXPECT_LT(document.operations.size(), 20U);
  EXPECT_THAT(document.warnings, Contains(HasSubstr("too often")));
}

}  // namespace
}  // namespace wick::openapi
