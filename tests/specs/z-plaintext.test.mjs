// The last spec: no token, password, link or cookie of the whole suite is in any data folder or log.
import assert from 'node:assert/strict';
import fs from 'node:fs';
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
  let scanned = 0;
  for (const folder of folders) {
    for (const file of files(folder)) {
      const bytes = fs.readFileSync(file);
      ++scanned;
      for (const secret of secrets) assert.equal(bytes.includes(secret), false, `${path.basename(file)} holds ${secret.slice(0, 12)}…`);
    }
  }
  assert.ok(scanned > 20);
});
