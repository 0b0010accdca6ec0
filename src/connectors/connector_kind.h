// ConnectorKind: what a kind of connector (notes, rest) can do. Each kind is one pair of files in this
// folder.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
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
  boost::json::object more = {};  // what else params says: answers to what a server asked, unknown fields
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

// Thread-safe.
class ConnectorKind {
 public:
  virtual ~ConnectorKind() = default;
  virtual std::string_view kind() const = 0;
  virtual std::string_view name() const = 0;
  virtual std::string_view description() const = 0;
  virtual std::vector<ConfigField> fields() const = 0;
  // Whether operations are defined per row; then check_operation() judges them.
  virtual bool custom_operations() const = 0;
  // Whether its calls wait for another system and end early when Call::client takes them back.
  virtual bool can_be_cancelled() const { return false; }
  // The operations every connector of this kind has; empty when they are defined per row.
  virtual std::vector<OperationEntry> operations() const = 0;
  // Errors: kInvalidArgument with what to change.
  virtual Result<void> check_config(const boost::json::object& config) const = 0;
  virtual Result<void> check_operation(const boost::json::object& definition) const = 0;
  // Whether the connected system itself says which operations there are; then discover() asks it.
  virtual bool discovers() const { return false; }
  // `behalf.user`: who asks; empty: the instance itself. Runs on an io thread: must not block.
  // Errors: kUpstream and those of http::Client;  kForbidden  the user has to connect an account first
  // `anew`: without what is known of the system, sessions included.
  virtual DiscoverTask discover(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                                bool anew);
  // The connectors whose systems have said since the last call that their operations changed.
  virtual std::vector<ConnectorId> take_changed() { return {}; }
  // Whether it is an MCP server itself, whose resources, prompts, completions and notifications can be passed
  // on. All of these run on an io thread: they must not block.
  virtual bool forwards() const { return false; }
  // Its ServerCapabilities, of what can be passed on. Errors of these: as discover()
  virtual CapabilitiesTask capabilities(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf);
  virtual ForwardTask forward(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                              std::string method, boost::json::object params);
  // Its notifications of what `filter` (2026-07-28, subscriptions/listen) names, until the client cancels or
  // the server ends it.
  virtual ListenTask listen(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                            boost::json::object filter, std::function<void(boost::json::object)> heard);
  // A client has ended its session: what was kept for it (McpClientSession::lane) ends too.
  virtual EndTask end_client_session(std::string lane);
  // Ends what nobody has used for long. Called every few seconds, one call at a time; takes as long as there
  // is something to tell connected systems.
  virtual EndTask tidy();
  // Of a connector that is a program: what it last wrote to standard error, without its secrets, for admins
  // alone. It may hold any user's data. Empty: it is no program, or wrote nothing. From any thread.
  virtual std::string standard_error(const ConnectorEntry&) const { return {}; }
  // Of what discover() last found: sentences about what had to be left out, and why, for admins. From any
  // thread.
  virtual std::vector<std::string> left_out(const ConnectorEntry&) const { return {}; }
  // Connectors have changed: what is kept for one that is gone, off or of another configuration ends. Called
  // by appliers, must not block.
  virtual void retain(const AccessSnapshot&) {}
  // Runs on an io thread: must not block.
  virtual CallTask call(Call call) = 0;
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
