#include "search/search.h"

#include <algorithm>

#include "search/connector_index.h"
#include "search/query_scorer.h"

namespace wick::mcp {
namespace {

// Results with less than this share of the best score are left out.
constexpr float kMinShareOfBest = 0.2F;

}  // namespace

struct Search::Slot {
  std::weak_ptr<const ConnectorEntry> connector;
  std::string tags;  // the indexed names of tags
  std::once_flag once;
  std::shared_ptr<const ConnectorIndex> previous;  // index of the entry before this one; used under `once`
  std::shared_ptr<const ConnectorIndex> index;     // written under mutex_; final when `once` is done
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
    if (known == nullptr || known->connector.lock() != connector || known->tags != tags) {
      auto next = std::make_shared<Slot>();
      next->connector = connector;
      next->tags = std::move(tags);
      if (known != nullptr) next->previous = known->index;
      known = std::move(next);
    }
    slot = known;
    if (slots_.size() > snapshot.connectors.size()) {
      absl::erase_if(slots_, [&](const auto& each) { return snapshot.connector(each.first) == nullptr; });
    }
  }
  std::call_once(slot->once, [&] {
    // A change may make a new entry with the same texts as before.
    const auto fingerprint = ConnectorIndex::fingerprint_of(*connector, slot->tags);
    auto made = slot->previous != nullptr && slot->previous->fingerprint() == fingerprint
                    ? std::move(slot->previous)
                    : std::make_shared<const ConnectorIndex>(*connector, slot->tags, fingerprint);
    slot->previous = nullptr;
    const std::lock_guard lock(mutex_);
    slot->index = std::move(made);
  });
  return slot->index;
}

std::vector<OperationRef> Search::find(const AccessSnapshot& snapshot,
                                       const std::vector<OperationRef>& operations, std::string_view query,
                                       std::size_t limit) {
  if (query.size() > kMaxQueryBytes) return {};
  std::vector<SearchedConnector> connectors;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const ConnectorEntry& connector = *operations[i].connector;
    if (i == 0 || operations[i - 1].connector != operations[i].connector) {
      SearchedConnector searched;
      searched.index = index_of(snapshot, operations[i].connector);
      searched.positions.assign(connector.operations.size(), -1);
      searched.first = i;
      connectors.push_back(std::move(searched));
    }
    const auto place = connector.operations.place_of(operations[i].operation->key);
    if (place) connectors.back().positions[*place] = static_cast<std::int32_t>(i);
    ++connectors.back().count;
  }
  const std::vector<float> scores = score_operations(connectors, operations.size(), query);
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
  for (std::size_t i = 0; i < shown && scores[order[i]] >= kMinShareOfBest * scores[order[0]]; ++i)
    out.push_back(operations[order[i]]);
  return out;
}

}  // namespace wick::mcp
