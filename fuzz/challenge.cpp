#include "oauth_client/bearer_challenge.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

void check_scopes(std::string_view text) {
  const auto scopes = upstream::scopes_of(text);
  const std::set<std::string> once(scopes.begin(), scopes.end());
  FUZZ_CHECK(once.size() == scopes.size());
  FUZZ_CHECK(upstream::scopes_of(upstream::scope_text(scopes)) == scopes);
  FUZZ_CHECK(upstream::scope_within(text, text));
}

}  // namespace

// A challenge that is written is read as the same, also behind one of another scheme; sets of scopes obey the
// laws of sets.
void fuzz_challenge(std::string_view data) {
  Input input(data);
  const std::string_view first = input.until('\n'), second = input.until('\n'), rest = input.rest();
  const auto any = upstream::parse_challenge(data);
  FUZZ_CHECK(any.bearer || (any.scope.empty() && any.error.empty() && any.resource_metadata.empty()));
  FUZZ_CHECK(any.error.size() <= data.size() && any.resource_metadata.size() <= data.size());

  const std::string written =
      "Bearer error=" + quoted(first) + ", RESOURCE_METADATA = " + quoted(second) + ",scope=" + quoted(rest);
  for (const std::string& header : {written, "Basic realm=\"a, Bearer error=x\", " + written,
                                    "Negotiate YWJj==, " + written, written + ", Digest error=\"no\""}) {
    const auto read = upstream::parse_challenge(header);
    FUZZ_CHECK(read.bearer && read.error == first && read.resource_metadata == second);
    FUZZ_CHECK(read.scope == upstream::scope_text(upstream::scopes_of(rest)));
  }
  for (const std::string_view text : {first, second, rest}) check_scopes(text);
  const std::string both = upstream::scope_union(first, second);
  FUZZ_CHECK(upstream::scope_within(first, both));
  FUZZ_CHECK(both.size() <= upstream::kMaxScopeBytes);
  for (const std::string& scope : upstream::scopes_of(both))
    FUZZ_CHECK(upstream::scope_within(scope, first) || upstream::scope_within(scope, second));
}

}  // namespace wick::fuzz
