// The route that turns a pasted command into the proposal of an operation.
#pragma once

#include "api/api.h"

namespace wick::api {

void mount_curl_import(Api& api);

}  // namespace wick::api
