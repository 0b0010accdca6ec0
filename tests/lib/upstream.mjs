// MCP servers to connect: made with the official SDKs of both generations, and ones that misbehave.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { z } from "zod";
import { McpServer as Server1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { McpServer as Server2, createMcpHandler } from "@modelcontextprotocol/server";

const bodyOf = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

/** An HTTP server on loopback that notes what it was asked; `answer(request, response, body)`. */
export async function listen(answer) {
  const asked = [];
  const server = http
    .createServer(async (request, response) => {
      const body = await bodyOf(request);
      asked.push({ method: request.method, headers: request.headers, body: body ? JSON.parse(body) : undefined });
      await answer(request, response, body);
    })
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/mcp`,
    asked,
    methods: () => asked.map(({ body }) => body?.method).filter(Boolean),
    close: () => (server.closeAllConnections(), server.close()),
  };
}

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** The same tools on a server of either generation; `tools` can be changed between two lists. */
export function defineTools(server, extra = () => {}) {
  server.registerTool(
    "Echo.Text",
    {
      title: "Echo",
      description: "Says it again.",
      inputSchema: z.object({ text: z.string() }),
      annotations: { readOnlyHint: true },
    },
    async ({ text }) => ({ content: [{ type: "text", text: `echo: ${text}` }] }),
  );
  server.registerTool(
    "add",
    {
      description: "Adds two numbers.",
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      outputSchema: z.object({ sum: z.number() }),
    },
    async ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }], structuredContent: { sum: a + b } }),
  );
  server.registerTool("picture", { description: "An image and a link.", inputSchema: z.object({}) }, async () => ({
    content: [
      { type: "image", data: png, mimeType: "image/png" },
      { type: "resource_link", uri: "file:///x", name: "x" },
    ],
    _meta: { "example.com/note": "kept" },
  }));
  server.registerTool("fails", { description: "Always fails.", inputSchema: z.object({}) }, async () => ({
    isError: true,
    content: [{ type: "text", text: "it went wrong" }],
  }));
  server.registerTool(
    "wipe",
    { description: "Deletes everything.", inputSchema: z.object({}), annotations: { destructiveHint: true } },
    async () => ({ content: [{ type: "text", text: "gone" }] }),
  );
  extra(server);
}

/** Resources, a template and a prompt with completion, for either generation; `parts` are what its SDK calls them. */
export function defineTexts(server, { ResourceTemplate, completable, argsOf = z.object }) {
  server.registerResource(
    "readme",
    "file:///readme.txt",
    { description: "A text.", mimeType: "text/plain" },
    async (uri) => ({ contents: [{ uri: uri.href, mimeType: "text/plain", text: "read me" }] }),
  );
  server.registerResource(
    "by-number",
    new ResourceTemplate("item://{number}", { list: undefined }),
    { description: "An item." },
    async (uri, { number }) => ({ contents: [{ uri: uri.href, text: `item ${number}` }] }),
  );
  server.registerPrompt(
    "greet",
    {
      description: "Greets.",
      argsSchema: argsOf({
        name: completable(z.string(), (value) => ["Ann", "Anna", "Bob"].filter((one) => one.startsWith(value))),
      }),
    },
    ({ name }) => ({ messages: [{ role: "user", content: { type: "text", text: `Greet ${name}.` } }] }),
  );
}

/** SDK 1.x: sessions (none with `sessions: false`), answers as events. `forget()` drops all sessions, as a restart would. */
export async function legacyServer({ extra, bearer, sessions: keeps = true } = {}) {
  let sessions = new Map();
  const upstream = await listen(async (request, response, body) => {
    if (bearer && request.headers.authorization !== `Bearer ${bearer}`) return response.writeHead(401).end();
    const id = request.headers["mcp-session-id"];
    let transport = sessions.get(id);
    if (!transport) {
      if (id)
        return response
          .writeHead(404, { "content-type": "application/json" })
          .end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: keeps ? randomUUID : undefined,
        onsessioninitialized: (made) => sessions.set(made, transport),
      });
      const server = new Server1({ name: "old", version: "1" });
      defineTools(server, extra);
      await server.connect(transport);
    }
    await transport.handleRequest(request, response, body ? JSON.parse(body) : undefined);
  });
  return { ...upstream, forget: () => (sessions = new Map()) };
}

/** SDK 2.x: 2026-07-28 alone. */
export async function modernServer({ extra } = {}) {
  const handler = createMcpHandler(
    () => {
      const server = new Server2({ name: "new", version: "2" });
      defineTools(server, extra);
      return server;
    },
    { legacy: "reject" },
  );
  return listen(async (request, response, body) => {
    const answer = await handler.fetch(
      new Request(`http://127.0.0.1${request.url}`, {
        method: request.method,
        headers: request.headers,
        body: body || undefined,
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
}

/** A server of both eras at one address: sessions for who asks for one (none with `sessions: false`), 2026-07-28 for who says so. `extra` defines tools on either; it is given the era. */
export async function bothErasServer({ extra, sessions = true } = {}) {
  const legacy = await legacyServer({ extra: (server) => extra(server, "legacy"), sessions });
  const modern = await modernServer({ extra: (server) => extra(server, "modern") });
  const proxied = await listen(async (request, response, body) => {
    const target = request.headers["mcp-protocol-version"] === "2026-07-28" ? modern : legacy;
    const onward = http.request(target.url, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    onward.end(body);
  });
  return { ...proxied, legacy, modern, close: () => [proxied, legacy, modern].forEach((one) => one.close()) };
}
