// GrantService: codes for approvals, tokens for codes, new tokens for refresh tokens, and the end of all of
// them.
//
// Why two concurrent uses never both succeed: a code or refresh token is looked at, checked and then taken by
// one conditional UPDATE (… WHERE used_at IS NULL) whose row count must be 1, in the transaction that inserts
// what is issued for it. Of any number of tries exactly one finds the row untaken; the others are replays.
//
// Replay of a refresh token (RFC 9700 §4.14.2 revokes the family at once; clients that run as several
// processes on one stored token then lose their session, and a fresh pair for each retry would let a thief
// fork it): the immediate predecessor, within the replay window, from the same client and User-Agent, while
// its successor has not been used, gets the same pair again and nothing is minted. So there is never more
// than one living leaf: if a thief shared the window, the next refresh of one of the two collides and ends
// the family. The pair waits in the predecessor's row, sealed with a key derived from the predecessor's
// plaintext, which is stored nowhere, and is wiped when the successor is used or the window has passed. Any
// other replay revokes the grant, and that is committed before the refusal is answered.
//
// The credential index follows by the change log: every transaction that issues or revokes names the grant,
// and the applier puts its living access tokens into the index or erases them. Thread-safe; all of it blocks.
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
  // `resource`: the URI of /mcp. Access tokens whose audience is neither it nor a connector below it are not accepted.
  GrantService(Database& db, CredentialIndex& index, const Clock& clock, std::string resource,
               int replay_seconds = kDefaultReplaySeconds);

  // Loads the index and registers the appliers for "grant" and "user". Once, at start.
  Result<void> start();

  // A code for an approval. Errors: kNotFound  no such active user
  Result<Secret> approve(const Approval& approval);
  // The two halves of a grant without a code, inside the caller's transaction (DeviceService): what was
  // approved, and its first tokens, once, to the client it is for.
  // Errors: kNotFound  no such active user;  kUnauthenticated  the grant has ended or is another client's
  Result<TokenId> begin(Transaction& tx, const Approval& approval);
  Result<TokenPair> first_tokens(Transaction& tx, const TokenId& id, std::string_view client_id,
                                 std::string_view user_agent);
  // kUnauthenticated is invalid_grant. A second use of a code, if it is right in all else, revokes what the
  // first one got (OAuth 2.1 §4.1.3); a wrong verifier or client revokes nothing. A redirect_uri that is left out is not
  // compared (OAuth 2.1 §10.2), and scopes that are unknown here are ignored. Errors: kUnauthenticated;
  // kInvalidArgument  a scope wider than the grant's (invalid_scope)
  Result<TokenPair> exchange(const CodeExchange& request);
  Result<TokenPair> refresh(const RefreshRequest& request);
  // RFC 7009: an access token ends alone, a refresh token takes its grant along. Unknown tokens and those of
  // other clients: nothing happens, and that is no error.
  Result<void> revoke_token(std::string_view token, std::string_view client_id);

  // When these return, no thread of this node accepts a token of the grant.
  // Errors: kNotFound  no such living grant, or not the actor's
  Result<void> revoke(const Actor& actor, const TokenId& id, std::string_view reason);
  Result<std::int64_t> revoke_all_of(const Actor& actor, const UserId& user, std::string_view reason);
  Result<std::int64_t> revoke_client(const Actor& actor, std::string_view client_id, std::string_view reason);
  // Living ones, newest first; of one user, or of everyone when `user` is empty; of one client, or of all.
  Result<std::vector<Grant>> list(const UserId& user, std::string_view client_id = {});
  // One of the actor's own, or any for an admin; also one that has ended. Errors: kNotFound
  Result<Grant> get(const Actor& actor, const TokenId& id);
  Result<std::int64_t> count();
  // How many living ones each client has, by client_id.
  Result<std::map<std::string, std::int64_t>> count_by_client();
  // RFC 7662: the grant of a living access token; nullopt for anything else.
  struct Introspection {
    Grant grant;
    Micros expires_at = 0;
  };
  Result<std::optional<Introspection>> introspect(std::string_view access_token);

  // Writes what CredentialIndex collected about last use. Every few seconds, and at shutdown.
  Result<void> flush_last_uses();
  // Wipes what waits for replays whose window has passed. Every few seconds.
  Result<void> wipe_replays();
  // Removes what has expired, from the credential index too. The index would not accept it in any case.
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
