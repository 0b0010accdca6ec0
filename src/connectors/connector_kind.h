// ConnectorKind: what a kind of connector (notes, rest) can do. Each kind is one folder-mate file pair.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <vector>

#include "access/snapshot.h"
#include "base/id.h"
#include "base/result.h"

namespace wick {

// Who calls, and what the run will be recorded with.
struct CallContext {
  UserId user;
  std::string user_name;
};

// What came back. A failed operation is a value, not an Error: the model reads `text` and can act on it.
struct CallResult {
  bool is_error = false;
  std::string text;                                // what a model can use (M5)
  std::optional<boost::json::value> structured;    // structuredContent, an object
  int http_status = 0;                             // of the upstream, 0 when there is none
};

struct ConfigField {
  std::string key, label, type;  // text, secret, number, boolean, select, list
  bool required = false;
  std::string help;
  std::vector<std::string> options;
};

// Thread-safe.
class ConnectorKind {
 public:
  virtual ~ConnectorKind() = default;
  virtual std::string_view kind() const = 0;
  virtual std::string_view name() const = 0;
  virtual std::string_view description() const = 0;
  virtual std::vector<ConfigField> fields() const = 0;
  virtual bool custom_operations() const = 0;
  // The operations every connector of this kind has; empty when they are defined per row.
  virtual std::vector<OperationEntry> operations() const = 0;
  // Arguments have been validated against the operation's schema. Runs on an io thread: must not block.
  virtual boost::asio::awaitable<CallResult, boost::asio::io_context::executor_type> call(
      std::shared_ptr<const ConnectorEntry> connector, std::string operation, boost::json::object arguments,
      CallContext context) = 0;
};

}  // namespace wick
