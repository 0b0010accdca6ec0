#include "base/url.h"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/url/parse.hpp>
#include <charconv>

#include "base/ascii.h"
#include "base/text.h"
#include "base/uri_reference.h"

namespace wick {
namespace {

std::unexpected<Error> not_a_url(std::string_view why) {
  return fail(ErrorCode::kInvalidArgument, "The URL " + std::string(why));
}

// The reason why Boost.URL rejects `text`.
std::unexpected<Error> syntax_error(std::string_view text) {
  const auto has = [&](auto is_wrong) { return std::any_of(text.begin(), text.end(), is_wrong); };
  if (has([](unsigned char c) { return c <= ' ' || c == 0x7F; }))
    return not_a_url("has a space, a line break or a control character.");
  if (has([](unsigned char c) { return c > 0x7F; })) {
    return not_a_url(
        "has non-ASCII characters: percent-encode them, and write a host name in its ASCII form, xn--….");
  }
  if (text.find('\\') != std::string_view::npos) return not_a_url("has a backslash: write \"/\".");
  return not_a_url(
      "is not complete, or has a character that must be percent-encoded: write for example "
      "https://api.example.com/v1.");
}

struct Range {
  std::size_t begin = 0, end = 0;
};

// The authority (RFC 3986 §3.2); nullopt if there is none.
std::optional<Range> find_authority(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !text.substr(colon + 1).starts_with("//")) return std::nullopt;
  return Range{colon + 3, std::min(text.find_first_of("/?#", colon + 3), text.size())};
}

// `text` with each character that Boost.URL 1.81 refuses or misreads replaced by one that it reads as a part of the same component, so
// that its components are at the same places:
// - It takes 192.0.2.1.example.com for the address 192.0.2.1, followed by a path.
// - It accepts no brackets in path and query.
std::string readable(std::string_view text, const std::optional<Range>& authority) {
  std::string out(text);
  if (authority && authority->begin < authority->end && is_digit(out[authority->begin]))
    out[authority->begin] = 'x';
  for (std::size_t i = authority ? authority->end : std::min(out.find(':'), out.size()); i < out.size();
       ++i) {
    if (out[i] == '[' || out[i] == ']') out[i] = '-';
  }
  return out;
}

bool is_default_port(std::string_view scheme, std::uint16_t port) {
  return (scheme == "https" && port == 443) || (scheme == "http" && port == 80);
}

std::optional<std::uint16_t> read_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_' || c == '.';
}

// URL Standard §3.5, "ends in a number checker": a parser may take such a host for an IPv4 address.
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string_view last = host.substr(host.rfind('.') + 1);
  if (!last.empty() && std::all_of(last.begin(), last.end(), is_digit)) return true;
  if (!last.starts_with("0x")) return false;
  last.remove_prefix(2);
  return last.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The name or the IPv4 address of an http URL, in lower case.
Result<void> check_http_host(std::string_view host) {
  if (host.empty()) return not_a_url("has no host.");
  if (host.size() - host.ends_with('.') > kMaxHostBytes)
    return not_a_url("has a host of more than " + std::to_string(kMaxHostBytes) + " characters.");
  if (host.starts_with('.') || host.find("..") != std::string_view::npos)
    return not_a_url("has a host with an empty part between its dots.");
  boost::system::error_code ec;
  boost::asio::ip::make_address_v4(std::string(host), ec);
  if (ec && ends_in_number(host))
    return not_a_url("has a host that is neither a name nor an IPv4 address of four decimal numbers.");
  return {};
}

// The host in its normal form (Url::host()).
Result<std::string> read_host(std::string_view written, bool is_http) {
  std::string host = to_lower_ascii(written);
  if (host.starts_with('[')) {
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address_v6(host.substr(1, host.size() - 2), ec);
    if (ec || !host.ends_with(']') || host.find('%') != std::string::npos)
      return not_a_url("has brackets around something other than an IPv6 address without a zone.");
    return "[" + address.to_string() + "]";
  }
  if (!std::all_of(host.begin(), host.end(), is_host_character))
    return not_a_url("has a host with other characters than letters, digits, \"-\", \"_\" and \".\".");
  if (is_http) {
    if (auto checked = check_http_host(host); !checked) return fail(std::move(checked.error()));
  }
  return host;
}

// Whether the segment is "." or "..", each dot literal or as "%2e".
bool is_dot_segment(std::string_view segment) {
  std::size_t dots = 0;
  for (; !segment.empty() && dots < 3; ++dots) {
    const bool encoded = equals_ignoring_case(segment.substr(0, 3), "%2e");
    if (!encoded && segment.front() != '.') return false;
    segment.remove_prefix(encoded ? 3 : 1);
  }
  return dots == 1 || dots == 2;
}

bool has_dot_segment(std::string_view path) {
  const auto segments = split(path, '/');
  return std::any_of(segments.begin(), segments.end(), is_dot_segment);
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > kMaxUrlBytes)
    return not_a_url("is longer than " + std::to_string(kMaxUrlBytes) + " characters.");
  const auto authority = find_authority(text);
  const std::string copy = readable(text, authority);
  const auto parsed = boost::urls::parse_uri(copy);
  if (!parsed) return syntax_error(text);
  const auto span = [&](boost::urls::string_view component) {
    return component.empty() ? Span{} : Span{std::size_t(component.data() - copy.data()), component.size()};
  };

  // Boost.URL 1.81 ends an authority before an invalid character and reads the rest as a path: "a@b@c",
  // "[::1]x".
  if (authority && parsed->encoded_authority().size() != authority->end - authority->begin)
    return syntax_error(text);
  Url url;
  url.text_ = text;
  url.scheme_ = to_lower_ascii(std::string_view(parsed->scheme().data(), parsed->scheme().size()));
  const bool is_http = url.scheme_ == "http" || url.scheme_ == "https";
  if (parsed->has_userinfo()) return not_a_url("has a user or a password.");
  if (is_http && !parsed->has_authority()) return not_a_url("has no \"//\" and host after its scheme.");
  url.written_host_ = span(parsed->encoded_host());
  auto host = read_host(url.written_host(), is_http);
  if (!host) return fail(std::move(host.error()));
  url.host_ = std::move(*host);
  if (is_http) url.port_ = url.is_https() ? 443 : 80;
  if (parsed->has_port()) {
    url.port_ = read_port(url.part(span(parsed->port())));
    if (!url.port_) return not_a_url("has a port that is not a number from 1 to 65535.");
  }
  url.path_ = span(parsed->encoded_path());
  if (has_dot_segment(url.path()))
    return not_a_url("has \".\" or \"..\" as a part of its path: write the path without it.");
  const auto end_of_path = std::min(text.find_first_of("?#"), text.size());
  const auto hash = std::min(text.find('#'), text.size());
  url.query_ = {end_of_path, hash - end_of_path};
  url.fragment_ = {hash, text.size() - hash};
  return url;
}

Result<Url> Url::parse_http(std::string_view text) {
  auto url = parse(text);
  if (url && url->scheme() != "http" && url->scheme() != "https")
    return not_a_url("must begin with https:// or http://.");
  return url;
}

std::string Url::authority() const {
  if (!port_ || is_default_port(scheme_, *port_)) return host_;
  return host_ + ":" + std::to_string(*port_);
}

std::string Url::origin() const {
  return host_.empty() ? "null" : scheme_ + "://" + authority();
}

bool Url::is_loopback() const {
  return host_ == "127.0.0.1" || host_ == "[::1]" || host_ == "localhost";
}

Result<Url> Url::resolve(std::string_view reference) const {
  if (reference.size() > kMaxUrlBytes)
    return not_a_url("is longer than " + std::to_string(kMaxUrlBytes) + " characters.");
  return parse(resolve_uri(text_, reference));
}

std::optional<std::string> url_origin(std::string_view url) {
  const auto authority = find_authority(url);
  if (!authority) return std::nullopt;
  const auto read = Url::parse_http(url.substr(0, authority->end));
  if (!read) return std::nullopt;
  return read->origin();
}

}  // namespace wick
