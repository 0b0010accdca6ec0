// Admission: who gets a connection when there are not enough for all (connection_lists.h says who gives way).
//
// On the io thread that accepts.
#pragma once

#include "http/connection.h"

namespace wick::http {

// Lets a new connection in, in place of another one if need be, or refuses it with 503.
void admit(ThreadState& thread, Socket socket, const asio::ip::tcp::endpoint& endpoint);
// After an accept that failed, usually for want of descriptors: logs it and makes room.
void note_accept_failure(ThreadState& thread, const std::string& reason);

}  // namespace wick::http
