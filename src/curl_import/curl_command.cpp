#include "curl_import/curl_command.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "curl_import/curl_form.h"
#include "curl_import/curl_options.h"
#include "curl_import/shell_paste.h"
#include "curl_import/shell_words.h"

namespace wick {
namespace {

static_assert(kMaxCurlCommandBytes == kMaxShellBytes);

std::unexpected<Error> invalid_command(std::string message) {
  return fail(ErrorCode::kInvalidArgument, unmarked(std::move(message)));
}

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

class CurlParser {
 public:
  explicit CurlParser(ShellLine line) : words_(std::move(line.words)), variables_(std::move(line.variables)) {
    out_.warnings = std::move(line.warnings);
    input_ = std::move(line.input);
    out_.defaults = std::move(line.defaults);
  }

  Result<CurlCommand> parse() {
    WICK_CHECK(find_curl());
    WICK_CHECK(set_variables());
    for (++at_; at_ < words_.size(); ++at_) {
      const std::string& word = words_[at_];
      Result<void> done;
      if (word.starts_with("--") && word.size() > 2) {
        done = read_long_option(word.substr(2));
      } else if (word.starts_with('-') && word.size() > 1) {
        done = read_short_options(word);
      } else if (!word.empty()) {
        done = add_url(word);
      }
      if (!done) return fail(std::move(done.error()));
    }
    return finish();
  }

 private:
  // Moves to the word curl. NAME=value, sudo and similar words may come before it.
  Result<void> find_curl() {
    std::size_t skipped = 0;  // options of the program before curl
    for (at_ = 0; at_ < words_.size() && !is_curl(words_[at_]); ++at_) {
      const std::string& word = words_[at_];
      if (is_assignment(word)) {
        const auto equals = word.find('=');
        variables_.emplace_back(word.substr(0, equals), word.substr(equals + 1));
      } else if (is_wrapper(word)) {
        skipped = kMaxWrapperWords;
      } else if (skipped-- == 0) {
        break;
      }
    }
    if (at_ < words_.size() && is_curl(words_[at_])) return check_not_powershell();
    const std::string first = words_.empty() ? "" : to_lower_ascii(words_[0]);
    if (first == "invoke-webrequest" || first == "invoke-restmethod" || first == "iwr" || first == "irm")
      return refuse_powershell();
    return invalid_command("This is not a cURL command: it must begin with curl.");
  }

  // In Windows PowerShell, curl is an alias of Invoke-WebRequest.
  Result<void> check_not_powershell() const {
    const bool is_powershell = std::any_of(words_.begin(), words_.end(), [](const std::string& word) {
      const std::string name = to_lower_ascii(word);
      return name == "-uri" || name == "-method" || name == "-headers" || name == "-contenttype";
    });
    return is_powershell ? refuse_powershell() : Result<void>();
  }

  static Result<void> refuse_powershell() {
    return invalid_command(
        "This is a command of PowerShell (Invoke-WebRequest), not cURL: write it with curl.exe and the "
        "options "
        "of cURL, for example -X, -H and -d.");
  }

  // Replaces the variables that are set before the command by their values.
  Result<void> set_variables() {
    std::map<std::string, std::string, std::less<>> values;
    for (auto& [name, value] : variables_) values[name] = std::move(value);  // the last one counts
    std::size_t bytes = 0;
    for (std::string& word : words_) {
      std::string out;
      std::string_view rest = word;
      for (auto open = rest.find(kVariableOpen); open != std::string_view::npos;
           open = rest.find(kVariableOpen)) {
        const std::string_view marked = rest.substr(open + kVariableOpen.size());
        const auto close = marked.find(kVariableClose);
        const auto set = values.find(marked.substr(0, close));
        const std::size_t end = open + kVariableOpen.size() + close + kVariableClose.size();
        out += rest.substr(0, open);
        out += set == values.end() ? rest.substr(open, end - open) : std::string_view(set->second);
        rest.remove_prefix(end);
        if (bytes + out.size() > kMaxShellBytes)
          return invalid_command("The variables make the command too long.");
      }
      out += rest;
      word = std::move(out);
      bytes += word.size();
    }
    return {};
  }

  Result<void> read_long_option(std::string name) {
    std::optional<std::string> value;
    if (const auto equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    return read_option(name, std::move(value), "--" + name);
  }

  Result<void> read_short_options(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      if (static_cast<unsigned char>(word[i]) >= 0x80) {  // a variable or a character of several bytes
        add_warning("A short option that is not a letter is unknown and left out.");
        return {};
      }
      const std::string name(curl::long_option_name(word[i]));
      if (name.empty()) {
        add_warning(std::string("-") + word[i] + " is unknown and left out.");
        continue;
      }
      const std::string shown = std::string("-") + word[i];
      if (!curl::takes_value(name)) {
        if (auto done = read_option(name, std::nullopt, shown); !done) return done;
        continue;
      }
      std::optional<std::string> value;
      if (i + 1 < word.size()) value = word.substr(i + 1);
      return read_option(name, std::move(value), shown);
    }
    return {};
  }

  Result<void> read_option(const std::string& name, std::optional<std::string> given,
                           const std::string& shown) {
    std::string value;
    if (curl::takes_value(name)) {
      if (!given && at_ + 1 >= words_.size()) return invalid_command(shown + " needs a value after it.");
      value = given ? *given : words_[++at_];
    }
    WICK_CHECK(check_supported(name, shown));
    if (name == "url") return add_url(value);
    if (name == "header") return add_header(value);
    if (name == "range") return add_header("Range: bytes=" + value);
    if (name == "form" || name == "form-string") {
      auto part = curl::read_part(value, name == "form", out_.warnings);
      if (!part) return invalid_command(shown + " must be name=value.");
      out_.parts.push_back(std::move(*part));
      return {};
    }
    if (read_body_option(name, value) || read_header_option(name, value)) return {};
    if (name == "request") {
      method_ = value;
    } else if (name == "url-query") {
      query_ += (query_.empty() ? "" : "&") + (value.starts_with('+') ? value.substr(1) : urlencode(value));
    } else if (name == "get") {
      get_ = true;
    } else if (name == "head") {
      head_ = true;
    } else if (name == "globoff") {
      globoff_ = true;
    } else if (name == "location") {
      add_warning("-L: if the API redirects, turn on Follow redirects in the connector's settings.");
    } else if (name == "insecure") {
      add_warning(shown + " is left out: certificates are always checked.");
    } else if (!curl::is_without_effect(name)) {
      add_warning(shown + " is left out.");
    } else if (given && !curl::takes_value(name)) {
      return invalid_command(shown + " takes no value.");
    }
    return {};
  }

  static Result<void> check_supported(const std::string& name, const std::string& shown) {
    if (name == "config" || name == "variable" || name.starts_with("expand-")) {
      return invalid_command(shown +
                             " takes parts of the command from elsewhere: write them into the command.");
    }
    if (name == "next")
      return invalid_command(shown + " begins a second request: paste one request at a time.");
    if (name == "digest" || name == "ntlm" || name == "negotiate" || name == "aws-sigv4") {
      return invalid_command(
          shown +
          " is an authentication method that REST connectors do not support: they can send a bearer "
          "token, a user name with a password, or a key.");
    }
    return {};
  }

  // False when the option is not about the body.
  bool read_body_option(const std::string& name, const std::string& value) {
    if (name == "data-raw") {
      add_data(value, "&");
    } else if (name == "data-urlencode") {
      add_data(urlencode(value), "&");
    } else if (name == "upload-file") {
      upload_ = value;
    } else if (name == "data" || name == "data-ascii" || name == "data-binary" || name == "json") {
      if (name == "json") json_ = true;
      const std::string_view separator = name == "json" ? "" : "&";
      const bool is_plain = name == "data" || name == "data-ascii";
      if (value == "@-" && input_) {
        std::string text = *input_;
        if (is_plain) std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });  // as curl does
        add_data(text, separator);
      } else if (value.starts_with('@')) {
        add_file(value.substr(1), !is_plain);
      } else {
        add_data(value, separator);
      }
    } else {
      return false;
    }
    return true;
  }

  // False when the option sets no header of its own.
  bool read_header_option(const std::string& name, const std::string& value) {
    if (name == "user") {
      out_.user = value;
    } else if (name == "oauth2-bearer") {
      out_.bearer = value;
    } else if (name == "cookie") {
      out_.headers.emplace_back("Cookie", value);
    } else if (name == "user-agent") {
      out_.headers.emplace_back("User-Agent", value);
    } else if (name == "referer") {
      out_.headers.emplace_back("Referer", value);
    } else {
      return false;
    }
    return true;
  }

  void add_warning(std::string text) {
    std::string sentence = unmarked(std::move(text));
    if (std::find(out_.warnings.begin(), out_.warnings.end(), sentence) == out_.warnings.end())
      out_.warnings.push_back(std::move(sentence));
  }

  Result<void> add_url(const std::string& url) {
    if (!out_.url.empty()) {
      return invalid_command(
          "There is more than one URL: paste one request, and put quotes around what belongs together.");
    }
    if (url.empty()) return invalid_command("The URL is empty.");
    out_.url = url;
    return {};
  }

  // "Name: value", "Name;" for an empty one, "Name:" to remove a header of curl's own.
  Result<void> add_header(const std::string& line) {
    if (line.starts_with('@'))
      return invalid_command(
          "-H reads headers from a file, which is not on this server: write them into the command.");
    if (has_control(line))
      return invalid_command("A header has a line break or control character: leave it out.");
    const auto colon = line.find(':', line.starts_with(':') ? 1 : 0);
    std::string name(trim(std::string_view(line).substr(0, colon)));
    std::string value;
    if (colon == std::string::npos) {
      if (!name.ends_with(';')) {
        add_warning("A header without a colon is left out.");
        return {};
      }
      name.pop_back();
    } else {
      value = trim(std::string_view(line).substr(colon + 1));
      if (value.empty()) return {};
    }
    if (name.starts_with(':')) return {};  // HTTP/2 pseudo-headers, which some browsers copy
    if (!is_token(name)) return invalid_command("A header's name has a character that no header can have.");
    out_.headers.emplace_back(std::move(name), std::move(value));
    return {};
  }

  void add_data(const std::string& value, std::string_view separator) {
    use_file_as_variable();
    if (out_.has_body) out_.body += separator;
    out_.body += value;
    out_.has_body = true;
  }

  void add_file(const std::string& path, bool is_binary) {
    if (out_.has_body) return add_data(variable_for(path), "&");
    out_.body_file = path;
    out_.is_binary = is_binary;
    out_.has_body = true;
  }

  // Uses the content of the file as a variable, because it is one part of the body or query.
  void use_file_as_variable() {
    if (!out_.body_file) return;
    out_.body = variable_for(*out_.body_file);
    out_.body_file.reset();
  }

  std::string variable_for(const std::string& path) {
    add_warning("\"" + curl::file_name(path) +
                "\" is a file, which is not on this server: its text is an argument of the operation.");
    const std::string number = ++files_ == 1 ? "" : "_" + std::to_string(files_);
    return std::string(kVariableOpen) + "file" + number + std::string(kVariableClose);
  }

  // content, =content, name=content, @file, name@file
  std::string urlencode(const std::string& value) {
    auto at = value.find('=');
    if (at == std::string::npos) at = value.find('@');
    if (at == std::string::npos) return encode_around_variables(value);
    const std::string name = value.substr(0, at), rest = value.substr(at + 1);
    return (name.empty() ? "" : name + "=") +
           (value[at] == '@' ? variable_for(rest) : encode_around_variables(rest));
  }

  // -T sends PUT. A URL that ends with a slash gets the name of the file.
  Result<void> read_upload() {
    if (!upload_) return {};
    if (out_.has_body || !out_.parts.empty())
      return invalid_command("-T cannot be in one command with -d or -F: one body is sent, not two.");
    const auto end = std::min(out_.url.find_first_of("?#"), out_.url.size());
    const bool is_input = *upload_ == "-" || *upload_ == ".";
    if (end > 0 && out_.url[end - 1] == '/' && out_.url.find("://") + 3 < end && !is_input)
      out_.url.insert(end, percent_encode(curl::file_name(*upload_)));
    if (method_.empty()) method_ = "PUT";
    add_file(is_input ? "-" : *upload_, true);
    return {};
  }

  Result<void> read_url() {
    std::string& url = out_.url;
    if (url.empty()) return invalid_command("The command has no URL.");
    if (url.starts_with(kVariableOpen)) {
      return invalid_command(
          "The address begins with a variable, whose value is not in the command: write the address.");
    }
    const auto scheme = url.find("://");
    if (scheme == std::string::npos || url.find_first_of("/?#") < scheme) {
      url = "http://" + url;
      add_warning("The URL has no scheme; like curl, http:// is used.");
    } else {
      const std::string name = to_lower_ascii(url.substr(0, scheme));
      if (name != "http" && name != "https")
        return invalid_command("Only http:// and https:// URLs can be used.");
      url.replace(0, scheme, name);
    }
    if (has_control(url)) return invalid_command("The URL has a line break or control character.");
    if (url.find("&amp;") != std::string::npos) {
      replace_all(url, "&amp;", "&");
      add_warning("&amp; in the URL is read as &: it comes from the source of a web page.");
    }
    url.resize(std::min(url.find('#'), url.size()));
    if (!globoff_ && is_glob(url)) {
      return invalid_command(
          "curl makes several requests of {a,b} and [1-9] in a URL: paste one of them, or add -g.");
    }
    if (get_ && out_.has_body) {
      use_file_as_variable();
      query_ += (query_.empty() ? "" : "&") + out_.body;
      out_.body.clear();
      out_.has_body = false;
    }
    if (!query_.empty()) {
      replace_all(query_, "#", "%23");  // in data; unescaped, it would begin a fragment
      url += url.find('?') == std::string::npos ? "?" : url.ends_with('?') || url.ends_with('&') ? "" : "&";
      url += query_;
    }
    return {};
  }

  static bool is_glob(std::string_view url) {
    for (std::size_t i = url.find("://") + 3; i < url.size(); ++i) {
      const char close = url[i] == '{' ? '}' : ']';
      if (url[i] != '{' && url[i] != '[') continue;
      const auto end = url.find(close, i);
      if (end == std::string_view::npos) return false;
      const std::string_view inside = url.substr(i + 1, end - i - 1);
      const auto is_word = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      };
      if (close == '}' && inside.find(',') != std::string_view::npos) return true;
      const auto dash = inside.find('-');
      if (close == ']' && dash != std::string_view::npos && dash > 0 && dash + 1 < inside.size() &&
          inside.find(':') == std::string_view::npos && is_word(inside[dash - 1]) &&
          is_word(inside[dash + 1]) &&
          (dash == 1 || std::all_of(inside.begin(), inside.begin() + std::ptrdiff_t(dash),
                                    [](char c) { return c >= '0' && c <= '9'; }))) {
        return true;
      }
      i = end;
    }
    return false;
  }

  Result<CurlCommand> finish() {
    if (json_) {
      const auto has = [&](std::string_view name) {
        return std::any_of(out_.headers.begin(), out_.headers.end(),
                           [&](const auto& each) { return equals_ignoring_case(each.first, name); });
      };
      if (!has("Content-Type")) out_.headers.emplace_back("Content-Type", "application/json");
      if (!has("Accept")) out_.headers.emplace_back("Accept", "application/json");
    }
    WICK_CHECK(read_upload());
    WICK_CHECK(read_url());
    if (out_.has_body && !out_.parts.empty())
      return invalid_command("-d and -F cannot be in one command: one body is sent, not two.");
    for (char& c : method_) c = c >= 'a' && c <= 'z' ? char(c - 32) : c;
    const bool body = out_.has_body || !out_.parts.empty();
    out_.method = !method_.empty() ? method_ : head_ ? "HEAD" : body ? "POST" : "GET";
    return std::move(out_);
  }

  static constexpr std::size_t kMaxWrapperWords = 4;

  std::vector<std::string> words_;
  std::vector<std::pair<std::string, std::string>> variables_;
  std::size_t at_ = 0;
  std::string method_, query_;
  std::optional<std::string> upload_, input_;
  std::size_t files_ = 0;  // files whose text is a variable
  bool get_ = false, head_ = false, json_ = false, globoff_ = false;
  CurlCommand out_;
};

}  // namespace

std::string encode_around_variables(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto open = std::min(text.find(kVariableOpen), text.size());
    out += percent_encode(text.substr(0, open));
    text.remove_prefix(open);
    const auto close = text.find(kVariableClose);
    if (text.empty() || close == std::string_view::npos) break;
    out += text.substr(0, close + kVariableClose.size());
    text.remove_prefix(close + kVariableClose.size());
  }
  return out;
}

Result<CurlCommand> parse_curl(std::string_view text) {
  WICK_TRY(line, split_shell(text));
  return CurlParser(std::move(line)).parse();
}

}  // namespace wick
