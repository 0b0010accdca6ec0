// Actor: the user who acts. A plain value.
#pragma once

#include "base/id.h"

namespace wick {

struct Actor {
  UserId user;
  bool admin = false;  // may also act on tokens and connections of other users
};

}  // namespace wick
