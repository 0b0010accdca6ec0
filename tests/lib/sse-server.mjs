// A server of the transport of 2024-11-05 ("HTTP with SSE"), made with the official SDK 1.x.
import { once } from "node:events";
import http from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";

/** On loopback, at `port` when it is given. `define(server)` adds what it offers. `sessions` are the open ones; `asked` what came in; `stop()` ends it as a crash would. */
export async function sseServer({ define = () => {}, port = 0, bearer } = {}) {
  const sessions = new Map(),
    asked = [];
  const server = http
    .createServer(async (request, response) => {
      const { pathname, searchParams } = new URL(request.url, "http://x");
      asked.push({ method: request.method, url: request.url, headers: request.headers });
      if (bearer && request.headers.authorization !== `Bearer ${bearer}`)
        return response.writeHead(401, { "www-authenticate": "Bearer" }).end();
      if (request.method === "GET" && pathname === "/sse") {
        const transport = new SSEServerTransport("/messages", response);
        const mcp = new McpServer({ name: "old transport", version: "1" }, { capabilities: { logging: {} } });
        define(mcp);
        sessions.set(transport.sessionId, { transport, mcp });
        response.on("close", () => sessions.delete(transport.sessionId));
        return mcp.connect(transport);
      }
      if (request.method === "POST" && pathname === "/messages") {
        const session = sessions.get(searchParams.get("sessionId"));
        if (!session) return response.writeHead(400).end("No transport found for sessionId");
        return session.transport.handlePostMessage(request, response);
      }
      response.writeHead(404).end(`Cannot ${request.method} ${pathname}`);
    })
    .listen(port, "127.0.0.1");
  await once(server, "listening");
  const stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return {
    url: `http://127.0.0.1:${server.address().port}/sse`,
    port: server.address().port,
    sessions,
    asked,
    stop,
    close: stop,
  };
}
