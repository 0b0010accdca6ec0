// PageCache: the pages of resources and prompts that connected servers last returned to each user on /mcp. The cache also
// knows the servers that do not respond in time, so that a list does not wait for them (shared_lists.cpp).
//
// A list requests pages from its servers and waits for each page for at most kListTimeout. A page that has not arrived by
// then is late. The request of a late page continues, and the list contains the cached page or nothing. A late page is
// requested only once at a time. A server whose last response was late is slow. Lists still send requests to a slow server,
// but use the cached page at once, until a response arrives in time again.
//
// When a late page arrives and differs from the cached page, finish_request() returns the credentials whose lists did not
// contain it. Their streams then send a notification. A page that is the same causes no notification. Otherwise a slow
// server and a client that lists after each notification would continue forever.
//
// A page belongs to one user, so that no user sees the list of another user. A page also belongs to one configuration of
// its connector. It is only used for a list whose caller may use the connector at that moment.
//
// Thread-safe. One mutex guards all members, and is held at most as long as copying a page takes. A request belongs to the
// io thread of its list. Only that thread calls mark_late() and finish_request() for it, so a page that has just arrived is
// never marked as late.
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

inline constexpr std::size_t kMaxCachedBytes =
    32 * 1024 * 1024;                                            // of all pages; the oldest are removed first
inline constexpr std::size_t kMaxCachedPageBytes = 1024 * 1024;  // a larger page is not cached
inline constexpr std::size_t kMaxLatePages = 64;                 // requests of one user at the same time
inline constexpr std::size_t kMaxNotifiedCredentials = 16;       // by one late page
inline constexpr std::size_t kMaxSlowServers =
    10'000;  // of all users; when there are more, all servers count as quick again

// One page of one server's list as /mcp returns it: the entries, separated by commas, and the server's next cursor.
struct CachedPage {
  std::string entries, next_cursor;
  friend bool operator==(const CachedPage&, const CachedPage&) = default;
};

// Identifies one page of one server's list for one user.
struct PageKey {
  PageKey(const UserId& the_user, const ConnectorEntry& connector, std::string_view method,
          std::string_view cursor);
  UserId user;
  std::string server;  // identifies the user, the connector and its current configuration
  std::string page;
  bool is_prompt = false;
};

class PageCache {
 public:
  explicit PageCache(std::size_t max_bytes = kMaxCachedBytes) : max_bytes_(max_bytes) {}

  enum class Start : unsigned char {
    kWait,       // send the request, and wait for the response
    kDoNotWait,  // send the request, and use the cached page: the server is slow
    kSkip,       // send no request: the page is late already, or too many pages are late
  };
  // Decides how a list requests a page. `credential` is the credential of the list.
  Start start_request(const PageKey& key, const TokenId& credential);
  // Marks a page as late whose request was started with kWait. False: the caller has to cancel its request, because another
  // request for the page is in progress, or too many pages are late.
  bool mark_late(const PageKey& key, const TokenId& credential);
  std::optional<CachedPage> find(const PageKey& key);

  enum class Outcome : unsigned char {
    kAnswered,
    kFailed,     // no usable response: the cached page stays
    kRefused,    // Wick refused the request: the cached page is removed
    kCancelled,  // Wick cancelled the request: the cached page stays
  };
  // Records the end of a request that was started with kWait or kDoNotWait. `was_late`: the page was late. `is_slow`: the
  // response took longer than kListTimeout. Returns the credentials whose streams notify that the page has changed.
  std::vector<TokenId> finish_request(const PageKey& key, Outcome how, CachedPage page, bool was_late,
                                      bool is_slow);

  // The number of times that late pages have changed the lists of one user.
  struct Changes {
    std::uint64_t prompts = 0, resources = 0;
  };
  Changes changes(const UserId& user) const;

 private:
  struct PageState {
    std::optional<CachedPage> page;
    bool is_late = false;                           // and requested
    std::vector<TokenId> credentials_without_page;  // their lists were sent without the page
    std::list<std::string>::iterator age;           // in order_, while `page` is set
  };
  struct User {
    std::size_t late = 0;
    Changes changes;
  };
  bool may_be_late(const PageKey& key, const PageState& state) const;
  void make_late(const PageKey& key, PageState& state);
  void forget_page(PageState& state);
  // False: the page is too large.
  bool store_page(const PageKey& key, PageState& state, CachedPage page);
  void drop_if_empty(const PageKey& key);

  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, PageState> pages_;
  std::unordered_set<std::string> slow_;  // values of PageKey::server
  std::unordered_map<UserId, User> users_;
  std::list<std::string> order_;  // the keys of the cached pages, the least recently used first
  std::size_t bytes_ = 0;
};

}  // namespace wick::mcp
