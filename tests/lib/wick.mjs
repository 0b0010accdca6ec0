// A separate Wick for a test: a new data folder, a private port, the real binary.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { remember, remembered, settleFolders } from "./plaintext.mjs";

export const binary =
  process.env.WICK_BINARY ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../build/wick");
export const password = "correct horse battery staple";
export const notesId = "01900000-0000-7000-8000-000000000001";

export { remember, remembered };

// A spec that fails half-way leaves no server behind.
const living = new Set();
process.on("exit", () => {
  living.forEach((child) => child.kill("SIGKILL"));
  settleFolders();
});

export async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

export function run(args, { input, env, identity } = {}) {
  const done = spawnSync(binary, args, { input, encoding: "utf8", env: { ...process.env, ...env }, ...identity });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}

export class Wick {
  /** `through`: a command that starts the server, such as prlimit with its options; `environment`: more variables for it. */
  static async start({
    admin = true,
    args = [],
    through = [],
    environment = {},
    data = fs.mkdtempSync(path.join(os.tmpdir(), "wick-data-")),
  } = {}) {
    const wick = new Wick();
    Object.assign(wick, { data, through, environment });
    remember("folders", data);
    remember("secrets", password);
    if (admin && !fs.existsSync(path.join(data, "wick.db"))) wick.createUser("ann@example.com", "Ann", ["--admin"]);
    wick.port = 0; // any free one, which stays the same when this server is launched again
    await wick.launch(args);
    return wick;
  }

  async launch(args = []) {
    this.args = args;
    const [program, ...words] = [
      ...this.through,
      binary,
      "serve",
      "--data",
      this.data,
      "--listen",
      `127.0.0.1:${this.port}`,
      ...args,
    ];
    this.process = spawn(program, words, { env: { ...process.env, ...this.environment } });
    this.output = "";
    this.errors = "";
    this.logs ??= fs.mkdtempSync(path.join(os.tmpdir(), "wick-logs-"));
    remember("folders", this.logs);
    const log = fs.createWriteStream(path.join(this.logs, "stderr.log"), { flags: "a" });
    this.process.stderr.on("data", (chunk) => ((this.errors += chunk), log.write(chunk)));
    this.exited = once(this.process, "exit");
    living.add(this.process);
    this.process.on("exit", () => living.delete(this.process));
    const ready = new Promise((resolve) => {
      this.process.stdout.on("data", (chunk) => (this.output += chunk).includes("is ready at") && resolve());
    });
    await Promise.race([ready, this.exited]);
    if (!this.output.includes("is ready at")) throw new Error(`wick did not start: ${this.errors}`);
    if (this.port === 0) {
      this.port = Number((this.output.match(/listening on \S+:(\d+)/) ?? this.output.match(/ready at \S+:(\d+)/))[1]);
      this.url = `http://127.0.0.1:${this.port}`;
    }
  }

  async stop() {
    this.process.kill("SIGTERM");
    const [code] = await this.exited;
    if (code !== 0) throw new Error(`wick ended with ${code}: ${this.errors}`);
  }

  async kill() {
    this.process.kill("SIGKILL");
    await this.exited;
  }

  cli(args, options) {
    return run([...args, "--data", this.data], options);
  }

  /** The same without blocking this process, for commands that need it. */
  async cliLater(args, { input = "" } = {}) {
    const child = spawn(binary, [...args, "--data", this.data]);
    const out = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (out.stdout += chunk));
    child.stderr.on("data", (chunk) => (out.stderr += chunk));
    child.stdin.end(input);
    const [code] = await once(child, "close");
    return { code, ...out };
  }

  json(args, options) {
    const { code, stdout, stderr } = this.cli([...args, "--json"], options);
    if (code !== 0) throw new Error(`wick ${args.join(" ")}: ${stderr}`);
    return JSON.parse(stdout);
  }

  createUser(email, name, more = []) {
    remember("secrets", password);
    return this.json(["user", "create", "--email", email, "--name", name, "--password-stdin", ...more], {
      input: `${password}\n`,
    });
  }

  token(user = "ann@example.com", more = [], name = "test") {
    const made = this.json(["token", "create", "--user", user, "--name", name, ...more]);
    remember("secrets", made.token);
    return made;
  }

  async signIn(email = "ann@example.com", secret = password) {
    const session = new Session(this);
    const answer = await session.post("/session", { email, password: secret });
    if (answer.status !== 201) throw new Error(`sign-in: ${JSON.stringify(answer)}`);
    return session;
  }
}

// The management API as the web app uses it: a cookie, and requests from our own origin.
export class Session {
  constructor(wick) {
    this.wick = wick;
  }
  async request(method, route, body, headers = {}) {
    const response = await fetch(`${this.wick.url}/api/v1${route}`, {
      method,
      headers: {
        origin: this.wick.url,
        ...(this.cookie ? { cookie: this.cookie } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const cookie = response.headers.getSetCookie()[0];
    if (cookie) {
      this.cookie = cookie.split(";")[0];
      this.cookieAttributes = cookie;
      const secret = this.cookie.split("=")[1];
      if (secret) remember("secrets", secret);
    }
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined, text };
  }
  get = (route) => this.request("GET", route);
  post = (route, body) => this.request("POST", route, body);
  patch = (route, body) => this.request("PATCH", route, body);
  put = (route, body) => this.request("PUT", route, body);
  delete = (route) => this.request("DELETE", route);
}

export const meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "wick-tests", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

// One POST to /mcp exactly as given; `headers` with null are left out.
export async function post(wick, token, body, headers = {}) {
  const all = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...headers,
  };
  for (const name of Object.keys(all)) if (all[name] === null) delete all[name];
  const response = await fetch(`${wick.url}/mcp`, {
    method: "POST",
    headers: all,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  let parsed;
  try {
    parsed = text ? JSON.parse(text) : undefined;
  } catch {
    parsed = undefined;
  }
  return { status: response.status, headers: response.headers, body: parsed, text };
}

// A whole request of 2026-07-28.
export function modern(wick, token, method, params = {}, headers = {}) {
  return post(
    wick,
    token,
    { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: { ...meta, ...params._meta } } },
    {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(params.name ? { "mcp-name": params.name } : {}),
      ...headers,
    },
  );
}

export const callTool = (wick, token, name, args = {}) => modern(wick, token, "tools/call", { name, arguments: args });

// Waits until `ready` returns true, at most `seconds`, for conditions without an event.
export async function until(ready, seconds = 30, what = "it did not happen in time") {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ready();
    if (value) return value;
    if (Date.now() > end) throw new Error(what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
