// A hostile system in a process of its own: a REST API, a token endpoint and an MCP server that echo, drip, flood and lie.
// `/seen` says what it was asked.
import http from "node:http";
import os from "node:os";
import zlib from "node:zlib";

os.setPriority(10); // as the attacks
const seen = { injected: [], waiting: 0, left: 0, asked: 0 };
const megabyte = 1 << 20;

const json = (response, value, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));

/** Writes `piece` again and again, as fast as it is read, at most `megabytes`. */
function pour(response, piece, megabytes) {
  let left = megabytes * megabyte;
  const more = () => {
    if (response.destroyed) return;
    if (left <= 0) return response.end();
    left -= piece.length;
    if (response.write(piece)) setImmediate(more);
    else response.once("drain", more);
  };
  more();
}

function drip(response, piece) {
  const timer = setInterval(() => response.write(piece), 100);
  response.on("close", () => clearInterval(timer));
}

/** A gzip stream that becomes `megabytes` of zeros: one flushed block of a megabyte, repeated. */
function bomb(response, megabytes) {
  const block = zlib.deflateRawSync(Buffer.alloc(megabyte), { finishFlush: zlib.constants.Z_SYNC_FLUSH });
  response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
  response.write(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])); // RFC 1952 §2.3
  pour(response, block, (megabytes * block.length) / megabyte);
}

/** Answers after the milliseconds of the query, and counts who waits and who has left. */
function slow(request, response, url) {
  ++seen.waiting;
  const timer = setTimeout(() => json(response, { waited: true }), Number(url.searchParams.get("ms") ?? 15_000));
  response.on("close", () => {
    clearTimeout(timer);
    --seen.waiting;
    if (!response.writableEnded) ++seen.left;
  });
}

const authorizationOf = ({ headers }) => Buffer.from(headers.authorization ?? "", "latin1").toString();

const rest = {
  "/echo": (request, response, url, body) =>
    json(response, {
      headers: request.headers,
      authorization: authorizationOf(request),
      raw: request.rawHeaders,
      url: request.url,
      body,
    }),
  "/echo-encoded": (request, response) => {
    const header = authorizationOf(request);
    const pair = header.startsWith("Basic ")
      ? Buffer.from(header.slice(6), "base64").toString()
      : header.replace("Bearer ", "");
    json(response, {
      pair,
      percent: encodeURIComponent(pair),
      quoted: JSON.stringify(pair),
      base64: Buffer.from(pair).toString("base64"),
      [pair]: "as a name",
    });
  },
  "/slow": slow,
  "/quick": (request, response) => json(response, { quick: true }),
  "/fails": (request, response, url) => json(response, { error: "no", you_asked: url.searchParams.get("q") }, 500),
  "/endless": (request, response) =>
    pour(response.writeHead(200, { "content-type": "application/json" }), Buffer.alloc(65536, "x"), 200),
  "/drip": (request, response) => drip(response.writeHead(200, { "content-type": "application/json" }), " "),
  "/bomb": (request, response) => bomb(response, 1024),
  "/headers": (request, response) =>
    pour(writerOf(response.socket), Buffer.from(`X-Filler: ${"x".repeat(8000)}\r\n`), 40),
  "/broken": (request, response) => response.socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot a hundred"),
  "/nested": (request, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end("[".repeat(500_000)),
  "/colliding": (request, response) =>
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(`{${Array.from({ length: 40_000 }, (_, i) => `"${i}":[[]]`).join(",")}}`),
};

/** The socket itself, to write a response by hand that begins with a status line. */
function writerOf(socket) {
  socket.write("HTTP/1.1 200 OK\r\n");
  return {
    write: (piece) => socket.write(piece),
    end: () => socket.end(),
    once: (name, then) => socket.once(name, then),
    get destroyed() {
      return socket.destroyed;
    },
  };
}

const injections = [
  "abc\r\nX-Injected: 1",
  "abc\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: internal\r\nX-Rest: 1",
  "abc\nX-Injected: 1",
  "abc\u0000",
  "abc\rX-Injected: 1",
];
let tokens = 0;

const mcpTools = ["hang", "endless", "drip", "nested", "notify", "half", "go"].map((name) => ({
  name,
  inputSchema: { type: "object" },
}));
const mcp = {
  "server/discover": { supportedVersions: ["2026-07-28"], capabilities: { tools: {}, logging: {} } },
  "tools/list": { tools: mcpTools },
};
const events = (response) => response.writeHead(200, { "content-type": "text/event-stream" });
const misbehave = {
  hang: () => {},
  endless: (response) => pour(events(response), Buffer.from(`data: ${"x".repeat(65536)}`), 200),
  drip: (response) => drip(events(response), ": \n"),
  nested: (response, id) =>
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(`{"jsonrpc":"2.0","id":${id},"result":${'{"a":'.repeat(200_000)}`),
  notify: (response) =>
    pour(
      events(response),
      Buffer.from(
        `data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"${"x".repeat(1000)}"}}\n\n`,
      ),
      50,
    ),
  half: (response, id) => events(response).end(`data: {"jsonrpc":"2.0","id":${id},"result":`),
  go: (response, id) => json(response, { jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "gone" }] } }),
};
function answerMcp(request, response, body) {
  if (request.method !== "POST") return response.writeHead(405).end();
  const { id, method, params } = JSON.parse(body);
  if (id === undefined) return response.writeHead(202).end();
  if (method === "tools/call") return misbehave[params.name]?.(response, id);
  if (method in mcp) return json(response, { jsonrpc: "2.0", id, result: mcp[method] });
  json(response, { jsonrpc: "2.0", id, error: { code: -32601, message: "no such method" } }, 400);
}

const server = http.createServer({ maxHeaderSize: 65536, insecureHTTPParser: true }, (request, response) => {
  const chunks = [];
  request.on("error", () => {});
  response.on("error", () => {});
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString();
    const url = new URL(request.url, "http://system");
    ++seen.asked;
    if (request.headers["x-injected"] || url.pathname === "/smuggled") seen.injected.push(request.url);
    if (url.pathname === "/seen") return json(response, seen);
    if (url.pathname === "/token")
      return json(response, {
        access_token: injections[tokens++ % injections.length],
        token_type: "Bearer",
        expires_in: 1,
      });
    if (url.pathname === "/mcp") return answerMcp(request, response, body);
    const answer = rest[url.pathname];
    if (answer) return answer(request, response, url, body);
    response.writeHead(404).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("uncaughtException", (error) => console.error("the hostile system:", error.message));
process.on("disconnect", () => process.exit());
