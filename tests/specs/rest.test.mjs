// A REST connector from its form to the model's call, against a real HTTP server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { Wick, callTool, modern, remember } from '../lib/wick.mjs';

const secret = 'rest-secret-0123456789';
let wick, admin, token, upstream, base, connector;
const seen = [];

before(async () => {
  remember('secrets', secret);
  upstream = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method, url: request.url, key: request.headers['x-api-key'], body });
    if (request.url.startsWith('/v1/hangs')) return;
    if (request.url.startsWith('/v1/redirects')) return response.writeHead(302, { location: `${base}/issues/other` }).end();
    if (request.url.startsWith('/v1/elsewhere')) return response.writeHead(302, { location: base.replace('127.0.0.1', 'localhost') }).end();
    if (request.url.startsWith('/v1/fails')) return response.writeHead(503).end(`no, ${secret}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: { url: request.url, echo: request.headers['x-api-key'] } }));
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
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
  key, name: key, description: `does ${key}`, rest,
  input_schema: { type: 'object', properties: { id: { type: 'string' }, state: { type: 'string' } } }, ...more,
});

test('an admin adds a connector and operations, and the secret cannot be read back', async () => {
  const tag = (await admin.post('/admin/tags', { name: 'tracker' })).body;
  const config = { base_url: base, auth: 'header', auth_name: 'X-Api-Key', secret, allow_private_addresses: true, timeout_seconds: 1 };
  const made = await admin.post('/admin/connectors', { kind: 'rest', label: 'Tracker (EU)', description: 'Issues', tags: [tag.id], config });
  assert.equal(made.status, 201, made.text);
  connector = made.body;
  assert.deepEqual(connector.config.secret, { set: true });
  assert.equal(connector.slug, 'tracker_eu');
  const add = (input) => admin.post(`/admin/connectors/${connector.id}/operations`, input);
  assert.equal((await add(operation('get_issue', { method: 'GET', path: '/issues/{id}', query: { state: '{state}' }, pick: '/data' }, { read_only: true }))).status, 201);
  assert.equal((await add(operation('close', { method: 'POST', path: '/issues/{id}/close', body: '{"state":"{state}"}' }, { destructive: true }))).status, 201);
  for (const path of ['hangs', 'fails', 'redirects', 'elsewhere']) assert.equal((await add(operation(path, { method: 'GET', path: `/${path}` }))).status, 201);
  assert.equal((await add(operation('get_issue', { method: 'GET', path: '/x' }))).status, 409);
  assert.equal((await add(operation('Bad Key', { method: 'GET', path: '/x' }))).status, 400);
  assert.equal((await add(operation('bad', { method: 'GET', path: '/../admin' }))).status, 400);
});

test('the model calls it as a tool, the key reaches the system and comes back nowhere', async () => {
  const { tools } = (await modern(wick, token, 'tools/list')).body.result;
  const names = tools.map((tool) => tool.name).filter((name) => name.startsWith('tracker_eu__'));
  assert.deepEqual(names, ['tracker_eu__elsewhere', 'tracker_eu__fails', 'tracker_eu__get_issue', 'tracker_eu__hangs', 'tracker_eu__redirects'], 'the destructive one is off');
  assert.equal(tools.find((tool) => tool.name === 'tracker_eu__get_issue').annotations.readOnlyHint, true);
  const { text, body } = await callTool(wick, token, 'tracker_eu__get_issue', { id: 'a/../b', state: 'open & shut' });
  assert.deepEqual(body.result.structuredContent, { url: '/v1/issues/a%2F..%2Fb?state=open%20%26%20shut', echo: '***' });
  assert.equal(seen.at(-1).key, secret);
  assert.equal(text.includes(secret), false);
});

test('what goes wrong at the system is a tool error with a clear text and no secret', async () => {
  const call = async (name) => (await callTool(wick, token, `tracker_eu__${name}`)).body.result;
  assert.match((await call('hangs')).content[0].text, /did not answer within 1 seconds/);
  const failed = await call('fails');
  assert.deepEqual([failed.isError, /status 503/.test(failed.content[0].text), failed.content[0].text.includes(secret)], [true, true, false]);
  assert.equal((await admin.get(`/admin/connectors/${connector.id}`)).body.health, 'failing');
  assert.equal((await call('redirects')).isError, true, 'redirects are not followed unless allowed');
  assert.match((await call('get_issue')).content[0].text, /"id" must be given/);
});

test('changing other settings keeps the secret, and an emptied one is gone', async () => {
  const path = `/admin/connectors/${connector.id}`;
  const { config } = (await admin.get(path)).body;
  assert.equal((await admin.patch(path, { config: { ...config, follow_redirects: true } })).status, 200);
  assert.equal((await callTool(wick, token, 'tracker_eu__redirects')).body.result.isError ?? false, false);
  assert.equal(seen.at(-1).url, '/v1/issues/other');
  const count = seen.length;
  assert.match((await callTool(wick, token, 'tracker_eu__elsewhere')).body.result.content[0].text, /redirects to another host/);
  assert.equal(seen.length, count + 1, 'the other host is not asked, and does not get the key');
  assert.equal((await admin.patch(path, { config: { ...config, secret: null } })).body.config.secret, undefined);
  await callTool(wick, token, 'tracker_eu__get_issue', { id: '1' });
  assert.notEqual(seen.at(-1).key, secret);
  await admin.patch(path, { config: { ...config, secret } });
});

test('without permission for private addresses the call is refused before it is made', async () => {
  const path = `/admin/connectors/${connector.id}`;
  const { config } = (await admin.get(path)).body;
  await admin.patch(path, { config: { ...config, allow_private_addresses: false } });
  const count = seen.length;
  assert.match((await callTool(wick, token, 'tracker_eu__get_issue', { id: '1' })).body.result.content[0].text, /address is private/);
  assert.equal(seen.length, count);
  await admin.patch(path, { config });
});

test('a duplicate has the operations but neither the secret nor the tags, and is off', async () => {
  const copy = (await admin.post(`/admin/connectors/${connector.id}/duplicate`)).body;
  assert.deepEqual([copy.label, copy.disabled, copy.tags, copy.config.secret, copy.operations.length], ['Tracker (EU) copy', true, [], undefined, 6]);
  assert.equal((await admin.delete(`/admin/connectors/${copy.id}`)).status, 204);
});

test('a test run is recorded as one, and a retry as a retry', async () => {
  const route = `/connectors/${connector.id}/operations/get_issue/run`;
  const first = (await admin.post(route, { arguments: { id: '7' } })).body;
  assert.equal(first.status, 'ok');
  const again = (await admin.post(route, { arguments: { id: '7' }, retry_of: first.run_id })).body;
  const source = async (id) => (await admin.get(`/runs/${id}`)).body;
  assert.deepEqual([(await source(first.run_id)).source, (await source(again.run_id)).source], ['test', 'retry']);
  assert.deepEqual((await source(first.run_id)).request, { id: '7' });
  assert.equal((await admin.post(`/connectors/${connector.id}/operations/close/run`, { arguments: {} })).status, 404, 'still off');
});
