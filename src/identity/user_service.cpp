#include "identity/user_service.h"

#include "base/text.h"
#include "crypto/password.h"

namespace wick {
namespace {

constexpr const char* kColumns = "SELECT id, email, name, role, status, created_at FROM users ";

User read(const SqlRow& row) {
  User user;
  user.id = UserId::parse(row.bytes(0)).value_or(UserId{});
  user.email = row.text(1);
  user.name = row.text(2);
  user.role = parse_role(row.bytes(3)).value_or(Role::kMember);
  user.status = parse_status(row.bytes(4)).value_or(UserStatus::kDeactivated);
  user.created_at = row.integer(5);
  return user;
}

std::unexpected<Error> invalid(std::string message) { return fail(ErrorCode::kInvalidArgument, std::move(message)); }

Result<void> check(const NewUser& user, const Secret& password) {
  const auto at = user.email.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == user.email.size() || user.email.size() > kMaxEmailBytes ||
      user.email.find_first_of(" \t\r\n") != std::string::npos || !is_valid_utf8(user.email)) {
    return invalid("The email must look like name@example.com.");
  }
  if (trim(user.name).empty() || user.name.size() > kMaxUserNameBytes || !is_valid_utf8(user.name)) {
    return invalid("The name must be 1 to " + std::to_string(kMaxUserNameBytes) + " bytes of text.");
  }
  std::size_t characters = 0;
  for (const char c : password.reveal()) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  if (characters < kMinPasswordLength || password.reveal().size() > kMaxPasswordBytes) {
    return invalid("The password must have at least " + std::to_string(kMinPasswordLength) +
                   " characters: a few words in a row are fine.");
  }
  return {};
}

Result<User> find_in(Transaction& tx, std::string_view id_or_email) {
  std::optional<User> user;
  const std::string email = to_lower_ascii(id_or_email);
  auto done = tx.for_each(std::string(kColumns) + "WHERE (id = $1 OR email = $2) AND status <> 'deleted'",
                          {id_or_email, std::string_view(email)}, [&](const SqlRow& row) { user = read(row); });
  if (!done) return fail(std::move(done.error()));
  if (!user) return fail(ErrorCode::kNotFound, "There is no user with this id or email.");
  return std::move(*user);
}

}  // namespace

UserService::UserService(Database& db, const Clock& clock) : db_(db), clock_(clock) {}

Result<User> UserService::create(NewUser request, const Secret& password) {
  if (auto checked = check(request, password); !checked) return fail(std::move(checked.error()));
  User user;
  user.id = UserId::make();
  user.email = to_lower_ascii(request.email);
  user.name = std::string(trim(request.name));
  user.role = request.role;
  user.status = UserStatus::kActive;
  user.created_at = clock_.now();
  const std::string id = user.id.str();
  const std::string hash = hash_password(password);
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    auto inserted = tx.execute(
        "INSERT INTO users (id, email, name, role, status, password_hash, created_at) "
        "VALUES ($1, $2, $3, $4, 'active', $5, $6)",
        {std::string_view(id), std::string_view(user.email), std::string_view(user.name),
         std::string_view(role_name(user.role)), std::string_view(hash), user.created_at});
    if (!inserted) {
      if (inserted.error().code != ErrorCode::kConflict) return fail(std::move(inserted.error()));
      return fail(ErrorCode::kConflict, "There is a user with the email " + user.email + " already.");
    }
    return tx.changed("user", id);
  });
  if (!done) return fail(std::move(done.error()));
  return user;
}

Result<User> UserService::find(std::string_view id_or_email) {
  Result<User> user;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    user = find_in(tx, id_or_email);
    if (!user) return fail(user.error());
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  return user;
}

Result<std::vector<User>> UserService::list() {
  std::vector<User> users;
  auto done = db_.read([&](Transaction& tx) {
    return tx.for_each(std::string(kColumns) + "WHERE status <> 'deleted' ORDER BY email", {},
                       [&](const SqlRow& row) { users.push_back(read(row)); });
  });
  if (!done) return fail(std::move(done.error()));
  return users;
}

Result<User> UserService::deactivate(std::string_view id_or_email) { return end(id_or_email, UserStatus::kDeactivated); }
Result<User> UserService::remove(std::string_view id_or_email) { return end(id_or_email, UserStatus::kDeleted); }

Result<User> UserService::end(std::string_view id_or_email, UserStatus status) {
  User user;
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    auto found = find_in(tx, id_or_email);
    if (!found) return fail(std::move(found.error()));
    user = std::move(*found);
    const std::string id = user.id.str();
    // Writers are serialised, so two admins cannot each remove the other and leave none.
    std::int64_t others = 0;
    auto counted = tx.for_each("SELECT COUNT(*) FROM users WHERE role = 'admin' AND status = 'active' AND id <> $1",
                               {std::string_view(id)}, [&](const SqlRow& row) { others = row.integer(0); });
    if (!counted) return counted;
    if (user.role == Role::kAdmin && user.status == UserStatus::kActive && others == 0) {
      return fail(ErrorCode::kConflict, "This is the last active admin: make another user an admin first.");
    }
    // Revoked in the database too, so that reactivating the user revives nothing.
    auto revoked = tx.execute(
        "UPDATE tokens SET revoked_at = $2, revoked_by = '', revoked_reason = $3 "
        "WHERE user_id = $1 AND revoked_at IS NULL",
        {std::string_view(id), clock_.now(), std::string_view(std::string("user ") + status_name(status))});
    if (!revoked) return fail(std::move(revoked.error()));
    auto sessions = tx.execute("DELETE FROM sessions WHERE user_id = $1", {std::string_view(id)});
    if (!sessions) return fail(std::move(sessions.error()));
    const bool deleted = status == UserStatus::kDeleted;
    auto updated = deleted ? tx.execute("UPDATE users SET status = 'deleted', email = $1, password_hash = NULL WHERE id = $1",
                                        {std::string_view(id)})
                           : tx.execute("UPDATE users SET status = 'deactivated' WHERE id = $1", {std::string_view(id)});
    if (!updated) return fail(std::move(updated.error()));
    user.status = status;
    return tx.changed("user", id);
  });
  if (!done) return fail(std::move(done.error()));
  return user;
}

}  // namespace wick
