// What Wick remembers of connected MCP servers across its restart: which of them are of an earlier revision, so that those
// that are silent or end at a first message of 2026-07-28 are not asked it again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { listen, modernServer } from "../lib/upstream.mjs";
import { sseServer } from "../lib/sse-server.mjs";
import { commandOf, newLog } from "../lib/stdio-servers.mjs";
import { Wick, callTool } from "../lib/wick.mjs";

let wick, admin, token;
const open = [];
before(async () => {
  wick = await Wick.start({ args: ["--set", "connectors.commands_from_web=true"] });
  admin = await wick.signIn();
  token = wick.token("ann@example.com", ["--tools", "direct"]).token;
});
after(async () => {
  for (const server of open) await server.close();
  await wick.stop();
});

async function restart() {
  await wick.stop();
  await wick.launch(wick.args);
}

async function connect(label, config) {
  const { status, body, text } = await admin.post("/admin/connectors", {
    kind: "mcp",
    label,
    config: config.url ? { allow_private_addresses: true, timeout_seconds: 20, ...config } : config,
  });
  assert.equal(status, 201, text);
  const refresh = async () => assert.equal((await admin.post(`/admin/connectors/${body.id}/refresh`, {})).status, 200);
  await refresh();
  const call = async (tool = "go", args = {}) => {
    const answer = (await callTool(wick, token, `${label.toLowerCase()}__${tool}`, args)).body;
    return answer.result?.content[0].text ?? JSON.stringify(answer);
  };
  return { id: body.id, refresh, call };
}

// A server of an earlier revision over HTTP, by hand; `probe` takes server/discover over.
async function legacy(probe) {
  const server = await listen((request, response, body) => {
    if (request.method !== "POST") return response.writeHead(405).end();
    const { id, method } = JSON.parse(body);
    if (id === undefined) return response.writeHead(202).end();
    if (server.becomes) return server.becomes(response, id, method);
    if (method === "server/discover") return probe(response);
    const results = {
      initialize: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: {} },
      "tools/list": { tools: [{ name: "go", inputSchema: { type: "object" } }] },
      "tools/call": { content: [{ type: "text", text: "went" }] },
    };
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ jsonrpc: "2.0", id, result: results[method] ?? {} }));
  });
  open.push(server);
  return server;
}
const probes = (server) => server.methods().filter((method) => method === "server/discover").length;

test("after a restart, legacy servers are not probed again until an admin refreshes", async () => {
  const silent = await legacy(() => {});
  const log = newLog();
  const old = await sseServer({
    define: (server) => server.registerTool("go", {}, async () => ({ content: [{ type: "text", text: "went" }] })),
  });
  open.push(old);
  const overHttp = await connect("Silent", { url: silent.url, timeout_seconds: 4 });
  const program = await connect("Program", { command: commandOf("legacy", "--strict", "end", "--log", log.file) });
  const overSse = await connect("Old", { url: old.url });
  const posts = () => old.asked.filter(({ method, url }) => method === "POST" && url === "/sse").length;
  assert.deepEqual([probes(silent), log.heard("server/discover").length, posts()], [1, 1, 2]);
  for (let life = 0; life < 2; ++life) {
    await restart();
    assert.equal(await overHttp.call(), "went");
    assert.equal(await program.call("echo", { text: "there" }), "echo: there");
    assert.equal(await overSse.call(), "went");
    assert.deepEqual([probes(silent), log.heard("server/discover").length, posts()], [1, 1, 2]);
  }
  await restart();
  await overHttp.refresh();
  assert.equal(probes(silent), 2, "also when nothing has been asked since the restart");
  silent.close();
});

test("a server that is of 2026-07-28 by now is found out at once after a restart, and noted", async () => {
  const server = await legacy((response) => response.writeHead(400).end());
  const { call } = await connect("Upgraded", { url: server.url });
  assert.equal(probes(server), 1);
  const results = {
    "server/discover": { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } },
    "tools/call": { content: [{ type: "text", text: "modern" }] },
  };
  server.becomes = (response, id, method) =>
    response.writeHead(method === "initialize" ? 400 : 200, { "content-type": "application/json" }).end(
      JSON.stringify({
        jsonrpc: "2.0",
        id,
        ...(method === "initialize"
          ? {
              error: {
                code: -32022,
                message: "Unsupported protocol version",
                data: { supported: ["2026-07-28"], requested: "2025-11-25" },
              },
            }
          : { result: results[method] ?? {} }),
      }),
    );
  await restart();
  assert.equal(await call(), "modern", "the very first call");
  const initialized = () => server.methods().filter((method) => method === "initialize").length;
  const before = initialized();
  await restart();
  assert.equal(await call(), "modern");
  assert.equal(initialized(), before, "it is not greeted in vain");
});

test("a changed URL is probed again, and a server of both eras is used in the newer one", async () => {
  const server = await legacy((response) => response.writeHead(400).end());
  const { id, call } = await connect("Moves", { url: server.url });
  const newer = await modernServer();
  open.push(newer);
  await admin.patch(`/admin/connectors/${id}`, { config: { url: newer.url, allow_private_addresses: true } });
  await restart();
  await call();
  assert.deepEqual(
    newer.methods().filter((method) => method === "server/discover" || method === "initialize"),
    ["server/discover"],
  );
});
