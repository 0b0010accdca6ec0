// Resources, prompts and completion of all connected MCP servers on /mcp (Endpoint, endpoint.h), under the names of
// foreign.h.
//
// A list asks several servers at once, each for one page, and is sent when all have answered or its time is up: a server
// that fails or is slow is left out, which its connector's health and the log say. A request runs in a coroutine of its own
// that owns all it uses, for one that is given up may end later than the list.
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
#include "mcp/offer_cursor.h"
#include "mcp/revision.h"
#include "mcp/server_texts.h"

namespace wick::mcp {
namespace {

constexpr int kLegacyResourceNotFound = -32002;  // 2025-11-25, resources, "Error Handling"

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

// One page of one server as /mcp lists it: entries separated by commas, and where the server's list goes on.
struct Page {
  std::string entries, next_cursor;
};

Page publish_page(const ListKind& kind, const ConnectorEntry& connector, json::object& result) {
  Page page;
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

// A request for one page, on its way.
struct Endpoint::PageRequest {
  std::shared_ptr<const ConnectorEntry> connector;
  ClientSide side;
  OfferPlace place;
  bool is_done = false, is_counted = false;
  Page page = {};
};

bool Endpoint::is_shared(const Message& message) {
  return is_forwarded(message) && message.method != "logging/setLevel";
}

std::vector<std::shared_ptr<const ConnectorEntry>> Endpoint::offering(const Reach& reach) const {
  std::vector<std::shared_ptr<const ConnectorEntry>> out;
  for (const auto& connector : reach.snapshot().connectors) {
    if (runner_.forwards(*connector) && reach.judge_rest(*connector) == Verdict::kAllowed)
      out.push_back(connector);
  }
  // In the order in which they were added, which no change of a label disturbs.
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  return out;
}

http::Task<Endpoint::Answer> Endpoint::answer_shared(Context& context) {
  const Message& message = *context.message;
  if (!message.modern) server_use_.note(lane_of(context));
  if (list_kind(message.method) != nullptr) co_return co_await list_offers(context);
  json::object params = message.params;
  std::shared_ptr<const ConnectorEntry> connector = resolve(context.reach, message.method, params);
  if (connector != nullptr) co_return co_await forward(context, std::move(connector), std::move(params));
  auto outcome = co_await runner_.record(caller(context), message.method, message.params, std::nullopt);
  if (!outcome && outcome.error().code != ErrorCode::kNotFound)
    co_return finished(context, std::move(outcome));
  co_return no_such_offer(context);
}

Endpoint::Answer Endpoint::no_such_offer(const Context& context) const {
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
std::shared_ptr<const ConnectorEntry> Endpoint::resolve(const Reach& reach, std::string_view method,
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
  auto connector = reach.connector(slug);
  const bool found = connector != nullptr && connector->slug == slug && runner_.forwards(*connector) &&
                     reach.judge_rest(*connector) == Verdict::kAllowed;
  if (!found) return nullptr;
  (*holder)[member] = json::string(own);
  return connector;
}

http::Task<void> Endpoint::ask_for_page(std::shared_ptr<PageRequest> request, Caller caller,
                                        std::string method, std::shared_ptr<Mailbox<bool>> done) {
  const ListKind& kind = *list_kind(method);
  try {
    const UserId user = caller.user;
    const json::object can = co_await runner_.capabilities(request->connector, {user, &request->side});
    if (can.contains(kind.capability)) {
      json::object params;
      if (!request->place.cursor.empty()) params["cursor"] = request->place.cursor;
      auto answer = co_await runner_.forward(std::move(caller), request->connector->id, method,
                                             std::move(params), &request->side);
      if (answer && !answer->is_error) {
        const auto work = [&]() -> Result<Page> {
          return publish_page(kind, *request->connector, answer->result);
        };
        Result<Page> page = fail(ErrorCode::kUnavailable, "");
        if (is_larger_than(answer->result, kLongWorkBytes)) {
          page = co_await offload(long_work_, user.str(), work);
        } else {
          page = work();
        }
        if (page) request->page = std::move(*page);
      }
    }
  } catch (const std::exception& error) {
    spdlog::error("connector {}: {}: {}", request->connector->label, method, error.what());
  }
  request->is_done = true;
  done->put(true);
}

std::shared_ptr<Endpoint::PageRequest> Endpoint::begin_page(const Context& context,
                                                            std::shared_ptr<const ConnectorEntry> connector,
                                                            OfferPlace place,
                                                            const std::shared_ptr<Mailbox<bool>>& done) {
  auto request = std::make_shared<PageRequest>();
  request->connector = std::move(connector);
  request->place = std::move(place);
  request->side.lane = lane_of(context);
  request->side.modern = context.message->modern;
  request->side.capabilities =
      context.session ? context.session->capabilities : carried_capabilities(context.message->capabilities);
  request->side.cancellation = std::make_shared<Cancellation>();
  boost::asio::co_spawn(context.exchange->executor(),
                        ask_for_page(request, caller(context), context.message->method, done),
                        boost::asio::detached);
  return request;
}

http::Task<Endpoint::Answer> Endpoint::list_offers(Context& context) {
  using Clock = std::chrono::steady_clock;
  const Message& message = *context.message;
  const auto connectors = offering(context.reach);
  auto cursor = read_offer_cursor(message.params);
  if (!cursor)
    co_return rejected(context, kInvalidParams,
                       "The cursor is not one that " + message.method + " returned.");
  const auto done = std::make_shared<Mailbox<bool>>();
  const auto requests = std::make_shared<std::vector<std::shared_ptr<PageRequest>>>();
  // The connection may be another thread's: the list is this coroutine's alone.
  context.exchange->watch([requests, executor = context.exchange->executor()] {
    boost::asio::post(executor, [requests] {
      for (const auto& request : *requests) request->side.cancellation->cancel();
    });
  });
  const auto deadline = Clock::now() + std::chrono::seconds(kListSeconds);
  std::size_t bytes = 0, running = 0;
  OfferCursor next;
  while (true) {
    while (running < kListAtOnce && bytes < kListBytes && next.has_room(running + 1, *cursor)) {
      auto place = cursor->take(connectors);
      if (!place) break;
      const auto connector = std::find_if(connectors.begin(), connectors.end(),
                                          [&](const auto& one) { return one->id.str() == place->connector; });
      if (connector == connectors.end()) continue;  // not for this user any more
      requests->push_back(begin_page(context, *connector, std::move(*place), done));
      ++running;
    }
    if (running == 0) break;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) break;
    const auto ended = co_await done->take(left);
    if (!ended) break;
    --running;
    for (const auto& request : *requests) {
      if (!request->is_done || std::exchange(request->is_counted, true)) continue;
      bytes += request->page.entries.size();
      if (next.add(request->place, std::move(request->page.next_cursor))) continue;
      spdlog::warn("connector {}: its {} end early on /mcp: the cursor is too long, or there is no end",
                   request->connector->label, message.method);
    }
  }
  std::string entries;
  for (const auto& request : *requests) {
    if (!request->is_counted) {
      request->side.cancellation->cancel();
      spdlog::warn("connector {}: left out of {} on /mcp: no answer within {} seconds",
                   request->connector->label, message.method, kListSeconds);
      continue;
    }
    if (!request->page.entries.empty())
      entries.append(entries.empty() ? "" : ",").append(request->page.entries);
  }
  if (!authenticator_.still_valid(context.principal))
    co_return Answer{{}, authenticator_.invalid_token(context.resource)};
  next.take_rest(std::move(*cursor), connectors);
  std::string result = "{\"" + std::string(list_kind(message.method)->member) + "\":[" + entries + "]";
  if (!next.empty()) result += ",\"nextCursor\":\"" + next.text() + "\"";
  if (message.modern) result += R"(,"resultType":"complete","ttlMs":0,"cacheScope":"private",)" + meta_text();
  co_return Answer{result_text(message.id, result + "}")};
}

http::Task<void> Endpoint::publish(const Context& context, const ConnectorEntry& connector,
                                   json::object& result) {
  const bool is_shared_view = context.only == nullptr && runner_.forwards(connector);
  const std::string version = context.session ? context.session->version : std::string();
  if (!is_shared_view && !has_older_content(version)) co_return;
  const auto work = [&]() -> Result<void> {
    if (is_shared_view) publish_uris(result, connector.slug);
    use_older_content(result, version);
    return {};
  };
  if (is_larger_than(result, kLongWorkBytes)) {
    const auto published = co_await offload(long_work_, context.principal.credential.user.str(), work);
    if (published) co_return;
  }
  (void)work();
}

}  // namespace wick::mcp
