#include "oauth_client/bearer_challenge.h"

#include <algorithm>

#include "base/text.h"

namespace wick::upstream {
namespace {

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Reads a challenge list piece by piece.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool at_end() const { return text_.empty(); }
  void skip(std::string_view characters) {
    text_.remove_prefix(std::min(text_.find_first_not_of(characters), text_.size()));
  }
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::string_view token() {
    const auto end = std::find_if_not(text_.begin(), text_.end(), is_token_character);
    const std::string_view found = text_.substr(0, std::size_t(end - text_.begin()));
    text_.remove_prefix(found.size());
    return found;
  }
  // A token or a quoted string; a quoted string without its end gives nothing.
  std::string value() {
    if (!take('"')) return std::string(token());
    std::string out;
    while (!text_.empty()) {
      char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"') return out;
      if (c == '\\' && !text_.empty()) {
        c = text_.front();
        text_.remove_prefix(1);
      }
      out += c;
    }
    return {};
  }
  void drop() { text_.remove_prefix(1); }

 private:
  std::string_view text_;
};

bool is_scope(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c == 0x21 || (c >= 0x23 && c <= 0x5B) || (c >= 0x5D && c <= 0x7E);
  });
}

}  // namespace

BearerChallenge parse_challenge(std::string_view header) {
  BearerChallenge out;
  bool in_bearer = false;
  Reader reader(header);
  for (reader.skip(" \t,"); !reader.at_end(); reader.skip(" \t,")) {
    const std::string_view name = reader.token();
    if (name.empty()) {  // the rest of a token68, or nonsense
      reader.drop();
      continue;
    }
    reader.skip(" \t");
    if (!reader.take('=')) {  // not a parameter: the next scheme
      if (out.bearer) break;
      in_bearer = equals_ignoring_case(name, "Bearer");
      out.bearer = in_bearer;
      continue;
    }
    reader.skip(" \t");
    std::string value = reader.value();
    if (!in_bearer) continue;
    if (equals_ignoring_case(name, "resource_metadata")) out.resource_metadata = std::move(value);
    if (equals_ignoring_case(name, "scope")) out.scope = scope_text(scopes_of(value));
    if (equals_ignoring_case(name, "error")) out.error = std::move(value);
  }
  return out;
}

std::vector<std::string> scopes_of(std::string_view text) {
  std::vector<std::string> out;
  if (text.size() > kMaxScopeBytes) return out;
  for (const std::string_view one : split(text, ' ')) {
    if (one.empty()) continue;
    if (!is_scope(one)) return {};
    if (std::find(out.begin(), out.end(), one) == out.end()) out.emplace_back(one);
  }
  return out;
}

std::string scope_text(const std::vector<std::string>& scopes) {
  std::string out;
  for (const std::string& one : scopes) out.append(out.empty() ? "" : " ").append(one);
  return out;
}

std::string scope_union(std::string_view a, std::string_view b) {
  auto all = scopes_of(a);
  std::size_t bytes = scope_text(all).size();
  for (std::string& one : scopes_of(b)) {
    if (std::find(all.begin(), all.end(), one) != all.end() || bytes + one.size() + 1 > kMaxScopeBytes)
      continue;
    bytes += one.size() + 1;
    all.push_back(std::move(one));
  }
  return scope_text(all);
}

bool scope_within(std::string_view part, std::string_view whole) {
  const auto all = scopes_of(whole);
  const auto some = scopes_of(part);
  return std::all_of(some.begin(), some.end(), [&](const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  });
}

}  // namespace wick::upstream
