// Admission: who gets a connection when there are not enough for all (connection_lists.h says who gives way).
//
// On the io thread that accepts. The connection that gives way may be another thread's: then the next accept
// waits for its answer, so that the limits hold (but for one connection on its way in on each thread).
#pragma once

#include "http/connection.h"

namespace wick::http {

// Lets a new connection in, in place of another one if need be, or refuses it with 503.
Task<void> admit(ThreadState& thread, Socket socket, asio::ip::tcp::endpoint endpoint);
// After an accept that failed, usually for want of descriptors: logs it and makes room.
Task<void> note_accept_failure(ThreadState& thread, std::string reason);

}  // namespace wick::http
