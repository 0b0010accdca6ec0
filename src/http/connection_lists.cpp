#include "http/connection_lists.h"

#include <algorithm>

namespace wick::http {

void ConnectionLists::note_oldest(ConnectionStage stage) {
  const auto& entries = list(stage);
  oldest_[std::size_t(stage)].store(entries.empty() ? Time::max() : entries.front().since,
                                    std::memory_order_relaxed);
}

ConnectionLists::Time ConnectionLists::oldest(ConnectionStage stage) const {
  return oldest_[std::size_t(stage)].load(std::memory_order_relaxed);
}

ConnectionLists::Place ConnectionLists::add(Connection& connection, Time now) {
  auto& busy = list(ConnectionStage::kBusy);
  const Place place{ConnectionStage::kBusy, busy.insert(busy.end(), Entry{&connection, now})};
  note_oldest(place.stage);
  return place;
}

void ConnectionLists::move(Place& place, ConnectionStage stage, Time now) {
  list(stage).splice(list(stage).end(), list(place.stage), place.where);
  place.where->since = now;
  note_oldest(place.stage);
  note_oldest(stage);
  place.stage = stage;
}

void ConnectionLists::remove(const Place& place) {
  list(place.stage).erase(place.where);
  note_oldest(place.stage);
}

bool ConnectionLists::empty() const {
  return std::all_of(lists_.begin(), lists_.end(), [](const auto& list) { return list.empty(); });
}

std::shared_ptr<ConnectionCounts> ClientRegistry::add(const std::string& client) {
  const std::lock_guard lock(mutex_);
  auto& counts = clients_[client];
  if (counts == nullptr) counts = std::make_shared<ConnectionCounts>();
  ++counts->connections;
  return counts;
}

void ClientRegistry::remove(const std::string& client) {
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(client);
  if (found != clients_.end() && --found->second->connections == 0) clients_.erase(found);
}

std::size_t ClientRegistry::size() const {
  const std::lock_guard lock(mutex_);
  return clients_.size();
}

}  // namespace wick::http
