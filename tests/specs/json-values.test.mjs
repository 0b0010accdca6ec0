// JSON passes through Wick exactly: numbers of any size, texts that were cut inside of a character, byte order marks, and
// texts in other character sets; to and from REST APIs, and to and from MCP servers over HTTP and as programs.
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { random } from "../lib/http-requests.mjs";
import { listen } from "../lib/upstream.mjs";
import { Wick, post } from "../lib/wick.mjs";

const { below } = random(20261129);
const digits = (count) => Array.from({ length: count }, (_, i) => (i === 0 ? 1 + below(9) : below(10))).join("");
const bits = new DataView(new ArrayBuffer(8));
function anyDouble() {
  for (;;) {
    bits.setUint32(0, below(2 ** 32));
    bits.setUint32(4, below(2 ** 32));
    const number = bits.getFloat64(0);
    if (Number.isFinite(number) && number !== 0) return number;
  }
}
const sign = () => (below(2) ? "-" : "");
// Texts of numbers: doubles as JavaScript writes them, integers of 1 to 40 digits, decimals.
const numbers = [
  "0",
  "-0",
  "7.0",
  "1e400",
  "99999.00999999999",
  "0.1000000000000000055511151231257827",
  "18446744073709551616",
  "-9223372036854775809",
  ...Array.from({ length: 1500 }, () => String(anyDouble())),
  ...Array.from({ length: 1500 }, () => String((below(2 ** 31) / 2 ** 31) * [1, 10, 180][below(3)])),
  ...Array.from({ length: 1500 }, () => sign() + digits(1 + below(40))),
  ...Array.from({ length: 1500 }, () => `${sign()}${digits(1 + below(20))}.${digits(1 + below(25))}`),
];

// The exact value: sign, digits without zeros at the end, exponent.
function exact(text) {
  const [, minus, whole, fraction = "", exponent = "0"] =
    text.match(/^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/) ?? assert.fail(`${text} is not a number`);
  const all = (whole + fraction).replace(/^0+/, "");
  const kept = all.replace(/0+$/, "");
  return kept === "" ? "0" : `${minus}${kept}e${Number(exponent) - fraction.length + all.length - kept.length}`;
}
function sameNumbers(list, what) {
  const texts = list.match(/[-+.\deE]+/g) ?? [];
  assert.equal(texts.length, numbers.length, `${what}: ${list.slice(0, 300)}`);
  numbers.forEach((sent, i) => assert.equal(exact(texts[i]), exact(sent), `${what}: ${sent} became ${texts[i]}`));
}

const program = `
const numbers = ${JSON.stringify(`[${numbers.join(",")}]`)};
let buffer = '';
process.stdin.setEncoding('utf8').on('data', (text) => {
  buffer += text;
  for (let end; (end = buffer.indexOf('\\n')) >= 0; buffer = buffer.slice(end + 1)) answer(buffer.slice(0, end));
});
function answer(line) {
  const message = JSON.parse(line);
  if (message.id === undefined) return;
  const say = (result, encoding = 'utf8') => process.stdout.write(Buffer.from('{"jsonrpc":"2.0","id":' + JSON.stringify(message.id) + ',"result":' + result + '}\\n', encoding));
  const text = (json) => '{"content":[{"type":"text","text":' + json + '}]}';
  if (message.method === 'initialize') return say(JSON.stringify({ protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'p', version: '1' } }));
  if (message.method === 'tools/list') return say(JSON.stringify({ tools: ['echo', 'numbers', 'half', 'latin', 'mark'].map((name) => ({ name, inputSchema: { type: 'object' } })) }));
  if (message.method !== 'tools/call') return process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'no' } }) + '\\n');
  if (message.params.name === 'echo') return say('{"content":[],"structuredContent":{"line":' + JSON.stringify(line) + '}}');
  if (message.params.name === 'numbers') return say('{"content":[],"structuredContent":{"v":' + numbers + '}}');
  if (message.params.name === 'half') return say(text('"hello \\\\ud83d"'));
  if (message.params.name === 'latin') return say(text('"Gr\\u00fc\\u00dfe"'), 'latin1');
  process.stdout.write('\\uFEFF');
  say(text('"marked"'));
}`;

let wick, admin, token, api, server, folder;
const answers = {}; // of the REST API by path: [Content-Type, bytes]
const results = {}; // of the MCP server by tool: [Content-Type, bytes of the result]

before(async () => {
  api = await listenRaw((request, response) => {
    const [type, bytes] = answers[request.url.split("?")[0]] ?? ["application/json", "{}"];
    response.writeHead(200, type ? { "content-type": type } : {}).end(bytes);
  });
  server = await listen((request, response, body) => {
    const message = body ? JSON.parse(body) : {};
    const say = (result) =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ jsonrpc: "2.0", id: message.id, ...result }));
    if (request.method !== "POST") return response.writeHead(405).end();
    if (message.id === undefined) return response.writeHead(202).end();
    if (message.method === "initialize")
      return say({
        result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "p", version: "1" } },
      });
    if (message.method === "tools/list")
      return say({
        result: { tools: ["echo", ...Object.keys(results)].map((name) => ({ name, inputSchema: { type: "object" } })) },
      });
    if (message.method !== "tools/call") return say({ error: { code: -32601, message: "no" } });
    if (message.params.name === "echo") return say({ result: { content: [], structuredContent: { line: body } } });
    const [type, bytes] = results[message.params.name];
    response.writeHead(200, { "content-type": type }).end(Buffer.from(bytes(message.id)));
  });
  const message = (text) => (id) =>
    `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":${text}}]}}`;
  Object.assign(results, {
    numbers: [
      "application/json",
      (id) => `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"structuredContent":{"v":[${numbers}]}}}`,
    ],
    half: ["application/json", message('"hello \\ud83d"')],
    half_in_event: ["text/event-stream", (id) => `data: ${message('"hello \\ude00."')(id)}\n\n`],
    mark: ["application/json", (id) => `\uFEFF${message('"marked"')(id)}`],
    mark_in_event: ["text/event-stream", (id) => `\uFEFFdata: ${message('"marked"')(id)}\n\n`],
    latin: ["application/json; charset=iso-8859-1", (id) => Buffer.from(message('"Grüße"')(id), "latin1")],
    utf16: ["application/json; charset=utf-16", (id) => Buffer.from(`\uFEFF${message('"Grüße"')(id)}`, "utf16le")],
    broken: ["application/json", (id) => Buffer.from(message('"Grüße"')(id), "latin1")],
  });
  wick = await Wick.start({ environment: { WICK_CONNECTORS_COMMANDS_FROM_WEB: "true" } });
  admin = await wick.signIn();
  ({ token } = wick.token("ann@example.com", ["--tools", "direct"]));
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "wick-json-"));
  fs.writeFileSync(path.join(folder, "program.cjs"), program);
  await connector("mcp", "Web", { url: server.url, allow_private_addresses: true });
  await connector("mcp", "Program", { command: `${process.execPath} ${path.join(folder, "program.cjs")}` });
  const rest = await connector("rest", "Api", {
    base_url: api.url,
    allow_private_addresses: true,
    max_text_bytes: 1_000_000,
  });
  const properties = { value: {}, list: { type: "array" }, path: { type: "string" } };
  for (const [key, request] of Object.entries({
    get: { method: "GET", path: "/{path}" },
    query: { method: "GET", path: "/query", query: { value: "{value}" }, headers: { "X-Value": "{value}" } },
    body: { method: "POST", path: "/body", body: '{"list":"{list}"}' },
  })) {
    const made = await admin.post(`/admin/connectors/${rest}/operations`, {
      key,
      name: key,
      description: key,
      rest: request,
      input_schema: { type: "object", properties },
      read_only: true,
    });
    assert.equal(made.status, 201, made.text);
  }
});
after(async () => {
  await wick.stop();
  api.close();
  server.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

// Like listen(), with the bytes of each request.
async function listenRaw(answer) {
  const asked = [];
  const one = http
    .createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      asked.push({ url: request.url, headers: request.headers, body: Buffer.concat(parts).toString() });
      answer(request, response);
    })
    .listen(0, "127.0.0.1");
  await once(one, "listening");
  return {
    url: `http://127.0.0.1:${one.address().port}`,
    asked,
    close: () => (one.closeAllConnections(), one.close()),
  };
}

async function connector(kind, label, config) {
  const made = await admin.post("/admin/connectors", { kind, label, config });
  assert.equal(made.status, 201, made.text);
  if (kind === "mcp") {
    const refreshed = await admin.post(`/admin/connectors/${made.body.id}/refresh`, {});
    assert.equal(refreshed.status, 200, refreshed.text);
  }
  return made.body.id;
}

// `args` is JSON text. The answer's own text, because reading it here would round numbers.
const call = async (name, args = "{}") =>
  (
    await post(
      wick,
      token,
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`,
    )
  ).text;
const textOf = async (...of) => JSON.parse(await call(...of)).result.content[0].text;
const structuredIn = (answer) => answer.slice(answer.indexOf('"structuredContent"'));
const listIn = (text, name) => text.slice(text.indexOf(`"${name}":[`) + name.length + 4).split("]")[0];

test("numbers of a REST response keep their exact values, in the text and in the structured content", async () => {
  answers["/n"] = ["application/json", `{"v":[${numbers}]}`];
  const answer = await call("api__get", '{"path":"n"}');
  sameNumbers(listIn(JSON.parse(answer).result.content[0].text, "v"), "text");
  sameNumbers(listIn(structuredIn(answer), "v"), "structured content");
});

test("numbers of arguments keep their exact values in the body of a REST request", async () => {
  await call("api__body", `{"list":[${numbers}]}`);
  sameNumbers(listIn(api.asked.at(-1).body, "list"), "body");
});

test("numbers in URLs and headers are written without a zero fraction or an unusual exponent", async () => {
  for (const [given, sent] of Object.entries({
    "100000.0": "100000",
    "7.0": "7",
    "1e5": "100000",
    0.000001: "0.000001",
    "-0.5": "-0.5",
    "12345678901234567890123": "12345678901234567890123",
    "123456789012345680000.0": "123456789012345680000",
    "0.30000000000000001": "0.30000000000000001",
    "9007199254740993": "9007199254740993",
  })) {
    await call("api__query", `{"value":${given}}`);
    assert.equal(new URL(api.asked.at(-1).url, api.url).searchParams.get("value"), sent);
    assert.equal(api.asked.at(-1).headers["x-value"], sent);
  }
});

for (const of of ["web", "program"]) {
  const where = of === "web" ? "an MCP server over HTTP" : "an MCP server that is a program";
  test(`numbers keep their exact values to and from ${where}`, async () => {
    sameNumbers(listIn(structuredIn(await call(`${of}__numbers`)), "v"), "result");
    const line = JSON.parse(await call(`${of}__echo`, `{"v":[${numbers}]}`)).result.structuredContent.line;
    sameNumbers(listIn(line, "v"), "arguments");
  });

  test(`half of a surrogate pair becomes U+FFFD to and from ${where}`, async () => {
    assert.equal(await textOf(`${of}__half`), "hello \uFFFD");
    const line = JSON.parse(await call(`${of}__echo`, '{"t":"cut \\ud83d, \\ude00, whole \\ud83d\\ude00","\\udfff":1}'))
      .result.structuredContent.line;
    assert.deepEqual(JSON.parse(line).params.arguments, { t: "cut \uFFFD, \uFFFD, whole 😀", "\uFFFD": 1 });
  });

  test(`a byte order mark before a message of ${where} is skipped`, async () =>
    assert.equal(await textOf(`${of}__mark`), "marked"));
}

test("events of an MCP server may hold half a surrogate pair and begin with a byte order mark", async () => {
  assert.equal(await textOf("web__half_in_event"), "hello \uFFFD.");
  assert.equal(await textOf("web__mark_in_event"), "marked");
});

test("messages of an MCP server are decoded by their charset; what is not UTF-8 is replaced", async () => {
  assert.equal(await textOf("web__latin"), "Grüße");
  assert.equal(await textOf("web__utf16"), "Grüße");
  assert.equal(await textOf("web__broken"), "Gr\uFFFD\uFFFDe");
  assert.equal(await textOf("program__latin"), "Gr\uFFFD\uFFFDe");
});

test("REST responses are decoded by their charset", async () => {
  const utf16be = (text) => Buffer.from(text, "utf16le").swap16();
  for (const [type, bytes, text] of [
    ["text/plain; charset=ISO-8859-1", Buffer.from("Grüße", "latin1"), "Grüße"],
    ['text/plain;charset="windows-1252"', Buffer.from("\x80 M\xfcller", "latin1"), "€ Müller"],
    ["text/plain; charset=utf-16", Buffer.from("\uFEFFGrüße", "utf16le"), "Grüße"],
    ["text/plain; charset=utf-16", utf16be("\uFEFFGrüße"), "Grüße"],
    ["text/plain; charset=UTF-16BE", utf16be("Grüße"), "Grüße"],
    ["text/plain; charset=shift_jis", Buffer.from([0x93, 0xfa, 0x96, 0x7b]), "日本"],
    ["text/html", Buffer.from("Grüße", "latin1"), "Grüße"],
    ["text/plain", "Grüße", "Grüße"],
    ["text/plain; charset=utf-8", Buffer.from("Gr\xfc", "latin1"), "Gr\uFFFD"],
  ]) {
    answers["/t"] = [type, bytes];
    assert.equal(await textOf("api__get", '{"path":"t"}'), text, type);
  }
  for (const [type, bytes] of [
    ["application/json; charset=iso-8859-1", Buffer.from('{"n":"Müller"}', "latin1")],
    ["application/json; charset=iso-8859-1", '{"n":"Müller"}'],
    ["application/json; charset=utf-16le", Buffer.from('{"n":"Müller"}', "utf16le")],
    ["application/json", '\uFEFF{"n":"Müller"}'],
    ["application/json", Buffer.from('\uFEFF{"n":"Müller"}', "utf16le")],
    ["application/problem+json", '{"n":"Müller"}'],
  ]) {
    answers["/j"] = [type, bytes];
    assert.deepEqual(
      JSON.parse(await call("api__get", '{"path":"j"}')).result.structuredContent,
      { n: "Müller" },
      type,
    );
  }
  answers["/j"] = ["application/json", Buffer.from('{"n":"M\xfcller","half":"\\ud83d"}', "latin1")];
  assert.deepEqual(JSON.parse(await call("api__get", '{"path":"j"}')).result.structuredContent, {
    n: "M\uFFFDller",
    half: "\uFFFD",
  });
  answers["/t"] = ["text/plain; charset=klingon", "nuqneH"];
  assert.match(await textOf("api__get", '{"path":"t"}'), /The character set "klingon" is not supported/);
});

test("a client may send a byte order mark, and not bytes that are not UTF-8", async () => {
  const list = '{"jsonrpc":"2.0","id":"\\ud83d","method":"tools/list"}';
  const answer = await post(wick, token, `\uFEFF${list}`);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.id, "\uFFFD");
  const send = (bytes) =>
    fetch(`${wick.url}/mcp`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        authorization: `Bearer ${token}`,
      },
      body: bytes,
    });
  assert.equal((await send(Buffer.from(list.replace("\\ud83d", "\xff"), "latin1"))).status, 400);
  const made = await fetch(`${wick.url}/api/v1/session`, {
    method: "POST",
    headers: { origin: wick.url, "content-type": "application/json" },
    body: '\uFEFF{"email":"nobody@example.com","password":"wrong"}',
  });
  assert.equal(made.status, 401);
});

test("a number that is longer than the limit is refused with the limit", async () => {
  const text = await call("api__body", `{"list":[${"1".repeat(1001)}]}`);
  assert.match(text, /A number in the JSON is longer than 1000 characters/);
  answers["/long"] = ["application/json", `{"v":${"1".repeat(100000)}}`];
  assert.equal(await textOf("api__get", '{"path":"long"}'), answers["/long"][1]);
});
