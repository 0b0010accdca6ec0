#include "mcp_client/session_pool.h"

#include <gtest/gtest.h>

namespace wick::upstream {
namespace {

using Use = SessionPool::Use;

SessionKey key_of(std::string client) {
  return SessionKey{std::move(client), "{}", SessionPurpose::kRequests, 0};
}

std::shared_ptr<SessionLease> acquire(SessionPool& pool, const std::string& client, Use use = Use::kShared) {
  return std::move(pool.acquire(key_of(client), use, kMaxSessions).value().lease);
}

TEST(SessionPool, RequestsOfOneClientShareASession) {
  SessionPool pool;
  const auto first = acquire(pool, "ann");
  EXPECT_EQ(acquire(pool, "ann")->session, first->session);
  EXPECT_NE(acquire(pool, "bob")->session, first->session);
}

TEST(SessionPool, AClientWithOtherCapabilitiesHasAnotherSession) {
  SessionPool pool;
  const auto first = acquire(pool, "ann");
  SessionKey key = key_of("ann");
  key.capabilities = R"({"sampling":{}})";
  EXPECT_NE(pool.acquire(key, Use::kShared, kMaxSessions).value().lease->session, first->session);
}

TEST(SessionPool, AnExclusiveSessionIsGivenToOneRequestAtATime) {
  SessionPool pool;
  auto first = acquire(pool, "ann", Use::kExclusive);
  const auto second = acquire(pool, "ann", Use::kExclusive);
  EXPECT_NE(second->session, first->session);
  const std::shared_ptr<UpstreamSession> released = first->session;
  first = nullptr;
  EXPECT_EQ(acquire(pool, "ann", Use::kExclusive)->session, released);
}

TEST(SessionPool, EachNotificationStreamHasASessionOfItsOwn) {
  SessionPool pool;
  SessionKey key = key_of("ann");
  key.purpose = SessionPurpose::kNotifications;
  const auto first = pool.acquire_new(key, kMaxSessions).value();
  const auto second = pool.acquire_new(key, kMaxSessions).value();
  EXPECT_NE(first.lease->session, second.lease->session);
  pool.remove(*first.lease->session);
  EXPECT_EQ(pool.size(), 1U);
}

TEST(SessionPool, AFullPoolEvictsTheUnleasedSessionThatWasUsedLeastRecently) {
  SessionPool pool;
  const std::shared_ptr<UpstreamSession> oldest = acquire(pool, "ann")->session;
  const auto leased = acquire(pool, "bob");
  oldest->last_used = leased->session->last_used - std::chrono::seconds(1);
  const auto acquired = pool.acquire(key_of("eve"), Use::kShared, 2).value();
  ASSERT_EQ(acquired.evicted.size(), 1U);
  EXPECT_EQ(acquired.evicted.front(), oldest);
  EXPECT_EQ(pool.size(), 2U);
}

TEST(SessionPool, AFullPoolOfLeasedSessionsRefusesAnotherClient) {
  SessionPool pool;
  auto ann = acquire(pool, "ann");
  const auto bob = acquire(pool, "bob");
  const auto refused = pool.acquire(key_of("eve"), Use::kShared, 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(pool.size(), 2U);
  ann = nullptr;
  EXPECT_TRUE(pool.acquire(key_of("eve"), Use::kShared, 2));
}

TEST(SessionPool, RemovingAClientRemovesAllItsSessionsAndNoOthers) {
  SessionPool pool;
  acquire(pool, "ann");
  acquire(pool, "ann2");
  SessionKey key = key_of("ann");
  key.purpose = SessionPurpose::kNotifications;
  EXPECT_TRUE(pool.acquire_new(key, kMaxSessions));
  EXPECT_EQ(pool.remove_client("ann").size(), 2U);
  EXPECT_EQ(pool.size(), 1U);
}

TEST(SessionPool, ClosingAnIdleSessionKeepsWhatItsClientHasSet) {
  SessionPool pool;
  const std::shared_ptr<UpstreamSession> idle = acquire(pool, "ann")->session;
  idle->log_level = "debug";
  idle->server = std::make_shared<const NegotiatedServer>();
  const auto leased = acquire(pool, "bob");
  leased->session->server = std::make_shared<const NegotiatedServer>();
  const auto unused_since = SteadyClock::now() + std::chrono::seconds(1);
  EXPECT_EQ(pool.close_idle(unused_since).size(), 1U);
  EXPECT_EQ(idle->server, nullptr);
  EXPECT_NE(leased->session->server, nullptr);
  EXPECT_EQ(acquire(pool, "ann")->session->log_level, "debug");
}

}  // namespace
}  // namespace wick::upstream
