// MCP servers that know nothing of 2026-07-28, or little of sessions, batches and transports: each is reached, however it
// takes what it does not understand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import { z } from "zod";
import { listen } from "../lib/upstream.mjs";
import { sseServer } from "../lib/sse-server.mjs";
import { commandOf, newLog, strictWays } from "../lib/stdio-servers.mjs";
import { connecting } from "../lib/connecting.mjs";
import { connectClient } from "../lib/conversation.mjs";
import { callTool, modern, until } from "../lib/wick.mjs";

let wick, admin, token;
const { opened, connect: connectAs } = connecting((made) => ({ wick, admin, token } = made));

const message = (fields) => JSON.stringify({ jsonrpc: "2.0", ...fields });
const said = (text) => ({ content: [{ type: "text", text }] });
const json = (response, text, status = 200, more = {}) =>
  response.writeHead(status, { "content-type": "application/json", ...more }).end(text);
const refuse =
  (code, text = "no") =>
  (response, id) =>
    json(response, message({ id, error: { code, message: text } }));

let made = 0;
async function connect(config) {
  const slug = `old_${++made}`;
  const connector = await connectAs(slug.replace("_", " "), config);
  const call = async (name = "go", args = {}) => {
    const answer = await callTool(wick, token, `${slug}__${name}`, args);
    return answer.body.result ?? answer.body;
  };
  return {
    ...connector,
    slug,
    view: `${wick.url}/mcp/c/${slug}`,
    call,
    said: async (...which) => (await call(...which)).content[0].text,
  };
}

// A server of an earlier revision by hand; `on[method](response, id, request, params)` takes a method over.
async function byHand(on = {}, { version = "2025-06-18", session = "one" } = {}) {
  const server = await listen((request, response, body) => {
    if (request.method !== "POST") return response.writeHead(405).end();
    const { id, method, params } = JSON.parse(body);
    if (id === undefined) return response.writeHead(202).end();
    if (on[method]) return on[method](response, id, request, params);
    const answers = {
      initialize: {
        protocolVersion: version,
        capabilities: { tools: {}, logging: {} },
        serverInfo: { name: "by hand", version: "1" },
      },
      "tools/list": { tools: [{ name: "go", inputSchema: { type: "object" } }] },
      "tools/call": said("went"),
      "logging/setLevel": {},
    };
    if (!answers[method]) return refuse(-32601)(response, id);
    json(
      response,
      message({ id, result: answers[method] }),
      200,
      method === "initialize" && session ? { "mcp-session-id": session } : {},
    );
  });
  opened(server);
  return server;
}

// ---- the probe for 2026-07-28

const refusals = {
  "the status 500": (response) => response.writeHead(500).end("oops"),
  "the status 503 and a message": (response, id) =>
    json(response, message({ id, error: { code: -32603, message: "not now" } }), 503),
  "the status 405": (response) => response.writeHead(405).end(),
  "the status 406": (response) => response.writeHead(406).end(),
  "the status 415": (response) => response.writeHead(415).end(),
  "the status 202 and nothing": (response) => response.writeHead(202).end(),
  "the status 200 and nothing": (response) => response.writeHead(200).end(),
  "a connection that is reset": (response) => response.socket.resetAndDestroy(),
  "half of an answer": (response) =>
    response.writeHead(200, { "content-length": 1000 }).write("{", () => response.destroy()),
  "what is no JSON": (response) => json(response, '{"jsonrpc":'),
  "a page": (response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome</h1>"),
  "a stream that ends": (response) =>
    response.writeHead(200, { "content-type": "text/event-stream" }).end(": nothing\n\n"),
  "an empty result": (response, id) => json(response, message({ id, result: {} })),
  "versions that are all old": (response, id) =>
    json(response, message({ id, result: { supportedVersions: ["2025-06-18"], capabilities: {} } })),
  "the error 0": refuse(0),
  "the error -32600": refuse(-32600, "initialize first"),
  "an error without an id": (response) =>
    json(response, message({ id: null, error: { code: -32000, message: "Server not initialized" } }), 400),
  silence: () => {},
  "a stream that stays silent": (response) => (
    response.writeHead(200, { "content-type": "text/event-stream" }),
    response.flushHeaders()
  ),
};
for (const [what, refusal] of Object.entries(refusals)) {
  test(`a server that answers the probe with ${what} gets initialize, and no probe until a refresh`, async () => {
    const server = await byHand({ "server/discover": refusal });
    const { refreshed, refresh, said: text, view } = await connect({ url: server.url, timeout_seconds: 4 });
    assert.equal(refreshed.status, 200, refreshed.text);
    const probes = () => server.methods().filter((method) => method === "server/discover").length;
    const first = probes();
    assert.equal(await text(), "went");
    const client = await connectClient("2025-11-25", view, token);
    assert.equal((await client.call("go")).content[0].text, "went");
    await client.close();
    assert.equal(probes(), first);
    assert.equal((await refresh()).status, 200);
    assert.ok(probes() > first);
    server.close();
  });
}

for (const status of [401, 403]) {
  test(`status ${status} with a challenge to the probe means missing credentials and ends the attempt`, async () => {
    const refuses = (response) => response.writeHead(status, { "www-authenticate": "Bearer" }).end();
    const server = await byHand({ "server/discover": refuses });
    const { refreshed } = await connect({ url: server.url });
    assert.match(
      refreshed.body.error.message,
      new RegExp(`status ${status}: it does not accept this connector's credentials`),
    );
    assert.deepEqual(
      server.asked.map(({ method, body }) => [method, body?.method]),
      [["POST", "server/discover"]],
    );
  });

  test(`a server that refuses the probe with status ${status} and no challenge gets initialize once`, async () => {
    const server = await byHand({ "server/discover": (response) => response.writeHead(status).end("unknown method") });
    const { said: text } = await connect({ url: server.url });
    assert.equal(await text(), "went");
    const closed = await byHand({
      "server/discover": (response) => response.writeHead(status).end(),
      initialize: (response) => response.writeHead(status).end(),
    });
    const { refreshed } = await connect({ url: closed.url });
    assert.match(
      refreshed.body.error.message,
      new RegExp(`status ${status}: it does not accept this connector's credentials`),
    );
    assert.deepEqual(
      closed.asked.map(({ method, body }) => [method, body?.method]),
      [
        ["POST", "server/discover"],
        ["POST", "initialize"],
      ],
    );
  });
}

test("a server of 2026-07-28 that was only slow to start is not taken for an older one", async () => {
  let asked = 0;
  const server = await byHand({
    initialize: refuse(-32601),
    "server/discover": (response, id) =>
      ++asked > 1
        ? json(response, message({ id, result: { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } } }))
        : undefined,
  });
  const { refreshed, said: text } = await connect({ url: server.url, timeout_seconds: 2 });
  assert.equal(refreshed.status, 200, refreshed.text);
  assert.equal(await text(), "went");
  assert.deepEqual(server.methods(), ["server/discover", "initialize", "server/discover", "tools/list", "tools/call"]);
  server.close();
});

for (const how of strictWays()) {
  test(`a program that can only ${how} before initialize is reached, and later started once`, async () => {
    const log = newLog();
    const {
      refreshed,
      said: text,
      view,
    } = await connect({
      command: commandOf("legacy", "--strict", how, "--log", log.file),
      timeout_seconds: how.startsWith("mute") || how === "ignore" || how === "close its output" ? 2 : 20,
    });
    assert.equal(refreshed.status, 200, refreshed.text);
    assert.equal(await text("echo", { text: "there" }), "echo: there");
    const before = log.started().length;
    const client = await connectClient("2025-11-25", view, token);
    assert.equal((await client.call("echo", { text: "again" })).content[0].text, "echo: again");
    await client.close();
    assert.equal(log.started().length, before + 1, "a process for this client, which needs no second try");
    assert.equal(log.heard("server/discover").length, 1);
  });
}

test("a connector that is set to an era is spoken to in no other", async () => {
  const server = await byHand();
  const old = await connect({ url: server.url, protocol: "legacy" });
  assert.equal(old.refreshed.status, 200, old.refreshed.text);
  assert.equal(server.methods()[0], "initialize");
  const before = server.methods().length;
  const { refreshed } = await connect({ url: server.url, protocol: "2026-07-28" });
  assert.match(refreshed.body.error.message, /does not support 2026-07-28, the version that this connector is set to/);
  assert.deepEqual(server.methods().slice(before), ["server/discover"]);
  const refused = await admin.post("/admin/connectors", {
    kind: "mcp",
    label: "No era",
    config: { url: server.url, protocol: "1999" },
  });
  assert.match(refused.body.error.message, /"protocol" must be auto, 2026-07-28 or legacy/);
});

// ---- sessions that are lost

const lost = {
  "the status 404": (response) => response.writeHead(404).end(),
  "the status 400 and words": (response) => response.writeHead(400).end("No valid session ID provided"),
  "the status 400 and a message without an id": (response) =>
    json(
      response,
      message({ id: null, error: { code: -32000, message: "Bad Request: No valid session ID provided" } }),
      400,
    ),
  "the status 400 and a message with an id of its own": (response) =>
    json(response, message({ id: "server-error", error: { code: -32600, message: "Bad Request" } }), 400),
  "the status 400 and the request's id": (response, id) =>
    json(response, message({ id, error: { code: -32000, message: "Invalid session ID" } }), 400),
  "the status 400 and JSON of its own": (response) => json(response, '{"error":"unknown session"}', 400),
  "the status 405": (response) => response.writeHead(405).end(),
  "the status 410": (response) => response.writeHead(410).end("gone"),
  "the status 500 and words about it": (response) => response.writeHead(500).end("Error: session expired"),
  "the status 401 and words, without a challenge": (response) => json(response, '{"error":"Session not found"}', 401),
  "the status 403 and a message": (response) =>
    json(response, message({ id: null, error: { code: -32000, message: "Invalid or expired session" } }), 403),
  "the status 404 and the code of invalid parameters": (response, id) =>
    json(response, message({ id, error: { code: -32602, message: "Session not found" } }), 404),
  "the status 422 and a name": (response) => json(response, '{"detail":"SESSION_NOT_FOUND"}', 422),
  "a batch with the status 400": (response) =>
    json(response, `[${message({ id: null, error: { code: -32000, message: "No valid session" } })}]`, 400),
  "the data of an error": (response, id) =>
    json(response, message({ id, error: { code: -32000, message: "Bad Request", data: { reason: "stale session" } } })),
  "an event that is no JSON-RPC": (response) =>
    response
      .writeHead(200, { "content-type": "text/event-stream" })
      .end('event: message\ndata: {"error":"Session not found"}\n\n'),
  "an error of JSON-RPC alone": (response, id) =>
    json(response, message({ id, error: { code: -32001, message: "Session not found" } })),
  "an error of JSON-RPC in a stream": (response, id) =>
    response
      .writeHead(200, { "content-type": "text/event-stream" })
      .end(`data: ${message({ id, error: { code: -32001, message: "Session not found" } })}\n\n`),
};
for (const [how, tell] of Object.entries(lost)) {
  test(`a session lost with ${how} is reopened, and the call is made once`, async () => {
    let session = 0,
      known,
      carriedOut = 0,
      forgetful = false;
    const checked = (carryOut) => (response, id, request, params) =>
      !forgetful && request.headers["mcp-session-id"] === known ? carryOut(response, id, params) : tell(response, id);
    const server = await byHand({
      initialize: (response, id) =>
        json(
          response,
          message({
            id,
            result: { protocolVersion: "2025-06-18", capabilities: { tools: {}, logging: {} }, serverInfo: {} },
          }),
          200,
          { "mcp-session-id": (known = `session-${++session}`) },
        ),
      "tools/call": checked((response, id) =>
        json(response, message({ id, result: said(`call ${++carriedOut} in ${known}`) })),
      ),
      "logging/setLevel": checked((response, id) => json(response, message({ id, result: {} }))),
    });
    const { said: text, view } = await connect({ url: server.url });
    assert.match(await text(), /^call 1 in /);
    known = "nobody’s";
    assert.match(await text(), /^call 2 in session-\d$/);
    // Found out by what Wick says by itself before the call.
    const client = await connectClient("2026-07-28", view, token);
    assert.match((await client.call("go", {}, { level: "info" })).content[0].text, /^call 3 in /);
    known = "nobody’s";
    assert.match((await client.call("go", {}, { level: "debug" })).content[0].text, /^call 4 in /);
    await client.close();
    // Twice in a row it is an error.
    forgetful = true;
    server.asked.length = 0;
    assert.equal(await text(), "The MCP server loses each session immediately after it begins.");
    assert.deepEqual([server.methods().filter((method) => method === "tools/call").length, carriedOut], [2, 4]);
  });
}

test("a stream that ends before its answer is not asked for again: the call may have been carried out", async () => {
  let carriedOut = 0;
  const server = await byHand({
    "tools/call": (response) => (
      ++carriedOut,
      response.writeHead(200, { "content-type": "text/event-stream" }).end(": bye\n\n")
    ),
  });
  const { said: text } = await connect({ url: server.url });
  assert.equal(await text(), "The MCP server ended its answer before it was complete.");
  assert.equal(carriedOut, 1);
});

test("the errors of a call are its own, whatever they say of sessions", async () => {
  const server = await byHand({ "tools/call": refuse(-32602, "session not found") });
  const { said: text } = await connect({ url: server.url });
  assert.match(await text(), /refused the call \(-32602\): session not found/);
  assert.equal(server.methods().filter((method) => method === "tools/call").length, 1);
});

test("a session id in any other answer than that to initialize is not taken", async () => {
  let n = 0;
  const server = await byHand({
    "tools/call": (response, id) =>
      json(response, message({ id, result: said("went") }), 200, { "mcp-session-id": `other-${++n}` }),
  });
  const { said: text } = await connect({ url: server.url });
  for (let i = 0; i < 5; ++i) assert.equal(await text(), "went");
  const sessions = new Set(server.asked.map(({ headers }) => headers["mcp-session-id"]));
  assert.deepEqual([...sessions], [undefined, "one"]);
});

// ---- batches, media types, line ends

const batch = (id) =>
  `[${message({ method: "notifications/message", params: { level: "info", data: "first" } })},${message({ id, result: said("in a batch") })}]`;
const zipped =
  (type, coding, zip, wrap = (text) => text) =>
  (response, id) =>
    response
      .writeHead(200, { "content-type": type, "content-encoding": coding })
      .end(zip(wrap(message({ id, result: said("in a batch") }))));
const forms = {
  "a gzip body that was not asked for": zipped("application/json", "gzip", gzipSync),
  "a zlib body that was not asked for": zipped("application/json", "deflate", deflateSync),
  "a gzip stream that was not asked for": zipped(
    "text/event-stream",
    "x-gzip",
    gzipSync,
    (text) => `: ${"x".repeat(100_000)}\n\ndata: ${text}\n\n`,
  ),
  "content that is a text": (response, id) => json(response, message({ id, result: { content: "in a batch" } })),
  "content that is partly none": (response, id) =>
    json(response, message({ id, result: { content: ["x", null, ...said("in a batch").content] } })),
  "a batch in a body": (response, id) => json(response, batch(id)),
  "a batch in an event": (response, id) =>
    response.writeHead(200, { "content-type": "text/event-stream" }).end(`data: ${batch(id)}\n\n`),
  "an event of a type in capitals with a parameter": (response, id) =>
    response
      .writeHead(200, { "content-type": "Text/Event-Stream; Charset=UTF-8" })
      .end(`data: ${message({ id, result: said("in a batch") })}\n\n`),
  "a byte order mark": (response, id) =>
    response
      .writeHead(200, { "content-type": 'Application/JSON; charset="utf-8"' })
      .end(`\uFEFF${message({ id, result: said("in a batch") })}`),
};
for (const [what, answer] of Object.entries(forms)) {
  test(`an answer with ${what} is found`, async () => {
    const server = await byHand({ "tools/call": answer }, { version: "2025-03-26" });
    const { said: text, view } = await connect({ url: server.url });
    assert.equal(await text(), "in a batch");
    const client = await connectClient("2025-11-25", view, token);
    assert.equal((await client.call("go")).content[0].text, "in a batch");
    if (what.startsWith("a batch")) assert.deepEqual(client.logs(), ["first"]);
    await client.close();
  });
}

for (const form of ["--bom", "--crlf", "--batches"]) {
  test(`a program that writes its lines as ${form.slice(2)} is understood`, async () => {
    const { refreshed, said: text } = await connect({ command: commandOf("legacy", form) });
    assert.equal(refreshed.status, 200, refreshed.text);
    assert.equal(await text("echo", { text: "yes" }), "echo: yes");
  });
}

// ---- what the server says stays as it is

test("an answer behind what a program has printed without a line end is found", async () => {
  const { refreshed, said: text, view } = await connect({ command: commandOf("legacy", "--murmur") });
  assert.equal(refreshed.status, 200, refreshed.text);
  assert.equal(await text("echo", { text: "yes" }), "echo: yes");
  const client = await connectClient("2025-11-25", view, token);
  assert.equal(
    (await client.call("echo", { text: "in a process of its own" })).content[0].text,
    "echo: in a process of its own",
  );
  await client.close();
});

test("the code 0 of an error stays 0", async () => {
  const server = await byHand({ "tools/call": refuse(0, "nothing") });
  const { view } = await connect({ url: server.url });
  const client = await connectClient("2025-11-25", view, token);
  await assert.rejects(client.call("go"), ({ code, message: text }) => code === 0 && /nothing/.test(text));
  await client.close();
});

test("an unusable tool is left out and named on the connector's page, and the others work", async () => {
  const tools = [
    { name: "go" },
    { description: "nameless" },
    7,
    { name: "" },
    { name: "x".repeat(200) },
    { name: "huge", description: "y".repeat(200_000) },
    { name: "marked", inputSchema: { type: "object", properties: { a: { type: "string", "x-mcp-header": "" } } } },
    { name: "last" },
  ];
  const server = await byHand({ "tools/list": (response, id) => json(response, message({ id, result: { tools } })) });
  const { id, refreshed, said: text } = await connect({ url: server.url });
  assert.deepEqual(refreshed.body.added, ["go", "last"]);
  assert.equal(await text(), "went");
  const view = (await admin.get(`/admin/connectors/${id}`)).body;
  assert.equal(view.left_out.length, 5);
  for (const pattern of [
    /^A tool without a name is left out: it is not an object/,
    /^A tool without a name is left out: .*without a name/,
    /^The tool "x+" is left out/,
    /^The tool "huge" is left out: its definition is larger than 262144 bytes/,
    /^The tool "marked" is left out/,
  ])
    assert.ok(
      view.left_out.some((one) => pattern.test(one)),
      `${pattern} in ${view.left_out}`,
    );
  const seen = (await (await wick.signIn()).get(`/connectors/${id}`)).body;
  assert.equal(seen.left_out, undefined, "it is for admins");
});

// ---- the transport of 2024-11-05

const define = (state) => (mcp) => {
  const answer = async (text) => said(text);
  mcp.registerTool("go", { inputSchema: {} }, () => answer("went"));
  mcp.registerTool("large", { inputSchema: { bytes: z.number() } }, ({ bytes }) => answer("x".repeat(bytes)));
  mcp.registerTool("tell", { inputSchema: {} }, async (_, { sendNotification, _meta }) => {
    await sendNotification({ method: "notifications/message", params: { level: "info", data: "on the way" } });
    if (_meta?.progressToken !== undefined)
      await sendNotification({
        method: "notifications/progress",
        params: { progressToken: _meta.progressToken, progress: 1 },
      });
    return said("told");
  });
  mcp.registerTool("ask", { inputSchema: {} }, async () => {
    const { action, content } = await mcp.server.elicitInput({
      message: "And you?",
      requestedSchema: { type: "object", properties: { name: { type: "string" } } },
    });
    return said(`${action} ${content?.name}`);
  });
  mcp.registerTool("hold", { inputSchema: {} }, async (_, { signal }) => {
    ++state.held;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    ++state.cancelled;
    return said("released");
  });
};
async function oldTransport(options = {}) {
  const state = { held: 0, cancelled: 0 };
  const server = await sseServer({ define: define(state), ...options });
  opened(server);
  return { ...server, state };
}

test("a server of the transport of 2024-11-05 is found, listed, called and remembered", async () => {
  const server = await oldTransport({ bearer: "its-key" });
  const {
    refreshed,
    said: text,
    refresh,
    view,
  } = await connect({ url: server.url, auth: "bearer", secret: "its-key" });
  assert.deepEqual(refreshed.body?.added?.toSorted(), ["ask", "go", "hold", "large", "tell"], refreshed.text);
  assert.equal(await text(), "went");
  const posts = () => server.asked.filter(({ method, url }) => method === "POST" && url === "/sse").length;
  assert.equal(posts(), 2, "server/discover and initialize, in vain");
  for (const era of ["2025-11-25", "2026-07-28"]) {
    const client = await connectClient(era, view, token);
    const { content } = await client.call("tell", {}, { progress: true, level: "debug" });
    assert.equal(content[0].text, "told");
    assert.deepEqual(client.logs(), ["on the way"], era);
    assert.equal(client.heard.since(0, ({ what }) => what === "progress").length, 1, era);
    assert.match((await client.call("ask")).content[0].text, /^accept /);
    assert.equal(client.questions().length, 1);
    await client.close();
  }
  assert.equal(posts(), 2);
  assert.equal((await refresh()).status, 200);
  assert.equal(posts(), 4, "it may be another one by now");
  assert.ok(server.asked.every(({ headers }) => !/wick_pat/.test(headers.authorization)));
});

test("a restarted server of the transport of 2024-11-05 is reconnected, and no call is made twice", async () => {
  let server = await oldTransport();
  const { said: text, call, view } = await connect({ url: server.url });
  const client = await connectClient("2025-11-25", view, token);
  assert.equal((await client.call("go")).content[0].text, "went");
  const held = call("hold");
  await until(() => server.state.held === 1);
  await server.stop();
  assert.match((await held).content[0].text, /^The MCP server ended its event stream, and with it the session\.$/);
  server = await oldTransport({ port: server.port });
  assert.equal(await text(), "went");
  assert.equal((await client.call("go")).content[0].text, "went");
  assert.equal(server.state.held, 0);
  // It forgets its sessions, and leaves their streams open.
  server.sessions.clear();
  assert.equal(await text(), "went");
  await client.close();
});

test("a call over the transport of 2024-11-05 is cancelled with its client, and ends with its token", async () => {
  const server = await oldTransport();
  const { slug, view } = await connect({ url: server.url });
  const client = await connectClient("2025-11-25", view, token);
  const gone = new AbortController();
  const cancelled = client.call("hold", {}, { signal: gone.signal });
  await until(() => server.state.held === 1);
  gone.abort();
  await assert.rejects(cancelled);
  await until(() => server.state.cancelled === 1);
  await client.close();
  const { token: doomed, id } = wick.token("ann@example.com", ["--tools", "direct"]);
  const answer = callTool(wick, doomed, `${slug}__hold`);
  await until(() => server.state.held === 2);
  wick.cli(["token", "revoke", id]);
  await server.stop();
  assert.equal((await answer).status, 401);
});

test("an answer over the transport of 2024-11-05 that is too large fails its request alone", async () => {
  const server = await oldTransport();
  const { view } = await connect({ url: server.url, max_bytes: 100_000 });
  const client = await connectClient("2025-11-25", view, token);
  const held = client.call("hold").catch(() => "ended");
  await until(() => server.state.held === 1);
  for (const bytes of [110_000, 5_000_000]) {
    const { isError, content } = await client.call("large", { bytes });
    assert.deepEqual([isError, content[0].text], [true, "A message of the MCP server is larger than 100000 bytes."]);
  }
  assert.equal((await client.call("large", { bytes: 90_000 })).content[0].text.length, 90_000);
  assert.equal(server.sessions.size, 2, "the sessions live on: that of the admin who listed the tools, and this one");
  await client.close();
  await held;
});

const endpoints = {
  "another host": (port) => `http://localhost:${port}/messages`,
  "another port": () => "http://127.0.0.1:1/messages",
  "another scheme": (port) => `https://127.0.0.1:${port}/messages`,
  "another host without a scheme": () => "//evil.example/messages",
  "a user and another host": (port) => `http://127.0.0.1:${port}@evil.example/messages`,
  nothing: () => "",
};
for (const [what, endpoint] of Object.entries(endpoints)) {
  test(`messages and the credential are not sent to ${what}, whatever an event stream says`, async () => {
    const lured = await listen((request, response) => response.end());
    opened(lured);
    const server = await listen((request, response) => {
      if (request.method !== "GET") return response.writeHead(404).end();
      response
        .writeHead(200, { "content-type": "text/event-stream" })
        .write(`event: endpoint\ndata: ${endpoint(new URL(lured.url).port)}\n\n`);
    });
    opened(server);
    const { refreshed } = await connect({
      url: server.url,
      auth: "bearer",
      secret: "not-for-others",
      timeout_seconds: 1,
    });
    assert.match(refreshed.body.error.message, /with another scheme, host or port|did not answer within/);
    assert.equal(lured.asked.length, 0);
  });
}

const streams = {
  "never names an address": [": nothing\n\n", /has no endpoint event|did not answer within 1 seconds/],
  "says other things without end": ["data: {}\n\n", /does not begin with an endpoint event/],
};
for (const [what, [text, expected]] of Object.entries(streams)) {
  test(`an event stream that ${what} is given up in time`, async () => {
    const server = await listen((request, response) => {
      if (request.method !== "GET") return response.writeHead(405).end();
      response.writeHead(200, { "content-type": "text/event-stream" });
      const more = () => !response.destroyed && response.write(text, () => setImmediate(more));
      more();
    });
    opened(server);
    const { refreshed } = await connect({ url: server.url, timeout_seconds: 1 });
    assert.match(refreshed.body.error.message, expected);
    assert.equal((await modern(wick, token, "tools/list")).status, 200);
  });
}

test("a server that answers any request with an event stream of 2024-11-05 is found too", async () => {
  const streams = [];
  const server = await listen((request, response, body) => {
    const { pathname } = new URL(request.url, "http://x");
    if (pathname === "/mcp") {
      streams.push(response);
      return response
        .writeHead(200, { "content-type": "text/event-stream" })
        .write("event: endpoint\ndata: messages\n\n");
    }
    const { id, method } = JSON.parse(body);
    response.writeHead(202).end();
    if (id === undefined) return;
    const results = {
      initialize: { protocolVersion: "2024-11-05", capabilities: { tools: {} }, serverInfo: {} },
      "tools/list": { tools: [{ name: "go" }] },
      "tools/call": said("went"),
    };
    streams.at(-1).write(`event: message\ndata: ${message({ id, result: results[method] })}\n\n`);
  });
  opened(server);
  const { refreshed, said: text } = await connect({ url: server.url });
  assert.deepEqual(refreshed.body.added, ["go"], refreshed.text);
  assert.equal(await text(), "went");
});
