// A person connects an own account at a connected server, in a real browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";
import { startAuthorizationServer, startProtected } from "../lib/protected.mjs";
import { Wick, callTool } from "../lib/wick.mjs";

let wick, browser, admin, page, server, upstream;
const problems = [];
const button = (name) => page.getByRole("button", { name, exact: true });

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  server = await startAuthorizationServer();
  upstream = await startProtected(server);
  browser = await launch();
  page = await signedInPage(browser, wick);
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
});
after(async () => {
  await browser.close();
  [server, upstream].forEach((one) => one.close());
  await wick.stop();
});

async function add(label, url, auth) {
  const made = await admin.post("/admin/connectors", {
    kind: "mcp",
    label,
    config: { url, allow_private_addresses: true, auth },
  });
  assert.equal(made.status, 201, made.text);
  return made.body.id;
}
async function accessible() {
  await page.getByRole("heading", { level: 1 }).waitFor(); // each page is loaded when it is opened
  assert.deepEqual(await axe(page, { bestPractices: true }), []);
}

test("the URL for linking leads through the authorization server, and the next call works", async () => {
  const id = await add("Issues", upstream.url, "oauth_per_user");
  const { token } = wick.token("ann@example.com", ["--tools", "direct"]);
  await page.goto(`${wick.url}/connectors/${id}/connect`);
  await accessible();
  await button("Connect your account").click();
  await page.getByText("Your account is connected").waitFor();
  await accessible();
  assert.equal(page.url(), `${wick.url}/connectors/${id}/connect?connected=1`);
  await page.getByRole("link", { name: "refresh them" }).click();
  await page.getByText("1 user has connected.").waitFor();
  await button("Refresh").click();
  await button("Accept").click();
  await page.getByText("3 operations updated.").waitFor();
  const { body } = await callTool(wick, token, "issues__whoami");
  assert.equal(body.result.content[0].text, "ann@upstream");
});

test("the connector's page shows which access an account lacks, and linking again adds it", async () => {
  const [id] = (await admin.get("/connectors")).body.items
    .filter(({ label }) => label === "Issues")
    .map((one) => one.id);
  upstream.scopeFor = () => "issues:write";
  await page.goto(`${wick.url}/connectors/${id}?tab=test&operation=write`);
  await button("Run").click();
  await page.getByText("needs more access for this").first().waitFor();
  await page.reload();
  await page.getByText("Issues asks for: issues:write.").waitFor();
  await accessible();
  await button("Connect again").click();
  await page.getByText("Your account is connected").waitFor();
  await page.getByText("tools issues:write").waitFor();
  await button("Disconnect").click();
  await button("Connect your account").waitFor();
  assert.equal((await admin.get(`/connectors/${id}/account`)).body.state, "none");
});

test("a denied or unexpected authorization response is shown as such", async () => {
  const id = await add("Denied", upstream.url, "oauth_per_user");
  server.signsIn = null;
  await page.goto(`${wick.url}/connectors/${id}/connect`);
  await button("Connect your account").click();
  await page.getByText("You denied the request").waitFor();
  await accessible();
  await page.goto(`${wick.url}/oauth/upstream/callback?state=x&code=y`);
  await page.getByText("not started here in the last ten minutes").waitFor();
  await accessible();
});

test("a key is given and removed, and is not on the page afterwards", async () => {
  const keys = await startProtected(null, { keys: new Map([["key-of-ann-42", { account: "ann" }]]) });
  const id = await add("Wiki", keys.url, "key_per_user");
  await page.goto(`${wick.url}/connectors/${id}`);
  await page.locator("input[type=password]").fill("key-of-ann-42");
  await button("Save").click();
  await page.getByText("Your key for Wiki is saved.").waitFor();
  await page.getByText("New key").first().waitFor();
  assert.ok(!(await page.content()).includes("key-of-ann-42"));
  await accessible();
  await button("Remove key").click();
  await page.getByText("not connected").waitFor();
  keys.close();
});

test("no page had an error", () => assert.deepEqual(problems, []));
