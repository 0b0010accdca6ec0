// Users and tags as other objects refer to them in JSON, by the schemas of openapi.json.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <vector>

#include "access/snapshot.h"
#include "base/time.h"

namespace wick::api {

boost::json::value time_or_null(const std::optional<Micros>& time);
boost::json::object user_ref(const AccessSnapshot& snapshot, const UserId& id);
boost::json::array tag_refs(const AccessSnapshot& snapshot, const std::vector<TagId>& tags);

}  // namespace wick::api
