#include "oauth/authorization_store.h"

#include "base/json.h"

namespace wick::authorization_store {
namespace {

std::string to_text(const AuthorizationRequest& request) {
  json::object out;
  out["client_id"] = request.client_id;
  out["redirect_uri"] = request.redirect_uri;
  out["state"] = request.state;
  out["code_challenge"] = request.code_challenge;
  out["scope"] = request.oauth_scope;
  out["resource"] = request.resource;
  out["device"] = request.device;
  out["user_code"] = request.user_code;
  out["ip"] = request.ip;
  out["user_agent"] = request.user_agent;
  return to_json(out);
}

AuthorizationRequest from_text(std::string_view text) {
  const json::value value = parse_trusted_json(text);
  const json::object& object = value.as_object();
  const auto member = [&](std::string_view name) { return text_or_empty(object, name); };
  return {member("client_id"), member("redirect_uri"), member("state"),  member("code_challenge"),
          member("scope"),     member("resource"),     member("device"), member("user_code"),
          member("ip"),        member("user_agent")};
}

}  // namespace

Result<void> insert(Transaction& tx, const Sha256Digest& digest, const AuthorizationRequest& request,
                    const SessionId& session, const UserId& user, Micros expires_at) {
  WICK_CHECK(tx.execute(
      "INSERT INTO oauth_requests (digest, session_id, user_id, parameters, expires_at) VALUES ($1, $2, "
      "$3, $4, $5)",
      {BlobView{as_bytes(digest)}, std::string_view(session.str()), std::string_view(user.str()),
       std::string_view(to_text(request)), expires_at}));
  return {};
}

Result<void> remove_oldest(Transaction& tx, const SessionId& session, std::int64_t kept) {
  WICK_CHECK(
      tx.execute("DELETE FROM oauth_requests WHERE session_id = $1 AND digest NOT IN (SELECT digest FROM "
                 "oauth_requests WHERE session_id = $1 ORDER BY expires_at DESC LIMIT $2)",
                 {std::string_view(session.str()), kept}));
  return {};
}

Result<std::optional<AuthorizationRequest>> find(Transaction& tx, const Sha256Digest& digest,
                                                 const SessionId& session, const UserId& user, Micros now) {
  std::optional<AuthorizationRequest> found;
  WICK_CHECK(tx.for_each(
      "SELECT parameters FROM oauth_requests WHERE digest = $1 AND session_id = $2 AND user_id = $3 AND "
      "expires_at > $4",
      {BlobView{as_bytes(digest)}, std::string_view(session.str()), std::string_view(user.str()), now},
      [&](const SqlRow& row) { found = from_text(row.bytes(0)); }));
  return found;
}

Result<std::int64_t> remove(Transaction& tx, const Sha256Digest& digest) {
  return tx.execute("DELETE FROM oauth_requests WHERE digest = $1", {BlobView{as_bytes(digest)}});
}

Result<void> purge(Database& db, Micros now) {
  return delete_in_steps(db,
                         "DELETE FROM oauth_requests WHERE digest IN (SELECT digest FROM oauth_requests "
                         "WHERE expires_at <= $1 LIMIT $2)",
                         now);
}

}  // namespace wick::authorization_store
