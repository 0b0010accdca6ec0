// OpenAPI documents from their text to the request that a model's call becomes: real ones, changed ones, hostile ones.
import Ajv2020 from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";
import zlib from "node:zlib";
import YAML from "yaml";
import { sample } from "../lib/sample.mjs";
import { Wick, callTool, modern } from "../lib/wick.mjs";

const require = createRequire(import.meta.url);
const folder = (name) => path.dirname(require.resolve(`${name}/package.json`));
const readme = folder("@readme/oas-examples");
const real = {
  figma: path.join(folder("@figma/rest-api-spec"), "openapi/openapi.yaml"),
  blockfrost: path.join(folder("@blockfrost/openapi"), "openapi.yaml"),
  "star trek": path.join(readme, "3.0/json/star-trek.json"),
  readme: path.join(readme, "3.1/yaml/readme.yaml"),
  trains: path.join(readme, "3.1/yaml/train-travel.yaml"),
  wick: path.resolve(import.meta.dirname, "../../src/api/openapi.json"),
};
// GitHub's is 13 MB and its package 400: name a copy of it to read it too (@octokit/openapi, api.github.com.json).
if (process.env.WICK_OPENAPI_GITHUB) real.github = process.env.WICK_OPENAPI_GITHUB;

let wick, admin, token, upstream, base;
const seen = [];

before(async () => {
  upstream = http
    .createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      seen.push({
        method: request.method,
        url: request.url,
        type: request.headers["content-type"],
        trace: request.headers["x-trace"],
        authorization: request.headers.authorization,
        body,
      });
      response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
    })
    .listen(0, "127.0.0.1");
  await once(upstream, "listening");
  base = `http://127.0.0.1:${upstream.address().port}`;
  wick = await Wick.start();
  admin = await wick.signIn();
  ({ token } = wick.token());
});
after(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await wick.stop();
});

const packed = (text) => ({ document_deflated: zlib.deflateRawSync(text).toString("base64url") });
const preview = (document, connector) =>
  admin.post("/admin/connectors/import/openapi", {
    ...packed(typeof document === "string" ? document : JSON.stringify(document)),
    connector,
  });
const take = (id, document, operations, remove) =>
  admin.post(`/admin/connectors/${id}/import/openapi`, {
    ...packed(typeof document === "string" ? document : JSON.stringify(document)),
    operations,
    remove,
  });
const create = async (label, url = base, config = {}) => {
  const made = await admin.post("/admin/connectors", {
    kind: "rest",
    label,
    config: { base_url: url, allow_private_addresses: true, ...config },
  });
  assert.equal(made.status, 201, made.text);
  return made.body;
};
const operationsOf = async (id) => (await admin.get(`/admin/connectors/${id}`)).body.operations;
/** An operation as an admin sends it back: without what Wick derives. */
async function inputOf(id, key) {
  const { tool_name: _name, tool_id: _id, ...input } = (await operationsOf(id)).find((each) => each.key === key);
  return input;
}
const statusOf = (body) =>
  Object.fromEntries(body.operations.map((each) => [each.operation, [each.status, ...each.changes].join(" ")]));

const tracker = () => ({
  openapi: "3.0.3",
  info: { title: "Tracker", version: "1.0" },
  servers: [{ url: "https://tracker.test/v1" }],
  security: [{ key: [] }],
  paths: {
    "/repos/{owner}/issues": {
      parameters: [{ name: "owner", in: "path", required: true, schema: { type: "string" } }],
      get: {
        operationId: "listIssues",
        summary: "List issues",
        tags: ["issues"],
        parameters: [
          { name: "state", in: "query", schema: { $ref: "#/components/schemas/State" } },
          { name: "labels", in: "query", schema: { type: "array", items: { type: "string" } } },
          { name: "fields", in: "query", explode: false, schema: { type: "array", items: { type: "string" } } },
          { name: "filter", in: "query", style: "deepObject", explode: true, schema: { type: "object" } },
          { name: "X-Trace", in: "header", schema: { type: "string" } },
        ],
      },
      post: {
        operationId: "createIssue",
        summary: "Open an issue",
        tags: ["issues"],
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/Issue" } } },
        },
      },
    },
    "/issues/{id}": {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
      put: {
        operationId: "editIssue",
        summary: "Edit an issue",
        deprecated: true,
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/Issue" } } },
        },
      },
      delete: { operationId: "deleteIssue", summary: "Delete an issue" },
    },
    "/charges": {
      post: {
        operationId: "charge",
        requestBody: {
          content: {
            "application/x-www-form-urlencoded": {
              encoding: { meta: { style: "deepObject", explode: true } },
              schema: {
                type: "object",
                required: ["amount"],
                properties: {
                  amount: { type: "integer" },
                  note: { type: "string" },
                  meta: { type: "object" },
                  expand: { type: "array", items: { type: "string" } },
                },
              },
            },
          },
        },
      },
    },
    "/upload": {
      post: {
        operationId: "upload",
        requestBody: { content: { "multipart/form-data": { schema: { type: "object" } } } },
      },
    },
  },
  components: {
    schemas: {
      State: { type: "string", enum: ["open", "closed"], default: "open" },
      Issue: {
        type: "object",
        required: ["title", "number"],
        properties: {
          number: { type: "integer", readOnly: true },
          title: { type: "string" },
          milestone: { type: "integer", nullable: true },
          parent: { $ref: "#/components/schemas/Issue" },
        },
      },
    },
    securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Api-Key" } },
  },
});

let connector;

test("a document shows what it offers before anything is stored", async () => {
  const { status, body } = await preview(tracker());
  assert.equal(status, 200);
  assert.deepEqual(
    [body.title, body.version, body.base_url, body.auth, body.imported_before],
    ["Tracker", "1.0", "https://tracker.test/v1", { auth: "header", auth_name: "X-Api-Key" }, null],
  );
  assert.deepEqual(
    body.operations.map((each) => [
      each.operation,
      each.key,
      each.name,
      each.read_only,
      each.destructive,
      each.deprecated,
      each.importable,
      each.status,
    ]),
    [
      ["GET /repos/{owner}/issues", "list_issues", "List issues", true, false, false, true, "new"],
      ["POST /repos/{owner}/issues", "create_issue", "Open an issue", false, false, false, true, "new"],
      ["PUT /issues/{id}", "edit_issue", "Edit an issue", false, false, true, true, "new"],
      ["DELETE /issues/{id}", "delete_issue", "Delete an issue", false, true, false, true, "new"],
      ["POST /charges", "charge", "Charge", false, false, false, true, "new"],
      ["POST /upload", "upload", "Upload", false, false, false, false, "new"],
    ],
  );
  assert.match(body.operations.at(-1).notes[0], /multipart\/form-data/);
  assert.equal(
    (await admin.get("/admin/connectors")).body.items.some((each) => each.label === "Tracker"),
    false,
  );
  assert.deepEqual(
    (await preview(YAML.stringify(tracker()))).body.operations,
    body.operations,
    "YAML and JSON are the same",
  );
});

test("the chosen operations become tools, destructive ones turned off", async () => {
  connector = (await create("Tracker")).id;
  const all = (await preview(tracker(), connector)).body.operations
    .filter((each) => each.importable)
    .map((each) => each.operation);
  const done = await take(connector, tracker(), all);
  assert.deepEqual([done.status, done.body], [200, { added: 5, updated: 0, removed: 0 }], done.text);
  assert.deepEqual(
    (await operationsOf(connector)).map((each) => [each.key, each.enabled]),
    [
      ["charge", true],
      ["create_issue", true],
      ["delete_issue", false],
      ["edit_issue", true],
      ["list_issues", true],
    ],
  );
  const { tools } = (await modern(wick, token, "tools/list")).body.result;
  const tool = tools.find((each) => each.name === "tracker__list_issues");
  assert.equal(tool.annotations.readOnlyHint, true);
  assert.deepEqual(tool.inputSchema.properties.state, { type: "string", enum: ["open", "closed"], default: "open" });
});

test("a call is exactly the request that the document describes", async () => {
  const call = async (name, args) => {
    const { body } = await callTool(wick, token, `tracker__${name}`, args);
    assert.notEqual(body.result.isError, true, JSON.stringify(body.result.content));
    return seen.at(-1);
  };
  const listed = await call("list_issues", {
    owner: "a/b",
    state: "open",
    labels: ["bug", "x y"],
    fields: ["id", "title"],
    filter: { author: "ann", age: { gte: 3 } },
    "X-Trace": "t1",
  });
  assert.deepEqual(
    [listed.method, decodeURIComponent(listed.url), listed.trace],
    [
      "GET",
      "/repos/a/b/issues?state=open&labels=bug&labels=x y&fields=id,title&filter[author]=ann&filter[age][gte]=3",
      "t1",
    ],
  );
  assert.ok(listed.url.startsWith("/repos/a%2Fb/issues?"));
  assert.equal((await call("list_issues", { owner: "o" })).url, "/repos/o/issues");
  const created = await call("create_issue", {
    owner: "o",
    title: "T",
    parent: { title: "P", parent: { title: "Q" } },
  });
  assert.deepEqual(
    [created.method, created.type, JSON.parse(created.body)],
    ["POST", "application/json", { title: "T", parent: { title: "P", parent: { title: "Q" } } }],
  );
  assert.deepEqual(
    JSON.parse((await call("edit_issue", { id: 7, title: "T", milestone: null })).body),
    { title: "T", milestone: null },
    "null says something",
  );
  const charged = await call("charge", { amount: 5, meta: { a: "b c" }, expand: ["x", "y"] });
  assert.deepEqual(
    [charged.type, charged.body],
    ["application/x-www-form-urlencoded", "amount=5&meta%5Ba%5D=b%20c&expand=x&expand=y"],
  );
  const count = seen.length;
  for (const wrong of [{ owner: "o", state: "ajar" }, { owner: "o", labels: "bug" }, {}, { owner: "o", unknown: 1 }]) {
    assert.equal(
      (await callTool(wick, token, "tracker__list_issues", wrong)).body.result.isError,
      true,
      JSON.stringify(wrong),
    );
  }
  assert.equal(seen.length, count, "what does not fit is not sent");
});

test("importing the same again changes nothing, and a changed document shows exactly its changes", async () => {
  const same = (await preview(tracker(), connector)).body;
  assert.deepEqual(
    [same.imported_before, new Set(same.operations.filter((each) => each.importable).map((each) => each.status))],
    [{ title: "Tracker", version: "1.0", same_document: true }, new Set(["unchanged"])],
  );
  // By hand: an admin words a description better, turns one off and saves another without a change.
  const path = `/admin/connectors/${connector}/operations`;
  const input = await inputOf(connector, "create_issue");
  assert.equal((await admin.put(`${path}/create_issue`, { ...input, description: "Only after asking." })).status, 200);
  const charge = await inputOf(connector, "charge");
  assert.equal(
    (await admin.put(`${path}/charge`, { ...charge, rest: { ...charge.rest, query: {}, headers: {} } })).status,
    200,
  );
  assert.equal((await admin.patch(`${path}/list_issues`, { enabled: false })).status, 200);
  await admin.post(path, {
    key: "mine",
    name: "mine",
    description: "mine",
    rest: { method: "GET", path: "/mine" },
    input_schema: { type: "object" },
  });

  const next = tracker();
  next.info.version = "2.0";
  next.paths["/repos/{owner}/issues"].get.parameters.push({ name: "page", in: "query", schema: { type: "integer" } });
  next.components.schemas.Issue.properties.body = { type: "string" };
  next.paths["/issues/{id}"].delete.summary = "Delete an issue for good";
  delete next.paths["/charges"];
  next.paths["/mine"] = { get: { operationId: "mine" } };
  const { body } = await preview(next, connector);
  assert.deepEqual(body.imported_before, { title: "Tracker", version: "1.0", same_document: false });
  assert.deepEqual(statusOf(body), {
    "GET /repos/{owner}/issues": "changed parameters",
    "POST /repos/{owner}/issues": "edited body",
    "PUT /issues/{id}": "changed body",
    "DELETE /issues/{id}": "changed description",
    "POST /upload": "new",
    "GET /mine": "new",
    "POST /charges": "removed",
  });
  assert.match(
    body.operations.find((each) => each.operation === "GET /mine").key,
    /^mine_[0-9a-f]{8}$/,
    "the key of one made by hand is not taken",
  );

  const taken = await take(
    connector,
    next,
    ["GET /repos/{owner}/issues", "DELETE /issues/{id}", "GET /mine"],
    ["charge"],
  );
  assert.deepEqual(taken.body, { added: 1, updated: 2, removed: 1 });
  const after = Object.fromEntries((await operationsOf(connector)).map((each) => [each.key, each]));
  assert.equal(after.list_issues.enabled, false, "what an admin turned off stays off");
  assert.equal(after.list_issues.input_schema.properties.page.type, "integer");
  assert.equal(after.delete_issue.enabled, false);
  assert.equal(after.create_issue.description, "Only after asking.", "what was not chosen is not touched");
  assert.equal(after.charge, undefined);
  const again = statusOf((await preview(next, connector)).body);
  assert.deepEqual(
    [again["GET /repos/{owner}/issues"], again["POST /repos/{owner}/issues"], again["GET /mine"]],
    ["unchanged", "edited body", "unchanged"],
  );
});

test("an import is all or nothing, and an edit cannot forge where an operation came from", async () => {
  const before = await operationsOf(connector);
  for (const [operations, remove, status] of [
    [["PUT /issues/{id}", "GET /nowhere"], [], 404],
    [["PUT /issues/{id}", "POST /upload"], [], 400],
    [["PUT /issues/{id}", "PUT /issues/{id}"], [], 400],
    [["PUT /issues/{id}"], ["list_issues", "no_such"], 404],
  ]) {
    const done = await take(connector, tracker(), operations, remove);
    assert.equal(done.status, status, done.text);
  }
  assert.deepEqual(await operationsOf(connector), before);
  const forged = {
    key: "forged",
    name: "x",
    description: "x",
    rest: { method: "GET", path: "/x" },
    input_schema: { type: "object" },
    openapi: { operation: "GET /x" },
  };
  assert.equal((await admin.post(`/admin/connectors/${connector}/operations`, forged)).status, 400);
});

test("an operation marked as harmless is turned off when it becomes destructive again", async () => {
  const path = `/admin/connectors/${connector}/operations/delete_issue`;
  const input = await inputOf(connector, "delete_issue");
  assert.equal((await admin.put(path, { ...input, destructive: false, enabled: true })).status, 200);
  await take(connector, tracker(), ["DELETE /issues/{id}"]);
  const { destructive, enabled } = (await operationsOf(connector)).find((each) => each.key === "delete_issue");
  assert.deepEqual([destructive, enabled], [true, false]);
});

test("only admins may, and only for rest connectors", async () => {
  const notes = (await admin.get("/admin/connectors")).body.items.find((each) => each.kind === "notes").id;
  assert.equal((await preview(tracker(), notes)).status, 400);
  assert.equal((await take(notes, tracker(), ["DELETE /issues/{id}"])).status, 400);
  assert.equal((await preview(tracker(), "01900000-0000-7000-8000-00000000dead")).status, 404);
  wick.createUser("bob@example.com", "Bob");
  const bob = await wick.signIn("bob@example.com");
  assert.equal((await bob.post("/admin/connectors/import/openapi", packed("{}"))).status, 403);
});

for (const [name, file] of Object.entries(real)) {
  test(`the document of ${name}: every tool's schema is 2020-12, and what fits it is sent`, async (t) => {
    const text = fs.readFileSync(file, "utf8");
    const started = performance.now();
    const { status, body } = await preview(text);
    const took = Math.round(performance.now() - started);
    assert.equal(status, 200);
    if (/\.yaml$/.test(file)) {
      // Another reader of YAML sees the same document.
      assert.deepEqual((await preview(YAML.parse(text))).body.operations, body.operations);
    }
    const importable = body.operations.filter((each) => each.importable);
    for (const each of body.operations) {
      assert.ok(each.importable || each.notes.length > 0, `${each.operation} says why not`);
      assert.match(each.key, /^[a-z0-9_]{1,64}$/);
      assert.ok(each.name && each.description, each.operation);
    }
    assert.equal(new Set(body.operations.map((each) => each.key)).size, body.operations.length);
    assert.ok(importable.length / body.operations.length > 0.9);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const checks = new Map(importable.map((each) => [each.operation, ajv.compile(each.input_schema)]));
    for (const each of importable)
      for (const argument of Object.keys(each.input_schema.properties))
        assert.match(argument, /^[a-zA-Z0-9_.-]{1,64}$/);

    const { id } = await create(`Real ${name}`);
    const chosen = importable.slice(0, 1000);
    const done = await take(
      id,
      text,
      chosen.map((each) => each.operation),
    );
    assert.deepEqual(done.body, { added: chosen.length, updated: 0, removed: 0 }, done.text);
    const again = (await preview(text, id)).body;
    assert.deepEqual(
      new Set(
        again.operations
          .filter((each) => each.importable)
          .slice(0, 1000)
          .map((each) => each.status),
      ),
      new Set(["unchanged"]),
    );
    let sent = 0,
      refused = 0;
    for (const each of chosen.filter(({ destructive, server }) => !destructive && !server).slice(0, 200)) {
      const args = sample(each.input_schema);
      const fits = checks.get(each.operation)(args);
      assert.ok(
        fits,
        `${each.operation}: ${JSON.stringify(args)} ${JSON.stringify(checks.get(each.operation).errors)}`,
      );
      const count = seen.length;
      const run = await admin.post(`/connectors/${id}/operations/${each.key}/run`, { arguments: args });
      assert.equal(run.body.status, "ok", `${each.operation} ${JSON.stringify(args)}: ${run.text}`);
      assert.equal(seen.length, count + 1);
      assert.equal(seen.at(-1).method, each.method);
      sent += 1;
      if (!each.input_schema.required) continue;
      const bare = await admin.post(`/connectors/${id}/operations/${each.key}/run`, { arguments: {} });
      assert.equal(bare.body.status, "error");
      refused += 1;
    }
    t.diagnostic(
      `${name}: ${text.length} bytes, ${importable.length} of ${body.operations.length} operations importable, listed in ${took} ms, ${sent} called, ${refused} refused without their arguments`,
    );
    assert.equal((await admin.delete(`/admin/connectors/${id}`)).status, 204);
  });
}

test("each small example of OpenAPI is read, or refused with a reason", async () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  let documents = 0;
  for (const version of ["2.0", "3.0", "3.1"]) {
    for (const file of fs
      .readdirSync(path.join(readme, version, "json"), { recursive: true })
      .filter((each) => each.endsWith(".json"))) {
      const { status, body } = await preview(fs.readFileSync(path.join(readme, version, "json", file), "utf8"));
      assert.equal(status, 200, `${version}/${file}: ${JSON.stringify(body)}`);
      for (const each of body.operations.filter(({ importable }) => importable)) ajv.compile(each.input_schema);
      documents += 1;
    }
  }
  assert.ok(documents > 50, `${documents}`);
});

const one = (more, paths) => ({
  openapi: "3.1.0",
  info: { title: "H", version: "1" },
  servers: [{ url: "https://h.test" }],
  paths: paths ?? { "/x": { get: { operationId: "x" } } },
  ...more,
});
const posting = (schema, schemas) =>
  one(
    { components: { schemas } },
    {
      "/x": {
        post: { operationId: "x", requestBody: { required: true, content: { "application/json": { schema } } } },
      },
    },
  );

test("hostile documents give an error or a note in good time, and the server stays", async () => {
  let laughs = "openapi: 3.1.0\na0: &a0 [lol]\n";
  for (let i = 1; i < 30; i++) laughs += `a${i}: &a${i} [${Array(9).fill(`*a${i - 1}`)}]\n`;
  const started = performance.now();
  const error = async (document, pattern) => {
    const { status, body } = await preview(document);
    assert.equal(status, 400, JSON.stringify(body).slice(0, 300));
    assert.match(body.error.message, pattern);
  };
  await error(laughs, /Line \d+ of the YAML takes the document beyond/);
  await error("a: &a [*a]", /inside its own anchor/);
  await error(`{"openapi":"3.1.0","a":${"[".repeat(5000)}`, /nested deeper|not valid/);
  await error(`${"- ".repeat(50_000)}x`, /nested deeper/);
  await error("openapi: 3.1.0\n\tpaths: {}", /not valid YAML: line 2/);
  await error("", /empty/);
  await error("\u0000\u0001\u0002", /YAML|OpenAPI/);

  const notes = async (document) => {
    const { status, body } = await preview(document);
    assert.equal(status, 200);
    return { ...body, notes: [...body.notes, ...body.operations.flatMap((each) => each.notes)].join("\n") };
  };
  assert.match(
    (
      await notes(
        posting(
          { $ref: "#/components/schemas/A" },
          { A: { $ref: "#/components/schemas/B" }, B: { $ref: "#/components/schemas/A" } },
        ),
      )
    ).notes,
    /circle/,
  );
  assert.match(
    (await notes(posting({ $ref: "#/components/schemas/A" }, { A: { allOf: [{ $ref: "#/components/schemas/A" }] } })))
      .notes,
    /defined by itself/,
  );
  assert.match((await notes(posting({ $ref: "https://evil.test/schema.json" }))).notes, /leads out of the document/);
  assert.match(
    (
      await notes(
        posting({ type: "object", properties: { e: { enum: Array.from({ length: 200_000 }, (_, i) => `v${i}`) } } }),
      )
    ).notes,
    /too long for models/,
  );
  const wide = { S12: { type: "string" } };
  for (let i = 0; i < 12; i++)
    wide[`S${i}`] = {
      type: "object",
      properties: Object.fromEntries(
        Array.from({ length: 10 }, (_, k) => [`m${k}`, { $ref: `#/components/schemas/S${i + 1}` }]),
      ),
    };
  assert.match((await notes(posting({ $ref: "#/components/schemas/S0" }, wide))).notes, /larger or deeper/);
  let deep = { type: "string" };
  for (let i = 0; i < 25; i++) deep = { type: "object", properties: { d: deep } };
  assert.match((await notes(posting(deep))).notes, /larger or deeper/);
  const outside = await notes(one({}, { "/../admin": { get: {} }, "/a/../../b": { get: {} }, "/ok": { get: {} } }));
  assert.deepEqual(
    outside.operations.map((each) => each.importable),
    [false, false, true],
  );
  for (const url of ["javascript:alert(1)", "file:///etc/passwd", "https://user:pass@h.test"]) {
    const read = await notes(one({ servers: [{ url }] }));
    assert.equal(read.base_url, "");
    assert.match(read.notes, /enter the base URL yourself/);
  }
  const collide = await notes(
    one(
      {},
      {
        "/a": { get: { operationId: "get-it" } },
        "/b": { get: { operationId: "get.it" } },
        "/日本": { get: { operationId: "取得", summary: "一覧" } },
        "/c": { get: { operationId: "x".repeat(500) } },
      },
    ),
  );
  assert.equal(new Set(collide.operations.map((each) => each.key)).size, 4);
  assert.equal(collide.operations[2].name, "一覧");
  const types = await notes({
    openapi: "3.0.0",
    info: 7,
    servers: {},
    paths: {
      "/x": {
        get: { operationId: {}, tags: "a", parameters: [null, 5, { name: "p" }, { $ref: "#/nope" }], requestBody: [] },
        post: 3,
      },
      "/y": null,
      "x-z": 1,
    },
    components: [],
    security: "x",
  });
  assert.deepEqual(
    types.operations.map((each) => [each.operation, each.importable]),
    [
      ["GET /x", false],
      ["POST /x", false],
    ],
  );
  assert.ok(performance.now() - started < 60_000);
  assert.equal((await admin.get("/session")).status, 200);
});

test("a document compressed beyond its limit, or not at all, is refused before it is read", async () => {
  const send = (document_deflated) => admin.post("/admin/connectors/import/openapi", { document_deflated });
  const bomb = await send(zlib.deflateRawSync(Buffer.alloc(100_000_000, 32)).toString("base64url"));
  assert.equal(bomb.status, 413);
  assert.equal((await send("####")).status, 400);
  assert.equal((await send(Buffer.from('{"openapi":"3.1.0"}').toString("base64url"))).status, 400);
  assert.equal((await admin.post("/admin/connectors/import/openapi", {})).status, 400);
  // The answer comes before the body is sent, as its length says enough.
  const refused = await new Promise((resolve, reject) => {
    const headers = {
      origin: wick.url,
      cookie: admin.cookie,
      "content-type": "application/json",
      "content-length": 5_000_000,
    };
    http
      .request(`${wick.url}/api/v1/admin/connectors/import/openapi`, { method: "POST", headers }, resolve)
      .on("error", reject)
      .flushHeaders();
  });
  assert.equal(refused.statusCode, 413);
  assert.match((await refused.toArray()).join(""), /limits\.max_body_bytes/);
  const filled = one({ "x-filler": "f".repeat(6_000_000) });
  assert.equal((await preview(filled)).status, 200, "compressed, it is smaller than that limit");
});

test("an operation is sent to another server, with the secret, only after an admin has entered it", async () => {
  const document = one(
    { servers: [{ url: "https://api.h.test/v1" }] },
    { "/up": { servers: [{ url: `${base}/uploads` }], post: { operationId: "up" } } },
  );
  const { base_url, operations } = (await preview(document)).body;
  assert.deepEqual(
    [base_url, operations[0].server, operations[0].importable],
    ["https://api.h.test/v1", `${base}/uploads`, true],
  );
  assert.match(operations[0].notes[0], /Other servers/);
  const { id } = await create("Elsewhere", base_url, { auth: "bearer", secret: "elsewhere-secret-0815" });
  await take(id, document, ["POST /up"]);
  const count = seen.length;
  const refused = (await callTool(wick, token, "elsewhere__up")).body.result;
  assert.equal(refused.isError, true);
  assert.match(refused.content[0].text, /is not this connector's server.*Other servers/);
  assert.equal(seen.length, count);
  const config = { base_url, allow_private_addresses: true, auth: "bearer" };
  assert.equal(
    (await admin.patch(`/admin/connectors/${id}`, { config: { ...config, servers: ["upload.h.test"] } })).status,
    400,
    "it must be an address",
  );
  assert.equal((await admin.patch(`/admin/connectors/${id}`, { config: { ...config, servers: [base] } })).status, 200);
  assert.notEqual((await callTool(wick, token, "elsewhere__up")).body.result.isError, true);
  assert.deepEqual(
    [seen.at(-1).method, seen.at(-1).url, seen.at(-1).authorization],
    ["POST", "/uploads/up", "Bearer elsewhere-secret-0815"],
  );
});

test("a server on a private address is called only when an admin allows it", async () => {
  const document = one({ servers: [{ url: base }] });
  const { base_url } = (await preview(document)).body;
  assert.equal(base_url, base);
  const { id } = (await admin.post("/admin/connectors", { kind: "rest", label: "Private", config: { base_url } })).body;
  await take(id, document, ["GET /x"]);
  const count = seen.length;
  assert.match((await callTool(wick, token, "private__x")).body.result.content[0].text, /address is private/);
  assert.equal(seen.length, count);
});

test("a pattern is applied, also to a long text", async () => {
  const parameters = [
    { name: "q", in: "query", schema: { type: "string", pattern: "^(a|b)*$" } },
    { name: "r", in: "query", description: "A word.", schema: { type: "string", pattern: "^(?!x)y" } },
  ];
  const document = one({ servers: [{ url: base }] }, { "/p": { get: { operationId: "p", parameters } } });
  const { id } = await create("Patterned");
  const { properties } = (await preview(document)).body.operations[0].input_schema;
  assert.equal(properties.q.pattern, "^(a|b)*$");
  assert.deepEqual(properties.r, { type: "string", description: "A word. Must match ^(?!x)y" });
  await take(id, document, ["GET /p"]);
  const refused = (await callTool(wick, token, "patterned__p", { q: "abc" })).body;
  assert.match(JSON.stringify(refused), /must match the pattern/);
  await callTool(wick, token, "patterned__p", { q: "a".repeat(500_000), r: "xy" });
  assert.equal((await admin.get("/session")).status, 200);
});
