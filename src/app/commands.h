// The commands that act on a data folder, the same whether they run in a process of their own or inside the
// server.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "app/instance.h"

namespace wick {

// `name` is "user create", "token list" …; the result is what --json prints.
// Errors: those of the services; kInvalidArgument for an unknown command or wrong arguments
Result<boost::json::object> run_command(Instance& instance, const std::string& name,
                                        const boost::json::object& arguments);

}  // namespace wick
