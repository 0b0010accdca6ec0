// What is shown once, what apps ask for, names, and what pages load and lead to, on each screen (lib/screens.mjs).
import assert from "node:assert/strict";
import { firstLoad } from "../lib/browser.mjs";
import { longEmail, longName, systems } from "../lib/crowd.mjs";
import { authorizeUrl, connect, pkce, register } from "../lib/oauth.mjs";
import { button, dialog, fits, go, isInView, looksRight, onEveryScreen, rows, screenTests } from "../lib/screens.mjs";
import { callTool, remember, until } from "../lib/wick.mjs";

const connectors = 12,
  operationsEach = 50;
const rlo = "\u202E";

let wick, admin, app;
const { onEachScreen, onePage } = screenTests(async (world) => {
  ({ wick, admin, app } = world);
  await systems(admin, { connectors, operations: operationsEach });
});

let made = 0;
const ok = ({ status, body, text }) => (assert.ok(status < 300, text), body);

onEachScreen("a secret that is shown once is closed only by its button", async (page) => {
  const survives = async (secret, close) => {
    const text = await secret.textContent();
    await page.mouse.click(2, 300);
    await page.keyboard.press("Escape");
    assert.equal(await secret.textContent(), text);
    await fits(page);
    await isInView(page, button(page, close));
    await button(page, close).click();
    await secret.waitFor({ state: "detached" });
    assert.equal((await page.content()).includes(text), false);
    return text;
  };
  await go(page, "/admin/users");
  await button(page, "Invite user").click();
  await dialog(page, "Invite user")
    .getByLabel("Email")
    .fill(`${++made}.${longEmail(1)}`);
  await dialog(page, "Invite user").getByLabel("Name").fill(longName(made));
  await dialog(page, "Invite user").getByRole("button", { name: "Create link" }).click();
  const link = page.getByRole("dialog").getByLabel("Link", { exact: true });
  await page.getByRole("dialog").getByText("expires in 7 days").waitFor();
  remember("secrets", new URL(await survives(link, "Done, hide the link")).hash.slice("#token=".length));

  const name = longName(`-${100 + ++made}`);
  await go(page, "/profile/tokens");
  await button(page, "Create token").click();
  await page.getByLabel("Name").fill(name);
  await button(page, "Generate").click();
  remember("secrets", await survives(page.getByTestId("plaintext-token"), "Hide the new token"));
  await button(page, `Rotate ${name}`).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
  remember("secrets", await survives(page.getByTestId("plaintext-token"), "Hide the new token"));

  await go(page, "/admin/apps");
  await button(page, `New secret for ${longName(6)}`).click();
  await page.getByRole("dialog").getByRole("button", { name: "Replace secret" }).click();
  remember("secrets", await survives(page.getByTestId("client-secret"), "Hide the client secret"));
});

onEachScreen(
  "the error pages of OAuth have a main landmark and the colors of the app",
  async (page, { colorScheme }) => {
    const wrong = authorizeUrl(wick, app, pkce().challenge, {
      redirect_uri: `https://${"else.".repeat(30)}example.com/cb`,
    });
    await go(page, "/");
    const colors = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const url of [`${wick.url}/oauth/authorize?client_id=nobody&response_type=code`, String(wrong)]) {
      const response = await page.goto(url);
      assert.equal(response.status(), 400);
      await page.getByRole("main").getByRole("heading", { level: 1 }).waitFor();
      const look = await page.evaluate(() => [
        getComputedStyle(document.body).backgroundColor,
        getComputedStyle(document.body).fontFamily,
      ]);
      assert.equal(look[0], colors, colorScheme);
      assert.doesNotMatch(look[1], /^("?Times|serif)/);
      await looksRight(page);
    }
  },
);

onEachScreen(
  "consent names what is asked for, and six hundred operations are chosen by group and by search",
  async (page) => {
    await page.goto(String(authorizeUrl(wick, app, pkce().challenge)));
    await page.getByText(longName(7)).first().waitFor();
    await page.getByText("Read and write").waitFor();
    await page.getByText(/^Now: .*System 0, System 1, .*System 10/).waitFor();
    await fits(page);
    await page.getByRole("radiogroup", { name: "Operations" }).getByLabel("Chosen operations").check();
    const groups = page.getByRole("group", { name: "Operations in the scope" });
    await groups.getByRole("checkbox", { name: "All of System 11" }).check();
    await page.getByText(`${operationsEach} operations chosen`).waitFor();
    await page.getByLabel("Search operations").fill("thing 7 of 5");
    await button(page, "Choose all 1 shown").click();
    await page.getByLabel("Search operations").fill("");
    await button(page, "Operations of System 5").click();
    assert.equal(
      await page.getByRole("list", { name: "Operations of System 5" }).getByLabel("Change thing 7 of 5").isChecked(),
      true,
    );
    await page.getByText(`${operationsEach + 1} operations chosen`).waitFor();
    await isInView(page, button(page, "Approve"));
    assert.equal(await button(page, "Approve").isEnabled(), true);
  },
);

// Each form that takes a name: where it is, how it is opened, its field and what sends it.
const forms = [
  ["/profile/tokens", "Create token", "Name", "Generate"],
  ["/profile", null, "Name", "Save name"],
  ["/admin/users", "Invite user", "Name", "Create link", { Email: "hidden@example.com" }],
  ["/admin/tags", "Create tag", "Name", "Save"],
  ["/admin/connectors", "Add connector", "Label", "Add"],
  ["/admin/apps", "Register an app", "Name", "Register", { "Redirect URIs": "https://app.example.com/cb" }],
];

for (const [path, open, field, send, others = {}] of forms) {
  onePage(`the form of ${path} refuses a name with a bidi control and names the character`, async (page) => {
    await go(page, path);
    if (open) await button(page, open).click();
    const place = open && path !== "/profile/tokens" ? page.getByRole("dialog") : page.getByRole("main");
    for (const [label, value] of Object.entries(others)) await place.getByLabel(label).fill(value);
    await place
      .getByLabel(field, { exact: true })
      .or(place.getByLabel(`${field} *`, { exact: true }))
      .first()
      .fill(`pay${rlo}lap`);
    await place.getByRole("button", { name: send, exact: true }).click();
    await page.getByRole("alert").getByText("U+202E").waitFor();
    await onEveryScreen(page);
  });
}

onEachScreen("the page of all calls loads at most 250 kB first", async (page, _, another) => {
  const { bytes } = await firstLoad(await another(admin), "/admin/history");
  assert.ok(bytes > 50_000 && bytes <= 250_000, `${bytes}`);
  await go(page, "/");
});

onePage("no page loads a list that nobody has opened", async (page) => {
  const unopened = {
    "/admin/history": /\/(users|connectors|tokens)$/,
    "/history": /\/(connectors|tokens)$/,
    "/admin/access-tokens": /\/users$/,
    "/admin/connections": /\/(users|oauth-clients)$/,
  };
  for (const [path, lists] of Object.entries(unopened)) {
    const { asked } = await firstLoad(page, path);
    assert.deepEqual(
      asked.filter((one) => one.startsWith("/api/") && lists.test(one)),
      [],
      path,
    );
  }
});

onEachScreen("“today” on the dashboard leads to the calls of today, and to those that failed", async (page) => {
  await go(page, "/admin");
  const { calls_today, errors_today } = ok(await admin.get("/admin/dashboard"));
  assert.ok(calls_today > errors_today && errors_today > 0);
  await page.getByRole("link", { name: `Calls today ${calls_today}` }).click();
  await page.getByRole("heading", { name: "All history" }).waitFor();
  await until(async () => (await rows(page).count()) === Math.min(calls_today, 50));
  const from = new URL(page.url()).searchParams.get("from");
  assert.equal(from, `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`);
  assert.notEqual(await page.getByLabel("From").inputValue(), "");
  await page.goBack();
  await page.getByRole("link", { name: `Errors today ${errors_today}` }).click();
  await page.getByRole("heading", { name: "All history" }).waitFor();
  await until(async () => (await rows(page).count()) === errors_today);
  assert.equal(await rows(page).getByText("ok", { exact: true }).count(), 0);
});

onEachScreen(
  "Disconnect all names the app and everybody who used it, and ends exactly those connections",
  async (page) => {
    const client = (await register(wick, { client_name: `Desk ${++made}` })).body.client_id;
    const mine = await connect(wick, admin, { client });
    const other = await connect(wick, admin, { client: app });
    await go(page, `/admin/connections?client=${client}`);
    await button(page, "Disconnect this app from all users").click();
    const question = dialog(page, `Disconnect Desk ${made} from all users?`);
    await question.getByText("1 connection will end, of Ann.").waitFor();
    await looksRight(page);
    await question.getByRole("button", { name: "Disconnect all" }).click();
    await page.getByText("1 connection ended.").waitFor();
    await page.getByText("No connections match").waitFor();
    const status = async ({ access_token }) => (await callTool(wick, access_token, "notes__list")).status;
    assert.deepEqual([await status(mine), await status(other)], [401, 200]);
  },
);
