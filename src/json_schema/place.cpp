#include "json_schema/place.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace wick::json_schema {
namespace {

constexpr std::size_t kMaxNameBytes = 100;

std::vector<const Place*> way_to(const Place& place) {
  std::vector<const Place*> way;
  for (const Place* at = &place; at->parent != nullptr; at = at->parent) way.push_back(at);
  std::reverse(way.begin(), way.end());
  return way;
}

bool is_plain(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '$';
  });
}

}  // namespace

std::size_t depth_of(const Place& place) {
  std::size_t depth = 0;
  for (const Place* at = &place; at->parent != nullptr; at = at->parent) ++depth;
  return depth;
}

std::string pointer_to(const Place& place) {
  std::string out;
  for (const Place* step : way_to(place)) {
    std::string token = step->is_item ? std::to_string(step->index) : std::string(step->name);
    replace_all(token, "~", "~0");
    replace_all(token, "/", "~1");
    out.append("/").append(token);
  }
  return out;
}

std::string name_of(const Place& place, std::string_view root) {
  std::string out(root);
  for (const Place* step : way_to(place)) {
    if (out.size() > kMaxPlaceBytes) return out + "…";
    if (step->is_item) {
      out.append("[").append(std::to_string(step->index)).append("]");
    } else if (is_plain(step->name)) {
      out.append(".").append(step->name);
    } else {
      out.append("[").append(in_quotes(step->name)).append("]");
    }
  }
  return out;
}

std::string in_quotes(std::string_view name) {
  const std::string_view start = truncate_utf8(name, kMaxNameBytes);
  return "\"" + printable(start) + (start.size() < name.size() ? "…\"" : "\"");
}

}  // namespace wick::json_schema
