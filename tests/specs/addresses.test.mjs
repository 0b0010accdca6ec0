// Whose address counts: behind trusted proxies and without them, for the audit, sessions, throttles and quotas.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Session, Wick, password, run } from "../lib/wick.mjs";

const wicks = [];
const start = async (...args) => {
  const wick = await Wick.start({ args: args.flatMap((each) => ["--set", each]) });
  wicks.push(wick);
  return wick;
};
after(() => Promise.all(wicks.map((wick) => wick.stop())));

// The tests' own address is a proxy's here.
let behind, token;
before(async () => {
  behind = await start("server.trusted_proxies=127.0.0.1, 10.0.0.0/8,2001:db8:f::/48");
  ({ token } = behind.token());
});

/** A sign-in as the proxy passes it on. */
const signIn = (wick, headers, email = "ann@example.com", secret = password) => {
  const session = new Session(wick);
  return session
    .request("POST", "/session", { email, password: secret }, headers)
    .then((answer) => ({ ...answer, session }));
};
const from = (address) => ({ "x-forwarded-for": address });
/** The address that Wick takes a request with these headers to be from. */
async function addressOf(wick, headers) {
  const { session, status } = await signIn(wick, headers);
  assert.equal(status, 201);
  const { items } = (await session.get("/sessions")).body;
  return items.find(({ current }) => current).ip;
}

test("a trusted proxy says the client's address, by either header", async () => {
  assert.equal(await addressOf(behind, {}), "127.0.0.1");
  assert.equal(await addressOf(behind, from("192.0.2.1")), "192.0.2.1");
  assert.equal(await addressOf(behind, from("6.6.6.6, 192.0.2.1, 10.2.3.4")), "192.0.2.1");
  assert.equal(
    await addressOf(behind, { forwarded: 'for=6.6.6.6, for="[2001:db8::1]:4711";proto=https, for=10.0.0.1' }),
    "2001:db8::1",
  );
  assert.equal(await addressOf(behind, { ...from("192.0.2.1"), forwarded: "for=6.6.6.6" }), "192.0.2.1");
  assert.equal(await addressOf(behind, from("192.0.2.1, unknown")), "127.0.0.1");
  assert.equal(await addressOf(behind, from("192.0.2.1, <script>, 10.0.0.9")), "10.0.0.9");
});

test("the audit has the client's address, and sessions and tokens have it too", async () => {
  const response = await fetch(`${behind.url}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...from("192.0.2.77"),
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "notes__list", arguments: {} },
    }),
  });
  assert.equal(response.status, 200);
  const { session } = await signIn(behind, from("192.0.2.78"));
  const { items } = (await session.get("/runs")).body;
  assert.equal((await session.get(`/runs/${items[0].id}`)).body.ip, "192.0.2.77");
});

test("a peer that is not trusted is not believed, and the log says once what to set", async () => {
  const wick = await start();
  assert.equal(await addressOf(wick, from("192.0.2.1")), "127.0.0.1");
  assert.equal(await addressOf(wick, { forwarded: "for=192.0.2.1", ...from("192.0.2.2") }), "127.0.0.1");
  await wick.stop();
  wicks.splice(wicks.indexOf(wick), 1);
  assert.equal(wick.errors.match(/server\.trusted_proxies/g)?.length, 1);
  assert.match(wick.errors, /a request from 127\.0\.0\.1 names another client/);
});

test("a mistake in server.trusted_proxies is explained", () => {
  for (const [value, reason] of [
    ["10.0.0.1/8", "Did you mean 10.0.0.0/8?"],
    ["proxy.example", "for example 10.0.0.0/8"],
    ["10.0.0.0/8,::/129", "from 0 to 128"],
  ]) {
    const { code, stderr } = run(["serve", "--set", `server.trusted_proxies=${value}`]);
    assert.notEqual(code, 0);
    assert.ok(stderr.includes("server.trusted_proxies") && stderr.includes(reason), stderr);
  }
});

test("wrong passwords from one client lock out no other client of the proxy", async () => {
  behind.createUser("eve@example.com", "Eve");
  const statuses = [];
  for (let i = 0; i < 8; ++i)
    statuses.push((await signIn(behind, from("198.51.100.1"), "eve@example.com", "wrong")).status);
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
  assert.equal((await signIn(behind, from("198.51.100.1"), "eve@example.com")).status, 429);
  assert.equal((await signIn(behind, from("198.51.100.2"), "eve@example.com")).status, 201);
  const six = await Promise.all(
    Array.from({ length: 10 }, (_, i) => signIn(behind, from(`2001:db8:0:1::${i}`), "eve@example.com", "wrong")),
  );
  assert.equal(
    six.filter(({ status }) => status === 401).length,
    5,
    "a /64 is one client, also for tries at the same time",
  );
  assert.equal((await signIn(behind, from("2001:db8:1:1::1"), "eve@example.com")).status, 201);
});

test("wrong passwords through an untrusted proxy do not lock out users who signed in before", async () => {
  const wick = await start();
  assert.equal((await signIn(wick, {})).status, 201);
  const statuses = new Set();
  for (let i = 0; i < 31; ++i) statuses.add((await signIn(wick, {}, `nobody${i}@example.com`, "wrong")).status);
  assert.deepEqual([...statuses], [401]);
  wick.createUser("new@example.com", "New");
  assert.equal((await signIn(wick, {}, "new@example.com")).status, 201, "nor who has not");
  for (let i = 0; i < 120; ++i) statuses.add((await signIn(wick, {}, `noone${i}@example.com`, "wrong")).status);
  assert.deepEqual([...statuses], [401, 429]);
  assert.equal((await signIn(wick, {})).status, 201);
});

test("a success clears the failures before it", async () => {
  for (let round = 0; round < 4; ++round) {
    for (let i = 0; i < 4; ++i)
      assert.equal((await signIn(behind, from("203.0.113.1"), "ann@example.com", "wrong")).status, 401);
    assert.equal((await signIn(behind, from("203.0.113.1"))).status, 201);
  }
});

test("one stranger cannot use up the registrations of others", async () => {
  const wick = await start("server.trusted_proxies=127.0.0.0/8", "oauth.registrations_per_hour=3");
  let name = 0;
  const register = async (address) =>
    (
      await fetch(`${wick.url}/oauth/register`, {
        method: "POST",
        headers: { "content-type": "application/json", ...from(address) },
        body: JSON.stringify({ client_name: `app ${++name}`, redirect_uris: ["https://app.example/cb"] }),
      })
    ).status;
  const statuses = [];
  for (let i = 0; i < 4; ++i) statuses.push(await register(`2001:db8:0:1::${i}`));
  assert.deepEqual(statuses, [201, 201, 201, 429]);
  for (let i = 2; i < 20; ++i) await register(`2001:db8:0:${i}::1`);
  assert.equal(await register("2001:db8:0:ff::1"), 429, "a /48 is one site");
  assert.equal(await register("2001:db8:1::1"), 201);
  assert.equal(await register("192.0.2.1"), 201);
});

test("one stranger cannot use up the device codes of others", async () => {
  const ask = (address) =>
    fetch(`${behind.url}/oauth/device_authorization`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...from(address) },
      body: "client_id=wick-cli",
    });
  let last;
  for (let i = 0; i < 121; ++i) last = await ask("198.51.100.9");
  assert.equal(last.status, 429);
  assert.ok(Number(last.headers.get("retry-after")) > 0);
  assert.equal((await ask("198.51.100.10")).status, 200);
});
