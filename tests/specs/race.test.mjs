// Revocation under load: after the answer, not one call succeeds.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { Wick, meta } from '../lib/wick.mjs';

const kConnections = 64;
const kTokens = 16;

test('64 connections call without pause while tokens are revoked, and none succeeds after the answer', async () => {
  const wick = await Wick.start();
  const admin = await wick.signIn();
  const tokens = Array.from({ length: kTokens }, (_, i) => ({ ...wick.token('ann@example.com', [], `race ${i}`), revokedAt: Infinity, ok: 0, refused: 0, late: 0 }));
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'notes__list', arguments: {}, _meta: meta } });
  let running = true;
  const agent = new http.Agent({ keepAlive: true, maxSockets: kConnections });
  const call = (token) => new Promise((resolve, reject) => {
    const request = http.request(`${wick.url}/mcp`, {
      method: 'POST', agent,
      headers: { authorization: `Bearer ${token.token}`, 'content-type': 'application/json', 'content-length': body.length, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'notes__list' },
    }, (response) => response.resume().on('end', () => resolve(response.statusCode)));
    request.on('error', reject).end(body);
  });
  const workers = Array.from({ length: kConnections }, async (_, i) => {
    for (let n = i; running; ++n) {
      const token = tokens[n % kTokens];
      const sent = performance.now();
      const status = await call(token);
      if (status === 200) ++token.ok;
      else if (status === 401) ++token.refused;
      else assert.fail(`status ${status}`);
      if (status === 200 && sent > token.revokedAt) ++token.late;
    }
  });
  const total = () => tokens.reduce((sum, token) => sum + token.ok, 0);
  const progress = async (calls) => {
    const goal = total() + calls;
    while (total() < goal) await new Promise((resolve) => setImmediate(resolve));
  };
  await progress(1000);
  for (const token of tokens.slice(1)) {
    const answer = await admin.delete(`/tokens/${token.id}`);
    token.revokedAt = performance.now();
    assert.equal(answer.status, 204);
    await progress(100);
  }
  running = false;
  await Promise.all(workers);
  agent.destroy();
  assert.deepEqual(tokens.map((token) => token.late), tokens.map(() => 0));
  assert.ok(tokens.slice(1, -1).every((token) => token.ok > 0 && token.refused > 0));
  assert.ok(total() > 2000);
  await wick.stop();
});
