// How a server is found out about and a client gets a lane to it (McpClient, mcp_client.h).
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "mcp_client/mcp_client_parts.h"

namespace wick::upstream {

// Whether this client is better served by a session of an earlier revision, if the server has one.
static bool wants_session(const ServerTarget& target, const RequestIdentity& party, LegacySessions offered) {
  return target.protocol == Protocol::kAuto && party.client != nullptr && !party.client->modern &&
         offered != LegacySessions::kNone;
}

// Makes the lane usable: in its turn.
http::Task<Result<void>> McpClient::prepare(ServerTargetPtr target, RequestIdentity party,
                                            std::shared_ptr<Server> server,
                                            std::shared_ptr<UpstreamSession> lane) {
  Probed probed;
  std::shared_ptr<const NegotiatedServer> modern;
  LegacySessions offered = LegacySessions::kUnknown;
  bool was_recalled = false;
  {
    const milliseconds patience = seconds(target->timeout_seconds);
    if (!co_await server->turn.lock(patience)) co_return server_timed_out(target->timeout_seconds);
    const AsyncLock entered(server->turn);
    WICK_CO_TRY(found, co_await find_out(target, party, server, lane));
    probed = std::move(found);
    std::shared_ptr<Transport> line;
    {
      const std::lock_guard lock(server->mutex);
      modern = server->modern;
      line = server->line;
      offered = server->legacy_sessions;
      was_recalled = server->is_recalled;
    }
    if (modern != nullptr && !line->alive()) {
      WICK_CO_TRY(fresh, co_await new_line(target, party, server, nullptr));
      line = std::move(fresh);
    }
    if (modern != nullptr) use_modern(*server, *lane, std::move(line), modern);
  }
  if (modern == nullptr) {
    auto greeted = co_await greet(target, party, server, lane, std::move(probed));
    if (greeted || !was_recalled || greeted.error().code == ErrorCode::kTimeout) co_return greeted;
    {
      const std::lock_guard lock(server->mutex);
      if (server->known) co_return greeted;
    }
    // It is not what it was before the restart.
    auto anew = co_await prepare(target, party, server, lane);
    co_return anew;
  }
  if (!wants_session(*target, party, offered)) co_return Result<void>{};
  const ServerConnection way = lane->way();
  WICK_CO_TRY(both, co_await greet_both(target, party, server, lane));
  if (!both) {
    const std::lock_guard lock(lane->mutex);
    lane->line = way.line;
    lane->peer = way.peer;
  }
  co_return Result<void>{};
}

http::Task<McpClient::LaneResult> McpClient::open(ServerTargetPtr target, RequestIdentity party,
                                                  std::string purpose) {
  const auto server = server_of(*target, party);
  // A test run from the web app can be cancelled and nothing else: it needs no session of its own.
  const McpClientSession* client = party.client;
  const bool is_test_run = client != nullptr && client->modern && purpose.empty() && client->lane.empty() &&
                           client->capabilities.empty() && !client->notify;
  std::string name =
      client == nullptr || is_test_run ? "" : client->lane + "\n" + to_json(client->capabilities);
  name += "\n" + purpose;
  std::shared_ptr<SessionLease> busy;
  std::vector<std::shared_ptr<UpstreamSession>> ended;
  const bool listens = purpose.starts_with("listen");
  // Of several calls of one client that a legacy server could ask something, each has a session of its own:
  // the server does not say which one it asks for.
  const bool alone = client != nullptr && client->modern && !listens && !client->capabilities.empty();
  {
    const std::lock_guard lock(server->mutex);
    const bool separate = alone && server->known && server->modern == nullptr;
    for (int n = 0; separate && n < int(kMaxLanes); ++n) {
      const std::string one = n == 0 ? name : name + "#" + std::to_string(n);
      const auto at = server->lanes.find(one);
      if (at != server->lanes.end() && at->second->busy > 0) continue;
      name = one;
      break;
    }
    auto& found = server->lanes[name];
    if (found == nullptr) found = std::make_shared<UpstreamSession>();
    busy = std::make_shared<SessionLease>(found);
    const std::shared_ptr<UpstreamSession>& lane = busy->lane;
    lane->last_used = Clock::now();
    const std::size_t most = !target->is_program() || server->modern != nullptr ? kMaxLanes : kMaxChildren;
    while (server->lanes.size() > most) {
      auto oldest = server->lanes.end();
      for (auto one = server->lanes.begin(); one != server->lanes.end(); ++one) {
        if (one->second == lane || one->second->busy > 0) continue;
        if (oldest == server->lanes.end() || one->second->last_used < oldest->second->last_used) oldest = one;
      }
      if (oldest == server->lanes.end()) {
        server->lanes.erase(name);
        co_return fail(ErrorCode::kUnavailable,
                       "This connector has as many clients as it may (" + std::to_string(most) +
                           "), all of them at work: try again when one has finished.");
      }
      ended.push_back(std::move(oldest->second));
      server->lanes.erase(oldest);
    }
  }
  const milliseconds patience = seconds(target->timeout_seconds);
  const auto executor = co_await boost::asio::this_coro::executor;
  for (const auto& one : ended)
    boost::asio::co_spawn(executor, end_session(one->leave()), boost::asio::detached);
  const std::shared_ptr<UpstreamSession> lane = busy->lane;
  if (!co_await lane->turn.lock(patience)) co_return server_timed_out(target->timeout_seconds);
  const AsyncLock entered(lane->turn);
  bool ready = false;
  {
    const std::lock_guard lock(lane->mutex);
    ready = lane->peer != nullptr && lane->line->alive();
    if (ready) {
      lane->line->authorize(party.header, party.value);
    } else {
      if (lane->attending != nullptr) lane->attending->interrupt();
      lane->attending = nullptr;
      lane->peer = nullptr;
    }
  }
  if (!ready) {
    WICK_CO_CHECK(co_await prepare(target, party, server, lane));
  }
  // Who only lists the tools answers nothing that is asked outside of a request.
  const bool attends =
      client != nullptr && !listens && client->notify != nullptr && !client->capabilities.empty();
  if (attends) attend(lane, executor);
  co_return busy;
}

http::Task<Result<std::shared_ptr<const NegotiatedServer>>> McpClient::peer(ServerTargetPtr target,
                                                                            RequestIdentity party) {
  {
    const auto server = server_of(*target, party);
    const std::lock_guard lock(server->mutex);
    const bool may_have_session =
        server->modern == nullptr || wants_session(*target, party, server->legacy_sessions);
    if (may_have_session && server->greeted != nullptr) co_return server->greeted;
    if (!may_have_session) co_return server->modern;
  }
  WICK_CO_TRY(lane, co_await open(target, party, ""));
  const std::lock_guard lock(lane->lane->mutex);
  co_return lane->lane->peer;
}

}  // namespace wick::upstream
