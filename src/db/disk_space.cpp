#include "db/disk_space.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/log.h"

namespace wick {
namespace {

constexpr std::chrono::seconds kRetryAfter(10);
constexpr std::int64_t kMaxLastBytes = 2 << 20;  // below, a disk counts as full

std::optional<DiskSpace::Room> measure_disk(const std::string& folder) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return std::nullopt;
  const auto block = std::int64_t(info.f_frsize);
  return DiskSpace::Room{std::int64_t(info.f_bavail) * block, std::int64_t(info.f_blocks) * block};
}

std::int64_t steady_nanos() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

std::string megabytes(std::int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", double(bytes) / 1e6);
  return text;
}

}  // namespace

DiskSpace::DiskSpace(std::string folder, DiskOptions options, Measure measure)
    : folder_(std::move(folder)),
      options_(options),
      measure_(measure ? std::move(measure) : Measure(measure_disk)) {
  const std::string name = folder_ + "/wick.reserve";
  file_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  struct stat info {};
  if (file_ < 0) {
    spdlog::warn("{} cannot be opened ({}): there is no reserve for a full disk", name, std::strerror(errno));
  } else if (::fstat(file_, &info) == 0) {
    held_ = info.st_size;
  }
  release_if_full();
  restore();
}

DiskSpace::~DiskSpace() {
  if (file_ >= 0) ::close(file_);
}

std::optional<DiskSpace::Room> DiskSpace::measure() {
  const auto room = measure_(folder_);
  if (room) total_ = room->total;
  return room;
}

std::int64_t DiskSpace::min_free(const Room& room) const {
  return std::min(options_.min_free_bytes, room.total / 8);
}

std::int64_t DiskSpace::reserve_size(const Room& room) const {
  return std::min(options_.reserve_bytes, room.total / 16);
}

Result<void> DiskSpace::check() {
  const std::int64_t now = steady_nanos();
  const std::int64_t age = now - measured_at_.load(std::memory_order_relaxed);
  const bool is_fresh = age < std::chrono::nanoseconds(kMeasureEvery).count();
  if (is_fresh && has_room_.load(std::memory_order_relaxed)) return {};
  const auto room = measure();
  measured_at_.store(now, std::memory_order_relaxed);
  if (!room) return {};
  // Missing bytes of the reserve are not free: they belong to the control plane.
  const std::int64_t needed = min_free(*room) + std::max<std::int64_t>(0, reserve_size(*room) - held_);
  const bool has_room = room->free >= needed;
  if (has_room_.exchange(has_room) != has_room) {
    if (has_room) {
      spdlog::info("the disk of {} has space again: calls are accepted", folder_);
    } else {
      spdlog::error("the disk of {} is full: {} are free, calls stop below {}", folder_,
                    megabytes(room->free), megabytes(needed));
    }
  }
  if (has_room) return {};
  return fail(Error{ErrorCode::kUnavailable,
                    "The disk is full: " + megabytes(room->free) + " are free, and calls stop below " +
                        megabytes(needed) + " (limits.min_free_bytes). Free some space.",
                    kRetryAfter});
}

void DiskSpace::release_if_full() {
  if (held_ == 0) return;
  const auto room = measure();
  if (room && room->free < std::min(kMaxLastBytes, reserve_size(*room) / 2)) release();
}

void DiskSpace::release() {
  const std::lock_guard lock(mutex_);
  if (file_ < 0 || held_ == 0) return;
  // Syncs the file, because some file systems free blocks only with their next commit.
  if (::ftruncate(file_, 0) != 0 || ::fsync(file_) != 0) {
    spdlog::error("the reserve for a full disk cannot be released: {}", std::strerror(errno));
    return;
  }
  spdlog::error("the disk of {} is full: its reserve of {} is released for the control plane", folder_,
                megabytes(held_));
  held_ = 0;
}

void DiskSpace::restore() {
  const std::lock_guard lock(mutex_);
  const auto room = measure();
  if (file_ < 0 || !room) return;
  const std::int64_t size = reserve_size(*room);
  if (held_ >= size || room->free < min_free(*room) + size - held_) return;
  if (const int failed = ::posix_fallocate(file_, 0, size); failed != 0) {
    spdlog::warn("the reserve for a full disk cannot be allocated: {}", std::strerror(failed));
    if (::ftruncate(file_, held_) != 0) held_ = 0;
    return;
  }
  ::fsync(file_);
  held_ = size;
}

}  // namespace wick
