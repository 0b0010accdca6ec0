#include "app/print.h"

#include <iostream>

#include "base/json.h"

namespace wick {

int print_error(bool as_json, const Error& error) {
  if (as_json) {
    json::object inner, out;
    inner["code"] = error_code_name(error.code);
    inner["message"] = error.message;
    out["error"] = std::move(inner);
    std::cerr << to_json(out) << "\n";
  } else {
    std::cerr << "wick: " << error.message << "\n";
  }
  return error.code == ErrorCode::kInvalidArgument ? kMisused : kFailed;
}

}  // namespace wick
