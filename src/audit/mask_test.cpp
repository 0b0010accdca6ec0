#include "audit/mask.h"

#include <gtest/gtest.h>

#include <vector>

#include "audit/secret_names.h"
#include "base/json.h"

namespace wick {
namespace {

const char* const kSecretNames[] = {
    "X-Api-Key",
    "X-Auth-Token",
    "Private-Token",
    "auth_token",
    "session_token",
    "id_token",
    "private_token",
    "secret_key",
    "user_password",
    "newPassword",
    "pwd",
    "password",
    "Passwd",
    "db.password",
    "PASSWORD",
    "apikey",
    "apiKey",
    "APIKey",
    "accesstoken",
    "accessToken",
    "X-CSRF-Token",
    "aws_secret_access_key",
    "AWS_SESSION_TOKEN",
    "x-amz-security-token",
    "Proxy-Authorization",
    "Set-Cookie",
    "client_secret",
    "clientSecret",
    "password_confirmation",
    "password2",
    "token_value",
    "SecretString",
    "Ocp-Apim-Subscription-Key",
    "DD-APPLICATION-KEY",
    "passphrase",
    "recovery_codes",
    "user[password]",
    "private_key",
    "smtp_pass",
    "otp",
    "PRIVATE-TOKEN",
    "refresh_token",
    "xsrfToken",
    "oldPwd",
    "userpw",
    "db.pw",
    "pin",
    "cardPin",
    "pin_code",
    "otpCode",
    "sms_code",
    "mfa-code",
    "signing_key",
    "x-functions-key",
    "creds",
    "security_answer",
    "seedPhrase",
    "private_key_pem",
    "rsaKey",
    "recoveryKey",
    "reset_code",
    "oneTimeCode",
    "2fa_code",
    "github_pat",
    "csrf",
    "PHPSESSID",
    "connect.sid",
    "SAMLResponse",
    "SharedAccessSignature",
    "a_very_long_prefix_of_a_name_that_is_longer_than_any_bound_that_one_may_set_for_it_password"};
const char* const kOtherNames[] = {"tokens",
                                   "max_tokens",
                                   "token_count",
                                   "token_type",
                                   "next_page_token",
                                   "nextPageToken",
                                   "syncToken",
                                   "pageToken",
                                   "eos_token",
                                   "key",
                                   "issue_key",
                                   "public_key",
                                   "primaryKey",
                                   "idempotency_key",
                                   "secret_name",
                                   "password_policy",
                                   "tokenizer",
                                   "keyboard",
                                   "compass",
                                   "author",
                                   "status_code",
                                   "zip_code",
                                   "title",
                                   "invalid_token",
                                   "authorization_endpoint",
                                   "cookie_policy",
                                   "page_token",
                                   "continuation_token",
                                   "continuationToken",
                                   "completion_tokens",
                                   "has_password",
                                   "is_secret",
                                   "requires_otp",
                                   "session_id",
                                   "AccessKeyId",
                                   "pinned",
                                   "opinion",
                                   "spin",
                                   "shipping",
                                   "happens",
                                   "barcode",
                                   "promo_code",
                                   "signature",
                                   "otpauth_count",
                                   "passenger",
                                   "pat",
                                   "compat",
                                   "sort_key",
                                   "language_code",
                                   ""};

TEST(SecretNames, TheLastWordOfANameDecides) {
  for (const char* name : kSecretNames) EXPECT_NE(judge_name(name), Secrecy::kNone) << name;
  for (const char* name : kOtherNames) EXPECT_EQ(judge_name(name), Secrecy::kNone) << name;
}

// The value of a name in every place where a request or a response can have it.
std::vector<std::string> places_of(const std::string& name) {
  std::vector<std::string> out = {
      R"({")" + name + R"(":"MARK-7a"})",
      R"([{"a":[{")" + name + R"(" : "MARK-7a","b":1}]}])",
      R"({"list":[{"name":")" + name + R"(","value":"MARK-7a"}]})",
      R"({"text":"{\")" + name + R"(\":\"MARK-7a\"}"})",
      R"({"text":"see {\")" + name + R"(\": \"MARK-7a\"} there"})",
      R"({"url":"https://api.example.com/x?a=1&)" + name + R"(=MARK-7a&b=2"})",
      R"({"body":")" + name + R"(=MARK-7a&b=2"})",
  };
  if (!is_plain_word(name)) out.push_back(R"({"head":"Accept: x\r\n)" + name + R"(: MARK-7a\r\nHost: y"})");
  return out;
}

TEST(Mask, ASecretNameIsKnownInEveryPlace) {
  for (const char* name : kSecretNames) {
    for (const std::string& text : places_of(name)) {
      const std::string masked = mask_secrets(text);
      EXPECT_EQ(masked.find("MARK-7a"), std::string::npos) << text << " became " << masked;
      EXPECT_TRUE(parse_json(masked)) << masked;
    }
  }
}

TEST(Mask, AnotherNameIsKeptInEveryPlace) {
  for (const char* name : kOtherNames) {
    for (const std::string& text : places_of(name)) EXPECT_EQ(mask_secrets(text), text);
  }
}

// The text as a JSON string inside `levels` JSON objects.
std::string inside(std::string text, int levels) {
  for (int i = 0; i < levels; ++i) {
    json::object object;
    object["text"] = text;
    text = to_json(object);
  }
  return text;
}

TEST(Mask, SecretsOfPayloadsAreNotKept) {
  EXPECT_EQ(mask_secrets(R"({"a":"Bearer wick_pat_0123456789abcdef0123456789abcdef."})"),
            R"({"a":"Bearer wick_pat_***."})");
  EXPECT_EQ(mask_secrets(R"({"password":"x\"y","b":1})"), R"({"password":"***","b":1})");
  EXPECT_EQ(mask_secrets(R"({"Api-Key" : "k","n":{"client_secret":"s"}})"),
            R"({"Api-Key" : "***","n":{"client_secret":"***"}})");
  EXPECT_EQ(mask_secrets(R"({"text":"{\"password\":\"p\\\"q\",\"z\":1}"})"),
            R"({"text":"{\"password\":\"***\",\"z\":1}"})");
  EXPECT_EQ(mask_secrets(R"({"password":"unterminated)"), R"({"password":"***)");
  EXPECT_EQ(mask_secrets(R"(")"), R"(")");
  EXPECT_EQ(mask_secrets(""), "");
}

TEST(Mask, NamesAreKnownInEveryFormAndNesting) {
  for (const std::string name : kSecretNames) {
    for (const std::string& form : std::vector<std::string>{
             "{\"" + name + "\":\"MARK1\"}", "{\"a\":[{\"" + name + "\": \"MARK1\"}]}",
             "{\"name\":\"" + name + "\",\"in\":\"header\",\"value\":\"MARK1\"}",
             "{\"value\":\"MARK1\",\"enabled\":true,\"key\":\"" + name + "\"}",
             "[\"" + name + "\",\"MARK1\"]", "{\"headers\":[\"Host\",\"a\",\"" + name + "\",\"MARK1\"]}",
             "{\"key\":\"" + name + "\",\"values\":[\"MARK1\"]}",
             "{\"text\":\"Host: a\\r\\n" + name + ": MARK1 MARK1\\r\\nB: c\"}",
             "{\"url\":\"/a?b=c&" + name + "=MARK1&d=e\"}", "see \"this: {\"" + name + "\": \"MARK1\"}",
             "status 500:\n{\"" + name + "\": \"MARK1\"}", name + ": MARK1\n"}) {
      for (int levels = 0; levels < 4; ++levels) {
        const std::string text = inside(form, levels);
        const std::string masked = mask_secrets(text);
        EXPECT_EQ(masked.find("MARK"), std::string::npos) << text << "\n" << masked;
        EXPECT_TRUE(!parse_json(text) || parse_json(masked)) << masked;
      }
    }
  }
}

TEST(Mask, ASecretThatIsNoTextOrNotDirectlyUnderItsNameIsMaskedToo) {
  EXPECT_EQ(mask_secrets(R"({"password":12345,"b":1})"), R"({"password":"***","b":1})");
  EXPECT_EQ(mask_secrets(R"({"password":null,"secret":true})"), R"({"password":null,"secret":true})");
  EXPECT_EQ(mask_secrets(R"({"credentials":{"user":"u","pin":[7,"8"]},"x":"y"})"),
            R"({"credentials":{"user":"***","pin":["***","***"]},"x":"y"})");
  EXPECT_EQ(mask_secrets(R"({"auth":{"type":"basic","password":"p"}})"),
            R"({"auth":{"type":"basic","password":"***"}})");
  EXPECT_EQ(mask_secrets(R"({"pass\u0077ord":"p"})"), R"({"pass\u0077ord":"***"})");
  EXPECT_EQ(mask_secrets(R"({"t":"{\u0022pwd\u0022:\u0022p\u0022}"})"), R"({"t":"{\"pwd\":\"***\"}"})");
}

TEST(Mask, OtherTextIsKept) {
  for (const std::string text :
       {R"({"tokens":"many","title":"the password"})", R"({"max_tokens":100,"next_page_token":"abc"})",
        R"({"name":"Ann","value":"x"})", R"(["id","title"])",
        R"({"text":"He said \"hi\": and left = it > 3"})", R"({"text":"Error: Invalid token: expired"})",
        R"({"text":"if (password == null) token::next() {"})",
        R"({"number":99999.00999999999,"deep":{"a":[1,2,{"b":"\ud83d\ude00\/"}]}})",
        R"({"url":"https://host:8080/a?b=c"})"}) {
    EXPECT_EQ(mask_secrets(text), text);
  }
}

TEST(Mask, OtherFormsOfTextThatHoldSecrets) {
  EXPECT_EQ(mask_secrets("postgres://app:hunter2@db/x"), "postgres://app:***@db/x");
  EXPECT_EQ(mask_secrets("<a><password>x</password></a>"), "<a><password>***</password></a>");
  EXPECT_EQ(mask_secrets("{'user': 'u', 'password': 'x y'}"), "{'user': 'u', 'password': '***'}");
  EXPECT_EQ(mask_secrets("curl -H 'X-Api-Key: a b' https://x"), "curl -H 'X-Api-Key: ***' https://x");
  EXPECT_EQ(mask_secrets("Password=a;Server=b"), "Password=***;Server=b");
  EXPECT_EQ(mask_secrets("user bob, token: abc123def ok"), "user bob, token: *** ok");
}

TEST(Mask, ALongPayloadIsCutToValidJson) {
  const std::string cut = mask_payload("{\"a\":\"" + std::string(1000, '"') + "\"}", 200);
  EXPECT_LE(cut.size(), 260u);
  const auto value = parse_json(cut);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->at("truncated"), true);
  EXPECT_EQ(value->at("bytes"), 1008);
  EXPECT_EQ(mask_payload("{}", 200), "{}");
}

TEST(Mask, NoSecretIsShownThroughTheCut) {
  for (const std::string form :
       {R"({"a":"b","password":"MARK2","z":1)", R"({"a":{"value":"MARK2","enabled":true,"name":"X-Api-Key")",
        R"({"type":"text","value":"MARK2","key":"X-Api-Key")", R"({"values":["MARK2"],"key":"X-Api-Key")",
        R"({"a":"https://u:MARK2@host/")", R"({"a":"{\"value\":\"MARK2\",\"name\":\"pwd\"}")",
        R"({"a":"X-Api-Key: MARK2\n")", R"({"password":["MARK2"])"}) {
    for (std::size_t size = 2; size <= form.size(); ++size) {
      const std::string masked = mask_secrets(form.substr(0, size), true);
      EXPECT_EQ(masked.find("MA"), std::string::npos) << form.substr(0, size) << "\n" << masked;
    }
  }
  const std::string token = R"({"a":"wick_pat_0123456789abcdef0123456789abcdef)";
  for (std::size_t size = 2; size <= token.size(); ++size)
    EXPECT_EQ(mask_secrets(token.substr(0, size), true).find("_0"), std::string::npos);
}

// Each of these took time in the square of its length in some version; a megabyte would not end.
TEST(Mask, TimeGrowsWithTheLengthOnlyWhateverTheTextHolds) {
  constexpr std::size_t kBytes = 1 << 20;
  for (const std::string piece : {"wick_pat_00000000 ",
                                  "wick_",
                                  "\\",
                                  "\\\"",
                                  "\"",
                                  "\"\\\"",
                                  "{",
                                  "[",
                                  "{\"a\":",
                                  "[\"a\",",
                                  "\"password\":",
                                  "\"password\":\"",
                                  "{\"value\":\"",
                                  "{\"value\":[",
                                  "password:",
                                  "password=",
                                  "password: ",
                                  "password\t",
                                  "://",
                                  "://a:",
                                  ":",
                                  "=",
                                  "<password>",
                                  "password>",
                                  " ",
                                  "\"a\" ",
                                  "\"a\"\n",
                                  "-",
                                  "9",
                                  "{\"name\":\"pwd\"",
                                  "\\u0022",
                                  "\\\\u0022",
                                  "}",
                                  "],",
                                  "Ab",
                                  "a-"}) {
    std::string text;
    text.reserve(kBytes);
    while (text.size() < kBytes) text += piece;
    mask_secrets(text);
    mask_secrets(inside(text, 1));
    mask_secrets("{\"a\":\"" + text + "\"}", true);
  }
  std::string credentials;
  while (credentials.size() < kBytes) credentials += "wick_pat_00000000 ";
  EXPECT_EQ(mask_secrets(credentials).substr(0, 26), "wick_pat_*** wick_pat_*** ");
}

}  // namespace
}  // namespace wick
