// The responses of the server itself to requests that it rejects.
#pragma once

#include <string_view>

#include "http/message.h"

namespace wick::http {

// JSON: {"error": {"code", "message", "request_id"}}. With 503: Retry-After.
Response error_response(int status, std::string_view request_id);

}  // namespace wick::http
