// OfferCursor: where a list over several connected servers goes on (offers.cpp): with the next page of servers that have
// more, then with servers that have not been asked. The text of it is the client's to keep; it names connectors by id and
// gives nobody access. Not shared between threads.
#pragma once

#include <boost/json/object.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/snapshot.h"

namespace wick::mcp {

inline constexpr std::size_t kMaxOfferCursorBytes = 64 * 1024;  // of the servers' own cursors in one of ours
inline constexpr std::size_t kMaxServerCursorBytes = 2 * 1024;
inline constexpr int kMaxServerPages = 1000;  // of one server, in one walk through the list

// One page of one server.
struct OfferPlace {
  std::string connector;  // its id
  std::string cursor;     // the server's; empty: its first page
  int page = 0;           // how many have gone before
};

class OfferCursor {
 public:
  using Connectors = std::vector<std::shared_ptr<const ConnectorEntry>>;  // by id

  // What to ask next; nullopt: the list is at its end.
  std::optional<OfferPlace> take(const Connectors& connectors);
  // That after `place` its server goes on with this cursor; empty: it does not. False when it is given up: the cursor is
  // too long, or there were kMaxServerPages.
  bool add(const OfferPlace& place, std::string next_cursor);
  // Whether the cursors of so many servers have room besides what is left of `rest`.
  bool has_room(std::size_t servers, const OfferCursor& rest) const {
    return bytes_ + rest.bytes_ + servers * kMaxServerCursorBytes <= kMaxOfferCursorBytes;
  }
  // What `from` has not given out.
  void take_rest(OfferCursor from, const Connectors& connectors);
  bool empty() const { return places_.empty() && after_ == kAllAsked; }
  std::string text() const;

 private:
  friend std::optional<OfferCursor> read_offer_cursor(const boost::json::object& params);
  static constexpr const char* kAllAsked = "-";

  std::deque<OfferPlace> places_;
  std::size_t bytes_ = 0;          // of their cursors
  std::string after_ = kAllAsked;  // the id of the last server that was asked; empty: none was
};

// Of the params of a list; without a cursor, its beginning. nullopt: the cursor is not ours.
std::optional<OfferCursor> read_offer_cursor(const boost::json::object& params);

}  // namespace wick::mcp
