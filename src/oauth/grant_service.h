// GrantService: issues codes for approvals, tokens for codes and new tokens for refresh tokens, and ends all of them.
//
// Two concurrent uses never both succeed. A code or refresh token is read, checked and then taken by a conditional UPDATE
// (… WHERE used_at IS NULL) whose row count must be 1, in the transaction that inserts the issued tokens. Exactly one of
// several attempts takes the row. The other attempts are replays.
//
// Replay of a refresh token. RFC 9700 §4.14.2 revokes the family at once. Some clients run as several processes on one
// stored token and would lose their session. A new pair for each retry would let a thief continue with a pair of their own.
// So Wick returns the same pair again, without issuing a new one, when all of these hold: the token is the immediate
// predecessor, the request comes within the replay window, from the same client and User-Agent, and the successor has not
// been used. There is never more than one valid refresh token. When a thief uses the window, the next refresh of either
// party is a replay and ends the family. The pair is stored in the row of the predecessor, sealed with a key that is
// derived from the predecessor's plaintext, which is not stored. It is wiped when the successor is used or the window has
// passed. Any other replay revokes the grant. The revocation is committed before the refusal is sent.
//
// The credential index follows the change log. Every transaction that issues or revokes tokens logs the grant. The applier
// puts the valid access tokens of the grant into the index and erases the others. Thread-safe; all functions block.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "db/database.h"
#include "oauth/grant.h"
#include "tokens/credential_index.h"
#include "tokens/token_service.h"

namespace wick {

class GrantService {
 public:
  // `resource` is the URI of /mcp. The audience of an accepted access token is this URI or a connector below it.
  GrantService(Database& db, CredentialIndex& index, const Clock& clock, std::string resource,
               std::chrono::seconds replay_window = std::chrono::seconds(kDefaultReplaySeconds));

  // Loads the index and registers the appliers for "grant" and "user". Call it once, at start.
  Result<void> start();

  // Issues a code for an approval. Errors: kNotFound  there is no such active user
  Result<Secret> approve(const Approval& approval);
  // A grant without a code, inside the caller's transaction (DeviceService): create() stores the approval, and first_tokens()
  // issues the first tokens to its client.
  // Errors: kNotFound         there is no such active user
  //         kUnauthenticated  the grant has ended or belongs to another client
  Result<TokenId> create(Transaction& tx, const Approval& approval);
  Result<TokenPair> first_tokens(Transaction& tx, const TokenId& id, std::string_view client_id,
                                 std::string_view user_agent);
  // A second use of a code with valid parameters revokes its grant (OAuth 2.1 §4.1.3). A wrong verifier or client revokes
  // nothing. An absent redirect_uri is not compared (OAuth 2.1 §10.2). Unknown scopes are ignored.
  // Errors: kUnauthenticated  invalid_grant
  //         kInvalidArgument  invalid_scope: the scope is wider than that of the grant
  Result<TokenPair> exchange(const CodeExchange& request);
  Result<TokenPair> refresh(const RefreshRequest& request);
  // RFC 7009: an access token ends alone, a refresh token ends with its grant. Unknown tokens and tokens of other clients are
  // ignored.
  Result<void> revoke_token(std::string_view token, std::string_view client_id);

  // When these functions return, no thread of this node accepts a token of the grant.
  // Errors: kNotFound  there is no such active grant, or the actor may not revoke it
  Result<void> revoke(const Actor& actor, const TokenId& id, std::string_view reason);
  Result<std::int64_t> revoke_all_of(const Actor& actor, const UserId& user, std::string_view reason);
  Result<std::int64_t> revoke_client(const Actor& actor, std::string_view client_id, std::string_view reason);
  // Lists the active grants, newest first. An empty `user` or `client_id` means all.
  Result<std::vector<Grant>> list(const UserId& user, std::string_view client_id = {});
  // Returns a grant of the actor, or any grant to an admin, including ended ones. Errors: kNotFound
  Result<Grant> get(const Actor& actor, const TokenId& id);
  Result<std::int64_t> count();
  // The number of active grants by client_id.
  Result<std::map<std::string, std::int64_t>> count_by_client();
  // RFC 7662: the grant of a valid access token; nullopt: the token is not valid.
  struct Introspection {
    Grant grant;
    Micros expires_at = 0;
  };
  Result<std::optional<Introspection>> introspect(std::string_view access_token);

  // Writes the last uses that CredentialIndex has collected. Called every few seconds, and at shutdown.
  Result<void> flush_last_uses();
  // Wipes the stored pairs whose replay window has passed. Called every few seconds.
  Result<void> wipe_replays();
  // Removes expired rows, and expired records of the credential index, which are not accepted in any case.
  Result<void> purge();

 private:
  Result<void> follow(Transaction& tx, std::string_view where, std::string_view id);
  Result<TokenPair> issue(Transaction& tx, const Grant& grant, std::string_view user_agent, Micros now);

  Database& db_;
  CredentialIndex& index_;
  const Clock& clock_;
  const std::string resource_;
  const Micros replay_window_;
};

}  // namespace wick
