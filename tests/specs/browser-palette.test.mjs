// The command palette and the shortcuts of the web app.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";
import { forEachScreen } from "../lib/screens.mjs";
import { Wick, notesId, until } from "../lib/wick.mjs";

const longLabel = "Connector".repeat(6);
const otherLongLabel = `${longLabel}2`;
let wick, admin, browser, page;
const palette = () => page.getByRole("dialog", { name: "Go to" });
const field = () => palette().getByRole("combobox");
const options = () => palette().getByRole("option");
const chosen = () => palette().getByRole("option", { selected: true });
const open = async (path = "/history") => {
  await page.goto(wick.url + path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Control+k");
  await field().waitFor();
};

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  wick.createUser("bob@example.com", "Bob");
  for (const label of [longLabel, otherLongLabel]) {
    const config = { base_url: "https://api.example.com" };
    const { status, text } = await admin.post("/admin/connectors", { kind: "rest", label, config });
    assert.equal(status, 201, text);
  }
  browser = await launch();
  page = await signedInPage(browser, wick);
});
after(async () => {
  await browser.close();
  await wick.stop();
});

test("Control+K goes to a page, by arrow keys and Enter", async () => {
  await open();
  assert.equal(await field().evaluate((element) => element === document.activeElement), true);
  await field().fill("token");
  await until(async () => (await options().allTextContents()).join() === "Access tokens,All access tokens");
  assert.equal(await chosen().textContent(), "Access tokens");
  await page.keyboard.press("ArrowDown");
  assert.equal(await field().getAttribute("aria-activedescendant"), await chosen().getAttribute("id"));
  assert.equal(await chosen().textContent(), "All access tokens");
  await page.keyboard.press("ArrowDown");
  assert.equal(await chosen().textContent(), "Access tokens");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${wick.url}/admin/access-tokens`);
  await palette().waitFor({ state: "detached" });
});

test("Meta+K goes to a connector, its management or a user, also by a click", async () => {
  await page.goto(`${wick.url}/history`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Meta+k");
  await field().fill("notes");
  await until(async () => (await options().allTextContents()).join() === "Notes,Manage Notes");
  await options().first().click();
  await page.waitForURL(`${wick.url}/connectors/${notesId}`);
  await page.keyboard.press("Control+k");
  await field().fill("manage notes");
  await until(async () => (await options().count()) === 1);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${wick.url}/admin/connectors/${notesId}`);
  await page.keyboard.press("Control+k");
  await field().fill("bob@");
  await options().filter({ hasText: "Bob (bob@example.com)" }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/admin\/users\/[0-9a-f-]{36}$/);
  await page.getByRole("heading", { name: "Bob", level: 1 }).waitFor();
});

test("the button opens the palette, Escape closes it and restores the focus, and no match is stated", async () => {
  await page.goto(`${wick.url}/history`);
  await page.getByRole("button", { name: "Go to a page" }).click();
  await field().fill("zzz");
  await palette().getByText("Nothing has this name.").waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await palette().waitFor({ state: "detached" });
  await until(() =>
    page.getByRole("button", { name: "Go to a page" }).evaluate((element) => element === document.activeElement),
  );
  assert.equal(page.url(), `${wick.url}/history`);
});

test("keys that are typed into a field or a dialog stay there", async () => {
  await page.goto(`${wick.url}/admin/users`);
  const search = page.getByLabel("Search");
  await search.focus();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("a?b");
  assert.equal(await search.inputValue(), "a?b");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.getByRole("button", { name: "Invite user" }).click();
  await page.getByRole("dialog").getByLabel("Email").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).focus();
  await page.keyboard.press("Control+k");
  await page.keyboard.press("?");
  assert.equal(await page.getByRole("dialog").count(), 1);
  await page.getByRole("dialog").getByLabel("Email").waitFor();
});

test("a question mark shows the shortcuts", async () => {
  await page.goto(`${wick.url}/history`);
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await help.getByText("Go to a page, a connector or a user").waitFor();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
});

test("a member is led to no page of admins, and no user is searched for", async () => {
  const other = await signedInPage(browser, wick, "bob@example.com");
  const asked = [];
  other.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await other.getByRole("heading", { level: 1 }).waitFor();
  await other.keyboard.press("Control+k");
  const dialog = other.getByRole("dialog", { name: "Go to" });
  await dialog.getByRole("option", { name: "Notes" }).waitFor();
  const names = await dialog.getByRole("option").allTextContents();
  assert.ok(
    names.includes("Access tokens") && !names.includes("Users") && !names.includes("Manage Notes"),
    String(names),
  );
  await dialog.getByRole("combobox").fill("ann");
  await dialog.getByText("Nothing has this name.").waitFor();
  assert.deepEqual(
    asked.filter((path) => path.startsWith("/api/v1/admin")),
    [],
  );
  await other.context().close();
});

test("the palette is clean under axe and fits the screen, wide and small, light and dark, with long names", async () => {
  await open();
  await options().filter({ hasText: longLabel }).first().waitFor();
  await forEachScreen(page, async ({ width, colorScheme }) => {
    assert.deepEqual(await axe(page), [], `${width} ${colorScheme}`);
    const overhang = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await until(async () => (await overhang()) === 0, 10, `the page is wider than ${width}`);
    for (const name of [longLabel, otherLongLabel]) {
      const label = palette().getByText(`Manage ${name}`, { exact: true });
      const isWhole = (element) =>
        element.scrollWidth <= element.clientWidth + 1 && element.scrollHeight <= element.clientHeight + 1;
      assert.ok(await label.evaluate(isWhole), `${name} is cut at ${width}`);
    }
  });
});
