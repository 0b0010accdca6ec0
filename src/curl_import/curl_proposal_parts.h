// The steps of propose_from_curl(), in the order of processing: curl_url.cpp, curl_credentials.cpp,
// curl_parameters.cpp, curl_body.cpp, and curl_proposal.cpp, which combines them. Internal to this folder.
//
// Every step adds its warnings without repetitions. Not thread-safe.
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
using Warnings = std::vector<std::string>;
using Encode = std::string (*)(std::string_view);

inline std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}
void add_warning(Warnings& warnings, std::string sentence);

// --- texts with marked variables (shell_words.h)

bool has_variable(std::string_view text);
bool has_placeholder(std::string_view text);
std::string replaced(std::string text, std::string_view what, std::string_view with);
// The name if `text` is a stand-in for a value: {name}, {{name}}, and in a path <name> or :name.
std::string stand_in_name(std::string_view text, bool in_path);
// The percent-decoded text; unchanged if the result is not text.
std::string decoded(std::string_view text, bool form);
std::string as_is(std::string_view text);

// --- the URL

// One decoded name=value pair of a query or form.
struct Field {
  std::string name, value;
  std::string written;  // the name before decoding
  bool has_value = true;
};
std::vector<Field> split_fields(std::string_view text);

struct CommandUrl {
  std::string base;                   // up to the version of the API
  std::string host;                   // with port
  std::string user;                   // "name:password"
  std::vector<std::string> segments;  // of the path after the base, as written
  std::vector<Field> query;
};
// Errors: kInvalidArgument  no host, or a variable as host
Result<CommandUrl> read_url(const std::string& text, Warnings& warnings);

// --- the credentials

// The credentials of a command. The connector stores the first one, and none may remain elsewhere.
class Credentials {
 public:
  // The stored credential, in the form of CurlProposal.
  struct Carried {
    std::string auth = "none", name, username;
    Secret secret;
  };

  explicit Credentials(Warnings& warnings) : warnings_(warnings) {}

  // Removes values that are credentials by their names, and headers that only browsers send.
  void take_from(CurlCommand& command, CommandUrl& url);
  // Removes a header whose value contains a credential.
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

  Warnings& warnings_;
  Carried carried_;
  std::vector<std::string> known_;
};

// --- the parameters

// The properties of a value for which a parameter is created.
struct ParameterOptions {
  std::string in;  // path, query, header or body
  bool required = true;
  bool setting = false;   // the example becomes the default
  bool quoted = false;    // in a JSON template
  bool secret = false;    // by its name; are_in() finds further secrets
  Encode encode = as_is;  // of a constant outside of JSON
};

// The parameters of the operation. The functions return the text for the template.
class Parameters {
 public:
  Parameters(const Pairs& defaults, const Credentials& credentials, Warnings& warnings)
      : defaults_(defaults.begin(), defaults.end()), credentials_(credentials), warnings_(warnings) {}

  // Adds a parameter for a value of the command.
  std::string add(std::string_view preferred_name, const boost::json::value& given, ParameterOptions options);
  // Adds a parameter with this schema for the content of a file. `mark` is the modifier of its placeholder
  // (template_text.h).
  std::string add_file(std::string_view preferred_name, boost::json::object schema, std::string_view mark,
                       bool quoted);
  // Adds a parameter for a stand-in. All places with the same name share the parameter.
  std::string add_stand_in(const std::string& name, const std::string& in, bool quoted);
  // `text` with its variables replaced by parameters, and the rest passed through `encode`.
  std::string with_variables(std::string_view text, const std::string& in, Encode encode,
                             bool quoted = false);
  // `text` with {name} placeholders; adds the parameters that it needs.
  std::string with_placeholders(const std::string& text, const std::string& in);
  // The template for `text` if it is a stand-in or has variables; nullopt if it is a value.
  std::optional<std::string> open_template(std::string_view text, const ParameterOptions& options);
  // The template for a value of the query or of a form.
  std::string value_template(const std::string& name, const std::string& value,
                             const ParameterOptions& options);

  bool full() const { return list_.size() >= kMaxProposedParameters; }
  // Whether the limit of parameters is reached, so that this value stays fixed; then adds a warning.
  bool keeps_fixed(const boost::json::value& value, const ParameterOptions& options);

  boost::json::object input_schema() const;
  const std::vector<ProposedParameter>& list() const { return list_; }

 private:
  std::string add_open(const std::string& name, const std::string& in, bool quoted, bool variable);
  std::string finish(ProposedParameter parameter, boost::json::object schema, bool quoted);
  std::string free_name(std::string_view preferred_name);

  const std::map<std::string, std::string> defaults_;  // of variables
  const Credentials& credentials_;
  Warnings& warnings_;
  std::vector<ProposedParameter> list_;
  boost::json::object properties_;
  std::set<std::string> names_;
  std::map<std::string, int> last_suffixes_;  // of repeated names
  std::map<std::string, std::string> open_;   // variables and stand-ins, with their placeholders
};

// --- the templates

struct Target {
  std::string path;
  std::set<std::size_t> variable_segments;  // indexes of CommandUrl::segments that change from call to call
  boost::json::object query;
};
Target make_target(const CommandUrl& url, bool reads, const Credentials& credentials, Parameters& parameters);

struct Body {
  std::string text, content_type;
};
bool has_body(const CurlCommand& command);
// The body template of a command with a body. `content_type` is the value of its header.
// Errors: kInvalidArgument  the body does not match the Content-Type
Result<Body> make_body(const CurlCommand& command, std::string content_type, Parameters& parameters,
                       Warnings& warnings);

}  // namespace wick::curl
