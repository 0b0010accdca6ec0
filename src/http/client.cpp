#include "http/client.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <unistd.h>
#include <boost/asio/ip/address.hpp>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/mailbox.h"
#include "base/open_files.h"
#include "base/shares.h"
#include "base/text.h"
#include "base/url.h"
#include "http/field.h"
#include "http/url_text.h"

namespace wick::http {
namespace {

constexpr int kPollMillis = 60'000;
constexpr long kConnectTimeoutSeconds = 10;

struct Range4 {
  std::uint32_t base;
  int bits;
};
constexpr Range4 kPrivate4[] = {{0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},
                                {0xA9FE0000, 16}, {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24},
                                {0xC0586300, 24}, {0xC0A80000, 16}, {0xC6120000, 15}, {0xC6336400, 24},
                                {0xCB007100, 24}, {0xE0000000, 4},  {0xF0000000, 4}};

bool is_public_v4(std::uint32_t address) {
  for (const Range4& range : kPrivate4) {
    if ((address >> (32 - range.bits)) == (range.base >> (32 - range.bits))) return false;
  }
  return true;
}

bool is_public_v6(const asio::ip::address_v6& address) {
  const auto b = address.to_bytes();
  const auto embedded = [&](int at) {
    return (std::uint32_t(b[at]) << 24) | (std::uint32_t(b[at + 1]) << 16) | (std::uint32_t(b[at + 2]) << 8) |
           b[at + 3];
  };
  if (address.is_v4_mapped()) return is_public_v4(embedded(12));
  if (b[0] == 0x00 && b[1] == 0x64 && b[2] == 0xFF && b[3] == 0x9B)
    return is_public_v4(embedded(12));                                 // NAT64
  if (b[0] == 0x20 && b[1] == 0x02) return is_public_v4(embedded(2));  // 6to4
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02) return false;       // Teredo, ORCHID, benchmarking
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0D && b[3] == 0xB8) return false;  // documentation
  return (b[0] & 0xE0) ==
         0x20;  // 2000::/3, global unicast: all else is loopback, ULA, link-local, multicast …
}

bool is_public(const asio::ip::address& address) {
  return address.is_v4() ? is_public_v4(address.to_v4().to_uint()) : is_public_v6(address.to_v6());
}

// The system's authorities and those of the file, as libcurl wants them; empty when there is no file.
std::string read_authorities(const std::string& file) {
  if (file.empty()) return {};
  std::string out;
  for (const std::string& name : {std::string(curl_version_info(CURLVERSION_NOW)->cainfo), file}) {
    std::ifstream in(name);
    out.append(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()).append("\n");
  }
  return out;
}

class Pool;

// What arrived since the reader was last told.
struct Part {
  std::optional<ClientResponse> head;
  std::string data;
  std::optional<Result<void>> end;
  bool nudge = false;
};

// Shared by the reader of an answer and the pool's thread. `pool` is set while the exchange is under way, and
// both sides look at it under the mutex, so that a reader that outlives the client touches nothing that is
// gone.
class Flow final : public ClientStream, public std::enable_shared_from_this<Flow> {
 public:
  explicit Flow(Pool* pool) : pool_(pool) {}
  ~Flow() override = default;
  Task<Result<const ClientResponse*>> head(std::chrono::milliseconds timeout) override;
  Task<Result<std::string>> read(std::chrono::milliseconds timeout) override;
  void interrupt() override;
  void nudge() override {
    Part part;
    part.nudge = true;
    parts_.put(std::move(part));
  }
  void abandon();

  // The pool's thread.
  bool full(std::size_t more) {
    const std::lock_guard lock(mutex_);
    if (unread_ != 0 && unread_ + more > kMaxUnreadBytes) paused_ = true;
    return paused_;
  }
  void put(Part part) {
    {
      const std::lock_guard lock(mutex_);
      unread_ += part.data.size();
      if (part.end) pool_ = nullptr;
    }
    parts_.put(std::move(part));
  }

 private:
  Task<Result<void>> take(std::chrono::milliseconds timeout);  // the next part into head_, data_, end_

  std::mutex mutex_;
  Pool* pool_;
  std::size_t unread_ = 0;
  bool paused_ = false;
  Mailbox<Part> parts_;
  // Of the reader.
  std::optional<ClientResponse> head_;
  std::string data_;
  std::optional<Result<void>> end_;
};

// What the reader holds: its end is the end of the exchange.
class Reader final : public ClientStream {
 public:
  explicit Reader(std::shared_ptr<Flow> flow) : flow_(std::move(flow)) {}
  ~Reader() override { flow_->abandon(); }
  Task<Result<const ClientResponse*>> head(std::chrono::milliseconds timeout) override {
    return flow_->head(timeout);
  }
  Task<Result<std::string>> read(std::chrono::milliseconds timeout) override { return flow_->read(timeout); }
  void interrupt() override { flow_->interrupt(); }
  void nudge() override { flow_->nudge(); }

 private:
  std::shared_ptr<Flow> flow_;
};

struct Outgoing {
  ClientRequest request;
  bool whole = false;  // under one timeout
  std::shared_ptr<Flow> flow;
  Shares::Lease of_holder, of_connector;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  std::size_t received = 0;
  bool guarded_away = false, no_files = false, too_large = false;
  bool head_complete = false, has_head = false;  // it has arrived; the flow has it
  std::string pending;                           // not yet given to the flow

  ~Outgoing() {
    if (easy != nullptr) curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Outgoing*>(user);
  const std::size_t bytes = size * count;
  const std::size_t most = exchange.request.max_response_bytes;
  if (most != 0 && exchange.received + bytes > most) {
    exchange.too_large = true;
    return 0;
  }
  if (!exchange.whole && exchange.flow->full(exchange.pending.size() + bytes)) return CURL_WRITEFUNC_PAUSE;
  exchange.received += bytes;
  exchange.pending.append(data, bytes);
  return bytes;
}

// Called for each line; the empty one ends a head, which is not that of a 1xx.
std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Outgoing*>(user);
  long status = 0;
  curl_easy_getinfo(exchange.easy, CURLINFO_RESPONSE_CODE, &status);
  if (trim({data, size * count}).empty() && status >= 200) exchange.head_complete = true;
  return size * count;
}

curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Outgoing*>(user);
  char text[INET6_ADDRSTRLEN] = "";
  const void* raw =
      address->family == AF_INET
          ? static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(&address->addr)->sin_addr)
          : static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(&address->addr)->sin6_addr);
  if ((address->family != AF_INET && address->family != AF_INET6) ||
      inet_ntop(address->family, raw, text, sizeof text) == nullptr ||
      (!exchange.request.allow_private_addresses && !is_public_address(text))) {
    exchange.guarded_away = true;
    return CURL_SOCKET_BAD;
  }
  const int opened = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (!is_reserved_file(opened)) return opened;
  close(opened);
  exchange.no_files = true;
  return CURL_SOCKET_BAD;
}

ClientResponse head_of(Outgoing& exchange) {
  ClientResponse response;
  long status = 0;
  char* type = nullptr;
  char* redirect = nullptr;
  curl_easy_getinfo(exchange.easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(exchange.easy, CURLINFO_CONTENT_TYPE, &type);
  curl_easy_getinfo(exchange.easy, CURLINFO_REDIRECT_URL, &redirect);
  response.status = int(status);
  response.content_type = type == nullptr ? "" : type;
  curl_header* cache = nullptr;
  if (curl_easy_header(exchange.easy, "Cache-Control", 0, CURLH_HEADER, -1, &cache) == CURLHE_OK)
    response.cache_control = cache->value;
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(exchange.easy, CURLH_HEADER, -1, header)) != nullptr)
    response.headers.emplace_back(to_lower_ascii(header->name), header->value);
  response.redirect_url = redirect == nullptr ? "" : redirect;
  return response;
}

Result<void> outcome(const Outgoing& exchange, CURLcode code) {
  if (exchange.guarded_away) {
    return fail(
        ErrorCode::kForbidden,
        "The address is private, and this connector may not reach private addresses: an admin can allow it.");
  }
  if (exchange.no_files) {
    return fail(ErrorCode::kUnavailable,
                "This server has no open files left for requests to other systems: try again in a moment.");
  }
  if (exchange.too_large) {
    return fail(ErrorCode::kTooLarge, "The response is larger than " +
                                          std::to_string(exchange.request.max_response_bytes) + " bytes.");
  }
  switch (code) {
    case CURLE_OK:
      return {};
    case CURLE_OPERATION_TIMEDOUT:
      return fail(ErrorCode::kTimeout, "The system did not answer within " +
                                           std::to_string(exchange.request.timeout_seconds) + " seconds.");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return fail(ErrorCode::kInvalidArgument, "The address is not an http or https URL.");
    default:
      return fail(ErrorCode::kUpstream,
                  std::string("The system cannot be reached: ") + curl_easy_strerror(code) + ".");
  }
}

void prepare(Outgoing& exchange, const std::string& authorities) {
  const ClientRequest& request = exchange.request;
  CURL* easy = exchange.easy = curl_easy_init();
  WICK_ASSERT(easy != nullptr);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  if (exchange.whole) {
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, long(request.timeout_seconds));
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // not of a stream: libcurl inflates past a pause
  } else {
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);  // a peer that vanished is noticed at last
  }
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutSeconds);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "wick/" WICK_VERSION);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &exchange);
  if (!authorities.empty()) {
    curl_blob blob{const_cast<char*>(authorities.data()), authorities.size(), CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
  }
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  if (request.has_body) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  // RFC 9110 §8.6: a method that anticipates a body says so when there is none; servers answer 411 otherwise.
  if (!request.has_body &&
      (request.method == "POST" || request.method == "PUT" || request.method == "PATCH")) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(0));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
    exchange.headers = curl_slist_append(exchange.headers, "Content-Type:");  // none of libcurl's own
  }
  for (const auto& [name, value] : request.headers) {
    // libcurl takes a field without a value for one to leave out, but for this form.
    const std::string line = trim(value).empty() ? name + ";" : name + ": " + value;
    exchange.headers = curl_slist_append(exchange.headers, line.c_str());
  }
  exchange.headers = curl_slist_append(exchange.headers, "Expect:");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange.headers);
}

// One pool of connections; one thread each, asleep in curl_multi_poll when nothing is under way.
class Pool {
 public:
  explicit Pool(const std::string& trusted) : authorities_(trusted), thread_([this] { loop(); }) {}
  ~Pool() {
    stop();
    curl_multi_cleanup(multi_);
  }
  void stop() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
  }
  void start(std::unique_ptr<Outgoing> exchange) {
    const std::lock_guard lock(mutex_);
    arriving_.push_back(std::move(exchange));
    curl_multi_wakeup(multi_);
  }
  // By the reader, under its flow's mutex: the flow is still this pool's.
  void resume(std::shared_ptr<Flow> flow) { note(resuming_, std::move(flow)); }
  void abandon(std::shared_ptr<Flow> flow) { note(leaving_, std::move(flow)); }

 private:
  // Kept alive in the lists: an address must not come back as another exchange's.
  void note(std::vector<std::shared_ptr<Flow>>& list, std::shared_ptr<Flow> flow) {
    const std::lock_guard lock(mutex_);
    list.push_back(std::move(flow));
    curl_multi_wakeup(multi_);
  }

  void finish(std::unique_ptr<Outgoing> exchange, Result<void> result) {
    Part part;
    if (result && !exchange->has_head) part.head = head_of(*exchange);
    part.data = std::move(exchange->pending);
    part.end = std::move(result);
    std::erase(running_, exchange.get());
    if (exchange->easy != nullptr) curl_multi_remove_handle(multi_, exchange->easy);
    const auto flow = std::move(exchange->flow);
    exchange.reset();  // its shares are free before its reader knows
    flow->put(std::move(part));
  }

  Outgoing* find(const std::shared_ptr<Flow>& flow) const {
    for (Outgoing* exchange : running_) {
      if (exchange->flow == flow) return exchange;
    }
    return nullptr;  // it has ended in the meantime
  }

  void loop() {
    for (;;) {
      std::vector<std::unique_ptr<Outgoing>> starting;
      std::vector<std::shared_ptr<Flow>> resumed, left;
      bool stop = false;
      {
        const std::lock_guard lock(mutex_);
        starting.swap(arriving_);
        resumed.swap(resuming_);
        left.swap(leaving_);
        stop = stopping_;
      }
      for (auto& exchange : starting) {
        prepare(*exchange, authorities_);
        curl_multi_add_handle(multi_, exchange->easy);
        running_.push_back(exchange.release());
      }
      for (const auto& flow : left) {
        if (Outgoing* exchange = find(flow))
          finish(std::unique_ptr<Outgoing>(exchange), fail(ErrorCode::kUnavailable, "It was given up."));
      }
      for (const auto& flow : resumed) {
        if (Outgoing* exchange = find(flow)) curl_easy_pause(exchange->easy, CURLPAUSE_CONT);
      }
      if (stop) break;
      int count = 0;
      curl_multi_perform(multi_, &count);
      while (const CURLMsg* message = curl_multi_info_read(multi_, &count)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode code = message->data.result;
        char* raw = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &raw);
        std::unique_ptr<Outgoing> exchange(reinterpret_cast<Outgoing*>(raw));
        Result<void> result = outcome(*exchange, code);
        finish(std::move(exchange), std::move(result));
      }
      // One message to each reader for all that came, not one for each piece.
      for (Outgoing* exchange : running_) {
        const bool head = exchange->head_complete && !exchange->has_head;
        if (exchange->whole || (exchange->pending.empty() && !head)) continue;
        Part part;
        if (head) part.head = head_of(*exchange);
        exchange->has_head = exchange->head_complete;
        part.data = std::exchange(exchange->pending, {});
        exchange->flow->put(std::move(part));
      }
      curl_multi_poll(multi_, nullptr, 0, running_.empty() ? INT_MAX : kPollMillis, nullptr);
    }
    while (!running_.empty()) {
      finish(std::unique_ptr<Outgoing>(running_.back()),
             fail(ErrorCode::kUnavailable, "The server is shutting down."));
    }
  }

  CURLM* multi_ = curl_multi_init();
  std::mutex mutex_;
  std::vector<std::unique_ptr<Outgoing>> arriving_;
  std::vector<std::shared_ptr<Flow>> resuming_, leaving_;
  bool stopping_ = false;
  const std::string& authorities_;
  std::vector<Outgoing*> running_;  // of the thread
  std::thread thread_;
};

void Flow::abandon() {
  const std::lock_guard lock(mutex_);
  if (pool_ != nullptr) pool_->abandon(shared_from_this());
}

void Flow::interrupt() {
  abandon();
  parts_.close();
}

Task<Result<void>> Flow::take(std::chrono::milliseconds timeout) {
  auto part = co_await parts_.take(timeout);
  if (!part && part.error() == MailboxEnd::kTimeout)
    co_return fail(ErrorCode::kTimeout, "The system did not answer in time.");
  if (!part) co_return fail(ErrorCode::kUnavailable, "It was given up.");
  if (part->nudge) co_return fail(ErrorCode::kTimeout, "There is something else to look at.");
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

Task<Result<const ClientResponse*>> Flow::head(std::chrono::milliseconds timeout) {
  while (!head_) {
    if (end_) co_return fail(*end_ ? Error{ErrorCode::kUpstream, "There was no answer."} : end_->error());
    WICK_CO_CHECK(co_await take(timeout));
  }
  co_return &*head_;
}

Task<Result<std::string>> Flow::read(std::chrono::milliseconds timeout) {
  while (data_.empty()) {
    if (end_ && *end_) co_return std::string();
    if (end_) co_return fail(end_->error());
    WICK_CO_CHECK(co_await take(timeout));
  }
  co_return std::exchange(data_, {});
}

}  // namespace

bool is_public_address(std::string_view text) {
  boost::system::error_code ec;
  const auto address = asio::ip::make_address(std::string(text), ec);
  return !ec && is_public(address);
}

std::string ClientResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

struct Client::Impl {
  Pool& pool(bool allow_private) { return allow_private ? open : guarded; }
  Impl(const std::string& ca_file, const ClientLimits& limits)
      : by_holder(limits.requests, limits.per_holder,
                  {"requests to connected systems", "one user", "limits.outgoing_per_user",
                   "limits.outgoing_requests"}),
        by_connector(limits.requests, limits.per_connector,
                     {"requests to this connector's system", "one connector", "limits.outgoing_per_connector",
                      "limits.outgoing_requests"}),
        authorities(read_authorities(ca_file)) {}

  // An exchange of that pool. Errors: kRateLimited
  Result<std::shared_ptr<Flow>> begin(ClientRequest request, bool whole) {
    auto exchange = std::make_unique<Outgoing>();
    const bool is_own = request.holder.empty() && request.connector.empty();
    WICK_TRY(of_holder, is_own ? own.take("") : by_holder.take(request.holder));
    exchange->of_holder = std::move(of_holder);
    if (!request.connector.empty()) {
      WICK_TRY(of_connector, by_connector.take(request.connector));
      exchange->of_connector = std::move(of_connector);
    }
    Pool& its = pool(request.allow_private_addresses);
    auto flow = std::make_shared<Flow>(&its);
    exchange->request = std::move(request);
    exchange->whole = whole;
    exchange->flow = flow;
    its.start(std::move(exchange));
    return flow;
  }
  Shares by_holder, by_connector;
  Shares own{kMaxOwnRequests, kMaxOwnRequests, {"requests of its own", "", "", "a fixed limit"}};
  const std::string authorities;
  Pool guarded{authorities}, open{authorities};
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

// libcurl sends what it is given: a line break in a header would begin another header, or another request.
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

// Redirects are followed here and not by libcurl, which would send headers that carry keys to any host.
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
      const std::string to = printable(without_credentials(replace_invalid_utf8(response->redirect_url)));
      co_return fail(ErrorCode::kForbidden,
                     "The system redirects to another host (" + to +
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
  const std::shared_ptr<Flow> flow = std::move(begun);
  const Reader reader(flow);
  const OnCancel on_cancel(cancellation, [flow] { flow->interrupt(); });
  WICK_CO_TRY(head, co_await flow->head(kForever));
  ClientResponse response = *head;
  for (;;) {
    WICK_CO_TRY(more, co_await flow->read(kForever));
    if (more.empty()) co_return response;
    response.body += more;
  }
}

std::shared_ptr<ClientStream> Client::start(ClientRequest request) {
  auto checked = check_head(request);
  Result<std::shared_ptr<Flow>> begun = fail(ErrorCode::kInvalidArgument, "");
  if (checked) begun = impl_->begin(std::move(request), false);
  if (begun) return std::make_shared<Reader>(std::move(*begun));
  const auto refused = std::make_shared<Flow>(nullptr);
  Part part;
  part.end = fail(checked ? std::move(begun.error()) : std::move(checked.error()));
  refused->put(std::move(part));
  return refused;
}

}  // namespace wick::http
