// Endpoint: what /mcp answers, for 2026-07-28 and for the legacy revisions on the same URL; and
// /mcp/c/{connector}, the same for one connector alone, whose tools keep the names they have there (M3).
//
// The order of every request: host and origin (403), credential (401), media types (415, 406), envelope
// (400), method. Nothing here reads the database; operations run through Runner, which records them.
// Thread-safe; handlers run on io threads.
#pragma once

#include <memory>
#include <string>

#include "access/snapshot.h"
#include "base/mailbox.h"
#include "connectors/runner.h"
#include "http/message.h"
#include "http/origin.h"
#include "mcp/known_offers.h"
#include "mcp/legacy_requests.h"
#include "mcp/message.h"
#include "mcp/offer_cursor.h"
#include "mcp/request_context.h"
#include "mcp/server_use.h"
#include "mcp/session.h"
#include "mcp/stream_hub.h"
#include "mcp/tool_call_handler.h"
#include "tokens/authenticator.h"

namespace wick::mcp {

// A list over connected servers: how many are asked at once, how long it waits for them, and the size from which on no
// further one is asked.
inline constexpr std::size_t kListAtOnce = 8, kListBytes = 1024 * 1024;
inline constexpr int kListSeconds = 3;
inline constexpr std::size_t kMaxFollowedServers = 32;   // that one stream on /mcp listens to
inline constexpr std::size_t kMaxListenResources = 100;  // of one subscriptions/listen

// A refusal by the transport, before any message.
http::Response refusal(int status, int code, std::string message);

class Endpoint {
 public:
  Endpoint(const AccessStore& access, const Authenticator& authenticator, const http::OriginPolicy& origins,
           Runner& runner, StreamHub& streams, const SealingKey& key, const Clock& clock, FairPool& searches,
           FairPool& long_work);

  // Refuses what the header alone shows to be refused, before the body is read.
  std::optional<http::Response> check_header(const http::Request& request) const;
  http::Task<http::Response> post(http::Exchange& exchange);
  // Legacy: the stream of server messages, and the end of a session.
  http::Task<http::Response> get(http::Exchange& exchange);
  http::Task<http::Response> remove(http::Exchange& exchange);

 private:
  http::Task<http::Response> answer_body(RequestContext& context);
  std::expected<RequestContext, http::Response> admit(http::Exchange& exchange) const;
  std::expected<RequestContext, http::Response> admit(
      const http::Request& request) const;  // but for the exchange
  http::Task<Answer> answer(RequestContext& context);
  void handle_legacy_notification(const RequestContext& context);
  http::Task<Answer> answer_modern(RequestContext& context);
  http::Task<Answer> answer_legacy(RequestContext& context);
  http::Task<Answer> initialize(RequestContext& context);
  http::Task<Answer> discover(RequestContext& context);
  // Requests that a connected MCP server answers (connector_view.cpp).
  static bool is_forwarded(const Message& message);
  // What it answers, in the form of the client's era.
  Answer forwarded_answer(const RequestContext& context, Result<Forwarded> forwarded) const;
  http::Task<Answer> forward(RequestContext& context, std::shared_ptr<const ConnectorEntry> connector,
                             boost::json::object params);
  // Resources and prompts of all connected servers on /mcp (offers.cpp).
  struct PageRequest;
  static bool is_shared(const Message& message);
  // The connectors that are MCP servers and whose resources and prompts the caller may use, by id.
  std::vector<std::shared_ptr<const ConnectorEntry>> offering(const EffectiveAccess& access) const;
  http::Task<Answer> answer_shared(RequestContext& context);
  Answer no_such_offer(const RequestContext& context) const;
  std::shared_ptr<const ConnectorEntry> resolve(const EffectiveAccess& access, std::string_view method,
                                                boost::json::object& params) const;
  http::Task<void> ask_for_page(std::shared_ptr<PageRequest> request, Caller caller,
                                std::shared_ptr<Mailbox<bool>> done);
  http::Task<KnownOffers::Ended> fetch_page(const PageRequest& request, Caller caller, OfferPage& page);
  std::shared_ptr<PageRequest> make_page_request(const RequestContext& context,
                                                 std::shared_ptr<const ConnectorEntry> connector,
                                                 OfferPlace place) const;
  void give_up(PageRequest& request, const TokenId& credential);
  http::Task<Answer> list_offers(RequestContext& context);
  http::Task<Result<std::shared_ptr<const std::string>>> tools_list(const RequestContext& context) const;
  http::Task<Answer> list_tools(const RequestContext& context) const;
  http::Task<Answer> listen(RequestContext& context);
  // Of streams (streams.cpp).
  // Writes what connected servers tell of changes, a notification whenever what the caller may call has changed, and
  // comments in between, until the credential ends or the client goes. `filter`: of subscriptions/listen; `meta`: a member
  // for the params of each notification, or empty.
  http::Task<void> follow_changes(RequestContext& context, http::StreamWriter& writer,
                                  std::shared_ptr<Stream> stream, boost::json::object filter,
                                  std::string meta);
  // What one stream hears, and from which servers.
  struct Listening;
  struct Followed;
  void follow_servers(Listening& listening) const;
  http::Task<void> pass_on_changes(std::shared_ptr<Followed> followed) const;

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
  KnownOffers known_;
  const Clock& clock_;
  FairPool& searches_;
  FairPool& long_work_;
  ToolCallHandler tool_calls_;  // refers to members above
};

}  // namespace wick::mcp
