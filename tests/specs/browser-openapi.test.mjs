// Importing OpenAPI as an admin sees it: in Chromium, with a real document.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";
import { Wick } from "../lib/wick.mjs";

const file = path.join(
  path.dirname(createRequire(import.meta.url).resolve("@readme/oas-examples/package.json")),
  "3.0/json/star-trek.json",
);
const document = () => JSON.parse(fs.readFileSync(file, "utf8"));
let wick, browser, page;
const problems = [];

before(async () => {
  wick = await Wick.start();
  browser = await launch();
  page = await signedInPage(browser, wick);
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
});
after(async () => {
  await browser.close();
  await wick.stop();
});

const dialog = () => page.getByRole("dialog");
const button = (name) => dialog().getByRole("button", { name, exact: true });
const choose = (text) =>
  dialog()
    .locator("input[type=file]")
    .setInputFiles({ name: "openapi.json", mimeType: "application/json", buffer: Buffer.from(text) });
const accessible = async () => {
  assert.deepEqual(await axe(page), []);
};

test("a new connector takes its address and its operations from a document", async () => {
  await page.goto(`${wick.url}/admin/connectors`);
  await page.getByRole("button", { name: "Add connector" }).click();
  await dialog().getByLabel("Kind").first().click();
  await page.getByRole("option", { name: "REST API" }).click();
  await button("Import OpenAPI").click();
  await dialog().getByLabel("Or paste its text").fill('swagger: "1.2"');
  await button("Read document").click();
  await dialog().getByText('Swagger "1.2" is not known').waitFor();
  await choose(JSON.stringify(document()));
  await button("Read document").click();
  await dialog().getByText("STAPI 1.0.0").waitFor();
  assert.equal(await dialog().getByLabel("Label").inputValue(), "STAPI");
  assert.equal(await dialog().getByLabel("Base URL").inputValue(), "http://stapi.co/api/v1/rest");
  // The others search with POST: only those that read are chosen at first.
  const reads = Object.values(document().paths).filter((item) => item.get).length;
  await dialog().getByText(`${reads} of 120 chosen`).waitFor();
  assert.ok((await dialog().getByRole("checkbox").count()) < 70, "a page of them, not all");
  await accessible();
  await button("Choose none of these").click();
  await dialog().getByText("0 of 120 chosen").waitFor();
  await dialog().getByLabel("Search operations").fill("animal");
  await dialog().getByText("3 operations").waitFor();
  await button("Choose all shown").click();
  await button("Add with 3 operations").click();
  await page.waitForURL(/\/admin\/connectors\/[0-9a-f-]{36}$/);
  const rows = page.getByRole("table", { name: "Operations" }).getByRole("row");
  await rows.nth(3).waitFor();
  assert.equal(await rows.count(), 4, "the head and three");
});

test("a later document shows what it changed, and only that is suggested", async () => {
  const next = document();
  next.info.version = "2.0.0";
  next.paths["/animal"].get.parameters.push({ name: "verbose", in: "query", schema: { type: "boolean" } });
  delete next.paths["/animal/search"];
  await page.getByRole("button", { name: "Import OpenAPI" }).click();
  await choose(JSON.stringify(next));
  await button("Read document").click();
  await dialog().getByText("Last imported: STAPI 1.0.0").waitFor();
  const chosen = dialog().getByRole("status");
  assert.match(await chosen.textContent(), /^1 of /);
  await dialog().getByRole("combobox", { name: "Show" }).click();
  await page.getByRole("option", { name: "Changed in the document" }).click();
  await dialog().getByText("The document changed its parameters.").waitFor();
  await dialog().getByRole("combobox", { name: "Show" }).click();
  await page.getByRole("option", { name: "No longer in the document" }).click();
  await dialog()
    .getByRole("checkbox", { name: /^Delete / })
    .first()
    .check();
  await accessible();
  const count = (await chosen.textContent()).match(/^\d+/)[0];
  assert.equal(count, "2");
  await button("Import 2").click();
  await page.getByText("Operations: 0 added, 1 updated, 1 deleted.").waitFor();
  assert.deepEqual(
    problems.filter((one) => !/status of 400/.test(one)),
    [],
  );
});
