#include "db/schema.h"

namespace wick {
namespace {

constexpr Migration kMain[] = {
    {1, "users, tags, tokens, connectors, notes and the change log", R"sql(
CREATE TABLE change_head (id BIGINT PRIMARY KEY, seq BIGINT NOT NULL);
INSERT INTO change_head (id, seq) VALUES (1, 0);
CREATE TABLE change_log (seq BIGINT PRIMARY KEY, kind TEXT NOT NULL, entity TEXT NOT NULL, at BIGINT NOT NULL);

-- A deleted user keeps its row (status 'deleted', email freed), so that the audit can still name it.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  status TEXT NOT NULL,
  password_hash TEXT,
  created_at BIGINT NOT NULL,
  last_sign_in_at BIGINT
);
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  digest BYTEA NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id),
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
-- Set-up, invitation and reset links: one use, hashed.
CREATE TABLE links (
  digest BYTEA PRIMARY KEY,
  purpose TEXT NOT NULL,
  user_id TEXT REFERENCES users (id),
  expires_at BIGINT NOT NULL
);
CREATE TABLE tags (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  filter BIGINT NOT NULL
);
CREATE TABLE user_tags (
  user_id TEXT NOT NULL REFERENCES users (id),
  tag_id TEXT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, tag_id)
);

-- The plaintext is nowhere: digest is its SHA-256, last4 what the list shows.
CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  digest BYTEA NOT NULL UNIQUE,
  last4 TEXT NOT NULL,
  name TEXT NOT NULL,
  tools TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  last_ip TEXT,
  last_user_agent TEXT,
  revoked_at BIGINT,
  revoked_by TEXT,
  revoked_reason TEXT
);
CREATE INDEX tokens_user ON tokens (user_id, id);
-- Start-up and the admin's list read the living ones only.
CREATE INDEX tokens_active ON tokens (id) WHERE revoked_at IS NULL;

CREATE TABLE connectors (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  label TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  icon TEXT NOT NULL,
  config TEXT NOT NULL,
  secrets TEXT NOT NULL,
  disabled BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE connector_tags (
  connector_id TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
  tag_id TEXT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
  PRIMARY KEY (connector_id, tag_id)
);
-- What an admin turned on or off, and the operations of rest connectors (definition NULL: the kind's own).
CREATE TABLE operations (
  connector_id TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  enabled BIGINT,
  definition TEXT,
  PRIMARY KEY (connector_id, key)
);
CREATE TABLE notes (
  id TEXT PRIMARY KEY,
  connector_id TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  author_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX notes_connector ON notes (connector_id, updated_at);
-- A fresh install can do something real.
INSERT INTO connectors (id, kind, label, description, icon, config, secrets, disabled, created_at)
VALUES ('01900000-0000-7000-8000-000000000001', 'notes', 'Notes', 'Short notes that everyone here shares.', '', '{}', '{}', 0, 0);
)sql"},
    {2, "scopes of tokens; empty: everything the user may call", R"sql(
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT '';
)sql"},
    {3, "OAuth clients, grants and their tokens; every secret as its SHA-256", R"sql(
-- id is the client_id; of a metadata document, its URL.
CREATE TABLE oauth_clients (
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  metadata TEXT NOT NULL,
  metadata_digest BYTEA NOT NULL,
  secret_digest BYTEA,
  blocked BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  valid_until BIGINT,
  ip TEXT NOT NULL
);
CREATE INDEX oauth_clients_metadata ON oauth_clients (metadata_digest);
-- A grant is a family: what is issued under it carries its id. tokens_issued: the code has been exchanged.
CREATE TABLE oauth_grants (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  client_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  oauth_scope TEXT NOT NULL,
  resource TEXT NOT NULL,
  refreshes BIGINT NOT NULL,
  tokens_issued BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  last_used_at BIGINT,
  last_ip TEXT,
  last_user_agent TEXT,
  revoked_at BIGINT,
  revoked_by TEXT,
  revoked_reason TEXT
);
CREATE INDEX oauth_grants_user ON oauth_grants (user_id, id);
CREATE INDEX oauth_grants_client ON oauth_grants (client_id);
-- What waits for a user's decision; of one session, gone when decided.
CREATE TABLE oauth_requests (
  digest BYTEA PRIMARY KEY,
  session_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  parameters TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX oauth_requests_session ON oauth_requests (session_id);
CREATE TABLE oauth_codes (
  digest BYTEA PRIMARY KEY,
  grant_id TEXT NOT NULL REFERENCES oauth_grants (id),
  redirect_uri TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE TABLE oauth_access_tokens (
  digest BYTEA PRIMARY KEY,
  grant_id TEXT NOT NULL REFERENCES oauth_grants (id),
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX oauth_access_tokens_grant ON oauth_access_tokens (grant_id);
-- replay: the successor pair, sealed under a key made from this token's plaintext (oauth/grant_service.h).
CREATE TABLE oauth_refresh_tokens (
  digest BYTEA PRIMARY KEY,
  grant_id TEXT NOT NULL REFERENCES oauth_grants (id),
  expires_at BIGINT NOT NULL,
  rotated_at BIGINT,
  user_agent TEXT NOT NULL,
  successor BYTEA,
  replay BYTEA
);
CREATE INDEX oauth_refresh_tokens_grant ON oauth_refresh_tokens (grant_id);
CREATE INDEX oauth_refresh_tokens_successor ON oauth_refresh_tokens (successor);
)sql"},
    {4, "clients with a secret, device authorization, sign-in by OpenID Connect", R"sql(
-- introspects: a resource server that may ask about tokens (RFC 7662).
ALTER TABLE oauth_clients ADD COLUMN introspects BIGINT NOT NULL DEFAULT 0;
-- `wick login`: public, known to every server, no redirect URI.
INSERT INTO oauth_clients (id, source, metadata, metadata_digest, blocked, created_at, ip) VALUES (
  'wick-cli', 'builtin',
  '{"client_name":"Wick command line","grant_types":["urn:ietf:params:oauth:grant-type:device_code","refresh_token"]}',
  '', 0, 0, '');
-- RFC 8628. status: waiting, then approved (with grant_id) or denied, then taken.
CREATE TABLE oauth_device_codes (
  digest BYTEA PRIMARY KEY,
  user_code_digest BYTEA NOT NULL UNIQUE,
  client_id TEXT NOT NULL,
  oauth_scope TEXT NOT NULL,
  resource TEXT NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  status TEXT NOT NULL,
  grant_id TEXT REFERENCES oauth_grants (id)
);
CREATE INDEX oauth_device_codes_expiry ON oauth_device_codes (expires_at);
-- What waits for a replay is wiped when its window ends.
CREATE INDEX oauth_refresh_tokens_replay ON oauth_refresh_tokens (rotated_at) WHERE replay IS NOT NULL;
-- Who a user is at the OpenID provider.
CREATE TABLE identities (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_user ON identities (user_id);
-- A sign-in's state is good once.
CREATE TABLE oidc_used_states (digest BYTEA PRIMARY KEY, expires_at BIGINT NOT NULL);
-- admin: set by hand; oidc: follows the groups at the provider.
ALTER TABLE user_tags ADD COLUMN source TEXT NOT NULL DEFAULT 'admin';
)sql"},
    {5, "accounts of users at connected MCP servers; every credential sealed", R"sql(
-- What a user has connected. credential: NULL when the server takes it no more; version: of compare-and-set.
CREATE TABLE upstream_accounts (
  connector_id TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  requested_scope TEXT NOT NULL,
  granted_scope TEXT NOT NULL,
  wanted_scope TEXT NOT NULL,
  issuer TEXT NOT NULL,
  refused BIGINT NOT NULL,
  connected_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  credential BYTEA,
  PRIMARY KEY (connector_id, user_id)
);
CREATE INDEX upstream_accounts_user ON upstream_accounts (user_id);
-- Grants that were disconnected, and whose server should hear of it. They outlive their connector.
CREATE TABLE upstream_revocations (
  connector_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  connected_at BIGINT NOT NULL,
  credential BYTEA NOT NULL,
  attempts BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (connector_id, user_id, connected_at)
);
CREATE INDEX upstream_revocations_due ON upstream_revocations (due_at);
-- Where this server has registered itself as a client (RFC 7591), by the issuer that gave the identity.
CREATE TABLE upstream_clients (
  connector_id TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
  issuer TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  identity BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (connector_id, issuer)
);
-- The issuer to which a client belongs that an admin has set: what it was first used with.
CREATE TABLE upstream_issuers (
  connector_id TEXT PRIMARY KEY REFERENCES connectors (id) ON DELETE CASCADE,
  client_digest BYTEA NOT NULL,
  issuer TEXT NOT NULL
);
-- Authorizations that a browser session has begun, by the SHA-256 of the state; gone when they come back.
CREATE TABLE upstream_authorizations (
  digest BYTEA PRIMARY KEY,
  session_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  connector_id TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
  request BYTEA NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX upstream_authorizations_session ON upstream_authorizations (session_id, expires_at);
)sql"},
    {6, "what connected systems offer otherwise than an admin has accepted", R"sql(
-- As last seen. definition NULL: the operation is gone there.
CREATE TABLE offered_operations (
  connector_id TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  definition TEXT,
  PRIMARY KEY (connector_id, key)
);
)sql"},
    {7, "indexes for the pruning of what has expired", R"sql(
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_seen ON sessions (last_seen_at);
CREATE INDEX links_expiry ON links (expires_at);
CREATE INDEX oauth_requests_expiry ON oauth_requests (expires_at);
CREATE INDEX oauth_codes_expiry ON oauth_codes (expires_at);
CREATE INDEX oauth_codes_grant ON oauth_codes (grant_id);
CREATE INDEX oauth_device_codes_grant ON oauth_device_codes (grant_id);
CREATE INDEX oauth_access_tokens_expiry ON oauth_access_tokens (expires_at);
CREATE INDEX oauth_refresh_tokens_expiry ON oauth_refresh_tokens (expires_at);
CREATE INDEX oauth_grants_unused ON oauth_grants (created_at) WHERE tokens_issued = 0;
CREATE INDEX oidc_used_states_expiry ON oidc_used_states (expires_at);
CREATE INDEX upstream_authorizations_expiry ON upstream_authorizations (expires_at);
)sql"},
    {8, "pages of tokens and users that cost the same with any number of them", R"sql(
-- number: the order of creation, and a stable name for the search index. SQLite's indexes end with it by
-- themselves; those of another engine must name it as their last column. ended: revoked, or found expired.
DROP INDEX tokens_user;
DROP INDEX tokens_active;
ALTER TABLE tokens RENAME TO tokens_before;
CREATE TABLE tokens (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id),
  digest BYTEA NOT NULL UNIQUE,
  last4 TEXT NOT NULL,
  name TEXT NOT NULL,
  tools TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  last_ip TEXT,
  last_user_agent TEXT,
  revoked_at BIGINT,
  revoked_by TEXT,
  revoked_reason TEXT,
  scope TEXT NOT NULL DEFAULT '',
  ended BIGINT NOT NULL DEFAULT 0
);
INSERT INTO tokens (id, user_id, digest, last4, name, tools, created_at, expires_at, last_used_at, last_ip,
  last_user_agent, revoked_at, revoked_by, revoked_reason, scope, ended)
SELECT id, user_id, digest, last4, name, tools, created_at, expires_at, last_used_at, last_ip,
  last_user_agent, revoked_at, revoked_by, revoked_reason, scope, revoked_at IS NOT NULL
FROM tokens_before ORDER BY created_at, id;
DROP TABLE tokens_before;
CREATE INDEX tokens_user ON tokens (user_id, ended);
CREATE INDEX tokens_state ON tokens (ended);
CREATE INDEX tokens_name ON tokens (ended, lower(name));
CREATE INDEX tokens_used ON tokens (ended, COALESCE(last_used_at, 0));
CREATE INDEX tokens_expiry ON tokens (ended, COALESCE(expires_at, 9223372036854775807));

ALTER TABLE users ADD COLUMN number BIGINT;
UPDATE users SET number = rowid;
CREATE UNIQUE INDEX users_number ON users (number);
ALTER TABLE users ADD COLUMN active_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN ended_tokens BIGINT NOT NULL DEFAULT 0;
UPDATE users SET active_tokens = (SELECT COUNT(*) FROM tokens WHERE user_id = users.id AND ended = 0),
  ended_tokens = (SELECT COUNT(*) FROM tokens WHERE user_id = users.id AND ended = 1);
CREATE INDEX users_name ON users (lower(name), id);
-- Tokens by owner: a walk meets no user who has none of the state.
CREATE INDEX users_with_active ON users (lower(name), id) WHERE active_tokens > 0;
CREATE INDEX users_with_ended ON users (lower(name), id) WHERE ended_tokens > 0;
CREATE INDEX users_with_any ON users (lower(name), id) WHERE active_tokens + ended_tokens > 0;
CREATE INDEX users_listed ON users (email) WHERE status <> 'deleted';
CREATE INDEX users_role ON users (role, email) WHERE status <> 'deleted';
CREATE INDEX users_status ON users (status, email);
CREATE INDEX users_status_role ON users (status, role, email);

-- Counted in the transaction that changes the tokens, so that no page counts them.
CREATE TABLE kept_counts (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO kept_counts (name, value) VALUES
  ('tokens_active', (SELECT COUNT(*) FROM tokens WHERE ended = 0)),
  ('tokens_ended', (SELECT COUNT(*) FROM tokens WHERE ended = 1)),
  ('tokens_never_used', (SELECT COUNT(*) FROM tokens WHERE ended = 0 AND last_used_at IS NULL)),
  ('users_with_tokens', (SELECT COUNT(*) FROM users WHERE active_tokens > 0));
CREATE TRIGGER tokens_inserted AFTER INSERT ON tokens BEGIN
  UPDATE kept_counts SET value = value + 1
    WHERE name = CASE new.ended WHEN 0 THEN 'tokens_active' ELSE 'tokens_ended' END;
  UPDATE kept_counts SET value = value + 1
    WHERE name = 'tokens_never_used' AND new.ended = 0 AND new.last_used_at IS NULL;
  UPDATE users SET active_tokens = active_tokens + 1 - new.ended, ended_tokens = ended_tokens + new.ended
    WHERE id = new.user_id;
END;
CREATE TRIGGER tokens_deleted AFTER DELETE ON tokens BEGIN
  UPDATE kept_counts SET value = value - 1
    WHERE name = CASE old.ended WHEN 0 THEN 'tokens_active' ELSE 'tokens_ended' END;
  UPDATE kept_counts SET value = value - 1
    WHERE name = 'tokens_never_used' AND old.ended = 0 AND old.last_used_at IS NULL;
  UPDATE users SET active_tokens = active_tokens - 1 + old.ended, ended_tokens = ended_tokens - old.ended
    WHERE id = old.user_id;
END;
CREATE TRIGGER tokens_ended AFTER UPDATE OF ended ON tokens WHEN old.ended <> new.ended BEGIN
  UPDATE kept_counts SET value = value + new.ended - old.ended WHERE name = 'tokens_ended';
  UPDATE kept_counts SET value = value + old.ended - new.ended WHERE name = 'tokens_active';
  UPDATE kept_counts SET value = value + old.ended - new.ended
    WHERE name = 'tokens_never_used' AND old.last_used_at IS NULL;
  UPDATE users SET active_tokens = active_tokens + old.ended - new.ended,
    ended_tokens = ended_tokens + new.ended - old.ended WHERE id = new.user_id;
END;
CREATE TRIGGER tokens_first_used AFTER UPDATE OF last_used_at ON tokens
WHEN old.last_used_at IS NULL AND new.last_used_at IS NOT NULL AND new.ended = 0 BEGIN
  UPDATE kept_counts SET value = value - 1 WHERE name = 'tokens_never_used';
END;
CREATE TRIGGER users_active_tokens AFTER UPDATE OF active_tokens ON users
WHEN (old.active_tokens > 0) <> (new.active_tokens > 0) BEGIN
  UPDATE kept_counts SET value = value + CASE WHEN new.active_tokens > 0 THEN 1 ELSE -1 END
    WHERE name = 'users_with_tokens';
END;

-- search_index.h. Kept by the code and not by triggers: with trusted_schema off, none may write here.
CREATE VIRTUAL TABLE token_search USING fts5 (text, content = '', tokenize = 'trigram case_sensitive 1');
INSERT INTO token_search (rowid, text)
SELECT number, lower(name) || char(10) || lower(last4) || char(10) FROM tokens;
CREATE VIRTUAL TABLE user_search USING fts5 (text, content = '', tokenize = 'trigram case_sensitive 1');
INSERT INTO user_search (rowid, text)
SELECT number, lower(name) || char(10) || lower(email) || char(10) FROM users;
)sql"},
    {9, "the count of notes, which is asked for in each transaction that adds one", R"sql(
INSERT INTO kept_counts (name, value)
SELECT 'notes ' || connector_id, COUNT(*) FROM notes GROUP BY connector_id;
CREATE TRIGGER notes_inserted AFTER INSERT ON notes BEGIN
  INSERT OR IGNORE INTO kept_counts (name, value) VALUES ('notes ' || new.connector_id, 0);
  UPDATE kept_counts SET value = value + 1 WHERE name = 'notes ' || new.connector_id;
END;
CREATE TRIGGER notes_deleted AFTER DELETE ON notes BEGIN
  UPDATE kept_counts SET value = value - 1 WHERE name = 'notes ' || old.connector_id;
  DELETE FROM kept_counts WHERE name = 'notes ' || old.connector_id AND value = 0;
END;
)sql"},
    {10, "the order in which connected systems list their operations", R"sql(
-- keys: of all that was listed when the system was last asked, as a JSON array; accepted or not.
CREATE TABLE operation_orders (
  connector_id TEXT PRIMARY KEY REFERENCES connectors (id) ON DELETE CASCADE,
  keys TEXT NOT NULL
);
)sql"},
    {11, "descriptions of tokens, and the orders of the list of users", R"sql(
ALTER TABLE tokens ADD COLUMN description TEXT NOT NULL DEFAULT '';
-- Each order ends with number, which is unique. By creation: users_number. By email: users_listed and its like.
DROP INDEX users_name;
CREATE INDEX users_name ON users (lower(name), number);
CREATE INDEX users_signed_in ON users (COALESCE(last_sign_in_at, 0), number);
)sql"},
    {12, "which connected servers are of an earlier revision", R"sql(
-- target: how the connector was set up when its server was asked, sealed. uses_sse: 1 for the transport of 2024-11-05.
CREATE TABLE upstream_eras (
  connector_id TEXT PRIMARY KEY REFERENCES connectors (id) ON DELETE CASCADE,
  target BYTEA NOT NULL,
  uses_sse BIGINT NOT NULL
);
)sql"},
    {13, "second factors of sign-in by password", R"sql(
-- secret: of the authenticator app, sealed for this user. last_step: the latest time step whose code was used.
CREATE TABLE second_factors (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  secret BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  last_step BIGINT NOT NULL
);
-- Those that are left, as SHA-256 over user and code.
CREATE TABLE recovery_codes (
  user_id TEXT NOT NULL REFERENCES users (id),
  digest BYTEA NOT NULL,
  PRIMARY KEY (user_id, digest)
);
-- Until the first code is given, in the session that began it.
CREATE TABLE second_factor_enrolments (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  session_id TEXT NOT NULL,
  secret BYTEA NOT NULL,
  expires_at BIGINT NOT NULL
);
-- method: 'password', or 'provider' where the OpenID provider has asked for what it wants to.
ALTER TABLE sessions ADD COLUMN method TEXT NOT NULL DEFAULT 'password';
UPDATE sessions SET method = 'provider' WHERE user_id IN (SELECT id FROM users WHERE password_hash IS NULL);
)sql"}};

}  // namespace

std::span<const Migration> main_migrations() {
  return kMain;
}

}  // namespace wick
