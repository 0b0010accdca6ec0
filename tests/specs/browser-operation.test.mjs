// An admin says in the form of an operation what models get of its responses: in Chromium.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";
import { Wick } from "../lib/wick.mjs";

let wick, browser, page, admin, path;

before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
  const { body } = await admin.post("/admin/connectors", {
    kind: "rest",
    label: "Tracker",
    description: "",
    tags: [],
    config: { base_url: "https://tracker.example" },
  });
  path = `/admin/connectors/${body.id}`;
  const rest = { method: "GET", path: "/issues" };
  assert.equal(
    (
      await admin.post(`${path}/operations`, {
        key: "issues",
        name: "Issues",
        description: "Lists issues",
        input_schema: { type: "object" },
        rest,
        read_only: true,
      })
    ).status,
    201,
  );
  browser = await launch();
  page = await signedInPage(browser, wick);
});
after(async () => {
  await browser.close();
  await wick.stop();
});

const dialog = () => page.getByRole("dialog");
const field = (label) => dialog().getByLabel(label, { exact: true });
const edit = () => page.getByRole("button", { name: "Edit Issues", exact: true }).click();
const save = () => dialog().getByRole("button", { name: "Save", exact: true }).click();

test("an expression that cannot be read is refused in the form with its place, and can be put right there", async () => {
  await page.goto(wick.url + path);
  await edit();
  await field("Pick").fill("items[?open");
  await field("Longest list").fill("20");
  await field("Largest text").fill("5000");
  await save();
  await dialog().getByText("] is missing at character 12").waitFor();
  assert.deepEqual(await axe(page), []);
  await field("Pick").fill("items[?open].title");
  await save();
  await dialog().waitFor({ state: "detached" });
  const { rest } = (await admin.get(path)).body.operations[0];
  assert.deepEqual([rest.pick, rest.max_items, rest.max_text_bytes], ["items[?open].title", 20, 5000]);
});

test("the form shows what is set, and an emptied field takes it away", async () => {
  await edit();
  assert.deepEqual(
    await Promise.all(["Pick", "Longest list", "Largest text"].map((label) => field(label).inputValue())),
    ["items[?open].title", "20", "5000"],
  );
  for (const label of ["Pick", "Longest list", "Largest text"]) await field(label).fill("");
  await save();
  await dialog().waitFor({ state: "detached" });
  const { rest } = (await admin.get(path)).body.operations[0];
  assert.deepEqual([rest.pick, rest.max_items, rest.max_text_bytes], [undefined, undefined, undefined]);
});
