// Commands from the documentation of well-known APIs and from browsers.
#include "curl_import/curl_fixture.h"

namespace wick {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

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
  EXPECT_THAT(got.warnings, Contains(HasSubstr("Follow redirects")));
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
  EXPECT_THAT(got.warnings, Contains(HasSubstr("enter it in the connector's settings")));
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
  EXPECT_THAT(got.warnings, Contains(HasSubstr("certificates are always checked")));
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
  EXPECT_THAT(got.warnings, Contains(HasSubstr("Cookie is left out")));
  EXPECT_THAT(got.warnings, Contains(HasSubstr("accept-language, origin, priority, sec-ch-ua")));
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

TEST(Curl, GitLabsPrivateToken) {
  const Read got = read(
      R"(curl --header "PRIVATE-TOKEN: glpat-0123456789abcdefghij" "https://gitlab.example.com/api/v4/projects/5/merge_requests/12/notes?sort=asc")");
  EXPECT_EQ(
      got.base + " " + got.path,
      "https://gitlab.example.com/api/v4 /projects/{project_id}/merge_requests/{merge_request_id}/notes");
  EXPECT_EQ(got.auth_name, "PRIVATE-TOKEN");
}

TEST(Curl, ElasticsearchSendsABodyWithGet) {
  const Read got = read(
      R"(curl -XGET "localhost:9200/logs/_search?pretty" -H 'Content-Type: application/json' -d'{"query":{"match":{"user.id":"kimchy"}},"size":10}')");
  EXPECT_EQ(got.base, "http://localhost:9200");
  EXPECT_EQ(got.method + " " + got.path, "GET /logs/_search?pretty");
  EXPECT_EQ(got.body, R"({"query":{"match":{"user.id":"{query_match_user_id}"}},"size":"{size}"})");
}

}  // namespace
}  // namespace wick
