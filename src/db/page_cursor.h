// Cursors of sorted lists: the text by which a page names the next or previous page.
//
// Pages begin where the last page ended (keyset pagination) instead of counting rows. So the thousandth page
// costs as much as the first, and rows that are added or removed meanwhile shift nothing.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

// A position in a list, ordered by text, then value, then number. A list uses the fields that its order needs.
// `number` is unique in the list.
struct Place {
  std::string text;
  std::int64_t value = 0;
  std::int64_t number = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

struct PageCursor {
  Place place;
  bool backward = false;  // the page before the place

  // The text of the cursor. `order` names the sort order, so that a cursor is not used with another order.
  std::string str(std::string_view order) const;
  // Errors: kInvalidArgument  the text is not a cursor of this order
  static Result<PageCursor> parse(std::string_view text, std::string_view order);
};

}  // namespace wick
