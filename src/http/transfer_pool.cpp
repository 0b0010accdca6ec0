#include "http/transfer_pool.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <climits>

#include "base/open_files.h"
#include "base/text.h"
#include "http/public_address.h"

namespace wick::http {
namespace {

constexpr std::chrono::milliseconds kPollInterval = std::chrono::minutes(1);
constexpr std::chrono::seconds kConnectTimeout(10);
constexpr const char* kAbandoned = "The request was abandoned.";

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  const std::size_t max_bytes = transfer.request.max_response_bytes;
  if (max_bytes != 0 && transfer.received + bytes > max_bytes) {
    transfer.too_large = true;
    return 0;
  }
  if (!transfer.has_total_timeout && transfer.stream->must_pause(transfer.pending.size() + bytes))
    return CURL_WRITEFUNC_PAUSE;
  transfer.received += bytes;
  transfer.pending.append(data, bytes);
  return bytes;
}

// Called for each header line. The empty line ends the head, unless it is the head of an interim response (1xx).
std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  long status = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  if (trim({data, size * count}).empty() && status >= 200) transfer.is_head_complete = true;
  return size * count;
}

curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(user);
  char text[INET6_ADDRSTRLEN] = "";
  const void* raw =
      address->family == AF_INET
          ? static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(&address->addr)->sin_addr)
          : static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(&address->addr)->sin6_addr);
  if ((address->family != AF_INET && address->family != AF_INET6) ||
      inet_ntop(address->family, raw, text, sizeof text) == nullptr ||
      (!transfer.request.allow_private_addresses && !is_public_address(text))) {
    transfer.is_blocked_address = true;
    return CURL_SOCKET_BAD;
  }
  const int opened = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (!is_reserved_file(opened)) return opened;
  close(opened);
  transfer.is_out_of_files = true;
  return CURL_SOCKET_BAD;
}

ClientResponse read_head(Transfer& transfer) {
  ClientResponse response;
  long status = 0;
  char* type = nullptr;
  char* redirect = nullptr;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(transfer.easy, CURLINFO_CONTENT_TYPE, &type);
  curl_easy_getinfo(transfer.easy, CURLINFO_REDIRECT_URL, &redirect);
  response.status = int(status);
  response.content_type = type == nullptr ? "" : type;
  curl_header* cache = nullptr;
  if (curl_easy_header(transfer.easy, "Cache-Control", 0, CURLH_HEADER, -1, &cache) == CURLHE_OK)
    response.cache_control = cache->value;
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(transfer.easy, CURLH_HEADER, -1, header)) != nullptr)
    response.headers.emplace_back(to_lower_ascii(header->name), header->value);
  response.redirect_url = redirect == nullptr ? "" : redirect;
  return response;
}

Result<void> transfer_result(const Transfer& transfer, CURLcode code) {
  if (transfer.is_blocked_address) {
    return fail(
        ErrorCode::kForbidden,
        "The address is private, and this connector may not reach private addresses: an admin can allow it.");
  }
  if (transfer.is_out_of_files) {
    return fail(ErrorCode::kUnavailable,
                "This server has no open files left for requests to other systems: try again in a moment.");
  }
  if (transfer.too_large) {
    return fail(ErrorCode::kTooLarge, "The response is larger than " +
                                          std::to_string(transfer.request.max_response_bytes) + " bytes.");
  }
  switch (code) {
    case CURLE_OK:
      return {};
    case CURLE_OPERATION_TIMEDOUT:
      return fail(ErrorCode::kTimeout, "The system did not answer within " +
                                           std::to_string(transfer.request.timeout.count()) + " seconds.");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return fail(ErrorCode::kInvalidArgument, "The address is not an http or https URL.");
    default:
      return fail(ErrorCode::kUpstream,
                  std::string("The system cannot be reached: ") + curl_easy_strerror(code) + ".");
  }
}

void set_body(Transfer& transfer) {
  const ClientRequest& request = transfer.request;
  CURL* easy = transfer.easy;
  if (request.has_body) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  // RFC 9110 §8.6: these methods send Content-Length: 0 without a body; otherwise some servers answer 411.
  if (!request.has_body &&
      (request.method == "POST" || request.method == "PUT" || request.method == "PATCH")) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(0));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
    transfer.headers = curl_slist_append(transfer.headers, "Content-Type:");  // removes libcurl's own
  }
}

void set_headers(Transfer& transfer) {
  for (const auto& [name, value] : transfer.request.headers) {
    // libcurl omits "Name:" without a value; "Name;" sends an empty field.
    const std::string line = trim(value).empty() ? name + ";" : name + ": " + value;
    transfer.headers = curl_slist_append(transfer.headers, line.c_str());
  }
  transfer.headers = curl_slist_append(transfer.headers, "Expect:");
  curl_easy_setopt(transfer.easy, CURLOPT_HTTPHEADER, transfer.headers);
}

void prepare(Transfer& transfer, const std::string& ca_certificates) {
  const ClientRequest& request = transfer.request;
  CURL* easy = transfer.easy = curl_easy_init();
  WICK_ASSERT(easy != nullptr);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  if (transfer.has_total_timeout) {
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, long(request.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING,
                     "");  // not for streams: libcurl decompresses past a pause
  } else {
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);  // detects a peer that has vanished
  }
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, long(kConnectTimeout.count()));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "wick/" WICK_VERSION);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  if (!ca_certificates.empty()) {
    curl_blob blob{const_cast<char*>(ca_certificates.data()), ca_certificates.size(), CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
  }
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  set_body(transfer);
  set_headers(transfer);
}

}  // namespace

void TransferStream::abandon() {
  const std::lock_guard lock(mutex_);
  if (pool_ != nullptr) pool_->abandon(shared_from_this());
}

void TransferStream::interrupt() {
  abandon();
  parts_.close();
}

Task<Result<void>> TransferStream::take_part(std::chrono::milliseconds timeout) {
  auto part = co_await parts_.take(timeout);
  if (!part && part.error() == MailboxEnd::kTimeout)
    co_return fail(ErrorCode::kTimeout, "The system did not answer in time.");
  if (!part) co_return fail(ErrorCode::kUnavailable, kAbandoned);
  if (part->nudge) co_return fail(ErrorCode::kTimeout, "The wait was interrupted.");
  {
    const std::lock_guard lock(mutex_);
    unread_ -= part->data.size();
    if (paused_ && unread_ <= kMaxUnreadBytes / 2) {
      paused_ = false;
      if (pool_ != nullptr) pool_->resume(shared_from_this());
    }
  }
  if (part->head) head_ = std::move(part->head);
  data_ += part->data;
  if (part->end) end_ = std::move(part->end);
  co_return Result<void>{};
}

Task<Result<const ClientResponse*>> TransferStream::head(std::chrono::milliseconds timeout) {
  while (!head_) {
    if (end_)
      co_return fail(*end_ ? Error{ErrorCode::kUpstream, "The system sent no response."} : end_->error());
    WICK_CO_CHECK(co_await take_part(timeout));
  }
  co_return &*head_;
}

Task<Result<std::string>> TransferStream::read(std::chrono::milliseconds timeout) {
  while (data_.empty()) {
    if (end_ && *end_) co_return std::string();
    if (end_) co_return fail(end_->error());
    WICK_CO_CHECK(co_await take_part(timeout));
  }
  co_return std::exchange(data_, {});
}

TransferPool::~TransferPool() {
  stop();
  curl_multi_cleanup(multi_);
}

void TransferPool::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
}

void TransferPool::start(std::unique_ptr<Transfer> transfer) {
  const std::lock_guard lock(mutex_);
  starting_.push_back(std::move(transfer));
  curl_multi_wakeup(multi_);
}

void TransferPool::add_and_wake(std::vector<std::shared_ptr<TransferStream>>& list,
                                std::shared_ptr<TransferStream> stream) {
  const std::lock_guard lock(mutex_);
  list.push_back(std::move(stream));
  curl_multi_wakeup(multi_);
}

void TransferPool::finish(std::unique_ptr<Transfer> transfer, Result<void> result) {
  ResponsePart part;
  if (result && !transfer->is_head_delivered) part.head = read_head(*transfer);
  part.data = std::move(transfer->pending);
  part.end = std::move(result);
  std::erase(running_, transfer.get());
  if (transfer->easy != nullptr) curl_multi_remove_handle(multi_, transfer->easy);
  const auto stream = std::move(transfer->stream);
  transfer.reset();  // the shares are free before the reader learns of the end
  stream->put(std::move(part));
}

Transfer* TransferPool::find(const std::shared_ptr<TransferStream>& stream) const {
  for (Transfer* transfer : running_) {
    if (transfer->stream == stream) return transfer;
  }
  return nullptr;  // the transfer has ended already
}

void TransferPool::start_transfers(std::vector<std::unique_ptr<Transfer>> transfers) {
  for (auto& transfer : transfers) {
    prepare(*transfer, ca_certificates_);
    curl_multi_add_handle(multi_, transfer->easy);
    running_.push_back(transfer.release());
  }
}

void TransferPool::finish_completed() {
  int count = 0;
  curl_multi_perform(multi_, &count);
  while (const CURLMsg* message = curl_multi_info_read(multi_, &count)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    char* raw = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &raw);
    std::unique_ptr<Transfer> transfer(reinterpret_cast<Transfer*>(raw));
    Result<void> result = transfer_result(*transfer, code);
    finish(std::move(transfer), std::move(result));
  }
}

// Gives each reader one message with everything that has arrived, not one message for each piece.
void TransferPool::deliver_parts() {
  for (Transfer* transfer : running_) {
    const bool has_new_head = transfer->is_head_complete && !transfer->is_head_delivered;
    if (transfer->has_total_timeout || (transfer->pending.empty() && !has_new_head)) continue;
    ResponsePart part;
    if (has_new_head) part.head = read_head(*transfer);
    transfer->is_head_delivered = transfer->is_head_complete;
    part.data = std::exchange(transfer->pending, {});
    transfer->stream->put(std::move(part));
  }
}

void TransferPool::run() {
  for (;;) {
    std::vector<std::unique_ptr<Transfer>> starting;
    std::vector<std::shared_ptr<TransferStream>> resumed, abandoned;
    bool stop = false;
    {
      const std::lock_guard lock(mutex_);
      starting.swap(starting_);
      resumed.swap(resuming_);
      abandoned.swap(abandoned_);
      stop = stopping_;
    }
    start_transfers(std::move(starting));
    for (const auto& stream : abandoned) {
      if (Transfer* transfer = find(stream))
        finish(std::unique_ptr<Transfer>(transfer), fail(ErrorCode::kUnavailable, kAbandoned));
    }
    for (const auto& stream : resumed) {
      if (Transfer* transfer = find(stream)) curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
    }
    if (stop) break;
    finish_completed();
    deliver_parts();
    curl_multi_poll(multi_, nullptr, 0, running_.empty() ? INT_MAX : int(kPollInterval.count()), nullptr);
  }
  while (!running_.empty()) {
    finish(std::unique_ptr<Transfer>(running_.back()),
           fail(ErrorCode::kUnavailable, "The server is shutting down."));
  }
}

}  // namespace wick::http
