// Calls, errors and latencies over time and by connector: what the API counts, and the charts of it.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";
import { launch, signedInPage } from "../lib/browser.mjs";
import { longName } from "../lib/crowd.mjs";
import { onEveryScreen } from "../lib/screens.mjs";
import { Wick, callTool, notesId, until } from "../lib/wick.mjs";

const slowness = 300;
let wick, admin, token, slow, server, browser, page;

before(async () => {
  // Answers after a while, so that its latency is known from below.
  server = http
    .createServer((_, response) =>
      setTimeout(() => response.setHeader("content-type", "application/json").end('{"done":true}'), slowness),
    )
    .listen(0, "127.0.0.1");
  wick = await Wick.start();
  admin = await wick.signIn();
  wick.createUser("bob@example.com", "Bob");
  const made = await admin.post("/admin/connectors", {
    kind: "rest",
    label: "Slow system",
    description: longName(1),
    config: { base_url: `http://127.0.0.1:${server.address().port}`, allow_private_addresses: true },
  });
  assert.equal(made.status, 201, made.text);
  slow = made.body;
  const added = await admin.post(`/admin/connectors/${slow.id}/operations`, {
    key: "wait",
    name: "Wait",
    description: "waits",
    rest: { method: "GET", path: "/" },
    input_schema: { type: "object" },
  });
  assert.equal(added.status, 201, added.text);
  ({ token } = wick.token());
  for (let i = 0; i < 20; ++i) assert.equal((await callTool(wick, token, "notes__list")).status, 200);
  for (let i = 0; i < 2; ++i)
    assert.equal(
      (await callTool(wick, token, "notes__get", { id: "01900000-0000-7000-8000-00000000ffff" })).status,
      200,
    );
  for (let i = 0; i < 3; ++i) {
    const { body } = await callTool(wick, token, "slow_system__wait");
    assert.deepEqual(body.result.structuredContent.body ?? body.result.structuredContent, { done: true });
  }
  browser = await launch();
  page = await signedInPage(browser, wick);
});
after(async () => {
  await browser.close();
  await wick.stop();
  server.close();
});

const usage = async (query = "") => {
  const answer = await admin.get(`/admin/usage${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};

test("usage has every period of each range, and the calls that were just answered in the last ones", async () => {
  for (const [range, grain, periods, length] of [
    ["24h", "hour", 24, 3600e3],
    ["7d", "day", 7, 86400e3],
    ["30d", "day", 30, 86400e3],
    ["90d", "day", 90, 86400e3],
  ]) {
    const series = await usage(`?range=${range}`);
    assert.equal(series.grain, grain);
    assert.equal(series.periods.length, periods);
    const starts = series.periods.map(({ start }) => Date.parse(start));
    starts.slice(1).forEach((start, i) => assert.equal(start - starts[i], length));
    assert.ok(Date.now() - starts.at(-1) < 2 * length);
    assert.equal(series.total.calls, 25, range);
    assert.equal(series.total.errors, 2);
    // The hour or the day may have changed since.
    assert.equal(
      series.periods.slice(-2).reduce((sum, { calls }) => sum + calls, 0),
      25,
    );
    assert.deepEqual(
      series.connectors.map(({ connector, calls, errors }) => [connector.label, calls, errors]),
      [
        ["Notes", 22, 2],
        ["Slow system", 3, 0],
      ],
    );
  }
  assert.deepEqual((await usage()).range, "7d");
});

test("p95 is of the connector, within the error that it states", async () => {
  const { connectors, p95_error_percent: error } = await usage();
  for (const { connector, p95_ms } of connectors) {
    const { items } = (await admin.get(`/runs?connector=${connector.id}&limit=200`)).body;
    const latencies = items.map(({ latency_ms }) => latency_ms).toSorted((a, b) => a - b);
    const exact = latencies[Math.ceil(0.95 * latencies.length) - 1];
    assert.ok(Math.abs(p95_ms - exact) <= (exact * error) / 100, `${connector.label}: ${p95_ms} for ${exact}`);
  }
  assert.ok(connectors[1].p95_ms >= slowness * (1 - error / 100), JSON.stringify(connectors));
  const one = await usage(`?connector=${slow.id}`);
  assert.equal(one.total.calls, 3);
  assert.equal(one.total.p95_ms, connectors[1].p95_ms);
  const none = await usage("?connector=nothing");
  assert.deepEqual([none.total.calls, none.total.p95_ms, none.connectors], [0, null, []]);
});

test("only admins see it, a range that there is not is refused by name, and a restart keeps the counts", async () => {
  const bob = await wick.signIn("bob@example.com");
  assert.equal((await bob.get("/admin/usage")).status, 403);
  const refused = await admin.get("/admin/usage?range=1y");
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.message, /24h, 7d, 30d, 90d/);
  const before = (await usage()).total.calls;
  await wick.stop();
  await wick.launch();
  assert.equal((await usage()).total.calls, before);
});

test("the dashboard shows usage for each range, which stays in the address", async () => {
  await page.goto(`${wick.url}/admin`);
  const panel = page.getByRole("region", { name: "Usage" });
  await panel.getByText("25 calls, 2 errors, p95").first().waitFor();
  await panel.getByRole("button", { name: "24 hours" }).click();
  await page.waitForURL(/range=24h/);
  await page.getByRole("slider", { name: "Usage by hour" }).waitFor();
  await page.reload();
  await page.getByRole("slider", { name: "Usage by hour" }).waitFor();
  assert.equal(await panel.getByRole("button", { name: "24 hours" }).getAttribute("aria-pressed"), "true");
  const rows = page.getByRole("table", { name: "Usage by connector" }).getByRole("row");
  await rows.filter({ hasText: "Slow system" }).getByText("3", { exact: true }).waitFor();
  await rows.filter({ hasText: "Notes" }).getByText("2 (9.1 %)").waitFor();
});

test("a period is chosen by keyboard, and the table says the same", async () => {
  await page.goto(`${wick.url}/admin?range=30d`);
  const chart = page.getByRole("slider", { name: "Usage by day" });
  await chart.focus();
  const said = () => chart.getAttribute("aria-valuetext");
  assert.match(await said(), /: 25 calls, 2 errors, p95 /);
  await page.keyboard.press("ArrowLeft");
  await until(async () => /: 0 calls, 0 errors$/.test(await said()));
  await page.keyboard.press("Home");
  assert.equal(await chart.getAttribute("aria-valuenow"), "0");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await chart.getAttribute("aria-valuenow"), "0");
  await page.keyboard.press("End");
  assert.equal(await chart.getAttribute("aria-valuenow"), "29");
  assert.equal(await page.getByTestId("period").textContent(), await said());
  await page.getByRole("button", { name: "Show as a table" }).click();
  const table = page.getByRole("table", { name: "Usage by day" });
  assert.equal(await table.getByRole("row").count(), 31);
  assert.match(await table.getByRole("row").nth(1).textContent(), /25.*2 \(8\.0 %\)/);
});

test("a connector's pages show its own usage", async () => {
  await page.goto(`${wick.url}/admin/connectors/${slow.id}`);
  await page
    .getByRole("region", { name: "Usage" })
    .getByText(/^3 calls, 0 errors, p95 /)
    .waitFor();
  await page.goto(`${wick.url}/connectors/${notesId}?tab=usage&range=90d`);
  await page
    .getByRole("region", { name: "Usage" })
    .getByText(/^22 calls, 2 errors, p95 /)
    .waitFor();
});

test("the charts are clean under axe and never wider than the screen, wide and small, light and dark", async () => {
  await page.goto(`${wick.url}/admin?range=24h`);
  await page.getByRole("button", { name: "Show as a table" }).click();
  await page.getByRole("table", { name: "Usage by hour" }).waitFor();
  await onEveryScreen(page);
});
