// A token's scope narrows the access of its user, in lists, search, calls and batches alike.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Wick, callTool, modern, notesId, remember } from "../lib/wick.mjs";

let wick, admin;
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(() => wick.stop());

const id = (key) => `conn:${notesId}/${key}`;
async function mint(scope, tools = "auto") {
  const { status, body } = await admin.post("/tokens", { name: "Narrow", tools, scope });
  assert.equal(status, 201, JSON.stringify(body));
  remember("secrets", body.plaintext);
  return body.plaintext;
}
const names = async (token) =>
  (await modern(wick, token, "tools/list")).body.result.tools.map((tool) => tool.name).sort();
const execute = (token, key, args = {}) => callTool(wick, token, "wick_execute", { tool_id: id(key), arguments: args });

test("a read-only token lists, finds and calls what reads, and nothing else", async () => {
  const token = await mint({ operations: "read_only" });
  const listed = await names(token);
  assert.ok(listed.includes("notes__list"));
  assert.ok(!listed.includes("notes__create"));
  assert.equal((await callTool(wick, token, "notes__list")).body.result.isError, undefined);
  const refused = await callTool(wick, token, "notes__create", { title: "no", body: "no" });
  assert.equal(refused.status, 200, "a token cannot step up, so this is a tool error and no challenge");
  assert.equal(refused.body.result.isError, true);
  assert.match(refused.body.result.content[0].text, /outside the scope of this credential.*read-only operations/);
  const found = await callTool(wick, token, "wick_search", { query: "create a note" });
  assert.doesNotMatch(JSON.stringify(found.body), /notes?\/create|\/create"/);
  const run = (await admin.get("/runs?status=denied")).body.items.find((one) => one.operation === "create");
  assert.equal(run.status, "denied");
  assert.match(run.error, /outside the scope/);
});

test("chosen operations are all there is, one by one and in a batch", async () => {
  const token = await mint({ connectors: [notesId], operations: [id("search")] });
  assert.deepEqual(await names(token), ["notes__search"]);
  assert.equal((await execute(token, "list")).body.result.isError, true);
  assert.match(
    (await callTool(wick, token, "wick_get", { tool_id: id("list") })).body.result.content[0].text,
    /outside the scope/,
  );
  const batch = await callTool(wick, token, "wick_execute", {
    calls: [{ tool_id: id("search"), arguments: { query: "x" } }, { tool_id: id("list") }, { tool_id: id("made_up") }],
  });
  const [allowed, outside, unknown] = batch.body.result.structuredContent.results;
  assert.equal(allowed.isError, undefined);
  assert.match(outside.content[0].text, /outside the scope/);
  assert.match(unknown.content[0].text, /There is no operation/);
});

test("a scope cannot name what its user does not have, and one that is wrong is never the full one", async () => {
  const stranger = "01900000-0000-7000-8000-00000000abcd";
  for (const scope of [
    { connectors: [stranger] },
    { operations: [`conn:${stranger}/list`] },
    { operations: [id("made_up")] },
    { operations: "write" },
    { conectors: [] },
    "read",
    [],
  ])
    assert.equal((await admin.post("/tokens", { name: "Wrong", scope })).status, 400, JSON.stringify(scope));
});

test("a scope survives rotation and a restart, and whoami tells it", async () => {
  const scope = { connectors: [notesId], operations: "read_only" };
  const made = (await admin.post("/tokens", { name: "Kept", scope })).body;
  remember("secrets", made.plaintext);
  const rotated = (await admin.post(`/tokens/${made.token.id}/rotate`, {})).body;
  remember("secrets", rotated.plaintext);
  assert.deepEqual(rotated.token.scope, scope);
  await wick.stop();
  await wick.launch();
  const whoami = await fetch(`${wick.url}/api/v1/whoami`, {
    headers: { authorization: `Bearer ${rotated.plaintext}` },
  });
  assert.deepEqual((await whoami.json()).scope, scope);
  assert.ok(!(await names(rotated.plaintext)).includes("notes__create"));
});

test("the command line makes a narrow token", async () => {
  wick.createUser("cli@example.com", "Command");
  const { token } = wick.json([
    "token",
    "create",
    "--user",
    "cli@example.com",
    "--name",
    "CLI",
    "--read-only",
    "--connector",
    "Notes",
  ]);
  remember("secrets", token);
  assert.ok(!(await names(token)).includes("notes__create"));
  assert.ok((await names(token)).includes("notes__get"));
});
