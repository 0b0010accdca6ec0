// MCP servers that talk back, and clients that answer, of both eras; a test steers a server while a call of it runs, and
// sees all that it hears. Over HTTP a server runs here, over stdio as a program that reports on a socket (--control PORT).
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import http from "node:http";
import net from "node:net";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Server as Server1 } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import * as types1 from "@modelcontextprotocol/sdk/types.js";
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { ProtocolError, Server as Server2, createMcpHandler, inputRequired } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

/** A journal of events in order. A caller can wait for an event, and gets an error if it does not come. */
export class Journal {
  entries = [];
  #news = new EventEmitter().setMaxListeners(0);
  note(entry) {
    this.entries.push(entry);
    this.#news.emit("entry");
  }
  mark = () => this.entries.length;
  since = (mark, wanted = () => true) => this.entries.slice(mark).filter(wanted);
  async next(wanted, { since = 0, seconds = 15, what = String(wanted) } = {}) {
    const late = AbortSignal.timeout(seconds * 1000);
    for (;;) {
      const found = this.entries.slice(since).find(wanted);
      if (found) return found;
      try {
        await once(this.#news, "entry", { signal: late });
      } catch {
        throw new Error(
          `In ${seconds} s there was no ${what} in ${JSON.stringify(this.entries.slice(since)).slice(0, 3000)}`,
        );
      }
    }
  }
}

const form = (properties) => ({ type: "object", properties, required: Object.keys(properties) });
const elicit = (message, properties) => ({
  method: "elicitation/create",
  params: { message, requestedSchema: form(properties) },
});
const questions = {
  name: elicit("What is your name?", { name: { type: "string" } }),
  color: elicit("Which colour?", { color: { type: "string" } }),
  capital: {
    method: "sampling/createMessage",
    params: {
      messages: [{ role: "user", content: { type: "text", text: "What is the capital of France?" } }],
      maxTokens: 10,
    },
  },
  roots: { method: "roots/list", params: {} },
};
const asks2 = {
  "elicitation/create": inputRequired.elicit,
  "sampling/createMessage": inputRequired.createMessage,
  "roots/list": inputRequired.listRoots,
};
const text = (said) => ({ content: [{ type: "text", text: typeof said === "string" ? said : JSON.stringify(said) }] });

const levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
const any = { type: "object" };
const tools = {
  // Asks `rounds` of questions, one after the other, and returns the answers.
  interview: async ({ rounds = [["name"]] }, io) => io.ask(rounds, text),
  another: async (_, io) => io.ask([["name"]], text),
  // Carries out the test's commands (Host.steer) until it tells the call to finish or the client cancels the call.
  hold: async ({ name }, io) => {
    const orders = io.host.orders(name);
    const gone = new Promise((resolve) =>
      io.signal.aborted ? resolve() : io.signal.addEventListener("abort", resolve),
    );
    io.note("holding", { name, id: io.id });
    for (;;) {
      const order = await Promise.race([orders.next(), gone.then(() => ({ gone: true }))]);
      if (order.gone) {
        io.note("aborted", { name, id: io.id });
        return text("nobody reads this");
      }
      if (order.finish !== undefined) return text(order.finish);
      if (order.progress !== undefined && io.meta?.progressToken !== undefined)
        await io.notify({
          method: "notifications/progress",
          params: { progressToken: io.meta.progressToken, ...order.progress },
        });
      if (order.log) await io.notify({ method: "notifications/message", params: order.log });
      if (order.ask) {
        const answer = await Promise.race([
          io.send(questions[order.ask]).catch((error) => ({ error: error.message, code: error.code })),
          gone,
        ]);
        if (answer) io.note("answered", { name, answer });
      }
    }
  },
  // The received data of the call, and unknown fields.
  mirror: async (args, io) => ({
    ...text({ meta: io.meta ?? {}, args }),
    "example.com/unknown": { deep: [1, null, "é"] },
    _meta: { "example.com/note": "kept" },
  }),
  refuse: async (_, io) => io.refuse(-31999, "not today", { reason: ["weather", { wind: 9 }] }),
};

/** The common state of the servers of one fixture. */
class Host {
  #orders = new Map();
  changes = new EventEmitter();
  constructor(note) {
    this.note = note;
  }
  orders(name) {
    if (!this.#orders.has(name)) this.#orders.set(name, { given: [], news: new EventEmitter() });
    const { given, news } = this.#orders.get(name);
    return {
      give: (order) => (given.push(order), news.emit("order")),
      next: async () => {
        while (!given.length) await once(news, "order");
        return given.shift();
      },
    };
  }
  obey({ to, change, uri, ...order }) {
    if (change) return this.changes.emit("change", change, uri);
    if (order.die) process.exit(3);
    if (order.ping) return this.note({ what: "pong", ping: order.ping });
    this.orders(to).give(order);
  }
}

const info = { name: "talkative", version: "1" };
const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  logging: {},
};
const listed = {
  tools: Object.keys(tools).map((name) => ({ name, description: `The tool ${name}.`, inputSchema: any })),
  prompts: [
    { name: "interview", description: "Asks." },
    { name: "refuse", description: "Refuses." },
  ],
  resources: [
    { uri: "talk://interview", name: "interview" },
    { uri: "talk://watched", name: "watched" },
  ],
};
const handlers = {
  "tools/list": async () => ({ tools: listed.tools }),
  "prompts/list": async () => ({ prompts: listed.prompts }),
  "resources/list": async () => ({ resources: listed.resources }),
  "resources/templates/list": async () => ({ resourceTemplates: [] }),
  "tools/call": async ({ name, arguments: args = {} }, io) => {
    io.note("ran", { tool: name, args, id: io.id });
    return tools[name](args, io);
  },
  "prompts/get": async ({ name }, io) => {
    io.note("ran", { prompt: name });
    if (name === "refuse") io.refuse(-31999, "not today", { reason: ["weather", { wind: 9 }] });
    return io.ask([["name"]], (said) => ({
      messages: [{ role: "user", content: { type: "text", text: JSON.stringify(said) } }],
    }));
  },
  "resources/read": async ({ uri }, io) => {
    io.note("ran", { uri });
    if (uri === "talk://refuse") io.refuse(-31999, "not today", { reason: ["weather", { wind: 9 }] });
    return io.ask(uri === "talk://interview" ? [["name"]] : [], (said) => ({
      contents: [{ uri, text: JSON.stringify(said) }],
    }));
  },
};

function server2025(host) {
  const server = new Server1(info, { capabilities });
  const note = (what, more) => host.note({ what, ...more });
  let level;
  const subscribed = new Set();
  const schemas = {
    "tools/list": types1.ListToolsRequestSchema,
    "prompts/list": types1.ListPromptsRequestSchema,
    "resources/list": types1.ListResourcesRequestSchema,
    "resources/templates/list": types1.ListResourceTemplatesRequestSchema,
    "tools/call": types1.CallToolRequestSchema,
    "prompts/get": types1.GetPromptRequestSchema,
    "resources/read": types1.ReadResourceRequestSchema,
  };
  const results = {
    "elicitation/create": types1.ElicitResultSchema,
    "sampling/createMessage": types1.CreateMessageResultSchema,
    "roots/list": types1.ListRootsResultSchema,
  };
  for (const [method, schema] of Object.entries(schemas)) {
    server.setRequestHandler(schema, ({ params }, extra) => {
      const send = (question) => extra.sendRequest(question, results[question.method], { timeout: 30_000 });
      return handlers[method](params ?? {}, {
        host,
        send,
        id: extra.requestId,
        meta: params?._meta,
        signal: extra.signal,
        note: (what, more) => note(what, { session: extra.sessionId, ...more }),
        notify: async (message) => {
          const quiet =
            message.method === "notifications/message" &&
            level &&
            levels.indexOf(message.params.level) < levels.indexOf(level);
          if (!quiet) await extra.sendNotification(message);
        },
        ask: async (rounds, say) => {
          const answers = {};
          for (const round of rounds) {
            // All questions of a round at the same time, as a server may.
            await Promise.all(
              round.map(
                async (key) =>
                  (answers[key] = await send(questions[key]).catch((error) => ({
                    error: error.message,
                    code: error.code,
                  }))),
              ),
            );
          }
          return say(answers);
        },
        refuse: (code, message, data) => {
          throw Object.assign(new Error(message), { code, data });
        },
      });
    });
  }
  server.setRequestHandler(types1.SetLevelRequestSchema, ({ params }) => ((level = params.level), {}));
  server.setRequestHandler(types1.SubscribeRequestSchema, ({ params }) => (subscribed.add(params.uri), {}));
  server.setRequestHandler(types1.UnsubscribeRequestSchema, ({ params }) => (subscribed.delete(params.uri), {}));
  host.changes.on("change", async (change, uri) => {
    const send = {
      tools: () => server.sendToolListChanged(),
      prompts: () => server.sendPromptListChanged(),
      resources: () => server.sendResourceListChanged(),
      updated: () => subscribed.has(uri) && server.sendResourceUpdated({ uri }),
    };
    await Promise.resolve(send[change]()).catch(() => {});
  });
  return server;
}

function server2026(host, changesToo = false) {
  const server = new Server2(info, { capabilities });
  for (const method of Object.keys(handlers)) {
    server.setRequestHandler(method, async ({ params }, { mcpReq }) => {
      const level = mcpReq.envelope?.["io.modelcontextprotocol/logLevel"];
      return handlers[method](params ?? {}, {
        host,
        id: mcpReq.id,
        meta: mcpReq._meta,
        signal: mcpReq.signal,
        note: (what, more) => host.note({ what, ...more }),
        notify: async (message) => {
          const quiet =
            message.method === "notifications/message" &&
            (!level || levels.indexOf(message.params.level) < levels.indexOf(level));
          if (!quiet) await mcpReq.notify(message);
        },
        ask: (rounds, say) => {
          const answers = { ...JSON.parse(mcpReq.requestState() ?? "{}"), ...mcpReq.inputResponses };
          const open = rounds.find((round) => round.some((key) => !(key in answers)));
          if (!open) return say(answers);
          const inputRequests = Object.fromEntries(
            open
              .filter((key) => !(key in answers))
              .map((key) => [key, asks2[questions[key].method](questions[key].params)]),
          );
          return inputRequired({ inputRequests, requestState: JSON.stringify(answers) });
        },
        refuse: (code, message, data) => {
          throw new ProtocolError(code, message, data);
        },
      });
    });
  }
  if (changesToo) {
    host.changes.on("change", (change, uri) => {
      const send = {
        tools: () => server.sendToolListChanged(),
        prompts: () => server.sendPromptListChanged(),
        resources: () => server.sendResourceListChanged(),
        updated: () => server.sendResourceUpdated({ uri }),
      };
      send[change]().catch(() => {}); // an instance that only answered the discovery
    });
  }
  return server;
}

const lost = (response) =>
  response
    .writeHead(404, { "content-type": "application/json" })
    .end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');

const overHttp = {
  "2025-11-25": (host) => {
    const sessions = new Map();
    return async (request, response, body) => {
      const id = request.headers["mcp-session-id"];
      let transport = sessions.get(id);
      if (id && !transport) return lost(response);
      if (!transport) {
        transport = new StreamableHTTPServerTransport({
          sessionIdGenerator: randomUUID,
          onsessioninitialized: (made) => void sessions.set(made, transport),
          onsessionclosed: (closed) => void sessions.delete(closed),
        });
        await server2025(host).connect(transport);
      }
      await transport.handleRequest(request, response, body ? JSON.parse(body) : undefined);
    };
  },
  "2026-07-28": (host) => {
    const handler = createMcpHandler(() => server2026(host), { legacy: "reject" });
    const { notify } = handler;
    const send = {
      tools: notify.toolsChanged,
      prompts: notify.promptsChanged,
      resources: notify.resourcesChanged,
      updated: notify.resourceUpdated,
    };
    host.changes.on("change", (change, uri) => send[change](uri));
    return async (request, response, body) => {
      const gone = new AbortController();
      response.on("close", () => gone.abort());
      const answer = await handler
        .fetch(
          new Request(`http://${request.headers.host}${request.url}`, {
            method: request.method,
            headers: request.headers,
            signal: gone.signal,
            body: body || undefined,
          }),
        )
        .catch(() => undefined);
      if (!answer || response.destroyed) return;
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).flushHeaders();
      if (answer.body) await pipeline(Readable.fromWeb(answer.body), response).catch(() => {});
      else response.end();
    };
  },
};

// Whether an entry shows that a client has subscribed to changes.
const listens = {
  "http 2025-11-25": ({ what, method }) => what === "answering" && method === "GET",
  "http 2026-07-28": ({ what, message }) => what === "answering" && message?.method === "subscriptions/listen",
  "stdio 2025-11-25": ({ what, message }) => what === "request" && message.method === "notifications/initialized",
  "stdio 2026-07-28": ({ what, message }) => what === "request" && message.method === "subscriptions/listen",
};

/** A server of an era, over 'http' or 'stdio'; `config` is what a connector needs to reach it. After caughtUp() all that has happened at the server is in the journal. */
export async function startTalkative(era, transport) {
  const journal = new Journal();
  const listening = (since) => journal.next(listens[`${transport} ${era}`], { since, what: "client that listens" });
  if (transport === "http") {
    let host, answer;
    const born = () => {
      host = new Host((entry) => journal.note(entry));
      answer = overHttp[era](host);
    };
    born();
    const serve = async (port) => {
      const server = http
        .createServer(async (request, response) => {
          const chunks = [];
          for await (const chunk of request) chunks.push(chunk);
          const body = Buffer.concat(chunks).toString();
          const heard = {
            method: request.method,
            headers: request.headers,
            message: body ? JSON.parse(body) : undefined,
          };
          journal.note({ what: "request", ...heard });
          const { writeHead } = response;
          response.writeHead = (...head) => {
            journal.note({ what: "answering", ...heard });
            return writeHead.apply(response, head);
          };
          await answer(request, response, body);
        })
        .listen(port, "127.0.0.1");
      await once(server, "listening");
      return server;
    };
    let server = await serve(0);
    const { port } = server.address();
    const end = () => (server.close(), server.closeAllConnections());
    return {
      journal,
      listening,
      config: { url: `http://127.0.0.1:${port}/mcp`, allow_private_addresses: true },
      steer: (order) => host.obey(order),
      caughtUp: async () => {},
      restart: async () => {
        end();
        born();
        server = await serve(port);
      },
      close: end,
    };
  }
  const children = new Set();
  const control = net
    .createServer((socket) => {
      children.add(socket);
      socket.on("close", () => (children.delete(socket), journal.note({ what: "gone" }))).on("error", () => {});
      createInterface({ input: socket })
        .on("line", (line) => journal.note(JSON.parse(line)))
        .on("error", () => {});
    })
    .listen(0, "127.0.0.1");
  await once(control, "listening");
  const tell = (order) => children.forEach((socket) => socket.write(`${JSON.stringify(order)}\n`));
  return {
    journal,
    listening,
    config: {
      command: [
        process.execPath,
        fileURLToPath(import.meta.url),
        "--control",
        control.address().port,
        "--era",
        era,
      ].join(" "),
    },
    steer: tell,
    caughtUp: async () => {
      const [mark, ping, all] = [journal.mark(), randomUUID(), children.size];
      tell({ ping });
      await journal.next(
        () => journal.since(mark, (entry) => entry.ping === ping).length >= Math.min(all, children.size),
        { what: `${all} answers to a ping` },
      );
    },
    restart: async () => tell({ die: true }),
    close: () => (children.forEach((socket) => socket.destroy()), control.close()),
  };
}

const all = { elicitation: {}, sampling: {}, roots: {} };
const answers = {
  "elicitation/create": async ({ requestedSchema }) => ({
    action: "accept",
    content: Object.fromEntries(Object.keys(requestedSchema.properties).map((key) => [key, `my ${key}`])),
  }),
  "sampling/createMessage": async () => ({ model: "m", role: "assistant", content: { type: "text", text: "Paris" } }),
  "roots/list": async () => ({ roots: [{ uri: "file:///home", name: "home" }] }),
};
const schemas1 = {
  "elicitation/create": types1.ElicitRequestSchema,
  "sampling/createMessage": types1.CreateMessageRequestSchema,
  "roots/list": types1.ListRootsRequestSchema,
};

/** A client of an era; `heard` has what came to it: {what: 'question' | 'progress' | 'notification', …}. */
export async function connectClient(
  era,
  url,
  token,
  { capabilities: can = all, answer = {}, name = `client of ${era}` } = {},
) {
  const heard = new Journal();
  const options = { requestInit: { headers: { Authorization: `Bearer ${token}` } } };
  const legacy = era === "2025-11-25";
  const client = legacy
    ? new Client1({ name, version: "1" }, { capabilities: can })
    : new Client2({ name, version: "2" }, { capabilities: can, versionNegotiation: { mode: { pin: "2026-07-28" } } });
  for (const method of Object.keys(answers)) {
    const kind = { "elicitation/create": "elicitation", "sampling/createMessage": "sampling", "roots/list": "roots" }[
      method
    ];
    if (!(kind in can)) continue;
    client.setRequestHandler(legacy ? schemas1[method] : method, async ({ params }) => {
      heard.note({ what: "question", method, params });
      return (answer[method] ?? answers[method])(params ?? {});
    });
  }
  client.fallbackNotificationHandler = async ({ method, params }) =>
    heard.note({ what: "notification", method, params });
  const transport = new (legacy ? Transport1 : Transport2)(new URL(url), options);
  await client.connect(transport);
  const onprogress = (progress) => heard.note({ what: "progress", progress });
  return {
    client,
    heard,
    era,
    transport,
    call: (tool, args = {}, { progress, level, meta, signal } = {}) => {
      const _meta = { ...meta, ...(level && { "io.modelcontextprotocol/logLevel": level }) };
      const params = { name: tool, arguments: args, ...(Object.keys(_meta).length && { _meta }) };
      const how = { timeout: 30_000, signal, ...(progress && { onprogress }) };
      return legacy ? client.callTool(params, undefined, how) : client.callTool(params, how);
    },
    questions: () => heard.since(0, ({ what }) => what === "question"),
    logs: () => heard.since(0, ({ method }) => method === "notifications/message").map(({ params }) => params.data),
    close: () => client.close(),
  };
}

/** The messages of an answer that is a stream or one JSON value, as they come. */
export async function* messagesOf(response) {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    const whole = await response.text();
    if (whole) yield JSON.parse(whole);
    return;
  }
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk, { stream: true });
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const data = event
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trim())
        .join("\n");
      if (data) yield JSON.parse(data);
    }
  }
}

/** Sends a request of 2026-07-28 unchanged, for requests that no well-behaved client sends. */
export function postModern(
  url,
  token,
  method,
  params = {},
  { id = 1, capabilities: can = all, meta = {}, signal } = {},
) {
  const name = params.name ?? params.uri;
  return fetch(url, {
    method: "POST",
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(name && { "mcp-name": name }),
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id,
      method,
      params: {
        ...params,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
          "io.modelcontextprotocol/clientCapabilities": can,
          ...meta,
        },
      },
    }),
  });
}

/** Sends a message of 2025-11-25 unchanged. */
export function postLegacy(url, token, message, { session, signal } = {}) {
  return fetch(url, {
    method: "POST",
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
      ...(session && { "mcp-session-id": session }),
    },
    body: JSON.stringify({ jsonrpc: "2.0", ...message }),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { control: { type: "string" }, era: { type: "string" } } });
  const socket = net.connect(Number(values.control), "127.0.0.1");
  await once(socket, "connect");
  const note = (entry) => socket.write(`${JSON.stringify({ ...entry, session: process.pid })}\n`);
  const host = new Host(note);
  createInterface({ input: socket }).on("line", (line) => host.obey(JSON.parse(line)));
  socket.on("close", () => process.exit());
  process.stdin.on("end", () => process.exit());
  if (values.era === "2025-11-25") await server2025(host).connect(new StdioServerTransport());
  else serveStdio(() => server2026(host, true), { legacy: "reject" });
  createInterface({ input: process.stdin }).on("line", (line) => note({ what: "request", message: JSON.parse(line) }));
}
