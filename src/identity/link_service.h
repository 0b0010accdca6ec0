// One-time links: set-up of the first admin, invitations, password resets.
//
// The secret of a link is 256 random bits, stored as SHA-256. It can be used once, until it expires. It is in the fragment
// of the URL, which browsers do not send. Thread-safe; all functions block.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/time.h"
#include "db/database.h"
#include "identity/user_service.h"

namespace wick {

inline constexpr std::chrono::days kSetupLinkAge{1};
inline constexpr std::chrono::days kInviteLinkAge{7};
inline constexpr std::chrono::days kResetLinkAge{1};

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

  // Whether there is no user yet.
  Result<bool> setup_required();
  // Makes a set-up link, which replaces an earlier one. Errors: kConflict  there are users already
  Result<Link> make_setup();
  // Creates the first admin, active.
  // Errors: kUnauthenticated  the link is invalid;  kInvalidArgument;  kConflict  there are users already
  Result<User> set_up(std::string_view token, NewUser admin, const Secret& password);

  // Makes an invitation for a pending user, or a password reset for any other user. It replaces an earlier link.
  // Errors: kNotFound
  Result<Link> make_for(std::string_view user_id);
  // Errors: kNotFound  the link is unknown, used or expired
  Result<LinkInfo> find(std::string_view token);
  // Sets the password, makes a pending user active, and ends all sessions and connections.
  // Errors: kNotFound, kInvalidArgument
  Result<User> accept(std::string_view token, const std::optional<std::string>& name, const Secret& password);

 private:
  Database& db_;
  const Clock& clock_;
};

}  // namespace wick
