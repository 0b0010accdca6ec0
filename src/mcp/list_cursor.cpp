#include "mcp/list_cursor.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "base/text.h"

namespace wick::mcp {

std::optional<PagePosition> ListCursor::take(const Connectors& connectors) {
  if (!positions_.empty()) {
    PagePosition position = std::move(positions_.front());
    positions_.pop_front();
    bytes_ -= position.cursor.size();
    return position;
  }
  if (after_ == kAllAsked) return std::nullopt;
  const auto next = std::find_if(connectors.begin(), connectors.end(),
                                 [&](const auto& one) { return one->id.str() > after_; });
  if (next == connectors.end()) {
    after_ = kAllAsked;
    return std::nullopt;
  }
  after_ = (*next)->id.str();
  return PagePosition{after_, "", 0};
}

bool ListCursor::add(const PagePosition& position, std::string next_cursor) {
  if (next_cursor.empty()) return true;
  if (next_cursor.size() > kMaxServerCursorBytes || position.page + 1 >= kMaxServerPages) return false;
  bytes_ += next_cursor.size();
  positions_.push_back({position.connector, std::move(next_cursor), position.page + 1});
  return true;
}

void ListCursor::take_rest(ListCursor from, const Connectors& connectors) {
  for (PagePosition& position : from.positions_) {
    bytes_ += position.cursor.size();
    positions_.push_back(std::move(position));
  }
  const bool has_more =
      from.after_ != kAllAsked && std::any_of(connectors.begin(), connectors.end(),
                                              [&](const auto& one) { return one->id.str() > from.after_; });
  after_ = has_more ? from.after_ : std::string(kAllAsked);
}

std::string ListCursor::text() const {
  json::object out;
  out["after"] = after_;
  json::array positions;
  for (const PagePosition& position : positions_)
    positions.push_back(
        json::array{json::string(position.connector), json::string(position.cursor), position.page});
  out["places"] = std::move(positions);
  return to_base64url(to_json(out));
}

std::optional<ListCursor> read_list_cursor(const json::object& params) {
  ListCursor cursor;
  const auto* given = params.if_contains("cursor");
  if (given == nullptr || given->is_null()) {
    cursor.after_.clear();
    return cursor;
  }
  const auto text = given->is_string() ? from_base64url(given->get_string()) : std::nullopt;
  // JSON escapes a control character as six characters.
  if (!text || text->size() > 8 * kMaxListCursorBytes) return std::nullopt;
  const auto value = parse_json(*text);
  if (!value || !value->is_object()) return std::nullopt;
  cursor.after_ = text_or_empty(value->get_object(), "after");
  const auto* positions = value->get_object().if_contains("places");
  if (positions == nullptr || !positions->is_array()) return std::nullopt;
  std::set<std::string> seen;
  for (const json::value& one : positions->get_array()) {
    if (!one.is_array() || one.get_array().size() != 3) return std::nullopt;
    const json::array& parts = one.get_array();
    if (!parts[0].is_string() || !parts[1].is_string() || !parts[2].is_int64()) return std::nullopt;
    const std::int64_t page = parts[2].get_int64();
    if (page < 1 || page >= kMaxServerPages || parts[1].get_string().empty()) return std::nullopt;
    PagePosition position{std::string(parts[0].get_string()), std::string(parts[1].get_string()), int(page)};
    cursor.bytes_ += position.cursor.size();
    if (position.cursor.size() > kMaxServerCursorBytes || cursor.bytes_ > kMaxListCursorBytes)
      return std::nullopt;
    // One list request asks each server once.
    if (!seen.insert(position.connector).second) return std::nullopt;
    cursor.positions_.push_back(std::move(position));
  }
  return cursor;
}

}  // namespace wick::mcp
