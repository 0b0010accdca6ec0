// Open files: the limit on file descriptors, and its division between their users.
//
// Client sockets, connections to other systems, pipes to child processes, databases and commands share one
// kernel limit (RLIMIT_NOFILE). plan_open_files() divides the limit. The last kReservedFiles are for databases
// and `wick` commands, so that an admin can still revoke a token when the server has run out of files.
//
// A new descriptor is the lowest free number (POSIX, open()), so the number alone shows how many descriptors
// are in use at least. Code that opens a socket or a pipe calls is_reserved_file() and closes the descriptor if
// it is reserved. There is no counter that could be wrong.
//
// Thread-safe: the limits are atomic and set once at startup.
#pragma once

#include <cstddef>

namespace wick {

inline constexpr std::size_t kReservedFiles = 64;
inline constexpr std::size_t kOwnFiles = 96;     // listeners, threads, databases, logs
inline constexpr std::size_t kChildFiles = 256;  // pipes to child processes
inline constexpr std::size_t kMinConnections = 16;
inline constexpr std::size_t kMinOutgoing = 8;

struct OpenFileUse {
  std::size_t connections = 0;  // of clients
  std::size_t outgoing = 0;     // requests to other systems
  bool operator==(const OpenFileUse&) const = default;
};
// The number of files needed for `wanted` and for everything else.
std::size_t needed_open_files(const OpenFileUse& wanted);
// `wanted`, reduced to what `limit` allows: client connections get at least three quarters of the files to
// share, requests to other systems an eighth.
OpenFileUse plan_open_files(std::size_t limit, const OpenFileUse& wanted);

// Raises the limit to `wanted`, or to the hard limit if that is lower, and sets the reserve. Never lowers the
// limit. Returns the resulting limit.
std::size_t raise_open_file_limit(std::size_t wanted);

// Whether a newly opened descriptor is one of the last kReservedFiles.
bool is_reserved_file(int descriptor);

// Restores the limit that this process was started with, in a child process before execve(): programs that use
// select() fail with high descriptor numbers. Async-signal-safe (signal-safety(7)).
void restore_open_file_limit();

}  // namespace wick
