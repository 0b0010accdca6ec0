#include "tokens/resource.h"

#include <algorithm>

namespace wick {
namespace {

constexpr std::string_view kBelow = "/c/";

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

std::optional<std::string> resource_name(std::string_view all, std::string_view uri) {
  if (uri.ends_with('/')) uri.remove_suffix(1);
  if (uri == all) return std::string();
  if (!uri.starts_with(all) || !uri.substr(all.size()).starts_with(kBelow)) return std::nullopt;
  const std::string_view name = uri.substr(all.size() + kBelow.size());
  if (!is_resource_name(name)) return std::nullopt;
  return std::string(name);
}

}  // namespace wick
