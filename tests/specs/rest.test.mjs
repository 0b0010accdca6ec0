// A REST connector from its form to the model's call, against a real HTTP server.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, test } from "node:test";
import { Wick, callTool, modern, remember } from "../lib/wick.mjs";

const secret = "rest-secret-0123456789";
let wick, admin, token, upstream, base, connector;
const seen = [];
const issues = Array.from({ length: 1500 }, (_, i) => ({
  id: i,
  title: `Größe ${i}`,
  open: i % 2 === 0,
  labels: ["a", "b", "c"],
}));

before(async () => {
  remember("secrets", secret);
  upstream = http
    .createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      seen.push({ method: request.method, url: request.url, key: request.headers["x-api-key"], body });
      if (request.url.startsWith("/v1/hangs")) return;
      if (request.url.startsWith("/v1/redirects"))
        return response.writeHead(302, { location: `${base}/issues/other` }).end();
      if (request.url.startsWith("/v1/elsewhere"))
        return response.writeHead(302, { location: base.replace("127.0.0.1", "localhost") }).end();
      if (request.url.startsWith("/v1/fails")) return response.writeHead(503).end(`no, ${secret}`);
      if (request.url.startsWith("/v1/list"))
        return response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ total: issues.length, items: issues }));
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ data: { url: request.url, echo: request.headers["x-api-key"] } }));
    })
    .listen(0, "127.0.0.1");
  await once(upstream, "listening");
  base = `http://127.0.0.1:${upstream.address().port}/v1`;
  wick = await Wick.start();
  admin = await wick.signIn();
  ({ token } = wick.token());
});
after(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await wick.stop();
});

const operation = (key, rest, more = {}) => ({
  key,
  name: key,
  description: `does ${key}`,
  rest,
  input_schema: { type: "object", properties: { id: { type: "string" }, state: { type: "string" } } },
  ...more,
});

test("an admin adds a connector and operations, and the secret cannot be read back", async () => {
  const tag = (await admin.post("/admin/tags", { name: "tracker" })).body;
  const config = {
    base_url: base,
    auth: "header",
    auth_name: "X-Api-Key",
    secret,
    allow_private_addresses: true,
    timeout_seconds: 1,
  };
  const made = await admin.post("/admin/connectors", {
    kind: "rest",
    label: "Tracker (EU)",
    description: "Issues",
    tags: [tag.id],
    config,
  });
  assert.equal(made.status, 201, made.text);
  connector = made.body;
  assert.deepEqual(connector.config.secret, { set: true });
  assert.equal(connector.slug, "tracker_eu");
  const add = (input) => admin.post(`/admin/connectors/${connector.id}/operations`, input);
  assert.equal(
    (
      await add(
        operation(
          "get_issue",
          { method: "GET", path: "/issues/{id}", query: { state: "{state}" }, pick: "/data" },
          { read_only: true },
        ),
      )
    ).status,
    201,
  );
  assert.equal(
    (
      await add(
        operation(
          "close",
          { method: "POST", path: "/issues/{id}/close", body: '{"state":"{state}"}' },
          { destructive: true },
        ),
      )
    ).status,
    201,
  );
  for (const path of ["hangs", "fails", "redirects", "elsewhere"])
    assert.equal((await add(operation(path, { method: "GET", path: `/${path}` }))).status, 201);
  assert.equal((await add(operation("get_issue", { method: "GET", path: "/x" }))).status, 409);
  assert.equal((await add(operation("Bad Key", { method: "GET", path: "/x" }))).status, 400);
  assert.equal((await add(operation("bad", { method: "GET", path: "/../admin" }))).status, 400);
});

test("the model calls it as a tool, the key reaches the system and comes back nowhere", async () => {
  const { tools } = (await modern(wick, token, "tools/list")).body.result;
  const names = tools.map((tool) => tool.name).filter((name) => name.startsWith("tracker_eu__"));
  assert.deepEqual(
    names,
    [
      "tracker_eu__elsewhere",
      "tracker_eu__fails",
      "tracker_eu__get_issue",
      "tracker_eu__hangs",
      "tracker_eu__redirects",
    ],
    "the destructive one is off",
  );
  assert.equal(tools.find((tool) => tool.name === "tracker_eu__get_issue").annotations.readOnlyHint, true);
  const { text, body } = await callTool(wick, token, "tracker_eu__get_issue", { id: "a/../b", state: "open & shut" });
  assert.deepEqual(body.result.structuredContent, {
    url: "/v1/issues/a%2F..%2Fb?state=open%20%26%20shut",
    echo: "***",
  });
  assert.equal(seen.at(-1).key, secret);
  assert.equal(text.includes(secret), false);
});

const shape = async (rest) => {
  const saved = await admin.put(
    `/admin/connectors/${connector.id}/operations/list`,
    operation("list", { method: "GET", path: "/list", ...rest }, { read_only: true }),
  );
  assert.equal(saved.status, 200, saved.text);
  const { content, structuredContent, isError } = (await callTool(wick, token, "tracker_eu__list")).body.result;
  assert.equal(isError ?? false, false, content[0].text);
  return { text: content[0].text, structured: structuredContent };
};

test("the model gets only the part that the JMESPath expression picks", async () => {
  assert.equal(
    (
      await admin.post(
        `/admin/connectors/${connector.id}/operations`,
        operation("list", { method: "GET", path: "/list" }, { read_only: true }),
      )
    ).status,
    201,
  );
  const list = await shape({ pick: "items[?open && id > `1494`].{id: id, name: title, tags: join(' ', labels)}" });
  assert.deepEqual(JSON.parse(list.text), [
    { id: 1496, name: "Größe 1496", tags: "a b c" },
    { id: 1498, name: "Größe 1498", tags: "a b c" },
  ]);
  assert.equal(list.structured, undefined);
  const object = await shape({ pick: "{total: total, newest: max_by(items, &id).title}" });
  assert.deepEqual(object.structured, { total: 1500, newest: "Größe 1499" });
  assert.deepEqual(JSON.parse(object.text), object.structured);
  assert.equal((await shape({ pick: "items[0].title" })).text, "Größe 0");
  assert.match(
    (await shape({ pick: "issues[0]" })).text,
    /^Nothing in the response fits issues\[0\]\. The response is an object with "total", "items"\.$/,
  );
  assert.match((await shape({ pick: "sum(items)" })).text, /The function sum at character 1 takes a list of numbers/);
});

test("an invalid JMESPath expression is refused on saving, with the place and a hint", async () => {
  const save = (rest) =>
    admin.post(
      `/admin/connectors/${connector.id}/operations`,
      operation("broken", { method: "GET", path: "/list", ...rest }),
    );
  for (const [pick, said] of [
    ["items[?open", /\] is missing at character 12/],
    ["$.items", /The \$ at character 1 belongs to JSONPath/],
    ["items[?id > 3]", /character 13.*`3`/],
    ["size(items)", /no function size/],
  ]) {
    const { status, body } = await save({ pick });
    assert.equal(status, 400);
    assert.match(JSON.stringify(body), said);
  }
  assert.equal((await save({ max_items: 0 })).status, 400);
  assert.equal((await save({ max_text_bytes: "many" })).status, 400);
});

test("long lists are cut to the number an admin chose, and both forms of the result say so", async () => {
  const { text, structured } = await shape({ max_items: 2 });
  assert.match(text, /\[The list at \/items was cut: the first 2 of 1,500 items are kept\.\]/);
  assert.match(text, /\[The list at \/items\/0\/labels was cut: the first 2 of 3 items are kept\.\]/);
  assert.deepEqual(structured._cut.lists[0], { path: "/items", kept: 2, total: 1500 });
  const { _cut, ...rest } = structured;
  assert.deepEqual(JSON.parse(text.split("\n")[0]), rest);
  assert.deepEqual(
    rest.items.map((item) => item.labels),
    [
      ["a", "b"],
      ["a", "b"],
    ],
  );
  assert.match(
    (await shape({ pick: "items[].id", max_items: 3 })).text,
    /^\[0,1,2\]\n\[The list was cut: the first 3 of 1,500 items are kept\.\]\n/,
  );
});

test("text above the limit is cut between characters and marked, and structured content is left out", async () => {
  const { text, structured } = await shape({});
  const [kept, line, hint] = text.split("\n");
  assert.ok(Buffer.byteLength(kept) <= 65536 && Buffer.byteLength(kept) > 65530, "the default");
  assert.match(
    line,
    new RegExp(
      `^\\[The text was cut here: these are the first ${Buffer.byteLength(kept).toLocaleString("en")} of [0-9]{3},[0-9]{3} bytes\\.\\]$`,
    ),
  );
  assert.match(hint, /page or narrow the request/);
  assert.equal(text.includes("\ufffd"), false);
  assert.equal(structured, undefined);
  assert.equal((await shape({ max_text_bytes: 1_000_000 })).structured.items.length, 1500);
  const path = `/admin/connectors/${connector.id}`;
  const { config } = (await admin.get(path)).body;
  assert.equal((await admin.patch(path, { config: { ...config, max_text_bytes: 100 } })).status, 200);
  assert.match((await shape({})).text, /the first 100 of/, "the limit of the connector");
  assert.match((await shape({ max_text_bytes: 200 })).text, /the first (199|200) of/, "the operation has its own");
  await admin.patch(path, { config });
});

test("a response larger than what may be downloaded is an error that says what to do", async () => {
  await admin.put(
    `/admin/connectors/${connector.id}/operations/list`,
    operation("list", { method: "GET", path: "/list", max_bytes: 1000 }, { read_only: true }),
  );
  const { content, isError } = (await callTool(wick, token, "tracker_eu__list")).body.result;
  assert.equal(isError, true);
  assert.match(content[0].text, /larger than 1000 bytes\. Nothing of it was read\. .*"max_bytes"/);
  assert.equal((await admin.delete(`/admin/connectors/${connector.id}/operations/list`)).status, 204);
});

test("a failure of the system is a tool error with a clear text and no secret", async () => {
  const call = async (name) => (await callTool(wick, token, `tracker_eu__${name}`)).body.result;
  assert.match((await call("hangs")).content[0].text, /did not answer within 1 seconds/);
  const failed = await call("fails");
  assert.deepEqual(
    [failed.isError, /status 503/.test(failed.content[0].text), failed.content[0].text.includes(secret)],
    [true, true, false],
  );
  assert.equal((await admin.get(`/admin/connectors/${connector.id}`)).body.health, "failing");
  assert.equal((await call("redirects")).isError, true, "redirects are not followed unless allowed");
  assert.match((await call("get_issue")).content[0].text, /"id" must be given/);
});

test("changing other settings keeps the secret, and an emptied one is gone", async () => {
  const path = `/admin/connectors/${connector.id}`;
  const { config } = (await admin.get(path)).body;
  assert.equal((await admin.patch(path, { config: { ...config, follow_redirects: true } })).status, 200);
  assert.equal((await callTool(wick, token, "tracker_eu__redirects")).body.result.isError ?? false, false);
  assert.equal(seen.at(-1).url, "/v1/issues/other");
  const count = seen.length;
  assert.match(
    (await callTool(wick, token, "tracker_eu__elsewhere")).body.result.content[0].text,
    /redirects to another host/,
  );
  assert.equal(seen.length, count + 1, "the other host is not asked, and does not get the key");
  assert.equal((await admin.patch(path, { config: { ...config, secret: null } })).body.config.secret, undefined);
  await callTool(wick, token, "tracker_eu__get_issue", { id: "1" });
  assert.notEqual(seen.at(-1).key, secret);
  await admin.patch(path, { config: { ...config, secret } });
});

test("without permission for private addresses the call is refused before it is made", async () => {
  const path = `/admin/connectors/${connector.id}`;
  const { config } = (await admin.get(path)).body;
  await admin.patch(path, { config: { ...config, allow_private_addresses: false } });
  const count = seen.length;
  assert.match(
    (await callTool(wick, token, "tracker_eu__get_issue", { id: "1" })).body.result.content[0].text,
    /address is private/,
  );
  assert.equal(seen.length, count);
  await admin.patch(path, { config });
});

test("a duplicate has the operations but neither the secret nor the tags, and is off", async () => {
  const copy = (await admin.post(`/admin/connectors/${connector.id}/duplicate`)).body;
  assert.deepEqual(
    [copy.label, copy.disabled, copy.tags, copy.config.secret, copy.operations.length],
    ["Tracker (EU) copy", true, [], undefined, 6],
  );
  assert.equal((await admin.delete(`/admin/connectors/${copy.id}`)).status, 204);
});

test("a test run is recorded as one, and a retry as a retry", async () => {
  const route = `/connectors/${connector.id}/operations/get_issue/run`;
  const first = (await admin.post(route, { arguments: { id: "7" } })).body;
  assert.equal(first.status, "ok");
  const again = (await admin.post(route, { arguments: { id: "7" }, retry_of: first.run_id })).body;
  const source = async (id) => (await admin.get(`/runs/${id}`)).body;
  assert.deepEqual([(await source(first.run_id)).source, (await source(again.run_id)).source], ["test", "retry"]);
  assert.deepEqual((await source(first.run_id)).request, { id: "7" });
  assert.equal(
    (await admin.post(`/connectors/${connector.id}/operations/close/run`, { arguments: {} })).status,
    404,
    "still off",
  );
});
