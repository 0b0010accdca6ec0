#include "search/query_scorer.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "search/synonyms.h"
#include "search/text_analysis.h"

namespace wick::mcp {
namespace {

constexpr float kSaturation = 1.5F;  // k1 of BM25
// How well a variant of a word fits, relative to the word itself.
constexpr float kSynonym = 0.7F, kJoined = 0.9F, kBeginning = 0.7F, kOneEdit = 0.8F, kTwoEdits = 0.6F,
                kPartOfPhrase = 0.4F;
constexpr float kPhraseWorth = 1.25F;  // of a whole phrase, relative to one word

constexpr std::size_t kMinPrefix = 3;  // letters of a word that may be the beginning of another
constexpr std::size_t kMinForOneEdit = 4, kMinForTwoEdits = 8;

// Words that carry no meaning in a query.
bool is_filler(std::string_view word) {
  static const absl::flat_hash_set<std::string_view> words = {
      "a",     "an",    "the",  "and",   "or",     "of",    "to",    "in",    "on",    "at",     "by",
      "for",   "from",  "with", "into",  "as",     "is",    "are",   "was",   "be",    "been",   "am",
      "do",    "does",  "did",  "has",   "have",   "had",   "i",     "me",    "my",    "we",     "our",
      "you",   "your",  "it",   "its",   "this",   "that",  "these", "those", "there", "what",   "which",
      "who",   "whom",  "how",  "where", "when",   "why",   "can",   "could", "would", "should", "will",
      "may",   "want",  "need", "like",  "please", "some",  "any",   "s",     "t",     "if",     "then",
      "about", "so",    "than", "such",  "via",    "using", "use",   "able",  "let",   "us",     "they",
      "them",  "their", "he",   "she",   "his",    "her",   "not",   "no",    "just",  "also",   "up"};
  return words.contains(word);
}

struct Variant {
  Phrase phrase;
  float fit;
};

// The forms in which an operation may have one word or phrase of the query.
struct Concept {
  std::vector<Variant> variants;
  float worth = 1;
};

class QueryScorer {
 public:
  QueryScorer(const std::vector<SearchedConnector>& connectors, std::size_t operations)
      : connectors_(connectors),
        operations_(operations),
        best_(operations),
        scores_(operations),
        matched_(operations) {}

  std::vector<float> score_query(std::string_view query) {
    read_query(query);
    float total = 0;
    for (const Concept& each : concepts_) total += score_concept(each);
    // An operation that fits many words of the query ranks above one that fits a single word very well.
    for (std::size_t i = 0; i < operations_; ++i) {
      if (total > 0) scores_[i] *= 0.5F + 0.5F * matched_[i] / total;
    }
    return std::move(scores_);
  }

 private:
  void read_query(std::string_view query);
  Concept word_concept(const std::string& word);
  void add_synonyms(Concept& to, const std::string& stem, float fit) const;
  void add_beginnings(Concept& to, std::string_view word) const;
  void add_corrections(Concept& to, const std::string& word);
  bool occurs(const std::string& stem) const;
  bool occurs(const ConnectorIndex::Term* term, const SearchedConnector& connector) const;
  // Raises best_ to the weight of the variant in each operation.
  void score_variant(const Variant& variant);
  float score_concept(const Concept& each);

  const std::vector<SearchedConnector>& connectors_;
  const std::size_t operations_;
  std::vector<Concept> concepts_;
  std::size_t corrected_ = 0;
  std::vector<float> best_;  // of the concept being scored
  std::vector<float> scores_, matched_;
};

bool QueryScorer::occurs(const ConnectorIndex::Term* term, const SearchedConnector& connector) const {
  if (term == nullptr) return false;
  if (term->everywhere > 0) return true;
  return std::any_of(term->postings.begin(), term->postings.end(),
                     [&](const Posting& posting) { return connector.positions[posting.operation] >= 0; });
}

bool QueryScorer::occurs(const std::string& stem) const {
  return std::any_of(connectors_.begin(), connectors_.end(), [&](const SearchedConnector& connector) {
    return occurs(connector.index->term(stem), connector);
  });
}

void add_variant(Concept& to, Phrase phrase, float fit) {
  for (Variant& each : to.variants) {
    if (each.phrase == phrase) {
      each.fit = std::max(each.fit, fit);
      return;
    }
  }
  to.variants.push_back({std::move(phrase), fit});
}

void QueryScorer::add_synonyms(Concept& to, const std::string& stem, float fit) const {
  for (const Phrase& other : Synonyms::get().of(stem)) add_variant(to, other, fit * kSynonym);
}

void QueryScorer::add_beginnings(Concept& to, std::string_view word) const {
  if (word.size() < kMinPrefix) return;
  for (const SearchedConnector& connector : connectors_) {
    const auto& words = connector.index->words();
    auto each =
        std::lower_bound(words.begin(), words.end(), word,
                         [](const ConnectorIndex::Word& a, std::string_view b) { return a.text < b; });
    for (; each != words.end() && each->text.starts_with(word); ++each) {
      if (to.variants.size() >= kMaxWordVariants) return;
      if (occurs(connector.index->term(each->stem), connector)) add_variant(to, {each->stem}, kBeginning);
    }
  }
}

void QueryScorer::add_corrections(Concept& to, const std::string& word) {
  if (word.size() < kMinForOneEdit || corrected_++ >= kMaxCorrectedWords) return;
  const std::uint64_t letters = letters_of(word);
  std::size_t limit = word.size() < kMinForTwoEdits ? 1 : 2;
  // Keeps the nearest words only: a nearer word drops the others.
  std::vector<std::string> nearest;
  const auto consider = [&](std::string_view text, std::uint64_t set, auto&& stem, auto&& is_there) {
    if (std::popcount(set ^ letters) > static_cast<int>(2 * limit)) return;
    const std::size_t edits = edits_between(word, text, limit);
    if (edits > limit || !is_there()) return;
    if (edits < limit) nearest.clear();
    limit = edits;
    if (nearest.size() < kMaxWordVariants) nearest.push_back(stem());
  };
  for (const SearchedConnector& connector : connectors_) {
    for (const ConnectorIndex::Word& each : connector.index->words()) {
      consider(
          each.text, each.letters, [&] { return each.stem; },
          [&] { return occurs(connector.index->term(each.stem), connector); });
    }
  }
  for (const std::string& each : Synonyms::get().words()) {
    consider(
        each, letters_of(each), [&] { return stem_of(each); }, [] { return true; });
  }
  const float fit = limit <= 1 ? kOneEdit : kTwoEdits;
  for (const std::string& stem : nearest) {
    add_variant(to, {stem}, fit);
    add_synonyms(to, stem, fit);
  }
}

Concept QueryScorer::word_concept(const std::string& word) {
  Concept out;
  const std::string stem = stem_of(word);
  add_variant(out, {stem}, 1);
  add_synonyms(out, stem, 1);
  if (occurs(stem)) return out;
  const bool has_synonym = std::any_of(out.variants.begin(), out.variants.end(), [&](const Variant& each) {
    return std::all_of(each.phrase.begin(), each.phrase.end(),
                       [&](const std::string& part) { return occurs(part); });
  });
  if (has_synonym) return out;
  const std::size_t before = out.variants.size();
  add_beginnings(out, word);
  if (out.variants.size() == before) add_corrections(out, word);
  return out;
}

void QueryScorer::read_query(std::string_view query) {
  const std::vector<std::string> words = words_of(query, kMaxQueryWords, false);
  std::vector<std::string> stems;
  stems.reserve(words.size());
  for (const std::string& word : words) stems.push_back(stem_of(word));
  const bool only_fillers = std::all_of(words.begin(), words.end(), is_filler);
  for (std::size_t i = 0; i < words.size();) {
    // The longest phrase of the synonym table that begins at word i.
    std::size_t taken = 0;
    for (std::size_t size = std::min(kMaxPhraseWords, words.size() - i); size > 1 && taken == 0; --size) {
      std::string phrase = stems[i];
      for (std::size_t k = 1; k < size; ++k) phrase.append(" ").append(stems[i + k]);
      if (Synonyms::get().of(phrase).empty()) continue;
      Concept each;
      each.worth = kPhraseWorth;
      each.variants.push_back({Phrase(&stems[i], &stems[i] + size), 1});
      add_synonyms(each, phrase, 1);
      for (std::size_t k = 0; k < size; ++k) {
        if (!is_filler(words[i + k])) add_variant(each, {stems[i + k]}, kPartOfPhrase);
      }
      concepts_.push_back(std::move(each));
      taken = size;
    }
    if (taken == 0) {
      taken = 1;
      if (only_fillers || !is_filler(words[i])) {
        Concept each = word_concept(words[i]);
        // "web hook" is "webhook" as well.
        for (const std::size_t other : {i - 1, i + 1}) {
          if (other >= words.size()) continue;
          const std::string both = stem_of(other < i ? words[other] + words[i] : words[i] + words[other]);
          if (occurs(both)) add_variant(each, {both}, kJoined);
        }
        concepts_.push_back(std::move(each));
      }
    }
    i += taken;
  }
}

void QueryScorer::score_variant(const Variant& variant) {
  for (const SearchedConnector& connector : connectors_) {
    std::vector<const ConnectorIndex::Term*> terms;
    for (const std::string& stem : variant.phrase) {
      const auto* term = connector.index->term(stem);
      if (term == nullptr) break;
      terms.push_back(term);
    }
    if (terms.size() != variant.phrase.size()) continue;
    const auto fit = [&](std::int32_t position, float weight) {
      float& best = best_[static_cast<std::size_t>(position)];
      best = std::max(best, variant.fit * weight / (weight + kSaturation));
    };
    if (terms.size() == 1) {
      if (terms[0]->everywhere > 0) {
        for (std::size_t i = connector.first; i < connector.first + connector.count; ++i)
          fit(static_cast<std::int32_t>(i), terms[0]->everywhere);
      }
      for (const Posting& posting : terms[0]->postings) {
        if (const std::int32_t position = connector.positions[posting.operation]; position >= 0)
          fit(position, posting.weight + terms[0]->everywhere);
      }
      continue;
    }
    // A phrase fits when all of its words occur; the weakest word decides.
    absl::flat_hash_map<std::int32_t, std::pair<std::size_t, float>> found;
    for (const auto* term : terms) {
      for (const Posting& posting : term->postings) {
        const std::int32_t position = connector.positions[posting.operation];
        if (position < 0) continue;
        auto& [times, weakest] = found.try_emplace(position, 0, posting.weight).first->second;
        ++times;
        weakest = std::min(weakest, posting.weight);
      }
    }
    for (const auto& [position, seen] : found) {
      if (seen.first == terms.size()) fit(position, seen.second);
    }
  }
}

float QueryScorer::score_concept(const Concept& each) {
  std::fill(best_.begin(), best_.end(), 0.0F);
  for (const Variant& variant : each.variants) score_variant(variant);
  // The number of operations that have the concept; a weak match counts for little.
  const float highest = *std::max_element(best_.begin(), best_.end());
  if (highest <= 0) return 0;
  float having = 0;
  for (const float fit : best_) having += fit / highest;
  const auto all = static_cast<float>(operations_);
  const float rarity = each.worth * std::log(1 + (all - having + 0.5F) / (having + 0.5F));
  for (std::size_t i = 0; i < operations_; ++i) {
    scores_[i] += rarity * best_[i];
    matched_[i] += rarity * std::sqrt(best_[i] / highest);
  }
  return rarity;
}

}  // namespace

std::vector<float> score_operations(const std::vector<SearchedConnector>& connectors, std::size_t operations,
                                    std::string_view query) {
  return QueryScorer(connectors, operations).score_query(query);
}

}  // namespace wick::mcp
