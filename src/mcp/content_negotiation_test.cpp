// Accept as clients write it.
#include "mcp/content_negotiation.h"

#include <gtest/gtest.h>

#include <string>

namespace wick::mcp {
namespace {

std::string types(std::vector<http::Field> fields) {
  http::Request request;
  request.fields = &fields;
  const Accepted accepted = accepted_types(request);
  return std::string(accepted.json ? "json" : "-") + " " + (accepted.events ? "events" : "-");
}

TEST(Accept, EveryFormOfTheHeaderSaysWhatTheClientTakes) {
  const std::pair<const char*, const char*> cases[] = {
      {"application/json, text/event-stream", "json events"},
      {"application/json", "json -"},
      {"APPLICATION/JSON; charset=utf-8", "json -"},
      {"text/event-stream", "- events"},
      {"*/*", "json events"},
      {"application/*", "json -"},
      {"text/*;q=0.1", "- events"},
      {"text/html, */*;q=0.8", "json events"},
      {"application/json;q=0.5,text/event-stream;q=1.0", "json events"},
      {"application/json, text/event-stream;q=0", "json -"},
      {"*/*, text/event-stream; q=0.000", "json -"},
      {"*/*;q=0, application/json", "json -"},
      {"application/json;q=0, application/json", "json -"},
      {" ,, ", "json events"},
      {"text/html", "- -"},
      {"json", "- -"},
      {"application/jsonp", "- -"}};
  for (const auto& [value, expected] : cases) EXPECT_EQ(types({{"Accept", value}}), expected) << value;
}

TEST(Accept, SeveralFieldsAreOneListAndNoFieldIsEverything) {
  EXPECT_EQ(types({{"accept", "application/json"}, {"Accept", "text/event-stream"}}), "json events");
  EXPECT_EQ(types({}), "json events");
  EXPECT_EQ(types({{"Accept-Encoding", "gzip"}}), "json events");
}

}  // namespace
}  // namespace wick::mcp
