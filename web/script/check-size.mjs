// Fails the build when a page's first load has become too large: the app's entry and the page's own chunk, each with
// all that it imports, as gzip, the largest form in which a browser fetches them. Runs after precompress.mjs.
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

// A page may load 250 kB; the rest is for its data. Brotli, which most browsers accept, makes the files a tenth smaller.
const most = 236_000;

const dist = new URL("../dist", import.meta.url).pathname;
const folder = join(dist, ".vite");
const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
// Not a file of the app.
rmSync(folder, { recursive: true });

function filesOf(name, seen = new Set()) {
  const { file, css = [], imports = [] } = manifest[name];
  if (seen.has(file)) return seen;
  for (const one of [file, ...css]) seen.add(one);
  for (const one of imports) filesOf(one, seen);
  return seen;
}

const entry = Object.keys(manifest).find((name) => manifest[name].isEntry);
// Other parts are fetched when they are opened.
const pages = Object.keys(manifest).filter((name) => name.endsWith("Page.tsx"));
const page = statSync(join(dist, "index.html.gz")).size;
const sizes = pages
  .map((name) => {
    const files = filesOf(name, filesOf(entry));
    const size = [...files].reduce(
      (sum, file) => sum + statSync(join(dist, `${file}.gz`)).size,
      page,
    );
    return { name, size };
  })
  .sort((a, b) => b.size - a.size);

const kilobytes = (size) => `${(size / 1000).toFixed(1)} kB`;
console.log(
  `largest first load: ${sizes[0].name}, ${kilobytes(sizes[0].size)} of ${kilobytes(most)}`,
);
for (const { name, size } of sizes.filter(({ size }) => size > most)) {
  console.error(`${name} loads ${kilobytes(size)} first: import less, or import it later`);
  process.exitCode = 1;
}
