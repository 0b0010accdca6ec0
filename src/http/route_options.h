// RouteOptions: how requests of a route are handled, and checked before their body is read.
#pragma once

#include <functional>
#include <optional>

#include "http/message.h"

namespace wick::http {

// The worker threads of a blocking handler. Password hashing and long reads have separate threads, so that no
// other request waits for them.
enum class Workers { kGeneral, kPasswords, kSearches };

// Checks a request by its header before the body is read. Returns the rejection, if any. Runs only if the body
// has not arrived yet, so the handler must repeat the check.
using HeadCheck = std::function<std::optional<Response>(const Request&)>;

struct RouteOptions {
  // Accepts bodies up to Limits::max_body_bytes after the checks. Else up to Limits::max_public_body_bytes, the
  // limit for unauthenticated clients.
  bool takes_large_bodies = false;
  HeadCheck check = {};  // on the io thread: must not block
  // Runs on a worker thread and may use the database. Runs only for a body that is announced as larger than
  // Limits::max_public_body_bytes, or without a length. Smaller bodies are read without this check.
  HeadCheck large_body_check = {};
  Workers workers = Workers::kGeneral;
  // Ignores duplicate and trailing slashes of the path.
  bool ignores_slashes = false;
  // Further header fields for every response of the route, including streams and rejections. Runs on the io
  // thread.
  std::function<std::vector<std::pair<std::string, std::string>>(const Request&)> fields = {};
};

}  // namespace wick::http
