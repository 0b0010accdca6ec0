#include "http/client.h"

#include <curl/curl.h>

#include <fstream>
#include <iterator>
#include <mutex>

#include "base/shares.h"
#include "base/text.h"
#include "base/url.h"
#include "http/field.h"
#include "http/transfer_pool.h"
#include "http/url_text.h"

namespace wick::http {
namespace {

// The certificate authorities of the system and of the file as PEM, for libcurl. Empty when there is no file.
std::string read_ca_certificates(const std::string& file) {
  if (file.empty()) return {};
  std::string out;
  for (const std::string& name : {std::string(curl_version_info(CURLVERSION_NOW)->cainfo), file}) {
    std::ifstream in(name);
    out.append(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()).append("\n");
  }
  return out;
}

}  // namespace

std::string ClientResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

struct Client::Impl {
  TransferPool& pool(bool allow_private) { return allow_private ? open : guarded; }
  Impl(const std::string& ca_file, const ClientLimits& limits)
      : holder_shares(limits.requests, limits.per_holder,
                      {"requests to connected systems", "one user", "limits.outgoing_per_user",
                       "limits.outgoing_requests"}),
        connector_shares(limits.requests, limits.per_connector,
                         {"requests to this connector's system", "one connector",
                          "limits.outgoing_per_connector", "limits.outgoing_requests"}),
        ca_certificates(read_ca_certificates(ca_file)) {}

  // Starts a transfer in the pool that the request may use. Errors: kRateLimited
  Result<std::shared_ptr<TransferStream>> begin(ClientRequest request, bool has_total_timeout) {
    auto transfer = std::make_unique<Transfer>();
    const bool is_own = request.holder.empty() && request.connector.empty();
    WICK_TRY(holder_share, is_own ? own_shares.take("") : holder_shares.take(request.holder));
    transfer->holder_share = std::move(holder_share);
    if (!request.connector.empty()) {
      WICK_TRY(connector_share, connector_shares.take(request.connector));
      transfer->connector_share = std::move(connector_share);
    }
    TransferPool& transfers = pool(request.allow_private_addresses);
    auto stream = std::make_shared<TransferStream>(&transfers);
    transfer->request = std::move(request);
    transfer->has_total_timeout = has_total_timeout;
    transfer->stream = stream;
    transfers.start(std::move(transfer));
    return stream;
  }
  Shares holder_shares, connector_shares;
  Shares own_shares{kMaxOwnRequests, kMaxOwnRequests, {"requests of its own", "", "", "a fixed limit"}};
  const std::string ca_certificates;
  TransferPool guarded{ca_certificates}, open{ca_certificates};
};

Client::Client(const std::string& ca_file, const ClientLimits& limits) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  impl_ = std::make_unique<Impl>(ca_file, limits);
}
Client::~Client() = default;

void Client::stop() {
  impl_->guarded.stop();
  impl_->open.stop();
}

namespace {

// libcurl sends header text unchanged, so a line break would begin another header or another request.
Result<void> check_head(const ClientRequest& request) {
  if (!is_field_name(request.method))
    return fail(ErrorCode::kInvalidArgument, "The request's method has a character that cannot be sent.");
  for (const auto& [name, value] : request.headers) {
    if (!is_field_name(name)) {
      return fail(ErrorCode::kInvalidArgument, "\"" + printable(truncate_utf8(name, 100)) +
                                                   "\" is not a header's name: it cannot be sent.");
    }
    if (!is_field_value(value)) {
      return fail(
          ErrorCode::kInvalidArgument,
          "The header " + name + " has a line break or another control character: it cannot be sent.");
    }
  }
  return {};
}

}  // namespace

// Follows redirects itself: libcurl would send headers with credentials to any host.
Task<Result<ClientResponse>> Client::send(ClientRequest request) {
  WICK_CO_CHECK(check_head(request));
  for (long hops = 0;; ++hops) {
    ClientRequest once = request;
    auto response = co_await send_once(std::move(once));
    if (!response || !request.follow_redirects || response->redirect_url.empty()) co_return response;
    if (hops == kMaxRedirects) {
      co_return fail(ErrorCode::kUpstream,
                     "The system redirects more than " + std::to_string(kMaxRedirects) + " times.");
    }
    const auto origin = url_origin(request.url);
    if (!origin || origin != url_origin(response->redirect_url)) {
      const std::string target = printable(without_credentials(replace_invalid_utf8(response->redirect_url)));
      co_return fail(ErrorCode::kForbidden,
                     "The system redirects to another host (" + target +
                         "), which must not get this connector's credentials: an admin can set that host as "
                         "base URL.");
    }
    // RFC 9110 §15.4: only 307 and 308 repeat method and body.
    if (response->status != 307 && response->status != 308 && request.method != "HEAD") {
      request.method = "GET";
      request.body.clear();
      request.has_body = false;
      std::erase_if(request.headers,
                    [](const auto& header) { return equals_ignoring_case(header.first, "content-type"); });
    }
    request.url = response->redirect_url;
  }
}

Task<Result<ClientResponse>> Client::send_once(ClientRequest request) {
  const auto cancellation = request.cancellation;
  WICK_CO_TRY(begun, impl_->begin(std::move(request), true));
  const std::shared_ptr<TransferStream> stream = std::move(begun);
  const TransferHandle reader(stream);
  const OnCancel on_cancel(cancellation, [stream] { stream->interrupt(); });
  WICK_CO_TRY(head, co_await stream->head(kForever));
  ClientResponse response = *head;
  for (;;) {
    WICK_CO_TRY(bytes, co_await stream->read(kForever));
    if (bytes.empty()) co_return response;
    response.body += bytes;
  }
}

std::shared_ptr<ClientStream> Client::start(ClientRequest request) {
  auto checked = check_head(request);
  Result<std::shared_ptr<TransferStream>> begun = fail(ErrorCode::kInvalidArgument, "");
  if (checked) begun = impl_->begin(std::move(request), false);
  if (begun) return std::make_shared<TransferHandle>(std::move(*begun));
  const auto refused = std::make_shared<TransferStream>(nullptr);
  ResponsePart part;
  part.end = fail(checked ? std::move(begun.error()) : std::move(checked.error()));
  refused->put(std::move(part));
  return refused;
}

}  // namespace wick::http
