// Arguments and input schemas, from a model's call to the system behind: a connected MCP server's tools are shown and called as
// the server says, and what a REST operation gets fits its schema.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import zlib from "node:zlib";
import { after, before, describe, test } from "node:test";
import { listen } from "../lib/upstream.mjs";
import { Wick, callTool, modern, post } from "../lib/wick.mjs";

const draft4 = {
  $schema: "http://json-schema.org/draft-04/schema#",
  type: "object",
  properties: { n: { type: "integer", minimum: 0, exclusiveMinimum: true } },
};
const schemas = {
  tuple: {
    type: "object",
    properties: { t: { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }], items: false } },
  },
  whole: { type: "object", properties: { line: { type: "integer" } } },
  nullable: {
    type: "object",
    properties: {
      owner: { type: ["string", "null"] },
      limit: { anyOf: [{ type: "integer" }, { type: "null" }] },
      q: { type: "string" },
    },
    required: ["owner", "limit"],
  },
  defaults: {
    type: "object",
    properties: { scale: { enum: ["css", "device"], default: "css" }, level: { $ref: "#/$defs/level" } },
    required: ["scale", "level"],
    $defs: { level: { type: "integer", default: 1 } },
  },
  texts: { type: "object", properties: { n: { type: "number" }, b: { type: "boolean" } } },
  price: {
    type: "object",
    properties: { amount: { type: "number", multipleOf: 0.01, maximum: 18446744073709552000 } },
  },
  pattern: {
    type: "object",
    properties: { id: { type: "string", pattern: "^[A-Z]{2}-\\d+$" } },
    patternProperties: { "^x-": { type: "string" } },
    additionalProperties: false,
  },
  draft4,
  many: {
    type: "object",
    properties: { list: { type: "array", items: { anyOf: [{ type: "string" }, { type: "integer" }] } } },
  },
};
// None of these can be compiled as a whole.
const unreadable = {
  remote: { type: "object", properties: { q: { $ref: "https://example.com/query.json" } } },
  circle: {
    type: "object",
    properties: { q: { $ref: "#/$defs/a" } },
    $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } },
  },
  nowhere: { type: "object", properties: { q: { $ref: "#/$defs/missing" } } },
  large: { type: "object", properties: { q: { type: "string", description: "x".repeat(80_000) } } },
};

let wick, admin, token, server;
const got = [];
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  token = wick.token("ann@example.com", ["--tools", "direct"]).token;
  const tools = Object.entries({ ...schemas, ...unreadable, untyped: { properties: { q: {} } } }).map(
    ([name, inputSchema]) => ({ name, inputSchema }),
  );
  server = await listen((request, response, body) => {
    if (request.method !== "POST") return response.writeHead(405).end();
    const { id, method, params } = JSON.parse(body);
    if (id === undefined) return response.writeHead(202).end();
    const answers = {
      initialize: () => ({
        protocolVersion: "2025-11-25",
        capabilities: { tools: {} },
        serverInfo: { name: "schemas", version: "1" },
      }),
      "tools/list": () => ({ tools }),
      "tools/call": () => (
        got.push({ arguments: params.arguments, body }),
        { content: [{ type: "text", text: "done" }] }
      ),
    };
    const answer = answers[method]
      ? { result: answers[method](params) }
      : { error: { code: -32601, message: "no such method" } };
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
  });
  const made = await admin.post("/admin/connectors", {
    kind: "mcp",
    label: "Odd",
    config: { url: server.url, allow_private_addresses: true },
  });
  assert.equal(made.status, 201, made.text);
  const refreshed = await admin.post(`/admin/connectors/${made.body.id}/refresh`, {});
  assert.equal(refreshed.status, 200, refreshed.text);
});
after(async () => {
  server.close();
  await wick.stop();
});

// What the server gets, or the sentence that refuses.
async function call(name, args) {
  const { body } = await callTool(wick, token, `odd__${name}`, args);
  return body.result.isError ? body.result.content[0].text : got.at(-1).arguments;
}

test("a tool is listed with the schema that its server gave, whether it can be read or not", async () => {
  const { body } = await modern(wick, token, "tools/list");
  const listed = Object.fromEntries(body.result.tools.map(({ name, inputSchema }) => [name, inputSchema]));
  for (const [name, schema] of Object.entries({ ...schemas, ...unreadable }))
    assert.deepEqual(listed[`odd__${name}`], schema, name);
  assert.deepEqual(listed.odd__untyped, { type: "object", properties: { q: {} } }, "MCP demands the type");
});

test("a call is passed on if its schema cannot be read", async () => {
  for (const name of Object.keys(unreadable)) assert.deepEqual(await call(name, { q: 5 }), { q: 5 }, name);
});

test("arguments that take too many steps to check are passed on", async () => {
  const list = Array.from({ length: 300_000 }, (_, i) => i % 10);
  assert.equal((await call("many", { list })).list.length, list.length);
});

test("arguments that fit by JSON Schema 2020-12 are passed on as they are", async () => {
  const fitting = {
    tuple: [{ t: ["x", 1] }, { t: ["x"] }],
    nullable: [
      { owner: null, limit: null },
      { owner: "a", limit: 5, q: null },
    ],
    defaults: [{}, { scale: "device", level: 2 }],
    texts: [{ n: "5", b: "true" }, { n: "-1.5e3" }],
    price: [{ amount: 19.99 }, { amount: 4.35 }, { amount: 100.01 }],
    pattern: [{ id: "AB-12", "x-more": "y" }],
    draft4: [{ n: 1 }],
  };
  for (const [name, all] of Object.entries(fitting))
    for (const args of all) assert.deepEqual(await call(name, args), args, name);
  const raw = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"odd__whole","arguments":{"line":7.0}}}`;
  assert.doesNotMatch((await post(wick, token, raw)).text, /isError":true/);
  assert.match(got.at(-1).body, /"line":7(\.0)?\}/);
});

test("arguments that do not fit are refused with a sentence that names them", async () => {
  const refused = [
    ["tuple", { t: ["x", 1, 2] }, "arguments.t must have at most 2 items, and has 3."],
    ["tuple", { t: ["x", "y"] }, "arguments.t[1] must be an integer, not a string."],
    ["nullable", { owner: null }, "arguments.limit is required, but missing."],
    ["defaults", { scale: "both" }, 'arguments.scale must be "css" or "device".'],
    ["texts", { n: "five" }, "arguments.n must be a number, not a string."],
    ["price", { amount: 19.999 }, "arguments.amount must be a multiple of 0.01."],
    ["pattern", { id: "ab" }, "arguments.id must match the pattern"],
    ["pattern", { ip: 1 }, 'arguments.ip is not a known property. The known ones are "id".'],
    ["draft4", { n: 0 }, "arguments.n must be greater than 0."],
  ];
  const calls = got.length;
  for (const [name, args, sentence] of refused)
    assert.ok(
      (await call(name, args)).includes(sentence),
      `${name} ${JSON.stringify(args)}: ${await call(name, args)}`,
    );
  assert.equal(got.length, calls, "nothing was sent");
});

describe("a REST operation", () => {
  const seen = [];
  let system, base;
  before(async () => {
    system = http
      .createServer(async (request, response) => {
        let body = "";
        for await (const chunk of request) body += chunk;
        seen.push({ url: request.url, body });
        response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
      })
      .listen(0, "127.0.0.1");
    await once(system, "listening");
    base = `http://127.0.0.1:${system.address().port}`;
  });
  after(() => {
    system.closeAllConnections();
    system.close();
  });

  test("gets numbers where the model wrote them as texts, and null where it may be null", async () => {
    const made = await admin.post("/admin/connectors", {
      kind: "rest",
      label: "Shop",
      config: { base_url: base, allow_private_addresses: true },
    });
    const input_schema = {
      type: "object",
      properties: {
        count: { type: "integer" },
        fast: { type: "boolean" },
        owner: { type: ["string", "null"] },
        code: { type: "string" },
      },
      required: ["owner"],
    };
    const rest = {
      method: "POST",
      path: "/orders",
      body: '{"count":"{count}","fast":"{fast}","owner":"{owner}","code":"{code}"}',
    };
    const added = await admin.post(`/admin/connectors/${made.body.id}/operations`, {
      key: "order",
      name: "order",
      description: "orders",
      rest,
      input_schema,
    });
    assert.equal(added.status, 201, added.text);
    const answer = await callTool(wick, token, "shop__order", { count: "5", fast: "true", owner: null, code: "007" });
    assert.equal(answer.body.result.isError, undefined, answer.text);
    const { count, fast, code } = JSON.parse(seen.at(-1).body);
    assert.deepEqual({ count, fast, code }, { count: 5, fast: true, code: "007" });
    const refused = await callTool(wick, token, "shop__order", { count: "many", owner: null });
    assert.match(refused.body.result.content[0].text, /arguments\.count must be an integer, not a string\./);
  });

  test("may have limits beyond 64 bits, as scripts round them", async () => {
    const document = `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"servers":[{"url":"${base}"}],"paths":{"/chat":{"post":{"operationId":"chat",
      "requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"seed":{"type":["integer","null"],"minimum":-9223372036854776000,
      "maximum":9223372036854776000},"big":{"type":"integer","minimum":0,"maximum":18446744073709551615}}}}}},"responses":{}}}}}`;
    const packed = { document_deflated: zlib.deflateRawSync(document).toString("base64url") };
    const shown = await admin.post("/admin/connectors/import/openapi", packed);
    assert.equal(shown.body.operations[0].importable, true, shown.text);
    const made = await admin.post("/admin/connectors", {
      kind: "rest",
      label: "Chat",
      config: { base_url: base, allow_private_addresses: true },
    });
    const imported = await admin.post(`/admin/connectors/${made.body.id}/import/openapi`, {
      ...packed,
      operations: [shown.body.operations[0].operation],
    });
    assert.ok(imported.status < 300, imported.text);
    const asks = (big) =>
      post(
        wick,
        token,
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"chat__chat","arguments":{"seed":5,"big":${big}}}}`,
      );
    assert.doesNotMatch((await asks("18446744073709551615")).text, /isError":true/);
    assert.match(seen.at(-1).body, /"big":18446744073709551615/);
    assert.match((await asks("18446744073709551616")).text, /arguments\.big must be at most 18446744073709551615\./);
  });
});
