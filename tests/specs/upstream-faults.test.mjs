// MCP servers over HTTP that break off, drip, flood, redirect and lie: a clear error each, in time, in little memory.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import zlib from "node:zlib";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { postModern } from "../lib/conversation.mjs";
import { growthOf } from "../lib/process.mjs";
import { listen } from "../lib/upstream.mjs";
import { Wick, callTool, remember, until } from "../lib/wick.mjs";

const megabyte = 1 << 20;
const inTime = (promise, seconds = 15) =>
  Promise.race([
    promise,
    new Promise((resolve, reject) =>
      setTimeout(reject, seconds * 1000, new Error(`it is still waiting after ${seconds} seconds`)).unref(),
    ),
  ]);
let wick, admin, token;
const open = [];
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  token = wick.token("ann@example.com", ["--tools", "direct"]).token;
});
after(async () => {
  open.forEach((server) => server.close());
  await wick.stop();
});

const message = (fields) => JSON.stringify({ jsonrpc: "2.0", ...fields });
const said = (text) => ({ content: [{ type: "text", text }] });
const json = (response, text, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(text);
const events = (response, more = {}) => (
  response.writeHead(200, { "content-type": "text/event-stream", ...more }),
  response.flushHeaders(),
  response
);
const event = (text) => `event: message\ndata: ${text}\n\n`;

// A server by hand of either era. Its tools/call is answered by `call(response, id, {request, params, session})`, a GET by `get`.
async function byHand(
  call,
  {
    era = "modern",
    tools = [{ name: "go", inputSchema: { type: "object" } }],
    get = (response) => response.writeHead(405).end(),
  } = {},
) {
  let sessions = 0;
  const server = await listen((request, response, body) => {
    if (request.method === "GET") return get(response, request);
    if (request.method === "DELETE") return response.writeHead(204).end();
    const { id, method, params } = JSON.parse(body);
    if (id === undefined || method === undefined) return response.writeHead(202).end();
    if (method === "tools/call")
      return call(response, id, { request, params, session: request.headers["mcp-session-id"] });
    if (method === "tools/list") return json(response, message({ id, result: { tools } }));
    if (method === "server/discover" && era === "modern")
      return json(
        response,
        message({ id, result: { supportedVersions: ["2026-07-28"], capabilities: { tools: {}, logging: {} } } }),
      );
    if (method === "logging/setLevel") return json(response, message({ id, result: {} }));
    if (method !== "initialize" || era === "modern")
      return json(response, message({ id, error: { code: -32601, message: "no such method" } }), 400);
    response.setHeader("mcp-session-id", `session-${++sessions}`);
    json(
      response,
      message({
        id,
        result: {
          protocolVersion: "2025-11-25",
          capabilities: { tools: {}, logging: {} },
          serverInfo: { name: "by hand", version: "1" },
        },
      }),
    );
  });
  open.push(server);
  return server;
}

let made = 0;
async function connect(server, config = {}) {
  const slug = `faulty_${++made}`;
  const whole = { url: server.url, allow_private_addresses: true, ...config };
  const { status, body, text } = await admin.post("/admin/connectors", {
    kind: "mcp",
    label: slug.replace("_", " "),
    config: whole,
  });
  assert.equal(status, 201, text);
  const refreshed = await admin.post(`/admin/connectors/${body.id}/refresh`, {});
  const call = async (name = "go", args = {}) => {
    const answer = await callTool(wick, token, `${slug}__${name}`, args);
    return answer.body.result ?? answer.body;
  };
  return {
    id: body.id,
    slug,
    config: whole,
    refreshed,
    call,
    said: async (...which) => (await call(...which)).content[0].text,
  };
}
const othersAnswer = async () =>
  assert.equal((await callTool(wick, token, "notes__list")).body.result.isError, undefined);

// Writes `text` again and again, as fast as it is taken and until nobody takes it, or `bytes` are written.
function pour(response, text, bytes = Infinity) {
  let left = bytes;
  const more = () => {
    if (response.destroyed) return;
    if (left <= 0) return void response.end();
    left -= text.length;
    response.write(text, () => setImmediate(more));
  };
  more();
}
function drip(response, text, milliseconds = 20) {
  const timer = setInterval(() => response.write(text), milliseconds);
  response.on("close", () => clearInterval(timer));
}
const block = Buffer.alloc(megabyte, "x");
const bomb = zlib.gzipSync(Buffer.alloc(100 * megabyte, "0"));
const half = (id) => message({ id, result: said("a long answer") }).slice(0, 40);

const late = /^The system did not answer within 1 seconds\.$/;
const large = /larger than 1048576 bytes/;
const broken = /^The MCP server ended its answer before it was complete\.$|^The system cannot be reached: .+\.$/;
const noMessage = /^The MCP server answers with status 200, but not with a message of the protocol\.$/;
const packed = new RegExp([large, broken, noMessage].map(({ source }) => source).join("|"));
const faults = {
  "sends the head of an answer and nothing more": [
    (response) => (response.writeHead(200, { "content-type": "application/json" }), response.flushHeaders()),
    late,
  ],
  "begins a stream and says nothing": [(response) => events(response), late],
  "stops in the middle of a JSON answer": [
    (response, id) => response.writeHead(200, { "content-type": "application/json" }).write(half(id)),
    late,
  ],
  "stops in the middle of an event": [(response, id) => events(response).write(`data: ${half(id)}`), late],
  "hangs up in the middle of a JSON answer": [
    (response, id) =>
      response
        .writeHead(200, { "content-type": "application/json", "content-length": 1000 })
        .write(half(id), () => response.destroy()),
    broken,
  ],
  "hangs up in the middle of a JSON answer of unknown length": [
    (response, id) =>
      response.writeHead(200, { "content-type": "application/json" }).write(half(id), () => response.destroy()),
    broken,
  ],
  "ends in the middle of a JSON answer": [(response, id) => json(response, half(id)), noMessage],
  "hangs up in the middle of an event": [
    (response, id) => events(response).write(`data: ${half(id)}`, () => response.destroy()),
    broken,
  ],
  "ends its stream in the middle of an event": [
    (response, id) => events(response).end(`data: ${message({ id, result: said("no blank line follows") })}`),
    broken,
  ],
  "sends events that are no messages, and ends": [
    (response) =>
      events(response).end('data: {\n\ndata: []\n\nid: 7\ndata\n\nretry: x\n\n\u0000\n\n: \ndata: "text"\ndata: 7\n\n'),
    broken,
  ],
  "sends 100 MB of JSON": [
    (response) => pour(response.writeHead(200, { "content-type": "application/json" }), block, 100 * megabyte),
    large,
  ],
  "sends 100 MB of JSON as it said it would": [
    (response) =>
      pour(
        response.writeHead(200, { "content-type": "application/json", "content-length": 100 * megabyte }),
        block,
        100 * megabyte,
      ),
    large,
  ],
  "sends one event of 100 MB": [
    (response) => (events(response).write("data: "), pour(response, block, 100 * megabyte)),
    large,
  ],
  "sends one event of 100 MB in small lines": [
    (response) => pour(events(response), `data: ${"x".repeat(50)}\n`.repeat(10_000), 100 * megabyte),
    large,
  ],
  "sends 100 MB in gzip, as JSON": [
    (response) => response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb),
    packed,
  ],
  "sends 100 MB in gzip, as one event": [
    (response) => events(response, { "content-encoding": "gzip" }).end(bomb),
    packed,
  ],
  "sends events without end that are no messages": [
    (response) => pour(events(response), "data: nothing\n\n".repeat(1000)),
    late,
  ],
  "sends comments without end": [(response) => pour(events(response), ": nothing\n\n".repeat(1000)), late],
  "sends a comment now and then, and no answer": [(response) => drip(events(response), ": still here\n\n"), late],
  "sends a byte of its JSON now and then": [
    (response) => drip(response.writeHead(200, { "content-type": "application/json" }), " "),
    late,
  ],
  "sends a byte of its event now and then": [
    (response) => (events(response).write("data: "), drip(response, "x")),
    late,
  ],
  "sends a byte of its head now and then": [
    (response) => (response.socket.write("HTTP/1.1 200 OK\r\nX-Long: "), drip(response.socket, "x")),
    late,
  ],
  "sends a head without end": [
    (response) => (
      response.socket.write("HTTP/1.1 200 OK\r\n"),
      pour(response.socket, "X-More: and more\r\n".repeat(1000))
    ),
    /^The system cannot be reached: .+\.$/,
  ],
  "answers another request": [
    (response, id) => json(response, message({ id: id + 1, result: said("not yours") })),
    noMessage,
  ],
  "answers another request in a stream, and ends": [
    (response, id) =>
      events(response).end(
        event(message({ id: id + 1, result: said("not yours") })) +
          event(message({ id: String(id) + "0", result: said("nor this") })),
      ),
    broken,
  ],
  "answers another request in a stream, and waits": [
    (response, id) => events(response).write(event(message({ id: id + 1, result: said("not yours") }))),
    late,
  ],
  "answers with a result that is no object": [(response, id) => json(response, message({ id, result: 7 })), noMessage],
  "answers with an error that is no object": [
    (response, id) => json(response, message({ id, error: "no" })),
    noMessage,
  ],
  "answers with a list of other things": [
    (response, id) => json(response, `[7,{"id":${id}},"x",[${message({ id, result: said("in a list in a list") })}]]`),
    noMessage,
  ],
  "answers with a batch of a million messages": [
    (response, id) =>
      json(response, `[${'{"method":"x"},'.repeat(60_000)}${message({ id, result: said("the last") })}]`),
    noMessage,
  ],
  "answers with what is nested too deeply": [
    (response, id) =>
      json(response, `{"jsonrpc":"2.0","id":${id},"result":{"content":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`),
    noMessage,
  ],
  "answers with bytes that are not text": [
    (response, id) =>
      json(
        response,
        Buffer.concat([
          Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{"x":`),
          Buffer.from([0xff, 0xfe]),
          Buffer.from("}}"),
        ]),
      ),
    noMessage,
  ],
  "says that its answer is a picture": [
    (response) => response.writeHead(200, { "content-type": "image/png" }).end(block.subarray(0, 1000)),
    noMessage,
  ],
  "answers with nothing": [(response) => response.writeHead(200).end(), noMessage],
  "says that there is nothing to say": [
    (response) => response.writeHead(204).end(),
    /^The MCP server answers with status 204\.$/,
  ],
};
async function checkFault(answer, expected) {
  let ended;
  const server = await byHand((response, id) => {
    ended = once(response, "close");
    answer(response, id);
  });
  const { call } = await connect(server, { timeout_seconds: 1, max_bytes: megabyte });
  const waiting = call();
  await othersAnswer();
  const failed = await inTime(waiting).finally(server.close); // which ends what Wick still waits for
  assert.equal(failed.isError, true, JSON.stringify(failed).slice(0, 300));
  assert.match(failed.content[0].text, expected);
  await ended;
}
describe("a server that takes its time", { concurrency: 16 }, () => {
  for (const [what, fault] of Object.entries(faults).filter(
    ([what, [, expected]]) => expected === late && !what.includes("without end"),
  )) {
    test(`a server that ${what} is given up in time, and the others go on`, () => checkFault(...fault));
  }
});
for (const [what, fault] of Object.entries(faults).filter(
  ([what, [, expected]]) => expected !== late || what.includes("without end"),
)) {
  test(`a server that ${what} is a clear error in time and in little memory, and the others go on`, async () => {
    const growth = await growthOf(wick.process.pid, () => checkFault(...fault));
    assert.ok(growth < 32 * megabyte, `it took ${growth} bytes`);
  });
}

test("garbage among the events of an answer is passed over", async () => {
  const server = await byHand((response, id) =>
    events(response).end(
      `: \n\ndata: {\n\ndata: not JSON\n\nevent: other\ndata: [1]\n\n${event(message({ id: id + 7, result: {} }))}\uFEFF\n\n${event(message({ id, result: said("through the noise") }))}`,
    ),
  );
  const { said: text } = await connect(server);
  assert.equal(await text(), "through the noise");
});

for (const era of ["modern", "legacy"]) {
  test(`the first of two responses of a ${era} server counts, and the second answers no other request`, async () => {
    const server = await byHand(
      (response, id, { params }) =>
        events(response).end(
          event(message({ id, result: said(`first of ${params.arguments.n}`) })) +
            event(message({ id, result: said("second") })),
        ),
      { era },
    );
    const { said: text } = await connect(server);
    for (const n of [1, 2, 3]) assert.equal(await text("go", { n }), `first of ${n}`);
  });
}

test("a redirect is followed nowhere: not to a private address, not to another host, not to the same", async () => {
  const secret = "not-for-others-4711";
  remember("secrets", secret);
  const elsewhere = await listen((request, response) => response.end());
  open.push(elsewhere);
  const targets = [
    elsewhere.url,
    elsewhere.url.replace("127.0.0.1", "localhost"),
    "http://169.254.169.254/latest/meta-data",
    "/mcp?again",
    "file:///etc/passwd",
    "//",
    "",
  ];
  const server = await byHand((response, id, { params }) =>
    response.writeHead(params.arguments.status, { location: targets[params.arguments.target] }).end(),
  );
  const { said: text } = await connect(server, { auth: "bearer", secret, headers: ["X-Key: 4711"] });
  for (const status of [301, 302, 303, 307, 308]) {
    for (const target of targets.keys()) {
      const before = server.asked.length;
      assert.match(
        await text("go", { status, target }),
        /^The MCP server answers with status 30\d, a redirect( to [^ ?]+)?, which is not followed: when the server has moved, an admin has to set its new address\.$/,
      );
      assert.equal(server.asked.length, before + 1);
    }
  }
  assert.equal(elsewhere.asked.length, 0);
  // Nor when it greets, notifies or lists.
  const moved = await listen((request, response) => response.writeHead(308, { location: elsewhere.url }).end());
  open.push(moved);
  const { refreshed } = await connect(moved, { auth: "bearer", secret });
  assert.ok(
    refreshed.body.error.message.includes(`a redirect to ${elsewhere.url}, which is not followed`),
    refreshed.body.error.message,
  );
  assert.equal(elsewhere.asked.length, 0);
});

// ---- what an admin changes counts at once

test("a server at a private address is reached no more when an admin takes that back", async () => {
  const server = await byHand((response, id) => json(response, message({ id, result: said("reached") })));
  const { id, config, said: text } = await connect(server);
  assert.equal(await text(), "reached");
  await admin.patch(`/admin/connectors/${id}`, { config: { ...config, allow_private_addresses: false } });
  assert.match(await text(), /may not reach private addresses/);
});

test("a smaller limit for answers counts for the very next call", async () => {
  const server = await byHand((response, id) => json(response, message({ id, result: said("x".repeat(10_000)) })));
  const { id, config, said: text } = await connect(server);
  assert.equal((await text()).length, 10_000);
  await admin.patch(`/admin/connectors/${id}`, { config: { ...config, max_bytes: 5000 } });
  assert.match(await text(), /larger than 5000 bytes/);
});

// ---- floods

// A call whose client asks for progress and log messages; the response, unread.
function ask(slug, args, signal) {
  const call = { name: `${slug}__go`, arguments: args };
  const meta = { progressToken: "mine", "io.modelcontextprotocol/logLevel": "debug" };
  return postModern(`${wick.url}/mcp`, token, "tools/call", call, { capabilities: {}, meta, signal });
}
const progress = (token, more = {}) =>
  event(message({ method: "notifications/progress", params: { progressToken: token, progress: 1, ...more } }));

test("progress without end is passed on in little memory, and ends with its client", async () => {
  let ended;
  const server = await byHand((response, id, { params }) => {
    ended = once(response, "close");
    pour(events(response), progress(params._meta.progressToken).repeat(1000));
  });
  const { slug } = await connect(server, { timeout_seconds: 1 });
  const gone = new AbortController();
  const growth = await growthOf(wick.process.pid, async () => {
    const answer = await ask(slug, {}, gone.signal);
    let bytes = 0;
    for await (const chunk of answer.body) {
      bytes += chunk.length;
      if (bytes > 20 * megabyte) break;
    }
    await othersAnswer();
  });
  gone.abort();
  await ended;
  assert.ok(growth < 32 * megabyte, `it took ${growth} bytes`);
});

test("a server whose client does not read is held back, in little memory", async () => {
  let ended,
    bytes = 0;
  const server = await byHand((response, id, { params }) => {
    ended = once(response, "close");
    const one = progress(params._meta.progressToken, { message: "x".repeat(100_000) });
    const more = () => !response.destroyed && response.write(one, () => ((bytes += one.length), setImmediate(more)));
    more(events(response));
  });
  const { slug } = await connect(server);
  const gone = new AbortController();
  const growth = await growthOf(wick.process.pid, async () => {
    await ask(slug, {}, gone.signal);
    let before = -1;
    await until(async () => {
      if (bytes === before) return true;
      before = bytes;
      for (let i = 0; i < 50; ++i) await othersAnswer();
      return false;
    });
  });
  assert.ok(
    bytes < 64 * megabyte && growth < 32 * megabyte,
    `${bytes} bytes were taken from it, and ${growth} of memory`,
  );
  gone.abort();
  await ended;
});

test("progress that nobody asked for does not keep a call from its timeout", async () => {
  const server = await byHand((response) => drip(events(response), progress("of another")));
  const { said: text } = await connect(server, { timeout_seconds: 1 });
  const answer = await inTime(text()).finally(server.close);
  assert.match(answer, late);
});

for (const method of ["elicitation/create", "ping", "roots/list", "no/such"]) {
  test(`a server that sends ${method} in an endless loop within a call is given up, and the others go on`, async () => {
    let asked = 0,
      ended;
    const server = await byHand(
      (response) => {
        ended = once(response, "close");
        events(response);
        const more = () =>
          !response.destroyed &&
          response.write(
            event(
              message({
                id: ++asked,
                method,
                params: { message: "And you?", requestedSchema: { type: "object", properties: {} } },
              }),
            ),
            () => setImmediate(more),
          );
        more();
      },
      { era: "legacy" },
    );
    const { said: text } = await connect(server, { timeout_seconds: 1 });
    let answer;
    const growth = await growthOf(wick.process.pid, async () => {
      const waiting = text();
      await othersAnswer();
      answer = await inTime(waiting).finally(server.close);
    });
    await ended;
    assert.match(answer, /did not answer within 1 seconds|sent more than 100 requests that this client cannot answer/);
    assert.ok(growth < 32 * megabyte, `it took ${growth} bytes`);
  });
}

for (const era of ["modern", "legacy"]) {
  test(`a ${era} server may ask a legacy client at most ten questions in a call`, async () => {
    const question = { message: "And you?", requestedSchema: { type: "object", properties: {} } };
    const server = await byHand(
      (response, id) => {
        if (era === "modern")
          return json(
            response,
            message({
              id,
              result: {
                resultType: "input_required",
                inputRequests: { q: { method: "elicitation/create", params: question } },
                requestState: "again",
              },
            }),
          );
        let asked = 0;
        events(response).write(event(message({ id: "q0", method: "elicitation/create", params: question })));
        const timer = setInterval(() => {
          const answered = server.asked.filter(({ body }) => body?.result?.action).length;
          if (answered > asked)
            response.write(
              event(message({ id: `q${(asked = answered)}`, method: "elicitation/create", params: question })),
            );
        }, 5);
        response.on("close", () => clearInterval(timer));
      },
      { era },
    );
    const { slug } = await connect(server);
    const client = new Client1({ name: "v1", version: "1" }, { capabilities: { elicitation: {} } });
    let questions = 0;
    client.setRequestHandler(ElicitRequestSchema, () => (++questions, { action: "accept", content: {} }));
    await client.connect(
      new Transport1(new URL(`${wick.url}/mcp/c/${slug}`), {
        requestInit: { headers: { Authorization: `Bearer ${token}` } },
      }),
    );
    const { isError, content } = await client.callTool({ name: "go", arguments: {} });
    assert.deepEqual([isError, questions], [true, 10]);
    assert.match(content[0].text, /asks more than 10 times: the call was given up/);
    await client.close();
  });
}

// ---- hanging

for (const known of [true, false]) {
  test(`fifty calls of a silent${known ? "" : ", unknown"} server end in time, and others are answered at once`, async () => {
    let hangs = false;
    const server = await listen((request, response, body) => {
      if (hangs) return;
      const { id, method } = JSON.parse(body);
      json(
        response,
        message({
          id,
          result:
            method === "server/discover"
              ? { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } }
              : { tools: [{ name: "go" }] },
        }),
      );
    });
    open.push(server);
    const { id, config, said: text } = await connect(server, { timeout_seconds: 2 });
    hangs = true;
    if (!known) await admin.patch(`/admin/connectors/${id}`, { config: { ...config, headers: ["X-New: 1"] } });
    let given = 0;
    const all = Array.from({ length: 50 }, () => text().finally(() => ++given));
    for (let i = 0; i < 20; ++i) await othersAnswer();
    assert.equal(given, 0, "the others did not wait for it");
    // One wait for the turn and one for the server.
    for (const answer of await inTime(Promise.all(all), 20).finally(server.close))
      assert.match(answer, /^The system did not answer within 2 seconds\.$/);
  });
}

// ---- sessions and resumption of legacy servers

test("a server that forgets every session at once is greeted once more within a call, and then given up", async () => {
  const server = await byHand(
    (response) => json(response, message({ id: null, error: { code: -32001, message: "Session not found" } }), 404),
    { era: "legacy" },
  );
  const { said: text } = await connect(server);
  const before = server.methods().filter((method) => method === "initialize").length;
  assert.equal(await text(), "The MCP server loses each session immediately after it begins.");
  assert.equal(server.methods().filter((method) => method === "initialize").length - before, 2);
  assert.equal(server.methods().filter((method) => method === "tools/call").length, 2);
});

test("a session that the server refuses without JSON-RPC is reopened within the call", async () => {
  let forgotten = false;
  const server = await byHand(
    (response, id, { session }) => {
      if (!forgotten) return ((forgotten = true), response.writeHead(404).end("who are you?"));
      json(response, message({ id, result: said(session) }));
    },
    { era: "legacy" },
  );
  const { said: text } = await connect(server);
  assert.match(await text(), /^session-\d$/);
  const [first, second] = server.asked
    .filter(({ body }) => body?.method === "tools/call")
    .map(({ headers }) => headers["mcp-session-id"]);
  assert.notEqual(first, second);
});

const closings = {
  "before anything was said": [
    "id: 1\nretry: 1\ndata:\n\n",
    /^The MCP server ended its answer before it was complete\.$/,
  ],
  "after an event that is no message": [
    "id: 1\nretry: 1\ndata: nothing\n\n",
    /^The MCP server ended its answer before it was complete\.$|did not answer within 1 seconds/,
  ],
  "and asks to wait longer than the call may take": ["id: 1\nretry: 30000\ndata:\n\n", late],
};
for (const [how, [text, expected]] of Object.entries(closings)) {
  test(`a stream that can be resumed and closes again and again, ${how}, is given up`, async () => {
    const resumed = [];
    const server = await byHand((response) => events(response).end(text), {
      era: "legacy",
      get: (response, request) => {
        if (request.headers["last-event-id"] === undefined) return response.writeHead(405).end();
        resumed.push(request.headers["last-event-id"]);
        events(response).end(text);
      },
    });
    const { said: say } = await connect(server, { timeout_seconds: 1 });
    const answer = await inTime(say()).finally(server.close);
    assert.match(answer, expected);
    assert.ok(resumed.length <= 5 && resumed.every((last) => last === "1"), `${resumed.length} times`);
  });
}

// ---- lists

test("tools whose x-mcp-header is not valid are left out, and the others stay", async () => {
  const tool = (name, properties, more = {}) => ({ name, inputSchema: { type: "object", properties, ...more } });
  const marked = (mark, type = "string", more = {}) => ({ a: { type, "x-mcp-header": mark, ...more } });
  const good = [
    tool("plain", { a: { type: "string" } }),
    tool("marked", marked("Region")),
    tool("number", marked("Count", "integer")),
    tool("nested", { o: { type: "object", properties: marked("Deep", "boolean") } }),
    tool("called_so", { "x-mcp-header": { type: "string" } }),
  ];
  const bad = [
    tool("empty", marked("")),
    tool("space", marked("Two Words")),
    tool("colon", marked("A:b")),
    tool("line", marked("A\r\nX: y")),
    tool("no_text", marked(7)),
    tool("of_number", marked("Ratio", "number")),
    tool("of_object", marked("Whole", "object")),
    tool("twice", { a: { type: "string", "x-mcp-header": "Same" }, b: { type: "string", "x-mcp-header": "sAME" } }),
    tool("in_list", { a: { type: "array", items: { type: "string", "x-mcp-header": "Item" } } }),
    tool("in_choice", {}, { anyOf: [{ properties: marked("Choice") }] }),
  ];
  const server = await byHand(
    (response, id, { request }) =>
      json(response, message({ id, result: said(request.headers["mcp-param-region"] ?? "none") })),
    { tools: [...good, ...bad].sort((a, b) => a.name.localeCompare(b.name)) },
  );
  const { slug, refreshed } = await connect(server);
  assert.deepEqual(refreshed.body.added.toSorted(), good.map(({ name }) => name).toSorted());
  const client = new Client2({ name: "v2", version: "2" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await client.connect(
    new Transport2(new URL(`${wick.url}/mcp/c/${slug}`), {
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
    }),
  );
  await client.listTools();
  const region = "Zürich, 東京";
  assert.equal(
    (await client.callTool({ name: "marked", arguments: { a: region } })).content[0].text,
    `=?base64?${Buffer.from(region).toString("base64")}?=`,
  );
  assert.equal((await client.callTool({ name: "marked", arguments: { a: "EU" } })).content[0].text, "EU");
  await client.close();
});

test("a list of tools that never ends, repeats itself or is none is a clear error", async () => {
  const lists = {
    "does not end": ({ cursor = "0" }) => ({
      tools: [{ name: `tool_${cursor}` }],
      nextCursor: String(Number(cursor) + 1),
    }),
    "always the same page": () => ({ tools: [{ name: "tool" }], nextCursor: "same" }),
    "too many": () => ({ tools: Array.from({ length: 1001 }, (_, i) => ({ name: `tool_${i}` })) }),
    "no tools": () => ({}),
  };
  const messages = [/does not end/, /does not end/, /more than 1000 tools/, /has no tools/];
  for (const [i, list] of Object.values(lists).entries()) {
    const server = await listen((request, response, body) => {
      const { id, method, params } = JSON.parse(body);
      json(
        response,
        message({
          id,
          result:
            method === "server/discover"
              ? { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } }
              : list(params),
        }),
      );
    });
    open.push(server);
    const { refreshed } = await connect(server);
    assert.ok(refreshed.status >= 400);
    assert.match(refreshed.body.error.message, messages[i]);
  }
});
