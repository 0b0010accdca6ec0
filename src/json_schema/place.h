// Place: a location inside a value, and its name in a sentence. Internal to this folder.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wick::json_schema {

// One step of the path from the whole value. Places live on the stack of the traversal. The memory of `name`
// must outlive the place.
struct Place {
  const Place* parent = nullptr;  // null: the whole value
  std::string_view name = {};
  std::size_t index = 0;
  bool is_item = false;
};

std::size_t depth_of(const Place& place);
// RFC 6901.
std::string pointer_to(const Place& place);
// "arguments.tags[2]" or "arguments["odd name"]", at most about kMaxPlaceBytes.
std::string name_of(const Place& place, std::string_view root);
inline constexpr std::size_t kMaxPlaceBytes = 300;
// A name from outside in quotes, for a sentence.
std::string in_quotes(std::string_view name);

}  // namespace wick::json_schema
