// Connectors and their operations as JSON, by the schemas of openapi.json.
#pragma once

#include <boost/json/object.hpp>

#include "access/snapshot.h"
#include "connectors/connector_kind.h"
#include "connectors/connector_service.h"
#include "management/connector_routes.h"
#include "oauth_client/account_linking_service.h"

namespace wick::api {

boost::json::object operation_view(const ConnectorEntry& connector, const OperationEntry& operation);
boost::json::object changes_view(const DiscoveredChanges& changes);
// Whether somebody has to connect an account first: the server itself may be well.
template <typename T>
bool lacks_account(const ConnectorEntry& connector, const Result<T>& outcome) {
  return !outcome && outcome.error().code == ErrorCode::kForbidden && upstream::account_kind_of(connector);
}
// For admins: the error of a connected program, with the last lines that it wrote to standard error.
Error with_standard_error(ConnectorKind& kind, const ConnectorEntry& connector, Error error);
// With operations for one connector; `admin` adds the configuration, secrets as {"set": true}, and what the
// system answered when it last failed.
boost::json::object connector_summary(const ConnectorRouteServices& services, const AccessSnapshot& snapshot,
                                      const ConnectorEntry& connector, bool admin);
boost::json::object connector_view(const ConnectorRouteServices& services, const AccessSnapshot& snapshot,
                                   const ConnectorEntry& connector, bool admin);

}  // namespace wick::api
