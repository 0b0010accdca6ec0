// The change log: what adds to it, and what does not.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { Wick } from "../lib/wick.mjs";

let wick, admin;

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(() => wick.stop());

const sql = (statement) => execFileSync("sqlite3", [`${wick.data}/wick.db`, statement], { encoding: "utf8" });
// Everything but who was seen when.
const contents = () =>
  sql(".dump")
    .split("\n")
    .filter((line) => !line.startsWith("INSERT INTO sessions"));

test("an update with the values that are there writes nothing, on every PATCH route", async () => {
  const ok = async (answer) => {
    const { status, body } = await answer;
    assert.ok(status < 300, `${status} ${JSON.stringify(body)}`);
    return body;
  };
  const tag = await ok(admin.post("/admin/tags", { name: "Team", description: "All of us", filter: true }));
  const user = (
    await ok(admin.post("/admin/users", { email: "bob@example.com", name: "Bob", role: "member", tags: [tag.id] }))
  ).user;
  const config = { base_url: "http://127.0.0.1:9", auth: "bearer" };
  const connector = await ok(
    admin.post("/admin/connectors", {
      kind: "rest",
      label: "Things",
      description: "d",
      config: { ...config, secret: "abcdefgh" },
      tags: [tag.id],
    }),
  );
  const operation = {
    key: "get",
    name: "Get",
    description: "Gets",
    read_only: true,
    destructive: false,
    idempotent: true,
    enabled: true,
    input_schema: { type: "object" },
    rest: { method: "GET", path: "/", query: {}, headers: {} },
  };
  await ok(admin.post(`/admin/connectors/${connector.id}/operations`, operation));
  const client = (
    await ok(admin.post("/admin/oauth-clients", { name: "App", redirect_uris: ["http://127.0.0.1/back"] }))
  ).client;
  const shown = await ok(admin.get(`/connectors/${connector.id}`));
  const me = await ok(admin.get("/session"));

  const updates = {
    "/me": ["/me", { name: me.user.name }],
    "/admin/users/{id}": [`/admin/users/${user.id}`, { name: "Bob", role: "member", tags: [tag.id] }],
    "/admin/tags/{id}": [`/admin/tags/${tag.id}`, { name: "Team", description: "All of us", filter: true }],
    "/admin/connectors/{id}": [
      `/admin/connectors/${connector.id}`,
      {
        label: shown.label,
        description: shown.description,
        icon: shown.icon,
        disabled: shown.disabled,
        config: shown.config,
        tags: [tag.id, tag.id],
      },
    ],
    "/admin/connectors/{id}/operations/{key}": [`/admin/connectors/${connector.id}/operations/get`, { enabled: true }],
    "/admin/oauth-clients/{id}": [`/admin/oauth-clients/${client.id}`, { blocked: false }],
  };
  const described = await ok(admin.get("/openapi.json"));
  const patchable = Object.entries(described.paths)
    .filter(([, methods]) => methods.patch)
    .map(([path]) => path);
  assert.deepEqual(Object.keys(updates).sort(), patchable.sort(), "a PATCH route is not in this test");

  const before = contents();
  for (const [path, body] of Object.values(updates)) await ok(admin.patch(path, body));
  await ok(admin.put(`/admin/connectors/${connector.id}/operations/get`, operation));
  assert.deepEqual(contents(), before);

  const different = {
    "/me": { name: "Ann the First" },
    "/admin/users/{id}": { tags: [] },
    "/admin/tags/{id}": { filter: false },
    "/admin/connectors/{id}": { tags: [] },
    "/admin/connectors/{id}/operations/{key}": { enabled: false },
  };
  for (const [route, body] of Object.entries(different)) {
    const entries = Number(sql("SELECT seq FROM change_head"));
    await ok(admin.patch(updates[route][0], body));
    assert.equal(Number(sql("SELECT seq FROM change_head")), entries + 1, route);
  }
});
