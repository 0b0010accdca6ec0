// The event streams that notify a client of changes: subscriptions/listen, and GET of the legacy revisions (Endpoint,
// endpoint.h).
//
// One coroutine writes to the stream. A coroutine on the same io thread listens to each connected server, and queues its
// notifications (Stream::queue_text). It ends when it is cancelled with the stream. A server that closes its stream is asked
// again, after increasing delays.
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
#include "mcp/server_texts.h"
#include "mcp/tools.h"
#include "mcp/upstream_definitions.h"

namespace wick::mcp {
namespace {

constexpr std::chrono::seconds kMaxReconnectDelay{60};

constexpr const char* kFlags[] = {"toolsListChanged", "promptsListChanged", "resourcesListChanged"};

// The part of the filter that is supported: tools by Wick, everything else by the connected server.
json::object supported_filter(const json::object& wanted, const json::object& capabilities) {
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

// A notification of a connected server, with the subscription id of Wick's client.
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
  co_return done ? std::move(*done)
                 : std::string();  // refused: an empty fingerprint, which counts as a change
}

// A connected server that a stream listens to. Owned by the coroutine that listens.
struct Endpoint::FollowedServer {
  std::shared_ptr<Stream> stream;
  std::shared_ptr<const ConnectorEntry> connector;
  Principal principal;
  McpClientSession client;
  json::object filter;
  std::string meta;
  bool is_shared = false;  // on /mcp, not in the connector's own view

  // False after a change of the configuration: the connector is then another server.
  bool has_same_config(const ConnectorEntry& now) const {
    return now.config == connector->config && now.sealed_secrets == connector->sealed_secrets;
  }
};

// One client's stream, and the state that its next notifications are compared with. Owned by the stream's coroutine.
struct Endpoint::Subscription {
  std::shared_ptr<Stream> stream;
  Principal principal;
  http::Executor executor;
  std::string client_key;
  std::string session_id = {};  // of a legacy client
  bool is_modern = false;
  json::object capabilities = {}, filter = {};  // of the client
  std::string meta = {};
  std::optional<ConnectorId> only = {};              // the connector of a view
  json::object view_config = {}, view_secrets = {};  // of that connector, when the stream began
  std::map<std::string, json::array> uris = {};      // on /mcp: the resources to listen to, by label
  std::map<ConnectorId, std::shared_ptr<FollowedServer>> servers = {};

  // The tools change only with a new snapshot. The stream must not keep an old one alive.
  std::weak_ptr<const AccessSnapshot> snapshot = {};
  std::string tools = {};       // tools_fingerprint()
  std::string connectors = {};  // server_slugs()
  PageCache::Changes late_pages = {};

  bool wants(const char* flag) const { return bool_or_false(filter, flag); }
  bool wants_lists() const { return wants("promptsListChanged") || wants("resourcesListChanged"); }
  // The notification that a list has changed, when the client has asked for it; else empty.
  std::string list_changed(const char* flag, const char* list) const {
    if (!wants(flag)) return {};
    return as_event(json::object{{"method", std::string("notifications/") + list + "/list_changed"}}, meta);
  }
  void end() {
    for (const auto& [id, server] : servers) server->client.cancellation->cancel();
    servers.clear();
  }
};

namespace {

// The notification of a server as a client on /mcp receives it; empty: the client receives nothing.
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

http::Task<void> Endpoint::forward_notifications(std::shared_ptr<FollowedServer> followed) const {
  const auto pause = std::make_shared<Mailbox<bool>>();
  const std::shared_ptr<Cancellation> cancellation = followed->client.cancellation;
  const Credential& credential = followed->principal.credential;
  for (std::chrono::seconds delay{1}; !cancellation->cancelled();
       delay = std::min(delay * 2, kMaxReconnectDelay)) {
    json::object wanted = followed->filter;
    // By name: g++ 12 destroys a temporary in an argument of co_await twice.
    std::function<void(json::object)> on_notification = [&](json::object message) {
      delay = std::chrono::seconds(1);
      if (!followed->is_shared)
        return followed->stream->queue_text(as_event(std::move(message), followed->meta));
      // The access is checked for each notification, because this stream continues when the access to one server ends.
      const EffectiveAccess now(access_.snapshot(), credential.user, credential.scope);
      const auto connector = now.connector(followed->connector->id.str());
      if (cancellation->cancelled() || connector == nullptr || !followed->has_same_config(*connector) ||
          now.decide_passthrough(*connector) != AccessDecision::kAllowed)
        return;
      json::object passed = shared_notification(std::move(message), connector->slug);
      if (!passed.empty()) followed->stream->queue_text(as_event(std::move(passed), followed->meta));
    };
    auto ended = co_await runner_.listen(followed->connector, {credential.user, &followed->client},
                                         std::move(wanted), std::move(on_notification));
    if (ended) break;
    spdlog::debug("connector {}: {}", followed->connector->label, ended.error().message);
    cancellation->on_cancel([pause] { pause->close(); });
    co_await pause->take(delay);
    cancellation->on_cancel(nullptr);
  }
}

// Stops listening to servers that the caller may no longer use, and starts listening to new ones.
void Endpoint::follow_servers(Subscription& subscription) const {
  const Credential& credential = subscription.principal.credential;
  const EffectiveAccess access(access_.snapshot(), credential.user, credential.scope);
  std::erase_if(subscription.servers, [&](const auto& one) {
    const auto now = access.connector(one.first.str());
    // On /mcp, the label is part of the names of the resources.
    const bool stays = now != nullptr && one.second->has_same_config(*now) &&
                       (subscription.only || (now->slug == one.second->connector->slug &&
                                              access.decide_passthrough(*now) == AccessDecision::kAllowed));
    if (!stays) one.second->client.cancellation->cancel();
    return !stays;
  });
  const auto follow = [&](const std::shared_ptr<const ConnectorEntry>& connector, json::object filter) {
    const auto followed = std::make_shared<FollowedServer>();
    followed->stream = subscription.stream;
    followed->connector = connector;
    followed->principal = subscription.principal;
    followed->client.client_key = subscription.client_key;
    followed->client.modern = subscription.is_modern;
    followed->client.capabilities = subscription.capabilities;
    followed->client.cancellation = std::make_shared<Cancellation>();
    followed->filter = std::move(filter);
    followed->meta = subscription.meta;
    followed->is_shared = !subscription.only;
    subscription.servers[connector->id] = followed;
    boost::asio::co_spawn(subscription.executor, forward_notifications(followed), boost::asio::detached);
  };
  if (subscription.only) {
    const auto connector = access.connector(subscription.only->str());
    if (connector != nullptr && subscription.servers.empty() && runner_.is_mcp_server(*connector))
      follow(connector, subscription.filter);
    return;
  }
  // A legacy client does not subscribe (server_use.h).
  if (!subscription.is_modern && !server_use_.uses_servers(subscription.client_key)) return;
  for (const auto& connector : find_mcp_connectors(access)) {
    const auto uris = subscription.uris.find(connector->slug);
    const bool is_wanted = subscription.wants_lists() || uris != subscription.uris.end();
    if (!is_wanted || subscription.servers.contains(connector->id)) continue;
    if (subscription.servers.size() == kMaxFollowedServers) {
      spdlog::warn("a stream on /mcp does not listen to connector {}: it already listens to {} servers",
                   connector->label, kMaxFollowedServers);
      break;
    }
    json::object filter = subscription.filter;
    filter["toolsListChanged"] = true;  // for Wick, which then refreshes the connector
    filter.erase("resourceSubscriptions");
    if (uris != subscription.uris.end()) filter["resourceSubscriptions"] = uris->second;
    follow(connector, std::move(filter));
  }
}

// Whether the stream may go on: its session and its credential are valid, and its view is the same connector.
bool Endpoint::is_open(const Subscription& subscription) const {
  const Credential& credential = subscription.principal.credential;
  if (!subscription.session_id.empty() && !sessions_.find(subscription.session_id, credential.user))
    return false;
  if (subscription.stream->ended() || !authenticator_.still_valid(subscription.principal)) return false;
  if (!subscription.only) return true;
  const EffectiveAccess access(access_.snapshot(), credential.user, credential.scope);
  const auto now = access.connector(subscription.only->str());
  return now != nullptr && now->config == subscription.view_config &&
         now->sealed_secrets == subscription.view_secrets;
}

// The labels of the servers whose resources and prompts are listed on /mcp; empty for a view.
std::string Endpoint::server_slugs(const Subscription& subscription) const {
  std::string out;
  if (subscription.only) return out;
  const Credential& credential = subscription.principal.credential;
  const EffectiveAccess access(access_.snapshot(), credential.user, credential.scope);
  for (const auto& connector : find_mcp_connectors(access)) out += connector->slug + "\n";
  return out;
}

Endpoint::Subscription Endpoint::make_subscription(RequestContext& context, std::shared_ptr<Stream> stream,
                                                   json::object filter, std::string meta) {
  Subscription out{std::move(stream), context.principal, context.exchange->executor(),
                   client_key_of(context)};
  out.is_modern = context.message != nullptr;  // a GET has no message
  if (!out.is_modern) out.session_id = context.exchange->request().header("mcp-session-id").value_or("");
  out.capabilities = context.session ? context.session->capabilities : carried_capabilities(json::object());
  out.meta = std::move(meta);
  if (context.scoped_connector != nullptr) {
    out.only = context.scoped_connector->id;
    out.view_config = context.scoped_connector->config;
    out.view_secrets = context.scoped_connector->sealed_secrets;
  } else {
    if (const auto* uris = filter.if_contains("resourceSubscriptions"); uris != nullptr && uris->is_array()) {
      for (const json::value& uri : uris->get_array()) {
        auto resource = parse_public_uri(uri.is_string() ? std::string_view(uri.get_string()) : "");
        if (resource) out.uris[resource->slug].push_back(json::string(resource->uri));
      }
    }
    if (!out.is_modern) server_use_.set_stream(out.client_key, out.stream);
  }
  out.filter = std::move(filter);
  return out;
}

// The notifications about lists that have changed since the last call.
http::Task<std::string> Endpoint::collect_changes(Subscription& subscription) const {
  std::string text;
  auto snapshot = access_.snapshot();
  if (snapshot.owner_before(subscription.snapshot) || subscription.snapshot.owner_before(snapshot)) {
    subscription.snapshot = snapshot;
    std::string tools = co_await tools_fingerprint(subscription.principal, std::move(snapshot));
    if (tools != subscription.tools) text = subscription.list_changed("toolsListChanged", "tools");
    subscription.tools = std::move(tools);
    if (std::string now = server_slugs(subscription); now != subscription.connectors) {
      text += subscription.list_changed("promptsListChanged", "prompts");
      text += subscription.list_changed("resourcesListChanged", "resources");
      subscription.connectors = std::move(now);
    }
  }
  // A server has answered after the list that requested the page was sent (page_cache.h).
  if (const auto now = page_cache_.changes(subscription.principal.credential.user); !subscription.only) {
    if (now.prompts != subscription.late_pages.prompts)
      text += subscription.list_changed("promptsListChanged", "prompts");
    if (now.resources != subscription.late_pages.resources)
      text += subscription.list_changed("resourcesListChanged", "resources");
    subscription.late_pages = now;
  }
  co_return text;
}

http::Task<void> Endpoint::follow_changes(RequestContext& context, http::StreamWriter& writer,
                                          std::shared_ptr<Stream> stream, json::object filter,
                                          std::string meta) {
  context.exchange->watch([weak = std::weak_ptr<Stream>(stream)] {
    if (const auto open = weak.lock()) Stream::end(open);
  });
  Subscription subscription = make_subscription(context, stream, std::move(filter), std::move(meta));
  context.access = EffectiveAccess();  // a stream must not keep an old snapshot alive
  context.scoped_connector = nullptr;
  follow_servers(subscription);
  subscription.late_pages = page_cache_.changes(subscription.principal.credential.user);
  subscription.snapshot = access_.snapshot();
  subscription.connectors = server_slugs(subscription);
  if (auto first = subscription.snapshot.lock())
    subscription.tools = co_await tools_fingerprint(subscription.principal, std::move(first));
  while (is_open(subscription)) {
    co_await stream->wait(kKeepAliveInterval);
    if (!is_open(subscription)) break;
    follow_servers(subscription);
    std::string text = co_await collect_changes(subscription);
    while (auto queued = stream->take_text()) text += *queued;
    if (text.empty()) text = ": keep-alive\n\n";
    const bool is_connected = co_await writer.write(std::move(text));
    if (!is_connected) break;
  }
  subscription.end();
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
  if (context.scoped_connector == nullptr && !find_mcp_connectors(context.access).empty())
    capabilities = parse_trusted_json(kSharedCapabilities).get_object();
  json::object filter = supported_filter(wanted->get_object(), capabilities);
  if (auto* asked = filter.if_contains("resourceSubscriptions");
      asked != nullptr && context.scoped_connector == nullptr) {
    json::array known;
    for (const json::value& uri : asked->get_array()) {
      json::object params;
      params["uri"] = uri;
      if (resolve_connector(context.access, "resources/subscribe", params) != nullptr) known.push_back(uri);
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
  auto context = authenticate(exchange);
  if (!context) co_return std::move(context.error());
  const http::Request& request = exchange.request();
  const auto id = request.header("mcp-session-id");
  if (!id || !accepted_types(request).events) {
    http::Response refused =
        refusal(405, kServerError, "GET returns the event stream of a session only: use POST.");
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
    refused.headers.emplace_back("Retry-After", std::to_string(opened.error().retry_after.count()));
    co_return refused;
  }
  const std::shared_ptr<Stream> stream = std::move(*opened);
  http::StreamWriter* writer = co_await exchange.start_stream("text/event-stream");
  co_await writer->write(": keep-alive\n\n");
  json::object filter;  // a legacy client receives all notifications
  for (const char* one : kFlags) filter[one] = true;
  if (context->scoped_connector != nullptr) filter["wick/log"] = true;
  co_await follow_changes(*context, *writer, stream, std::move(filter), "");
  co_return http::Response{};
}

}  // namespace wick::mcp
