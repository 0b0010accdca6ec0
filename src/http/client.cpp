#include "http/client.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <absl/functional/any_invocable.h>

#include <unistd.h>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/text.h"

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

// Scheme, host and port of a URL, in lower case.
std::string origin_of(std::string_view url) {
  const auto host = url.find("://");
  const auto end = host == std::string_view::npos ? host : url.find_first_of("/?#", host + 3);
  return to_lower_ascii(url.substr(0, end));
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

struct Outgoing {
  ClientRequest request;
  ClientResponse response;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  bool guarded_away = false, too_large = false;
  absl::AnyInvocable<void(Result<ClientResponse>)> done;

  ~Outgoing() {
    if (easy != nullptr) curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Outgoing*>(user);
  if (exchange.response.body.size() + size * count > exchange.request.max_response_bytes) {
    exchange.too_large = true;
    return 0;
  }
  exchange.response.body.append(data, size * count);
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
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Result<ClientResponse> outcome(Outgoing& exchange, CURLcode code) {
  if (exchange.guarded_away) {
    return fail(
        ErrorCode::kForbidden,
        "The address is private, and this connector may not reach private addresses: an admin can allow it.");
  }
  if (exchange.too_large) {
    return fail(ErrorCode::kTooLarge, "The response is larger than " +
                                          std::to_string(exchange.request.max_response_bytes) + " bytes.");
  }
  switch (code) {
    case CURLE_OK:
      break;
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
  long status = 0;
  char* type = nullptr;
  char* redirect = nullptr;
  curl_easy_getinfo(exchange.easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(exchange.easy, CURLINFO_CONTENT_TYPE, &type);
  curl_easy_getinfo(exchange.easy, CURLINFO_REDIRECT_URL, &redirect);
  exchange.response.status = int(status);
  exchange.response.content_type = type == nullptr ? "" : type;
  curl_header* cache = nullptr;
  if (curl_easy_header(exchange.easy, "Cache-Control", 0, CURLH_HEADER, -1, &cache) == CURLHE_OK)
    exchange.response.cache_control = cache->value;
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(exchange.easy, CURLH_HEADER, -1, header)) != nullptr)
    exchange.response.headers.emplace_back(to_lower_ascii(header->name), header->value);
  exchange.response.redirect_url = redirect == nullptr ? "" : redirect;
  return std::move(exchange.response);
}

void prepare(Outgoing& exchange, const std::string& authorities) {
  const ClientRequest& request = exchange.request;
  CURL* easy = exchange.easy = curl_easy_init();
  WICK_ASSERT(easy != nullptr);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, long(request.timeout_seconds));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutSeconds);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "wick/" WICK_VERSION);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
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
  for (const auto& [name, value] : request.headers) {
    exchange.headers = curl_slist_append(exchange.headers, (name + ": " + value).c_str());
  }
  exchange.headers = curl_slist_append(exchange.headers, "Expect:");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange.headers);
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
  // One pool of connections; one thread each, asleep in curl_multi_poll when nothing is under way.
  struct Pool {
    CURLM* multi = curl_multi_init();
    std::mutex mutex;
    std::vector<std::unique_ptr<Outgoing>> arriving;
    std::atomic<std::size_t> active{0};
    bool stopping = false;
    const std::string& authorities;
    std::thread thread;

    explicit Pool(const std::string& trusted) : authorities(trusted), thread([this] { loop(); }) {}
    ~Pool() {
      {
        std::lock_guard lock(mutex);
        stopping = true;
      }
      curl_multi_wakeup(multi);
      thread.join();
      curl_multi_cleanup(multi);
    }

    void finish(std::unique_ptr<Outgoing> exchange, Result<ClientResponse> result) {
      --active;
      auto done = std::move(exchange->done);
      exchange.reset();
      done(std::move(result));
    }

    void loop() {
      std::vector<Outgoing*> running;
      for (;;) {
        std::vector<std::unique_ptr<Outgoing>> starting;
        bool stop = false;
        {
          std::lock_guard lock(mutex);
          starting.swap(arriving);
          stop = stopping;
        }
        for (auto& exchange : starting) {
          prepare(*exchange, authorities);
          curl_multi_add_handle(multi, exchange->easy);
          running.push_back(exchange.release());
        }
        if (stop) break;
        int count = 0;
        curl_multi_perform(multi, &count);
        while (const CURLMsg* message = curl_multi_info_read(multi, &count)) {
          if (message->msg != CURLMSG_DONE) continue;
          const CURLcode code = message->data.result;
          char* raw = nullptr;
          curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &raw);
          std::unique_ptr<Outgoing> exchange(reinterpret_cast<Outgoing*>(raw));
          std::erase(running, exchange.get());
          Result<ClientResponse> result = outcome(*exchange, code);
          curl_multi_remove_handle(multi, exchange->easy);
          finish(std::move(exchange), std::move(result));
        }
        curl_multi_poll(multi, nullptr, 0, running.empty() ? INT_MAX : kPollMillis, nullptr);
      }
      for (Outgoing* raw : running) {
        std::unique_ptr<Outgoing> exchange(raw);
        curl_multi_remove_handle(multi, exchange->easy);
        finish(std::move(exchange), fail(ErrorCode::kUnavailable, "The server is shutting down."));
      }
    }
  };

  Pool& pool(bool allow_private) { return allow_private ? open : guarded; }
  explicit Impl(const std::string& ca_file) : authorities(read_authorities(ca_file)) {}
  const std::string authorities;
  Pool guarded{authorities}, open{authorities};
};

Client::Client(const std::string& ca_file) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  impl_ = std::make_unique<Impl>(ca_file);
}
Client::~Client() = default;

// Redirects are followed here and not by libcurl, which would send headers that carry keys to any host.
Task<Result<ClientResponse>> Client::send(ClientRequest request) {
  for (long hops = 0;; ++hops) {
    ClientRequest once = request;
    auto response = co_await send_once(std::move(once));
    if (!response || !request.follow_redirects || response->redirect_url.empty()) co_return response;
    if (hops == kMaxRedirects) {
      co_return fail(ErrorCode::kUpstream,
                     "The system redirects more than " + std::to_string(kMaxRedirects) + " times.");
    }
    if (origin_of(request.url) != origin_of(response->redirect_url)) {
      co_return fail(
          ErrorCode::kForbidden,
          "The system redirects to another host, which must not get this connector's credentials: an "
          "admin can set that host as base URL.");
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
  Impl::Pool& pool = impl_->pool(request.allow_private_addresses);
  if (pool.active.fetch_add(1) >= kMaxClientRequests) {
    --pool.active;
    co_return fail(ErrorCode::kUnavailable,
                   "Too many requests to other systems are under way: try again in a moment.");
  }
  const Executor home = co_await asio::this_coro::executor;
  Result<ClientResponse> result;
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>(
      [&](auto resume) {
        auto exchange = std::make_unique<Outgoing>();
        exchange->request = std::move(request);
        exchange->done = [&result, resume = std::move(resume),
                          guard = asio::make_work_guard(home)](Result<ClientResponse> outcome) mutable {
          result = std::move(outcome);
          asio::post(guard.get_executor(), std::move(resume));
        };
        {
          std::lock_guard lock(pool.mutex);
          pool.arriving.push_back(std::move(exchange));
        }
        curl_multi_wakeup(pool.multi);
      },
      asio::use_awaitable_t<Executor>());
  co_return result;
}

}  // namespace wick::http
