// The second factor of sign-in by password, seen by its users and by thieves.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { authorizeUrl, pkce, register, visit } from "../lib/oauth.mjs";
import { signInThrough, startProvider, startWick } from "../lib/oidc.mjs";
import { signedIn } from "../lib/oidc-checks.mjs";
import { Authenticator, currentStep, enrol, firstStep } from "../lib/totp.mjs";
import { Session, Wick, callTool, password, remember } from "../lib/wick.mjs";

let wick,
  admin,
  people = 0;
before(async () => {
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(() => wick.stop());

/** Somebody new, signed in. */
async function person(server = wick) {
  const email = `person${++people}@example.com`;
  const { id } = server.createUser(email, `Person ${people}`);
  return { email, id, session: await server.signIn(email) };
}
async function enrolled() {
  const made = await person();
  return { ...made, ...(await enrol(made.session)) };
}
const second = (session, body) => session.post("/session/second-factor", body);
const state = async (session) => (await session.get("/me/second-factor")).body;
const count = (answers, status) => answers.filter((answer) => answer.status === status).length;

test("it is on only after the password and a code of the new key, in the session that began it", async () => {
  const { email, session } = await person();
  const other = await wick.signIn(email);
  assert.deepEqual(await state(session), { since: null, recovery_codes_left: 0, required: false });
  assert.equal((await session.post("/me/second-factor/enrolment", {})).status, 400);
  assert.equal((await session.post("/me/second-factor/enrolment", { password: "not the password" })).status, 403);
  assert.equal((await session.post("/me/second-factor", { code: "123456" })).status, 409, "nothing was begun");
  const begun = (await session.post("/me/second-factor/enrolment", { password })).body;
  assert.match(begun.secret, /^[A-Z2-7]{32}$/);
  const uri = new URL(begun.uri);
  assert.deepEqual(
    [uri.protocol, uri.host, uri.searchParams.get("secret"), decodeURIComponent(uri.pathname)],
    ["otpauth:", "totp", begun.secret, `/Wick 127.0.0.1:${wick.port}:${email}`],
  );
  const app = new Authenticator(begun.secret);
  assert.equal((await session.post("/me/second-factor", { code: app.wrong() })).status, 403);
  assert.equal(
    (await app.spend((code) => other.post("/me/second-factor", { code }))).status,
    409,
    "another session of the same user",
  );
  assert.equal((await state(session)).since, null);
  assert.equal((await wick.signIn(email)) instanceof Session, true, "until then the password is enough");
  const confirmed = await app.spend((code) =>
    session.post("/me/second-factor", { code: `${code.slice(0, 3)} ${code.slice(3)}` }),
  );
  assert.equal(confirmed.status, 201, confirmed.text);
  const codes = confirmed.body.recovery_codes;
  codes.forEach((code) => remember("secrets", code));
  assert.deepEqual(
    [codes.length, new Set(codes).size, codes.every((code) => /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/.test(code))],
    [10, 10, true],
  );
  assert.equal((await session.get("/session")).status, 200);
  assert.equal((await other.get("/session")).status, 401, "sessions that were opened without it end");
  assert.deepEqual(
    { ...(await state(session)), since: typeof (await state(session)).since },
    { since: "string", recovery_codes_left: 10, required: false },
  );
  assert.equal((await session.post("/me/second-factor/enrolment", { password })).status, 409);
});

test("the right password opens no session, and its cookie opens nothing", async () => {
  const { email, app } = await enrolled();
  const half = await firstStep(wick, email);
  assert.match(half.cookieAttributes, /^wick_sign_in=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=300$/);
  const secret = half.cookie.split("=")[1];
  const { body: client } = await register(wick);
  for (const cookie of [half.cookie, `wick_session=${secret}`]) {
    const thief = Object.assign(new Session(wick), { cookie });
    for (const [method, route, body] of [
      ["GET", "/session"],
      ["GET", "/whoami"],
      ["GET", "/tokens"],
      ["POST", "/tokens", { name: "x" }],
      ["GET", "/me/second-factor"],
      ["POST", "/me/second-factor/enrolment", { password }],
      ["PUT", "/me/password", { current: password, new: `${password} x` }],
      ["POST", "/oauth/device", { user_code: "BCDF-GHJK" }],
      ["GET", "/admin/users"],
    ]) {
      assert.equal((await thief.request(method, route, body)).status, 401, `${method} ${route}`);
    }
    const { location } = await visit(thief, authorizeUrl(wick, client.client_id, pkce().challenge));
    assert.match(location, /^\/sign-in\?next=/);
  }
  for (const body of [{}, { code: "1", recovery_code: "1" }, { code: 1 }])
    assert.equal((await second(half, body)).status, 400, JSON.stringify(body));
  assert.equal(
    (await second(new Session(wick), { code: app.codeAt(currentStep()) })).status,
    401,
    "without the cookie of the first step",
  );
  const done = await app.spend((code) => second(half, { code }));
  assert.deepEqual([done.status, done.body.user.email], [201, email]);
  const [session, gone] = done.headers.getSetCookie();
  assert.match(session, /^wick_session=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax/);
  assert.match(gone, /^wick_sign_in=; .*Max-Age=0$/);
  assert.equal((await half.get("/session")).status, 200);
  const stolen = Object.assign(new Session(wick), { cookie: `wick_sign_in=${secret}` });
  assert.equal((await app.spend((code) => second(stolen, { code }))).status, 401, "one first step opens one session");
});

test("a code is good once, and of many tries at the same time one succeeds", async () => {
  const { email, app, recovery } = await enrolled();
  const halves = await Promise.all(Array.from({ length: 4 }, () => firstStep(wick, email)));
  let used;
  const answers = [];
  await app.spend(async (code) => {
    used = code;
    answers.push(...(await Promise.all(halves.map((half) => second(half, { code })))));
    return answers.find(({ status }) => status === 201) ?? answers.pop();
  });
  assert.deepEqual(
    [count(answers, 201), answers.every(({ status }) => [201, 401, 403].includes(status))],
    [1, true],
    answers.map(({ text }) => text).join(),
  );
  assert.equal((await second(await firstStep(wick, email), { code: used })).status, 403, "replayed");
  const more = await Promise.all(Array.from({ length: 4 }, () => firstStep(wick, email)));
  const tried = await Promise.all(more.map((half) => second(half, { recovery_code: recovery[0].toUpperCase() })));
  assert.equal(count(tried, 201), 1, tried.map(({ text }) => text).join());
  assert.equal((await second(await firstStep(wick, email), { recovery_code: recovery[0] })).status, 403);
  assert.equal(
    (await second(await firstStep(wick, email), { recovery_code: recovery[1].replaceAll("-", "") })).status,
    201,
  );
});

test("a used code stays used when the server is started again", async () => {
  const own = await Wick.start();
  const { session, email } = await person(own);
  const { app } = await enrol(session);
  let used;
  assert.equal(
    (await app.spend(async (code) => second(await firstStep(own, email), { code: (used = code) }))).status,
    201,
  );
  await own.stop();
  await own.launch();
  assert.equal((await second(await firstStep(own, email), { code: used })).status, 403);
  await own.stop();
});

test("a wrong password is answered alike for users with it, without it, and for nobody", async () => {
  const { email } = await enrolled();
  const plain = await person();
  const answers = await Promise.all(
    [email, plain.email, "nobody@example.com"].map((one) =>
      new Session(wick).post("/session", { email: one, password: "not the password" }),
    ),
  );
  const seen = answers.map(({ status, headers, body }) => [
    status,
    headers.getSetCookie().length,
    body.error.code,
    body.error.message,
  ]);
  assert.deepEqual(seen[0], seen[1]);
  assert.deepEqual(seen[0], seen[2]);
  assert.equal(seen[0][0], 401);
});

test("guessing codes slows down only that account, and a recovery code still works", async () => {
  const { email, app, recovery } = await enrolled();
  const { email: other, app: otherApp } = await enrolled();
  const halves = await Promise.all(Array.from({ length: 30 }, () => firstStep(wick, email)));
  const answers = await Promise.all(halves.map((half) => second(half, { code: app.wrong() })));
  assert.deepEqual([count(answers, 403), count(answers, 429)], [5, 25]);
  assert.ok(
    answers.filter(({ status }) => status === 429).every(({ headers }) => Number(headers.get("retry-after")) > 0),
  );
  assert.equal(
    (await second(await firstStep(wick, email), { code: app.codeAt(currentStep()) })).status,
    429,
    "the right code has to wait too",
  );
  assert.equal((await otherApp.spend(async (code) => second(await firstStep(wick, other), { code }))).status, 201);
  assert.equal((await second(await firstStep(wick, email), { recovery_code: recovery[0] })).status, 201);
});

test("turning off the second factor takes the password and a code, and is refused to other origins", async () => {
  const { session, app } = await enrolled();
  for (const route of ["/me/second-factor/turn-off", "/me/second-factor/recovery-codes"]) {
    const code = app.codeAt(currentStep() + 1);
    assert.equal((await session.post(route, { code })).status, 400);
    assert.equal((await session.post(route, { password })).status, 400);
    assert.equal((await session.post(route, { password: "not the password", code })).status, 403);
    assert.equal((await session.post(route, { password, code: app.wrong() })).status, 403);
    assert.equal((await session.post(route, { password, recovery_code: "aaaa-aaaa-aaaa-aaaa" })).status, 403);
    for (const headers of [
      { origin: "http://evil.example.com" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      const forged = await session.request("POST", route, { password, code }, headers);
      assert.deepEqual([forged.status, forged.body.error.code], [403, "forbidden"]);
    }
  }
  const forged = await session.request(
    "POST",
    "/me/second-factor/enrolment",
    { password },
    { origin: "http://evil.example.com" },
  );
  assert.equal(forged.status, 403);
  const form = await fetch(`${wick.url}/api/v1/me/second-factor/turn-off`, {
    method: "POST",
    headers: { cookie: session.cookie, origin: wick.url, "content-type": "text/plain" },
    body: "{}",
  });
  assert.equal(form.status, 415);
  assert.equal((await state(session)).recovery_codes_left, 10);
});

test("with both, one gets new recovery codes, and turns it off", async () => {
  const { email, session, app, recovery } = await enrolled();
  const renewed = await app.spend((code) => session.post("/me/second-factor/recovery-codes", { password, code }));
  assert.equal(renewed.status, 201, renewed.text);
  renewed.body.recovery_codes.forEach((code) => remember("secrets", code));
  assert.equal((await second(await firstStep(wick, email), { recovery_code: recovery[0] })).status, 403, "an old one");
  assert.equal(
    (await second(await firstStep(wick, email), { recovery_code: renewed.body.recovery_codes[0] })).status,
    201,
  );
  assert.equal(
    (await session.post("/me/second-factor/turn-off", { password, recovery_code: renewed.body.recovery_codes[1] }))
      .status,
    204,
  );
  assert.equal((await state(session)).since, null);
  await wick.signIn(email);
});

test("changing the password keeps it, and ends a first step that was made with the old one", async () => {
  const { email, session, app } = await enrolled();
  const half = await firstStep(wick, email);
  const fresh = `${password} fresh`;
  remember("secrets", fresh);
  assert.equal((await session.put("/me/password", { current: password, new: fresh })).status, 204);
  assert.equal((await app.spend((code) => second(half, { code }))).status, 401);
  assert.equal((await app.spend(async (code) => second(await firstStep(wick, email, fresh), { code }))).status, 201);
});

test("a password reset by a link asks for it too, unless an admin resets it as well", async () => {
  const { email, id, app } = await enrolled();
  const reset = async (next) => {
    const token = (await admin.post(`/admin/users/${id}/reset-password`)).body.url.match(/#token=([0-9a-f]+)$/)[1];
    remember("secrets", token);
    remember("secrets", next);
    const browser = new Session(wick);
    return { browser, answer: await browser.post(`/invites/${token}`, { password: next }) };
  };
  const { browser, answer } = await reset(`${password} one`);
  assert.deepEqual([answer.status, Object.keys(answer.body)], [202, ["expires_at"]]);
  assert.equal((await browser.get("/session")).status, 401);
  assert.equal((await app.spend((code) => second(browser, { code }))).status, 201);
  assert.equal((await browser.get("/session")).body.user.email, email);
  assert.equal((await admin.delete(`/admin/users/${id}/second-factor`)).status, 204);
  assert.equal((await reset(`${password} two`)).answer.status, 201);
});

test("an admin, but no member, can reset another user's second factor, which ends the sessions", async () => {
  const { email, id, session } = await enrolled();
  const curious = (await person()).session;
  const shown = async () => (await admin.get(`/admin/users/${id}`)).body.second_factor;
  assert.equal(await shown(), true);
  assert.equal((await curious.delete(`/admin/users/${id}/second-factor`)).status, 403);
  assert.equal((await admin.delete(`/admin/users/${id}/second-factor`)).status, 204);
  assert.equal(await shown(), false);
  assert.equal((await session.get("/session")).status, 401);
  await wick.signIn(email);
  assert.equal((await admin.delete(`/admin/users/${id}/second-factor`)).status, 409);
  const me = (await admin.get("/session")).body.user;
  for (const name of [me.id, me.email])
    assert.equal((await admin.delete(`/admin/users/${name}/second-factor`)).status, 403);
  const again = await enrolled();
  const listed = wick.json(["user", "list"]).users.find((user) => user.email === again.email);
  assert.equal(listed.second_factor, true);
  const done = wick.json(["user", "reset-second-factor", again.email]);
  assert.deepEqual([done.email, done.second_factor], [again.email, false]);
  assert.equal((await again.session.get("/session")).status, 401);
  assert.equal(wick.cli(["user", "reset-second-factor", again.email]).code, 1);
  assert.match(wick.errors, new RegExp(`the second factor of the user ${id} was reset by ${me.id}`));
  assert.match(wick.errors, new RegExp(`the second factor of the user ${again.id} was reset by the command line`));
});

test("if a second factor is required, a session opened by password can only set it up", async () => {
  const strict = await Wick.start({ args: ["--set", "sign_in.require_second_factor=all"] });
  const { session, email } = await person(strict);
  const { token } = strict.token(email);
  const { user, must_enrol } = (await session.get("/session")).body;
  assert.deepEqual([user.email, must_enrol], [email, true]);
  const { paths } = (await session.get("/openapi.json")).body;
  const open = [
    "GET /session",
    "DELETE /session",
    "GET /me/second-factor",
    "POST /me/second-factor",
    "POST /me/second-factor/enrolment",
    "POST /me/second-factor/recovery-codes",
    "POST /me/second-factor/turn-off",
  ];
  const boss = await strict.signIn();
  let asked = 0;
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const name = `${method.toUpperCase()} ${path}`;
      if (operation["x-wick-access"] === "public" || open.includes(name)) continue;
      const answer = await boss.request(
        method.toUpperCase(),
        path.replaceAll(/\{\w+\}/g, "01900000-0000-7000-8000-000000000001"),
        method === "get" || method === "delete" ? undefined : {},
      );
      assert.deepEqual([answer.status, answer.body?.error.code], [403, "policy"], `${name}: ${answer.text}`);
      assert.match(answer.body.error.message, /second factor/);
      ++asked;
    }
  }
  assert.ok(asked > 50, `${asked} operations`);
  assert.equal((await callTool(strict, token, "notes__list")).status, 200, "tokens that exist go on");
  const { app } = await enrol(session);
  assert.equal((await session.get("/session")).body.must_enrol, false);
  assert.equal((await session.get("/tokens")).status, 200);
  const off = await app.spend((code) => session.post("/me/second-factor/turn-off", { password, code }));
  assert.equal(off.status, 204);
  assert.equal((await session.get("/tokens")).status, 403, "one may turn it off to set up another");
  await strict.stop();
  await strict.launch(["--set", "sign_in.require_second_factor=admins"]);
  assert.equal((await (await strict.signIn(email)).get("/tokens")).status, 200, "a member");
  assert.equal((await (await strict.signIn()).get("/tokens")).status, 403, "an admin");
  await strict.stop();
  const { code, stderr } = strict.cli(["serve", "--set", "sign_in.require_second_factor=some"]);
  assert.deepEqual([code === 0, /must be one of off, admins, all/.test(stderr)], [false, true], stderr);
});

test("sign-in by a provider asks for none, whatever is required; the same account does by password", async (t) => {
  const provider = await startProvider();
  t.after(() => provider.close());
  const own = await startWick(provider, { "sign_in.require_second_factor": "all" });
  t.after(() => own.stop());
  const { email, session } = await person(own);
  await enrol(session);
  provider.accounts.set("sub", { email, email_verified: true, name: "Somebody" });
  const answer = await signInThrough(own, provider, { account: "sub" });
  signedIn(answer);
  assert.equal((await answer.session.get("/tokens")).status, 200);
  await firstStep(own, email);
});

test("an app that asks to be connected, and a device, wait until the second step is made", async () => {
  const { email, app } = await enrolled();
  const half = await firstStep(wick, email);
  const { body: client } = await register(wick);
  const url = authorizeUrl(wick, client.client_id, pkce().challenge);
  assert.match((await visit(half, url)).location, /^\/sign-in\?next=%2Foauth%2Fauthorize/);
  assert.equal((await half.post("/oauth/device", { user_code: "BCDF-GHJK" })).status, 401);
  assert.equal((await app.spend((code) => second(half, { code }))).status, 201);
  assert.match((await visit(half, url)).location, /^\/oauth\/consent\?request=/);
  assert.equal(
    (await half.post("/oauth/device", { user_code: "BCDF-GHJK" })).status,
    404,
    "no such code, but asked for",
  );
});
