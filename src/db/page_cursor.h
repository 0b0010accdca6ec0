// A place in a sorted list, and as the text that a page gives to get the one after or before it.
//
// Lists are paged by where the last page ended ("keyset"), not by counting rows: the thousandth page costs as
// much as the first, and rows that come and go in between shift nothing.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

// By text, then value, then number; a list uses of them what its order needs. Number is unique in the list.
struct Place {
  std::string text;
  std::int64_t value = 0;
  std::int64_t number = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

struct PageCursor {
  Place place;
  bool backward = false;  // what comes before the place

  // `order` names the list's order, so that a cursor is not used with another.
  std::string str(std::string_view order) const;
  // Errors: kInvalidArgument  not a cursor of this order
  static Result<PageCursor> parse(std::string_view text, std::string_view order);
};

}  // namespace wick
