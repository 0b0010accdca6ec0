#include "redaction/request_guess.h"

#include <algorithm>

#include "base/text.h"

namespace wick::guess {
namespace {

// Headers of the connection, or generated for each request: a command cannot set them here.
constexpr std::string_view kConnectionHeaders =
    " accept-encoding authority connection content-length expect host keep-alive proxy-authorization "
    "proxy-connection te trailer transfer-encoding upgrade ";
// Headers that only browsers send.
constexpr std::string_view kBrowserHeaders =
    " alt-used dnt sec-ch-ua sec-fetch-mode sec-gpc sec-purpose upgrade-insecure-requests x-client-data ";
// Headers that browsers and people send. They have a meaning if the command is not from a browser.
constexpr std::string_view kSharedHeaders =
    " accept-language cache-control if-modified-since if-none-match origin pragma priority referer "
    "user-agent "
    "x-csrf-token x-csrftoken x-xsrf-token ";
constexpr std::string_view kSecretHeaders =
    " api-key apikey x-api-key x-apikey x-auth-token x-auth-key x-access-token x-token private-token "
    "job-token "
    "deploy-token x-vault-token x-goog-api-key ocp-apim-subscription-key x-subscription-token dd-api-key "
    "dd-application-key circle-token x-shopify-access-token x-figma-token x-functions-key x-rapidapi-key "
    "x-secret x-api-secret x-auth authentication proxy-authorization token ";
constexpr std::string_view kSecretParameters =
    " access_token access-token accesstoken api_key api-key apikey api_token apitoken appid app_key auth "
    "auth_key auth_token authtoken client_secret hapikey key password passwd private_token secret sig "
    "signature "
    "subscription-key token x-api-key ";
constexpr std::string_view kSecretFields =
    " access_token accesstoken api_key apikey api-key api_token apitoken auth_token authtoken "
    "client_assertion "
    "client_secret clientsecret passphrase passwd password private_key privatekey refresh_token refreshtoken "
    "secret secret_key secretkey token ";
constexpr std::string_view kSettings =
    " api-version api_version currency direction embed encoding expand fields format include lang "
    "language "
    "limit locale max max_results max_tokens maxresults model offset operationname order order_by orderby "
    "output page page_number page_size pagenumber pagesize per_page perpage response_format size sort "
    "sort_by "
    "sortby sort_order start start_at startat stream temperature timezone top_p tz units version view ";
// Path segments before the version in well-known APIs.
constexpr std::string_view kBaseWords =
    " admin api apis data ex gateway open public rest rpc service services wp wp-json ";
constexpr std::string_view kKeyPrefixes[] = {
    "sk_",    "rk_",     "pk_",      "sk-",     "ghp_",  "gho_",   "ghu_", "ghs_",   "ghr_",  "github_pat_",
    "glpat-", "xoxb-",   "xoxp-",    "xoxa-",   "xapp-", "shpat_", "SG.",  "AKIA",   "AIza",  "ya29.",
    "npm_",   "dop_v1_", "lin_api_", "secret_", "ntn_",  "hf_",    "pat-", "whsec_", "ATATT", "EAAC"};
constexpr std::size_t kLongToken = 20;

bool listed(std::string_view list, std::string_view name) {
  return list.find(" " + to_lower_ascii(name) + " ") != std::string_view::npos;
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool hex(char c) {
  return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
template <typename Test>
bool all(std::string_view text, Test test) {
  return !text.empty() && std::all_of(text.begin(), text.end(), test);
}
template <typename Test>
std::ptrdiff_t count(std::string_view text, Test test) {
  return std::count_if(text.begin(), text.end(), test);
}

// 0 stands for a digit: "0000-00-00".
bool has_shape(std::string_view text, std::string_view shape) {
  return text.size() == shape.size() &&
         std::equal(text.begin(), text.end(), shape.begin(), [](char c, char s) {
           return s == '0' ? digit(c) : s == 'x' ? hex(c) : c == s;
         });
}

bool is_version(std::string_view segment) {
  if (segment.size() > 1 && (segment[0] == 'v' || segment[0] == 'V') && digit(segment[1])) {
    return all(segment.substr(1), [](char c) { return digit(c) || lower(c) || c == '.' || c == '_'; }) &&
           segment.size() <= 12;
  }
  return false;
}

// RFC 9218 §4: u=1, i
bool is_priority(std::string_view value) {
  for (const std::string_view part : split(value, ',')) {
    const std::string_view field = trim(part);
    const bool urgency = field.size() == 3 && field.starts_with("u=") && digit(field[2]);
    if (!urgency && field != "i" && field != "i=?0" && field != "i=?1") return false;
  }
  return true;
}

}  // namespace

bool is_only_browsers(std::string_view name, std::string_view value) {
  const std::string low = to_lower_ascii(name);
  return listed(kBrowserHeaders, low) || low.starts_with("sec-ch-") || low.starts_with("sec-fetch-") ||
         (low == "user-agent" && value.starts_with("Mozilla/"));
}

bool is_browser_header(std::string_view name, std::string_view value, bool from_browser) {
  if (listed(kConnectionHeaders, name) || is_only_browsers(name, value)) return true;
  if (!from_browser || !listed(kSharedHeaders, name)) return false;
  return !equals_ignoring_case(name, "priority") || is_priority(value);
}

bool is_secret_header(std::string_view name) {
  if (listed(kSecretHeaders, name)) return true;
  const std::string low = to_lower_ascii(name);
  for (const char* part :
       {"api-key", "apikey", "api_key", "access-token", "auth-token", "api-token", "secret"}) {
    if (low.find(part) != std::string::npos) return true;
  }
  return low.ends_with("-token");
}

bool is_secret_parameter(std::string_view name) {
  return listed(kSecretParameters, name);
}

bool is_secret_field(std::string_view name) {
  return listed(kSecretFields, name);
}

bool is_secret_value(std::string_view value) {
  if (value.size() < 16 || value.find_first_of(" \n") != std::string_view::npos) return false;
  if (value.starts_with("eyJ") && count(value, [](char c) { return c == '.'; }) == 2) return true;
  return std::any_of(std::begin(kKeyPrefixes), std::end(kKeyPrefixes),
                     [&](std::string_view prefix) { return value.starts_with(prefix); });
}

bool is_stand_in(std::string_view value) {
  value = trim(value);
  if (value.empty()) return true;
  if ((value.front() == '<' && value.back() == '>') || (value.front() == '{' && value.back() == '}') ||
      (value.front() == '[' && value.back() == ']') ||
      (value.size() > 2 && value.front() == '%' && value.back() == '%'))
    return true;
  const std::string low = to_lower_ascii(value);
  if (all(low, [](char c) { return c == 'x' || c == '*' || c == '.'; })) return true;
  for (const char* start : {"your_", "your-", "your ", "my_", "my-", "insert"}) {
    if (low.starts_with(start) && count(low, digit) == 0) return true;
  }
  return value == "TOKEN" || value == "API_KEY" || value == "ACCESS_TOKEN" || value == "SECRET";
}

bool is_setting(std::string_view name) {
  return listed(kSettings, name);
}

Segment segment_kind(std::string_view segment) {
  if (all(segment, digit)) return Segment::kNumber;
  if (has_shape(segment, "0000-00-00")) return Segment::kDate;
  if (has_shape(segment, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")) return Segment::kId;
  if (segment.size() >= 12 && all(segment, hex) && count(segment, digit) > 1) return Segment::kId;
  // PROJ-123
  if (const auto dash = segment.find('-');
      dash != std::string_view::npos && dash > 1 && upper(segment[0]) &&
      all(segment.substr(0, dash), [](char c) { return upper(c) || digit(c); }) &&
      all(segment.substr(dash + 1), digit)) {
    return Segment::kKey;
  }
  if (segment.find('@') != std::string_view::npos && segment.find('@') > 0) return Segment::kId;
  const auto token = [](char c) {
    return digit(c) || lower(c) || upper(c) || c == '_' || c == '-' || c == ':';
  };
  if (!all(segment, token) || count(segment, digit) < 2) return Segment::kPlain;
  if (is_secret_value(segment)) return Segment::kOpaque;
  // cus_NffrFeUfNV2Hib: a prefix that says what it is.
  const auto border = segment.find('_');
  if (border != std::string_view::npos && border >= 2 && border <= 8 &&
      all(segment.substr(0, border), lower) && segment.size() - border > 8 &&
      count(segment.substr(border), upper) > 0) {
    return Segment::kId;
  }
  const bool mixed = count(segment, upper) > 1 && count(segment, lower) > 1;
  if (mixed && segment.size() >= kLongToken) return Segment::kOpaque;
  if (mixed && segment.size() >= 10) return Segment::kId;
  const auto alphanumeric = [](char c) { return digit(c) || lower(c) || upper(c); };
  if (segment.size() >= 12 && count(segment, digit) >= 4 && all(segment, alphanumeric)) return Segment::kId;
  // T024BE7LD
  if (segment.size() >= 8 && count(segment, lower) == 0 && count(segment, upper) > 0) return Segment::kId;
  return Segment::kPlain;
}

std::size_t base_segments(const std::vector<std::string>& segments) {
  std::size_t base = 0;
  bool known = false;  // one of the words before belongs to an API's address
  for (std::size_t i = 0; i < segments.size() && i < 4; ++i) {
    const std::string& segment = segments[i];
    const bool word = all(segment, [](char c) { return lower(c) || c == '-' || c == '_'; });
    const bool number = i > 0 && listed(kBaseWords, segments[i - 1]) && segment.size() <= 7 &&
                        all(segment, [](char c) { return digit(c) || c == '.' || c == '-'; }) &&
                        ((i > 1 && segment.size() <= 2) || segment.find_first_of(".-") != std::string::npos);
    const bool dated = i == 0 && segment_kind(segment) == Segment::kDate;  // Twilio's /2010-04-01/
    if ((is_version(segment) || number || dated) && (i <= 1 || known)) {
      base = i + 1;
      if (base < segments.size() && !listed(kBaseWords, segments[base])) break;
    } else if (listed(kBaseWords, segment)) {
      known = true;
      if (segment == "api" || segment == "rest") {
        if (i == base || i == 0) base = i + 1;
      }
    } else if (!word) {
      break;
    }
  }
  return base;
}

std::string singular(std::string word) {
  const auto ends = [&](const char* end) { return word.ends_with(end); };
  if (word.size() < 4 || !ends("s") || ends("ss") || ends("us") || ends("is")) return word;
  if (ends("ies")) return word.substr(0, word.size() - 3) + "y";
  if (ends("sses") || ends("xes") || ends("ches") || ends("shes") || ends("uses"))
    return word.substr(0, word.size() - 2);
  return word.substr(0, word.size() - 1);
}

std::string snake_case(std::string_view text) {
  std::string spaced;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && upper(text[i]) && (lower(text[i - 1]) || digit(text[i - 1]))) spaced += '_';
    spaced += text[i];
  }
  return slug(spaced);
}

}  // namespace wick::guess
