// How requests are read, from outside: in whatever pieces they arrive, with whatever they claim.
import assert from "node:assert/strict";
import net from "node:net";
import { after, before, test } from "node:test";
import { Wick, callTool, meta, post } from "../lib/wick.mjs";

let wick, token;
before(async () => {
  // One thread reads in the order in which things arrive, so a probe tells that what was sent before it has been read.
  wick = await Wick.start({ args: ["--set", "threads=1", "--set", `limits.max_body_memory_bytes=${8 * 1024 * 1024}`] });
  ({ token } = wick.token());
});
after(() => wick.stop());

const host = () => `Host: 127.0.0.1:${wick.port}\r\n`;
const bearer = () => `Authorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
const chunked = (text) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

/** A connection of raw bytes; `text` is all that came back. */
class Raw {
  constructor() {
    this.socket = net.connect(wick.port, "127.0.0.1").setNoDelay(true);
    this.text = "";
    this.socket.on("data", (chunk) => (this.text += chunk.toString("latin1")));
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => this.socket.on("close", resolve));
  }
  send(bytes) {
    return new Promise((resolve) => this.socket.write(bytes, "latin1", resolve));
  }
  /** Until `mark` has come. */
  async until(mark) {
    while (!this.text.includes(mark)) {
      if (this.socket.destroyed) throw new Error(`closed after ${JSON.stringify(this.text)}`);
      await Promise.race([new Promise((resolve) => this.socket.once("data", resolve)), this.closed]);
    }
    return this.text;
  }
  async end() {
    this.socket.end();
    await this.closed;
    return this.text;
  }
}

const probe = async () => assert.equal((await fetch(`${wick.url}/healthz`)).status, 200);
const isWell = async () => {
  await probe();
  assert.equal((await callTool(wick, token, "notes__list")).status, 200);
};

/** Sends the pieces one after the other, each after the one before has been read, and gives what came back. */
async function sendPieces(pieces) {
  const raw = new Raw();
  for (const piece of pieces.slice(0, -1)) {
    await raw.send(piece);
    await probe();
  }
  await raw.send(pieces.at(-1));
  await raw.closed;
  return raw.text;
}
const outcome = (text) => text.replace(/\r\nDate: [^\r]*/g, "").replace(/"request_id":"[^"]*"/g, "");

/** The answers to `request`, which ends with the connection, wherever it is cut. */
async function everySplit(request, expected) {
  const whole = outcome(await sendPieces([request]));
  assert.match(whole, expected);
  const cuts = Array.from({ length: request.length - 1 }, (_, i) => i + 1);
  for (let at = 0; at < cuts.length; at += 20) {
    await Promise.all(
      cuts.slice(at, at + 20).map(async (cut) => {
        assert.equal(outcome(await sendPieces([request.slice(0, cut), request.slice(cut)])), whole, `cut at ${cut}`);
      }),
    );
  }
  return whole;
}

test("a request is answered alike wherever the network cuts it", async () => {
  await everySplit(`GET /healthz HTTP/1.1\r\n${host()}Connection: close\r\n\r\n`, /^HTTP\/1.1 200 /);
});

test("a chunked request with an extension and a trailer is answered alike wherever the network cuts it", async () => {
  const body = `${ping.length.toString(16)};a=b\r\n${ping}\r\n0\r\nX-Trailer: a\r\n\r\n`;
  await everySplit(
    `POST /mcp HTTP/1.1\r\n${host()}${bearer()}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${body}`,
    /^HTTP\/1.1 200 [^]*"result":\{\}/,
  );
});

test("pipelined requests are answered alike wherever the network cuts them", async () => {
  const one = (framing) => `POST /mcp HTTP/1.1\r\n${host()}${bearer()}${framing}`;
  const text = await everySplit(
    `${one(`Content-Length: ${ping.length}\r\n\r\n${ping}`)}${one(`Transfer-Encoding: chunked\r\n\r\n${chunked(ping)}`)}GET /healthz HTTP/1.1\r\n${host()}Connection: close\r\n\r\n`,
    /^HTTP\/1.1 200 /,
  );
  assert.equal(text.split("HTTP/1.1 200 ").length, 4);
});

test("a chunk header in two segments does not end the server", async () => {
  for (const [first, ...rest] of [
    ["0\r\n", "\r\n"],
    ["0\r", "\n\r\n"],
    ["0", "\r\n\r\n"],
    ["2", "\r\nab\r\n0\r\n\r\n"],
    ["2\r\nab\r", "\n0\r\n\r\n"],
    ["0\r\nX", ": y\r\n\r\n"],
    ["1;a", "=b\r\nx\r\n0\r\n\r\n"],
    ["", "0\r\n\r\n"],
  ]) {
    const text = await sendPieces([
      `POST /oauth/token HTTP/1.1\r\n${host()}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${first}`,
      ...rest,
    ]);
    assert.match(text, /^HTTP\/1.1 4\d\d /);
  }
  await isWell();
});

test("malformed chunks are refused wherever the network cuts them", async () => {
  const head = `POST /oauth/token HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\n\r\n`;
  for (const [body, status] of [
    ["x\r\n", 400],
    ["2\r\nabc\r\n", 400],
    ["2\nab\r\n", 400],
    ["FFFFFFFFFFFFFFFFF\r\n", 413],
    ["0\r\nX\r\n\r\n", 400],
    ["0\r\n folded: x\r\n", 400],
  ]) {
    for (let cut = 0; cut < body.length; ++cut)
      assert.match(await sendPieces([head + body.slice(0, cut), body.slice(cut)]), new RegExp(`^HTTP/1.1 ${status} `));
  }
  await isWell();
});

test("a header of 16,384 bytes is accepted in any number of segments, and one byte more is 431", async () => {
  const header = (bytes) => {
    const start = `GET /healthz HTTP/1.1\r\n${host()}Connection: close\r\nCookie: `;
    return `${start}${"a".repeat(bytes - start.length - 4)}\r\n\r\n`;
  };
  for (const bytes of [4095, 4096, 4097, 6000, 9000, 16_383, 16_384, 16_385, 20_000]) {
    const expected = bytes <= 16_384 ? /^HTTP\/1.1 200 / : /^HTTP\/1.1 431 /;
    for (const segment of [bytes, 4096, 1460]) {
      const text = header(bytes);
      const pieces = [];
      for (let at = 0; at < text.length; at += segment) pieces.push(text.slice(at, at + segment));
      assert.match(await sendPieces(pieces), expected, `${bytes} bytes in segments of ${segment}`);
    }
  }
});

test("trailers are no header fields: they neither authenticate nor name the client", async () => {
  const call = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "notes__list", arguments: {}, _meta: meta },
  });
  const send = (fields, trailers) =>
    sendPieces([
      `POST /mcp HTTP/1.1\r\n${host()}Content-Type: application/json\r\nMcp-Method: tools/call\r\nMcp-Name: notes__list\r\nMCP-Protocol-Version: 2026-07-28\r\n${fields}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n`,
      `${call.length.toString(16)}\r\n${call}\r\n0\r\n`,
      `${trailers}\r\n`,
    ]);
  assert.match(await send("", `Authorization: Bearer ${token}\r\n`), /^HTTP\/1.1 401 /);
  assert.match(
    await send(
      `Authorization: Bearer ${token}\r\nUser-Agent: header\r\n`,
      `User-Agent: ${"trailer".repeat(100)}\r\nHost: evil.example\r\nOrigin: https://evil.example\r\n`,
    ),
    /^HTTP\/1.1 200 /,
  );
  const admin = await wick.signIn();
  const { items } = (await admin.get("/runs?limit=1")).body;
  assert.equal((await admin.get(`/runs/${items[0].id}`)).body.user_agent, "header");
});

test("endless trailers and chunk extensions are refused", async () => {
  const head = `POST /oauth/token HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\n\r\n`;
  assert.match(await sendPieces([`${head}0\r\n${"X: a\r\n".repeat(4000)}`]), /^HTTP\/1.1 431 /);
  assert.match(await sendPieces([`${head}1;${"a".repeat(20_000)}`]), /^HTTP\/1.1 413 /);
  assert.match(await sendPieces([`${head}${"0".repeat(20_000)}`]), /^HTTP\/1.1 413 /);
});

test("a transfer coding that is not understood is 501", async () => {
  for (const coding of ["gzip, chunked", "gzip", "identity", "x, chunked"]) {
    assert.match(
      await sendPieces([
        `POST /mcp HTTP/1.1\r\n${host()}${bearer()}Transfer-Encoding: ${coding}\r\n\r\n${chunked(ping)}`,
      ]),
      /^HTTP\/1.1 501 /,
      coding,
    );
  }
  for (const coding of ["chunked, gzip", "chunked, chunked", "chunked;a=b", ""]) {
    assert.match(
      await sendPieces([
        `POST /mcp HTTP/1.1\r\n${host()}${bearer()}Transfer-Encoding: ${coding}\r\n\r\n${chunked(ping)}`,
      ]),
      /^HTTP\/1.1 400 /,
      coding,
    );
  }
});

test("the authority of an absolute target replaces Host", async () => {
  const get = (target, named) => sendPieces([`GET ${target} HTTP/1.1\r\nHost: ${named}\r\nConnection: close\r\n\r\n`]);
  const good = `127.0.0.1:${wick.port}`;
  assert.match(await get("http://evil.example/api/v1/instance", good), /^HTTP\/1.1 403 /);
  assert.match(await get("HTTPS://evil.example/api/v1/instance", good), /^HTTP\/1.1 403 /);
  assert.match(await get(`http://${good}/api/v1/instance`, "evil.example"), /^HTTP\/1.1 200 /);
  assert.match(await get(`http://${good}?/api/v1/instance`, good), /^HTTP\/1.1 200 [^]*text\/html/);
  for (const target of [
    "http:///healthz",
    "http://:80/healthz",
    `http://user@${good}/healthz`,
    "http://[::1/healthz",
    "http://a:b/healthz",
    "ftp://a/healthz",
    "healthz",
    good,
  ]) {
    assert.match(await get(target, good), /^HTTP\/1.1 400 /, target);
  }
});

test("a request without a credential is refused before its body is read", async () => {
  for (const framing of [
    "Content-Length: 4194304",
    "Content-Length: 100000",
    "Content-Length: 10",
    "Transfer-Encoding: chunked",
  ]) {
    for (const credential of ["", "Authorization: Bearer wick_pat_unknown\r\n"]) {
      const raw = new Raw();
      await raw.send(`POST /mcp HTTP/1.1\r\n${host()}${credential}${framing}\r\n\r\n`);
      assert.match(await raw.until("\r\n\r\n"), /^HTTP\/1.1 401 [^]*WWW-Authenticate: Bearer /);
      await raw.end();
    }
  }
});

test("a client that sends a large body without a credential sees the refusal", async () => {
  const answer = await fetch(`${wick.url}/mcp`, { method: "POST", body: "x".repeat(4_000_000) });
  assert.equal(answer.status, 401);
  await isWell();
});

test("after an early refusal of a small body the connection goes on with the next request", async () => {
  const raw = new Raw();
  await raw.send(`POST /mcp HTTP/1.1\r\n${host()}Content-Length: 50000\r\n\r\n`);
  assert.match(await raw.until('"request_id"'), /^HTTP\/1.1 401 /);
  await raw.send("GET /healthz HTTP/1.1\r\n\r\n".padEnd(50_000, "x"));
  await raw.send(`GET /healthz HTTP/1.1\r\n${host()}Connection: close\r\n\r\n`);
  await raw.closed;
  assert.equal(raw.text.split("HTTP/1.1 ").length, 3);
  assert.match(raw.text, /HTTP\/1.1 200 [^]*\{"status":"ok"\}$/);
});

test("100 (Continue) is sent only to a client that is let in", async () => {
  const expecting = (credential) =>
    `POST /mcp HTTP/1.1\r\n${host()}${credential}Expect: 100-continue\r\nConnection: close\r\nContent-Length: ${ping.length}\r\n\r\n`;
  const stranger = new Raw();
  await stranger.send(expecting(""));
  await stranger.closed;
  assert.match(stranger.text, /^HTTP\/1.1 401 /);
  const member = new Raw();
  await member.send(expecting(bearer()));
  assert.equal(await member.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  await member.send(ping);
  await member.closed;
  assert.match(member.text, /HTTP\/1.1 200 [^]*"result":\{\}/);
});

test("the API refuses by the header what it can, before the body is read", async () => {
  const { cookie } = await wick.signIn();
  const large = "Content-Length: 1000000\r\nContent-Type: application/json\r\n";
  const answer = async (fields) => {
    const raw = new Raw();
    await raw.send(`POST /api/v1/tokens HTTP/1.1\r\n${host()}${large}${fields}\r\n`);
    const text = await raw.until("\r\n\r\n");
    await raw.end();
    return text;
  };
  const own = `Origin: ${wick.url}\r\n`;
  assert.match(await answer(own), /^HTTP\/1.1 401 /);
  assert.match(await answer(`${own}Cookie: wick_session=${"a".repeat(64)}\r\n`), /^HTTP\/1.1 401 /);
  assert.match(await answer(`Origin: https://evil.example\r\nCookie: ${cookie}\r\n`), /^HTTP\/1.1 403 /);
  assert.match(await answer(`${own}Authorization: Bearer ${token}\r\n`), /^HTTP\/1.1 403 /);
  assert.match(await answer(`${own}Expect: 100-continue\r\nCookie: ${cookie}\r\n`), /^HTTP\/1.1 100 /);
  const admin = await wick.signIn();
  assert.equal((await admin.post("/tokens", { name: "x".repeat(1_000_000) })).status, 400);
});

test("without authentication a body above 64 KiB is 413", async () => {
  const routes = [
    "/api/v1/session",
    "/api/v1/setup",
    "/api/v1/invites/abc",
    "/oauth/token",
    "/oauth/device_authorization",
    "/oauth/revoke",
    "/oauth/introspect",
    "/oauth/register",
    "/no/such/page",
  ];
  for (const route of routes) {
    const send = (body, more = {}) =>
      fetch(`${wick.url}${route}`, {
        method: "POST",
        headers: { origin: wick.url, "content-type": "application/json" },
        body,
        ...more,
      });
    if (route !== "/oauth/register") assert.notEqual((await send("x".repeat(65_536))).status, 413, route); // it has a limit of its own
    assert.equal((await send("x".repeat(65_537))).status, 413, route);
    const stream = new Blob(["x".repeat(65_537)]).stream();
    assert.equal((await send(stream, { duplex: "half" })).status, 413, route);
  }
  await isWell();
});

test("request bodies of all connections share a bounded memory: 503 above, and it comes back", async () => {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping", params: { x: "x".repeat(1_000_000) } });
  const head = `POST /mcp HTTP/1.1\r\n${host()}${bearer()}Content-Length: ${body.length}\r\n\r\n`;
  const many = Array.from({ length: 10 }, () => new Raw());
  await Promise.all(many.map((raw) => raw.send(head + body.slice(0, -1))));
  await Promise.race(many.map((raw) => raw.until("\r\n\r\n")));
  for (const raw of many.filter(({ text }) => text)) assert.match(raw.text, /^HTTP\/1.1 503 [^]*Retry-After: /);
  await isWell();
  // The others are answered once their last byte has come.
  const waiting = many.filter(({ text }) => !text);
  assert.ok(waiting.length > 0);
  await Promise.all(
    waiting.map(async (raw) => {
      await raw.send(body.slice(-1));
      assert.match(await raw.until("\r\n\r\n"), /^HTTP\/1.1 (200|503) /);
    }),
  );
  await Promise.all(many.map((raw) => raw.end()));
  for (;;) {
    const { status } = await post(wick, token, body);
    if (status === 200) break;
    assert.equal(status, 503);
  }
});

test("bodies that strangers send cannot take the memory that members need", async () => {
  const head = `POST /oauth/token HTTP/1.1\r\n${host()}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n`;
  const strangers = Array.from({ length: 60 }, () => new Raw());
  await Promise.all(strangers.map((raw) => raw.send(head + "x".repeat(59_999))));
  await Promise.race(strangers.map((raw) => raw.until("HTTP/1.1 503 ")));
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping", params: { x: "x".repeat(1_000_000) } });
  assert.equal((await post(wick, token, body)).status, 200);
  await Promise.all(strangers.map((raw) => raw.end()));
});
