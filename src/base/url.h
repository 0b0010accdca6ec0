// URLs as values (RFC 3986), parsed by Boost.URL.
//
// Wick decides by the host of a URL where it sends a request, a credential or a browser. Then libcurl or the
// browser parses the same text again. Therefore parse() accepts only text that RFC 3986, libcurl and the WHATWG
// URL Standard parse alike. It rejects:
//   - user information, an empty host, an empty port, and a port outside of 1 to 65535;
//   - a host name with anything but ASCII letters, digits, "-", "_" and ".": no percent-encoding, no Unicode
//     (an internationalised name uses its ASCII form "xn--…"), no IPv6 zone;
//   - a host that ends in a number and is not an IPv4 address with four decimal parts, because other parsers
//     read 0x7f.1 as 127.0.0.1;
//   - "." and ".." as path segments, also percent-encoded: only some parsers remove them;
//   - white space, control characters, "\", and everything else that RFC 3986 does not allow. "[" and "]" in
//     path and query are accepted as browsers send them.
// http/url_agreement_test.cpp and the fuzz target "url" compare the result with libcurl's. Immutable values and
// pure functions; every function is linear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

inline constexpr std::size_t kMaxUrlBytes = 8000;  // the length that RFC 9110 §4.1 recommends to support
inline constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035 §2.3.4, in text form

class Url {
 public:
  // Parses an absolute URL of any scheme. http and https URLs have a host; URLs of other schemes may have none.
  // Errors: kInvalidArgument  with the problem
  static Result<Url> parse(std::string_view text);
  // Parses an absolute URL with the scheme http or https.
  static Result<Url> parse_http(std::string_view text);

  const std::string& text() const { return text_; }      // as given to parse()
  const std::string& scheme() const { return scheme_; }  // in lower case
  bool is_https() const { return scheme_ == "https"; }
  // The host in lower case. An IPv6 address is in brackets and in its canonical form (RFC 5952). Empty for a
  // URL without a host.
  const std::string& host() const { return host_; }
  std::string_view written_host() const { return part(written_host_); }  // as given to parse()
  // The port of the URL, or the default port of the scheme; nullopt if there is neither.
  std::optional<std::uint16_t> port() const { return port_; }
  // Host and port. A default port is left out.
  std::string authority() const;
  // RFC 6454 §6.2: "https://example.com:8443". "null" without a host.
  std::string origin() const;
  std::string_view path() const { return part(path_); }    // as written; may be empty
  std::string_view query() const { return part(query_); }  // as written, with its "?"; empty without a query
  std::string_view fragment() const {
    return part(fragment_);
  }  // as written, with its "#"; empty without a fragment
  // Whether the host is 127.0.0.1, [::1] or localhost (RFC 8252 §7.3 and §8.3).
  bool is_loopback() const;

  // Resolves `reference` with this URL as the base (RFC 3986 §5.2). Errors: those of parse()
  Result<Url> resolve(std::string_view reference) const;

 private:
  struct Span {
    std::size_t begin = 0, size = 0;
  };
  Url() = default;
  std::string_view part(Span span) const { return std::string_view(text_).substr(span.begin, span.size); }

  std::string text_, scheme_, host_;
  std::optional<std::uint16_t> port_;
  Span written_host_, path_, query_, fragment_;
};

// The origin of an http or https URL whose path and query are not checked, because they are a template or text
// of another system. nullopt if parse_http() rejects the scheme, host or port.
std::optional<std::string> url_origin(std::string_view url);

}  // namespace wick
