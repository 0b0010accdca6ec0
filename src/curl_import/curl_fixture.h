// Proposals from cURL commands as flat texts, for tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "curl_import/curl_command.h"
#include "curl_import/curl_proposal.h"
#include "curl_import/shell_words.h"

namespace wick {

// A proposal as flat texts.
struct Read {
  std::string base, method, path, query, headers, body, type, auth, auth_name, user, secret, key, all;
  json::object schema, operation;
  std::vector<ProposedParameter> parameters;
  std::vector<std::string> warnings;

  const ProposedParameter& parameter(std::string_view name) const {
    for (const auto& each : parameters) {
      if (each.name == name) return each;
    }
    ADD_FAILURE() << "no parameter " << name << " in " << to_json(operation);
    static const ProposedParameter none;
    return none;
  }
  json::value property(std::string_view name, std::string_view part) const {
    const json::value root(schema);
    const auto* at = at_pointer(root, "/properties/" + std::string(name) + "/" + std::string(part));
    return at == nullptr ? json::value("absent") : *at;
  }
};

inline Read read(std::string_view command) {
  auto proposal = propose_from_curl(command);
  EXPECT_TRUE(proposal) << proposal.error().message;
  if (!proposal) return {};
  Read out;
  out.operation = proposal->operation;
  const json::object& rest = out.operation.at("rest").as_object();
  const auto text = [&](const char* field) { return text_or_empty(rest, field); };
  const auto tree = [&](const char* field) {
    const auto* value = rest.if_contains(field);
    return value == nullptr ? std::string() : to_json(*value);
  };
  out.base = proposal->base_url;
  out.method = text("method");
  out.path = text("path");
  out.query = tree("query");
  out.headers = tree("headers");
  out.body = text("body");
  out.type = text("content_type");
  out.auth = proposal->auth;
  out.auth_name = proposal->auth_name;
  out.user = proposal->username;
  out.secret = proposal->secret.reveal();
  out.key = text_or_empty(out.operation, "key");
  out.schema = out.operation.at("input_schema").as_object();
  out.parameters = proposal->parameters;
  out.warnings = proposal->warnings;
  out.all = to_json(out.operation) + proposal->base_url + proposal->username + proposal->auth_name;
  for (const auto& each : out.parameters) {
    if (each.example) out.all += to_json(*each.example);
    out.all += each.constant.value_or("");
  }
  for (const auto& each : out.warnings) out.all += each;
  if (!out.secret.empty()) {
    EXPECT_THAT(out.all, testing::Not(testing::HasSubstr(out.secret)));
  }
  EXPECT_THAT(out.all, testing::Not(testing::HasSubstr(std::string(kVariableOpen))));
  return out;
}

inline std::string refusal(std::string_view command) {
  const auto proposal = propose_from_curl(command);
  EXPECT_FALSE(proposal) << command;
  return proposal ? std::string() : proposal.error().message;
}

}  // namespace wick
