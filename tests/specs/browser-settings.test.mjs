// The operator's settings, as the API gives them to admins and as their page shows them.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch, signedInPage } from "../lib/browser.mjs";
import { onEveryScreen } from "../lib/screens.mjs";
import { Wick, until } from "../lib/wick.mjs";

const secret = "a-secret-of-the-provider-4711";
let wick, admin, browser, page, folder;

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "wick-settings-"));
  fs.writeFileSync(
    path.join(folder, "wick.toml"),
    `[audit]\nrow_days = 31\npayload_days = 3\n[limits]\nstreams_per_user = 7\n[server]\ncors_origins = ["https://app.example.com", "https://${"sub.".repeat(30)}example.com"]\n`,
  );
  fs.writeFileSync(path.join(folder, "secret"), secret);
  wick = await Wick.start({
    args: ["--config", path.join(folder, "wick.toml"), "--set", "audit.row_days=33", "--log-level", "warn"],
    environment: {
      WICK_AUDIT_ROW_DAYS: "32",
      WICK_AUDIT_PAYLOAD_DAYS: "4",
      WICK_OIDC_ISSUER: "https://accounts.example.com",
      WICK_OIDC_CLIENT_ID: "wick",
      WICK_OIDC_CLIENT_SECRET_FILE: path.join(folder, "secret"),
    },
  });
  wick.createUser("bob@example.com", "Bob");
  admin = await wick.signIn();
  browser = await launch();
  page = await signedInPage(browser, wick);
});
after(async () => {
  await browser.close();
  await wick.stop();
  fs.rmSync(folder, { recursive: true });
});

const settings = async () =>
  Object.fromEntries((await admin.get("/admin/settings")).body.items.map((one) => [one.key, one]));

test("every setting of the command line is there, with its meaning and default", async () => {
  const known = wick.json(["settings"]);
  const { items } = (await admin.get("/admin/settings")).body;
  assert.deepEqual(
    items.map(({ key, meaning }) => [key, meaning]),
    known.map(({ key, meaning }) => [key, meaning]),
  );
  for (const { key, default: usual } of known) {
    const one = items.find((item) => item.key === key);
    assert.equal(one.default, key === "oidc.client_secret" ? null : usual, key);
    assert.equal(one.needs_restart, true);
    assert.equal(one.environment_name, `WICK_${key.toUpperCase().replaceAll(".", "_")}`);
  }
});

test("a value is the one that holds, and its source the one that overrides the others", async () => {
  const all = await settings();
  const is = (key, value, source) => assert.deepEqual([all[key].value, all[key].source], [value, source], key);
  is("audit.row_days", "33", "flag");
  is("audit.payload_days", "4", "environment");
  is("limits.streams_per_user", "7", "file");
  is("log_level", "warn", "flag");
  is("listen", `127.0.0.1:${wick.port}`, "flag");
  is("public_url", wick.url, "default");
  is("limits.calls_per_user", "256", "default");
});

test("a secret is nowhere in the answer, only that it is set and from where", async () => {
  const answer = await admin.get("/admin/settings");
  assert.ok(!answer.text.includes(secret));
  const { value, source } = (await settings())["oidc.client_secret"];
  assert.deepEqual([value, source], [{ set: true }, "environment"]);
});

test("only admins read the settings, and nobody writes them", async () => {
  const bob = await wick.signIn("bob@example.com");
  assert.equal((await bob.get("/admin/settings")).status, 403);
  for (const method of ["POST", "PUT", "PATCH", "DELETE"])
    assert.equal((await admin.request(method, "/admin/settings", {})).status, 405, method);
});

test("the page finds a setting by name, meaning or value, and shows those that were set", async () => {
  await page.goto(`${wick.url}/admin/settings`);
  await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
  const rows = page.getByRole("table", { name: "Settings" }).locator("tbody tr");
  await rows.first().waitFor();
  const search = page.getByLabel("Search");
  await search.fill("Days RECORD of a call");
  await until(async () => (await rows.count()) === 1);
  assert.match(
    await rows.textContent(),
    /audit\.row_days.*Days for which the record of a call is kept\..*33.*Default: 90.*Flag.*After a restart/,
  );
  await search.fill("oidc.client_secret");
  await until(async () => (await rows.count()) === 2);
  await rows.first().getByText("Set, not shown").waitFor();
  assert.ok(!(await page.content()).includes(secret));
  await search.fill("no such thing");
  await page.getByText("No settings match").waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByLabel("Hide defaults").check();
  await until(
    async () =>
      (await rows.count()) === Object.values(await settings()).filter(({ source }) => source !== "default").length,
  );
});

test("a member finds no such page", async () => {
  const other = await signedInPage(browser, wick, "bob@example.com");
  await other.goto(`${wick.url}/admin/settings`);
  await other.getByRole("heading", { name: "Page not found" }).waitFor();
  await other.context().close();
});

test("the page is clean under axe and never wider than the screen, wide and small, light and dark", async () => {
  await page.goto(`${wick.url}/admin/settings`);
  await page.getByRole("table", { name: "Settings" }).waitFor();
  await onEveryScreen(page);
});
