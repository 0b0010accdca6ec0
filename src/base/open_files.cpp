#include "base/open_files.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <limits>

namespace wick {
namespace {

std::atomic<std::size_t> first_reserved{std::numeric_limits<std::size_t>::max()};
std::atomic<rlim_t> initial_limit{0};  // 0: it was not changed

}  // namespace

std::size_t needed_open_files(const OpenFileUse& wanted) {
  return kReservedFiles + kOwnFiles + kChildFiles + wanted.outgoing + wanted.connections;
}

OpenFileUse plan_open_files(std::size_t limit, const OpenFileUse& wanted) {
  if (limit >= needed_open_files(wanted)) return wanted;
  const std::size_t fixed = kReservedFiles + kOwnFiles, others = kChildFiles + wanted.outgoing;
  const std::size_t shared = limit > fixed ? limit - fixed : 0;
  const std::size_t room = std::max(shared * 3 / 4, shared > others ? shared - others : 0);
  return {std::min(wanted.connections, std::max(room, kMinConnections)),
          std::min(wanted.outgoing, std::max(shared / 8, kMinOutgoing))};
}

std::size_t raise_open_file_limit(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t before = limit.rlim_cur;
  if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < wanted) {
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min<rlim_t>(wanted, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) initial_limit = before;
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  const std::size_t now = limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<int>::max() : limit.rlim_cur;
  first_reserved = now - std::min(kReservedFiles, now / 4);
  return now;
}

bool is_reserved_file(int descriptor) {
  return descriptor >= 0 && std::size_t(descriptor) >= first_reserved.load(std::memory_order_relaxed);
}

void restore_open_file_limit() {
  rlimit limit{};
  const rlim_t before = initial_limit.load(std::memory_order_relaxed);
  if (before == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = before;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace wick
