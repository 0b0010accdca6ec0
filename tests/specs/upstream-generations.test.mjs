// MCP servers that speak both eras, or show tools only to clients that can do something: each client gets what it would get
// from the server directly.
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { bothErasServer, listen } from "../lib/upstream.mjs";
import { commandOf, newLog } from "../lib/stdio-servers.mjs";
import { connecting } from "../lib/connecting.mjs";
import { connectClient } from "../lib/conversation.mjs";
import { alive } from "../lib/process.mjs";
import { until } from "../lib/wick.mjs";

let wick, token;
const { opened, connect: connectAs } = connecting((made) => ({ wick, token } = made));

let made = 0;
async function connect(config) {
  const slug = `eras_${++made}`;
  const { id, refreshed } = await connectAs(slug.replace("_", " "), config);
  assert.equal(refreshed.status, 200, refreshed.text);
  return { id, view: `${wick.url}/mcp/c/${slug}`, added: refreshed.body.added };
}

// Asks its user and tells as 2025-11-25 does, which needs a session.
const old = (server, era) => {
  server.registerTool("era", {}, async () => ({ content: [{ type: "text", text: era }] }));
  server.registerTool("ask", {}, async () => {
    if (era === "modern") return { isError: true, content: [{ type: "text", text: "ask me in a session" }] };
    await server.server.sendLoggingMessage({ level: "info", data: "about to ask" });
    const { action, content } = await server.server.elicitInput({
      message: "Your name?",
      requestedSchema: { type: "object", properties: { name: { type: "string" } } },
    });
    return { content: [{ type: "text", text: `${action}: ${content?.name}` }] };
  });
  if (era === "legacy") server.server.registerCapabilities({ logging: {} });
};
const textOf = async (client, tool) => (await client.call(tool)).content[0].text;
const answer = { "elicitation/create": () => ({ action: "accept", content: { name: "Ann" } }) };

test("a legacy client has a session with a server of both eras and gets requests and notifications", async () => {
  const server = await bothErasServer({ extra: old });
  opened(server);
  const { view } = await connect({ url: server.url });
  const one = await connectClient("2025-11-25", view, token, { answer });
  assert.ok(one.client.getServerCapabilities().logging, "which the server has in its sessions only");
  assert.equal(await textOf(one, "era"), "legacy");
  assert.equal(await textOf(one, "ask"), "accept: Ann");
  assert.deepEqual(one.logs(), ["about to ask"]);
  const other = await connectClient("2026-07-28", view, token, { answer });
  assert.equal(await textOf(other, "era"), "modern");
  assert.equal(await textOf(other, "ask"), "ask me in a session");
  const sessions = () => new Set(server.legacy.asked.map(({ headers }) => headers["mcp-session-id"])).size;
  const before = sessions();
  const third = await connectClient("2025-11-25", view, token, { answer });
  assert.equal(await textOf(third, "ask"), "accept: Ann");
  assert.equal(sessions(), before + 1, "one of its own");
  for (const client of [one, other, third]) await client.close();
});

for (const [protocol, era] of [
  ["2026-07-28", "modern"],
  ["legacy", "legacy"],
]) {
  test(`a server of both eras is spoken to in ${era} messages only when its connector is set to ${protocol}`, async () => {
    const server = await bothErasServer({ extra: old });
    opened(server);
    const { view } = await connect({ url: server.url, protocol });
    for (const clientEra of ["2025-11-25", "2026-07-28"]) {
      const client = await connectClient(clientEra, view, token, { answer });
      assert.equal(await textOf(client, "era"), era, clientEra);
      assert.match(await textOf(client, "ask"), era === "legacy" ? /accept: Ann/ : /ask me in a session/);
      await client.close();
    }
    assert.equal(server[era === "legacy" ? "modern" : "legacy"].asked.length, 0);
  });
}

test("all clients use 2026-07-28 at a server of both eras that starts no session", async () => {
  const server = await bothErasServer({ extra: old, sessions: false });
  opened(server);
  const { view } = await connect({ url: server.url });
  for (let i = 0; i < 2; ++i) {
    const client = await connectClient("2025-11-25", view, token);
    assert.equal(await textOf(client, "era"), "modern");
    await client.close();
  }
  assert.equal(server.legacy.methods().filter((method) => method === "initialize").length, 1, "it was tried once");
});

const refusals = {
  "an error": (response, id) =>
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } })),
  "the status 400": (response) => response.writeHead(400).end(),
  silence: () => {},
};
for (const [what, refuse] of Object.entries(refusals)) {
  test(`a server of 2026-07-28 alone, whose answer to initialize is ${what}, is asked for a session once`, async () => {
    const server = await listen((request, response, body) => {
      if (request.method !== "POST") return response.writeHead(405).end();
      const { id, method } = JSON.parse(body);
      if (method === "initialize") return refuse(response, id);
      const results = {
        "server/discover": { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } },
        "tools/list": { tools: [{ name: "era", inputSchema: { type: "object" } }] },
        "tools/call": { content: [{ type: "text", text: "modern" }] },
      };
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ jsonrpc: "2.0", id, result: results[method] ?? {} }));
    });
    opened(server);
    const { view } = await connect({ url: server.url, timeout_seconds: 2 });
    for (let i = 0; i < 3; ++i) {
      const client = await connectClient("2025-11-25", view, token);
      assert.equal(await textOf(client, "era"), "modern");
      await client.close();
    }
    assert.equal(server.methods().filter((method) => method === "initialize").length, 1);
    server.close();
  });
}

test("legacy clients have own processes of a program of both eras up to the limit, then share one", async () => {
  const log = newLog();
  const { view } = await connect({ command: commandOf("both", "--log", log.file) });
  const clients = [],
    pids = [];
  for (let i = 0; i < 10; ++i) {
    clients.push(await connectClient("2025-11-25", view, token, { name: `client ${i}` }));
    pids.push(Number(await textOf(clients.at(-1), "who")));
  }
  const modern = await connectClient("2026-07-28", view, token);
  const shared = Number(await textOf(modern, "who"));
  assert.ok(new Set(pids).size >= 8, String(pids));
  assert.ok(log.started().filter(alive).length <= 9, "eight of clients, and the one that is shared");
  assert.ok(pids.includes(shared) && !pids.slice(0, 5).includes(shared), String([shared, ...pids]));
  await modern.close();
  for (const client of clients) {
    await client.transport.terminateSession();
    await client.close();
  }
  await until(() => log.started().filter(alive).length <= 2, 20, "their processes end with their sessions");
});

test("tools for capable clients only are listed, and called with the client's own capabilities", async () => {
  const script = path.resolve(
    import.meta.dirname,
    "../node_modules/@modelcontextprotocol/server-everything/dist/index.js",
  );
  const { view, added } = await connect({ command: `${process.execPath} ${script} stdio` });
  for (const tool of [
    "get_roots_list",
    "trigger_elicitation_request",
    "trigger_sampling_request",
    "trigger_url_elicitation",
  ])
    assert.ok(added.includes(tool), `${tool} in ${added}`);
  for (const era of ["2025-11-25", "2026-07-28"]) {
    const able = await connectClient(era, view, token);
    assert.match(
      (await able.call("trigger-elicitation-request")).content.map(({ text }) => text).join("\n"),
      /User (provided|declined)|action/,
    );
    assert.match(
      (await able.call("trigger-sampling-request", { prompt: "The capital of France?", maxTokens: 10 })).content
        .map(({ text }) => text)
        .join("\n"),
      /Paris/,
    );
    assert.equal(able.questions().filter(({ method }) => method === "elicitation/create").length, 1);
    await able.close();
    const unable = await connectClient(era, view, token, { capabilities: {} });
    const refused = await unable.call("trigger-elicitation-request").then(
      ({ isError, content }) => (isError ? content[0].text : "it was called"),
      ({ message }) => message,
    );
    assert.match(refused, /trigger-elicitation-request|elicitation/);
    assert.equal((await unable.call("echo", { message: "fine" })).content[0].text, "Echo: fine");
    await unable.close();
  }
});

test("a server that asks a question while listing tools gets an error", async () => {
  const answers = [];
  const server = await listen((request, response, body) => {
    if (request.method !== "POST") return response.writeHead(405).end();
    const { id, method, result, error } = JSON.parse(body);
    if (method === undefined) {
      answers.push(result ?? error);
      server.waiting.write(
        `data: ${JSON.stringify(answers.length === 1 ? { jsonrpc: "2.0", id: "q2", method: "elicitation/create", params: { message: "?", requestedSchema: { type: "object", properties: {} } } } : { jsonrpc: "2.0", id: server.listing, result: { tools: [{ name: "go" }] } })}\n\n`,
      );
      return response.writeHead(202).end();
    }
    if (id === undefined) return response.writeHead(202).end();
    if (method === "tools/list") {
      Object.assign(server, { waiting: response, listing: id });
      return response
        .writeHead(200, { "content-type": "text/event-stream" })
        .write('data: {"jsonrpc":"2.0","id":"q1","method":"roots/list"}\n\n');
    }
    const { capabilities } = JSON.parse(body).params ?? {};
    if (method === "initialize") server.capabilities = capabilities;
    const answered =
      method === "initialize"
        ? { result: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: {} } }
        : { error: { code: -32601, message: "no" } };
    response
      .writeHead(200, { "content-type": "application/json", "mcp-session-id": "s" })
      .end(JSON.stringify({ jsonrpc: "2.0", id, ...answered }));
  });
  opened(server);
  const { added } = await connect({ url: server.url });
  assert.deepEqual(added, ["go"]);
  assert.deepEqual(answers, [{ roots: [] }, { action: "cancel" }]);
  assert.deepEqual(Object.keys(server.capabilities).toSorted(), ["elicitation", "roots", "sampling"]);
});
