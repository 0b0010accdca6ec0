#include "audit/secret_names.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/ascii.h"

namespace wick {
namespace {

// The last words that mark a name as secret.
constexpr std::size_t kMaxNameBytes = 64;

// The same with all words of the name joined.
constexpr std::string_view kSecretEndings[] = {
    "password",       "passwords",    "passwd",         "pwd",           "passphrase",      "passphrases",
    "passcode",       "secret",       "secrets",        "authorization", "cookie",          "cookies",
    "credential",     "credentials",  "accesstokens",   "apitokens",     "authtokens",      "apikeys",
    "privatekeys",    "secretkeys",   "refreshtokens",  "codeverifier",  "clientassertion", "samlassertion",
    "passwort",       "kennwort",     "motdepasse",     "contrasena",    "senha",           "xamzsignature",
    "xgoogsignature", "secretanswer", "securityanswer", "seedphrase",    "recoveryphrase",  "bindpw",
    "dbpw",           "rootpw",       "userpw",         "samlresponse",  "accesssignature", "mnemonic",
    "phpsessid",      "jsessionid",   "connectsid"};
// Words that make "key" secret; those of kCodes make "code" and "codes" secret.
constexpr std::string_view kKeys[] = {
    "access",       "account", "admin",    "aes",     "api",        "app",     "application", "auth",
    "bearer",       "client",  "consumer", "crypto",  "decryption", "deploy",  "encryption",  "functions",
    "gpg",          "hmac",    "license",  "master",  "pgp",        "private", "recovery",    "rsa",
    "secret",       "server",  "service",  "session", "shared",     "signing", "ssh",         "ssl",
    "subscription", "tls",     "token",    "unlock",  "webhook"};
constexpr std::string_view kCodes[] = {"2fa",    "access", "activation",  "auth",  "authorization", "backup",
                                       "device", "factor", "login",       "mfa",   "onetime",       "otp",
                                       "pin",    "puk",    "recovery",    "reset", "security",      "sms",
                                       "tan",    "unlock", "verification"};
// Last words whose numbers are secret too.
constexpr std::string_view kPins[] = {"pin", "pins", "puk"};
// Words that make "token" a position in a list or a piece of text.
constexpr std::string_view kHarmlessTokens[] = {"next", "page",   "pagination", "continuation", "continue",
                                                "sync", "resume", "cursor",     "progress",     "previous",
                                                "prev", "start",  "stop",       "eos",          "bos",
                                                "pad",  "unk",    "sep",        "cls",          "mask"};
// As the last word.
constexpr std::string_view kSecretTexts[] = {"pass", "auth", "jwt", "otp", "totp",  "bearer", "cvv", "cvc",
                                             "sig",  "pw",   "psk", "mdp", "creds", "csrf",   "xsrf"};
// As the last of several words: a personal access token.
constexpr std::string_view kPat = "pat";
// First words that make the name a statement about a secret ("invalid_token": "it has expired", "has_password":
// true).
constexpr std::string_view kJudgements[] = {"invalid",    "missing", "expired", "wrong", "incorrect",
                                            "unexpected", "unknown", "bad",     "weak",  "is",
                                            "has",        "needs",   "requires"};
constexpr std::string_view kQualifiers[] = {
    "confirmation", "confirm", "confirmed", "repeat",    "repeated", "again",   "value",  "values", "hash",
    "string",       "text",    "plain",     "plaintext", "raw",      "encoded", "base64", "hex",    "header",
    "binary",       "old",     "new",       "current",   "data",     "pem",     "der",    "pkcs8",  "jwk"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The joined words of a name in lower case, and the beginning of each.
struct Words {
  std::array<char, kMaxNameBytes> letters;
  std::array<std::size_t, kMaxNameBytes> begins;
  std::size_t size = 0, count = 0;

  explicit Words(std::string_view name) {
    if (name.size() > kMaxNameBytes) name.remove_prefix(name.size() - kMaxNameBytes);
    bool begins_word = true;
    for (std::size_t i = 0; i < name.size(); ++i) {
      const char c = name[i];
      if (!is_upper(c) && !is_lower(c) && !is_digit(c)) {
        begins_word = true;
        continue;
      }
      // newPassword; APIKey, where the last capital begins the next word.
      const bool after_lower = i > 0 && (is_lower(name[i - 1]) || is_digit(name[i - 1]));
      const bool before_lower =
          i > 0 && is_upper(name[i - 1]) && i + 1 < name.size() && is_lower(name[i + 1]);
      if (begins_word || (is_upper(c) && (after_lower || before_lower))) begins[count++] = size;
      begins_word = false;
      letters[size++] = is_upper(c) ? char(c - 'A' + 'a') : c;
    }
    drop_qualifiers();
  }
  std::string_view joined() const { return {letters.data(), size}; }
  std::string_view first() const { return joined().substr(0, count > 1 ? begins[1] : size); }
  std::string_view last() const { return joined().substr(begins[count - 1]); }

 private:
  void drop_qualifiers() {
    for (;;) {
      while (size > 0 && is_digit(letters[size - 1])) --size;
      while (count > 0 && begins[count - 1] >= size) --count;
      if (count < 2 || !is_one_of(last(), kQualifiers)) return;
      size = begins[--count];
    }
  }
};

bool ends_with_any(std::string_view text, std::span<const std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view end) { return text.ends_with(end); });
}

}  // namespace

Secrecy judge_name(std::string_view name) {
  const Words words(name);
  if (words.count == 0) return Secrecy::kNone;
  const std::string_view joined = words.joined();
  if (words.count > 1 && is_one_of(words.first(), kJudgements)) return Secrecy::kNone;
  const auto before = [&](std::string_view word) { return joined.substr(0, joined.size() - word.size()); };
  if (joined.ends_with("token"))
    return ends_with_any(before("token"), kHarmlessTokens) ? Secrecy::kNone : Secrecy::kAll;
  if (joined.ends_with("key")) return ends_with_any(before("key"), kKeys) ? Secrecy::kAll : Secrecy::kNone;
  for (const std::string_view code : {"code", "codes"}) {
    if (joined.ends_with(code) && ends_with_any(before(code), kCodes)) return Secrecy::kAll;
  }
  if (ends_with_any(joined, kSecretEndings) || is_one_of(words.last(), kPins)) return Secrecy::kAll;
  const bool is_pat = words.count > 1 && words.last() == kPat;
  return is_pat || is_one_of(words.last(), kSecretTexts) ? Secrecy::kText : Secrecy::kNone;
}

bool is_plain_word(std::string_view name) {
  if (name.empty() || name.size() > 11) return false;  // "credentials"; "authorization" is a header's name
  return std::all_of(name.begin() + 1, name.end(), is_lower) && (is_lower(name[0]) || is_upper(name[0])) &&
         name != "passwd" && name != "pwd" && name != "apikey";
}

}  // namespace wick
