// The schemas of the two database files, as numbered migrations. Comments in the SQL explain the tables.
//
// Limits of each table of wick.db. Instance::purge() prunes every hour: the oldest rows first, some hundred rows
// in each step, by the index that the SQL names for it.
//
//   change_head            one row
//   change_log             pruned after kChangeLogAge
//   users                  created by admins and by the OpenID provider; deleted users stay, because the audit names them
//   sessions               kMaxSessionsPerUser; pruned when expired or idle
//   links                  one per user, one for set-up; pruned when expired
//   tags, user_tags        kMaxTags; at most users × tags
//   kept_counts            one row for each count and for each connector with notes
//   token_search, user_search   as tokens and users
//   tokens                 kMaxTokensPerUser active ones, and the newest kMaxEndedTokensPerUser ended ones
//   connectors             kMaxConnectors; with connector_tags, operations (kMaxOperationsPerConnector) and
//                          offered_operations (kMaxOfferedBytes) of each
//   notes                  kMaxNotesPerConnector
//   oauth_clients          kMaxRegisteredClients; pruned when unused
//   oauth_grants           kMaxGrantsPerUser active ones, and the newest kMaxEndedTokensPerUser ended ones;
//                          pruned if no token was ever fetched
//   oauth_requests         kMaxRequestsPerSession; pruned when expired
//   oauth_codes            pruned one access-token lifetime after they expired
//   oauth_device_codes     kMaxDeviceCodes; pruned in the same way
//   oauth_access_tokens    pruned when expired (kAccessTokenAge)
//   oauth_refresh_tokens   the newest kMaxRotatedPerGrant rotated ones of a grant; pruned when expired
//   identities             one per user and issuer
//   second_factors         one per user; with recovery_codes, kRecoveryCodes of each
//   second_factor_enrolments  one per user; pruned when expired
//   oidc_used_states       pruned when expired
//   upstream_accounts      at most users × connectors
//   upstream_revocations   kMaxRevocationAttempts each
//   upstream_clients, upstream_issuers   one per connector and issuer
//   upstream_authorizations  kMaxPendingPerSession; pruned when expired
#pragma once

#include <span>

#include "db/database.h"

namespace wick {

// wick.db: users, tags, tokens, connectors, notes and the change log.
std::span<const Migration> main_migrations();
// runs.db: connector_runs. It is a separate file so that the audit writer and control-plane transactions never
// wait for each other.
std::span<const Migration> runs_migrations();

}  // namespace wick
