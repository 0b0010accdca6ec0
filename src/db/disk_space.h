// DiskSpace: watches the free space of the data folder and keeps a reserve for a full disk.
//
// Admins must be able to revoke credentials on a full disk, and a revocation is a write. So there are two
// limits. Below `min_free_bytes`, check() fails, and everything that makes the folder grow (calls and their
// records) stops. Other programs may still fill the disk. Then a write that may use the reserve
// (Space::kMayUseReserve) empties the file wick.reserve, which was allocated while there was space. The freed
// blocks take that write and thousands of further ones. The reserve is allocated again when the disk has space
// for it in addition to min_free_bytes. Until then check() fails, so that only the control plane uses the freed
// space.
//
// On a small disk, the limits are at most an eighth and a sixteenth of its size. Thread-safe: the measured
// state is atomic and at most kMeasureEvery old. A mutex guards the reserve file, which stays open, so that
// using it needs no file descriptor.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"

namespace wick {

struct DiskOptions {
  std::int64_t min_free_bytes = 256 << 20;
  std::int64_t reserve_bytes = 16 << 20;
};

class DiskSpace {
 public:
  struct Room {
    std::int64_t free = 0, total = 0;
  };
  // nullopt: the space is unknown, which counts as enough.
  using Measure = std::function<std::optional<Room>(const std::string& folder)>;

  // Opens the reserve, and allocates it if there is space. Releases it if the disk is already full.
  DiskSpace(std::string folder, DiskOptions options, Measure measure = {});
  ~DiskSpace();
  DiskSpace(const DiskSpace&) = delete;
  DiskSpace& operator=(const DiskSpace&) = delete;

  // Errors: kUnavailable  fewer than min_free_bytes are free; with Error::retry_after
  Result<void> check();
  // Releases the reserve if the disk is full except for the last bytes. Call before a write that may use the
  // reserve.
  void release_if_full();
  // Releases the reserve. Call after a write that failed for lack of space.
  void release();
  // Allocates the reserve again if there is space. May take as long as writing its bytes.
  void restore();
  // The size of the disk; 0 if unknown.
  std::int64_t total_bytes() const { return total_; }

 private:
  static constexpr auto kMeasureEvery = std::chrono::milliseconds(10);

  std::optional<Room> measure();
  std::int64_t min_free(const Room& room) const;
  std::int64_t reserve_size(const Room& room) const;

  const std::string folder_;
  const DiskOptions options_;
  const Measure measure_;
  std::atomic<std::int64_t> total_ = 0, held_ = 0;
  std::atomic<std::int64_t> measured_at_ = 0;  // of the steady clock
  std::atomic<bool> has_room_ = true;
  std::mutex mutex_;  // guards the size of the file
  int file_ = -1;
};

}  // namespace wick
