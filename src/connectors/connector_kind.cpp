#include "connectors/connector_kind.h"

namespace wick {

DiscoverTask ConnectorKind::discover(std::shared_ptr<const ConnectorEntry>) {
  co_return fail(ErrorCode::kInvalidArgument, "The operations of this kind of connector are not asked for.");
}

}  // namespace wick
