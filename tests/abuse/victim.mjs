// The well-behaved client, in a process of its own: one call of each kind every PERIOD milliseconds on one kept connection
// each, and the small system behind its REST connector. It comes from 127.0.0.2; every attack comes from other addresses.
//
// A call's time counts from when it was due, not from when it was sent, so that a stall of the server shows in every call
// that it delayed. Messages from the parent: {target, kinds}, then {start} and {stop}; the answer to {stop} is the list of
// calls and failures.
import http from "node:http";
import { apiRequest, mcpRequest, parsed, send, wait } from "./target.mjs";

const from = "127.0.0.2";
const timeout = 10_000;
let target;
let note;

const system = http.createServer((request, response) =>
  response.writeHead(200, { "content-type": "application/json" }).end('{"well":true}'),
);
system.listen(0, "127.0.0.1", () => process.send({ port: system.address().port }));

const tool = (name, args) => mcpRequest(target.victim.token, "tools/call", { name, arguments: args });
const kinds = {
  discover: () => mcpRequest(target.victim.token, "server/discover"),
  list: () => mcpRequest(target.victim.token, "tools/list"),
  create: () => tool("notes__create", { title: "A note", body: "which somebody writes while others misbehave" }),
  get: () => tool("notes__get", { id: note }),
  rest: () => tool("well__look", {}),
  search: () => tool("wick_search", { query: "create a note" }),
  session: () => apiRequest(target.url, "GET", "/session", undefined, target.victim),
  connect: () => ({ path: "/healthz", headers: { connection: "close" } }),
};

/** Why a response is a failure; undefined when it is not. */
function fault(response) {
  if (response.status === 0) return response.error;
  if (response.status !== 200) return `status ${response.status}: ${response.text.slice(0, 200)}`;
  const body = parsed(response);
  if (body?.jsonrpc && (!body.result || body.result.isError)) return response.text.slice(0, 200);
  return undefined;
}

let measured;
async function keepCalling(kind, period, until) {
  const agent = kind === "connect" ? undefined : new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let due = performance.now() + Math.random() * period; ; due += period) {
    const early = due - performance.now();
    if (early > 0) await wait(early);
    if (until.over) break;
    const response = await send(target, { ...kinds[kind](), agent, from, timeout });
    measured.calls.push([kind, performance.now() - due]);
    const wrong = fault(response);
    if (wrong) measured.failures.push(`${kind}: ${wrong}`);
    // After a timeout the calls that it delayed are not caught up with: they would all count what one call counted.
    if (response.status === 0) due = performance.now();
  }
  agent?.destroy();
}

let until;
let running;
process.on("message", async (message) => {
  if (message.target) {
    ({ target } = message);
    const made = parsed(await send(target, { ...tool("notes__create", { title: "The first note" }), from }));
    note = made?.result?.structuredContent?.id;
    process.send({ ready: note !== undefined, why: made });
  } else if (message.start) {
    measured = { calls: [], failures: [] };
    until = { over: false };
    running = Promise.all(message.start.kinds.map((kind) => keepCalling(kind, message.start.period, until)));
  } else if (message.stop) {
    until.over = true;
    await running;
    process.send({ measured });
  }
});
process.on("disconnect", () => process.exit());
