// The header fields of a REST connector's requests and responses: what a request says of a body that it does not have, and
// what of a response's head a model gets.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, test } from "node:test";
import { Wick, callTool, remember } from "../lib/wick.mjs";

const secret = "fields-secret-0123456789";
const seen = [];
let wick, admin, token, upstream, base, answer;

before(async () => {
  remember("secrets", secret);
  upstream = http
    .createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      seen.push({ method: request.method, url: request.url, headers: request.headers, raw: request.rawHeaders, body });
      answer(response);
    })
    .listen(0, "127.0.0.1");
  await once(upstream, "listening");
  base = `http://127.0.0.1:${upstream.address().port}`;
  wick = await Wick.start();
  admin = await wick.signIn();
  ({ token } = wick.token("ann@example.com", ["--tools", "direct"]));
  for (const [label, more] of [
    ["Api", {}],
    ["Follower", { follow_redirects: true }],
  ]) {
    const config = {
      base_url: base,
      auth: "header",
      auth_name: "X-Api-Key",
      secret,
      allow_private_addresses: true,
      ...more,
    };
    const made = await admin.post("/admin/connectors", { kind: "rest", label, config });
    assert.equal(made.status, 201, made.text);
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const operation = {
        key: method.toLowerCase(),
        name: method,
        description: method,
        rest: { method, path: "/x", headers: { "X-Given": "{given}", "X-Fixed": "" } },
        input_schema: { type: "object", properties: { given: { type: "string" } } },
        read_only: true,
      };
      const added = await admin.post(`/admin/connectors/${made.body.id}/operations`, operation);
      assert.equal(added.status, 201, added.text);
    }
  }
});
after(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await wick.stop();
});

async function call(method, response, args = {}, of = "api") {
  answer = response;
  const { result } = (await callTool(wick, token, `${of}__${method}`, args)).body;
  return { text: result.content[0].text, structured: result.structuredContent, isError: result.isError ?? false };
}
const json =
  (value, headers = {}, status = 200) =>
  (response) =>
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(value === undefined ? "" : JSON.stringify(value));

test("a POST, PUT or PATCH without a body says that its length is zero, and no type", async () => {
  for (const method of ["post", "put", "patch"]) {
    assert.equal((await call(method, json({ ok: true }))).isError, false);
    const { headers, body } = seen.at(-1);
    assert.equal(headers["content-length"], "0", method);
    assert.equal(headers["content-type"], undefined, method);
    assert.equal(headers["transfer-encoding"], undefined, method);
    assert.equal(body, "");
  }
  for (const method of ["get", "delete"]) {
    await call(method, json({ ok: true }));
    assert.equal(seen.at(-1).headers["content-length"], undefined, method);
  }
});

test("an empty header argument is sent as an empty header, an absent one is not sent", async () => {
  const given = () => seen.at(-1).headers["x-given"];
  await call("get", json({}), { given: "" });
  assert.equal(given(), "");
  assert.equal(seen.at(-1).headers["x-fixed"], "");
  await call("get", json({}), { given: " " });
  assert.equal(given(), "");
  await call("get", json({}), { given: "a;b: c" });
  assert.equal(given(), "a;b: c");
  await call("get", json({}));
  assert.equal(given(), undefined);
});

test("the Location of a created resource reaches the model, also without a body", async () => {
  assert.equal(
    (await call("post", json(undefined, { location: "/items/4711" }, 201))).text,
    "Done: the system answered with status 201 and no content.\n[Location: /items/4711]",
  );
  const made = await call("post", json({ id: 4711 }, { location: "https://ann:pass@api.example.com/items/4711" }, 201));
  assert.equal(made.text, '{"id":4711}\n[Location: https://api.example.com/items/4711]');
  assert.deepEqual(made.structured, { id: 4711, _headers: { Location: "https://api.example.com/items/4711" } });
  const taken = await call("post", json({ _headers: 1 }, { "operation-location": "/operations/7" }, 202));
  assert.deepEqual(taken.structured, { _headers: 1, __headers: { "Operation-Location": "/operations/7" } });
});

test("links to other pages and times to wait reach the model", async () => {
  const links =
    '<https://api.example.com/items?page=2>; rel="next", <https://x:y@api.example.com/items?page=9>; rel="last"';
  assert.equal((await call("get", json([1, 2], { link: links }))).text, `[1,2]\n[Link: ${links.replace("x:y@", "")}]`);
  const waits = await call("get", json({ message: "slow down" }, { "retry-after": "120" }, 429));
  assert.equal(waits.isError, true);
  assert.equal(waits.text, 'The system answered with status 429:\n{"message":"slow down"}\n[Retry-After: 120]');
});

test("an ETag reaches the model when a condition can be made with it, other fields do not", async () => {
  const { text, structured } = await call(
    "get",
    json({ a: 1 }, { etag: '"v7"', "x-request-id": "1", "set-cookie": "a=b", server: "x" }),
  );
  assert.equal(text, '{"a":1}\n[ETag: "v7"]');
  assert.deepEqual(structured, { a: 1, _headers: { ETag: '"v7"' } });
  assert.equal((await call("get", json({ a: 1 }, { etag: 'W/"v7"' }))).text, '{"a":1}');
});

test("header fields give away no secret, hold no control characters and are bounded", async () => {
  const { text } = await call("post", json(undefined, { location: `/items/7?key=${secret}` }, 201));
  assert.equal(text.includes(secret), false);
  assert.match(text, /\[Location: \/items\/7\?key=\*\*\*\]/);
  const long = (await call("post", json(undefined, { location: `/${"x".repeat(8000)}` }, 201))).text;
  assert.ok(long.length < 2200 && long.endsWith("…]"), long);
  const latin = (
    await call("post", (response) => {
      response.socket.end(
        Buffer.from("HTTP/1.1 201 Created\r\nLocation: /caf\xe9\t\x7f\r\nContent-Length: 0\r\n\r\n", "latin1"),
      );
    })
  ).text;
  assert.match(latin, /\[Location: \/caf\uFFFD/);
  assert.doesNotMatch(latin, /[\x00-\x09\x0b-\x1f\x7f]/);
});

test("a redirect that is not followed names its target without what may be a credential", async () => {
  const to = (location) => (response) => response.writeHead(302, { location }).end();
  const first = await call("get", to("https://ann:pass@other.example.com/login?ticket=ST-1#x"));
  assert.equal(first.isError, true);
  assert.match(
    first.text,
    /redirect \(status 302\) to https:\/\/other\.example\.com\/login, which this connector does not follow/,
  );
  assert.match((await call("get", to("/moved"))).text, new RegExp(`to ${base}/moved, which`));
  const second = await call("get", to("https://ann:pass@other.example.com/login?ticket=ST-1"), {}, "follower");
  assert.match(second.text, /redirects to another host \(https:\/\/other\.example\.com\/login\)/);
  for (const { text } of [first, second]) assert.doesNotMatch(text, /ann|pass@|ST-1/);
});
