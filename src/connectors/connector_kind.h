// ConnectorKind: the interface of a kind of connectors, through which the Runner calls connected systems. Each kind is a
// module of its own: notes, rest, mcp_client.
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

// The result of a call. A failed operation is a value, not an Error: the model reads `text` and can act on it.
struct CallResult {
  bool is_error = false;
  std::string text;                               // for the model
  std::optional<boost::json::object> structured;  // structuredContent
  int http_status = 200;                          // of the connected system, if there is one
  // A whole CallToolResult (or InputRequiredResult) of another MCP server, to be passed on as it is. `text` holds its texts.
  std::optional<boost::json::object> tool_result = {};
  // A JSON-RPC error of another MCP server (code, message, data), for clients of the view of that one server.
  std::optional<boost::json::object> protocol_error = {};
  bool cancelled = false;     // the client has cancelled the call or closed the connection
  bool rate_limited = false;  // a share of the caller or of the connector is used up (base/shares.h)
  bool is_ours =
      false;  // refused by a rule of Wick: the result says nothing about the health of the connected system
};

inline CallResult call_failed(std::string text, int http_status = 200) {
  return {true, std::move(text), std::nullopt, http_status};
}
// A failure without a request to the connected system, or one that is independent of the system's answer.
inline CallResult call_refused(std::string text) {
  CallResult refused = call_failed(std::move(text));
  refused.is_ours = true;
  return refused;
}

// Whether a request to a connected system that ended with this error was refused by a rule of Wick.
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
  std::vector<std::string> auths =
      {};  // the ways to authenticate (field "auth") that use the field; empty: all
};

// One call, owned by the kind while it runs.
struct Call {
  std::shared_ptr<const ConnectorEntry> connector;
  const OperationEntry* operation = nullptr;  // of `connector`
  boost::json::object arguments;              // valid for the operation's schema
  UserId user;
  // The other members of params: answers to questions of the server, fields that Wick does not know.
  boost::json::object extra_params = {};
  // The client that can be asked and notified. Lives while the call runs; null: there is none.
  const McpClientSession* client = nullptr;
};

// The user and the client for whom a connector passes a request on.
struct OnBehalfOf {
  UserId user;
  const McpClientSession* client = nullptr;  // as Call::client
};

// The operations that the connected system offers, as definitions for the operations table.
using DiscoverTask =
    boost::asio::awaitable<Result<std::vector<boost::json::object>>, boost::asio::io_context::executor_type>;

// The response of another MCP server to a request of the protocol: a result or a JSON-RPC error.
struct Forwarded {
  boost::json::object result;
  bool is_error = false;
  int error_code = 0;  // the code of the server, which may be 0
  std::string error_message;
  boost::json::value error_data = nullptr;
};
using ForwardTask = boost::asio::awaitable<Result<Forwarded>, boost::asio::io_context::executor_type>;
using ListenTask = boost::asio::awaitable<Result<void>, boost::asio::io_context::executor_type>;
using EndTask = boost::asio::awaitable<void, boost::asio::io_context::executor_type>;
using CapabilitiesTask =
    boost::asio::awaitable<Result<boost::json::object>, boost::asio::io_context::executor_type>;

using CallTask = boost::asio::awaitable<CallResult, boost::asio::io_context::executor_type>;

// A kind whose connected systems list their operations themselves. Thread-safe.
class OperationDiscovery {
 public:
  virtual ~OperationDiscovery() = default;
  // Asks the connected system for its operations. `behalf.user` is the user who asks, or empty for the instance itself.
  // `forget_server` drops everything known about the system first, sessions included. Runs on an io thread: must not block.
  // Errors: kUpstream and those of http::Client;  kForbidden  the user has to connect an account first
  virtual DiscoverTask discover(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                                bool forget_server) = 0;
  // The connectors whose systems have sent, since the last call of this function, that their operations changed.
  virtual std::vector<ConnectorId> take_changed() = 0;
  // Sentences for admins about the operations that the last discover() left out, with the reasons. From any thread.
  virtual std::vector<std::string> left_out(const ConnectorEntry& connector) const = 0;
};

// A kind whose connected systems are MCP servers. Wick passes on their resources, prompts, completions and notifications, and
// keeps sessions with them. Thread-safe. Errors of the requests: as OperationDiscovery::discover. All functions that return
// an awaitable run on an io thread: they must not block.
class McpPassthrough {
 public:
  virtual ~McpPassthrough() = default;
  // The server's ServerCapabilities without those that cannot be passed on.
  virtual CapabilitiesTask capabilities(std::shared_ptr<const ConnectorEntry> connector,
                                        OnBehalfOf behalf) = 0;
  virtual ForwardTask forward(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                              std::string method, boost::json::object params) = 0;
  // Passes on the notifications that `filter` (2026-07-28, subscriptions/listen) names, until the client cancels or the
  // server ends the subscription.
  virtual ListenTask listen(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                            boost::json::object filter,
                            std::function<void(boost::json::object)> on_notification) = 0;
  // Ends the sessions that were kept for a client that has ended its own. `client_key`: McpClientSession::client_key
  virtual EndTask end_client_session(std::string client_key) = 0;
  // Ends the sessions that nobody has used for long. Called every few seconds, one call at a time. Returns after the
  // connected servers have been told.
  virtual EndTask end_idle_sessions() = 0;
  // Ends the sessions of connectors that are gone, disabled or configured differently in `snapshot`. Called after each change
  // of the snapshot; must not block.
  virtual void end_stale_sessions(const AccessSnapshot& snapshot) = 0;
  // The last output on standard error of a connector that is a program, without its secrets. For admins alone: the output
  // may hold data of any user. Empty: the connector is no program, or wrote nothing. From any thread.
  virtual std::string standard_error(const ConnectorEntry& connector) const = 0;
};

// A kind of connectors (notes, rest, mcp): describes itself, checks configurations, carries out calls. Thread-safe.
class ConnectorKind {
 public:
  virtual ~ConnectorKind() = default;
  virtual std::string_view kind() const = 0;
  virtual std::string_view name() const = 0;
  virtual std::string_view description() const = 0;
  virtual std::vector<ConfigField> fields() const = 0;
  // Whether admins define the operations of each connector; check_operation() checks these.
  virtual bool custom_operations() const = 0;
  // Whether calls wait for another system, and end early when Call::client cancels them.
  virtual bool can_be_cancelled() const { return false; }
  // The operations that every connector of this kind has, always the same; empty when each connector has its own.
  virtual std::vector<OperationEntry> operations() const = 0;
  // Errors: kInvalidArgument with the necessary change.
  virtual Result<void> check_config(const boost::json::object& config) const = 0;
  virtual Result<void> check_operation(const boost::json::object& definition) const = 0;
  // Runs on an io thread: must not block.
  virtual CallTask call(Call call) = 0;

  // Optional interfaces; null: the kind does not have this one. They live as long as the kind.
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
