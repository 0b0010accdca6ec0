// The pages of /oauth/authorize that have nowhere to send the browser: plain HTML that needs no script, in the look of
// the web app.
#pragma once

#include "http/message.h"

namespace wick::oauth {

// `what` is a fixed sentence: nothing of the request is in the page.
http::Response error_page(const char* what);

}  // namespace wick::oauth
