// Where attacks happen: a Wick of its own, a hostile system behind it, a member who attacks and another who only works.
import { fork } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { Wick, binary, password, remember, until } from "../lib/wick.mjs";
import { statusOf } from "../lib/process.mjs";

const here = import.meta.dirname;
// Every server here has its sealing key from the environment, as some deployments do, so that an attack can look for it.
const secretKey = (process.env.WICK_SECRET_KEY ??= "5ea1".repeat(16));
remember("secrets", secretKey);
const dull = { stdio: ["ignore", "ignore", "inherit", "ipc"] };

/** What must hold in every attack. `long` has the ratio of the issue; a short run shares its processors with other tests. */
export const bounds = {
  peakMegabytes: 384, // resident, of the whole process
  longRatio: 5, // p99 under attack against p99 in the quiet
  shortRatio: 20,
  shortMilliseconds: 2000, // a p99 below this is never too slow in a short run
};

export const everyKind = ["discover", "list", "create", "get", "rest", "search", "session", "connect"];

const answerOf = async (child, key) => {
  for (;;) {
    const [message] = await once(child, "message");
    if (key in message) return message;
  }
};
const must = ({ status, body, text }, expected = 201) => {
  if (status !== expected) throw new Error(`${status}: ${text}`);
  return body;
};

/** The smallest value that at least this share of the values does not exceed. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

const operation = (key, method, route, properties = {}, more = {}) => ({
  key,
  name: key,
  description: `does ${key}`,
  rest: { method, path: route, ...more },
  input_schema: { type: "object", properties, ...more.schema },
});
const operations = [
  ...["echo", "echo-encoded", "quick", "endless", "drip", "bomb", "headers", "broken", "nested", "colliding"].map(
    (name) => operation(name.replace("-", "_"), "GET", `/${name}`),
  ),
  operation("slow", "GET", "/slow", { ms: { type: "integer" } }, { query: { ms: "{ms}" } }),
  operation("fails", "GET", "/fails", { q: { type: "string" } }, { query: { q: "{q}" } }),
  operation("unique", "GET", "/quick", { l: { type: "array", uniqueItems: true } }),
  operation("choice", "GET", "/quick", {
    l: {
      type: "array",
      items: { anyOf: [{ type: "string" }, { type: "object", required: ["a"] }, { type: "array", uniqueItems: true }] },
    },
  }),
  operation("names", "GET", "/quick", {
    o: {
      type: "object",
      patternProperties: { "^(a+)+$": { type: "string" } },
      additionalProperties: { type: "string" },
    },
  }),
];

export class Arena {
  /** Starts everything. `server`: {args, through, data} for this Wick. */
  static async open({
    args = [],
    through = [],
    data,
    environment = {},
    kinds = everyKind,
    period = 40,
    log = () => {},
  } = {}) {
    const arena = new Arena();
    Object.assign(arena, { kinds, period, log, attackers: new Set() });
    const wick = await Wick.start({
      args: ["--set", "connectors.commands_from_web=on", ...args],
      through,
      environment,
      ...(data && { data }),
    });
    arena.wick = wick;
    arena.people = {};
    for (const name of ["mallory", "bob"]) {
      const email = `${name}@example.com`;
      const user = wick.createUser(email, name);
      const { token, id: tokenId } = wick.token(email, ["--tools", name === "bob" ? "meta" : "direct"]);
      const session = await wick.signIn(email);
      arena.people[name] = { email, password, id: user.id, token, tokenId, cookie: session.cookie };
    }
    arena.admin = await wick.signIn();
    arena.upstream = fork(path.join(here, "upstream.mjs"), dull);
    arena.victim = fork(path.join(here, "victim.mjs"), dull);
    const [system, well] = await Promise.all([answerOf(arena.upstream, "port"), answerOf(arena.victim, "port")]);
    await arena.connect(`http://127.0.0.1:${system.port}`, `http://127.0.0.1:${well.port}`);
    arena.victim.send({ target: arena.describe() });
    const { ready, why } = await answerOf(arena.victim, "ready");
    if (!ready) throw new Error(`the well-behaved client cannot work: ${JSON.stringify(why)}`);
    return arena;
  }

  async connect(hostile, well) {
    this.hostile = hostile;
    this.secrets = { basic: "Plain-Secret-12345", bearer: 's3cr3t-"q/ä-key', username: "svc" };
    const rest = (label, config, which) =>
      this.add(
        {
          kind: "rest",
          label,
          config: { base_url: hostile, allow_private_addresses: true, timeout_seconds: 30, ...config },
        },
        which,
      );
    this.connectors = {
      lab: await rest(
        "Lab",
        { auth: "basic", username: this.secrets.username, secret: this.secrets.basic },
        operations,
      ),
      bearer: await rest("Bearer", { auth: "bearer", secret: this.secrets.bearer }, operations.slice(0, 2)),
      minted: await rest(
        "Minted",
        { auth: "oauth_client_credentials", username: "me", secret: "x", token_url: `${hostile}/token` },
        operations.slice(0, 1),
      ),
      well: await rest("Well", { base_url: well }, [operation("look", "GET", "/look")]),
      mcp: await this.add({
        kind: "mcp",
        label: "Remote",
        config: { url: `${hostile}/mcp`, allow_private_addresses: true, timeout_seconds: 5 },
      }),
      stdio: await this.add({
        kind: "mcp",
        label: "Child",
        config: { command: `${process.execPath} ${path.join(here, "stdio.mjs")}`, timeout_seconds: 20 },
      }),
    };
    for (const id of [this.connectors.mcp, this.connectors.stdio])
      must(await this.admin.post(`/admin/connectors/${id}/refresh`, {}), 200);
  }
  async add(connector, which = []) {
    const { id } = must(await this.admin.post("/admin/connectors", connector));
    for (const one of which) must(await this.admin.post(`/admin/connectors/${id}/operations`, one));
    return id;
  }

  /** All that an attack may know, as plain values. */
  describe() {
    const { wick, people, hostile, secrets, connectors } = this;
    return {
      url: wick.url,
      host: "127.0.0.1",
      port: wick.port,
      pid: wick.process.pid,
      data: wick.data,
      member: people.mallory,
      victim: people.bob,
      admin: { cookie: this.admin.cookie, email: "ann@example.com", password },
      hostile,
      secrets,
      connectors,
      secretKey,
      binary,
    };
  }

  lives = () => this.wick.process.exitCode === null && this.wick.process.signalCode === null;

  /** What the well-behaved client measures while `work` runs. */
  async measure(work, kinds = this.kinds) {
    this.victim.send({ start: { kinds, period: this.period } });
    const made = await work();
    const answer = answerOf(this.victim, "measured");
    this.victim.send({ stop: true });
    const { measured } = await answer;
    const times = measured.calls.map(([, time]) => time);
    const kindly = Object.fromEntries(
      kinds.map((kind) => [
        kind,
        percentile(
          measured.calls.filter(([of]) => of === kind).map(([, time]) => time),
          0.99,
        ),
      ]),
    );
    return {
      made,
      calls: times.length,
      failures: measured.failures,
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
      kindly,
    };
  }
  quiet = (milliseconds, kinds) =>
    this.measure(() => new Promise((resolve) => setTimeout(resolve, milliseconds)), kinds);

  /** Runs the attack `name` for `duration` ms in a process of its own: {faults, notes}. */
  async attack(name, duration) {
    const child = fork(path.join(here, "attacker.mjs"), dull);
    this.attackers.add(child);
    child.send({ name, described: this.describe(), duration });
    const late = setTimeout(() => child.kill("SIGKILL"), duration + 60_000);
    const outcome = await Promise.race([
      answerOf(child, "faults"),
      once(child, "exit").then(([code, signal]) => ({
        faults: [`the attack's process ended with ${signal ?? code}`],
        notes: [],
      })),
    ]);
    clearTimeout(late);
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    this.attackers.delete(child);
    return outcome;
  }

  /** Runs the attack and the well-behaved client together. Returns the conditions that did not hold. */
  async trial({ name, kinds = this.kinds }, { duration, quiet, long }) {
    const pid = this.wick.process.pid;
    fs.writeFileSync(`/proc/${pid}/clear_refs`, "5"); // proc(5): the peak begins here
    const during = await this.measure(() => this.attack(name, duration), kinds);
    const ratio = during.p99 / quiet.p99;
    const faults = [...during.made.faults];
    const summary = {
      name,
      calls: during.calls,
      failures: during.failures.length,
      p50: during.p50,
      p99: during.p99,
      ratio,
      kindly: during.kindly,
      notes: during.made.notes,
    };
    if (during.failures.length > 0)
      faults.push(
        `${during.failures.length} of ${during.calls} calls of the well-behaved client failed, first ${during.failures[0]}`,
      );
    const tooSlow = long
      ? ratio > bounds.longRatio
      : during.p99 > Math.max(bounds.shortMilliseconds, bounds.shortRatio * quiet.p99);
    if (tooSlow)
      faults.push(
        `the p99 of the well-behaved client rose from ${quiet.p99.toFixed(1)} to ${during.p99.toFixed(1)} ms`,
      );
    if (this.lives()) {
      summary.megabytes = Number.parseInt(statusOf(pid, "VmHWM"), 10) / 1024;
      if (summary.megabytes > bounds.peakMegabytes)
        faults.push(`the process grew to ${summary.megabytes.toFixed(0)} MB, the bound is ${bounds.peakMegabytes}`);
      await this.settle();
    } else {
      faults.push(
        `the process ended with ${this.wick.process.signalCode ?? this.wick.process.exitCode}: ${this.wick.errors.trim().split("\n").at(-1)}`,
      );
    }
    return { ...summary, faults };
  }

  /** Until the server answers again, so that an attack does not count what the one before it left behind. */
  async settle() {
    await until(
      async () =>
        !this.lives() ||
        (await fetch(`${this.wick.url}/healthz`, { signal: AbortSignal.timeout(1000) }).then(
          (response) => response.ok,
          () => false,
        )),
      90,
      "the server does not answer after the attack",
    );
  }

  async close() {
    for (const child of [this.victim, this.upstream, ...this.attackers]) child?.kill();
    if (this.wick && this.lives()) await this.wick.kill();
  }
}
