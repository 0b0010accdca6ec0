// Wick's HTTP reader without a server: the developer tool http_dump, which the build makes with the tests.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { binary } from "./wick.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const tool = [
  process.env.WICK_HTTP_DUMP,
  path.resolve(path.dirname(binary), "../http/http_dump"),
  path.join(root, "build/release/src/http/http_dump"),
].find((file) => file && fs.existsSync(file));

const text = (base64) => Buffer.from(base64, "base64").toString("latin1");

/** Reads each case `{ bytes, pieces }` and returns the result. `pieces` are the sizes that arrive one after the other. */
export function dump(cases) {
  const input = Buffer.concat(
    cases.flatMap(({ bytes, pieces = [] }) => [Buffer.from(`${bytes.length} ${pieces.join(",") || "-"}\n`), bytes]),
  );
  const { status, stdout, stderr } = spawnSync(tool, { input, maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(`http_dump ended with ${status}: ${stderr}`);
  return stdout
    .toString()
    .trim()
    .split("\n")
    .map((line) => {
      const read = JSON.parse(line);
      for (const request of read.requests) {
        for (const key of ["method", "target", "path", "query", "body"]) request[key] = text(request[key]);
        request.fields = request.fields.map(([name, value]) => [text(name), text(value)]);
      }
      return read;
    });
}
