// The server scenarios of the official MCP conformance suite: against a server made with the official SDKs, and against
// the same server seen through Wick.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Wick } from '../lib/wick.mjs';
import { bearerProxy, report, requirements, runSuite, tables } from '../lib/conformance.mjs';
import { startConformanceServer, stdioCommand } from '../lib/conformance-server.mjs';

const revisions = ['2026-07-28', '2025-11-25'];
const measured = Object.fromEntries(revisions.map((revision) => [revision, {}]));

let wick, admin, token;
const open = [];
before(async () => {
  wick = await Wick.start({ args: ['--set', 'connectors.commands_from_web=true'] });
  admin = await wick.signIn();
  token = wick.token('ann@example.com', ['--tools', 'direct']).token;
});
after(async () => {
  for (const server of open) await server.close();
  await wick.stop();
});
const opened = (server) => (open.push(server), server);

// The address of a server of its own, seen through Wick with a token already added.
async function through(label, config) {
  const made = await admin.post('/admin/connectors', { kind: 'mcp', label, config });
  assert.equal(made.status, 201, made.text);
  const refreshed = await admin.post(`/admin/connectors/${made.body.id}/refresh`, {});
  assert.equal(refreshed.status, 200, refreshed.text);
  return opened(await bearerProxy(`${wick.url}/mcp/c/${made.body.id}`, token)).url;
}

const ways = {
  direct: ['the server itself', async (revision) => opened(await startConformanceServer(revision)).url],
  http: ['Wick before a server over HTTP', async (revision) => through(`Over HTTP ${revision}`, { url: opened(await startConformanceServer(revision)).url, allow_private_addresses: true })],
  stdio: ['Wick before a server over stdio', async (revision) => through(`Over stdio ${revision}`, { command: stdioCommand(revision) })],
  both: ['Wick before a server of both eras', async (revision) => through(`Of both eras ${revision}`, { url: opened(await startConformanceServer('both')).url, allow_private_addresses: true })],
};

for (const [way, [who, addressOf]] of Object.entries(ways)) {
  for (const revision of revisions) {
    test(`${who} passes every required scenario of ${revision}`, async () => {
      const found = await runSuite({ url: await addressOf(revision), revision });
      measured[revision][way] = found;
      const { required } = requirements(revision);
      assert.ok(required.length >= 30, 'the suite says what is required');
      const red = required.filter((scenario) => found[scenario].status !== 'pass');
      assert.deepEqual(Object.fromEntries(red.map((scenario) => [scenario, found[scenario].failures])), {});
    });
  }
}

test('docs/conformance.md says what was measured', () => {
  const text = tables(measured);
  if (process.env.WICK_UPDATE_DOCS === '1') report.write(text);
  assert.equal(report.read(), text, 'docs/conformance.md is out of date: run this spec with WICK_UPDATE_DOCS=1, and look at what changed');
});
