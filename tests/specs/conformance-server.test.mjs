// The server scenarios of the official MCP conformance suite: against a server made with the official SDKs, and against
// the same server seen through Wick.
import assert from "node:assert/strict";
import { test } from "node:test";
import { connecting } from "../lib/connecting.mjs";
import { bearerProxy, report, requirements, runSuite, tables } from "../lib/conformance.mjs";
import { startConformanceServer, stdioCommand } from "../lib/conformance-server.mjs";

const revisions = ["2026-07-28", "2025-11-25"];
const measured = Object.fromEntries(revisions.map((revision) => [revision, {}]));

let wick, token;
const { opened, connect } = connecting((made) => ({ wick, token } = made));

// The address of a server of its own, seen through Wick with a token already added.
async function through(label, config) {
  const { id, refreshed } = await connect(label, config);
  assert.equal(refreshed.status, 200, refreshed.text);
  return opened(await bearerProxy(`${wick.url}/mcp/c/${id}`, token)).url;
}

const ways = {
  direct: ["the server itself", async (revision) => opened(await startConformanceServer(revision)).url],
  http: [
    "Wick before a server over HTTP",
    async (revision) => through(`Over HTTP ${revision}`, { url: opened(await startConformanceServer(revision)).url }),
  ],
  stdio: [
    "Wick before a server over stdio",
    async (revision) => through(`Over stdio ${revision}`, { command: stdioCommand(revision) }),
  ],
  both: [
    "Wick before a server of both eras",
    async (revision) => through(`Of both eras ${revision}`, { url: opened(await startConformanceServer("both")).url }),
  ],
};

for (const [way, [who, addressOf]] of Object.entries(ways)) {
  for (const revision of revisions) {
    test(`${who} passes every required scenario of ${revision}`, async () => {
      const found = await runSuite({ url: await addressOf(revision), revision });
      measured[revision][way] = found;
      const { required } = requirements(revision);
      assert.ok(required.length >= 30, "the suite says what is required");
      const red = required.filter((scenario) => found[scenario].status !== "pass");
      assert.deepEqual(Object.fromEntries(red.map((scenario) => [scenario, found[scenario].failures])), {});
    });
  }
}

test("docs/conformance.md says what was measured", () => {
  const text = tables(measured);
  if (process.env.WICK_UPDATE_DOCS === "1") report.write(text);
  assert.equal(
    report.read(),
    text,
    "docs/conformance.md is out of date: run this spec with WICK_UPDATE_DOCS=1, and look at what changed",
  );
});
