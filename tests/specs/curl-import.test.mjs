// A pasted cURL command becomes an operation that sends what curl itself sends, and its secret is nowhere to be read.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { axe } from "../lib/axe.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";
import { setColorScheme } from "../lib/screens.mjs";
import { Wick, remember } from "../lib/wick.mjs";

const run = promisify(execFile);
const secret = "curl-import-secret-4711";
let wick, admin, upstream, host;
const seen = [];

before(async () => {
  remember("secrets", secret);
  upstream = http
    .createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      seen.push({
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
    })
    .listen(0, "127.0.0.1");
  await once(upstream, "listening");
  host = `127.0.0.1:${upstream.address().port}`;
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await wick.stop();
});

const importCurl = async (command) => {
  const answer = await admin.post("/admin/connectors/import/curl", { command });
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers.get("cache-control"), /no-store/);
  return answer.body;
};

let connectors = 0;
async function create(proposal, operation = proposal.operation) {
  const { base_url, auth } = proposal;
  const config = {
    base_url,
    auth: auth.type,
    auth_name: auth.name,
    username: auth.username,
    allow_private_addresses: true,
  };
  if (proposal.secret_found) config.secret = proposal.secret;
  const made = await admin.post("/admin/connectors", { kind: "rest", label: `Pasted ${++connectors}`, config });
  assert.equal(made.status, 201, made.text);
  const added = await admin.post(`/admin/connectors/${made.body.id}/operations`, { ...operation, enabled: true });
  assert.equal(added.status, 201, added.text);
  return made.body.id;
}

async function call(id, key, args) {
  const { body, text } = await admin.post(`/connectors/${id}/operations/${key}/run`, { arguments: args });
  assert.equal(body.status, "ok", text);
  return seen.pop();
}

// As the web app does when nothing may change from call to call.
function withConstants({ operation, parameters }) {
  const fixed = structuredClone(operation);
  for (const { name, in: place, in_template: template, constant } of parameters) {
    if (constant === undefined) continue;
    const fix = (text) => text.replaceAll(template, () => constant);
    if (place === "path") fixed.rest.path = fix(fixed.rest.path);
    if (place === "body") fixed.rest.body = fix(fixed.rest.body);
    for (const [one, pairs] of [
      ["query", fixed.rest.query],
      ["header", fixed.rest.headers],
    ]) {
      if (place === one) for (const key of Object.keys(pairs)) pairs[key] = fix(pairs[key]);
    }
    delete fixed.input_schema.properties[name];
    fixed.input_schema.required = fixed.input_schema.required?.filter((each) => each !== name);
  }
  return fixed;
}

const ofTheConnection = [
  "host",
  "user-agent",
  "accept-encoding",
  "content-length",
  "connection",
  "content-type",
  "transfer-encoding",
];
function comparable({ method, url, headers, body }, { type = true, left = [] } = {}) {
  const { pathname, searchParams } = new URL(url, "http://x");
  const contentType = headers["content-type"] ?? "";
  const boundary = contentType.match(/boundary=(\S+)/)?.[1];
  const kept = Object.entries(headers).filter(([name]) => !ofTheConnection.includes(name) && !left.includes(name));
  let content = body;
  if (boundary) content = body.replaceAll(boundary, "BOUNDARY");
  else if (/^\s*[[{]/.test(body)) content = JSON.parse(body);
  else if (contentType.includes("form-urlencoded")) content = [...new URLSearchParams(body)];
  return {
    method,
    pathname,
    content,
    query: [...searchParams].sort(([a, x], [b, y]) => (a + x < b + y ? -1 : 1)),
    headers: kept.sort(),
    type: type && contentType.replace(boundary, "BOUNDARY"),
  };
}

const commands = [
  [
    "a list with settings",
    `curl -s "http://HOST/api/v2/projects/42/issues?state=open&per_page=100&q=a%20b+c&ratio=1.5" -H "X-Api-Key: ${secret}" -H 'X-Version: 2022-11-28'`,
  ],
  [
    "a bearer token and JSON",
    `curl -sX POST http://HOST/v1/chat -H 'Content-Type: application/json' -H "Authorization: Bearer ${secret}" -d '{"model":"m","messages":[{"role":"user","content":"It\\"s {x} \\u00e9"}],"temperature":0.7,"n":1,"deep":{"on":true,"none":null,"list":[]}}'`,
  ],
  ["JSON that is not called so", `curl -s http://HOST/issues -u ann:${secret} -d '{"title":"a\\nb"}'`, { type: false }],
  ["--json", `curl -s --json '{"a":[1,2.25,"x"]}' http://HOST/items/7f8c2d10-3b6a-4a51-9d5e-0a1b2c3d4e5f`],
  [
    "a form",
    `curl -s http://HOST/v1/charges -u ${secret}: -d amount=2000 -d 'metadata[order id]=6735' --data-urlencode 'note=Fünf & mehr=50%' -d empty= -d 'bare word'`,
  ],
  [
    "a form in a browser",
    `curl -s 'http://HOST/cart' --compressed -H 'Content-Type: application/x-www-form-urlencoded; charset=UTF-8' --data-raw $'id=42&it=it\\'s&plus=a+b%2Bc'`,
  ],
  ["-G", `curl -s -G http://HOST/search --data-urlencode 'q=a&b c' -d limit=5 -d "access_token=${secret}"`],
  [
    "a multipart form",
    `curl -s -F title='Two
lines' -F 'odd "name"=x' -F tag=a -F tag=b --form-string 'raw=@home;z' http://HOST/upload`,
  ],
  [
    "DELETE",
    `curl -s -X DELETE "http://HOST/rest/api/3/issue/PROJ-123?deleteSubtasks=true" -H "Authorization: Token ${secret}"`,
  ],
  [
    "PATCH with a vendor type",
    `curl -s --request PATCH --url http://HOST/apis/apps/v1/deployments/web --header 'content-type: application/merge-patch+json' --data "{\\"spec\\":{\\"replicas\\":3}}" --oauth2-bearer ${secret}`,
  ],
  [
    "GET with a body and a bare parameter",
    `curl -sXGET 'http://HOST/logs/_search?pretty' -H 'Content-Type: application/json' -d'{"query":{"match_all":{}},"size":10}'`,
  ],
  [
    "GraphQL",
    `curl -s http://HOST/graphql -H 'content-type: application/json' --data-raw '{"query":"query Q($n: Int) { things(first: $n) { id } }","variables":{"n":3}}'`,
  ],
  ["repeated parameters", `curl -s 'http://HOST/x?tag=a&q=1&tag=b%20c&to=2024-05-01'`],
  [
    "XML",
    `curl -s http://HOST/soap -H 'Content-Type: text/xml' -H 'SOAPAction: "urn:x"' --data-binary $'<a b="c">\\n  {d}\\n</a>'`,
  ],
  ["a path with what a template refuses", `curl -s 'http://HOST/a/../compare/main...dev/x%2Fy/@me/2024-05-01'`],
  ["a prefix of the URL and HEAD", `curl -sI http://u:${secret}@HOST/api/things/5.json`],
];

for (const [name, template, options = {}] of commands) {
  test(`sent as curl sends it: ${name}`, async () => {
    const command = template.replaceAll("HOST", host);
    await run("bash", ["-c", command]);
    const byCurl = comparable(seen.pop(), options);
    const proposal = await importCurl(command);
    const id = await create(proposal);
    const { key } = proposal.operation;
    const args = Object.fromEntries(
      proposal.parameters.filter(({ example }) => example !== undefined).map((each) => [each.name, each.example]),
    );
    const normal = (request) => {
      const plain = comparable(request, options);
      return { ...plain, pathname: options.path ? options.path(plain.pathname) : plain.pathname };
    };
    assert.deepEqual(normal(await call(id, key, args)), byCurl);
    const settings = proposal.parameters.filter(({ required }) => !required).map((each) => each.name);
    const hasDefault = (name) => proposal.operation.input_schema.properties[name].default !== undefined;
    const fewer = Object.fromEntries(
      Object.entries(args).filter(([name]) => !settings.includes(name) || !hasDefault(name)),
    );
    assert.deepEqual(normal(await call(id, key, fewer)), byCurl, "defaults are sent when they are not given");

    const fixed = await create(proposal, withConstants(proposal));
    const rest = Object.fromEntries(
      proposal.parameters.filter(({ constant }) => constant === undefined).map((each) => [each.name, each.example]),
    );
    assert.deepEqual(normal(await call(fixed, key, rest)), byCurl, "with every value fixed");

    for (const each of [id, fixed]) {
      const { text } = await admin.get(`/admin/connectors/${each}`);
      assert.equal(text.includes(secret) || text.includes(Buffer.from(`${secret}:`).toString("base64")), false);
    }
    assert.equal(JSON.stringify({ ...proposal, secret: undefined }).includes(secret), false);
    assert.equal(command.includes(secret), proposal.secret_found);
  });
}

test("only an admin may ask, and what cannot be read is a sentence", async () => {
  wick.createUser("bob@example.com", "Bob");
  const bob = await wick.signIn("bob@example.com");
  assert.equal((await bob.post("/admin/connectors/import/curl", { command: "curl https://a.example" })).status, 403);
  for (const [command, sentence] of [
    [`curl https://a.example -H 'Authorization: Bearer ${secret}' -H @headers.txt`, /not on this server/],
    ["curl 'https://a.example", /not closed/],
    ["curl file:///etc/passwd", /Only http/],
    ['curl https://a.example -d "$(id)"', /command substitution/],
    [`curl https://a.example/${"x".repeat(64 * 1024)}`, /64 KiB/],
  ]) {
    const { status, body } = await admin.post("/admin/connectors/import/curl", { command });
    assert.deepEqual([status, body.error.code], [400, "invalid_argument"], command.slice(0, 60));
    assert.match(body.error.message, sentence);
  }
  assert.equal((await admin.post("/admin/connectors/import/curl", {})).status, 400);
  assert.equal(wick.errors.includes(secret), false, "nothing of it is logged");
});

test("in the browser: paste, adjust, add a connector with its operation, then another operation", async () => {
  const browser = await launch();
  try {
    const page = await signedInPage(browser, wick);
    const problems = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    const button = (name) => page.getByRole("button", { name, exact: true });
    await page.goto(`${wick.url}/admin/connectors`);
    await button("Add connector").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Kind").click();
    await page.getByRole("option", { name: "REST API" }).click();
    await button("From a cURL command").click();
    await dialog.getByLabel("cURL command").fill("curl https://a.example -H @file");
    await button("Read").click();
    await dialog.getByText("write them into the command").waitFor();
    await dialog
      .getByLabel("cURL command")
      .fill(
        `curl 'http://${host}/api/v1/issues/7/comments?per_page=50' -k -H 'X-Api-Key: ${secret}' -H 'content-type: application/json' --data-raw '{"text":"hi","pinned":false}'`,
      );
    await button("Read").click();
    await dialog.getByText("certificates are always checked").waitFor();
    assert.equal(await dialog.getByLabel("Base URL").inputValue(), `http://${host}/api/v1`);
    assert.equal(await dialog.getByLabel("Secret", { exact: true }).inputValue(), secret);
    assert.equal(await dialog.getByLabel("Header or parameter name").inputValue(), "X-Api-Key");
    assert.equal(await dialog.getByLabel("Path").inputValue(), "/issues/{issue_id}/comments");
    await dialog.getByLabel("pinned").uncheck();
    await dialog.getByLabel("per_page").uncheck();
    assert.equal(await dialog.getByLabel("Body").inputValue(), '{"text":"{text}","pinned":false}');
    assert.equal(await dialog.getByLabel("Query").inputValue(), "per_page: 50");
    assert.equal((await dialog.getByLabel("Input schema").inputValue()).includes("pinned"), false);
    await dialog.getByLabel("pinned").check();
    assert.equal(await dialog.getByLabel("Body").inputValue(), '{"text":"{text}","pinned":"{pinned}"}');
    for (const colorScheme of ["light", "dark"]) {
      await setColorScheme(page, colorScheme);
      assert.deepEqual(await axe(page), [], colorScheme);
    }
    await dialog.getByLabel("Label").fill("From the browser");
    await dialog.getByLabel("Allow private addresses").check();
    await dialog.getByPlaceholder("get_issue").fill("Bad Key");
    await button("Add").click();
    await dialog.getByText("its operation was not").waitFor();
    await dialog.getByText("characters from a-z").waitFor();
    await dialog.getByPlaceholder("get_issue").fill("create_comment");
    await button("Add").click();
    await page.waitForURL(/\/admin\/connectors\/[0-9a-f-]{36}$/);
    const id = page.url().split("/").at(-1);
    await page.getByText("POST /issues/{issue_id}/comments", { exact: true }).waitFor();
    assert.equal((await page.content()).includes(secret), false);
    assert.equal(
      await page.evaluate((text) => JSON.stringify([localStorage, sessionStorage]).includes(text), secret),
      false,
    );

    await button("From a cURL command").click();
    await dialog
      .getByLabel("cURL command")
      .fill(`curl https://elsewhere.example/issues/7 -H 'X-Api-Key: other-secret-0815'`);
    await button("Read").click();
    await dialog.getByText("The command is for another address").waitFor();
    await dialog.getByText("The secret of the command is not used").waitFor();
    await dialog.getByLabel("cURL command").fill(`curl http://${host}/api/v1/issues/7`);
    await button("Read").click();
    await dialog.getByText("The command is for another address").waitFor({ state: "detached" });
    assert.equal(await dialog.getByLabel("Path").inputValue(), "/issues/{issue_id}");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("GET /issues/{issue_id}", { exact: true }).waitFor();
    assert.deepEqual(problems, []);
    const { items } = (await admin.get("/admin/connectors")).body;
    assert.equal(
      items.filter(({ label }) => label.startsWith("From the browser")).length,
      1,
      "the second attempt only added the operation",
    );

    const sent = await call(id, "create_comment", { issue_id: 8, text: "ok", pinned: true });
    assert.deepEqual(
      [sent.url, sent.headers["x-api-key"], sent.body],
      ["/api/v1/issues/8/comments?per_page=50", secret, '{"text":"ok","pinned":true}'],
    );
    assert.equal((await call(id, "get_issue", { issue_id: 9 })).url, "/api/v1/issues/9");
    const { text } = await admin.get(`/admin/connectors/${id}`);
    assert.equal(text.includes(secret) || text.includes("other-secret-0815"), false);
  } finally {
    await browser.close();
  }
});
