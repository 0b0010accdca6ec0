// Which addresses have a page, and what a page says about something that does not exist.
import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";
import { Wick, notesId } from "../lib/wick.mjs";

const source = (file) => fs.readFileSync(new URL(`../../web/src/${file}`, import.meta.url), "utf8");
const routes = JSON.parse(source("routes.json"));
const nobody = "01900000-0000-7000-8000-00000000ffff";
const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
let wick, browser, page;

const ask = (path, options) => fetch(wick.url + path, { redirect: "manual", ...options });
const unknown = [
  "/nothing",
  "/admin/nothing",
  "/connectors",
  "/history/1",
  "/profile/tokens/1/2",
  "/index.html",
  "/wp-login.php",
  "/mcp/nothing",
  "/oauth/nothing",
  "/%",
  "/admin%2Fusers",
  "/assets",
];

before(async () => {
  wick = await Wick.start();
  browser = await launch();
  page = await signedInPage(browser, wick);
});
after(async () => {
  await browser.close();
  await wick.stop();
});

test("the list of routes and the router name the same pages", () => {
  const routed = [...source("router.tsx").matchAll(/\bpage\(\s*"([^"]+)"/g)].map(([, path]) => path);
  assert.deepEqual(routed.toSorted(), Object.keys(routes).toSorted());
  assert.deepEqual([...new Set(Object.values(routes))].toSorted(), ["admin", "public", "session"]);
});

test("every page of the web app answers 200, in any case and with a slash at the end, for any id", async () => {
  for (const route of Object.keys(routes)) {
    const path = route.replaceAll(/:\w+/g, "a.b%20c");
    for (const same of [path, path.toUpperCase(), path === "/" ? path : `${path}/`, `${path}?a=/nothing`]) {
      const answer = await ask(same, { headers: html });
      assert.equal(answer.status, 200, same);
      assert.match(answer.headers.get("content-security-policy"), /default-src 'none'/);
      await answer.arrayBuffer();
    }
  }
});

test("an unknown page is a 404 that is not cached: the web app for browsers, plain text for others", async () => {
  for (const path of unknown) {
    const seen = await ask(path, { headers: html });
    assert.equal(seen.status, 404, path);
    assert.match(seen.headers.get("content-type"), /^text\/html/, path);
    assert.match(seen.headers.get("content-security-policy"), /default-src 'none'/);
    assert.equal(seen.headers.get("cache-control"), "no-store");
    assert.equal(seen.headers.get("etag"), null);
    assert.match(await seen.text(), /<div id="root">/);
    const other = await ask(path);
    assert.equal(other.status, 404, path);
    assert.equal(await other.text(), "There is nothing at this address.\n");
  }
  for (const method of ["HEAD", "POST", "PUT", "DELETE"])
    assert.equal((await ask("/nothing", { method, headers: html })).status, 404, method);
  assert.equal(
    (await ask("/assets/nothing.js", { headers: html })).headers.get("content-type"),
    "text/plain; charset=utf-8",
  );
  const { headers } = await ask("/history", { headers: html });
  assert.equal((await ask("/nothing", { headers: { ...html, "if-none-match": headers.get("etag") } })).status, 404);
  assert.equal((await ask("/history", { method: "POST" })).status, 405);
});

test("an unknown address of the API answers 404 in JSON, with any method", async () => {
  for (const path of ["/api", "/api/", "/api/v2/session", "/api/v1/nothing", "/api/v1", "/api/history"]) {
    for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
      const answer = await ask(path, { method, headers: html });
      assert.equal(answer.status, 404, `${method} ${path}`);
      assert.equal(answer.headers.get("content-type"), "application/json");
      const { error } = await answer.json();
      assert.equal(error.code, "not_found");
      assert.match(error.request_id, /^[0-9a-f-]{36}$/);
    }
  }
  assert.equal((await ask("/api/v1/session", { method: "PATCH" })).status, 405);
});

test("every page can be opened, and an unknown one says so", async () => {
  for (const [route, who] of Object.entries(routes)) {
    // These leave at once for somebody who is signed in, or act on a link.
    if (who === "public") continue;
    const answer = await page.goto(
      wick.url + route.replace("/connectors/:id", `/connectors/${notesId}`).replace(":id", nobody),
    );
    assert.equal(answer.status(), 200, route);
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await page.getByRole("heading", { name: "Page not found" }).count(), 0, route);
  }
  for (const path of ["/nothing", "/admin/nothing", "/index.html"]) {
    const answer = await page.goto(wick.url + path);
    assert.equal(answer.status(), 404);
    await page.getByRole("heading", { name: "Page not found", level: 1 }).waitFor();
    assert.equal(await page.title(), "Page not found · Wick");
  }
  assert.deepEqual(await axe(page), []);
});

test("a page about something that does not exist names it, in its heading and its title", async () => {
  const pages = {
    [`/connectors/${nobody}`]: ["Connector not found", "There is no connector with this id for you."],
    [`/connectors/${nobody}/connect`]: ["Connector not found", "There is no connector with this id for you."],
    [`/admin/connectors/${nobody}`]: ["Connector not found", "There is no connector with this id."],
    [`/profile/tokens/${nobody}`]: ["Access token not found", "There is no token with this id."],
    [`/admin/access-tokens/${nobody}`]: ["Access token not found", "There is no token with this id."],
    [`/profile/connections/${nobody}`]: ["Connection not found", "There is no such connection."],
    [`/admin/users/${nobody}`]: ["User not found", "There is no user"],
    "/runs/17": ["Call not found", "There is no run with this id"],
    "/runs/x": ["Call not found", "There is no run with this id"],
  };
  for (const [path, [heading, sentence]] of Object.entries(pages)) {
    await page.goto(wick.url + path);
    await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
    assert.equal(await page.title(), `${heading} · Wick`, path);
    await page.getByRole("alert").getByText(sentence).waitFor();
  }
  assert.deepEqual(await axe(page), []);
});

test("the account's menu works by keyboard, and gives the focus back", async () => {
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  await page.goto(`${wick.url}/history`);
  const account = page.getByRole("button", { name: "Account of Ann" });
  await account.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menu", { name: "Account of Ann" }).waitFor();
  assert.equal(await account.getAttribute("aria-expanded"), "true");
  assert.deepEqual(await axe(page), []);
  const seen = [await focused()];
  for (const key of ["ArrowDown", "ArrowDown", "ArrowUp", "Home", "End"]) {
    await page.keyboard.press(key);
    seen.push(await focused());
  }
  assert.deepEqual(seen, ["Profile", "Sign out", "Profile", "Sign out", "Profile", "Sign out"]);
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });
  assert.equal(await focused(), "Ann");
  await page.keyboard.press("ArrowDown");
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("Tab");
  await page.getByRole("menu").waitFor({ state: "detached" });
  await account.click();
  await page.getByRole("heading", { level: 1 }).click();
  await page.getByRole("menu").waitFor({ state: "detached" });
  await account.click();
  await page.getByRole("menuitem", { name: "Profile" }).click();
  await page.waitForURL(`${wick.url}/profile`);
  await page.getByRole("menu").waitFor({ state: "detached" });
});
