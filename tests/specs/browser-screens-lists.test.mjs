// Lists on each screen (lib/screens.mjs): the selection, pages, filters, the focus.
import assert from "node:assert/strict";
import { longName, manyTokens } from "../lib/crowd.mjs";
import { button, dialog, go, isInView, rows, screenTests } from "../lib/screens.mjs";
import { until } from "../lib/wick.mjs";

let wick, admin, app, pastEnd;
const { onEachScreen, onePage } = screenTests(async (world) => {
  ({ wick, admin, app } = world);
  pastEnd = await manyTokens(wick, admin);
});

// Each test of a screen makes what it ends under a name of its own.
let made = 0;
const fresh = () => longName(`-${100 + ++made}`);

onEachScreen(
  "only tokens that are on the screen are selected, and the dialog names those that it ends",
  async (page) => {
    await go(page, "/admin/access-tokens?query=many&sort=name");
    const all = page.getByRole("checkbox", { name: "Select all on this page" });
    const none = async () => {
      await button(page, "Revoke selected").waitFor();
      assert.equal(await button(page, "Revoke selected").isDisabled(), true);
      assert.equal(await page.locator("main tbody input:checked").count(), 0);
    };
    await all.check();
    await button(page, "Revoke selected (50)").waitFor();
    await button(page, "Next").click();
    await page.getByRole("link", { name: "many 151" }).waitFor();
    await none();
    await all.check();
    await button(page, "Name").click();
    await page.getByRole("link", { name: "many 100" }).waitFor({ state: "detached" });
    await none();
    await all.check();
    await page.getByLabel("Search").fill("many 10");
    await until(async () => (await rows(page).count()) === 10);
    await none();
    for (const i of [3, 7]) await page.getByRole("checkbox", { name: `Select many 10${i} of Max` }).check();
    await button(page, "Revoke selected (2)").click();
    const question = dialog(page, "Revoke 2 tokens of Max?");
    await question.getByRole("listitem").first().waitFor();
    assert.deepEqual(
      await question.getByRole("listitem").allTextContents(),
      [7, 3].map((i) => `many 10${i}, Max (max@example.com)`),
    );
    await isInView(page, question.getByRole("button", { name: "Revoke 2 tokens" }));
  },
);

onEachScreen("a page past the end leads to the last one, and a page of another list to the first", async (page) => {
  const list = "/admin/access-tokens?query=many&sort=name";
  await go(page, `${list}&cursor=${pastEnd}`);
  await until(async () => (await rows(page).count()) > 0);
  await page.getByText("many 150", { exact: true }).waitFor();
  assert.equal(await page.getByText("No tokens match").count(), 0);
  await button(page, "Next").click();
  await page.getByText("many 151", { exact: true }).waitFor();
  assert.equal(await button(page, "Next").isDisabled(), true);
  for (const path of [
    `${list}&order=desc&cursor=${pastEnd}`,
    `/admin/users?cursor=${pastEnd}`,
    "/admin/users?cursor=nonsense",
  ]) {
    await go(page, path);
    await until(async () => (await rows(page).count()) > 0);
    assert.equal(await page.getByRole("button", { name: "Previous", disabled: false }).count(), 0);
    assert.equal(await page.getByRole("alert").count(), 0);
  }
});

onePage("a list is never filtered by a box that looks empty", async (page) => {
  const none = "01900000-0000-7000-8000-00000000ffff";
  const shown = {
    "/admin/access-tokens?unused_days=5": ["Unused for", "5 days"],
    "/admin/access-tokens?expiring_days=12": ["Expires within", "12 days"],
    [`/admin/access-tokens?owner=${none}`]: ["Owner", none],
    [`/history?connector=${none}`]: ["Connector", none],
    [`/history?token=${none}`]: ["Token", none],
    [`/admin/connections?client=${app}`]: ["App", longName(7)],
    // What is no filter at all leaves its box empty.
    "/admin/access-tokens?unused_days=soon": ["Unused for", ""],
    "/history?status=bogus&from=yesterday": ["Status", ""],
  };
  for (const [path, [label, text]] of Object.entries(shown)) {
    await go(page, path);
    await until(
      async () => (await page.getByLabel(label, { exact: true }).first().inputValue()) === text,
      10,
      `${path}: ${label}`,
    );
  }
  await page
    .getByRole("button", { name: /^Details of / })
    .first()
    .waitFor();
});

onEachScreen(
  "after a revocation by keyboard the focus is at the next token, after the last one at the heading",
  async (page) => {
    const names = ["", "", ""].map(() => fresh());
    const owner = wick.createUser(`keys${++made}@example.com`, `Keys ${made}`);
    for (const name of names) wick.token(owner.email, [], name);
    await go(page, `/admin/access-tokens?query=keys${made}`);
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    for (const [ended, next] of [
      [names[1], names[0]],
      [names[2], names[0]],
      [names[0], "All access tokens"],
    ]) {
      const revoke = button(page, `Revoke ${ended} of Keys ${made}`);
      await revoke.focus();
      await page.keyboard.press("Enter");
      await revoke.waitFor({ state: "detached" });
      await until(async () => (await focused()) === next, 10, `the focus is at “${await focused()}”`);
    }
  },
);
