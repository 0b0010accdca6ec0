// Where in a value something stands, and how a sentence names it. Internal to this folder.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wick::json_schema {

// A step on the way from the whole value, on the stack of whoever goes it. `name` must live as long.
struct Place {
  const Place* parent = nullptr;  // null: the whole value
  std::string_view name = {};
  std::size_t index = 0;
  bool is_item = false;
};

std::size_t depth_of(const Place& place);
// RFC 6901.
std::string pointer_to(const Place& place);
// arguments.tags[2], arguments["odd name"]; at most about kMaxPlaceBytes.
std::string name_of(const Place& place, std::string_view root);
inline constexpr std::size_t kMaxPlaceBytes = 300;
// A name that somebody chose, in quotes, as a sentence may have it.
std::string in_quotes(std::string_view name);

}  // namespace wick::json_schema
