// Users' own accounts at connected MCP servers: connecting, renewing, refusing, thieves, keys, client credentials.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { after, before, test } from "node:test";
import Provider from "oidc-provider";
import { connect, follow } from "../lib/conformance-client.mjs";
import { requestId, visit } from "../lib/oauth.mjs";
import { startAuthorizationServer, startProtected } from "../lib/protected.mjs";
import { Wick, callTool, notesId, remembered, until } from "../lib/wick.mjs";

let wick, ann, bob, tokens;
const open = [];
before(async () => {
  wick = await Wick.start();
  wick.createUser("bob@example.com", "Bob");
  ann = await wick.signIn();
  bob = await wick.signIn("bob@example.com");
  tokens = Object.fromEntries(
    ["ann", "bob"].map((name) => [name, wick.token(`${name}@example.com`, ["--tools", "direct"]).token]),
  );
});
after(async () => {
  open.forEach((server) => server.close());
  await wick.stop();
});

let labels = 0;
const newLabel = () => `up${++labels}`;
const addConnector = async (url, config = {}, label = newLabel()) => {
  const made = await ann.post("/admin/connectors", {
    kind: "mcp",
    label,
    config: { url, allow_private_addresses: true, auth: "oauth_per_user", ...config },
  });
  assert.equal(made.status, 201, made.text);
  return { id: made.body.id, label, connectUrl: `${wick.url}/connectors/${made.body.id}/connect` };
};
const kept = (server) => (open.push(server), server);

/** A protected server with a connector for it; Ann has connected, so its tools are known. */
async function setUp({ server: options, config, connected = true, ...more } = {}) {
  const server = kept(await startAuthorizationServer(options));
  const upstream = kept(await startProtected(server, more));
  const connector = await addConnector(upstream.url, config);
  if (connected) {
    await connected_(connector, ann);
    const refreshed = await ann.post(`/admin/connectors/${connector.id}/refresh`, {});
    assert.equal(refreshed.status, 200, refreshed.text);
  }
  return { server, upstream, ...connector };
}
async function connected_({ id }, session) {
  const end = await connect(wick, session, id);
  assert.equal(end.href, `${wick.url}/connectors/${id}/connect?connected=1`);
}
const begin = (session, id) => session.post(`/connectors/${id}/account/connect`, {});
const account = async (session, id) => (await session.get(`/connectors/${id}/account`)).body;

/** What a tool says to this person: { text } or { error }. */
async function call(who, label, tool = "whoami") {
  const { body } = await callTool(wick, tokens[who], `${label}__${tool}`);
  const text = body.result?.content?.[0]?.text ?? body.error?.message;
  return body.result && !body.result.isError ? { text } : { error: text };
}

test("a user without an account gets the URL to link one, and each user acts with the own account", async () => {
  const { id, label, connectUrl, server, upstream } = await setUp();
  assert.deepEqual(await call("ann", label), { text: "ann@upstream" });
  assert.deepEqual(await call("bob", label), {
    error: `"${label}" needs an account of your own: connect it at ${connectUrl} and try again.`,
  });
  assert.deepEqual([(await account(bob, id)).kind, (await account(bob, id)).state], ["oauth", "none"]);
  server.signsIn = "bob@upstream";
  await connected_({ id }, bob);
  assert.deepEqual(
    [await call("ann", label), await call("bob", label)],
    [{ text: "ann@upstream" }, { text: "bob@upstream" }],
  );
  const view = await account(bob, id);
  assert.deepEqual([view.state, view.issuer, view.scope, view.wanted_scope], ["connected", server.issuer, "tools", ""]);
  assert.ok(Date.parse(view.connected_at) > Date.now() - 60_000);
  const [asked] = server.authorizations;
  assert.deepEqual(
    [asked.response_type, asked.code_challenge_method, asked.resource, asked.scope],
    ["code", "S256", upstream.url, "tools"],
  );
  assert.equal(server.registrations.length, 1, "one registration for all users");
  assert.deepEqual(server.registrations[0], {
    client_name: "Wick (127.0.0.1)",
    client_uri: wick.url,
    redirect_uris: [`${wick.url}/oauth/upstream/callback/${id}`],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "client_secret_basic",
    application_type: "native",
  });
});

test("admins see how many users have connected, and nobody a token", async () => {
  const { id, server } = await setUp();
  await connected_({ id }, bob);
  const admin = await ann.get(`/admin/connectors/${id}`);
  assert.deepEqual(
    [admin.body.account, admin.body.accounts_connected, admin.body.redirect_uri],
    ["oauth", 2, `${wick.url}/oauth/upstream/callback/${id}`],
  );
  const member = await bob.get(`/connectors/${id}`);
  assert.deepEqual(
    [member.body.account, member.body.accounts_connected, member.body.redirect_uri],
    ["oauth", undefined, undefined],
  );
  const answers = [admin, member];
  for (const route of ["/connectors", `/connectors/${id}/account`, "/admin/connectors", "/runs", "/admin/dashboard"])
    answers.push(await ann.get(route));
  const all = answers.map(({ text }) => text).join("\n") + wick.errors;
  for (const secret of remembered("secrets").filter((one) => /^(at|rt|cs|code)-/.test(one)))
    assert.ok(!all.includes(secret));
  assert.ok(server.tokenRequests.length > 0);
});

test("a server that echoes the token does not hand it to the model, nor to the record", async () => {
  const { label } = await setUp();
  assert.deepEqual(await call("ann", label, "echo"), { text: "you sent ***" });
  const runs = await ann.get("/runs");
  const run = await ann.get(`/runs/${runs.body.items[0].id}`);
  assert.match(run.text, /you sent \*\*\*/);
});

test("a token that has ended is renewed before it is used, and once for many calls at the same time", async () => {
  const { id, label, server } = await setUp();
  server.tokenSeconds = 1; // always within the margin: each call renews
  await connected_({ id }, ann);
  server.tokenSeconds = 3600;
  let release;
  server.gate = new Promise((resolve) => (release = resolve));
  const before = server.refreshes();
  const calls = Array.from({ length: 30 }, () => call("ann", label));
  await until(() => server.refreshes() > before);
  release();
  server.gate = null;
  for (const answer of await Promise.all(calls)) assert.deepEqual(answer, { text: "ann@upstream" });
  assert.equal(server.refreshes(), before + 1);
  assert.deepEqual(await call("ann", label), { text: "ann@upstream" });
  assert.equal(server.refreshes(), before + 1, "the new token is kept");
});

test("rotated refresh tokens follow one another; one without a successor stays", async () => {
  const { id, label, server } = await setUp();
  server.tokenSeconds = 1;
  await connected_({ id }, ann);
  for (let i = 0; i < 3; ++i) assert.deepEqual(await call("ann", label), { text: "ann@upstream" });
  const used = server.tokenRequests
    .filter(({ grant_type }) => grant_type === "refresh_token")
    .map(({ refresh_token }) => refresh_token);
  assert.equal(new Set(used).size, used.length, "each was used once");
  assert.ok(used.length >= 3);
});

test("a token that the server refuses before its end is renewed, and the call goes through", async () => {
  const { label, server, upstream } = await setUp();
  server.forgetAccess();
  const before = [server.refreshes(), upstream.calls()];
  const calls = await Promise.all(Array.from({ length: 10 }, () => call("ann", label)));
  calls.forEach((answer) => assert.deepEqual(answer, { text: "ann@upstream" }));
  assert.equal(server.refreshes(), before[0] + 1);
});

test("when the server refuses the account, the caller gets the URL to link it again", async () => {
  const { id, label, connectUrl, server } = await setUp();
  server.refuses = "invalid_grant";
  server.forgetAccess();
  const told = {
    error: `"${label}" does not accept your account any more: connect it again at ${connectUrl} and try again.`,
  };
  assert.deepEqual(await call("ann", label), told);
  assert.equal((await account(ann, id)).state, "ended");
  const before = server.tokenRequests.length;
  assert.deepEqual(await call("ann", label), told);
  assert.equal(server.tokenRequests.length, before, "what has ended is not tried again");
  await connected_({ id }, ann);
  assert.deepEqual([await call("ann", label), (await account(ann, id)).state], [{ text: "ann@upstream" }, "connected"]);
});

test("an error that is answered with 200 is one all the same", async () => {
  const { id, server } = await setUp({ connected: false });
  server.says = { error: "bad_verification_code" };
  assert.equal((await connect(wick, ann, id)).search, "?error=failed");
  assert.match(wick.errors, /bad_verification_code/);
  assert.equal((await account(ann, id)).state, "none");
});

test("a token of another type than Bearer, and one that no header can carry, are not used", async () => {
  for (const says of [
    { token_type: "DPoP" },
    { token_type: undefined },
    { access_token: "a\r\nX-Evil: 1" },
    { access_token: "x".repeat(20_000) },
    { access_token: 7 },
  ]) {
    const { id, server } = await setUp({ connected: false });
    server.says = says;
    assert.equal((await connect(wick, ann, id)).search, "?error=failed", JSON.stringify(says).slice(0, 60));
  }
});

test("a connector is not shown as failing because an admin has no account there", async () => {
  const { id } = await setUp({ connected: false });
  assert.equal((await ann.post(`/admin/connectors/${id}/refresh`, {})).status, 403);
  assert.equal((await ann.get(`/connectors/${id}`)).body.health, "unknown");
});

test("a server that refuses the renewed token too is asked twice, and the account is shown as refused", async () => {
  const { id, label, server, upstream } = await setUp();
  const grantOf = server.grantOf;
  server.grantOf = () => null;
  const before = [server.refreshes(), upstream.calls()];
  assert.match((await call("ann", label)).error, /does not accept your account any more: connect it again at/);
  assert.deepEqual([server.refreshes() - before[0], upstream.calls() - before[1]], [1, 2]);
  assert.equal((await account(ann, id)).state, "refused");
  server.grantOf = grantOf;
  assert.deepEqual(await call("ann", label), { text: "ann@upstream" });
});

test("trouble of the authorization server ends no account", async () => {
  const { id, label, server } = await setUp();
  server.refuses = "temporarily_unavailable";
  server.forgetAccess();
  assert.match((await call("ann", label)).error, /could not be renewed.*temporarily_unavailable/);
  server.refuses = null;
  assert.deepEqual([await call("ann", label), (await account(ann, id)).state], [{ text: "ann@upstream" }, "connected"]);
});

test("a refused account without a refresh token is shown as refused until the server accepts it", async () => {
  const { id, label, server, upstream } = await setUp();
  server.givesRefresh = false;
  await connected_({ id }, ann);
  const grantOf = server.grantOf;
  server.grantOf = () => null;
  assert.match((await call("ann", label)).error, /does not accept your account any more: connect it again at/);
  assert.equal((await account(ann, id)).state, "refused");
  server.grantOf = grantOf;
  assert.deepEqual(await call("ann", label), { text: "ann@upstream" });
  assert.ok(upstream.calls() > 0);
});

test("a tool that needs more access causes an error, and linking again asks for old and new scopes", async () => {
  const { id, label, connectUrl, server, upstream } = await setUp();
  upstream.scopeFor = (tool) => (tool === "write" ? "tools:write" : null);
  assert.equal(
    (await call("ann", label, "write")).error,
    `"${label}" needs more access for this than your account has granted (tools:write): connect it again at ${connectUrl} and try again.`,
  );
  assert.deepEqual(
    [await call("ann", label), (await account(ann, id)).state, (await account(ann, id)).wanted_scope],
    [{ text: "ann@upstream" }, "more_access", "tools:write"],
  );
  await connected_({ id }, ann);
  assert.equal(server.authorizations.at(-1).scope, "tools tools:write");
  assert.deepEqual(
    [await call("ann", label, "write"), (await account(ann, id)).state],
    [{ text: "ann@upstream" }, "connected"],
  );
  // Granted and refused all the same: connecting again would help nobody.
  upstream.scopeFor = () => "tools";
  server.grantOf = ((grantOf) => (token) => ({ ...grantOf(token), scope: "" }))(server.grantOf);
  const { error } = await call("ann", label, "write");
  assert.match(error, /whoever runs that server has to allow it/);
  assert.ok(!error.includes("/connect"));
});

test("a server that moves to another authorization server gets no token of the former one", async () => {
  const { id, label, server, upstream } = await setUp();
  const next = kept(await startAuthorizationServer());
  upstream.server = next;
  const before = server.tokenRequests.length;
  assert.match((await call("ann", label)).error, /connect it again at/);
  assert.deepEqual([server.tokenRequests.length, next.tokenRequests.length], [before, 0], "nobody was asked to renew");
  await connected_({ id }, ann);
  assert.equal(next.registrations.length, 1);
  assert.deepEqual(await call("ann", label), { text: "ann@upstream" });
});

test("disconnecting removes the account at once and tells the server", async () => {
  const { id, label, server } = await setUp();
  const token = server.tokenRequests.length;
  assert.equal((await ann.delete(`/connectors/${id}/account`)).status, 204);
  assert.match((await call("ann", label)).error, /needs an account of your own/);
  await until(() => server.revoked.length === 1);
  assert.match(server.revoked[0], /^rt-/);
  assert.equal((await ann.delete(`/connectors/${id}/account`)).status, 404);
  assert.equal(server.tokenRequests.length, token);
});

test("deleting a connector or a user deletes the accounts and revokes them at the servers", async () => {
  const { id, server } = await setUp();
  const carl = wick.createUser("carl@example.com", "Carl");
  const session = await wick.signIn("carl@example.com");
  await connected_({ id }, session);
  assert.equal((await ann.get(`/admin/connectors/${id}`)).body.accounts_connected, 2);
  assert.equal((await ann.delete(`/admin/users/${carl.id}`)).status, 204);
  assert.equal((await ann.get(`/admin/connectors/${id}`)).body.accounts_connected, 1);
  assert.equal((await ann.delete(`/admin/connectors/${id}`)).status, 204);
  await until(() => server.revoked.length === 2, 30);
});

test("the account of a deactivated user is not used, and is there again when the user is", async () => {
  const { id, label, server } = await setUp();
  const dora = wick.createUser("dora@example.com", "Dora");
  const session = await wick.signIn("dora@example.com");
  server.signsIn = "dora@upstream";
  await connected_({ id }, session);
  tokens.dora = wick.token("dora@example.com", ["--tools", "direct"]).token;
  assert.deepEqual(await call("dora", label), { text: "dora@upstream" });
  assert.equal((await ann.patch(`/admin/users/${dora.id}`, { status: "deactivated" })).status, 200);
  assert.equal((await callTool(wick, tokens.dora, `${label}__whoami`)).status, 401);
  assert.equal((await begin(session, id)).status, 401);
  assert.equal((await ann.patch(`/admin/users/${dora.id}`, { status: "active" })).status, 200);
  tokens.dora = wick.token("dora@example.com", ["--tools", "direct"]).token;
  assert.deepEqual(await call("dora", label), { text: "dora@upstream" });
});

// Thieves. `back` is where the authorization server sends Ann's browser.
async function begun(options) {
  const made = await setUp({ connected: false, ...options });
  const { body } = await begin(ann, made.id);
  const back = await follow(body.redirect_to, `${wick.url}/`);
  return { ...made, back };
}
const arrive = async (session, url) => new URL((await visit(session, url)).location, wick.url);

test("an answer counts only in the session that asked for it, and is not spoilt by who steals it", async () => {
  const { id, back, server } = await begun();
  const elsewhere = await wick.signIn();
  for (const thief of [bob, elsewhere, null]) {
    assert.equal((await arrive(thief, back)).search, "?error=expired");
  }
  assert.equal(server.tokenRequests.length, 0, "the code was not sent");
  assert.deepEqual([(await account(bob, id)).state, (await account(ann, id)).state], ["none", "none"]);
  assert.equal((await arrive(ann, back)).search, "?connected=1");
});

test("an answer counts once", async () => {
  const { back, server, label } = await begun();
  assert.equal((await arrive(ann, back)).search, "?connected=1");
  assert.equal((await arrive(ann, back)).search, "?error=expired");
  assert.equal(server.tokenRequests.length, 1);
  const [first, second] = await Promise.all([begun(), begun()]);
  const twice = await Promise.all([arrive(ann, first.back), arrive(ann, first.back), arrive(ann, second.back)]);
  assert.deepEqual(twice.map(({ search }) => search).sort(), ["?connected=1", "?connected=1", "?error=expired"]);
  assert.ok(label);
});

test("an answer that takes more than ten minutes comes too late", async () => {
  const { back, id } = await begun();
  execFileSync("sqlite3", [
    `${wick.data}/wick.db`,
    `UPDATE upstream_authorizations SET expires_at = ${Date.now() - 1}000 WHERE connector_id = '${id}'`,
  ]);
  assert.equal((await arrive(ann, back)).search, "?error=expired");
});

test("only the latest ten pending authorizations of a session count", async () => {
  const { back, id, server } = await begun();
  const more = [];
  for (let i = 0; i < 10; ++i) more.push(await follow((await begin(ann, id)).body.redirect_to, `${wick.url}/`));
  assert.equal((await arrive(ann, back)).search, "?error=expired");
  assert.equal((await arrive(ann, more[0])).search, "?connected=1");
  assert.equal(server.registrations.length, 1);
});

test("starting too many authorizations is slowed down", async () => {
  const { id } = await setUp({ connected: false });
  wick.createUser("eve@example.com", "Eve");
  const eve = await wick.signIn("eve@example.com");
  // Within the same hour, unless it ends just now.
  const statuses = new Set();
  for (let i = 0; i < 401 && !statuses.has(429); ++i) statuses.add((await begin(eve, id)).status);
  assert.deepEqual([...statuses], [200, 429]);
});

test("a state that was never given, a parameter that comes twice, and no state are refused", async () => {
  const { back, id } = await begun();
  const with_ = (change) => {
    const url = new URL(back);
    change(url.searchParams);
    return url;
  };
  for (const url of [
    with_((all) => all.set("state", "0".repeat(64))),
    with_((all) => all.delete("state")),
    with_((all) => all.set("state", "")),
  ])
    assert.equal((await arrive(ann, url)).search, "?error=expired");
  assert.equal(
    (
      await arrive(
        ann,
        with_((all) => all.append("code", "x")),
      )
    ).search,
    "?error=failed",
  );
  assert.equal((await account(ann, id)).state, "none");
});

test("an answer of another issuer is refused before anything in it is used", async () => {
  for (const iss of ["https://evil.example", undefined, (issuer) => `${issuer}/`]) {
    const made = await setUp({ connected: false });
    made.server.answer = (parameters) => ({
      ...parameters,
      error: "access_denied",
      iss: typeof iss === "function" ? iss(made.server.issuer) : iss,
    });
    assert.equal((await connect(wick, ann, made.id)).search, "?error=issuer", String(iss));
    assert.equal(made.server.tokenRequests.length, 0);
  }
});

test("who says no at the authorization server is not connected", async () => {
  const { server, id } = await setUp({ connected: false });
  server.signsIn = null;
  assert.equal((await connect(wick, ann, id)).search, "?error=denied");
  assert.deepEqual([server.tokenRequests.length, (await account(ann, id)).state], [0, "none"]);
});

test("a code for one connector is not taken to another, though its server says nothing of who it is", async () => {
  // The honest server does not say iss; the hostile one sends Ann's browser on to it, with a state of its own flow.
  const honest = await setUp({ connected: false, server: { iss: false } });
  await begin(ann, honest.id); // registers the client
  const hostile = await setUp({ connected: false, server: { iss: false } });
  const { body } = await begin(ann, hostile.id);
  const lured = new URL(body.redirect_to);
  const [client] = honest.server.clients.values();
  lured.host = new URL(honest.server.origin).host;
  lured.searchParams.set("client_id", client.id);
  // Its redirect URI is not one of the honest server's …
  const refused = await fetch(lured, { redirect: "manual" });
  assert.equal(refused.status, 400);
  // … and the honest one leads to the address of the honest connector, where this state is not at home.
  lured.searchParams.set("redirect_uri", client.redirect_uris[0]);
  const back = await follow(lured.href, `${wick.url}/`);
  assert.match(back, new RegExp(honest.id));
  assert.equal((await arrive(ann, back)).search, "?error=issuer");
  assert.deepEqual([hostile.server.tokenRequests.length, honest.server.tokenRequests.length], [0, 0]);
});

test("metadata that lies, leads elsewhere or does not end is refused, and nobody is asked for a token", async () => {
  const elsewhere = kept(await startAuthorizationServer({ host: "127.0.0.2" }));
  const cases = {
    "another resource": [
      { upstream: (document) => ({ ...document, resource: "https://evil.example/mcp" }) },
      /another resource/,
    ],
    "no authorization server": [
      { upstream: (document) => ({ ...document, authorization_servers: [] }) },
      /names no authorization server/,
    ],
    "an issuer that is no URL": [
      { upstream: (document) => ({ ...document, authorization_servers: ["javascript:alert(1)"] }) },
      /not a URL/,
    ],
    "another issuer": [{ server: (document) => ({ ...document, issuer: "https://honest.example" }) }, /another issuer/],
    "no PKCE": [{ server: ({ code_challenge_methods_supported: _, ...document }) => document }, /PKCE/],
    "only plain PKCE": [
      { server: (document) => ({ ...document, code_challenge_methods_supported: ["plain"] }) },
      /PKCE/,
    ],
    "a script as authorization endpoint": [
      { server: (document) => ({ ...document, authorization_endpoint: "javascript:alert(1)" }) },
      /authorization endpoint/,
    ],
    "a header in an endpoint": [
      { server: (document) => ({ ...document, authorization_endpoint: `${document.issuer}/a\r\nSet-Cookie: x=y` }) },
      /authorization endpoint/,
    ],
    "a registration endpoint at a third machine": [
      { server: (document) => ({ ...document, registration_endpoint: `${elsewhere.origin}/register` }) },
      /private/,
    ],
    "a redirect": [
      { upstream: () => (response) => response.writeHead(302, { location: `${elsewhere.origin}/x` }).end() },
      /does not say how to sign in/,
    ],
    "no end": [{ server: () => (response) => response.writeHead(200).end(Buffer.alloc(1 << 20, " ")) }, /larger than/],
  };
  for (const [name, [bend, says]] of Object.entries(cases)) {
    const { id, server, upstream } = await setUp({ connected: false });
    if (bend.upstream) upstream.metadata = bend.upstream;
    if (bend.server) server.metadata = bend.server;
    const { status, body } = await begin(ann, id);
    assert.ok(status >= 400, name);
    assert.match(body.error.message, says, name);
    assert.deepEqual(
      [server.authorizations.length, server.tokenRequests.length, server.registrations.length],
      [0, 0, 0],
      name,
    );
  }
  assert.deepEqual(elsewhere.asked, []);
});

test("a token endpoint at a third machine of the network gets no code", async () => {
  const elsewhere = kept(await startAuthorizationServer({ host: "127.0.0.2" }));
  const { id, server } = await setUp({ connected: false });
  server.metadata = (document) => ({ ...document, token_endpoint: `${elsewhere.origin}/token` });
  assert.equal((await connect(wick, ann, id)).search, "?error=failed");
  assert.deepEqual(elsewhere.asked, []);
});

test("private addresses are the admin’s to allow, at each step", async () => {
  const { id, server, upstream } = await begun();
  const closed = { config: { url: upstream.url, auth: "oauth_per_user", allow_private_addresses: false } };
  const { body } = await begin(ann, id);
  const back = await follow(body.redirect_to, `${wick.url}/`);
  assert.equal((await ann.patch(`/admin/connectors/${id}`, closed)).status, 200);
  assert.equal((await arrive(ann, back)).search, "?error=failed");
  assert.equal(server.tokenRequests.length, 0);
  assert.match((await begin(ann, id)).body.error.message, /private addresses: an admin can allow it/);
});

test("an account is not shown to another address, nor to another way to authenticate", async () => {
  const { id, label, upstream, server } = await setUp();
  const other = kept(await startProtected(server));
  const set = (config) =>
    ann.patch(`/admin/connectors/${id}`, {
      config: { auth: "oauth_per_user", allow_private_addresses: true, ...config },
    });
  await set({ url: other.url });
  assert.match((await call("ann", label)).error, /needs an account of your own/);
  assert.equal((await account(ann, id)).state, "ended");
  assert.ok(
    other.asked.every(({ headers }) => !headers.authorization),
    "it saw no token",
  );
  await set({ url: upstream.url, auth: "key_per_user" });
  assert.match((await call("ann", label)).error, /needs a key of your own/);
  await set({ url: upstream.url });
  assert.deepEqual(await call("ann", label), { text: "ann@upstream" });
});

test("only those for whom the connector exists can connect, and only from pages of ours", async () => {
  const { id } = await setUp();
  const tag = (await ann.post("/admin/tags", { name: `team ${id}`, filter: true })).body.id;
  await ann.patch(`/admin/connectors/${id}`, { tags: [tag] });
  for (const route of [
    () => begin(bob, id),
    () => bob.get(`/connectors/${id}/account`),
    () => bob.delete(`/connectors/${id}/account`),
    () => bob.put(`/connectors/${id}/account/key`, { key: "x" }),
  ])
    assert.equal((await route()).status, 404);
  const foreign = await ann.request(
    "POST",
    `/connectors/${id}/account/connect`,
    {},
    { origin: "https://evil.example" },
  );
  assert.equal(foreign.status, 403);
  const signedOut = await fetch(`${wick.url}/api/v1/connectors/${id}/account`);
  assert.equal(signedOut.status, 401);
});

test("a client registered by an admin is used with its secret and only for its issuer", async () => {
  const server = kept(await startAuthorizationServer({ registration: false, methods: ["client_secret_post"] }));
  const upstream = kept(await startProtected(server));
  const { id, label } = await addConnector(upstream.url);
  const without = await begin(ann, id);
  assert.match(
    without.body.error.message,
    new RegExp(
      `an admin has to register this server there, with the redirect address ${wick.url}/oauth/upstream/callback/${id}`,
    ),
  );
  const client = server.addClient({
    redirect_uris: [`${wick.url}/oauth/upstream/callback/${id}`],
    method: "client_secret_post",
  });
  const config = { url: upstream.url, allow_private_addresses: true, auth: "oauth_per_user", client_id: client.id };
  await ann.patch(`/admin/connectors/${id}`, { config: { ...config, secret: client.secret } });
  await connected_({ id }, ann);
  assert.equal((await ann.post(`/admin/connectors/${id}/refresh`, {})).status, 200);
  assert.deepEqual(await call("ann", label), { text: "ann@upstream" });
  // The server is taken over, and names another authorization server: the client's secret stays here.
  const hostile = kept(await startAuthorizationServer({ registration: false }));
  upstream.server = hostile;
  assert.match(
    (await begin(ann, id)).body.error.message,
    /belongs to the authorization server .* an admin has to register with that one/,
  );
  assert.equal(hostile.tokenRequests.length, 0);
  const there = hostile.addClient({ redirect_uris: client.redirect_uris });
  await ann.patch(`/admin/connectors/${id}`, { config: { ...config, client_id: there.id, secret: there.secret } });
  await connected_({ id }, ann);
  assert.deepEqual(await call("ann", label), { text: "ann@upstream" });
});

test("a registration that the authorization server has forgotten is made again", async () => {
  const { id, label, server } = await setUp();
  server.clients.clear();
  server.forgetAccess();
  assert.match((await call("ann", label)).error, /connect it again at/);
  await connected_({ id }, ann);
  assert.equal(server.registrations.length, 2);
  assert.deepEqual(await call("ann", label), { text: "ann@upstream" });
});

test("a key of one’s own is sent for its user alone, in the header that an admin has set", async () => {
  for (const auth_name of ["", "X-API-Key"]) {
    const keys = new Map([
      ["key-of-ann-123456", { account: "ann with a key" }],
      ["key-of-bob-123456", { account: "bob with a key" }],
    ]);
    const upstream = kept(await startProtected(null, { keys }));
    const { id, label, connectUrl } = await addConnector(upstream.url, { auth: "key_per_user", auth_name });
    assert.match(
      (await ann.post(`/admin/connectors/${id}/refresh`, {})).body.error.message,
      /needs a key of your own: enter it at/,
    );
    for (const bad of ["", "  ", "a\nb", "x".repeat(5000), "schlüssel"])
      assert.equal((await ann.put(`/connectors/${id}/account/key`, { key: bad })).status, 400);
    const put = await ann.put(`/connectors/${id}/account/key`, { key: " key-of-ann-123456\n" });
    assert.deepEqual([put.status, put.body.kind, put.body.state], [200, "key", "connected"]);
    assert.equal((await ann.post(`/admin/connectors/${id}/refresh`, {})).status, 200);
    assert.deepEqual(await call("ann", label), { text: "ann with a key" });
    assert.equal(
      (await call("bob", label)).error,
      `"${label}" needs a key of your own: enter it at ${connectUrl} and try again.`,
    );
    await bob.put(`/connectors/${id}/account/key`, { key: "key-of-bob-123456" });
    assert.deepEqual(await call("bob", label), { text: "bob with a key" });
    const header = upstream.asked.at(-1).headers[auth_name ? "x-api-key" : "authorization"];
    assert.equal(header, auth_name ? "key-of-bob-123456" : "Bearer key-of-bob-123456");
    keys.delete("key-of-ann-123456");
    assert.match((await call("ann", label)).error, /does not accept your key any more: enter a new one at/);
    assert.equal((await account(ann, id)).state, "refused");
    assert.equal((await begin(ann, id)).status, 400);
    assert.equal((await ann.delete(`/connectors/${id}/account`)).status, 204);
    assert.equal((await account(ann, id)).state, "none");
  }
});

test("client credentials: the connector’s own token, found, kept, and fetched again when it is refused", async () => {
  const server = kept(await startAuthorizationServer());
  const upstream = kept(await startProtected(server));
  const client = server.addClient();
  const config = { auth: "oauth_client_credentials", client_id: client.id, secret: client.secret };
  const { id, label } = await addConnector(upstream.url, config);
  assert.equal((await ann.post(`/admin/connectors/${id}/refresh`, {})).status, 200);
  assert.deepEqual([await call("ann", label), await call("bob", label)], [{ text: client.id }, { text: client.id }]);
  assert.deepEqual(server.tokenRequests, [
    { grant_type: "client_credentials", scope: "tools", resource: upstream.url },
  ]);
  server.forgetAccess();
  const all = await Promise.all(Array.from({ length: 10 }, () => call("ann", label)));
  all.forEach((answer) => assert.deepEqual(answer, { text: client.id }));
  assert.equal(server.tokenRequests.length, 2);
  upstream.scopeFor = () => "tools:write";
  assert.deepEqual(await call("ann", label), { text: client.id });
  assert.equal(server.tokenRequests.at(-1).scope, "tools tools:write");
  // Of another authorization server it gets nothing.
  const hostile = kept(await startAuthorizationServer());
  upstream.server = hostile;
  assert.match((await call("ann", label)).error, /belongs to the authorization server/);
  assert.equal(hostile.tokenRequests.length, 0);
  upstream.server = server;
  // With a token URL nothing is looked for.
  const direct = await addConnector(upstream.url, {
    ...config,
    token_url: `${server.origin}/token`,
    scope: "tools:write",
  });
  const looked = server.asked.length;
  assert.equal((await ann.post(`/admin/connectors/${direct.id}/refresh`, {})).status, 200);
  assert.deepEqual(server.asked.slice(looked), ["/token"]);
  assert.deepEqual(await call("ann", direct.label), { text: client.id });
});

test("an issuer with a path, and metadata at its place, are found", async () => {
  const { label } = await setUp({ server: { prefix: "/tenant1" } });
  assert.deepEqual(await call("ann", label), { text: "ann@upstream" });
});

test("configurations that cannot work are refused", async () => {
  const url = "https://mcp.example.com/mcp";
  for (const config of [
    { auth: "oauth_client_credentials" },
    { auth: "oauth_client_credentials", client_id: "x", token_url: "x" },
    { auth: "oauth_per_user", scope: 'a "b"' },
    { auth: "oauth_per_user", url: `${url}#x` },
    { auth: "key_per_user", auth_name: "a b" },
    { auth: "oauth" },
  ]) {
    const made = await ann.post("/admin/connectors", { kind: "mcp", label: newLabel(), config: { url, ...config } });
    assert.equal(made.status, 400, JSON.stringify(config));
  }
});

test("the command line says that it cannot ask with somebody’s account", async () => {
  const { label } = await setUp();
  const { code, stderr } = wick.cli(["connector", "refresh", label]);
  assert.notEqual(code, 0);
  assert.match(stderr, /is used with each user's own account/);
});

test("Wick connects to another Wick, which is authorization server and MCP server in one", async (t) => {
  const far = await Wick.start();
  t.after(() => far.stop());
  far.createUser("zoe@far.example", "Zoe");
  const zoe = await far.signIn("zoe@far.example");
  const { id, label } = await addConnector(`${far.url}/mcp/c/notes`);
  // The far Wick asks Zoe for consent.
  const { body } = await begin(ann, id);
  const request = requestId(await visit(zoe, body.redirect_to));
  const asked = await zoe.get(`/oauth/requests/${request}`);
  assert.equal(asked.body.client.name, "Wick (127.0.0.1)");
  const decided = await zoe.post(`/oauth/requests/${request}`, { approve: true });
  assert.equal((await arrive(ann, decided.body.redirect_to)).search, "?connected=1");
  const refreshed = await ann.post(`/admin/connectors/${id}/refresh`, {});
  assert.equal(refreshed.status, 200, refreshed.text);
  const made = await callTool(wick, tokens.ann, `${label}__create`, { title: "From afar", body: "by OAuth" });
  assert.equal(made.body.result.isError, undefined, JSON.stringify(made.body));
  const runs = await zoe.get(`/runs?connector=${notesId}`);
  assert.deepEqual([runs.body.items[0].operation, runs.body.items[0].credential.kind], ["create", "oauth"]);
  // Zoe ends the connection there; Ann is told to connect again.
  const [connection] = (await zoe.get("/connections")).body.items;
  assert.equal((await zoe.delete(`/connections/${connection.id}`)).status, 204);
  assert.match(
    (await callTool(wick, tokens.ann, `${label}__search`, { query: "afar" })).body.result.content[0].text,
    /connect it again at/,
  );
});

test("an account at npm's oidc-provider is linked and renewed, with registration and rotation", async () => {
  let callback;
  const server = http.createServer((request, response) => callback(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push({ close: () => (server.closeAllConnections(), server.close()) });
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: "tools", accessTokenTTL: 1, accessTokenFormat: "opaque" }),
      },
    },
    scopes: ["openid", "offline_access"],
    pkce: { required: () => true },
    rotateRefreshToken: () => true,
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
      grant.addOIDCScope("openid offline_access");
      grant.addResourceScope(oidc.params.resource, "tools");
      await grant.save();
      return grant;
    },
  });
  const handle = provider.callback();
  callback = async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return handle(request, response);
    const { prompt } = await provider.interactionDetails(request, response);
    await provider.interactionFinished(
      request,
      response,
      prompt.name === "login" ? { login: { accountId: "ann at the provider" } } : { consent: {} },
      { mergeWithLastSubmission: true },
    );
  };
  const grantOf = async (token) => {
    const found = token && (await provider.AccessToken.find(token));
    return found && { account: found.accountId, resource: found.aud, scope: found.scope };
  };
  const upstream = kept(await startProtected({ issuer, grantOf }));
  upstream.metadata = (document) => ({ ...document, scopes_supported: ["openid", "tools"] });
  const { id, label } = await addConnector(upstream.url);
  // A browser that keeps the provider's cookies.
  let { redirect_to: location } = (await begin(ann, id)).body;
  const jar = new Map();
  while (!location.startsWith(`${wick.url}/`)) {
    const response = await fetch(location, {
      redirect: "manual",
      headers: { cookie: [...jar].map((pair) => pair.join("=")).join("; ") },
    });
    for (const line of response.headers.getSetCookie())
      jar.set(line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1, line.indexOf(";")));
    const next = response.headers.get("location");
    assert.ok(next, `${response.status} at ${location}: ${await response.text()}`);
    location = new URL(next, location).href;
  }
  assert.equal((await arrive(ann, location)).search, "?connected=1");
  assert.equal((await account(ann, id)).scope.split(" ").includes("tools"), true);
  const refreshed = await ann.post(`/admin/connectors/${id}/refresh`, {});
  assert.equal(refreshed.status, 200, refreshed.text);
  const before = new Set(upstream.asked.map(({ headers }) => headers.authorization));
  assert.deepEqual(await call("ann", label), { text: "ann at the provider" });
  assert.deepEqual(await call("ann", label), { text: "ann at the provider" });
  const later = new Set(upstream.asked.map(({ headers }) => headers.authorization));
  assert.ok(later.size > before.size, "tokens that live for a second are renewed");
});
