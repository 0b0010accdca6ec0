#include "http/message.h"

#include "base/text.h"

namespace wick::http {

std::optional<std::string_view> Request::header(std::string_view name) const {
  if (fields == nullptr) return std::nullopt;
  for (const Field& field : *fields) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t Request::header_count(std::string_view name) const {
  std::size_t count = 0;
  if (fields == nullptr) return 0;
  for (const Field& field : *fields) count += equals_ignoring_case(field.name, name);
  return count;
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
  if (fields == nullptr) return std::nullopt;
  for (const Field& field : *fields) {
    if (!equals_ignoring_case(field.name, "cookie")) continue;
    for (const std::string_view pair : split(field.value, ';')) {
      const std::string_view item = trim(pair);
      if (item.size() > name.size() && item.starts_with(name) && item[name.size()] == '=') {
        return item.substr(name.size() + 1);
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  for (const std::string_view pair : split(query, '&')) {
    const auto equals = pair.find('=');
    const auto key = percent_decode(pair.substr(0, equals), true);
    if (!key || *key != name) continue;
    return percent_decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1),
                          true);
  }
  return std::nullopt;
}

std::string_view Request::capture(std::string_view name) const {
  for (const auto& [key, value] : captures) {
    if (key == name) return value;
  }
  return {};
}

const char* reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return status < 400 ? "OK" : "Error";
  }
}

}  // namespace wick::http
