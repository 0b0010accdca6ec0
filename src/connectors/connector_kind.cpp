#include "connectors/connector_kind.h"

namespace wick {

DiscoverTask ConnectorKind::discover(std::shared_ptr<const ConnectorEntry>, UserId) {
  co_return fail(ErrorCode::kInvalidArgument, "The operations of this kind of connector are not asked for.");
}

CapabilitiesTask ConnectorKind::capabilities(std::shared_ptr<const ConnectorEntry>, UserId) {
  co_return boost::json::object();
}

ForwardTask ConnectorKind::forward(std::shared_ptr<const ConnectorEntry>, UserId, std::string,
                                   boost::json::object) {
  co_return fail(ErrorCode::kInvalidArgument, "This kind of connector has only operations.");
}

}  // namespace wick
