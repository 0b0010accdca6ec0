// What the page "Connect a client" tells people to paste, pasted into the real clients: each connects to a real Wick.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { snippets } from "../../web/src/features/clients/snippets.ts";
import { realClient } from "../lib/real-clients.mjs";
import { consent } from "../lib/oauth.mjs";
import { Wick } from "../lib/wick.mjs";

let wick, token, url;
const used = [];
before(async () => {
  // Codex would name itself by a document on the internet.
  wick = await Wick.start({ args: ["--set", "oauth.metadata_documents=off"] });
  token = wick.token().token;
  url = `${wick.url}/mcp`;
});
after(async () => {
  used.forEach((client) => client.remove());
  await wick.stop();
});

const snippet = (client) => snippets.find((one) => one.client === client);
const client = async (...args) => {
  const made = await realClient(...args);
  used.push(made);
  return made;
};
const inHome = (where) => {
  assert.match(where, /^~\//);
  return where.slice(2);
};
const succeeded = ({ code, all }) => assert.equal(code, 0, all);

test("Claude Code connects with the token, and knows that it has to sign in without", async () => {
  const { signIn, token: withToken } = snippet("Claude Code");
  const one = await client("claude");
  succeeded(await one.shell(withToken.code(url, token)));
  assert.match((await one.shell("claude mcp list")).all, /wick: .*Connected/);
  const other = await client("claude");
  succeeded(await other.shell(signIn[0].code(url)));
  assert.match((await other.shell("claude mcp list")).all, /wick: .*[Aa]uthenticat/);
});

test("Codex reads the token’s configuration, and signs a person in", async () => {
  const { signIn, token: withToken } = snippet("Codex");
  const listed = async (one) => {
    const answer = await one.shell("codex mcp list --json");
    succeeded(answer);
    return JSON.parse(answer.output).find((server) => server.name === "wick");
  };
  const one = await client("codex", { WICK_TOKEN: token });
  one.write(inHome(withToken.where), withToken.code(url, token));
  const { transport, enabled, auth_status } = await listed(one);
  assert.deepEqual(
    [enabled, transport.type, transport.url, transport.bearer_token_env_var],
    [true, "streamable_http", url, "WICK_TOKEN"],
  );
  assert.match(auth_status, /bearer/i);
  const other = await client("codex");
  const session = await wick.signIn();
  let visited;
  // The person: opens the address that Codex prints, approves, and is sent back to Codex.
  succeeded(
    await other.shell(signIn[0].code(url), {
      onOutput: (text) => {
        const [address] = /http\S+\/oauth\/authorize\S+(?=\s)/.exec(text) ?? [];
        if (address) visited ??= consent(session, address).then((back) => fetch(back));
      },
    }),
  );
  assert.equal((await visited).status, 200);
  const signedIn = await listed(other);
  assert.deepEqual([signedIn.transport.url, signedIn.auth_status], [url, "o_auth"]);
});

test("Gemini CLI connects with the token, and reads the configuration without", async () => {
  const { signIn, token: withToken } = snippet("Gemini CLI");
  const one = await client("gemini");
  one.write(inHome(withToken.where), withToken.code(url, token));
  assert.match((await one.shell("gemini mcp list")).all, /wick: .*\(http\) - Connected/);
  one.write(inHome(signIn[0].where), signIn[0].code(url));
  assert.match((await one.shell("gemini mcp list")).all, /wick: .*\(http\) - Disconnected/);
  const own = await client("gemini");
  succeeded(
    await own.shell(
      `gemini mcp add --scope user --transport http wick ${url} --header "Authorization: Bearer ${token}"`,
    ),
  );
  const written = (await own.shell(`cat ${inHome(withToken.where)}`)).output;
  assert.deepEqual(
    JSON.parse(withToken.code(url, token)).mcpServers,
    JSON.parse(written).mcpServers,
    "as its own command writes it",
  );
});

test("opencode connects with the token, and knows that it has to sign in without", async () => {
  const { signIn, token: withToken } = snippet("opencode");
  const one = await client("opencode");
  one.write(inHome(withToken.where), withToken.code(url, token));
  assert.match((await one.shell("opencode mcp list")).all, /wick.*connected/);
  one.write(inHome(signIn[0].where), signIn[0].code(url));
  assert.match((await one.shell("opencode mcp list")).all, /wick.*needs authentication/i);
});

test("the MCP Inspector lists the tools", async () => {
  const { token: withToken } = snippet("MCP Inspector");
  const one = await client("mcp-inspector");
  const command = withToken.code(url, token);
  assert.match(command, /^npx @modelcontextprotocol\/inspector /);
  const answer = await one.shell(command.replace("npx @modelcontextprotocol/inspector", "mcp-inspector"));
  succeeded(answer);
  assert.ok(JSON.parse(answer.output).tools.some((tool) => tool.name === "notes__list"));
});

test("the cURL command lists the tools", () => {
  const answer = JSON.parse(
    execFileSync("sh", ["-c", snippet("cURL").token.code(url, token).replace("curl ", "curl --silent ")], {
      encoding: "utf8",
    }),
  );
  assert.ok(answer.result.tools.some((tool) => tool.name === "notes__list"));
});
