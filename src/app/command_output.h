// How the command line shows the results of commands to a person: tables and sentences on standard output.
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace wick {

// `name`: the command, for example "token list". A secret comes alone on standard output, so that a script can take it;
// other messages go to standard error.
void print_command_result(const std::string& name, const boost::json::object& result);

}  // namespace wick
