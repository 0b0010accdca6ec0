// Device authorization (RFC 8628): a code on the device, a decision in the browser, tokens for the device.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Wick, callTool, modern, remember } from "../lib/wick.mjs";
import { register, token } from "../lib/oauth.mjs";

let wick, admin;
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(() => wick.stop());

const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
const start = async (form = {}, headers = {}) => {
  const response = await fetch(`${wick.url}/oauth/device_authorization`, {
    method: "POST",
    headers: { "user-agent": "thermostat/2", ...headers },
    body: new URLSearchParams({ client_id: "wick-cli", ...form }),
  });
  const body = await response.json();
  if (body.device_code) remember("secrets", body.device_code);
  return { status: response.status, headers: response.headers, body };
};
const poll = (device, client_id = "wick-cli") =>
  token(wick, { grant_type, device_code: device.device_code, client_id });
const enter = async (session, user_code) => (await session.post("/oauth/device", { user_code })).body.request_id;

test("the consent page shows a device's code and address, and a device that polls too often is slowed", async () => {
  const { status, headers, body: device } = await start({ scope: "mcp:read mcp:write", resource: `${wick.url}/mcp` });
  assert.equal(status, 200);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.match(device.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  assert.deepEqual(
    [device.verification_uri, device.verification_uri_complete, device.expires_in, device.interval],
    [`${wick.url}/device`, `${wick.url}/device?user_code=${device.user_code}`, 600, 5],
  );
  assert.deepEqual([(await poll(device)).status, (await poll(device)).body.error], [400, "slow_down"]);
  const id = await enter(admin, device.user_code.toLowerCase().replace("-", " "));
  const shown = (await admin.get(`/oauth/requests/${id}`)).body;
  assert.deepEqual(
    [shown.client.name, shown.client.source, shown.device, shown.redirect_uri],
    ["Wick command line", "builtin", { user_code: device.user_code, ip: "127.0.0.1", user_agent: "thermostat/2" }, ""],
  );
  const decided = await admin.post(`/oauth/requests/${id}`, { approve: true, scope: { operations: "read_only" } });
  assert.equal(decided.body.redirect_to, "/device?done=approved");
  assert.equal(
    (await admin.post("/oauth/device", { user_code: device.user_code })).status,
    404,
    "a code is decided once",
  );
  assert.equal((await poll(device)).body.error, "slow_down", "also when there is something to get");
});

test("a device that asks once after the approval gets tokens, once, with the scope that was chosen", async () => {
  const { body: device } = await start();
  const id = await enter(admin, device.user_code);
  await admin.post(`/oauth/requests/${id}`, { approve: true, scope: { operations: "read_only" } });
  const { status, body } = await poll(device);
  assert.equal(status, 200);
  assert.deepEqual([body.token_type, body.scope], ["Bearer", "mcp:read"]);
  const tools = (await modern(wick, body.access_token, "tools/list")).body.result.tools.map(({ name }) => name);
  assert.ok(tools.includes("notes__list") && !tools.includes("notes__create"));
  const renewed = await token(wick, {
    grant_type: "refresh_token",
    refresh_token: body.refresh_token,
    client_id: "wick-cli",
  });
  assert.equal(renewed.status, 200);
  const [connection] = (await admin.get("/connections")).body.items;
  assert.equal(connection.client.name, "Wick command line");
  assert.equal((await admin.delete(`/connections/${connection.id}`)).status, 204);
  assert.equal((await callTool(wick, renewed.body.access_token, "notes__list")).status, 401);
});

test("a denied device gets an error, and a code belongs to one client, one user and one session", async () => {
  wick.createUser("mia@example.com", "Mia");
  const mia = await wick.signIn("mia@example.com");
  const { body: device } = await start();
  const id = await enter(admin, device.user_code);
  assert.equal((await mia.get(`/oauth/requests/${id}`)).status, 404);
  assert.equal((await mia.post(`/oauth/requests/${id}`, { approve: true })).status, 404);
  const stranger = (
    await register(wick, {
      client_name: "Stranger",
      grant_types: [grant_type, "refresh_token"],
      redirect_uris: undefined,
    })
  ).body.client_id;
  assert.equal((await admin.post(`/oauth/requests/${id}`, { approve: false })).body.redirect_to, "/device?done=denied");
  assert.equal((await poll(device, stranger)).body.error, "invalid_grant");
  const { body: second } = await start();
  await admin.post(`/oauth/requests/${await enter(admin, second.user_code)}`, { approve: false });
  assert.equal((await poll(second)).body.error, "access_denied");
});

test("requests without a session, a device grant or a known resource are refused", async () => {
  const anonymous = await fetch(`${wick.url}/api/v1/oauth/device`, {
    method: "POST",
    headers: { origin: wick.url, "content-type": "application/json" },
    body: '{"user_code":"BCDF-BCDF"}',
  });
  assert.equal(anonymous.status, 401);
  const app = (await register(wick)).body.client_id;
  assert.equal((await start({ client_id: app })).body.error, "unauthorized_client");
  assert.equal((await token(wick, { grant_type, device_code: "x", client_id: app })).body.error, "unauthorized_client");
  assert.equal((await start({ client_id: "nobody" })).body.error, "invalid_client");
  assert.equal((await start({ scope: "everything" })).body.error, "invalid_scope");
  assert.equal((await start({ resource: "https://other.example/mcp" })).body.error, "invalid_target");
  assert.equal((await poll({ device_code: "x" })).body.error, "invalid_grant");
  assert.equal((await token(wick, { grant_type, client_id: "wick-cli" })).body.error, "invalid_request");
});

test("guessing codes is slowed down after five wrong ones, for that person only", async () => {
  wick.createUser("guess@example.com", "Guess");
  const guess = await wick.signIn("guess@example.com");
  const { body: device } = await start();
  const answers = [];
  for (let i = 0; i < 6; ++i)
    answers.push((await guess.post("/oauth/device", { user_code: `BCDF-BCD${"BCDFGH"[i]}` })).status);
  assert.deepEqual(answers, [404, 404, 404, 404, 404, 429]);
  const slowed = await guess.post("/oauth/device", { user_code: device.user_code });
  assert.deepEqual([slowed.status, slowed.headers.has("retry-after")], [429, true]);
  assert.ok(await enter(admin, device.user_code));
});
