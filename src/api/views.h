// JSON as openapi.json's schemas say, from the values of the rooms below.
#pragma once

#include <boost/json/object.hpp>

#include "api/services.h"

namespace wick::api {

boost::json::value time_or_null(const std::optional<Micros>& time);
boost::json::object user_ref(const AccessSnapshot& snapshot, const UserId& id);
boost::json::array tag_refs(const AccessSnapshot& snapshot, const std::vector<TagId>& tags);
boost::json::object me(const AccessSnapshot& snapshot, const UserEntry& user);
boost::json::object session_info(const BrowserSession& session, const SessionId& current);
boost::json::object session_view(const AccessSnapshot& snapshot, const BrowserSession& session);
boost::json::object user_view(const AccessSnapshot& snapshot, const User& user);
boost::json::object tag_view(const Tag& tag);
boost::json::object link_view(const std::string& public_url, const Link& link);
// Null when never used.
boost::json::value last_used_view(const std::optional<Micros>& at, const std::string& ip,
                                  const std::string& user_agent);
// Null while it has not ended.
boost::json::value revoked_view(const AccessSnapshot& snapshot, const std::optional<Micros>& at,
                                const std::string& revoked_by, const std::string& reason);
boost::json::object token_view(const AccessSnapshot& snapshot, const Token& token, Micros now);
boost::json::object minted_view(const AccessSnapshot& snapshot, const MintedToken& minted, Micros now);
boost::json::object operation_view(const ConnectorEntry& connector, const OperationEntry& operation);
boost::json::object changes_view(const DiscoveredChanges& changes);
// none, oauth, key: the account that each user needs of its own.
const char* account_kind_name(const ConnectorEntry& connector);
// Whether somebody has to connect an account first: the server itself may be well.
template <typename T>
bool lacks_account(const ConnectorEntry& connector, const Result<T>& outcome) {
  return !outcome && outcome.error().code == ErrorCode::kForbidden && upstream::account_kind_of(connector);
}
// An error of a connected program, with the end of what it wrote to standard error: for admins.
Error with_standard_error(ConnectorKind& kind, const ConnectorEntry& connector, Error error);
// With operations for one connector; `admin` adds the configuration, secrets as {"set": true}, and what the
// system answered when it last failed.
boost::json::object connector_summary(Services& services, const AccessSnapshot& snapshot,
                                      const ConnectorEntry& connector, bool admin);
boost::json::object connector_view(Services& services, const AccessSnapshot& snapshot,
                                   const ConnectorEntry& connector, bool admin);
boost::json::array days_view(const std::vector<UsageDay>& days);
boost::json::object usage_view(const AccessSnapshot& snapshot, const Usage& usage);
// A client by its id; `client` may be an error when it is known no more.
boost::json::object client_view(std::string_view id, const Result<OAuthClient>& client);
// `token_names`: by credential id, as far as they are known.
boost::json::object run_view(const AccessSnapshot& snapshot, const Run& run,
                             const std::string& credential_name, bool detail);

}  // namespace wick::api
