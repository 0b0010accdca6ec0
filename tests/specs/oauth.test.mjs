// OAuth connections: discovery, registration, consent, tokens, refresh, revocation, and what is refused on the way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Wick, callTool, modern, notesId, remember } from '../lib/wick.mjs';
import { authorizeUrl, connect, consent, pkce, redirectUri, register, token, visit } from '../lib/oauth.mjs';

let wick, admin;
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(() => wick.stop());

const works = async (bearer) => (await callTool(wick, bearer, 'notes__list')).status === 200;
const refresh = (connection, headers) => token(wick, { grant_type: 'refresh_token', refresh_token: connection.refresh_token, client_id: connection.client }, headers);

test('the official SDK gets in with nothing but the address of the server', async () => {
  const kept = {};
  const provider = {
    redirectUrl: redirectUri,
    clientMetadata: { client_name: 'SDK', redirect_uris: [redirectUri], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: 'none' },
    state: () => 'some-state',
    clientInformation: () => kept.client,
    saveClientInformation: (client) => void (kept.client = client),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => {
      kept.tokens = tokens;
      remember('secrets', tokens.access_token);
      remember('secrets', tokens.refresh_token);
    },
    redirectToAuthorization: (url) => void (kept.url = url),
    saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
    codeVerifier: () => kept.verifier,
  };
  const serverUrl = new URL(`${wick.url}/mcp`);
  const transport = new StreamableHTTPClientTransport(serverUrl, { authProvider: provider });
  await assert.rejects(new Client({ name: 'sdk', version: '1' }).connect(transport), /nauthorized/);
  assert.equal(kept.url.searchParams.get('resource'), `${wick.url}/mcp`);
  const back = await consent(admin, kept.url);
  assert.deepEqual([back.searchParams.get('state'), back.searchParams.get('iss')], ['some-state', wick.url]);
  await transport.finishAuth(back.searchParams.get('code'));
  const client = new Client({ name: 'sdk', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(serverUrl, { authProvider: provider }));
  assert.equal((await client.callTool({ name: 'notes__list', arguments: {} })).isError, undefined);
  const before = kept.tokens.access_token;
  assert.equal(await auth(provider, { serverUrl }), 'AUTHORIZED', 'refreshes');
  assert.notEqual(kept.tokens.access_token, before);
  assert.equal((await client.callTool({ name: 'notes__list', arguments: {} })).isError, undefined);
  await client.close();
});

test('discovery says only what is configured, whatever the Host', async () => {
  for (const path of ['oauth-protected-resource', 'oauth-protected-resource/mcp', 'oauth-authorization-server']) {
    const response = await fetch(`${wick.url}/.well-known/${path}`, { headers: { 'x-forwarded-host': 'evil.example' } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    const body = await response.json();
    assert.equal(body.issuer ?? body.authorization_servers[0], wick.url);
  }
  const refused = await fetch(`${wick.url}/mcp`, { method: 'POST' });
  assert.match(refused.headers.get('www-authenticate'), new RegExp(`^Bearer resource_metadata="${wick.url}/.well-known/oauth-protected-resource/mcp", scope="mcp:read mcp:write"$`));
  assert.equal((await fetch(`${wick.url}/.well-known/openid-configuration`)).status, 404);
});

test('registration takes only redirect URIs that lead somewhere safe, and the same metadata is the same client', async () => {
  for (const uri of ['javascript:alert(1)', 'http://example.com/cb', 'https://example.com/#x', 'data:text/html,x']) {
    const { status, body } = await register(wick, { redirect_uris: [uri] });
    assert.deepEqual([status, body.error], [400, 'invalid_redirect_uri'], uri);
  }
  assert.equal((await register(wick, { client_name: 'evil\u202Etxt' })).body.error, 'invalid_client_metadata');
  const first = await register(wick, { client_name: 'Twice', token_endpoint_auth_method: 'client_secret_basic' });
  assert.equal(first.status, 201);
  assert.equal(first.headers.get('cache-control'), 'no-store');
  assert.equal(first.body.token_endpoint_auth_method, 'none');
  assert.equal((await register(wick, { client_name: 'Twice' })).body.client_id, first.body.client_id);
});

test('an open redirector is not to be had: unknown clients and foreign addresses end on a page of ours', async () => {
  const client = (await register(wick)).body.client_id;
  const { challenge } = pkce();
  for (const changes of [{ client_id: 'unknown' }, { redirect_uri: 'https://evil.example/cb' }, { redirect_uri: 'http://localhost:1/other' }, { redirect_uri: undefined }, { client_id: undefined }]) {
    const answer = await visit(admin, authorizeUrl(wick, client, challenge, changes));
    assert.deepEqual([answer.status, answer.location], [400, null], JSON.stringify(changes));
    assert.match(answer.headers.get('content-security-policy'), /frame-ancestors 'none'/);
    assert.doesNotMatch(answer.text, /evil|unknown/);
  }
  const twice = `${authorizeUrl(wick, client, challenge)}&redirect_uri=https://evil.example/`;
  assert.equal((await visit(admin, twice)).status, 400);
});

test('someone signed out signs in first and comes back, also when the request is wrong', async () => {
  const client = (await register(wick)).body.client_id;
  const url = authorizeUrl(wick, client, pkce().challenge, { code_challenge_method: 'plain' });
  const { status, location } = await visit(null, url);
  assert.equal(status, 303);
  assert.equal(new URL(location, wick.url).searchParams.get('next'), url.pathname + url.search);
});

test('PKCE cannot be downgraded, and errors go back with state and iss', async () => {
  const client = (await register(wick)).body.client_id;
  const { challenge } = pkce();
  const cases = [
    [{ code_challenge_method: 'plain' }, 'invalid_request'], [{ code_challenge_method: undefined }, 'invalid_request'],
    [{ code_challenge: undefined }, 'invalid_request'], [{ code_challenge: 'short' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'], [{ resource: 'https://other.example/mcp' }, 'invalid_target'],
    [{ scope: 'admin' }, 'invalid_scope'], [{ prompt: 'none' }, 'consent_required'], [{ response_mode: 'fragment' }, 'invalid_request'],
  ];
  for (const [changes, error] of cases) {
    const { status, location } = await visit(admin, authorizeUrl(wick, client, challenge, changes));
    assert.equal(status, 303);
    const back = new URL(location);
    assert.deepEqual([back.origin + back.pathname, back.searchParams.get('error'), back.searchParams.get('state'), back.searchParams.get('iss')], [redirectUri, error, 'st"a te&1', wick.url]);
  }
});

test('denying sends access_denied back, and a decided request cannot be decided again', async () => {
  const client = (await register(wick)).body.client_id;
  const url = authorizeUrl(wick, client, pkce().challenge);
  const denied = await consent(admin, url, { approve: false });
  assert.equal(denied.searchParams.get('error'), 'access_denied');
  const first = await visit(admin, url);
  const second = await visit(admin, url);
  const ids = [first, second].map(({ location }) => new URL(location, wick.url).searchParams.get('request'));
  assert.equal((await admin.get(`/oauth/requests/${ids[0]}`)).body.client.name, 'Test app', 'survives a double GET');
  assert.equal((await admin.post(`/oauth/requests/${ids[0]}`, { approve: true })).status, 200);
  assert.equal((await admin.post(`/oauth/requests/${ids[0]}`, { approve: true })).status, 404);
  assert.equal((await admin.get(`/oauth/requests/${ids[1]}`)).status, 200);
});

test('consent cannot be given from another site, another session or another user', async () => {
  const client = (await register(wick)).body.client_id;
  const { location } = await visit(admin, authorizeUrl(wick, client, pkce().challenge));
  const id = new URL(location, wick.url).searchParams.get('request');
  wick.createUser('thief@example.com', 'Thief');
  const thief = await wick.signIn('thief@example.com');
  const sameUserElsewhere = await wick.signIn();
  for (const session of [thief, sameUserElsewhere]) {
    assert.equal((await session.get(`/oauth/requests/${id}`)).status, 404);
    assert.equal((await session.post(`/oauth/requests/${id}`, { approve: true })).status, 404);
  }
  for (const headers of [{ origin: 'https://evil.example' }, { origin: wick.url, 'sec-fetch-site': 'cross-site' }, {}]) {
    const forged = await fetch(`${wick.url}/api/v1/oauth/requests/${id}`, { method: 'POST', headers: { cookie: admin.cookie, 'content-type': 'application/json', ...headers }, body: '{"approve":true}' });
    assert.equal(forged.status, 403);
  }
  assert.equal((await admin.post(`/oauth/requests/${id}`, { approve: true })).status, 200);
});

test('an injected code is of no use without its verifier, and a second use takes the tokens back', async () => {
  const client = (await register(wick)).body.client_id;
  const { verifier, challenge } = pkce();
  const back = await consent(admin, authorizeUrl(wick, client, challenge));
  const form = { grant_type: 'authorization_code', code: back.searchParams.get('code'), client_id: client, redirect_uri: redirectUri, code_verifier: verifier };
  const stolen = await token(wick, { ...form, code_verifier: pkce().verifier });
  assert.deepEqual([stolen.status, stolen.body.error], [400, 'invalid_grant']);
  const tries = await Promise.all(Array.from({ length: 64 }, () => token(wick, form)));
  const winners = tries.filter(({ status }) => status === 200);
  assert.equal(winners.length, 1);
  assert.equal(winners[0].headers.get('cache-control'), 'no-store');
  assert.equal(await works(winners[0].body.access_token), false, 'the 63 others were replays');
});

test('the token endpoint reads a form in the body, and nothing else', async () => {
  const post = (path, init) => fetch(`${wick.url}/oauth/token${path}`, { method: 'POST', ...init });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const response of [await post('?code=x', { headers: form, body: 'grant_type=refresh_token' }), await post('', { headers: { 'content-type': 'application/json' }, body: '{}' }), await post('', { headers: form, body: 'grant_type=refresh_token&grant_type=x' })]) {
    assert.equal(response.status, 400);
    assert.equal((await response.json()).error, 'invalid_request');
  }
  assert.equal((await token(wick, { grant_type: 'password' })).body.error, 'unsupported_grant_type');
  const unknown = await token(wick, { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'gone' });
  assert.deepEqual([unknown.status, unknown.body.error], [401, 'invalid_client']);
  assert.equal((await fetch(`${wick.url}/oauth/token`)).status, 405);
});

test('a refresh rotates; a retry gets the same pair; a thief ends the family', async () => {
  const first = await connect(wick, admin);
  const second = await refresh(first);
  const again = await refresh(first);
  assert.deepEqual([again.body.access_token, again.body.refresh_token], [second.body.access_token, second.body.refresh_token]);
  const thief = await refresh(first, { 'user-agent': 'thief/1' });
  assert.deepEqual([thief.status, thief.body.error], [400, 'invalid_grant']);
  assert.equal(await works(second.body.access_token), false);
  assert.equal((await refresh({ ...first, refresh_token: second.body.refresh_token })).status, 400);
});

test('each kind of credential works only where it belongs', async () => {
  const connection = await connect(wick, admin);
  assert.equal(await works(connection.refresh_token), false);
  assert.equal((await refresh({ ...connection, refresh_token: connection.access_token })).body.error, 'invalid_grant');
  const minted = (await admin.post('/tokens', { name: 'pat' })).body.plaintext;
  remember('secrets', minted);
  assert.equal((await refresh({ ...connection, refresh_token: minted })).body.error, 'invalid_grant');
  const asSession = await fetch(`${wick.url}/api/v1/connections`, { headers: { authorization: `Bearer ${connection.access_token}` } });
  assert.equal(asSession.status, 403);
});

test('a client that asks to read, or a user who narrows, gets a connection that only reads, and a way to ask for more', async () => {
  for (const options of [{ scope: 'mcp:read' }, { decision: { approve: true, scope: { operations: 'read_only' } } }]) {
    const connection = await connect(wick, admin, options);
    assert.equal(connection.scope, 'mcp:read');
    const tools = (await modern(wick, connection.access_token, 'tools/list')).body.result.tools.map(({ name }) => name);
    assert.ok(tools.includes('notes__list') && !tools.includes('notes__create'));
    const refused = await callTool(wick, connection.access_token, 'notes__create', { title: 'x' });
    assert.equal(refused.status, 403);
    assert.match(refused.headers.get('www-authenticate'), /^Bearer error="insufficient_scope", resource_metadata="[^"]+", scope="mcp:read mcp:write"$/);
  }
  const chosen = await connect(wick, admin, { scope: 'mcp:read', decision: { approve: true, scope: { operations: [`conn:${notesId}/create`, `conn:${notesId}/list`] } } });
  assert.equal(chosen.scope, 'mcp:read');
  assert.deepEqual((await modern(wick, chosen.access_token, 'tools/list')).body.result.tools.map(({ name }) => name), ['notes__list']);
  const refused = await callTool(wick, chosen.access_token, 'notes__create', { title: 'x' });
  assert.deepEqual([refused.status, refused.body.result.isError], [200, true]);
  const self = await (await fetch(`${wick.url}/api/v1/whoami`, { headers: { authorization: `Bearer ${chosen.access_token}` } })).json();
  assert.equal(self.credential.kind, 'oauth');
  const seconds = (Date.parse(self.expires_at) - Date.now()) / 1000;
  assert.ok(seconds > 3500 && seconds <= 3600, self.expires_at);
});

test('the owner and the admin see connections and end them for the very next call', async () => {
  wick.createUser('owner@example.com', 'Owner');
  const ann = await wick.signIn('owner@example.com');
  const [one, two] = [await connect(wick, ann), await connect(wick, ann)];
  assert.ok((await works(one.access_token)) && (await works(two.access_token)));
  const { items } = (await ann.get('/connections')).body;
  assert.equal(items.length, 2);
  assert.equal(items[0].client.name, 'Test app');
  assert.ok(items[0].last_used.at);
  const run = (await admin.get('/runs?limit=1')).body.items[0];
  assert.equal(run.credential.kind, 'oauth');
  assert.equal((await admin.delete(`/connections/${items[0].id}`)).status, 404, 'an admin has another door');
  assert.equal((await ann.delete(`/connections/${items[0].id}`)).status, 204);
  assert.equal(await works(two.access_token), false);
  assert.equal((await admin.delete(`/admin/connections/${items[1].id}`)).status, 204);
  assert.equal(await works(one.access_token), false);
  assert.equal((await refresh(one)).body.error, 'invalid_grant');
});

test('the client gives its tokens back with RFC 7009', async () => {
  const connection = await connect(wick, admin);
  const revoke = (value, client = connection.client) => fetch(`${wick.url}/oauth/revoke`, { method: 'POST', body: new URLSearchParams({ token: value, client_id: client }) });
  const other = (await register(wick, { client_name: 'Other' })).body.client_id;
  assert.equal((await revoke(connection.refresh_token, other)).status, 200);
  assert.equal(await works(connection.access_token), true);
  assert.equal((await revoke('wick_ort_unknown')).status, 200);
  assert.equal((await revoke(connection.refresh_token)).status, 200);
  assert.equal(await works(connection.access_token), false);
});

test('a metadata document at a private address is not fetched', async () => {
  for (const id of ['https://127.0.0.1/client.json', 'https://localhost/client.json', 'https://169.254.169.254/x', 'https://example.com', 'https://example.com/../x'])
    assert.equal((await visit(admin, authorizeUrl(wick, id, pkce().challenge))).status, 400, id);
});
