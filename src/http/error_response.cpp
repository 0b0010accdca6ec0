#include "http/error_response.h"

namespace wick::http {
namespace {

const char* error_name(int status) {
  switch (status) {
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 408:
      return "timeout";
    case 413:
      return "too_large";
    case 431:
      return "too_large";
    case 500:
      return "internal";
    case 501:
      return "not_implemented";
    case 503:
      return "unavailable";
    default:
      return "invalid_argument";
  }
}

const char* error_text(int status) {
  switch (status) {
    case 404:
      return "There is nothing at this address.";
    case 405:
      return "This address does not support this method: see the Allow header.";
    case 408:
      return "The request took too long to arrive.";
    case 413:
      return "The request body is larger than this server accepts here: see limits.max_body_bytes and "
             "limits.max_public_body_bytes.";
    case 431:
      return "The request header is larger than this server accepts: see limits.max_header_bytes.";
    case 500:
      return "The server failed on this request: its log names the cause under this request id.";
    case 501:
      return "This server does not understand the transfer coding: send the body as it is, or chunked.";
    case 503:
      return "The server is busy: try again in a moment.";
    default:
      return "This is not a valid HTTP request.";
  }
}

}  // namespace

Response error_response(int status, std::string_view request_id) {
  Response response;
  response.status = status;
  response.body = std::string(R"({"error":{"code":")") + error_name(status) + R"(","message":")" +
                  error_text(status) + R"(","request_id":")" + std::string(request_id) + "\"}}";
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace wick::http
