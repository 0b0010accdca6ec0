// The streams on which a client hears of changes: subscriptions/listen, and GET of the legacy revisions
// (Endpoint, endpoint.h).
//
// A stream writes from one coroutine. What the server behind a view says comes from a second one on the same
// io thread, which hands its texts over (Stream::say); it shares nothing else with the first and ends when
// the stream's cancellation does. A server that goes away is asked again, after ever longer pauses.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "base/log.h"
#include "base/offload.h"
#include "base/text.h"
#include "connectors/http_config.h"
#include "crypto/digest.h"
#include "mcp/accept.h"
#include "mcp/endpoint.h"
#include "mcp/tools.h"

namespace wick::mcp {
namespace {

constexpr int kMaxReconnectSeconds = 60;

constexpr const char* kFlags[] = {"toolsListChanged", "promptsListChanged", "resourcesListChanged"};

// What of the filter is honoured: tools by Wick itself, the rest if the view's server can.
json::object honoured(const json::object& wanted, const json::object& capabilities) {
  const auto can = [&](const char* what, const char* how) {
    const auto* one = capabilities.if_contains(what);
    return one != nullptr && one->is_object() && flag_of(one->get_object(), how);
  };
  json::object out;
  if (flag_of(wanted, "toolsListChanged")) out["toolsListChanged"] = true;
  if (flag_of(wanted, "promptsListChanged") && can("prompts", "listChanged"))
    out["promptsListChanged"] = true;
  if (flag_of(wanted, "resourcesListChanged") && can("resources", "listChanged"))
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
    const Reach reach(snapshot, principal.credential.user, principal.credential.scope);
    std::string all;
    for (const OperationRef& ref : reach.operations()) {
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

http::Task<void> Endpoint::pass_on_changes(std::shared_ptr<Stream> stream,
                                           std::shared_ptr<const ConnectorEntry> from, UserId user,
                                           std::shared_ptr<ClientSide> side, json::object filter,
                                           std::string meta) {
  const auto pause = std::make_shared<Mailbox<bool>>();
  for (int wait = 1; !side->cancellation->cancelled(); wait = std::min(wait * 2, kMaxReconnectSeconds)) {
    json::object wanted = filter;
    // By name: g++ 12 destroys a temporary in an argument of co_await twice.
    std::function<void(json::object)> heard = [&](json::object message) {
      wait = 1;
      stream->say(as_event(std::move(message), meta));
    };
    auto ended = co_await runner_.listen(from, {user, side.get()}, std::move(wanted), std::move(heard));
    if (ended) break;
    spdlog::debug("connector {}: {}", from->label, ended.error().message);
    side->cancellation->on_cancel([pause] { pause->close(); });
    co_await pause->take(std::chrono::seconds(wait));
    side->cancellation->on_cancel(nullptr);
  }
}

http::Task<void> Endpoint::follow_changes(Context& context, http::StreamWriter& writer,
                                          std::shared_ptr<Stream> stream, json::object filter,
                                          std::string meta) {
  context.exchange->watch([weak = std::weak_ptr<Stream>(stream)] {
    if (const auto open = weak.lock()) Stream::end(open);
  });
  const Principal principal = context.principal;
  const auto side = std::make_shared<ClientSide>();
  side->cancellation = std::make_shared<Cancellation>();
  // Of a view: the stream ends when its connector is set up anew, for what it hears comes from where that
  // was.
  const std::optional<ConnectorId> only = context.only ? std::optional(context.only->id) : std::nullopt;
  const json::object config = only ? context.only->config : json::object();
  const json::object secrets = only ? context.only->sealed_secrets : json::object();
  if (only && runner_.forwards(*context.only)) {
    side->lane = lane_of(context);
    side->modern = context.message != nullptr;  // a GET has no message
    side->capabilities =
        context.session ? context.session->capabilities : carried_capabilities(json::object());
    boost::asio::co_spawn(
        context.exchange->executor(),
        pass_on_changes(stream, context.only, principal.credential.user, side, filter, meta),
        boost::asio::detached);
  }
  context.reach = Reach();  // a stream must not keep an old snapshot alive
  context.only = nullptr;
  const std::string session(
      context.message == nullptr ? context.exchange->request().header("mcp-session-id").value_or("") : "");
  const auto lives = [&] {
    if (!session.empty() && !sessions_.find(session, principal.credential.user)) return false;
    if (stream->ended() || !authenticator_.still_valid(principal)) return false;
    const Reach reach(access_.snapshot(), principal.credential.user, principal.credential.scope);
    const auto now = only ? reach.connector(only->str()) : nullptr;
    return !only || (now != nullptr && now->config == config && now->sealed_secrets == secrets);
  };
  const std::string changed = as_event(json::object{{"method", "notifications/tools/list_changed"}}, meta);
  // Looked at again only when something has changed, which a new snapshot says. An old one is not kept alive.
  std::weak_ptr<const AccessSnapshot> seen = access_.snapshot();
  std::string before;
  if (auto first = seen.lock()) before = co_await tools_fingerprint(principal, std::move(first));
  while (lives()) {
    co_await stream->wait(kKeepAliveSeconds);
    if (!lives()) break;
    std::string text;
    if (auto snapshot = access_.snapshot(); snapshot.owner_before(seen) || seen.owner_before(snapshot)) {
      seen = snapshot;
      std::string now = co_await tools_fingerprint(principal, std::move(snapshot));
      if (now != before && flag_of(filter, "toolsListChanged")) text = changed;
      before = std::move(now);
    }
    while (auto heard = stream->take()) text += *heard;
    if (text.empty()) text = ": keep-alive\n\n";
    const bool there = co_await writer.write(std::move(text));
    if (!there) break;
  }
  side->cancellation->cancel();
}

http::Task<Endpoint::Answer> Endpoint::listen(Context& context) {
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
  if (context.only != nullptr)
    capabilities = co_await runner_.capabilities(context.only, {context.principal.credential.user, nullptr});
  json::object filter = honoured(wanted->get_object(), capabilities);
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
  filter["wick/log"] = true;
  co_await follow_changes(*context, *writer, stream, std::move(filter), "");
  co_return http::Response{};
}

}  // namespace wick::mcp
