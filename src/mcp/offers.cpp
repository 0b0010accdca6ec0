// Resources, prompts and completion of all connected MCP servers on /mcp (Endpoint, endpoint.h), under the names of
// foreign.h.
//
// A list asks several servers at once, each for one page, and is sent when all have answered or kListSeconds are up. Of a
// server that fails or is slow it has what is known (known_offers.h); the connector's health and the log say so. A request
// runs in a coroutine of its own that owns all it uses, on the io thread of the list, and may end later than the list. The
// client ends it by going away, until the list has been sent without it.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "base/json.h"
#include "base/log.h"
#include "base/offload.h"
#include "base/text.h"
#include "mcp/endpoint.h"
#include "mcp/foreign.h"
#include "mcp/message.h"
#include "mcp/offer_cursor.h"
#include "mcp/revision.h"
#include "mcp/server_texts.h"

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

OfferPage publish_page(const ListKind& kind, const ConnectorEntry& connector, json::object& result) {
  OfferPage page;
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
    name_connector(entry, connector.label);
    if (!page.entries.empty()) page.entries += ',';
    page.entries += to_json(entry);
  }
  return page;
}

}  // namespace

// A request for one page, on its way, and what the list has of the page.
struct Endpoint::PageRequest {
  const ListKind& kind;
  std::shared_ptr<const ConnectorEntry> connector;
  OfferKey key;
  OfferPlace place;
  McpClientSession client = {};
  bool is_done = false;  // the list has `page`
  bool is_late = false;  // the request goes on without the list
  bool is_counted = false;
  OfferPage page = {};
};

bool Endpoint::is_shared(const Message& message) {
  return is_forwarded(message) && message.method != "logging/setLevel";
}

std::vector<std::shared_ptr<const ConnectorEntry>> Endpoint::offering(const EffectiveAccess& access) const {
  std::vector<std::shared_ptr<const ConnectorEntry>> out;
  for (const auto& connector : access.snapshot().connectors) {
    if (runner_.is_mcp_server(*connector) &&
        access.decide_passthrough(*connector) == AccessDecision::kAllowed)
      out.push_back(connector);
  }
  // In the order in which they were added, which no change of a label disturbs.
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  return out;
}

http::Task<Answer> Endpoint::answer_shared(RequestContext& context) {
  const Message& message = *context.message;
  if (!message.modern) server_use_.note(client_key_of(context));
  if (list_kind(message.method) != nullptr) co_return co_await list_offers(context);
  json::object params = message.params;
  std::shared_ptr<const ConnectorEntry> connector = resolve(context.access, message.method, params);
  if (connector != nullptr) co_return co_await forward(context, std::move(connector), std::move(params));
  auto outcome = co_await runner_.record(caller_of(context, authenticator_), message.method, message.params,
                                         std::nullopt);
  if (!outcome && outcome.error().code != ErrorCode::kNotFound)
    co_return failed_call(context, authenticator_, outcome.error());
  co_return no_such_offer(context);
}

Answer Endpoint::no_such_offer(const RequestContext& context) const {
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

// Which connector a request is for; its name or URI in `params` becomes the server's own. Null: none for this caller.
std::shared_ptr<const ConnectorEntry> Endpoint::resolve(const EffectiveAccess& access,
                                                        std::string_view method, json::object& params) const {
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

http::Task<KnownOffers::Ended> Endpoint::fetch_page(const PageRequest& request, Caller caller,
                                                    OfferPage& page) {
  using Ended = KnownOffers::Ended;
  const auto failed = [](const Error& error) {
    return is_own_refusal(error.code) || error.code == ErrorCode::kNotFound ||
                   error.code == ErrorCode::kUnauthenticated
               ? Ended::kRefused
               : Ended::kFailed;
  };
  const UserId user = caller.user;
  const auto can = co_await runner_.capabilities(request.connector, {user, &request.client});
  if (!can) co_return failed(can.error());
  if (!can->contains(request.kind.capability)) co_return Ended::kAnswered;
  json::object params;
  if (!request.place.cursor.empty()) params["cursor"] = request.place.cursor;
  auto answer =
      co_await runner_.forward(std::move(caller), request.connector->id, std::string(request.kind.method),
                               std::move(params), &request.client);
  if (!answer) co_return failed(answer.error());
  if (answer->is_error) co_return answer->error_code == kMethodNotFound ? Ended::kAnswered : Ended::kFailed;
  const auto work = [&]() -> Result<OfferPage> {
    return publish_page(request.kind, *request.connector, answer->result);
  };
  Result<OfferPage> made = fail(ErrorCode::kUnavailable, "");
  if (is_larger_than(answer->result, kLongWorkBytes)) {
    made = co_await offload(long_work_, user.str(), work);
  } else {
    made = work();
  }
  if (!made) co_return Ended::kFailed;
  page = std::move(*made);
  co_return Ended::kAnswered;
}

http::Task<void> Endpoint::ask_for_page(std::shared_ptr<PageRequest> request, Caller caller,
                                        std::shared_ptr<Mailbox<bool>> done) {
  const auto began = std::chrono::steady_clock::now();
  OfferPage page;
  KnownOffers::Ended how = KnownOffers::Ended::kFailed;
  try {
    how = co_await fetch_page(*request, std::move(caller), page);
  } catch (const std::exception& error) {
    spdlog::error("connector {}: {}: {}", request->connector->label, request->kind.method, error.what());
  }
  if (request->client.cancellation->cancelled()) how = KnownOffers::Ended::kCancelled;
  const bool is_slow = std::chrono::steady_clock::now() - began > std::chrono::seconds(kListSeconds);
  if (how == KnownOffers::Ended::kAnswered && request->is_late) runner_.note_answer(*request->connector, "");
  if (!request->is_late) {
    if (how == KnownOffers::Ended::kAnswered) request->page = page;
    if (how == KnownOffers::Ended::kFailed) request->page = known_.find(request->key).value_or(OfferPage());
  }
  for (const TokenId& credential : known_.end(request->key, how, std::move(page), request->is_late, is_slow))
    streams_.wake_token(credential);
  request->is_done = true;
  done->put(true);
}

std::shared_ptr<Endpoint::PageRequest> Endpoint::make_page_request(
    const RequestContext& context, std::shared_ptr<const ConnectorEntry> connector, OfferPlace place) const {
  const ListKind& kind = *list_kind(context.message->method);
  OfferKey key(context.principal.credential.user, *connector, kind.method, place.cursor);
  auto request = std::make_shared<PageRequest>(
      PageRequest{kind, std::move(connector), std::move(key), std::move(place)});
  request->client.lane = client_key_of(context);
  request->client.modern = context.message->modern;
  request->client.capabilities =
      context.session ? context.session->capabilities : carried_capabilities(context.message->capabilities);
  request->client.cancellation = std::make_shared<Cancellation>();
  return request;
}

// The list goes on without this request's answer.
void Endpoint::give_up(PageRequest& request, const TokenId& credential) {
  const std::string what = "no answer to " + std::string(request.kind.method) + " within " +
                           std::to_string(kListSeconds) + " seconds";
  spdlog::warn("connector {}: {}: the list on /mcp has what is known", request.connector->label, what);
  runner_.note_answer(*request.connector, "There was " + what + ".");
  request.is_late = known_.give_up(request.key, credential);
  if (!request.is_late) request.client.cancellation->cancel();
  request.page = known_.find(request.key).value_or(OfferPage());
}

http::Task<Answer> Endpoint::list_offers(RequestContext& context) {
  using Clock = std::chrono::steady_clock;
  const Message& message = *context.message;
  const TokenId credential = context.principal.credential.id;
  const auto connectors = offering(context.access);
  auto cursor = read_offer_cursor(message.params);
  if (!cursor)
    co_return rejected(context, kInvalidParams,
                       "The cursor is not one that " + message.method + " returned.");
  const auto done = std::make_shared<Mailbox<bool>>();
  const auto requests = std::make_shared<std::vector<std::shared_ptr<PageRequest>>>();
  // The connection may be another thread's: the list is this coroutine's alone.
  context.exchange->watch([requests, executor = context.exchange->executor()] {
    boost::asio::post(executor, [requests] {
      for (const auto& request : *requests) {
        if (!request->is_late) request->client.cancellation->cancel();
      }
    });
  });
  const auto deadline = Clock::now() + std::chrono::seconds(kListSeconds);
  std::size_t bytes = 0, running = 0;
  OfferCursor next;
  const auto count = [&](PageRequest& request) {
    if (std::exchange(request.is_counted, true)) return;
    bytes += request.page.entries.size();
    if (next.add(request.place, request.page.next_cursor)) return;
    spdlog::warn("connector {}: its {} end early on /mcp: the cursor is too long, or there is no end",
                 request.connector->label, message.method);
  };
  while (true) {
    while (running < kListAtOnce && bytes < kListBytes && next.has_room(running + 1, *cursor)) {
      auto place = cursor->take(connectors);
      if (!place) break;
      const auto connector = std::find_if(connectors.begin(), connectors.end(),
                                          [&](const auto& one) { return one->id.str() == place->connector; });
      if (connector == connectors.end()) continue;  // not for this user any more
      const auto request = make_page_request(context, *connector, std::move(*place));
      requests->push_back(request);
      const auto asking = known_.begin(request->key, credential);
      request->is_late = asking == KnownOffers::Asking::kLate;
      if (asking != KnownOffers::Asking::kInTime) {
        request->page = known_.find(request->key).value_or(OfferPage());
        count(*request);
      }
      running += asking == KnownOffers::Asking::kInTime ? 1 : 0;
      if (asking == KnownOffers::Asking::kUnderWay) continue;
      boost::asio::co_spawn(context.exchange->executor(),
                            ask_for_page(request, caller_of(context, authenticator_), done),
                            boost::asio::detached);
    }
    if (running == 0) break;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) break;
    const auto ended = co_await done->take(left);
    if (!ended) break;
    for (const auto& request : *requests) {
      if (!request->is_done || request->is_counted) continue;
      --running;
      count(*request);
    }
  }
  for (const auto& request : *requests) {
    if (request->is_counted) continue;
    give_up(*request, credential);
    count(*request);
  }
  std::string entries;
  for (const auto& request : *requests) {
    if (!request->page.entries.empty())
      entries.append(entries.empty() ? "" : ",").append(request->page.entries);
  }
  requests->clear();  // those that go on are the client's no more
  if (!authenticator_.still_valid(context.principal))
    co_return Answer{{}, authenticator_.invalid_token(context.resource)};
  next.take_rest(std::move(*cursor), connectors);
  std::string result = "{\"" + std::string(list_kind(message.method)->member) + "\":[" + entries + "]";
  if (!next.empty()) result += ",\"nextCursor\":\"" + next.text() + "\"";
  if (message.modern) result += R"(,"resultType":"complete","ttlMs":0,"cacheScope":"private",)" + meta_text();
  co_return Answer{result_text(message.id, result + "}")};
}

}  // namespace wick::mcp
