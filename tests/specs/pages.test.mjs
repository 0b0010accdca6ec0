// Lists that go on by cursors: all tokens, and users.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { launch, signedInPage } from "../lib/browser.mjs";
import { Wick, modern } from "../lib/wick.mjs";

let wick, admin;
const people = 57;

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  const ids = {};
  for (let i = 10; i < 10 + people; ++i) {
    const { body } = await admin.post("/admin/users", {
      email: `user${i}@example.com`,
      name: `Person ${i}`,
      role: "member",
    });
    ids[i] = body.user.id;
  }
  for (let i = 0; i < 61; ++i)
    assert.equal((await admin.post("/tokens", { name: `${i % 2 ? "Laptop" : "runner"} ${100 + i}` })).status, 201);
});
after(() => wick.stop());

// The items of every page, and the pages' cursors.
async function all(route) {
  const items = [],
    pages = [];
  for (let cursor = ""; ;) {
    const { status, body } = await admin.get(`${route}${cursor && `&cursor=${cursor}`}`);
    assert.equal(status, 200, JSON.stringify(body));
    items.push(...body.items);
    pages.push(body);
    if (!body.next_cursor) return { items, pages };
    cursor = body.next_cursor;
  }
}

test("every token is on one page, in the asked order, and the way back leads through the same pages", async () => {
  const { items, pages } = await all("/admin/tokens?sort=name&order=asc&limit=9");
  assert.equal(items.length, 61);
  assert.deepEqual(
    items.map(({ name }) => name),
    items.map(({ name }) => name).sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
  );
  assert.deepEqual(
    pages.map(({ total }) => total),
    pages.map(() => 61),
  );
  assert.equal(pages[0].previous_cursor, null);
  for (let i = pages.length - 1; i > 0; --i) {
    const { body } = await admin.get(`/admin/tokens?sort=name&order=asc&limit=9&cursor=${pages[i].previous_cursor}`);
    assert.deepEqual(
      body.items.map(({ id }) => id),
      pages[i - 1].items.map(({ id }) => id),
    );
  }
});

test("tokens that come and go between two pages shift nothing", async () => {
  const first = (await admin.get("/admin/tokens?limit=5")).body;
  await admin.delete(`/admin/tokens/${first.items[0].id}`);
  await admin.post("/tokens", { name: "newcomer" });
  const second = (await admin.get(`/admin/tokens?limit=5&cursor=${first.next_cursor}`)).body;
  const names = (await all("/admin/tokens?limit=50")).items.map(({ id }) => id);
  assert.deepEqual(
    second.items.map(({ id }) => id),
    names.slice(5, 10),
  );
});

test("a search finds parts of names and emails, and short ones find beginnings", async () => {
  const found = async (route) => (await all(route)).items.length;
  assert.equal(await found("/admin/tokens?query=APTOP&limit=7"), 30);
  assert.equal(await found("/admin/tokens?query=la&limit=7"), 30);
  assert.equal(await found("/admin/tokens?query=ap&limit=7"), 0);
  assert.equal(await found("/admin/tokens?query=%25&limit=7"), 0);
  assert.equal(await found("/admin/users?query=son+1&limit=7"), 10);
  assert.equal(await found("/admin/users?query=user2&limit=7"), 10);
  assert.equal(await found("/admin/users?query=example.com&limit=7"), people + 1);
});

test("a cursor of another order and a page that does not exist any more are errors of the caller", async () => {
  const { next_cursor } = (await admin.get("/admin/tokens?limit=5")).body;
  for (const query of [`sort=name&cursor=${next_cursor}`, "cursor=nonsense", "limit=0", "limit=201", "query=%FF%FE%FD"])
    assert.equal((await admin.get(`/admin/tokens?${query}`)).status, 400, query);
  assert.equal((await admin.get("/admin/users?cursor=nonsense")).status, 400);
  assert.equal((await admin.get("/admin/users?status=nonsense")).status, 400);
});

test("the lists read, and show a use at once that is not written yet", async () => {
  const { token, id } = wick.token("ann@example.com", [], "just used");
  const state = () =>
    execFileSync("sqlite3", [`${wick.data}/wick.db`, `SELECT last_used_at IS NULL FROM tokens WHERE id = '${id}'`], {
      encoding: "utf8",
    }).trim();
  await modern(wick, token, "server/discover");
  const listed = async (query) => (await admin.get(`/admin/tokens?query=just+used&${query}`)).body.items;
  if (state() === "1") {
    assert.equal((await listed("")).at(0).last_used.ip, "127.0.0.1");
    assert.deepEqual(await listed("never_used=true"), []);
    assert.equal((await admin.get(`/tokens/${id}`)).body.last_used.ip, "127.0.0.1");
    assert.equal((await admin.get("/tokens")).body.items.find((one) => one.id === id).last_used.ip, "127.0.0.1");
  }
  assert.deepEqual(await listed("never_used=true"), []);
});

test("Next and Previous turn pages, the URL keeps the page, and a filter starts at the first page", async () => {
  const browser = await launch();
  try {
    const page = await signedInPage(browser, wick);
    const people = () => page.getByText(/@example.com$/).allTextContents();
    await page.goto(`${wick.url}/admin/users`);
    await page.getByText("58 users").waitFor();
    const first = await people();
    assert.equal(first.length, 50);
    assert.ok(await page.getByRole("button", { name: "Previous" }).isDisabled());
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("user66@example.com").waitFor();
    assert.ok(await page.getByRole("button", { name: "Next" }).isDisabled());
    await page.reload();
    await page.getByText("user66@example.com").waitFor();
    await page.getByRole("button", { name: "Previous" }).click();
    await page.getByText("ann@example.com").waitFor();
    assert.deepEqual(await people(), first);
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("user66@example.com").waitFor();
    await page.getByLabel("Search").fill("person 1");
    await page.getByText("user10@example.com").waitFor();
    assert.equal((await people()).length, 10);
  } finally {
    await browser.close();
  }
});
