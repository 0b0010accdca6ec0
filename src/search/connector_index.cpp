#include "search/connector_index.h"

#include <absl/hash/hash.h>

#include <algorithm>

#include "base/json.h"
#include "search/text_analysis.h"

namespace wick::mcp {

struct IndexedField {
  float weight;
  float usual_words;    // a field of this length counts as neither short nor long
  float length_effect;  // how far length matters, 0 to 1 (b of BM25)
};

namespace {

constexpr IndexedField kName = {3.0F, 4, 0.6F};
constexpr IndexedField kKey = {1.5F, 4, 0.5F};
constexpr IndexedField kPath = {1.0F, 4, 0.5F};
constexpr IndexedField kOperationTags = {1.0F, 2, 0.3F};
constexpr IndexedField kDescription = {1.5F, 25, 0.6F};
constexpr IndexedField kArguments = {0.6F, 10, 0.6F};
constexpr IndexedField kArgumentTexts = {0.25F, 60, 0.7F};
constexpr IndexedField kLabel = {2.0F, 2, 0.2F};
constexpr IndexedField kTags = {1.0F, 2, 0.2F};
constexpr IndexedField kConnectorDescription = {0.6F, 15, 0.5F};

// The path without the names in braces, which are arguments: "/repos/ /issues" of "/repos/{owner}/issues".
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

std::uint64_t letters_of(std::string_view word) {
  std::uint64_t set = 0;
  for (const char c : word) set |= std::uint64_t{1} << (static_cast<unsigned char>(c) & 63U);
  return set;
}

void ConnectorIndex::add_weights(absl::flat_hash_map<std::string, float>& weights, const IndexedField& field,
                                 std::string_view text) {
  const std::vector<std::string> words = words_of(text, kMaxIndexedWords);
  const float relative_length = static_cast<float>(words.size()) / field.usual_words;
  const float each = field.weight / (1 - field.length_effect + field.length_effect * relative_length);
  for (const std::string& word : words) {
    auto [known, fresh] = stems_.try_emplace(word);
    if (fresh) known->second = stem_of(word);
    weights[known->second] += each;
  }
}

ConnectorIndex::Fingerprint ConnectorIndex::fingerprint_of(const ConnectorEntry& connector,
                                                           const std::string& tags) {
  std::size_t hash = absl::HashOf(connector.label, tags, connector.description);
  for (const OperationEntry& each : connector.operations) {
    hash = absl::HashOf(hash, each.key, each.name, each.description, path_words(each), operation_tags(each),
                        each.input_schema_text);
  }
  return {hash, connector.operations.size()};
}

ConnectorIndex::ConnectorIndex(const ConnectorEntry& connector, const std::string& tags,
                               const Fingerprint& fingerprint)
    : fingerprint_(fingerprint) {
  absl::flat_hash_map<std::string, float> weights;
  add_weights(weights, kLabel, connector.label);
  add_weights(weights, kTags, tags);
  add_weights(weights, kConnectorDescription, connector.description);
  for (const auto& [stem, weight] : weights) terms_[stem].everywhere = weight;
  for (std::size_t i = 0; i < connector.operations.size(); ++i) {
    const OperationEntry& operation = connector.operations[i];
    weights.clear();
    add_weights(weights, kName, operation.name);
    add_weights(weights, kKey, operation.key);
    add_weights(weights, kPath, path_words(operation));
    add_weights(weights, kOperationTags, operation_tags(operation));
    add_weights(weights, kDescription, operation.description);
    std::string names, texts;
    arguments_of(operation, names, texts);
    add_weights(weights, kArguments, names);
    add_weights(weights, kArgumentTexts, texts);
    for (const auto& [stem, weight] : weights)
      terms_[stem].postings.push_back({static_cast<std::uint32_t>(i), weight});
  }
  for (auto& [word, stem] : stems_) words_.push_back({word, letters_of(word), std::move(stem)});
  std::sort(words_.begin(), words_.end(), [](const Word& a, const Word& b) { return a.text < b.text; });
  stems_.clear();
}

}  // namespace wick::mcp
