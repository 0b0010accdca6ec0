// Endpoint: the MCP endpoints /mcp and /mcp/c/{connector}, for 2026-07-28 and the legacy revisions. /mcp/c/{connector}
// serves one connector, whose tools keep the names that their server gave them.
//
// Every request is checked in this order: host and origin (403), credential (401), media types (415, 406), envelope (400),
// method. No check reads the database. Operations run through the Runner, which records them. Thread-safe; handlers run on
// io threads.
#pragma once

#include <memory>
#include <string>

#include "access/snapshot.h"
#include "base/mailbox.h"
#include "connectors/runner.h"
#include "http/message.h"
#include "http/origin.h"
#include "mcp/legacy_requests.h"
#include "mcp/list_cursor.h"
#include "mcp/message.h"
#include "mcp/page_cache.h"
#include "mcp/request_context.h"
#include "mcp/server_use.h"
#include "mcp/session.h"
#include "mcp/stream_hub.h"
#include "mcp/tool_call_handler.h"
#include "tokens/authenticator.h"

namespace wick::mcp {

// Limits of a list over connected servers: the number of servers that are asked at the same time, the size from which on no
// further server is asked, and the time that the list waits for a server.
inline constexpr std::size_t kListAtOnce = 8, kListBytes = 1024 * 1024;
inline constexpr std::chrono::seconds kListTimeout{3};
inline constexpr std::size_t kMaxFollowedServers = 32;   // that one stream on /mcp listens to
inline constexpr std::size_t kMaxListenResources = 100;  // of one subscriptions/listen

// A refusal of the transport, before a message is read.
http::Response refusal(int status, int code, std::string message);

class Endpoint {
 public:
  struct Dependencies {
    const AccessStore& access;
    const Authenticator& authenticator;
    const http::OriginPolicy& origins;
    Runner& runner;
    StreamHub& streams;
    const SealingKey& key;
    const Clock& clock;
    FairPool& searches;
    FairPool& long_work;
  };
  explicit Endpoint(Dependencies dependencies);

  // Checks the header of a request before its body is read. nullopt: the request may continue.
  std::optional<http::Response> check_header(const http::Request& request) const;
  http::Task<http::Response> post(http::Exchange& exchange);
  // GET and DELETE of the legacy revisions: the stream of server messages, and the end of a session.
  http::Task<http::Response> get(http::Exchange& exchange);
  http::Task<http::Response> remove(http::Exchange& exchange);

 private:
  http::Task<http::Response> answer_body(RequestContext& context);
  std::expected<RequestContext, http::Response> authenticate(http::Exchange& exchange) const;
  std::expected<RequestContext, http::Response> authenticate(
      const http::Request& request) const;  // leaves RequestContext::exchange unset
  http::Task<Answer> answer_request(RequestContext& context);
  void handle_legacy_notification(const RequestContext& context);
  http::Task<Answer> answer_modern(RequestContext& context);
  http::Task<Answer> answer_legacy(RequestContext& context);
  http::Task<Answer> initialize(RequestContext& context);
  http::Task<Answer> discover(RequestContext& context);
  // Requests that a connected MCP server answers (connector_view.cpp).
  static bool is_forwarded(const Message& message);
  // The answer of a connected server in the form of the client's generation.
  Answer forwarded_answer(const RequestContext& context, Result<Forwarded> forwarded) const;
  http::Task<Answer> forward(RequestContext& context, std::shared_ptr<const ConnectorEntry> connector,
                             boost::json::object params);
  // Resources and prompts of all connected servers on /mcp (shared_lists.cpp).
  struct PageRequest;
  static bool is_shared(const Message& message);
  // The connectors that are MCP servers and whose resources and prompts the caller may use, ordered by id.
  std::vector<std::shared_ptr<const ConnectorEntry>> find_mcp_connectors(const EffectiveAccess& access) const;
  http::Task<Answer> answer_shared_request(RequestContext& context);
  Answer refuse_unknown_name(const RequestContext& context) const;
  std::shared_ptr<const ConnectorEntry> resolve_connector(const EffectiveAccess& access,
                                                          std::string_view method,
                                                          boost::json::object& params) const;
  http::Task<void> request_page(std::shared_ptr<PageRequest> request, Caller caller,
                                std::shared_ptr<Mailbox<bool>> done);
  http::Task<PageCache::Outcome> fetch_page(const PageRequest& request, Caller caller, CachedPage& page);
  std::shared_ptr<PageRequest> make_page_request(const RequestContext& context,
                                                 std::shared_ptr<const ConnectorEntry> connector,
                                                 PagePosition position) const;
  void stop_waiting(PageRequest& request, const TokenId& credential);
  struct ListInProgress;
  void start_page_requests(RequestContext& context, ListInProgress& list);
  http::Task<void> collect_pages(RequestContext& context, ListInProgress& list);
  http::Task<Answer> list_shared(RequestContext& context);
  http::Task<Result<std::shared_ptr<const std::string>>> render_tools_list(
      const RequestContext& context) const;
  http::Task<Answer> list_tools(const RequestContext& context) const;
  http::Task<Answer> listen(RequestContext& context);
  // Event streams (streams.cpp).
  // Writes the notifications of connected servers, a notification for each change of the caller's lists, and comments in
  // between, until the credential ends or the client disconnects. `filter` is that of subscriptions/listen. `meta` is a member
  // for the params of each notification, or empty.
  http::Task<void> follow_changes(RequestContext& context, http::StreamWriter& writer,
                                  std::shared_ptr<Stream> stream, boost::json::object filter,
                                  std::string meta);
  struct Subscription;
  struct FollowedServer;
  bool is_open(const Subscription& subscription) const;
  std::string server_slugs(const Subscription& subscription) const;
  Subscription make_subscription(RequestContext& context, std::shared_ptr<Stream> stream,
                                 boost::json::object filter, std::string meta);
  http::Task<std::string> collect_changes(Subscription& subscription) const;
  void follow_servers(Subscription& subscription) const;
  http::Task<void> forward_notifications(std::shared_ptr<FollowedServer> followed) const;

  http::Task<std::string> tools_fingerprint(Principal principal,
                                            std::shared_ptr<const AccessSnapshot> snapshot) const;

  const AccessStore& access_;
  const Authenticator& authenticator_;
  const http::OriginPolicy& origins_;
  Runner& runner_;
  StreamHub& streams_;
  Sessions sessions_;
  LegacyRequests legacy_;
  ServerUse server_use_;
  PageCache page_cache_;
  const Clock& clock_;
  FairPool& searches_;
  FairPool& long_work_;
  ToolCallHandler tool_calls_;  // refers to members above
};

}  // namespace wick::mcp
