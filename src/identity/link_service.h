// One-time links: set-up of the first admin, invitations, password resets.
//
// A link's secret is 256 random bits, stored as SHA-256, good once and until it expires; it travels in the
// URL's fragment, which browsers do not send. Thread-safe; all of it blocks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/time.h"
#include "db/database.h"
#include "identity/user_service.h"

namespace wick {

inline constexpr Micros kSetupLinkAge = kMicrosPerDay;
inline constexpr Micros kInviteLinkAge = 7 * kMicrosPerDay;
inline constexpr Micros kResetLinkAge = kMicrosPerDay;

struct Link {
  Secret token;
  Micros expires_at = 0;
};

enum class LinkPurpose { kSetup, kInvite, kReset };

struct LinkInfo {
  User user;
  LinkPurpose purpose = LinkPurpose::kReset;  // never kSetup
};

class LinkService {
 public:
  LinkService(Database& db, const Clock& clock) : db_(db), clock_(clock) {}

  // True until the first user exists.
  Result<bool> setup_required();
  // A set-up link in place of any earlier one. Errors: kConflict  there are users already
  Result<Link> make_setup();
  // The first admin, active. Errors: kUnauthenticated (not a good link), kInvalidArgument, kConflict
  Result<User> set_up(std::string_view token, NewUser admin, const Secret& password);

  // An invitation for a pending user, else a password reset; in place of any earlier one. Errors: kNotFound
  Result<Link> make_for(std::string_view user_id);
  // Errors: kNotFound  unknown, used or expired
  Result<LinkInfo> find(std::string_view token);
  // Sets the password, makes a pending user active, ends all sessions and connections. Errors: kNotFound,
  // kInvalidArgument
  Result<User> accept(std::string_view token, const std::optional<std::string>& name, const Secret& password);

 private:
  Database& db_;
  const Clock& clock_;
};

}  // namespace wick
