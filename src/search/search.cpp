#include "search/search.h"

#include <absl/container/flat_hash_set.h>
#include <absl/hash/hash.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/json.h"
#include "base/text.h"
#include "search/synonyms.h"
#include "search/text_analysis.h"

namespace wick::mcp {
namespace {

// ---- how much what counts ----

struct Field {
  float weight;
  float usual_words;  // a field of this length is neither short nor long
  float length;       // how far length matters, 0 to 1 (b of BM25)
};
constexpr Field kName = {3.0F, 4, 0.6F};
constexpr Field kKey = {1.5F, 4, 0.5F};
constexpr Field kPath = {1.0F, 4, 0.5F};
constexpr Field kOperationTags = {1.0F, 2, 0.3F};
constexpr Field kDescription = {1.5F, 25, 0.6F};
constexpr Field kArguments = {0.6F, 10, 0.6F};
constexpr Field kArgumentTexts = {0.25F, 60, 0.7F};
constexpr Field kLabel = {2.0F, 2, 0.2F};
constexpr Field kTags = {1.0F, 2, 0.2F};
constexpr Field kConnectorDescription = {0.6F, 15, 0.5F};

constexpr float kSaturation = 1.5F;  // k1 of BM25
// How well a variant of a word fits, against the word itself.
constexpr float kSynonym = 0.7F, kJoined = 0.9F, kBeginning = 0.7F, kOneEdit = 0.8F, kTwoEdits = 0.6F,
                kPartOfPhrase = 0.4F;
constexpr float kPhraseWorth = 1.25F;  // of a phrase as a whole, against one word
// What a result has at least, of the best one's points.
constexpr float kLeastShare = 0.2F;

constexpr std::size_t kLeastPrefix = 3;  // letters of a word that may be the beginning of another
constexpr std::size_t kLeastForOneEdit = 4, kLeastForTwoEdits = 8;

// Words that say nothing about what is wanted.
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

// Which letters a word has: two words whose sets differ much cannot be few edits apart.
std::uint64_t letters_of(std::string_view word) {
  std::uint64_t set = 0;
  for (const char c : word) set |= std::uint64_t{1} << (static_cast<unsigned char>(c) & 63U);
  return set;
}

struct Posting {
  std::uint32_t operation;
  float weight;
};

}  // namespace

// ---- the index of one connector ----

class ConnectorIndex {
 public:
  // Of everything that is matched: a connector with the same print has the same index.
  struct Print {
    std::size_t hash = 0, operations = 0;
    bool operator==(const Print&) const = default;
  };
  static Print print_of(const ConnectorEntry& connector, const std::string& tags);

  ConnectorIndex(const ConnectorEntry& connector, const std::string& tags, const Print& print);
  const Print& print() const { return print_; }

  struct Term {
    float everywhere = 0;  // by what is the connector's own
    std::vector<Posting> postings;
  };
  // Null when the stem does not occur.
  const Term* term(const std::string& stem) const {
    const auto found = terms_.find(stem);
    return found == terms_.end() ? nullptr : &found->second;
  }

  struct Word {
    std::string text;
    std::uint64_t letters;
    std::string stem;
  };
  // As they are written, in order; each once.
  const std::vector<Word>& words() const { return words_; }

 private:
  void weigh(absl::flat_hash_map<std::string, float>& weights, const Field& field, std::string_view text);

  const Print print_;
  absl::flat_hash_map<std::string, std::string> stems_;  // of the words seen, while it is built
  absl::flat_hash_map<std::string, Term> terms_;
  std::vector<Word> words_;
};

namespace {

// "/repos/{owner}/issues" without what stands in braces: these are arguments.
std::string path_words(const OperationEntry& operation) {
  std::string out;
  const auto* rest = operation.definition.if_contains("rest");
  if (rest == nullptr || !rest->is_object()) return out;
  bool argument = false;
  for (const char c : text_or_empty(rest->get_object(), "path")) {
    argument = c == '{' || (argument && c != '}');
    out += argument || c == '}' ? ' ' : c;
  }
  return out;
}

std::string operation_tags(const OperationEntry& operation) {
  std::string out;
  const auto* origin = operation.definition.if_contains("openapi");
  if (origin == nullptr || !origin->is_object()) return out;
  const auto* tags = origin->get_object().if_contains("tags");
  if (tags == nullptr || !tags->is_array()) return out;
  for (const auto& tag : tags->get_array()) {
    if (tag.is_string()) out.append(std::string_view(tag.get_string())).append(" ");
  }
  return out;
}

void arguments_of(const OperationEntry& operation, std::string& names, std::string& texts) {
  const auto* properties = operation.input_schema.if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return;
  for (const auto& member : properties->get_object()) {
    names.append(member.key()).append(" ");
    if (member.value().is_object())
      texts.append(text_or_empty(member.value().get_object(), "description")).append(" ");
  }
}

}  // namespace

void ConnectorIndex::weigh(absl::flat_hash_map<std::string, float>& weights, const Field& field,
                           std::string_view text) {
  const std::vector<std::string> words = words_of(text, kMaxIndexedWords);
  const float longer = static_cast<float>(words.size()) / field.usual_words;
  const float each = field.weight / (1 - field.length + field.length * longer);
  for (const std::string& word : words) {
    auto [known, fresh] = stems_.try_emplace(word);
    if (fresh) known->second = stem_of(word);
    weights[known->second] += each;
  }
}

ConnectorIndex::Print ConnectorIndex::print_of(const ConnectorEntry& connector, const std::string& tags) {
  std::size_t hash = absl::HashOf(connector.label, tags, connector.description);
  for (const OperationEntry& each : connector.operations) {
    hash = absl::HashOf(hash, each.key, each.name, each.description, path_words(each), operation_tags(each),
                        each.input_schema_text);
  }
  return {hash, connector.operations.size()};
}

ConnectorIndex::ConnectorIndex(const ConnectorEntry& connector, const std::string& tags, const Print& print)
    : print_(print) {
  absl::flat_hash_map<std::string, float> weights;
  weigh(weights, kLabel, connector.label);
  weigh(weights, kTags, tags);
  weigh(weights, kConnectorDescription, connector.description);
  for (const auto& [stem, weight] : weights) terms_[stem].everywhere = weight;
  for (std::size_t i = 0; i < connector.operations.size(); ++i) {
    const OperationEntry& operation = connector.operations[i];
    weights.clear();
    weigh(weights, kName, operation.name);
    weigh(weights, kKey, operation.key);
    weigh(weights, kPath, path_words(operation));
    weigh(weights, kOperationTags, operation_tags(operation));
    weigh(weights, kDescription, operation.description);
    std::string names, texts;
    arguments_of(operation, names, texts);
    weigh(weights, kArguments, names);
    weigh(weights, kArgumentTexts, texts);
    for (const auto& [stem, weight] : weights)
      terms_[stem].postings.push_back({static_cast<std::uint32_t>(i), weight});
  }
  for (auto& [word, stem] : stems_) words_.push_back({word, letters_of(word), std::move(stem)});
  std::sort(words_.begin(), words_.end(), [](const Word& a, const Word& b) { return a.text < b.text; });
  stems_.clear();
}

// ---- one question ----

namespace {

// The operations of one connector that may be found, as positions in the list that was given.
struct Part {
  std::shared_ptr<const ConnectorIndex> index;
  std::vector<std::int32_t> positions;  // by the operation's place in its connector; -1: not given
  std::size_t first = 0, count = 0;
};

struct Variant {
  Phrase phrase;
  float fit;
};

// What one word, or phrase, of the question may be in an operation.
struct Concept {
  std::vector<Variant> variants;
  float worth = 1;
};

class Question {
 public:
  Question(const std::vector<Part>& parts, std::size_t operations)
      : parts_(parts),
        operations_(operations),
        best_(operations),
        scores_(operations),
        matched_(operations) {}

  std::vector<float> rank(std::string_view query) {
    read(query);
    float total = 0;
    for (const Concept& each : concepts_) total += score(each);
    // Who has more of what was asked for is better than who has one thing of it very much.
    for (std::size_t i = 0; i < operations_; ++i) {
      if (total > 0) scores_[i] *= 0.5F + 0.5F * matched_[i] / total;
    }
    return std::move(scores_);
  }

 private:
  void read(std::string_view query);
  Concept word_concept(const std::string& word);
  void add_synonyms(Concept& to, const std::string& stem, float fit) const;
  void add_beginnings(Concept& to, std::string_view word) const;
  void add_corrections(Concept& to, const std::string& word);
  bool occurs(const std::string& stem) const;
  bool occurs(const ConnectorIndex::Term* term, const Part& part) const;
  // Adds what `phrase` weighs in each operation to the best of its concept.
  void match(const Variant& variant);
  float score(const Concept& each);

  const std::vector<Part>& parts_;
  const std::size_t operations_;
  std::vector<Concept> concepts_;
  std::size_t corrected_ = 0;
  std::vector<float> best_;  // of the concept being scored
  std::vector<float> scores_, matched_;
};

bool Question::occurs(const ConnectorIndex::Term* term, const Part& part) const {
  if (term == nullptr) return false;
  if (term->everywhere > 0) return true;
  return std::any_of(term->postings.begin(), term->postings.end(),
                     [&](const Posting& posting) { return part.positions[posting.operation] >= 0; });
}

bool Question::occurs(const std::string& stem) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const Part& part) { return occurs(part.index->term(stem), part); });
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

void Question::add_synonyms(Concept& to, const std::string& stem, float fit) const {
  for (const Phrase& other : Synonyms::get().of(stem)) add_variant(to, other, fit * kSynonym);
}

void Question::add_beginnings(Concept& to, std::string_view word) const {
  if (word.size() < kLeastPrefix) return;
  for (const Part& part : parts_) {
    const auto& words = part.index->words();
    auto each =
        std::lower_bound(words.begin(), words.end(), word,
                         [](const ConnectorIndex::Word& a, std::string_view b) { return a.text < b; });
    for (; each != words.end() && each->text.starts_with(word); ++each) {
      if (to.variants.size() >= kMaxWordVariants) return;
      if (occurs(part.index->term(each->stem), part)) add_variant(to, {each->stem}, kBeginning);
    }
  }
}

void Question::add_corrections(Concept& to, const std::string& word) {
  if (word.size() < kLeastForOneEdit || corrected_++ >= kMaxCorrectedWords) return;
  const std::uint64_t letters = letters_of(word);
  std::size_t limit = word.size() < kLeastForTwoEdits ? 1 : 2;
  // Only the nearest: each find leaves the further ones behind.
  std::vector<std::string> nearest;
  const auto consider = [&](std::string_view text, std::uint64_t of, auto&& stem, auto&& is_there) {
    if (std::popcount(of ^ letters) > static_cast<int>(2 * limit)) return;
    const std::size_t edits = edits_between(word, text, limit);
    if (edits > limit || !is_there()) return;
    if (edits < limit) nearest.clear();
    limit = edits;
    if (nearest.size() < kMaxWordVariants) nearest.push_back(stem());
  };
  for (const Part& part : parts_) {
    for (const ConnectorIndex::Word& each : part.index->words()) {
      consider(
          each.text, each.letters, [&] { return each.stem; },
          [&] { return occurs(part.index->term(each.stem), part); });
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

Concept Question::word_concept(const std::string& word) {
  Concept out;
  const std::string stem = stem_of(word);
  add_variant(out, {stem}, 1);
  add_synonyms(out, stem, 1);
  if (occurs(stem)) return out;
  const bool meant = std::any_of(out.variants.begin(), out.variants.end(), [&](const Variant& each) {
    return std::all_of(each.phrase.begin(), each.phrase.end(),
                       [&](const std::string& part) { return occurs(part); });
  });
  if (meant) return out;
  const std::size_t before = out.variants.size();
  add_beginnings(out, word);
  if (out.variants.size() == before) add_corrections(out, word);
  return out;
}

void Question::read(std::string_view query) {
  const std::vector<std::string> words = words_of(query, kMaxQueryWords, false);
  std::vector<std::string> stems;
  stems.reserve(words.size());
  for (const std::string& word : words) stems.push_back(stem_of(word));
  const bool only_fillers = std::all_of(words.begin(), words.end(), is_filler);
  for (std::size_t i = 0; i < words.size();) {
    // The longest phrase that the table knows begins here?
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

void Question::match(const Variant& variant) {
  for (const Part& part : parts_) {
    std::vector<const ConnectorIndex::Term*> terms;
    for (const std::string& stem : variant.phrase) {
      const auto* term = part.index->term(stem);
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
        for (std::size_t i = part.first; i < part.first + part.count; ++i)
          fit(static_cast<std::int32_t>(i), terms[0]->everywhere);
      }
      for (const Posting& posting : terms[0]->postings) {
        if (const std::int32_t position = part.positions[posting.operation]; position >= 0)
          fit(position, posting.weight + terms[0]->everywhere);
      }
      continue;
    }
    // All words of a phrase must be there; the weakest counts.
    absl::flat_hash_map<std::int32_t, std::pair<std::size_t, float>> found;
    for (const auto* term : terms) {
      for (const Posting& posting : term->postings) {
        const std::int32_t position = part.positions[posting.operation];
        if (position < 0) continue;
        auto& [times, least] = found.try_emplace(position, 0, posting.weight).first->second;
        ++times;
        least = std::min(least, posting.weight);
      }
    }
    for (const auto& [position, seen] : found) {
      if (seen.first == terms.size()) fit(position, seen.second);
    }
  }
}

float Question::score(const Concept& each) {
  std::fill(best_.begin(), best_.end(), 0.0F);
  for (const Variant& variant : each.variants) match(variant);
  // How many have it: one that mentions it in passing counts for little.
  const float most = *std::max_element(best_.begin(), best_.end());
  if (most <= 0) return 0;
  float having = 0;
  for (const float fit : best_) having += fit / most;
  const auto all = static_cast<float>(operations_);
  const float rarity = each.worth * std::log(1 + (all - having + 0.5F) / (having + 0.5F));
  for (std::size_t i = 0; i < operations_; ++i) {
    scores_[i] += rarity * best_[i];
    matched_[i] += rarity * std::sqrt(best_[i] / most);
  }
  return rarity;
}

}  // namespace

struct Search::Slot {
  std::weak_ptr<const ConnectorEntry> of;
  std::string tags;  // the names that were indexed
  std::once_flag once;
  std::shared_ptr<const ConnectorIndex> before;  // of the entry before this one; of the one who makes `index`
  std::shared_ptr<const ConnectorIndex> index;   // written under mutex_, and final when `once` is done
};

Search::Search() = default;
Search::~Search() = default;

std::shared_ptr<const ConnectorIndex> Search::index_of(
    const AccessSnapshot& snapshot, const std::shared_ptr<const ConnectorEntry>& connector) {
  std::string tags;
  for (const TagId& id : connector->tags) {
    if (const TagEntry* tag = snapshot.tag(id); tag != nullptr) tags.append(tag->name).append("\n");
  }
  std::shared_ptr<Slot> slot;
  {
    const std::lock_guard lock(mutex_);
    auto& known = slots_[connector->id];
    if (known == nullptr || known->of.lock() != connector || known->tags != tags) {
      auto next = std::make_shared<Slot>();
      next->of = connector;
      next->tags = std::move(tags);
      if (known != nullptr) next->before = known->index;
      known = std::move(next);
    }
    slot = known;
    if (slots_.size() > snapshot.connectors.size()) {
      absl::erase_if(slots_, [&](const auto& each) { return snapshot.connector(each.first) == nullptr; });
    }
  }
  std::call_once(slot->once, [&] {
    // Any change makes new entries of all connectors: most are what they were.
    const auto print = ConnectorIndex::print_of(*connector, slot->tags);
    auto made = slot->before != nullptr && slot->before->print() == print
                    ? std::move(slot->before)
                    : std::make_shared<const ConnectorIndex>(*connector, slot->tags, print);
    slot->before = nullptr;
    const std::lock_guard lock(mutex_);
    slot->index = std::move(made);
  });
  return slot->index;
}

std::vector<OperationRef> Search::find(const AccessSnapshot& snapshot,
                                       const std::vector<OperationRef>& operations, std::string_view query,
                                       std::size_t limit) {
  if (query.size() > kMaxQueryBytes) return {};
  std::vector<Part> parts;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const ConnectorEntry& connector = *operations[i].connector;
    if (i == 0 || operations[i - 1].connector != operations[i].connector) {
      Part part;
      part.index = index_of(snapshot, operations[i].connector);
      part.positions.assign(connector.operations.size(), -1);
      part.first = i;
      parts.push_back(std::move(part));
    }
    const auto place = connector.operations.place_of(operations[i].operation->key);
    if (place) parts.back().positions[*place] = static_cast<std::int32_t>(i);
    ++parts.back().count;
  }
  const std::vector<float> scores = Question(parts, operations.size()).rank(query);
  std::vector<std::uint32_t> order;
  order.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > 0) order.push_back(static_cast<std::uint32_t>(i));
  }
  const std::size_t shown = std::min(limit, order.size());
  std::partial_sort(order.begin(), std::next(order.begin(), static_cast<std::ptrdiff_t>(shown)), order.end(),
                    [&](std::uint32_t left, std::uint32_t right) {
                      return scores[left] != scores[right] ? scores[left] > scores[right] : left < right;
                    });
  std::vector<OperationRef> out;
  for (std::size_t i = 0; i < shown && scores[order[i]] >= kLeastShare * scores[order[0]]; ++i)
    out.push_back(operations[order[i]]);
  return out;
}

}  // namespace wick::mcp
