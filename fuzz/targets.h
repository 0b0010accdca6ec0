// What is fuzzed: functions that take any bytes and throw Finding when what the code under test promises does
// not hold. Run by libFuzzer (main.cpp, script/fuzz) and, over the corpus, by the unit tests
// (replay_test.cpp).
//
// A target compares with a simple reference, undoes what was done, or does the same in another way; it never
// only looks for crashes. Each is deterministic and keeps nothing between two inputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wick::fuzz {

struct Finding : std::logic_error {
  using std::logic_error::logic_error;
};

// Throws Finding unless `holds`.
#define FUZZ_CHECK(holds) \
  (static_cast<bool>(holds) ? void(0) : throw ::wick::fuzz::Finding(std::string(__FILE__) + ": " #holds))

// Takes choices from the front of an input; zeros and nothing when it is used up.
class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  // What stands before the next `separator`, which is taken too; all the rest when there is none.
  std::string_view until(char separator) {
    const auto end = bytes_.find(separator);
    const std::string_view found = bytes_.substr(0, end);
    bytes_.remove_prefix(end == std::string_view::npos ? bytes_.size() : end + 1);
    return found;
  }
  std::string_view take(std::size_t count) {
    const std::string_view found = bytes_.substr(0, count);
    bytes_.remove_prefix(found.size());
    return found;
  }
  bool empty() const { return bytes_.empty(); }
  std::string_view rest() { return take(bytes_.size()); }

 private:
  std::string_view bytes_;
};

void fuzz_http(std::string_view data);
void fuzz_json(std::string_view data);
void fuzz_message(std::string_view data);
void fuzz_sse(std::string_view data);
void fuzz_shell(std::string_view data);
void fuzz_curl(std::string_view data);
void fuzz_openapi(std::string_view data);
void fuzz_yaml(std::string_view data);
void fuzz_jmespath(std::string_view data);
void fuzz_template(std::string_view data);
void fuzz_url(std::string_view data);
void fuzz_redirect_uri(std::string_view data);
void fuzz_schema(std::string_view data);
void fuzz_oauth(std::string_view data);
void fuzz_challenge(std::string_view data);
void fuzz_mask(std::string_view data);
void fuzz_words(std::string_view data);

struct Target {
  std::string_view name;
  void (*run)(std::string_view data);
  std::size_t max_bytes;  // of an input
};

inline constexpr Target kTargets[] = {
    {"http", fuzz_http, 4096},          // requests in pieces
    {"json", fuzz_json, 16384},         // values, and hashing
    {"message", fuzz_message, 8192},    // JSON-RPC envelope with its HTTP headers
    {"sse", fuzz_sse, 4096},            // server-sent events, in pieces
    {"shell", fuzz_shell, 4096},        // words of a shell line
    {"curl", fuzz_curl, 4096},          // cURL commands and what is proposed of them
    {"openapi", fuzz_openapi, 16384},   // documents as JSON and YAML
    {"yaml", fuzz_yaml, 8192},          // YAML against JSON
    {"jmespath", fuzz_jmespath, 4096},  // an expression and a value
    {"template", fuzz_template, 4096},  // templates of rest operations, JSON Pointers
    {"url", fuzz_url, 4096},            // URLs, percent-encoding, base64, UTF-8, hex
    {"redirect_uri", fuzz_redirect_uri, 2100},
    {"schema", fuzz_schema, 8192},        // JSON Schema: a schema and a value
    {"oauth", fuzz_oauth, 8192},          // forms, client authentication, cookies
    {"challenge", fuzz_challenge, 8192},  // WWW-Authenticate, sets of scopes
    {"mask", fuzz_mask, 8192},            // redaction in the audit
    {"words", fuzz_words, 4096},          // words and stems of the search
};

}  // namespace wick::fuzz
