// Runs every target over its corpus, fuzz/corpus/NAME/: what once was found stays mended.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "targets.h"

namespace wick::fuzz {

void PrintTo(const Target& target, std::ostream* out) {
  *out << target.name;
}

namespace {

class Fuzz : public testing::TestWithParam<Target> {};

TEST_P(Fuzz, TheCorpusHasNoFinding) {
  const std::filesystem::path folder = std::filesystem::path(WICK_FUZZ_CORPUS) / GetParam().name;
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(file.path());
    std::ostringstream text;
    text << std::ifstream(file.path(), std::ios::binary).rdbuf();
    EXPECT_NO_THROW(GetParam().run(text.str()));
    ++count;
  }
  EXPECT_GT(count, 0u) << "no files in " << folder;
}

TEST_P(Fuzz, NothingAtAllIsAnInputToo) {
  EXPECT_NO_THROW(GetParam().run(""));
}

INSTANTIATE_TEST_SUITE_P(Targets, Fuzz, testing::ValuesIn(kTargets),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace wick::fuzz
