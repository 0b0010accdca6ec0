// The connector kind mcp: another MCP server, over Streamable HTTP or as a child process.
//
// discover() lists the server's tools. The tools that an admin has approved are in the operations table, each with the
// definition that the server sent. A call uses the tool's own name. The result is passed on unchanged, except that
// `content` becomes a list and `isError` a boolean. A server's annotations are claims: they set the hints, but the
// admin's settings decide. Thread-safe.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/offload.h"
#include "connectors/connector_kind.h"
#include "crypto/sealing.h"
#include "mcp_client/mcp_client.h"
#include "mcp_client/mcp_config.h"
#include "oauth_client/upstream_credentials.h"

namespace wick::upstream {

inline constexpr std::size_t kMaxTools = 1000;  // of one server
inline constexpr int kMaxPages = 100;           // of its tools/list
inline constexpr std::size_t kMaxToolNameBytes = 128;
inline constexpr std::size_t kMaxLeftOut = 20;  // tools that are left out and named on the connector's page
inline constexpr int kMaxListingRounds = 10;    // of requests from a server before it lists its tools

class McpKind final : public ConnectorKind, public OperationDiscovery, public McpPassthrough {
 public:
  McpKind(http::Client& http, ChildProcessManager& children, std::chrono::seconds idle, const SealingKey& key,
          UpstreamCredentials& credentials, ServerGenerationCache& generation_cache,
          FairPool* long_work = nullptr)
      : client_(http, children, idle, generation_cache, long_work),
        key_(key),
        credentials_(credentials),
        long_work_(long_work) {}

  std::string_view kind() const override { return "mcp"; }
  std::string_view name() const override { return "MCP server"; }
  std::string_view description() const override {
    return "Another MCP server: its tools are used through Wick, with its credentials kept here.";
  }
  std::vector<ConfigField> fields() const override { return config_fields(); }
  bool custom_operations() const override { return false; }
  std::vector<OperationEntry> operations() const override { return {}; }
  Result<void> check_config(const boost::json::object& config) const override;
  Result<void> check_operation(const boost::json::object& definition) const override;
  CallTask call(Call call) override;
  OperationDiscovery* discovery() override { return this; }
  McpPassthrough* passthrough() override { return this; }

  DiscoverTask discover(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                        bool forget_server) override;
  std::vector<ConnectorId> take_changed() override;
  std::vector<std::string> left_out(const ConnectorEntry& connector) const override;

  CapabilitiesTask capabilities(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf) override;
  ForwardTask forward(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf, std::string method,
                      boost::json::object params) override;
  ListenTask listen(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                    boost::json::object filter,
                    std::function<void(boost::json::object)> on_notification) override;
  EndTask end_client_session(std::string client_key) override;
  EndTask end_idle_sessions() override { return client_.end_idle_sessions(); }
  void end_stale_sessions(const AccessSnapshot& snapshot) override;
  std::string standard_error(const ConnectorEntry& connector) const override;

 private:
  // Runs `work` on the pool when `about` is large, so that no io thread is blocked. Errors: as FairPool::post
  template <typename Work>
  http::Task<std::invoke_result_t<const Work&>> off_thread(const boost::json::object& about, UserId user,
                                                           const Work& work) const {
    if (long_work_ == nullptr || !is_larger_than(about, kLongWorkBytes)) co_return work();
    auto done = co_await offload(*long_work_, user.str(), work);
    co_return done;
  }
  Result<ServerTargetPtr> target_of(const std::shared_ptr<const ConnectorEntry>& connector);
  // The credential that a request carries, and the secrets that are removed from its response.
  struct CredentialForRequest {
    RequestIdentity identity;
    std::string token;
    SecretFilter secrets;
  };
  http::Task<Result<CredentialForRequest>> authenticate_request(
      std::shared_ptr<const ConnectorEntry> connector, ServerTargetPtr target, OnBehalfOf behalf);
  // Whether the request should be made again with a new credential, after the server may have refused this one.
  // `again`: the request was the second one.
  http::Task<Result<bool>> should_retry(std::shared_ptr<const ConnectorEntry> connector, UserId user,
                                        const CredentialForRequest& credential, bool again);
  // Seals the requestState of a result to `owner`. A modern server sees all users as one client, so it cannot bind its
  // requestState to a user. Names of suspended requests are bound already (pending_inputs.h).
  void seal_state(boost::json::object& result, const std::string& owner) const;
  Result<void> open_state(RpcRequest& rpc) const;
  http::Task<Result<RpcResponse>> request(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                                          RpcRequest rpc);
  http::Task<Result<RpcResponse>> list_page(std::shared_ptr<const ConnectorEntry> connector,
                                            OnBehalfOf behalf, std::string cursor);

  struct Prepared {
    std::weak_ptr<const ConnectorEntry> of;
    ServerTargetPtr target;
  };
  McpClient client_;
  const SealingKey& key_;
  UpstreamCredentials& credentials_;
  FairPool* const long_work_;
  mutable std::mutex mutex_;
  std::set<ConnectorId> changed_;                                       // since take_changed()
  std::unordered_map<std::string, Prepared> prepared_;                  // by connector
  std::unordered_map<std::string, std::vector<std::string>> left_out_;  // by connector, of its last listing
};

// Makes the definition of a listed tool, with a key that is not in `taken`.
// Errors: kInvalidArgument  the tool has no name, or its name is too long
Result<boost::json::object> definition_of(const boost::json::object& tool,
                                          const std::vector<std::string>& taken);

}  // namespace wick::upstream
