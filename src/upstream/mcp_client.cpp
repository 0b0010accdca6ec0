#include "upstream/mcp_client.h"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "upstream/stdio_line.h"

namespace wick::upstream {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

// What is known of one connector's server. Under its own mutex but for the turn.
struct McpClient::Server {
  std::string fingerprint;
  Turn turn;  // to find out, or to start the process that all share
  std::mutex mutex;
  bool known = false;
  std::shared_ptr<const Peer> modern;   // null: legacy, once known
  std::shared_ptr<Line> line;           // of a modern server
  std::shared_ptr<const Peer> greeted;  // as a legacy server last introduced itself
  std::map<std::string, std::shared_ptr<Lane>> lanes;
  std::vector<std::weak_ptr<Line>> own;  // processes of single clients of a modern server
  // Of the processes of a stdio server.
  int failures = 0;  // in a row
  Clock::time_point not_before;
  std::string last_words;
};

namespace {

constexpr int kUnsupportedVersion = -32022;
constexpr int kMethodNotFound = -32601;
constexpr std::string_view kMetaPrefix = "io.modelcontextprotocol/";
constexpr std::array<std::string_view, 8> kLevels = {"debug", "info",     "notice", "warning",
                                                     "error", "critical", "alert",  "emergency"};
const std::string kErrorKey = "wick/error";

class Entered {
 public:
  explicit Entered(Turn& turn) : turn_(turn) {}
  Entered(const Entered&) = delete;
  ~Entered() { turn_.leave(); }

 private:
  Turn& turn_;
};

json::object client_info() {
  json::object info;
  info["name"] = "wick";
  info["version"] = WICK_VERSION;
  return info;
}

// The part of a server's own words that may be repeated.
std::string excerpt(std::string_view text) {
  return printable(truncate_utf8(is_valid_utf8(text) ? text : "", kMaxErrorBytes));
}

std::size_t severity(std::string_view level) {
  return std::size_t(std::find(kLevels.begin(), kLevels.end(), level) - kLevels.begin());
}

const json::object* object_in(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

bool names_modern(const json::object* from, std::string_view key) {
  const auto* versions = from == nullptr ? nullptr : from->if_contains(key);
  return versions != nullptr && versions->is_array() &&
         std::any_of(versions->get_array().begin(), versions->get_array().end(), [](const json::value& one) {
           return one.is_string() && one.get_string() == kModernVersion;
         });
}

// The answer to the request with this id, when the message is one. An error without an id is an answer too:
// a server that could not read our message does not know it.
std::optional<Reply> reply_in(json::object& message, const std::string& id) {
  const auto* its = message.if_contains("id");
  const bool ours = its != nullptr && (to_json(*its) == id || to_json(*its) == '"' + id + '"');
  if (auto* result = message.if_contains("result"); result != nullptr && result->is_object() && ours) {
    Reply reply;
    reply.result = std::move(result->get_object());
    return reply;
  }
  const auto* error = object_in(message, "error");
  if (error == nullptr || message.contains("method") || (its != nullptr && !its->is_null() && !ours))
    return std::nullopt;
  Reply reply;
  const auto code = optional_int(*error, "code");
  reply.error_code = code ? int(code->value_or(-32603)) : -32603;
  if (reply.error_code == 0) reply.error_code = -32603;
  const std::string message_text = text_or_empty(*error, "message");
  reply.error_message = truncate_utf8(is_valid_utf8(message_text) ? message_text : "", kMaxRawErrorBytes);
  if (const auto* data = error->if_contains("data")) reply.error_data = *data;
  return reply;
}

std::unexpected<Error> not_mcp(const Incoming& incoming) {
  std::string what = "The MCP server answers with status " + std::to_string(incoming.status);
  if (incoming.status == 401 || incoming.status == 403)
    what += ": it does not accept this connector's credentials";
  if (incoming.status >= 300 && incoming.status < 400) what += ", a redirect, which is not followed";
  if (incoming.status == 200) what += ", but not with a message of the protocol";
  return fail(ErrorCode::kUpstream, what + ".");
}

void note_refusal(const std::shared_ptr<Refusal>& refusal, const Incoming& incoming) {
  if (refusal != nullptr && (incoming.status == 401 || incoming.status == 403))
    *refusal = {incoming.status, incoming.challenge};
}

std::unexpected<Error> too_slow(int timeout_seconds) {
  return fail(ErrorCode::kTimeout,
              "The system did not answer within " + std::to_string(timeout_seconds) + " seconds.");
}

std::unexpected<Error> took_back() {
  return fail(ErrorCode::kUnavailable, "The client took the request back.");
}

json::object meta_for(const Peer& peer, const ClientSide* client, const Ask& ask, const std::string& id,
                      const std::string& level) {
  json::object meta = client == nullptr ? json::object() : client->meta;
  if (auto* given = ask.params.if_contains("_meta"); given != nullptr && given->is_object()) {
    for (const auto& one : given->get_object()) meta[one.key()] = one.value();
  }
  if (client != nullptr && client->progress_token) meta["progressToken"] = std::stoull(id);
  if (!peer.modern) return meta;
  const auto put = [&](std::string_view name, json::value value) {
    meta[std::string(kMetaPrefix) + std::string(name)] = std::move(value);
  };
  put("protocolVersion", json::string(kModernVersion));
  put("clientInfo", client_info());
  put("clientCapabilities", client == nullptr ? json::object() : client->capabilities);
  if (!level.empty()) put("logLevel", json::string(level));
  return meta;
}

// As a request of 2026-07-28 without a client, for what Wick asks on its own.
Outgoing own_request(const Peer& peer, std::string id, std::string method, json::object params) {
  Ask ask;
  ask.params = std::move(params);
  json::object meta = meta_for(peer, nullptr, ask, id, "");
  if (!meta.empty()) ask.params["_meta"] = std::move(meta);
  return Outgoing{std::move(id), std::move(method), {}, std::move(ask.params), {}};
}

json::object error_answer(const json::value& id, int code, std::string_view message) {
  json::object error;
  error["code"] = code;
  error["message"] = json::string(message);
  json::object out;
  out["jsonrpc"] = "2.0";
  out["id"] = id;
  out["error"] = std::move(error);
  return out;
}

json::object result_answer(const json::value& id, json::object result) {
  json::object out;
  out["jsonrpc"] = "2.0";
  out["id"] = id;
  out["result"] = std::move(result);
  return out;
}

json::object notification(std::string_view method, json::object params) {
  json::object out;
  out["jsonrpc"] = "2.0";
  out["method"] = json::string(method);
  out["params"] = std::move(params);
  return out;
}

// What a server may ask of this client.
bool can_answer(const ClientSide* client, std::string_view method) {
  const std::string_view capability = method == "elicitation/create"       ? "elicitation"
                                      : method == "sampling/createMessage" ? "sampling"
                                      : method == "roots/list"             ? "roots"
                                                                           : "";
  return client != nullptr && !capability.empty() && client->capabilities.contains(capability);
}

// A notification as this client may see it; nullopt when it is not for it.
std::optional<json::object> for_client(json::object message, const std::string& id,
                                       const ClientSide& client) {
  const std::string method = text_or_empty(message, "method");
  auto* params = message.if_contains("params");
  if (params == nullptr || !params->is_object()) message["params"] = json::object();
  json::object& inner = message["params"].get_object();
  if (method == "notifications/progress") {
    const auto* token = inner.if_contains("progressToken");
    if (!client.progress_token || token == nullptr ||
        (to_json(*token) != id && to_json(*token) != '"' + id + '"'))
      return std::nullopt;
    inner["progressToken"] = *client.progress_token;
    return message;
  }
  if (method == "notifications/message") {
    if (!client.modern) return message;
    const std::string wanted = client.log_level.value_or("");
    if (wanted.empty() || severity(text_or_empty(inner, "level")) < severity(wanted)) return std::nullopt;
    return message;
  }
  if (method == "notifications/cancelled") return std::nullopt;
  // Changes come on a modern client's own streams only.
  const bool change = method.ends_with("/list_changed") || method == "notifications/resources/updated";
  if (change && client.modern) return std::nullopt;
  return message;
}

// Whether a notification is one of those that the filter of subscriptions/listen names.
bool is_wanted(const json::object& message, const json::object& filter) {
  const std::string method = text_or_empty(message, "method");
  const auto flag = [&](std::string_view name) {
    const auto* value = filter.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
  };
  if (method == "notifications/tools/list_changed") return flag("toolsListChanged");
  if (method == "notifications/prompts/list_changed") return flag("promptsListChanged");
  if (method == "notifications/resources/list_changed") return flag("resourcesListChanged");
  if (method == "notifications/message") return flag("wick/log");
  if (method != "notifications/resources/updated") return false;
  const auto* params = object_in(message, "params");
  const auto* uris = filter.if_contains("resourceSubscriptions");
  if (params == nullptr || uris == nullptr || !uris->is_array()) return false;
  const auto* uri = params->if_contains("uri");
  return uri != nullptr &&
         std::find(uris->get_array().begin(), uris->get_array().end(), *uri) != uris->get_array().end();
}

// What a legacy client sets for its session and a modern server does not keep: Wick keeps it, and says it
// with each request. Whether the request was one of these.
bool set_for_session(Lane& lane, const Ask& ask) {
  std::shared_ptr<Exchange> listening;
  {
    const std::lock_guard lock(lane.mutex);
    if (ask.method == "logging/setLevel") {
      lane.level = text_or_empty(ask.params, "level");
      return true;
    }
    const std::string uri = text_or_empty(ask.params, "uri");
    if (ask.method == "resources/subscribe" && lane.subscriptions.size() < kMaxSubscriptions) {
      lane.subscriptions.insert(uri);
    } else if (ask.method == "resources/unsubscribe") {
      lane.subscriptions.erase(uri);
    } else {
      return false;
    }
    listening = lane.listening.lock();
  }
  if (listening != nullptr) listening->interrupt();
  return true;
}

// A client's error among its answers, which 2026-07-28 cannot express.
const json::object* refusal_in(const json::object& params) {
  const auto* responses = object_in(params, "inputResponses");
  if (responses == nullptr) return nullptr;
  for (const auto& one : *responses) {
    const auto* error = one.value().is_object() ? object_in(one.value().get_object(), kErrorKey) : nullptr;
    if (error != nullptr) return error;
  }
  return nullptr;
}

http::Task<void> end_session(std::shared_ptr<Line> line, std::shared_ptr<const Peer> peer) {
  co_await line->close(*peer);
}

http::Task<void> tell_cancelled(std::shared_ptr<Line> line, std::shared_ptr<const Peer> peer, std::string id,
                                std::string reason) {
  json::object params;
  params["requestId"] = std::stoull(id);
  if (!reason.empty()) params["reason"] = json::string(reason);
  auto message = notification("notifications/cancelled", std::move(params));
  // Whether the server hears it or not, nobody waits for its answer any more.
  co_await line->tell(*peer, std::move(message));
}

// Over HTTP a modern server sees it by the stream that ends with the exchange.
bool is_told_of_cancellation(const Peer& peer, const Target& target) {
  return !peer.modern || !target.command.words.empty();
}

}  // namespace

// What a legacy server says unasked, for as long as it does.
static http::Task<void> attend_to(std::weak_ptr<Lane> of, std::shared_ptr<Line> line,
                                  std::shared_ptr<const Peer> peer, std::shared_ptr<Exchange> stream) {
  for (;;) {
    auto incoming = co_await stream->next(kForever);
    const auto lane = of.lock();
    const bool over = !incoming || incoming->status != 200 || incoming->message.empty() || lane == nullptr;
    std::vector<std::shared_ptr<Mailbox<json::object>>> hearers;
    std::shared_ptr<Exchange> call;
    if (lane != nullptr) {
      const std::lock_guard lock(lane->mutex);
      for (const auto& one : lane->hearers) {
        if (auto living = one.lock()) hearers.push_back(std::move(living));
      }
      for (auto one = lane->calls.rbegin(); one != lane->calls.rend() && call == nullptr; ++one)
        call = one->lock();
      if (over && lane->attending == stream) lane->attending = nullptr;
      // It has forgotten the session: who comes next begins another.
      if (incoming && incoming->status == 404 && lane->peer == peer) lane->peer = nullptr;
    }
    if (over) {
      for (const auto& one : hearers) one->close();
      co_return;
    }
    const json::value* id = incoming->message.if_contains("id");
    const std::string method = text_or_empty(incoming->message, "method");
    if (id == nullptr) {
      for (const auto& one : hearers) one->put(incoming->message);
    } else if (call != nullptr && !method.empty() && method != "ping") {
      call->give(std::move(incoming->message));
    } else if (!method.empty()) {
      json::object answer = method == "ping" ? result_answer(*id, {})
                                             : error_answer(*id, kMethodNotFound, "No request is under way.");
      co_await line->tell(*peer, std::move(answer));
    }
  }
}

std::shared_ptr<McpClient::Server> McpClient::server_of(const Target& target, const Party& party) {
  const std::string key = target.key + "\n" + party.account;
  const std::lock_guard lock(mutex_);
  auto& server = servers_[key];
  if (server == nullptr || server->fingerprint != target.fingerprint) {
    server = std::make_shared<Server>();
    server->fingerprint = target.fingerprint;
  }
  return server;
}

void McpClient::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  std::erase_if(servers_, [&](const auto& one) { return one.first.starts_with(key + "\n"); });
}

std::string McpClient::last_words(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = servers_.find(key + "\n");
  if (found == servers_.end()) return {};
  const std::lock_guard inner(found->second->mutex);
  return found->second->last_words;
}

// ---- finding out, opening
// -----------------------------------------------------------------------------------

http::Task<Result<std::shared_ptr<Line>>> McpClient::new_line(TargetPtr target, Party party,
                                                              std::shared_ptr<Server> server) {
  if (target->command.words.empty()) {
    const auto line = std::make_shared<HttpLine>(http_, target->http);
    line->authorize(party.header, party.value);
    co_return line;
  }
  {
    const std::lock_guard lock(server->mutex);
    const auto wait = std::chrono::ceil<seconds>(server->not_before - Clock::now()).count();
    if (wait > 0) {
      co_return fail(ErrorCode::kUpstream, server->last_words + " It is started again in " +
                                               std::to_string(wait) + (wait == 1 ? " second." : " seconds."));
    }
  }
  // By name: g++ 12 destroys a temporary in an argument of co_await twice.
  StdioLine::OnEnd on_end = [began = Clock::now(),
                             weak = std::weak_ptr<Server>(server)](const std::string& what_happened) {
    const auto of = weak.lock();
    if (of == nullptr) return;
    const std::lock_guard lock(of->mutex);
    of->last_words = what_happened;
    if (Clock::now() - began >= seconds(kHealthySeconds)) {
      of->failures = 0;
      return;
    }
    if (Clock::now() < of->not_before) return;  // several that die together are one failure
    of->failures = std::min(of->failures + 1, 10);
    of->not_before = Clock::now() + seconds(std::min(kMaxBackoffSeconds, 1 << (of->failures - 1)));
  };
  ChildCommand command = target->command;
  auto line = co_await StdioLine::start(children_, std::move(command), std::move(on_end));
  if (!line) co_return fail(std::move(line.error()));
  co_return std::shared_ptr<Line>(std::move(*line));
}

// Sends a request that Wick makes on its own and waits for its answer.
static http::Task<Result<Reply>> own_exchange(std::shared_ptr<Line> line, std::shared_ptr<const Peer> peer,
                                              std::shared_ptr<Refusal> refusal, std::string method,
                                              json::object params, int timeout_seconds,
                                              Incoming* last = nullptr) {
  const std::string id = line->next_id();
  const auto exchange = line->begin(*peer, own_request(*peer, id, std::move(method), std::move(params)));
  const auto until = Clock::now() + seconds(timeout_seconds);
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
    auto incoming = co_await exchange->next(std::max(left, milliseconds(0)));
    if (!incoming && incoming.error().code == ErrorCode::kTimeout) co_return too_slow(timeout_seconds);
    if (!incoming) co_return fail(std::move(incoming.error()));
    if (last != nullptr) {
      last->status = incoming->status;
      last->session = incoming->session;
      last->challenge = incoming->challenge;
    }
    note_refusal(refusal, *incoming);
    if (incoming->message.empty()) co_return not_mcp(*incoming);
    if (auto reply = reply_in(incoming->message, id)) co_return std::move(*reply);
  }
}

// Whether the server is modern; then `found` is how to speak to it.
http::Task<Result<bool>> McpClient::probe(TargetPtr target, Party party, std::shared_ptr<Line> line,
                                          Peer& found) {
  const bool stdio = !target->command.words.empty();
  const auto modern = std::make_shared<Peer>();
  modern->modern = true;
  modern->version = kModernVersion;
  Incoming last;
  const int patience = stdio ? std::min(kProbeSeconds, target->timeout_seconds) : target->timeout_seconds;
  std::shared_ptr<const Peer> as = modern;
  auto reply = co_await own_exchange(line, std::move(as), party.refusal, "server/discover", json::object(),
                                     patience, &last);
  if (!reply) {
    const bool silent = reply.error().code == ErrorCode::kTimeout && stdio;
    // Not the server's word on the matter: it is away, or not MCP over HTTP at all.
    const bool answered = last.status != 200 && last.status < 500 && last.status != 401 && last.status != 403;
    if (!silent && !(answered && reply.error().code == ErrorCode::kUpstream))
      co_return fail(std::move(reply.error()));
    co_return false;
  }
  const bool is_modern = reply->error_code == 0
                             ? names_modern(&reply->result, "supportedVersions")
                             : reply->error_code == kUnsupportedVersion && reply->error_data.is_object() &&
                                   names_modern(&reply->error_data.get_object(), "supported");
  if (!is_modern) {
    if (last.status >= 500 || last.status == 401 || last.status == 403) co_return not_mcp(last);
    co_return false;
  }
  if (const auto* meta = object_in(reply->result, "_meta")) {
    if (const auto* info = object_in(*meta, std::string(kMetaPrefix) + "serverInfo")) {
      modern->name = excerpt(text_or_empty(*info, "name"));
      modern->server_version = excerpt(text_or_empty(*info, "version"));
    }
  }
  if (const auto* can = object_in(reply->result, "capabilities")) modern->capabilities = *can;
  found = std::move(*modern);
  co_return true;
}

http::Task<Result<void>> McpClient::initialize(TargetPtr target, Party party, std::shared_ptr<Lane> lane) {
  std::shared_ptr<Line> line;
  {
    const std::lock_guard lock(lane->mutex);
    line = lane->line;
  }
  json::object params;
  params["protocolVersion"] = kNewestLegacy;
  params["capabilities"] = party.client == nullptr ? json::object() : party.client->capabilities;
  params["clientInfo"] = client_info();
  Incoming last;
  std::shared_ptr<const Peer> nobody = std::make_shared<const Peer>();
  auto reply = co_await own_exchange(line, std::move(nobody), party.refusal, "initialize", std::move(params),
                                     target->timeout_seconds, &last);
  if (!reply) co_return fail(std::move(reply.error()));
  if (reply->error_code != 0)
    co_return fail(ErrorCode::kUpstream, "The MCP server refuses to begin: " + reply->error_message);
  Peer peer;
  peer.version = text_or_empty(reply->result, "protocolVersion");
  if (peer.version != "2025-11-25" && peer.version != "2025-06-18" && peer.version != "2025-03-26" &&
      peer.version != "2024-11-05") {
    co_return fail(ErrorCode::kUpstream, "The MCP server speaks the revision \"" + excerpt(peer.version) +
                                             "\", which Wick does not.");
  }
  if (const auto* info = object_in(reply->result, "serverInfo")) {
    peer.name = excerpt(text_or_empty(*info, "name"));
    peer.server_version = excerpt(text_or_empty(*info, "version"));
  }
  if (const auto* can = object_in(reply->result, "capabilities")) peer.capabilities = *can;
  // 2025-11-25, transports, "Session Management": visible ASCII.
  peer.session = last.session;
  if (!std::all_of(peer.session.begin(), peer.session.end(), [](char c) { return c > 0x20 && c < 0x7F; }))
    co_return fail(ErrorCode::kUpstream, "The MCP server gives a session id that is not visible ASCII.");
  json::object initialized;
  initialized["jsonrpc"] = "2.0";
  initialized["method"] = "notifications/initialized";
  auto told = co_await line->tell(peer, std::move(initialized));
  if (!told) co_return fail(std::move(told.error()));
  note_refusal(party.refusal, *told);
  if (told->status < 200 || told->status >= 300) co_return not_mcp(*told);
  std::string level;
  std::set<std::string> subscriptions;
  {
    const std::lock_guard lock(lane->mutex);
    lane->peer = std::make_shared<const Peer>(std::move(peer));
    level = lane->level;
    subscriptions = lane->subscriptions;
  }
  // What the client had set in a session that the server has lost.
  if (!level.empty()) {
    json::object set;
    set["level"] = json::string(level);
    auto done = co_await exchange(target, party, lane, "logging/setLevel", std::move(set));
    if (!done) co_return fail(std::move(done.error()));
  }
  for (const std::string& uri : subscriptions) {
    json::object subscribe;
    subscribe["uri"] = json::string(uri);
    auto done = co_await exchange(target, party, lane, "resources/subscribe", std::move(subscribe));
    if (!done) co_return fail(std::move(done.error()));
  }
  co_return Result<void>{};
}

// Makes the lane usable: in its turn.
http::Task<Result<void>> McpClient::prepare(TargetPtr target, Party party, std::shared_ptr<Server> server,
                                            std::shared_ptr<Lane> lane) {
  std::shared_ptr<Line> line;
  {
    const milliseconds patience = seconds(target->timeout_seconds);
    if (!co_await server->turn.enter(patience)) co_return too_slow(target->timeout_seconds);
    const Entered entered(server->turn);
    bool known = false;
    {
      const std::lock_guard lock(server->mutex);
      known = server->known;
      if (known && server->modern != nullptr && server->line->alive()) {
        const std::lock_guard inner(lane->mutex);
        lane->line = server->line;
        lane->peer = server->modern;
        co_return Result<void>{};
      }
    }
    if (!known) {
      auto fresh = co_await new_line(target, party, server);
      if (!fresh) co_return fail(std::move(fresh.error()));
      Peer found;
      auto modern = co_await probe(target, party, *fresh, found);
      if (!modern) co_return fail(std::move(modern.error()));
      line = std::move(*fresh);
      const std::lock_guard lock(server->mutex);
      server->known = true;
      server->modern = *modern ? std::make_shared<const Peer>(std::move(found)) : nullptr;
      server->line = *modern ? line : nullptr;
      if (*modern) line->share();
    } else {
      bool modern = false;
      {
        const std::lock_guard lock(server->mutex);
        modern = server->modern != nullptr;
      }
      if (modern) {
        auto fresh = co_await new_line(target, party, server);
        if (!fresh) co_return fail(std::move(fresh.error()));
        const std::lock_guard lock(server->mutex);
        server->line = line = std::move(*fresh);
        line->share();
      }
    }
    const std::lock_guard lock(server->mutex);
    if (server->modern != nullptr) {
      const std::lock_guard inner(lane->mutex);
      lane->line = server->line;
      lane->peer = server->modern;
      co_return Result<void>{};
    }
  }
  // A legacy server: a session of this lane's own, on the line that was probed or on a new one.
  if (line == nullptr) {
    auto fresh = co_await new_line(target, party, server);
    if (!fresh) co_return fail(std::move(fresh.error()));
    line = std::move(*fresh);
  }
  {
    const std::lock_guard lock(lane->mutex);
    lane->line = std::move(line);
  }
  auto initialized = co_await initialize(target, party, lane);
  if (!initialized) co_return fail(std::move(initialized.error()));
  const std::lock_guard lock(server->mutex);
  const std::lock_guard inner(lane->mutex);
  server->greeted = lane->peer;
  co_return Result<void>{};
}

// Under no lock, in the lane's turn.
void McpClient::attend(std::shared_ptr<Lane> lane, http::Executor executor) {
  std::shared_ptr<Exchange> stream;
  const std::lock_guard lock(lane->mutex);
  if (lane->attending != nullptr || lane->peer == nullptr || lane->peer->modern) return;
  lane->attending = stream = lane->line->listen(*lane->peer);
  boost::asio::co_spawn(executor, attend_to(lane, lane->line, lane->peer, stream), boost::asio::detached);
}

http::Task<McpClient::LaneResult> McpClient::open(TargetPtr target, Party party, std::string purpose) {
  const auto server = server_of(*target, party);
  std::string name =
      party.client == nullptr ? "" : party.client->lane + "\n" + to_json(party.client->capabilities);
  name += "\n" + purpose;
  std::shared_ptr<Busy> busy;
  std::vector<std::shared_ptr<Lane>> ended;
  const bool listens = purpose.starts_with("listen");
  // Of several calls of one client that a legacy server could ask something, each has a session of its own:
  // the server does not say which one it asks for.
  const bool alone =
      party.client != nullptr && party.client->modern && !listens && !party.client->capabilities.empty();
  {
    const std::lock_guard lock(server->mutex);
    const bool separate = alone && server->known && server->modern == nullptr;
    for (int n = 0; separate && n < int(kMaxLanes); ++n) {
      const std::string one = n == 0 ? name : name + "#" + std::to_string(n);
      const auto at = server->lanes.find(one);
      if (at != server->lanes.end() && at->second->busy > 0) continue;
      name = one;
      break;
    }
    auto& found = server->lanes[name];
    if (found == nullptr) found = std::make_shared<Lane>();
    busy = std::make_shared<Busy>(found);
    const std::shared_ptr<Lane>& lane = busy->lane;
    lane->last_used = Clock::now();
    const std::size_t most =
        target->command.words.empty() || server->modern != nullptr ? kMaxLanes : kMaxChildren;
    while (server->lanes.size() > most) {
      auto oldest = server->lanes.end();
      for (auto one = server->lanes.begin(); one != server->lanes.end(); ++one) {
        if (one->second == lane || one->second->busy > 0) continue;
        if (oldest == server->lanes.end() || one->second->last_used < oldest->second->last_used) oldest = one;
      }
      if (oldest == server->lanes.end()) {
        server->lanes.erase(name);
        co_return fail(ErrorCode::kUnavailable,
                       "This connector has as many clients as it may (" + std::to_string(most) +
                           "), all of them at work: try again when one has finished.");
      }
      ended.push_back(std::move(oldest->second));
      server->lanes.erase(oldest);
    }
  }
  const milliseconds patience = seconds(target->timeout_seconds);
  const auto executor = co_await boost::asio::this_coro::executor;
  for (const auto& one : ended) {
    const std::lock_guard lock(one->mutex);
    if (one->attending != nullptr) one->attending->interrupt();
    if (one->line == nullptr || one->peer == nullptr || one->peer->modern) continue;
    boost::asio::co_spawn(executor, end_session(one->line, one->peer), boost::asio::detached);
  }
  const std::shared_ptr<Lane> lane = busy->lane;
  if (!co_await lane->turn.enter(patience)) co_return too_slow(target->timeout_seconds);
  const Entered entered(lane->turn);
  bool ready = false;
  {
    const std::lock_guard lock(lane->mutex);
    ready = lane->peer != nullptr && lane->line->alive();
    if (ready) {
      lane->line->authorize(party.header, party.value);
    } else {
      if (lane->attending != nullptr) lane->attending->interrupt();
      lane->attending = nullptr;
      lane->peer = nullptr;
    }
  }
  if (!ready) {
    auto prepared = co_await prepare(target, party, server, lane);
    if (!prepared) co_return fail(std::move(prepared.error()));
  }
  if (party.client != nullptr && !listens && !party.client->capabilities.empty()) attend(lane, executor);
  co_return busy;
}

http::Task<Result<std::shared_ptr<const Peer>>> McpClient::peer(TargetPtr target, Party party) {
  {
    const auto server = server_of(*target, party);
    const std::lock_guard lock(server->mutex);
    if (server->modern != nullptr) co_return server->modern;
    if (server->greeted != nullptr) co_return server->greeted;
  }
  auto lane = co_await open(target, party, "");
  if (!lane) co_return fail(std::move(lane.error()));
  const std::lock_guard lock((*lane)->lane->mutex);
  co_return (*lane)->lane->peer;
}

http::Task<void> McpClient::end_lane(std::string key, std::string lane) {
  std::vector<std::shared_ptr<Lane>> ended;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, server] : servers_) {
      if (!key.empty() && !name.starts_with(key + "\n")) continue;
      const std::lock_guard inner(server->mutex);
      std::erase_if(server->lanes, [&](auto& one) {
        if (!one.first.starts_with(lane + "\n")) return false;
        ended.push_back(std::move(one.second));
        return true;
      });
    }
  }
  for (const auto& one : ended) {
    std::shared_ptr<Line> line;
    std::shared_ptr<const Peer> peer;
    {
      const std::lock_guard inner(one->mutex);
      if (one->attending != nullptr) one->attending->interrupt();
      line = one->line;
      peer = one->peer;
    }
    if (line != nullptr && peer != nullptr && !peer->modern) co_await line->close(*peer);
  }
}

// ---- requests
// -----------------------------------------------------------------------------------------------

http::Task<Result<Reply>> McpClient::exchange(TargetPtr target, Party party, std::shared_ptr<Lane> lane,
                                              std::string method, json::object params) {
  std::shared_ptr<Line> line;
  std::shared_ptr<const Peer> peer;
  {
    const std::lock_guard lock(lane->mutex);
    line = lane->line;
    peer = lane->peer;
  }
  auto reply = co_await own_exchange(line, peer, party.refusal, std::move(method), std::move(params),
                                     target->timeout_seconds);
  co_return reply;
}

http::Task<Result<void>> McpClient::set_level(TargetPtr target, Party party, std::shared_ptr<Lane> lane,
                                              std::string level) {
  co_await lane->turn.enter();
  const Entered entered(lane->turn);
  {
    const std::lock_guard lock(lane->mutex);
    if (!lane->peer->capabilities.contains("logging")) co_return Result<void>{};
    // Never less than another request of this client wants: each gets what it asked for.
    if (!lane->level.empty() && severity(lane->level) <= severity(level)) co_return Result<void>{};
  }
  json::object params;
  params["level"] = json::string(level);
  auto reply = co_await exchange(target, party, lane, "logging/setLevel", std::move(params));
  if (!reply) co_return fail(std::move(reply.error()));
  const std::lock_guard lock(lane->mutex);
  if (reply->error_code == 0) lane->level = level;
  co_return Result<void>{};
}

// A process of this client's own, of a modern server that otherwise all share: its log messages do not say
// which request they belong to, so they must not come from where others' come from.
http::Task<Result<std::shared_ptr<Line>>> McpClient::own_line(TargetPtr target, Party party,
                                                              std::shared_ptr<Lane> lane) {
  const milliseconds patience = seconds(target->timeout_seconds);
  if (!co_await lane->turn.enter(patience)) co_return too_slow(target->timeout_seconds);
  const Entered entered(lane->turn);
  const auto server = server_of(*target, party);
  {
    const std::lock_guard lock(lane->mutex);
    if (lane->own != nullptr && lane->own->alive()) co_return lane->own;
  }
  {
    const std::lock_guard lock(server->mutex);
    std::erase_if(server->own, [](const auto& one) { return one.expired(); });
    if (server->own.size() >= kMaxChildren) {
      co_return fail(ErrorCode::kUnavailable,
                     "This connector has as many processes for log messages as it may (" +
                         std::to_string(kMaxChildren) + "): ask for none.");
    }
  }
  auto fresh = co_await new_line(target, party, server);
  if (!fresh) co_return fail(std::move(fresh.error()));
  {
    const std::lock_guard lock(server->mutex);
    server->own.push_back(*fresh);
  }
  const std::lock_guard lock(lane->mutex);
  lane->own = *fresh;
  co_return std::move(*fresh);
}

http::Task<Result<Parked>> McpClient::resume(const Party& party, const Ask& ask, std::string state) {
  auto parked = parked_.take(state, ask.owner);
  if (!parked) {
    co_return fail(
        ErrorCode::kConflict,
        "What this answer belongs to is not waiting here any more: make the request again from the "
        "beginning.");
  }
  const auto* responses = object_in(ask.params, "inputResponses");
  const auto* response = responses == nullptr ? nullptr : responses->if_contains(parked->question);
  const json::value id = parked->asked["id"];
  const bool cancelled = party.client != nullptr && party.client->cancellation->cancelled();
  // Without an answer the question is asked again (2026-07-28, MRTR, "Error Handling").
  if (response == nullptr || !response->is_object() || cancelled) co_return std::move(*parked);
  json::object answer;
  if (const auto* error = object_in(response->get_object(), kErrorKey)) {
    const auto code = optional_int(*error, "code");
    answer = error_answer(id, code ? int(code->value_or(-32603)) : -32603, text_or_empty(*error, "message"));
  } else {
    answer = result_answer(id, response->get_object());
  }
  auto told = co_await parked->line->tell(*parked->peer, std::move(answer));
  if (!told) co_return fail(std::move(told.error()));
  parked->asked.clear();
  co_return std::move(*parked);
}

http::Task<Result<Reply>> McpClient::request(TargetPtr target, Party party, Ask ask) {
  const auto executor = co_await boost::asio::this_coro::executor;
  for (Parked& late : parked_.expired()) {
    boost::asio::co_spawn(executor, tell_cancelled(late.line, late.peer, late.id, "Nobody answered in time."),
                          boost::asio::detached);
  }
  const std::string state = text_or_empty(ask.params, "requestState");
  if (state.starts_with(kParkedPrefix)) {
    auto talk = co_await resume(party, ask, state);
    if (!talk) co_return fail(std::move(talk.error()));
    auto reply = co_await converse(target, party, ask, std::move(*talk));
    co_return reply;
  }
  for (bool again = false;; again = true) {
    auto opened = co_await open(target, party, "");
    if (!opened) co_return fail(std::move(opened.error()));
    const std::shared_ptr<Lane> lane = (*opened)->lane;
    Parked talk;
    talk.lane = std::move(*opened);
    std::string level;
    {
      const std::lock_guard lock(lane->mutex);
      talk.line = lane->line;
      talk.peer = lane->peer;
      level = lane->level;
    }
    const Peer& peer = *talk.peer;
    const bool wants_log = party.client != nullptr && party.client->log_level
                               ? !party.client->log_level->empty()
                               : !level.empty();
    if (peer.modern && wants_log && !target->command.words.empty()) {
      auto own = co_await own_line(target, party, lane);
      if (!own) co_return fail(std::move(own.error()));
      talk.line = std::move(*own);
    }
    // For a legacy server it is kept too, in case that it loses the session, and passed on.
    const bool set = set_for_session(*lane, ask);
    if (peer.modern && set) co_return Reply();
    if (const auto* error = refusal_in(ask.params)) {
      co_return fail(ErrorCode::kUpstream, "The client refuses to answer what the MCP server asks: " +
                                               excerpt(text_or_empty(*error, "message")));
    }
    if (party.client != nullptr && party.client->log_level) {
      level = *party.client->log_level;
      if (!peer.modern && !level.empty()) {
        auto at_level = co_await set_level(target, party, lane, level);
        if (!at_level) co_return fail(std::move(at_level.error()));
      }
    }
    Outgoing out;
    out.id = talk.id = talk.line->next_id();
    out.method = ask.method;
    out.name = text_or_empty(ask.params, ask.method == "resources/read" ? "uri" : "name");
    out.params = ask.params;
    json::object meta = meta_for(peer, party.client, ask, out.id, level);
    if (!meta.empty()) out.params["_meta"] = std::move(meta);
    if (!peer.modern) {
      out.params.erase("inputResponses");
      out.params.erase("requestState");
    }
    out.headers = ask.headers;
    talk.exchange = talk.line->begin(peer, std::move(out));
    if (!peer.modern) {
      const std::lock_guard lock(lane->mutex);
      std::erase_if(lane->calls, [](const auto& one) { return one.expired(); });
      lane->calls.push_back(talk.exchange);
    }
    const bool has_session = !peer.session.empty();
    const bool modern = peer.modern;
    auto reply = co_await converse(target, party, ask, std::move(talk));
    // The session is gone, or the server was replaced by one of the other era: nothing was begun.
    const bool forgotten = !reply && reply.error().code == ErrorCode::kNotFound && has_session;
    const bool other_era = reply && modern && reply->error_code == kUnsupportedVersion;
    if (!forgotten && !other_era) {
      if (!reply && reply.error().code == ErrorCode::kNotFound) {
        forget(target->key);
        reply.error().code = ErrorCode::kUpstream;
      }
      co_return reply;
    }
    if (again) co_return fail(ErrorCode::kUpstream, "The MCP server forgets its session at once.");
    if (other_era) forget(target->key);
    const std::lock_guard lock(lane->mutex);
    lane->peer = nullptr;
  }
}

// Passes on what the server says until it answers or asks back.
// Errors besides those of request(): kNotFound  status 404 (or 400, 405) without a message: the session, or
// what Wick knows of the server, is stale
http::Task<Result<Reply>> McpClient::converse(TargetPtr target, Party party, const Ask& ask, Parked talk) {
  const ClientSide* client = party.client;
  const auto cancellation = client == nullptr ? nullptr : client->cancellation;
  if (cancellation != nullptr) cancellation->on_cancel([exchange = talk.exchange] { exchange->interrupt(); });
  struct Forget {
    std::shared_ptr<Cancellation> of;
    ~Forget() {
      if (of != nullptr) of->on_cancel(nullptr);
    }
  } const forget_at_end{cancellation};

  const auto executor = co_await boost::asio::this_coro::executor;
  const auto ends = Clock::now() + seconds(kMaxExchangeSeconds);
  auto silent_since = Clock::now();
  int answered = 0;
  while (talk.asked.empty()) {
    const auto now = Clock::now();
    const auto left = std::min(silent_since + seconds(target->timeout_seconds), ends) - now;
    if (left <= milliseconds(0)) {
      if (is_told_of_cancellation(*talk.peer, *target))
        boost::asio::co_spawn(executor, tell_cancelled(talk.line, talk.peer, talk.id, "It took too long."),
                              boost::asio::detached);
      co_return too_slow(target->timeout_seconds);
    }
    auto incoming = co_await talk.exchange->next(
        std::min(std::chrono::ceil<milliseconds>(left), milliseconds(kKeepAliveMillis)));
    if (cancellation != nullptr && cancellation->cancelled()) break;
    if (!incoming && incoming.error().code == ErrorCode::kTimeout) {
      json::object nothing;
      if (client != nullptr && client->notify) co_await client->notify(std::move(nothing));
      continue;
    }
    if (!incoming) co_return fail(std::move(incoming.error()));
    json::object& message = incoming->message;
    note_refusal(party.refusal, *incoming);
    if (message.empty()) {
      auto error = not_mcp(*incoming);
      if (incoming->status == 404 || incoming->status == 400 || incoming->status == 405)
        error.error().code = ErrorCode::kNotFound;
      co_return error;
    }
    if (incoming->status == 404 && !talk.peer->session.empty())
      co_return fail(ErrorCode::kNotFound, "The MCP server has forgotten the session.");
    if (auto reply = reply_in(message, talk.id)) co_return std::move(*reply);
    const std::string method = text_or_empty(message, "method");
    const auto* id = message.if_contains("id");
    if (id == nullptr) {
      if (client == nullptr || !client->notify || method.empty()) continue;
      const bool progress = method == "notifications/progress";
      if (auto shown = for_client(std::move(message), talk.id, *client)) {
        // Nothing else says that the server is at work on this.
        if (progress) silent_since = Clock::now();
        co_await client->notify(std::move(*shown));
      }
      continue;
    }
    if (method.empty() || talk.peer->modern) continue;  // a modern server has no requests to send
    if (can_answer(client, method)) {
      talk.asked = std::move(message);
      talk.question = to_json(talk.asked["id"]);
      break;
    }
    json::object answer =
        method == "ping"
            ? result_answer(*id, {})
            : error_answer(*id, kMethodNotFound, "The client has no method \"" + excerpt(method) + "\".");
    if (++answered > kMaxAnswered)
      co_return fail(ErrorCode::kUpstream, "The MCP server asks more than " + std::to_string(kMaxAnswered) +
                                               " times what this client cannot answer.");
    auto told = co_await talk.line->tell(*talk.peer, std::move(answer));
    if (!told) co_return fail(std::move(told.error()));
  }
  if (cancellation != nullptr && cancellation->cancelled()) {
    if (is_told_of_cancellation(*talk.peer, *target))
      co_await tell_cancelled(talk.line, talk.peer, talk.id, "");
    co_return took_back();
  }
  Reply asks;
  json::object request;
  request["method"] = talk.asked["method"];
  const auto* params = talk.asked.if_contains("params");
  request["params"] = params != nullptr && params->is_object() ? *params : json::value(json::object());
  json::object requests;
  requests[talk.question] = std::move(request);
  asks.result["resultType"] = "input_required";
  asks.result["inputRequests"] = std::move(requests);
  asks.result["requestState"] = parked_.put(std::move(talk), ask.owner);
  co_return asks;
}

// ---- changes
// ------------------------------------------------------------------------------------------------

http::Task<Result<void>> McpClient::listen_modern(TargetPtr target, Party party, std::shared_ptr<Lane> lane,
                                                  json::object filter,
                                                  std::function<void(json::object)> heard) {
  const ClientSide* client = party.client;
  const auto cancellation = client->cancellation;
  std::shared_ptr<Line> line;
  std::shared_ptr<const Peer> peer;
  {
    const std::lock_guard lock(lane->mutex);
    line = lane->line;
    peer = lane->peer;
  }
  Result<void> ended;
  for (bool again = true; again && !cancellation->cancelled();) {
    again = false;
    json::object wanted = filter;
    if (!client->modern) {
      json::array uris;
      const std::lock_guard lock(lane->mutex);
      for (const std::string& uri : lane->subscriptions) uris.push_back(json::string(uri));
      wanted["resourceSubscriptions"] = std::move(uris);
    }
    Ask ask;
    json::object sent = wanted;
    sent.erase("wick/log");
    ask.params["notifications"] = std::move(sent);
    const std::string id = line->next_id();
    Outgoing out{id, "subscriptions/listen", {}, std::move(ask.params), {}};
    out.params["_meta"] = meta_for(*peer, client, ask, id, "");
    const std::shared_ptr<Exchange> exchange = line->begin(*peer, std::move(out));
    {
      const std::lock_guard lock(lane->mutex);
      lane->listening = exchange;
    }
    cancellation->on_cancel([exchange] { exchange->interrupt(); });
    bool answered = false;
    for (;;) {
      auto incoming = co_await exchange->next(kForever);
      if (cancellation->cancelled()) break;
      if (!incoming) {
        // Interrupted, but not by the client: its subscriptions have changed.
        again = incoming.error().code == ErrorCode::kUnavailable && !client->modern;
        if (!again) ended = fail(std::move(incoming.error()));
        break;
      }
      note_refusal(party.refusal, *incoming);
      if (incoming->message.empty()) {
        ended = not_mcp(*incoming);
        break;
      }
      if (reply_in(incoming->message, id)) {
        answered = true;
        break;
      }
      if (is_wanted(incoming->message, wanted)) heard(std::move(incoming->message));
    }
    cancellation->on_cancel(nullptr);
    if (!target->command.words.empty() && !answered) co_await tell_cancelled(line, peer, id, "");
  }
  co_return ended;
}

http::Task<Result<void>> McpClient::listen(TargetPtr target, Party party, json::object filter,
                                           std::function<void(json::object)> heard) {
  // A legacy client's session has its one stream; each stream of a modern client has a session of its own.
  const bool modern_client = party.client->modern;
  std::string purpose = modern_client ? "listen " + std::to_string(std::uintptr_t(party.client)) : "";
  auto opened = co_await open(target, party, std::move(purpose));
  if (!opened) co_return fail(std::move(opened.error()));
  const std::shared_ptr<Lane> lane = (*opened)->lane;
  std::shared_ptr<Line> line;
  std::shared_ptr<const Peer> peer;
  {
    const std::lock_guard lock(lane->mutex);
    line = lane->line;
    peer = lane->peer;
  }
  Result<void> ended;
  if (peer->modern) {
    ended = co_await listen_modern(target, party, lane, std::move(filter), std::move(heard));
  } else {
    ended = co_await listen_legacy(target, party, lane, std::move(filter), std::move(heard));
  }
  if (modern_client && !peer->modern) {
    {
      const auto server = server_of(*target, party);
      const std::lock_guard lock(server->mutex);
      std::erase_if(server->lanes, [&](const auto& one) { return one.second == lane; });
    }
    {
      const std::lock_guard lock(lane->mutex);
      if (lane->attending != nullptr) lane->attending->interrupt();
    }
    co_await line->close(*peer);
  }
  co_return ended;
}

http::Task<Result<void>> McpClient::listen_legacy(TargetPtr target, Party party, std::shared_ptr<Lane> lane,
                                                  json::object filter,
                                                  std::function<void(json::object)> heard) {
  const auto cancellation = party.client->cancellation;
  const auto mailbox = std::make_shared<Mailbox<json::object>>(kMaxQueuedMessages);
  {
    const std::lock_guard lock(lane->mutex);
    std::erase_if(lane->hearers, [](const auto& one) { return one.expired(); });
    lane->hearers.push_back(mailbox);
  }
  attend(lane, co_await boost::asio::this_coro::executor);
  const auto* uris = filter.if_contains("resourceSubscriptions");
  if (party.client->modern && uris != nullptr && uris->is_array()) {
    for (const auto& uri : uris->get_array()) {
      json::object params;
      params["uri"] = uri;
      auto reply = co_await exchange(target, party, lane, "resources/subscribe", std::move(params));
      if (!reply) co_return fail(std::move(reply.error()));
    }
  }
  cancellation->on_cancel([mailbox] { mailbox->close(); });
  for (;;) {
    auto message = co_await mailbox->take();
    if (!message || cancellation->cancelled()) break;
    // A legacy client's subscriptions are its session's own.
    const bool updated = text_or_empty(*message, "method") == "notifications/resources/updated";
    if ((updated && !party.client->modern) || is_wanted(*message, filter)) heard(std::move(*message));
  }
  cancellation->on_cancel(nullptr);
  if (cancellation->cancelled()) co_return Result<void>{};
  co_return fail(ErrorCode::kUpstream, "The MCP server says nothing unasked, or has gone.");
}

}  // namespace wick::upstream
