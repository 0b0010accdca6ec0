// The pages around OAuth in a real browser: a device's code, apps as an admin keeps them, everyone's connections.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.mjs";
import { setColorScheme } from "../lib/screens.mjs";
import { Wick, callTool, password, remember } from "../lib/wick.mjs";
import { connect, redirectUri, token } from "../lib/oauth.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";

let wick, admin, browser, page;
const problems = [];
const button = (name) => page.getByRole("button", { name, exact: true });
const works = async (bearer) => (await callTool(wick, bearer, "notes__list")).status === 200;

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  browser = await launch();
  page = await signedInPage(browser, wick);
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
});
after(async () => {
  await browser.close();
  await wick.stop();
});

const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
const startDevice = async () => {
  const response = await fetch(`${wick.url}/oauth/device_authorization`, {
    method: "POST",
    headers: { "user-agent": "thermostat/2" },
    body: new URLSearchParams({ client_id: "wick-cli" }),
  });
  const device = await response.json();
  remember("secrets", device.device_code);
  return device;
};
const poll = ({ device_code }) => token(wick, { grant_type, device_code, client_id: "wick-cli" });

test("a device is connected by typing its code, comparing it, and Approve", async () => {
  const device = await startDevice();
  await page.goto(`${wick.url}/device`);
  await page.getByRole("textbox", { name: "Code" }).fill("BCDF-BCDF");
  await button("Continue").click();
  await page.getByRole("alert").getByText("There is no device waiting with this code").waitFor();
  await page.getByRole("textbox", { name: "Code" }).fill(device.user_code.toLowerCase());
  await button("Continue").click();
  assert.equal(await page.getByTestId("user-code").textContent(), device.user_code);
  await page.getByText("Nobody from support will ever send you a code.").waitFor();
  await page.getByText("thermostat/2").waitFor();
  await page.getByLabel("Read-only operations").check();
  await button("Approve").click();
  await page.getByRole("heading", { name: "The device is connected" }).waitFor();
  const { body } = await poll(device);
  assert.equal(body.scope, "mcp:read");
  assert.equal(await works(body.access_token), true);
});

test("a URL with the code approves nothing by itself, and the device learns of a denial", async () => {
  const device = await startDevice();
  await page.goto(device.verification_uri_complete);
  assert.equal(await page.getByRole("textbox", { name: "Code" }).inputValue(), device.user_code);
  assert.equal((await poll(device)).body.error, "authorization_pending");
  await button("Continue").click();
  await button("Deny").click();
  await page.getByRole("heading", { name: "The device is not connected" }).waitFor();
  assert.equal((await poll(device)).body.error, "access_denied");
});

test("signing in leads back to the device page with the code", async () => {
  const device = await startDevice();
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(device.verification_uri_complete);
  await stranger.waitForURL(/\/sign-in\?next=/);
  await stranger.getByLabel("Email").fill("ann@example.com");
  await stranger.getByLabel("Password").first().fill(password);
  await stranger.getByRole("button", { name: "Sign in", exact: true }).click();
  await stranger.getByRole("textbox", { name: "Code" }).waitFor();
  assert.equal(await stranger.getByRole("textbox", { name: "Code" }).inputValue(), device.user_code);
  await stranger.context().close();
});

test("an admin registers an app, sees its secret once, replaces it, and removes the app", async () => {
  await page.goto(`${wick.url}/admin/apps`);
  await button("Register an app").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("Billing");
  await dialog.getByLabel("Redirect URIs").fill("http://billing.example.com/cb");
  await dialog.getByLabel("Confidential: the app can keep a secret").check();
  await dialog.getByRole("button", { name: "Register" }).click();
  await dialog
    .getByRole("alert")
    .getByText(/may use http only on this computer/)
    .waitFor();
  await dialog.getByLabel("Redirect URIs").fill("https://billing.example.com/cb\nhttp://localhost/callback");
  await dialog.getByRole("button", { name: "Register" }).click();
  await page.getByText("won't be shown again").waitFor();
  const [id, secret] = [
    await page.getByTestId("client-id").textContent(),
    await page.getByTestId("client-secret").textContent(),
  ];
  remember("secrets", secret);
  assert.match(id, /^wick_client_[0-9a-f]{24}$/);
  assert.match(secret, /^wick_cs_[0-9a-f]{64}$/);
  const asClient = (value) =>
    token(wick, {
      grant_type: "authorization_code",
      code: "x",
      client_id: id,
      client_secret: value,
      redirect_uri: redirectUri,
    });
  assert.equal((await asClient(secret)).body.error, "invalid_grant");
  await page.reload();
  await button("New secret for Billing").waitFor();
  assert.equal(await page.getByTestId("client-secret").count(), 0);
  await button("New secret for Billing").click();
  await page.getByRole("dialog").getByRole("button", { name: "Replace secret" }).click();
  const next = await page.getByTestId("client-secret").textContent();
  remember("secrets", next);
  assert.equal((await asClient(secret)).body.error, "invalid_client");
  assert.equal((await asClient(next)).body.error, "invalid_grant");
  await button("Remove Billing").click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await button("Remove Billing").waitFor({ state: "detached" });
  assert.equal((await asClient(next)).body.error, "invalid_client");
});

test("an app is blocked, which ends what was connected, and unblocked", async () => {
  const connection = await connect(wick, admin);
  assert.equal(await works(connection.access_token), true);
  await page.goto(`${wick.url}/admin/apps`);
  await button("Block Test app").click();
  await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
  await button("Unblock Test app").waitFor();
  assert.equal(await works(connection.access_token), false);
  await button("Unblock Test app").click();
  await button("Block Test app").waitFor();
});

test("an admin finds the connections of one person or one app and ends them all", async () => {
  wick.createUser("bob@example.com", "Bob");
  const bob = await wick.signIn("bob@example.com");
  const [one, two] = [await connect(wick, bob), await connect(wick, bob)];
  const other = await connect(wick, admin);
  await page.goto(`${wick.url}/admin/connections`);
  await page.getByRole("combobox", { name: "User" }).click();
  await page.getByRole("option", { name: /Bob/ }).click();
  await button("Disconnect all apps of this user").click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect all" }).click();
  await page.getByText("No connections match").waitFor();
  assert.deepEqual(
    [await works(one.access_token), await works(two.access_token), await works(other.access_token)],
    [false, false, true],
  );
  await page.goto(`${wick.url}/admin/connections?client=${other.client}`);
  await button("Disconnect this app from all users").click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect all" }).click();
  await page.getByText("No connections match").waitFor();
  assert.equal(await works(other.access_token), false);
});

test("a connection has a page with its calls, which stays when it has ended", async () => {
  const connection = await connect(wick, admin);
  await works(connection.access_token);
  await page.goto(`${wick.url}/profile/connections`);
  await page.getByRole("link", { name: "Test app" }).click();
  await page.getByRole("heading", { name: "Test app" }).waitFor();
  await button("Details of Notes list").waitFor();
  await page.getByText("1 call in total, 0 errors").waitFor();
  await button("Disconnect Test app").click();
  await page.getByText("disconnected by the owner").waitFor();
  await page.reload();
  await button("Details of Notes list").waitFor();
});

test("the pages are free of what axe finds, in light and dark, and of errors", async () => {
  const connection = await connect(wick, admin);
  await works(connection.access_token);
  const [{ id }] = (await admin.get("/connections")).body.items;
  const device = await startDevice();
  const visit = {
    "/admin/apps": () => page.getByRole("table").waitFor(),
    "/admin/connections": () => page.getByRole("table").waitFor(),
    "/profile/connections": () => page.getByRole("table").waitFor(),
    [`/profile/connections/${id}`]: () => page.getByText("Last 30 days").waitFor(),
    "/profile/mcp": () => page.getByRole("heading", { name: "Cursor" }).waitFor(),
    "/device": () => button("Continue").waitFor(),
    [`/device?user_code=${device.user_code}`]: async () => {
      await button("Continue").click();
      await button("Approve").waitFor();
    },
  };
  for (const [path, ready] of Object.entries(visit)) {
    await page.goto(wick.url + path);
    await ready();
    for (const colorScheme of ["light", "dark"]) {
      await setColorScheme(page, colorScheme);
      assert.deepEqual(await axe(page), [], `${colorScheme} ${path}`);
    }
  }
  assert.deepEqual(
    problems.filter((one) => !/status of 40[04]/.test(one)),
    [],
  );
});
