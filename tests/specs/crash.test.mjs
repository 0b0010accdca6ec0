// kill -9 under load: what was answered is on record, and the next start needs no hand.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { Wick, callTool, until } from "../lib/wick.mjs";

test("every call that was answered before kill -9 is on record, and the databases are sound", async () => {
  const wick = await Wick.start();
  const { token } = wick.token();
  const answered = [];
  for (let round = 0; round < 4; ++round) {
    let running = true;
    const before = answered.length;
    const workers = Array.from({ length: 32 }, async (_, worker) => {
      for (let n = 0; running; ++n) {
        const title = `round ${round} worker ${worker} call ${n}`;
        try {
          const { status, body } = await callTool(wick, token, "notes__search", { query: title });
          if (status === 200 && body.result) answered.push(title);
        } catch {
          return;
        }
      }
    });
    await until(() => answered.length > before + 300);
    await wick.kill();
    running = false;
    await Promise.all(workers);
    await wick.launch();
    assert.deepEqual(wick.json(["doctor"]).problems, []);
    assert.equal((await callTool(wick, token, "notes__list")).status, 200, "the token lives on");
  }
  await wick.stop();
  const rows = execFileSync(
    "sqlite3",
    [`${wick.data}/runs.db`, "SELECT json_extract(request, '$.query') FROM connector_runs WHERE operation = 'search'"],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const recorded = new Set(rows.split("\n"));
  assert.ok(answered.length > 1200);
  assert.deepEqual(
    answered.filter((title) => !recorded.has(title)),
    [],
  );
});
