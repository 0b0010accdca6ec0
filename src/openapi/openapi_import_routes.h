// The routes that import OpenAPI documents.
#pragma once

#include "api/api.h"

namespace wick {

class ConnectorService;

namespace api {

struct OpenApiImportRouteServices {
  ConnectorService& connectors;  // must outlive the routes
};

void mount_openapi_import(Api& api, const OpenApiImportRouteServices& services);

}  // namespace api
}  // namespace wick
