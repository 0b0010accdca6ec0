// Names that people read hold nothing that is invisible or turns the writing, whichever door they come through.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { register } from "../lib/oauth.mjs";
import { Wick, callTool, notesId, password } from "../lib/wick.mjs";

const hidden = {
  "U+202E": "\u202E",
  "U+2066": "\u2066",
  "U+200B": "\u200B",
  "U+200E": "\u200E",
  "U+FEFF": "\uFEFF",
  "U+0007": "\u0007",
  "U+0085": "\u0085",
  "U+E0041": "\u{E0041}",
};
let wick,
  admin,
  id = {};

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  id.tag = (await admin.post("/admin/tags", { name: "team", description: "", filter: false })).body.id;
  id.user = (await admin.post("/admin/users", { email: "bob@example.com", name: "Bob", role: "member" })).body.user.id;
  id.connector = (
    await admin.post("/admin/connectors", {
      kind: "rest",
      label: "System",
      config: { base_url: "https://api.example.com" },
    })
  ).body.id;
});
after(() => wick.stop());

const operation = (name) => ({
  key: "get",
  name,
  description: "Gets it.",
  input_schema: { type: "object", properties: {} },
  rest: { method: "GET", path: "/" },
});

const doors = {
  "a token": (name) => admin.post("/tokens", { name }),
  "a token's description": (description) => admin.post("/tokens", { name: "laptop", description }),
  oneself: (name) => admin.patch("/me", { name }),
  "a new user": (name) => admin.post("/admin/users", { email: "cid@example.com", name, role: "member" }),
  "a user": (name) => admin.patch(`/admin/users/${id.user}`, { name }),
  "a new tag": (name) => admin.post("/admin/tags", { name, description: "", filter: false }),
  "a tag": (name) => admin.patch(`/admin/tags/${id.tag}`, { name }),
  "a tag's description": (description) => admin.patch(`/admin/tags/${id.tag}`, { description }),
  "a new connector": (label) =>
    admin.post("/admin/connectors", { kind: "rest", label, config: { base_url: "https://api.example.com" } }),
  "a connector": (label) => admin.patch(`/admin/connectors/${id.connector}`, { label }),
  "a connector's description": (description) => admin.patch(`/admin/connectors/${id.connector}`, { description }),
  "an operation": (name) => admin.post(`/admin/connectors/${id.connector}/operations`, operation(name)),
  "an app by an admin": (name) =>
    admin.post("/admin/oauth-clients", { name, redirect_uris: ["https://app.example.com/cb"] }),
};

for (const [door, through] of Object.entries(doors)) {
  test(`the name of ${door} holds no hidden character, and the error says which one to delete`, async () => {
    for (const [number, character] of Object.entries(hidden)) {
      const { status, body } = await through(`pay${character}lap`);
      assert.equal(status, 400, number);
      assert.match(body.error.message, new RegExp(`${number.replace("+", "\\+")}, .*: delete it`));
    }
  });
}

test("an app that registers itself with such a name is refused", async () => {
  const { status, body } = await register(wick, { client_name: "pay\u202Elap" });
  assert.equal(status, 400);
  assert.equal(body.error, "invalid_client_metadata");
  assert.match(body.error_description, /U\+202E/);
});

test("the command line refuses such names as the API does", () => {
  const made = wick.cli(["token", "create", "--user", "ann@example.com", "--name", "pay\u202Elap"]);
  assert.notEqual(made.code, 0);
  assert.match(made.stdout + made.stderr, /U\+202E/);
  const user = wick.cli(["user", "create", "--email", "dan@example.com", "--name", "D\u200Ban", "--password-stdin"], {
    input: "correct horse battery staple\n",
  });
  assert.notEqual(user.code, 0);
  assert.match(user.stdout + user.stderr, /U\+200B/);
});

test("an email address holds none either", async () => {
  assert.equal(
    (await admin.post("/admin/users", { email: "ev\u202Eil@example.com", name: "Eve", role: "member" })).status,
    400,
  );
});

test("a note is refused because of its title, with the reason", async () => {
  const { token } = wick.token();
  const { body } = await callTool(wick, token, "notes__create", { title: "pay\u2067lap", body: "b" });
  assert.equal(body.result.isError, true);
  assert.match(body.result.content[0].text, /U\+2067/);
});

test("the name of a client is shown without invisible characters", async () => {
  const { token } = wick.token();
  const params = {
    name: "notes__list",
    arguments: {},
    _meta: { "io.modelcontextprotocol/clientInfo": { name: "desk\u202Eppa", version: "1" } },
  };
  const { modern } = await import("../lib/wick.mjs");
  assert.equal((await modern(wick, token, "tools/call", params)).status, 200);
  const { items } = (await admin.get(`/runs?connector=${notesId}`)).body;
  assert.equal(items[0].client_name, "deskppa");
});

// A header as a browser or a program may send it: the bytes of UTF-8.
const header = (text) => Buffer.from(text).toString("latin1");

test("names from User-Agent headers and unknown tools are shown without invisible characters", async () => {
  const { token } = wick.token("ann@example.com", [], "agents");
  const { modern } = await import("../lib/wick.mjs");
  await modern(
    wick,
    token,
    "tools/call",
    { name: "nothing__here", arguments: {} },
    { "user-agent": header("desk\u202Eppa/1") },
  );
  const [used] = (await admin.get("/admin/tokens?query=agents")).body.items;
  assert.equal(used.last_used.user_agent, "deskppa/1");
  const [run] = (await admin.get(`/runs?token=${used.id}`)).body.items;
  assert.equal((await admin.get(`/runs/${run.id}`)).body.user_agent, "deskppa/1");
  await modern(wick, token, "tools/call", { name: "pay\u202Elap", arguments: {} }, { "mcp-name": null });
  const operations = (await admin.get(`/runs?token=${used.id}`)).body.items.map(({ operation }) => operation);
  assert.ok(
    operations.every((operation) => !operation.includes("\u202E")),
    JSON.stringify(operations),
  );
  const browser = await wick.signIn();
  await browser.request(
    "POST",
    "/session",
    { email: "ann@example.com", password },
    { "user-agent": header("Fire\u202Exof") },
  );
  assert.ok((await admin.get("/sessions")).body.items.some(({ user_agent }) => user_agent === "Firexof"));
});

test("names of other scripts and with emoji are taken", async () => {
  for (const name of ["مكتب القاهرة", "می\u200Cخواهم", "👩\u200D💻 laptop", "❤\uFE0F", "日本語"])
    assert.equal((await admin.post("/tokens", { name })).status, 201, name);
});
