// Opening sessions with a server (McpClient, mcp_client.h).
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "mcp_client/mcp_client_parts.h"

namespace wick::upstream {
namespace {

// Whether this client should use a legacy session, when the server offers one.
bool wants_legacy_session(const ServerTarget& target, const RequestIdentity& identity,
                          LegacySessions offered) {
  return target.protocol == Protocol::kAuto && identity.client != nullptr && !identity.client->modern &&
         offered != LegacySessions::kNone;
}

// Whether the request needs no session of its own: there is no client, or it is a test run of the web app, which can only be
// cancelled.
bool uses_shared_session(const McpClientSession* client, SessionPurpose purpose) {
  if (client == nullptr) return true;
  return client->modern && purpose == SessionPurpose::kRequests && client->client_key.empty() &&
         client->capabilities.empty() && !client->notify;
}

SessionKey session_key_of(const McpClientSession* client, SessionPurpose purpose) {
  SessionKey key;
  key.purpose = purpose;
  if (uses_shared_session(client, purpose)) return key;
  key.client = client->client_key;
  key.capabilities = to_json(client->capabilities);
  return key;
}

}  // namespace

// Connects the session to the server. The `setup` of the session is locked.
http::Task<Result<void>> McpClient::connect(ServerTargetPtr target, RequestIdentity identity,
                                            std::shared_ptr<Server> server,
                                            std::shared_ptr<UpstreamSession> session) {
  Probed probed;
  std::shared_ptr<const NegotiatedServer> modern;
  LegacySessions offered = LegacySessions::kUnknown;
  bool was_recalled = false;
  {
    if (!co_await server->setup.lock(target->timeout)) co_return server_timed_out(target->timeout);
    const AsyncLock setup_lock(server->setup);
    WICK_CO_TRY(found, co_await find_generation(target, identity, server, session));
    probed = std::move(found);
    std::shared_ptr<Transport> transport;
    {
      const std::lock_guard lock(server->mutex);
      modern = server->modern;
      transport = server->shared_transport;
      offered = server->legacy_sessions;
      was_recalled = server->is_recalled;
    }
    if (modern != nullptr && !transport->is_alive()) {
      WICK_CO_TRY(fresh, co_await open_transport(target, identity, server, nullptr));
      transport = std::move(fresh);
    }
    if (modern != nullptr) use_modern(*server, *session, std::move(transport), modern);
  }
  if (modern == nullptr) {
    auto opened = co_await open_legacy_session(target, identity, server, session, std::move(probed));
    if (opened || !was_recalled || opened.error().code == ErrorCode::kTimeout) co_return opened;
    {
      const std::lock_guard lock(server->mutex);
      if (server->known) co_return opened;
    }
    // The server has changed since the cache was written.
    auto reconnected = co_await connect(target, identity, server, session);
    co_return reconnected;
  }
  if (!wants_legacy_session(*target, identity, offered)) co_return Result<void>{};
  const ServerConnection shared = session->connection();
  WICK_CO_TRY(opened, co_await open_legacy_session_of_modern_server(target, identity, server, session));
  if (!opened) {
    const std::lock_guard lock(session->mutex);
    session->transport = shared.transport;
    session->server = shared.server;
  }
  co_return Result<void>{};
}

// Waits for other coroutines that open the session, and connects it when it is not open.
http::Task<Result<void>> McpClient::open_session(ServerTargetPtr target, RequestIdentity identity,
                                                 std::shared_ptr<Server> server,
                                                 std::shared_ptr<UpstreamSession> session) {
  if (!co_await session->setup.lock(target->timeout)) co_return server_timed_out(target->timeout);
  const AsyncLock setup_lock(session->setup);
  {
    const std::lock_guard lock(session->mutex);
    if (session->server != nullptr && session->transport->is_alive()) {
      session->transport->authorize(identity.header, identity.value);
      co_return Result<void>{};
    }
    if (session->server_stream != nullptr) session->server_stream->interrupt();
    session->server_stream = nullptr;
    session->server = nullptr;
  }
  auto connected = co_await connect(target, identity, server, session);
  co_return connected;
}

http::Task<McpClient::SessionResult> McpClient::open(ServerTargetPtr target, RequestIdentity identity,
                                                     SessionPurpose purpose) {
  const auto server = find_server(*target, identity);
  const McpClientSession* client = identity.client;
  bool is_known_legacy = false, is_known_modern = false;
  {
    const std::lock_guard lock(server->mutex);
    is_known_modern = server->modern != nullptr;
    is_known_legacy = server->known && !is_known_modern;
  }
  const std::size_t max_sessions = !target->is_program() || is_known_modern ? kMaxSessions : kMaxChildren;
  const bool can_answer_questions = client != nullptr && !client->capabilities.empty();
  SessionPool::Acquired acquired;
  if (purpose == SessionPurpose::kNotifications) {
    WICK_CO_TRY(fresh, server->sessions.acquire_new(session_key_of(client, purpose), max_sessions));
    acquired = std::move(fresh);
  } else {
    // A request of a legacy server does not name the request of the client that it belongs to. So each request during which
    // the server could send requests has its own session.
    const auto use = can_answer_questions && client->modern && is_known_legacy ? SessionPool::Use::kExclusive
                                                                               : SessionPool::Use::kShared;
    WICK_CO_TRY(found, server->sessions.acquire(session_key_of(client, purpose), use, max_sessions));
    acquired = std::move(found);
  }
  const auto executor = co_await boost::asio::this_coro::executor;
  for (const auto& evicted : acquired.evicted)
    boost::asio::co_spawn(executor, end_session(evicted->interrupt_stream()), boost::asio::detached);
  const std::shared_ptr<UpstreamSession> session = acquired.lease->session;
  auto opened = co_await open_session(target, identity, server, session);
  if (!opened) {
    if (purpose == SessionPurpose::kNotifications) server->sessions.remove(*session);
    co_return std::unexpected(std::move(opened.error()));
  }
  // A client that only lists the tools responds to nothing outside of a request.
  const bool reads_stream =
      can_answer_questions && purpose == SessionPurpose::kRequests && client->notify != nullptr;
  if (reads_stream) read_server_stream(session, executor);
  co_return std::move(acquired.lease);
}

http::Task<Result<std::shared_ptr<const NegotiatedServer>>> McpClient::negotiate(ServerTargetPtr target,
                                                                                 RequestIdentity identity) {
  {
    const auto server = find_server(*target, identity);
    const std::lock_guard lock(server->mutex);
    const bool may_have_session =
        server->modern == nullptr || wants_legacy_session(*target, identity, server->legacy_sessions);
    if (may_have_session && server->last_initialized != nullptr) co_return server->last_initialized;
    if (!may_have_session) co_return server->modern;
  }
  WICK_CO_TRY(lease, co_await open(target, identity, SessionPurpose::kRequests));
  const std::lock_guard lock(lease->session->mutex);
  co_return lease->session->server;
}

}  // namespace wick::upstream
