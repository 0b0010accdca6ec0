#include "oauth_client/linked_accounts.h"

#include "base/json.h"
#include "base/log.h"

namespace wick::upstream {
namespace {

std::string seal_context(std::string_view connector, std::string_view user) {
  return "upstream account/" + std::string(connector) + "/" + std::string(user);
}

std::string seal(const SealingKey& key, const UpstreamGrant& grant, std::string_view place) {
  json::object out;
  out["access"] = grant.access.reveal();
  out["refresh"] = grant.refresh.reveal();
  out["resource"] = grant.resource;
  out["issuer"] = grant.issuer;
  out["token_endpoint"] = grant.token_endpoint;
  out["revocation_endpoint"] = grant.revocation_endpoint;
  out["client_id"] = grant.client.id;
  out["client_secret"] = grant.client.secret.reveal();
  out["auth_method"] = grant.client.method;
  out["allow_private_addresses"] = grant.allow_private_addresses;
  const Secret plain(to_json(out));
  return key.seal(plain, place);
}

Result<UpstreamGrant> open(const SealingKey& key, std::string_view sealed, std::string_view place) {
  WICK_TRY(plain, key.open(sealed, place));
  const json::value value = parse_trusted_json(plain.reveal());
  if (!value.is_object()) return fail(ErrorCode::kInternal, "A stored account is damaged.");
  const json::object& kept = value.get_object();
  UpstreamGrant out;
  out.access = Secret(text_or_empty(kept, "access"));
  out.refresh = Secret(text_or_empty(kept, "refresh"));
  out.resource = text_or_empty(kept, "resource");
  out.issuer = text_or_empty(kept, "issuer");
  out.token_endpoint = text_or_empty(kept, "token_endpoint");
  out.revocation_endpoint = text_or_empty(kept, "revocation_endpoint");
  out.client.id = text_or_empty(kept, "client_id");
  out.client.secret = Secret(text_or_empty(kept, "client_secret"));
  out.client.method = text_or_empty(kept, "auth_method");
  const auto* open_to_private = kept.if_contains("allow_private_addresses");
  out.allow_private_addresses =
      open_to_private != nullptr && open_to_private->is_bool() && open_to_private->get_bool();
  return out;
}

account_store::Row row_of(const SealingKey& key, const ConnectorId& connector, const UserId& user,
                          const LinkedAccount& account) {
  account_store::Row row;
  row.connector = connector.str();
  row.user = user.str();
  row.kind = account.kind == LinkedAccountKind::kOAuth ? "oauth" : "key";
  row.version = account.version;
  row.requested_scope = account.requested_scope;
  row.granted_scope = account.granted_scope;
  row.issuer = account.issuer;
  row.connected_at = account.connected_at;
  row.expires_at = account.expires_at;
  if (account.grant) row.credential = seal(key, *account.grant, seal_context(row.connector, row.user));
  return row;
}

}  // namespace

Result<std::optional<LinkedAccount>> LinkedAccounts::find(const ConnectorId& connector, const UserId& user) {
  WICK_TRY(row,
           db_.read([&](Transaction& tx) { return account_store::find(tx, connector.str(), user.str()); }));
  if (!row) return std::nullopt;
  LinkedAccount out;
  out.kind = row->kind == "oauth" ? LinkedAccountKind::kOAuth : LinkedAccountKind::kKey;
  out.version = row->version;
  out.requested_scope = row->requested_scope;
  out.granted_scope = row->granted_scope;
  out.wanted_scope = row->wanted_scope;
  out.issuer = row->issuer;
  out.refused = row->refused;
  out.connected_at = row->connected_at;
  out.expires_at = row->expires_at;
  if (row->credential) {
    auto grant = open(key_, *row->credential, seal_context(row->connector, row->user));
    // The sealing key has changed: the account counts as ended, and the user can connect it again.
    if (!grant) spdlog::warn("the account of {} at {}: {}", row->user, row->connector, grant.error().message);
    if (grant) out.grant = std::move(*grant);
  }
  return out;
}

Result<void> LinkedAccounts::put(const ConnectorId& connector, const UserId& user,
                                 const LinkedAccount& account) {
  auto row = row_of(key_, connector, user, account);
  row.connected_at = row.version = clock_.now();
  return db_.write([&](Transaction& tx) { return account_store::put(tx, row); });
}

Result<bool> LinkedAccounts::update(const ConnectorId& connector, const UserId& user,
                                    const LinkedAccount& account) {
  const auto row = row_of(key_, connector, user, account);
  WICK_TRY(updated_rows, db_.write([&](Transaction& tx) { return account_store::update(tx, row); }));
  return updated_rows == 1;
}

Result<bool> LinkedAccounts::drop_grant(const ConnectorId& connector, const UserId& user,
                                        std::int64_t version) {
  WICK_TRY(updated_rows, db_.write_with_reserve([&](Transaction& tx) {
    return account_store::end(tx, connector.str(), user.str(), version);
  }));
  return updated_rows == 1;
}

Result<void> LinkedAccounts::record_refusal(const ConnectorId& connector, const UserId& user,
                                            std::int64_t version) {
  return db_.write_with_reserve([&](Transaction& tx) {
    return account_store::record_refusal(tx, connector.str(), user.str(), version);
  });
}

Result<void> LinkedAccounts::record_wanted_scope(const ConnectorId& connector, const UserId& user,
                                                 std::int64_t version, std::string_view scope) {
  return db_.write([&](Transaction& tx) {
    return account_store::record_wanted_scope(tx, connector.str(), user.str(), version, scope);
  });
}

Result<bool> LinkedAccounts::remove(const ConnectorId& connector, const UserId& user) {
  WICK_TRY(removed_rows, db_.write_with_reserve([&](Transaction& tx) {
    return account_store::remove(tx, connector.str(), user.str());
  }));
  return removed_rows == 1;
}

Result<std::int64_t> LinkedAccounts::count(const ConnectorId& connector) {
  return db_.read([&](Transaction& tx) { return account_store::count(tx, connector.str()); });
}

Result<std::optional<LinkedAccounts::Revocation>> LinkedAccounts::take_revocation() {
  const Micros now = clock_.now();
  // A read comes first, because usually nothing is due, and then nothing is written.
  WICK_TRY(is_any_due, db_.read([&](Transaction& tx) { return account_store::has_revocation(tx, now); }));
  if (!is_any_due) return std::nullopt;
  WICK_TRY(row, db_.write_with_reserve([&](Transaction& tx) {
    return account_store::take_revocation(tx, now, now + to_micros(kRevocationPause));
  }));
  if (!row) return std::nullopt;
  auto grant = open(key_, row->credential, seal_context(row->connector, row->user));
  Revocation out{std::move(*row), {}};
  if (!grant) {  // The sealing key has changed: the tokens cannot be read, so they cannot be revoked.
    WICK_CHECK(finish_revocation(out));
    return fail(std::move(grant.error()));
  }
  out.grant = std::move(*grant);
  return out;
}

Result<void> LinkedAccounts::finish_revocation(const Revocation& revocation) {
  return db_.write_with_reserve(
      [&](Transaction& tx) { return account_store::remove_revocation(tx, revocation.row); });
}

}  // namespace wick::upstream
