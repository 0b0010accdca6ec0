// ClientService: the clients that are known, by registration (RFC 7591), by metadata document (Client ID
// Metadata Documents), or by an admin.
//
// Registering the same metadata again gives the same client: a public client_id is no secret, and consent is
// asked for each user anyway. Registrations are limited per address and in all. Thread-safe; all of it
// blocks.
#pragma once

#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "db/database.h"
#include "oauth/client.h"

namespace wick {

inline constexpr int kMaxRegistrationsPerHour = 60;  // of new clients from one address
inline constexpr std::int64_t kMaxRegisteredClients = 10'000;
inline constexpr Micros kUnusedClientAge =
    kMicrosPerDay;  // a registration that nobody consented to is removed
inline constexpr std::size_t kMaxMetadataDocumentBytes = 5 * 1024;
inline constexpr int kMetadataDocumentSeconds = 3;
inline constexpr Micros kMinDocumentAge = 300 * kMicrosPerSecond, kMaxDocumentAge = kMicrosPerDay;

// An https URL with a path: the client_id of a metadata document.
bool is_metadata_document_id(std::string_view client_id);

class ClientService {
 public:
  ClientService(Database& db, const Clock& clock) : db_(db), clock_(clock) {}

  // Errors: kInvalidArgument;  kRateLimited;  kLimit
  Result<OAuthClient> register_client(const boost::json::object& metadata, std::string_view ip);
  // Keeps what a metadata document says. Errors: kInvalidArgument  its client_id is not `url`, or as above
  Result<OAuthClient> keep_document(std::string_view url, const boost::json::object& document,
                                    Micros max_age);
  // Errors: kNotFound  unknown
  Result<OAuthClient> get(std::string_view id);
  Result<std::vector<OAuthClient>> list();
  // Errors: kNotFound
  Result<void> set_blocked(std::string_view id, bool blocked);
  // Removes registrations that led to no grant.
  Result<void> purge();

 private:
  Result<void> insert(Transaction& tx, const OAuthClient& client, std::string_view ip);
  bool may_register(const std::string& ip);

  Database& db_;
  const Clock& clock_;
  std::mutex mutex_;
  Micros hour_ = 0;
  std::unordered_map<std::string, int> registrations_;  // in `hour_`, by address
};

}  // namespace wick
