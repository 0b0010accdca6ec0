// KnownOffers: the pages of resources and prompts that connected servers last gave each user on /mcp, and which servers do
// not answer in time, so that a list waits for none of them (offers.cpp).
//
// A list asks its servers and waits for each at most kListSeconds. A page that has not come by then is late: its request goes
// on by itself, and the list has what is known of the page, which may be nothing. A server whose last answer was late is slow:
// lists still ask it, but have the known page at once, until an answer comes in time again. A page is asked for once while
// it is late. When it comes and differs from what lists had, the credentials whose lists went without it are returned by
// end(), for their streams to say so; one that is the same says nothing, or a slow server and a client that lists after each
// change would go on for ever.
//
// What is kept is of one user, so that nobody sees what a server shows to another, and of the connector as it is set up, so
// that it is gone with a change of that. It is only ever given to a list whose caller may use the connector now.
//
// Thread-safe: all of it is under one mutex that is held for no longer than a page is copied. A request belongs to the io
// thread of its list, which alone says that it is late and that it has ended; so no page is given up that has just come.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "access/snapshot.h"
#include "base/id.h"

namespace wick::mcp {

inline constexpr std::size_t kMaxKnownBytes = 32 * 1024 * 1024;  // of all pages; the oldest are forgotten
inline constexpr std::size_t kMaxKnownPageBytes = 1024 * 1024;   // a larger page is not kept
inline constexpr std::size_t kMaxLatePages = 64;                 // of one user, asked for at once
inline constexpr std::size_t kMaxToldOfPage = 16;                // credentials that are told of one late page
inline constexpr std::size_t kMaxSlowServers =
    10'000;  // of all users; all count as quick when there are more

// One page of one server as /mcp lists it: entries separated by commas, and where the server's list goes on.
struct OfferPage {
  std::string entries, next_cursor;
  friend bool operator==(const OfferPage&, const OfferPage&) = default;
};

// Names one page of one server for one user.
struct OfferKey {
  OfferKey(const UserId& the_user, const ConnectorEntry& connector, std::string_view method,
           std::string_view cursor);
  UserId user;
  std::string server;  // for this user, as it is set up now
  std::string page;
  bool is_prompt = false;
};

class KnownOffers {
 public:
  explicit KnownOffers(std::size_t max_bytes = kMaxKnownBytes) : max_bytes_(max_bytes) {}

  enum class Asking : unsigned char {
    kInTime,    // ask, and wait
    kLate,      // ask, and do not wait: the server is slow
    kUnderWay,  // do not ask: it is being asked, or too many pages are late
  };
  // `credential`: of the list, which is told of a late page.
  Asking begin(const OfferKey& key, const TokenId& credential);
  // A page that was asked for in time is late now. False: the request has to end, for the page is asked for already, or too
  // many are late.
  bool give_up(const OfferKey& key, const TokenId& credential);
  std::optional<OfferPage> find(const OfferKey& key);

  enum class Ended : unsigned char {
    kAnswered,
    kFailed,     // no answer, or one that says nothing of the page: what is known stays
    kRefused,    // by a rule of Wick's, so that what is known is of no use any more
    kCancelled,  // by Wick: it says nothing of the server
  };
  // The request of begin(), unless that was kUnderWay, has ended. `was_late`: the page was late; `is_slow`: the answer took
  // longer than a list waits. The credentials to tell that the page has changed.
  std::vector<TokenId> end(const OfferKey& key, Ended how, OfferPage page, bool was_late, bool is_slow);

  // How often late pages have changed the lists of this user.
  struct Changes {
    std::uint64_t prompts = 0, resources = 0;
  };
  Changes changes(const UserId& user) const;

 private:
  struct PageState {
    std::optional<OfferPage> page;
    bool is_late = false;                  // and asked for
    std::vector<TokenId> without;          // whose lists went without it
    std::list<std::string>::iterator age;  // in order_, while there is a page
  };
  struct User {
    std::size_t late = 0;
    Changes changes;
  };
  bool may_be_late(const OfferKey& key, const PageState& state) const;
  void make_late(const OfferKey& key, PageState& state);
  void forget_page(PageState& state);
  // False: it is too large.
  bool keep(const OfferKey& key, PageState& state, OfferPage page);
  void drop_if_empty(const OfferKey& key);

  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, PageState> pages_;
  std::unordered_set<std::string> slow_;  // servers, each for one user
  std::unordered_map<UserId, User> users_;
  std::list<std::string> order_;  // of the pages that are kept, the oldest first
  std::size_t bytes_ = 0;
};

}  // namespace wick::mcp
