// ConnectorKind: the interface between the way of a call and the kinds of connectors. Each kind is a module of its own:
// notes, rest, mcp_client.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/snapshot.h"
#include "base/id.h"
#include "base/result.h"
#include "connectors/mcp_client_session.h"

namespace wick {

// What came back. A failed operation is a value, not an Error: the model reads `text` and can act on it.
struct CallResult {
  bool is_error = false;
  std::string text;                               // what a model can use (M5)
  std::optional<boost::json::object> structured;  // structuredContent
  int http_status = 200;                          // of the upstream, when there is one
  // A whole CallToolResult (or InputRequiredResult) of another MCP server, to be passed on as it is; `text`
  // is what of it is text.
  std::optional<boost::json::object> tool_result = {};
  // A JSON-RPC error of another MCP server (code, message, data), for who sees that server as it is.
  std::optional<boost::json::object> protocol_error = {};
  bool cancelled = false;     // the client took the call back, or has gone
  bool rate_limited = false;  // a share of the caller or of the connector is used up (base/shares.h)
  bool is_ours = false;       // by a rule of Wick's own: it says nothing of the connected system's health
};

inline CallResult call_failed(std::string text, int http_status = 200) {
  return {true, std::move(text), std::nullopt, http_status};
}
// The connected system was not asked, or its answer does not matter.
inline CallResult call_refused(std::string text) {
  CallResult refused = call_failed(std::move(text));
  refused.is_ours = true;
  return refused;
}

// Whether a request to a connected system that ended with this was refused by a rule of ours.
inline bool is_own_refusal(ErrorCode code) {
  return code == ErrorCode::kForbidden || code == ErrorCode::kUnavailable || code == ErrorCode::kConflict ||
         code == ErrorCode::kRateLimited;
}

// One input of a kind's configuration form. `type` is text, secret, number, boolean, select or list.
struct ConfigOption {
  std::string value, label;
};
struct ConfigField {
  std::string key, label, type;
  bool required = false;
  std::string help;
  std::vector<ConfigOption> options = {};
  boost::json::value default_value = nullptr;
  std::vector<std::string> auths = {};  // the ways to authenticate (field "auth") that use it; empty: all
};

// One call, owned by the kind while it runs.
struct Call {
  std::shared_ptr<const ConnectorEntry> connector;
  const OperationEntry* operation = nullptr;  // of `connector`
  boost::json::object arguments;              // valid for the operation's schema
  UserId user;
  // The other members of params: answers to questions of the server, fields that Wick does not know.
  boost::json::object extra_params = {};
  const McpClientSession* client =
      nullptr;  // null: nobody who could be asked or told; lives while the call runs
};

// Whose request it is that a connector passes on.
struct OnBehalfOf {
  UserId user;
  const McpClientSession* client = nullptr;  // as Call::client
};

// What the connected system offers, as definitions for the operations table.
using DiscoverTask =
    boost::asio::awaitable<Result<std::vector<boost::json::object>>, boost::asio::io_context::executor_type>;

// What another MCP server answered to a request of the protocol: a result, or its JSON-RPC error.
struct Forwarded {
  boost::json::object result;
  bool is_error = false;
  int error_code = 0;  // as the server says it, which may be 0
  std::string error_message;
  boost::json::value error_data = nullptr;
};
using ForwardTask = boost::asio::awaitable<Result<Forwarded>, boost::asio::io_context::executor_type>;
using ListenTask = boost::asio::awaitable<Result<void>, boost::asio::io_context::executor_type>;
using EndTask = boost::asio::awaitable<void, boost::asio::io_context::executor_type>;
using CapabilitiesTask =
    boost::asio::awaitable<Result<boost::json::object>, boost::asio::io_context::executor_type>;

using CallTask = boost::asio::awaitable<CallResult, boost::asio::io_context::executor_type>;

// A kind whose connected systems say themselves which operations there are. Thread-safe.
class OperationDiscovery {
 public:
  virtual ~OperationDiscovery() = default;
  // Asks the connected system. `behalf.user`: who asks; empty: the instance itself. `anew`: without what is known of the
  // system, sessions included. Runs on an io thread: must not block.
  // Errors: kUpstream and those of http::Client;  kForbidden  the user has to connect an account first
  virtual DiscoverTask discover(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                                bool anew) = 0;
  // The connectors whose systems have said since the last call that their operations changed.
  virtual std::vector<ConnectorId> take_changed() = 0;
  // Sentences for admins: the operations that the last discover() left out, and why. From any thread.
  virtual std::vector<std::string> left_out(const ConnectorEntry& connector) const = 0;
};

// A kind whose connected systems are MCP servers: their resources, prompts, completions and notifications are passed on,
// and sessions with them are kept. Thread-safe. Errors of the requests: as OperationDiscovery::discover. All that return
// an awaitable run on an io thread: they must not block.
class McpPassthrough {
 public:
  virtual ~McpPassthrough() = default;
  // The server's ServerCapabilities, as far as they can be passed on.
  virtual CapabilitiesTask capabilities(std::shared_ptr<const ConnectorEntry> connector,
                                        OnBehalfOf behalf) = 0;
  virtual ForwardTask forward(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                              std::string method, boost::json::object params) = 0;
  // Passes on the notifications that `filter` (2026-07-28, subscriptions/listen) names, until the client cancels or the
  // server ends the subscription.
  virtual ListenTask listen(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                            boost::json::object filter,
                            std::function<void(boost::json::object)> on_notification) = 0;
  // A client has ended its session: the sessions that were kept for it end too. `client_key`: McpClientSession::lane
  virtual EndTask end_client_session(std::string client_key) = 0;
  // Ends the sessions that nobody has used for long. Called every few seconds, one call at a time; takes as long as there
  // is something to tell connected servers.
  virtual EndTask end_idle_sessions() = 0;
  // Connectors have changed: the sessions of connectors that are gone, disabled or configured otherwise end. Called by
  // appliers, must not block.
  virtual void end_stale_sessions(const AccessSnapshot& snapshot) = 0;
  // Standard error of a connector that is a program: its last output, without its secrets, for admins alone. It may hold
  // any user's data. Empty: the connector is no program, or wrote nothing. From any thread.
  virtual std::string standard_error(const ConnectorEntry& connector) const = 0;
};

// What a kind of connector (notes, rest, mcp) can do: describe itself, check a configuration, carry out a call.
// Thread-safe.
class ConnectorKind {
 public:
  virtual ~ConnectorKind() = default;
  virtual std::string_view kind() const = 0;
  virtual std::string_view name() const = 0;
  virtual std::string_view description() const = 0;
  virtual std::vector<ConfigField> fields() const = 0;
  // Whether admins define the operations of each connector; check_operation() checks these.
  virtual bool custom_operations() const = 0;
  // Whether its calls wait for another system and end early when Call::client cancels them.
  virtual bool can_be_cancelled() const { return false; }
  // The operations every connector of this kind has; empty when each connector has its own.
  virtual std::vector<OperationEntry> operations() const = 0;
  // Errors: kInvalidArgument with what to change.
  virtual Result<void> check_config(const boost::json::object& config) const = 0;
  virtual Result<void> check_operation(const boost::json::object& definition) const = 0;
  // Runs on an io thread: must not block.
  virtual CallTask call(Call call) = 0;

  // Further abilities; null: the kind has none. They live as long as the kind.
  virtual OperationDiscovery* discovery() { return nullptr; }
  virtual McpPassthrough* passthrough() { return nullptr; }
};

// Ties a sealed secret to its row and field.
inline std::string secret_place(std::string_view connector_id, std::string_view field) {
  return "connector/" + std::string(connector_id) + "/" + std::string(field);
}

// The kinds of this program. Filled before the server starts, read-only afterwards.
class KindRegistry {
 public:
  void add(std::unique_ptr<ConnectorKind> kind) { kinds_.push_back(std::move(kind)); }
  ConnectorKind* find(std::string_view kind) const {
    for (const auto& each : kinds_) {
      if (each->kind() == kind) return each.get();
    }
    return nullptr;
  }
  const std::vector<std::unique_ptr<ConnectorKind>>& all() const { return kinds_; }

 private:
  std::vector<std::unique_ptr<ConnectorKind>> kinds_;
};

}  // namespace wick
