// The last spec: no token, password, link or cookie of the whole suite is in any data folder or log.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { forgetAll, remembered } from '../lib/wick.mjs';

after(() => {
  for (const folder of remembered('folders')) fs.rmSync(folder, { recursive: true, force: true });
  forgetAll();
});

function* files(folder) {
  if (!fs.existsSync(folder)) return;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(file);
    else if (entry.isFile()) yield file;
  }
}

test('no plaintext of any credential is in a database, write-ahead log, backup or log file', () => {
  const secrets = remembered('secrets');
  const folders = remembered('folders');
  assert.ok(secrets.length > 20 && folders.length > 4, 'the specs before this one leave their credentials and folders');
  // grep looks for all of them in one pass; node would take a pass for each.
  const patterns = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'wick-secrets-')), 'patterns');
  let scanned = 0;
  try {
    fs.writeFileSync(patterns, secrets.join('\n'), { mode: 0o600 });
    for (const folder of folders) {
      const all = [...files(folder)];
      scanned += all.length;
      if (all.length === 0) continue;
      const { status, stdout, stderr } = spawnSync('grep', ['-laF', '-f', patterns, '--', ...all], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
      assert.ok(status === 0 || status === 1, stderr);
      for (const file of stdout.split('\n').filter(Boolean)) {
        const bytes = fs.readFileSync(file);
        const held = secrets.filter((secret) => bytes.includes(secret)).map((secret) => `${secret.slice(0, 12)}…`);
        assert.deepEqual(held, [], `${path.basename(file)} holds credentials`);
      }
    }
  } finally {
    fs.rmSync(path.dirname(patterns), { recursive: true });
  }
  assert.ok(scanned > 20);
});
