// The rest kind: operations of any HTTP API, each a request that is built from a template and the arguments of
// the call.
//
// The secret is opened only while a request is made. The secret and all other credentials of the request are
// removed from the response (redaction/secret_filter.h, redaction/template_secrets.h). OAuth client credentials
// (RFC 6749 §4.4) are exchanged for an access token, which is kept in memory until it expires. An absent
// argument gets the default of the input schema. rest/rest_request.h describes how templates become a request.
// Thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "base/fair_pool.h"
#include "base/time.h"
#include "connectors/connector_kind.h"
#include "crypto/sealing.h"
#include "http/client.h"

namespace wick {

class RestKind final : public ConnectorKind {
 public:
  // Long work on large responses runs on `long_work`; null: on the thread of the call.
  RestKind(http::Client& client, const SealingKey& key, const Clock& clock, FairPool* long_work = nullptr);

  std::string_view kind() const override { return "rest"; }
  std::string_view name() const override { return "REST API"; }
  std::string_view description() const override {
    return "Any HTTP API: you say which requests it may make.";
  }
  std::vector<ConfigField> fields() const override;
  bool custom_operations() const override { return true; }
  bool can_be_cancelled() const override { return true; }
  std::vector<OperationEntry> operations() const override { return {}; }
  Result<void> check_config(const boost::json::object& config) const override;
  Result<void> check_operation(const boost::json::object& definition) const override;
  CallTask call(Call call) override;

 private:
  using Authorized = boost::asio::awaitable<Result<Secret>, boost::asio::io_context::executor_type>;
  // Returns a stored access token for client credentials, or fetches one.
  Authorized access_token(std::shared_ptr<const ConnectorEntry> connector, std::string client_secret,
                          std::string holder, std::shared_ptr<Cancellation> cancellation);

  struct AccessToken {
    std::string fingerprint;  // of the configuration used to fetch the token
    Secret token;
    Micros expires_at = 0;
  };
  http::Client& client_;
  const SealingKey& key_;
  const Clock& clock_;
  FairPool* const long_work_;
  std::mutex mutex_;
  std::unordered_map<std::string, AccessToken> tokens_;  // by connector id
};

}  // namespace wick
