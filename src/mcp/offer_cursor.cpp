#include "mcp/offer_cursor.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "base/text.h"

namespace wick::mcp {

std::optional<OfferPlace> OfferCursor::take(const Connectors& connectors) {
  if (!places_.empty()) {
    OfferPlace place = std::move(places_.front());
    places_.pop_front();
    bytes_ -= place.cursor.size();
    return place;
  }
  if (after_ == kAllAsked) return std::nullopt;
  const auto next = std::find_if(connectors.begin(), connectors.end(),
                                 [&](const auto& one) { return one->id.str() > after_; });
  if (next == connectors.end()) {
    after_ = kAllAsked;
    return std::nullopt;
  }
  after_ = (*next)->id.str();
  return OfferPlace{after_, "", 0};
}

bool OfferCursor::add(const OfferPlace& place, std::string next_cursor) {
  if (next_cursor.empty()) return true;
  if (next_cursor.size() > kMaxServerCursorBytes || place.page + 1 >= kMaxServerPages) return false;
  bytes_ += next_cursor.size();
  places_.push_back({place.connector, std::move(next_cursor), place.page + 1});
  return true;
}

void OfferCursor::take_rest(OfferCursor from, const Connectors& connectors) {
  for (OfferPlace& place : from.places_) {
    bytes_ += place.cursor.size();
    places_.push_back(std::move(place));
  }
  const bool has_more =
      from.after_ != kAllAsked && std::any_of(connectors.begin(), connectors.end(),
                                              [&](const auto& one) { return one->id.str() > from.after_; });
  after_ = has_more ? from.after_ : std::string(kAllAsked);
}

std::string OfferCursor::text() const {
  json::object out;
  out["after"] = after_;
  json::array places;
  for (const OfferPlace& place : places_)
    places.push_back(json::array{json::string(place.connector), json::string(place.cursor), place.page});
  out["places"] = std::move(places);
  return to_base64url(to_json(out));
}

std::optional<OfferCursor> read_offer_cursor(const json::object& params) {
  OfferCursor cursor;
  const auto* given = params.if_contains("cursor");
  if (given == nullptr || given->is_null()) {
    cursor.after_.clear();
    return cursor;
  }
  const auto text = given->is_string() ? from_base64url(given->get_string()) : std::nullopt;
  // JSON writes a control character as six.
  if (!text || text->size() > 8 * kMaxOfferCursorBytes) return std::nullopt;
  const auto value = parse_json(*text);
  if (!value || !value->is_object()) return std::nullopt;
  cursor.after_ = text_or_empty(value->get_object(), "after");
  const auto* places = value->get_object().if_contains("places");
  if (places == nullptr || !places->is_array()) return std::nullopt;
  std::set<std::string> seen;
  for (const json::value& one : places->get_array()) {
    if (!one.is_array() || one.get_array().size() != 3) return std::nullopt;
    const json::array& parts = one.get_array();
    if (!parts[0].is_string() || !parts[1].is_string() || !parts[2].is_int64()) return std::nullopt;
    const std::int64_t page = parts[2].get_int64();
    if (page < 1 || page >= kMaxServerPages || parts[1].get_string().empty()) return std::nullopt;
    OfferPlace place{std::string(parts[0].get_string()), std::string(parts[1].get_string()), int(page)};
    cursor.bytes_ += place.cursor.size();
    if (place.cursor.size() > kMaxServerCursorBytes || cursor.bytes_ > kMaxOfferCursorBytes)
      return std::nullopt;
    // One request asks each server once.
    if (!seen.insert(place.connector).second) return std::nullopt;
    cursor.places_.push_back(std::move(place));
  }
  return cursor;
}

}  // namespace wick::mcp
