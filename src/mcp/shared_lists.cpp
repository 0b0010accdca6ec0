// Resources, prompts and completion of all connected MCP servers on /mcp (Endpoint, endpoint.h), under the names of
// upstream_definitions.h.
//
// A list asks several servers at the same time, each for one page. It is sent when all have responded, or after
// kListTimeout. For a server that fails or is slow, the list contains the cached page (page_cache.h), and the connector's
// health and the log record it. A page request runs in its own coroutine, on the io thread of the list. The coroutine owns
// everything that it uses, because it may end later than the list. When the client disconnects before the list is sent, its
// requests are cancelled.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "base/json.h"
#include "base/log.h"
#include "base/offload.h"
#include "base/text.h"
#include "mcp/endpoint.h"
#include "mcp/list_cursor.h"
#include "mcp/message.h"
#include "mcp/revision.h"
#include "mcp/server_texts.h"
#include "mcp/upstream_definitions.h"

namespace wick::mcp {
namespace {

struct ListKind {
  std::string_view method, member, capability;
  bool (*make_readable)(json::object& entry);
};
constexpr ListKind kLists[] = {
    {"resources/list", "resources", "resources", make_readable_resource},
    {"resources/templates/list", "resourceTemplates", "resources", make_readable_template},
    {"prompts/list", "prompts", "prompts", make_readable_prompt}};

const ListKind* list_kind(std::string_view method) {
  const auto found = std::find_if(std::begin(kLists), std::end(kLists),
                                  [&](const ListKind& one) { return one.method == method; });
  return found == std::end(kLists) ? nullptr : found;
}

CachedPage publish_page(const ListKind& kind, const ConnectorEntry& connector, json::object& result) {
  CachedPage page;
  page.next_cursor = text_or_empty(result, "nextCursor");
  auto* list = result.if_contains(kind.member);
  if (list == nullptr || !list->is_array()) return page;
  for (json::value& item : list->get_array()) {
    if (!item.is_object() || !kind.make_readable(item.get_object())) continue;
    json::object& entry = item.get_object();
    const bool is_prompt = kind.capability == "prompts";
    const char* member = is_prompt ? "name" : entry.contains("uri") ? "uri" : "uriTemplate";
    const std::string own = text_or_empty(entry, member);
    entry[member] =
        json::string(is_prompt ? public_prompt_name(connector.slug, own) : public_uri(connector.slug, own));
    label_entry(entry, connector.label);
    if (!page.entries.empty()) page.entries += ',';
    page.entries += to_json(entry);
  }
  return page;
}

}  // namespace

// A request for one page, and the page.
struct Endpoint::PageRequest {
  const ListKind& kind;
  std::shared_ptr<const ConnectorEntry> connector;
  PageKey key;
  PagePosition position;
  McpClientSession client = {};
  bool is_done = false;   // the request has ended, and `page` is set
  bool is_late = false;   // the list does not wait for the request
  bool is_added = false;  // the page is in the list
  CachedPage page = {};
};

bool Endpoint::is_shared(const Message& message) {
  return is_forwarded(message) && message.method != "logging/setLevel";
}

std::vector<std::shared_ptr<const ConnectorEntry>> Endpoint::find_mcp_connectors(
    const EffectiveAccess& access) const {
  std::vector<std::shared_ptr<const ConnectorEntry>> out;
  for (const auto& connector : access.snapshot().connectors) {
    if (runner_.is_mcp_server(*connector) &&
        access.decide_passthrough(*connector) == AccessDecision::kAllowed)
      out.push_back(connector);
  }
  // Ids order by creation, so a change of a label does not change the order.
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  return out;
}

http::Task<Answer> Endpoint::answer_shared_request(RequestContext& context) {
  const Message& message = *context.message;
  if (!message.modern) server_use_.record_use(client_key_of(context));
  if (list_kind(message.method) != nullptr) co_return co_await list_shared(context);
  json::object params = message.params;
  std::shared_ptr<const ConnectorEntry> connector = resolve_connector(context.access, message.method, params);
  if (connector != nullptr) co_return co_await forward(context, std::move(connector), std::move(params));
  auto outcome = co_await runner_.record(caller_of(context, authenticator_), message.method, message.params,
                                         std::nullopt);
  if (!outcome && outcome.error().code != ErrorCode::kNotFound)
    co_return failed_call(context, authenticator_, outcome.error());
  co_return refuse_unknown_name(context);
}

Answer Endpoint::refuse_unknown_name(const RequestContext& context) const {
  const Message& message = *context.message;
  const bool is_prompt = message.method == "prompts/get";
  Rejection refused{200, kInvalidParams, "", message.id};
  refused.message = is_prompt ? "There is no such prompt for you. Call prompts/list for those there are."
                              : "There is no such resource for you. Call resources/list for those there are.";
  if (message.method == "resources/read" && !message.modern) refused.code = kLegacyResourceNotFound;
  const auto* uri = message.params.if_contains("uri");
  if (uri != nullptr && uri->is_string()) refused.data.emplace_object()["uri"] = *uri;
  return {error_text(refused), std::nullopt, 200};
}

// Finds the connector of a request, and replaces the name or URI in `params` by that of the server. Null: the caller may use no
// such connector.
std::shared_ptr<const ConnectorEntry> Endpoint::resolve_connector(const EffectiveAccess& access,
                                                                  std::string_view method,
                                                                  json::object& params) const {
  json::object* holder = &params;
  bool by_name = method == "prompts/get";
  if (method == "completion/complete") {
    auto* ref = params.if_contains("ref");
    if (ref == nullptr || !ref->is_object()) return nullptr;
    holder = &ref->get_object();
    by_name = text_or_empty(*holder, "type") == "ref/prompt";
  }
  const char* member = by_name ? "name" : "uri";
  const std::string given = text_or_empty(*holder, member);
  std::string slug, own;
  if (by_name) {
    auto prompt = parse_public_prompt_name(given);
    if (!prompt) return nullptr;
    slug = std::move(prompt->slug);
    own = std::move(prompt->name);
  } else {
    auto resource = parse_public_uri(given);
    if (!resource) return nullptr;
    slug = std::move(resource->slug);
    own = std::move(resource->uri);
  }
  auto connector = access.connector(slug);
  const bool found = connector != nullptr && connector->slug == slug && runner_.is_mcp_server(*connector) &&
                     access.decide_passthrough(*connector) == AccessDecision::kAllowed;
  if (!found) return nullptr;
  (*holder)[member] = json::string(own);
  return connector;
}

http::Task<PageCache::Outcome> Endpoint::fetch_page(const PageRequest& request, Caller caller,
                                                    CachedPage& page) {
  using Outcome = PageCache::Outcome;
  const auto failed = [](const Error& error) {
    return is_own_refusal(error.code) || error.code == ErrorCode::kNotFound ||
                   error.code == ErrorCode::kUnauthenticated
               ? Outcome::kRefused
               : Outcome::kFailed;
  };
  const UserId user = caller.user;
  const auto can = co_await runner_.capabilities(request.connector, {user, &request.client});
  if (!can) co_return failed(can.error());
  if (!can->contains(request.kind.capability)) co_return Outcome::kAnswered;
  json::object params;
  if (!request.position.cursor.empty()) params["cursor"] = request.position.cursor;
  auto answer =
      co_await runner_.forward(std::move(caller), request.connector->id, std::string(request.kind.method),
                               std::move(params), &request.client);
  if (!answer) co_return failed(answer.error());
  if (answer->is_error)
    co_return answer->error_code == kMethodNotFound ? Outcome::kAnswered : Outcome::kFailed;
  const auto work = [&]() -> Result<CachedPage> {
    return publish_page(request.kind, *request.connector, answer->result);
  };
  Result<CachedPage> made = fail(ErrorCode::kUnavailable, "");
  if (is_larger_than(answer->result, kLongWorkBytes)) {
    made = co_await offload(long_work_, user.str(), work);
  } else {
    made = work();
  }
  if (!made) co_return Outcome::kFailed;
  page = std::move(*made);
  co_return Outcome::kAnswered;
}

http::Task<void> Endpoint::request_page(std::shared_ptr<PageRequest> request, Caller caller,
                                        std::shared_ptr<Mailbox<bool>> done) {
  const auto began = std::chrono::steady_clock::now();
  CachedPage page;
  PageCache::Outcome how = PageCache::Outcome::kFailed;
  try {
    how = co_await fetch_page(*request, std::move(caller), page);
  } catch (const std::exception& error) {
    spdlog::error("connector {}: {}: {}", request->connector->label, request->kind.method, error.what());
  }
  if (request->client.cancellation->cancelled()) how = PageCache::Outcome::kCancelled;
  const bool is_slow = std::chrono::steady_clock::now() - began > kListTimeout;
  if (how == PageCache::Outcome::kAnswered && request->is_late) runner_.note_answer(*request->connector, "");
  if (!request->is_late) {
    if (how == PageCache::Outcome::kAnswered) request->page = page;
    if (how == PageCache::Outcome::kFailed)
      request->page = page_cache_.find(request->key).value_or(CachedPage());
  }
  for (const TokenId& credential :
       page_cache_.finish_request(request->key, how, std::move(page), request->is_late, is_slow))
    streams_.wake_token(credential);
  request->is_done = true;
  done->put(true);
}

std::shared_ptr<Endpoint::PageRequest> Endpoint::make_page_request(
    const RequestContext& context, std::shared_ptr<const ConnectorEntry> connector,
    PagePosition position) const {
  const ListKind& kind = *list_kind(context.message->method);
  PageKey key(context.principal.credential.user, *connector, kind.method, position.cursor);
  auto request = std::make_shared<PageRequest>(
      PageRequest{kind, std::move(connector), std::move(key), std::move(position)});
  request->client.client_key = client_key_of(context);
  request->client.modern = context.message->modern;
  request->client.capabilities =
      context.session ? context.session->capabilities : carried_capabilities(context.message->capabilities);
  request->client.cancellation = std::make_shared<Cancellation>();
  return request;
}

// Continues the list without the response to this request.
void Endpoint::stop_waiting(PageRequest& request, const TokenId& credential) {
  const std::string what = "no answer to " + std::string(request.kind.method) + " within " +
                           std::to_string(kListTimeout.count()) + " seconds";
  spdlog::warn("connector {}: {}: the list on /mcp uses the cached page", request.connector->label, what);
  runner_.note_answer(*request.connector, "There was " + what + ".");
  request.is_late = page_cache_.mark_late(request.key, credential);
  if (!request.is_late) request.client.cancellation->cancel();
  request.page = page_cache_.find(request.key).value_or(CachedPage());
}

// One list in the making. It belongs to the coroutine of its request.
struct Endpoint::ListInProgress {
  using Clock = std::chrono::steady_clock;

  std::vector<std::shared_ptr<const ConnectorEntry>> connectors;
  ListCursor remaining;  // the pages that have not been requested
  ListCursor next = {};  // the pages that the client requests with the next cursor
  std::shared_ptr<std::vector<std::shared_ptr<PageRequest>>> requests =
      std::make_shared<std::vector<std::shared_ptr<PageRequest>>>();
  std::shared_ptr<Mailbox<bool>> done = std::make_shared<Mailbox<bool>>();
  Clock::time_point deadline = Clock::now() + kListTimeout;
  std::size_t bytes = 0;
  std::size_t running = 0;  // requests that the list waits for

  bool has_room() const {
    return running < kListAtOnce && bytes < kListBytes && next.has_room(running + 1, remaining);
  }
  // Adds the page of the request to the list, once.
  void add_page(PageRequest& request) {
    if (std::exchange(request.is_added, true)) return;
    bytes += request.page.entries.size();
    if (next.add(request.position, request.page.next_cursor)) return;
    spdlog::warn("connector {}: its {} end early on /mcp: the cursor is too long, or there is no end",
                 request.connector->label, request.kind.method);
  }
  std::string entries() const {
    std::string out;
    for (const auto& request : *requests) {
      if (!request->page.entries.empty()) out.append(out.empty() ? "" : ",").append(request->page.entries);
    }
    return out;
  }
};

// Starts requests for the next pages, as long as the list has room.
void Endpoint::start_page_requests(RequestContext& context, ListInProgress& list) {
  const TokenId credential = context.principal.credential.id;
  while (list.has_room()) {
    auto position = list.remaining.take(list.connectors);
    if (!position) return;
    const auto connector = std::find_if(list.connectors.begin(), list.connectors.end(), [&](const auto& one) {
      return one->id.str() == position->connector;
    });
    if (connector == list.connectors.end()) continue;  // not for this user any more
    const auto request = make_page_request(context, *connector, std::move(*position));
    list.requests->push_back(request);
    const auto start = page_cache_.start_request(request->key, credential);
    request->is_late = start == PageCache::Start::kDoNotWait;
    if (start == PageCache::Start::kWait) {
      ++list.running;
    } else {
      request->page = page_cache_.find(request->key).value_or(CachedPage());
      list.add_page(*request);
    }
    if (start == PageCache::Start::kSkip) continue;
    boost::asio::co_spawn(context.exchange->executor(),
                          request_page(request, caller_of(context, authenticator_), list.done),
                          boost::asio::detached);
  }
}

// Requests the pages of the list, and waits for them until its deadline.
http::Task<void> Endpoint::collect_pages(RequestContext& context, ListInProgress& list) {
  while (true) {
    start_page_requests(context, list);
    if (list.running == 0) break;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(list.deadline - ListInProgress::Clock::now());
    if (left.count() <= 0) break;
    const auto ended = co_await list.done->take(left);
    if (!ended) break;
    for (const auto& request : *list.requests) {
      if (!request->is_done || request->is_added) continue;
      --list.running;
      list.add_page(*request);
    }
  }
  for (const auto& request : *list.requests) {
    if (request->is_added) continue;
    stop_waiting(*request, context.principal.credential.id);
    list.add_page(*request);
  }
}

http::Task<Answer> Endpoint::list_shared(RequestContext& context) {
  const Message& message = *context.message;
  auto cursor = read_list_cursor(message.params);
  if (!cursor)
    co_return rejected(context, kInvalidParams,
                       "The cursor is not one that " + message.method + " returned.");
  ListInProgress list{find_mcp_connectors(context.access), std::move(*cursor)};
  // The connection may belong to another thread, but the requests belong to this coroutine's thread.
  context.exchange->watch([requests = list.requests, executor = context.exchange->executor()] {
    boost::asio::post(executor, [requests] {
      for (const auto& request : *requests) {
        if (!request->is_late) request->client.cancellation->cancel();
      }
    });
  });
  co_await collect_pages(context, list);
  const std::string entries = list.entries();
  list.requests->clear();  // the client's disconnection does not cancel the late requests
  if (!authenticator_.still_valid(context.principal))
    co_return Answer{{}, authenticator_.invalid_token(context.resource)};
  list.next.take_rest(std::move(list.remaining), list.connectors);
  std::string result = "{\"" + std::string(list_kind(message.method)->member) + "\":[" + entries + "]";
  if (!list.next.empty()) result += ",\"nextCursor\":\"" + list.next.text() + "\"";
  if (message.modern) result += R"(,"resultType":"complete","ttlMs":0,"cacheScope":"private",)" + meta_text();
  co_return Answer{result_text(message.id, result + "}")};
}

}  // namespace wick::mcp
