// The request that a REST operation makes of its templates and a call's arguments. Pure functions.
//
// How the body template is read follows from its content type:
//   JSON (base/media_type.h)             JSON, in which "{name}" stands for an argument
//   application/x-www-form-urlencoded    a JSON object of fields, one argument whose members are the fields
//                                        ("{name*}"), or the form as text
//   multipart/form-data                  a JSON object of fields, or one argument that is such an object: "{name}", or
//                                        "{name@}" when there may be files in it.
//                                        A field is a text; an object or list of values, sent as JSON or item
//                                        by item; "{name,}", "{name*}" or "{name[]}" as in a form;
//                                        "{name@}" for one file or a list of them; or {"content": one of these,
//                                        "content_type": the type of its part, "headers": others of the part, as
//                                        they are}
//   anything else                        text; as a whole "{name@}", bytes
// A body that is one argument is not sent when the argument is absent.
// Bytes are an argument in base64 (RFC 4648 §4 or §5, with or without padding and line breaks; a data URL of
// RFC 2397 is taken too). A file is that, or an object {"base64" or "text", "filename", "content_type"}.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"

namespace wick {

inline constexpr std::int64_t kDefaultRestTimeoutSeconds = 30;
inline constexpr std::int64_t kMaxRestTimeoutSeconds = 300;
// Of what is downloaded; what a model gets of it is another limit (rest/response_shape.h).
inline constexpr std::int64_t kDefaultRestResponseBytes = 1024 * 1024;
inline constexpr std::int64_t kMaxRestResponseBytes = 4 * 1024 * 1024;

enum class BodyKind { kJson, kForm, kMultipart, kText };
// An empty content type is JSON.
BodyKind body_kind(std::string_view content_type);

// The schema of an argument that is one file.
boost::json::object file_schema();

// Whether the templates of `rest` can make a request at all. Errors: kInvalidArgument  with what to change
Result<void> check_rest_request(const boost::json::object& rest);

// Without the connector's secret. Errors, for the model: kTooLarge
//   kInvalidArgument  an argument is absent, or is not what its place needs
//   kForbidden        the operation names a server that the connector's settings do not
Result<http::ClientRequest> make_rest_request(const boost::json::object& config,
                                              const boost::json::object& rest,
                                              const boost::json::object& arguments);

}  // namespace wick
