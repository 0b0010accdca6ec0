// Names that mark their value as secret: of JSON members, headers, form fields and parameters. Pure.
#pragma once

#include <string_view>

namespace wick {

enum class Secrecy {
  kNone,
  kText,  // a text is secret; the members of an object are judged by their own names ("auth")
  kAll,   // everything is secret, including numbers and nested values ("password", "credentials")
};

// Judges a name by its words, which '_', '-', '.', other punctuation and capital letters separate. The last
// word decides: password, passwd, pwd, passphrase, pin, secret, token, cookie, authorization and so on, and
// "key" or "code" after a word that makes it secret (api_key, private-key, recovery_codes). Joined words count
// as well ("accesstoken"). Qualifying words at the end are skipped ("password_confirmation", "token_value",
// "password2").
// Not secret: numbers of tokens ("max_tokens"), positions in a list ("next_page_token", "syncToken"), special
// tokens of language models ("eos_token"), names that end in another word ("token_type", "token_count",
// "secret_name", "public_key"), and names that begin with a statement about the secret ("has_password",
// "invalid_token"). Identifiers are not secret either ("session_id", "AccessKeyId"): many APIs list them under
// such names, and a session that is a credential comes in a cookie.
Secrecy judge_name(std::string_view name);

// Whether the name could be a word of ordinary prose ("token", "Password"), so that "Invalid token: expired" is
// not read as a header line.
bool is_plain_word(std::string_view name);

}  // namespace wick
