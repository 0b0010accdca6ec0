#include "http/client_address.h"

#include <algorithm>
#include <atomic>

#include "base/log.h"
#include "base/text.h"

namespace wick::http {
namespace {

constexpr std::string_view kXForwardedFor = "x-forwarded-for", kForwarded = "forwarded";

bool is_trusted(const IpAddress& address, const std::vector<IpNetwork>& trusted) {
  return std::any_of(trusted.begin(), trusted.end(),
                     [&](const IpNetwork& network) { return network.contains(address); });
}

bool has_field(const std::vector<Field>& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const Field& field) { return equals_ignoring_case(field.name, name); });
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]" or "[2001:db8::1]:80".
std::optional<IpAddress> parse_node(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
    return IpAddress::parse(text.substr(1, end - 1));
  }
  const auto colon = text.find(':');
  const bool one_colon = colon != std::string_view::npos && text.find(':', colon + 1) == text.npos;
  if (!one_colon) return IpAddress::parse(text);
  return is_port(text.substr(colon + 1)) ? IpAddress::parse(text.substr(0, colon)) : std::nullopt;
}

// The beginning of the last part of `text`; `separator` outside of quoted strings separates parts. Searches
// from the right, so that an open quote from a client cannot hide what a proxy has appended.
std::size_t last_part(std::string_view text, char separator) {
  bool quoted = false;
  for (std::size_t i = text.size(); i-- > 0;) {
    if (text[i] == separator && !quoted) return i + 1;
    if (text[i] != '"') continue;
    std::size_t escapes = 0;
    while (escapes < i && text[i - 1 - escapes] == '\\') ++escapes;
    if (escapes % 2 == 0) quoted = !quoted;
    i -= escapes;
  }
  return 0;
}

// Removes the last part of `text` and returns it.
std::string_view take_last(std::string_view& text, char separator) {
  const std::size_t begin = last_part(text, separator);
  const std::string_view part = trim(text.substr(begin));
  text = text.substr(0, begin == 0 ? 0 : begin - 1);
  return part;
}

// The address of a forwarded-element (RFC 7239 §4): its single "for".
std::optional<IpAddress> parse_element(std::string_view element) {
  std::optional<std::string_view> node;
  while (!element.empty()) {
    const std::string_view pair = take_last(element, ';');
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || !equals_ignoring_case(pair.substr(0, equals), "for")) continue;
    if (node) return std::nullopt;
    node = pair.substr(equals + 1);
  }
  if (!node) return std::nullopt;
  if (node->size() >= 2 && node->front() == '"' && node->back() == '"')
    node = node->substr(1, node->size() - 2);
  return parse_node(*node);
}

// Logged once per process, because unauthenticated clients can send the field any number of times.
void warn_of_untrusted_proxy(std::string_view peer) {
  static std::atomic<bool> warned{false};
  if (warned.load(std::memory_order_relaxed) || warned.exchange(true)) return;
  spdlog::warn(
      "a request from {} names another client in X-Forwarded-For, which is ignored: if {} is your proxy, "
      "set server.trusted_proxies to its address, or all its clients count as one for throttles, quotas and "
      "the audit",
      peer, peer);
}

}  // namespace

std::string forwarded_client(const IpAddress& peer, const std::vector<Field>& fields,
                             const std::vector<IpNetwork>& trusted) {
  const bool x_forwarded_for = has_field(fields, kXForwardedFor);
  const std::string_view name = x_forwarded_for ? kXForwardedFor : kForwarded;
  IpAddress last = peer;
  int hops = 0;
  // Several fields are one list (RFC 9110 §5.3).
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (!equals_ignoring_case(field->name, name)) continue;
    for (std::string_view rest = field->value; !rest.empty();) {
      if (++hops > kMaxForwardedHops) return last.text();
      const std::string_view entry = take_last(rest, ',');
      if (entry.empty()) continue;  // RFC 9110 §5.6.1.2: empty list elements are ignored
      const auto address = x_forwarded_for ? parse_node(entry) : parse_element(entry);
      if (!address) return last.text();
      last = *address;
      if (!is_trusted(last, trusted)) return last.text();
    }
  }
  return last.text();
}

ClientAddress::ClientAddress(std::string peer, const std::vector<IpNetwork>& trusted)
    : peer_(std::move(peer)), trusted_(trusted) {
  const auto address = IpAddress::parse(peer_);
  if (address && is_trusted(*address, trusted_)) trusted_peer_ = address;
}

std::string_view ClientAddress::of(const std::vector<Field>& fields) {
  if (!trusted_peer_) {
    if (has_field(fields, kXForwardedFor)) warn_of_untrusted_proxy(peer_);
    return peer_;
  }
  client_ = forwarded_client(*trusted_peer_, fields, trusted_);
  return client_;
}

}  // namespace wick::http
