#include "redaction/secret_filter.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/json.h"
#include "base/text.h"
#include "redaction/template_secrets.h"

namespace wick {
namespace {

SecretFilter of(std::string_view secret) {
  SecretFilter out;
  out.add(secret);
  return out;
}

TEST(SecretFilter, CutsASecretInEveryFormInWhichASystemEchoesIt) {
  const std::string secret = "s3cr3t-\"q/\xC3\xA4 +&<k'\\e%y";
  const SecretFilter filter = of(secret);
  const std::string latin1 = "s3cr3t-\"q/\xC3\x83\xC2\xA4 +&<k'\\e%y";
  const std::string json_text = R"(s3cr3t-\"q/ä +&<k'\\e%y)";
  const std::string percent = percent_encode(secret);
  for (const std::string& form : {
           secret,
           latin1,
           json_text,
           std::string(R"(s3cr3t-\"q\/\u00e4 +&<k'\\e%y)"),
           std::string(R"(\u0073\u0033cr3t-\u0022q\u002F\u00E4\u0020+&<k'\u005ce%y)"),
           std::string(R"(s3cr3t-\u0022q/\u00c3\u00a4 +&<k'\\e%y)"),
           std::string(R"(s3cr3t-\\\"q/ä +&<k'\\\\e%y)"),
           percent,
           to_lower_ascii(percent),
           std::string("s3cr3t-%22q/%C3%a4+%2B%26<k'%5Ce%25y"),
           std::string("%73%33%63%72%33%74%2d%22%71%2f%c3%a4%20%2b%26%3c%6b%27%5c%65%25%79"),
           percent_encode(percent),
           std::string("s3cr3t-&quot;q/ä +&amp;&lt;k&#39;\\e%y"),
           std::string("s3cr3t-&#34;q/&#xE4; +&#x26;&lt;k&apos;\\e%y"),
           to_base64(secret),
           to_base64url(secret),
           to_base64("svc:" + secret),
           to_base64("a:" + secret + ":b"),
           to_base64url("ab:" + secret + "more"),
           percent_encode(to_base64("svc:" + secret)),
       }) {
    std::string text = "before \"" + form + "\" after";
    EXPECT_TRUE(filter.clean(text)) << form;
    EXPECT_TRUE(text == "before \"***\" after" || text == "before \"***=\" after" ||
                text == "before \"***==\" after")
        << form << "\n"
        << text;
  }
}

TEST(SecretFilter, CutsThePairOfBasicAuthenticationEvenWhenThePasswordIsShort) {
  SecretFilter filter;
  filter.add_basic("svc", "abc");
  EXPECT_EQ(filter.cleaned("Authorization: Basic c3ZjOmFiYw=="), "Authorization: Basic ***");
  EXPECT_EQ(filter.cleaned("abc of the alphabet"), "abc of the alphabet") << "too short to be looked for";
  SecretFilter whole;
  whole.add_basic("svc", "Plain-Secret-12345");
  EXPECT_EQ(whole.cleaned("Basic c3ZjOlBsYWluLVNlY3JldC0xMjM0NQ== and Plain-Secret-12345"),
            "Basic *** and ***");
}

TEST(SecretFilter, CutsValuesNamesAndNumbersOfJsonAndLeavesTheRest) {
  SecretFilter filter = of("a\"b/c-secret");
  filter.add("1234567890");
  json::value value = parse_trusted_json(
      R"({"a\"b/c-secret":{"x":["a\"b\/c-secret",1,true,null,1234567890]},"y":"Bearer a\"b/c-secret!","z":"kept"})");
  EXPECT_TRUE(filter.clean(value));
  EXPECT_EQ(value,
            parse_trusted_json(R"({"***":{"x":["***",1,true,null,"***"]},"y":"Bearer ***!","z":"kept"})"));
  EXPECT_FALSE(filter.clean(value));
}

TEST(SecretFilter, LeavesTextWithoutTheSecretAsItIs) {
  const SecretFilter filter = of("hunter2-hunter2");
  for (const char* text :
       {"", "hunter2", "hunter2-hunter", "100 % of \\ & + %zz \\u12 &#; &unknown;", "%", "\\"}) {
    std::string same = text;
    EXPECT_FALSE(filter.clean(same));
    EXPECT_EQ(same, text);
  }
  EXPECT_TRUE(SecretFilter().empty());
  EXPECT_TRUE(of("abc").empty()) << "of less than kMinSecretToCut bytes";
  EXPECT_TRUE(of("   ").empty());
}

TEST(SecretFilter, CutsEveryOccurrenceAndOverlappingSecretsOnce) {
  SecretFilter filter = of("abcd-efgh");
  filter.add("efgh-ijkl");
  EXPECT_EQ(filter.cleaned("abcd-efgh,abcd-efgh-ijkl;efgh-ijkl"), "***,***;***");
}

// Steps are counted by comparing sizes, not by a clock: what is cut, and how long the result is, is as linear
// in the input as the work. The inputs are those that made replacing in place quadratic; they end within the
// test's time.
TEST(SecretFilter, ReadsMegabytesOfOccurrencesAndEscapes) {
  const SecretFilter filter = of("aaaaaaaab");
  for (const char* piece :
       {"aaaaaaaab ", "aaaaaaaa", "%61%61", "\\u0061", "&#97;", "YWFhYWFhYWFi", "%5Cu0061&amp;"}) {
    std::string text;
    while (text.size() < 4'000'000) text += piece;
    filter.clean(text);
    EXPECT_EQ(text.find("aaaaaaaab"), std::string::npos);
  }
}

TEST(TemplateSecrets, AreKnownByNameAndShapeAndNotWhenTheCallerGivesThem) {
  const auto rest = parse_trusted_json(R"({
    "method":"POST","path":"/bot/sk_live_abcdef0123456789/send",
    "query":{"api_key":"query-key-1","page":"page-number-1","token":"{token}"},
    "headers":{"X-Api-Key":"header-key-1","X-Trace":"trace-value-1","Authorization":"Basic dXNlcjpiYXNpYy1wYXNzd29yZA=="},
    "body":"{\"password\":\"body-password\",\"deep\":[{\"client_secret\":\"deep-secret-1\"}],\"name\":\"plain-name\"}"})");
  const auto config = parse_trusted_json(
      R"({"base_url":"https://x.example/a?access_token=url%2Dtoken-1","headers":["Cookie: sid=cookie-value-1; a=b","Accept: text/plain-x"]})");
  SecretFilter filter;
  add_rest_secrets(filter, config.get_object(), rest.get_object());
  for (const char* secret : {"sk_live_abcdef0123456789", "query-key-1", "header-key-1",
                             "dXNlcjpiYXNpYy1wYXNzd29yZA==", "basic-password", "body-password",
                             "deep-secret-1", "url-token-1", "cookie-value-1"})
    EXPECT_EQ(filter.cleaned(secret), "***") << secret;
  for (const char* plain :
       {"page-number-1", "trace-value-1", "plain-name", "{token}", "text/plain-x", "user", "send"})
    EXPECT_EQ(filter.cleaned(plain), plain);
}

TEST(TemplateSecrets, FindsFlagsAndVariablesOfACommand) {
  SecretFilter filter;
  add_command_secrets(filter, {"server", "--api-key", "flag-value-1", "--token=flag-value-2", "--mode",
                               "read-only-mode", "ghp_0123456789abcdef"});
  add_variable_secrets(filter, "GITHUB_TOKEN", "variable-1");
  add_variable_secrets(filter, "MODE", "production-1");
  for (const char* secret : {"flag-value-1", "flag-value-2", "ghp_0123456789abcdef", "variable-1"})
    EXPECT_EQ(filter.cleaned(secret), "***") << secret;
  for (const char* plain : {"read-only-mode", "production-1"}) EXPECT_EQ(filter.cleaned(plain), plain);
}

TEST(TemplateSecrets, FindsACredentialWithoutItsScheme) {
  SecretFilter filter;
  add_credential(filter, "Basic c2tfbGl2ZV8xMjM0NTY3ODkwOg==");
  EXPECT_EQ(filter.cleaned("c2tfbGl2ZV8xMjM0NTY3ODkwOg=="), "***");
  EXPECT_EQ(filter.cleaned("sk_live_1234567890"), "***") << "the key that is sent as a user name";
}

}  // namespace
}  // namespace wick
