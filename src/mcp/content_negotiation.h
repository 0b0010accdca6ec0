// Which media types a client takes, by its Accept header fields (RFC 9110 §12.5.1). Pure functions.
#pragma once

#include "http/message.h"

namespace wick::mcp {

struct Accepted {
  bool json = false;    // application/json: one response
  bool events = false;  // text/event-stream
};

// Several fields count as one list. The most specific range decides; a weight of 0 refuses. No field at all, or
// only empty ones: everything.
Accepted accepted_types(const http::Request& request);

}  // namespace wick::mcp
