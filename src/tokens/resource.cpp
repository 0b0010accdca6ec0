#include "tokens/resource.h"

#include <algorithm>

#include "base/url.h"

namespace wick {
namespace {

constexpr std::string_view kBelow = "/c/";

// RFC 3986 §6.2.2.1 and §6.2.3: scheme and host in lower case, without a default port. Empty: the text is no URL.
std::string normal_uri(std::string_view uri) {
  const auto url = Url::parse_http(uri);
  if (!url) return {};
  return url->origin().append(url->path()).append(url->query()).append(url->fragment());
}

}  // namespace

bool is_resource_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxResourceNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

std::string resource_path(std::string_view name) {
  std::string path = "/mcp";
  if (!name.empty()) path.append(kBelow).append(name);
  return path;
}

std::optional<std::string> resource_name(std::string_view of_mcp, std::string_view given) {
  const std::string here = normal_uri(of_mcp), normal = normal_uri(given);
  const std::string_view all = here;
  std::string_view uri = normal;
  if (all.empty() || uri.empty()) return std::nullopt;
  if (uri.ends_with('/')) uri.remove_suffix(1);
  if (uri == all) return std::string();
  if (!uri.starts_with(all) || !uri.substr(all.size()).starts_with(kBelow)) return std::nullopt;
  const std::string_view name = uri.substr(all.size() + kBelow.size());
  if (!is_resource_name(name)) return std::nullopt;
  return std::string(name);
}

}  // namespace wick
