#include <algorithm>
#include <vector>

#include "base/text.h"
#include "http/form.h"
#include "http/message.h"
#include "oauth/http_helpers.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

std::string form_of(const oauth::Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters)
    out += (out.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
  return out;
}

void check_cookies(std::string_view header, std::string_view name) {
  const std::vector<http::Field> fields = {{"Cookie", header}};
  http::Request request;
  request.fields = &fields;
  const auto found = request.cookie(name);
  // RFC 6265 §5.4: pairs with "; " between; the first of the name counts.
  std::optional<std::string_view> expected;
  for (std::string_view pair : split(header, ';')) {
    pair = trim(pair);
    if (!expected && pair.size() > name.size() && pair.substr(0, name.size()) == name &&
        pair[name.size()] == '=')
      expected = pair.substr(name.size() + 1);
  }
  FUZZ_CHECK(found == expected);
}

}  // namespace

// Lines: Authorization, Content-Type, Cookie; then a form. What is read of a form is its parameters, each
// once, and is read again from what is written of it; a client that authenticates is who it says, in one way
// only.
void fuzz_oauth(std::string_view data) {
  Input input(data);
  const std::string_view authorization = input.until('\n'), type = input.until('\n'),
                         cookie = input.until('\n');
  std::vector<http::Field> fields;
  if (!authorization.empty()) fields.push_back({"Authorization", authorization});
  fields.push_back({"Content-Type", type.empty() ? "application/x-www-form-urlencoded" : type});
  http::Request request;
  request.fields = &fields;
  request.body = input.rest();
  check_cookies(cookie, "__Host-wick_session");
  check_cookies(cookie, "a");

  const auto form = oauth::read_form(request);
  if (!form) {
    FUZZ_CHECK(form.error().status >= 400 && form.error().status < 500);
  } else {
    for (const auto& [name, value] : *form) FUZZ_CHECK(is_valid_utf8(name) && is_valid_utf8(value));
    const auto again = http::parse_form(form_of(*form));
    FUZZ_CHECK(again && *again == *form);
    if (!form->empty()) FUZZ_CHECK(!http::parse_form(form_of(*form) + "&" + form_of({*form->begin()})));
    const auto client = oauth::read_client(request, *form);
    if (client && !authorization.empty()) {
      // A parameter without a value counts as left out (RFC 6749 §3.2).
      FUZZ_CHECK(client->basic && (!form->contains("client_secret") || form->at("client_secret").empty()));
      FUZZ_CHECK(!form->contains("client_id") || form->at("client_id").empty() ||
                 form->at("client_id") == client->id);
    }
    if (!client) FUZZ_CHECK(client.error().status == 400 || client.error().status == 401);
  }
  // Whatever id and secret a client has, it can say them (RFC 6749 §2.3.1).
  const std::string id(cookie), secret(request.body);
  const std::string basic = "Basic " + to_base64(percent_encode(id) + ":" + percent_encode(secret));
  fields = {{"authorization", basic}};
  const auto client = oauth::read_client(request, {});
  FUZZ_CHECK(client && client->id == id && client->secret.reveal() == secret);
}

}  // namespace wick::fuzz
