#include "http/origin.h"

#include <boost/asio/ip/address.hpp>

#include "base/text.h"

namespace wick::http {
namespace {

// "host:port" of an origin or URL.
std::string_view authority_of(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = url.substr(begin + 3);
  return rest.substr(0, rest.find('/'));
}

std::string_view without_port(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

}  // namespace

OriginPolicy::OriginPolicy(const std::string& public_url)
    : public_origin_(public_url.substr(0, public_url.find("://") + 3) +
                     std::string(authority_of(public_url))),
      public_host_(authority_of(public_url)) {}

bool OriginPolicy::host_allowed(const Request& request) const {
  const auto host = request.header("host");
  if (!host) return true;  // HTTP/1.0, no browser
  if (equals_ignoring_case(*host, public_host_)) return true;
  const std::string_view name = without_port(*host);
  if (equals_ignoring_case(name, "localhost")) return true;
  boost::system::error_code ec;
  asio::ip::make_address(std::string(name), ec);
  return !ec;
}

bool OriginPolicy::origin_allowed(const Request& request) const {
  if (!host_allowed(request)) return false;
  const auto origin = request.header("origin");
  if (!origin || equals_ignoring_case(*origin, public_origin_)) return true;
  return request.header_count("origin") == 1 &&
         equals_ignoring_case(authority_of(*origin), request.header("host").value_or(""));
}

bool OriginPolicy::same_origin(const Request& request) const {
  if (!origin_allowed(request)) return false;
  if (const auto site = request.header("sec-fetch-site")) return *site == "same-origin" || *site == "none";
  return request.header("origin").has_value();
}

}  // namespace wick::http
