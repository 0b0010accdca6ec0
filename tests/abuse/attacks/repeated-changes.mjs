import { execFileSync } from "node:child_process";
import { inParallel } from "../target.mjs";

export const what = "changes its own name to the same name in a loop, on 32 connections";

// Only rows of users: the well-behaved client writes notes meanwhile.
const rows = ({ data }) =>
  Number(
    execFileSync(
      "sqlite3",
      [`${data}/wick.db`, ".timeout 5000", "SELECT COUNT(*) FROM change_log WHERE kind = 'user'"],
      { encoding: "utf8" },
    ),
  );

export async function run(target, { duration, end }) {
  await target.api("PATCH", "/me", { name: "Mallory" });
  const before = rows(target);
  const tally = {};
  const sent = await inParallel(duration * 10, 32, end, async () => {
    const { status } = await target.api("PATCH", "/me", { name: "Mallory" });
    tally[status] = (tally[status] ?? 0) + 1;
  });
  const grown = rows(target) - before;
  target.check(grown < 10, `${sent} changes that change nothing added ${grown} rows to the change log`);
  target.note(`answers ${JSON.stringify(tally)}`);
}
