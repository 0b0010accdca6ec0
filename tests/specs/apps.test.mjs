// Apps as an admin keeps them: registered by hand, with a secret, blocked, removed; and resource servers that ask about tokens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Wick, callTool, password, remember } from "../lib/wick.mjs";
import { authorizeUrl, connect, consent, pkce, redirectUri, register, token, visit } from "../lib/oauth.mjs";

let wick, admin;
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(() => wick.stop());

const works = async (bearer) => (await callTool(wick, bearer, "notes__list")).status === 200;
const basic = (id, secret) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}`,
});
const make = async (body) => {
  const made = await admin.post("/admin/oauth-clients", body);
  assert.equal(made.status, 201, made.text);
  if (made.body.client_secret) remember("secrets", made.body.client_secret);
  return { id: made.body.client.id, secret: made.body.client_secret, view: made.body.client };
};
const codeFor = async (client) => {
  const { verifier, challenge } = pkce();
  const back = await consent(admin, authorizeUrl(wick, client, challenge));
  return {
    grant_type: "authorization_code",
    code: back.searchParams.get("code"),
    client_id: client,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
};
const introspect = async (form, headers = {}) => {
  const response = await fetch(`${wick.url}/oauth/introspect`, {
    method: "POST",
    headers,
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
};

test("an app with a secret gets tokens only with it, in the header or in the form", async () => {
  const app = await make({ name: "Backend", redirect_uris: ["http://localhost/callback"], confidential: true });
  assert.match(app.secret, /^wick_cs_[0-9a-f]{64}$/);
  assert.equal((await admin.get("/admin/oauth-clients")).text.includes(app.secret), false, "shown once");
  const form = await codeFor(app.id);
  for (const [headers, extra] of [
    [{}, {}],
    [{}, { client_secret: "wrong" }],
    [basic(app.id, "wrong"), {}],
    [basic("other", app.secret), {}],
    [{ authorization: `Bearer ${app.secret}` }, {}],
  ]) {
    const refused = await token(wick, { ...form, ...extra }, headers);
    assert.deepEqual([refused.status, refused.body.error], [401, "invalid_client"]);
    if (headers.authorization) assert.match(refused.headers.get("www-authenticate"), /^Basic /);
  }
  const twice = await token(wick, { ...form, client_secret: app.secret }, basic(app.id, app.secret));
  assert.deepEqual([twice.status, twice.body.error], [400, "invalid_request"]);
  const good = await token(wick, form, basic(app.id, app.secret));
  assert.equal(good.status, 200, "a refused client does not use the code up");
  assert.equal(await works(good.body.access_token), true);
  const stolen = await token(wick, {
    grant_type: "refresh_token",
    refresh_token: good.body.refresh_token,
    client_id: app.id,
  });
  assert.equal(stolen.body.error, "invalid_client", "a stolen refresh token is of no use without the secret");
  const refreshed = await token(wick, {
    grant_type: "refresh_token",
    refresh_token: good.body.refresh_token,
    client_id: app.id,
    client_secret: app.secret,
  });
  assert.equal(refreshed.status, 200);
  const next = (await admin.post(`/admin/oauth-clients/${app.id}/secret`)).body.client_secret;
  remember("secrets", next);
  const form2 = { grant_type: "refresh_token", refresh_token: refreshed.body.refresh_token, client_id: app.id };
  assert.equal(
    (await token(wick, { ...form2, client_secret: app.secret })).body.error,
    "invalid_client",
    "the old secret ends at once",
  );
  assert.equal((await token(wick, { ...form2, client_secret: next })).status, 200);
});

test("a public app is refused with a secret it cannot have, and gets none", async () => {
  const app = await make({ name: "Desktop", redirect_uris: ["http://localhost/callback"] });
  assert.equal(app.secret, null);
  assert.equal((await token(wick, { ...(await codeFor(app.id)), client_secret: "x" })).body.error, "invalid_client");
  assert.equal((await admin.post(`/admin/oauth-clients/${app.id}/secret`)).status, 409);
  for (const wrong of [
    { name: "", redirect_uris: ["http://localhost/cb"] },
    { name: "x" },
    { name: "x", redirect_uris: ["http://evil.example/cb"] },
  ])
    assert.equal((await admin.post("/admin/oauth-clients", wrong)).status, 400, JSON.stringify(wrong));
});

test("a resource server that an admin registered learns of living access tokens, and nobody else does", async () => {
  const server = await make({ name: "Reports API", introspects: true });
  const connection = await connect(wick, admin, { scope: "mcp:read" });
  const { status, body } = await introspect({ token: connection.access_token }, basic(server.id, server.secret));
  assert.equal(status, 200);
  const { exp, sub, ...rest } = body;
  assert.deepEqual(rest, {
    active: true,
    scope: "mcp:read",
    client_id: connection.client,
    username: "ann@example.com",
    token_type: "Bearer",
    aud: `${wick.url}/mcp`,
    iss: wick.url,
  });
  assert.ok(exp > Date.now() / 1000 && exp < Date.now() / 1000 + 3601);
  assert.match(sub, /^[0-9a-f-]{36}$/);
  const pat = wick.token().token;
  for (const odd of [connection.refresh_token, pat, "wick_oat_00000000000000000000000000000000", "", "x".repeat(500)])
    assert.deepEqual((await introspect({ token: odd }, basic(server.id, server.secret))).body, { active: false });
  assert.equal((await introspect({ token: connection.access_token })).status, 401);
  assert.equal(
    (await introspect({ token: connection.access_token, client_id: connection.client })).status,
    403,
    "an app is no resource server",
  );
  assert.equal((await admin.delete(`/connections/${(await admin.get("/connections")).body.items[0].id}`)).status, 204);
  assert.deepEqual((await introspect({ token: connection.access_token }, basic(server.id, server.secret))).body, {
    active: false,
  });
  const device = await fetch(`${wick.url}/oauth/device_authorization`, {
    method: "POST",
    headers: basic(server.id, server.secret),
    body: new URLSearchParams(),
  });
  assert.equal((await device.json()).error, "unauthorized_client", "it gets no tokens itself");
});

test("blocking an app ends its connections at once, and it does not come back by registering again", async () => {
  const metadata = { client_name: "Nuisance" };
  const client = (await register(wick, metadata)).body.client_id;
  const { verifier, challenge } = pkce();
  const back = await consent(admin, authorizeUrl(wick, client, challenge));
  const form = { grant_type: "authorization_code", client_id: client, redirect_uri: redirectUri };
  const { body } = await token(wick, { ...form, code: back.searchParams.get("code"), code_verifier: verifier });
  const waiting = await codeFor(client);
  assert.equal(await works(body.access_token), true);
  const listed = (await admin.get("/admin/oauth-clients")).body.items.find(({ id }) => id === client);
  assert.deepEqual(
    [listed.connections, listed.blocked, listed.source, listed.registered_from],
    [1, false, "registered", "127.0.0.1"],
  );
  assert.equal((await admin.patch(`/admin/oauth-clients/${client}`, { blocked: true })).body.blocked, true);
  assert.equal(await works(body.access_token), false);
  assert.equal((await token(wick, waiting)).body.error, "invalid_client");
  assert.equal((await visit(admin, authorizeUrl(wick, client, challenge))).status, 400);
  const again = await register(wick, metadata);
  assert.deepEqual([again.status, again.body.error], [403, "access_denied"]);
  await admin.patch(`/admin/oauth-clients/${client}`, { blocked: false });
  assert.equal(
    (await token(wick, waiting)).body.error,
    "invalid_grant",
    "what was approved before the block stays dead",
  );
  assert.equal((await visit(admin, authorizeUrl(wick, client, challenge))).status, 303);
  assert.equal((await admin.delete(`/admin/oauth-clients/${client}`)).status, 204);
  assert.equal((await token(wick, waiting)).body.error, "invalid_client", "the SDK registers again when it hears this");
  assert.equal((await admin.delete("/admin/oauth-clients/wick-cli")).status, 409);
});

test("only admins see and change apps, and members only their own connections", async () => {
  wick.createUser("mia@example.com", "Mia");
  const mia = await wick.signIn("mia@example.com");
  const mine = await connect(wick, mia);
  const theirs = await connect(wick, admin);
  for (const [method, path, body] of [
    ["get", "/admin/oauth-clients"],
    ["post", "/admin/oauth-clients", { name: "x" }],
    ["patch", `/admin/oauth-clients/${theirs.client}`, { blocked: true }],
    ["post", "/admin/connections/revoke", { client: theirs.client }],
    ["get", "/admin/connections"],
  ])
    assert.equal((await mia[method](path, body)).status, 403, path);
  const [{ id }] = (await admin.get("/connections")).body.items;
  assert.equal((await mia.get(`/connections/${id}`)).status, 404);
  assert.equal((await mia.get(`/connections/${id}/usage`)).status, 404);
  assert.equal(await works(mine.access_token), true);
  const [own] = (await mia.get("/connections")).body.items;
  const usage = (await mia.get(`/connections/${own.id}/usage`)).body;
  assert.deepEqual(
    [usage.calls, usage.errors, usage.connectors[0].connector.label, usage.addresses[0].ip],
    [1, 0, "Notes", "127.0.0.1"],
  );
  const [run] = (await mia.get(`/runs?token=${own.id}`)).body.items;
  assert.deepEqual([run.credential.id, run.credential.kind, run.credential.name], [own.id, "oauth", "Test app"]);
  assert.equal((await admin.get(`/connections/${own.id}`)).body.user.email, "mia@example.com");
  const users = (await admin.get("/admin/users")).body.items;
  const miaId = users.find(({ email }) => email === "mia@example.com").id;
  assert.equal((await admin.get(`/admin/connections?user=${miaId}`)).body.items.length, 1);
  assert.ok((await admin.get("/admin/dashboard")).body.connections >= 2);
  assert.deepEqual((await admin.post("/admin/connections/revoke", { user: miaId })).body, { revoked: 1 });
  assert.equal(await works(mine.access_token), false);
  assert.match((await mia.get(`/connections/${own.id}`)).body.ended.reason, /admin/, "its history stays");
  assert.equal((await admin.post("/admin/connections/revoke", { user: miaId, client: "x" })).status, 400);
});

test("deactivation ends a user's connections, and so does a new password unless declined", async () => {
  wick.createUser("noa@example.com", "Noa");
  const noa = await wick.signIn("noa@example.com");
  const kept = await connect(wick, noa);
  const next = "another long pass phrase";
  remember("secrets", next);
  assert.equal((await noa.put("/me/password", { current: password, new: next, end_connections: false })).status, 204);
  assert.equal(await works(kept.access_token), true);
  assert.equal((await noa.put("/me/password", { current: next, new: password })).status, 204);
  assert.equal(await works(kept.access_token), false);
  const second = await connect(wick, noa);
  const { id } = (await admin.get("/admin/users")).body.items.find(({ email }) => email === "noa@example.com");
  await admin.patch(`/admin/users/${id}`, { status: "deactivated" });
  assert.equal(await works(second.access_token), false);
  await admin.patch(`/admin/users/${id}`, { status: "active" });
  assert.equal(await works(second.access_token), false, "reactivating revives nothing");
  assert.equal(
    (await token(wick, { grant_type: "refresh_token", refresh_token: second.refresh_token, client_id: second.client }))
      .body.error,
    "invalid_grant",
  );
  const again = await wick.signIn("noa@example.com");
  const third = await connect(wick, again);
  const link = (await admin.post(`/admin/users/${id}/reset-password`)).body.url;
  const secret = link.split("token=")[1];
  remember("secrets", secret);
  assert.equal((await again.post(`/invites/${secret}`, { password: next })).status, 201);
  assert.equal(await works(third.access_token), false, "a reset password ends connections");
});

test("client registration is limited by address, by the setting that turns it off, and by document host", async () => {
  const strict = await Wick.start({
    args: ["--set", "oauth.registrations_per_hour=2", "--set", "oauth.metadata_hosts=apps.example.com"],
  });
  try {
    assert.equal((await register(strict, { client_name: "one" })).status, 201);
    assert.equal((await register(strict, { client_name: "two" })).status, 201);
    assert.equal((await register(strict, { client_name: "two" })).status, 201, "the same again is no new one");
    const third = await register(strict, { client_name: "three" });
    assert.equal(third.status, 429);
    const wait = Number(third.headers.get("retry-after"));
    assert.ok(wait > 1700 && wait <= 1800, `two an hour are one in half an hour, not ${wait} s`);
    const session = await strict.signIn();
    const foreign = await visit(
      session,
      authorizeUrl(strict, "https://other.example.com/client.json", pkce().challenge),
    );
    assert.equal(foreign.status, 400);
  } finally {
    await strict.stop();
  }
  const closed = await Wick.start({
    args: ["--set", "oauth.registration=off", "--set", "oauth.metadata_documents=off"],
  });
  try {
    assert.deepEqual([(await register(closed)).status, (await register(closed)).body.error], [403, "access_denied"]);
    const metadata = await (await fetch(`${closed.url}/.well-known/oauth-authorization-server`)).json();
    assert.deepEqual(
      [metadata.registration_endpoint, metadata.client_id_metadata_document_supported],
      [undefined, false],
    );
  } finally {
    await closed.stop();
  }
});
