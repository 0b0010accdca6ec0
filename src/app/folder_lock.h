// FolderLock: the lock on a data folder, which one process at a time holds.
#pragma once

#include <filesystem>
#include <utility>

#include "base/result.h"

namespace wick {

// Movable; releases the lock when it is destroyed.
class FolderLock {
 public:
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock(const FolderLock&) = delete;
  ~FolderLock();
  // Makes the folder, for its owner alone, and locks it.
  // Errors: kConflict     another process holds it
  //         kUnavailable  it cannot be made or written
  static Result<FolderLock> take(const std::filesystem::path& folder);

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace wick
