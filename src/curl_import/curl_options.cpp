#include "curl_import/curl_options.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace wick::curl {
namespace {

constexpr std::string_view kWithValue =
    " abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout "
    "connect-to continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary "
    "data-raw data-urlencode delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url "
    "dump-header ech egd-file engine etag-compare etag-save expect100-timeout form form-string ftp-account "
    "ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms "
    "haproxy-clientip header hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway json keepalive-cnt "
    "keepalive-time key key-type krb libcurl limit-rate local-port login-options mail-auth mail-from "
    "mail-rcpt "
    "max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max pass "
    "pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert "
    "proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass "
    "proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword "
    "proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file range rate referer request request-target "
    "resolve retry retry-delay retry-max-time sasl-authzid service-name socks4 socks4a socks5 "
    "socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize "
    "time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config "
    "unix-socket upload-file url url-query user user-agent variable vlan-priority write-out ";

constexpr std::string_view kWithoutEffect =
    " basic compressed fail fail-early fail-with-body include silent show-error verbose output output-dir "
    "remote-name remote-header-name remote-name-all create-dirs no-buffer progress-bar no-progress-meter "
    "progress-meter write-out dump-header styled-output stderr trace trace-ascii trace-time globoff http1.0 "
    "http1.1 http2 http2-prior-knowledge http3 http0.9 ipv4 ipv6 keepalive keepalive-time no-keepalive "
    "max-time connect-timeout retry retry-delay retry-max-time retry-all-errors retry-connrefused "
    "tcp-nodelay "
    "tcp-fastopen tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tls-max disable proto proto-redir proto-default "
    "cookie-jar location-trusted max-redirs parallel raw anyauth path-as-is speed-limit speed-time "
    "limit-rate ssl-reqd expect100-timeout junk-session-cookies ";

constexpr std::pair<char, std::string_view> kShortOptions[] = {
    {'0', "http1.0"},
    {'1', "tlsv1"},
    {'4', "ipv4"},
    {'6', "ipv6"},
    {'A', "user-agent"},
    {'b', "cookie"},
    {'c', "cookie-jar"},
    {'C', "continue-at"},
    {'d', "data"},
    {'D', "dump-header"},
    {'e', "referer"},
    {'E', "cert"},
    {'f', "fail"},
    {'F', "form"},
    {'g', "globoff"},
    {'G', "get"},
    {'h', "help"},
    {'H', "header"},
    {'i', "include"},
    {'I', "head"},
    {'j', "junk-session-cookies"},
    {'J', "remote-header-name"},
    {'k', "insecure"},
    {'K', "config"},
    {'l', "list-only"},
    {'L', "location"},
    {'m', "max-time"},
    {'M', "manual"},
    {'n', "netrc"},
    {'N', "no-buffer"},
    {'o', "output"},
    {'O', "remote-name"},
    {'p', "proxytunnel"},
    {'P', "ftp-port"},
    {'q', "disable"},
    {'Q', "quote"},
    {'r', "range"},
    {'R', "remote-time"},
    {'s', "silent"},
    {'S', "show-error"},
    {'t', "telnet-option"},
    {'T', "upload-file"},
    {'u', "user"},
    {'U', "proxy-user"},
    {'v', "verbose"},
    {'V', "version"},
    {'w', "write-out"},
    {'x', "proxy"},
    {'X', "request"},
    {'y', "speed-time"},
    {'Y', "speed-limit"},
    {'z', "time-cond"},
    {'Z', "parallel"},
    {'#', "progress-bar"},
    {':', "next"},
};

bool is_listed(std::string_view list, std::string_view name) {
  return list.find(" " + std::string(name) + " ") != std::string_view::npos;
}

}  // namespace

bool takes_value(std::string_view option) {
  return is_listed(kWithValue, option);
}

bool is_without_effect(std::string_view option) {
  if (is_listed(kWithoutEffect, option)) return true;
  return option.starts_with("no-") && is_listed(kWithoutEffect, option.substr(3));
}

std::string_view long_option_name(char letter) {
  const auto found = std::find_if(std::begin(kShortOptions), std::end(kShortOptions),
                                  [&](const auto& option) { return option.first == letter; });
  return found == std::end(kShortOptions) ? std::string_view() : found->second;
}

}  // namespace wick::curl
