// The server scenarios of the official MCP conformance suite against the suite's own reference server, seen through Wick.
// The suite's npm package lacks that server, so this runs where the environment names a checkout of the suite:
//   CONFORMANCE_SUITE=/path/to/conformance node --test specs/conformance-reference.test.mjs
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { bearerProxy, requirements, runSuite } from "../lib/conformance.mjs";
import { Wick, freePort } from "../lib/wick.mjs";

const suite = process.env.CONFORMANCE_SUITE;
const skip =
  !suite &&
  "CONFORMANCE_SUITE names no checkout of github.com/modelcontextprotocol/conformance, whose npm package lacks the reference server: set it to the path of one";
const folder = suite && path.resolve(suite, "examples/servers/typescript");

let wick, reference, url, proxy;

// Says on standard output where it listens.
async function startReference() {
  const port = await freePort();
  reference = spawn(path.join(folder, "node_modules/.bin/tsx"), ["everything-server.ts"], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
  });
  let said = "";
  await new Promise((resolve, reject) => {
    const read = (chunk) => (said += chunk).includes("running on") && resolve();
    reference.stdout.on("data", read);
    reference.stderr.on("data", read);
    reference.on("error", reject);
    reference.on("exit", (code) => reject(new Error(`The reference server ended with ${code}: ${said.slice(-1000)}`)));
  });
  return `http://127.0.0.1:${port}/mcp`;
}

before(async () => {
  if (skip) return;
  assert.ok(
    fs.existsSync(path.join(folder, "everything-server.ts")),
    `${folder} has no everything-server.ts: CONFORMANCE_SUITE must name a checkout of the suite`,
  );
  const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, encoding: "utf8" });
  assert.equal(installed.status, 0, installed.stderr);
  url = await startReference();
  wick = await Wick.start();
  const admin = await wick.signIn();
  const { token } = wick.token("ann@example.com", ["--tools", "direct"]);
  const made = await admin.post("/admin/connectors", {
    kind: "mcp",
    label: "Reference",
    config: { url, allow_private_addresses: true },
  });
  assert.equal(made.status, 201, made.text);
  const refreshed = await admin.post(`/admin/connectors/${made.body.id}/refresh`, {});
  assert.equal(refreshed.status, 200, refreshed.text);
  proxy = await bearerProxy(`${wick.url}/mcp/c/${made.body.id}`, token);
});
after(async () => {
  proxy?.close();
  await wick?.stop();
  reference?.kill();
});

for (const [revision, count] of [
  ["2026-07-28", 37],
  ["2025-11-25", 30],
]) {
  test(
    `Wick before the suite's reference server passes every required scenario of ${revision}`,
    { skip },
    async (context) => {
      const { required } = requirements(revision);
      assert.equal(required.length, count, "as docs/conformance.md says");
      const direct = await runSuite({ url, revision });
      const found = await runSuite({ url: proxy.url, revision });
      const red = (results) => required.filter((scenario) => results[scenario].status !== "pass");
      context.diagnostic(
        `${revision}: directly ${count - red(direct).length} of ${count}, through Wick ${count - red(found).length} of ${count}`,
      );
      assert.deepEqual(Object.fromEntries(red(found).map((scenario) => [scenario, found[scenario].failures])), {});
    },
  );
}
