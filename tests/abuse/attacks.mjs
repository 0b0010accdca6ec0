// The attacks in the order in which they run; those with the same server share one Wick. One that fills something for good
// (notes, the change log) comes after those that do not.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { execFileSync } from "node:child_process";
import { remember } from "../lib/wick.mjs";
import { Arena, everyKind } from "./arena.mjs";

const names = [
  "split-requests",
  "malformed-requests",
  "large-requests",
  "slow-senders",
  "slow-readers",
  "bad-credentials",
  "wrong-passwords",
  "json-collisions",
  "redaction",
  "schema-checks",
  "hostile-rest",
  "hostile-mcp",
  "hostile-stdio",
  "deactivated-user",
  "outgoing-slots",
  "listen-streams",
  "greedy-calls",
  "repeated-changes",
  "tool-search",
  "notes-search",
  "guessed-behind-proxy",
  "idle-connections",
  "full-disk",
];
export const attacks = await Promise.all(
  names.map(async (name) => ({ name, server: {}, kinds: everyKind, ...(await import(`./attacks/${name}.mjs`)) })),
);

/** A small disk for the data folder, or undefined where none can be mounted. */
function mountDisk(size) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "wick-abuse-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { stdio: "ignore" });
    remember("folders", folder);
    return folder;
  } catch {
    fs.rmdirSync(folder);
    return undefined;
  }
}

/** Attacks one after the other. `next(attack)` has its trial: {skipped} or the summary that Arena.trial gives. */
export class Campaign {
  constructor({ long = false } = {}) {
    this.long = long;
    this.duration = long ? 20_000 : 1500;
    this.rest = long ? 10_000 : 1500;
  }

  async next(attack) {
    if (!this.arena || JSON.stringify(this.server) !== JSON.stringify(attack.server) || this.harmed) {
      await this.close();
      const { disk, ...server } = attack.server;
      if (disk && !(this.disk = mountDisk(disk)))
        return { name: attack.name, skipped: "no small disk can be mounted here" };
      this.server = attack.server;
      this.arena = await Arena.open({ ...server, ...(this.disk && { data: this.disk }), kinds: attack.kinds });
      this.quiet = await this.arena.quiet(this.rest);
    } else if (this.long) {
      this.quiet = await this.arena.quiet(this.rest);
    }
    if (this.quiet.failures.length > 0) throw new Error(`a call failed in the quiet: ${this.quiet.failures[0]}`);
    const trial = await this.arena.trial(attack, { duration: this.duration, quiet: this.quiet, long: this.long });
    this.harmed = trial.faults.length > 0; // the next attack must not count what this one left behind
    return trial;
  }

  async close() {
    const arena = this.arena;
    this.arena = undefined;
    await arena?.close();
    if (this.disk) execFileSync("umount", ["-l", this.disk]);
    this.disk = undefined;
  }
}
