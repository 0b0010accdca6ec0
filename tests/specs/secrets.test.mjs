// Credentials of connectors and other people's data: nothing of them comes back to a caller, in no form.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { after, before, test } from "node:test";
import { Wick, callTool, modern, password, remember, until } from "../lib/wick.mjs";

let wick, admin, bob, bobId, token, upstream, base;
const waiting = []; // responses that a test ends: { url, response }
const asked = [];

// Says what it was sent, in the form that the path names.
const forms = {
  json: (request) => [
    "application/json",
    JSON.stringify({
      headers: request.headers,
      url: request.url,
      body: request.body,
      [request.headers.authorization ?? "x"]: "a name",
    }),
  ],
  text: (request) => ["text/plain", `${request.url}\n${JSON.stringify(request.headers, null, 2)}\n${request.body}`],
  html: (request) => [
    "text/html",
    `<pre>${JSON.stringify(request.headers).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")} ${request.url}</pre>`,
  ],
  nested: (request) => [
    "application/json",
    JSON.stringify({ echo: JSON.stringify({ headers: request.headers, url: request.url }) }),
  ],
  ascii: (request) => [
    "application/json",
    JSON.stringify({ headers: request.headers, url: request.url }).replace(
      /[^ -~]|\//g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  ],
  query: (request) => [
    "text/plain",
    `seen=${encodeURIComponent(JSON.stringify(request.headers))}&url=${encodeURIComponent(request.url).toLowerCase()}`,
  ],
  type: (request) => [`text/x-${request.headers.authorization?.split(" ")[1] ?? "none"}`, Buffer.from([0xff, 0xfe])],
};

before(async () => {
  upstream = http
    .createServer(async (request, response) => {
      request.body = "";
      for await (const chunk of request) request.body += chunk;
      asked.push(request.url);
      const [, kind, form] = request.url.split(/[/?]/);
      if (kind === "slow") return waiting.push({ url: request.url, response });
      if (kind === "fails")
        return response.writeHead(500, { "content-type": "text/plain" }).end("the salary of ALICE is 4711");
      if (kind === "token")
        return response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ access_token: "granted/token+4711", token_type: "Bearer" }));
      const [type, body] = forms[form](request);
      response.writeHead(kind === "error" ? 400 : 200, { "content-type": type }).end(body);
    })
    .listen(0, "127.0.0.1");
  await once(upstream, "listening");
  base = `http://127.0.0.1:${upstream.address().port}`;
  wick = await Wick.start();
  admin = await wick.signIn();
  token = wick.token("ann@example.com", ["--tools", "direct"]).token;
  bobId = wick.createUser("bob@example.com", "Bob").id;
  bob = await wick.signIn("bob@example.com");
});
after(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await wick.stop();
});

let made = 0;
async function connect(config, operations, more = {}) {
  const slug = `api_${++made}`;
  const { status, body, text } = await admin.post("/admin/connectors", {
    kind: "rest",
    label: slug.replace("_", " "),
    ...more,
    config: { base_url: base, allow_private_addresses: true, ...config },
  });
  assert.equal(status, 201, text);
  for (const [key, rest] of Object.entries(operations)) {
    const saved = await admin.post(`/admin/connectors/${body.id}/operations`, {
      key,
      name: key,
      description: key,
      rest: { method: "GET", ...rest },
      input_schema: { type: "object" },
    });
    assert.equal(saved.status, 201, saved.text);
  }
  return { id: body.id, slug };
}

// ---- what comes back

const everyForm = (...parts) =>
  parts.flatMap((part) => [
    part,
    encodeURIComponent(part),
    encodeURIComponent(part).toLowerCase(),
    JSON.stringify(part).slice(1, -1),
    Buffer.from(part).toString("base64").replace(/=+$/, ""),
    Buffer.from(part).toString("base64url"),
  ]);
const ways = {
  "a Basic password": {
    config: { auth: "basic", username: "svc" },
    secret: "Plain-Secret-12345",
    parts: (secret) => everyForm(secret, `svc:${secret}`),
  },
  "a Basic password of three characters": {
    config: { auth: "basic", username: "service" },
    secret: "Qz7",
    parts: (secret) => [Buffer.from(`service:${secret}`).toString("base64").replace(/=+$/, "")],
  },
  "a bearer token with a quote, a slash and a letter outside ASCII": {
    config: { auth: "bearer" },
    secret: 's3cr3t-"q/ä-key',
    parts: (secret) => [...everyForm(secret), "q/ä-key", "q\\/ä-key", "q/\\u00e4-key", "Ã¤-key", "\\u00c3\\u00a4-key"],
  },
  "a secret in a parameter": {
    config: { auth: "query", auth_name: "api_key" },
    secret: "in the/query+4711",
    parts: (secret) => [...everyForm(secret), "in+the%2Fquery"],
  },
  "a secret in a header": {
    config: { auth: "header", auth_name: "X-Api-Key" },
    secret: 'header\\key"4711',
    parts: (secret) => everyForm(secret),
  },
  "a header of the configuration": {
    config: { auth: "none", headers: ["X-Api-Key: configured-key-4711", "Cookie: sid=cookie-of-4711"] },
    parts: () => everyForm("configured-key-4711", "cookie-of-4711"),
  },
  "an access token of client credentials": {
    config: {
      auth: "oauth_client_credentials",
      username: "client",
      get token_url() {
        return `${base}/token`;
      },
    },
    secret: "client-secret-4711",
    parts: (secret) => everyForm(secret, "granted/token+4711"),
  },
};
for (const [what, { config, secret, parts }] of Object.entries(ways)) {
  test(`${what} comes back in no form, whatever the system makes of its request`, async () => {
    const operations = Object.fromEntries(
      Object.keys(forms).flatMap((form) => [
        [form, { path: `/echo/${form}` }],
        [`error_${form}`, { path: `/error/${form}` }],
      ]),
    );
    if (secret) remember("secrets", secret.length > 8 ? secret : Buffer.from(`service:${secret}`).toString("base64"));
    const { id, slug } = await connect({ ...config, ...(secret && { secret }) }, operations);
    for (const key of Object.keys(operations)) {
      const answer = await callTool(wick, token, `${slug}__${key}`);
      const { content, structuredContent } = answer.body.result;
      // The forms of the answer as it is, and of what it holds once it has been parsed.
      for (const text of [
        answer.text,
        content[0].text,
        JSON.stringify(structuredContent ?? null),
        ...Object.keys(structuredContent ?? {}),
        structuredContent?.echo ?? "",
      ]) {
        for (const part of parts(secret)) assert.ok(!text.includes(part), `${key}: ${part} in ${text}`);
      }
      if (!key.startsWith("error_") && key !== "type") assert.match(answer.text, /\*\*\*/, key);
    }
    const shown =
      (await admin.get(`/runs?connector=${id}`)).text +
      (await admin.get(`/admin/connectors/${id}`)).text.replaceAll(/"headers":\[[^\]]*\]/g, "");
    for (const part of parts(secret)) assert.ok(!shown.includes(part), `${part} in the record`);
  });
}

test("credentials in the templates of an operation come back in no form", async () => {
  const { slug } = await connect(
    { auth: "none" },
    {
      templates: {
        method: "POST",
        path: "/echo/json/sk_live_0123456789abcdef",
        query: { api_key: "parameter-4711", page: "second-page" },
        headers: { "X-Auth-Token": "template-header-4711" },
        body: '{"password":"template-body-4711","name":"a plain name"}',
      },
    },
  );
  const { text } = await callTool(wick, token, `${slug}__templates`);
  for (const part of everyForm(
    "sk_live_0123456789abcdef",
    "parameter-4711",
    "template-header-4711",
    "template-body-4711",
  ))
    assert.ok(!text.includes(part), `${part} in ${text}`);
  for (const plain of ["second-page", "a plain name"]) assert.ok(text.includes(plain), text);
});

test("a credential comes back from an MCP server in no form, as a name, in a notification and in an error", async () => {
  const secret = 'mcp "key"/ä+4711';
  remember("secrets", secret);
  const server = http
    .createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { id, method, params } = JSON.parse(body || "{}");
      const key = Buffer.from(request.headers["x-api-key"] ?? "", "latin1").toString();
      const answer = (message) =>
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ jsonrpc: "2.0", id, ...message }));
      if (method === "server/discover")
        return answer({
          result: { supportedVersions: ["2026-07-28"], capabilities: { tools: {} }, resultType: "complete" },
        });
      if (method === "tools/list")
        return answer({
          result: {
            tools: ["echo", "refuse", "tell"].map((name) => ({
              name,
              description: `with ${key}`,
              inputSchema: { type: "object" },
            })),
          },
        });
      const said = {
        [key]: key,
        base64: Buffer.from(`x:${key}`).toString("base64"),
        percent: encodeURIComponent(key),
        json: JSON.stringify({ key }),
      };
      if (params?.name === "refuse")
        return answer({ error: { code: -32000, message: `no: ${JSON.stringify(said)}`, data: said } });
      const result = { content: [{ type: "text", text: JSON.stringify(said) }], structuredContent: said };
      if (params?.name === "echo") return answer({ result });
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(
        `data: ${JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: said } })}\n\n`,
      );
      response.end(`data: ${JSON.stringify({ jsonrpc: "2.0", id, result })}\n\n`);
    })
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  const { status, body, text } = await admin.post("/admin/connectors", {
    kind: "mcp",
    label: "echoing",
    config: {
      url: `http://127.0.0.1:${server.address().port}/mcp`,
      auth: "header",
      auth_name: "X-Api-Key",
      secret,
      allow_private_addresses: true,
    },
  });
  assert.equal(status, 201, text);
  const refreshed = await admin.post(`/admin/connectors/${body.id}/refresh`, {});
  assert.equal(refreshed.status, 200, refreshed.text);
  const answers = [await admin.get(`/admin/connectors/${body.id}`)];
  for (const name of ["echo", "refuse", "tell"])
    answers.push(
      await modern(wick, token, "tools/call", {
        name: `echoing__${name}`,
        arguments: {},
        _meta: { "io.modelcontextprotocol/logLevel": "info" },
      }),
    );
  assert.match(answers[3].text, /notifications\/message/);
  for (const answer of answers) {
    assert.match(answer.text, /\*\*\*/);
    for (const part of [
      ...everyForm(secret),
      "/ä+4711",
      "mcp \\",
      Buffer.from(`x:${secret}`).toString("base64").replace(/=+$/, ""),
    ])
      assert.ok(!answer.text.includes(part), `${part} in ${answer.text}`);
  }
  server.closeAllConnections();
  server.close();
});

// ---- what is sent

test("an access token that would begin another header or request is refused, and the API is not asked", async () => {
  const received = [];
  const api = net
    .createServer((socket) =>
      socket.on(
        "data",
        (bytes) => (
          received.push(bytes.toString("latin1")),
          socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        ),
      ),
    )
    .listen(0, "127.0.0.1");
  let given;
  const tokens = http
    .createServer((_, response) =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ access_token: given, token_type: "Bearer" })),
    )
    .listen(0, "127.0.0.1");
  await Promise.all([once(api, "listening"), once(tokens, "listening")]);
  const { slug } = await connect(
    {
      base_url: `http://127.0.0.1:${api.address().port}`,
      auth: "oauth_client_credentials",
      username: "client",
      secret: "a-secret-of-4711",
      token_url: `http://127.0.0.1:${tokens.address().port}/token`,
    },
    { get: { path: "/get" } },
  );
  for (given of [
    "abc\r\nX-Injected: 1",
    "abc\r\n\r\nGET /smuggled?admin=1 HTTP/1.1\r\nHost: internal",
    "abc\nX-Injected: 1",
    "abc\u0000",
    "a b",
    "abcä",
    "",
  ]) {
    const { result } = (await callTool(wick, token, `${slug}__get`)).body;
    assert.equal(result.isError, true, JSON.stringify(given));
    assert.ok(!result.content[0].text.includes("abc"), result.content[0].text);
  }
  assert.deepEqual(received, []);
  given = "AAA%2Fb|c.d-e_f~g+h/i=";
  assert.equal((await callTool(wick, token, `${slug}__get`)).body.result.isError, undefined);
  assert.match(received.join(""), /^GET \/get HTTP\/1\.1\r\n[^]*Authorization: Bearer AAA%2Fb\|c\.d-e_f~g\+h\/i=\r\n/);
  api.close();
  tokens.closeAllConnections();
  tokens.close();
});

test("an argument with a line break does not become a header, and marks no connector as failing", async () => {
  const { id, slug } = await connect(
    { auth: "none" },
    { tagged: { path: "/echo/json", headers: { "X-Tag": "t-{tag}" } } },
  );
  await callTool(wick, token, `${slug}__tagged`, { tag: "plain" });
  const before = asked.length;
  const { result } = (await callTool(wick, token, `${slug}__tagged`, { tag: "a\r\nX-Injected: 1" })).body;
  assert.deepEqual([result.isError, asked.length], [true, before]);
  assert.match(result.content[0].text, /The header X-Tag has a line break or another control character/);
  assert.equal((await admin.get(`/admin/connectors/${id}`)).body.health, "ok");
});

// ---- whose it is

test("a member sees that a connector fails and since when, and only an admin what the system answered", async () => {
  const { id, slug } = await connect(
    { auth: "none" },
    { fails: { path: "/fails/text" }, works: { path: "/echo/json" } },
  );
  const views = async () => [
    (await bob.get("/connectors")).body.items.find((one) => one.id === id),
    (await bob.get(`/connectors/${id}`)).body,
  ];
  for (const view of await views()) assert.deepEqual([view.health, view.health_since], ["unknown", null]);
  await callTool(wick, token, `${slug}__fails`);
  const [summary, whole] = await views();
  for (const view of [summary, whole]) {
    assert.equal(view.health, "failing");
    assert.ok(Math.abs(Date.parse(view.health_since) - Date.now()) < 60_000, view.health_since);
    assert.ok(!("health_message" in view) && !("stderr" in view));
    assert.ok(!JSON.stringify(view).includes("ALICE"), JSON.stringify(view));
  }
  await callTool(wick, token, `${slug}__fails`);
  assert.equal((await views())[0].health_since, summary.health_since, "since the first failure");
  const ofAdmin = (await admin.get(`/admin/connectors/${id}`)).body;
  assert.match(ofAdmin.health_message, /ALICE/);
  assert.match((await admin.get("/admin/connectors")).text, /ALICE/);
  assert.ok(!(await admin.get("/connectors")).text.includes("ALICE"), "the members’ page is the same for admins");
  assert.match(
    (await wick.cliLater(["connector", "show", slug.replace("_", " ")])).stdout,
    /failing since \d{4}-.*ALICE/s,
  );
  await callTool(wick, token, `${slug}__works`);
  const [well] = await views();
  assert.deepEqual([well.health, "health_message" in well], ["ok", false]);
});

// A call of a slow operation from the web app; `end` lets the system answer, and gives what the caller gets.
async function callFromTheWeb(session, id) {
  const before = waiting.length;
  const answer = session.post(`/connectors/${id}/operations/slow/run`, { arguments: {} });
  await until(() => waiting.length > before, 10, "the system was not asked");
  const { response } = waiting.at(-1);
  return async () => {
    response.writeHead(200, { "content-type": "text/plain" }).end("the result of the call");
    return answer;
  };
}
const lastRun = async (id) => (await admin.get(`/runs?connector=${id}`)).body.items[0];

const endings = {
  "an admin deactivates them": [() => admin.patch(`/admin/users/${bobId}`, { status: "deactivated" }), 401],
  "an admin deactivates them and takes it back": [
    async () => {
      await admin.patch(`/admin/users/${bobId}`, { status: "deactivated" });
      return admin.patch(`/admin/users/${bobId}`, { status: "active" });
    },
    401,
  ],
  "they sign out": [({ session }) => session.delete("/session"), 401],
  "they end this session from another one": [({ id, other }) => other.delete(`/sessions/${id}`), 401],
  "they change their password elsewhere": [
    ({ other }) => other.put("/me/password", { current: password, new: password }),
    401,
  ],
  "a tag takes the connector away from them": [({ tag }) => admin.patch(`/admin/tags/${tag}`, { filter: true }), 404],
};
for (const [what, [end, status]] of Object.entries(endings)) {
  test(`a member gets no result of a call from the web app when ${what} meanwhile`, async () => {
    await admin.patch(`/admin/users/${bobId}`, { status: "active" });
    const tag = (await admin.post("/admin/tags", { name: `tag ${made}` })).body.id;
    const { id } = await connect({ auth: "none" }, { slow: { path: "/slow" } }, { tags: [tag] });
    const session = await wick.signIn("bob@example.com");
    const other = await wick.signIn("bob@example.com");
    const undisturbed = await (await callFromTheWeb(session, id))();
    assert.deepEqual(
      [undisturbed.status, undisturbed.body.content?.[0].text],
      [200, "the result of the call"],
      undisturbed.text,
    );
    const its = (await session.get("/sessions")).body.items.find((one) => one.current).id;
    const answered = await callFromTheWeb(session, id);
    const ended = await end({ session, other, tag, id: its });
    assert.ok(ended.status < 300, `${ended.status} ${ended.text}`);
    const answer = await answered();
    assert.equal(answer.status, status, answer.text);
    assert.ok(!answer.text.includes("the result"), answer.text);
    assert.equal((await lastRun(id)).status, "cancelled");
  });
}

test("a tag that removes access during a call withholds the result, also in the history", async () => {
  await admin.patch(`/admin/users/${bobId}`, { status: "active" });
  const bobs = wick.token("bob@example.com", ["--tools", "direct"], "bobs").token;
  const tag = (await admin.post("/admin/tags", { name: "taken away" })).body.id;
  const { id, slug } = await connect({ auth: "none" }, { slow: { path: "/slow" } }, { tags: [tag] });
  const before = waiting.length;
  const calling = callTool(wick, bobs, `${slug}__slow`);
  await until(() => waiting.length > before);
  await admin.patch(`/admin/tags/${tag}`, { filter: true });
  waiting.at(-1).response.end("the result of the call");
  const answer = await calling;
  assert.match(answer.body.error.message, /no such tool for you/);
  const run = await lastRun(id);
  assert.equal(run.status, "cancelled");
  const again = await wick.signIn("bob@example.com");
  const history = await again.get(`/runs/${run.id}`);
  assert.ok(!history.text.includes("the result"), history.text);
});

test("an admin who is demoted while a server is asked for its tools accepts none", async () => {
  let listing;
  const server = http
    .createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { id, method } = JSON.parse(body || "{}");
      const answer = (result) =>
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ jsonrpc: "2.0", id, result }));
      if (method === "server/discover")
        return answer({ supportedVersions: ["2026-07-28"], capabilities: { tools: {} }, resultType: "complete" });
      listing = () => answer({ tools: [{ name: "late", inputSchema: { type: "object" } }] });
    })
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  const { id: carlId } = wick.createUser("carl@example.com", "Carl", ["--admin"]);
  const carl = await wick.signIn("carl@example.com");
  const { body } = await admin.post("/admin/connectors", {
    kind: "mcp",
    label: "late",
    config: { url: `http://127.0.0.1:${server.address().port}/mcp`, allow_private_addresses: true },
  });
  const refreshing = carl.post(`/admin/connectors/${body.id}/refresh`, {});
  await until(() => listing);
  assert.equal((await admin.patch(`/admin/users/${carlId}`, { role: "member" })).status, 200);
  listing();
  assert.equal((await refreshing).status, 403);
  assert.deepEqual((await admin.get(`/admin/connectors/${body.id}`)).body.operations, []);
  server.closeAllConnections();
  server.close();
});
