// Every spec fails when a credential that it knows is found in plaintext in a folder of its servers (lib/plaintext.mjs).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { Wick, remembered } from "../lib/wick.mjs";
import { plaintextIn } from "../lib/plaintext.mjs";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "wick-plaintext-"));
let wick;
before(async () => (wick = await Wick.start()));
after(async () => {
  await wick.stop();
  fs.rmSync(scratch, { recursive: true });
});

/** Runs a spec of its own in which a server's folder gets a file with `text`. */
function specThatWrites(text) {
  const library = pathToFileURL(path.resolve(import.meta.dirname, "../lib/wick.mjs"));
  const folder = fs.mkdtempSync(path.join(scratch, "folder-"));
  fs.writeFileSync(
    path.join(scratch, "leak.test.mjs"),
    `
    import fs from 'node:fs';
    import { test } from 'node:test';
    import { remember } from '${library}';
    remember('folders', '${folder}');
    remember('secrets', 'wick_pat_00000000000000000000000000000000');
    test('writes', () => fs.writeFileSync('${folder}/wick.db-wal', ${JSON.stringify(text)}));`,
  );
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  return {
    folder,
    ...spawnSync(process.execPath, ["--test", "--test-force-exit", path.join(scratch, "leak.test.mjs")], {
      encoding: "utf8",
      env,
    }),
  };
}

test("a spec that leaves a token in plaintext in a write-ahead log fails, and names the file", () => {
  const { status, stdout, stderr, folder } = specThatWrites("before wick_pat_00000000000000000000000000000000 after");
  assert.equal(status, 1);
  assert.match(stdout + stderr, /wick\.db-wal holds credentials in plaintext: wick_pat_000…/);
  assert.ok(fs.existsSync(folder), "the folder stays, to be looked at");
});

test("a spec that leaves no plaintext passes, and its folders are removed", () => {
  const { status, folder } = specThatWrites("wick_pat_…0000");
  assert.equal(status, 0);
  assert.ok(!fs.existsSync(folder));
});

test("no folder of a server holds its tokens, cookies and passwords in plaintext while it runs", async () => {
  const { token } = wick.token();
  const session = await wick.signIn();
  assert.equal((await session.get("/session")).status, 200);
  assert.ok(remembered("secrets").includes(token) && remembered("secrets").length >= 3);
  assert.ok(fs.existsSync(path.join(wick.data, "wick.db")));
  assert.deepEqual(plaintextIn(remembered("folders"), remembered("secrets")), []);
});
