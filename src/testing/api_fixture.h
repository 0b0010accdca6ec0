// ApiFixture: the API on real databases, without sockets, for tests of admission and of routes.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/snapshot.h"
#include "api/api.h"
#include "api/holders.h"
#include "audit/run_log.h"
#include "base/fair_pool.h"
#include "base/fixed_clock.h"
#include "crypto/sealing.h"
#include "db/database.h"
#include "http/origin.h"
#include "identity/second_factor_service.h"
#include "identity/session_service.h"
#include "identity/user_service.h"
#include "testing/local_routes.h"

namespace wick {

// A request of a browser on one of this server's pages, unless a field says otherwise.
struct ApiRequest {
  std::string method = "GET", target = {};  // `target` is below /api/v1
  std::string cookie = {};                  // as ApiFixture::sign_in() returns it; empty: none
  std::string body = {};                    // JSON
  std::string content_type = "application/json";
  std::string origin = "https://wick.example.com";  // empty: none
  std::string host = "wick.example.com";
  std::vector<std::pair<std::string, std::string>> fields = {};  // further header fields
};

// The databases are in a folder that the destructor removes. Credentials of bearers are unknown to it.
class ApiFixture {
 public:
  explicit ApiFixture(SecondFactorPolicy policy = SecondFactorPolicy::kOff);
  ~ApiFixture();
  ApiFixture(const ApiFixture&) = delete;
  ApiFixture& operator=(const ApiFixture&) = delete;

  // An active user without a password.
  UserId add_user(std::string_view email, Role role = Role::kMember);
  // The Cookie header field of a new session of the user.
  std::string sign_in(const UserId& user);
  // Ends the sessions of the user.
  void sign_out(const UserId& user);
  http::Response send(const ApiRequest& request);

  std::string folder;
  FixedClock clock;
  std::unique_ptr<Database> db, runs_db;
  SealingKey key;
  AccessStore access;
  FairPool pool{FairPoolOptions()};
  UserService users;
  SecondFactorService second_factors;
  SessionService sessions;
  RunLog runs;
  http::OriginPolicy origins;
  api::Holders holders;
  LocalRoutes routes;
  api::Api api;
};

// The members of a response's JSON body.
boost::json::object body_of(const http::Response& response);
// The `code` of an error's body.
std::string error_code_of(const http::Response& response);

}  // namespace wick
