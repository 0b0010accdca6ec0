// The system's keyring: the freedesktop Secret Service (GNOME Keyring, KWallet, KeePassXC), through secret-tool.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace wick::cli_login {

inline constexpr std::size_t kMaxKeyringBytes = 64 * 1024;

// Errors of all functions: kUnavailable  secret-tool is not installed, or there is no keyring, or it is locked
Result<void> keyring_store(const std::string& url, const Secret& secret);
Result<Secret> keyring_load(const std::string& url);
Result<void> keyring_clear(const std::string& url);

}  // namespace wick::cli_login
