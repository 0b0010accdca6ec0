#include "cli_login/credential_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "base/json.h"
#include "cli_login/keyring.h"

namespace wick::cli_login {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> unavailable(std::string what) {
  return fail(ErrorCode::kUnavailable, std::move(what) + ": " + std::strerror(errno) + ".");
}

Secret to_text(const StoredConnection& connection) {
  json::object out;
  out["client_id"] = connection.client_id;
  out["scope"] = connection.scope;
  out["access_token"] = connection.access_token.reveal();
  out["refresh_token"] = connection.refresh_token.reveal();
  out["expires_at"] = connection.expires_at;
  return Secret(to_json(out));
}

Result<StoredConnection> from_text(const std::string& url, std::string_view text) {
  auto value = parse_json(text);
  if (!value || !value->is_object()) {
    return fail(ErrorCode::kUnavailable,
                "What is stored for " + url + " is damaged: run `wick login --url " + url + "` again.");
  }
  const json::object& object = value->get_object();
  StoredConnection connection;
  connection.url = url;
  connection.client_id = text_or_empty(object, "client_id");
  connection.scope = text_or_empty(object, "scope");
  connection.access_token = Secret(text_or_empty(object, "access_token"));
  connection.refresh_token = Secret(text_or_empty(object, "refresh_token"));
  const auto expires = optional_int(object, "expires_at");
  connection.expires_at = expires ? expires->value_or(0) : 0;
  return connection;
}

// {"servers": [{"url", "storage": "keyring"} | {"url", "storage": "file", "connection": "…"}]}
Result<json::array> read_servers(const fs::path& file) {
  struct stat info {};
  if (stat(file.c_str(), &info) != 0) {
    if (errno == ENOENT) return json::array();
    return unavailable("Cannot read " + file.string());
  }
  if ((info.st_mode & 077) != 0) {
    return fail(ErrorCode::kForbidden, file.string() +
                                           " can be read by others. Log in again and end the old connections "
                                           "under Profile, Connections; or, if nobody looked: chmod 600 " +
                                           file.string());
  }
  std::ifstream in(file);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto value = parse_json(text);
  const json::value* servers =
      value && value->is_object() ? value->get_object().if_contains("servers") : nullptr;
  if (servers == nullptr || !servers->is_array())
    return fail(ErrorCode::kUnavailable, file.string() + " is damaged: delete it and log in again.");
  return servers->get_array();
}

// Replaces the file atomically, so that a crash leaves the old or the new file.
Result<void> write_servers(const fs::path& file, json::array servers) {
  json::object out;
  out["servers"] = std::move(servers);
  const Secret text(to_json(out) + "\n");
  const std::string fresh = file.string() + ".new";
  unlink(fresh.c_str());
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return unavailable("Cannot write " + fresh);
  const std::string_view bytes = text.reveal();
  const bool written = write(fd, bytes.data(), bytes.size()) == ssize_t(bytes.size()) && fsync(fd) == 0;
  close(fd);
  if (!written || rename(fresh.c_str(), file.c_str()) != 0)
    return unavailable("Cannot write " + file.string());
  return {};
}

bool is_of(const json::value& server, const std::string& url) {
  return server.is_object() && text_or_empty(server.get_object(), "url") == url;
}

}  // namespace

Result<Storage> parse_storage(std::string_view text) {
  if (text == "auto") return Storage::kAuto;
  if (text == "keyring") return Storage::kKeyring;
  if (text == "file") return Storage::kFile;
  return fail(ErrorCode::kInvalidArgument, "--store must be auto, keyring or file.");
}

StoreLock::~StoreLock() {
  if (fd_ >= 0) close(fd_);
}

fs::path CredentialStore::default_folder() {
  if (const char* given = std::getenv("WICK_CONFIG_HOME")) return given;
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config != nullptr && *config == '/')
    return fs::path(config) / "wick";
  const char* home = std::getenv("HOME");
  return fs::path(home == nullptr ? "." : home) / ".config" / "wick";
}

Result<StoreLock> CredentialStore::lock() {
  std::error_code ec;
  fs::create_directories(folder_, ec);
  if (ec) return fail(ErrorCode::kUnavailable, "Cannot make " + folder_.string() + ": " + ec.message() + ".");
  chmod(folder_.c_str(), 0700);
  const fs::path path = folder_ / "lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return unavailable("Cannot write " + path.string());
  StoreLock held(fd);
  if (flock(fd, LOCK_EX) != 0) return unavailable("Cannot lock " + path.string());
  return held;
}

Result<std::vector<std::string>> CredentialStore::urls() {
  WICK_TRY(servers, read_servers(file()));
  std::vector<std::string> out;
  for (const auto& server : servers) {
    if (server.is_object()) out.push_back(text_or_empty(server.get_object(), "url"));
  }
  return out;
}

Result<StoredConnection> CredentialStore::load(const std::string& url) {
  WICK_TRY(servers, read_servers(file()));
  for (const auto& server : servers) {
    if (!is_of(server, url)) continue;
    if (text_or_empty(server.get_object(), "storage") == "file")
      return from_text(url, text_or_empty(server.get_object(), "connection"));
    WICK_TRY(secret, keyring_load(url));
    return from_text(url, secret.reveal());
  }
  return fail(ErrorCode::kNotFound, "Not logged in to " + url + ": run `wick login --url " + url + "`.");
}

Result<std::string> CredentialStore::save(const StoredConnection& connection, Storage storage) {
  WICK_TRY(servers, read_servers(file()));
  const Secret text = to_text(connection);
  if (storage == Storage::kAuto) {
    for (const auto& server : servers) {
      if (is_of(server, connection.url)) {
        storage =
            text_or_empty(server.get_object(), "storage") == "file" ? Storage::kFile : Storage::kKeyring;
      }
    }
  }
  json::object entry;
  entry["url"] = connection.url;
  bool in_keyring = false;
  if (storage != Storage::kFile) {
    auto stored = keyring_store(connection.url, text);
    if (!stored && storage == Storage::kKeyring) return fail(std::move(stored.error()));
    in_keyring = stored.has_value();
  }
  entry["storage"] = in_keyring ? "keyring" : "file";
  if (!in_keyring) entry["connection"] = text.reveal();
  json::array next;
  next.emplace_back(std::move(entry));
  for (const auto& server : servers) {
    if (!is_of(server, connection.url)) next.push_back(server);
  }
  WICK_CHECK(write_servers(file(), std::move(next)));
  return in_keyring ? std::string("the system's keyring") : file().string() + " (only you can read it)";
}

Result<void> CredentialStore::forget(const std::string& url) {
  WICK_TRY(servers, read_servers(file()));
  json::array next;
  for (const auto& server : servers) {
    if (!is_of(server, url)) {
      next.push_back(server);
    } else if (text_or_empty(server.get_object(), "storage") != "file") {
      if (auto cleared = keyring_clear(url); !cleared) return cleared;
    }
  }
  return write_servers(file(), std::move(next));
}

}  // namespace wick::cli_login
