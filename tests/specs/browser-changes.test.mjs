// What is sent, what is not, and what is shown once: the web app when the network fails, when one presses twice, and
// when one leaves at the wrong moment.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";
import { Wick, remember, until } from "../lib/wick.mjs";

let wick, admin, browser, page;
const button = (name) => page.getByRole("button", { name, exact: true });
const dialog = () => page.getByRole("dialog");
const tokens = async () => (await admin.get("/tokens")).body.items.map(({ name }) => name);

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  browser = await launch();
  page = await signedInPage(browser, wick);
});
after(async () => {
  await browser.close();
  await wick.stop();
});

async function fillToken(name) {
  await page.goto(`${wick.url}/profile/tokens`);
  await button("Create token").click();
  await page.getByLabel("Name").fill(name);
}

/** Requests to create a token, held until released. */
async function holdCreation() {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const seen = [];
  await page.route("**/api/v1/tokens", async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    seen.push(route);
    await released;
    await route.continue();
  });
  return { seen, release };
}

test("offline, nothing is created now or later, and the page says so", async () => {
  await fillToken("offline");
  await page.context().setOffline(true);
  await page.getByRole("status").getByText("You are offline.").waitFor();
  assert.deepEqual(await axe(page), []);
  await button("Generate").click();
  await page.getByRole("alert").getByText("nothing was sent").waitFor();
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  await page.getByRole("link", { name: "Connections", exact: true }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  const refetched = page.waitForResponse(/\/api\/v1\//);
  await page.context().setOffline(false);
  await page.goto(`${wick.url}/profile/connections`);
  await refetched;
  assert.deepEqual(sent, []);
  assert.deepEqual(await tokens(), []);
});

test("a list that cannot be loaded shows an error, and loads when the network is back", async () => {
  await page.goto(`${wick.url}/history`);
  await page.getByText("No calls", { exact: true }).waitFor();
  await page.context().setOffline(true);
  await page.getByRole("combobox", { name: "Status" }).click();
  await page.getByRole("option", { name: "error" }).click();
  await page.getByRole("alert").getByText("You are offline.").waitFor();
  await page.context().setOffline(false);
  await page.getByText("No calls", { exact: true }).waitFor();
});

test("a double press makes one token", async () => {
  const { seen, release } = await holdCreation();
  await fillToken("pressed twice");
  await button("Generate").evaluate((element) => {
    element.click();
    element.click();
    element.form.requestSubmit();
  });
  release();
  const plaintext = page.getByTestId("plaintext-token");
  await plaintext.waitFor();
  remember("secrets", await plaintext.textContent());
  assert.equal(seen.length, 1);
  assert.deepEqual(await tokens(), ["pressed twice"]);
  await page.unroute("**/api/v1/tokens");
});

test("a token whose answer comes after the page was left is shown on the page one is on", async () => {
  const { seen, release } = await holdCreation();
  await fillToken("late");
  await button("Generate").click();
  await until(() => seen.length === 1);
  await page.getByRole("link", { name: "History", exact: true }).click();
  await page.getByRole("heading", { name: "History", exact: true }).waitFor();
  release();
  await page.getByText("Token “late” created").waitFor();
  const token = await page.getByTestId("plaintext-token").textContent();
  remember("secrets", token);
  // It stays wherever one goes, until its own button closes it.
  await page.getByRole("link", { name: "Connectors", exact: true }).click();
  await page.getByRole("heading", { name: "Connectors" }).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.getByTestId("plaintext-token").textContent(), token);
  await button("Hide the new token").click();
  await page.getByTestId("plaintext-token").waitFor({ state: "detached" });
  await page.unroute("**/api/v1/tokens");
});

test("the browser asks before a tab with a token that was not copied is left", async () => {
  await fillToken("not copied");
  await button("Generate").click();
  remember("secrets", await page.getByTestId("plaintext-token").textContent());
  const asked = page.waitForEvent("dialog");
  const closing = page.close({ runBeforeUnload: true });
  const question = await asked;
  assert.equal(question.type(), "beforeunload");
  await question.dismiss();
  await closing;
  await button("Hide the new token").click();
});

test("a change whose answer is lost says that it may have been done, and is not sent again", async () => {
  await fillToken("lost");
  let sent = 0;
  await page.route("**/api/v1/tokens", (route) =>
    route.request().method() === "POST" ? (sent++, route.abort("connectionreset")) : route.fallback(),
  );
  await button("Generate").click();
  await page.getByRole("alert").getByText("may or may not have been made").waitFor();
  assert.equal(sent, 1);
  await page.unroute("**/api/v1/tokens");
});

test('what is refused for good has no "Try again", and its page has a title', async () => {
  await page.goto(`${wick.url}/profile/tokens/01900000-0000-7000-8000-00000000ffff`);
  await page.getByRole("alert").waitFor();
  assert.equal(await button("Try again").count(), 0);
  assert.equal(await page.title(), "Access token not found · Wick");
  await page.getByRole("heading", { name: "Access token not found" }).waitFor();
});

test("an invitation link is closed only by its button, not by Escape or a click outside", async () => {
  await page.goto(`${wick.url}/admin/users`);
  await button("Invite user").click();
  await dialog().getByLabel("Email").fill("bob@example.com");
  await dialog().getByLabel("Name").fill("Bob");
  await dialog().getByRole("button", { name: "Create link" }).click();
  const shown = page.getByRole("dialog", { name: "Bob is invited" });
  const link = await shown.getByLabel("Link", { exact: true }).textContent();
  remember("secrets", new URL(link).hash.slice("#token=".length));
  await shown.getByText("expires in 7 days").waitFor();
  await page.mouse.click(5, 5);
  await page.keyboard.press("Escape");
  assert.equal(await shown.getByLabel("Link", { exact: true }).textContent(), link);
  assert.deepEqual(await axe(page), []);
  await shown.getByRole("button", { name: "Done, hide the link" }).click();
  await shown.waitFor({ state: "detached" });

  // The link is put into the tab that says that it is incomplete.
  const guest = await (await browser.newContext()).newPage();
  await guest.goto(`${wick.url}/invite`);
  await guest.getByText("The link is incomplete").waitFor();
  await guest.evaluate((hash) => (window.location.hash = hash), new URL(link).hash);
  await guest.getByText("For bob@example.com").waitFor();
  assert.equal(new URL(guest.url()).hash, "");
  await guest.context().close();
});

test("Deactivate asks, and says what ends", async () => {
  wick.createUser("cid@example.com", "Cid");
  wick.token("cid@example.com", [], "one");
  wick.token("cid@example.com", [], "two");
  await page.goto(`${wick.url}/admin/users`);
  await button("Actions for Cid").click();
  await page.getByRole("menuitem", { name: "Deactivate" }).click();
  const question = page.getByRole("dialog", { name: "Deactivate Cid?" });
  await question.getByText("2 access tokens and all app connections").waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();
  const statusOf = async () => (await admin.get("/admin/users?query=cid@")).body.items[0].status;
  assert.equal(await statusOf(), "active");
  await button("Actions for Cid").click();
  await page.getByRole("menuitem", { name: "Deactivate" }).click();
  await question.getByRole("button", { name: "Deactivate" }).click();
  await page.getByText("Cid is deactivated.").waitFor();
  assert.equal(await statusOf(), "deactivated");
});
