#include "oauth/client_view.h"

#include "base/json.h"

namespace wick::api {

json::object client_view(std::string_view id, const Result<OAuthClient>& client) {
  json::object out;
  out["id"] = id;
  out["name"] = client ? client->metadata.name : std::string("Removed app");
  out["source"] = client ? source_name(client->source) : "registered";
  out["host"] = nullptr;  // verified: the metadata document came from there
  if (client && client->source == ClientSource::kMetadataDocument)
    out["host"] = id.substr(8, id.find('/', 8) - 8);
  return out;
}

}  // namespace wick::api
