#include "base/secret.h"

#include <cstring>

namespace wick {

void wipe(char* data, std::size_t size) {
  if (size > 0) explicit_bzero(data, size);
}

}  // namespace wick
