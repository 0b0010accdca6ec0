// Users, their sessions and links, and tags as JSON, by the schemas of openapi.json.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "access/snapshot.h"
#include "access/tag_service.h"
#include "identity/link_service.h"
#include "identity/session_service.h"
#include "identity/user_service.h"

namespace wick::api {

boost::json::object me(const AccessSnapshot& snapshot, const UserEntry& user);
boost::json::object session_info(const BrowserSession& session, const SessionId& current);
boost::json::object session_view(const AccessSnapshot& snapshot, const BrowserSession& session);
boost::json::object user_view(const AccessSnapshot& snapshot, const User& user);
boost::json::object tag_view(const Tag& tag);
boost::json::object link_view(const std::string& public_url, const Link& link);

}  // namespace wick::api
