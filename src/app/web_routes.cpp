#include "app/web_routes.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

__asm__(
    ".section .rodata\n"
    ".global wick_web_routes_begin\n.global wick_web_routes_end\n"
    "wick_web_routes_begin:\n.incbin \"" WICK_WEB_ROUTES
    "\"\nwick_web_routes_end:\n"
    ".byte 0\n.previous\n");
extern "C" const char wick_web_routes_begin[], wick_web_routes_end[];

namespace wick {
namespace {

std::string_view without_slashes(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

bool fits(std::string_view pattern, std::string_view segment) {
  const auto decoded = percent_decode(segment);
  if (!decoded || decoded->empty()) return decoded && pattern.empty();
  return pattern.starts_with(':') || pattern == to_lower_ascii(*decoded);
}

}  // namespace

WebRoutes WebRoutes::embedded() {
  const std::string_view text(wick_web_routes_begin,
                              std::size_t(wick_web_routes_end - wick_web_routes_begin));
  auto value = parse_json(text);
  WICK_ASSERT(value && value->is_object());
  std::vector<std::string> patterns;
  for (const auto& [path, access] : value->get_object()) patterns.emplace_back(std::string_view(path));
  return WebRoutes(patterns);
}

WebRoutes::WebRoutes(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    auto& segments = patterns_.emplace_back();
    for (const std::string_view segment : split(without_slashes(pattern), '/'))
      segments.push_back(to_lower_ascii(segment));
  }
}

bool WebRoutes::contains(std::string_view path) const {
  const auto segments = split(without_slashes(path), '/');
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const auto& pattern) {
    return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(), fits);
  });
}

}  // namespace wick
