// What an app asks for, at the size of a large team; the pages on the way to it; how much each page loads first.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.mjs";
import { firstLoad, launch, signedInPage } from "../lib/browser.mjs";
import { systems } from "../lib/crowd.mjs";
import { authorizeUrl, pkce, redirectUri, register, token } from "../lib/oauth.mjs";
import { setColorScheme } from "../lib/screens.mjs";
import { Wick, remember } from "../lib/wick.mjs";

let wick, admin, browser, page, client;
const connectors = 12,
  operationsEach = 50;
const button = (name) => page.getByRole("button", { name, exact: true });

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  await systems(admin, { connectors: connectors - 1, operations: operationsEach });
  assert.equal(
    (
      await admin.post("/admin/connectors", {
        kind: "rest",
        label: "Empty",
        config: { base_url: "https://api.example.com" },
      })
    ).status,
    201,
  );
  client = (await register(wick, { client_name: "Desk app" })).body.client_id;
  browser = await launch();
  page = await signedInPage(browser, wick);
  await page.route("http://localhost:4711/**", (route) => route.fulfill({ body: "back in the app" }));
});
after(async () => {
  await browser.close();
  await wick.stop();
});

const ask = async (changes) => {
  const { verifier, challenge } = pkce();
  await page.goto(String(authorizeUrl(wick, client, challenge, changes)));
  await button("Approve").waitFor();
  return verifier;
};
const approved = async (code_verifier) => {
  await button("Approve").click();
  await page.getByText("back in the app").waitFor();
  const code = new URL(page.url()).searchParams.get("code");
  remember("secrets", code);
  await token(wick, {
    grant_type: "authorization_code",
    code,
    client_id: client,
    redirect_uri: redirectUri,
    code_verifier,
  });
  return (await admin.get("/connections")).body.items[0].scope;
};

test("consent names what is asked for and what can be reached, and opens no box that is empty", async () => {
  await ask();
  await page.getByText("Read and write").waitFor();
  await page.getByText(/^Now: .*System 0, System 1, .*System 10/).waitFor();
  await page.getByRole("radiogroup", { name: "Operations" }).getByLabel("Chosen operations").check();
  const groups = page.getByRole("group", { name: "Operations in the scope" });
  await groups.getByRole("checkbox", { name: "All of System 10" }).waitFor();
  assert.equal(
    await groups.getByRole("checkbox").count(),
    connectors,
    "one box for each connector that has operations",
  );
  assert.equal(await groups.getByText("Empty").count(), 0);
  assert.equal(await button("Approve").isDisabled(), true);
  for (const [width, colorScheme] of [
    [1280, "light"],
    [390, "dark"],
  ]) {
    await page.setViewportSize({ width, height: 900 });
    await setColorScheme(page, colorScheme);
    assert.deepEqual(await axe(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("a whole group and what a search finds are chosen, and exactly that is granted", async () => {
  const verifier = await ask();
  await page.getByRole("radiogroup", { name: "Operations" }).getByLabel("Chosen operations").check();
  await page.getByRole("checkbox", { name: "All of System 3" }).check();
  await page.getByText(`${operationsEach} of ${operationsEach} chosen`, { exact: true }).waitFor();
  await page.getByLabel("Search operations").fill("thing 7 of 5");
  await button("Choose all 1 shown").click();
  await page.getByLabel("Search operations").fill("");
  await button("Operations of System 3").click();
  await page.getByRole("list", { name: "Operations of System 3" }).getByLabel("Read thing 0 of 3").uncheck();
  await page.getByText(`${operationsEach} operations chosen`).waitFor();
  const { operations } = await approved(verifier);
  assert.equal(operations.length, operationsEach);
  assert.equal(operations.filter((id) => id.endsWith("/thing7")).length, 2);
  assert.equal(operations.filter((id) => id.endsWith("/thing0")).length, 0);
});

test("all six hundred operations can be chosen one by one", async () => {
  const verifier = await ask();
  await page.getByRole("radiogroup", { name: "Operations" }).getByLabel("Chosen operations").check();
  for (let i = 0; i < connectors - 1; ++i)
    await page.getByRole("checkbox", { name: `All of System ${i}`, exact: true }).check();
  await page.getByText(`${operationsEach * (connectors - 1)} operations chosen`).waitFor();
  assert.equal((await approved(verifier)).operations.length, operationsEach * (connectors - 1));
});

test("an app that asks for one connector is offered that one only, and gets no more", async () => {
  const { id, slug } = (await admin.get("/connectors")).body.items.find(({ label }) => label === "System 3");
  const verifier = await ask({ resource: `${wick.url}/mcp/c/${slug}` });
  await page.getByText("Read and write: this connector").waitFor();
  assert.equal(await page.getByRole("radiogroup", { name: "Connectors" }).count(), 0);
  assert.equal(await page.getByText("System 4").count(), 0);
  await page.getByRole("radiogroup", { name: "Operations" }).getByLabel("Chosen operations").check();
  const boxes = page.getByRole("group", { name: "Operations in the scope" });
  await boxes.getByRole("list", { name: "Operations of System 3" }).getByLabel("Read thing 0 of 3").check();
  await page.getByLabel("Search operations").fill("thing 7");
  await button("Choose all 1 shown").click();
  assert.deepEqual(await axe(page), []);
  const { connectors: allowed, operations } = await approved(verifier);
  assert.deepEqual(allowed, [id]);
  assert.equal(operations.length, 2);
});

test("the sign-in page on the way says which app asks, and that its name is unverified", async () => {
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(String(authorizeUrl(wick, client, pkce().challenge)));
  await stranger.getByText("“Desk app” wants to connect").waitFor();
  await stranger.getByText("unverified").waitFor();
  assert.deepEqual(await axe(stranger), []);
  await stranger.context().close();
});

test("the error pages of OAuth look like the app, in both colors, wide and narrow, and load nothing", async () => {
  const asked = [];
  const errors = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on(
    "console",
    (message) => message.type() === "error" && !/status of 400/.test(message.text()) && errors.push(message.text()),
  );
  const backgrounds = new Set();
  for (const [width, colorScheme] of [
    [1440, "light"],
    [390, "dark"],
  ]) {
    await page.setViewportSize({ width, height: 800 });
    await setColorScheme(page, colorScheme);
    const response = await page.goto(`${wick.url}/oauth/authorize?client_id=nobody&response_type=code`);
    assert.equal(response.status(), 400);
    assert.match(response.headers()["content-security-policy"], /^default-src 'none'; style-src 'sha256-/);
    await page.getByRole("main").getByRole("heading", { level: 1 }).waitFor();
    assert.deepEqual(await axe(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    backgrounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
  }
  assert.equal(backgrounds.size, 2);
  assert.deepEqual(
    asked.filter((url) => !url.includes("/oauth/authorize") && !url.endsWith("/favicon.ico")),
    [],
  );
  assert.deepEqual(errors, []);
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("the first load of a page is at most 250 kB and has no list of users", async () => {
  const visitor = await (await browser.newContext({ storageState: await page.context().storageState() })).newPage();
  for (const path of [
    "/",
    "/history",
    "/profile/tokens",
    "/admin",
    "/admin/users",
    "/admin/access-tokens",
    "/admin/history",
    "/admin/connectors",
  ]) {
    const { bytes, asked } = await firstLoad(visitor, wick.url + path);
    assert.ok(bytes > 50_000 && bytes <= 250_000, `${path}: ${bytes}`);
    if (path !== "/admin/users") assert.ok(!asked.includes("/api/v1/admin/users"));
  }
  await visitor.context().close();
});

test("answers of the API come compressed to the app, and to no other site", async () => {
  const get = (headers) => fetch(`${wick.url}/api/v1/connectors`, { headers: { cookie: admin.cookie, ...headers } });
  const compressed = await get({ "accept-encoding": "gzip", "sec-fetch-site": "same-origin" });
  assert.equal(compressed.headers.get("content-encoding"), "gzip");
  assert.equal((await compressed.json()).items.length, connectors + 1);
  assert.equal(
    (await get({ "accept-encoding": "gzip", "sec-fetch-site": "cross-site" })).headers.get("content-encoding"),
    null,
  );
  assert.equal((await get({ "accept-encoding": "identity" })).headers.get("content-encoding"), null);
});
