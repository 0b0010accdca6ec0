#include "testing/api_fixture.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "base/json.h"
#include "db/schema.h"
#include "identity/session_cookie.h"

namespace wick {
namespace {

const std::string kPublicUrl = "https://wick.example.com";
constexpr std::string_view kAddress = "192.0.2.1";

std::string make_test_folder() {
  std::string pattern = std::filesystem::temp_directory_path() / "wick_api_test_XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder: " + pattern);
  return pattern;
}

}  // namespace

ApiFixture::ApiFixture(SecondFactorPolicy policy)
    : folder(make_test_folder()),
      db(std::move(open_sqlite(folder + "/wick.db", main_migrations()).value())),
      runs_db(std::move(open_sqlite(folder + "/runs.db", runs_migrations()).value())),
      key(SealingKey::from_hex_text(std::string(64, '7')).value()),
      access(*db, [](std::string_view) { return std::vector<OperationEntry>(); }),
      users(*db, clock),
      second_factors(*db, key, clock, policy, "wick.example.com"),
      sessions(*db, access, key, second_factors, clock),
      runs(*runs_db, clock, RunLogOptions()),
      origins(kPublicUrl),
      holders([](const Sha256Digest&) { return std::nullopt; }, session_cookie_name(kPublicUrl)),
      api(api::Api::Dependencies{.routes = routes,
                                 .access = access,
                                 .sessions = sessions,
                                 .origins = origins,
                                 .holders = holders,
                                 .pool = pool,
                                 .session_cookie = session_cookie_name(kPublicUrl)}) {
  access.start().value();
}

ApiFixture::~ApiFixture() {
  pool.join();
  runs.stop();
  std::filesystem::remove_all(folder);
}

UserId ApiFixture::add_user(std::string_view email, Role role) {
  const UserId id = UserId::make();
  const std::string text = id.str();
  db->write([&](Transaction& tx) -> Result<void> {
      WICK_CHECK(
          tx.execute("INSERT INTO users (id, email, name, role, status, created_at) VALUES ($1, $2, 'Name', "
                     "$3, 'active', 0)",
                     {std::string_view(text), email, std::string_view(role_name(role))}));
      return tx.changed("user", text);
    }).value();
  return id;
}

std::string ApiFixture::sign_in(const UserId& user) {
  const auto made = sessions.open_for(user, kAddress, "test/1", SignInMethod::kPassword).value();
  return session_cookie_name(kPublicUrl) + "=" + std::string(made.cookie.reveal());
}

void ApiFixture::sign_out(const UserId& user) {
  const auto open = sessions.list(user).value();
  for (const BrowserSession& session : open) sessions.end(session.id).value();
}

http::Response ApiFixture::send(const ApiRequest& request) {
  const std::string target = "/api/v1" + request.target;
  std::vector<http::Field> fields;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) fields.push_back({name, value});
  };
  add("Host", request.host);
  add("Origin", request.origin);
  add("Cookie", request.cookie);
  if (!request.body.empty()) add("Content-Type", request.content_type);
  for (const auto& [name, value] : request.fields) add(name, value);
  const auto question = std::min(target.find('?'), target.size());
  http::Request sent;
  sent.method = request.method;
  sent.path = std::string_view(target).substr(0, question);
  sent.query = std::string_view(target).substr(std::min(question + 1, target.size()));
  sent.body = request.body;
  sent.fields = &fields;
  sent.remote_address = kAddress;
  sent.request_id = "request-1";
  return routes.handle(std::move(sent));
}

json::object body_of(const http::Response& response) {
  return parse_json(response.bytes()).value().get_object();
}

std::string error_code_of(const http::Response& response) {
  const json::object body = body_of(response);
  return std::string(std::string_view(body.at("error").at("code").get_string()));
}

}  // namespace wick
