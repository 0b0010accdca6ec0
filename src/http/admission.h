// Admission: accepts new connections within the limits (connection_lists.h chooses the connection to close).
//
// Runs on the io thread that accepts. The connection to close may belong to another thread. Then the next
// accept waits for the answer of that thread, so that the limits hold, except for one connection per thread
// that is being accepted.
#pragma once

#include "http/connection.h"

namespace wick::http {

// Accepts a new connection, if necessary in place of another one, or rejects it with 503.
Task<void> admit(ThreadState& thread, Socket socket, asio::ip::tcp::endpoint endpoint);
// Handles a failed accept, usually caused by a lack of descriptors: logs it and closes a connection.
Task<void> note_accept_failure(ThreadState& thread, std::string reason);

}  // namespace wick::http
