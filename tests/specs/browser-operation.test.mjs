// An admin says in the form of an operation what models get of its responses, and tests an operation: in Chromium.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
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

test("whole numbers above 15 digits are shown and sent exactly", async () => {
  const big = "9007199254740993";
  const sent = [];
  const api = http
    .createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      sent.push(body);
      response.writeHead(200, { "content-type": "application/json" }).end(`{"id":${big},"list":[-${big}]}`);
    })
    .listen(0, "127.0.0.1");
  await once(api, "listening");
  try {
    const config = { base_url: `http://127.0.0.1:${api.address().port}`, allow_private_addresses: true };
    const { id } = (await admin.post("/admin/connectors", { kind: "rest", label: "Numbers", config })).body;
    const made = await admin.post(`/admin/connectors/${id}/operations`, {
      key: "send",
      name: "Send",
      description: "Sends a number",
      input_schema: { type: "object", properties: { id: { type: "integer" }, more: { type: "array" } } },
      rest: { method: "POST", path: "/", body: '{"id":"{id}","more":"{more}"}' },
    });
    assert.equal(made.status, 201, made.text);
    await page.goto(`${wick.url}/connectors/${id}?tab=test&operation=send`);
    await page.getByLabel("id", { exact: true }).fill(big);
    await page.getByLabel("more", { exact: true }).fill(`[${big}]`);
    await page.getByLabel("id", { exact: true }).focus(); // what is left is formatted
    assert.equal(await page.getByLabel("more", { exact: true }).inputValue(), `[\n  ${big}\n]`);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    const shown = page.getByLabel("Structured", { exact: true });
    await shown.waitFor();
    assert.equal(await shown.textContent(), `{\n  "id": ${big},\n  "list": [\n    -${big}\n  ]\n}`);
    assert.deepEqual(sent, [`{"id":${big},"more":[${big}]}`]);

    const [run] = (await admin.get(`/runs?connector=${id}`)).body.items;
    await page.goto(`${wick.url}/runs/${run.id}`);
    await page
      .locator("pre", { hasText: `"id": ${big},` })
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await page.getByText("The retry succeeded").waitFor();
    assert.deepEqual(sent, Array(2).fill(sent[0]));
    await page.getByRole("link", { name: "Open in the test form" }).click();
    assert.equal(await page.getByLabel("id", { exact: true }).inputValue(), big);
  } finally {
    api.closeAllConnections();
    api.close();
  }
});
