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

namespace wick {

// What came back. A failed operation is a value, not an Error: the model reads `text` and can act on it.
struct CallResult {
  bool is_error = false;
  std::string text;                               // what a model can use (M5)
  std::optional<boost::json::object> structured;  // structuredContent
  int http_status = 200;                          // of the upstream, when there is one
  // A whole CallToolResult of another MCP server, to be passed on as it is; `text` is what of it is text.
  std::optional<boost::json::object> tool_result = {};
};

inline CallResult call_failed(std::string text, int http_status = 200) {
  return {true, std::move(text), std::nullopt, http_status};
}

// One input of a kind's configuration form. `type` is text, secret, number, boolean, select or list.
struct ConfigField {
  std::string key, label, type;
  bool required = false;
  std::string help;
  std::vector<std::string> options = {};
  boost::json::value default_value = nullptr;
};

// One call, owned by the kind while it runs.
struct Call {
  std::shared_ptr<const ConnectorEntry> connector;
  const OperationEntry* operation = nullptr;  // of `connector`
  boost::json::object arguments;              // valid for the operation's schema
  UserId user;
};

// What the connected system offers, as definitions for the operations table.
using DiscoverTask =
    boost::asio::awaitable<Result<std::vector<boost::json::object>>, boost::asio::io_context::executor_type>;

// What another MCP server answered to a request of the protocol: a result, or its JSON-RPC error.
struct Forwarded {
  boost::json::object result;
  int error_code = 0;  // not 0: an error
  std::string error_message;
};
using ForwardTask = boost::asio::awaitable<Result<Forwarded>, boost::asio::io_context::executor_type>;
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
  // The operations every connector of this kind has; empty when they are defined per row.
  virtual std::vector<OperationEntry> operations() const = 0;
  // Errors: kInvalidArgument with what to change.
  virtual Result<void> check_config(const boost::json::object& config) const = 0;
  virtual Result<void> check_operation(const boost::json::object& definition) const = 0;
  // Whether the connected system itself says which operations there are; then discover() asks it.
  virtual bool discovers() const { return false; }
  // `user`: who asks; empty: the instance itself. Runs on an io thread: must not block.
  // Errors: kUpstream and those of http::Client;  kForbidden  the user has to connect an account first
  virtual DiscoverTask discover(std::shared_ptr<const ConnectorEntry> connector, UserId user);
  // Whether it is an MCP server itself, whose resources, prompts and completions can be passed on.
  virtual bool forwards() const { return false; }
  // Its ServerCapabilities, of what can be passed on. Both run on an io thread: must not block.
  // Errors: as discover()
  virtual CapabilitiesTask capabilities(std::shared_ptr<const ConnectorEntry> connector, UserId user);
  virtual ForwardTask forward(std::shared_ptr<const ConnectorEntry> connector, UserId user,
                              std::string method, boost::json::object params);
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
