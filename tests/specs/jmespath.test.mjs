// The compliance suite of JMESPath, as its JavaScript library carries it, against the evaluator of Wick.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const suite = path.join(
  path.dirname(createRequire(import.meta.url).resolve("jmespath/package.json")),
  "test/compliance",
);

test("every case of the JMESPath compliance suite gives what it should", () => {
  const unit = path.join(root, "build/release/src/jmespath/jmespath_test");
  const { status, stdout, error } = spawnSync(unit, ["--gtest_filter=Jmespath.TheComplianceSuitePasses"], {
    encoding: "utf8",
    env: { ...process.env, WICK_JMESPATH_SUITE: suite },
  });
  assert.equal(error, undefined, "the unit tests are built before these");
  assert.match(stdout, /851 cases of the compliance suite/, stdout);
  assert.equal(status, 0, stdout);
});
