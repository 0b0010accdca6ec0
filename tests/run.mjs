// Runs all specs (`npm test`), or those that are named: `npm test oauth browser-users`. Most of them wait for something most of
// the time, so more run at once than there are processors; those that take longest start first, so that none runs alone at the
// end.
import fs from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const longest = [
  "upstream-conversation",
  "upstream-oauth",
  "upstream-old-servers",
  "browser-screens-names",
  "browser-screens-apps",
  "browser-screens-actions",
  "browser-screens-lists",
  "abuse",
  "conformance-client-auth",
  "conformance-server",
];

const folder = path.join(import.meta.dirname, "specs");
const ending = ".test.mjs";
const all = fs.readdirSync(folder).flatMap((file) => (file.endsWith(ending) ? file.slice(0, -ending.length) : []));
const unknown = [...process.argv.slice(2), ...longest].find((name) => !all.includes(name));
if (unknown) {
  console.error(`There is no spec ${unknown}${ending} in ${folder}.`);
  process.exit(2);
}
const chosen = process.argv.length > 2 ? process.argv.slice(2) : [...new Set([...longest, ...all])];

run({
  files: chosen.map((name) => path.join(folder, name + ending)),
  concurrency: availableParallelism() + 2,
  forceExit: true,
})
  .on("test:fail", () => (process.exitCode = 1))
  .compose(spec)
  .pipe(process.stdout);
