// Wick as the client under test of the MCP conformance suite: `node conformance-client.mjs SERVER_URL`.
//
// It makes a connector for the server, plays the person whose account it needs (a browser made of fetch and the session
// cookie; the suite's authorization server approves at once), and calls a tool through /mcp/c/…. It goes to connect as
// often as Wick says that it helps: that this ends is Wick's business. With WICK_CONFORMANCE (a JSON of what start() gives)
// it uses a running Wick; without, one of its own.
import crypto from "node:crypto";
import { fileURLToPath } from "node:url";
import { Session, Wick, meta } from "./wick.mjs";

// With this public address, Wick's metadata document has the client_id that the suite waits for (auth/basic-cimd).
export const publicUrl = "https://conformance-test.local";
const mostConnects = 10;

/** A Wick for many runs, with the data that a run needs. */
export async function start() {
  const wick = await Wick.start({ args: ["--public-url", publicUrl] });
  const session = await wick.signIn();
  return {
    wick,
    running: {
      url: wick.url,
      cookie: session.cookie,
      token: wick.token("ann@example.com", ["--tools", "direct"]).token,
    },
  };
}

/** The browser at other sites: the address of `home` that it is sent back to. */
export async function follow(location, home) {
  for (let hops = 0; hops < 10; ++hops) {
    if (location.startsWith(home)) return location;
    const response = await fetch(location, { redirect: "manual" });
    const next = response.headers.get("location");
    if (!next) throw new Error(`${response.status} at ${location}: ${await response.text()}`);
    location = new URL(next, location).href;
  }
  throw new Error("too many redirects");
}

/** Follows the connect button through the authorization server. Returns the page where the user ends up. */
export async function connect(wick, session, connector, publicOrigin = wick.url) {
  const begun = await session.post(`/connectors/${connector}/account/connect`, {});
  if (begun.status !== 200) throw new Error(`the connection does not begin: ${begun.text}`);
  const back = await follow(begun.body.redirect_to, `${publicOrigin}/`);
  const response = await fetch(wick.url + back.slice(publicOrigin.length), {
    redirect: "manual",
    headers: { cookie: session.cookie },
  });
  return new URL(response.headers.get("location"), publicOrigin);
}

async function callTool(running, label) {
  const response = await fetch(`${running.url}/mcp/c/${label}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${running.token}`,
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "test-tool",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "test-tool", arguments: {}, _meta: meta },
    }),
  });
  const { result, error } = await response.json();
  if (result && !result.isError) return null;
  return error?.message ?? result.content.map(({ text }) => text).join("\n");
}

async function main(serverUrl, running) {
  const session = new Session(running);
  session.cookie = running.cookie;
  const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}");
  const perUser = !process.env.MCP_CONFORMANCE_SCENARIO?.includes("client-credentials");
  const label = `c${crypto.randomBytes(8).toString("hex")}`;
  const config = {
    url: serverUrl,
    allow_private_addresses: true,
    auth: perUser ? "oauth_per_user" : "oauth_client_credentials",
  };
  if (context.client_id) Object.assign(config, { client_id: context.client_id, secret: context.client_secret });
  const made = await session.post("/admin/connectors", { kind: "mcp", label, config });
  if (made.status !== 201) throw new Error(made.text);
  const { id } = made.body;
  const refresh = async () => {
    const { status, body } = await session.post(`/admin/connectors/${id}/refresh`, {});
    return status === 200 ? null : body.error.message;
  };
  let refreshed = false;
  for (let connects = 0; ; ++connects) {
    let problem = refreshed ? null : await refresh();
    refreshed ||= problem === null;
    if (refreshed) problem = await callTool(running, label);
    if (problem === null) return;
    if (!problem.includes(`/connectors/${id}/connect`) || connects === mostConnects) throw new Error(problem);
    const end = await connect(running, session, id, publicUrl);
    if (!end.searchParams.has("connected")) throw new Error(`not connected: ${end}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const own = process.env.WICK_CONFORMANCE ? null : await start();
  try {
    await main(process.argv.at(-1), own?.running ?? JSON.parse(process.env.WICK_CONFORMANCE));
  } catch (error) {
    console.error(String(error));
    process.exitCode = 1;
  }
  await own?.wick.stop();
}
