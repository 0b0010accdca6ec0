// Finding the generation and the transport of a server, and opening a session with it (McpClient, mcp_client.h).
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

// A longer text is no version, and is not shown because it may contain a secret.
constexpr std::size_t kMaxShownVersion = 32;

// The timeout of the first of two attempts. Over HTTP, half of the connector's timeout is kept for the second attempt. A
// program may need the whole timeout to start.
milliseconds first_try_timeout(const ServerTarget& target, seconds max) {
  const milliseconds all = target.timeout;
  return std::min<milliseconds>(max, target.is_program() ? all : all / 2);
}
milliseconds probe_timeout(const ServerTarget& target) {
  return first_try_timeout(target, kProbeTimeout);
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

// Reads the response of a legacy server to `initialize`. Errors: kUpstream
Result<NegotiatedServer> read_initialize_result(const json::object& result, const std::string& session) {
  NegotiatedServer negotiated;
  negotiated.version = text_or_empty(result, "protocolVersion");
  if (negotiated.version != "2025-11-25" && negotiated.version != "2025-06-18" &&
      negotiated.version != "2025-03-26" && negotiated.version != "2024-11-05") {
    const bool shown = negotiated.version.size() <= kMaxShownVersion;
    return fail(ErrorCode::kUpstream,
                "The MCP server uses " +
                    (shown ? "the protocol version \"" + excerpt(negotiated.version) + "\""
                           : std::string("a protocol version")) +
                    ", which Wick does not support.");
  }
  if (const auto* info = object_or_null(result, "serverInfo")) {
    negotiated.name = excerpt(text_or_empty(*info, "name"));
    negotiated.server_version = excerpt(text_or_empty(*info, "version"));
  }
  if (const auto* can = object_or_null(result, "capabilities")) negotiated.capabilities = *can;
  // 2025-11-25, transports, "Session Management": visible ASCII.
  negotiated.session = session;
  if (!std::all_of(negotiated.session.begin(), negotiated.session.end(),
                   [](char c) { return c > 0x20 && c < 0x7F; }))
    return fail(ErrorCode::kUpstream, "The MCP server sent a session id that is not visible ASCII.");
  return negotiated;
}

}  // namespace

http::Task<Result<RpcResponse>> send_own_request(std::shared_ptr<Transport> transport,
                                                 std::shared_ptr<const NegotiatedServer> negotiated,
                                                 std::shared_ptr<AccessRefusal> refusal, std::string method,
                                                 json::object params, milliseconds timeout,
                                                 IncomingMessage* last) {
  const std::string id = transport->next_id();
  const auto pending = transport->start_request(
      *negotiated, make_own_request(*negotiated, id, std::move(method), std::move(params)));
  const auto until = SteadyClock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(until - SteadyClock::now());
    auto incoming = co_await pending->next(std::max(left, milliseconds(0)));
    if (!incoming && incoming.error().code == ErrorCode::kTimeout)
      co_return server_timed_out(std::chrono::ceil<seconds>(timeout));
    WICK_CO_CHECK(incoming);
    if (last != nullptr) {
      last->status = incoming->status;
      last->session = incoming->session;
      last->challenge = incoming->challenge;
      last->is_endpoint_event = incoming->is_endpoint_event;
    }
    if (is_lost_session(*negotiated, *incoming, id)) co_return session_lost();
    record_refusal(refusal, *incoming);
    if (incoming->message.empty()) co_return not_mcp(*incoming);
    if (auto response = take_response(incoming->message, id)) co_return std::move(*response);
  }
}

http::Task<Result<std::shared_ptr<Transport>>> McpClient::open_transport(ServerTargetPtr target,
                                                                         RequestIdentity identity,
                                                                         std::shared_ptr<Server> server,
                                                                         Trial trial) {
  if (!target->is_program()) {
    const auto transport = std::make_shared<StreamableHttpTransport>(http_, target->http, long_work_);
    transport->authorize(identity.header, identity.value);
    co_return transport;
  }
  {
    const std::lock_guard lock(server->mutex);
    const auto wait = std::chrono::ceil<seconds>(server->not_before - SteadyClock::now()).count();
    if (wait > 0) {
      co_return fail(ErrorCode::kUpstream, server->how_it_ended + " It is started again in " +
                                               std::to_string(wait) + (wait == 1 ? " second." : " seconds."));
    }
  }
  // By name: g++ 12 destroys a temporary in an argument of co_await twice.
  StdioTransport::OnEnd on_end = [began = SteadyClock::now(), target, trial,
                                  weak = std::weak_ptr<Server>(server)](const std::string& how_it_ended) {
    const auto of = weak.lock();
    if (of == nullptr) return;
    const std::string said = standard_error_excerpt(of->standard_error->text(target->secrets));
    spdlog::warn("connector {}: {}{}", target->key, how_it_ended,
                 said.empty() ? "" : " Its standard error ends with " + said + ".");
    if (trial != nullptr && *trial) return;
    const std::lock_guard lock(of->mutex);
    of->how_it_ended = how_it_ended;
    if (SteadyClock::now() - began >= kHealthyProcessTime) {
      of->failures = 0;
      return;
    }
    if (SteadyClock::now() < of->not_before)
      return;  // processes that end at the same time count as one failure
    of->failures = std::min(of->failures + 1, 10);
    of->not_before = SteadyClock::now() + std::min(kMaxRestartDelay, seconds(1 << (of->failures - 1)));
  };
  ChildCommand command = target->command;
  command.standard_error = server->standard_error;
  WICK_CO_TRY(transport, co_await StdioTransport::start(children_, std::move(command), std::move(on_end)));
  co_return std::shared_ptr<Transport>(std::move(transport));
}

// Whether the server is modern; then `found` describes it.
// Errors: only errors that do not depend on the generation: the server refuses the credential, or the request was not sent
http::Task<Result<bool>> McpClient::probe(ServerTargetPtr target, RequestIdentity identity,
                                          std::shared_ptr<Transport> transport, NegotiatedServer& found,
                                          bool& is_silent) {
  const auto modern = std::make_shared<NegotiatedServer>();
  modern->modern = true;
  modern->version = kModernVersion;
  IncomingMessage last;
  std::shared_ptr<const NegotiatedServer> as = modern;
  auto response = co_await send_own_request(transport, std::move(as), identity.refusal, "server/discover",
                                            json::object(), probe_timeout(*target), &last);
  if (is_refused(last)) {
    if (!last.challenge.empty() || target->protocol == Protocol::kModern) co_return not_mcp(last);
    // Some servers refuse an unknown method in this way, so the refusal may not be about the credential.
    if (identity.refusal != nullptr) *identity.refusal = {};
  }
  if (!response) {
    if (is_own_refusal(response.error().code)) co_return std::unexpected(std::move(response.error()));
    is_silent = response.error().code == ErrorCode::kTimeout;
    co_return false;
  }
  const bool is_modern =
      !response->is_error ? names_modern(&response->result, "supportedVersions")
                          : response->error_code == kUnsupportedVersion && response->error_data.is_object() &&
                                names_modern(&response->error_data.get_object(), "supported");
  if (!is_modern) co_return false;
  if (const auto* meta = object_or_null(response->result, "_meta")) {
    if (const auto* info = object_or_null(*meta, std::string(kMetaPrefix) + "serverInfo")) {
      modern->name = excerpt(text_or_empty(*info, "name"));
      modern->server_version = excerpt(text_or_empty(*info, "version"));
    }
  }
  if (const auto* can = object_or_null(response->result, "capabilities")) modern->capabilities = *can;
  found = std::move(*modern);
  co_return true;
}

// Opens a session over this transport, which then belongs to the session.
http::Task<Result<void>> McpClient::initialize(ServerTargetPtr target, RequestIdentity identity,
                                               std::shared_ptr<UpstreamSession> session,
                                               std::shared_ptr<Transport> transport, milliseconds timeout,
                                               IncomingMessage& last) {
  json::object params;
  params["protocolVersion"] = kNewestLegacy;
  params["capabilities"] = identity.client == nullptr ? json::object() : identity.client->capabilities;
  params["clientInfo"] = client_info();
  std::shared_ptr<const NegotiatedServer> nobody = std::make_shared<const NegotiatedServer>();
  WICK_CO_TRY(response, co_await send_own_request(transport, std::move(nobody), identity.refusal,
                                                  "initialize", std::move(params), timeout, &last));
  if (response.is_error)
    co_return fail(ErrorCode::kUpstream, "The MCP server refuses to initialize: " + response.error_message);
  WICK_CO_TRY(negotiated, read_initialize_result(response.result, last.session));
  json::object initialized;
  initialized["jsonrpc"] = "2.0";
  initialized["method"] = "notifications/initialized";
  WICK_CO_TRY(acknowledged, co_await transport->send_message(negotiated, std::move(initialized)));
  record_refusal(identity.refusal, acknowledged);
  if (acknowledged.status < 200 || acknowledged.status >= 300) co_return not_mcp(acknowledged);
  {
    const std::lock_guard lock(session->mutex);
    session->transport = std::move(transport);
    session->server = std::make_shared<const NegotiatedServer>(std::move(negotiated));
  }
  auto restored = co_await restore_session(target, identity, session);
  co_return restored;
}

// Sets the log level and the subscriptions of the client again, after the server has lost the session.
http::Task<Result<void>> McpClient::restore_session(ServerTargetPtr target, RequestIdentity identity,
                                                    std::shared_ptr<UpstreamSession> session) {
  std::string level;
  std::set<std::string> subscriptions;
  {
    const std::lock_guard lock(session->mutex);
    level = session->log_level;
    subscriptions = session->subscriptions;
  }
  if (!level.empty()) {
    json::object set;
    set["level"] = json::string(level);
    WICK_CO_CHECK(co_await send_in_session(target, identity, session, "logging/setLevel", std::move(set)));
  }
  for (const std::string& uri : subscriptions) {
    json::object subscribe;
    subscribe["uri"] = json::string(uri);
    WICK_CO_CHECK(
        co_await send_in_session(target, identity, session, "resources/subscribe", std::move(subscribe)));
  }
  co_return Result<void>{};
}

http::Task<bool> McpClient::recall_generation(ServerTargetPtr target, std::shared_ptr<Server> server) {
  {
    const std::lock_guard lock(mutex_);
    if (target->protocol != Protocol::kAuto || without_cached_generation_.contains(target->key))
      co_return false;
  }
  const auto cached = co_await generation_cache_.find(target->key, target->fingerprint);
  if (!cached) co_return false;
  const std::lock_guard lock(server->mutex);
  server->known = server->is_recalled = true;
  server->uses_sse = *cached == LegacyTransport::kHttpWithSse;
  co_return true;
}

// Stores the finding, so that it is known after a restart.
http::Task<void> McpClient::store_generation(ServerTargetPtr target, std::shared_ptr<Server> server) {
  if (target->protocol != Protocol::kAuto) co_return;
  bool is_modern = false, uses_sse = false;
  {
    const std::lock_guard lock(server->mutex);
    is_modern = server->modern != nullptr;
    uses_sse = server->uses_sse;
  }
  if (is_modern) {
    co_await generation_cache_.remove(target->key);
  } else {
    const auto transport = uses_sse ? LegacyTransport::kHttpWithSse : LegacyTransport::kCurrent;
    co_await generation_cache_.put(target->key, target->fingerprint, transport);
  }
  const std::lock_guard lock(mutex_);
  without_cached_generation_.erase(target->key);
}

// Finds the generation of the server, unless it is known. Server::setup is locked.
http::Task<Result<McpClient::Probed>> McpClient::find_generation(ServerTargetPtr target,
                                                                 RequestIdentity identity,
                                                                 std::shared_ptr<Server> server,
                                                                 std::shared_ptr<UpstreamSession> session) {
  {
    const std::lock_guard lock(server->mutex);
    if (target->protocol == Protocol::kLegacy) server->known = true;
    if (server->known) co_return Probed{};
  }
  const bool is_recalled = co_await recall_generation(target, server);
  if (is_recalled) co_return Probed{};
  Probed probed;
  probed.trial = std::make_shared<std::atomic<bool>>(true);
  WICK_CO_TRY(fresh, co_await open_transport(target, identity, server, probed.trial));
  probed.transport = std::move(fresh);
  NegotiatedServer found;
  WICK_CO_TRY(modern, co_await probe(target, identity, probed.transport, found, probed.is_silent));
  if (!modern && target->protocol == Protocol::kModern) {
    co_return fail(ErrorCode::kUpstream,
                   "The MCP server does not support 2026-07-28, the version that this connector is set to.");
  }
  {
    const std::lock_guard lock(server->mutex);
    server->known = true;
    server->modern = nullptr;
  }
  if (modern) {
    *probed.trial = false;
    use_modern(*server, *session, probed.transport,
               std::make_shared<const NegotiatedServer>(std::move(found)));
    co_await store_generation(target, server);
  }
  co_return probed;
}

// Records the finding about a legacy server after a session was opened. Returns whether the finding is new.
bool McpClient::record_legacy_session(Server& server, UpstreamSession& session, bool uses_sse) {
  const std::lock_guard lock(server.mutex);
  const std::lock_guard inner(session.mutex);
  const bool is_first = server.last_initialized == nullptr && !server.is_recalled;
  const bool is_new = is_first || server.uses_sse != uses_sse;
  server.is_recalled = false;
  server.uses_sse = uses_sse;
  server.last_initialized = session.server;
  return is_new;
}

// Opens a session with a legacy server: over the transport of the probe, or over a new one. When this fails, the next request
// finds the generation of the server again.
http::Task<Result<void>> McpClient::open_legacy_session(ServerTargetPtr target, RequestIdentity identity,
                                                        std::shared_ptr<Server> server,
                                                        std::shared_ptr<UpstreamSession> session,
                                                        Probed probed) {
  const milliseconds all = target->timeout;
  bool uses_sse = false;
  {
    const std::lock_guard lock(server->mutex);
    uses_sse = server->uses_sse;
  }
  IncomingMessage last;
  Result<void> done = fail(ErrorCode::kUpstream, "The MCP server does not answer.");
  const auto is_final = [&] { return done || is_refused(last) || is_own_refusal(done.error().code); };
  if (probed.transport != nullptr && probed.transport->is_alive()) {
    const milliseconds timeout = target->is_program() ? first_try_timeout(*target, kSlowStartTimeout)
                                 : probed.is_silent   ? all - probe_timeout(*target)
                                                      : all;
    done = co_await initialize(target, identity, session, probed.transport, timeout, last);
    if (!is_final() && probed.is_silent && done.error().code != ErrorCode::kTimeout) {
      // The server was slow to start, and may be modern.
      NegotiatedServer found;
      bool is_silent = false;
      auto modern = co_await probe(target, identity, probed.transport, found, is_silent);
      if (modern && *modern) {
        *probed.trial = false;
        use_modern(*server, *session, probed.transport,
                   std::make_shared<const NegotiatedServer>(std::move(found)));
        co_await store_generation(target, server);
        co_return Result<void>{};
      }
    }
    if (done) *probed.trial = false;
  }
  if (!is_final() && !uses_sse && (target->is_program() || probed.transport == nullptr)) {
    WICK_CO_TRY(fresh, co_await open_transport(target, identity, server, nullptr));
    done = co_await initialize(target, identity, session, std::move(fresh), all, last);
  }
  if (!is_final() && (uses_sse || may_use_sse(*target, last))) {
    bool is_stream = uses_sse;
    auto by_sse = co_await initialize_over_sse(target, identity, session, is_stream, last);
    if (by_sse || is_stream) done = std::move(by_sse);
    uses_sse = uses_sse || done;
  }
  if (!done) {
    // The next request finds the generation again, unless the error does not depend on the generation.
    const bool is_known =
        is_own_refusal(done.error().code) || (is_refused(last) && probed.transport == nullptr);
    if (!is_known) mark_generation_uncertain(*target, *server, probed.transport != nullptr);
    if (done.error().code == ErrorCode::kTimeout) co_return server_timed_out(target->timeout);
    co_return std::unexpected(std::move(done.error()));
  }
  const bool is_new = record_legacy_session(*server, *session, uses_sse);
  if (is_new) co_await store_generation(target, server);
  co_return Result<void>{};
}

// No session was opened, so the finding may be wrong. The finding about a program that has answered before stays, because the
// program may have ended for any reason.
void McpClient::mark_generation_uncertain(const ServerTarget& target, Server& server, bool was_probed) {
  bool was_recalled = false;
  {
    const std::lock_guard lock(server.mutex);
    was_recalled = std::exchange(server.is_recalled, false);
    if (was_probed || was_recalled || !target.is_program()) server.known = server.uses_sse = false;
  }
  if (!was_recalled) return;
  const std::lock_guard lock(mutex_);
  without_cached_generation_.insert(target.key);
}

// Opens a session over the transport of 2024-11-05. Sets `is_stream` when the server has opened an event stream.
http::Task<Result<void>> McpClient::initialize_over_sse(ServerTargetPtr target, RequestIdentity identity,
                                                        std::shared_ptr<UpstreamSession> session,
                                                        bool& is_stream, IncomingMessage& last) {
  const milliseconds timeout = target->timeout;
  const auto requests = std::make_shared<StreamableHttpTransport>(http_, target->http, long_work_);
  requests->authorize(identity.header, identity.value);
  WICK_CO_TRY(transport, co_await HttpSseTransport::open(requests, identity.refusal, timeout, is_stream));
  auto done = co_await initialize(target, identity, session, std::move(transport), timeout, last);
  co_return done;
}

// Opens a session for a legacy client with a modern server. False: the server offers no sessions, or the limit of processes is
// reached.
http::Task<Result<bool>> McpClient::open_legacy_session_of_modern_server(
    ServerTargetPtr target, RequestIdentity identity, std::shared_ptr<Server> server,
    std::shared_ptr<UpstreamSession> session) {
  {
    const std::lock_guard lock(server->mutex);
    std::erase_if(server->dedicated_transports, [](const auto& transport) { return transport.expired(); });
    if (target->is_program() && server->dedicated_transports.size() >= kMaxChildren) co_return false;
  }
  const auto trial = std::make_shared<std::atomic<bool>>(true);
  WICK_CO_TRY(transport, co_await open_transport(target, identity, server, trial));
  {
    const std::lock_guard lock(server->mutex);
    if (target->is_program()) server->dedicated_transports.push_back(transport);
  }
  IncomingMessage last;
  auto done = co_await initialize(target, identity, session, transport,
                                  first_try_timeout(*target, kSlowStartTimeout), last);
  if (!done && (is_refused(last) || is_own_refusal(done.error().code)))
    co_return std::unexpected(std::move(done.error()));
  const std::lock_guard lock(server->mutex);
  const std::lock_guard inner(session->mutex);
  // Over HTTP, a server without a session id cannot send requests to the client.
  const bool is_offered = done && (target->is_program() || !session->server->session.empty());
  server->legacy_sessions = is_offered ? LegacySessions::kOffered : LegacySessions::kNone;
  if (!is_offered) {
    session->server = nullptr;
    session->transport = nullptr;
    co_return false;
  }
  *trial = false;
  server->last_initialized = session->server;
  co_return true;
}

// Records that the server is modern, and connects the session to it.
void McpClient::use_modern(Server& server, UpstreamSession& session, std::shared_ptr<Transport> transport,
                           std::shared_ptr<const NegotiatedServer> negotiated) {
  transport->mark_shared();
  const std::lock_guard lock(server.mutex);
  const std::lock_guard inner(session.mutex);
  server.known = true;
  server.modern = session.server = std::move(negotiated);
  server.shared_transport = session.transport = std::move(transport);
}

}  // namespace wick::upstream
