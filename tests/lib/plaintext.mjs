// The credentials that a spec has received, and the folders of its servers. When the spec's process ends, no folder may contain a
// credential in plaintext: in a database, a write-ahead log, a backup or a log. The check is part of every spec that starts a server.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const known = { folders: new Set(), secrets: new Set() };

/** `kind`: 'folders' or 'secrets'. */
export const remember = (kind, text) => known[kind].add(text);
export const remembered = (kind) => [...known[kind]];

function* files(folder) {
  if (!fs.existsSync(folder)) return;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(file);
    else if (entry.isFile()) yield file;
  }
}

/** A line for each file below `folders` that holds one of `secrets`; none of the lines has a whole secret in it. */
export function plaintextIn(folders, secrets) {
  if (secrets.length === 0) return [];
  // grep looks for all of them in one pass; node would take a pass for each.
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "wick-secrets-"));
  try {
    const patterns = path.join(scratch, "patterns");
    fs.writeFileSync(patterns, secrets.join("\n"), { mode: 0o600 });
    return folders.flatMap((folder) => {
      const all = [...files(folder)];
      if (all.length === 0) return [];
      const { status, stdout, stderr } = spawnSync("grep", ["-laF", "-f", patterns, "--", ...all], {
        encoding: "utf8",
        env: { ...process.env, LC_ALL: "C" },
      });
      if (status !== 0 && status !== 1) throw new Error(`grep: ${stderr}`);
      return stdout
        .split("\n")
        .filter(Boolean)
        .map((file) => {
          const bytes = fs.readFileSync(file);
          const held = secrets.filter((secret) => bytes.includes(secret)).map((secret) => `${secret.slice(0, 12)}…`);
          return `${file} holds credentials in plaintext: ${held.join(", ")}`;
        });
    });
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
}

/** To be called when this process ends and no server runs any more: fails it if a folder holds plaintext, else removes the folders. */
export function settleFolders() {
  const found = plaintextIn(remembered("folders"), remembered("secrets"));
  if (found.length > 0) {
    process.stderr.write(`${found.join("\n")}\n`);
    process.exitCode = 1;
    return; // the folders stay, to be looked at
  }
  for (const folder of remembered("folders")) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
