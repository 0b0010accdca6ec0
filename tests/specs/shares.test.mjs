// Nobody takes more than a share: one member does all that he can, and the calls of the others run as before.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, test } from "node:test";
import { Wick, callTool, meta, post, until } from "../lib/wick.mjs";

const rows = Array.from({ length: 6000 }, (_, id) => ({ id, name: `row ${id}`, text: "x".repeat(100) }));
let wick, admin, alice, bob, carol, upstream, base;

// Requests that wait until the test lets them go, by their path.
const waiting = new Map();
const news = { arrived: [], closed: [] };
const count = (path) => waiting.get(path)?.size ?? 0;
function tell(what, path) {
  for (const one of news[what].filter((each) => each.path === path)) one.tell();
}
// Until `many` requests for the path are at the system; or until one of them was closed by Wick.
async function arrived(path, many) {
  while (count(path) < many) await new Promise((resolve) => news.arrived.push({ path, tell: resolve }));
}
const closed = (path) => new Promise((resolve) => news.closed.push({ path, tell: resolve }));
function letGo(path) {
  for (const response of waiting.get(path) ?? []) response.end('{"done":true}');
}

before(async () => {
  upstream = http
    .createServer((request, response) => {
      const path = request.url.split("?")[0];
      if (path === "/large")
        return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(rows));
      if (path === "/quick")
        return response.writeHead(200, { "content-type": "application/json" }).end('{"quick":true}');
      response.writeHead(200, { "content-type": "application/json" });
      if (!waiting.has(path)) waiting.set(path, new Set());
      waiting.get(path).add(response);
      response.on("close", () => {
        waiting.get(path).delete(response);
        if (!response.writableEnded) tell("closed", path);
      });
      tell("arrived", path);
    })
    .listen(0, "127.0.0.1");
  await once(upstream, "listening");
  base = `http://127.0.0.1:${upstream.address().port}`;
  wick = await Wick.start({
    args: [
      "--set",
      "limits.outgoing_per_user=3",
      "--set",
      "limits.outgoing_per_connector=4",
      "--set",
      "limits.streams_per_user=3",
    ],
  });
  for (const name of ["alice", "bob", "carol"]) wick.createUser(`${name}@example.com`, name);
  [alice, bob, carol] = ["alice", "bob", "carol"].map((name) => wick.token(`${name}@example.com`).token);
  admin = await wick.signIn();
  for (const label of ["Slow", "Other"]) {
    const made = await admin.post("/admin/connectors", {
      kind: "rest",
      label,
      description: label,
      tags: [],
      config: { base_url: base, allow_private_addresses: true, timeout_seconds: 60 },
    });
    assert.equal(made.status, 201, made.text);
    for (const key of ["quick", "slow", "share", "connector", "gone", "old", "batch", "page", "large"]) {
      const added = await admin.post(`/admin/connectors/${made.body.id}/operations`, {
        key,
        name: key,
        description: key,
        rest: { method: "GET", path: `/${key}`, ...(key === "large" ? { max_text_bytes: 2_000_000 } : {}) },
        input_schema: { type: "object", properties: {} },
        read_only: true,
      });
      assert.equal(added.status, 201, added.text);
    }
    if (label === "Slow") wick.slow = made.body.id;
  }
});
after(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await wick.stop();
});

const result = (answer) => answer.body.result;
const failed = (answer, words) => {
  assert.equal(result(answer).isError, true, answer.text);
  assert.match(result(answer).content[0].text, words);
};
const fine = (answer) => assert.equal(result(answer)?.isError, undefined, answer.text);
const lastRun = async (status) => (await admin.get(`/runs?limit=1&status=${status}`)).body.items[0];

test("a member who takes all outgoing requests he may gets an error that says so, and others are served", async () => {
  const calls = [1, 2, 3].map(() => callTool(wick, alice, "slow__share"));
  await arrived("/share", 3);
  const refused = await callTool(wick, alice, "other__quick");
  failed(
    refused,
    /3 requests to connected systems in progress, which is the limit for one user \(limits\.outgoing_per_user\)/,
  );
  const run = await lastRun("rate_limited");
  assert.equal(run.operation, "quick");
  fine(await callTool(wick, bob, "slow__quick"));
  fine(await callTool(wick, bob, "other__quick"));
  letGo("/share");
  (await Promise.all(calls)).forEach(fine);
  fine(await callTool(wick, alice, "other__quick"));
});

test("the calls to one connector leave room for those to another", async () => {
  const calls = [alice, alice, bob, bob].map((token) => callTool(wick, token, "slow__connector"));
  await arrived("/connector", 4);
  failed(await callTool(wick, carol, "slow__quick"), /the limit for one connector \(limits\.outgoing_per_connector\)/);
  fine(await callTool(wick, carol, "other__quick"));
  letGo("/connector");
  (await Promise.all(calls)).forEach(fine);
  const { body } = await admin.get("/connectors");
  assert.deepEqual(
    body.items.filter(({ health }) => health === "failing"),
    [],
    "a share that is used up says nothing of the system",
  );
});

// A call whose client closes its connection once the system has the request.
async function abandoned(path, begin) {
  const leaving = new AbortController();
  const gone = closed(path);
  const answer = begin(leaving.signal).then(
    () => assert.fail("it was answered"),
    () => {},
  );
  await arrived(path, 1);
  leaving.abort();
  await answer;
  await gone;
}
const fetchCall = (token, body, headers) => (signal) =>
  fetch(`${wick.url}/mcp`, {
    method: "POST",
    signal,
    body: JSON.stringify(body),
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${token}`,
      ...headers,
    },
  });
const cancelledRun = (operation) =>
  until(async () => (await lastRun("cancelled"))?.operation === operation, 10, `no cancelled run of ${operation}`);

for (const [era, key, call] of [
  [
    "2026-07-28",
    "gone",
    (token) =>
      fetchCall(
        token,
        { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "slow__gone", arguments: {}, _meta: meta } },
        { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "slow__gone" },
      ),
  ],
  [
    "2025-11-25",
    "old",
    (token) =>
      fetchCall(
        token,
        { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "slow__old", arguments: {} } },
        {},
      ),
  ],
]) {
  test(`a REST call of ${era} is cancelled when its client has gone, and its share is free`, async () => {
    for (let i = 0; i < 4; ++i) await abandoned(`/${key}`, call(alice));
    await cancelledRun(key);
    fine(await callTool(wick, alice, "slow__quick"));
  });
}

test("a call is cancelled when its legacy client cancels it", async () => {
  const gone = closed("/old");
  const body = { jsonrpc: "2.0", id: 77, method: "tools/call", params: { name: "slow__old", arguments: {} } };
  const answer = post(wick, alice, body);
  await arrived("/old", 1);
  assert.equal(
    (await post(wick, alice, { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 77 } })).status,
    202,
  );
  await gone;
  assert.doesNotMatch((await answer).text, /"result"/);
});

const pad = "x".repeat(200_000);

test("a large request is answered, streamed and cancelled like a small one", async () => {
  fine(await callTool(wick, alice, "slow__quick", { pad }));
  await abandoned(
    "/gone",
    fetchCall(
      alice,
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "slow__gone", arguments: { pad }, _meta: meta } },
      { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "slow__gone" },
    ),
  );
  await cancelledRun("gone");
  const calls = [1, 2, 3].map(() => ({ tool_id: `conn:${wick.slow}/quick`, arguments: { pad } }));
  const streamed = await fetchCall(
    alice,
    {
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "wick_execute", arguments: { calls }, _meta: { ...meta, progressToken: 7 } },
    },
    { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "wick_execute" },
  )();
  const events = [...(await streamed.text()).matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data));
  assert.deepEqual(
    events.map(({ method, params }) => [method, params?.progress]),
    [
      ["notifications/progress", 1],
      ["notifications/progress", 2],
      ["notifications/progress", 3],
      [undefined, undefined],
    ],
  );
  assert.equal(events.at(-1).result.structuredContent.results.length, 3);
});

test("a large response comes whole and is on record", async () => {
  const answer = await callTool(wick, alice, "other__large");
  assert.deepEqual(result(answer).structuredContent ?? JSON.parse(result(answer).content[0].text), rows);
  const run = (await admin.get("/runs?limit=1")).body.items[0];
  assert.deepEqual([run.operation, run.status], ["large", "ok"]);
});

test("a batch ends with the call that was under way when its client went", async () => {
  const calls = [1, 2].map(() => ({ tool_id: `conn:${wick.slow}/batch`, arguments: {} }));
  const before = (await admin.get("/runs?limit=200")).body.items.filter(
    ({ operation }) => operation === "batch",
  ).length;
  await abandoned(
    "/batch",
    fetchCall(
      alice,
      {
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "wick_execute", arguments: { calls }, _meta: meta },
      },
      { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "wick_execute" },
    ),
  );
  await cancelledRun("batch");
  fine(await callTool(wick, alice, "slow__quick"));
  const after = (await admin.get("/runs?limit=200")).body.items.filter(({ operation }) => operation === "batch").length;
  assert.equal(after - before, 1, "the second was not begun");
});

test("a test run is cancelled when its page is closed", async () => {
  await abandoned("/page", (signal) =>
    fetch(`${wick.url}/api/v1/connectors/${wick.slow}/operations/page/run`, {
      method: "POST",
      signal,
      body: '{"arguments":{}}',
      headers: { "content-type": "application/json", origin: wick.url, cookie: admin.cookie },
    }),
  );
  await cancelledRun("page");
});

test("the event streams of one user are bounded over all credentials, and others have theirs", async () => {
  const controllers = [];
  const listen = async (token) => {
    const controller = new AbortController();
    controllers.push(controller);
    const response = await fetch(`${wick.url}/mcp`, {
      method: "POST",
      signal: controller.signal,
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        authorization: `Bearer ${token}`,
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "subscriptions/listen",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "subscriptions/listen",
        params: { notifications: { toolsListChanged: true }, _meta: meta },
      }),
    });
    return response.headers.get("content-type").startsWith("text/event-stream") ? null : response.json();
  };
  const second = wick.token("alice@example.com", [], "second").token;
  assert.deepEqual([await listen(alice), await listen(alice), await listen(second)], [null, null, null]);
  assert.match(
    (await listen(second)).error.message,
    /3 event streams in progress, which is the limit for one user \(limits\.streams_per_user\)/,
  );
  assert.equal(await listen(bob), null);
  for (const controller of controllers) controller.abort();
  await until(async () => (await listen(alice)) === null);
  controllers.at(-1).abort();
});

test("searches of one member wait for each other, and neither the others nor a sign-in wait for them", async () => {
  const body = "x".repeat(60_000);
  for (let i = 0; i < 60; ++i) fine(await callTool(wick, alice, "notes__create", { title: `note ${i}`, body }));
  const searches = Array.from({ length: 6 }, () => callTool(wick, alice, "notes__search", { query: "absent" }));
  fine(await callTool(wick, bob, "notes__create", { title: "mine" }));
  const authorize = await fetch(`${wick.url}/oauth/authorize?client_id=x`, { redirect: "manual" });
  assert.equal(authorize.status, 303);
  const found = await callTool(wick, bob, "notes__search", { query: "MINE" });
  assert.equal(result(found).structuredContent.notes.length, 1);
  for (const answer of await Promise.all(searches))
    assert.equal(result(answer).structuredContent?.notes.length, 0, answer.text);
  assert.equal(
    result(await callTool(wick, alice, "notes__search", { query: "NOTE 5", limit: 3 })).structuredContent.notes.length,
    3,
  );
});

test("a member has a limited number of concurrent calls", async () => {
  await wick.stop();
  await wick.launch(["--set", "limits.calls_per_user=2"]);
  const calls = [1, 2].map(() => callTool(wick, alice, "slow__slow"));
  await arrived("/slow", 2);
  failed(
    await callTool(wick, alice, "notes__list"),
    /2 calls in progress, which is the limit for one user \(limits\.calls_per_user\)/,
  );
  fine(await callTool(wick, bob, "notes__list"));
  letGo("/slow");
  (await Promise.all(calls)).forEach(fine);
  fine(await callTool(wick, alice, "notes__list"));
});
