#include "app/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace wick {

FolderLock::~FolderLock() {
  if (fd_ >= 0) close(fd_);
}

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  if (ec)
    return fail(ErrorCode::kUnavailable,
                "Cannot make the data folder " + folder.string() + ": " + ec.message() + ".");
  chmod(folder.c_str(), 0700);
  const std::filesystem::path file = folder / "wick.lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(ErrorCode::kUnavailable,
                "Cannot write to the data folder " + folder.string() + ": " + std::strerror(errno) + ".");
  }
  FolderLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::kConflict,
                "Another wick process is using the data folder " + folder.string() + ".");
  }
  return lock;
}

}  // namespace wick
