// Builds the request of a REST operation from its templates and the arguments of a call. Pure functions.
//
// The content type decides how the body template is read:
//   JSON (base/media_type.h)             JSON, in which "{name}" stands for an argument
//   application/x-www-form-urlencoded    a JSON object of fields, one argument whose members are the fields
//                                        ("{name*}"), or the form as text
//   multipart/form-data                  a JSON object of fields, or one argument that is such an object: "{name}",
//                                        or "{name@}" if it may contain files.
//                                        A field is a text; an object or list of values, sent as JSON or item
//                                        by item; "{name,}", "{name*}" or "{name[]}" as in a form;
//                                        "{name@}" for one file or a list of files; or {"content": one of these,
//                                        "content_type": the type of the part, "headers": further headers of the
//                                        part, unchanged}
//   anything else                        text; "{name@}" as the whole template stands for bytes
// A body that consists of one argument is not sent if the argument is absent. Bytes are arguments in base64
// (RFC 4648 §4 or §5, with or without padding and line breaks, or a data URL of RFC 2397). A file is bytes, or
// an object {"base64" or "text", "filename", "content_type"}.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"

namespace wick {

inline constexpr std::chrono::seconds kDefaultRestTimeout(30);
inline constexpr std::chrono::seconds kMaxRestTimeout(300);
// The size of a downloaded response; the part that a model gets has another limit (rest/response_shape.h).
inline constexpr std::int64_t kDefaultRestResponseBytes = 1024 * 1024;
inline constexpr std::int64_t kMaxRestResponseBytes = 4 * 1024 * 1024;

enum class BodyKind { kJson, kForm, kMultipart, kText };
// An empty content type means JSON.
BodyKind body_kind(std::string_view content_type);

// The schema of an argument that is one file.
boost::json::object file_schema();

// Checks that the templates of `rest` can make a request. Errors: kInvalidArgument  with the correction
Result<void> check_rest_request(const boost::json::object& rest);

// Builds the request, without the secret of the connector. The errors are for the model.
// Errors: kTooLarge         kMaxFilledBytes
//         kInvalidArgument  an argument is absent or does not fit its place
//         kForbidden        the operation names a server that the connector's settings do not allow
Result<http::ClientRequest> make_rest_request(const boost::json::object& config,
                                              const boost::json::object& rest,
                                              const boost::json::object& arguments);

}  // namespace wick
