// MCP servers over stdio that misbehave, each a program: commandOf('legacy', …options). By hand, without an SDK, so that
// one starts quickly and can do what no SDK would.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { remember } from "./wick.mjs";

const self = fileURLToPath(import.meta.url);

/** What starts one. Era: legacy, modern, both, or silent, which answers nothing. Options: --log FILE, --banner, --murmur (prints without a line end), --stubborn, --leaves (starts a process of its own), --dies-if FILE, --silent-if FILE (when that is there), --strict HOW (what becomes of it when its first message is not initialize), --bom, --crlf, --batches. */
export const commandOf = (era, ...options) =>
  [process.execPath, self, era, ...options.map((one) => (one.includes(" ") ? `'${one}'` : one))].join(" ");

/** The ways of --strict. */
export const strictWays = () => Object.keys(strict);

/** A folder of its own for logs and flags: `log.started()` are the pids in order, `log.heard(method)` the messages. */
export function newLog() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "wick-stdio-"));
  remember("folders", folder);
  const file = path.join(folder, "log");
  const lines = () =>
    fs.existsSync(file)
      ? fs
          .readFileSync(file, "utf8")
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line))
      : [];
  return {
    file,
    path: (name) => path.join(folder, name),
    starts: () => lines().filter(({ started }) => started),
    started: () =>
      lines()
        .filter(({ started }) => started)
        .map(({ started }) => started),
    heard: (method) =>
      lines()
        .filter(({ heard }) => heard?.method === method)
        .map(({ heard }) => heard),
    left: () =>
      lines()
        .filter(({ left }) => left)
        .map(({ left }) => left),
  };
}

// {API_KEY} in the given text stands for the environment variable of this name.
const filled = (text) => text.replaceAll("{API_KEY}", process.env.API_KEY);

const tools = {
  echo: ({ text }) => ({ content: [{ type: "text", text: filled(`echo: ${text}`) }] }),
  who: () => ({ content: [{ type: "text", text: String(process.pid) }] }),
  environment: () => ({ content: [], structuredContent: process.env }),
  words: () => ({ content: [], structuredContent: { words: process.argv.slice(2) } }),
  parent: () => {
    const read = (name) => {
      try {
        const file = fs.openSync(`/proc/${process.ppid}/${name}`);
        return name === "mem" ? "opened" : fs.readFileSync(file, "utf8");
      } catch ({ code }) {
        return code;
      }
    };
    return { content: [], structuredContent: { environ: read("environ"), memory: read("mem") } };
  },
  large: ({ bytes }) => ({ content: [{ type: "text", text: "x".repeat(bytes) }] }),
};
// Methods that answer later, differently, or not at all.
let answerLater = () => {};
const odd = {
  hang: () => {},
  later: (id) => (answerLater = () => say({ id, result: tools.echo({ text: "later" }) })),
  now: (id) => {
    answerLater();
    say({ id, result: tools.echo({ text: "now" }) });
  },
  oversized: (id, { bytes, last, anonymous, method }) => {
    const result = { content: [{ type: "text", text: `{"id":999,"${"x".repeat(bytes)}` }] };
    if (method) {
      say({ method, params: { level: "info", data: result } });
      return say({ id, result: tools.echo({ text: "small" }) });
    }
    process.stdout.write(
      `${JSON.stringify(anonymous ? { jsonrpc: "2.0", result } : last ? { result, jsonrpc: "2.0", id } : { jsonrpc: "2.0", id, result })}\n`,
    );
  },
  broken: (id, { rest }) => process.stdout.write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},${rest}\n`),
  die: (_, { words = "out of luck", code = 3 }) => {
    fs.writeSync(2, `${filled(words)}\n`);
    process.exit(code);
  },
  tell: (id) => {
    say({ method: "notifications/message", params: { level: "info", data: filled("it is {API_KEY}") } });
    say({ id, result: tools.echo({ text: "told" }) });
  },
  refuse: (id, { words }) =>
    say({ id, error: { code: -32000, message: filled(words), data: { words: filled(words) } } }),
  unending: (_, { bytes }) => {
    const block = Buffer.alloc(1 << 20, "x");
    const more = (left) => left > 0 && process.stdout.write(block, () => more(left - block.length));
    more(bytes);
  },
  complain: (id, { bytes, words = "" }) => {
    const block = Buffer.alloc(1 << 20, "x");
    const more = (left) =>
      left > 0
        ? process.stderr.write(block, () => more(left - block.length))
        : process.stderr.write(`\n${words}\n`, () => say({ id, result: tools.echo({ text: "that was all" }) }));
    more(bytes);
  },
  mute: () => {
    fs.closeSync(1);
    setInterval(() => {}, 1000);
  },
  deaf: () => {
    process.stdin.pause();
    setInterval(() => {}, 1000);
  },
  garbage: (id, { text }) => {
    for (const line of [
      "",
      "{",
      "[]",
      "null",
      '"text"',
      '{"jsonrpc":"2.0"}',
      '{"jsonrpc":"2.0","id":{},"result":{}}',
      '{"jsonrpc":"2.0","id":999999,"result":{}}',
      "\u0000\u0001",
      "[".repeat(100_000),
    ])
      process.stdout.write(`${line}\n`);
    process.stdout.write(Buffer.from([0xff, 0xfe, 0x0a]));
    say({ id, result: tools.echo({ text }) });
    say({ id, result: tools.echo({ text: "and again" }) });
  },
  flood: (id, { count, bytes, method = "notifications/message" }, progressToken) => {
    const params =
      method === "notifications/progress"
        ? { progressToken, progress: 1, message: "x".repeat(bytes) }
        : { level: "info", data: "x".repeat(bytes) };
    const more = (left) => {
      if (left > 0) return process.stdout.write(lineOf({ method, params }), () => setImmediate(more, left - 1));
      note({ heard: { method: "the end of the flood" } });
      say({ id, result: tools.echo({ text: "after the flood" }) });
    };
    more(count);
  },
};

// The program's reaction when its first message is not initialize.
const strict = {
  end: () => process.exit(1),
  "end well": () => process.exit(0),
  crash: () => process.kill(process.pid, "SIGSEGV"),
  mute: () => (say = () => {}),
  "refuse and end": (id) => {
    fs.writeSync(1, lineOf({ id, error: { code: 0, message: "initialize first" } }));
    process.exit(1);
  },
  "refuse and be of no use": () => {
    say({ id: null, error: { code: -32600, message: "initialize first" } });
    say = (message) =>
      process.stdout.write(lineOf({ id: message.id, error: { code: -32600, message: "initialize first" } }));
  },
  "close its output": () => {
    fs.closeSync(1);
    setInterval(() => {}, 1000);
  },
  "answer with no JSON": (id) => fs.writeSync(1, `{"jsonrpc":"2.0","id":${id},"result":oops}\n`),
  ignore: () => {},
};

let note = () => {};
let form = (text) => text;
const lineOf = (message) => form(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
let say = (message) => process.stdout.write(lineOf(message));

function serve(era, options) {
  if (options.log) note = (line) => fs.appendFileSync(options.log, `${JSON.stringify(line)}\n`);
  note({ started: process.pid, at: Date.now() });
  if (options["dies-if"] && fs.existsSync(options["dies-if"])) return odd.die(0, { words: "the disk is full" });
  const silent = era === "silent" || (options["silent-if"] && fs.existsSync(options["silent-if"]));
  if (options.stubborn) {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
    setInterval(() => {}, 1000);
  }
  if (options.leaves) note({ left: spawn("sleep", ["1000"], { stdio: "inherit" }).pid });
  if (options.banner) process.stdout.write("Welcome to the server!\n\n  version 1 {not json}\n");
  if (options.murmur) process.stdout.write("[1/2] Starting {soon} ...");
  const answers = {
    ...(["modern", "both"].includes(era) && {
      "server/discover": () => ({
        supportedVersions: ["2026-07-28"],
        capabilities: { tools: {}, logging: {} },
        resultType: "complete",
      }),
    }),
    ...(["legacy", "both"].includes(era) && {
      initialize: () => ({
        protocolVersion: "2025-11-25",
        capabilities: { tools: {}, logging: {} },
        serverInfo: { name: "by hand", version: "1" },
      }),
      "logging/setLevel": () => ({}),
    }),
    "tools/list": () => ({
      tools: [...Object.keys(tools), ...Object.keys(odd)].map((name) => ({ name, inputSchema: { type: "object" } })),
    }),
  };
  if (options.bom) form = (text) => `\uFEFF${text}`;
  if (options.crlf) form = (text) => text.replace("\n", "\r\n");
  if (options.batches)
    form = (text) =>
      `[{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"in a batch"}},${text.trim()}]\n`;
  let unread = "",
    first = true;
  process.stdin.setEncoding("utf8").on("data", (chunk) => {
    const lines = (unread + chunk).split("\n");
    unread = lines.pop();
    for (const line of lines) {
      const { id, method, params = {} } = JSON.parse(line);
      note({ heard: { id, method, ...(line.length < 1000 && { params }) } });
      if (silent || id === undefined) continue;
      const unexpected = first && method !== "initialize" && strict[options.strict];
      first = false;
      if (unexpected) {
        unexpected(id);
        continue;
      }
      if (options.banner) process.stdout.write(`now comes ${method}\n`);
      const called = method === "tools/call" ? params.name : undefined;
      if (called in odd) odd[called](id, params.arguments ?? {}, params._meta?.progressToken);
      else if (called in tools) say({ id, result: tools[called](params.arguments ?? {}) });
      else if (method in answers) say({ id, result: answers[method]() });
      else say({ id, error: { code: -32601, message: `no method ${method}` } });
    }
  });
}

if (process.argv[1] === self) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      strict: { type: "string" },
      bom: { type: "boolean" },
      crlf: { type: "boolean" },
      batches: { type: "boolean" },
      log: { type: "string" },
      "dies-if": { type: "string" },
      "silent-if": { type: "string" },
      banner: { type: "boolean" },
      murmur: { type: "boolean" },
      stubborn: { type: "boolean" },
      leaves: { type: "boolean" },
    },
  });
  serve(positionals[0], values);
}
