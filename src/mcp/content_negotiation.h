// The media types that a client accepts, by its Accept header fields (RFC 9110 §12.5.1). Pure functions.
#pragma once

#include "http/message.h"

namespace wick::mcp {

struct Accepted {
  bool json = false;    // application/json: one response
  bool events = false;  // text/event-stream
};

// Several fields count as one list. The most specific range decides. A weight of 0 refuses. Without a field, or with empty
// fields only, the client accepts everything.
Accepted accepted_types(const http::Request& request);

}  // namespace wick::mcp
