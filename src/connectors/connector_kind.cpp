#include "connectors/connector_kind.h"

namespace wick {

DiscoverTask ConnectorKind::discover(std::shared_ptr<const ConnectorEntry>, OnBehalfOf, bool) {
  co_return fail(ErrorCode::kInvalidArgument, "The operations of this kind of connector are not asked for.");
}

CapabilitiesTask ConnectorKind::capabilities(std::shared_ptr<const ConnectorEntry>, OnBehalfOf) {
  co_return boost::json::object();
}

ForwardTask ConnectorKind::forward(std::shared_ptr<const ConnectorEntry>, OnBehalfOf, std::string,
                                   boost::json::object) {
  co_return fail(ErrorCode::kInvalidArgument, "This kind of connector has only operations.");
}

ListenTask ConnectorKind::listen(std::shared_ptr<const ConnectorEntry>, OnBehalfOf, boost::json::object,
                                 std::function<void(boost::json::object)>) {
  co_return fail(ErrorCode::kInvalidArgument, "This kind of connector has no changes to tell of.");
}

EndTask ConnectorKind::end_client_session(std::string) {
  co_return;
}
EndTask ConnectorKind::tidy() {
  co_return;
}

}  // namespace wick
