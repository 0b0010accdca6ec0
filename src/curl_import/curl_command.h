// A cURL command as the request that curl would send. Pure functions; nothing is run, read or sent.
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
  // Where its content is: in `content`, or in the file of that name, which is sent as a file or as a text.
  enum class Source { kCommand, kFile, kTextOfFile };
  std::string name, content;
  Source source = Source::kCommand;
  std::string filename, content_type;  // as they are to be sent; empty when the command says none
};

// Texts may hold variables as shell_words.h marks them.
struct CurlCommand {
  std::string method;  // upper case
  std::string url;     // with its scheme, without fragment; what -G puts into the query is there
  std::vector<std::pair<std::string, std::string>> headers;  // in order, those of --json and -A … included
  std::string body;
  bool has_body = false;
  std::optional<std::string> body_file;  // the body is what is in this file, and `body` is empty
  bool is_binary = false;                // the file is sent byte for byte
  std::vector<CurlPart> parts;           // of multipart/form-data
  std::optional<std::string> user;       // "name:password" of -u
  std::optional<std::string> bearer;     // of --oauth2-bearer
  std::vector<std::pair<std::string, std::string>> defaults;  // of variables
  std::vector<std::string> notes;                             // what is different from curl, as sentences
};

// Errors: kInvalidArgument  with what to change. Messages quote options and never their values, which may be
//         secrets.
Result<CurlCommand> parse_curl(std::string_view text);

// Percent-encodes as percent_encode() does, leaving marked variables as they are.
std::string encode_around_variables(std::string_view text);

}  // namespace wick
