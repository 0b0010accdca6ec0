#include "search/text_analysis.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

// Optimal string alignment by the whole table.
std::size_t reference_edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      table[i][j] =
          std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[a.size()][b.size()];
}

}  // namespace

// Words are within their limits and are words of themselves; stems are no longer than them; edits are what
// the whole table of them says.
void fuzz_words(std::string_view data) {
  const auto words = mcp::words_of(data, 100);
  FUZZ_CHECK(words.size() <= 100);
  for (const std::string& word : words) {
    FUZZ_CHECK(!word.empty() && word.size() <= mcp::kMaxWordBytes && is_valid_utf8(word));
    FUZZ_CHECK(to_lower_ascii(word) == word);
    const std::string stem = mcp::stem_of(word);
    FUZZ_CHECK(!stem.empty() && stem.size() <= word.size() + 1);
  }
  const auto parts = mcp::words_of(data, 100, false);
  FUZZ_CHECK(parts.size() <= words.size());
  Input input(data);
  const std::string_view a = input.until('\n').substr(0, 40), b = input.until('\n').substr(0, 40);
  for (const std::size_t limit : {1, 2, 3})
    FUZZ_CHECK(mcp::edits_between(a, b, limit) == std::min(reference_edits(a, b), limit + 1));
}

}  // namespace wick::fuzz
