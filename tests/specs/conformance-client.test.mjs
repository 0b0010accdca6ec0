// The client scenarios of the official MCP conformance suite but for auth/…: what Wick sends to a connected server, called
// through it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { parse } from "yaml";
import { Wick } from "../lib/wick.mjs";

const suite = fileURLToPath(new URL("../node_modules/@modelcontextprotocol/conformance/", import.meta.url));
const command = `${process.execPath} ${fileURLToPath(new URL("../lib/conformance-calls.mjs", import.meta.url))}`;

let wick, running;
before(async () => {
  wick = await Wick.start();
  const { cookie } = await wick.signIn();
  running = { url: wick.url, cookie, token: wick.token("ann@example.com", ["--tools", "direct"]).token };
});
after(() => wick.stop());

async function run(scenario, version) {
  const results = fs.mkdtempSync(path.join(os.tmpdir(), "wick-conformance-"));
  try {
    const args = [
      "client",
      "--command",
      command,
      "--scenario",
      scenario,
      "--spec-version",
      version,
      "--force",
      "-o",
      results,
    ];
    const child = spawn(process.execPath, [path.join(suite, "dist/index.js"), ...args], {
      timeout: 60_000,
      env: { ...process.env, WICK_CONFORMANCE: JSON.stringify(running) },
    });
    let output = "";
    let ending;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        // The suite does not end while a stream of its server is open, which Wick keeps for the next call.
        if (output.includes("Results saved to")) ending ??= setTimeout(() => child.kill(), 2000);
      });
    }
    await once(child, "close");
    clearTimeout(ending);
    const [file] = fs.readdirSync(results, { recursive: true }).filter((name) => name.endsWith("checks.json"));
    const checks = file ? JSON.parse(fs.readFileSync(path.join(results, file), "utf8")) : [];
    return { output, checks };
  } finally {
    fs.rmSync(results, { recursive: true });
  }
}

for (const version of ["2026-07-28", "2025-11-25"]) {
  const { client } = parse(fs.readFileSync(path.join(suite, `requirements/${version}.yaml`), "utf8"));
  for (const scenario of client.filter((name) => !name.startsWith("auth/"))) {
    test(`${scenario} of ${version} passes with Wick as the client`, async () => {
      const { output, checks } = await run(scenario, version);
      const bad = checks.filter(({ status }) => status === "FAILURE" || status === "WARNING");
      assert.deepEqual(
        bad.map(({ id, description, errorMessage }) => `${id}: ${description}: ${errorMessage}`),
        [],
        output,
      );
      assert.ok(
        checks.some(({ status }) => status === "SUCCESS"),
        `nothing was checked:\n${output}`,
      );
    });
  }
}
