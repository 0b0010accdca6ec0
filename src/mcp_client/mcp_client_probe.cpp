// Which era and transport a server speaks, and how a session with it begins (McpClient, mcp_client.h).
#include <algorithm>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "connectors/connector_kind.h"
#include "mcp_client/mcp_client_parts.h"
#include "mcp_transport/http_sse_transport.h"
#include "mcp_transport/stdio_transport.h"

namespace wick::upstream {
namespace {

constexpr std::size_t kMaxShownVersion = 32;  // a longer one is none, and may hold half of a secret

// How long a question may take after which something else is tried: over HTTP half of the connector's timeout
// is left for that; a program may have to start first.
milliseconds patience_for(const ServerTarget& target, int most) {
  const milliseconds all = seconds(target.timeout_seconds);
  return std::min<milliseconds>(seconds(most), target.is_program() ? all : all / 2);
}
milliseconds probe_patience(const ServerTarget& target) {
  return patience_for(target, kProbeSeconds);
}

bool is_refused(const IncomingMessage& last) {
  return last.status == 401 || last.status == 403;
}

// Whether the answer to `initialize` may be that of the transport of 2024-11-05 (2025-11-25, transports,
// "Backwards Compatibility": a status 4xx; or its own event).
bool may_use_sse(const ServerTarget& target, const IncomingMessage& last) {
  if (target.is_program()) return false;
  return last.is_endpoint_event ||
         (last.status >= 400 && last.status != 401 && last.status != 403 && last.status != 429);
}

// A legacy server as it introduces itself in its answer to `initialize`. Errors: kUpstream
Result<NegotiatedServer> read_introduction(const json::object& result, const std::string& session) {
  NegotiatedServer peer;
  peer.version = text_or_empty(result, "protocolVersion");
  if (peer.version != "2025-11-25" && peer.version != "2025-06-18" && peer.version != "2025-03-26" &&
      peer.version != "2024-11-05") {
    const bool shown = peer.version.size() <= kMaxShownVersion;
    return fail(ErrorCode::kUpstream,
                "The MCP server speaks " +
                    (shown ? "the revision \"" + excerpt(peer.version) + "\"" : std::string("a revision")) +
                    ", which Wick does not.");
  }
  if (const auto* info = object_or_null(result, "serverInfo")) {
    peer.name = excerpt(text_or_empty(*info, "name"));
    peer.server_version = excerpt(text_or_empty(*info, "version"));
  }
  if (const auto* can = object_or_null(result, "capabilities")) peer.capabilities = *can;
  // 2025-11-25, transports, "Session Management": visible ASCII.
  peer.session = session;
  if (!std::all_of(peer.session.begin(), peer.session.end(), [](char c) { return c > 0x20 && c < 0x7F; }))
    return fail(ErrorCode::kUpstream, "The MCP server gives a session id that is not visible ASCII.");
  return peer;
}

}  // namespace

http::Task<Result<RpcResponse>> send_own_request(std::shared_ptr<Transport> line,
                                                 std::shared_ptr<const NegotiatedServer> peer,
                                                 std::shared_ptr<AccessRefusal> refusal, std::string method,
                                                 json::object params, milliseconds patience,
                                                 IncomingMessage* last) {
  const std::string id = line->next_id();
  const auto exchange = line->begin(*peer, own_request(*peer, id, std::move(method), std::move(params)));
  const auto until = Clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
    auto incoming = co_await exchange->next(std::max(left, milliseconds(0)));
    if (!incoming && incoming.error().code == ErrorCode::kTimeout)
      co_return server_timed_out(int(std::chrono::ceil<seconds>(patience).count()));
    if (!incoming) co_return fail(std::move(incoming.error()));
    if (last != nullptr) {
      last->status = incoming->status;
      last->session = incoming->session;
      last->challenge = incoming->challenge;
      last->is_endpoint_event = incoming->is_endpoint_event;
    }
    if (is_lost_session(*peer, *incoming, id)) co_return session_lost();
    record_refusal(refusal, *incoming);
    if (incoming->message.empty()) co_return not_mcp(*incoming);
    if (auto reply = response_in(incoming->message, id)) co_return std::move(*reply);
  }
}

http::Task<Result<std::shared_ptr<Transport>>> McpClient::new_line(ServerTargetPtr target,
                                                                   RequestIdentity party,
                                                                   std::shared_ptr<Server> server,
                                                                   Trial trial) {
  if (!target->is_program()) {
    const auto line = std::make_shared<StreamableHttpTransport>(http_, target->http, long_work_);
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
  StdioTransport::OnEnd on_end = [began = Clock::now(), target, trial,
                                  weak = std::weak_ptr<Server>(server)](const std::string& what_happened) {
    const auto of = weak.lock();
    if (of == nullptr) return;
    const std::string said = standard_error_excerpt(of->standard_error->text(target->secrets));
    spdlog::warn("connector {}: {}{}", target->key, what_happened,
                 said.empty() ? "" : " Its standard error ends with " + said + ".");
    if (trial != nullptr && *trial) return;
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
  WICK_CO_TRY(line, co_await StdioTransport::start(children_, std::move(command), std::move(on_end)));
  co_return std::shared_ptr<Transport>(std::move(line));
}

// Whether the server is modern; then `found` is how to speak to it.
// Errors: those that say nothing about the server: it does not let us in, or the request was never made
http::Task<Result<bool>> McpClient::probe(ServerTargetPtr target, RequestIdentity party,
                                          std::shared_ptr<Transport> line, NegotiatedServer& found,
                                          bool& is_silent) {
  const auto modern = std::make_shared<NegotiatedServer>();
  modern->modern = true;
  modern->version = kModernVersion;
  IncomingMessage last;
  std::shared_ptr<const NegotiatedServer> as = modern;
  auto reply = co_await send_own_request(line, std::move(as), party.refusal, "server/discover",
                                         json::object(), probe_patience(*target), &last);
  if (is_refused(last)) {
    if (!last.challenge.empty() || target->protocol == Protocol::kModern) co_return not_mcp(last);
    // Some refuse a method that they do not know so. Of credentials it says nothing yet.
    if (party.refusal != nullptr) *party.refusal = {};
  }
  if (!reply) {
    if (is_own_refusal(reply.error().code)) co_return fail(std::move(reply.error()));
    is_silent = reply.error().code == ErrorCode::kTimeout;
    co_return false;
  }
  const bool is_modern = !reply->is_error
                             ? names_modern(&reply->result, "supportedVersions")
                             : reply->error_code == kUnsupportedVersion && reply->error_data.is_object() &&
                                   names_modern(&reply->error_data.get_object(), "supported");
  if (!is_modern) co_return false;
  if (const auto* meta = object_or_null(reply->result, "_meta")) {
    if (const auto* info = object_or_null(*meta, std::string(kMetaPrefix) + "serverInfo")) {
      modern->name = excerpt(text_or_empty(*info, "name"));
      modern->server_version = excerpt(text_or_empty(*info, "version"));
    }
  }
  if (const auto* can = object_or_null(reply->result, "capabilities")) modern->capabilities = *can;
  found = std::move(*modern);
  co_return true;
}

// Begins a session on this line, which is the lane's then.
http::Task<Result<void>> McpClient::initialize(ServerTargetPtr target, RequestIdentity party,
                                               std::shared_ptr<UpstreamSession> lane,
                                               std::shared_ptr<Transport> line, milliseconds patience,
                                               IncomingMessage& last) {
  json::object params;
  params["protocolVersion"] = kNewestLegacy;
  params["capabilities"] = party.client == nullptr ? json::object() : party.client->capabilities;
  params["clientInfo"] = client_info();
  std::shared_ptr<const NegotiatedServer> nobody = std::make_shared<const NegotiatedServer>();
  WICK_CO_TRY(reply, co_await send_own_request(line, std::move(nobody), party.refusal, "initialize",
                                               std::move(params), patience, &last));
  if (reply.is_error)
    co_return fail(ErrorCode::kUpstream, "The MCP server refuses to begin: " + reply.error_message);
  WICK_CO_TRY(peer, read_introduction(reply.result, last.session));
  json::object initialized;
  initialized["jsonrpc"] = "2.0";
  initialized["method"] = "notifications/initialized";
  WICK_CO_TRY(told, co_await line->tell(peer, std::move(initialized)));
  record_refusal(party.refusal, told);
  if (told.status < 200 || told.status >= 300) co_return not_mcp(told);
  {
    const std::lock_guard lock(lane->mutex);
    lane->line = std::move(line);
    lane->peer = std::make_shared<const NegotiatedServer>(std::move(peer));
  }
  auto restored = co_await restore(target, party, lane);
  co_return restored;
}

// Sets anew what the client had set in a session that the server has lost.
http::Task<Result<void>> McpClient::restore(ServerTargetPtr target, RequestIdentity party,
                                            std::shared_ptr<UpstreamSession> lane) {
  std::string level;
  std::set<std::string> subscriptions;
  {
    const std::lock_guard lock(lane->mutex);
    level = lane->level;
    subscriptions = lane->subscriptions;
  }
  if (!level.empty()) {
    json::object set;
    set["level"] = json::string(level);
    WICK_CO_CHECK(co_await exchange(target, party, lane, "logging/setLevel", std::move(set)));
  }
  for (const std::string& uri : subscriptions) {
    json::object subscribe;
    subscribe["uri"] = json::string(uri);
    WICK_CO_CHECK(co_await exchange(target, party, lane, "resources/subscribe", std::move(subscribe)));
  }
  co_return Result<void>{};
}

http::Task<bool> McpClient::recall(ServerTargetPtr target, std::shared_ptr<Server> server) {
  {
    const std::lock_guard lock(mutex_);
    if (target->protocol != Protocol::kAuto || not_as_noted_.contains(target->key)) co_return false;
  }
  const auto noted = co_await notes_.find(target->key, target->fingerprint);
  if (!noted) co_return false;
  const std::lock_guard lock(server->mutex);
  server->known = server->is_recalled = true;
  server->uses_sse = *noted == LegacyTransport::kHttpWithSse;
  co_return true;
}

// Keeps what has been found out, for the time after a restart.
http::Task<void> McpClient::note_era(ServerTargetPtr target, std::shared_ptr<Server> server) {
  if (target->protocol != Protocol::kAuto) co_return;
  bool is_modern = false, uses_sse = false;
  {
    const std::lock_guard lock(server->mutex);
    is_modern = server->modern != nullptr;
    uses_sse = server->uses_sse;
  }
  if (is_modern) {
    co_await notes_.remove(target->key);
  } else {
    const auto transport = uses_sse ? LegacyTransport::kHttpWithSse : LegacyTransport::kCurrent;
    co_await notes_.put(target->key, target->fingerprint, transport);
  }
  const std::lock_guard lock(mutex_);
  not_as_noted_.erase(target->key);
}

// Finds out which era the server speaks, unless that is known: in the server's turn.
http::Task<Result<McpClient::Probed>> McpClient::find_out(ServerTargetPtr target, RequestIdentity party,
                                                          std::shared_ptr<Server> server,
                                                          std::shared_ptr<UpstreamSession> lane) {
  {
    const std::lock_guard lock(server->mutex);
    if (target->protocol == Protocol::kLegacy) server->known = true;
    if (server->known) co_return Probed{};
  }
  const bool is_recalled = co_await recall(target, server);
  if (is_recalled) co_return Probed{};
  Probed probed;
  probed.trial = std::make_shared<std::atomic<bool>>(true);
  WICK_CO_TRY(fresh, co_await new_line(target, party, server, probed.trial));
  probed.line = std::move(fresh);
  NegotiatedServer found;
  WICK_CO_TRY(modern, co_await probe(target, party, probed.line, found, probed.is_silent));
  if (!modern && target->protocol == Protocol::kModern) {
    co_return fail(ErrorCode::kUpstream,
                   "The MCP server does not speak 2026-07-28, to which this connector is set.");
  }
  {
    const std::lock_guard lock(server->mutex);
    server->known = true;
    server->modern = nullptr;
  }
  if (modern) {
    *probed.trial = false;
    use_modern(*server, *lane, probed.line, std::make_shared<const NegotiatedServer>(std::move(found)));
    co_await note_era(target, server);
  }
  co_return probed;
}

// Begins a session with a legacy server: on the line that was asked, or on a new one. When none can be begun,
// the server is asked anew next time.
http::Task<Result<void>> McpClient::greet(ServerTargetPtr target, RequestIdentity party,
                                          std::shared_ptr<Server> server,
                                          std::shared_ptr<UpstreamSession> lane, Probed probed) {
  const milliseconds all = seconds(target->timeout_seconds);
  bool uses_sse = false;
  {
    const std::lock_guard lock(server->mutex);
    uses_sse = server->uses_sse;
  }
  IncomingMessage last;
  Result<void> done = fail(ErrorCode::kUpstream, "The MCP server does not answer.");
  const auto is_final = [&] { return done || is_refused(last) || is_own_refusal(done.error().code); };
  if (probed.line != nullptr && probed.line->alive()) {
    const milliseconds patience = target->is_program() ? patience_for(*target, kSlowStartSeconds)
                                  : probed.is_silent   ? all - probe_patience(*target)
                                                       : all;
    done = co_await initialize(target, party, lane, probed.line, patience, last);
    if (!is_final() && probed.is_silent && done.error().code != ErrorCode::kTimeout) {
      // It was only slow to start, and may be modern after all.
      NegotiatedServer found;
      bool is_silent = false;
      auto modern = co_await probe(target, party, probed.line, found, is_silent);
      if (modern && *modern) {
        *probed.trial = false;
        use_modern(*server, *lane, probed.line, std::make_shared<const NegotiatedServer>(std::move(found)));
        co_await note_era(target, server);
        co_return Result<void>{};
      }
    }
    if (done) *probed.trial = false;
  }
  if (!is_final() && !uses_sse && (target->is_program() || probed.line == nullptr)) {
    WICK_CO_TRY(fresh, co_await new_line(target, party, server, nullptr));
    done = co_await initialize(target, party, lane, std::move(fresh), all, last);
  }
  if (!is_final() && (uses_sse || may_use_sse(*target, last))) {
    bool is_stream = uses_sse;
    auto by_sse = co_await greet_by_sse(target, party, lane, is_stream, last);
    if (by_sse || is_stream) done = std::move(by_sse);
    uses_sse = uses_sse || done;
  }
  if (!done) {
    // Found out anew next time, unless this says nothing of its era.
    const bool is_known = is_own_refusal(done.error().code) || (is_refused(last) && probed.line == nullptr);
    if (!is_known) doubt(*target, *server, probed.line != nullptr);
    if (done.error().code == ErrorCode::kTimeout) co_return server_timed_out(target->timeout_seconds);
    co_return fail(std::move(done.error()));
  }
  bool is_new = false;
  {
    const std::lock_guard lock(server->mutex);
    const std::lock_guard inner(lane->mutex);
    const bool is_first = server->greeted == nullptr && !server->is_recalled;
    is_new = is_first || server->uses_sse != uses_sse;
    server->is_recalled = false;
    server->uses_sse = uses_sse;
    server->greeted = lane->peer;
  }
  if (is_new) co_await note_era(target, server);
  co_return Result<void>{};
}

// No session could be begun: what is known of the server may be wrong. Not so of a program, which may have ended for
// any reason, when it has spoken before.
void McpClient::doubt(const ServerTarget& target, Server& server, bool was_probed) {
  bool was_recalled = false;
  {
    const std::lock_guard lock(server.mutex);
    was_recalled = std::exchange(server.is_recalled, false);
    if (was_probed || was_recalled || !target.is_program()) server.known = server.uses_sse = false;
  }
  if (!was_recalled) return;
  const std::lock_guard lock(mutex_);
  not_as_noted_.insert(target.key);
}

// The same over the transport of 2024-11-05. `is_stream`: set when the server has opened an event stream.
http::Task<Result<void>> McpClient::greet_by_sse(ServerTargetPtr target, RequestIdentity party,
                                                 std::shared_ptr<UpstreamSession> lane, bool& is_stream,
                                                 IncomingMessage& last) {
  const milliseconds patience = seconds(target->timeout_seconds);
  const auto requests = std::make_shared<StreamableHttpTransport>(http_, target->http, long_work_);
  requests->authorize(party.header, party.value);
  WICK_CO_TRY(line, co_await HttpSseTransport::open(requests, party.refusal, patience, is_stream));
  auto done = co_await initialize(target, party, lane, std::move(line), patience, last);
  co_return done;
}

// Begins a session for a legacy client with a server that is modern. False: it offers none, or as many
// processes as may be are in use.
http::Task<Result<bool>> McpClient::greet_both(ServerTargetPtr target, RequestIdentity party,
                                               std::shared_ptr<Server> server,
                                               std::shared_ptr<UpstreamSession> lane) {
  {
    const std::lock_guard lock(server->mutex);
    std::erase_if(server->own, [](const auto& one) { return one.expired(); });
    if (target->is_program() && server->own.size() >= kMaxChildren) co_return false;
  }
  const auto trial = std::make_shared<std::atomic<bool>>(true);
  WICK_CO_TRY(line, co_await new_line(target, party, server, trial));
  {
    const std::lock_guard lock(server->mutex);
    if (target->is_program()) server->own.push_back(line);
  }
  IncomingMessage last;
  auto done = co_await initialize(target, party, lane, line, patience_for(*target, kSlowStartSeconds), last);
  if (!done && (is_refused(last) || is_own_refusal(done.error().code)))
    co_return fail(std::move(done.error()));
  const std::lock_guard lock(server->mutex);
  const std::lock_guard inner(lane->mutex);
  // Over HTTP a server that gives no session cannot ask anything in one.
  const bool is_offered = done && (target->is_program() || !lane->peer->session.empty());
  server->legacy_sessions = is_offered ? LegacySessions::kOffered : LegacySessions::kNone;
  if (!is_offered) {
    lane->peer = nullptr;
    lane->line = nullptr;
    co_return false;
  }
  *trial = false;
  server->greeted = lane->peer;
  co_return true;
}

// From here on the server is a modern one, and the lane goes to it.
void McpClient::use_modern(Server& server, UpstreamSession& lane, std::shared_ptr<Transport> line,
                           std::shared_ptr<const NegotiatedServer> peer) {
  line->share();
  const std::lock_guard lock(server.mutex);
  const std::lock_guard inner(lane.mutex);
  server.known = true;
  server.modern = lane.peer = std::move(peer);
  server.line = lane.line = std::move(line);
}

}  // namespace wick::upstream
