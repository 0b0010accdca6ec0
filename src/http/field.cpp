#include "http/field.h"

#include "base/text.h"

#include <algorithm>

namespace wick::http {

bool is_field_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

bool is_access_token(std::string_view token) {
  return !token.empty() && token.size() <= kMaxAccessTokenBytes &&
         std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

Result<std::pair<std::string, std::string>> parse_field_line(std::string_view line) {
  const auto colon = line.find(':');
  const std::string_view name = trim(line.substr(0, colon));
  if (colon == std::string_view::npos || !is_field_name(name) || !is_field_value(line.substr(colon + 1))) {
    return fail(ErrorCode::kInvalidArgument,
                "\"" + std::string(line) + "\" is not a header: write Name: value.");
  }
  return std::pair(std::string(name), std::string(trim(line.substr(colon + 1))));
}

}  // namespace wick::http
