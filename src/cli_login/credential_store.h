// CredentialStore: stores the connections of `wick login` to Wick servers on this computer.
//
// FOLDER/credentials.json (mode 0600 in a folder of mode 0700) lists the servers. The tokens are in the system's keyring
// (the Secret Service, through secret-tool of libsecret) or, when there is no keyring, in that file. The file records which
// of the two is used. secret-tool reads secrets from standard input, because every process can see arguments.
//
// Several processes use one stored connection, and a refresh token can be used once. So each process holds lock() from
// reading a connection until its successor is written.
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

// Holds the lock until it is destroyed.
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

  // Waits for other processes. Errors: kUnavailable  the folder cannot be created or written
  Result<StoreLock> lock();
  // The servers, the latest login first. Errors: kForbidden  other users can read the file
  Result<std::vector<std::string>> urls();
  // Errors: kNotFound     there is no login to this server
  //         kForbidden    other users can read the file
  //         kUnavailable  the keyring does not answer
  Result<StoredConnection> load(const std::string& url);
  // Stores the connection and returns a description of the place. kAuto: the current place of the connection, else the keyring,
  // else the file. Errors: kUnavailable
  Result<std::string> save(const StoredConnection& connection, Storage storage);
  // Removes the connection, if there is one.
  Result<void> forget(const std::string& url);

 private:
  std::filesystem::path file() const { return folder_ / "credentials.json"; }
  std::filesystem::path folder_;
};

}  // namespace wick::cli_login
