// Scripts of other pages (CORS): the origins that an operator allows may call /mcp, in a real browser too, and nobody else.
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../lib/browser.mjs";
import { Wick, meta, run } from "../lib/wick.mjs";

let wick, closed, token, page, allowed;
before(async () => {
  page = http
    .createServer((_, response) =>
      response.setHeader("content-type", "text/html").end("<!doctype html><title>client</title>"),
    )
    .listen(0, "127.0.0.1");
  await once(page, "listening");
  allowed = `http://localhost:${page.address().port}`;
  wick = await Wick.start({
    args: ["--set", `server.cors_origins=${allowed.toUpperCase()}, https://App.example.com:443`],
  });
  closed = await Wick.start();
  token = wick.token().token;
});
after(async () => {
  page.close();
  await wick.stop();
  await closed.stop();
});

const preflight = (server, origin, route = "/mcp", more = {}) =>
  fetch(server.url + route, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,mcp-protocol-version,mcp-session-id",
      ...more,
    },
  });
const post = (server, origin, { route = "/mcp", bearer, body = '{"jsonrpc":"2.0","id":1,"method":"ping"}' } = {}) =>
  fetch(server.url + route, {
    method: "POST",
    body,
    headers: {
      ...(origin && { origin }),
      "content-type": "application/json",
      ...(bearer && { authorization: `Bearer ${bearer}` }),
    },
  });
const allows = ({ headers }) => headers.get("access-control-allow-origin");

test("a preflight of an allowed origin names what MCP clients send, and nothing with cookies", async () => {
  for (const route of ["/mcp", "/mcp/", "/mcp/c/notes", "/mcp/c/notes/"]) {
    for (const origin of [allowed, "https://app.example.com"]) {
      const answer = await preflight(wick, origin, route);
      assert.deepEqual([answer.status, allows(answer), answer.headers.get("vary")], [204, origin, "Origin"]);
      for (const method of ["POST", "GET", "DELETE"])
        assert.ok(answer.headers.get("access-control-allow-methods").includes(method));
      for (const name of [
        "authorization",
        "content-type",
        "accept",
        "mcp-session-id",
        "mcp-protocol-version",
        "mcp-method",
        "mcp-name",
        "last-event-id",
      ])
        assert.ok(answer.headers.get("access-control-allow-headers").toLowerCase().split(", ").includes(name), name);
      assert.ok(Number(answer.headers.get("access-control-max-age")) > 0);
      assert.equal(answer.headers.get("access-control-allow-credentials"), null);
    }
  }
});

test("headers that mirror arguments are allowed, and other headers are not repeated", async () => {
  const answer = await preflight(wick, allowed, "/mcp", {
    "access-control-request-headers": "Mcp-Param-Region,x-evil,mcp-param-,mcp-param-a b,mcp-param-b:c",
  });
  const names = answer.headers.get("access-control-allow-headers").split(", ");
  assert.ok(names.includes("Mcp-Param-Region"));
  for (const name of ["x-evil", "mcp-param-", "mcp-param-a b", "mcp-param-b:c"]) assert.ok(!names.includes(name), name);
});

test("every response to an allowed origin can be read: results, refusals, streams", async () => {
  const ok = await post(wick, allowed, { bearer: token });
  assert.deepEqual([ok.status, allows(ok)], [200, allowed]);
  for (const name of ["mcp-session-id", "www-authenticate", "mcp-protocol-version"])
    assert.ok(ok.headers.get("access-control-expose-headers").toLowerCase().includes(name));
  for (const [status, options] of [
    [401, {}],
    [401, { bearer: "wick_pat_bad" }],
    [404, { route: "/mcp/c/no_such", bearer: token }],
    [413, { body: "x".repeat(5_000_000), bearer: token }],
  ]) {
    const refused = await post(wick, allowed, options);
    assert.deepEqual([refused.status, allows(refused)], [status, allowed], JSON.stringify(options).slice(0, 80));
  }
  const abort = new AbortController();
  const stream = await fetch(`${wick.url}/mcp`, {
    method: "POST",
    signal: abort.signal,
    headers: {
      origin: allowed,
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
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
  assert.deepEqual([stream.headers.get("content-type"), allows(stream)], ["text/event-stream", allowed]);
  abort.abort();
});

test("other origins get nothing, however near they are, and requests without an origin are as before", async () => {
  const port = page.address().port;
  const others = [
    "null",
    "https://evil.example",
    `https://localhost:${port}`,
    `http://localhost:${port}0`,
    "http://localhost",
    `http://localhost:${port}.evil.example`,
    `http://127.0.0.1:${port}`,
    "https://app.example.com.evil.example",
    "https://app.example.com:444",
    "http://app.example.com",
    `${allowed}, https://evil.example`,
    `${allowed}/`,
    "*",
  ];
  for (const origin of others) {
    const asked = await preflight(wick, origin);
    assert.deepEqual(
      [asked.status, allows(asked), asked.headers.get("access-control-allow-methods")],
      [204, null, null],
      origin,
    );
    const refused = await post(wick, origin, { bearer: token });
    assert.deepEqual([refused.status, allows(refused)], [403, null], origin);
  }
  const plain = await post(wick, null, { bearer: token });
  assert.deepEqual([plain.status, allows(plain), plain.headers.get("vary")], [200, null, "Origin"]);
});

test("an origin that is allowed but comes to another host name is refused", async () => {
  const status = await new Promise((resolve, reject) => {
    http
      .request(
        `${wick.url}/mcp`,
        {
          method: "POST",
          headers: {
            host: "rebound.example",
            origin: allowed,
            authorization: `Bearer ${token}`,
            "content-type": "application/json",
          },
        },
        (response) => resolve(`${response.statusCode} ${response.headers["access-control-allow-origin"]}`),
      )
      .on("error", reject)
      .end("{}");
  });
  assert.equal(status, "403 undefined");
});

test("an allowed origin has no way into the web app, whose authority is a cookie", async () => {
  const session = await wick.signIn();
  for (const [method, route] of [
    ["GET", "/api/v1/tokens"],
    ["OPTIONS", "/api/v1/tokens"],
    ["POST", "/api/v1/tokens"],
  ]) {
    const answer = await fetch(wick.url + route, {
      method,
      headers: { origin: allowed, cookie: session.cookie, "content-type": "application/json" },
      body: method === "POST" ? '{"name":"stolen"}' : undefined,
    });
    assert.equal(allows(answer), null, method);
    if (method === "POST") assert.equal(answer.status, 403);
  }
});

test("without the setting no origin is allowed, and a preflight says so without an error", async () => {
  const asked = await preflight(closed, allowed);
  assert.deepEqual([asked.status, allows(asked), asked.headers.get("vary")], [204, null, null]);
  assert.equal((await post(closed, allowed, { bearer: closed.token().token })).status, 403);
});

test("a value that is no origin is refused with an example", () => {
  for (const value of [
    "*",
    "null",
    "app.example.com",
    "https://app.example.com/",
    "https://app.example.com/path",
    "https://",
    "://x",
    "https://a b",
    "https://user@host",
  ]) {
    const { code, stderr } = run(["serve", "--data", wick.data, "--set", `server.cors_origins=${value}`]);
    assert.notEqual(code, 0, value);
    assert.match(stderr, /server\.cors_origins.*https:\/\/app\.example\.com/, value);
  }
});

test("a configuration file may have the origins as a list", async () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "wick-config-")), "wick.toml");
  fs.writeFileSync(file, '[server]\ncors_origins = ["https://one.example", "https://two.example"]\n');
  const own = await Wick.start({ args: ["--config", file] });
  for (const [origin, expected] of [
    ["https://one.example", "https://one.example"],
    ["https://two.example", "https://two.example"],
    ["https://three.example", null],
  ])
    assert.equal(allows(await preflight(own, origin)), expected);
  await own.stop();
  fs.writeFileSync(file, '[server]\ncors_origins = ["https://one.example", 7]\n');
  assert.match(
    run(["serve", "--data", own.data, "--config", file]).stderr,
    /line 2: the list "server\.cors_origins" must contain only strings/,
  );
});

test("a page in a real browser calls, reads the session and gets an error without a token", async () => {
  const browser = await launch();
  try {
    const tab = await browser.newPage();
    await tab.goto(allowed);
    const seen = await tab.evaluate(
      async ({ url, bearer }) => {
        const ask = (headers) =>
          fetch(`${url}/mcp`, {
            method: "POST",
            headers: { "content-type": "application/json", "mcp-protocol-version": "2025-11-25", ...headers },
            body: JSON.stringify({
              jsonrpc: "2.0",
              id: 1,
              method: "initialize",
              params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "page", version: "1" } },
            }),
          });
        const refused = await ask({}),
          made = await ask({ authorization: `Bearer ${bearer}` });
        return {
          challenge: refused.headers.get("www-authenticate"),
          session: made.headers.get("mcp-session-id"),
          name: (await made.json()).result.serverInfo.name,
        };
      },
      { url: wick.url, bearer: token },
    );
    assert.match(seen.challenge, /resource_metadata=/);
    assert.ok(seen.session);
    assert.equal(seen.name, "wick");
    const foreign = await tab.evaluate(
      ({ url, bearer }) =>
        fetch(`${url}/mcp`, { method: "POST", headers: { authorization: `Bearer ${bearer}` } }).then(
          () => "read",
          () => "refused",
        ),
      { url: closed.url, bearer: token },
    );
    assert.equal(foreign, "refused");
  } finally {
    await browser.close();
  }
});
