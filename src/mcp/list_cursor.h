// ListCursor: the position in a list over several connected servers (shared_lists.cpp). The list continues with the next
// page of the servers that have more, then with the servers that have not been asked. The client keeps the text of the
// cursor. The text names connectors by id and gives no access. Not thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/snapshot.h"

namespace wick::mcp {

inline constexpr std::size_t kMaxListCursorBytes = 64 * 1024;  // of all server cursors in one cursor
inline constexpr std::size_t kMaxServerCursorBytes = 2 * 1024;
inline constexpr int kMaxServerPages = 1000;  // of one server, in one list

// One page of one server's list.
struct PagePosition {
  std::string connector;  // its id
  std::string cursor;     // the server's; empty: its first page
  int page = 0;           // the number of pages before it
};

class ListCursor {
 public:
  using Connectors = std::vector<std::shared_ptr<const ConnectorEntry>>;  // by id

  // Removes and returns the next page to request. nullopt: the list is at its end.
  std::optional<PagePosition> take(const Connectors& connectors);
  // Adds the page after `position`; an empty `next_cursor` means that there is none. False: the list of that server ends here,
  // because the cursor is too long or kMaxServerPages is reached.
  bool add(const PagePosition& position, std::string next_cursor);
  // Whether the cursors of so many servers fit, together with the pages of `rest`.
  bool has_room(std::size_t servers, const ListCursor& rest) const {
    return bytes_ + rest.bytes_ + servers * kMaxServerCursorBytes <= kMaxListCursorBytes;
  }
  // Adds the pages that `from` has not returned.
  void take_rest(ListCursor from, const Connectors& connectors);
  bool empty() const { return positions_.empty() && after_ == kAllAsked; }
  std::string text() const;

 private:
  friend std::optional<ListCursor> read_list_cursor(const boost::json::object& params);
  static constexpr const char* kAllAsked = "-";

  std::deque<PagePosition> positions_;
  std::size_t bytes_ = 0;          // of their cursors
  std::string after_ = kAllAsked;  // the id of the last server that was asked; empty: none was
};

// Reads the cursor from the params of a list request. Without a cursor, the list begins. nullopt: Wick has not made the
// cursor.
std::optional<ListCursor> read_list_cursor(const boost::json::object& params);

}  // namespace wick::mcp
