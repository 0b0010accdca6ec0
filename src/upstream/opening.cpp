// How a server is found out about and a client gets a lane to it (McpClient, mcp_client.h).
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "connectors/http_config.h"
#include "upstream/mcp_client_parts.h"
#include "upstream/stdio_line.h"

namespace wick::upstream {

constexpr std::size_t kMaxShownVersion = 32;  // a longer one is none, and may hold half of a secret

http::Task<Result<Reply>> own_exchange(std::shared_ptr<Line> line, std::shared_ptr<const Peer> peer,
                                       std::shared_ptr<Refusal> refusal, std::string method,
                                       json::object params, int timeout_seconds, Incoming* last) {
  const std::string id = line->next_id();
  const auto exchange = line->begin(*peer, own_request(*peer, id, std::move(method), std::move(params)));
  const auto until = Clock::now() + seconds(timeout_seconds);
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
    auto incoming = co_await exchange->next(std::max(left, milliseconds(0)));
    if (!incoming && incoming.error().code == ErrorCode::kTimeout) co_return too_slow(timeout_seconds);
    if (!incoming) co_return fail(std::move(incoming.error()));
    if (last != nullptr) {
      last->status = incoming->status;
      last->session = incoming->session;
      last->challenge = incoming->challenge;
    }
    note_refusal(refusal, *incoming);
    if (incoming->message.empty()) co_return not_mcp(*incoming);
    if (auto reply = reply_in(incoming->message, id)) co_return std::move(*reply);
  }
}

http::Task<Result<std::shared_ptr<Line>>> McpClient::new_line(TargetPtr target, Party party,
                                                              std::shared_ptr<Server> server) {
  if (target->command.words.empty()) {
    const auto line = std::make_shared<HttpLine>(http_, target->http, long_work_);
    line->authorize(party.header, party.value);
    co_return line;
  }
  {
    const std::lock_guard lock(server->mutex);
    const auto wait = std::chrono::ceil<seconds>(server->not_before - Clock::now()).count();
    if (wait > 0) {
      co_return fail(ErrorCode::kUpstream, server->how_it_ended + " It is started again in " +
                                               std::to_string(wait) + (wait == 1 ? " second." : " seconds."));
    }
  }
  // By name: g++ 12 destroys a temporary in an argument of co_await twice.
  StdioLine::OnEnd on_end = [began = Clock::now(), target,
                             weak = std::weak_ptr<Server>(server)](const std::string& what_happened) {
    const auto of = weak.lock();
    if (of == nullptr) return;
    const std::string said = standard_error_excerpt(of->standard_error->text(target->secrets));
    spdlog::warn("connector {}: {}{}", target->key, what_happened,
                 said.empty() ? "" : " Its standard error ends with " + said + ".");
    const std::lock_guard lock(of->mutex);
    of->how_it_ended = what_happened;
    if (Clock::now() - began >= seconds(kHealthySeconds)) {
      of->failures = 0;
      return;
    }
    if (Clock::now() < of->not_before) return;  // several that die together are one failure
    of->failures = std::min(of->failures + 1, 10);
    of->not_before = Clock::now() + seconds(std::min(kMaxBackoffSeconds, 1 << (of->failures - 1)));
  };
  ChildCommand command = target->command;
  command.standard_error = server->standard_error;
  auto line = co_await StdioLine::start(children_, std::move(command), std::move(on_end));
  if (!line) co_return fail(std::move(line.error()));
  co_return std::shared_ptr<Line>(std::move(*line));
}

// Whether the server is modern; then `found` is how to speak to it.
http::Task<Result<bool>> McpClient::probe(TargetPtr target, Party party, std::shared_ptr<Line> line,
                                          Peer& found) {
  const bool stdio = !target->command.words.empty();
  const auto modern = std::make_shared<Peer>();
  modern->modern = true;
  modern->version = kModernVersion;
  Incoming last;
  const int patience = stdio ? std::min(kProbeSeconds, target->timeout_seconds) : target->timeout_seconds;
  std::shared_ptr<const Peer> as = modern;
  auto reply = co_await own_exchange(line, std::move(as), party.refusal, "server/discover", json::object(),
                                     patience, &last);
  if (!reply) {
    const bool silent = reply.error().code == ErrorCode::kTimeout && stdio;
    // Not the server's word on the matter: it is away, or not MCP over HTTP at all.
    const bool answered = last.status != 200 && last.status < 500 && last.status != 401 && last.status != 403;
    if (!silent && !(answered && reply.error().code == ErrorCode::kUpstream))
      co_return fail(std::move(reply.error()));
    co_return false;
  }
  const bool is_modern = reply->error_code == 0
                             ? names_modern(&reply->result, "supportedVersions")
                             : reply->error_code == kUnsupportedVersion && reply->error_data.is_object() &&
                                   names_modern(&reply->error_data.get_object(), "supported");
  if (!is_modern) {
    if (last.status >= 500 || last.status == 401 || last.status == 403) co_return not_mcp(last);
    co_return false;
  }
  if (const auto* meta = object_of(reply->result, "_meta")) {
    if (const auto* info = object_of(*meta, std::string(kMetaPrefix) + "serverInfo")) {
      modern->name = excerpt(text_or_empty(*info, "name"));
      modern->server_version = excerpt(text_or_empty(*info, "version"));
    }
  }
  if (const auto* can = object_of(reply->result, "capabilities")) modern->capabilities = *can;
  found = std::move(*modern);
  co_return true;
}

http::Task<Result<void>> McpClient::initialize(TargetPtr target, Party party, std::shared_ptr<Lane> lane) {
  std::shared_ptr<Line> line;
  {
    const std::lock_guard lock(lane->mutex);
    line = lane->line;
  }
  json::object params;
  params["protocolVersion"] = kNewestLegacy;
  params["capabilities"] = party.client == nullptr ? json::object() : party.client->capabilities;
  params["clientInfo"] = client_info();
  Incoming last;
  std::shared_ptr<const Peer> nobody = std::make_shared<const Peer>();
  auto reply = co_await own_exchange(line, std::move(nobody), party.refusal, "initialize", std::move(params),
                                     target->timeout_seconds, &last);
  if (!reply) co_return fail(std::move(reply.error()));
  if (reply->error_code != 0)
    co_return fail(ErrorCode::kUpstream, "The MCP server refuses to begin: " + reply->error_message);
  Peer peer;
  peer.version = text_or_empty(reply->result, "protocolVersion");
  if (peer.version != "2025-11-25" && peer.version != "2025-06-18" && peer.version != "2025-03-26" &&
      peer.version != "2024-11-05") {
    const bool shown = peer.version.size() <= kMaxShownVersion;
    co_return fail(ErrorCode::kUpstream, "The MCP server speaks " +
                                             (shown ? "the revision \"" + excerpt(peer.version) + "\""
                                                    : std::string("a revision")) +
                                             ", which Wick does not.");
  }
  if (const auto* info = object_of(reply->result, "serverInfo")) {
    peer.name = excerpt(text_or_empty(*info, "name"));
    peer.server_version = excerpt(text_or_empty(*info, "version"));
  }
  if (const auto* can = object_of(reply->result, "capabilities")) peer.capabilities = *can;
  // 2025-11-25, transports, "Session Management": visible ASCII.
  peer.session = last.session;
  if (!std::all_of(peer.session.begin(), peer.session.end(), [](char c) { return c > 0x20 && c < 0x7F; }))
    co_return fail(ErrorCode::kUpstream, "The MCP server gives a session id that is not visible ASCII.");
  json::object initialized;
  initialized["jsonrpc"] = "2.0";
  initialized["method"] = "notifications/initialized";
  auto told = co_await line->tell(peer, std::move(initialized));
  if (!told) co_return fail(std::move(told.error()));
  note_refusal(party.refusal, *told);
  if (told->status < 200 || told->status >= 300) co_return not_mcp(*told);
  std::string level;
  std::set<std::string> subscriptions;
  {
    const std::lock_guard lock(lane->mutex);
    lane->peer = std::make_shared<const Peer>(std::move(peer));
    level = lane->level;
    subscriptions = lane->subscriptions;
  }
  // What the client had set in a session that the server has lost.
  if (!level.empty()) {
    json::object set;
    set["level"] = json::string(level);
    auto done = co_await exchange(target, party, lane, "logging/setLevel", std::move(set));
    if (!done) co_return fail(std::move(done.error()));
  }
  for (const std::string& uri : subscriptions) {
    json::object subscribe;
    subscribe["uri"] = json::string(uri);
    auto done = co_await exchange(target, party, lane, "resources/subscribe", std::move(subscribe));
    if (!done) co_return fail(std::move(done.error()));
  }
  co_return Result<void>{};
}

// Makes the lane usable: in its turn.
http::Task<Result<void>> McpClient::prepare(TargetPtr target, Party party, std::shared_ptr<Server> server,
                                            std::shared_ptr<Lane> lane) {
  std::shared_ptr<Line> line;
  {
    const milliseconds patience = seconds(target->timeout_seconds);
    if (!co_await server->turn.enter(patience)) co_return too_slow(target->timeout_seconds);
    const Entered entered(server->turn);
    bool known = false;
    {
      const std::lock_guard lock(server->mutex);
      known = server->known;
      if (known && server->modern != nullptr && server->line->alive()) {
        const std::lock_guard inner(lane->mutex);
        lane->line = server->line;
        lane->peer = server->modern;
        co_return Result<void>{};
      }
    }
    if (!known) {
      auto fresh = co_await new_line(target, party, server);
      if (!fresh) co_return fail(std::move(fresh.error()));
      Peer found;
      auto modern = co_await probe(target, party, *fresh, found);
      if (!modern) co_return fail(std::move(modern.error()));
      line = std::move(*fresh);
      const std::lock_guard lock(server->mutex);
      server->known = true;
      server->modern = *modern ? std::make_shared<const Peer>(std::move(found)) : nullptr;
      server->line = *modern ? line : nullptr;
      if (*modern) line->share();
    } else {
      bool modern = false;
      {
        const std::lock_guard lock(server->mutex);
        modern = server->modern != nullptr;
      }
      if (modern) {
        auto fresh = co_await new_line(target, party, server);
        if (!fresh) co_return fail(std::move(fresh.error()));
        const std::lock_guard lock(server->mutex);
        server->line = line = std::move(*fresh);
        line->share();
      }
    }
    const std::lock_guard lock(server->mutex);
    if (server->modern != nullptr) {
      const std::lock_guard inner(lane->mutex);
      lane->line = server->line;
      lane->peer = server->modern;
      co_return Result<void>{};
    }
  }
  // A legacy server: a session of this lane's own, on the line that was probed or on a new one.
  if (line == nullptr) {
    auto fresh = co_await new_line(target, party, server);
    if (!fresh) co_return fail(std::move(fresh.error()));
    line = std::move(*fresh);
  }
  {
    const std::lock_guard lock(lane->mutex);
    lane->line = std::move(line);
  }
  auto initialized = co_await initialize(target, party, lane);
  if (!initialized) co_return fail(std::move(initialized.error()));
  const std::lock_guard lock(server->mutex);
  const std::lock_guard inner(lane->mutex);
  server->greeted = lane->peer;
  co_return Result<void>{};
}

http::Task<McpClient::LaneResult> McpClient::open(TargetPtr target, Party party, std::string purpose) {
  const auto server = server_of(*target, party);
  // A test run from the web app can be cancelled and nothing else: it needs no session of its own.
  const ClientSide* client = party.client;
  const bool is_test_run = client != nullptr && purpose.empty() && client->lane.empty() &&
                           client->capabilities.empty() && !client->notify;
  std::string name =
      client == nullptr || is_test_run ? "" : client->lane + "\n" + to_json(client->capabilities);
  name += "\n" + purpose;
  std::shared_ptr<Busy> busy;
  std::vector<std::shared_ptr<Lane>> ended;
  const bool listens = purpose.starts_with("listen");
  // Of several calls of one client that a legacy server could ask something, each has a session of its own:
  // the server does not say which one it asks for.
  const bool alone =
      party.client != nullptr && party.client->modern && !listens && !party.client->capabilities.empty();
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
    if (found == nullptr) found = std::make_shared<Lane>();
    busy = std::make_shared<Busy>(found);
    const std::shared_ptr<Lane>& lane = busy->lane;
    lane->last_used = Clock::now();
    const std::size_t most =
        target->command.words.empty() || server->modern != nullptr ? kMaxLanes : kMaxChildren;
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
  const std::shared_ptr<Lane> lane = busy->lane;
  if (!co_await lane->turn.enter(patience)) co_return too_slow(target->timeout_seconds);
  const Entered entered(lane->turn);
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
    auto prepared = co_await prepare(target, party, server, lane);
    if (!prepared) co_return fail(std::move(prepared.error()));
  }
  if (party.client != nullptr && !listens && !party.client->capabilities.empty()) attend(lane, executor);
  co_return busy;
}

http::Task<Result<std::shared_ptr<const Peer>>> McpClient::peer(TargetPtr target, Party party) {
  {
    const auto server = server_of(*target, party);
    const std::lock_guard lock(server->mutex);
    if (server->modern != nullptr) co_return server->modern;
    if (server->greeted != nullptr) co_return server->greeted;
  }
  auto lane = co_await open(target, party, "");
  if (!lane) co_return fail(std::move(lane.error()));
  const std::lock_guard lock((*lane)->lane->mutex);
  co_return (*lane)->lane->peer;
}

}  // namespace wick::upstream
