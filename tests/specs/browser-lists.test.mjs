// Lists on any screen: long names, actions always in view, the selection, the focus after an action.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";
import { crowd, longEmail, longName } from "../lib/crowd.mjs";
import { forEachScreen } from "../lib/screens.mjs";
import { Wick, callTool, until } from "../lib/wick.mjs";

let wick, admin, browser, page;
const problems = [];
const button = (name) => page.getByRole("button", { name, exact: true });
const rows = () => page.locator("tbody tr[data-row]");
const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement);
const focused = () =>
  page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent);

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  await crowd(admin, { users: 4, tokens: 53 });
  wick.createUser(longEmail(90), longName(90));
  wick.token(longEmail(90), [], longName(91));
  wick.token(longEmail(90), [], "agent");
  const label = "Connector".repeat(6);
  assert.equal(
    (
      await admin.post("/admin/connectors", {
        kind: "rest",
        label,
        description: longName(1),
        config: { base_url: "https://api.example.com" },
      })
    ).status,
    201,
  );
  assert.equal(
    (await admin.post("/admin/tags", { name: "T".repeat(60), description: longName(2), filter: false })).status,
    201,
  );
  assert.equal(
    (
      await admin.post("/admin/oauth-clients", {
        name: longName(3),
        redirect_uris: [`https://${"sub.".repeat(20)}example.com/cb`],
        confidential: true,
        device: false,
        introspects: false,
      })
    ).status,
    201,
  );
  const { token } = wick.token("ann@example.com", [], longName(4));
  assert.equal((await callTool(wick, token, "notes__list")).status, 200);
  browser = await launch();
  page = await signedInPage(browser, wick);
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
});
after(async () => {
  await browser.close();
  await wick.stop();
});

const lists = {
  "/profile/tokens": /^Revoke /,
  "/admin/access-tokens": /^Revoke .* of /,
  "/admin/users": /^Actions for /,
  "/admin/connectors": /^Delete /,
  "/admin/tags": /^Delete /,
  "/admin/apps": /^Remove /,
  "/admin/history": /^Details of /,
};

test("every action of every list is in view with the longest names, on wide, narrow and small screens", async () => {
  for (const [path, action] of Object.entries(lists)) {
    await page.goto(wick.url + path);
    for (const width of [1440, 1280, 1024, 768, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const actions = page.getByRole("button", { name: action });
      await actions.first().waitFor();
      const outside = () =>
        page.evaluate(() => {
          const controls = [...document.querySelectorAll("main button, main a, main input")].map((one) => [
            one,
            one.getBoundingClientRect(),
          ]);
          return {
            page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
            controls: controls
              .filter(([, box]) => box.width > 1 && (box.left < 0 || box.right > innerWidth))
              .map(([one]) => one.outerHTML.slice(0, 80)),
          };
        });
      await until(
        async () => {
          const found = await outside();
          return found.page === 0 && found.controls.length === 0;
        },
        10,
        `${path} at ${width}: something is outside`,
      );
      for (const one of (await actions.all()).slice(0, 3)) {
        const box = await one.boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= width, `${path} at ${width}`);
      }
    }
  }
});

test("a name that is cut is whole on hover and on focus, and Escape hides it again", async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(`${wick.url}/admin/users`);
  const email = page.getByText(longEmail(0));
  await email.waitFor();
  await until(() => email.evaluate((element) => element.scrollWidth > element.clientWidth && element.tabIndex === 0));
  await email.hover();
  assert.equal(await page.getByRole("tooltip").textContent(), longEmail(0));
  await page.keyboard.press("Escape");
  await page.getByRole("tooltip").waitFor({ state: "hidden" });
  await page.getByText(longName(1), { exact: true }).focus();
  await page.keyboard.press("Tab");
  assert.equal(await page.getByRole("tooltip").textContent(), longEmail(1));
  await page.goto(`${wick.url}/profile/tokens`);
  await page.getByRole("link", { name: longName(52) }).waitFor();
  await button(`Rotate ${longName(52)}`).focus();
  await page.keyboard.press("Shift+Tab");
  await until(async () => (await page.getByRole("tooltip").textContent()) === longName(52));
});

test("on a phone names are whole on their cards, and Revoke is apart from Rotate", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${wick.url}/profile/tokens`);
  const name = page.getByRole("link", { name: longName(52) });
  await until(() => name.evaluate((element) => element.scrollWidth <= element.clientWidth));
  const [rotate, revoke] = [
    await button(`Rotate ${longName(52)}`).boundingBox(),
    await button(`Revoke ${longName(52)}`).boundingBox(),
  ];
  assert.ok(revoke.x - (rotate.x + rotate.width) >= 12);
});

test("the selection is what is on the screen: another page, order or filter starts with none", async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(`${wick.url}/admin/access-tokens`);
  const all = page.getByRole("checkbox", { name: "Select all on this page" });
  const none = async () => {
    await button("Revoke selected").waitFor();
    assert.equal(await button("Revoke selected").isDisabled(), true);
  };
  await all.check();
  await button("Revoke selected (50)").waitFor();
  await button("Next").click();
  await none();
  await until(async () => (await rows().count()) < 50);
  await button("Previous").click();
  await until(async () => (await rows().count()) === 50);
  await none();
  await all.check();
  await button("Name").click();
  await none();
  await all.check();
  await page.getByLabel("Search").fill("agent");
  await button("Revoke agent of " + longName(90)).waitFor();
  await until(async () => (await rows().count()) === 1);
  await none();
});

test("a bulk action says before how many tokens of whom it ends, and ends exactly those", async () => {
  await page.goto(`${wick.url}/admin/access-tokens?sort=name&query=Wolfe`);
  for (const i of [10, 11]) await page.getByRole("checkbox", { name: `Select ${longName(i)} of Ann` }).check();
  await button("Revoke selected (2)").click();
  const dialog = page.getByRole("dialog", { name: "Revoke 2 tokens of Ann?" });
  for (const i of [10, 11]) await dialog.getByText(`${longName(i)}, Ann (ann@example.com)`).waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await button("Revoke selected (2)").click();
  await dialog.getByRole("button", { name: "Revoke 2 tokens" }).click();
  await page.getByText("2 tokens revoked.").waitFor();
  const { body } = await admin.get("/admin/tokens?status=inactive");
  assert.deepEqual(body.items.map(({ name }) => name).sort(), [longName(10), longName(11)]);
});

test("an admin's way to another user's token stays in the administration, and leads back", async () => {
  await page.goto(`${wick.url}/admin/access-tokens?query=agent`);
  await page.getByRole("link", { name: "agent", exact: true }).click();
  await page.getByRole("heading", { name: "agent" }).waitFor();
  const entry = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "All access tokens" });
  assert.equal(await entry.getAttribute("aria-current"), "page");
  await page
    .getByRole("main")
    .getByRole("link", { name: /All access tokens/ })
    .click();
  await page.getByRole("heading", { name: "All access tokens" }).waitFor();
});

test("filters that say nothing known count as none, and tokens are found by when they expire", async () => {
  const { body } = await admin.post("/tokens", { name: "soon over" });
  assert.equal((await admin.post(`/tokens/${body.token.id}/rotate`, { overlap_hours: 24 })).status, 201);
  await page.goto(`${wick.url}/admin/access-tokens?status=bogus&query=soon`);
  await page.getByRole("link", { name: "soon over" }).first().waitFor();
  assert.equal(await page.getByRole("combobox", { name: "Status" }).inputValue(), "Active");
  assert.equal(await rows().count(), 2);
  await page.getByRole("combobox", { name: "Expires within" }).click();
  await page.getByRole("option", { name: "7 days" }).click();
  await until(async () => (await rows().count()) === 1);
  for (const token of (await admin.get("/admin/tokens?query=soon")).body.items)
    await admin.delete(`/tokens/${token.id}`);
});

test("a call has an address of its own, and the history of one token names it", async () => {
  const { items } = (await admin.get("/runs")).body;
  await page.goto(`${wick.url}/admin/history?token=${items[0].credential.id}`);
  await until(async () => (await page.getByLabel("Token", { exact: true }).inputValue()) === `${longName(4)} of Ann`);
  await button("Details of Notes list").click();
  await page.getByRole("link", { name: items[0].id, exact: true }).click();
  await page.waitForURL(`${wick.url}/runs/${items[0].id}`);
  await page.getByRole("heading", { name: "Call" }).waitFor();
  await button("Copy Request").waitFor();
});

test("revoking all of one user names the user and the number", async () => {
  const { items } = (await admin.get(`/admin/users?query=${longEmail(90).slice(0, 30)}&status=active`)).body;
  await page.goto(`${wick.url}/admin/access-tokens?owner=${items[0].id}`);
  await button("Revoke all tokens of this user").click();
  const dialog = page.getByRole("dialog", { name: `Revoke all tokens of ${longName(90)}?` });
  await dialog.getByText("2 active tokens").waitFor();
  await dialog.getByRole("button", { name: "Revoke 2 tokens" }).click();
  await page.getByText("No tokens match").waitFor();
});

test("a page past the end leads to the last page", async () => {
  await page.goto(`${wick.url}/admin/access-tokens`);
  await button("Next").click();
  await until(async () => (await rows().count()) < 50);
  const address = page.url();
  for (const { id } of (await admin.get(`/admin/tokens?cursor=${new URL(address).searchParams.get("cursor")}`)).body
    .items)
    await admin.delete(`/admin/tokens/${id}`);
  await page.goto(address);
  await until(async () => (await rows().count()) === 50);
  assert.notEqual(page.url(), address);
});

test("after a revocation by keyboard the focus is on the next token, and on the heading after the last one", async () => {
  await page.goto(`${wick.url}/profile/tokens`);
  await button(`Revoke ${longName(40)}`).focus();
  await page.keyboard.press("Enter");
  await button(`Revoke ${longName(40)}`).waitFor({ state: "detached" });
  await until(async () => (await focused()) === longName(39));
  await admin.post("/admin/tokens/revoke", {
    ids: (await admin.get("/tokens?status=active")).body.items.slice(1).map(({ id }) => id),
  });
  await page.reload();
  const last = page.getByRole("button", { name: /^Revoke / });
  await last.waitFor();
  await last.focus();
  await page.keyboard.press("Enter");
  await page.getByText("No active tokens").waitFor();
  await until(() => isFocused(page.getByRole("heading", { level: 1 })));
});

test("after a dialog has closed, the focus is where it was opened, or at what took its place", async () => {
  await page.goto(`${wick.url}/admin/tags`);
  await button(`Edit ${"T".repeat(60)}`).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await until(async () => (await focused()) === `Edit ${"T".repeat(60)}`);
  await button(`Delete ${"T".repeat(60)}`).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("No tags yet").waitFor();
  await until(() => isFocused(page.getByRole("heading", { level: 1 })));
});

test("the lists are free of what axe finds, wide and small, in light and dark, and of errors", async () => {
  await admin.post("/tokens", { name: longName(70) });
  for (const path of [
    "/profile/tokens",
    "/admin/access-tokens",
    "/admin/users",
    "/admin/connectors",
    "/admin/history",
  ]) {
    await page.goto(wick.url + path);
    await page.getByRole("button", { name: lists[path] }).first().waitFor();
    await forEachScreen(page, async ({ width }) => assert.deepEqual(await axe(page), [], `${path} ${width}`), [
      { width: 1280, colorScheme: "light" },
      { width: 390, colorScheme: "dark" },
    ]);
  }
  assert.deepEqual(problems, []);
});
