#include "mcp/session.h"

#include "base/json.h"
#include "base/text.h"
#include "crypto/random.h"

namespace wick::mcp {
namespace {

constexpr std::string_view kPlace = "mcp-session";
constexpr std::size_t kMaxSessionIdBytes = 2048;

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

std::string Sessions::create(const Session& session) const {
  json::object content;
  content["u"] = session.user.str();
  content["t"] = session.created_at;
  content["v"] = session.version;
  content["n"] = session.client_name;
  content["c"] = session.client_version;
  if (!session.capabilities.empty()) content["k"] = session.capabilities;
  return to_base64url(key_.seal(Secret(to_json(content)), kPlace));
}

std::optional<Session> Sessions::find(std::string_view id, const UserId& user) const {
  if (id.size() > kMaxSessionIdBytes) return std::nullopt;
  const auto sealed = from_base64url(id);
  if (!sealed) return std::nullopt;
  const auto plain = key_.open(*sealed, kPlace);
  if (!plain) return std::nullopt;
  const auto value = parse_trusted_json(plain->reveal());
  if (!value.is_object()) return std::nullopt;
  const json::object& content = value.get_object();
  Session session;
  session.user = UserId::parse(text_of(content, "u")).value_or(UserId{});
  if (const auto* at = content.if_contains("t"); at != nullptr && at->is_int64())
    session.created_at = at->get_int64();
  session.version = text_of(content, "v");
  session.client_name = text_of(content, "n");
  session.client_version = text_of(content, "c");
  if (const auto* can = content.if_contains("k"); can != nullptr && can->is_object())
    session.capabilities = can->get_object();
  if (session.user != user || session.created_at + to_micros(kMaxSessionAge) < clock_.now())
    return std::nullopt;
  std::lock_guard lock(mutex_);
  if (ended_.contains(std::string(id))) return std::nullopt;
  return session;
}

void Sessions::end(std::string_view id) {
  const Micros now = clock_.now();
  std::lock_guard lock(mutex_);
  if (ended_.size() >= kMaxEndedSessions) {
    std::erase_if(ended_, [&](const auto& entry) { return entry.second < now; });
    if (ended_.size() >= kMaxEndedSessions) ended_.erase(ended_.begin());
  }
  ended_.emplace(std::string(id), now + to_micros(kMaxSessionAge));
}

}  // namespace wick::mcp
