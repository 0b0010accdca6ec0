// What bad input gets: a clear error, and a server that is well afterwards.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Wick, callTool, notesId, password, post, remember, run } from '../lib/wick.mjs';

let wick, token;
before(async () => {
  wick = await Wick.start({ args: ['--set', 'limits.request_timeout_seconds=1', '--set', 'limits.max_body_bytes=100000', '--set', 'limits.max_connections=200'] });
  ({ token } = wick.token());
});
after(() => wick.stop());

// Raw bytes in, everything that comes back until the server closes.
async function raw(bytes, { end = false } = {}) {
  const socket = net.connect(wick.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  socket.on('error', () => {});
  socket.write(bytes);
  if (end) socket.end();
  await once(socket, 'close');
  return text;
}
const isWell = async () => assert.equal((await callTool(wick, token, 'notes__list')).status, 200);

test('oversize headers and bodies are refused', async () => {
  assert.match(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20000)}\r\n\r\n`), /^HTTP\/1.1 431 /);
  assert.match(await raw('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100001\r\n\r\n'), /^HTTP\/1.1 413 /);
  assert.equal((await post(wick, token, `"${'x'.repeat(200000)}"`)).status, 413);
  await isWell();
});

test('truncated, smuggled and slow requests are refused', async () => {
  assert.equal(await raw('POST /mcp HTTP/1.1\r\nHost: lo', { end: true }), '');
  assert.match(await raw('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'), /^HTTP\/1.1 400 /);
  assert.match(await raw(`POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 5\r\n\r\nab`), /^HTTP\/1.1 408 /);
  await isWell();
});

test('pipelined requests are answered in order', async () => {
  const one = (id) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' });
    return `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${id === 29 ? 'Connection: close\r\n' : ''}\r\n${body}`;
  };
  const answer = await raw(Array.from({ length: 30 }, (_, id) => one(id)).join(''));
  assert.deepEqual([...answer.matchAll(/"id":(\d+)/g)].map((match) => Number(match[1])), Array.from({ length: 30 }, (_, id) => id));
});

test('deep, duplicate, ill-typed and invalid JSON are refused with a reason', async () => {
  const deep = await post(wick, token, '['.repeat(100) + ']'.repeat(100));
  assert.match(deep.body.error.message, /nested deeper than 64/);
  const invalid = await fetch(`${wick.url}/mcp`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) });
  assert.equal((await invalid.json()).error.code, -32700);
  const admin = await wick.signIn();
  for (const [body, word] of [[{ name: 7 }, /"name" must be text/], [{}, /"name" is missing/], [{ name: 'x', nmae: 1 }, /"nmae" is not a known field/], [{ name: 'x', tools: 'some' }, /auto, direct, meta/], [{ name: '' }, /name/], [{ name: 'x'.repeat(101) }, /100 bytes/]]) {
    const answer = await admin.post('/tokens', body);
    assert.equal(answer.status, 400);
    assert.match(answer.body.error.message, word);
  }
  await isWell();
});

test('calls beyond a limit of their own are tool errors that say which', async () => {
  const refused = async (name, args, words) => {
    const { result } = (await callTool(wick, token, name, args)).body;
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, words);
  };
  await refused('notes__create', { title: 'x'.repeat(201) }, /title/);
  await refused('notes__create', { title: 'long', body: 'x'.repeat(65 * 1024) }, /longer than 65536 bytes/);
  await refused('notes__list', { limit: 101 }, /limit/);
  await refused('wick_execute', { calls: Array.from({ length: 21 }, () => ({ tool_id: 'x' })) }, /1 to 20/);
  const admin = await wick.signIn();
  const status = async (route, body) => (await admin.post(route, body)).status;
  assert.equal(await status('/admin/connectors', { kind: 'notes', label: 'x'.repeat(61) }), 400);
  assert.equal(await status('/admin/connectors', { kind: 'notes', label: 'ok', description: 'x'.repeat(2001) }), 400);
  assert.equal(await status('/admin/tags', { name: 'x'.repeat(61) }), 400);
  assert.equal(await status('/admin/users', { email: `${'x'.repeat(250)}@example.com`, name: 'X' }), 400);
  assert.equal(await status('/admin/tokens/revoke', { ids: Array.from({ length: 1001 }, () => notesId) }), 400);
  assert.equal((await admin.get('/runs?limit=201')).status, 400);
  await isWell();
});

test('more connections than the limit are turned away, and the server recovers', async () => {
  const sockets = Array.from({ length: 260 }, () => net.connect(wick.port, '127.0.0.1').on('error', () => {}));
  const turnedAway = await Promise.race(sockets.map((socket) => new Promise((resolve) => socket.on('data', (chunk) => resolve(String(chunk))))));
  assert.match(turnedAway, /^HTTP\/1.1 503 /);
  for (const socket of sockets) socket.destroy();
  for (;;) {
    const answer = await callTool(wick, token, 'notes__list').catch(() => undefined);
    if (answer?.status === 200) break;
  }
});

test('a wrong flag, setting, value or file is a sentence that names it', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'wick-config-'));
  const file = path.join(dir, 'wick.toml');
  const serve = (args, options) => run(['serve', '--data', path.join(dir, 'data'), ...args], options);
  const cases = [
    [serve(['--lisen', 'x']), /--lisen/],
    [serve(['--listen', 'nowhere']), /"listen" must be an IP address and a port/],
    [serve(['--set', 'audit.rowdays=3']), /Did you mean "audit.row_days"/],
    [serve(['--set', 'audit.row_days=many']), /whole number from 1 to/],
    [serve([], { env: { WICK_LOG_FORMAT: 'xml' } }), /WICK_LOG_FORMAT.*text, json/],
    [serve(['--listen', '0.0.0.0:0']), /--public-url/],
    [serve(['--public-url', 'wick.example.com']), /scheme/],
    [run(['frobnicate']), /frobnicate|subcommand/],
    [run(['token', 'create', '--data', dir]), /--user/],
  ];
  fs.writeFileSync(file, '[limits]\nmax_body_byte = 5\n');
  cases.push([serve(['--config', file]), /wick.toml, line 2: .*Did you mean "limits.max_body_bytes"/]);
  fs.writeFileSync(file, 'listen = \n');
  cases.push([serve(['--config', file]), /wick.toml, line 1/]);
  for (const [{ code, stderr }, words] of cases) {
    assert.equal(code, 2, stderr);
    assert.match(stderr, words);
  }
  fs.rmSync(dir, { recursive: true });
});

test('a second server on the same folder or port is refused, and says why', async () => {
  const folder = run(['serve', '--data', wick.data, '--listen', '127.0.0.1:0']);
  assert.deepEqual([folder.code, /using the data folder/.test(folder.stderr)], [1, true], folder.stderr);
  const other = fs.mkdtempSync(path.join(os.tmpdir(), 'wick-data-'));
  remember('folders', other);
  const port = run(['serve', '--data', other, '--listen', `127.0.0.1:${wick.port}`]);
  assert.deepEqual([port.code, port.stderr.includes(`127.0.0.1:${wick.port}`)], [1, true], port.stderr);
});

test('a data folder that is a file is a clear error', () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'wick-config-')), 'file');
  fs.writeFileSync(file, '');
  const { code, stderr } = run(['user', 'list', '--data', file]);
  assert.equal(code, 1);
  assert.match(stderr, /data folder/);
});

const isRoot = process.getuid() === 0;
test('a read-only data folder is a clear error', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'wick-config-'));
  fs.chmodSync(dir, 0o555);
  // Permissions do not bind root: as root, the command runs as nobody.
  const identity = isRoot ? { uid: 65534, gid: 65534 } : {};
  const { code, stderr } = run(['user', 'list', '--data', path.join(dir, 'inner')], { identity });
  assert.deepEqual([code, /Cannot make the data folder/.test(stderr)], [1, true], stderr);
});

// A disk of three megabytes, where one may be mounted; undefined elsewhere.
function smallDisk() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'wick-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', dir], { stdio: 'ignore' });
    return dir;
  } catch {
    fs.rmdirSync(dir);
    return undefined;
  }
}
const smallFolder = smallDisk();

test('a full disk refuses calls with a clear error, loses nothing that was answered, and heals', { skip: !smallFolder && 'no small disk can be mounted here' }, async () => {
  const dir = smallFolder;
  try {
    const small = await Wick.start({ data: dir });
    const own = small.token().token;
    let full;
    let answered = 0;
    for (let i = 0; i < 2000 && !full; ++i) {
      const { body } = await callTool(small, own, 'notes__create', { title: `n${i}`, body: 'x'.repeat(3000) });
      if (body.error || body.result.isError) full = body;
      else ++answered;
    }
    assert.match(JSON.stringify(full), /disk is full|Cannot use/);
    await small.kill();
    const rows = () => Number(execFileSync('sqlite3', [`${dir}/runs.db`, "SELECT COUNT(*) FROM connector_runs WHERE status = 'ok'"], { encoding: 'utf8' }));
    execFileSync('mount', ['-o', 'remount,size=40m', dir]);
    assert.ok(rows() >= answered);
    await small.launch();
    assert.equal((await callTool(small, own, 'notes__create', { title: 'again' })).status, 200);
    assert.deepEqual(small.json(['doctor']).problems, []);
    await small.stop();
  } finally {
    execFileSync('umount', ['-l', dir]);
  }
});

test('commands work on the folder when no server runs, and reach the server when one does', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'wick-data-'));
  remember('folders', dir);
  const made = run(['user', 'create', '--data', dir, '--admin', '--email', 'a@example.com', '--name', 'A', '--password-stdin', '--json'], { input: `${password}\n` });
  assert.equal(made.code, 0, made.stderr);
  assert.equal(run(['user', 'create', '--data', dir, '--email', 'a@example.com', '--name', 'A', '--password-stdin'], { input: `${password}\n` }).code, 1);
  assert.match(run(['user', 'create', '--data', dir, '--email', 'b@example.com', '--name', 'B', '--password-stdin'], { input: 'short\n' }).stderr, /at least 15 characters/);
  assert.match(run(['user', 'list', '--data', dir]).stdout, /a@example.com/);
  assert.equal(fs.statSync(dir).mode & 0o777, 0o700);
  assert.equal(fs.statSync(path.join(dir, 'secret.key')).mode & 0o777, 0o600);
  assert.equal(fs.statSync(path.join(wick.data, 'wick.sock')).mode & 0o777, 0o600);
  const backup = path.join(wick.data, 'copy');
  assert.deepEqual(wick.json(['backup', backup]), { folder: backup });
  assert.match(run(['user', 'list', '--data', backup]).stdout, /ann@example.com/);
  assert.equal(wick.cli(['backup', backup]).code, 1);
  assert.match(run(['version']).stdout, /^wick \d+\.\d+\.\d+$/m);
});
