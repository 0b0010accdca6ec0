// What is pressed, and what is said, on each screen (lib/screens.mjs): a revocation, without a network, links, times.
import assert from "node:assert/strict";
import { longName, manyTokens } from "../lib/crowd.mjs";
import { authorizeUrl, pkce } from "../lib/oauth.mjs";
import { button, dialog, fits, go, isInView, looksRight, screenTests } from "../lib/screens.mjs";
import { callTool, remember, until } from "../lib/wick.mjs";

let wick, admin, app;
const { onEachScreen, onePage } = screenTests(async (world) => {
  ({ wick, admin, app } = world);
  await manyTokens(wick, admin);
});

// Each test of a screen makes what it ends under a name of its own.
let made = 0;
const fresh = () => longName(`-${100 + ++made}`);
const ok = ({ status, body, text }) => (assert.ok(status < 300, text), body);
const tokensOf = async (query) => ok(await admin.get(`/admin/tokens?query=${encodeURIComponent(query)}`)).items;

onEachScreen("a token is revoked by one press, and its very next call is refused", async (page, screen) => {
  for (const [path, of] of [
    ["/profile/tokens", ""],
    ["/admin/access-tokens?query=Wolf", " of Ann"],
  ]) {
    const name = fresh();
    const { token } = wick.token("ann@example.com", [], name);
    assert.equal((await callTool(wick, token, "notes__list")).status, 200);
    await go(page, path);
    const revoke = button(page, `Revoke ${name}${of}`);
    await isInView(page, revoke);
    await (screen.isPhone ? revoke.tap() : revoke.click());
    await revoke.waitFor({ state: "detached" });
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.equal((await callTool(wick, token, "notes__list")).status, 401);
  }
});

/** Presses without a network, and reads what is said; gives what was sent once the network was back. */
async function withoutNetwork(page, press, words) {
  await page.context().setOffline(true);
  await page.getByRole("status").getByText("You are offline.").waitFor();
  await press();
  await page.getByRole("alert").getByText(words).first().waitFor();
  await fits(page);
  const sent = [];
  const note = (request) => request.method() !== "GET" && sent.push(request.url());
  page.on("request", note);
  await page.context().setOffline(false);
  await page.getByText("You are offline. The page").waitFor({ state: "detached" });
  // What waited for the network would be sent before this.
  await page.evaluate(() => fetch("/api/v1/session"));
  page.off("request", note);
  return sent;
}

onEachScreen("requests made offline are refused and are not sent when the network is back", async (page) => {
  const name = fresh();
  await go(page, "/profile/tokens");
  await button(page, "Create token").click();
  await page.getByLabel("Name").fill(name);
  assert.deepEqual(await withoutNetwork(page, () => button(page, "Generate").click(), "nothing was sent"), []);
  assert.deepEqual(await tokensOf(name), []);
  await go(page, "/history");
  await page.getByLabel("Operation").fill("list");
  await withoutNetwork(page, () => page.getByLabel("Operation").press("Enter"), "You are offline.");
});

onePage("nothing else that was asked for without a network happens later", async (page) => {
  await go(page, "/admin/access-tokens?query=many%20120");
  assert.deepEqual(
    await withoutNetwork(page, () => button(page, "Revoke many 120 of Max").click(), "nothing was sent"),
    [],
  );
  assert.equal((await tokensOf("many 120"))[0].status, "active");
  await go(page, "/admin/users");
  await button(page, "Invite user").click();
  const invite = dialog(page, "Invite user");
  await invite.getByLabel("Email").fill("offline@example.com");
  await invite.getByLabel("Name").fill("Off");
  assert.deepEqual(
    await withoutNetwork(page, () => invite.getByRole("button", { name: "Create link" }).click(), "nothing was sent"),
    [],
  );
  assert.deepEqual(ok(await admin.get("/admin/users?query=offline@")).items, []);
  await go(page, "/admin/connectors");
  const on = page.getByRole("switch", { name: `${"C".repeat(60)} is on` });
  assert.deepEqual(await withoutNetwork(page, () => on.click({ force: true }), "nothing was sent"), []);
  assert.equal(await on.isChecked(), true);
  await page.goto(String(authorizeUrl(wick, app, pkce().challenge)));
  await button(page, "Approve").waitFor();
  assert.deepEqual(await withoutNetwork(page, () => button(page, "Approve").click(), "nothing was sent"), []);
});

onEachScreen(
  "a link put into the tab that calls it incomplete is taken, and its secret leaves the address bar",
  async (page, _, another) => {
    const email = `guest${++made}@example.com`;
    const { invite } = ok(await admin.post("/admin/users", { email, name: "Guest", role: "member" }));
    const { hash } = new URL(invite.url);
    remember("secrets", hash.slice("#token=".length));
    const visitor = await another();
    for (const path of ["/setup", "/invite"]) {
      await visitor.goto(wick.url + path);
      await visitor
        .getByText(path === "/setup" ? "This server is already set up." : "The link is incomplete")
        .waitFor();
      await fits(visitor);
      await visitor.evaluate((secret) => (window.location.hash = secret), hash);
      await visitor.waitForURL(wick.url + path);
    }
    await visitor.getByText(`For ${email}`).waitFor();
    await looksRight(visitor);
    await go(page, "/");
  },
);

onEachScreen(
  "times are said by the calendar day of the viewer, and exactly on hover or tap",
  async (idle, screen, another) => {
    const page = await another(admin); // whose clock is another
    const zone = "Europe/Berlin";
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
    const [{ name, created_at }] = await tokensOf("many 110");
    const at = clock.format(new Date(created_at));
    // The next midnight in Berlin, by hours that are there on each day.
    const hour = 3_600_000;
    const day = (time) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(time);
    let midnight = Math.ceil(Date.parse(created_at) / hour) * hour;
    while (day(midnight - 1) === day(midnight)) midnight += hour;
    const says = async (now, text) => {
      await page.clock.setFixedTime(now);
      await go(page, `/admin/access-tokens?query=${name}`);
      await page.getByText(text, { exact: true }).waitFor();
    };
    await says(midnight - 1, `today ${at}`);
    await says(midnight, `yesterday ${at}`);
    await says(midnight + 23 * hour, `yesterday ${at}`);
    const [year, month, date] = day(Date.parse(created_at)).split("-").map(Number);
    const words = `${date} ${new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" }).format(Date.UTC(year, month - 1))} ${year}`;
    await says(midnight + 49 * hour, words);
    const time = page.locator(`time[datetime="${created_at}"]`);
    await (screen.isPhone ? time.tap() : time.hover());
    const seconds = String(new Date(created_at).getUTCSeconds()).padStart(2, "0");
    await until(async () =>
      new RegExp(`^${words}, ${at}:${seconds} (CET|CEST|GMT\\+[12])$`).test(
        await page.getByRole("tooltip").textContent(),
      ),
    );
    await isInView(page, page.getByRole("tooltip"));
    await looksRight(page);
    if (screen.isPhone) {
      await page.getByRole("heading", { level: 1 }).tap();
      await page.getByRole("tooltip").waitFor({ state: "hidden" });
    }
    await go(idle, "/");
  },
);
