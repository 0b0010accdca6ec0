// The results of a search, their order, and their independence from operations that the caller may not use.
#include "search/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/json.h"
#include "mcp/tools.h"
#include "search/synonyms.h"
#include "search/text_analysis.h"

namespace wick::mcp {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class SearchTest : public testing::Test {
 protected:
  SearchTest() {
    user_.id = UserId::make();
    user_.status = UserStatus::kActive;
    snapshot_->users.put(user_);
  }
  struct Made {
    std::string key, name, description;
    std::vector<std::string> arguments = {};
  };
  ConnectorEntry& connector(const std::string& label, const std::vector<Made>& operations) {
    auto entry = std::make_shared<ConnectorEntry>();
    entry->id = ConnectorId::make();
    entry->label = label;
    entry->slug = label;
    for (const Made& made : operations) {
      OperationEntry operation;
      operation.key = made.key;
      operation.name = made.name;
      operation.description = made.description;
      json::object properties;
      for (const std::string& argument : made.arguments) properties[argument] = json::object();
      operation.input_schema["properties"] = std::move(properties);
      operation.input_schema_text = to_json(operation.input_schema);
      entry->operations.put(std::move(operation));
    }
    snapshot_->connectors.put(entry);
    return *entry;
  }
  template <typename F>
  static void change_operation(ConnectorEntry& entry, std::size_t place, F&& change) {
    OperationEntry operation = entry.operations[place];
    change(operation);
    entry.operations.put(std::move(operation));
  }
  TagId tag(const std::string& name, bool filter = false) {
    TagEntry entry;
    entry.id = TagId::make();
    entry.name = name;
    entry.filter = filter;
    snapshot_->tags.put(entry);
    return entry.id;
  }
  // The keys that are found, best first.
  std::vector<std::string> find(std::string_view query, std::size_t limit = kMaxSearchResults) {
    const EffectiveAccess access(snapshot_, user_.id, nullptr);
    std::vector<std::string> keys;
    for (const OperationRef& ref : search_.find(*snapshot_, access.operations(), query, limit))
      keys.push_back(ref.operation->key);
    return keys;
  }
  std::string first(std::string_view query) {
    const auto found = find(query, 1);
    return found.empty() ? "" : found.front();
  }

  UserEntry user_;
  std::shared_ptr<AccessSnapshot> snapshot_ = std::make_shared<AccessSnapshot>();
  Search search_;
};

class Tracker : public SearchTest {
 protected:
  Tracker() {
    connector("Tracker",
              {{"list_issues", "List issues", "Lists the issues of a repository.", {"state", "assignee"}},
               {"create_issue", "Create an issue", "Opens a new issue.", {"title", "body"}},
               {"delete_issue", "Delete an issue", "Removes it for good.", {"id"}},
               {"merge_pr", "Merge a pull request", "Merges the branch of a pull request.", {"number"}},
               {"create_webhook", "Create a webhook", "Calls a URL on each event.", {"url", "secret"}},
               {"list_members", "List members", "Who belongs to the organization.", {"page"}}});
  }
};

TEST_F(Tracker, AWordIsFoundInEveryInflection) {
  EXPECT_EQ(first("listing issue"), "list_issues");
  EXPECT_EQ(first("merging pull-requests"), "merge_pr");
  EXPECT_EQ(first("deletion of issues"), "delete_issue");
}

TEST_F(Tracker, AnotherWordForTheSameFindsIt) {
  EXPECT_EQ(first("remove a ticket"), "delete_issue");
  EXPECT_EQ(first("get rid of a bug"), "delete_issue");
  EXPECT_EQ(first("accept a merge request"), "merge_pr");
  EXPECT_EQ(first("merge PR"), "merge_pr");
  EXPECT_EQ(first("show people"), "list_members");
  EXPECT_EQ(first("org users"), "list_members");
}

TEST_F(Tracker, AMisspelledWordIsUnderstood) {
  EXPECT_EQ(first("create webhok"), "create_webhook");
  EXPECT_EQ(first("craete issue"), "create_issue");
  EXPECT_EQ(first("membres"), "list_members");
  EXPECT_EQ(first("organizatoin"), "list_members");
  EXPECT_EQ(first("remvoe issue"), "delete_issue") << "a misspelled synonym";
}

TEST_F(Tracker, TheBeginningOfAWordIsEnough) {
  EXPECT_EQ(first("webh"), "create_webhook");
  EXPECT_EQ(first("assig"), "list_issues");
}

TEST_F(Tracker, WordsWrittenApartOrTogetherAreTheSame) {
  EXPECT_EQ(first("add web hook"), "create_webhook");
  EXPECT_EQ(first("createWebhook"), "create_webhook");
}

TEST_F(Tracker, AnArgumentIsFoundByItsName) {
  EXPECT_THAT(find("assignee"), ElementsAre("list_issues"));
}

TEST_F(Tracker, WhatHasMoreOfTheQuestionComesFirst) {
  const auto found = find("create an issue");
  EXPECT_EQ(found.at(0), "create_issue");
  EXPECT_THAT(found, Contains("delete_issue"));
}

TEST_F(Tracker, FillersOfAQuestionDoNotCountUnlessThereIsNothingElse) {
  EXPECT_EQ(find("how do I please delete the issue"), find("delete issue"));
  EXPECT_EQ(first("who"), "list_members");
}

TEST_F(Tracker, NothingIsFoundForWhatDoesNotOccur) {
  EXPECT_THAT(find("qwertzuiop"), IsEmpty());
  EXPECT_THAT(find(""), IsEmpty());
  EXPECT_THAT(find("!? --"), IsEmpty());
}

TEST_F(SearchTest, TheNameCountsMoreThanTheDescriptionAndThatMoreThanArguments) {
  connector("One", {{"c", "Third", "Something.", {"invoice"}},
                    {"b", "Second", "Something with an invoice."},
                    {"a", "Invoice", "Something."}});
  EXPECT_THAT(find("invoice"), ElementsAre("a", "b", "c"));
}

TEST_F(SearchTest, TheNameOfTheConnectorTellsWhichOfTwoIsMeant) {
  connector("Chat", {{"chat_send", "Send a message", "Sends a message."}});
  connector("Mail", {{"mail_send", "Send a message", "Sends a message."}});
  EXPECT_EQ(first("send message mail"), "mail_send");
  EXPECT_EQ(first("send message by chat"), "chat_send");
}

TEST_F(SearchTest, ATagOfTheConnectorFindsItsOperationsAndANewTagAtOnce) {
  ConnectorEntry& entry = connector("Acme", {{"a", "Fetch balance", "Returns it."}});
  connector("Other", {{"b", "Fetch balance", "Returns it."}});
  EXPECT_THAT(find("finance"), IsEmpty());
  entry.tags.push_back(tag("finance"));
  EXPECT_THAT(find("finance"), ElementsAre("a"));
}

TEST_F(SearchTest, TheTagsOfAnImportedOperationFindIt) {
  ConnectorEntry& entry = connector("Acme", {{"a", "Fetch", "Returns it."}, {"b", "Fetch", "Returns it."}});
  change_operation(entry, 1, [](OperationEntry& operation) {
    operation.definition["openapi"] = json::object{{"tags", json::array{"Payroll » Slips"}}};
  });
  EXPECT_THAT(find("payroll slip"), ElementsAre("b"));
}

TEST_F(SearchTest, WordsOfEveryLanguageAreFound) {
  connector("Büro", {{"ue", "Überweisung ausführen", "Überweist Geld."},
                     {"ja", "一覧を取得する", "すべての項目。"},
                     {"ru", "Создать счёт", "Новый счёт."}});
  EXPECT_EQ(first("ÜBERWEISUNG"), "ue");
  EXPECT_EQ(first("一覧"), "ja");
  EXPECT_EQ(first("取得"), "ja");
  EXPECT_EQ(first("счёт создать"), "ru");
}

// The same questions with and without hidden operations that share every word with them.
TEST_F(Tracker, WhatCannotBeReachedChangesNeitherResultsNorOrder) {
  const std::vector<std::string> questions = {
      "create an issue", "remove a ticket", "isues", "webh", "secret plan", "list",
      "web hook",        "merge request",   "plam"};
  std::vector<std::vector<std::string>> before;
  before.reserve(questions.size());
  for (const auto& question : questions) before.push_back(find(question));

  std::vector<Made> hidden;
  for (int i = 0; i < 50; ++i) {
    const std::string mark = std::to_string(i);
    hidden.push_back({"h" + mark,
                      "Create a secret plan and an issue",
                      "List webhooks, isues, plam, mergerequest.",
                      {"webh", "ticket"}});
  }
  ConnectorEntry& other = connector("Hidden", hidden);
  other.tags.push_back(tag("admins only", true));
  // And in the connector that is reached: operations that are off.
  auto entry = std::make_shared<ConnectorEntry>(*snapshot_->connectors.front());
  OperationList operations;
  for (const Made& made : hidden) {
    OperationEntry operation;
    operation.key = made.key;
    operation.name = made.name;
    operation.description = made.description;
    operation.enabled = false;
    operations.put(operation);
  }
  for (const OperationEntry& operation : entry->operations) operations.put(operation);
  entry->operations = operations;
  snapshot_->connectors.put(entry);
  for (std::size_t i = 0; i < questions.size(); ++i) EXPECT_EQ(find(questions[i]), before[i]) << questions[i];
}

TEST_F(Tracker, AnOperationTurnedOnIsFoundInTheNextSnapshot) {
  auto entry = std::make_shared<ConnectorEntry>(*snapshot_->connectors.front());
  change_operation(*entry, 2, [](OperationEntry& operation) { operation.enabled = false; });
  snapshot_->connectors.put(entry);
  EXPECT_THAT(find("delete issue"), Not(Contains("delete_issue")));
  auto next = std::make_shared<AccessSnapshot>(*snapshot_);
  auto changed = std::make_shared<ConnectorEntry>(*entry);
  change_operation(*changed, 2, [](OperationEntry& operation) { operation.enabled = true; });
  next->connectors.put(changed);
  snapshot_ = next;
  EXPECT_EQ(first("delete issue"), "delete_issue");
}

TEST_F(Tracker, WhateverIsMatchedIsFoundAsItIsInTheNextSnapshot) {
  EXPECT_EQ(first("create issue"), "create_issue");
  const auto change = [&](auto&& to) {
    auto changed = std::make_shared<ConnectorEntry>(*snapshot_->connectors.front());
    to(*changed);
    for (std::size_t i = 0; i < changed->operations.size(); ++i) {
      change_operation(*changed, i, [](OperationEntry& operation) {
        operation.input_schema_text = to_json(operation.input_schema);
      });
    }
    auto next = std::make_shared<AccessSnapshot>(*snapshot_);
    next->connectors.put(changed);
    snapshot_ = next;
  };
  const auto change_one = [&](std::size_t place, auto&& to) {
    change([&](ConnectorEntry& entry) { change_operation(entry, place, to); });
  };
  change_one(0, [](OperationEntry& operation) { operation.name = "Zanzibar"; });
  EXPECT_THAT(find("zanzibar"), ElementsAre("list_issues"));
  change_one(1, [](OperationEntry& operation) { operation.description = "Timbuktu"; });
  EXPECT_THAT(find("timbuktu"), ElementsAre("create_issue"));
  change_one(2, [](OperationEntry& operation) {
    operation.input_schema["properties"].as_object()["samarkand"] = json::object();
  });
  EXPECT_THAT(find("samarkand"), ElementsAre("delete_issue"));
  change_one(3, [](OperationEntry& operation) {
    operation.definition["rest"] = json::object{{"path", "/ouagadougou/{id}"}};
  });
  EXPECT_THAT(find("ouagadougou"), ElementsAre("merge_pr"));
  change([](ConnectorEntry& entry) { entry.operations.erase(entry.operations[0].key); });
  EXPECT_THAT(find("zanzibar"), IsEmpty());
  EXPECT_THAT(find("ouagadougou"), ElementsAre("merge_pr"));
  change([](ConnectorEntry& entry) { entry.label = "Antananarivo"; });
  EXPECT_EQ(find("antananarivo").size(), 5u);
}

TEST_F(Tracker, AQueryOverItsLimitFindsNothingAndOneWithinItIsAnsweredHoweverItIsMade) {
  EXPECT_THAT(find("delete issue " + std::string(kMaxQueryBytes, ' ')), IsEmpty());
  EXPECT_EQ(first("delete issue " + std::string(kMaxQueryBytes - 13, ' ')), "delete_issue");
  std::string wrong = "delete issue";
  for (int i = 0; wrong.size() + 10 < kMaxQueryBytes; ++i) wrong += " wbehoko" + std::to_string(i % 10);
  EXPECT_THAT(find(wrong), Not(IsEmpty()));
  find(std::string(kMaxQueryBytes, 'x'));
  find(std::string(kMaxQueryBytes, '\xff'));
}

TEST_F(Tracker, WordsAfterTheLimitDoNotCount) {
  std::string query = "webhook";
  for (std::size_t i = 1; i < kMaxQueryWords; ++i) query += " xyzzy";
  EXPECT_EQ(find(query + " members"), find(query));
}

TEST_F(Tracker, OnlySoManyWordsOfAQuestionAreCorrected) {
  std::string query;
  for (std::size_t i = 1; i < kMaxCorrectedWords; ++i) query += "qqqq" + std::to_string(i) + " ";
  EXPECT_THAT(find(query + "webhok"), ElementsAre("create_webhook"));
  EXPECT_THAT(find(query + "qqqq webhok"), IsEmpty());
}

TEST_F(SearchTest, ABeginningStandsForOnlySoManyWords) {
  std::vector<Made> many;
  many.reserve(100);
  for (int i = 100; i < 200; ++i)
    many.push_back({"k" + std::to_string(i), "abcd" + std::to_string(i), "Something."});
  connector("Many", many);
  const auto found = find("abcd", 1000);
  EXPECT_GT(found.size(), 1u);
  EXPECT_LE(found.size(), kMaxWordVariants);
}

TEST_F(SearchTest, TheEndOfAVeryLongDescriptionIsNotIndexed) {
  std::string text;
  for (std::size_t i = 2; i < kMaxIndexedWords; ++i) text += "blah ";
  connector("Long", {{"a", "Speech", text + "within theend outside"}});
  EXPECT_THAT(find("theend"), ElementsAre("a"));
  EXPECT_THAT(find("outside"), IsEmpty());
}

TEST_F(SearchTest, ThereAreNoMoreResultsThanAskedForAndNoneThatFitsFarWorse) {
  std::vector<Made> many;
  many.reserve(101);
  for (int i = 0; i < 100; ++i) many.push_back({"k" + std::to_string(i), "Send invoice", "Sends it."});
  many.push_back({"faint", "Something else", "Something else altogether.", {"invoice"}});
  connector("Many", many);
  const auto found = find("send invoice");
  EXPECT_EQ(found.size(), kMaxSearchResults);
  EXPECT_THAT(find("send invoice", 1000), Not(Contains("faint")));
}

TEST_F(Tracker, ManyThreadsGetTheSameAnswers) {
  const EffectiveAccess access(snapshot_, user_.id, nullptr);
  const auto operations = access.operations();
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 50; ++k) {
          const auto found = search_.find(*snapshot_, operations, "remove a ticket", 1);
          right += found.size() == 1 && found[0].operation->key == "delete_issue";
        }
      });
    }
  }
  EXPECT_EQ(right, 400);
}

TEST(SearchSynonyms, AreMutualAndWordsTheySayNothingAboutHaveNone) {
  const Synonyms& synonyms = Synonyms::get();
  for (const std::string& word : synonyms.words()) {
    for (const Phrase& other : synonyms.of(stem_of(word))) {
      std::string key;
      for (const std::string& stem : other) key.append(key.empty() ? "" : " ").append(stem);
      EXPECT_THAT(synonyms.of(key), Contains(Phrase{stem_of(word)})) << word << " and " << key;
    }
  }
  EXPECT_THAT(synonyms.of("xyzzi"), IsEmpty());
  EXPECT_THAT(synonyms.of("pull request"), Contains(Phrase{"pr"}));
}

}  // namespace
}  // namespace wick::mcp
