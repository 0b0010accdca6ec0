// ControlSocket: how commands reach the server that holds the data folder.
//
// A Unix socket in that folder, mode 0600: only users who can open the folder can command the server. One
// request and one response for each connection, each a line of JSON: {"command","arguments"} → {"result"} or
// {"error":{code,message}}. Each connection has its own thread, so a command that waits delays no
// other.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>

#include "app/instance.h"

namespace wick {

inline constexpr std::size_t kMaxControlBytes = 64 * 1024 * 1024;  // of a request or an answer
inline constexpr std::size_t kMaxControlClients = 32;              // at once
inline constexpr int kControlTimeoutSeconds = 10;                  // for a client to send its request

class ControlSocket {
 public:
  // Errors: kUnavailable  the socket cannot be made
  static Result<std::unique_ptr<ControlSocket>> listen(const std::string& data, Instance& instance);
  ~ControlSocket();

 private:
  struct Impl;
  explicit ControlSocket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Errors: kUnavailable  no server answers on this folder;  otherwise what the command answered
Result<boost::json::object> send_command(const std::string& data, const std::string& name,
                                         const boost::json::object& arguments);

}  // namespace wick
