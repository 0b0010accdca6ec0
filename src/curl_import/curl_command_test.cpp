// Commands as people paste them, each with the pieces that must come out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "curl_import/curl_command.h"
#include "curl_import/curl_proposal.h"
#include "curl_import/shell_words.h"

namespace wick {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> words(std::string_view text) {
  auto line = split_shell(text);
  EXPECT_TRUE(line) << line.error().message;
  return line ? line->words : std::vector<std::string>();
}

// What the tests look at, flat.
struct Read {
  std::string base, method, path, query, headers, body, type, auth, auth_name, user, secret, key, all;
  json::object schema, operation;
  std::vector<ProposedParameter> parameters;
  std::vector<std::string> notes;

  const ProposedParameter& parameter(std::string_view name) const {
    for (const auto& each : parameters) {
      if (each.name == name) return each;
    }
    ADD_FAILURE() << "no parameter " << name << " in " << to_json(operation);
    static const ProposedParameter none;
    return none;
  }
  json::value property(std::string_view name, std::string_view part) const {
    const json::value root(schema);
    const auto* at = at_pointer(root, "/properties/" + std::string(name) + "/" + std::string(part));
    return at == nullptr ? json::value("absent") : *at;
  }
};

Read read(std::string_view command) {
  auto proposal = propose_from_curl(command);
  EXPECT_TRUE(proposal) << proposal.error().message;
  if (!proposal) return {};
  Read out;
  out.operation = proposal->operation;
  const json::object& rest = out.operation.at("rest").as_object();
  const auto text = [&](const char* field) { return text_or_empty(rest, field); };
  const auto tree = [&](const char* field) {
    const auto* value = rest.if_contains(field);
    return value == nullptr ? std::string() : to_json(*value);
  };
  out.base = proposal->base_url;
  out.method = text("method");
  out.path = text("path");
  out.query = tree("query");
  out.headers = tree("headers");
  out.body = text("body");
  out.type = text("content_type");
  out.auth = proposal->auth;
  out.auth_name = proposal->auth_name;
  out.user = proposal->username;
  out.secret = proposal->secret.reveal();
  out.key = text_or_empty(out.operation, "key");
  out.schema = out.operation.at("input_schema").as_object();
  out.parameters = proposal->parameters;
  out.notes = proposal->notes;
  out.all = to_json(out.operation) + proposal->base_url + proposal->username + proposal->auth_name;
  for (const auto& each : out.parameters) {
    if (each.example) out.all += to_json(*each.example);
    out.all += each.constant.value_or("");
  }
  for (const auto& each : out.notes) out.all += each;
  if (!out.secret.empty()) {
    EXPECT_THAT(out.all, Not(HasSubstr(out.secret)));
  }
  EXPECT_THAT(out.all, Not(HasSubstr(std::string(kVariableOpen))));
  return out;
}

std::string refusal(std::string_view command) {
  const auto proposal = propose_from_curl(command);
  EXPECT_FALSE(proposal) << command;
  return proposal ? std::string() : proposal.error().message;
}

TEST(ShellWords, QuotesOfBash) {
  EXPECT_THAT(words(R"(curl 'a "b" $c \n' "d 'e' \" \\ \n \$f" g\ h i"j"'k')"),
              ElementsAre("curl", R"(a "b" $c \n)", R"(d 'e' " \ \n $f)", "g h", "ijk"));
  EXPECT_THAT(words(R"(curl 'it'\''s' "" '')"), ElementsAre("curl", "it's", "", ""));
  EXPECT_THAT(words(R"(curl $'a\n\t\'\\\x41\u00e9\U0001F600\101' $"b")"),
              ElementsAre("curl",
                          "a\n\t'\\A\xC3\xA9\xF0\x9F\x98\x80"
                          "A",
                          "b"));
  EXPECT_THAT(words(R"(curl $'\ud83d\ude00 \xe9')"), ElementsAre("curl", "\xF0\x9F\x98\x80 \xC3\xA9"))
      << "as Chrome and Firefox write them";
}

TEST(ShellWords, LinesGoOnAndCommentsDoNotCount) {
  EXPECT_THAT(words("curl a \\\n  b \\\r\n  c # the end\n"), ElementsAre("curl", "a", "b", "c"));
  EXPECT_THAT(words("# first\n$ curl a"), ElementsAre("curl", "a"));
  EXPECT_THAT(words("$ curl a#b"), ElementsAre("curl", "a#b"));
  EXPECT_THAT(words("curl a \\  \n -H b"), ElementsAre("curl", "a", "-H", "b"))
      << "blanks after the backslash";
  EXPECT_THAT(words("curl a\n  -H b"), ElementsAre("curl", "a", "-H", "b")) << "the backslash got lost";
}

TEST(ShellWords, WhatShowsTheOutputIsLeftOut) {
  for (const char* end :
       {" | jq .", " | jq '.[] | .id' | head -3", " > out.json", " 2>/dev/null", " >/dev/null 2>&1",
        " | python3 -m json.tool", ";", " &> log | tee x", " -s \\\n | jq ."}) {
    EXPECT_THAT(words("curl https://a.example" + std::string(end)).at(1), "https://a.example") << end;
    EXPECT_LE(words("curl https://a.example" + std::string(end)).size(), 3u) << end;
  }
}

TEST(ShellWords, VariablesAreMarked) {
  const auto mark = [](const std::string& name) {
    return std::string(kVariableOpen) + name + std::string(kVariableClose);
  };
  EXPECT_THAT(
      words(R"(curl $A/x "${B}-$C" '$D' \$E ${F:-g}/5$)"),
      ElementsAre("curl", mark("A") + "/x", mark("B") + "-" + mark("C"), "$D", "$E", mark("F") + "/5$"));
}

TEST(ShellWords, CaretsOfCmd) {
  EXPECT_THAT(
      words("curl ^\"https://a.example/?q=1^&r=^%^20x^\" ^\n  -H ^\"a: b^\" ^\r\n"
            "  --data-raw ^\"^{^\\^\"a^\\^\":^\\^\"x^\\\\y^\\^\"^}^\""),
      ElementsAre("curl", "https://a.example/?q=1&r=%20x", "-H", "a: b", "--data-raw", R"({"a":"x\y"})"));
  EXPECT_THAT(words("curl \"https://a.example/\" ^\n -H \"x: y\" ^\n --data-raw \"{\\\"a\\\":\\\"^%b\\\"}\""),
              ElementsAre("curl", "https://a.example/", "-H", "x: y", "--data-raw", R"({"a":"%b"})"))
      << "for cmd the third \\\" closes what the second opened: the caret is outside quotes";
  EXPECT_THAT(words("curl \"https://a.example/^x\" ^\n -H \"x: c:\\\\d\"").at(1), "https://a.example/^x")
      << "and inside quotes it is itself";
  EXPECT_THAT(words("curl ^\"https://a.example/^\" --data-raw ^\"one^\n\ntwo^\"").at(3), "one\ntwo");
}

TEST(Curl, GitHubListsIssues) {
  const Read got = read(R"(curl -L \
  -H "Accept: application/vnd.github+json" \
  -H "Authorization: Bearer ghp_aBcDeFgHiJkLmNoP1234" \
  -H "X-GitHub-Api-Version: 2022-11-28" \
  "https://api.github.com/repos/octocat/hello-world/issues?state=open&per_page=100&labels=bug,ui")");
  EXPECT_EQ(got.base, "https://api.github.com");
  EXPECT_EQ(got.method + " " + got.path, "GET /repos/octocat/hello-world/issues");
  EXPECT_EQ(got.query, R"({"state":"{state}","per_page":"{per_page}","labels":"{labels}"})");
  EXPECT_EQ(got.headers, R"({"Accept":"application/vnd.github+json","X-GitHub-Api-Version":"2022-11-28"})");
  EXPECT_EQ(got.auth + " " + got.secret, "bearer ghp_aBcDeFgHiJkLmNoP1234");
  EXPECT_EQ(got.property("per_page", "default"), 100) << "a setting keeps its value";
  EXPECT_EQ(got.property("state", "default"), "absent");
  EXPECT_EQ(got.property("state", "examples/0"), "open");
  EXPECT_EQ(got.key, "list_issues");
  EXPECT_TRUE(got.operation.at("read_only").as_bool());
  EXPECT_THAT(got.notes, Contains(HasSubstr("Follow redirects")));
}

TEST(Curl, GitHubCreatesAnIssueWithoutSayingItIsJson) {
  const Read got = read(R"(curl -L -X POST -H "Authorization: Bearer <YOUR-TOKEN>" \
  https://api.github.com/repos/OWNER/REPO/issues/1347/comments \
  -d '{"body":"Me too","labels":["bug","ui"],"draft":false,"milestone":null,"count":1}')");
  EXPECT_EQ(got.path, "/repos/OWNER/REPO/issues/{issue_id}/comments");
  EXPECT_EQ(got.parameter("issue_id").type, "integer");
  EXPECT_EQ(*got.parameter("issue_id").constant, "1347");
  EXPECT_EQ(got.body,
            R"({"body":"{body}","labels":"{labels}","draft":"{draft}","milestone":null,"count":"{count}"})");
  EXPECT_EQ(got.type, "application/json");
  EXPECT_EQ(got.parameter("labels").type, "array");
  EXPECT_EQ(got.property("labels", "items/type"), "string");
  EXPECT_EQ(got.parameter("draft").type, "boolean");
  EXPECT_EQ(*got.parameter("labels").constant, R"(["bug","ui"])");
  EXPECT_EQ(got.parameter("labels").in_template, R"("{labels}")");
  EXPECT_EQ(got.auth, "bearer");
  EXPECT_EQ(got.secret, "") << "<YOUR-TOKEN> is none";
  EXPECT_EQ(got.key, "create_comment");
}

TEST(Curl, StripeSendsItsKeyAsUserName) {
  const Read got = read(
      R"(curl https://api.stripe.com/v1/charges/ch_3MmlLrLkdIwHu7ix0snN0B15 -u "sk_test_4eC39HqLyjWDarjtT1zdp7dc:" -d amount=2000 -d "metadata[order_id]"=6735 -d description="My First &amp")");
  EXPECT_EQ(got.base + " " + got.path, "https://api.stripe.com/v1 /charges/{charge_id}");
  EXPECT_EQ(got.auth + " " + got.auth_name, "header Authorization");
  EXPECT_EQ(got.secret, "Basic " + to_base64("sk_test_4eC39HqLyjWDarjtT1zdp7dc:"));
  EXPECT_THAT(got.all, Not(HasSubstr("sk_test")));
  EXPECT_EQ(got.body, "amount={amount}&metadata[order_id]={metadata_order_id}&description={description}&amp");
  EXPECT_EQ(got.parameter("charge_id").example, json::value("ch_3MmlLrLkdIwHu7ix0snN0B15"));
  EXPECT_EQ(got.parameter("amount").type, "integer");
  EXPECT_EQ(got.method, "POST");
}

TEST(Curl, JiraHasItsVersionBehindTheProduct) {
  const Read got = read(R"(curl --request PUT \
  --url 'https://your-domain.atlassian.net/rest/api/3/issue/PROJ-123?notifyUsers=false' \
  --user 'email@example.com:ATATT3xFfGF0abcdef' \
  --header 'Accept: application/json' --header 'Content-Type: application/json' \
  --data '{"fields":{"summary":"New","project":{"key":"PROJ"},"priority":{"id":"2"}}}')");
  EXPECT_EQ(got.base + " " + got.path, "https://your-domain.atlassian.net/rest/api/3 /issue/{issue_key}");
  EXPECT_EQ(got.auth + " " + got.user + " " + got.secret, "basic email@example.com ATATT3xFfGF0abcdef");
  EXPECT_EQ(
      got.body,
      R"({"fields":{"summary":"{fields_summary}","project":{"key":"{fields_project_key}"},"priority":{"id":"{fields_priority_id}"}}})");
  EXPECT_EQ(got.key, "update_issue");
  EXPECT_EQ(got.headers, R"({"Accept":"application/json"})");
}

TEST(Curl, SlackPostsAMessage) {
  const Read got = read(
      R"(curl -H "Authorization: Bearer $SLACK_TOKEN" -H 'Content-type: application/json; charset=utf-8' --data '{"channel":"C123456","text":"I hope it works","unfurl_links":true}' https://slack.com/api/chat.postMessage | jq .ok)");
  EXPECT_EQ(got.base + " " + got.path, "https://slack.com/api /chat.postMessage");
  EXPECT_EQ(got.auth + got.secret, "bearer");
  EXPECT_THAT(got.notes, Contains(HasSubstr("enter it in the connector's settings")));
  EXPECT_EQ(got.type, "application/json; charset=utf-8");
  EXPECT_EQ(got.key, "chat_post_message");
  EXPECT_EQ(got.parameters.size(), 3u);
}

TEST(Curl, SlacksTokenInAFormIsNotKept) {
  const Read got = read(
      "curl -X POST https://slack.com/api/chat.delete -d token=xoxb-1234-abcdefghijkl -d "
      "ts=1405894322.002768");
  EXPECT_EQ(got.body, "token={token}&ts={ts}");
  EXPECT_THAT(got.all, Not(HasSubstr("xoxb")));
  EXPECT_FALSE(got.parameter("token").constant);
  EXPECT_FALSE(got.parameter("token").example);
}

TEST(Curl, ASlackWebhookIsSecretInItsPath) {
  const Read got = read(
      R"(curl -X POST -H 'Content-type: application/json' --data '{"text":"Hi"}' https://hooks.slack.com/services/T00000001/B00000002/Xa8kQm2ZpLr0TnUvYwEbCdFg)");
  EXPECT_THAT(got.all, Not(HasSubstr("Xa8kQm2ZpLr0TnUvYwEbCdFg")));
  EXPECT_EQ(got.path, "/services/{service_id}/{id}/{id_2}");
  EXPECT_FALSE(got.parameter("id_2").constant);
}

TEST(Curl, OpenAiKeepsMessagesAsOneArgument) {
  const Read got = read(R"(curl https://api.openai.com/v1/chat/completions \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  -d '{
    "model": "gpt-4o-mini",
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello!", "name": "x"}],
    "temperature": 0.7
  }')");
  EXPECT_EQ(got.base + " " + got.path, "https://api.openai.com/v1 /chat/completions");
  EXPECT_EQ(got.body, R"({"model":"{model}","messages":"{messages}","temperature":"{temperature}"})");
  EXPECT_EQ(got.property("messages", "items/properties/role/type"), "string");
  EXPECT_EQ(got.property("messages", "items/properties/name/type"), "string") << "of the second item";
  EXPECT_EQ(got.property("model", "default"), "gpt-4o-mini");
  EXPECT_EQ(*got.parameter("temperature").constant, "0.7");
  EXPECT_FALSE(got.parameter("model").required);
  EXPECT_TRUE(got.parameter("messages").required);
}

TEST(Curl, KubernetesWithItsGroupAndNamespace) {
  const Read got = read(
      R"(curl -k -X PATCH -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/strategic-merge-patch+json' https://10.0.0.1:6443/apis/apps/v1/namespaces/$NAMESPACE/deployments/web -d "{\"spec\":{\"replicas\":$REPLICAS}}")");
  EXPECT_EQ(got.base, "https://10.0.0.1:6443/apis/apps/v1");
  EXPECT_EQ(got.path, "/namespaces/{namespace}/deployments/web");
  EXPECT_EQ(got.body, R"({"spec":{"replicas":"{replicas}"}})");
  EXPECT_EQ(got.type, "application/strategic-merge-patch+json");
  EXPECT_THAT(got.notes, Contains(HasSubstr("certificates are always checked")));
  EXPECT_FALSE(got.parameter("namespace").constant);
}

TEST(Curl, GraphQlKeepsItsDocumentAndOffersItsVariables) {
  const Read got = read(
      R"(curl https://api.example.com/graphql -H 'content-type: application/json' --data-raw '{"operationName":"Repo","query":"query Repo($n: String!) {repository(name: $n) {id}}","variables":{"n":"wick"}}')");
  EXPECT_EQ(got.body,
            R"({"operationName":"{operationName}","query":"{query}","variables":{"n":"{variables_n}"}})");
  EXPECT_EQ(got.property("query", "default"), "query Repo($n: String!) {repository(name: $n) { id }}");
  EXPECT_EQ(*got.parameter("query").constant, R"("query Repo($n: String!) {repository(name: $n) { id }}")");
  EXPECT_TRUE(got.parameter("variables_n").required);
  EXPECT_EQ(got.key, "post_graphql");
}

TEST(Curl, ChromeForBash) {
  const Read got =
      read(R"(curl 'https://app.example.com/api/v2/projects/7f8c2d10-3b6a-4a51-9d5e-0a1b2c3d4e5f/tasks?_=1' \
  -H 'accept: application/json, text/plain, */*' \
  -H 'accept-language: en-US,en;q=0.9' \
  -H 'content-type: application/json' \
  -b 'session=abcdef0123456789abcdef; theme=dark' \
  -H 'origin: https://app.example.com' \
  -H 'priority: u=1, i' \
  -H 'sec-ch-ua: "Chromium";v="130", "Not?A_Brand";v="99"' \
  -H 'sec-fetch-mode: cors' \
  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64)' \
  -H 'x-csrf-token: 9f8e7d6c5b4a' \
  --data-raw $'{"title":"It\'s done \u0021","note":"a\\nb"}')");
  EXPECT_EQ(got.base, "https://app.example.com/api/v2");
  EXPECT_EQ(got.path, "/projects/{project_id}/tasks");
  EXPECT_EQ(got.headers, R"({"accept":"application/json, text/plain, */*"})");
  EXPECT_EQ(got.parameter("title").example, json::value("It's done !"));
  EXPECT_EQ(got.parameter("note").example, json::value("a\nb"));
  EXPECT_EQ(got.auth, "none");
  EXPECT_THAT(got.notes, Contains(HasSubstr("Cookie is left out")));
  EXPECT_THAT(got.notes, Contains(HasSubstr("accept-language, origin, priority, sec-ch-ua")));
  EXPECT_THAT(got.all, Not(HasSubstr("abcdef0123456789")));
  EXPECT_EQ(got.key, "create_task");
}

TEST(Curl, ChromeForCmd) {
  const Read got = read(
      "curl ^\"https://app.example.com/api/items?q=a^%^20b^&page=2^\" ^\n"
      "  -H ^\"accept: */*^\" ^\n"
      "  -H ^\"authorization: Bearer abc.def^\" ^\n"
      "  -H ^\"content-type: application/json^\" ^\n"
      "  --data-raw ^\"^{^\\^\"name^\\^\":^\\^\"100^% ^\\^\\^\\^\\ sure^\\^\"^}^\"");
  EXPECT_EQ(got.base + " " + got.path, "https://app.example.com/api /items");
  EXPECT_EQ(got.parameter("name").example, json::value("100% \\ sure"));
  EXPECT_EQ(got.parameter("q").example, json::value("a b"));
  EXPECT_EQ(got.property("page", "default"), 2);
  EXPECT_EQ(got.secret, "abc.def");
  EXPECT_EQ(got.headers, "");
}

TEST(Curl, OlderChromeForCmdUsesPlainQuotes) {
  const Read got = read(
      "curl \"https://app.example.com/items\" ^\r\n  -H \"content-type: application/json\" ^\r\n"
      "  --data-raw \"{\\\"name\\\":\\\"x\\\"}\" ^\r\n  --compressed");
  EXPECT_EQ(got.body, R"({"name":"{name}"})");
  EXPECT_EQ(got.method, "POST");
}

TEST(Curl, FirefoxForBash) {
  const Read got = read(
      R"(curl 'https://shop.example.com/cart/add' --compressed -X POST -H 'User-Agent: Mozilla/5.0' -H 'Accept: */*' -H 'Content-Type: application/x-www-form-urlencoded; charset=UTF-8' -H 'DNT: 1' -H 'Cookie: a=b' -H 'TE: trailers' --data-raw 'id=42&note=caf%C3%A9+au+lait&gift=')");
  EXPECT_EQ(got.body, "id={id}&note={note}&gift={gift}");
  EXPECT_EQ(got.parameter("note").example, json::value("caf\xC3\xA9 au lait"));
  EXPECT_EQ(*got.parameter("note").constant, "caf%C3%A9%20au%20lait");
  EXPECT_EQ(got.headers, "");
  EXPECT_EQ(got.type, "application/x-www-form-urlencoded; charset=UTF-8");
}

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
  EXPECT_THAT(got.notes,
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
    EXPECT_THAT(got.notes, Contains(HasSubstr("not on this server"))) << each.options;
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
  EXPECT_THAT(got.notes, Contains(HasSubstr("the files behind them are left out")));
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

TEST(Curl, TwilioHasADateForItsVersion) {
  const Read got = read(
      R"(curl 'https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json' -X POST --data-urlencode 'To=+15551234567' -u AC0123456789abcdef0123456789abcdef:your_auth_token)");
  EXPECT_EQ(got.base + " " + got.path,
            "https://api.twilio.com/2010-04-01 /Accounts/{account_id}/Messages.json");
  EXPECT_EQ(got.body, "To={To}");
  EXPECT_EQ(*got.parameter("To").constant, "%2B15551234567");
  EXPECT_EQ(got.auth + got.secret, "basic") << "your_auth_token is none";
  EXPECT_EQ(got.key, "create_message");
}

TEST(Curl, ATelegramBotIsSecretInItsPath) {
  const Read got = read(
      "curl https://api.telegram.org/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage -d "
      "chat_id=42");
  EXPECT_EQ(got.path, "/{id}/sendMessage");
  EXPECT_THAT(got.all, Not(HasSubstr("AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")));
}

TEST(Curl, ABodyThatIsNoFormIsSentAsItIs) {
  const Read got = read("curl https://a.example/x -d 'hello world, {a b}'");
  EXPECT_EQ(got.body + "|" + got.type, "hello world, {a b}|application/x-www-form-urlencoded");
  EXPECT_THAT(refusal("curl https://a.example/x -d '{\"a\": 1, // no\n}'"), HasSubstr("begins like it"));
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
  EXPECT_THAT(got.notes, Contains(HasSubstr("DD-APPLICATION-KEY is left out")));
  EXPECT_THAT(got.all, Not(HasSubstr("second-0456")));
}

TEST(Curl, GitLabsPrivateToken) {
  const Read got = read(
      R"(curl --header "PRIVATE-TOKEN: glpat-0123456789abcdefghij" "https://gitlab.example.com/api/v4/projects/5/merge_requests/12/notes?sort=asc")");
  EXPECT_EQ(
      got.base + " " + got.path,
      "https://gitlab.example.com/api/v4 /projects/{project_id}/merge_requests/{merge_request_id}/notes");
  EXPECT_EQ(got.auth_name, "PRIVATE-TOKEN");
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
  EXPECT_THAT(read("curl https://a.example/x -H \"Authorization: Token $T\"").notes,
              Contains(HasSubstr("\"Token …\"")));
}

TEST(Curl, ElasticsearchSendsABodyWithGet) {
  const Read got = read(
      R"(curl -XGET "localhost:9200/logs/_search?pretty" -H 'Content-Type: application/json' -d'{"query":{"match":{"user.id":"kimchy"}},"size":10}')");
  EXPECT_EQ(got.base, "http://localhost:9200");
  EXPECT_EQ(got.method + " " + got.path, "GET /logs/_search?pretty");
  EXPECT_EQ(got.body, R"({"query":{"match":{"user.id":"{query_match_user_id}"}},"size":"{size}"})");
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
    EXPECT_THAT(read(std::string("curl http://") + host).notes, Contains(HasSubstr("private"))) << host;
  for (const char* host : {"example.com", "8.8.8.8", "[2606:4700::1111]"})
    EXPECT_THAT(read(std::string("curl http://") + host).notes, IsEmpty()) << host;
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

TEST(Curl, WhatCannotBeDoneIsASentence) {
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
  EXPECT_THAT(refusal("curl --digest -u a:b https://a.example"), HasSubstr("way to sign in"));
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
  EXPECT_THAT(got.notes, Contains("--frobnicate is left out."));
  EXPECT_THAT(got.notes, Contains("--proxy is left out."));
  EXPECT_THAT(got.notes, Contains("--cert is left out."));
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
TEST(Curl, NothingThatIsPastedCrashes) {
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

TEST(ShellWords, WhatIsSetBeforeTheCommandIsPutIn) {
  EXPECT_EQ(read("A=1 B=2 A=3 curl https://a.example/$A/${B}/$C").path, "/{id}/{id_2}/{c}");
  EXPECT_EQ(read("export H=a.example; curl https://$H/x").base, "https://a.example");
  const Read secret = read("T=topsecret-4711; curl https://a.example/x -H \"Authorization: Bearer $T\"");
  EXPECT_EQ(secret.auth + " " + secret.secret, "bearer topsecret-4711");
  EXPECT_THAT(refusal("A=" + std::string(30'000, 'x') + " curl https://a.example/$A$A$A"),
              HasSubstr("too long"));
  std::string many;
  for (int i = 0; i < 9'000; ++i) many += "A=1 ";
  EXPECT_EQ(read(many + "curl https://a.example/$A").path, "/{id}");
}

TEST(ShellWords, PromptsBacktickAndBlanksAreReadInTimeThatGrowsWithThem) {
  for (const char* part :
       {"` ", "$ ", "\u00A0", "\u201C'", "> \n", "\u2014", "# curl\n", "A=1;", "`\n", "\"\"", "&& "}) {
    std::string text = "$ curl.exe ";
    while (text.size() < 60'000) text += part;
    (void)split_shell(text);
    (void)split_shell(text + "curl https://a.example");
  }
}

TEST(ShellWords, EmptyLinesAreReadInTimeThatGrowsWithThem) {
  const std::string lines(60'000, '\n');
  const auto bash = split_shell("curl https://example.com" + lines + "-s");
  ASSERT_TRUE(bash);
  EXPECT_EQ(bash->words.size(), 3u);
  EXPECT_TRUE(split_shell("curl ^\n \"" + lines + "x\""));
}

}  // namespace
}  // namespace wick
