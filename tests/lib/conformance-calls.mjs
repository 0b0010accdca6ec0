// A client that calls through Wick whatever a server offers: `node conformance-calls.mjs SERVER_URL`, the command for the
// conformance suite's client scenarios, which test Wick as a client of servers.
//
// WICK_CONFORMANCE is JSON with the address of a running Wick, the cookie of an admin and a token.
import crypto from "node:crypto";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { Session } from "./wick.mjs";

const { url, cookie, token } = JSON.parse(process.env.WICK_CONFORMANCE);
const { toolCalls = [] } = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}");
const modern = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION >= "2026";

const session = new Session({ url });
session.cookie = cookie;
const label = `c${crypto.randomBytes(8).toString("hex")}`;
const made = await session.post("/admin/connectors", {
  kind: "mcp",
  label,
  config: { url: process.argv.at(-1), allow_private_addresses: true, timeout_seconds: 10 },
});
const refreshed = await session.post(`/admin/connectors/${made.body.id}/refresh`, {});
if (refreshed.status !== 200) throw new Error(refreshed.text);

const samples = { string: "x", integer: 1, number: 1, boolean: true };
const argumentsFor = (tool) =>
  tool.name === "add_numbers"
    ? { a: 5, b: 3 }
    : Object.fromEntries(
        (tool.inputSchema.required ?? []).map((name) => [name, samples[tool.inputSchema.properties[name].type]]),
      );

async function callModern() {
  let id = 0;
  const encode = (text) =>
    /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) ? text : `=?base64?${Buffer.from(text).toString("base64")}?=`;
  const ask = async (method, params = {}, headers = {}) => {
    const name = params.name ?? params.uri;
    const response = await fetch(`${url}/mcp/c/${label}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        authorization: `Bearer ${token}`,
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": method,
        ...(name ? { "mcp-name": encode(name) } : {}),
        ...headers,
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: ++id,
        method,
        params: {
          ...params,
          _meta: {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { name: "calls", version: "1" },
            "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
          },
        },
      }),
    });
    return (await response.json()).result ?? {};
  };
  const mirrored = (tool, args) =>
    Object.fromEntries(
      Object.entries(tool.inputSchema.properties ?? {})
        .filter(([key, property]) => property["x-mcp-header"] && args[key] !== undefined && args[key] !== null)
        .map(([key, property]) => [`Mcp-Param-${property["x-mcp-header"]}`, encode(String(args[key]))]),
    );
  const { capabilities } = await ask("server/discover");
  const { tools } = await ask("tools/list");
  const calls =
    toolCalls.length > 0 ? toolCalls : tools.map((tool) => ({ name: tool.name, arguments: argumentsFor(tool) }));
  const waiting = [];
  for (const call of calls) {
    const tool = tools.find(({ name }) => name === call.name);
    if (!tool) continue; // Wick does not list it, so no client calls it
    const result = await ask("tools/call", call, mirrored(tool, call.arguments));
    if (result.resultType === "input_required") waiting.push([call, result]);
  }
  // The answer comes only now, because it must not reach another call.
  for (const [call, { inputRequests, requestState }] of waiting) {
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((key) => [key, { action: "accept", content: { confirmed: true } }]),
    );
    await ask("tools/call", { ...call, inputResponses, ...(requestState === undefined ? {} : { requestState }) });
  }
  if (capabilities.resources)
    for (const { uri } of (await ask("resources/list")).resources ?? []) await ask("resources/read", { uri });
  if (capabilities.prompts)
    for (const { name } of (await ask("prompts/list")).prompts ?? []) await ask("prompts/get", { name, arguments: {} });
}

async function callLegacy() {
  const client = new Client(
    { name: "calls", version: "1" },
    { capabilities: { elicitation: { form: { applyDefaults: true } } } },
  );
  client.setRequestHandler(ElicitRequestSchema, async () => ({ action: "accept", content: {} }));
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp/c/${label}`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  const { tools } = await client.listTools();
  for (const tool of tools) await client.callTool({ name: tool.name, arguments: argumentsFor(tool) });
  await client.close();
}

await (modern ? callModern() : callLegacy());
