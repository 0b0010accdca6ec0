// script/abuse: attacks a running server, and prints for each attack how the well-behaved client of another user fared.
import { parseArgs } from "node:util";
import { bounds } from "./arena.mjs";
import { Campaign, attacks } from "./attacks.mjs";

const { values } = parseArgs({
  options: {
    long: { type: "boolean" },
    only: { type: "string", multiple: true },
    list: { type: "boolean" },
    verbose: { type: "boolean" },
  },
});
if (values.list) {
  for (const { name, what } of attacks) console.log(`${name.padEnd(22)} ${what}`);
  process.exit();
}
const unknown = values.only?.find((name) => !attacks.some((one) => one.name === name));
if (unknown) {
  console.error(`There is no attack "${unknown}". --list shows all.`);
  process.exit(2);
}
const chosen = attacks.filter(({ name }) => !values.only || values.only.includes(name));
const campaign = new Campaign(values);
console.log(
  values.long
    ? `Each attack: ${campaign.duration / 1000} s after ${campaign.rest / 1000} s of quiet. No call of the other user fails, its p99 stays below ${bounds.longRatio} times the quiet one, the process below ${bounds.peakMegabytes} MB.`
    : `Short attacks. No call of the other user fails, its p99 stays below ${bounds.shortMilliseconds} ms or ${bounds.shortRatio} times the quiet one, the process below ${bounds.peakMegabytes} MB. The ratio is bounded by --long.`,
);
const row = (...cells) =>
  console.log(
    cells
      .map((cell, i) => (i === 0 ? String(cell).padEnd(22) : i < 8 ? String(cell).padStart(9) : ` ${cell}`))
      .join(""),
  );
row("attack", "calls", "failed", "quiet p99", "p50 ms", "p99 ms", "ratio", "peak MB", "verdict");

let failed = 0;
process.on("SIGINT", () => campaign.close().then(() => process.exit(130)));
for (const attack of chosen) {
  const began = Date.now();
  let result;
  try {
    result = await campaign.next(attack);
  } catch (error) {
    result = { name: attack.name, faults: [error.message] };
    await campaign.close();
  }
  const {
    name,
    skipped,
    calls = "",
    failures = "",
    p50,
    p99,
    ratio,
    megabytes,
    notes = [],
    faults = [],
    kindly,
  } = result;
  const number = (value, digits = 1) => value?.toFixed(digits) ?? "";
  row(
    name,
    calls,
    failures,
    number(campaign.quiet?.p99),
    number(p50),
    number(p99),
    number(ratio),
    number(megabytes, 0),
    skipped
      ? `skipped: ${skipped}`
      : `${faults.length ? "FAIL" : "ok"} (${((Date.now() - began) / 1000).toFixed(1)} s)${notes.length ? ` ${notes.join(", ")}` : ""}`,
  );
  if (values.verbose && kindly)
    console.log(
      `    p99 by kind: ${Object.entries(kindly)
        .map(([kind, time]) => `${kind} ${time.toFixed(1)}`)
        .join(", ")}; in the quiet ${Object.entries(campaign.quiet.kindly)
        .map(([kind, time]) => `${kind} ${time.toFixed(1)}`)
        .join(", ")}`,
    );
  for (const fault of faults) console.log(`    ${fault}`);
  if (faults.length > 0) ++failed;
}
await campaign.close();
console.log(failed ? `${failed} of ${chosen.length} attacks did harm.` : `All ${chosen.length} attacks were held.`);
process.exit(failed ? 1 : 0);
