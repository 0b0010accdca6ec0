// Accounts, roles, tags, sessions, and what a token may not do.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Session, Wick, callTool, modern, notesId, password, remember, until } from "../lib/wick.mjs";

let wick, admin;
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(() => wick.stop());

test("the set-up link makes the first admin, once", async () => {
  const fresh = await Wick.start({ admin: false });
  const [, token] = await until(() => fresh.output.match(/setup#token=([0-9a-f]{64})\n/));
  remember("secrets", token);
  const session = new Session(fresh);
  assert.equal((await session.get("/instance")).body.setup_required, true);
  const person = { email: "First@Example.com", name: "First", password };
  assert.equal((await session.post("/setup", { ...person, token: "f".repeat(64) })).status, 401);
  assert.equal((await session.post("/setup", { ...person, password: "short", token })).status, 400);
  const made = await session.post("/setup", { ...person, token });
  assert.equal(made.status, 201);
  assert.equal(made.body.user.role, "admin");
  assert.match(session.cookieAttributes, /HttpOnly; SameSite=Lax/);
  assert.notEqual((await session.post("/setup", { ...person, email: "b@example.com", token })).status, 201);
  assert.equal((await session.get("/instance")).body.setup_required, false);
  await fresh.stop();
  await fresh.launch();
  assert.doesNotMatch(fresh.output, /setup/);
  await fresh.stop();
});

test("wrong passwords and unknown accounts answer alike, and guessing is slowed down", async () => {
  wick.createUser("guess@example.com", "Guessed");
  const attempt = (email, secret = "not the password at all") =>
    new Session(wick).post("/session", { email, password: secret });
  const known = await attempt("guess@example.com");
  const unknown = await attempt("nobody@example.com");
  assert.deepEqual(
    [known.status, known.body.error.code, known.body.error.message],
    [unknown.status, unknown.body.error.code, unknown.body.error.message],
  );
  assert.equal(known.status, 401);
  let last;
  for (let i = 0; i < 6; ++i) last = await attempt("guess@example.com");
  assert.equal(last.status, 429);
  assert.ok(Number(last.headers.get("retry-after")) > 0);
  assert.equal((await attempt("guess@example.com", password)).status, 429, "the right password has to wait too");
});

test("a person joins by an invitation, which works once, and resets a password the same way", async () => {
  const { body } = await admin.post("/admin/users", { email: "joins@example.com", name: "Joins" });
  assert.equal(body.user.status, "pending");
  const secret = body.invite.url.match(/#token=([0-9a-f]+)$/)[1];
  remember("secrets", secret);
  const joining = new Session(wick);
  assert.deepEqual((await joining.get(`/invites/${secret}`)).body, {
    email: "joins@example.com",
    name: "Joins",
    purpose: "invite",
  });
  assert.equal((await joining.post(`/invites/${secret}`, { password })).status, 201);
  assert.equal((await joining.get("/session")).body.user.email, "joins@example.com");
  assert.equal((await joining.post(`/invites/${secret}`, { password })).status, 404);
  const reset = (await admin.post(`/admin/users/${body.user.id}/reset-password`)).body.url.match(
    /#token=([0-9a-f]+)$/,
  )[1];
  remember("secrets", reset);
  assert.equal((await new Session(wick).post(`/invites/${reset}`, { password: `${password} again` })).status, 201);
  remember("secrets", `${password} again`);
  assert.equal((await joining.get("/session")).status, 401, "a reset ends the sessions");
  assert.equal((await new Session(wick).post("/session", { email: "joins@example.com", password })).status, 401);
});

test("a member sees a connector only by its filter tag, and a change holds on the very next call", async () => {
  const member = wick.createUser("member@example.com", "Member");
  const { token } = wick.token("member@example.com");
  const list = async () => (await callTool(wick, token, "notes__list")).body.result !== undefined;
  assert.equal(await list(), true, "no filter tag: everyone");
  const tag = (await admin.post("/admin/tags", { name: "ops", filter: true })).body;
  await admin.patch(`/admin/connectors/${notesId}`, { tags: [tag.id] });
  assert.equal(await list(), false);
  assert.deepEqual((await modern(wick, token, "tools/list")).body.result.tools, []);
  await admin.patch(`/admin/users/${member.id}`, { tags: [tag.id] });
  assert.equal(await list(), true);
  await admin.patch(`/admin/tags/${tag.id}`, { filter: false });
  await admin.patch(`/admin/users/${member.id}`, { tags: [] });
  assert.equal(await list(), true, "a tag that only groups restricts nobody");
  await admin.patch(`/admin/connectors/${notesId}`, { disabled: true });
  assert.equal(await list(), false);
  await admin.patch(`/admin/connectors/${notesId}`, { disabled: false, tags: [] });
});

test("the last active admin cannot be demoted, deactivated or deleted", async () => {
  const me = (await admin.get("/session")).body.user.id;
  assert.equal((await admin.patch(`/admin/users/${me}`, { role: "member" })).status, 409);
  assert.equal((await admin.patch(`/admin/users/${me}`, { status: "deactivated" })).status, 409);
  assert.equal((await admin.delete(`/admin/users/${me}`)).status, 409);
  assert.equal(wick.cli(["user", "delete", "ann@example.com"]).code, 1);
});

test("deactivating a user ends tokens and sessions at once, and reactivating revives none", async () => {
  const user = wick.createUser("leaves@example.com", "Leaves");
  const { token } = wick.token("leaves@example.com");
  const session = await wick.signIn("leaves@example.com");
  assert.equal((await callTool(wick, token, "notes__list")).status, 200);
  assert.equal((await admin.patch(`/admin/users/${user.id}`, { status: "deactivated" })).status, 200);
  assert.equal((await callTool(wick, token, "notes__list")).status, 401);
  assert.equal((await session.get("/session")).status, 401);
  assert.equal((await admin.patch(`/admin/users/${user.id}`, { status: "active" })).status, 200);
  assert.equal((await callTool(wick, token, "notes__list")).status, 401);
  assert.equal((await session.get("/session")).status, 401);
});

test("a token can ask who it is and nothing more of the management API", async () => {
  const { token, id } = wick.token();
  const ask = (method, route, body) =>
    fetch(`${wick.url}/api/v1${route}`, {
      method,
      headers: { authorization: `Bearer ${token}`, origin: wick.url, "content-type": "application/json" },
      body,
    });
  const who = await (await ask("GET", "/whoami")).json();
  assert.deepEqual([who.credential.id, who.credential.kind, who.user.email], [id, "pat", "ann@example.com"]);
  for (const [method, route, body] of [
    ["GET", "/tokens"],
    ["POST", "/tokens", '{"name":"more"}'],
    ["GET", "/admin/users"],
    ["DELETE", `/tokens/${id}`],
    ["GET", "/runs"],
  ]) {
    const answer = await ask(method, route, body);
    assert.deepEqual(
      [answer.status, (await answer.json()).error.code],
      [403, "session_required"],
      `${method} ${route}`,
    );
  }
});

test("a request that changes something must come from our own origin", async () => {
  for (const headers of [
    { origin: "http://evil.example.com" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
  ]) {
    assert.equal(
      (await admin.request("POST", "/tokens", { name: "forged" }, headers)).status,
      403,
      JSON.stringify(headers),
    );
  }
  const form = await fetch(`${wick.url}/api/v1/tokens`, {
    method: "POST",
    headers: { cookie: admin.cookie, origin: wick.url, "content-type": "text/plain" },
    body: '{"name":"x"}',
  });
  assert.equal(form.status, 415);
});

test("a member reaches neither the tokens, runs nor pages of others", async () => {
  wick.createUser("curious@example.com", "Curious");
  const curious = await wick.signIn("curious@example.com");
  const foreign = wick.token();
  await callTool(wick, foreign.token, "notes__list");
  const run = (await admin.get("/runs?limit=1")).body.items[0];
  assert.equal((await curious.get(`/tokens/${foreign.id}`)).status, 404);
  assert.equal((await curious.delete(`/tokens/${foreign.id}`)).status, 404);
  assert.equal((await curious.get(`/tokens/${foreign.id}/usage`)).status, 404);
  assert.equal((await curious.get(`/runs/${run.id}`)).status, 404);
  assert.equal((await curious.get(`/runs?user=${run.user.id}`)).status, 403);
  for (const route of ["/admin/users", "/admin/tokens", "/admin/connectors", "/admin/dashboard"])
    assert.equal((await curious.get(route)).status, 403);
  assert.equal((await callTool(wick, foreign.token, "notes__list")).status, 200);
});

test("the owner mints, rotates with an overlap and revokes; the page about the token keeps its history", async () => {
  const made = (await admin.post("/tokens", { name: "laptop" })).body;
  remember("secrets", made.plaintext);
  assert.match(made.plaintext, /^wick_pat_[0-9a-f]{32}$/);
  assert.doesNotMatch((await admin.get("/tokens")).text, new RegExp(made.plaintext));
  assert.equal((await callTool(wick, made.plaintext, "notes__list")).status, 200);
  const rotated = (await admin.post(`/tokens/${made.token.id}/rotate`, { overlap_hours: 1 })).body;
  remember("secrets", rotated.plaintext);
  assert.equal((await callTool(wick, made.plaintext, "notes__list")).status, 200, "within the overlap");
  assert.equal((await callTool(wick, rotated.plaintext, "notes__list")).status, 200);
  assert.equal((await admin.delete(`/tokens/${made.token.id}`)).status, 204);
  assert.equal((await callTool(wick, made.plaintext, "notes__list")).status, 401);
  const at_once = (await admin.post(`/tokens/${rotated.token.id}/rotate`, {})).body;
  remember("secrets", at_once.plaintext);
  assert.equal((await callTool(wick, rotated.plaintext, "notes__list")).status, 401);
  const kept = (await admin.get(`/tokens/${made.token.id}`)).body;
  assert.deepEqual([kept.status, kept.revoked.by.email, kept.name], ["revoked", "ann@example.com", "laptop"]);
  assert.equal((await admin.get(`/tokens/${made.token.id}/usage`)).body.calls, 2);
  assert.equal((await admin.post(`/tokens/${at_once.token.id}/rotate`, { overlap_hours: 73 })).status, 400);
});

test("the admin finds, counts and revokes the tokens of everyone", async () => {
  const owner = wick.createUser("owner@example.com", "Owner");
  const [used, idle] = [
    wick.token("owner@example.com", [], "used one"),
    wick.token("owner@example.com", [], "idle one"),
  ];
  await callTool(wick, used.token, "notes__list");
  const page = async (query) =>
    (await admin.get(`/admin/tokens?owner=${owner.id}&${query}`)).body.items.map((token) => token.name);
  assert.deepEqual(await page("sort=name&order=asc"), ["idle one", "used one"]);
  assert.deepEqual(await page("never_used=true"), ["idle one"]);
  assert.deepEqual(await page("query=USED"), ["used one"]);
  const shown = (await admin.get(`/admin/tokens?query=used+one`)).body.items[0];
  assert.equal(shown.last_used.ip, "127.0.0.1");
  const before = (await admin.get("/admin/tokens/stats")).body;
  assert.equal((await admin.delete(`/admin/tokens/${used.id}?reason=left`)).status, 204);
  assert.equal((await callTool(wick, used.token, "notes__list")).status, 401);
  assert.deepEqual((await admin.post("/admin/tokens/revoke", { owner: owner.id })).body, { revoked: 1 });
  assert.equal((await callTool(wick, idle.token, "notes__list")).status, 401);
  const now = (await admin.get("/admin/tokens/stats")).body;
  assert.deepEqual(
    [before.active - now.active, before.users - now.users, before.never_used - now.never_used],
    [2, 1, 1],
  );
});

test("changing the password needs the current one and ends the other sessions", async () => {
  wick.createUser("pw@example.com", "Pw");
  const [one, two] = [await wick.signIn("pw@example.com"), await wick.signIn("pw@example.com")];
  assert.equal((await one.put("/me/password", { current: "wrong wrong wrong", new: `${password} 2` })).status, 403);
  assert.equal((await one.put("/me/password", { current: password, new: "short" })).status, 400);
  assert.equal((await one.put("/me/password", { current: password, new: `${password} 2` })).status, 204);
  assert.equal((await one.get("/session")).status, 200);
  assert.equal((await two.get("/session")).status, 401);
  assert.equal((await one.delete("/session")).status, 204);
  assert.equal((await one.get("/session")).status, 401);
});
