// URLs as values (RFC 3986), parsed by Boost.URL.
//
// Wick decides by the host of a URL where a request, a credential or a browser goes. libcurl or the browser then reads the same text
// again. Therefore parse() accepts only what RFC 3986, libcurl and the WHATWG URL Standard read alike, and refuses:
//   - user information, an empty host, an empty port and a port outside of 1 to 65535;
//   - a host name with anything but ASCII letters, digits, "-", "_" and ".": no percent-encoding, no Unicode (an internationalised
//     name is written in its ASCII form, "xn--…"), no IPv6 zone;
//   - a host that ends in a number and is not an IPv4 address of four decimal parts: other parsers take 0x7f.1 for 127.0.0.1;
//   - "." and ".." as segments of the path, also percent-encoded: only some parsers remove them;
//   - white space, control characters, "\", and everything else that RFC 3986 does not allow. "[" and "]" in path and query are
//     accepted as browsers send them.
// http/url_agreement_test.cpp and the fuzz target "url" compare the result with libcurl's. Immutable values and pure functions;
// every function is linear.
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
  // An absolute URL of any scheme. http and https have a host; other schemes may have none.
  // Errors: kInvalidArgument, with a sentence that says what is wrong with the URL
  static Result<Url> parse(std::string_view text);
  // The same, where the scheme must be http or https.
  static Result<Url> parse_http(std::string_view text);

  const std::string& text() const { return text_; }      // as given to parse()
  const std::string& scheme() const { return scheme_; }  // in lower case
  bool is_https() const { return scheme_ == "https"; }
  // In lower case; an IPv6 address in brackets and in its canonical form (RFC 5952); empty where there is none.
  const std::string& host() const { return host_; }
  std::string_view written_host() const { return part(written_host_); }  // as given to parse()
  // The port that is written, else the default port of the scheme; nullopt where there is neither.
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

  // The URL that `reference` names where this one is the base (RFC 3986 §5.2). Errors: those of parse()
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

// The origin of an http or https URL whose path and query are not checked, because they are a template or another system's text.
// nullopt where parse_http() refuses scheme, host or port.
std::optional<std::string> url_origin(std::string_view url);

}  // namespace wick
