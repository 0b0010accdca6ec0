#include "http/form.h"

#include <algorithm>

#include "base/text.h"

namespace wick::http {

Result<Form> parse_form(std::string_view text) {
  Form out;
  if (text.empty()) return out;
  for (const std::string_view pair : split(text, '&')) {
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(equals == pair.size() ? std::string_view() : pair.substr(equals + 1), true);
    if (!name || !value || !is_valid_utf8(*name) || !is_valid_utf8(*value))
      return fail(ErrorCode::kInvalidArgument, "A parameter is not percent-encoded UTF-8.");
    if (!out.emplace(std::move(*name), std::move(*value)).second)
      return fail(ErrorCode::kInvalidArgument, "A parameter comes more than once.");
  }
  return out;
}

std::string parameter(const Form& form, std::string_view name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string() : found->second;
}

Response see_other(std::string location) {
  Response response;
  response.status = 303;
  response.headers.emplace_back("Location", std::move(location));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace wick::http
