// Documents with one operation, and the requests that a call of it makes, for tests.
#pragma once

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

inline json::object object(std::string_view text) {
  return parse_json(text).value().as_object();
}

inline Document read(std::string_view text) {
  auto document = read_document(text);
  EXPECT_TRUE(document) << document.error().message;
  return document.value_or(Document());
}

// A document of 3.0.3 with these paths, and what else it has.
inline Document with_paths(std::string_view paths,
                           std::string_view more = R"("servers":[{"url":"https://api.test/v1"}])",
                           std::string_view version = "3.0.3") {
  return read(R"({"openapi":")" + std::string(version) + R"(","info":{"title":"T","version":"1"},)" +
              std::string(more) + R"(,"paths":{)" + std::string(paths) + "}}");
}

inline ImportedOperation only(const Document& document) {
  EXPECT_EQ(document.operations.size(), 1U);
  return document.operations.empty() ? ImportedOperation() : document.operations[0];
}

// One POST with this request body.
inline ImportedOperation with_body(std::string_view content, bool required = true,
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
inline Sent send(const ImportedOperation& operation, std::string_view arguments,
                 std::string_view config = R"({"base_url":"https://api.test/v1"})") {
  EXPECT_TRUE(operation.importable) << testing::PrintToString(operation.warnings);
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

inline std::string schema_of(const ImportedOperation& operation, const char* argument) {
  return to_json(operation.definition.at("input_schema").at("properties").at(argument));
}

}  // namespace wick::openapi
