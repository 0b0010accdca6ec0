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
#include "mcp/conversation.h"
#include "mcp/known_offers.h"
#include "mcp/legacy_requests.h"
#include "mcp/message.h"
#include "mcp/offer_cursor.h"
#include "mcp/server_use.h"
#include "mcp/session.h"
#include "mcp/stream_hub.h"
#include "search/search.h"
#include "tokens/authenticator.h"

namespace wick::mcp {

// A list over connected servers: how many are asked at once, how long it waits for them, and the size from which on no
// further one is asked.
inline constexpr std::size_t kListAtOnce = 8, kListBytes = 1024 * 1024;
inline constexpr int kListSeconds = 3;
inline constexpr std::size_t kMaxFollowedServers = 32;  // that one stream on /mcp listens to
// With more operations than this in all, lists and searches are not made on an io thread.
inline constexpr std::size_t kLongCatalogue = 200;
inline constexpr std::size_t kMaxListenResources = 100;  // of one subscriptions/listen

// Whether there are more operations than kLongCatalogue.
bool is_long_catalogue(const AccessSnapshot& snapshot);

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
  // One request, from the moment its caller is known.
  struct Context {
    http::Exchange* exchange = nullptr;
    Principal principal;
    EffectiveAccess reach;
    std::shared_ptr<const ConnectorEntry> only = {};  // of /mcp/c/{connector}
    std::string_view resource = {};                   // the name of what is asked (tokens/resource.h)
    std::optional<Session> session;                   // legacy
    const Message* message = nullptr;
    bool may_stream = false;  // the client takes an event stream, and the message is not part of a batch
  };
  // What a method answers: a JSON text, a whole response (a stream, a 401), or nothing (a notification).
  struct Answer {
    std::string text = {};
    std::optional<http::Response> response = {};
    int status = 200;
  };

  http::Task<http::Response> answer_body(Context& context);
  std::expected<Context, http::Response> admit(http::Exchange& exchange) const;
  std::expected<Context, http::Response> admit(const http::Request& request) const;  // but for the exchange
  http::Task<Answer> answer(Context& context);
  void heed(const Context& context);
  http::Task<Answer> answer_modern(Context& context);
  http::Task<Answer> answer_legacy(Context& context);
  http::Task<Answer> initialize(Context& context);
  http::Task<Answer> discover(Context& context);
  // Requests that a connected MCP server answers (connector_view.cpp).
  static bool is_forwarded(const Message& message);
  // What it answers, in the form of the client's era.
  Answer forwarded_answer(const Context& context, Result<Forwarded> forwarded) const;
  http::Task<Answer> forward(Context& context, std::shared_ptr<const ConnectorEntry> connector,
                             boost::json::object params);
  // Resources and prompts of all connected servers on /mcp (offers.cpp).
  struct PageRequest;
  static bool is_shared(const Message& message);
  // The connectors that are MCP servers and whose resources and prompts the caller may use, by id.
  std::vector<std::shared_ptr<const ConnectorEntry>> offering(const EffectiveAccess& reach) const;
  http::Task<Answer> answer_shared(Context& context);
  Answer no_such_offer(const Context& context) const;
  std::shared_ptr<const ConnectorEntry> resolve(const EffectiveAccess& reach, std::string_view method,
                                                boost::json::object& params) const;
  http::Task<void> ask_for_page(std::shared_ptr<PageRequest> request, Caller caller,
                                std::shared_ptr<Mailbox<bool>> done);
  http::Task<KnownOffers::Ended> fetch_page(const PageRequest& request, Caller caller, OfferPage& page);
  std::shared_ptr<PageRequest> make_page_request(const Context& context,
                                                 std::shared_ptr<const ConnectorEntry> connector,
                                                 OfferPlace place) const;
  void give_up(PageRequest& request, const TokenId& credential);
  http::Task<Answer> list_offers(Context& context);
  // Gives the resources that a result on /mcp refers to the URIs that they have there, and a client of an older revision
  // only content that it knows.
  http::Task<void> publish(const Context& context, const ConnectorEntry& connector,
                           boost::json::object& result);
  http::Task<Result<std::shared_ptr<const std::string>>> tools_list(const Context& context) const;
  http::Task<Answer> list_tools(const Context& context) const;
  http::Task<CallResult> answer_meta_tool(const Context& context, std::string name,
                                          const boost::json::object& arguments);
  http::Task<Answer> call_tool(Context& context);
  http::Task<Answer> call_found(Context& context, OperationRef ref, std::string name,
                                boost::json::object arguments, boost::json::object more);
  // One call, with what its server says and asks meanwhile; `talk`: null when it has nothing to say.
  http::Task<Result<CallOutcome>> run(const Context& context, const OperationRef& ref,
                                      boost::json::object arguments, boost::json::object more,
                                      Conversation* talk);
  std::unique_ptr<Conversation> converse(const Context& context, const ConnectorEntry& connector);
  // The answer, at the end of the conversation's stream if it has one.
  http::Task<Answer> conclude(Conversation* talk, Answer answer);
  http::Task<Answer> execute(Context& context, boost::json::object arguments);
  http::Task<Answer> listen(Context& context);
  // Of streams (streams.cpp).
  // Writes what connected servers tell of changes, a notification whenever what the caller may call has changed, and
  // comments in between, until the credential ends or the peer goes. `filter`: of subscriptions/listen; `meta`: a member
  // for the params of each notification, or empty.
  http::Task<void> follow_changes(Context& context, http::StreamWriter& writer,
                                  std::shared_ptr<Stream> stream, boost::json::object filter,
                                  std::string meta);
  // What one stream hears, and from which servers.
  struct Listening;
  struct Followed;
  void follow_servers(Listening& listening) const;
  http::Task<void> pass_on_changes(std::shared_ptr<Followed> followed) const;

  // Names the client with servers that keep sessions: its own session, else its user.
  std::string client_key_of(const Context& context) const;
  Caller caller(const Context& context) const;
  Answer finished(const Context& context, Result<CallOutcome> outcome) const;
  // The same where it holds up no io thread.
  http::Task<Answer> finish_off_thread(const Context& context, Result<CallOutcome> outcome) const;
  Answer rejected(const Context& context, int code, std::string message, int status = 200) const;
  // 503 with Retry-After: no call can be made now, and this one was not. (A call that was made but not
  // recorded says no time: a client should not make it again by itself.)
  static bool is_refused_for_now(const Error& error) {
    return error.code == ErrorCode::kUnavailable && error.retry_after_seconds > 0;
  }
  Answer unavailable(const Context& context, const Error& error) const;
  // A call that the credential's scope does not reach: a challenge when the client can ask for more, else a
  // tool error.
  Answer out_of_scope(const Context& context, const OperationRef& ref, std::string message) const;
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
  Search search_;
  const Clock& clock_;
  FairPool& searches_;
  FairPool& long_work_;
};

}  // namespace wick::mcp
