#include "mcp/message.h"

#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "targets.h"

namespace wick::fuzz {

// Lines "name: value" are headers, what follows an empty line is the body. The ids of what is accepted are
// those of the body, answers carry them, and a refusal is JSON-RPC.
void fuzz_message(std::string_view data) {
  Input input(data);
  http::Request request;
  std::vector<http::Field> fields;
  for (std::string_view line = input.until('\n'); !line.empty(); line = input.until('\n')) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    fields.push_back({line.substr(0, colon), trim(line.substr(colon + 1))});
  }
  request.fields = &fields;
  request.body = input.rest();
  const auto incoming = mcp::read_body(request);
  const auto body = parse_json(request.body);
  if (!incoming) {
    const auto text = parse_json(mcp::error_text(incoming.error()));
    FUZZ_CHECK(text && text->is_object());
    FUZZ_CHECK(text->at("jsonrpc") == "2.0" && text->at("error").at("code") == incoming.error().code);
    FUZZ_CHECK(incoming.error().http_status >= 400);
    return;
  }
  FUZZ_CHECK(body);
  FUZZ_CHECK(incoming->batch == body->is_array());
  const std::size_t count = incoming->batch ? body->get_array().size() : 1;
  FUZZ_CHECK(incoming->messages.size() == count);
  for (std::size_t i = 0; i < count; ++i) {
    const mcp::Message& message = incoming->messages[i];
    const json::object& sent = (incoming->batch ? body->get_array()[i] : *body).get_object();
    FUZZ_CHECK(message.id.size() <= mcp::kMaxIdBytes);
    FUZZ_CHECK(message.id.empty() == !sent.contains("id"));
    FUZZ_CHECK(message.client_name.size() <= mcp::kMaxNameBytes);
    FUZZ_CHECK(!message.params.contains("_meta"));
    FUZZ_CHECK((message.kind == mcp::Message::Kind::kResponse) == !sent.contains("method"));
    if (sent.contains("method"))
      FUZZ_CHECK(std::string_view(sent.at("method").get_string()) == message.method);
    if (message.kind != mcp::Message::Kind::kRequest) continue;
    const auto answer = parse_json(mcp::result_text(message.id, "{}"));
    FUZZ_CHECK(answer && answer->at("id") == sent.at("id"));
  }
  for (const http::Field& field : fields) {
    const auto plain = mcp::decode_header(field.value);
    const auto coded = mcp::decode_header("=?base64?" + to_base64(field.value) + "?=");
    FUZZ_CHECK(coded && *coded == field.value);
    if (!field.value.starts_with("=?base64?")) FUZZ_CHECK(plain && *plain == field.value);
  }
}

}  // namespace wick::fuzz
