// Actor: who asks for something to be done. Plain value.
#pragma once

#include "base/id.h"

namespace wick {

struct Actor {
  UserId user;
  bool admin = false;  // whether they may act on what others own
};

}  // namespace wick
