// DiskSpace: whether the data folder has room, and a reserve for when it has none.
//
// A full disk must not take away the means to act on it: a revocation is a write. So there are two marks.
// Below `min_free_bytes`, check() fails, and whoever makes the folder grow (calls, their records) stops. What
// others write to the same disk may still fill it. Then a write that may use the reserve
// (Space::kMayUseReserve) empties the file wick.reserve, which was allocated while there was room, and its
// blocks take that write and the next thousands. The reserve is allocated again when there is room for it
// beside min_free_bytes; until then check() fails, so that nobody but the control plane uses what was
// released.
//
// Both marks are lowered to an eighth and a sixteenth of a small disk. Thread-safe: the measured state is
// atomic and at most kMeasureEvery old; the reserve's file is touched under a mutex, and it stays open, so
// that no use needs a file descriptor.
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
  // nullopt: it is not known, which counts as room.
  using Measure = std::function<std::optional<Room>(const std::string& folder)>;

  // Opens the reserve, and fills it where there is room; where the disk is full already, releases it.
  DiskSpace(std::string folder, DiskOptions options, Measure measure = {});
  ~DiskSpace();
  DiskSpace(const DiskSpace&) = delete;
  DiskSpace& operator=(const DiskSpace&) = delete;

  // Errors: kUnavailable  less than min_free_bytes are free; with Error::retry_after_seconds
  Result<void> check();
  // Releases the reserve when the disk is full but for the last bytes. Before a write that may use it.
  void release_if_full();
  // Releases the reserve. After a write that failed for lack of room.
  void release();
  // Allocates the reserve again when there is room. May take as long as writing its bytes.
  void restore();
  // Of the disk; 0: not known.
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
  std::mutex mutex_;  // of the file's size
  int file_ = -1;
};

}  // namespace wick
