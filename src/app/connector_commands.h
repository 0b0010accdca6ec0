// `wick connector …`: connectors by hand, on a data folder or in the server that holds it.
#pragma once

#include <boost/json/object.hpp>

#include "app/instance.h"

namespace wick {

// {kind, label, url, config, secret}: adds one, and asks the connected system which operations it has, where
// the kind does that. `problem` in the result: it was added, but did not answer.
Result<boost::json::object> connector_add(Instance& instance, const boost::json::object& arguments);
Result<boost::json::object> connector_list(Instance& instance, const boost::json::object& arguments);
// {connector: label, slug or id}
Result<boost::json::object> connector_show(Instance& instance, const boost::json::object& arguments);
Result<boost::json::object> connector_remove(Instance& instance, const boost::json::object& arguments);
// Accepts the operations that the connected system has now.
Result<boost::json::object> connector_refresh(Instance& instance, const boost::json::object& arguments);
// {connector, operation, arguments, user}: runs an operation as a user, on record. Without an operation: asks
// the system what it offers and changes nothing.
Result<boost::json::object> connector_test(Instance& instance, const boost::json::object& arguments);

}  // namespace wick
