// Open files: how many file descriptors this process may have, and who may take the last ones.
//
// Sockets of clients, connections to other systems, pipes to children, databases and commands share one limit
// of the kernel (RLIMIT_NOFILE). plan_open_files() divides it; the last kReservedFiles are for databases and
// for `wick` commands, so that a server without files left can still be told to revoke a token.
//
// A new descriptor is the lowest free number (POSIX, open()), so its number alone says how many are in use at
// least: whoever opens a socket or a pipe asks is_reserved_file() about it, and closes it again if it is one
// of the last. Nothing is counted, so nothing can be counted wrong.
//
// Thread-safe: the limits are atomic numbers, set once at start.
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
// How many files are needed for all of that and for the rest.
std::size_t needed_open_files(const OpenFileUse& wanted);
// What is wanted, or what `limit` has room for: connections of clients get at least three quarters of what
// can be shared, requests to other systems an eighth.
OpenFileUse plan_open_files(std::size_t limit, const OpenFileUse& wanted);

// Raises the limit to `wanted`, or as near as the hard limit lets it, and sets the reserve. Never lowers it.
// Returns the limit that holds then.
std::size_t raise_open_file_limit(std::size_t wanted);

// Whether the number of a descriptor that was just opened is one of the last kReservedFiles.
bool is_reserved_file(int descriptor);

// For a child process that is about to execve: the limit that this process was started with, because programs
// that use select() do not survive high numbers. Safe after fork (signal-safety(7)).
void restore_open_file_limit();

}  // namespace wick
