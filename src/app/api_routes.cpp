#include "app/api_routes.h"

#include "audit/usage_routes.h"
#include "curl_import/curl_import_routes.h"
#include "identity/identity_routes.h"
#include "management/run_routes.h"
#include "management/settings_routes.h"
#include "oauth/oauth_routes.h"
#include "oauth_client/connector_account_routes.h"
#include "openapi/openapi_import_routes.h"
#include "tokens/token_routes.h"

namespace wick {
namespace {

api::IdentityRouteServices identity_route_services(Composition& parts) {
  return {.access = parts.access,
          .origins = parts.origins,
          .tags = parts.tags,
          .users = parts.users,
          .links = parts.links,
          .second_factors = parts.second_factors,
          .sessions = parts.sessions,
          .oidc = parts.oidc,
          .public_url = parts.public_url,
          .password_sign_in = parts.options.password_sign_in};
}

api::OAuthRouteServices oauth_route_services(Composition& parts) {
  return {.access = parts.access,
          .clients = parts.clients,
          .authorizations = parts.authorizations,
          .grants = parts.grants,
          .tokens = parts.tokens,
          .authenticator = parts.authenticator,
          .user_code_guesses = parts.user_code_guesses,
          .runs = parts.runs,
          .clock = parts.clock};
}

}  // namespace

api::ConnectorRouteServices connector_route_services(Composition& parts) {
  return {.access = parts.access,
          .kinds = parts.kinds,
          .connectors = parts.connectors,
          .runner = parts.runner,
          .sessions = parts.sessions,
          .accounts = parts.account_linking,
          .holders = parts.holders,
          .pool = parts.pool,
          .commands_from_web = parts.options.commands_from_web};
}

void mount_api(api::Api& api, Composition& parts) {
  const auto identity = identity_route_services(parts);
  mount_account(api, identity);
  mount_second_factor(api, identity);
  mount_oidc(api, identity);
  mount_users(api, identity);
  mount_usage(api, {.runs = parts.runs, .users = parts.users});
  mount_tokens(api, {.tokens = parts.tokens,
                     .runs = parts.runs,
                     .idempotency_keys = parts.idempotency_keys,
                     .clock = parts.clock});
  const auto oauth = oauth_route_services(parts);
  mount_connections(api, oauth);
  mount_oauth_clients(api, oauth);
  mount_whoami(api, oauth);
  const auto connectors = connector_route_services(parts);
  mount_connectors(api, connectors);
  mount_admin_connectors(api, connectors);
  mount_connector_accounts(api, {.accounts = parts.account_linking,
                                 .sessions = parts.sessions,
                                 .origins = parts.origins,
                                 .pool = parts.pool,
                                 .public_url = parts.public_url});
  mount_curl_import(api);
  mount_openapi_import(api, {.connectors = parts.connectors});
  mount_runs(api, {.runs = parts.runs,
                   .tokens = parts.tokens,
                   .grants = parts.grants,
                   .clients = parts.clients,
                   .clock = parts.clock});
  mount_settings(api, {.settings = parts.effective});
  api.mount_document();
}

}  // namespace wick
