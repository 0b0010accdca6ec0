// Open files: a server that may have few of them, and clients that want them all.
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import { after, test } from "node:test";
import { Session, Wick, callTool, meta, until } from "../lib/wick.mjs";

const wicks = [],
  sockets = [];
const start = async (files, ...settings) => {
  const wick = await Wick.start({
    through: ["prlimit", `--nofile=${files}`],
    args: settings.flatMap((each) => ["--set", each]),
  });
  wicks.push(wick);
  return wick;
};
after(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(wicks.map((wick) => wick.stop()));
});

/** So many connections that send `bytes` and then nothing, opened again whenever the server closes one, at most `again` times. */
async function crowd(wick, count, bytes = "", again = 0) {
  await Promise.all(
    Array.from({ length: count }, async () => {
      let left = again;
      const open = () => {
        const socket = net.connect(wick.port, "127.0.0.1").on("error", () => {});
        sockets.push(socket);
        if (bytes) socket.write(bytes);
        socket.on("close", () => left-- > 0 && open());
        return socket;
      };
      await once(open(), "connect");
    }),
  );
}
/** One request on a connection of `agent`. */
async function ask(wick, agent, { method = "GET", path = "/healthz", headers = {}, body } = {}) {
  const request = http.request({ host: "127.0.0.1", port: wick.port, method, path, agent, headers });
  request.end(body);
  const [response] = await once(request, "response");
  let text = "";
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, text, socket: request.socket };
}
const isAlive = (wick) => assert.equal(wick.process.exitCode, null, wick.errors);

test("at a limit of 256 files, 300 idle connections and 12 busy clients do not lock out anybody", async () => {
  const wick = await start(256);
  await until(() => /limits\.max_connections is \d+ instead of 20000.*LimitNOFILE=/.test(wick.errors));
  const admin = await wick.signIn();
  const made = wick.token();
  await crowd(wick, 300);
  const agents = Array.from({ length: 12 }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
  let done = false;
  const statuses = new Set();
  // Each asks for a session that does not exist: a read of the database.
  const clients = agents.map(async (agent, i) => {
    while (!done)
      statuses.add(
        (
          await ask(wick, agent, {
            path: "/api/v1/session",
            headers: { cookie: `wick_session=${String(i % 10).repeat(64)}` },
          })
        ).status,
      );
  });
  for (let i = 0; i < 20; ++i) {
    assert.equal((await callTool(wick, made.token, "notes__list")).status, 200);
    assert.equal((await admin.patch("/me", { name: `Ann ${i}` })).status, 200);
  }
  const second = wick.token("ann@example.com", [], "second");
  assert.equal((await admin.delete(`/tokens/${second.id}`)).status, 204);
  assert.equal((await callTool(wick, second.token, "notes__list")).status, 401);
  const { code, stderr } = await wick.cliLater(["token", "revoke", made.id]);
  assert.equal(code, 0, stderr);
  assert.equal((await callTool(wick, made.token, "notes__list")).status, 401);
  done = true;
  await Promise.all(clients);
  assert.deepEqual([...statuses], [401]);
  for (const agent of agents) agent.destroy();
  isAlive(wick);
});

test("a client that keeps calling keeps its connection while idle ones come and go", async () => {
  const wick = await start(256);
  const { token } = wick.token();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const call = () =>
    ask(wick, agent, {
      method: "POST",
      path: "/mcp",
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "notes__list", arguments: {} },
      }),
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
    });
  const { socket } = await call();
  for (let i = 0; i < 5; ++i) {
    await crowd(wick, 100);
    const answer = await call();
    assert.deepEqual([answer.status, answer.socket === socket], [200, true]);
  }
  agent.destroy();
  isAlive(wick);
});

test("clients that never finish their request keep nobody out", async () => {
  const wick = await start(256);
  const { token } = wick.token();
  await crowd(wick, 300, "POST /mcp HTTP/1.1\r\nHost: localhost\r\n", 3);
  // Turned away for as long as all others may still be honest, and no longer: without this, for 15 seconds.
  await until(async () => (await callTool(wick, token, "notes__list").catch(() => undefined))?.status === 200, 10);
  isAlive(wick);
});

test("the soft limit of open files is raised to what the connections need", async () => {
  const wick = await start("256:4096", "limits.max_connections=500");
  assert.match(fs.readFileSync(`/proc/${wick.process.pid}/limits`, "utf8"), /Max open files +1916 +4096/);
  assert.doesNotMatch(wick.errors, /max_connections/);
  const lowered = await start("256:1024");
  assert.match(fs.readFileSync(`/proc/${lowered.process.pid}/limits`, "utf8"), /Max open files +1024 +1024/);
  await until(() => lowered.errors.includes("limits.max_connections is 648 instead of 20000"));
});

test("one address gets its share of the connections, and a trusted proxy as many as there are", async () => {
  const settings = ["limits.connections_per_address=3", "server.trusted_proxies=127.0.0.2"];
  const wick = await start(1024, ...settings);
  const { token } = wick.token();
  const listen = async (localAddress) => {
    const request = http
      .request({
        host: "127.0.0.1",
        port: wick.port,
        localAddress,
        method: "POST",
        path: "/mcp",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": "subscriptions/listen",
        },
      })
      .on("error", () => {});
    request.end(
      JSON.stringify({
        jsonrpc: "2.0",
        id: "listen:0",
        method: "subscriptions/listen",
        params: { notifications: { toolsListChanged: true }, _meta: meta },
      }),
    );
    // A refusal may be overtaken by the end of the connection.
    const [response] = await once(request, "response").catch(() => [{ statusCode: 503 }]);
    sockets.push(request.socket);
    return response.statusCode;
  };
  const statuses = async (from, count) => {
    const all = [];
    for (let i = 0; i < count; ++i) all.push(await listen(from));
    return all;
  };
  assert.deepEqual(await statuses("127.0.0.3", 4), [200, 200, 200, 503], "streams do not give way");
  assert.deepEqual(await statuses("127.0.0.4", 1), [200]);
  assert.deepEqual(await statuses("127.0.0.2", 5), [200, 200, 200, 200, 200]);
  assert.equal((await new Session(wick).get("/instance")).status, 200);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await listen("127.0.0.3")) === 200);
});
