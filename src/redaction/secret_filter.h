// SecretFilter: cuts the credentials that were sent to a connected system out of what it answers.
//
// A system that echoes its request, in a result or an error, would hand them to the caller. Each is found as
// it is, in base64 (alone or as part of something longer), percent-encoded in any case and extent,
// form-encoded, with the escapes of JSON and of HTML, and in two of these encodings after each other:
// {"url":"…?key=a%2Fb"} inside a string of JSON. What is found is replaced by "***". The time is linear in
// the text's length.
//
// A value that is copied cheaply; const functions may be called from several threads at once.
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

inline constexpr std::size_t kMinSecretToCut = 4;  // a shorter one would cut ordinary text to pieces
// A longer text is searched for one encoding only, not for two after each other.
inline constexpr std::size_t kMaxTwiceEncodedBytes = 1024 * 1024;

class SecretFilter {
 public:
  // A secret of fewer than kMinSecretToCut bytes, without the blanks around it, is not looked for.
  void add(std::string_view secret);
  // User name and password as Basic authentication sends them (RFC 7617), and the password by itself.
  void add_basic(std::string_view user, std::string_view password);
  bool empty() const { return patterns_.empty(); }

  // Whether something was cut out.
  bool clean(std::string& text) const;
  // All text values, member names and numbers.
  bool clean(boost::json::value& value) const;
  bool clean(boost::json::object& object) const;
  std::string cleaned(std::string text) const {
    clean(text);
    return text;
  }

 private:
  struct Pattern {
    std::shared_ptr<const Secret> text;
    bool base64 = false;  // then the rest of the base64 text around it goes, too
  };
  void add_pattern(std::string text, bool base64);
  void add_base64(std::string_view secret);
  std::vector<TextSpan> find(std::string_view text, int codings) const;
  std::vector<TextSpan> find_plain(std::string_view text) const;

  std::vector<Pattern> patterns_;
  bool has_space_ = false, has_number_ = false;
};

}  // namespace wick
