// The attacks of RFC 9700 and what a gateway adds to them, each with its refusal, and with the proof that the same
// thing done honestly still works.
import assert from "node:assert/strict";
import http from "node:http";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { Wick, callTool, modern, password, post, remember } from "../lib/wick.mjs";
import {
  authorization,
  authorizeUrl,
  connect,
  consent,
  pkce,
  redirectUri,
  refresh,
  register,
  requestId,
  token,
  visit,
  whoami,
} from "../lib/oauth.mjs";
import { launch, signedInPage } from "../lib/browser.mjs";

let wick, ann, bob, app, browser;
before(async () => {
  wick = await Wick.start();
  ann = await wick.signIn();
  wick.createUser("bob@example.com", "Bob");
  bob = await wick.signIn("bob@example.com");
  app = (await register(wick)).body.client_id;
  browser = await launch();
});
after(async () => {
  await browser.close();
  await wick.stop();
});

const works = async (bearer) => (await callTool(wick, bearer, "notes__list")).status === 200;
const ask = (changes, client = app) => authorizeUrl(wick, client, pkce().challenge, changes);
const send = (path, init) => fetch(`${wick.url}${path}`, { method: "POST", redirect: "manual", ...init });
const refused = (answer, error, status = 400, why = undefined) =>
  assert.deepEqual([answer.status, answer.body.error, answer.body.access_token], [status, error, undefined], why);
// A page of ours, and the browser stays there.
const stays = (answer, why) => assert.deepEqual([answer.status, answer.location], [400, null], why);
// Back at the client, with what went wrong.
const goesBack = ({ status, location }, error, why) => {
  assert.equal(status, 303, why);
  const back = new URL(location);
  assert.deepEqual([back.origin + back.pathname, back.searchParams.get("error")], [redirectUri, error], why);
  return back;
};

test("authorization code injection: another client, verifier or redirect URI cannot use a code", async () => {
  const { form } = await authorization(wick, ann);
  const other = (await register(wick, { client_name: "Mallory" })).body.client_id;
  const mine = await authorization(wick, bob);
  const tries = {
    "another client": { client_id: other },
    "the verifier of the thief": { code_verifier: mine.form.code_verifier },
    "no verifier": { code_verifier: "" },
    "another redirect URI": { redirect_uri: "http://localhost:4712/callback" },
    "the code cut short": { code: form.code.slice(0, -1) },
    "the code in upper case": { code: form.code.toUpperCase() },
  };
  for (const [why, change] of Object.entries(tries))
    refused(await token(wick, { ...form, ...change }), "invalid_grant", 400, why);
  refused(await token(wick, { ...form, client_id: "unknown" }), "invalid_client", 401);
  const honest = await token(wick, form);
  assert.equal(honest.status, 200, "none of them has burnt the code");
  assert.ok(await works(honest.body.access_token));
});

test("authorization code replay: of 64 at once one gets tokens, and the replays take them back", async () => {
  const { form } = await authorization(wick, ann);
  const tries = await Promise.all(Array.from({ length: 64 }, () => token(wick, form)));
  const winners = tries.filter(({ status }) => status === 200);
  assert.equal(winners.length, 1);
  for (const loser of tries) if (loser !== winners[0]) refused(loser, "invalid_grant");
  assert.equal(await works(winners[0].body.access_token), false);
  refused(await refresh(wick, { client: app, ...winners[0].body }), "invalid_grant");
});

test("authorization code replay: a proven second use revokes all tokens, an unproven one revokes none", async () => {
  const { form } = await authorization(wick, ann);
  const first = { client: app, ...(await token(wick, form)).body };
  const other = (await register(wick, { client_name: "Mallory" })).body.client_id;
  for (const change of [
    { code_verifier: pkce().verifier },
    { code_verifier: "" },
    { client_id: other },
    { redirect_uri: "http://localhost:1/callback" },
  ]) {
    refused(await token(wick, { ...form, ...change }), "invalid_grant");
    assert.ok(await works(first.access_token), JSON.stringify(Object.keys(change)));
  }
  const second = (await refresh(wick, first)).body;
  assert.ok(await works(second.access_token));
  refused(await token(wick, form), "invalid_grant");
  assert.deepEqual([await works(first.access_token), await works(second.access_token)], [false, false]);
  refused(await refresh(wick, { ...first, ...second }), "invalid_grant");
});

test("redirect URI manipulation: nothing unsafe can be registered", async () => {
  const unsafe = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "javascript://localhost/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://a.example/1",
    "about:blank",
    "myapp:/callback",
    "ftp://example.com/cb",
    "http://example.com/cb",
    "http://localhost.evil.example/cb",
    "http://127.0.0.1.evil.example/cb",
    "http://localhost@evil.example/cb",
    "http://me:secret@localhost/cb",
    "https://me@example.com/cb",
    "https://example.com@evil.example/",
    "http://2130706433/cb",
    "http://0x7f.1/cb",
    "http://0.0.0.0/cb",
    "http://[::1]evil.example/cb",
    "http://[::2]/cb",
    "http://localhost:80:80/cb",
    "http://localhost:port/cb",
    "https://example.com/cb#fragment",
    "https://example.com/cb#",
    "https://*.example.com/cb",
    "https://example.com/*",
    "https://",
    "https:///cb",
    "https:example.com/cb",
    "//example.com/cb",
    "/callback",
    "callback",
    "",
    " https://example.com/cb",
    "https://example.com/c b",
    "https://example.com/cb\n",
    "https://example.com/\u0000",
    "https://example.com\\@evil.example/",
    "https://еxample.com/cb",
    'https://example.com/"><script>',
    `https://example.com/${"a".repeat(2000)}`,
  ];
  for (const uri of unsafe) {
    refused(await register(wick, { redirect_uris: [uri] }), "invalid_redirect_uri", 400, uri);
    refused(await register(wick, { redirect_uris: ["https://example.com/cb", uri] }), "invalid_redirect_uri", 400, uri);
  }
  for (const uris of [
    undefined,
    [],
    "https://example.com/cb",
    [7],
    [null],
    Array.from({ length: 11 }, (_, i) => `https://example.com/${i}`),
  ])
    assert.equal((await register(wick, { redirect_uris: uris })).status, 400, JSON.stringify(uris));
  const safe = [
    "https://example.com/cb?tenant=1",
    "https://example.com:8443/cb",
    "http://localhost/cb",
    "http://127.0.0.1:8080/cb",
    "http://[::1]/cb",
    "com.example.app:/cb",
    "cursor://anysphere.cursor-mcp/cb",
  ];
  assert.equal((await register(wick, { client_name: "Safe", redirect_uris: safe })).status, 201);
});

test("redirect URI manipulation: a redirect URI must match exactly, except for a loopback port", async () => {
  const registered = [
    "https://app.example/cb",
    "http://localhost/callback",
    "http://127.0.0.1:7777/cb?app=1",
    "com.example.app:/cb",
  ];
  const client = (await register(wick, { client_name: "Tricked", redirect_uris: registered })).body.client_id;
  const tricks = [
    "https://app.example/cb/",
    "https://app.example/cb/more",
    "https://app.example/",
    "https://app.example",
    "https://app.example/cb?x=1",
    "https://app.example/cb?",
    "https://app.example/cb#x",
    "https://app.example/cb;x",
    "https://app.example/CB",
    "https://APP.example/cb",
    "HTTPS://app.example/cb",
    "https://app.example./cb",
    "https://app.example/x/../cb",
    "https://app.example/./cb",
    "https://app.example//cb",
    "https://app.example/%63b",
    "https://app.example/cb%00",
    "https://app.example/cb%2f..",
    "https://app.example:443/cb",
    "https://app.example:8443/cb",
    "https://app.example:/cb",
    "https://app.example@evil.example/cb",
    "https://me@app.example/cb",
    "https://app.example.evil.example/cb",
    "https://xapp.example/cb",
    "https://sub.app.example/cb",
    "https://evil.example/?https://app.example/cb",
    "https://app.example\\@evil.example/cb",
    "https://app.example\\cb",
    "http://app.example/cb",
    "//app.example/cb",
    "/cb",
    " https://app.example/cb",
    "https://app.example/cb ",
    "https://app.example/cb\t",
    "https://аpp.example/cb",
    "https://app.example/cb,https://evil.example/",
    "https://app.example/cb https://evil.example/",
    "http://localhost/callback/",
    "http://localhost:1/other",
    "http://localhost:1/Callback",
    "http://localhost:1/callback?x=1",
    "http://localhost:1/callback#x",
    "http://localhost:1/%63allback",
    "http://localhost:1/x/../callback",
    "http://localhost:1//callback",
    "http://127.0.0.1:1/callback",
    "http://[::1]:1/callback",
    "http://localhost.:1/callback",
    "http://localhost.evil.example/callback",
    "http://localhost:1@evil.example/callback",
    "http://me@localhost:1/callback",
    "http://localhost:1.evil.example/callback",
    "http://localhost:/callback",
    "http://localhost:-1/callback",
    "https://localhost/callback",
    "https://localhost:1/callback",
    "http://127.0.0.1:7777/cb",
    "http://127.0.0.1:7777/cb?app=2",
    "http://127.0.0.1:7777/cb?app=1&x=1",
    "http://127.0.0.2:7777/cb?app=1",
    "http://127.1:7777/cb?app=1",
    "com.example.app:/cb/",
    "com.example.app://cb",
    "com.example.app:/CB",
    "com.example.app.evil:/cb",
    "javascript:alert(1)",
    "javascript:alert(1)//https://app.example/cb",
    "data:text/html,<script>alert(1)</script>",
    "",
  ];
  for (const uri of tricks) stays(await visit(ann, ask({ redirect_uri: uri }, client)), uri);
  for (const uri of [...registered, "http://localhost:50123/callback", "http://127.0.0.1:50123/cb?app=1"]) {
    const { status, location } = await visit(ann, ask({ redirect_uri: uri }, client));
    assert.ok(status === 303 && location.startsWith("/oauth/consent?"), uri);
  }
  const back = await consent(ann, ask({ redirect_uri: "http://127.0.0.1:50123/cb?app=1" }, client));
  assert.deepEqual(
    [back.port, back.searchParams.get("app"), back.searchParams.has("code")],
    ["50123", "1", true],
    "its own query stays",
  );
});

test("redirect URI manipulation: scheme and loopback host must match as written, and be valid", async () => {
  for (const uri of [
    "http://LOCALHOST:1/callback",
    "HTTP://localhost:1/callback",
    "http://localhost:0/callback",
    "http://localhost:99999/callback",
  ])
    stays(await visit(ann, ask({ redirect_uri: uri })), uri);
  // Not URIs (RFC 3986 §2.1, §3.2.3), or such that the consent page would show another host than the browser goes to.
  for (const uri of [
    "https://example.com/%zz",
    "https://example.com/%",
    "https://example.com:99999/cb",
    "https://example.com:0/cb",
    "https://example.com%2eevil.example/cb",
    "https://exa%6dple.com/cb",
  ])
    refused(await register(wick, { redirect_uris: [uri] }), "invalid_redirect_uri", 400, uri);
});

test("open redirector: unknown clients, foreign URIs and unverified https targets end on our own page", async () => {
  const web = (await register(wick, { client_name: "Phisher", redirect_uris: ["https://evil.example/cb"] })).body
    .client_id;
  const at = { redirect_uri: "https://evil.example/cb" };
  const cases = [
    [{ client_id: "unknown" }],
    [{ client_id: undefined }],
    [{ client_id: "" }],
    [{ redirect_uri: undefined }],
    [at],
    [{ client_id: "https://evil.example/client.json" }],
  ];
  for (const wrong of [
    { scope: "admin" },
    { response_type: "token" },
    { code_challenge: undefined },
    { prompt: "none" },
    { resource: "https://evil.example/" },
    { response_mode: "fragment" },
  ])
    cases.push([{ ...at, ...wrong }, web]);
  for (const [changes, client] of cases) {
    const answer = await visit(ann, ask(changes, client));
    stays(answer, JSON.stringify(changes));
    assert.doesNotMatch(answer.text, /evil|unknown|Phisher/);
  }
  // Loopback leads to this computer and nowhere else; there an app learns what it did wrong.
  goesBack(await visit(ann, ask({ scope: "admin" })), "invalid_scope");
  // After a person has said yes or no, the way is open.
  assert.equal((await consent(ann, ask(at, web), { approve: false })).origin, "https://evil.example");
});

test("open redirector: signing in leads only to pages of this server", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const elsewhere = [];
  await context.route(
    (url) => url.origin !== wick.url && url.protocol !== "data:",
    (route) => {
      elsewhere.push(route.request().url());
      return route.fulfill({ body: "evil" });
    },
  );
  await page.addInitScript(() => void (window.alert = () => void (document.title = "script ran")));
  const signIn = async (next) => {
    await page.goto(`${wick.url}/sign-in?next=${encodeURIComponent(next)}`);
    await page.getByLabel("Email").fill("ann@example.com");
    await page.getByLabel("Password").first().fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL((url) => url.pathname !== "/sign-in");
    await page.getByRole("heading").first().waitFor();
    return page.url();
  };
  for (const next of [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "@evil.example/",
    ".evil.example/",
  ]) {
    assert.equal(await signIn(next), `${wick.url}/`, next);
    assert.notEqual(await page.title(), "script ran");
  }
  assert.equal(new URL(await signIn("/.//evil.example/")).origin, wick.url);
  assert.equal(await signIn("/profile/tokens"), `${wick.url}/profile/tokens`);
  assert.deepEqual(elsewhere, []);
  await context.close();
});

test("mix-up: responses name the issuer once, and only the issuing server accepts its code", async () => {
  const metadata = await (await fetch(`${wick.url}/.well-known/oauth-authorization-server`)).json();
  assert.deepEqual([metadata.issuer, metadata.authorization_response_iss_parameter_supported], [wick.url, true]);
  const { back, form } = await authorization(wick, ann);
  const denied = await consent(ann, ask(), { approve: false });
  const failed = goesBack(await visit(ann, ask({ scope: "admin" })), "invalid_scope");
  for (const url of [back, denied, failed]) assert.deepEqual(url.searchParams.getAll("iss"), [wick.url]);
  const evil = await Wick.start();
  const there = (await register(evil)).body.client_id;
  refused(await token(evil, form), "invalid_client", 401);
  refused(await token(evil, { ...form, client_id: there }), "invalid_grant");
  const tokens = (await token(wick, form)).body;
  assert.ok(await works(tokens.access_token));
  refused(await refresh(evil, { client: there, ...tokens }), "invalid_grant");
  assert.equal((await callTool(evil, tokens.access_token, "notes__list")).status, 401);
  await evil.stop();
});

test("PKCE downgrade: without S256 there is no code, and the error has state and iss", async () => {
  const cases = [
    { code_challenge_method: "plain" },
    { code_challenge_method: undefined },
    { code_challenge_method: "s256" },
    { code_challenge_method: "none" },
    { code_challenge: undefined },
    { code_challenge: "" },
    { code_challenge: "short" },
    { code_challenge: "A".repeat(42) },
    { code_challenge: "A".repeat(44) },
    { code_challenge: `${"A".repeat(42)}=` },
    { code_challenge: `${"A".repeat(42)}+` },
    { code_challenge: undefined, code_challenge_method: undefined },
  ];
  for (const changes of cases) {
    const back = goesBack(await visit(ann, ask(changes)), "invalid_request", JSON.stringify(changes));
    assert.deepEqual(
      [back.searchParams.get("state"), back.searchParams.get("iss"), back.searchParams.has("code")],
      ['st"a te&1', wick.url, false],
    );
  }
});

test("PKCE downgrade: the token endpoint refuses a missing, plain, short, long or malformed verifier", async () => {
  const { form } = await authorization(wick, ann);
  const { code_verifier: _, ...dropped } = form;
  refused(await token(wick, dropped), "invalid_grant");
  const crypto = await import("node:crypto");
  const sha = (text) => crypto.createHash("sha256").update(text).digest("base64url");
  refused(
    await token(wick, { ...form, code_verifier: sha(form.code_verifier) }),
    "invalid_grant",
    400,
    "the challenge itself",
  );
  for (const verifier of [
    "",
    "a".repeat(42),
    "a".repeat(129),
    `${"a".repeat(42)} `,
    `${"a".repeat(42)}+`,
    `${"a".repeat(42)}é`,
  ]) {
    const { form: odd } = await authorization(wick, ann, { changes: { code_challenge: sha(verifier) } });
    refused(await token(wick, { ...odd, code_verifier: verifier }), "invalid_grant", 400, verifier);
  }
  for (const verifier of ["a".repeat(43), "-._~".repeat(32)]) {
    const { form: sound } = await authorization(wick, ann, { changes: { code_challenge: sha(verifier) } });
    assert.equal((await token(wick, { ...sound, code_verifier: verifier })).status, 200, verifier);
  }
  assert.equal((await token(wick, form)).status, 200);
});

test("CSRF: a request for consent belongs to one session, is decided from our own pages, and once", async () => {
  const url = ask();
  const [id, again] = [requestId(await visit(ann, url)), requestId(await visit(ann, url))];
  assert.notEqual(id, again, "a browser that loads the address twice breaks nothing");
  const elsewhere = await wick.signIn();
  for (const session of [bob, elsewhere]) {
    assert.equal((await session.get(`/oauth/requests/${id}`)).status, 404);
    for (const approve of [true, false])
      assert.equal((await session.post(`/oauth/requests/${id}`, { approve })).status, 404);
  }
  const json = { "content-type": "application/json" };
  const forgeries = [
    { ...json, origin: "https://evil.example" },
    { ...json, origin: "null" },
    { ...json, origin: `${wick.url}.evil.example` },
    { ...json, origin: `http://localhost:${wick.port}` },
    { ...json, origin: "http://127.0.0.1:1" },
    { ...json, origin: wick.url, "sec-fetch-site": "cross-site" },
    { ...json, origin: wick.url, "sec-fetch-site": "same-site" },
    { ...json, referer: "https://evil.example/" },
    json,
    { "content-type": "text/plain", origin: "https://evil.example" },
    { "content-type": "application/x-www-form-urlencoded", origin: "https://evil.example" },
  ];
  for (const headers of forgeries) {
    const forged = await send(`/api/v1/oauth/requests/${id}`, {
      headers: { cookie: ann.cookie, ...headers },
      body: '{"approve":true}',
    });
    assert.equal(forged.status, 403, JSON.stringify(headers));
  }
  const plain = { cookie: ann.cookie, origin: wick.url, "content-type": "text/plain" };
  const form = await send(`/api/v1/oauth/requests/${id}`, { headers: plain, body: '{"approve":true}' });
  assert.ok(form.status === 415 || form.status === 400, `what a form can send is not JSON: ${form.status}`);
  for (const method of ["GET", "HEAD"])
    await fetch(`${wick.url}/api/v1/oauth/requests/${id}?approve=true`, { method, headers: { cookie: ann.cookie } });
  const posted = await send("/oauth/authorize", {
    headers: { cookie: ann.cookie, origin: "https://evil.example" },
    body: new URLSearchParams(url.search),
  });
  assert.equal(posted.status, 405);

  const decided = await ann.post(`/oauth/requests/${id}`, { approve: true });
  assert.equal(decided.status, 200, "after all that it still waits for its own session");
  remember("secrets", new URL(decided.body.redirect_to).searchParams.get("code"));
  for (const approve of [true, false]) assert.equal((await ann.post(`/oauth/requests/${id}`, { approve })).status, 404);
  assert.equal((await ann.get(`/oauth/requests/${id}`)).status, 404);
  const both = await Promise.all(
    [true, true, false, false].map((approve) => ann.post(`/oauth/requests/${again}`, { approve })),
  );
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 404, 404, 404]);
  const { searchParams } = new URL(both.find(({ status }) => status === 200).body.redirect_to);
  assert.equal(searchParams.has("code"), !searchParams.has("error"));
  if (searchParams.has("code")) remember("secrets", searchParams.get("code"));
});

test("clickjacking: Chromium does not frame sign-in or consent pages in another origin", async () => {
  const consentPage = (await visit(ann, ask())).location;
  const unknown = ask({ client_id: "unknown" });
  const pages = {
    consent: consentPage,
    "sign-in": "/sign-in?next=%2F",
    error: unknown.pathname + unknown.search,
    connections: "/profile/connections",
  };
  for (const [name, path] of Object.entries(pages)) {
    const { headers } = await visit(ann, `${wick.url}${path}`);
    assert.match(headers.get("content-security-policy"), /frame-ancestors 'none'/, name);
    assert.equal(headers.get("x-frame-options"), "DENY", name);
    assert.equal(headers.get("referrer-policy"), "no-referrer", name);
  }
  // A site that frames; /plain is the control, a page that may be framed.
  const site = http
    .createServer((request, response) => {
      const target = new URL(request.url, "http://x").searchParams
        .get("frame")
        ?.replaceAll("&", "&amp;")
        .replaceAll('"', "&quot;");
      response.setHeader("content-type", "text/html");
      response.end(
        target === undefined ? "<h1>Approve</h1>" : `<iframe width=900 height=900 src="${target}"></iframe>`,
      );
    })
    .listen(0, "127.0.0.1");
  await once(site, "listening");
  const origin = `http://127.0.0.1:${site.address().port}`;
  const page = await signedInPage(browser, wick);
  // The browser's own session asks, so that what is framed would be the real page with its button.
  await page.goto(String(ask()));
  await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
  const framed = {
    ...Object.fromEntries(Object.entries(pages).map(([name, path]) => [name, wick.url + path])),
    consent: page.url(),
    authorize: String(ask()),
  };
  const show = async (target) => {
    await page.goto(`${origin}/?frame=${encodeURIComponent(target)}`); // waits for the frame as well
    const [, frame] = page.frames();
    return { url: frame.url(), ours: await frame.getByText(/Approve|Sign in|cannot be connected|Wick/).count() };
  };
  assert.deepEqual(await show(`${origin}/plain`), { url: `${origin}/plain`, ours: 1 });
  for (const [name, target] of Object.entries(framed))
    assert.deepEqual(await show(target), { url: "chrome-error://chromewebdata/", ours: 0 }, name);
  await page.context().close();
  site.close();
});

test("confused deputy: two users of one client each consent and have separate grants", async () => {
  const again = (await register(wick)).body.client_id;
  assert.equal(again, app, "the client_id is shared");
  const ofAnn = await connect(wick, ann);
  const ofBob = await connect(wick, bob, { decision: { approve: true, scope: { operations: "read_only" } } });
  assert.equal((await whoami(wick, ofAnn.access_token)).user.name, "Ann");
  assert.equal((await whoami(wick, ofBob.access_token)).user.name, "Bob");
  assert.deepEqual([ofAnn.scope, ofBob.scope], ["mcp:read mcp:write", "mcp:read"]);
  for (const session of [ann, bob]) {
    const { status, location } = await visit(session, ask());
    assert.ok(status === 303 && location.startsWith("/oauth/consent?"), "no yes is remembered");
    goesBack(await visit(session, ask({ prompt: "none" })), "consent_required");
  }
  const mine = (await bob.get("/connections")).body.items;
  assert.ok(mine.every(({ user }) => user.name === "Bob"));
  const { id } = (await whoami(wick, ofAnn.access_token)).credential;
  assert.equal((await bob.delete(`/connections/${id}`)).status, 404);
  assert.equal(
    (await bob.delete(`/connections/${(await whoami(wick, ofBob.access_token)).credential.id}`)).status,
    204,
  );
  assert.deepEqual([await works(ofAnn.access_token), await works(ofBob.access_token)], [true, false]);
  assert.equal((await whoami(wick, (await refresh(wick, ofAnn)).body.access_token)).user.name, "Ann");
});

test("refresh token replay: 64 parallel retries get one pair, and another client changes nothing", async () => {
  const first = await connect(wick, ann);
  const other = (await register(wick, { client_name: "Mallory" })).body.client_id;
  refused(await refresh(wick, { ...first, client: other }), "invalid_grant");
  refused(
    await refresh(wick, await connect(wick, ann, { scope: "mcp:read" }), {}, { scope: "mcp:read mcp:write" }),
    "invalid_scope",
  );
  const answers = await Promise.all(Array.from({ length: 64 }, () => refresh(wick, first)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  for (const kind of ["access_token", "refresh_token"])
    assert.equal(new Set(answers.map(({ body }) => body[kind])).size, 1, kind);
  const second = { ...first, ...answers[0].body };
  refused(await refresh(wick, { ...first, client: other }), "invalid_grant");
  assert.ok(await works(second.access_token), "who is not the client ends nothing");
  assert.deepEqual(
    [(await refresh(wick, first)).body.refresh_token, await works(second.access_token)],
    [second.refresh_token, true],
  );
});

const thefts = {
  "after its successor was used": async ({ chain }) => (await chain(2), [0, {}]),
  "of a grandparent": async ({ chain }) => (await chain(3), [0, {}]),
  "from another User-Agent": async ({ chain }) => (await chain(1), [0, { "user-agent": "thief/1" }]),
  "from a User-Agent that says nothing": async ({ chain }) => (await chain(1), [0, { "user-agent": "" }]),
};
for (const [what, prepare] of Object.entries(thefts)) {
  test(`refresh token replay: one ${what} ends the family, the living access tokens too`, async () => {
    const kept = [await connect(wick, ann)];
    const bystander = await connect(wick, ann);
    const chain = async (steps) => {
      while (steps-- > 0) kept.push({ ...kept.at(-1), ...(await refresh(wick, kept.at(-1))).body });
    };
    const [which, headers] = await prepare({ chain });
    for (const { access_token } of kept) assert.ok(await works(access_token), "rotation alone ends no access token");
    refused(await refresh(wick, kept[which], headers), "invalid_grant");
    for (const { access_token } of kept) assert.equal(await works(access_token), false);
    for (const one of kept) refused(await refresh(wick, one), "invalid_grant");
    assert.ok(await works(bystander.access_token), "another grant of the same person and client lives");
    assert.equal((await refresh(wick, bystander)).status, 200);
  });
}

test("token leakage: tokens and secrets in a URL are refused and stay valid", async () => {
  const { form } = await authorization(wick, ann);
  const connection = await connect(wick, ann);
  const list = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  for (const query of [`access_token=${connection.access_token}`, `token=${connection.access_token}`]) {
    const answer = await send(`/mcp?${query}`, { headers: json, body: list });
    assert.ok(answer.status === 400 || answer.status === 401, query.split("=")[0]);
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer /);
  }
  assert.equal(
    (
      await post(wick, null, `access_token=${connection.access_token}`, {
        "content-type": "application/x-www-form-urlencoded",
      })
    ).status,
    401,
  );

  const ask = async (path, body) => {
    const answer = await send(path, { body: new URLSearchParams(body) });
    refused({ status: answer.status, body: await answer.json() }, "invalid_request", 400, path.split("?")[0]);
  };
  for (const [name, value] of Object.entries(form)) {
    const { [name]: _, ...rest } = form;
    await ask(`/oauth/token?${new URLSearchParams({ [name]: value })}`, rest);
  }
  await ask(`/oauth/token?${new URLSearchParams(form)}`, {});
  await ask(`/oauth/token?refresh_token=${connection.refresh_token}`, { grant_type: "refresh_token", client_id: app });
  await ask(`/oauth/revoke?token=${connection.refresh_token}`, { client_id: app });
  await ask(`/oauth/revoke?client_id=${app}`, { token: connection.refresh_token });
  assert.ok(await works(connection.access_token));
  assert.equal((await refresh(wick, connection)).status, 200);
  assert.equal((await token(wick, form)).status, 200);
});

test("parameter pollution: whatever comes twice is refused, at authorize, token and revoke", async () => {
  const url = ask({ scope: "mcp:read", prompt: "consent" });
  for (const [name, value] of url.searchParams) {
    for (const second of [value, "other"])
      stays(await visit(ann, `${url}&${new URLSearchParams({ [name]: second })}`), name);
  }
  stays(await visit(ann, `${url}&unknown=1&unknown=2`));
  stays(await visit(ann, `${url}&%63lient_id=${app}`), "spelt another way");
  assert.equal((await visit(ann, `${url}&unknown=1`)).status, 303, "what is unknown is ignored");

  const { form } = await authorization(wick, ann);
  const twice = async (path, body) => {
    for (const [name, value] of Object.entries(body)) {
      const polluted = new URLSearchParams(body);
      polluted.append(name, value);
      const answer = await send(path, { body: polluted });
      refused({ status: answer.status, body: await answer.json() }, "invalid_request", 400, name);
    }
  };
  await twice("/oauth/token", { ...form, resource: `${wick.url}/mcp` });
  const { body } = await token(wick, form);
  assert.ok(body.access_token, "no try has used up the code");
  await twice("/oauth/token", {
    grant_type: "refresh_token",
    refresh_token: body.refresh_token,
    client_id: app,
    scope: "mcp:read",
  });
  await twice("/oauth/revoke", { token: body.refresh_token, client_id: app, token_type_hint: "refresh_token" });
  assert.ok(await works(body.access_token));
});

test("the endpoints take POST with the right content type up to 16 KiB, and answer uncached JSON", async () => {
  const { form } = await authorization(wick, ann);
  const type = (value) => ({ "content-type": value });
  const urlencoded = new URLSearchParams(form).toString();
  const client = JSON.stringify({ redirect_uris: ["http://localhost/callback"] });
  const cases = [
    ["/oauth/token", { headers: type("application/json"), body: JSON.stringify(form) }, 400],
    ["/oauth/token", { headers: type("text/plain"), body: urlencoded }, 400],
    ["/oauth/token", { headers: type("multipart/form-data; boundary=x"), body: urlencoded }, 400],
    ["/oauth/token", { headers: type("application/x-www-form-urlencoded-not"), body: urlencoded }, 400],
    ["/oauth/token", { body: new URLSearchParams({ ...form, padding: "x".repeat(16 * 1024) }) }, 413],
    ["/oauth/token", { headers: type("application/x-www-form-urlencoded"), body: `${urlencoded}&bad=%zz` }, 400],
    ["/oauth/token", { headers: type("application/x-www-form-urlencoded"), body: `${urlencoded}&bad=%ff%fe` }, 400],
    ["/oauth/token", { body: new URLSearchParams({ client_id: app }) }, 400],
    ["/oauth/revoke", { headers: type("application/json"), body: "{}" }, 400],
    ["/oauth/revoke", { body: new URLSearchParams({ token: "x".repeat(16 * 1024) }) }, 413],
    ["/oauth/register", { headers: type("text/plain"), body: client }, 400],
    ["/oauth/register", { body: new URLSearchParams({ redirect_uris: "http://localhost/callback" }) }, 400],
    [
      "/oauth/register",
      { headers: type("application/json"), body: JSON.stringify({ software_statement: "x".repeat(16 * 1024) }) },
      413,
    ],
    ["/oauth/register", { headers: type("application/json"), body: '{"redirect_uris":' }, 400],
    ["/oauth/register", { headers: type("application/json"), body: "[]" }, 400],
    ["/oauth/register", { headers: type("application/json"), body: `${"[".repeat(8000)}${"]".repeat(8000)}` }, 400],
  ];
  for (const [path, init, status] of cases) {
    const answer = await send(path, init);
    const what = `${path} ${JSON.stringify(init.headers ?? {})} ${String(init.body).length}`;
    assert.equal(answer.status, status, what);
    assert.match(answer.headers.get("content-type"), /^application\/json/, what);
    assert.match(answer.headers.get("cache-control"), /no-store/, what);
    assert.equal(
      (await answer.json()).error,
      path.endsWith("register") ? "invalid_client_metadata" : "invalid_request",
      what,
    );
  }
  for (const path of ["/oauth/token", "/oauth/revoke", "/oauth/register"]) {
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
      assert.equal((await send(path, { method })).status, 405, `${method} ${path}`);
  }
  refused(await token(wick, { ...form, grant_type: "password" }), "unsupported_grant_type");
  refused(await token(wick, { ...form, grant_type: "implicit" }), "unsupported_grant_type");
  const good = await token(wick, form, type("Application/X-WWW-Form-Urlencoded; charset=utf-8"));
  assert.deepEqual(
    [good.status, good.headers.get("cache-control"), good.headers.get("content-type")],
    [200, "no-store", "application/json"],
  );
  const again = await refresh(wick, { client: app, ...good.body });
  assert.deepEqual([again.status, again.headers.get("cache-control")], [200, "no-store"]);
  assert.equal((await register(wick)).headers.get("cache-control"), "no-store");
});

test("script injection: markup in a parameter is not repeated in pages, headers or errors", async () => {
  const bad = "\"><script>alert(7)</script>'&lt;";
  const harmless = async (response, what) => {
    const text = await response.text();
    assert.doesNotMatch(text, /alert\(7\)|<script>alert/i, what);
    for (const [name, value] of response.headers) assert.doesNotMatch(value, /[<>]/, `${what}: ${name}`);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff", what);
    return response;
  };
  const get = (url, session = ann) =>
    fetch(url, { redirect: "manual", headers: session ? { cookie: session.cookie } : {} });
  for (const name of [...ask({ scope: "", prompt: "" }).searchParams.keys(), "nonsense", bad]) {
    for (const session of [ann, null]) await harmless(await get(ask({ [name]: bad }), session), `authorize ${name}`);
  }
  await harmless(await get(`${wick.url}/oauth/authorize?${encodeURI(bad)}`), "authorize, all of it");
  await harmless(await get(`${wick.url}/oauth/consent?request=${encodeURIComponent(bad)}`), "consent");
  await harmless(await get(`${wick.url}/oauth/${encodeURIComponent(bad)}`), "an unknown address");
  const fields = [
    "grant_type",
    "code",
    "client_id",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "resource",
    "client_secret",
    "device_code",
    bad,
  ];
  const exchange = {
    grant_type: "authorization_code",
    client_id: app,
    code: "x",
    redirect_uri: redirectUri,
    code_verifier: "x",
  };
  for (const form of [exchange, { grant_type: "refresh_token", client_id: app, refresh_token: "x" }]) {
    for (const name of fields) {
      const answer = await harmless(
        await send("/oauth/token", { body: new URLSearchParams({ ...form, [name]: bad }) }),
        `token ${name}`,
      );
      assert.match(answer.headers.get("content-type"), /^application\/json/);
    }
  }
  for (const name of ["token", "token_type_hint", "client_id"]) {
    await harmless(
      await send("/oauth/revoke", { body: new URLSearchParams({ token: "x", client_id: app, [name]: bad }) }),
      `revoke ${name}`,
    );
  }
  const sound = { client_name: "Test app", redirect_uris: ["http://localhost/callback"] };
  const registered = (metadata) =>
    send("/oauth/register", { headers: { "content-type": "application/json" }, body: JSON.stringify(metadata) });
  for (const name of [
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "scope",
    "software_id",
    "token_endpoint_auth_method",
    bad,
  ]) {
    await harmless(await registered({ ...sound, [name]: bad }), `register ${name}`);
  }
  for (const name of ["redirect_uris", "grant_types", "response_types", "contacts"])
    await harmless(await registered({ ...sound, [name]: [bad] }), `register ${name}`);

  // A name may have any text: it is answered as JSON (RFC 7591 §3.2.1), and is text on the page that shows it.
  const named = await register(wick, { client_name: "<img src=x onerror=document.title=7>" });
  assert.deepEqual(
    [named.status, named.headers.get("content-type"), named.headers.get("x-content-type-options")],
    [201, "application/json", "nosniff"],
  );
  const page = await signedInPage(browser, wick);
  await page.goto(String(ask({}, named.body.client_id)));
  await page.getByText("<img src=x onerror=document.title=7>").waitFor();
  assert.deepEqual([await page.locator('img[src="x"]').count(), (await page.title()) === "7"], [0, false]);
  await page.context().close();
});

test("host header injection: metadata, challenges and redirects know the configured address alone", async () => {
  const forged = {
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-port": "666",
    "x-forwarded-server": "evil.example",
    "x-original-url": "https://evil.example/",
    forwarded: "host=evil.example;proto=https",
    "x-host": "evil.example",
  };
  const exchange = (method, path, headers) =>
    new Promise((resolve, reject) => {
      const request = http.request({ host: "127.0.0.1", port: wick.port, method, path, headers }, (response) => {
        let text = "";
        response
          .on("data", (chunk) => (text += chunk))
          .on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
      });
      request.on("error", reject).end();
    });
  const url = ask();
  const targets = [
    ["GET", "/.well-known/oauth-authorization-server"],
    ["GET", "/.well-known/oauth-protected-resource"],
    ["GET", "/.well-known/oauth-protected-resource/mcp"],
    ["POST", "/mcp"],
    ["GET", "/mcp"],
    ["GET", url.pathname + url.search],
    ["GET", `${url.pathname}${url.search}&prompt=none`],
    ["POST", "/oauth/token"],
    ["POST", "/oauth/register"],
  ];
  for (const [method, path] of targets) {
    for (const host of [
      `127.0.0.1:${wick.port}`,
      "evil.example",
      `evil.example:${wick.port}`,
      `127.0.0.1:${wick.port}.evil.example`,
    ]) {
      for (const cookie of [ann.cookie, ""]) {
        const { status, headers, text } = await exchange(method, path, { ...forged, host, cookie });
        assert.doesNotMatch(JSON.stringify(headers) + text, /evil|:666/, `${method} ${path} ${host}`);
        if (host.includes("evil") || status !== 200 || !path.startsWith("/.well-known")) continue;
        const body = JSON.parse(text);
        assert.equal(body.issuer ?? body.authorization_servers[0], wick.url);
      }
    }
  }
  const challenge = await exchange("POST", "/mcp", { ...forged, host: `127.0.0.1:${wick.port}` });
  assert.equal(challenge.status, 401);
  assert.ok(
    challenge.headers["www-authenticate"].includes(
      `resource_metadata="${wick.url}/.well-known/oauth-protected-resource/mcp"`,
    ),
  );
});

test("307 redirect: every redirect is a 303, so that no form with a password is sent on", async () => {
  const cases = [
    [ann, {}, /^\/oauth\/consent\?/],
    [null, {}, /^\/sign-in\?next=/],
    [ann, { scope: "admin" }, /^http:\/\/localhost:4711\/callback\?error=/],
  ];
  for (const [session, changes, to] of cases) {
    const { status, location, headers } = await visit(session, ask(changes));
    assert.equal(status, 303);
    assert.match(location, to);
    assert.match(headers.get("cache-control"), /no-store/);
  }
});

test("cross-origin reading: metadata, registration, tokens and revocation only, not consent or /mcp", async () => {
  const origin = { origin: "https://page.example" };
  const shared = async (response, what) => {
    assert.equal(response.headers.get("access-control-allow-origin"), "*", what);
    assert.equal(response.headers.get("access-control-allow-credentials"), null, what);
  };
  for (const path of ["oauth-protected-resource", "oauth-protected-resource/mcp", "oauth-authorization-server"])
    await shared(await fetch(`${wick.url}/.well-known/${path}`, { headers: origin }), path);
  for (const [path, init] of [
    ["/oauth/token", { body: new URLSearchParams({ grant_type: "refresh_token", client_id: app }) }],
    ["/oauth/token", { body: "{}" }],
    ["/oauth/revoke", { body: new URLSearchParams({ token: "x", client_id: app }) }],
    ["/oauth/register", { body: "x" }],
  ])
    await shared(await send(path, { ...init, headers: origin }), path);
  // What a page in a browser asks before it registers (JSON), and before an MCP client reads metadata with its version header.
  const paths = [
    "/oauth/register",
    "/oauth/token",
    "/oauth/revoke",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource/mcp",
  ];
  for (const path of paths) {
    const method = path.startsWith("/oauth") ? "POST" : "GET";
    const asks = {
      ...origin,
      "access-control-request-method": method,
      "access-control-request-headers": "content-type,mcp-protocol-version",
    };
    const preflight = await send(path, { method: "OPTIONS", headers: asks });
    assert.ok(preflight.ok, `preflight of ${path}: ${preflight.status}`);
    await shared(preflight, path);
    assert.match(preflight.headers.get("access-control-allow-methods"), new RegExp(method), path);
    for (const header of ["content-type", "mcp-protocol-version"])
      assert.match(preflight.headers.get("access-control-allow-headers"), new RegExp(header, "i"), path);
  }
  const none = [
    await fetch(ask(), { redirect: "manual", headers: { ...origin, cookie: ann.cookie } }),
    await fetch(ask({ client_id: "unknown" }), { redirect: "manual", headers: { ...origin, cookie: ann.cookie } }),
    await fetch(ask(), { redirect: "manual", headers: origin }),
    await fetch(`${wick.url}${(await visit(ann, ask())).location}`, { headers: origin }),
    await fetch(`${wick.url}/api/v1/oauth/requests/${requestId(await visit(ann, ask()))}`, {
      headers: { ...origin, cookie: ann.cookie },
    }),
    await send("/mcp", { headers: origin }),
    await send("/oauth/authorize", {
      method: "OPTIONS",
      headers: { ...origin, "access-control-request-method": "GET" },
    }),
  ];
  for (const response of none)
    assert.deepEqual(
      [...response.headers.keys()].filter((name) => name.startsWith("access-control")),
      [],
      response.url,
    );
});

test("audience: requests for another resource get no code or token and use up nothing", async () => {
  const foreign = [
    "https://other.example/mcp",
    `${wick.url}/api/v1`,
    `${wick.url}/mcp/../api`,
    `${wick.url}/MCP`,
    `${wick.url}/mcp?x=1`,
    `${wick.url}/mcp#x`,
    `${wick.url}.evil.example/mcp`,
    `http://localhost:${wick.port}/mcp`,
    "mcp",
    "urn:x",
  ];
  const { form } = await authorization(wick, ann);
  const connection = await connect(wick, ann);
  for (const resource of foreign) {
    goesBack(await visit(ann, ask({ resource })), "invalid_target", resource);
    refused(await token(wick, { ...form, resource }), "invalid_target", 400, resource);
    refused(await refresh(wick, connection, {}, { resource }), "invalid_target", 400, resource);
  }
  assert.ok(await works(connection.access_token));
  assert.equal((await refresh(wick, connection, {}, { resource: `${wick.url}/mcp` })).status, 200);
  assert.equal((await token(wick, { ...form, resource: `${wick.url}/mcp` })).status, 200);
});

test("each kind of credential works only where it belongs", async () => {
  const { form } = await authorization(wick, ann);
  const connection = await connect(wick, ann);
  const minted = (await ann.post("/tokens", { name: "pat" })).body.plaintext;
  remember("secrets", minted);
  const session = ann.cookie.split("=")[1];
  const strays = {
    code: form.code,
    "refresh token": connection.refresh_token,
    session,
    client_id: app,
    verifier: form.code_verifier,
  };
  for (const [what, bearer] of Object.entries(strays)) {
    const answer = await modern(wick, bearer, "tools/list");
    assert.equal(answer.status, 401, `${what} at /mcp`);
    assert.match(answer.headers.get("www-authenticate"), /^Bearer error="invalid_token"/);
  }
  assert.equal((await modern(wick, null, "tools/list", {}, { cookie: ann.cookie })).status, 401);
  for (const [what, value] of Object.entries({
    "access token": connection.access_token,
    "access token of the owner": minted,
    code: form.code,
    session,
  })) {
    refused(await refresh(wick, { client: app, refresh_token: value }), "invalid_grant", 400, `${what} to refresh`);
    if (value !== form.code)
      refused(await token(wick, { ...form, code: value }), "invalid_grant", 400, `${what} as a code`);
  }
  for (const route of ["/connections", "/tokens", "/admin/connections", "/admin/users"]) {
    const answer = await fetch(`${wick.url}/api/v1${route}`, {
      headers: { authorization: `Bearer ${connection.access_token}` },
    });
    assert.ok([401, 403].includes(answer.status), `${route}: ${answer.status}`);
  }
  const byToken = { authorization: `Bearer ${minted}`, "content-type": "application/json", origin: wick.url };
  const approves = await send(`/api/v1/oauth/requests/${requestId(await visit(ann, ask()))}`, {
    headers: byToken,
    body: '{"approve":true}',
  });
  assert.ok([401, 403].includes(approves.status), "no token consents to another");
  const signedIn = await fetch(ask(), {
    redirect: "manual",
    headers: { authorization: `Bearer ${connection.access_token}` },
  });
  assert.match(signedIn.headers.get("location"), /^\/sign-in/);
  assert.equal((await callTool(wick, minted, "notes__list")).status, 200);
  assert.ok(await works(connection.access_token));
  assert.equal((await token(wick, form)).status, 200);
});
