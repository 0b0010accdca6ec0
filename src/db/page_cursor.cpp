#include "db/page_cursor.h"

#include "base/json.h"
#include "base/text.h"

namespace wick {

std::string PageCursor::str(std::string_view order) const {
  json::array parts;
  parts.push_back(json::string(order));
  parts.push_back(json::value(backward));
  parts.push_back(
      json::string(to_hex({reinterpret_cast<const unsigned char*>(place.text.data()), place.text.size()})));
  parts.push_back(json::value(place.value));
  parts.push_back(json::value(place.number));
  return to_base64url(to_json(parts));
}

Result<PageCursor> PageCursor::parse(std::string_view text, std::string_view order) {
  const auto invalid = [] {
    return fail(ErrorCode::kInvalidArgument,
                "The cursor does not belong to this list in this order: begin with the first page.");
  };
  const auto bytes = from_base64url(text);
  if (!bytes) return invalid();
  const auto value = parse_json(*bytes);
  if (!value || !value->is_array()) return invalid();
  const json::array& parts = value->get_array();
  if (parts.size() != 5 || !parts[0].is_string() || parts[0].get_string() != order || !parts[1].is_bool() ||
      !parts[2].is_string() || !parts[3].is_int64() || !parts[4].is_int64())
    return invalid();
  auto key = from_hex(std::string_view(parts[2].get_string()));
  if (!key) return invalid();
  PageCursor cursor;
  cursor.place = {std::move(*key), parts[3].get_int64(), parts[4].get_int64()};
  cursor.backward = parts[1].get_bool();
  return cursor;
}

}  // namespace wick
