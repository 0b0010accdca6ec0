// Lists, dialogs and pages on each screen (lib/screens.mjs): long names, the selection, the actions, the network, times,
// the focus.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch } from "../lib/browser.mjs";
import { longName, longNames } from "../lib/crowd.mjs";
import { authorizeUrl, pkce } from "../lib/oauth.mjs";
import { button, dialog, eachScreen, fits, go, isInView, looksRight, onEveryScreen, rows } from "../lib/screens.mjs";
import { Wick, callTool, remember, until } from "../lib/wick.mjs";

let wick, admin, browser, app, connector, pastEnd;
const { onEachScreen, onePage } = eachScreen(() => ({ browser, session: admin }));

// Each test of a screen makes what it ends under a name of its own.
let made = 0;
const fresh = () => longName(`-${100 + ++made}`);
const ok = ({ status, body, text }) => (assert.ok(status < 300, text), body);

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  ({ app, connector } = await longNames(wick, admin));
  wick.createUser("max@example.com", "Max");
  const max = await wick.signIn("max@example.com");
  for (let i = 0; i < 53; ++i) ok(await max.post("/tokens", { name: `many ${100 + i}` }));
  // The page after the last but one, which is empty once the last one has ended.
  pastEnd = ok(await admin.get("/admin/tokens?query=many&status=active&sort=name&order=asc&limit=52")).next_cursor;
  ok(await admin.delete(`/admin/tokens/${(await tokensOf("many 152"))[0].id}`));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await wick.stop();
});
const tokensOf = async (query) => ok(await admin.get(`/admin/tokens?query=${encodeURIComponent(query)}`)).items;

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

// Each list, what its rows can do, and the name in its first column.
const lists = {
  "/profile/tokens": /^(Revoke|Rotate) Wolf/,
  "/profile/connections": /^Disconnect /,
  "/admin/access-tokens?query=Wolf": /^Revoke .* of /,
  "/admin/connections": /^Disconnect /,
  "/admin/users": /^Actions for /,
  "/admin/connectors": /^(Delete|Duplicate) C/,
  "/admin/tags": /^(Edit|Delete) /,
  "/admin/apps": /^(Block|New secret for|Remove) /,
  "/admin/history": /^Details of /,
};

for (const [path, action] of Object.entries(lists)) {
  onePage(
    `every action of ${path.split("?")[0]} is on each screen beside the longest names, and the names can be read whole`,
    async (page) => {
      await go(page, path);
      const actions = page.getByRole("button", { name: action });
      await actions.first().waitFor();
      const name = page
        .locator("tbody [data-cut]")
        .filter({ hasText: /Wolf|TTTT|CCCC/ })
        .first();
      await onEveryScreen(page, async ({ isPhone, colorScheme }) => {
        for (const one of (await actions.all()).slice(0, 4)) await isInView(page, one);
        const isCut = await name.evaluate((element) => element.scrollWidth > element.clientWidth);
        if (isPhone) assert.equal(isCut, false, "on a card a name is whole");
        if (!isCut || colorScheme === "dark") return;
        await page.mouse.move(0, 0);
        await name.hover();
        assert.equal(await page.getByRole("tooltip").textContent(), await name.textContent());
        await page.keyboard.press("Escape");
        await page.getByRole("tooltip").waitFor({ state: "hidden" });
        await name.focus();
        assert.equal(
          await page.evaluate(() => document.activeElement.textContent),
          await name.textContent(),
          "the keyboard reaches it",
        );
      });
    },
  );
}

onePage("long names widen no other page on any screen", async (page) => {
  const [{ id: connection }] = ok(await admin.get("/admin/connections")).items.filter(
    ({ user }) => user.name === longName(90),
  );
  const [{ id: token }] = await tokensOf(longName(93));
  for (const path of [
    "/",
    "/profile",
    `/connectors/${connector}`,
    `/connectors/${connector}?tab=test`,
    `/admin/connectors/${connector}`,
    `/admin/access-tokens/${token}`,
    `/admin/connections/${connection}`,
    `/admin/history?token=${token}`,
  ]) {
    await go(page, path);
    await page.waitForLoadState("networkidle");
    await onEveryScreen(page);
  }
});

onePage("long names widen no dialog on any screen, and push no button out of it", async (page) => {
  const [{ owner }] = await tokensOf(longName(93));
  const userAction = (verb) => async () => {
    await go(page, `/admin/users?query=${longName(90)}`);
    await button(page, `Actions for ${longName(90)}`).click();
    await page.getByRole("menuitem", { name: verb }).click();
  };
  const by = (path, opener) => async () => (await go(page, path), button(page, opener).click());
  const dialogs = [
    ["Save", userAction("Edit")],
    ["Create link", userAction("Password reset link")],
    ["Revoke 3 tokens", by(`/admin/access-tokens?owner=${owner.id}`, "Revoke all of this user")],
    ["Rotate", by("/profile/tokens", `Rotate ${longName(1)}`)],
    ["Save", by("/admin/tags", `Edit ${"T".repeat(60)}`)],
  ];
  for (const [confirm, open] of dialogs) {
    await open();
    await onEveryScreen(page, () =>
      isInView(page, page.getByRole("dialog").getByRole("button", { name: confirm, exact: true })),
    );
  }
});

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

onEachScreen(
  "offline, a token is not made and a list not loaded, and neither is when the network is back unless asked",
  async (page) => {
    const name = fresh();
    await go(page, "/profile/tokens");
    await button(page, "Create token").click();
    await page.getByLabel("Name").fill(name);
    assert.deepEqual(await withoutNetwork(page, () => button(page, "Generate").click(), "nothing was sent"), []);
    assert.deepEqual(await tokensOf(name), []);
    await go(page, "/history");
    await page.getByLabel("Operation").fill("list");
    await withoutNetwork(page, () => page.getByLabel("Operation").press("Enter"), "You are offline.");
  },
);

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

onePage("what ends the work of others is asked first, with who and how much, and Cancel ends nothing", async (page) => {
  const member = longName(90);
  const questions = {
    "/admin/users": [
      ["Deactivate", `Deactivate ${member}?`, "3 access tokens and all connections of apps end"],
      ["Delete", `Delete ${member}?`, "3 access tokens and all connections of apps end"],
      ["Password reset link", `Reset the password of ${member}?`, "signed out everywhere"],
    ],
    "/admin/apps": [
      [`Block ${longName(7)}`, `Block ${longName(7)}?`, "Its 2 connections end"],
      [`Remove ${longName(7)}`, `Remove ${longName(7)}?`, "Its 2 connections end"],
      [
        `New secret for ${longName(6)}`,
        `Replace the secret of ${longName(6)}?`,
        "The old secret stops working at once",
      ],
    ],
    "/admin/tags": [[`Delete ${"T".repeat(60)}`, `Delete the tag “${"T".repeat(60)}”?`, "on 0 users and 1 connector"]],
    "/admin/connectors": [[`Delete ${"C".repeat(60)}`, `Delete ${"C".repeat(60)}?`, "for everybody"]],
    [`/admin/connections?client=${app}`]: [
      ["Disconnect all of this app", `Disconnect ${longName(7)} from everybody?`, "2 connections will end"],
    ],
  };
  const sent = [];
  page.on("request", (request) => request.method() !== "GET" && sent.push(request.url()));
  for (const [path, asked] of Object.entries(questions)) {
    await go(page, path);
    for (const [action, title, consequence] of asked) {
      if (path === "/admin/users") {
        await button(page, `Actions for ${member}`).click();
        await page.getByRole("menuitem", { name: action }).click();
      } else {
        await button(page, action).click();
      }
      await dialog(page, title).getByText(consequence).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Cancel", "Enter alone ends nothing");
      await onEveryScreen(page, () => isInView(page, dialog(page, title).getByRole("button", { name: "Cancel" })));
      await page.keyboard.press("Enter");
      await dialog(page, title).waitFor({ state: "detached" });
    }
  }
  assert.deepEqual(sent, []);
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
        .getByText(path === "/setup" ? "This server is set up already." : "The link is incomplete")
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
