// Commands as people paste them: the parts that a proposal must have.
#include "curl_import/curl_fixture.h"

namespace wick {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Curl, ABrowsersMultipartBodyBecomesFields) {
  const Read got = read(
      R"(curl 'https://app.example.com/upload' -H 'content-type: multipart/form-data; boundary=----WebKitFormBoundaryAbC' --data-raw $'------WebKitFormBoundaryAbC\r\nContent-Disposition: form-data; name="title"\r\n\r\nTwo\r\nlines\r\n------WebKitFormBoundaryAbC\r\nContent-Disposition: form-data; name="n"\r\n\r\n3\r\n------WebKitFormBoundaryAbC--\r\n')");
  EXPECT_EQ(got.body, R"({"title":"{title}","n":"{n}"})");
  EXPECT_EQ(got.type, "multipart/form-data");
  EXPECT_EQ(got.parameter("title").example, json::value("Two\nlines"));
}

TEST(Curl, MultipartTextFields) {
  const Read got = read(
      R"(curl -F title=Report -F 'tags=a' -F tags=b -F 'note="x;y";type=text/plain' --form-string 'raw=@home;z' https://api.example.com/v1/reports)");
  EXPECT_EQ(
      got.body,
      R"({"title":"{title}","tags":["{tags}","{tags_2}"],"note":{"content":"{note}","content_type":"text/plain"},"raw":"{raw}"})");
  EXPECT_EQ(got.parameter("note").example, json::value("x;y"));
  EXPECT_EQ(got.parameter("raw").example, json::value("@home;z"));
  EXPECT_EQ(got.method + got.type, "POSTmultipart/form-data");
}

TEST(Curl, FilesOfAFormAreArguments) {
  const Read got = read(
      R"(curl https://api.example.com/v1/files -F purpose=assistants -F 'file=@"C:\\Users\\ann\\a b.png"' -F 'meta={"a":1};type=application/json' -F 'log=</tmp/x.log' -F 'doc=@-;type=text/plain; charset=utf-8;filename=d.txt')");
  EXPECT_EQ(
      got.body,
      R"({"purpose":"{purpose}","file":{"content":"{file@}","content_type":"image/png"},"meta":{"content":"{meta}","content_type":"application/json"},"log":"{log}","doc":{"content":"{doc@}","content_type":"text/plain; charset=utf-8"}})");
  EXPECT_EQ(got.property("file", "properties/filename/examples/0"), "a b.png");
  EXPECT_EQ(got.property("doc", "properties/filename/examples/0"), "d.txt");
  EXPECT_EQ(got.property("log", "type"), "string");
  EXPECT_EQ(got.parameter("meta").example, json::value("{\"a\":1}"));
  EXPECT_TRUE(got.parameter("file").required);
  EXPECT_FALSE(got.parameter("file").constant);
  EXPECT_THAT(got.warnings,
              Contains("\"file\" is a file in the command, which is not on this server: The file, with its "
                       "bytes in base64 or its text."));
  EXPECT_THAT(got.all, Not(HasSubstr("ann"))) << "the folder is nobody's business";
  const Read many = read("curl https://api.example.com/v1/files -F 'files[]=@a.pdf' -F 'files[]=@b.pdf'");
  EXPECT_EQ(many.body, R"({"files[]":{"content":"{files@}","content_type":"application/pdf"}})");
  EXPECT_EQ(many.property("files", "items/properties/base64/type"), "string");
}

TEST(Curl, AFileThatIsTheBodyIsAnArgumentAsItsTypeSays) {
  struct Case {
    const char *options, *body, *type;
  };
  const Case cases[] = {
      {"-d @body.json", "\"{body}\"", "application/json"},
      {"--json @- ", "\"{body}\"", "application/json"},
      {"-H 'Content-Type: application/vnd.api+json' --data-binary @x", "\"{body}\"",
       "application/vnd.api+json"},
      {"-H 'Content-Type: application/x-ndjson' --data-binary @bulk.json", "{body}", "application/x-ndjson"},
      {"--data-binary '@data/rows.csv'", "{body}", "text/csv"},
      {"--data-binary @a.tar.gz", "{body@}", "application/gzip"},
      {"--data-binary @blob", "{body@}", "application/octet-stream"},
      {"-H 'Content-Type: image/heic' --data @p.heic", "{body@}", "image/heic"},
      {"-d @fields.txt", "{body*}", "application/x-www-form-urlencoded"},
      {"-d a=1 -d @more.txt -d b=2", "a={a}&{file}&b={b}", "application/x-www-form-urlencoded"},
      {"--data-urlencode text@note.md --data-urlencode q=1", "text={file}&q={q}",
       "application/x-www-form-urlencoded"},
      {"-T photo.png", "{body@}", "image/png"},
      {"-T -", "{body@}", "application/octet-stream"},
  };
  for (const Case& each : cases) {
    const Read got = read("curl https://api.example.com/v1/things " + std::string(each.options));
    EXPECT_EQ(got.body, each.body) << each.options;
    EXPECT_EQ(got.type, each.type) << each.options;
    EXPECT_THAT(got.warnings, Contains(HasSubstr("not on this server"))) << each.options;
  }
  const Read put = read("curl -T ~/pics/a.png https://api.example.com/v1/up/");
  EXPECT_EQ(put.method + " " + put.path, "PUT /up/a.png");
  const Read query = read("curl -G https://api.example.com/v1/find -d limit=1 --data-urlencode q@query.txt");
  EXPECT_EQ(query.query, R"({"limit":"{limit}","q":"{file}"})");
}

TEST(Curl, ManyFieldsOfAFormAreBounded) {
  std::string command = "curl https://a.example/x";
  for (int i = 0; i < 300; ++i)
    command += " -F t" + std::to_string(i) + "=a -F f" + std::to_string(i) + "=@b";
  const Read got = read(command);
  EXPECT_EQ(got.parameters.size(), kMaxProposedParameters);
  EXPECT_THAT(got.body, HasSubstr("\"t299\":\"a\""));
  EXPECT_THAT(got.warnings, Contains(HasSubstr("the files behind them are left out")));
}

TEST(Curl, ABrowsersFileBecomesAnArgument) {
  const Read got = read(
      R"(curl 'https://app.example.com/upload' -H 'content-type: multipart/form-data; boundary=b' --data-raw $'--b\r\nContent-Disposition: form-data; name="photo"; filename="me.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\r\n--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n3\r\n--b--\r\n')");
  EXPECT_EQ(got.body, R"({"photo":{"content":"{photo@}","content_type":"image/jpeg"},"n":"{n}"})");
  EXPECT_EQ(got.property("photo", "properties/filename/examples/0"), "me.jpg");
}

TEST(Curl, DataUrlencodeWithGetGoesIntoTheQuery) {
  const Read got = read(
      R"(curl -G https://api.example.com/v1/search --data-urlencode "q=a&b c" --data-urlencode "=x y" -d limit=5 --data-urlencode 'name with space')");
  EXPECT_EQ(got.method + " " + got.path, "GET /search?x%20y&name%20with%20space");
  EXPECT_EQ(got.query, R"({"q":"{q}","limit":"{limit}"})");
  EXPECT_EQ(got.parameter("q").example, json::value("a&b c"));
  const Read sign = read("curl -G https://api.example.com/v1/search -d 'q=#1'");
  EXPECT_EQ(sign.parameter("q").example, json::value("#1")) << "data, and no fragment";
}

TEST(Curl, ABodyThatIsNoFormIsSentUnchanged) {
  const Read got = read("curl https://a.example/x -d 'hello world, {a b}'");
  EXPECT_EQ(got.body + "|" + got.type, "hello world, {a b}|application/x-www-form-urlencoded");
  EXPECT_THAT(refusal("curl https://a.example/x -d '{\"a\": 1, // no\n}'"), HasSubstr("begins like JSON"));
}

TEST(Curl, AKeyInTheQueryIsTakenOut) {
  const Read got = read(
      "curl 'https://api.openweathermap.org/data/2.5/weather?q=Berlin&units=metric&appid=0123456789abcdef'");
  EXPECT_EQ(got.base, "https://api.openweathermap.org/data/2.5");
  EXPECT_EQ(got.auth + " " + got.auth_name + " " + got.secret, "query appid 0123456789abcdef");
  EXPECT_EQ(got.query, R"({"q":"{q}","units":"{units}"})");
}

TEST(Curl, AKeyInAHeaderIsTakenOutAndOnlyOne) {
  const Read got = read(
      R"(curl "https://api.datadoghq.com/api/v1/query?from=1&to=2" -H "DD-API-KEY: first-0123" -H "DD-APPLICATION-KEY: second-0456" -H "X-Copy: second-0456")");
  EXPECT_EQ(got.auth + " " + got.auth_name + " " + got.secret, "header DD-API-KEY first-0123");
  EXPECT_THAT(got.warnings, Contains(HasSubstr("DD-APPLICATION-KEY is left out")));
  EXPECT_THAT(got.all, Not(HasSubstr("second-0456")));
}

TEST(Curl, BasicInAHeaderIsOpened) {
  const Read got =
      read("curl https://api.example.com/x -H 'Authorization: Basic " + to_base64("ann:pass word") + "'");
  EXPECT_EQ(got.auth + " " + got.user + " " + got.secret, "basic ann pass word");
}

TEST(Curl, BasicInTheUrlIsOpened) {
  const Read got = read("curl https://ann:p%40ss@api.example.com:8443/x");
  EXPECT_EQ(got.base, "https://api.example.com:8443");
  EXPECT_EQ(got.auth + " " + got.user + " " + got.secret, "basic ann p@ss");
}

TEST(Curl, AnotherSchemeStaysWithItsSecret) {
  const Read got = read("curl https://api.example.com/x -H 'Authorization: Token abcdef123456'");
  EXPECT_EQ(got.auth + " " + got.auth_name + " " + got.secret, "header Authorization Token abcdef123456");
  EXPECT_THAT(read("curl https://a.example/x -H \"Authorization: Token $T\"").warnings,
              Contains(HasSubstr("\"Token …\"")));
}

TEST(Curl, JsonOptionAndJoinedShortOptions) {
  const Read got = read(R"(curl -sSLXPUT --json '{"on":true}' https://api.example.com/v1/lights/3)");
  EXPECT_EQ(got.method + " " + got.path, "PUT /lights/{light_id}");
  EXPECT_EQ(got.type, "application/json");
  EXPECT_EQ(got.headers, R"({"Accept":"application/json"})");
}

TEST(Curl, StandInsOfDocumentation) {
  const Read got =
      read("curl -X DELETE \"https://api.example.com/v1/users/{user_id}/keys/:key/x/<name>?q={{term}}\"");
  EXPECT_EQ(got.path, "/users/{user_id}/keys/{key}/x/{name}");
  EXPECT_EQ(got.query, R"({"q":"{term}"})");
  EXPECT_TRUE(got.operation.at("destructive").as_bool());
}

TEST(Curl, RepeatedParametersStayInThePath) {
  const Read got = read("curl 'https://api.example.com/x?tag=a&q=1&tag=b%20c'");
  EXPECT_EQ(got.path, "/x?tag={tag}&tag={tag_2}");
  EXPECT_EQ(got.query, R"({"q":"{q}"})");
  EXPECT_EQ(*got.parameter("tag_2").constant, "b%20c");
}

TEST(Curl, TextAndXmlAreOneArgument) {
  const Read got = read(
      "curl https://api.example.com/soap -H 'Content-Type: text/xml' -H 'SOAPAction: \"x\"' --data-binary "
      "'<a>{b}</a>'");
  EXPECT_EQ(got.body, "{body}");
  EXPECT_FALSE(got.parameter("body").constant) << "as a constant {b} would be a parameter";
  EXPECT_EQ(got.parameter("body").example, json::value("<a>{b}</a>"));
}

TEST(Curl, PathsThatATemplateWouldRefuseAreEncoded) {
  EXPECT_EQ(read("curl 'https://a.example/x/../repos/compare/main...dev'").path, "/repos/compare/main...dev");
  EXPECT_EQ(read("curl 'https://a.example/proxy/https://b.example/x y#part'").path,
            "/proxy/https%3A//b.example/x%20y");
  EXPECT_EQ(read("curl https://a.example").path, "/");
  EXPECT_EQ(read("curl https://a.example/v1").path, "/v1") << "the base never takes all of it";
  EXPECT_EQ(read("curl -I https://a.example/api/").method, "HEAD");
}

TEST(Curl, PrivateAddressesAreSaid) {
  for (const char* host : {"localhost:9200", "127.0.0.1", "10.1.2.3:80", "[::1]:8080", "192.168.0.2"})
    EXPECT_THAT(read(std::string("curl http://") + host).warnings, Contains(HasSubstr("private"))) << host;
  for (const char* host : {"example.com", "8.8.8.8", "[2606:4700::1111]"})
    EXPECT_THAT(read(std::string("curl http://") + host).warnings, IsEmpty()) << host;
}

TEST(Curl, ADefaultOfAVariableIsKept) {
  const Read got = read("curl https://a.example/users/${ID:-42}/x");
  EXPECT_EQ(got.path, "/users/{id}/x");
  EXPECT_EQ(got.property("id", "default"), "42");
}

TEST(Curl, AValueWithBothAPlaceholderAndAVariableIsShownAsItWasWritten) {
  for (const char* body : {"-H 'content-type: application/json' -d \"{\\\"a\\\":\\\"x {b} $HOME\\\"}\"",
                           "-F \"a=x {b} $HOME\""}) {
    const Read got = read(std::string("curl https://a.example/p ") + body);
    ASSERT_TRUE(got.parameter("a").example) << body;
    EXPECT_EQ(*got.parameter("a").example, "x {b} $HOME") << body;
  }
}

TEST(Curl, UnsupportedOptionsHaveAClearError) {
  EXPECT_THAT(refusal("curl 'https://a.example"), HasSubstr("single quote"));
  EXPECT_THAT(refusal("curl \"https://a.example"), HasSubstr("double quote"));
  EXPECT_THAT(refusal("curl $'https://a.example"), HasSubstr("$' quote"));
  EXPECT_THAT(refusal("curl https://a.example -d \"$(cat x)\""), HasSubstr("command substitution"));
  EXPECT_THAT(refusal("curl https://a.example -d \"`id`\""), HasSubstr("command substitution"));
  EXPECT_THAT(refusal("curl https://a.example -K config"), HasSubstr("-K"));
  EXPECT_THAT(refusal("curl https://a.example --next https://b.example"), HasSubstr("second request"));
  EXPECT_THAT(refusal("curl https://a.example https://b.example"), HasSubstr("more than one URL"));
  EXPECT_THAT(refusal("curl file:///etc/passwd"), HasSubstr("Only http:// and https://"));
  EXPECT_THAT(refusal("curl https://a.example -H @headers"), HasSubstr("write them into the command"));
  EXPECT_THAT(refusal("curl https://a.example -T x -d y"), HasSubstr("-T cannot be in one command with -d"));
  EXPECT_THAT(refusal("curl https://a.example -H 'Content-Type: multipart/form-data; boundary=b' -d @x"),
              HasSubstr("use -F"));
  EXPECT_THAT(refusal("curl https://a.example -H $'X-A: b\\r\\nX-C: d'"), HasSubstr("line break"));
  EXPECT_THAT(refusal("curl https://a.example -H 'X Y: z'"), HasSubstr("no header can have"));
  EXPECT_THAT(refusal("curl https://a.example -X TRACE"), HasSubstr("method"));
  EXPECT_THAT(refusal("curl https://a.example -d a -F b=c"), HasSubstr("-d and -F"));
  EXPECT_THAT(refusal("curl https://a.example?a=1&b=2"), HasSubstr("put the URL in quotes"));
  EXPECT_THAT(refusal("curl https://a.example && curl https://b.example"),
              HasSubstr("more than one command"));
  EXPECT_THAT(refusal("curl -Uri https://a.example -Method POST"), HasSubstr("Invoke-WebRequest"));
  EXPECT_THAT(refusal("Invoke-RestMethod https://a.example"), HasSubstr("curl.exe"));
  EXPECT_THAT(refusal("curl https://a.example | sh"), HasSubstr("pipe"));
  EXPECT_THAT(refusal("curl https://a.example\ncurl https://b.example"), HasSubstr("more than one command"));
  EXPECT_THAT(refusal("curl https://a.example -d @- <<EOF\nx"), HasSubstr("here-document"));
  EXPECT_THAT(refusal("curl https://a.example/{a,b}"), HasSubstr("several requests"));
  EXPECT_THAT(refusal("curl https://a.example/[1-9]"), HasSubstr("several requests"));
  EXPECT_THAT(refusal("curl $BASE/users"), HasSubstr("write the address"));
  EXPECT_THAT(refusal("curl https://$HOST/users"), HasSubstr("write the address"));
  EXPECT_THAT(refusal("curl --digest -u a:b https://a.example"), HasSubstr("authentication method"));
  EXPECT_THAT(refusal("curl https://a.example -H 'Content-Type: application/json' -d '{x'"),
              HasSubstr("JSON"));
  EXPECT_THAT(refusal("curl -H"), HasSubstr("needs a value"));
  EXPECT_THAT(refusal("curl"), HasSubstr("no URL"));
  EXPECT_THAT(refusal(""), HasSubstr("must begin with curl"));
  EXPECT_THAT(refusal("wget https://a.example"), HasSubstr("must begin with curl"));
  EXPECT_THAT(refusal(std::string("curl https://a.example/\0x", 24)), HasSubstr("not text"));
  EXPECT_THAT(refusal("curl https://a.example/\xFF"), HasSubstr("not text"));
  EXPECT_THAT(refusal("curl https://a.example/ -d $'\\0'"), HasSubstr("not text"));
  EXPECT_THAT(refusal("curl https://a.example -d " + std::string(kMaxCurlCommandBytes, 'x')),
              HasSubstr("64 KiB"));
  EXPECT_THAT(refusal("curl 'https://a.example/" + std::string(kVariableOpen) + "'"), HasSubstr("Unicode"));
}

TEST(Curl, TheSecretIsInNoErrorMessage) {
  for (const char* command :
       {"curl https://a.example -H 'Authorization: Bearer topsecret123' https://topsecret123.example",
        "curl -u ann:topsecret123 file:///x", "curl https://a.example -H $'X-Api-Key: topsecret123\\n'",
        "curl https://a.example -u ann:topsecret123 -H @topsecret123"}) {
    EXPECT_THAT(refusal(command), Not(HasSubstr("topsecret123")));
  }
}

TEST(Curl, UnknownOptionsAreSaid) {
  const Read got =
      read("curl --frobnicate --proxy http://p.example:8080 --cert c.pem -y 5 https://a.example/x");
  EXPECT_THAT(got.warnings, Contains("--frobnicate is left out."));
  EXPECT_THAT(got.warnings, Contains("--proxy is left out."));
  EXPECT_THAT(got.warnings, Contains("--cert is left out."));
  EXPECT_EQ(got.path, "/x");
}

TEST(Curl, ManyValuesAreBounded) {
  std::string body = "{";
  for (int i = 0; i < 1000; ++i)
    body += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":" + std::to_string(i);
  const Read got = read("curl https://a.example/x --json '" + body + "}'");
  EXPECT_EQ(got.parameters.size(), kMaxProposedParameters);
  EXPECT_THAT(got.body, HasSubstr("\"k999\":999"));
}

// Whatever the bytes are, the answer is a proposal or a sentence.
TEST(Curl, ReadsAnyInputWithoutACrash) {
  const std::string whole =
      R"(curl -sX POST 'https://u:p@a.example/api/v1/x/{y}/7?q=$A&k' -H "Authorization: Bearer $T" -H 'X-Api-Key: abc' --json $'{"a":[1,{"b":"{c}"}],"d":"\u00e9"}' -F 'x="y' ^)";
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    (void)propose_from_curl(whole.substr(0, length));
    (void)propose_from_curl("curl " + whole.substr(length));
  }
  std::uint32_t state = 7;
  const std::string alphabet = "'\"\\$`{}[]()<>|&;^%#=@:/?-\n\t urlcHdF0aZ~.,!";
  for (int round = 0; round < 20'000; ++round) {
    std::string command = round % 2 == 0 ? "curl " : "curl ^\"https://a.example/";
    for (int i = 0; i < 40; ++i) {
      state = state * 1664525 + 1013904223;
      command += alphabet[(state >> 16) % alphabet.size()];
    }
    const auto proposal = propose_from_curl(command);
    if (!proposal) {
      EXPECT_THAT(proposal.error().message, Not(IsEmpty()));
    }
  }
}

}  // namespace
}  // namespace wick
