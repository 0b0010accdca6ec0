#include "app/composition.h"

#include "base/url.h"
#include "notes/notes_kind.h"
#include "rest/rest_kind.h"

namespace wick {

Composition::Composition(Storage opened, const Settings& settings)
    : storage(std::move(opened)), public_url(settings.public_url), options(settings) {
  kinds.add(std::make_unique<NotesKind>(db, pool, searches, clock));
  kinds.add(std::make_unique<RestKind>(client, key, clock, &long_work));
  kinds.add(std::make_unique<upstream::McpKind>(client, children, std::chrono::seconds(options.idle_seconds),
                                                key, authorization, generations, &long_work));
  index.on_erase([this](const TokenId& token) { streams.wake_token(token); });
  access.on_change([this] {
    streams.wake_all();
    const auto snapshot = access.snapshot();
    for (const auto& kind : kinds.all()) {
      if (McpPassthrough* passthrough = kind->passthrough(); passthrough != nullptr)
        passthrough->end_stale_sessions(*snapshot);
    }
  });
}

void Composition::stop() {
  pool.join();
  searches.join();
  long_work.join();
  runs.stop();
  client.stop();
  children.stop();
}

SecondFactorPolicy Composition::policy_of(const Settings& settings) {
  if (settings.require_second_factor == "all") return SecondFactorPolicy::kAll;
  return settings.require_second_factor == "admins" ? SecondFactorPolicy::kAdmins : SecondFactorPolicy::kOff;
}

// Empty for a port that is not chosen yet.
std::string Composition::host_of(const std::string& public_url) {
  const auto url = Url::parse_http(public_url);
  return url ? url->authority() : "";
}

Result<std::pair<SessionId, UserId>> Composition::signed_in(const http::Request& request) {
  // A session that must enrol first gets as far as the consent page, which cannot be answered before.
  WICK_TRY(session,
           sessions.find_before_enrolment(request.cookie(session_cookie_name(public_url)).value_or("")));
  return std::pair(session.id, session.user);
}

std::string Composition::email_of(const UserId& user) const {
  const auto snapshot = access.snapshot();
  const UserEntry* entry = snapshot->user(user);
  return entry == nullptr ? "" : entry->email;
}

std::optional<UserId> Composition::user_of_bearer(const Sha256Digest& digest) const {
  const auto credential = index.peek(digest, clock.now());
  if (!credential) return std::nullopt;
  return credential->user;
}

}  // namespace wick
