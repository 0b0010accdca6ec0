// CredentialStore: where `wick login` keeps the connections of this computer's user to Wick servers.
//
// FOLDER/credentials.json (mode 0600 in a folder of mode 0700) names the servers. The tokens are in the
// system's keyring (the Secret Service, through secret-tool of libsecret) or, where there is none, in that
// file. Which it is stands in the file. secret-tool gets secrets on standard input: arguments can be seen by
// every process.
//
// Several processes use one stored connection, and a refresh token is good once: lock() is held from reading
// a connection to writing its successor, by all of them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace wick::cli_login {

struct StoredConnection {
  std::string url;  // of the server, without a slash at the end
  std::string client_id, scope;
  Secret access_token, refresh_token;
  Micros expires_at = 0;  // of the access token
};

enum class Storage { kAuto, kKeyring, kFile };
// Errors: kInvalidArgument
Result<Storage> parse_storage(std::string_view text);

// Holds the lock until destroyed.
class StoreLock {
 public:
  explicit StoreLock(int fd) : fd_(fd) {}
  StoreLock(StoreLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  StoreLock& operator=(StoreLock&&) = delete;
  ~StoreLock();

 private:
  int fd_;
};

class CredentialStore {
 public:
  // WICK_CONFIG_HOME, else $XDG_CONFIG_HOME/wick, else ~/.config/wick.
  static std::filesystem::path default_folder();
  explicit CredentialStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Waits for other processes. Errors: kUnavailable  the folder cannot be made or written
  Result<StoreLock> lock();
  // The servers, the last one that was logged in to first. Errors: kForbidden  others can read the file
  Result<std::vector<std::string>> urls();
  // Errors: kNotFound  no login to this server;  kForbidden;  kUnavailable  the keyring does not answer
  Result<StoredConnection> load(const std::string& url);
  // Where it went, in words. kAuto: where the connection is already, else the keyring, else the file.
  // Errors: kUnavailable
  Result<std::string> save(const StoredConnection& connection, Storage storage);
  // Absent ones are fine.
  Result<void> forget(const std::string& url);

 private:
  std::filesystem::path file() const { return folder_ / "credentials.json"; }
  std::filesystem::path folder_;
};

}  // namespace wick::cli_login
