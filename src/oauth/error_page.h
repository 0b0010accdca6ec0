// Error pages of /oauth/authorize, for requests without a valid redirect URI: HTML without scripts, in the style of the web
// app.
#pragma once

#include "http/message.h"

namespace wick::oauth {

// `what` is a constant sentence, so the page contains no text of the request.
http::Response error_page(const char* what);

}  // namespace wick::oauth
