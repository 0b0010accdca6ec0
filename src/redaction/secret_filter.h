// SecretFilter: removes the credentials that were sent to a connected system from its responses.
//
// A system that echoes its request, in a result or an error, would reveal them to the caller. The filter finds
// each credential in plain text, in base64 (alone or inside a longer text), percent-encoded in any case and
// extent, form-encoded, with the escapes of JSON and of HTML, and in two nested encodings:
// {"url":"…?key=a%2Fb"} inside a JSON string. Each occurrence becomes "***". The time is linear in the length
// of the text.
//
// A value that is cheap to copy; const functions may be called from several threads at once.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "redaction/text_coding.h"

namespace wick {

inline constexpr std::size_t kMinSecretToCut = 4;  // shorter secrets would match ordinary text
// Longer texts are searched for one encoding only, not for two nested ones.
inline constexpr std::size_t kMaxTwiceEncodedBytes = 1024 * 1024;

class SecretFilter {
 public:
  // Adds a secret. Ignores secrets shorter than kMinSecretToCut without surrounding blanks.
  void add(std::string_view secret);
  // Adds user name and password as Basic authentication sends them (RFC 7617), and the password alone.
  void add_basic(std::string_view user, std::string_view password);
  bool empty() const { return patterns_.empty(); }

  // Removes the secrets. Returns whether any were found.
  bool clean(std::string& text) const;
  // Removes the secrets from all strings, member names and numbers.
  bool clean(boost::json::value& value) const;
  bool clean(boost::json::object& object) const;
  std::string cleaned(std::string text) const {
    clean(text);
    return text;
  }

 private:
  struct Pattern {
    std::shared_ptr<const Secret> text;
    bool base64 = false;  // the rest of the base64 text around the match is removed too
  };
  void add_pattern(std::string text, bool base64);
  void add_base64(std::string_view secret);
  std::vector<TextSpan> find(std::string_view text, int codings) const;
  std::vector<TextSpan> find_plain(std::string_view text) const;

  std::vector<Pattern> patterns_;
  bool has_space_ = false, has_number_ = false;
};

}  // namespace wick
