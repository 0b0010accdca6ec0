// What the steps of propose_from_curl() share, in the order in which a command passes through them:
// curl_url.cpp, curl_credentials.cpp, curl_parameters.cpp, curl_body.cpp and, to put them together,
// curl_proposal.cpp. Of this folder alone.
//
// Every step adds its notes, each once. Not thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "curl_import/curl_command.h"
#include "curl_import/curl_proposal.h"

namespace wick::curl {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using Notes = std::vector<std::string>;
using Encode = std::string (*)(std::string_view);

inline std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}
void add_note(Notes& notes, std::string sentence);

// --- texts, in which variables are marked (shell_words.h)

bool has_variable(std::string_view text);
bool has_placeholder(std::string_view text);
std::string replaced(std::string text, std::string_view what, std::string_view with);
// The name when all of `text` stands for a value to be filled in: {name}, {{name}}, in a path <name> and
// :name.
std::string stand_in_name(std::string_view text, bool in_path);
// Percent-decoded; as it is when that gives no text.
std::string decoded(std::string_view text, bool form);
std::string as_is(std::string_view text);

// --- the URL, read

// name=value of a query or form, decoded.
struct Field {
  std::string name, value;
  std::string written;  // the name before it was decoded
  bool has_value = true;
};
std::vector<Field> split_fields(std::string_view text);

struct CommandUrl {
  std::string base;                   // up to the segments that are the API's own
  std::string host;                   // with its port
  std::string user;                   // "name:password"
  std::vector<std::string> segments;  // of the path behind the base, as written
  std::vector<Field> query;
};
// Errors: kInvalidArgument  no host, or one that is a variable
Result<CommandUrl> read_url(const std::string& text, Notes& notes);

// --- the credentials

// Those of a command: the connector carries the first, and none of them may be left anywhere else.
class Credentials {
 public:
  // As CurlProposal has it.
  struct Carried {
    std::string auth = "none", name, username;
    Secret secret;
  };

  explicit Credentials(Notes& notes) : notes_(notes) {}

  // Takes out what is a credential by its name, and what only a browser sends.
  void take_from(CurlCommand& command, CommandUrl& url);
  // A header whose value turned out to hold one.
  void take_header(const std::string& name, const std::string& value);
  bool are_in(std::string_view text) const;
  bool are_in(const boost::json::value& value) const;
  Carried carried() && { return std::move(carried_); }

 private:
  void take(const char* auth, std::string name, std::string username, const std::string& value,
            const std::string& what);
  void take_authorization(const std::string& value);
  void take_user(const std::string& user, const std::string& what);
  void take_headers(Pairs& headers);
  void take_query(std::vector<Field>& query);
  void remember(std::string_view secret);

  Notes& notes_;
  Carried carried_;
  std::vector<std::string> known_;
};

// --- the parameters

// What is known of a value when a parameter is made of it.
struct Wish {
  std::string in;  // path, query, header or body
  bool required = true;
  bool setting = false;   // the example becomes the default
  bool quoted = false;    // in a JSON template
  bool secret = false;    // by its name; are_in() finds the others
  Encode encode = as_is;  // of a constant, when not quoted
};

// Those of the operation so far. What its functions return is to be written into the template.
class Parameters {
 public:
  Parameters(const Pairs& defaults, const Credentials& credentials, Notes& notes)
      : defaults_(defaults.begin(), defaults.end()), credentials_(credentials), notes_(notes) {}

  // One with a value of the command.
  std::string add(std::string_view wished_name, const boost::json::value& given, Wish wish);
  // One with this schema for what is in a file; `mark` is of its placeholder (template_text.h).
  std::string add_file(std::string_view wished_name, boost::json::object schema, std::string_view mark,
                       bool quoted);
  // One for a value that the command leaves open with a stand-in; the same for all places that name it.
  std::string add_stand_in(const std::string& name, const std::string& in, bool quoted);
  // `text` with its variables as parameters, and the rest through `encode`.
  std::string with_variables(std::string_view text, const std::string& in, Encode encode,
                             bool quoted = false);
  // `text`, in which {name} already stands for something: the parameters that it needs exist afterwards.
  std::string with_placeholders(const std::string& text, const std::string& in);
  // `text` when it is a stand-in or has variables; nullopt when it is a value.
  std::optional<std::string> open_template(std::string_view text, const Wish& wish);
  // One value of the query or of a form, whatever it is.
  std::string value_template(const std::string& name, const std::string& value, const Wish& wish);

  bool full() const { return list_.size() >= kMaxProposedParameters; }
  // True when there are enough of them already, so that this value stays as it is; a note says so.
  bool keeps_fixed(const boost::json::value& value, const Wish& wish);

  boost::json::object input_schema() const;
  const std::vector<ProposedParameter>& list() const { return list_; }

 private:
  std::string add_open(const std::string& name, const std::string& in, bool quoted, bool variable);
  std::string finish(ProposedParameter parameter, boost::json::object schema, bool quoted);
  std::string free_name(std::string_view wished);

  const std::map<std::string, std::string> defaults_;  // of variables
  const Credentials& credentials_;
  Notes& notes_;
  std::vector<ProposedParameter> list_;
  boost::json::object properties_;
  std::set<std::string> names_;
  std::map<std::string, int> last_suffixes_;  // of names that are wished again
  std::map<std::string, std::string> open_;   // variables and stand-ins, with their places in templates
};

// --- the templates

struct Target {
  std::string path;
  std::set<std::size_t> variable_segments;  // which of CommandUrl::segments change from call to call
  boost::json::object query;
};
Target make_target(const CommandUrl& url, bool reads, const Credentials& credentials, Parameters& parameters);

struct Body {
  std::string text, content_type;
};
bool has_body(const CurlCommand& command);
// Of a command that has one; `content_type` as its header says.
// Errors: kInvalidArgument  the body is not what the Content-Type says
Result<Body> make_body(const CurlCommand& command, std::string content_type, Parameters& parameters,
                       Notes& notes);

}  // namespace wick::curl
