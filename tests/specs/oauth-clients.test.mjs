// Clients as they are in the world get in through OAuth: the official SDK 2.x, mcp-remote with a browser, a strict
// OAuth library, a client of 2025-03-26, and several processes that share one stored refresh token.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { Client, StreamableHTTPClientTransport, auth } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import * as oauth from "oauth4webapi";
import { Wick, callTool, post, remember, until } from "../lib/wick.mjs";
import { authorizeUrl, consent, memoryProvider, pkce, redirectUri, whoami } from "../lib/oauth.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";

let wick, ann;
before(async () => {
  wick = await Wick.start();
  ann = await wick.signIn();
});
after(() => wick.stop());

const mcp = () => new URL(`${wick.url}/mcp`);
const giveBack = async (value, client) => {
  const body = new URLSearchParams({ token: value, client_id: client });
  assert.equal((await fetch(`${wick.url}/oauth/revoke`, { method: "POST", body })).status, 200);
};

const modes = { legacy: {}, "pinned 2026-07-28": { versionNegotiation: { mode: { pin: "2026-07-28" } } } };

// Until the person has approved; everything that the provider kept is in `kept`.
async function signIn(kept, options) {
  const connect = async () => {
    const transport = new StreamableHTTPClientTransport(mcp(), { authProvider: memoryProvider("SDK 2", kept) });
    const client = new Client({ name: "sdk", version: "2" }, options);
    return { transport, client, done: client.connect(transport) };
  };
  const first = await connect();
  await assert.rejects(first.done, /nauthorized/);
  assert.equal(kept.url.searchParams.get("resource"), `${wick.url}/mcp`);
  await first.transport.finishAuth((await consent(ann, kept.url)).searchParams);
  const second = await connect();
  await second.done;
  return second.client;
}

for (const [mode, options] of Object.entries(modes)) {
  test(`the official SDK 2.x, ${mode}, gets in with nothing but the address, and refreshes by itself`, async () => {
    const kept = {};
    const client = await signIn(kept, options);
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === "notes__list"));
    assert.equal((await client.callTool({ name: "notes__create", arguments: { title: mode } })).isError, undefined);
    const first = kept.tokens;
    assert.equal(await auth(memoryProvider("SDK 2", kept), { serverUrl: mcp() }), "AUTHORIZED");
    const second = kept.tokens;
    assert.ok(second.access_token !== first.access_token && second.refresh_token !== first.refresh_token);
    // As when it has expired: the next call meets a 401 and goes on after it.
    await giveBack(second.access_token, kept.client.client_id);
    assert.equal((await callTool(wick, second.access_token, "notes__list")).status, 401);
    const { structuredContent } = await client.callTool({ name: "notes__list", arguments: {} });
    assert.ok(JSON.stringify(structuredContent).includes(mode));
    assert.notEqual(kept.tokens.access_token, second.access_token);
    await client.close();
  });
}

test("mcp-remote opens the browser, a person clicks Approve, and from then on it needs nobody", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "wick-mcp-remote-"));
  const opened = path.join(folder, "opened");
  const opener = path.join(folder, "xdg-open");
  fs.writeFileSync(opener, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${opened}'\n`, { mode: 0o755 });
  const asked = () => (fs.existsSync(opened) ? fs.readFileSync(opened, "utf8").trim().split("\n") : []);
  const script = fileURLToPath(new URL("../node_modules/mcp-remote/dist/proxy.js", import.meta.url));
  const start = (more = []) => {
    const client = new Client1({ name: "desktop", version: "1" });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [script, String(mcp()), "--allow-http", "--transport", "http-only", ...more],
      // It looks for a browser in $BROWSER, then in PATH.
      env: {
        PATH: `${folder}:${process.env.PATH}`,
        HOME: folder,
        BROWSER: opener,
        MCP_REMOTE_CONFIG_DIR: path.join(folder, "config"),
      },
      stderr: "ignore",
    });
    return { client, done: client.connect(transport, { timeout: 30_000 }) };
  };
  const stored = (ending) => {
    const [file] = fs
      .readdirSync(path.join(folder, "config"), { recursive: true })
      .filter((name) => name.endsWith(ending));
    return JSON.parse(fs.readFileSync(path.join(folder, "config", file), "utf8"));
  };
  const rememberTokens = () => {
    const tokens = stored("tokens.json");
    remember("secrets", tokens.access_token);
    remember("secrets", tokens.refresh_token);
    return tokens;
  };
  const browser = await launch();
  let running = start();
  try {
    const page = await signedInPage(browser, wick);
    const [url] = await until(() => asked().length && asked(), 20, "mcp-remote opened no browser");
    await page.goto(url);
    await page.getByText("Unverified name").waitFor();
    const back = page.waitForRequest((request) => /^http:\/\/localhost:\d+\/oauth\/callback\?/.test(request.url()));
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    remember("secrets", new URL((await back).url()).searchParams.get("code"));
    await running.done;
    const { tools } = await running.client.listTools();
    assert.ok(tools.some(({ name }) => name === "notes__create"));
    const made = await running.client.callTool({ name: "notes__create", arguments: { title: "through the bridge" } });
    assert.equal(made.structuredContent.title, "through the bridge");

    const first = rememberTokens();
    await giveBack(first.access_token, stored("client_info.json").client_id);
    assert.match(
      JSON.stringify(await running.client.callTool({ name: "notes__list", arguments: {} })),
      /through the bridge/,
    );
    assert.notEqual(rememberTokens().access_token, first.access_token);
    await running.client.close();

    running = start();
    await running.done;
    assert.match(
      JSON.stringify(await running.client.callTool({ name: "notes__list", arguments: {} })),
      /through the bridge/,
    );
    assert.equal(asked().length, 1, "it asked a person once");
  } finally {
    await running.client.close();
    await browser.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

test("a strict OAuth library finds nothing to complain about, and reads our errors as errors", async () => {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const none = oauth.None();
  const rs = await oauth.processResourceDiscoveryResponse(mcp(), await oauth.resourceDiscoveryRequest(mcp(), insecure));
  const issuer = new URL(rs.authorization_servers[0]);
  const as = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }),
  );
  assert.equal(as.authorization_response_iss_parameter_supported, true);
  const metadata = memoryProvider("Strict").clientMetadata;
  const client = await oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(as, metadata, insecure),
  );
  const resource = rs.resource;

  const state = oauth.generateRandomState();
  const ask = async (decision) => {
    const verifier = oauth.generateRandomCodeVerifier();
    const challenge = await oauth.calculatePKCECodeChallenge(verifier);
    return {
      verifier,
      back: await consent(ann, authorizeUrl(wick, client.client_id, challenge, { state, resource }), decision),
    };
  };
  const denied = await ask({ approve: false });
  const isDenial = (error) => error instanceof oauth.AuthorizationResponseError && error.error === "access_denied";
  assert.throws(() => oauth.validateAuthResponse(as, client, denied.back, state), isDenial);

  const { verifier, back } = await ask({ approve: true });
  const parameters = oauth.validateAuthResponse(as, client, back, state);
  const forResource = { additionalParameters: { resource }, ...insecure };
  const exchange = (proof) =>
    oauth.authorizationCodeGrantRequest(as, client, none, parameters, redirectUri, proof, forResource);
  const isError = (status, code) => (error) =>
    error instanceof oauth.ResponseBodyError &&
    error.status === status &&
    error.error === code &&
    typeof error.error_description === "string";
  await assert.rejects(
    oauth.processAuthorizationCodeResponse(as, client, await exchange(oauth.generateRandomCodeVerifier())),
    isError(400, "invalid_grant"),
  );
  const first = await oauth.processAuthorizationCodeResponse(as, client, await exchange(verifier));
  remember("secrets", first.access_token);
  remember("secrets", first.refresh_token);
  assert.deepEqual([first.token_type, first.expires_in, first.scope], ["bearer", 3600, "mcp:read mcp:write"]);

  const refresh = async (token, who = client) =>
    oauth.processRefreshTokenResponse(as, who, await oauth.refreshTokenGrantRequest(as, who, none, token, forResource));
  const second = await refresh(first.refresh_token);
  remember("secrets", second.access_token);
  remember("secrets", second.refresh_token);
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "strict", version: "1" } };
  const initialize = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  const headers = () =>
    new Headers({ "content-type": "application/json", accept: "application/json, text/event-stream" });
  const use = (token) => oauth.protectedResourceRequest(token, "POST", mcp(), headers(), initialize, insecure);
  assert.equal((await use(second.access_token)).status, 200);

  await oauth.processRevocationResponse(
    await oauth.revocationRequest(as, client, none, second.refresh_token, insecure),
  );
  await assert.rejects(use(second.access_token), (error) => {
    assert.ok(error instanceof oauth.WWWAuthenticateChallengeError);
    assert.deepEqual(
      [error.status, error.cause.length, error.cause[0].scheme, error.cause[0].parameters.error],
      [401, 1, "bearer", "invalid_token"],
    );
    return true;
  });
  await assert.rejects(refresh(second.refresh_token), isError(400, "invalid_grant"));
  await assert.rejects(refresh(second.refresh_token, { client_id: "gone" }), isError(401, "invalid_client"));
});

test("a client of 2025-03-26 knows only the metadata of the own origin and no resource, and works", async () => {
  const version = { "mcp-protocol-version": "2025-03-26" };
  const metadata = await (
    await fetch(`${wick.url}/.well-known/oauth-authorization-server`, { headers: version })
  ).json();
  const redirect_uri = "http://localhost:9/cb";
  const registration = JSON.stringify({ client_name: "Old", redirect_uris: [redirect_uri] });
  const registered = await fetch(metadata.registration_endpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: registration,
  });
  const { client_id } = await registered.json();
  const { verifier, challenge } = pkce();
  const ask = new URL(metadata.authorization_endpoint);
  ask.search = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri,
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  const code = (await consent(ann, ask)).searchParams.get("code");
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    client_id,
    redirect_uri,
    code_verifier: verifier,
  });
  const tokens = await (await fetch(metadata.token_endpoint, { method: "POST", body })).json();
  remember("secrets", tokens.access_token);
  remember("secrets", tokens.refresh_token);
  assert.equal(tokens.token_type, "Bearer");

  const call = (message, headers) => post(wick, tokens.access_token, { jsonrpc: "2.0", ...message }, headers);
  const params = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo: { name: "old", version: "1" } };
  const hello = await call({ id: 1, method: "initialize", params });
  assert.equal(hello.body.result.protocolVersion, "2025-03-26");
  const session = { "mcp-session-id": hello.headers.get("mcp-session-id") }; // this version has no header of its own
  assert.equal((await call({ method: "notifications/initialized" }, session)).status, 202);
  const { tools } = (await call({ id: 2, method: "tools/list" }, session)).body.result;
  assert.ok(tools.some(({ name }) => name === "notes__create"));
  const made = (
    await call(
      { id: 3, method: "tools/call", params: { name: "notes__create", arguments: { title: "from the past" } } },
      session,
    )
  ).body.result;
  assert.equal(made.isError ?? false, false);
  assert.match(made.content[0].text, /from the past/);
});

test("five processes that refresh one stored token at once end with one pair, and all of them work", async () => {
  const kept = {};
  await (await signIn(kept, {})).close();
  const grant = async (own) => (await whoami(wick, own.tokens.access_token)).credential.id;
  const id = await grant(kept);
  const processes = Array.from({ length: 5 }, () => ({ ...kept }));
  for (const round of [1, 2]) {
    const before = processes[0].tokens.refresh_token;
    const results = await Promise.all(processes.map((own) => auth(memoryProvider("SDK 2", own), { serverUrl: mcp() })));
    assert.deepEqual(results, Array(5).fill("AUTHORIZED"));
    for (const kind of ["access_token", "refresh_token"])
      assert.equal(new Set(processes.map((own) => own.tokens[kind])).size, 1, `${kind} of round ${round}`);
    assert.notEqual(processes[0].tokens.refresh_token, before);
    await Promise.all(
      processes.map(async (own) => {
        const client = new Client({ name: "one of five", version: "2" });
        await client.connect(new StreamableHTTPClientTransport(mcp(), { authProvider: memoryProvider("SDK 2", own) }));
        assert.equal((await client.callTool({ name: "notes__list", arguments: {} })).isError, undefined);
        await client.close();
      }),
    );
  }
  assert.equal(await grant(processes[0]), id, "it is the same connection as at first");
});
