// SharedMap: entities by id, in a map whose copies share the entities and most of the map itself.
//
// A copy costs kShards pointers, and a change to a map costs a copy of the one shard that holds the entity. So the next
// access snapshot costs about the same for ten users and for ten thousand. A map is a value: reading it is thread-safe, and
// a change to a copy is not seen by other copies. `Entity` has a member `id`.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace wick {

template <typename Entity>
class SharedMap {
 public:
  using Id = decltype(Entity::id);
  static constexpr std::size_t kShards = 128;

  SharedMap() = default;
  // One entity for each id: a later one replaces an earlier one. Faster than put() for many entities.
  explicit SharedMap(std::vector<Entity> entities) {
    std::array<std::shared_ptr<Shard>, kShards> shards;
    for (Entity& entity : entities) {
      auto& shard = shards[shard_of(entity.id)];
      if (shard == nullptr) shard = std::make_shared<Shard>();
      const Id id = entity.id;
      size_ += shard->insert_or_assign(id, std::make_shared<const Entity>(std::move(entity))).second ? 1 : 0;
    }
    for (std::size_t i = 0; i < kShards; ++i) shards_[i] = std::move(shards[i]);
  }

  // Null when there is none. The entity lives as long as a map that holds it.
  const Entity* find(const Id& id) const {
    const auto& shard = shards_[shard_of(id)];
    if (shard == nullptr) return nullptr;
    const auto found = shard->find(id);
    return found == shard->end() ? nullptr : found->second.get();
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Adds the entity, or replaces the one with its id.
  void put(Entity entity) {
    auto& shard = shards_[shard_of(entity.id)];
    auto next = shard == nullptr ? std::make_shared<Shard>() : std::make_shared<Shard>(*shard);
    const Id id = entity.id;
    size_ += next->insert_or_assign(id, std::make_shared<const Entity>(std::move(entity))).second ? 1 : 0;
    shard = std::move(next);
  }
  void erase(const Id& id) {
    if (find(id) == nullptr) return;
    auto& shard = shards_[shard_of(id)];
    auto next = std::make_shared<Shard>(*shard);
    next->erase(id);
    --size_;
    shard = std::move(next);
  }

  // Calls `visit` with each entity, in no particular order.
  template <typename F>
  void for_each(F&& visit) const {
    for (const auto& shard : shards_) {
      if (shard == nullptr) continue;
      for (const auto& [id, entity] : *shard) visit(*entity);
    }
  }

 private:
  using Shard = absl::flat_hash_map<Id, std::shared_ptr<const Entity>>;

  // The highest bits of the hash: the map of a shard uses the lowest.
  static std::size_t shard_of(const Id& id) { return static_cast<std::uint64_t>(absl::HashOf(id)) >> 57; }
  static_assert(kShards == 1U << 7);

  std::array<std::shared_ptr<const Shard>, kShards> shards_;
  std::size_t size_ = 0;
};

}  // namespace wick
