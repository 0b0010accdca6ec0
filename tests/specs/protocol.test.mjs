// The endpoint's own answers: envelopes, headers, sessions, credentials.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";
import { Wick, callTool, meta, modern, notesId, post, remember } from "../lib/wick.mjs";

let wick, token, id;
before(async () => {
  wick = await Wick.start();
  ({ token, id } = wick.token());
});
after(() => wick.stop());

const legacy = (method, params, headers) => post(wick, token, { jsonrpc: "2.0", id: 1, method, params }, headers);
const initialize = (version = "2025-11-25", bearer = token) =>
  post(wick, bearer, {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: version, capabilities: {}, clientInfo: { name: "raw", version: "3" } },
  });

test("discovery names versions, capabilities and a private cache", async () => {
  const { status, body } = await modern(wick, token, "server/discover");
  assert.equal(status, 200);
  assert.deepEqual(body.result.supportedVersions, [
    "2026-07-28",
    "2025-11-25",
    "2025-06-18",
    "2025-03-26",
    "2024-11-05",
  ]);
  assert.equal(body.result.cacheScope, "private");
  assert.equal(body.result.resultType, "complete");
  assert.ok(Number.isInteger(body.result.ttlMs));
});

test("a modern request whose headers and body disagree is a header mismatch", async () => {
  for (const headers of [
    { "mcp-method": "tools/list" },
    { "mcp-name": "other" },
    { "mcp-name": null },
    { "mcp-method": null },
    { "mcp-protocol-version": "2025-11-25" },
    { "mcp-protocol-version": null },
  ]) {
    const { status, body } = await modern(wick, token, "tools/call", { name: "notes__list" }, headers);
    assert.deepEqual([status, body.error.code], [400, -32020], JSON.stringify(headers));
  }
});

test("an unsupported version gets the list of supported ones, and an unknown method is 404", async () => {
  const version = "2999-01-01";
  const refused = await modern(
    wick,
    token,
    "tools/list",
    { _meta: { "io.modelcontextprotocol/protocolVersion": version } },
    { "mcp-protocol-version": version },
  );
  assert.deepEqual(
    [refused.status, refused.body.error.code, refused.body.error.data.requested],
    [400, -32022, version],
  );
  const unknown = await modern(wick, token, "resources/list");
  assert.deepEqual([unknown.status, unknown.body.error.code], [404, -32601]);
  const initialized = await modern(wick, token, "initialize");
  assert.deepEqual([initialized.status, initialized.body.error.code], [404, -32601]);
});

test("an envelope that is missing or ill-typed is invalid params", async () => {
  const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list" };
  for (const wrong of [
    undefined,
    { _meta: {} },
    { _meta: { ...meta, "io.modelcontextprotocol/clientCapabilities": 1 } },
    { _meta: { ...meta, "io.modelcontextprotocol/protocolVersion": 7 } },
  ]) {
    const { status, body } = await post(
      wick,
      token,
      { jsonrpc: "2.0", id: "x", method: "tools/list", params: wrong },
      headers,
    );
    assert.deepEqual([status, body.error.code, body.id], [400, -32602, "x"], JSON.stringify(wrong));
  }
});

test("media types, JSON and messages are checked in that order", async () => {
  assert.equal((await post(wick, token, "{}", { "content-type": "text/plain" })).status, 415);
  assert.equal((await post(wick, token, "{}", { accept: "text/html" })).status, 406);
  assert.equal((await post(wick, token, '{"a":')).body.error.code, -32700);
  assert.equal((await post(wick, token, "[]")).body.error.code, -32600);
  assert.equal((await post(wick, token, "7")).body.error.code, -32600);
  assert.equal((await post(wick, token, '"\xff"')).status, 400);
});

// fetch() cannot send a header twice.
const raw = (headers, body, route = "/mcp") =>
  new Promise((resolve, reject) => {
    const sent = [["Authorization", `Bearer ${token}`], ["Content-Type", "application/json"], ...headers].flat();
    http
      .request(
        `${wick.url}${route}`,
        {
          method: "POST",
          headers: [...sent, "Content-Length", Buffer.byteLength(body), "Host", `127.0.0.1:${wick.port}`],
        },
        async (response) => {
          let text = "";
          for await (const chunk of response) text += chunk;
          resolve({ status: response.statusCode, type: response.headers["content-type"], text });
        },
      )
      .on("error", reject)
      .end(body);
  });

test("a client gets JSON or an event stream, whichever its Accept allows, in any form of that header", async () => {
  const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    pong = { jsonrpc: "2.0", id: 1, result: {} };
  for (const accept of [
    ["application/json"],
    [],
    ["*/*"],
    ["*"],
    ["*;q=.2, text/html"],
    ["Application/JSON;q=0.9, text/*;q=0.1"],
    ["application/json", "text/event-stream"],
    ["application/json, text/event-stream;q=0"],
  ]) {
    const { status, type, text } = await raw(
      accept.map((value) => ["Accept", value]),
      ping,
    );
    assert.deepEqual([status, type, JSON.parse(text)], [200, "application/json", pong], accept.join(" | "));
  }
  for (const accept of ["text/event-stream", "text/event-stream, application/json;q=0"]) {
    const { status, type, text } = await raw([["Accept", accept]], ping);
    assert.deepEqual([status, type], [200, "text/event-stream"]);
    assert.match(text, /^event: message\ndata: /);
    assert.deepEqual(JSON.parse(text.split("data: ")[1]), pong);
  }
  for (const accept of ["text/html", "application/json;q=0"])
    assert.equal((await raw([["Accept", accept]], ping)).status, 406, accept);
});

test("a client that accepts no event stream gets an error where one is needed, and no progress", async () => {
  const listen = await modern(
    wick,
    token,
    "subscriptions/listen",
    { notifications: { toolsListChanged: true } },
    { accept: "application/json" },
  );
  assert.deepEqual([listen.status, listen.body.id], [406, 1]);
  const call = { tool_id: `conn:${notesId}/list`, arguments: {} };
  const { status, headers, body } = await modern(
    wick,
    token,
    "tools/call",
    { name: "wick_execute", arguments: { calls: [call, call] }, _meta: { progressToken: 1 } },
    { accept: "application/json" },
  );
  assert.deepEqual(
    [status, headers.get("content-type"), body.result.structuredContent.results.length],
    [200, "application/json", 2],
  );
});

test("members that are null or empty count as left out", async () => {
  for (const params of [null, [], { cursor: null }, { _meta: null }]) {
    const { status, body } = await legacy("tools/list", params);
    assert.deepEqual([status, Array.isArray(body.result?.tools)], [200, true], JSON.stringify(params));
  }
  const { body } = await legacy("tools/call", { name: "notes__list", arguments: null });
  assert.equal(body.result.isError ?? false, false);
  assert.equal((await legacy("tools/list", [1])).body.error.code, -32600);
});

test("a version and a session without a value count as left out", async () => {
  for (const headers of [
    { "mcp-protocol-version": "" },
    { "mcp-session-id": "" },
    { "mcp-protocol-version": " ", "mcp-session-id": "" },
  ])
    assert.deepEqual((await legacy("ping", undefined, headers)).body.result, {}, JSON.stringify(headers));
});

test("an id that is a whole number comes back as that number, however it is written", async () => {
  for (const [written, id] of [
    ["1.0", 1],
    ["1e2", 100],
    ["-7", -7],
    ["9007199254740991", 9007199254740991],
    ['"1.0"', "1.0"],
  ]) {
    const { status, text } = await raw([], `{"jsonrpc":"2.0","id":${written},"method":"ping"}`);
    assert.deepEqual([status, JSON.parse(text).id], [200, id], written);
  }
  for (const wrong of ["1.5", "1e300", "null", "true", "[1]"])
    assert.equal((await raw([], `{"jsonrpc":"2.0","id":${wrong},"method":"ping"}`)).status, 400, wrong);
});

test("every legacy revision can be agreed on, and a foreign one gets the newest", async () => {
  for (const version of ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]) {
    const { body, headers } = await initialize(version);
    assert.equal(body.result.protocolVersion, version);
    assert.match(headers.get("mcp-session-id"), /^[\x21-\x7e]+$/);
  }
  assert.equal((await initialize("2024-10-07")).body.result.protocolVersion, "2025-11-25");
});

test("a session ends with DELETE, is of one user, and cannot be made up", async () => {
  const session = (await initialize()).headers.get("mcp-session-id");
  const headers = { "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" };
  assert.deepEqual((await legacy("ping", undefined, headers)).body.result, {});
  assert.equal((await post(wick, token, { jsonrpc: "2.0", method: "notifications/initialized" }, headers)).status, 202);
  wick.createUser("eve@example.com", "Eve");
  const eve = wick.token("eve@example.com").token;
  assert.equal((await post(wick, eve, { jsonrpc: "2.0", id: 1, method: "ping" }, headers)).status, 404);
  assert.equal((await legacy("ping", undefined, { "mcp-session-id": `${session.slice(0, -2)}AA` })).status, 404);
  const end = () =>
    fetch(`${wick.url}/mcp`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}`, "mcp-session-id": session },
    });
  assert.equal((await end()).status, 204);
  assert.equal((await end()).status, 404);
  assert.equal((await legacy("ping", undefined, headers)).status, 404);
});

test("the run of a legacy call names the client of its session", async () => {
  const session = (await initialize()).headers.get("mcp-session-id");
  await legacy("tools/call", { name: "notes__list", arguments: { limit: 7 } }, { "mcp-session-id": session });
  const runs = (await (await wick.signIn()).get("/runs?limit=1")).body.items;
  assert.deepEqual(
    [runs[0].client_name, runs[0].client_version, runs[0].operation, runs[0].credential.id],
    ["raw", "3", "list", id],
  );
});

test("a batch of 2025-03-26 is answered as a batch, and an unknown legacy method at 200", async () => {
  const { body } = await post(wick, token, [
    { jsonrpc: "2.0", id: 1, method: "ping" },
    { jsonrpc: "2.0", method: "notifications/x" },
    { jsonrpc: "2.0", id: "b", method: "nope" },
  ]);
  assert.deepEqual(
    body.map((one) => [one.id, one.error?.code]),
    [
      [1, undefined],
      ["b", -32601],
    ],
  );
  assert.equal((await legacy("ping", undefined, { "mcp-protocol-version": "1999-01-01" })).status, 400);
});

test("GET without a session is 405, and discovery that is not offered is a real 404", async () => {
  const get = (route) =>
    fetch(wick.url + route, { headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" } });
  assert.equal((await get("/mcp")).status, 405);
  for (const name of ["openid-configuration", "oauth-authorization-server/mcp", "oauth-protected-resource/other"]) {
    assert.equal((await get(`/.well-known/${name}`)).status, 404);
  }
});

test("a foreign Host or Origin is refused", async () => {
  const ask = (headers) =>
    new Promise((resolve, reject) => {
      http
        .request(
          `${wick.url}/mcp`,
          {
            method: "POST",
            headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
          },
          (response) => resolve(response.resume().statusCode),
        )
        .on("error", reject)
        .end('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    });
  assert.equal(await ask({}), 200);
  assert.equal(await ask({ host: "evil.example.com", origin: "http://evil.example.com" }), 403);
  assert.equal(await ask({ origin: "http://evil.example.com" }), 403);
  assert.equal(await ask({ host: `localhost:${wick.port}`, origin: `http://localhost:${wick.port}` }), 200);
});

test("every bad credential gets the same 401, and a missing one names no error", async () => {
  const revoked = wick.token("ann@example.com", [], "gone");
  wick.cli(["token", "revoke", revoked.id]);
  wick.createUser("off@example.com", "Off");
  const off = wick.token("off@example.com").token;
  wick.cli(["user", "deactivate", "off@example.com"]);
  const answers = [];
  for (const bad of [
    "wick_pat_short",
    `wick_pat_${"0".repeat(32)}`,
    `wick_pat_${"Z".repeat(32)}`,
    "x",
    revoked.token,
    off,
    `${token} `.trim() + "0",
  ]) {
    const { status, text, headers } = await modern(wick, bad, "server/discover");
    answers.push(JSON.stringify([status, text, headers.get("www-authenticate")]));
  }
  assert.equal(new Set(answers).size, 1, answers.join("\n"));
  assert.match(answers[0], /^\[401,/);
  assert.match(answers[0], /Bearer error=\\"invalid_token\\", resource_metadata=\\"http/);
  const missing = await modern(wick, null, "server/discover");
  assert.equal(missing.status, 401);
  assert.doesNotMatch(missing.headers.get("www-authenticate"), /error=/);
});

test("a token in the query string is refused, whatever else is sent", async () => {
  for (const query of [`access_token=${token}`, `t=${token}`]) {
    const response = await fetch(`${wick.url}/mcp?${query}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: "{}",
    });
    assert.equal(response.status, 400);
  }
});

test("a listen stream ends within a second of the revocation", async () => {
  const made = wick.token("ann@example.com", [], "listener");
  remember("secrets", made.token);
  const response = await fetch(`${wick.url}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${made.token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "subscriptions/listen",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: "listen:0",
      method: "subscriptions/listen",
      params: { notifications: { toolsListChanged: true }, _meta: meta },
    }),
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  assert.match(value, /acknowledged/);
  assert.match(value, /"io.modelcontextprotocol\/subscriptionId":"listen:0"/);
  wick.cli(["token", "revoke", made.id]);
  const revoked = Date.now();
  while (!(await reader.read()).done);
  assert.ok(Date.now() - revoked < 10_000);
});

test("a credential has a bounded number of streams", async () => {
  const { token: own } = wick.token("ann@example.com", [], "many streams");
  const ask = (abort) =>
    fetch(`${wick.url}/mcp`, {
      method: "POST",
      signal: abort.signal,
      headers: {
        authorization: `Bearer ${own}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
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
  const abort = new AbortController();
  const open = await Promise.all(Array.from({ length: 16 }, () => ask(abort)));
  assert.ok(open.every((response) => response.headers.get("content-type") === "text/event-stream"));
  const more = await ask(abort);
  assert.equal((await more.json()).error.code, -32603);
  abort.abort();
});

test("a denied call is on record, and says no more than an unknown one", async () => {
  const denied = await callTool(wick, token, "notes__delete", { id: "x" });
  const unknown = await callTool(wick, token, "no__such", {});
  assert.deepEqual(denied.body.error, unknown.body.error);
  const { items } = (await (await wick.signIn()).get("/runs?status=denied")).body;
  assert.deepEqual(
    items.slice(0, 2).map((run) => run.operation),
    ["no__such", "notes__delete"],
  );
  assert.ok(notesId);
});
