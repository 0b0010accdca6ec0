#include "mcp_client/session_pool.h"

namespace wick::upstream {

Result<SessionPool::Acquired> SessionPool::acquire(SessionKey key, Use use, std::size_t max_sessions) {
  const std::lock_guard lock(mutex_);
  if (use == Use::kExclusive) {
    for (unsigned index = 0; index < kMaxSessions; ++index) {
      key.index = index;
      const auto found = sessions_.find(key);
      if (found == sessions_.end() || found->second->leases == 0) return acquire_locked(key, max_sessions);
    }
    key.index = 0;
  }
  return acquire_locked(key, max_sessions);
}

Result<SessionPool::Acquired> SessionPool::acquire_new(SessionKey key, std::size_t max_sessions) {
  const std::lock_guard lock(mutex_);
  key.index = ++last_index_;
  return acquire_locked(key, max_sessions);
}

Result<SessionPool::Acquired> SessionPool::acquire_locked(const SessionKey& key, std::size_t max_sessions) {
  auto& session = sessions_[key];
  if (session == nullptr) session = std::make_shared<UpstreamSession>();
  session->last_used = SteadyClock::now();
  Acquired out{std::make_shared<SessionLease>(session), {}};
  while (sessions_.size() > max_sessions) {
    const auto evictable = find_evictable(*out.lease->session);
    if (evictable == sessions_.end()) {
      sessions_.erase(key);
      return fail(ErrorCode::kUnavailable,
                  "All " + std::to_string(max_sessions) +
                      " sessions of this connector are in use: try again when a request has finished.");
    }
    out.evicted.push_back(std::move(evictable->second));
    sessions_.erase(evictable);
  }
  return out;
}

SessionPool::Sessions::iterator SessionPool::find_evictable(const UpstreamSession& kept) {
  auto oldest = sessions_.end();
  for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
    const UpstreamSession& session = *at->second;
    if (&session == &kept || session.leases > 0) continue;
    if (oldest == sessions_.end() || session.last_used < oldest->second->last_used) oldest = at;
  }
  return oldest;
}

void SessionPool::remove(const UpstreamSession& session) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.get() == &session; });
}

std::vector<std::shared_ptr<UpstreamSession>> SessionPool::remove_client(const std::string& client) {
  std::vector<std::shared_ptr<UpstreamSession>> removed;
  const std::lock_guard lock(mutex_);
  // Keys are sorted by client first.
  auto at = sessions_.lower_bound(SessionKey{client, "", SessionPurpose::kRequests, 0});
  while (at != sessions_.end() && at->first.client == client) {
    removed.push_back(std::move(at->second));
    at = sessions_.erase(at);
  }
  return removed;
}

std::vector<ServerConnection> SessionPool::close_idle(SteadyClock::time_point unused_since) {
  std::vector<ServerConnection> closed;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, session] : sessions_) {
    if (session->leases > 0 || session->last_used > unused_since) continue;
    closed.push_back(session->interrupt_stream());
    const std::lock_guard inner(session->mutex);
    session->transport = session->dedicated_transport = nullptr;
    session->server = nullptr;
    session->server_stream = nullptr;
  }
  return closed;
}

std::size_t SessionPool::size() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

}  // namespace wick::upstream
