// read_requests(): the requests that a RequestReader reads from a text that arrives in given pieces.
//
// For tests, the tool http_dump and fuzzing. Uses the reader as a connection does, without a socket.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server.h"

namespace wick::http {

struct ReadRequest {
  std::string method, target, path, query, body;
  int version = 0;  // 10 or 11
  bool keep_alive = false, expects_continue = false;
  std::vector<std::pair<std::string, std::string>> fields;

  bool operator==(const ReadRequest&) const = default;
};

struct ReadResult {
  std::vector<ReadRequest> requests;
  int status = 0;          // of the rejection that ended the reading; 0: none
  bool is_idle = false;    // the text ended between two requests
  bool views_held = true;  // no view of a head changed while its body was read

  bool operator==(const ReadResult&) const = default;
};

// Reads `bytes` in pieces of the given sizes; the rest arrives as one last piece. As on a connection, reading
// ends with a rejection or with a request after which the connection closes. Uses max_header_bytes,
// max_body_bytes and max_body_memory_bytes of `limits`.
ReadResult read_requests(std::string_view bytes, std::span<const std::size_t> pieces, const Limits& limits);

}  // namespace wick::http
