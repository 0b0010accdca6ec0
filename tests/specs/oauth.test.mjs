// OAuth connections: discovery, registration, consent, tokens, revocation. What attackers try is in oauth-attacks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { auth } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Wick, callTool, modern, notesId, run } from "../lib/wick.mjs";
import {
  authorization,
  authorizeUrl,
  connect,
  consent,
  memoryProvider,
  pkce,
  redirectUri,
  refresh,
  register,
  requestId,
  token,
  visit,
} from "../lib/oauth.mjs";

let wick, admin;
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(() => wick.stop());

const works = async (bearer) => (await callTool(wick, bearer, "notes__list")).status === 200;

test("the official SDK gets in with nothing but the address of the server", async () => {
  const kept = {};
  const provider = memoryProvider("SDK", kept);
  const serverUrl = new URL(`${wick.url}/mcp`);
  const transport = new StreamableHTTPClientTransport(serverUrl, { authProvider: provider });
  await assert.rejects(new Client({ name: "sdk", version: "1" }).connect(transport), /nauthorized/);
  assert.equal(kept.url.searchParams.get("resource"), `${wick.url}/mcp`);
  const back = await consent(admin, kept.url);
  assert.deepEqual([back.searchParams.get("state"), back.searchParams.get("iss")], ["some-state", wick.url]);
  await transport.finishAuth(back.searchParams.get("code"));
  const client = new Client({ name: "sdk", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(serverUrl, { authProvider: provider }));
  assert.equal((await client.callTool({ name: "notes__list", arguments: {} })).isError, undefined);
  const before = kept.tokens.access_token;
  assert.equal(await auth(provider, { serverUrl }), "AUTHORIZED", "refreshes");
  assert.notEqual(kept.tokens.access_token, before);
  assert.equal((await client.callTool({ name: "notes__list", arguments: {} })).isError, undefined);
  await client.close();
});

test("the address of one connector alone is enough too", async () => {
  const kept = {};
  const authProvider = memoryProvider("One connector", kept);
  const serverUrl = new URL(`${wick.url}/mcp/c/notes`);
  const transport = new StreamableHTTPClientTransport(serverUrl, { authProvider });
  await assert.rejects(new Client({ name: "sdk", version: "1" }).connect(transport), /nauthorized/);
  await transport.finishAuth((await consent(admin, kept.url)).searchParams.get("code"));
  const client = new Client({ name: "sdk", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(serverUrl, { authProvider }));
  assert.equal((await client.callTool({ name: "list", arguments: {} })).isError, undefined);
  await client.close();
});

// A second connector in addition to the built-in one.
const addConnector = async (label) => {
  const made = await admin.post("/admin/connectors", {
    kind: "rest",
    label,
    config: { base_url: "https://api.example.test" },
  });
  assert.equal(made.status, 201);
  return made.body;
};
const connectTo = async (resource, more = {}) => {
  const made = await authorization(wick, admin, { changes: { resource }, ...more });
  const answer = await token(wick, { ...made.form, resource });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return { client: made.form.client_id, ...answer.body };
};
const statusAt = async (route, bearer) =>
  (
    await fetch(`${wick.url}${route}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${bearer}` },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    })
  ).status;

test("the 401 of each address leads to the metadata of just that address, however many slashes it has", async () => {
  for (const [route, resource] of [
    ["/mcp", "/mcp"],
    ["/mcp/", "/mcp"],
    ["//mcp", "/mcp"],
    ["/mcp//", "/mcp"],
    ["/mcp//c/notes", "/mcp/c/notes"],
    ["/mcp/c/notes", "/mcp/c/notes"],
    ["/mcp/c/notes/", "/mcp/c/notes"],
    ["/mcp/c/%6eotes", "/mcp/c/notes"],
    [`/mcp/c/${notesId}`, `/mcp/c/${notesId}`],
  ]) {
    for (const headers of [{}, { authorization: "Bearer wick_pat_bad" }]) {
      const refused = await fetch(wick.url + route, { method: "POST", headers });
      const [, metadata] = /resource_metadata="([^"]+)"/.exec(refused.headers.get("www-authenticate"));
      assert.equal(refused.status, 401);
      assert.equal(metadata, `${wick.url}/.well-known/oauth-protected-resource${resource}`);
      for (const at of [metadata, `${metadata}/`, metadata.replace("/mcp", "//mcp")])
        assert.equal((await (await fetch(at)).json()).resource, wick.url + resource, at);
    }
  }
});

test("a stranger does not learn from metadata and challenges which connectors there are", async () => {
  const answer = async (name) => {
    const metadata = await fetch(`${wick.url}/.well-known/oauth-protected-resource/mcp/c/${name}`);
    const refused = await fetch(`${wick.url}/mcp/c/${name}`, { method: "POST" });
    return JSON.stringify([
      metadata.status,
      [...metadata.headers].filter(([key]) => key !== "date"),
      await metadata.text(),
      refused.status,
      refused.headers.get("www-authenticate"),
      await refused.text(),
    ]).replaceAll(name, "…");
  };
  assert.equal(await answer("notes"), await answer("nosuc"));
  for (const wrong of ["A", "a.b", "a%2fb", "%22", "x".repeat(65)]) {
    assert.equal((await fetch(`${wick.url}/.well-known/oauth-protected-resource/mcp/c/${wrong}`)).status, 404, wrong);
    const refused = await fetch(`${wick.url}/mcp/c/${wrong}`, { method: "POST" });
    assert.match(refused.headers.get("www-authenticate"), /oauth-protected-resource\/mcp", scope=/, wrong);
  }
});

test("a token for one connector works only at that connector's URL, also after a refresh", async () => {
  const other = await addConnector("Other one");
  const resource = `${wick.url}/mcp/c/notes`;
  let connection = await connectTo(`${resource}/`);
  const rs = (await admin.post("/admin/oauth-clients", { name: "RS", introspects: true })).body;
  for (let round = 0; round < 2; ++round) {
    const bearer = connection.access_token;
    for (const [route, status] of [
      ["/mcp/c/notes", 200],
      ["/mcp/c/notes/", 200],
      ["/mcp", 401],
      ["/mcp/", 401],
      [`/mcp/c/${notesId}`, 401],
      [`/mcp/c/${other.slug}`, 401],
      ["/mcp/c/no_such", 401],
    ])
      assert.equal(await statusAt(route, bearer), status, route);
    assert.equal(
      (await fetch(`${wick.url}/api/v1/whoami`, { headers: { authorization: `Bearer ${bearer}` } })).status,
      401,
    );
    const seen = await (
      await fetch(`${wick.url}/oauth/introspect`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          client_id: rs.client.client_id ?? rs.client.id,
          client_secret: rs.client_secret,
          token: bearer,
        }),
      })
    ).json();
    assert.deepEqual([seen.active, seen.aud], [true, resource]);
    const renewed = await refresh(wick, connection, {}, { resource });
    assert.equal(renewed.status, 200);
    connection = { client: connection.client, ...renewed.body };
  }
  for (const elsewhere of [`${wick.url}/mcp`, `${wick.url}/mcp/c/${other.slug}`])
    assert.equal((await refresh(wick, connection, {}, { resource: elsewhere })).body.error, "invalid_grant", elsewhere);
  const [shown] = (await admin.get("/connections")).body.items;
  assert.deepEqual(shown.scope.connectors, [notesId], "whatever was chosen, it is of that connector");
});

test("a token for /mcp opens each connector, and a code for one resource gives no token for another", async () => {
  const { access_token: bearer } = await connect(wick, admin);
  assert.deepEqual([await statusAt("/mcp", bearer), await statusAt("/mcp/c/notes", bearer)], [200, 200]);
  for (const [asked, wanted] of [
    ["/mcp/c/notes", "/mcp"],
    ["/mcp", "/mcp/c/notes"],
    ["/mcp/c/notes", "/mcp/c/other_one"],
  ]) {
    const { form } = await authorization(wick, admin, { changes: { resource: wick.url + asked } });
    assert.equal(
      (await token(wick, { ...form, resource: wick.url + wanted })).body.error,
      "invalid_grant",
      `${asked} ${wanted}`,
    );
  }
});

test("a connector that takes over the name of another does not get its tokens", async () => {
  const first = await addConnector("Ledger");
  const { access_token: bearer } = await connectTo(`${wick.url}/mcp/c/ledger`);
  assert.equal(await statusAt("/mcp/c/ledger", bearer), 200);
  assert.equal((await admin.patch(`/admin/connectors/${first.id}`, { label: "Old ledger" })).status, 200);
  await addConnector("Ledger");
  assert.equal(await statusAt("/mcp/c/ledger", bearer), 404);
  assert.equal(await statusAt("/mcp/c/old_ledger", bearer), 401);
});

test("consent for one connector shows it, keeps to it, and is refused where there is none for this person", async () => {
  const client = (await register(wick, { client_name: "For one" })).body.client_id;
  const { challenge } = pkce();
  const ask = (name) => authorizeUrl(wick, client, challenge, { resource: `${wick.url}/mcp/c/${name}` });
  const id = requestId(await visit(admin, ask("notes")));
  assert.equal((await admin.get(`/oauth/requests/${id}`)).body.connector.id, notesId);
  const other = (await admin.get("/connectors")).body.items.find((one) => one.id !== notesId);
  const elsewhere = await admin.post(`/oauth/requests/${id}`, { approve: true, scope: { connectors: [other.id] } });
  assert.deepEqual([elsewhere.status, elsewhere.body.error.code], [400, "invalid_argument"]);
  assert.equal((await admin.post(`/oauth/requests/${id}`, { approve: true })).status, 200, "it can still be decided");
  const none = requestId(await visit(admin, ask("no_such")));
  assert.equal((await admin.get(`/oauth/requests/${none}`)).status, 404);
  assert.equal((await admin.post(`/oauth/requests/${none}`, { approve: true })).status, 404);
  assert.match(
    (await admin.post(`/oauth/requests/${none}`, { approve: false })).body.redirect_to,
    /error=access_denied/,
  );
});

test("a client of OAuth 2.1 leaves redirect_uri out of the token request; one that is sent must match", async () => {
  const { form } = await authorization(wick, admin);
  assert.equal(
    (await token(wick, { ...form, redirect_uri: "http://localhost:4711/other" })).body.error,
    "invalid_grant",
  );
  const { redirect_uri: _, ...without } = form;
  assert.equal((await token(wick, without)).status, 200);
  assert.equal(
    (await token(wick, { ...(await authorization(wick, admin)).form, redirect_uri: "" })).status,
    200,
    "without a value is left out (RFC 6749 section 3.1)",
  );
});

test("unknown scopes are ignored next to known ones, and the response names the granted scopes", async () => {
  const granted = async (scope) => {
    const { form } = await authorization(wick, admin, { changes: { scope } });
    return (await token(wick, form)).body.scope;
  };
  assert.equal(await granted("openid offline_access mcp:read"), "mcp:read offline_access");
  assert.equal(await granted("  mcp:write   profile mcp:read "), "mcp:read mcp:write");
  assert.equal(await granted(" offline_access"), "mcp:read mcp:write offline_access");
  const client = (await register(wick)).body.client_id;
  const refused = await visit(admin, authorizeUrl(wick, client, pkce().challenge, { scope: "openid profile" }));
  assert.match(refused.location, /error=invalid_scope/);
  const connection = await connect(wick, admin, { scope: "mcp:read" });
  assert.equal((await refresh(wick, connection, {}, { scope: "openid mcp:read" })).body.scope, "mcp:read");
});

test("an operator can allow more redirect schemes, but not schemes of browsers and systems", async () => {
  const own = await Wick.start({ args: ["--set", "oauth.redirect_schemes=MyApp, other-app"] });
  const session = await own.signIn();
  const redirect_uri = "myapp://callback";
  const { status, body } = await register(own, { redirect_uris: [redirect_uri] });
  assert.equal(status, 201);
  const url = authorizeUrl(own, body.client_id, pkce().challenge, { redirect_uri });
  const asked = (await session.get(`/oauth/requests/${requestId(await visit(session, url))}`)).body;
  assert.deepEqual([asked.redirect, asked.redirect_uri, asked.loopback], ["the app myapp", redirect_uri, true]);
  const back = await consent(session, url);
  assert.ok(back.href.startsWith(`${redirect_uri}?code=`), back.href);
  assert.equal(
    (await register(wick, { redirect_uris: [redirect_uri] })).body.error,
    "invalid_redirect_uri",
    "not without the setting",
  );
  for (const scheme of [
    "javascript",
    "data",
    "file",
    "vbscript",
    "blob",
    "about",
    "view-source",
    "intent",
    "chrome-extension",
    "ms-msdt",
    "search-ms",
  ]) {
    assert.equal(
      (await register(own, { redirect_uris: [`${scheme}://x`] })).body.error,
      "invalid_redirect_uri",
      scheme,
    );
    const { code, stderr } = run(["serve", "--data", own.data, "--set", `oauth.redirect_schemes=ok,${scheme}`]);
    assert.notEqual(code, 0, scheme);
    assert.match(stderr, /oauth\.redirect_schemes.*belongs to browsers/, scheme);
  }
  assert.match(
    run(["serve", "--data", own.data, "--set", "oauth.redirect_schemes=my app"]).stderr,
    /is not a URI scheme: write for example myapp/,
  );
  await own.stop();
  await own.launch();
  const removed = await visit(session, url);
  assert.equal(removed.status, 400, "taken out of the setting, it is no way back any more");
  await own.stop();
});

test("discovery names the configured address, for any origin to read, and the challenge leads to it", async () => {
  for (const path of ["oauth-protected-resource", "oauth-protected-resource/mcp", "oauth-authorization-server"]) {
    const response = await fetch(`${wick.url}/.well-known/${path}`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
    const body = await response.json();
    assert.equal(body.issuer ?? body.authorization_servers[0], wick.url);
  }
  const refused = await fetch(`${wick.url}/mcp`, { method: "POST" });
  assert.match(
    refused.headers.get("www-authenticate"),
    new RegExp(
      `^Bearer resource_metadata="${wick.url}/.well-known/oauth-protected-resource/mcp", scope="mcp:read mcp:write"$`,
    ),
  );
  assert.equal((await fetch(`${wick.url}/.well-known/openid-configuration`)).status, 404);
});

test("the same metadata is the same client, which is public, and a name must be plain text", async () => {
  assert.equal((await register(wick, { client_name: "evil\u202Etxt" })).body.error, "invalid_client_metadata");
  const first = await register(wick, { client_name: "Twice", token_endpoint_auth_method: "client_secret_basic" });
  assert.equal(first.status, 201);
  assert.equal(first.headers.get("cache-control"), "no-store");
  assert.equal(first.body.token_endpoint_auth_method, "none");
  assert.equal((await register(wick, { client_name: "Twice" })).body.client_id, first.body.client_id);
});

test("someone signed out signs in first and comes back, also when the request is wrong", async () => {
  const client = (await register(wick)).body.client_id;
  const url = authorizeUrl(wick, client, pkce().challenge, { code_challenge_method: "plain" });
  const { status, location } = await visit(null, url);
  assert.equal(status, 303);
  assert.equal(new URL(location, wick.url).searchParams.get("next"), url.pathname + url.search);
});

test("errors of a request go back to the app with state and iss", async () => {
  const client = (await register(wick)).body.client_id;
  const { challenge } = pkce();
  const cases = [
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ resource: "https://other.example/mcp" }, "invalid_target"],
    [{ scope: "admin" }, "invalid_scope"],
    [{ prompt: "none" }, "consent_required"],
    [{ response_mode: "fragment" }, "invalid_request"],
    [{ code_challenge_method: "plain" }, "invalid_request"],
  ];
  for (const [changes, error] of cases) {
    const { status, location } = await visit(admin, authorizeUrl(wick, client, challenge, changes));
    assert.equal(status, 303);
    const back = new URL(location);
    assert.deepEqual(
      [
        back.origin + back.pathname,
        back.searchParams.get("error"),
        back.searchParams.get("state"),
        back.searchParams.get("iss"),
      ],
      [redirectUri, error, 'st"a te&1', wick.url],
    );
  }
});

test("equivalent forms of a resource, a prompt and the only redirect URI are accepted", async () => {
  const client = (await register(wick)).body.client_id;
  const asked = async (changes, id = client) =>
    requestId(await visit(admin, authorizeUrl(wick, id, pkce().challenge, changes)));
  const { host } = new URL(wick.url);
  for (const changes of [
    { resource: `HTTP://${host}/mcp` },
    { resource: `${wick.url}/mcp/` },
    { resource: "" },
    { scope: "openid profile email offline_access" },
    { scope: "" },
    { prompt: "login consent" },
    { nonce: "x", access_type: "offline" },
  ])
    assert.ok((await admin.get(`/oauth/requests/${await asked(changes)}`)).body.writes, JSON.stringify(changes));
  const web = (await register(wick, { redirect_uris: ["https://app.example/cb"], grant_types: null, scope: null })).body
    .client_id;
  assert.equal(
    (await admin.get(`/oauth/requests/${await asked({ redirect_uri: undefined }, web)}`)).body.redirect,
    "app.example",
  );
  const two = (await register(wick, { redirect_uris: ["https://app.example/cb", "https://app.example/other"] })).body
    .client_id;
  for (const id of [two, client])
    assert.equal(
      (await visit(admin, authorizeUrl(wick, id, pkce().challenge, { redirect_uri: undefined }))).status,
      400,
      "which of them, or which port, is not said",
    );
});

test("the consent page shows the app, and denying sends access_denied back", async () => {
  const client = (await register(wick)).body.client_id;
  const url = authorizeUrl(wick, client, pkce().challenge);
  const {
    client: asks,
    redirect,
    writes,
  } = (await admin.get(`/oauth/requests/${requestId(await visit(admin, url))}`)).body;
  assert.deepEqual([asks.name, asks.source, redirect, writes], ["Test app", "registered", "this computer", true]);
  const denied = await consent(admin, url, { approve: false });
  assert.deepEqual([denied.searchParams.get("error"), denied.searchParams.has("code")], ["access_denied", false]);
});

test("a connection is read-only if client or user chooses so, and the client can ask for more", async () => {
  for (const options of [{ scope: "mcp:read" }, { decision: { approve: true, scope: { operations: "read_only" } } }]) {
    const connection = await connect(wick, admin, options);
    assert.equal(connection.scope, "mcp:read");
    const tools = (await modern(wick, connection.access_token, "tools/list")).body.result.tools.map(({ name }) => name);
    assert.ok(tools.includes("notes__list") && !tools.includes("notes__create"));
    const refused = await callTool(wick, connection.access_token, "notes__create", { title: "x" });
    assert.equal(refused.status, 403);
    assert.match(
      refused.headers.get("www-authenticate"),
      /^Bearer error="insufficient_scope", resource_metadata="[^"]+", scope="mcp:read mcp:write"$/,
    );
  }
  const chosen = await connect(wick, admin, {
    scope: "mcp:read",
    decision: { approve: true, scope: { operations: [`conn:${notesId}/create`, `conn:${notesId}/list`] } },
  });
  assert.equal(chosen.scope, "mcp:read");
  assert.deepEqual(
    (await modern(wick, chosen.access_token, "tools/list")).body.result.tools.map(({ name }) => name),
    ["notes__list"],
  );
  const refused = await callTool(wick, chosen.access_token, "notes__create", { title: "x" });
  assert.deepEqual([refused.status, refused.body.result.isError], [200, true]);
  const self = await (
    await fetch(`${wick.url}/api/v1/whoami`, { headers: { authorization: `Bearer ${chosen.access_token}` } })
  ).json();
  assert.equal(self.credential.kind, "oauth");
  const seconds = (Date.parse(self.expires_at) - Date.now()) / 1000;
  assert.ok(seconds > 3500 && seconds <= 3600, self.expires_at);
});

test("the owner and the admin see connections and end them for the very next call", async () => {
  wick.createUser("owner@example.com", "Owner");
  const ann = await wick.signIn("owner@example.com");
  const [one, two] = [await connect(wick, ann), await connect(wick, ann)];
  assert.ok((await works(one.access_token)) && (await works(two.access_token)));
  const { items } = (await ann.get("/connections")).body;
  assert.equal(items.length, 2);
  assert.equal(items[0].client.name, "Test app");
  assert.ok(items[0].last_used.at);
  const run = (await admin.get("/runs?limit=1")).body.items[0];
  assert.equal(run.credential.kind, "oauth");
  assert.equal((await admin.delete(`/connections/${items[0].id}`)).status, 404, "an admin has another door");
  assert.equal((await ann.delete(`/connections/${items[0].id}`)).status, 204);
  assert.equal(await works(two.access_token), false);
  assert.equal((await admin.delete(`/admin/connections/${items[1].id}`)).status, 204);
  assert.equal(await works(one.access_token), false);
  assert.equal((await refresh(wick, one)).body.error, "invalid_grant");
});

test("the client gives its tokens back with RFC 7009", async () => {
  const connection = await connect(wick, admin);
  const revoke = (value, client = connection.client) =>
    fetch(`${wick.url}/oauth/revoke`, {
      method: "POST",
      body: new URLSearchParams({ token: value, client_id: client }),
    });
  const other = (await register(wick, { client_name: "Other" })).body.client_id;
  assert.equal((await revoke(connection.refresh_token, other)).status, 200);
  assert.equal(await works(connection.access_token), true);
  assert.equal((await revoke("wick_ort_unknown")).status, 200);
  assert.equal((await revoke(connection.refresh_token)).status, 200);
  assert.equal(await works(connection.access_token), false);
});

test("a metadata document at a private address is not fetched", async () => {
  for (const id of [
    "https://127.0.0.1/client.json",
    "https://localhost/client.json",
    "https://169.254.169.254/x",
    "https://example.com",
    "https://example.com/../x",
  ])
    assert.equal((await visit(admin, authorizeUrl(wick, id, pkce().challenge))).status, 400, id);
});
