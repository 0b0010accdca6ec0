// libFuzzer's entry: the target is named by WICK_FUZZ_TARGET. script/fuzz runs it.
#include <cstdio>
#include <cstdlib>

#include "targets.h"

namespace {

const wick::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* name = std::getenv("WICK_FUZZ_TARGET");
  for (const wick::fuzz::Target& target : wick::fuzz::kTargets) {
    if (name != nullptr && target.name == name) chosen = &target;
  }
  if (chosen != nullptr) return 0;
  std::fputs("WICK_FUZZ_TARGET must name one of:", stderr);
  for (const wick::fuzz::Target& target : wick::fuzz::kTargets)
    std::fprintf(stderr, " %s", std::string(target.name).c_str());
  std::fputs("\n", stderr);
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > chosen->max_bytes) return -1;
  chosen->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
