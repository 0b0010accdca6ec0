// The streams on which a client hears of changes: subscriptions/listen, and GET of the legacy revisions
// (Endpoint, endpoint.h).
//
// A stream writes from one coroutine. What the server behind a view says comes from a second one on the same
// io thread, which hands its texts over (Stream::say); it shares nothing else with the first and ends when
// the stream's cancellation does. A server that goes away is asked again, after ever longer pauses.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>

#include "base/json.h"
#include "base/log.h"
#include "base/offload.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "mcp/content_negotiation.h"
#include "mcp/endpoint.h"
#include "mcp/foreign.h"
#include "mcp/server_texts.h"
#include "mcp/tools.h"

namespace wick::mcp {
namespace {

constexpr int kMaxReconnectSeconds = 60;

constexpr const char* kFlags[] = {"toolsListChanged", "promptsListChanged", "resourcesListChanged"};

// What of the filter is honoured: tools by Wick itself, the rest if the view's server can.
json::object honoured(const json::object& wanted, const json::object& capabilities) {
  const auto can = [&](const char* what, const char* how) {
    const auto* one = capabilities.if_contains(what);
    return one != nullptr && one->is_object() && bool_or_false(one->get_object(), how);
  };
  json::object out;
  if (bool_or_false(wanted, "toolsListChanged")) out["toolsListChanged"] = true;
  if (bool_or_false(wanted, "promptsListChanged") && can("prompts", "listChanged"))
    out["promptsListChanged"] = true;
  if (bool_or_false(wanted, "resourcesListChanged") && can("resources", "listChanged"))
    out["resourcesListChanged"] = true;
  const auto* uris = wanted.if_contains("resourceSubscriptions");
  if (uris != nullptr && uris->is_array() && can("resources", "subscribe"))
    out["resourceSubscriptions"] = *uris;
  return out;
}

// A notification of the server's as it goes to our client, who has his own subscription id.
std::string as_event(json::object notification, const std::string& meta) {
  auto* params = notification.if_contains("params");
  json::object inner =
      params != nullptr && params->is_object() ? std::move(params->get_object()) : json::object();
  inner.erase("_meta");
  std::string text = to_json(inner);
  if (!meta.empty()) {
    text.pop_back();
    text.append(inner.empty() ? "" : ",").append(meta).append("}");
  }
  return event(R"({"jsonrpc":"2.0","method":)" +
               to_json(json::string(text_or_empty(notification, "method"))) + R"(,"params":)" + text + "}");
}

}  // namespace

http::Task<std::string> Endpoint::tools_fingerprint(Principal principal,
                                                    std::shared_ptr<const AccessSnapshot> snapshot) const {
  const auto work = [&]() -> Result<std::string> {
    const EffectiveAccess access(snapshot, principal.credential.user, principal.credential.scope);
    std::string all;
    for (const OperationRef& ref : access.operations()) {
      all.append(tool_name(*ref.connector, *ref.operation))
          .append(ref.operation->description)
          .append(ref.operation->input_schema_text);
    }
    return std::string(as_bytes(sha256(all)));
  };
  if (!is_long_catalogue(*snapshot)) co_return std::move(*work());
  auto done = co_await offload(long_work_, principal.credential.user.str(), work);
  co_return done ? std::move(*done) : std::string();  // refused: another one, which tells of a change
}

// One server that a stream listens to. Of a coroutine of its own, which holds it.
struct Endpoint::Followed {
  std::shared_ptr<Stream> stream;
  std::shared_ptr<const ConnectorEntry> connector;
  Principal principal;
  McpClientSession client;
  json::object filter;
  std::string meta;
  bool is_shared = false;  // on /mcp, not in the connector's own view

  // Set up anew, it is another server.
  bool is_same(const ConnectorEntry& now) const {
    return now.config == connector->config && now.sealed_secrets == connector->sealed_secrets;
  }
};

struct Endpoint::Listening {
  std::shared_ptr<Stream> stream;
  Principal principal;
  http::Executor executor;
  std::string client_key;
  bool is_modern = false;
  json::object capabilities = {}, filter = {};  // of the client
  std::string meta = {};
  std::optional<ConnectorId> only = {};          // of a view
  std::map<std::string, json::array> uris = {};  // on /mcp: by label, those that are listened to
  std::map<ConnectorId, std::shared_ptr<Followed>> servers = {};

  bool wants_lists() const {
    return bool_or_false(filter, "promptsListChanged") || bool_or_false(filter, "resourcesListChanged");
  }
  void end() {
    for (const auto& [id, server] : servers) server->client.cancellation->cancel();
    servers.clear();
  }
};

namespace {

// What of a server's notification goes to a client on /mcp; empty: nothing.
json::object shared_notification(json::object message, std::string_view slug) {
  const std::string method = text_or_empty(message, "method");
  if (method != "notifications/prompts/list_changed" && method != "notifications/resources/list_changed" &&
      method != "notifications/resources/updated")
    return {};
  auto* params = message.if_contains("params");
  if (params == nullptr || !params->is_object()) return message;
  auto* uri = params->get_object().if_contains("uri");
  if (uri != nullptr && uri->is_string()) *uri = json::string(public_uri(slug, uri->get_string()));
  return message;
}

}  // namespace

http::Task<void> Endpoint::pass_on_changes(std::shared_ptr<Followed> followed) const {
  const auto pause = std::make_shared<Mailbox<bool>>();
  const std::shared_ptr<Cancellation> cancellation = followed->client.cancellation;
  const Credential& credential = followed->principal.credential;
  for (int wait = 1; !cancellation->cancelled(); wait = std::min(wait * 2, kMaxReconnectSeconds)) {
    json::object wanted = followed->filter;
    // By name: g++ 12 destroys a temporary in an argument of co_await twice.
    std::function<void(json::object)> heard = [&](json::object message) {
      wait = 1;
      if (!followed->is_shared) return followed->stream->say(as_event(std::move(message), followed->meta));
      // Asked of each: a view's stream ends with its access, and this one goes on.
      const EffectiveAccess now(access_.snapshot(), credential.user, credential.scope);
      const auto connector = now.connector(followed->connector->id.str());
      if (cancellation->cancelled() || connector == nullptr || !followed->is_same(*connector) ||
          now.decide_passthrough(*connector) != AccessDecision::kAllowed)
        return;
      json::object passed = shared_notification(std::move(message), connector->slug);
      if (!passed.empty()) followed->stream->say(as_event(std::move(passed), followed->meta));
    };
    auto ended = co_await runner_.listen(followed->connector, {credential.user, &followed->client},
                                         std::move(wanted), std::move(heard));
    if (ended) break;
    spdlog::debug("connector {}: {}", followed->connector->label, ended.error().message);
    cancellation->on_cancel([pause] { pause->close(); });
    co_await pause->take(std::chrono::seconds(wait));
    cancellation->on_cancel(nullptr);
  }
}

// Ends listening to servers that the caller may not use any more, and begins with those that he may.
void Endpoint::follow_servers(Listening& listening) const {
  const Credential& credential = listening.principal.credential;
  const EffectiveAccess access(access_.snapshot(), credential.user, credential.scope);
  std::erase_if(listening.servers, [&](const auto& one) {
    const auto now = access.connector(one.first.str());
    // On /mcp its label is part of its resources' names.
    const bool stays = now != nullptr && one.second->is_same(*now) &&
                       (listening.only || (now->slug == one.second->connector->slug &&
                                           access.decide_passthrough(*now) == AccessDecision::kAllowed));
    if (!stays) one.second->client.cancellation->cancel();
    return !stays;
  });
  const auto follow = [&](const std::shared_ptr<const ConnectorEntry>& connector, json::object filter) {
    const auto followed = std::make_shared<Followed>();
    followed->stream = listening.stream;
    followed->connector = connector;
    followed->principal = listening.principal;
    followed->client.lane = listening.client_key;
    followed->client.modern = listening.is_modern;
    followed->client.capabilities = listening.capabilities;
    followed->client.cancellation = std::make_shared<Cancellation>();
    followed->filter = std::move(filter);
    followed->meta = listening.meta;
    followed->is_shared = !listening.only;
    listening.servers[connector->id] = followed;
    boost::asio::co_spawn(listening.executor, pass_on_changes(followed), boost::asio::detached);
  };
  if (listening.only) {
    const auto connector = access.connector(listening.only->str());
    if (connector != nullptr && listening.servers.empty() && runner_.is_mcp_server(*connector))
      follow(connector, listening.filter);
    return;
  }
  // A client before 2026-07-28 has not said that it wants any of it (server_use.h).
  if (!listening.is_modern && !server_use_.has(listening.client_key)) return;
  for (const auto& connector : offering(access)) {
    const auto uris = listening.uris.find(connector->slug);
    const bool is_wanted = listening.wants_lists() || uris != listening.uris.end();
    if (!is_wanted || listening.servers.contains(connector->id)) continue;
    if (listening.servers.size() == kMaxFollowedServers) {
      spdlog::warn("a stream on /mcp hears nothing of connector {}: it listens to {} servers already",
                   connector->label, kMaxFollowedServers);
      break;
    }
    json::object filter = listening.filter;
    filter["toolsListChanged"] = true;  // for Wick itself, which asks then what has changed
    filter.erase("resourceSubscriptions");
    if (uris != listening.uris.end()) filter["resourceSubscriptions"] = uris->second;
    follow(connector, std::move(filter));
  }
}

http::Task<void> Endpoint::follow_changes(RequestContext& context, http::StreamWriter& writer,
                                          std::shared_ptr<Stream> stream, json::object filter,
                                          std::string meta) {
  context.exchange->watch([weak = std::weak_ptr<Stream>(stream)] {
    if (const auto open = weak.lock()) Stream::end(open);
  });
  const Principal principal = context.principal;
  Listening listening{stream, principal, context.exchange->executor(), client_key_of(context)};
  listening.is_modern = context.message != nullptr;  // a GET has no message
  listening.capabilities =
      context.session ? context.session->capabilities : carried_capabilities(json::object());
  listening.meta = meta;
  // Of a view: the stream ends when its connector is set up anew, for what it hears comes from where that
  // was.
  if (context.scoped_connector != nullptr) listening.only = context.scoped_connector->id;
  const json::object config = context.scoped_connector ? context.scoped_connector->config : json::object();
  const json::object secrets =
      context.scoped_connector ? context.scoped_connector->sealed_secrets : json::object();
  if (!listening.only) {
    if (const auto* uris = filter.if_contains("resourceSubscriptions"); uris != nullptr && uris->is_array()) {
      for (const json::value& uri : uris->get_array()) {
        auto resource = parse_public_uri(uri.is_string() ? std::string_view(uri.get_string()) : "");
        if (resource) listening.uris[resource->slug].push_back(json::string(resource->uri));
      }
    }
    if (!listening.is_modern) server_use_.open(listening.client_key, stream);
  }
  listening.filter = filter;
  context.access = EffectiveAccess();  // a stream must not keep an old snapshot alive
  context.scoped_connector = nullptr;
  const std::string session(
      context.message == nullptr ? context.exchange->request().header("mcp-session-id").value_or("") : "");
  const auto lives = [&] {
    if (!session.empty() && !sessions_.find(session, principal.credential.user)) return false;
    if (stream->ended() || !authenticator_.still_valid(principal)) return false;
    const EffectiveAccess access(access_.snapshot(), principal.credential.user, principal.credential.scope);
    const auto now = listening.only ? access.connector(listening.only->str()) : nullptr;
    return !listening.only || (now != nullptr && now->config == config && now->sealed_secrets == secrets);
  };
  const auto changed = [&](const char* what) {
    return as_event(json::object{{"method", std::string("notifications/") + what + "/list_changed"}}, meta);
  };
  // Whose resources and prompts there are.
  const auto offers_print = [&] {
    std::string print;
    if (listening.only) return print;
    const EffectiveAccess access(access_.snapshot(), principal.credential.user, principal.credential.scope);
    for (const auto& connector : offering(access)) print += connector->slug + "\n";
    return print;
  };
  follow_servers(listening);
  const UserId& user = principal.credential.user;
  KnownOffers::Changes late = known_.changes(user);
  // Looked at again only when something has changed, which a new snapshot says. An old one is not kept alive.
  std::weak_ptr<const AccessSnapshot> seen = access_.snapshot();
  std::string before, offers = offers_print();
  if (auto first = seen.lock()) before = co_await tools_fingerprint(principal, std::move(first));
  while (lives()) {
    co_await stream->wait(kKeepAliveSeconds);
    if (!lives()) break;
    follow_servers(listening);
    std::string text;
    if (auto snapshot = access_.snapshot(); snapshot.owner_before(seen) || seen.owner_before(snapshot)) {
      seen = snapshot;
      std::string now = co_await tools_fingerprint(principal, std::move(snapshot));
      if (now != before && bool_or_false(filter, "toolsListChanged")) text = changed("tools");
      before = std::move(now);
      if (std::string now_offers = offers_print(); now_offers != offers) {
        if (bool_or_false(filter, "promptsListChanged")) text += changed("prompts");
        if (bool_or_false(filter, "resourcesListChanged")) text += changed("resources");
        offers = std::move(now_offers);
      }
    }
    // A server that a list did not wait for has answered since (known_offers.h).
    if (const auto now = known_.changes(user); !listening.only) {
      if (now.prompts != late.prompts && bool_or_false(filter, "promptsListChanged"))
        text += changed("prompts");
      if (now.resources != late.resources && bool_or_false(filter, "resourcesListChanged"))
        text += changed("resources");
      late = now;
    }
    while (auto heard = stream->take()) text += *heard;
    if (text.empty()) text = ": keep-alive\n\n";
    const bool there = co_await writer.write(std::move(text));
    if (!there) break;
  }
  listening.end();
}

http::Task<Answer> Endpoint::listen(RequestContext& context) {
  const Message& message = *context.message;
  if (!context.may_stream)
    co_return rejected(context, kInvalidRequest, "The Accept header must allow text/event-stream here.", 406);
  const auto* wanted = message.params.if_contains("notifications");
  if (wanted == nullptr || !wanted->is_object())
    co_return rejected(context, kInvalidParams, "params.notifications must say what to listen to.");
  const auto* uris = wanted->get_object().if_contains("resourceSubscriptions");
  if (uris != nullptr && (!uris->is_array() || uris->get_array().size() > kMaxListenResources)) {
    co_return rejected(
        context, kInvalidParams,
        "resourceSubscriptions must be a list of at most " + std::to_string(kMaxListenResources) + " URIs.");
  }
  const Credential& credential = context.principal.credential;
  auto opened = streams_.open(context.exchange->executor(), credential.id, credential.user);
  if (!opened) co_return rejected(context, kInternalError, std::move(opened.error().message));
  const std::shared_ptr<Stream> stream = std::move(*opened);
  json::object capabilities;
  if (context.scoped_connector != nullptr) {
    auto theirs =
        co_await runner_.capabilities(context.scoped_connector, {context.principal.credential.user, nullptr});
    if (theirs) capabilities = std::move(*theirs);
  }
  if (context.scoped_connector == nullptr && !offering(context.access).empty())
    capabilities = parse_trusted_json(kSharedCapabilities).get_object();
  json::object filter = honoured(wanted->get_object(), capabilities);
  if (auto* asked = filter.if_contains("resourceSubscriptions");
      asked != nullptr && context.scoped_connector == nullptr) {
    json::array known;
    for (const json::value& uri : asked->get_array()) {
      json::object params;
      params["uri"] = uri;
      if (resolve(context.access, "resources/subscribe", params) != nullptr) known.push_back(uri);
    }
    *asked = std::move(known);
  }
  const std::string meta = R"("_meta":{"io.modelcontextprotocol/subscriptionId":)" + message.id + "}";
  http::StreamWriter* writer = co_await context.exchange->start_stream("text/event-stream");
  std::string acknowledged = event(
      R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":)" +
      to_json(filter) + "," + meta + "}}");
  const bool there = co_await writer->write(std::move(acknowledged));
  if (there && !filter.empty()) co_await follow_changes(context, *writer, stream, std::move(filter), meta);
  co_await writer->write(event(result_text(message.id, R"({"resultType":"complete",)" + meta + "}")));
  co_return Answer{{}, http::Response{}};
}

http::Task<http::Response> Endpoint::get(http::Exchange& exchange) {
  auto context = admit(exchange);
  if (!context) co_return std::move(context.error());
  const http::Request& request = exchange.request();
  const auto id = request.header("mcp-session-id");
  if (!id || !accepted_types(request).events) {
    http::Response refused =
        refusal(405, kServerError, "Only a session's event stream can be fetched here: use POST.");
    refused.headers.emplace_back("Allow", "POST, GET, DELETE");
    co_return refused;
  }
  context->session = sessions_.find(*id, context->principal.credential.user);
  if (!context->session)
    co_return refusal(404, kSessionNotFound, "There is no such session: initialize again.");
  const Credential& credential = context->principal.credential;
  auto opened = streams_.open(exchange.executor(), credential.id, credential.user);
  if (!opened) {
    http::Response refused = refusal(429, kServerError, std::move(opened.error().message));
    refused.headers.emplace_back("Retry-After", std::to_string(opened.error().retry_after_seconds));
    co_return refused;
  }
  const std::shared_ptr<Stream> stream = std::move(*opened);
  http::StreamWriter* writer = co_await exchange.start_stream("text/event-stream");
  co_await writer->write(": keep-alive\n\n");
  json::object filter;  // a legacy client hears of everything
  for (const char* one : kFlags) filter[one] = true;
  if (context->scoped_connector != nullptr) filter["wick/log"] = true;
  co_await follow_changes(*context, *writer, stream, std::move(filter), "");
  co_return http::Response{};
}

}  // namespace wick::mcp
