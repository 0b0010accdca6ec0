// The client scenarios auth/… of the official MCP conformance suite, with Wick's connected servers as the client under test.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { parse } from "yaml";
import { publicUrl, start } from "../lib/conformance-client.mjs";
import { Wick } from "../lib/wick.mjs";

const suite = fileURLToPath(new URL("../node_modules/@modelcontextprotocol/conformance/", import.meta.url));
const client = fileURLToPath(new URL("../lib/conformance-client.mjs", import.meta.url));

let wick, running;
before(async () => ({ wick, running } = await start()));
after(() => wick.stop());

async function run(scenario, version) {
  const results = fs.mkdtempSync(path.join(os.tmpdir(), "wick-conformance-"));
  try {
    const args = [
      "client",
      "--command",
      `${process.execPath} ${client}`,
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
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const [code] = await once(child, "close");
    const [folder] = fs.readdirSync(results, { recursive: true }).filter((name) => name.endsWith("checks.json"));
    const checks = folder ? JSON.parse(fs.readFileSync(path.join(results, folder), "utf8")) : [];
    return { code, output, bad: checks.filter(({ status }) => status === "FAILURE" || status === "WARNING"), checks };
  } finally {
    fs.rmSync(results, { recursive: true });
  }
}

test("the metadata document is what its client_id says, and there only at an https address", async () => {
  const answer = await fetch(`${wick.url}/client-metadata.json`);
  assert.match(answer.headers.get("content-type"), /^application\/json/);
  assert.deepEqual(await answer.json(), {
    client_id: `${publicUrl}/client-metadata.json`,
    client_name: "Wick (conformance-test.local)",
    client_uri: publicUrl,
    redirect_uris: [`${publicUrl}/oauth/upstream/callback`],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    application_type: "web",
  });
  const plain = await Wick.start();
  const page = await fetch(`${plain.url}/client-metadata.json`);
  assert.doesNotMatch(page.headers.get("content-type"), /json/);
  await plain.stop();
});

for (const version of ["2026-07-28", "2025-11-25"]) {
  const required = parse(fs.readFileSync(path.join(suite, `requirements/${version}.yaml`), "utf8"));
  const scenarios = required.client.filter((name) => typeof name === "string" && name.startsWith("auth/"));
  // In addition there is an extension that is not scored, which belongs to no version: hence --force.
  for (const scenario of [...scenarios, "auth/client-credentials-basic"]) {
    test(`${scenario} on ${version}`, async () => {
      const { code, output, bad, checks } = await run(scenario, version);
      assert.deepEqual(
        bad.map(({ id, description }) => `${id}: ${description}`),
        [],
        output,
      );
      assert.equal(code, 0, output);
      assert.ok(
        checks.some(({ status }) => status === "SUCCESS"),
        `nothing was checked:\n${output}`,
      );
    });
  }
}
