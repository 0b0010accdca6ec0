// The authorization-server scenarios of the official MCP conformance suite, against a running Wick.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { Wick, freePort, until } from "../lib/wick.mjs";
import { consent, register } from "../lib/oauth.mjs";

const suite = fileURLToPath(
  new URL("../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url),
);

// Runs the suite as a person would who signs in when it says so; what its checks found, by scenario.
async function run(wick, more = []) {
  const session = await wick.signIn();
  const port = await freePort();
  const client = (
    await register(wick, { client_name: "Conformance suite", redirect_uris: [`http://127.0.0.1:${port}/callback`] })
  ).body.client_id;
  const results = fs.mkdtempSync(path.join(os.tmpdir(), "wick-conformance-"));
  try {
    const args = [
      "authorization",
      "--url",
      wick.url,
      "--client-id",
      client,
      "--port",
      String(port),
      "-o",
      results,
      ...more,
    ];
    const child = spawn(process.execPath, [suite, ...args], { timeout: 60_000 });
    let output = "";
    const asks = new Promise((resolve) => {
      const read = (chunk) => {
        const url = (output += chunk).match(/^http\S+\/oauth\/authorize\?\S+$/m);
        if (url && output.includes("Waiting up to")) resolve(url[0]);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
    });
    const ended = once(child, "exit");
    const url = await Promise.race([asks, ended.then(() => null)]);
    assert.ok(url, `the suite ended before it asked for anyone to sign in:\n${output}`);
    const callback = await consent(session, url);
    // The suite may ask before it listens.
    const answered = await until(() => fetch(callback).catch(() => undefined), 30, "the suite does not listen");
    assert.equal(answered.status, 200, "the callback of the suite");
    const [code] = await ended;
    // Folders are called authorization-server-SCENARIO-TIME.
    const found = {};
    for (const folder of fs.readdirSync(results)) {
      const scenario = folder.match(/^authorization-server-(.+)-\d{4}-\d\d-\d\dT/)?.[1] ?? folder;
      for (const check of JSON.parse(fs.readFileSync(path.join(results, folder, "checks.json"), "utf8"))) {
        (found[scenario] ??= {})[check.id] = check.errorMessage
          ? `${check.status}: ${check.errorMessage}`
          : check.status;
      }
    }
    return { code, output, found };
  } finally {
    fs.rmSync(results, { recursive: true });
  }
}

const everything = {
  "authorization-server-metadata-endpoint": {
    "authorization-server-metadata": "SUCCESS",
    "authorization-server-metadata-cimd": "SUCCESS",
  },
  "authorization-code-grant": { "authorization-code-grant": "SUCCESS" },
};

test("every authorization scenario of the conformance suite is green, with a resource and without", async () => {
  const wick = await Wick.start();
  for (const more of [[], ["--resource", `${wick.url}/mcp`]]) {
    const { code, output, found } = await run(wick, more);
    assert.deepEqual(found, everything, output);
    assert.equal(code, 0, output);
    assert.match(output, /Total: 3 passed, 0 failed/);
  }
  await wick.stop();
});
