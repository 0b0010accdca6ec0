// People sign in through an OpenID provider, a real one: who gets in, as whom, with which tags, and who does not.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "../lib/browser.mjs";
import { authorizeUrl, pkce, redirectUri, register, token as exchange } from "../lib/oauth.mjs";
import {
  Jar,
  begin,
  enterPatiently,
  errorOf,
  serveOnce,
  signInThrough,
  startProvider,
  startWick,
} from "../lib/oidc.mjs";
import { find, me, refused, signedIn, users, warningOf } from "../lib/oidc-checks.mjs";
import { Session, Wick, callTool, notesId, password, remember } from "../lib/wick.mjs";

describe("with a real provider", () => {
  let provider;
  before(async () => (provider = await startProvider()));
  after(() => provider.close());

  // A Wick of its own for a test, and its admin.
  async function open(t, settings, options) {
    const wick = await startWick(provider, settings, options);
    t.after(() => wick.stop());
    return { wick, admin: await wick.signIn() };
  }
  function account(sub, claims = {}) {
    const made = { email: `${sub}@example.com`, email_verified: true, name: sub, ...claims };
    provider.accounts.set(sub, made);
    return made;
  }

  test("the instance says how one signs in, and nothing about the provider but its name", async (t) => {
    const { wick } = await open(t, { name: "Test provider" });
    const { body, text } = await new Session(wick).get("/instance");
    assert.deepEqual([body.oidc, body.password_sign_in], [{ name: "Test provider" }, true]);
    assert.ok(!text.includes(provider.issuer) && !text.includes(provider.clientId));
    const unnamed = await open(t, {});
    assert.deepEqual((await new Session(unnamed.wick).get("/instance")).body.oidc, { name: "single sign-on" });
  });

  test("each redirect to the provider has a new state, nonce and PKCE, and a cookie for ten minutes", async (t) => {
    const { wick } = await open(t);
    const starts = [await begin(wick), await begin(wick)];
    const [one, two] = starts.map(({ location }) => new URL(location).searchParams);
    for (const { status, location, setCookies } of starts) {
      assert.equal(status, 303);
      assert.ok(location.startsWith(`${provider.issuer}/auth?`), location);
      const cookie = setCookies.find((line) => line.startsWith("wick_oidc="));
      assert.match(cookie, /; HttpOnly(;|$)/);
      assert.match(cookie, /; SameSite=Lax(;|$)/);
      assert.match(cookie, /; Max-Age=600(;|$)/);
      assert.doesNotMatch(cookie, /; Domain=/i);
    }
    const expected = {
      response_type: "code",
      client_id: provider.clientId,
      redirect_uri: `${wick.url}/oidc/callback`,
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(one.get(name), value, name);
    assert.deepEqual(one.get("scope").split(" ").sort(), ["email", "openid", "profile"]);
    assert.match(one.get("code_challenge"), /^[\w-]{43}$/);
    for (const name of ["state", "nonce", "code_challenge"]) {
      assert.ok(one.get(name).length >= 22, `${name} is long enough not to be guessed`);
      assert.notEqual(one.get(name), two.get(name), name);
    }
    const cookie = starts[0].jar.get("wick_oidc");
    for (const name of ["state", "nonce"])
      assert.ok(!one.get(name).includes(cookie) && !cookie.includes(provider.clientSecret), name);
  });

  test("behind https the cookie is one that no other site or subdomain can set", async (t) => {
    const wick = await startWick(provider, {}, { args: ["--public-url", "https://wick.example.com"] });
    t.after(() => wick.stop());
    const { location, setCookies } = await begin(wick);
    assert.equal(new URL(location).searchParams.get("redirect_uri"), "https://wick.example.com/oidc/callback");
    const cookie = setCookies.find((line) => line.startsWith("__Host-wick_oidc="));
    for (const attribute of [/; Secure(;|$)/, /; Path=\/(;|$)/, /; HttpOnly(;|$)/, /; SameSite=Lax(;|$)/])
      assert.match(cookie, attribute);
  });

  test("the address that is sent to the provider is the public one, whatever the Host", async (t) => {
    const { wick } = await open(t);
    const response = await fetch(`${wick.url}/oidc/start`, {
      redirect: "manual",
      headers: { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", forwarded: "host=evil.example" },
    });
    assert.equal(
      new URL(response.headers.get("location")).searchParams.get("redirect_uri"),
      `${wick.url}/oidc/callback`,
    );
  });

  test("somebody new waits for an admin, and then comes in where they wanted to go", async (t) => {
    const { wick, admin } = await open(t);
    account("ada", { name: "Ada Lovelace" });
    refused(await signInThrough(wick, provider, { account: "ada", next: "/history" }), "oidc_pending");
    const waiting = await find(admin, "ada@example.com");
    assert.deepEqual(
      [waiting.status, waiting.external, waiting.has_password, waiting.role, waiting.name],
      ["pending", true, false, "member", "Ada Lovelace"],
    );
    refused(await signInThrough(wick, provider, { account: "ada" }), "oidc_pending");
    assert.equal((await users(admin)).length, 2, "asking twice makes one user");
    assert.equal((await admin.patch(`/admin/users/${waiting.id}`, { status: "active" })).status, 200);
    const entered = await signInThrough(wick, provider, { account: "ada", next: "/history?source=mcp&x=%C3%A9" });
    signedIn(entered, "/history?source=mcp&x=%C3%A9");
    assert.match(entered.session.cookieAttributes, /; HttpOnly; SameSite=Lax/);
    assert.equal((await me(entered.session)).id, waiting.id);
    assert.equal((await find(admin, "ann@example.com")).external, false);
  });

  test("if sign-up is allowed, new users are members at once", async (t) => {
    const { wick } = await open(t, { new_users: "active" });
    account("bea");
    const entered = await signInThrough(wick, provider, { account: "bea" });
    signedIn(entered);
    const user = await me(entered.session);
    assert.deepEqual([user.email, user.role], ["bea@example.com", "member"]);
    assert.equal((await entered.session.get("/admin/users")).status, 403);
  });

  test("if sign-up is refused, no user is made, and existing users sign in", async (t) => {
    const { wick, admin } = await open(t, { new_users: "refuse" });
    account("cy");
    refused(await signInThrough(wick, provider, { account: "cy" }), "oidc_refused");
    assert.equal(await find(admin, "cy@example.com"), undefined);
    wick.createUser("cy@example.com", "Cy");
    signedIn(await signInThrough(wick, provider, { account: "cy" }));
  });

  test("only verified addresses of the allowed domains come in", async (t) => {
    const { wick, admin } = await open(t, { new_users: "active", allowed_domains: "example.com, Example.ORG" });
    const cases = { com: "a@example.com", org: "b@EXAMPLE.org" };
    for (const [sub, email] of Object.entries(cases)) {
      account(sub, { email });
      signedIn(await signInThrough(wick, provider, { account: sub }));
    }
    const outside = [
      "c@evil-example.com",
      "d@example.com.evil.test",
      "e@sub.example.com",
      "f@evil.test",
      "g@example.comm",
    ];
    const malformed = [
      '"x@example.com"@evil.test',
      "h@evil.test@example.com",
      "h@evil.test\u0000@example.com",
      "h i@example.com",
      "example.com",
      "@example.com",
    ];
    for (const [index, email] of [...outside, ...malformed].entries()) {
      account(`outside${index}`, { email });
      const answer = await signInThrough(wick, provider, { account: `outside${index}` });
      refused(answer, malformed.includes(email) && answer.error === "oidc_failed" ? "oidc_failed" : "oidc_refused");
    }
    account("unverified", { email: "i@example.com", email_verified: false });
    refused(await signInThrough(wick, provider, { account: "unverified" }), "oidc_refused");
    assert.equal((await users(admin)).length, 3, "ann and the two");
  });

  test("a verified address leads to the account that has it, in whatever letters, and to none of another", async (t) => {
    const { wick, admin } = await open(t, { new_users: "refuse" });
    const made = wick.createUser("dora@example.com", "Dora");
    account("dora-at-idp", { email: "DORA@Example.com", name: "Somebody else" });
    const entered = await signInThrough(wick, provider, { account: "dora-at-idp" });
    signedIn(entered);
    assert.equal((await me(entered.session)).id, made.id);
    const linked = await find(admin, "dora@example.com");
    assert.deepEqual([linked.external, linked.has_password], [true, true]);
    assert.equal((await users(admin)).length, 2);
  });

  for (const unverified of [false, "false", "no", 0, null, undefined]) {
    test(`a victim's email address with email_verified ${JSON.stringify(unverified)} does not open the account`, async (t) => {
      const { wick, admin } = await open(t, { new_users: "active" });
      const victim = wick.createUser("victim@example.com", "Victim");
      account("mallory", { email: "victim@example.com", email_verified: unverified });
      for (let i = 0; i < 2; ++i) {
        const entered = await signInThrough(wick, provider, { account: "mallory" });
        assert.equal(entered.status, 303);
        if (entered.session) assert.notEqual((await me(entered.session)).id, victim.id);
        else refused(entered, "oidc_refused");
        assert.equal((await find(admin, "victim@example.com")).external, false);
      }
      account("mallory", { email: "victim@example.com", email_verified: true });
      const { wick: other } = await open(t, { new_users: "active" });
      const same = other.createUser("victim@example.com", "Victim");
      assert.equal(
        (await me((await signInThrough(other, provider, { account: "mallory" })).session)).id,
        same.id,
        "it was the verification that kept them out",
      );
    });
  }

  test("an account is not made in advance with an address that somebody else will bring verified", async (t) => {
    const { wick } = await open(t, { new_users: "active" });
    account("early", { email: "late@example.com", email_verified: false });
    const early = await signInThrough(wick, provider, { account: "early" });
    account("late", { email: "late@example.com" });
    const late = await signInThrough(wick, provider, { account: "late" });
    signedIn(late);
    const { id } = await me(late.session);
    if (early.session) assert.notEqual((await me(early.session)).id, id);
    const again = await signInThrough(wick, provider, { account: "early" });
    if (again.session) assert.notEqual((await me(again.session)).id, id);
    else refused(again, "oidc_refused");
  });

  test("an address counts unverified only where the operator trusts the provider", async (t) => {
    const { wick } = await open(t, { new_users: "refuse", trust_email: "true" });
    const made = wick.createUser("eve@example.com", "Eve");
    account("eve", { email_verified: undefined });
    const entered = await signInThrough(wick, provider, { account: "eve" });
    signedIn(entered);
    assert.equal((await me(entered.session)).id, made.id);
  });

  test("a user whose email address changed keeps the account, and the next owner of the old one gets none", async (t) => {
    const { wick, admin } = await open(t, { new_users: "active" });
    account("finn", { email: "finn@example.com" });
    const { id } = await me((await signInThrough(wick, provider, { account: "finn" })).session);
    wick.createUser("boss@example.com", "Boss");
    account("finn", { email: "boss@example.com" });
    const back = await signInThrough(wick, provider, { account: "finn" });
    signedIn(back);
    assert.equal((await me(back.session)).id, id, "the subject decides, not the address");
    assert.equal((await find(admin, "boss@example.com")).external, false);
    account("finn-the-second", { email: "finn@example.com" });
    const second = await signInThrough(wick, provider, { account: "finn-the-second" });
    if (second.session) assert.notEqual((await me(second.session)).id, id);
    else assert.equal(new URL(second.location, wick.url).pathname, "/sign-in");
  });

  test("the subject is compared letter by letter", async (t) => {
    const { wick } = await open(t, { new_users: "active" });
    account("Gil", { email: "gil@example.com" });
    account("gil", { email: "other@example.com" });
    const [one, two] = [
      await signInThrough(wick, provider, { account: "Gil" }),
      await signInThrough(wick, provider, { account: "gil" }),
    ];
    assert.notEqual((await me(one.session)).id, (await me(two.session)).id);
  });

  test("each sign-in updates the tags from groups for the next call and keeps tags set by an admin", async (t) => {
    const { wick, admin } = await open(t, { new_users: "active", groups_claim: "groups" });
    const tag = async (name) => (await admin.post("/admin/tags", { name, filter: true })).body;
    const [ops, , hand] = [await tag("Ops"), await tag("sales"), await tag("by-hand")];
    await admin.patch(`/admin/connectors/${notesId}`, { tags: [ops.id] });
    const enter = async (groups) => {
      account("hal", { groups });
      const entered = await signInThrough(wick, provider, { account: "hal" });
      signedIn(entered);
      return (await find(admin, "hal@example.com")).tags.map(({ name }) => name).sort();
    };
    assert.deepEqual(await enter(["OPS", "unknown", "sale"]), ["Ops"]);
    const { id } = await find(admin, "hal@example.com");
    const { token } = wick.token("hal@example.com");
    const allowed = async () => (await callTool(wick, token, "notes__list")).body.result !== undefined;
    assert.equal(await allowed(), true);
    assert.equal((await admin.get("/admin/tags")).body.items.length, 3, "a group makes no tag");
    assert.deepEqual(await enter(["SALES"]), ["sales"]);
    assert.equal(await allowed(), false, "the tag is gone for a token, too");
    await admin.patch(`/admin/users/${id}`, { tags: [hand.id] });
    assert.deepEqual(await enter(["ops", "By-Hand"]), ["Ops", "by-hand"]);
    assert.equal(await allowed(), true);
    assert.deepEqual(await enter([]), ["by-hand"], "also when a group had the same name for a while");
    assert.deepEqual(await enter(["ops"]), ["Ops", "by-hand"]);
    assert.deepEqual(await enter(undefined), ["by-hand"], "no claim is no group");
    for (const nonsense of [{ ops: true }, 7, [["ops"]], [null, 7]])
      assert.deepEqual(await enter(nonsense), ["by-hand"], JSON.stringify(nonsense));
  });

  test("groups give no tags where no claim is set", async (t) => {
    const { wick, admin } = await open(t, { new_users: "active" });
    await admin.post("/admin/tags", { name: "ops", filter: true });
    account("ida", { groups: ["ops"] });
    signedIn(await signInThrough(wick, provider, { account: "ida" }));
    assert.deepEqual((await find(admin, "ida@example.com")).tags, []);
  });

  test("after the provider changed its keys, and their kind, people come in as before", async (t) => {
    const { wick } = await open(t, { new_users: "active" });
    account("joy");
    signedIn(await signInThrough(wick, provider, { account: "joy" }));
    for (const alg of ["ES256", "PS256", "RS256"]) {
      await provider.rotate(alg);
      signedIn(await enterPatiently(wick, provider, { account: "joy" }));
    }
  });

  test("a deactivated user's sessions end, and sign-in is refused with the reason", async (t) => {
    const { wick, admin } = await open(t, { new_users: "active" });
    account("kim");
    const { session } = await signInThrough(wick, provider, { account: "kim" });
    const { id } = await me(session);
    await admin.patch(`/admin/users/${id}`, { status: "deactivated" });
    assert.equal((await session.get("/session")).status, 401);
    refused(await signInThrough(wick, provider, { account: "kim" }), "oidc_deactivated");
    assert.equal((await find(admin, "kim@example.com")).status, "deactivated");
    await admin.patch(`/admin/users/${id}`, { status: "active" });
    const back = await signInThrough(wick, provider, { account: "kim" });
    assert.equal((await me(back.session)).id, id);
  });

  test("a deactivated account is not revived by a provider that has never been used with it", async (t) => {
    const { wick, admin } = await open(t, { new_users: "active" });
    const { id } = wick.createUser("left@example.com", "Left");
    await admin.patch(`/admin/users/${id}`, { status: "deactivated" });
    account("left");
    refused(await signInThrough(wick, provider, { account: "left" }), "oidc_deactivated");
  });

  test("signing out ends the session here and not the one at the provider", async (t) => {
    const { wick } = await open(t, { new_users: "active" });
    account("lou");
    const providerJar = new Jar();
    const [first, elsewhere] = [
      await signInThrough(wick, provider, { account: "lou", providerJar }),
      await signInThrough(wick, provider, { account: "lou" }),
    ];
    const ended = provider.asked("/session/end");
    assert.equal((await first.session.delete("/session")).status, 204);
    assert.equal(
      (
        await new Session(wick).request("GET", "/session", undefined, {
          cookie: `wick_session=${first.jar.get("wick_session")}`,
        })
      ).status,
      401,
    );
    assert.equal((await elsewhere.session.get("/session")).status, 200);
    assert.equal(provider.asked("/session/end"), ended);
    const prompts = provider.prompts;
    signedIn(await signInThrough(wick, provider, { providerJar }));
    assert.equal(provider.prompts, prompts, "the provider still knows them");
  });

  test("a sign-in replaces whatever session the browser had", async (t) => {
    const { wick, admin } = await open(t, { new_users: "active" });
    account("max");
    for (const before of [admin.cookie.split("=")[1], "planted-by-an-attacker"]) {
      const jar = new Jar([["wick_session", before]]);
      const entered = await signInThrough(wick, provider, { account: "max", jar });
      signedIn(entered);
      assert.notEqual(jar.get("wick_session"), before);
      assert.equal((await me(entered.session)).email, "max@example.com");
    }
  });

  test("the userinfo endpoint is asked only for claims that the token lacks", async (t) => {
    const { wick } = await open(t, { new_users: "active" });
    account("ned");
    const asked = provider.asked("/me");
    signedIn(await signInThrough(wick, provider, { account: "ned" }));
    assert.equal(provider.asked("/me"), asked);
    const sparse = await startProvider({ claimsIn: "userinfo" });
    t.after(() => sparse.close());
    const other = await startWick(sparse, { new_users: "active", groups_claim: "groups" });
    t.after(() => other.stop());
    const admin = await other.signIn();
    await admin.post("/admin/tags", { name: "ops" });
    sparse.accounts.set("ned", { email: "ned@example.com", email_verified: true, name: "Ned", groups: ["ops"] });
    const entered = await signInThrough(other, sparse, { account: "ned" });
    signedIn(entered);
    const user = await find(admin, "ned@example.com");
    assert.deepEqual([user.name, user.tags.map(({ name }) => name), sparse.asked("/me")], ["Ned", ["ops"], 1]);
  });

  test("a denial at the provider leads back to the sign-in page, and a later sign-in works", async (t) => {
    const { wick } = await open(t, { new_users: "active" });
    account("ola");
    refused(await warningOf(wick, () => signInThrough(wick, provider, { account: null }), /access_denied/));
    signedIn(await signInThrough(wick, provider, { account: "ola" }));
  });

  test("with passwords turned off, users sign in only through the provider", async (t) => {
    const wick = await startWick(provider, { new_users: "refuse", "sign_in.password": "off" });
    t.after(() => wick.stop());
    assert.equal((await new Session(wick).get("/instance")).body.password_sign_in, false);
    const tried = new Session(wick);
    const { status } = await tried.post("/session", { email: "ann@example.com", password });
    assert.ok(status >= 400 && status < 500, String(status));
    assert.equal(tried.cookie, undefined);
    account("ann");
    const entered = await signInThrough(wick, provider, { account: "ann" });
    signedIn(entered);
    assert.equal((await me(entered.session)).role, "admin");
  });

  test("an app that asks for access while the person is signed out gets its consent page after the provider", async (t) => {
    const { wick } = await open(t, { new_users: "active" });
    account("pia");
    const client = (await register(wick)).body.client_id;
    const { verifier, challenge } = pkce();
    const url = authorizeUrl(wick, client, challenge);
    const bounced = await fetch(url, { redirect: "manual" });
    const next = new URL(bounced.headers.get("location"), wick.url).searchParams.get("next");
    const entered = await signInThrough(wick, provider, { account: "pia", next });
    signedIn(entered, url.pathname + url.search);
    const asked = await fetch(new URL(entered.location, wick.url), {
      redirect: "manual",
      headers: { cookie: entered.session.cookie },
    });
    const id = new URL(asked.headers.get("location"), wick.url).searchParams.get("request");
    const back = new URL((await entered.session.post(`/oauth/requests/${id}`, { approve: true })).body.redirect_to);
    const { body } = await exchange(wick, {
      grant_type: "authorization_code",
      code: back.searchParams.get("code"),
      client_id: client,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
    assert.equal((await callTool(wick, body.access_token, "notes__list")).status, 200);
  });

  test("a provider that is down is said to be down, and found again when it is back", async (t) => {
    const { wick } = await open(t, { new_users: "active" });
    account("quin");
    await provider.close();
    try {
      const answer = await warningOf(wick, () => signInThrough(wick, provider), /refused|connect|reach/i);
      assert.equal(answer.started, false);
      refused(answer, "oidc_unavailable");
      assert.equal((await new Session(wick).get("/instance")).status, 200);
    } finally {
      await provider.listen();
    }
    signedIn(await enterPatiently(wick, provider, { account: "quin" }));
  });

  describe("in a browser", () => {
    let browser, page, wick, admin, context;
    const problems = [];
    const link = (name) =>
      page.getByRole("link", { name, exact: true }).or(page.getByRole("button", { name, exact: true }));
    before(async () => {
      wick = await startWick(provider, { name: "Test provider", new_users: "active" });
      admin = await wick.signIn();
      browser = await launch();
      context = await browser.newContext();
      page = await context.newPage();
      page.setDefaultTimeout(10_000);
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on(
        "console",
        (message) =>
          message.type() === "error" && !/status of 401/.test(message.text()) && problems.push(message.text()),
      );
    });
    after(async () => {
      await browser.close();
      await wick.stop();
    });
    const keepSecrets = async () => {
      for (const { name, value } of await context.cookies(wick.url))
        if (name.startsWith("wick_")) remember("secrets", value);
    };

    test("one click on the button of the provider signs in, at the page that was asked for", async () => {
      account("rae", { name: "Rae" });
      provider.signsIn = "rae";
      await page.goto(`${wick.url}/profile/tokens`);
      await page.waitForURL(/sign-in\?next=/);
      await page.getByLabel("Password").first().waitFor();
      await link("Sign in with Test provider").click();
      await page.waitForURL(`${wick.url}/profile/tokens`);
      await page.getByRole("button", { name: "Account of Rae", exact: true }).waitFor();
      await keepSecrets();
      assert.deepEqual(
        (await context.cookies(wick.url)).filter(({ name }) => name === "wick_oidc"),
        [],
      );
      assert.ok(await find(admin, "rae@example.com"));
    });

    test("an app is connected by one click on Approve after signing in at the provider", async () => {
      await context.clearCookies();
      const client = (await register(wick, { client_name: "Desk app" })).body.client_id;
      const { verifier, challenge } = pkce();
      await page.route("http://localhost:4711/**", (route) => route.fulfill({ body: "back in the app" }));
      await page.goto(String(authorizeUrl(wick, client, challenge)));
      await link("Sign in with Test provider").click();
      await page.getByText("Unverified name").waitFor();
      await keepSecrets();
      await page.getByRole("button", { name: "Approve", exact: true }).click();
      await page.getByText("back in the app").waitFor();
      const code = new URL(page.url()).searchParams.get("code");
      remember("secrets", code);
      const { body } = await exchange(wick, {
        grant_type: "authorization_code",
        code,
        client_id: client,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      });
      assert.equal((await callTool(wick, body.access_token, "notes__list")).status, 200);
    });

    test("the sign-in page states the outcome in its own words and repeats nothing from the URL", async () => {
      await context.clearCookies();
      const said = new Set();
      for (const code of ["oidc_failed", "oidc_pending", "oidc_refused", "oidc_deactivated", "oidc_unavailable"]) {
        await page.goto(`${wick.url}/sign-in?error=${code}`);
        const text = await page.getByRole("alert").textContent();
        assert.ok(!text.includes(code), text);
        said.add(text);
      }
      assert.equal(said.size, 5, [...said].join(" | "));
      await page.goto(`${wick.url}/sign-in?error=Call+0800-EVIL`);
      await link("Sign in with Test provider").waitFor();
      assert.ok(!(await page.textContent("body")).includes("EVIL"));
    });

    test("with passwords turned off, the page asks for none", async (t) => {
      const only = await startWick(provider, { name: "Test provider", "sign_in.password": "off" });
      t.after(() => only.stop());
      await page.goto(`${only.url}/sign-in`);
      await link("Sign in with Test provider").waitFor();
      assert.deepEqual([await page.getByLabel("Password").count(), await page.getByLabel("Email").count()], [0, 0]);
      assert.deepEqual(problems, []);
    });
  });
});

describe("without a provider", () => {
  const complete = { "oidc.issuer": "https://idp.example.com", "oidc.client_id": "wick" };
  const secret = { WICK_OIDC_CLIENT_SECRET: "a secret of this test" };

  test("settings that cannot work are refused at the start, with a sentence that helps", async () => {
    const { "oidc.client_id": _, ...noClient } = complete;
    const cases = [
      [noClient, /oidc\.client_id/],
      [{ ...complete, "oidc.issuer": "http://idp.example.com" }, /oidc\.issuer.*https/s],
      [{ ...complete, "oidc.issuer": "http://10.0.0.1" }, /oidc\.issuer.*https/s],
      [{ ...complete, "oidc.issuer": "http://localhost.evil.example" }, /oidc\.issuer.*https/s],
      [{ ...complete, "oidc.issuer": "http://127.0.0.1.evil.example" }, /oidc\.issuer.*https/s],
      [{ ...complete, "oidc.issuer": "http://127.0.0.1@evil.example" }, /oidc\.issuer/],
      [{ ...complete, "oidc.issuer": "idp.example.com" }, /oidc\.issuer/],
      [{ ...complete, "oidc.new_users": "maybe" }, /pending.*active.*refuse/s],
      [{ ...complete, "sign_in.password": "maybe" }, /on.*off/s],
    ];
    for (const [settings, words] of cases) {
      const { code, stderr } = serveOnce(settings, secret);
      assert.equal(code, 2, `${JSON.stringify(settings)}: ${stderr}`);
      assert.match(stderr, words);
      assert.ok(!stderr.includes(secret.WICK_OIDC_CLIENT_SECRET));
    }
    // The same without a mistake starts, whether or not its provider answers; so does http on this machine itself.
    for (const issuer of [complete["oidc.issuer"], "http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"]) {
      await (await startWick({ issuer, clientId: "wick", clientSecret: "a secret of this test", allow() {} })).stop();
    }
  });

  test("without a provider, nobody is redirected, and a callback opens no session", async (t) => {
    const wick = await Wick.start();
    t.after(() => wick.stop());
    const { body } = await new Session(wick).get("/instance");
    assert.deepEqual([body.oidc, body.password_sign_in], [null, true]);
    for (const route of ["/oidc/start", "/oidc/callback?code=x&state=y"]) {
      const response = await fetch(wick.url + route, { redirect: "manual" });
      assert.equal(response.headers.get("set-cookie"), null);
      const location = response.headers.get("location");
      assert.ok(location === null || errorOf(location), `${route}: ${response.status} ${location}`);
    }
  });
});
