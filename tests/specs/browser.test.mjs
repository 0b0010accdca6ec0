// The web app in a real browser: the main job from the set-up link to the revoked token.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { launch } from "../lib/browser.mjs";
import { authorizeUrl, pkce, redirectUri, register, token as exchange } from "../lib/oauth.mjs";
import { Wick, callTool, notesId, password, remember, until } from "../lib/wick.mjs";

let wick, browser, context, page;
const problems = [];
const button = (name) => page.getByRole("button", { name, exact: true });

before(async () => {
  wick = await Wick.start({ admin: false });
  browser = await launch();
  context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => problems.push(String(error)));
  // Asking for the session before there is one is answered 401, which the browser reports by itself.
  page.on(
    "console",
    (message) => message.type() === "error" && !/status of 401/.test(message.text()) && problems.push(message.text()),
  );
  page.on(
    "request",
    (request) =>
      new URL(request.url()).origin !== wick.url &&
      !request.url().startsWith("data:") &&
      problems.push(`asked ${request.url()}`),
  );
});
after(async () => {
  await browser.close();
  await wick.stop();
});

test("the printed set-up link makes the first admin", async () => {
  const [, link, secret] = await until(() => wick.output.match(/(http\S+\/setup#token=([0-9a-f]{64}))\n/));
  remember("secrets", secret);
  await page.goto(link);
  await page.getByLabel("Name").fill("Ann");
  assert.equal(new URL(page.url()).hash, "", "the secret leaves the address bar");
  await page.getByLabel("Email").fill("ann@example.com");
  await page.getByLabel("Password").first().fill(password);
  await button("Create admin").click();
  await page.waitForURL(`${wick.url}/`);
  await page.getByRole("heading", { name: "Connectors" }).waitFor();
});

test("signing out and in again returns to the page that was asked for", async () => {
  await button("Account of Ann").click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(`${wick.url}/sign-in`);
  await page.goto(`${wick.url}/profile/tokens`);
  await page.waitForURL(/sign-in\?next=/);
  await page.getByLabel("Email").fill("ann@example.com");
  await page.getByLabel("Password").first().fill("wrong wrong wrong");
  await button("Sign in").click();
  await page.getByText("The email or the password is wrong.").waitFor();
  await page.getByLabel("Password").first().fill(password);
  await button("Sign in").click();
  await page.waitForURL(`${wick.url}/profile/tokens`);
});

test("a token is shown once, its snippet works, and one click revokes it for the very next call", async () => {
  await button("Create token").click();
  await page.getByLabel("Name").fill("laptop");
  await button("Generate").click();
  await page.getByText("won't be shown again").waitFor();
  const token = await page.getByTestId("plaintext-token").textContent();
  remember("secrets", token);
  assert.match(token, /^wick_pat_[0-9a-f]{32}$/);
  await button("Copy token").click();
  await until(async () => (await page.evaluate(() => navigator.clipboard.readText())) === token);
  await page.getByRole("button", { name: /^Copy Claude Code/ }).click();
  const snippet = await until(async () => {
    const text = await page.evaluate(() => navigator.clipboard.readText());
    return text.includes("claude mcp add") && text;
  });
  assert.ok(snippet.includes(`${wick.url}/mcp`) && snippet.includes(`Authorization: Bearer ${token}`));

  await page.reload();
  await page.getByRole("link", { name: "laptop" }).waitFor();
  assert.equal(await page.getByTestId("plaintext-token").count(), 0);
  assert.equal((await page.content()).includes(token), false);
  await page.getByText(`wick_pat_…${token.slice(-4)}`).waitFor();

  const client = new Client({ name: "browser-test", version: "1" });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${wick.url}/mcp`), {
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
    }),
  );
  await client.callTool({ name: "notes__create", arguments: { title: "seen in history" } });
  await button("Revoke laptop").click();
  await button("Revoke laptop").waitFor({ state: "detached" });
  assert.equal(await page.getByRole("dialog").count(), 0, "one click, no dialog");
  assert.equal((await callTool(wick, token, "notes__list")).status, 401);
  await assert.rejects(client.callTool({ name: "notes__list", arguments: {} }), /401|not valid/);
  await client.close();
  await page.getByRole("tab", { name: "Revoked and expired" }).click();
  await page.getByRole("link", { name: "laptop" }).click();
  await page.getByText("revoked by the owner").waitFor();
});

test("a token that may only read one connector is made by ticking, and says so on its page", async () => {
  await page.goto(`${wick.url}/profile/tokens`);
  await button("Create token").click();
  await page.getByLabel("Name").fill("Reader");
  await button("Scope").click();
  const connectors = page.getByRole("radiogroup", { name: "Connectors" });
  await connectors.getByLabel("Chosen connectors").check();
  assert.equal(await button("Generate").isDisabled(), true);
  await page.getByText("Choose at least one connector.").waitFor();
  await page.getByRole("checkbox", { name: "Notes" }).check();
  await page.getByLabel("Read-only operations").check();
  if (process.env.SCREENSHOTS) {
    for (const [scheme, width] of [
      ["light", 1200],
      ["dark", 390],
    ]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 1100 });
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/scope-${scheme}.png` });
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 720 });
  }
  await button("Generate").click();
  const token = await page
    .getByText(/^wick_pat_[0-9a-f]{32}$/)
    .first()
    .textContent();
  remember("secrets", token);
  assert.equal((await callTool(wick, token, "notes__list")).body.result.isError, undefined);
  assert.equal((await callTool(wick, token, "notes__create", { title: "a", body: "b" })).body.result.isError, true);
  await page.goto(`${wick.url}/profile/tokens`);
  await page.getByRole("link", { name: "Reader" }).click();
  await page.getByText("Read-only operations · 1 connector").waitFor();
  await button("Revoke Reader").click();
  await page.getByText("revoked by the owner").waitFor();
});

test("an app is connected by one click on Approve, listed, and disconnected", async () => {
  const client = (await register(wick, { client_name: "Desk app" })).body.client_id;
  const { verifier, challenge } = pkce();
  await context.clearCookies();
  await page.route("http://localhost:4711/**", (route) => route.fulfill({ body: "back in the app" }));
  await page.goto(String(authorizeUrl(wick, client, challenge)));
  await page.waitForURL(/sign-in\?next=/);
  await page.getByLabel("Email").fill("ann@example.com");
  await page.getByLabel("Password").first().fill(password);
  await button("Sign in").click();
  await page.getByText("Unverified name").waitFor();
  await page.getByText("this computer").first().waitFor();
  if (process.env.SCREENSHOTS) {
    await page.screenshot({
      path: `${process.env.SCREENSHOTS}/consent-light.png`,
      fullPage: true,
      animations: "disabled",
    });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 390, height: 900 });
    await page.screenshot({
      path: `${process.env.SCREENSHOTS}/consent-dark.png`,
      fullPage: true,
      animations: "disabled",
    });
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 720 });
  }
  await button("Approve").click();
  await page.getByText("back in the app").waitFor();
  const code = new URL(page.url()).searchParams.get("code");
  remember("secrets", code);
  await page.unroute("http://localhost:4711/**");
  const foreign = problems.findIndex((one) => one.startsWith("asked http://localhost:4711"));
  problems.splice(foreign, 1);
  const { body } = await exchange(wick, {
    grant_type: "authorization_code",
    code,
    client_id: client,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  assert.equal((await callTool(wick, body.access_token, "notes__list")).status, 200);
  await page.goto(`${wick.url}/profile/connections`);
  await button("Disconnect Desk app").click();
  await page.getByText("No connections").waitFor();
  assert.equal((await callTool(wick, body.access_token, "notes__list")).status, 401);
});

test("the snippets page has every client with the address of this server", async () => {
  await page.goto(`${wick.url}/profile/mcp`);
  for (const name of [
    "Claude Desktop",
    "Claude Code",
    "Cursor",
    "VS Code",
    "Codex",
    "Gemini CLI",
    "opencode",
    "MCP Inspector",
    "cURL",
  ]) {
    await page.getByRole("heading", { name, exact: true }).waitFor();
  }
  assert.ok((await page.textContent("body")).includes(`${wick.url}/mcp`));
});

test("the admin sees another member's token, the cards count, and one click revokes it", async () => {
  wick.createUser("bob@example.com", "Bob");
  const [used, idle] = [
    wick.token("bob@example.com", [], "bobs laptop"),
    wick.token("bob@example.com", [], "bobs agent"),
  ];
  assert.equal((await callTool(wick, used.token, "notes__list")).status, 200);
  await page.goto(`${wick.url}/admin/access-tokens`);
  const card = async (id, value) =>
    until(async () => (await page.getByTestId(id).textContent()).includes(String(value)), 10, `${id} is not ${value}`);
  await card("stat-active", 2);
  await card("stat-users", 1);
  await card("stat-never-used", 1);
  await page.getByTestId("stat-never-used").click();
  await button("Revoke bobs laptop of Bob").waitFor({ state: "detached" });
  await button("Revoke bobs agent of Bob").waitFor();
  await page.getByTestId("stat-active").click();
  await button("Revoke bobs laptop of Bob").click();
  await button("Revoke bobs laptop of Bob").waitFor({ state: "detached" });
  assert.equal((await callTool(wick, used.token, "notes__list")).status, 401);
  assert.equal((await callTool(wick, idle.token, "notes__list")).status, 200);
  await page.reload();
  await card("stat-active", 1);
});

test("an operation is tried on the connector page, and history shows the call", async () => {
  await page.goto(`${wick.url}/connectors/${notesId}?tab=test`);
  await page.getByLabel("title").fill("made in the browser");
  await button("Run").click();
  await page.getByText("made in the browser").last().waitFor();
  await page.getByRole("tab", { name: "History" }).click();
  await button("Details of Notes create").first().click();
  await button("Copy Request").waitFor();
  await page.goto(`${wick.url}/history?source=test`);
  await button("Details of Notes create").first().waitFor();
});

test("every page loads without an error, a policy violation or a request elsewhere", async () => {
  for (const route of [
    "/",
    "/history",
    "/profile",
    "/profile/tokens",
    "/admin",
    "/admin/users",
    "/admin/tags",
    "/admin/connectors",
    `/admin/connectors/${notesId}`,
    "/admin/history",
  ]) {
    await page.goto(wick.url + route);
    await page.getByRole("heading").first().waitFor();
  }
  assert.deepEqual(problems, []);
});
