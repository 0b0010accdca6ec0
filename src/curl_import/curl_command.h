// Parses a cURL command into the request that curl would send. Pure functions; nothing is executed, read or
// sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wick {

inline constexpr std::size_t kMaxCurlCommandBytes = 64 * 1024;

// One field of -F.
struct CurlPart {
  // The source of the content: `content`, or the file of that name, which is sent as a file or as a text.
  enum class Source { kCommand, kFile, kTextOfFile };
  std::string name, content;
  Source source = Source::kCommand;
  std::string filename, content_type;  // as sent; empty if the command has none
};

// Texts may contain variables as marked by shell_words.h.
struct CurlCommand {
  std::string method;  // upper case
  std::string url;     // with scheme and with the query of -G, without fragment
  std::vector<std::pair<std::string, std::string>> headers;  // in order, including those of --json, -A …
  std::string body;
  bool has_body = false;
  std::optional<std::string> body_file;  // the body is the content of this file; `body` is empty
  bool is_binary = false;                // the file is sent byte for byte
  std::vector<CurlPart> parts;           // of multipart/form-data
  std::optional<std::string> user;       // "name:password" of -u
  std::optional<std::string> bearer;     // of --oauth2-bearer
  std::vector<std::pair<std::string, std::string>> defaults;  // of variables
  std::vector<std::string> warnings;                          // differences from curl, as sentences
};

// Errors: kInvalidArgument  with the correction. Messages quote options and never their values, which may be
// secrets.
Result<CurlCommand> parse_curl(std::string_view text);

// Percent-encodes a text like percent_encode() and keeps marked variables.
std::string encode_around_variables(std::string_view text);

}  // namespace wick
