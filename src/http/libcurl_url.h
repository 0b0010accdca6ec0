// A URL as libcurl parses it, for comparison in tests. The transfers of libcurl use the same parser.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>

#include "base/text.h"
#include "base/url.h"

namespace wick::http {

struct LibcurlUrl {
  std::string scheme, host, port, path, query;  // query: with its "?"
  bool has_user = false, has_zone = false;
};

// nullopt if libcurl rejects the URL.
inline std::optional<LibcurlUrl> read_with_libcurl(const std::string& text) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
  // The options of a transfer.
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) !=
      CURLUE_OK)
    return std::nullopt;
  const auto part = [&](CURLUPart which) -> std::optional<std::string> {
    char* value = nullptr;
    if (curl_url_get(url.get(), which, &value, CURLU_DEFAULT_PORT) != CURLUE_OK) return std::nullopt;
    std::string out(value);
    curl_free(value);
    return out;
  };
  LibcurlUrl out;
  out.scheme = part(CURLUPART_SCHEME).value_or("");
  out.host = part(CURLUPART_HOST).value_or("");
  out.port = part(CURLUPART_PORT).value_or("");
  out.path = part(CURLUPART_PATH).value_or("");
  if (const auto query = part(CURLUPART_QUERY)) out.query = "?" + *query;
  out.has_user = part(CURLUPART_USER).has_value() || part(CURLUPART_PASSWORD).has_value();
  out.has_zone = part(CURLUPART_ZONEID).has_value();
  return out;
}

// Whether libcurl would send a request for `url` to the host, port and path that `url` names.
inline bool agrees_with_libcurl(const Url& url, const LibcurlUrl& seen) {
  const auto host =
      Url::parse("http://" + seen.host);  // libcurl leaves some IPv6 addresses as they are written
  return seen.scheme == url.scheme() && host && host->host() == url.host() &&
         seen.port == std::to_string(url.port().value_or(0)) &&
         seen.path == (url.path().empty() ? "/" : url.path()) && seen.query == url.query() &&
         !seen.has_user && !seen.has_zone;
}

}  // namespace wick::http
