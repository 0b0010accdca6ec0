// RouteOptions: how the requests of a route are handled, and what it says about one before its body is read.
#pragma once

#include <functional>
#include <optional>

#include "http/message.h"

namespace wick::http {

// Which worker threads a blocking handler runs on: those that hash a password, and those that read a lot,
// have threads of their own, so that nobody else waits for them.
enum class Workers { kGeneral, kPasswords, kSearches };

// Judges a request by its header, before its body is read. Returns the refusal, or nothing. It is asked only
// while the body has not arrived, so the handler has to decide again.
using HeadCheck = std::function<std::optional<Response>(const Request&)>;

struct RouteOptions {
  // Bodies up to Limits::max_body_bytes, once the checks have let the request in. Else up to
  // Limits::max_public_body_bytes, which is what strangers may send.
  bool takes_large_bodies = false;
  HeadCheck check = {};  // on the io thread: must not block
  // On a worker thread: may use the database. Asked only about a body that is announced as larger than
  // Limits::max_public_body_bytes, or not announced; one that is smaller is read without.
  HeadCheck large_body_check = {};
  Workers workers = Workers::kGeneral;
  // Slashes that come twice, or at the end, make no difference.
  bool ignores_slashes = false;
  // What every response of the route carries besides its own fields: streams and refusals too. On the io thread.
  std::function<std::vector<std::pair<std::string, std::string>>(const Request&)> fields = {};
};

}  // namespace wick::http
