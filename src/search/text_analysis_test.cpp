// How texts become words, words their stems, and how far two words are apart.
#include "search/text_analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace wick::mcp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> words(std::string_view text) {
  return words_of(text, 100);
}

TEST(SearchWords, NamesInEveryStyleHaveTheSameWords) {
  EXPECT_THAT(words("create_pull-request"), ElementsAre("create", "pull", "request"));
  EXPECT_THAT(words("createPullRequest"), ElementsAre("createpullrequest", "create", "pull", "request"));
  EXPECT_THAT(words_of("createPullRequest", 100, false), ElementsAre("create", "pull", "request"));
  EXPECT_THAT(words("getHTTPServer"), ElementsAre("gethttpserver", "get", "http", "server"));
  EXPECT_THAT(words("APIKey"), ElementsAre("apikey", "api", "key"));
  EXPECT_THAT(words("/v2/repos/{owner}"), ElementsAre("v2", "repos", "owner"));
}

TEST(SearchWords, ThePluralOfAnAbbreviationIsOneWord) {
  EXPECT_THAT(words("UTXOs of APIs, URLs"), ElementsAre("utxos", "of", "apis", "urls"));
}

TEST(SearchWords, WordsOfOtherLanguagesStayWholeAndLoseOnlyTheirCase) {
  EXPECT_THAT(words("Überweisung ausführen"), ElementsAre("überweisung", "ausführen"));
  EXPECT_THAT(words("СОЗДАТЬ счёт, Ёж"), ElementsAre("создать", "счёт", "ёж"));
  EXPECT_THAT(words("ΑΡΧΕΙΟ – ŁÓDŹ"), ElementsAre("αρχειο", "łódź"));
  EXPECT_EQ(stem_of("überweisungen"), "überweisungen");
}

TEST(SearchWords, WritingWithoutSpacesGivesPairsOfCharacters) {
  EXPECT_THAT(words("一覧取得"), ElementsAre("一覧", "覧取", "取得"));
  EXPECT_THAT(words("APIキー。山"), ElementsAre("api", "キー", "山"));
}

TEST(SearchWords, BytesThatAreNotUtf8AreLeftOut) {
  EXPECT_THAT(words("no\xff te\xc3"), ElementsAre("no", "te"));
  EXPECT_THAT(words("\xed\xf5\x80\xc0"), IsEmpty());
  EXPECT_THAT(words(std::string_view("a\0b", 3)), ElementsAre("ab"));
}

TEST(SearchWords, AtMostAsManyAsAskedForAndNoneThatIsTooLongToBeOne) {
  EXPECT_EQ(words_of("a b c d", 3).size(), 3u);
  EXPECT_EQ(words_of("aBcDeF", 3).size(), 3u);
  EXPECT_THAT(words(std::string(kMaxWordBytes, 'x') + " " + std::string(kMaxWordBytes + 1, 'y') + " z"),
              ElementsAre(std::string(kMaxWordBytes, 'x'), "z"));
}

TEST(SearchWords, InflectionsHaveOneStem) {
  const std::vector<std::vector<std::string>> families = {
      {"delete", "deletes", "deleted", "deleting", "deletion"},
      {"category", "categories"},
      {"ship", "ships", "shipped", "shipping"},
      {"validate", "validation", "validator"},
      {"synchronise", "synchronize", "synchronising", "synchronisation"},
      {"colour", "color", "colours"},
      {"issue", "issues"},
      {"pdf", "pdfs"},
      {"api", "apis"},
      {"address", "addresses"}};
  for (const auto& family : families) {
    for (const std::string& word : family) EXPECT_EQ(stem_of(word), stem_of(family.front())) << word;
  }
}

// Of the vocabulary that Porter published with his first algorithm, and words that the second one stems better.
TEST(SearchWords, StemsAreThoseOfPortersSecondAlgorithm) {
  const std::pair<const char*, const char*> known[] = {{"caresses", "caress"},
                                                       {"ponies", "poni"},
                                                       {"cats", "cat"},
                                                       {"feed", "feed"},
                                                       {"agreed", "agre"},
                                                       {"plastered", "plaster"},
                                                       {"motoring", "motor"},
                                                       {"sing", "sing"},
                                                       {"conflated", "conflat"},
                                                       {"hopping", "hop"},
                                                       {"falling", "fall"},
                                                       {"filing", "file"},
                                                       {"happy", "happi"},
                                                       {"sky", "sky"},
                                                       {"relational", "relat"},
                                                       {"conditional", "condit"},
                                                       {"vietnamization", "vietnam"},
                                                       {"operator", "oper"},
                                                       {"hopefulness", "hope"},
                                                       {"sensibiliti", "sensibl"},
                                                       {"triplicate", "triplic"},
                                                       {"electrical", "electr"},
                                                       {"goodness", "good"},
                                                       {"revival", "reviv"},
                                                       {"allowance", "allow"},
                                                       {"replacement", "replac"},
                                                       {"adjustment", "adjust"},
                                                       {"adoption", "adopt"},
                                                       {"probate", "probat"},
                                                       {"rate", "rate"},
                                                       {"cease", "ceas"},
                                                       {"controll", "control"},
                                                       {"roll", "roll"},
                                                       {"general", "general"},
                                                       {"generate", "generat"},
                                                       {"tries", "tri"},
                                                       {"exactly", "exact"},
                                                       {"dying", "die"}};
  for (const auto& [word, stem] : known) EXPECT_EQ(stem_of(word), stem) << word;
  EXPECT_EQ(stem_of("as"), "as");
  EXPECT_EQ(stem_of("utf8s"), "utf8s");
}

TEST(SearchWords, AWordThatIsTooLongIsItsOwnStem) {
  const std::string longest = "a" + std::string(kMaxWordBytes - 2, 'x');
  EXPECT_EQ(stem_of(longest + "s"), longest);
  EXPECT_EQ(stem_of(longest + "xs"), longest + "xs");
}

TEST(SearchWords, ThreadsStemAtTheSameTime) {
  const std::pair<std::string, std::string> words[] = {
      {"validations", "valid"}, {"hopping", "hop"}, {"electrical", "electr"}};
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (const auto& [word, stem] : words) {
    threads.emplace_back([&wrong, word, stem] {
      for (int i = 0; i < 2000; ++i) wrong += stem_of(word) != stem;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(SearchWords, EditsAreCountedUpToTheLimit) {
  EXPECT_EQ(edits_between("delete", "delete", 2), 0u);
  EXPECT_EQ(edits_between("delte", "delete", 2), 1u);
  EXPECT_EQ(edits_between("deelte", "delete", 2), 1u) << "neighbours exchanged";
  EXPECT_EQ(edits_between("webhooks", "wbhoks", 2), 2u);
  EXPECT_EQ(edits_between("abc", "xyz", 2), 3u);
  EXPECT_EQ(edits_between("a", "abcdef", 2), 3u);
  EXPECT_EQ(edits_between("", "ab", 2), 2u);
  EXPECT_EQ(edits_between("ca", "abc", 3), 3u) << "each place is edited once";
}

TEST(Words, BytesThatAreNoUtf8AreLeftOut) {
  EXPECT_EQ(words_of("a \xE0\x80\x80 \xED\xA0\x80 \xF0\x80\x80\x80 \xF4\x90\x80\x80 \xFF b", 10),
            (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace wick::mcp
