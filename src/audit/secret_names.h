// Which names say that their value is a secret: of JSON members, headers, form fields and parameters. Pure.
#pragma once

#include <string_view>

namespace wick {

enum class Secrecy {
  kNone,
  kText,  // a text under this name is a secret; an object under it is judged by its own names ("auth")
  kAll,   // everything under this name is secret, numbers and nested values too ("password", "credentials")
};

// Judges a name by its words, which '_', '-', '.', other punctuation and capital letters separate. The last
// word decides: password, passwd, pwd, passphrase, pin, secret, token, cookie, authorization …, and "key" or
// "code" after a word that makes a secret of it (api_key, private-key, recovery_codes). Words written
// together count as well
// ("accesstoken"), and words that only qualify ("password_confirmation", "token_value", "password2") are
// passed over. Exceptions: numbers of tokens ("max_tokens"), positions in a list ("next_page_token",
// "syncToken") and special tokens of language models ("eos_token") are no secrets, nor are names that end in
// another word
// ("token_type", "token_count", "secret_name", "public_key"), nor that begin by saying something about the secret
// ("has_password", "invalid_token"). Identifiers are no secrets either ("session_id", "AccessKeyId"): many APIs name
// what they list so; a session that is a credential comes in a cookie.
Secrecy judge_name(std::string_view name);

// Whether the name could be a word of ordinary prose ("token", "Password"), so that "Invalid token: expired"
// is not taken for a header line.
bool is_plain_word(std::string_view name);

}  // namespace wick
