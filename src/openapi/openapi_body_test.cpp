// Request bodies of OpenAPI operations: content types, forms, files and parts.
#include "openapi/openapi_request_fixture.h"

namespace wick::openapi {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

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

TEST(OpenapiBody, AnOptionalBodyMayBeLeftOut) {
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
  EXPECT_THAT(operation.warnings, ElementsAre(HasSubstr("\"X-Other\" of a part is not sent"),
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
  EXPECT_THAT(form.warnings,
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

}  // namespace
}  // namespace wick::openapi
