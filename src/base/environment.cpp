#include "base/environment.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>

#include "base/secret.h"

namespace wick {
namespace {

// Written only by hide_environment(), before other threads exist.
std::map<std::string, Secret, std::less<>>& secrets() {
  static std::map<std::string, Secret, std::less<>> all;
  return all;
}

}  // namespace

void hide_environment(std::initializer_list<const char*> secret) {
  if (environ == nullptr) return;
  char** kept = environ;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view text = *one;
    const auto equals = std::min(text.find('='), text.size());
    const std::string name(text.substr(0, equals));
    const bool is_secret = std::find(secret.begin(), secret.end(), std::string_view(name)) != secret.end();
    if (is_secret)
      secrets().insert_or_assign(name, Secret(std::string(text.substr(std::min(equals + 1, text.size())))));
    char* copy = is_secret ? nullptr : strdup(*one);
    wipe(*one, text.size());
    if (copy != nullptr) *kept++ = copy;
  }
  *kept = nullptr;
}

std::optional<std::string> environment_variable(const std::string& name) {
  if (const auto found = secrets().find(name); found != secrets().end())
    return std::string(found->second.reveal());
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace wick
