#include "http/connection_lists.h"

#include <algorithm>

namespace wick::http {

ConnectionLists::Place ConnectionLists::add(Connection& connection) {
  auto& busy = list(ConnectionStage::kBusy);
  return {ConnectionStage::kBusy, busy.insert(busy.end(), &connection)};
}

void ConnectionLists::move(Place& place, ConnectionStage stage) {
  list(stage).splice(list(stage).end(), list(place.stage), place.where);
  place.stage = stage;
}

void ConnectionLists::remove(const Place& place) {
  list(place.stage).erase(place.where);
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
