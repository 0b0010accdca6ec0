// From an operation of an OpenAPI document to the request of a call: paths, queries, servers and limits.
#include "openapi/openapi_request_fixture.h"

namespace wick::openapi {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

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
    EXPECT_THAT(each.warnings, ElementsAre(HasSubstr(reasons[std::size_t(at)]))) << each.operation;
  }
  EXPECT_THAT(document.warnings, Contains(AllOf(HasSubstr("\"/b\""), HasSubstr("items/b.yml"))));
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
    EXPECT_THAT(imported.warnings, Contains(HasSubstr("\"other.yml#/P\" leads out of the document")))
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
  EXPECT_EQ(document.operations[2].definition.at("key"), "own") << "members next to a reference count";
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

TEST(OpenapiPath, ParametersMayBeNextToTextAndEachOther) {
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
  EXPECT_THAT(error("/a/{x+}", R"({"x":"b/../../admin"})"), HasSubstr("another address"));
  EXPECT_THAT(error("/a/{x+}", R"({"x":"./b"})"), HasSubstr("another address"));
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
    EXPECT_THAT(each.warnings, IsEmpty());
    EXPECT_FALSE(each.definition.at("rest").as_object().contains("server"));
  }
}

TEST(OpenapiServers, AnotherOneIsSentToOnlyWhenTheSettingsNameIt) {
  const Document document = with_paths(
      R"("/a":{"get":{}},"/up":{"servers":[{"url":"https://up.test/2.0"}],"get":{}},"/old":{"get":{"servers":[{"url":"https://api.test:443/v0"}]}},"/rel":{"get":{"servers":[{"url":"/v9"}]}},"/bad":{"get":{"servers":[{"url":"ftp://x.test"}]}})");
  ASSERT_EQ(document.operations.size(), 5U);
  const ImportedOperation& up = document.operations[1];
  EXPECT_EQ(up.server, "https://up.test/2.0");
  EXPECT_THAT(up.warnings, ElementsAre(AllOf(HasSubstr("https://up.test/2.0"), HasSubstr("Other servers"))));
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
  EXPECT_THAT(document.operations[2].warnings, IsEmpty());
  EXPECT_THAT(send(document.operations[2], "{}", R"({"base_url":"https://mine.test"})").error,
              HasSubstr("Other servers"))
      << "the secret of an installation of one's own does not go to the document's host";
  EXPECT_EQ(send(document.operations[3], "{}").line, "GET https://api.test/v9/rel");
  EXPECT_FALSE(document.operations[4].importable);
  EXPECT_THAT(document.operations[4].warnings, ElementsAre(HasSubstr("ftp://x.test")));
}

TEST(OpenapiVersions, LaterOnesAreReadAs31AndSayWhatIsLeftOut) {
  const Document document = with_paths(
      R"("/a":{"get":{"parameters":[{"name":"n","in":"query","schema":{"type":["integer","null"]}}]},"query":{},"additionalOperations":{"COPY":{},"LOCK":{}}})",
      R"("servers":[{"url":"https://api.test/v1"}])", "3.2.0");
  EXPECT_THAT(document.warnings,
              AllOf(Contains(HasSubstr("3.2.0 is read as 3.1")), Contains(HasSubstr("another method (3)"))));
  EXPECT_EQ(send(only(document), R"({"n":3})").line, "GET https://api.test/v1/a?n=3");
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
  EXPECT_THAT(operation.warnings, ElementsAre(HasSubstr("\"theme\" cannot be sent"), HasSubstr("\"b c\"")));
}

TEST(OpenapiOddities, AKeyInACookieIsAHeader) {
  const char* paths = R"("/a":{"get":{}})";
  const Document cookie = with_paths(
      paths, R"("components":{"securitySchemes":{"c":{"type":"apiKey","in":"cookie","name":"sid"}}})");
  EXPECT_EQ(to_json(cookie.auth), R"({"auth":"header","auth_name":"Cookie"})");
  EXPECT_THAT(cookie.warnings, Contains(HasSubstr("enter \"sid=\" and its value")));
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
  EXPECT_THAT(document.warnings, Contains(HasSubstr("95000 more are left out")));
}

TEST(OpenapiBounds, AnOperationThatManyMethodsReferToIsReadUpToALimit) {
  std::string tags, paths;
  for (int i = 0; i < 300'000; ++i) tags += (i == 0 ? "\"t" : ",\"t") + std::to_string(i) + "\"";
  for (int i = 0; i < 2000; ++i)
    paths += (i == 0 ? "\"/p" : ",\"/p") + std::to_string(i) + R"(":{"get":{"$ref":"#/x-op"}})";
  const Document document = with_paths(paths, R"("x-op":{"tags":[)" + tags + "]}");
  EXPECT_LT(document.operations.size(), 20U);
  EXPECT_THAT(document.warnings, Contains(HasSubstr("too often")));
}

TEST(OpenapiBounds, PatternsAboveTheLimitAreDescribedAsText) {
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
    for (const std::string& warning : each.warnings) EXPECT_LT(warning.size(), 1000U);
  }
}

}  // namespace
}  // namespace wick::openapi
