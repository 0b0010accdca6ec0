#include "mcp/legacy_requests.h"

#include "base/json.h"

namespace wick::mcp {
namespace {

std::string key_of(char kind, const std::string& client_key, const std::string& id) {
  return kind + client_key + "\n" + id;
}

template <typename Map>
typename Map::mapped_type find(std::mutex& mutex, Map& map, const std::string& key) {
  const std::lock_guard lock(mutex);
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

}  // namespace

std::unique_ptr<LegacyRequests::Entry> LegacyRequests::add_request(
    const std::string& client_key, const std::string& id, std::shared_ptr<Cancellation> cancellation) {
  std::string key = key_of('r', client_key, id);
  const std::lock_guard lock(state_->mutex);
  state_->requests[key] = std::move(cancellation);
  return std::make_unique<Entry>(state_, std::move(key));
}

void LegacyRequests::cancel_request(const std::string& client_key, const std::string& id) {
  const auto cancellation = find(state_->mutex, state_->requests, key_of('r', client_key, id));
  if (cancellation != nullptr) cancellation->cancel();
}

std::unique_ptr<LegacyRequests::Entry> LegacyRequests::add_server_request(
    const std::string& client_key, const std::string& id, std::shared_ptr<Response> response) {
  std::string key = key_of('q', client_key, id);
  const std::lock_guard lock(state_->mutex);
  state_->server_requests[key] = std::move(response);
  return std::make_unique<Entry>(state_, std::move(key));
}

void LegacyRequests::deliver_response(const std::string& client_key, json::object message) {
  const auto* id = message.if_contains("id");
  if (id == nullptr) return;
  const auto waiting = find(state_->mutex, state_->server_requests, key_of('q', client_key, to_json(*id)));
  if (waiting != nullptr) waiting->put(std::move(message));
}

}  // namespace wick::mcp
