// The rest kind: operations of any HTTP API, each a request made from a template and the call's arguments.
//
// The secret leaves its seal only while a request is made. It, and what else of the request is a credential,
// is cut out of whatever the API answers (redaction/secret_filter.h, redaction/template_secrets.h). OAuth
// client credentials (RFC 6749 §4.4) are exchanged for an access token which is kept in memory until it ends.
// An argument that is absent has the default that the input schema gives it. rest/rest_request.h says
// how the templates become a request.
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
  // What takes long with a large response is done on `long_work`; null: where the call runs.
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
  // An access token for client credentials: kept, or fetched.
  Authorized access_token(std::shared_ptr<const ConnectorEntry> connector, std::string client_secret,
                          std::string holder, std::shared_ptr<Cancellation> cancellation);

  struct AccessToken {
    std::string fingerprint;  // of the configuration it was fetched with
    Secret token;
    Micros ends_at = 0;
  };
  http::Client& client_;
  const SealingKey& key_;
  const Clock& clock_;
  FairPool* const long_work_;
  std::mutex mutex_;
  std::unordered_map<std::string, AccessToken> tokens_;  // by connector id
};

}  // namespace wick
