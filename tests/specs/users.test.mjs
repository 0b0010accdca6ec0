// A user as admins see one, lists of users, what is done with several, and tokens that are made once.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { Wick, callTool, notesId, remember } from "../lib/wick.mjs";

let wick, admin;
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(() => wick.stop());

const kept = (answer) => {
  assert.equal(answer.status, 201, answer.text);
  remember("secrets", answer.body.plaintext);
  return answer.body;
};
const sql = (text) =>
  execFileSync("sqlite3", ["-cmd", ".timeout 10000", `${wick.data}/wick.db`, text], { encoding: "utf8" }).trim();

test("a token's usage has calls and errors of each connector, of deleted ones and of the meta tools too", async () => {
  const { token, id } = wick.token();
  const { body: rest } = await admin.post("/admin/connectors", {
    kind: "rest",
    label: "Gone soon",
    config: { base_url: "http://127.0.0.1:9", allow_private_addresses: true },
  });
  await admin.post(`/admin/connectors/${rest.id}/operations`, {
    key: "get",
    name: "Get",
    description: "",
    input_schema: { type: "object" },
    rest: { method: "GET", path: "/" },
    read_only: true,
  });
  for (let i = 0; i < 3; ++i) await callTool(wick, token, "notes__list");
  await callTool(wick, token, "notes__get", { id: "nothing" });
  for (let i = 0; i < 2; ++i) await callTool(wick, token, "gone_soon__get");
  await callTool(wick, token, "wick_search", { query: "notes" });
  assert.equal((await admin.delete(`/admin/connectors/${rest.id}`)).status, 204);
  const { body } = await admin.get(`/tokens/${id}/usage`);
  const rows = Object.fromEntries(
    body.connectors.map(({ connector, calls, errors }) => [connector?.label ?? "", [calls, errors]]),
  );
  assert.deepEqual(rows, { Notes: [4, 1], "Deleted connector": [2, 2], "": [1, 0] });
  assert.deepEqual([body.calls, body.errors, body.days.at(-1).calls, body.days.at(-1).errors], [7, 3, 7, 3]);
  assert.equal(body.addresses[0].ip, "127.0.0.1");
  assert.equal(body.clients[0].name, "wick-tests");
  assert.equal((await admin.delete(`/tokens/${id}`)).status, 204);
  assert.equal((await admin.get(`/tokens/${id}/usage`)).body.calls, 7, "a revoked token keeps its usage");
  const { revoked } = (await admin.get(`/tokens/${id}`)).body;
  assert.deepEqual([revoked.by.name, revoked.reason], ["Ann", "revoked by the owner"]);
});

test("a user's usage is that of all credentials, of sessions that have ended too", async () => {
  const user = wick.createUser("used@example.com", "Used");
  const [first, second] = [wick.token("used@example.com"), wick.token("used@example.com")];
  for (const { token } of [first, first, second]) await callTool(wick, token, "notes__list");
  const session = await wick.signIn("used@example.com");
  assert.equal(
    (await session.post(`/connectors/${notesId}/operations/get/run`, { arguments: { id: "nothing" } })).status,
    200,
  );
  await session.delete("/session");
  const { body } = await admin.get(`/admin/users/${user.id}/usage`);
  assert.deepEqual([body.calls, body.errors, body.days.at(-1).calls], [4, 1, 4]);
  assert.deepEqual(
    body.connectors.map(({ connector, calls, errors }) => [connector.label, calls, errors]),
    [["Notes", 4, 1]],
  );
  assert.ok(body.clients.some(({ name }) => name === "wick-tests"));
});

test("an admin ends a user's session, and it is dead with its next request", async () => {
  const user = wick.createUser("sessions@example.com", "Sessions");
  const sessions = [await wick.signIn("sessions@example.com"), await wick.signIn("sessions@example.com")];
  const list = async () => (await admin.get(`/admin/users/${user.id}/sessions`)).body.items;
  const before = await list();
  assert.deepEqual(
    before.map(({ current, ip }) => [current, ip]),
    [
      [false, "127.0.0.1"],
      [false, "127.0.0.1"],
    ],
  );
  const own = (await sessions[0].get("/sessions")).body.items.find(({ current }) => current);
  const other = wick.createUser("other@example.com", "Other");
  assert.equal((await admin.delete(`/admin/users/${other.id}/sessions/${own.id}`)).status, 404, "of another user");
  assert.equal((await admin.delete(`/admin/users/${user.id}/sessions/${own.id}`)).status, 204);
  assert.equal((await sessions[0].get("/session")).status, 401);
  assert.equal((await sessions[1].get("/session")).status, 200);
  assert.equal((await list()).length, 1);
  assert.equal((await admin.delete(`/admin/users/${user.id}/sessions/${own.id}`)).status, 404);
});

test("an admin sees who a user is at providers of single sign-on", async () => {
  const user = wick.createUser("linked@example.com", "Linked");
  assert.deepEqual((await admin.get(`/admin/users/${user.id}/identities`)).body.items, []);
  sql(
    `INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ('https://id.example.com', 'subject-1', '${user.id}', 1700000000000000)`,
  );
  assert.deepEqual((await admin.get(`/admin/users/${user.id}/identities`)).body.items, [
    { issuer: "https://id.example.com", subject: "subject-1", created_at: "2023-11-14T22:13:20.000Z" },
  ]);
});

test("a member reaches no page of a user", async () => {
  const user = wick.createUser("nosy@example.com", "Nosy");
  const nosy = await wick.signIn("nosy@example.com");
  for (const part of ["", "/usage", "/sessions", "/identities"])
    assert.equal((await nosy.get(`/admin/users/${user.id}${part}`)).status, 403);
  for (const action of ["deactivate", "tag"])
    assert.equal((await nosy.post(`/admin/users/${action}`, { ids: [user.id] })).status, 403);
});

test("users are sorted by name, creation and last sign-in, either way, over pages", async () => {
  for (const [email, name] of [
    ["z1@sorted.example", "Bea"],
    ["y1@sorted.example", "ada"],
    ["x1@sorted.example", "Bea"],
    ["w1@sorted.example", "Cleo"],
  ])
    wick.createUser(email, name);
  await wick.signIn("x1@sorted.example");
  await wick.signIn("z1@sorted.example");
  const order = async (sort, direction) => {
    const emails = [];
    for (let cursor = ""; ;) {
      const { status, body } = await admin.get(
        `/admin/users?query=sorted.example&sort=${sort}&order=${direction}&limit=1${cursor && `&cursor=${cursor}`}`,
      );
      assert.equal(status, 200);
      emails.push(...body.items.map(({ email }) => email[0]));
      if (!body.next_cursor) return emails.join("");
      cursor = body.next_cursor;
    }
  };
  assert.deepEqual([await order("name", "asc"), await order("name", "desc")], ["yzxw", "wxzy"]);
  assert.deepEqual([await order("created_at", "asc"), await order("created_at", "desc")], ["zyxw", "wxyz"]);
  assert.deepEqual([await order("last_seen_at", "asc"), await order("last_seen_at", "desc")], ["ywxz", "zxwy"]);
  assert.deepEqual([await order("email", "asc"), await order("email", "desc")], ["wxyz", "zyxw"]);
  const { next_cursor } = (await admin.get("/admin/users?sort=name&limit=1")).body;
  assert.equal((await admin.get(`/admin/users?sort=email&limit=1&cursor=${next_cursor}`)).status, 400);
  assert.equal((await admin.get("/admin/users?sort=nonsense")).status, 400);
});

test("the order of each list of users is read from an index", () => {
  const plan = (query) => sql(`EXPLAIN QUERY PLAN SELECT id FROM users ${query}`);
  for (const [query, index] of [
    ["ORDER BY lower(name), number LIMIT 51", "users_name"],
    ["ORDER BY lower(name) DESC, number DESC LIMIT 51", "users_name"],
    ["WHERE lower(name) > 'x' ORDER BY lower(name), number LIMIT 51", "users_name"],
    ["WHERE lower(name) = 'x' AND number > 5 ORDER BY number LIMIT 51", "users_name"],
    ["ORDER BY COALESCE(last_sign_in_at, 0), number LIMIT 51", "users_signed_in"],
    [
      "WHERE COALESCE(last_sign_in_at, 0) < 9 ORDER BY COALESCE(last_sign_in_at, 0) DESC, number DESC LIMIT 51",
      "users_signed_in",
    ],
    ["ORDER BY number LIMIT 51", "users_number"],
  ]) {
    assert.match(plan(query), new RegExp(`INDEX ${index}`), query);
    assert.doesNotMatch(plan(query), /TEMP B-TREE/, query);
  }
});

test("several users are deactivated at once: their tokens and sessions end, and who did it is on record", async () => {
  const users = ["one", "two", "three"].map((name) => wick.createUser(`${name}@bulk.example`, name));
  const tokens = users.map(({ email }) => wick.token(email));
  const session = await wick.signIn("one@bulk.example");
  const ids = users.slice(0, 2).map(({ id }) => id);
  assert.deepEqual((await admin.post("/admin/users/deactivate", { ids })).body, { changed: 2 });
  assert.deepEqual(
    await Promise.all(tokens.map(async ({ token }) => (await callTool(wick, token, "notes__list")).status)),
    [401, 401, 200],
  );
  assert.equal((await session.get("/session")).status, 401);
  const { revoked } = (await admin.get(`/tokens/${tokens[0].id}`)).body;
  assert.deepEqual([revoked.by.email, revoked.reason], ["ann@example.com", "user deactivated"]);
  assert.deepEqual((await admin.post("/admin/users/deactivate", { ids })).body, { changed: 0 });
});

test("deactivating several at once leaves an active admin, or changes nothing", async () => {
  const me = (await admin.get("/session")).body.user.id;
  const second = wick.createUser("second@example.com", "Second", ["--admin"]);
  const member = wick.createUser("withthem@example.com", "With them");
  const refused = await admin.post("/admin/users/deactivate", { ids: [member.id, second.id, me] });
  assert.equal(refused.status, 409);
  assert.match(refused.body.error.message, /Ann \(ann@example\.com\) is the last active admin/);
  for (const { id } of [member, second]) assert.equal((await admin.get(`/admin/users/${id}`)).body.status, "active");
  assert.equal((await admin.post("/admin/users/deactivate", { ids: [member.id, second.id] })).status, 200);
});

test("tags are given to several users and taken from them, which holds with the next call", async () => {
  const users = ["a", "b"].map((name) => wick.createUser(`${name}@tagged.example`, name));
  const ids = users.map(({ id }) => id);
  const [open, other] = await Promise.all(
    ["open", "other"].map(async (name) => (await admin.post("/admin/tags", { name, filter: name === "open" })).body.id),
  );
  await admin.patch(`/admin/users/${ids[0]}`, { tags: [other] });
  await admin.patch(`/admin/connectors/${notesId}`, { tags: [open] });
  const { token } = wick.token("a@tagged.example");
  const works = async () => (await callTool(wick, token, "notes__list")).body.result !== undefined;
  const tags = async (id) => (await admin.get(`/admin/users/${id}`)).body.tags.map(({ name }) => name).sort();
  assert.equal(await works(), false);
  assert.deepEqual((await admin.post("/admin/users/tag", { ids, add: [open] })).body, { changed: 2 });
  assert.equal(await works(), true);
  assert.deepEqual([await tags(ids[0]), await tags(ids[1])], [["open", "other"], ["open"]]);
  assert.deepEqual((await admin.post("/admin/users/tag", { ids, remove: [open, other] })).body, { changed: 2 });
  assert.equal(await works(), false);
  await admin.patch(`/admin/connectors/${notesId}`, { tags: [] });
  for (const body of [{ ids, add: [notesId] }, { ids: [] }, {}, { ids: Array(201).fill(ids[0]) }])
    assert.equal((await admin.post("/admin/users/tag", body)).status, 400, JSON.stringify(body).slice(0, 80));
});

const keyed = (session, key, body, route = "/tokens") =>
  session.request("POST", route, body, { "idempotency-key": key });
const named = async (name, session = admin) =>
  (await session.get(`/tokens?status=active&query=${encodeURIComponent(name)}`)).body.items;

test("two requests with one Idempotency-Key make one token, in parallel or in sequence", async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => keyed(admin, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', { name: "pressed twice" })),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(7).fill(409)]);
  const made = kept(answers.find(({ status }) => status === 201));
  assert.equal((await named("pressed twice")).length, 1);
  const again = await keyed(admin, "8e03978e-40d5-43dd-bc93-6894a57f9324", { name: "pressed twice" });
  assert.equal(again.status, 409);
  assert.match(again.body.error.message, /already created the access token “pressed twice” \(wick_pat_….{4}\)/);
  assert.ok(!again.text.includes(made.plaintext), "the plaintext is shown once");
  assert.equal((await named("pressed twice")).length, 1);
});

test("a key is free again when its request made nothing, and is of its user alone", async () => {
  const { length } = await named("");
  assert.equal((await keyed(admin, "first-try", { name: "" })).status, 400);
  assert.equal((await keyed(admin, "first-try", { name: "second try", tools: "nonsense" })).status, 400);
  kept(await keyed(admin, "first-try", { name: "third try" }));
  wick.createUser("samekey@example.com", "Same key");
  const other = await wick.signIn("samekey@example.com");
  kept(await keyed(other, "first-try", { name: "mine" }));
  assert.equal((await named("")).length, length + 1);
  for (const key of ["", '""', "two words", "x".repeat(256), 'quo"te'])
    assert.equal((await keyed(admin, key, { name: "refused" })).status, 400, key);
  assert.equal((await named("refused")).length, 0);
});

test("two rotations with one key make one new token", async () => {
  const { token } = kept(await admin.post("/tokens", { name: "rotated twice", description: "stays" }));
  const answers = await Promise.all(
    [1, 2].map(() => keyed(admin, "rotation", { overlap_hours: 1 }, `/tokens/${token.id}/rotate`)),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
  const made = kept(answers.find(({ status }) => status === 201));
  assert.equal(made.token.description, "stays");
  assert.equal((await named("rotated twice")).length, 2);
});

test("a token has a description, which is found by a search in its own list and in the command line", async () => {
  const made = kept(
    await admin.post("/tokens", { name: "builder", description: "  Nightly builds of the größte repository " }),
  );
  assert.equal(made.token.description, "Nightly builds of the größte repository");
  assert.equal((await admin.get(`/tokens/${made.token.id}`)).body.description, made.token.description);
  assert.equal((await admin.get("/admin/tokens?query=builder")).body.items[0].description, made.token.description);
  for (const query of ["NIGHTLY", "größte", "uild", made.token.masked.slice(-4)])
    assert.ok(
      (await named(query)).some(({ id }) => id === made.token.id),
      query,
    );
  assert.deepEqual(await named("daily"), []);
  assert.equal((await admin.get("/tokens?query=%FF%FE")).status, 400);
  for (const description of ["two\nlines", "left\u202eright", "bell\u0007", "zero\u200bwidth", "x".repeat(301), 7])
    assert.equal(
      (await admin.post("/tokens", { name: "refused", description })).status,
      400,
      JSON.stringify(description),
    );
  assert.equal(kept(await admin.post("/tokens", { name: "blank", description: "  " })).token.description, "");

  wick.token("ann@example.com", ["--description", "From the command line"], "cli");
  const listed = wick.json(["token", "list", "--query", "COMMAND"]).tokens;
  assert.deepEqual(
    listed.map(({ name, description }) => [name, description]),
    [["cli", "From the command line"]],
  );
  assert.match(wick.cli(["token", "list"]).stdout, /From the command line/);
  assert.equal(
    wick.cli(["token", "create", "--user", "ann@example.com", "--name", "no", "--description", "left\u202eright"]).code,
    2,
  );
});
