// What an attack has in its hands: raw sockets, HTTP requests as a member or a stranger, and a list of what it found
// wrong. Plain node, so that an attack starts quickly in a process of its own.
import http from "node:http";
import net from "node:net";

export const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const errorOf = (error) => ({ status: 0, headers: {}, text: "", error: error.code ?? error.message });

export const meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "wick-abuse", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** One HTTP request; never throws: a failed one has status 0 and an error. */
export function send(
  { port, host = "127.0.0.1" },
  { method = "GET", path = "/", headers = {}, body, agent, from, timeout = 20_000, signal },
) {
  return new Promise((resolve) => {
    const bytes = body === undefined ? undefined : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    const request = http.request(
      {
        host,
        port,
        method,
        path,
        agent,
        localAddress: from,
        signal,
        headers: { ...(bytes && { "content-length": bytes.length }), ...headers },
      },
      (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", (error) => resolve(errorOf(error)));
        response.on("end", () =>
          resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    request.setTimeout(timeout, () => request.destroy(new Error(`no answer in ${timeout} ms`)));
    request.on("error", (error) => resolve(errorOf(error)));
    request.end(bytes);
  });
}

/** The text of a response as JSON, or undefined. */
export function parsed({ text }) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Headers and body of one MCP request of 2026-07-28. */
export function mcpRequest(token, method, params = {}) {
  return {
    method: "POST",
    path: "/mcp",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(params.name && { "mcp-name": params.name }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: meta } },
  };
}

/** Headers and body of one request of the web app's API; `who` has a cookie, or is nobody. */
export function apiRequest(url, method, route, body, who) {
  return {
    method,
    path: `/api/v1${route}`,
    headers: {
      origin: url,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(who?.cookie && { cookie: who.cookie }),
    },
    body,
  };
}

/** The server under attack. Its fields are those that Arena.describe() gives. */
export class Target {
  constructor(described) {
    Object.assign(this, described);
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 2000 });
    this.faults = [];
    this.notes = [];
  }

  /** Records `sentence` as a fault unless `holds`. */
  check(holds, sentence) {
    if (!holds && this.faults.length < 20) this.faults.push(sentence);
    return holds;
  }
  /** Records a number for the table's last column. */
  note(text) {
    this.notes.push(text);
  }

  send = (options) => send(this, { agent: this.agent, ...options });
  api = (method, route, body, who = this.member, more = {}) =>
    this.send({ ...apiRequest(this.url, method, route, body, who), ...more });
  mcp = (method, params, more = {}) => this.send({ ...mcpRequest(this.member.token, method, params), ...more });
  call = (name, args = {}, more = {}) => this.mcp("tools/call", { name, arguments: args }, more);

  /** The text of a tool's result, or of the whole response when there is none. */
  async callText(name, args, more) {
    const response = await this.call(name, args, more);
    return parsed(response)?.result?.content?.[0]?.text ?? (response.text || response.error);
  }

  /** A socket that is open, or undefined when none can be had. Errors on it later are ignored. */
  connect({ from } = {}) {
    return new Promise((resolve) => {
      const socket = net.connect({ host: this.host, port: this.port, localAddress: from, noDelay: true });
      socket.once("connect", () => resolve(socket));
      socket.on("error", () => resolve(undefined));
    });
  }

  /** Sends the segments one after the other and resolves to all that comes until the server closes, or in `timeout`. */
  async raw(segments, { pause = 2, timeout = 5000 } = {}) {
    const socket = await this.connect();
    if (!socket) return "";
    let text = "";
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.setTimeout(timeout, () => socket.destroy());
    for (const [index, segment] of segments.entries()) {
      if (index > 0) await wait(pause);
      if (socket.destroyed) break;
      socket.write(segment);
    }
    await closed;
    return text;
  }
}

/** Runs `work(i)` for i = 0 … count - 1, at most `width` at once, until `end` (a time in ms) or one gives false. Returns how many ran. */
export async function inParallel(count, width, end, work) {
  let next = 0;
  let over = false;
  const worker = async () => {
    while (next < count && Date.now() < end && !over) if ((await work(next++)) === false) over = true;
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker));
  return next;
}

/** A reproducible source of numbers from 0 to 1: mulberry32. */
export function randomNumbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
