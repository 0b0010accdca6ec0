// The routes of the API, with the services that each feature's need.
#pragma once

#include "api/api.h"
#include "app/composition.h"
#include "management/connector_routes.h"

namespace wick {

// Registers all of them. `parts` must outlive the routes.
void mount_api(api::Api& api, Composition& parts);
api::ConnectorRouteServices connector_route_services(Composition& parts);

}  // namespace wick
