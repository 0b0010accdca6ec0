// Called by script/bench, and by itself after script/build: how often wick_search has the right operation among the
// first five, compared with plain substring search, and how long a search takes.
import fs from "node:fs";
import { bySubstring, importCatalogue, questions, ranked, recall } from "./lib/catalogue.mjs";
import { Wick, callTool, forgetAll } from "./lib/wick.mjs";

const wick = await Wick.start();
const admin = await wick.signIn();
const { token } = wick.token();
const catalogue = await importCatalogue(admin);

const percent = ({ share }) => `${(100 * share).toFixed(1)}%`;
for (const [name, asked] of [
  ["tuned with", questions.filter(({ held_out }) => !held_out)],
  ["held out", questions.filter(({ held_out }) => held_out)],
  ["all", questions],
]) {
  const found = await recall(catalogue, asked, (question) => ranked(wick, token, question));
  const plain = await recall(catalogue, asked, (question) => bySubstring(catalogue, question));
  console.log(
    `recall at 5 of ${asked.length} questions ${name}, ${catalogue.size} operations: wick_search ${percent(found)}, substring ${percent(plain)}`,
  );
}

// A whole call with its row in the audit, from here; wick_info does the same but for the search.
async function medianTimes() {
  const times = { wick_search: [], wick_info: [] };
  for (const { question } of questions) {
    for (const [tool, args] of [
      ["wick_search", { query: question }],
      ["wick_info", {}],
    ]) {
      const started = performance.now();
      await callTool(wick, token, tool, args);
      times[tool].push(performance.now() - started);
    }
  }
  return Object.entries(times)
    .map(([tool, all]) => `${tool} ${all.sort((a, b) => a - b)[all.length >> 1].toFixed(2)} ms`)
    .join(", ");
}
let operations = catalogue.size;
console.log(`median of a call among ${operations} operations: ${await medianTimes()}`);
for (const copy of [" 2", " 3", " 4"]) operations += (await importCatalogue(admin, copy)).size;
console.log(`median of a call among ${operations} operations: ${await medianTimes()}`);

await wick.stop();
for (const folder of [wick.data, wick.logs]) fs.rmSync(folder, { recursive: true });
forgetAll();
