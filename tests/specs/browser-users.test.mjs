// A user's page, lists of users, the way back from a token, and what a token's page and form say.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";
import { crowd, longEmail, longName } from "../lib/crowd.mjs";
import { setColorScheme } from "../lib/screens.mjs";
import { Wick, callTool, remember, until } from "../lib/wick.mjs";

let wick, admin, browser, page, bob;
const problems = [];
const button = (name) => page.getByRole("button", { name, exact: true });
const rows = () => page.locator("tbody tr[data-row]");
const heading = (name) => page.getByRole("heading", { name, exact: true, level: 1 }).waitFor();
const current = () => page.getByRole("navigation", { name: "Main" }).locator("[aria-current=page]").allTextContents();

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  bob = wick.createUser("bob@example.com", "Bob");
  for (const name of ["laptop", "runner"]) {
    const { token } = wick.token("bob@example.com", ["--description", `Where Bob's ${name} is`], name);
    await callTool(wick, token, "notes__list");
    if (name === "runner") await callTool(wick, token, "notes__get", { id: "nothing" });
  }
  await wick.signIn("bob@example.com");
  await crowd(admin, { users: 3 });
  browser = await launch();
  page = await signedInPage(browser, wick);
  page.on("pageerror", (error) => problems.push(String(error)));
});
after(async () => {
  await browser.close();
  await wick.stop();
});

test("the list of users leads to a page for each, and back to the list as it was", async () => {
  await page.goto(`${wick.url}/admin/users?query=bob`);
  await page.getByRole("link", { name: "Bob", exact: true }).click();
  await heading("Bob");
  assert.deepEqual(await current(), ["Users"]);
  const facts = await page.locator("dl").first().innerText();
  for (const fact of ["bob@example.com", "member", "active", "password"]) assert.ok(facts.includes(fact), fact);
  await page.getByText("3 calls in total, 1 error").waitFor();
  const connectors = page.getByRole("table", { name: "Calls and errors by connector" });
  assert.deepEqual(await connectors.getByRole("row").allInnerTexts(), ["Connector\tCalls\tErrors", "Notes\t3\t1"]);
  await page.reload();
  await heading("Bob");
  await page.getByRole("main").getByRole("link", { name: "← Users" }).click();
  await page.waitForURL(`${wick.url}/admin/users?query=bob`);
});

test("the page of another user's token leads back, and is not among the admin's own tokens", async () => {
  await page.goto(`${wick.url}/admin/users/${bob.id}?tab=tokens`);
  await page.getByText("Where Bob's laptop is").waitFor();
  await page.getByRole("link", { name: "laptop", exact: true }).click();
  await heading("laptop");
  assert.deepEqual(await current(), ["All access tokens"]);
  await page.getByText("Where Bob's laptop is").waitFor();
  await page.getByRole("main").getByRole("link", { name: "← Bob" }).click();
  await page.waitForURL(`${wick.url}/admin/users/${bob.id}?tab=tokens`);
  const { items } = (await admin.get(`/admin/tokens?owner=${bob.id}`)).body;
  await page.goto(`${wick.url}/profile/tokens/${items[0].id}`);
  await page.waitForURL(`${wick.url}/admin/access-tokens/${items[0].id}`);
  await heading(items[0].name);
  assert.deepEqual(await current(), ["All access tokens"]);
  await page.getByRole("link", { name: "Bob (bob@example.com)" }).click();
  await heading("Bob");
  await page.getByRole("main").getByRole("link", { name: "← Back" }).click();
  await page.waitForURL(`${wick.url}/admin/access-tokens/${items[0].id}`);
});

test("a token's page has the errors of each connector, and keeps them with who revoked it, when and why", async () => {
  const [token] = (await admin.get(`/admin/tokens?owner=${bob.id}&query=runner`)).body.items;
  await page.goto(`${wick.url}/admin/access-tokens/${token.id}`);
  const table = page.getByRole("table", { name: "Calls and errors by connector" });
  await table.waitFor();
  assert.deepEqual(await table.getByRole("row").allInnerTexts(), ["Connector\tCalls\tErrors", "Notes\t2\t1"]);
  await page.getByRole("table", { name: "Calls by address" }).getByText("127.0.0.1").waitFor();
  await page.getByRole("table", { name: "Calls by client" }).getByText("wick-tests").waitFor();
  assert.equal((await admin.delete(`/admin/tokens/${token.id}?reason=laptop+lost`)).status, 204);
  await page.reload();
  await page.getByText("· laptop lost").waitFor();
  await page.getByText("by Ann").waitFor();
  assert.equal(await table.getByRole("row").count(), 2);
});

test("a user's sessions, tokens and connections are ended on the user's page", async () => {
  await page.goto(`${wick.url}/admin/users/${bob.id}`);
  await page.getByRole("tab", { name: "Sessions" }).click();
  await button("End the session from 127.0.0.1 of Bob").click();
  await page.getByText("A session of Bob is ended.").waitFor();
  await page.getByText("Not signed in anywhere").waitFor();
  await page.getByRole("tab", { name: "Access tokens (1)" }).click();
  await button("Revoke laptop of Bob").click();
  await page.getByText("No active tokens").waitFor();
  await page.getByRole("tab", { name: "Access tokens (0)" }).waitFor();
  await page.getByRole("tab", { name: "Connections" }).click();
  await page.getByText("No connections").waitFor();
  await page.getByRole("tab", { name: "Calls" }).click();
  await until(async () => (await rows().count()) === 3);
});

test("a user's page does what the list can do, and says before whose it is and how many end", async () => {
  const eve = wick.createUser("eve@example.com", "Eve");
  for (const name of ["a", "b"]) wick.token("eve@example.com", [], name);
  await page.goto(`${wick.url}/admin/users/${eve.id}`);
  await button("Revoke all tokens").click();
  const revoking = page.getByRole("dialog", { name: "Revoke all tokens of Eve?" });
  await revoking.getByText("Eve (eve@example.com) has 2 active tokens").waitFor();
  await revoking.getByRole("button", { name: "Revoke 2 tokens" }).click();
  await page.getByText("2 tokens of Eve revoked.").waitFor();
  await button("Revoke all tokens").waitFor({ state: "detached" });
  await button("Password reset link").click();
  await page
    .getByRole("dialog", { name: "Reset the password of Eve?" })
    .getByRole("button", { name: "Cancel" })
    .click();
  await button("Deactivate").click();
  await page.getByRole("dialog", { name: "Deactivate Eve?" }).getByRole("button", { name: "Deactivate" }).click();
  await button("Reactivate").click();
  await button("Deactivate").waitFor();
  await button("Edit role and tags").click();
  await page.getByRole("dialog", { name: "Edit Eve" }).getByLabel("Name").fill("Eva");
  await button("Save").click();
  await heading("Eva");
  await button("Delete").click();
  await page.getByRole("dialog", { name: "Delete Eva?" }).getByRole("button", { name: "Delete" }).click();
  await page.waitForURL(`${wick.url}/admin/users`);
  await page.getByText("Eva is deleted.").waitFor();
});

test("the heads of columns sort all users on the server", async () => {
  for (let i = 10; i < 62; ++i)
    assert.equal(
      (await admin.post("/admin/users", { email: `user${i}@example.com`, name: `Person ${90 - i}` })).status,
      201,
    );
  await page.goto(`${wick.url}/admin/users?query=Person`);
  const first = async () => await rows().first().getByRole("link").textContent();
  await until(async () => (await first()) === "Person 80");
  await button("Name").click();
  await until(async () => (await first()) === "Person 29");
  assert.equal(await page.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort"), "ascending");
  await button("Name").click();
  await until(async () => (await first()) === "Person 80");
  await button("Created").click();
  await until(async () => (await first()) === "Person 29");
  await button("Next").click();
  await until(async () => (await first()) === "Person 79");
});

test("several users are tagged and deactivated: those on the screen, named and counted before", async () => {
  assert.equal((await admin.post("/admin/tags", { name: "on call" })).status, 201);
  await page.goto(`${wick.url}/admin/users?query=Person&sort=name`);
  const all = page.getByRole("checkbox", { name: "Select all on this page" });
  await all.check();
  await button("Tag selected (50)").waitFor();
  await button("Next").click();
  await until(async () => (await rows().count()) === 2);
  assert.equal(await page.getByRole("button", { name: /selected/ }).count(), 0, "another page starts with none");
  await all.check();
  await button("Tag selected (2)").click();
  const tagging = page.getByRole("dialog", { name: "Change tags of 2 users" });
  await tagging.getByText("Person 79 (user11@example.com)").waitFor();
  await tagging.getByRole("combobox", { name: "Add" }).click();
  await page.getByRole("option", { name: "on call" }).click();
  await page.keyboard.press("Escape");
  await tagging.getByRole("button", { name: "Change tags of 2 users" }).click();
  await page.getByText("Tags of 2 users changed.").waitFor();
  await until(async () => (await rows().getByText("on call").count()) === 2);

  const people = ["first", "second"].map((name) => wick.createUser(`${name}@many.example`, name));
  wick.token("first@many.example");
  await page.goto(`${wick.url}/admin/users?query=example`);
  for (const { name, email } of people) await page.getByRole("checkbox", { name: `Select ${name} (${email})` }).check();
  await page.getByRole("checkbox", { name: "Select Ann (ann@example.com)" }).check();
  await button("Deactivate selected (3)").click();
  const ending = page.getByRole("dialog", { name: "Deactivate 2 users?" });
  await ending.getByText("first (first@many.example), 1 active token").waitFor();
  await ending.getByText("1 selected user is skipped").waitFor();
  await ending.getByRole("button", { name: "Deactivate 2 users" }).click();
  await page.getByText("2 users deactivated.").waitFor();
  for (const { id } of people) assert.equal((await admin.get(`/admin/users/${id}`)).body.status, "deactivated");
});

test("a token whose answer was lost is not made twice, and the form says what to do", async () => {
  await page.goto(`${wick.url}/profile/tokens`);
  await button("Create token").click();
  await page.getByLabel("Name").fill("answer lost");
  await page.getByLabel("Description").fill("for the spec");
  let sent = 0;
  await page.route("**/api/v1/tokens", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    const response = await route.fetch();
    if (response.status() === 201) remember("secrets", (await response.json()).plaintext);
    return sent++ === 0 ? route.abort() : route.fulfill({ response });
  });
  await button("Generate").click();
  await page.getByText("The change may or may not have been made").waitFor();
  await button("Generate").click();
  await page.getByText("has already created the access token “answer lost”").waitFor();
  await page.unroute("**/api/v1/tokens");
  assert.equal((await admin.get("/tokens?query=answer+lost")).body.items.length, 1);
  await button("Cancel").click();
  await page.getByText("for the spec").waitFor();
});

test("a user searches the own tokens by name and description", async () => {
  for (const name of ["desk", "sofa"])
    remember("secrets", (await admin.post("/tokens", { name, description: `At the ${name}` })).body.plaintext);
  await page.goto(`${wick.url}/profile/tokens`);
  await until(async () => (await rows().count()) === 3);
  await page.getByLabel("Search").fill("AT THE SOFA");
  await until(async () => (await rows().count()) === 1);
  await page.getByRole("link", { name: "sofa", exact: true }).waitFor();
  await page.reload();
  await until(async () => (await rows().count()) === 1);
  await page.getByLabel("Search").fill("nothing like it");
  await page.getByText("No tokens match").waitFor();
  await page.getByLabel("Search").fill("");
  await until(async () => (await rows().count()) === 3);
});

test("the pages fit any screen with the longest names, and axe finds nothing on them, in light and dark", async () => {
  const long = wick.createUser(longEmail(70), longName(70));
  const { token, id } = wick.token(longEmail(70), ["--description", longName(71)], longName(72));
  await callTool(wick, token, "notes__list");
  remember("secrets", token);
  const paths = {
    [`/admin/users/${long.id}`]: () => page.getByText("1 call in total"),
    [`/admin/users/${long.id}?tab=tokens`]: () => page.getByRole("link", { name: longName(72) }),
    [`/admin/users/${long.id}?tab=sessions`]: () => page.getByText("Not signed in anywhere"),
    "/admin/users": () => page.getByRole("checkbox", { name: /^Select Ann/ }),
    [`/admin/access-tokens/${id}`]: () => page.getByText("1 call in total"),
    "/profile/tokens?query=sofa": () => page.getByRole("link", { name: "sofa", exact: true }),
  };
  for (const [path, shown] of Object.entries(paths)) {
    await page.goto(wick.url + path);
    for (const [width, colorScheme] of [
      [1440, "light"],
      [1280, "dark"],
      [390, "light"],
      [390, "dark"],
    ]) {
      await page.setViewportSize({ width, height: 900 });
      await setColorScheme(page, colorScheme);
      await shown().first().waitFor();
      await until(
        () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        10,
        `${path} at ${width} is too wide`,
      );
      const controls = await page.locator("main :is(a, button)").all();
      for (const one of controls) {
        const box = await one.boundingBox();
        if (box && box.width > 1)
          assert.ok(box.x >= 0 && box.x + box.width <= width, `${path} at ${width}: ${await one.textContent()}`);
      }
      assert.deepEqual(await axe(page), [], `${path} ${width} ${colorScheme}`);
    }
  }
  assert.deepEqual(problems, []);
});
